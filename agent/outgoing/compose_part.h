/*
 * What the files of composing share: whether a copy may go, and what it waits
 * for.  Internal to agent/outgoing/compose*.c.
 */
#ifndef WAYLEAVE_AGENT_COMPOSE_PART_H
#define WAYLEAVE_AGENT_COMPOSE_PART_H

#include "agent/outgoing/compose.h"
#include "keys/arrow.h"

/* The permission that a copy goes under. */
struct permission {
	uint8_t label[WIRE_MESSAGE_LABELS][WIRE_LABEL];
	unsigned n;
	uint8_t arrow[ARROW_KEY];
	uint64_t until;
	struct terms terms;
	struct grant grant;
};

/* Our rules and the terms, for one copy.  A "no" is written into it. */
MUST_USE enum error_code compose_judge(struct agent *a,
    const uint8_t case_id[static WIRE_CASE], const struct content *c,
    struct copy *copy, struct permission *p);

/* One copy, judged again: sealed and queued, or kept until a key comes. */
MUST_USE enum error_code compose_copy(struct agent *a,
    const struct worker *w, const uint8_t case_id[static WIRE_CASE],
    const struct content *c, struct copy *copy, struct why *why);

/* The newest sealing key known, if it is still young enough. */
bool compose_key(struct agent *a, const char *member,
    struct wire_sealing_key *out);
/* Asks for a younger one, and keeps the copy until it is there. */
MUST_USE enum error_code compose_keep(struct agent *a,
    const struct worker *w, const uint8_t case_id[static WIRE_CASE],
    const struct content *c, struct copy *copy);

#endif
