/*
 * What the rules of patterns and gaps look at, and small questions that
 * several of them ask.  Private to agent/practice.
 */
#ifndef WAYLEAVE_AGENT_PRACTICE_PATTERN_HAVE_H
#define WAYLEAVE_AGENT_PRACTICE_PATTERN_HAVE_H

#include "agent/practice/pattern.h"

struct have {
	const struct held *h;
	size_t n;
	const struct case_people *people;
	struct pattern *out;
};

/* Any code of this group in it? */
bool have_group(const struct observation *o, enum vocabulary_group g);
/* An act of control or of harm to a child. */
bool have_act(const struct observation *o);
/* An effect on a child (AI01..AI17). */
bool have_effect(const struct observation *o);
/* Tied to police visits, contact or court days (TG1, TG4, TG5). */
bool have_event(const struct observation *o);
/* About an earlier relationship (CH16, RC5, DM16). */
bool have_earlier(const struct observation *o);
/* Evidence of real change (BC07..BC12). */
bool have_change(const struct observation *o);
/* Is there a held record that `test` holds for? */
bool have_any(const struct have *x, bool (*test)(const struct observation *));

/* Adds the open gaps to x->out. */
void pattern_gaps(const struct have *x);

#endif
