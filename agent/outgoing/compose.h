/*
 * One content becomes one message per recipient: each may see what its own
 * permission covers, and nobody learns who else was told (PROTOCOL 4).
 *
 * Plaintext of a message: eight link slots of 16 bytes, then the content's
 * canonical JSON.  A slot is BLAKE2b-128(key = linked record's id, message
 * id); unused ones are random.
 */
#ifndef WAYLEAVE_AGENT_COMPOSE_H
#define WAYLEAVE_AGENT_COMPOSE_H

#include "agent/agent.h"
#include "agent/practice/content.h"
#include "agent/practice/terms.h"
#include "agent/practice/validate.h"
#include "agent/signin/workers.h"

enum { COMPOSE_SLOTS = 8, COMPOSE_RECIPIENTS_MAX = 64 };

enum copy_state {
	COPY_QUEUED = 1,        /* sealed, durable once flushed, on its way */
	COPY_WAITING = 2,       /* no sealing key known yet: kept, goes later */
	COPY_REFUSED = 3,
};

/* What became of one copy. */
struct copy {
	char member[WIRE_ID_MAX + 1];
	enum copy_state state;
	char rule[8];           /* "R1", "V5": what the sender is told */
	char text[400];         /* in words (agent/words.h) */
	enum rule true_rule;    /* for this agency's own audit file only */
	uint8_t stamp[WIRE_STAMP];
	uint64_t expires;       /* ms */
};

/*
 * Who gets which part: fills copies (state QUEUED or REFUSED) without
 * sealing anything.  Same checks as compose_send.
 */
MUST_USE enum error_code compose_preview(struct agent *a,
    const struct worker *w, const uint8_t case_id[static WIRE_CASE],
    const struct content *c, struct copy *copy, unsigned n, struct why *why);

/*
 * Validates (V1..V10: then ERR_REFUSED with `refusal`, nothing is kept),
 * keeps our own copy sealed in the books, and queues one message for each
 * copy whose permission is in force; copy[i].member is the input.  A refusal
 * at home goes to the agency's audit file, content-free.  In a transaction of
 * the caller's what was queued is not signed yet: outgoing_seal before its
 * end, then one signature serves all.
 */
MUST_USE enum error_code compose_send(struct agent *a,
    const struct worker *w, const uint8_t case_id[static WIRE_CASE],
    const struct content *c, struct copy *copy, unsigned n,
    struct refusal *refusal, struct why *why);

/* Copies that waited for a sealing key; once a turn. */
void compose_turn(struct agent *a);

/* Recipients of the copies of this record that still wait for one. */
typedef enum error_code compose_visit(void *ctx, const char *member);
MUST_USE enum error_code compose_waiting(struct agent *a,
    const struct record_id *id, compose_visit *visit, void *ctx);
/* And of those whose permission ended while they waited: never sent. */
MUST_USE enum error_code compose_stopped(struct agent *a,
    const struct record_id *id, compose_visit *visit, void *ctx);

/*
 * What the terms of a grant of this arrow say to this content, by what this
 * agency knows of the two ends: asked by the sender, and by the recipient of
 * what it opened (PROTOCOL 3).  ERR_REFUSED with `no`.
 */
MUST_USE enum error_code compose_terms(struct agent *a,
    const uint8_t case_id[static WIRE_CASE], const struct store_arrow *arrow,
    const struct grant *g, const struct terms *terms,
    const struct content *c, struct refusal *no);

/* Which slot of this message stands for that record; -1: none. */
int compose_slot_of(const uint8_t slots[COMPOSE_SLOTS][16],
    const uint8_t message[static WIRE_STAMP], const struct record_id *id);

/* Members that our agency has a grant in force to, in this case. */
MUST_USE enum error_code compose_allowed(struct agent *a,
    const uint8_t case_id[static WIRE_CASE], compose_visit *visit, void *ctx);

#endif
