/*
 * A job: one frame on its way from the link through a verifier to the
 * sequencer, with everything decoding it took in one arena.
 *
 * The link makes it, a verifier fills in what it found, the sequencer answers
 * it and gives it back to the pool.  One owner at a time; the lane hands over.
 */
#ifndef WAYLEAVE_BROKER_JOB_H
#define WAYLEAVE_BROKER_JOB_H

#include <stdatomic.h>

#include "base/arena.h"
#include "base/lane.h"
#include "ledger/record.h"
#include "proto/wire.h"

enum job_kind {
	JOB_FRAME = 1,     /* an Up frame of a member's session */
	JOB_GONE = 2,      /* the link has lost this session */
	JOB_TWIN = 3,      /* an older session of this key is still alive */
	JOB_LOCAL = 4,     /* record files from the operator's local socket */
};

/* What the verifier found about one record. */
enum job_check {
	CHECK_OK = 0,
	CHECK_FORM = 1,      /* body malformed, wrong signers for the kind */
	CHECK_SIGNATURE = 2, /* does not verify under the signer's key */
	CHECK_UNKNOWN = 3,   /* no such signer */
	CHECK_PAYLOAD = 4,   /* share, size or hash of the ciphertext */
};

struct job_item {
	const struct record *record;
	const struct wire_item *item;  /* NULL with JOB_LOCAL */
	struct body body;
	uint8_t id[WIRE_HASH];
	enum job_check check;
	bool cite_signed;          /* the log signed what is cited */
	uint8_t signer_key[WIRE_KEY];   /* under which it verified */
	uint8_t cosigner_key[WIRE_KEY]; /* likewise, when it has a cosigner */
	struct why why;            /* field, when check is not CHECK_OK */
};

struct job {
	struct lane_job lane;      /* must be first */
	enum job_kind kind;
	char member[WIRE_ID_MAX + 1];
	uint64_t session;          /* the link's number of it */
	_Atomic uint32_t *ticket;  /* counted down when answered, then NULL */
	struct arena *arena;
	struct bytes frame;
	bool narrows;              /* overtakes in the lane */
	bool formed;               /* the frame decoded */
	struct why why;
	struct up up;
	struct job_item *item;
	unsigned n_item;
	int local;                 /* JOB_LOCAL: who waits, link's number */
	struct job *next;          /* of the pool */
};

enum {
	JOB_OVERHEAD = 2048,       /* weight of a job beside its frame */
	JOB_ARENA = 1536 * 1024,
	JOB_POOL = 256,
};

/* Jobs given back are used again, at most JOB_POOL of them; thread-safe. */
struct job_pool;
struct job_pool *job_pool_create(void);
void job_pool_destroy(struct job_pool **p);

/* A job with a copy of the frame (may be empty); NULL: no memory. */
struct job *job_create(struct job_pool *p, enum job_kind kind,
    const char *member, uint64_t session, struct bytes frame);
/*
 * The answer is about to go out: who gets it may send the next frame at once,
 * so the ticket is counted down before.
 */
void job_answered(struct job *job);
/* Counts the ticket down unless that was done, gives the job back, sets the
 * handle NULL. */
void job_destroy(struct job_pool *p, struct job **job);

#endif
