/*
 * A consent set: one conversation, written down once, and the grid of who
 * may tell whom what (USERS M21).  It gives one full set of terms for every
 * arrow: what is signed is N plain permissions.  Pure.
 *
 * {"schema":"wayleave/consent-set/1","case":{"local":".."},
 *  "conversation":{fields of terms that hold for all},
 *  "grants":[{"name":"G01","from":"a","to":["b","c"],"scopes":[..],
 *    "purpose":"PU01","days":60, any other field of terms}]}
 */
#ifndef WAYLEAVE_AGENT_PRACTICE_CONSENT_SET_H
#define WAYLEAVE_AGENT_PRACTICE_CONSENT_SET_H

#include "agent/practice/terms.h"

enum { CONSENT_SET_MAX = 128 };

struct consent_line {
	char name[16];                 /* the writer's own, "G01"; or "" */
	struct terms terms;            /* case id and random bytes are zero */
};

struct consent_set {
	char case_local[64];
	struct consent_line *v;        /* owned */
	size_t n;
};

/*
 * Reads a set; every permission begins at `from` (ms since 1970) and ends
 * `days` later (30 when absent).  Form only: terms_check judges each line.
 * Errors as observation_read.  Destroy with consent_set_destroy.
 */
MUST_USE enum error_code consent_set_read(struct consent_set **out,
    const char *json, size_t n, uint64_t from, struct why *why);
/* Wipes and frees; accepts NULL. */
void consent_set_destroy(struct consent_set **s);

#endif
