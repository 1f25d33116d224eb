/*
 * Gathers the facts for the rules and the surroundings for the fold from a
 * store.  The broker, the auditor's replay and the agent's slice call the
 * same functions, so the same entries give the same answers everywhere.
 */
#ifndef WAYLEAVE_STORE_FACTS_H
#define WAYLEAVE_STORE_FACTS_H

#include "store/store.h"

/* Room the facts point into; keep it alive as long as the facts. */
struct facts_room {
	struct grant grant[RULES_GRANTS_MAX];
	uint8_t need[WIRE_MESSAGE_LABELS][WIRE_LABEL];
};

/*
 * Facts for admitting `r` (decoded body `b`) at time `now`.  `cite_ok` is the
 * caller's finding about the citation; `root_ok`, `duty_ok` and the
 * signatures were checked before.
 */
MUST_USE enum error_code facts_for_record(struct store *s, uint64_t now,
    const struct record *r, const struct body *b, bool cite_ok,
    struct facts_room *room, struct facts *out);
/* For delivering queued message `m`. */
MUST_USE enum error_code facts_for_delivery(struct store *s, uint64_t now,
    const struct store_message *m, struct facts_room *room, struct facts *out);
/* For message number `i` of an opening. */
MUST_USE enum error_code facts_for_opening(struct store *s, uint64_t now,
    const struct record *r, const struct body *b, unsigned i, bool cite_ok,
    struct facts_room *room, struct facts *out);

/* decide for a record: opening is asked message by message elsewhere. */
/* Folds `e` and applies its effects. */
MUST_USE enum error_code facts_apply(struct store *s, const struct entry *e,
    bool slice);

/*
 * What must be written directly after `e` (PROTOCOL "Records", "Ledger"):
 * `frozen` after a stop, `ended` after a withdrawal, closing, revocation.
 * `write` gets kind and payload and appends it as the next entry.
 */
typedef enum error_code facts_write(void *ctx, enum entry_kind kind,
    struct bytes payload);
MUST_USE enum error_code facts_consequences(struct store *s,
    const struct entry *e, facts_write *write, void *ctx);

#endif
