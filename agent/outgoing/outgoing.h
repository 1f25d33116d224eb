/*
 * Records on their way to the broker.
 *
 * A record is composed (body with stamp and citation), gathered until the
 * turn's flush, signed as part of one bundle with everything else that is
 * ready, made durable, and only then sent; the same bytes are sent again
 * until the broker answers.  Nothing is ever signed or encrypted twice.
 */
#ifndef WAYLEAVE_AGENT_OUTGOING_H
#define WAYLEAVE_AGENT_OUTGOING_H

#include "agent/agent.h"

enum out_state {
	OUT_SEALED = 1,     /* durable, no outcome yet */
	OUT_ADMITTED = 2,
	OUT_REFUSED = 3,
	OUT_STOPPED = 4,    /* own rules refuse now and it was never sent */
	OUT_DELIVERED = 5,  /* told by the broker, submissions only */
	OUT_OPENED = 6,
	OUT_DROPPED = 7,
	OUT_REJECTED = 8,
	OUT_RECALLED = 9,
};

/* What goes with a record; all of it optional. */
struct out_extra {
	const uint8_t *share;         /* k2, 32 bytes */
	struct bytes ciphertext;
	const uint8_t *about;         /* 16 bytes: own content id, for track */
	const uint8_t *consent_key;   /* 32-byte public key: record is ... */
	const uint8_t *consent_sig;   /* ... signed alone, by her key and ours */
};

struct out_outcome {
	uint8_t stamp[WIRE_STAMP];
	enum wire_kind kind;
	enum out_state state;
	enum rule rule;               /* as told: R1's number for any "no" */
	uint64_t index, time;         /* when admitted */
};

/* Fills stamp (fresh) and citation of a body whose kind is set. */
void outgoing_head(struct agent *a, struct body *b);

/*
 * Queues a record with this body for the next flush.  The body must have
 * its head; `stamp` names it from now on.
 */
MUST_USE enum error_code outgoing_put(struct agent *a, const struct body *b,
    const struct out_extra *extra, struct why *why);

/*
 * The exact record bytes that her key has to sign for this body (PROTOCOL
 * 2), custodian's cosignature to come: for agent/consent/signing.h.
 */
MUST_USE enum error_code outgoing_record_bytes(struct agent *a,
    const struct body *b, struct buf *out);

MUST_USE enum error_code outgoing_create(struct outgoing **out);
void outgoing_destroy(struct outgoing **o);

/*
 * Signs what gathered as one bundle and stores it, in the transaction that
 * is open or one of its own.
 */
MUST_USE enum error_code outgoing_seal(struct agent *a);
/* What gathered in a transaction that failed is forgotten. */
void outgoing_abandon(struct agent *a);
/* Sends what is durable and within the broker's credit.  Not in a
 * transaction.  Once a turn, after outgoing_seal. */
void outgoing_push(struct agent *a);
/* Connected: everything without an outcome goes (again), `credit` at once. */
MUST_USE enum error_code outgoing_connected(struct agent *a, unsigned credit);
void outgoing_disconnected(struct agent *a);
/* `busy`: again after so long. */
void outgoing_busy(struct agent *a, const uint8_t stamp[static WIRE_STAMP],
    uint32_t after_ms);
/* Calls the waits whose record has an outcome, and those past their time.
 * Not in a transaction. */
void outgoing_settle(struct agent *a);

/* From intake, inside its transaction. */
MUST_USE enum error_code outgoing_admitted(struct agent *a,
    const uint8_t stamp[static WIRE_STAMP], uint64_t index, uint64_t time);
MUST_USE enum error_code outgoing_refused(struct agent *a,
    const uint8_t stamp[static WIRE_STAMP], enum rule rule);
MUST_USE enum error_code outgoing_told(struct agent *a,
    const struct wire_told *told);
/* The record's bytes as kept, by stamp: to rebuild its ledger entry. */
MUST_USE enum error_code outgoing_record(struct agent *a,
    const uint8_t stamp[static WIRE_STAMP], struct buf *out,
    enum wire_kind *kind);

/* What became of it; ERR_NOTFOUND. */
MUST_USE enum error_code outgoing_outcome(struct agent *a,
    const uint8_t stamp[static WIRE_STAMP], struct out_outcome *out);

/*
 * Calls `done` once when the record has an outcome (admitted or refused),
 * or with state OUT_SEALED at the deadline (boot ms).  Within the loop
 * thread, after the transaction that brought the outcome is durable.
 */
typedef void outgoing_done(struct agent *a, const struct out_outcome *o,
    void *ctx);
MUST_USE enum error_code outgoing_wait(struct agent *a,
    const uint8_t stamp[static WIRE_STAMP], uint64_t deadline_boot,
    outgoing_done *done, void *ctx);
/* Ends every wait as if its time were over. */
void outgoing_release(struct agent *a);
/* Forgets every wait with this ctx (its session ended). */
void outgoing_forget(struct agent *a, void *ctx);

#endif
