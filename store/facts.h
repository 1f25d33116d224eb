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
 * What the caller found out about a record before asking: signatures are not
 * a question for the rules, but whether the keys that verified are in force
 * at this entry is.
 */
struct facts_checked {
	bool cite_ok;               /* the citation is of this ledger; true for
	                             * an empty one */
	const uint8_t *signer_key;  /* 32 bytes: verified the signature */
	const uint8_t *cosigner_key;/* the cosignature; NULL without one */
	const uint8_t *id;          /* record id; NULL: to be computed */
};

/*
 * Facts for admitting `r` (decoded body `b`) at time `now`; an opening as
 * such, its messages are asked for one by one.  The first `partnership`
 * record is the caller's to check against the pinned root.
 */
MUST_USE enum error_code facts_for_record(struct store *s, uint64_t now,
    const struct record *r, const struct body *b,
    const struct facts_checked *checked, struct facts_room *room,
    struct facts *out);
/* For delivering queued message `m`, or sending it out again. */
MUST_USE enum error_code facts_for_delivery(struct store *s, uint64_t now,
    const struct store_message *m, struct facts_room *room, struct facts *out);
/* For message number `i` of an opening; also asked when it is retried. */
MUST_USE enum error_code facts_for_opening(struct store *s, uint64_t now,
    const struct record *r, const struct body *b, unsigned i,
    struct facts_room *room, struct facts *out);
/* Before a message is sealed: may it be sent (ASK_SEND)?  `expires` is 0
 * while it is not chosen. */
MUST_USE enum error_code facts_for_sending(struct store *s, uint64_t now,
    const uint8_t case_id[static WIRE_CASE], const char *sender,
    const char *recipient, const uint8_t (*need)[WIRE_LABEL], unsigned n_need,
    uint64_t expires, struct facts_room *room, struct facts *out);
/*
 * May its recipient read this message now?  As facts_for_opening(), but
 * without an opening and a worker: for an agent that shows what can be
 * opened, or closes what is open when news come.
 */
MUST_USE enum error_code facts_for_reading(struct store *s, uint64_t now,
    const struct store_message *m, struct facts_room *room,
    struct facts *out);

/*
 * What the record's signer is told of a verdict on line i of its opening
 * follows from rule_shown_as().  Lease end of an admitted one: the earlier of
 * now + the partnership's lease and the end of the permission used.
 */
uint64_t facts_lease_end(const struct facts *f, const struct verdict *v);

/* A recipient without a grant in effect from then on is new: 90 days ago. */
uint64_t facts_pair_since(uint64_t now);

/*
 * Folds `e` and applies its effects.  `self` is NULL for the whole ledger
 * (broker, auditor, rebuild); an agent's slice names its own member id, and
 * keeps count of its news itself (fold_news_hash).
 */
MUST_USE enum error_code facts_apply(struct store *s, const struct entry *e,
    const char *self);

/*
 * What must be written directly after `e` (PROTOCOL "Records", "Ledger"):
 * `frozen` after a stop or after phrases that were presented before, `ended`
 * after a withdrawal, closing or revocation, `dropped` after the recall of a
 * queued message.  To be called when `e` has been applied.  `write` gets kind
 * and payload, appends it as the next entry and applies it (facts_apply); an
 * auditor's compares with the next entry instead.
 */
typedef enum error_code facts_write(void *ctx, enum entry_kind kind,
    struct bytes payload);
MUST_USE enum error_code facts_consequences(struct store *s,
    const struct entry *e, facts_write *write, void *ctx);

/*
 * The `ended` entries that a frozen case is owed (store_owed_ended()), in a
 * batch after that of the stop: one per arrow, in byte order.
 */
MUST_USE enum error_code facts_owed_ended(struct store *s,
    const uint8_t case_id[static WIRE_CASE], facts_write *write, void *ctx);

#endif
