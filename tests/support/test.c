#include "tests/support/test.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int
test_main(const char *name, void (*fill)(TCase *tc), double seconds)
{
	Suite *suite = suite_create(name);
	TCase *tc = tcase_create(name);
	SRunner *runner;
	int failed;

	tcase_set_timeout(tc, seconds);
	fill(tc);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

struct made {
	struct made *next;
	pid_t by; /* a forked child must not clean up for its parent */
	char path[TEST_PATH];
};

static struct made *all_made;

static int
remove_one(const char *path, const struct stat *st, int type,
    struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	(void)remove(path);
	return 0;
}

static void
clean_up(void)
{
	while (all_made != NULL) {
		struct made *m = all_made;

		all_made = m->next;
		if (m->by == getpid())
			(void)nftw(m->path, remove_one, 16,
			    FTW_DEPTH | FTW_PHYS);
		free(m);
	}
}

void
test_dir(char out[static TEST_PATH])
{
	const char *tmp = getenv("TMPDIR");
	struct made *m = calloc(1, sizeof *m);

	ck_assert_ptr_nonnull(m);
	snprintf(m->path, sizeof m->path, "%s/wayleave-unit.XXXXXX",
	    tmp == NULL ? "/tmp" : tmp);
	ck_assert_ptr_nonnull(mkdtemp(m->path));
	m->by = getpid();
	if (all_made == NULL)
		atexit(clean_up);
	m->next = all_made;
	all_made = m;
	memcpy(out, m->path, TEST_PATH);
}

void
test_path(char out[static TEST_PATH], const char *dir, const char *name)
{
	int n = snprintf(out, TEST_PATH, "%s/%s", dir, name);

	ck_assert_int_gt(n, 0);
	ck_assert_int_lt(n, TEST_PATH);
}

void
test_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	ck_assert_ptr_nonnull(f);
	ck_assert_int_ge(fputs(text, f), 0);
	ck_assert_int_eq(fchmod(fileno(f), 0600), 0);
	ck_assert_int_eq(fclose(f), 0);
}

char *
test_slurp(const char *path)
{
	FILE *f = fopen(path, "r");
	char *text = NULL;
	size_t cap = 0;
	ssize_t n;

	ck_assert_msg(f != NULL, "%s is not there", path);
	n = getdelim(&text, &cap, '\0', f);
	fclose(f);
	if (n < 0 && text != NULL)
		text[0] = '\0';
	ck_assert_ptr_nonnull(text);
	return text;
}

/* xorshift64*: plain, and the same everywhere. */
uint64_t
test_random(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 0x2545f4914f6cdd1dull;
}

void
test_random_bytes(uint64_t *state, void *out, size_t n)
{
	uint8_t *p = out;

	while (n-- > 0)
		*p++ = (uint8_t)(test_random(state) >> 56);
}
