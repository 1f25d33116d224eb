#include "tests/support/measure.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

uint64_t
measure_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

uint64_t
measure_cpu_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

void
measure_say(double value, const char *unit, const char *name, ...)
{
	va_list ap;

	va_start(ap, name);
	(void)vprintf(name, ap);
	va_end(ap);
	(void)printf("\t%.6g\t%s\n", value, unit);
	(void)fflush(stdout);
}

void
samples_add(struct samples *s, uint64_t ns)
{
	if (s->n == s->cap) {
		s->cap = s->cap == 0 ? 4096 : 2 * s->cap;
		s->v = realloc(s->v, s->cap * sizeof *s->v);
		if (s->v == NULL)
			abort();
	}
	s->v[s->n++] = ns;
}

static int
ascending(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

uint64_t
samples_at(struct samples *s, double p)
{
	size_t i;

	if (s->n == 0)
		return 0;
	qsort(s->v, s->n, sizeof *s->v, ascending);
	i = (size_t)((double)s->n * p / 100.0);
	return s->v[i < s->n ? i : s->n - 1];
}

void
samples_free(struct samples *s)
{
	free(s->v);
	memset(s, 0, sizeof *s);
}

static bool
proc_text(pid_t pid, const char *name, char *out, size_t cap)
{
	char path[64];
	size_t n;
	FILE *f;

	(void)snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
	f = fopen(path, "r");
	if (f == NULL)
		return false;
	n = fread(out, 1, cap - 1, f);
	out[n] = '\0';
	(void)fclose(f);
	return n > 0;
}

/* Time on a processor of all threads, ns: exact, unlike the clock ticks. */
static bool
threads_ns(pid_t pid, uint64_t *out)
{
	char path[64], name[300], text[100];
	const struct dirent *d;
	DIR *dir;

	(void)snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
	dir = opendir(path);
	if (dir == NULL)
		return false;
	*out = 0;
	while ((d = readdir(dir)) != NULL) {
		if (d->d_name[0] == '.')
			continue;
		(void)snprintf(name, sizeof name, "task/%s/schedstat",
		    d->d_name);
		if (proc_text(pid, name, text, sizeof text))
			*out += strtoull(text, NULL, 10);
	}
	(void)closedir(dir);
	return true;
}

bool
usage_of(pid_t pid, struct usage *out)
{
	uint64_t ns, pages;
	char text[4096];
	const char *p;

	memset(out, 0, sizeof *out);
	if (!threads_ns(pid, &ns) || !proc_text(pid, "statm", text,
	    sizeof text) || sscanf(text, "%*u %" SCNu64, &pages) != 1)
		return false;
	out->cpu = (double)ns / 1e9;
	out->rss = pages * (uint64_t)sysconf(_SC_PAGESIZE);
	if (proc_text(pid, "io", text, sizeof text) &&
	    (p = strstr(text, "\nwrite_bytes:")) != NULL)
		out->written = strtoull(p + 14, NULL, 10);
	return true;
}
