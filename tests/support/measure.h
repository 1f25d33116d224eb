/*
 * Measuring: a clock, percentiles, and what a process has used.  Benches
 * print one figure a line, "name<TAB>value<TAB>unit", so that tests/bench/run
 * can take medians over several runs.
 */
#ifndef WAYLEAVE_TESTS_SUPPORT_MEASURE_H
#define WAYLEAVE_TESTS_SUPPORT_MEASURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

uint64_t measure_ns(void);
/* Of this thread: others on the same cores are not counted. */
uint64_t measure_cpu_ns(void);

/* One line of output; the name is printf-formatted. */
void measure_say(double value, const char *unit, const char *name, ...)
    __attribute__((format(printf, 3, 4)));

/* Durations in ns, as many as come. */
struct samples {
	uint64_t *v;
	size_t n, cap;
};
void samples_add(struct samples *s, uint64_t ns);
/* The p-th percentile (0 to 100) in ns; sorts.  0 without samples. */
uint64_t samples_at(struct samples *s, double p);
void samples_free(struct samples *s);

/* From /proc; all since the process began. */
struct usage {
	double cpu;             /* seconds, of the threads there are */
	uint64_t rss;           /* bytes now */
	uint64_t written;       /* bytes given to the block layer */
};
bool usage_of(pid_t pid, struct usage *out);

#endif
