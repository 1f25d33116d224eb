/*
 * Looks for strings where they must not be.
 *
 *   canary_scan PATTERNS FILE|FOLDER|pid:N ..
 *
 * PATTERNS has one a line.  A folder is looked through with all in it; of a
 * process, all memory that it can write.  Prints what was found where, once
 * each; exit 0 when nothing was, 1 when something was, 2 when it could not
 * look (a process's memory needs root).
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATTERNS = 256, CHUNK = 4 << 20, OVERLAP = 512 };

static struct {
	char *text;
	size_t n;
	bool found;                    /* in what is being looked at */
} patterns[PATTERNS];
static unsigned n_patterns;
static uint8_t *chunk;
static bool found, failed;
static uint64_t looked;

static bool
read_patterns(const char *path)
{
	FILE *f = fopen(path, "re");
	char line[OVERLAP];

	while (f != NULL && n_patterns < PATTERNS &&
	    fgets(line, sizeof line, f) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (strlen(line) < 3)
			continue;
		patterns[n_patterns].text = strdup(line);
		patterns[n_patterns].n = strlen(line);
		n_patterns++;
	}
	if (f != NULL)
		fclose(f);
	return n_patterns > 0;
}

static void
look(const char *where, size_t n)
{
	looked += n;
	for (unsigned i = 0; i < n_patterns; i++) {
		if (patterns[i].found || memmem(chunk, n, patterns[i].text,
		    patterns[i].n) == NULL)
			continue;
		printf("%s: %s\n", where, patterns[i].text);
		patterns[i].found = found = true;
	}
}

static void
next_place(void)
{
	for (unsigned i = 0; i < n_patterns; i++)
		patterns[i].found = false;
}

/* From `at` to `end`, in chunks that overlap; what cannot be read is left. */
static void
look_from(int fd, const char *where, uint64_t at, uint64_t end)
{
	while (at < end) {
		size_t want = end - at < CHUNK ? (size_t)(end - at) : CHUNK;
		ssize_t n = pread(fd, chunk, want, (off_t)at);

		if (n <= 0)
			return;
		look(where, (size_t)n);
		if ((size_t)n == want && want == CHUNK)
			n -= OVERLAP;
		at += (uint64_t)n;
	}
}

static int
look_at_file(const char *path, const struct stat *st, int what,
    struct FTW *place)
{
	int fd;

	(void)place;
	if (what != FTW_F || !S_ISREG(st->st_mode))
		return 0;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0) {
		fprintf(stderr, "canary_scan: %s: %s\n", path,
		    strerror(errno));
		failed = true;
		return 0;
	}
	next_place();
	look_from(fd, path, 0, (uint64_t)st->st_size);
	close(fd);
	return 0;
}

static void
look_at_process(const char *pid)
{
	char path[64], line[1024], where[64];
	uint64_t from, to, before = looked;
	char mode[8];
	FILE *maps;
	int fd;

	snprintf(path, sizeof path, "/proc/%s/mem", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	snprintf(path, sizeof path, "/proc/%s/maps", pid);
	maps = fopen(path, "re");
	snprintf(where, sizeof where, "memory of %s", pid);
	next_place();
	while (fd >= 0 && maps != NULL &&
	    fgets(line, sizeof line, maps) != NULL)
		if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %7s", &from, &to,
		    mode) == 3 && mode[1] == 'w')
			look_from(fd, where, from, to);
	if (looked == before) {
		fprintf(stderr, "canary_scan: %s: %s\n", where,
		    strerror(errno));
		failed = true;
	}
	if (maps != NULL)
		fclose(maps);
	if (fd >= 0)
		close(fd);
}

int
main(int argc, char **argv)
{
	chunk = malloc(CHUNK);
	if (argc < 3 || chunk == NULL || !read_patterns(argv[1])) {
		fprintf(stderr, "usage: canary_scan PATTERNS "
		    "FILE|FOLDER|pid:N ..\n");
		return 2;
	}
	for (int i = 2; i < argc; i++) {
		if (strncmp(argv[i], "pid:", 4) == 0)
			look_at_process(argv[i] + 4);
		else if (nftw(argv[i], look_at_file, 16, FTW_PHYS) != 0)
			failed = true;
	}
	printf("looked at %" PRIu64 " KiB for %u strings\n", looked / 1024,
	    n_patterns);
	return failed ? 2 : found ? 1 : 0;
}
