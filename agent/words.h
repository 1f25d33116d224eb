/*
 * What people read when the answer is no, and in other states (USERS 5).
 * One data file, agent/words.def.  One face for "no": whatever ended a
 * permission, a sender reads one sentence and a reader another, byte for
 * byte; only the custodian and the auditor are shown the true rule.
 */
#ifndef WAYLEAVE_AGENT_WORDS_H
#define WAYLEAVE_AGENT_WORDS_H

#include <stddef.h>

enum words_face {
	WORDS_SENDER,                  /* the agency that wanted to send */
	WORDS_READER,                  /* the one that wanted to open */
	WORDS_ADVOCATE,                /* the custodian's workers */
	WORDS_LEAD,
	WORDS_ANYONE                   /* no case, no role */
};

/* What to put for {name}. */
struct words_value {
	const char *name, *value;
};

/*
 * The rule as it may be told to this face: R4, R6, R7, R11 and the states
 * behind them become "R1" for sender and reader.  Static storage.
 */
const char *words_rule(const char *rule, enum words_face face);
/* The sentence with its placeholders, or NULL when there is none. */
const char *words_text(const char *rule, enum words_face face);
/*
 * The sentence with placeholders filled in, cut at n, always with a NUL.
 * A placeholder without value reads as its own name in words.  An unknown
 * rule gives the face's R1.  Returns out.
 */
char *words_say(const char *rule, enum words_face face,
    const struct words_value *values, size_t n_values, char *out, size_t n);

/* The same for any sentence. */
char *words_fill(const char *text, const struct words_value *values,
    size_t n_values, char *out, size_t n);

#endif
