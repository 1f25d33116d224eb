/*
 * Facts for the tests of the rules: an admissible question of each sort, and
 * for each rule what makes it, and it alone, fail.
 */
#ifndef WAYLEAVE_TESTS_SUPPORT_QUESTION_H
#define WAYLEAVE_TESTS_SUPPORT_QUESTION_H

#include "ledger/rules.h"
#include "tests/support/sample.h"

#define NOW UINT64_C(1900000300000)
#define DAYS(n) ((n) * (uint64_t)DAY_MS)
#define HOURS(n) ((n) * (uint64_t)HOUR_MS)

/* Everything that facts point at, so that one can be changed. */
struct question {
	struct facts f;
	struct wire_partnership policy;
	struct record record;
	struct body body;
	struct grant grant[3];
	uint8_t need[WIRE_MESSAGE_LABELS][WIRE_LABEL];
};

struct baseline {
	const char *name;
	enum ask ask;
	enum wire_kind kind;          /* KIND_NONE: no record */
};
enum { BASELINES = 26 };
extern const struct baseline baseline[BASELINES];

/* What every rule admits; bodies live in `a`. */
void question_make(struct question *w, const struct baseline *b,
    struct arena *a);
/* The same by name; fails the test when there is none. */
void question_named(struct question *w, const char *name, struct arena *a);
/* In force from 40 days ago for 8 days more, with labels 1, 3, 5 .. 31. */
void question_grant(struct grant *g, uint64_t idx);
/* Signed at this time. */
void question_stamp(struct question *w, uint64_t ms);

/* What makes the rule of this number fail. */
extern void (*const mutation[RULE_END])(struct question *);

#endif
