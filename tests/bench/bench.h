/*
 * What every bench has: an end in one line when something fails, and a main
 * in which the helpers of tests/support may be used.  check(3)'s assertions
 * note each step in a file, so nothing that is timed may use them: must().
 */
#ifndef WAYLEAVE_TESTS_BENCH_BENCH_H
#define WAYLEAVE_TESTS_BENCH_BENCH_H

#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "tests/support/measure.h"
#include "tests/support/test.h"

static inline void
bench_must(enum error_code e, const char *what, const char *file, int line)
{
	if (e == ERR_NONE)
		return;
	(void)fprintf(stderr, "%s:%d: %s: %s\n", file, line, what,
	    error_text(e));
	exit(1);
}
#define must(call) bench_must((call), #call, __FILE__, __LINE__)
#define must_be(truth) \
	bench_must((truth) ? ERR_NONE : ERR_INTERNAL, #truth, __FILE__, __LINE__)

/* Defines main: runs `body` once, in this process, without a time limit. */
#define BENCH_MAIN(body)                                                  \
	static int bench_argc;                                            \
	static char **bench_argv;                                         \
	START_TEST(bench_body)                                            \
	{                                                                 \
		body(bench_argc, bench_argv);                             \
	}                                                                 \
	END_TEST                                                          \
	static void bench_fill(TCase *tc) { tcase_add_test(tc, bench_body); } \
	int                                                               \
	main(int argc, char **argv)                                       \
	{                                                                 \
		bench_argc = argc;                                        \
		bench_argv = argv;                                        \
		(void)setenv("CK_FORK", "no", 1);                         \
		return test_main("bench", bench_fill, 1e6);               \
	}

#endif
