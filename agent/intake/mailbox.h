/*
 * Delivered messages.  Stored untouched and closed; rejected ones go to
 * quarantine with the rule.  Names of states as in INTERNALS 5.
 */
#ifndef WAYLEAVE_AGENT_MAILBOX_H
#define WAYLEAVE_AGENT_MAILBOX_H

#include "agent/agent.h"

enum mail_state {
	MAIL_STORED = 1, MAIL_OPEN = 2, MAIL_LOCKED = 3, MAIL_RECALLED = 4,
	MAIL_REJECTED = 5, MAIL_GONE = 6,
};

struct mail {
	uint64_t idx, delivered_idx;    /* ledger indices; idx names it */
	uint8_t id[WIRE_STAMP], case_id[WIRE_CASE];
	char sender[WIRE_ID_MAX + 1];
	uint64_t at, expires;           /* delivered, ms */
	enum mail_state state;
	bool urgent, introduction;
	char opened_by[WIRE_ROLE_MAX + 1]; /* role of who opened it first here */
	uint64_t opened_at;
	uint8_t record_id[WIRE_HASH];
};

/* Takes in one delivered message, inside intake's transaction: all checks
 * of PROTOCOL 6 "Delivery"; a failed one quarantines and owes a rejection. */
MUST_USE enum error_code mailbox_take(struct agent *a,
    const struct entry *submission, const struct entry *delivered,
    struct bytes ciphertext);
/* Quarantines one that was not even folded, and owes a rejection. */
MUST_USE enum error_code mailbox_reject(struct agent *a,
    const struct entry *submission, struct bytes ciphertext, uint32_t rule,
    const char *why);
/* The same for one that was stored and, once open, does not hold what it
 * should (enum receipt_outcome): in the caller's transaction. */
MUST_USE enum error_code mailbox_reject_opened(struct agent *a,
    const struct mail *m, uint32_t outcome, const char *why);
/* Composes the receipts owed, one record per case. */
MUST_USE enum error_code mailbox_receipts(struct agent *a);

MUST_USE enum error_code mailbox_get(struct agent *a, uint64_t idx,
    struct mail *out);
/* Newest first within urgent first; case NULL: all. */
typedef enum error_code mailbox_visit(void *ctx, const struct mail *m);
MUST_USE enum error_code mailbox_list(struct agent *a,
    const uint8_t *case_id, mailbox_visit *visit, void *ctx);
/* Urgent ones that are closed and nobody here has opened, newest first. */
MUST_USE enum error_code mailbox_urgent(struct agent *a, unsigned max,
    mailbox_visit *visit, void *ctx);
/* Those with an index below `before` (<= INT64_MAX), newest first, without
 * regard to urgency; case NULL: all. */
MUST_USE enum error_code mailbox_before(struct agent *a,
    const uint8_t *case_id, uint64_t before, mailbox_visit *visit, void *ctx);
/* Somebody opened it: remembered is who did so first, and when. */
MUST_USE enum error_code mailbox_opened(struct agent *a, uint64_t idx,
    const uint8_t worker[static WIRE_PSEUDONYM], const char *role,
    uint64_t at);
/* The account of who opened it first here; ERR_NOTFOUND. */
MUST_USE enum error_code mailbox_opener(struct agent *a, uint64_t idx,
    char account[static 64]);
/* A `recall` record came: why its sender took a message back. */
MUST_USE enum error_code mailbox_recalled(struct agent *a,
    const struct entry *recall);
/* 0 while none is known. */
uint32_t mailbox_recall_reason(struct agent *a, uint64_t idx);
/* The submission record's bytes and the ciphertext, and k1 unwrapped. */
MUST_USE enum error_code mailbox_sealed(struct agent *a, uint64_t idx,
    struct buf *record, struct buf *ciphertext, uint8_t k1[static 32]);
MUST_USE enum error_code mailbox_set(struct agent *a, uint64_t idx,
    enum mail_state state);
/* Locks or unlocks by what the slice says now: after news of the case, NULL:
 * of all. */
MUST_USE enum error_code mailbox_review(struct agent *a,
    const uint8_t *case_id);

#endif
