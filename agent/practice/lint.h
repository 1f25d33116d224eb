/*
 * The language check (DOMAIN 5): finds wording that hides violence or who
 * did it, or blames the one harmed, and offers other words.  Advice only:
 * it never blocks, is never logged, never leaves the agent.  Pure.
 */
#ifndef WAYLEAVE_AGENT_PRACTICE_LINT_H
#define WAYLEAVE_AGENT_PRACTICE_LINT_H

#include <stdbool.h>
#include <stddef.h>

#include "agent/practice/observation.h"

enum lint_class {
	LINT_VIOLENCE = 1 << 0,        /* V: violence hidden */
	LINT_PERPETRATOR = 1 << 1,     /* P: who did it is invisible */
	LINT_RESISTANCE = 1 << 2,      /* R: resistance hidden */
	LINT_BLAME = 1 << 3,           /* B */
	LINT_MUTUAL = 1 << 4,          /* M */
	LINT_ATTENDANCE = 1 << 5,      /* A: attendance taken for change */
	LINT_CAUSE = 1 << 6            /* X: excuse as cause */
};

struct lint_hit {
	unsigned row;                  /* 1..45 */
	unsigned classes;              /* enum lint_class */
	size_t at, n;                  /* bytes of the text */
	const char *offer;             /* static */
};

/* What the wording is about; rows marked so apply only with `survivor`. */
struct lint_context {
	bool survivor;                 /* actor or owner is, or C3, C5, SR */
	/*
	 * Tagged as a person's own words: what stands in quotation marks is
	 * skipped, or all of it where there are none.
	 */
	bool quoted;
};

enum { LINT_HITS_MAX = 32 };

/* Hits in order of place, at most max; returns how many. */
size_t lint_text(const char *text, const struct lint_context *c,
    struct lint_hit *hits, size_t max);
/*
 * The same for an observation: context from its component, actor and owner;
 * `survivor` is the person id of the one harmed ("P2").  Nothing for a
 * record that carries DM01..DM04.
 */
size_t lint_observation(const struct observation *o, const char *survivor,
    struct lint_hit *hits, size_t max);
/* "V,P" into out. */
void lint_classes_text(unsigned classes, char out[static 16]);
/* How many rows there are, and the pattern and offer of one (1..n). */
size_t lint_rows(void);
const char *lint_row_pattern(unsigned row);
const char *lint_row_offer(unsigned row);

#endif
