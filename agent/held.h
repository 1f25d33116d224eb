/*
 * What this agency holds of one case and this worker may read now: its own
 * records and the messages open for the worker.  Plaintext lives in memory
 * only, for one request, and is wiped by held_free.
 */
#ifndef WAYLEAVE_AGENT_HELD_H
#define WAYLEAVE_AGENT_HELD_H

#include "agent/intake/mailbox.h"
#include "agent/practice/map.h"
#include "agent/practice/pattern.h"
#include "agent/signin/workers.h"

struct held_item {
	struct content content;
	bool own, recalled;
	struct mail mail;               /* when not own */
	uint8_t slots[8][16];           /* when not own */
	uint64_t at;
	/* Of what is no observation: those it is about, indices into held. */
	size_t links[OBSERVATION_LINKS_MAX];
	size_t n_links;
};

struct held_case {
	struct held_item *item;         /* own first, by time; then received */
	size_t n;
	size_t closed;                  /* messages here that are not open now */
	struct held *held;              /* observations among them, for maps */
	size_t n_held;
	struct case_people people;
	struct arena *arena;
};

MUST_USE enum error_code held_load(struct agent *a, const struct worker *w,
    const uint8_t case_id[static WIRE_CASE], struct held_case *out,
    struct why *why);
void held_free(struct held_case *h);

/* Message indices of the case that this worker would have to open, <= max. */
MUST_USE enum error_code held_unopened(struct agent *a,
    const struct worker *w, const uint8_t case_id[static WIRE_CASE],
    uint64_t *idx, unsigned max, unsigned *n);

#endif
