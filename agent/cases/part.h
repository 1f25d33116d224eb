/*
 * Between the parts of cases (cases_*.c, consent*.c) alone.
 */
#ifndef WAYLEAVE_AGENT_CASES_PART_H
#define WAYLEAVE_AGENT_CASES_PART_H

#include "agent/cases/cases.h"

/* ---- terms.c: table `terms` -------------------------------------- */
enum terms_state {
	TERMS_AGREE = 1,        /* opened, and its labels are these terms' */
	TERMS_DISAGREE = 2,     /* not in force for us, reported */
	TERMS_WAITING = 3,      /* its arrow key has not come */
	TERMS_REFUSED = 4,      /* ours, and not admitted */
};

struct terms_row {
	uint8_t id[WIRE_HASH];          /* record id of the grant */
	char sender[WIRE_ID_MAX + 1], recipient[WIRE_ID_MAX + 1];
	uint64_t idx;                   /* its entry, 0 when not admitted */
	enum terms_state state;
};

/* A grant in the ledger: its terms opened and compared, or kept to wait. */
MUST_USE enum error_code terms_take(struct agent *a,
    const uint8_t case_id[static WIRE_CASE],
    const uint8_t id[static WIRE_HASH], uint64_t idx, uint64_t at,
    const struct wire_grant *g);
/* The arrow key came: those of the arrow that waited. */
MUST_USE enum error_code terms_retry(struct agent *a,
    const uint8_t case_id[static WIRE_CASE], const char *sender,
    const char *recipient, uint64_t at);
/* Our own, before it is sent; `plain` is their encoding. */
MUST_USE enum error_code terms_put(struct agent *a,
    const uint8_t case_id[static WIRE_CASE],
    const uint8_t id[static WIRE_HASH], const struct wire_grant *g,
    struct bytes plain);
MUST_USE enum error_code terms_refused(struct agent *a,
    const uint8_t id[static WIRE_HASH]);
typedef enum error_code terms_visit(void *ctx, const struct terms_row *r);
MUST_USE enum error_code terms_list(struct agent *a,
    const uint8_t case_id[static WIRE_CASE], terms_visit *visit, void *ctx);
/* The 16 labels these terms give on this arrow. */
MUST_USE enum error_code terms_labels(const uint8_t key[static 32],
    const struct terms *t,
    uint8_t out[WIRE_GRANT_LABELS][WIRE_LABEL]);

/* ---- keys.c: arrow keys owed ------------------------------------- */
/* After a grant: both ends but ourselves get the arrow key, once. */
MUST_USE enum error_code keys_owe(struct agent *a,
    const uint8_t case_id[static WIRE_CASE], const char *sender,
    const char *recipient);
void keys_turn(struct agent *a, uint64_t now);

/* ---- intro.c ----------------------------------------------------- */
void intro_turn(struct agent *a, uint64_t now);
/* Its permission came: try it this turn. */
MUST_USE enum error_code intro_now(struct agent *a,
    const uint8_t case_id[static WIRE_CASE], const char *recipient);

#endif
