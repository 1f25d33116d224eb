/*
 * What many tests need: a main, a folder of one's own, and chance that can
 * be repeated.
 */
#ifndef WAYLEAVE_TESTS_SUPPORT_TEST_H
#define WAYLEAVE_TESTS_SUPPORT_TEST_H

#include <check.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Runs the tests that `fill` adds to the case, each within `seconds`;
 * returns what main returns.
 */
int test_main(const char *name, void (*fill)(TCase *tc), double seconds);

#define TEST_PATH 300

/* An empty folder, removed with all in it when the process ends. */
void test_dir(char out[static TEST_PATH]);
/* dir/name into out. */
void test_path(char out[static TEST_PATH], const char *dir,
    const char *name);
/* Makes a file with this text and mode 0600. */
void test_file(const char *path, const char *text);
/* The file as a string that the caller frees; fails the test if there is
 * none. */
char *test_slurp(const char *path);

/* The next number of a fixed sequence; *state starts at any value but 0. */
uint64_t test_random(uint64_t *state);
/* Fills n bytes from it. */
void test_random_bytes(uint64_t *state, void *out, size_t n);

/* ERR_NONE, or fail with the error's text. */
#define ck_ok(call)                                                       \
	do {                                                              \
		enum error_code ck_e_ = (call);                           \
		ck_assert_msg(ck_e_ == ERR_NONE, "%s: %s", #call,         \
		    error_text(ck_e_));                                   \
	} while (0)
/* This error, or fail with the text of the other. */
#define ck_err(call, want)                                                \
	do {                                                              \
		enum error_code ck_e_ = (call);                           \
		ck_assert_msg(ck_e_ == (want), "%s: %s, not %s", #call,   \
		    error_text(ck_e_), error_text(want));                 \
	} while (0)

#endif
