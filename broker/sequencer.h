/*
 * The sequencer: one thread that turns jobs into ledger entries and entries
 * into parcels (INTERNALS 1, PROTOCOL 5 "Order of a batch").
 *
 *   decide      every record of every job, in order: facts, rules, entry
 *   courier     what waits for connected agents: rules again, `delivered`
 *   commit      durable, or the process ends
 *   publish     read back as stored, leaves, edge, signer, checkpoint
 *   parcels     one per agent touched
 *   tidy        what is owed: `ended`, notices, `dropped`, housekeeping
 *
 * It works over two small interfaces, so that a test runs it in one process:
 * an outlet that takes parcels and a signing that signs checkpoints.
 */
#ifndef WAYLEAVE_BROKER_SEQUENCER_H
#define WAYLEAVE_BROKER_SEQUENCER_H

#include "base/clock.h"
#include "base/lane.h"
#include "broker/cites.h"
#include "broker/job.h"
#include "broker/members.h"
#include "keys/identity.h"
#include "store/store.h"

/* Where answers go.  Called by the sequencer's thread only. */
struct outlet {
	/* Takes the frame's memory (buf_init'ed anew), in the order sent. */
	void (*send)(void *ctx, const char *member, uint64_t session,
	    struct buf *frame);
	/* The answer to JOB_LOCAL number `local`: text, one line a record. */
	void (*local)(void *ctx, int local, enum error_code worst,
	    struct bytes text);
	void *ctx;
};

struct signing {
	/*
	 * Appends leaves after `from` and signs; n = 0: signs what it stands
	 * at.  ERR_PROOF: the signer stands elsewhere; any error is final.
	 */
	enum error_code (*sign)(void *ctx, uint64_t from,
	    const struct hash *leaf, size_t n, struct checkpoint *out);
	void *ctx;
};

/* All borrowed, for as long as the sequencer lives. */
struct sequencer_config {
	const char *partnership;            /* P */
	const char *origin;
	const char *member;                 /* the broker's own id */
	const struct sign_pair *key;        /* signs statements */
	struct store *store;
	struct db *db;                      /* NULL over store/memory.c */
	const struct clock *clock;
	struct members *members;
	struct cites *cites;
	struct job_pool *pool;
	struct lane *lane;                  /* for the credit told; or NULL */
	struct signing signing;
	struct outlet outlet;
	unsigned refusals_per_minute;       /* entered per member; 0: 60 */
	unsigned stops_per_minute;          /* 0: 10 */
	unsigned room_mib;                  /* ciphertext of a member; 0: 256 */
	uint64_t max_pages;                 /* soft limit, 0 none */
	const char *ballast;                /* path of the reserve, or NULL */
	uint64_t ballast_bytes;
	bool clock_confirmed;               /* by the operator, at start */
};

struct sequencer;

/*
 * Takes up the ledger: rebuilds the right-hand tiles, brings the signer up to
 * the store's head and compares roots, enters a start notice.  Flat in the
 * ledger's size.  ERR_PROOF: the signer has signed more than the store holds
 * (an old backup), or another tree.
 */
MUST_USE enum error_code sequencer_create(const struct sequencer_config *c,
    struct sequencer **out, struct why *why);
void sequencer_destroy(struct sequencer **q);

/*
 * One batch: consumes these jobs (n may be 0: heartbeats and what is owed).
 * An error means that nothing of the batch may be answered and the process
 * must end.
 */
MUST_USE enum error_code sequencer_batch(struct sequencer *q,
    struct job *job[], size_t n);

/* Something waits that no new job announces: do not sleep. */
bool sequencer_pending(const struct sequencer *q);

/* Batches from the lane until it is closed and empty. */
MUST_USE enum error_code sequencer_run(struct sequencer *q);

/* The newest checkpoint. */
const struct checkpoint *sequencer_head(const struct sequencer *q);

/* What the operator may know; read by other threads. */
struct sequencer_status {
	_Atomic uint64_t size;
	_Atomic uint64_t online;
	_Atomic uint64_t batches, entries;
	_Atomic bool full, clock_doubtful;
	_Atomic uint64_t last_batch_boot;
};
const struct sequencer_status *sequencer_status(const struct sequencer *q);

enum {
	SEQUENCER_JOBS = 128,
	SEQUENCER_BYTES = 256 * 1024,
	SEQUENCER_BEAT_MS = 20 * 1000,      /* statements at least so often */
};

#endif
