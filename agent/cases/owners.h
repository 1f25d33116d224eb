/*
 * Who here looks after a gap or a task of a case, until when, and whether a
 * task is done here.  One sealed row each; it stays at this agency.
 */
#ifndef WAYLEAVE_AGENT_CASES_OWNERS_H
#define WAYLEAVE_AGENT_CASES_OWNERS_H

#include "agent/agent.h"

enum { OWNERS_MAX = 1024, OWNER_TO = 65 };

struct owner {
	char what[40];                 /* "GP01", or a task's id in hex */
	char to[OWNER_TO];             /* a worker or an agency */
	char due[16];                  /* "" none */
	bool done;                     /* of a task */
	char by[64];                   /* the account that said it was done */
	uint64_t at;                   /* when, ms; 0 */
};

/* All of a case, OWNERS_MAX at most; the caller frees *list. */
MUST_USE enum error_code owners_load(struct agent *a,
    const uint8_t case_id[static WIRE_CASE], struct owner **list, size_t *n);
/* Of one gap or task; ERR_NOTFOUND. */
MUST_USE enum error_code owners_get(struct agent *a,
    const uint8_t case_id[static WIRE_CASE], const char *what,
    struct owner *out);
/* Within a transaction of its own; takes the place of the one before. */
MUST_USE enum error_code owners_put(struct agent *a,
    const uint8_t case_id[static WIRE_CASE], const struct owner *o);
/* The one of `what` in a list; NULL. */
const struct owner *owners_find(const struct owner *list, size_t n,
    const char *what);

#endif
