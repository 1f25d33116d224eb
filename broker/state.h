/*
 * The sequencer's state, shared by its parts and by nothing else:
 * sequencer.c, write.c, decide.c, opening.c, courier.c, publish.c, parcel.c,
 * answers.c, tidy.c, disk.c, told.c.  One thread.
 */
#ifndef WAYLEAVE_BROKER_STATE_H
#define WAYLEAVE_BROKER_STATE_H

#include "broker/parcel.h"
#include "broker/sequencer.h"
#include "broker/session.h"
#include "ledger/tile.h"
#include "store/facts.h"

/* An entry of the running batch. */
struct written {
	struct entry entry;             /* views in the batch's arena */
	struct bytes ciphertext;        /* of a submission: in its job */
};

enum {
	BATCH_ARENA = 256 * 1024 * 1024, /* at most; a batch takes some MiB */
	SCRATCH_ARENA = 64 * 1024 * 1024, /* of one parcel, or one answer */
	HELLO_READS = 1000000,          /* entries a minute, for one member */
	BATCH_AGAIN = 512,              /* retries answered in one batch */
	BATCH_ASKS = 64,                /* questions, likewise */
	BATCH_SALTS = 64,
	FEED_STEP = 64,                 /* feed rows looked at in one step */
	COURIER_MAIL = 64,              /* messages to one agent in one batch */
	COURIER_TOTAL = 1024,           /* and to all */
	PARCEL_FULL = 240 * 1024,       /* bytes that close a parcel */
	BUSY_MS = 1000,                 /* what `busy` says without a reason */
	BUSY_FULL_MS = 60 * 1000,
	ROOM_DAYS = 14,             /* ciphertext is kept as long */
	CLOCK_BEHIND_MS = 5000,
	CLOCK_JUMP_MS = 60 * 1000,
	CLOCK_START_MS = 3600 * 1000,
	CLOCK_HELLO_MS = 300 * 1000,
	STOPS_WAITING = 512,            /* stops of one member in line */
};

struct batch {
	bool open;                      /* a store transaction is */
	uint64_t now;                   /* the one ledger time */
	uint64_t first;                 /* size before it */
	struct arena *arena;
	struct written **entry;         /* by index - first */
	size_t n, cap;
	struct session *touched, **touched_end;
	uint8_t salts[BATCH_SALTS][ENTRY_SALT];
	unsigned salt;                  /* next unused */
	bool members_changed;           /* the snapshot is to be refreshed */
	struct changed { struct changed *next; char id[WIRE_ID_MAX + 1]; }
	    *changed;
	unsigned deliveries, again, asks;
	struct local_answer *local;     /* answers to JOB_LOCAL */
};

/* A stop over its member's rate, waiting in line; owns its bytes. */
struct stop_waiting {
	struct stop_waiting *next;
	char member[WIRE_ID_MAX + 1];
	uint64_t session, id;
	uint8_t stamp[WIRE_STAMP];
	uint8_t signer_key[WIRE_KEY];
	bool cite_signed;
	bool done;                      /* judged in the running batch */
	uint8_t *record;                /* its exact bytes */
	size_t n;
};

struct sequencer {
	struct sequencer_config c;
	struct sessions *sessions;
	struct tiles *tiles;
	struct tree_source source;
	struct arena *scratch;          /* of what is being built just now */
	struct checkpoint head;
	uint64_t time;                  /* of the newest entry */
	struct batch b;
	struct stop_waiting *stops, **stops_end;
	struct session *confirms;       /* with confirm_owed */
	struct db_stmt *told_add, *told_get, *told_del;
	bool full;                      /* only narrowing records */
	bool ballast_out;               /* the reserve is in use */
	bool clock_doubtful, clock_start_doubt;
	int64_t clock_offset;           /* wall minus boot, when last trusted */
	bool clock_known;
	uint64_t tidied_boot, stale_boot, disk_boot, owed_boot;
	bool owed;                      /* `ended` or notices may be owed */
	bool start_owed;                /* the notice of this start */
	struct sequencer_status status;
};

/* ---- write.c: entries -------------------------------------------------- */

/* Opens the store's transaction when the batch has none yet. */
MUST_USE enum error_code write_open(struct sequencer *q);
/* An admitted record, with what must follow it. */
MUST_USE enum error_code write_record(struct sequencer *q,
    const struct job_item *it, uint64_t *index);
/* `opened`; the payload's views must outlive the batch. */
MUST_USE enum error_code write_opened(struct sequencer *q,
    const struct job_item *it, const struct wire_opened *o, uint64_t *index);
MUST_USE enum error_code write_refused(struct sequencer *q,
    const struct job_item *it, enum rule rule, uint64_t message);
MUST_USE enum error_code write_delivered(struct sequencer *q,
    uint64_t message, uint64_t grant, uint64_t *index);
MUST_USE enum error_code write_dropped(struct sequencer *q,
    const struct store_message *m, enum drop_why why);
MUST_USE enum error_code write_notice(struct sequencer *q,
    enum notice_code code, uint64_t about);
/* facts_write: any payload; ctx is the sequencer. */
enum error_code write_any(void *ctx, enum entry_kind kind,
    struct bytes payload);
/* The entry of this batch at `index`, NULL when it is older. */
struct written *write_find(struct sequencer *q, uint64_t index);

/* ---- decide.c: jobs ---------------------------------------------------- */

MUST_USE enum error_code decide_job(struct sequencer *q, struct job *job);
/* Stops whose turn has come. */
MUST_USE enum error_code decide_stops(struct sequencer *q);
/* The batch is durable (or, when not, came to nothing). */
void decide_stops_settle(struct sequencer *q, bool durable);
void decide_stops_free(struct sequencer *q);
/* Who a record's outcome goes to. */
struct asker {
	struct session *session;        /* NULL: the local socket */
	const char *member;
	uint64_t number, id;
	struct local_answer *local;
};
MUST_USE enum error_code decide_item(struct sequencer *q,
    const struct asker *who, const struct job_item *it);
/* Is what this record cites an ancestor of the ledger? */
bool decide_cite_ok(struct sequencer *q, const struct job_item *it);
MUST_USE enum error_code decide_refuse(struct sequencer *q,
    const struct asker *who, const struct job_item *it, enum rule rule);
void decide_own(struct sequencer *q, const struct asker *who,
    const struct job_item *it, uint64_t index);
/* Takes `n` tokens for refusals to be entered. */
bool decide_refusals(struct sequencer *q, const struct asker *who, double n);
void decide_answer(struct sequencer *q, const struct asker *who,
    const struct job_item *it, enum wire_status status, enum rule rule,
    uint64_t index, uint32_t after_ms);

/* ---- opening.c --------------------------------------------------------- */

MUST_USE enum error_code opening_decide(struct sequencer *q,
    const struct asker *who, const struct job_item *it);
/* A retry of what was admitted at `index`. */
MUST_USE enum error_code opening_again(struct sequencer *q,
    const struct asker *who, const struct job_item *it, uint64_t index);
/* The shares that go with an `opened` entry: opening.c says which. */
MUST_USE enum error_code opening_shares(struct sequencer *q,
    struct arena *a, const struct entry *opened, bool again,
    struct bytes *out, unsigned *given);

/* ---- hello.c ----------------------------------------------------------- */

MUST_USE enum error_code hello_take(struct sequencer *q, struct session *x,
    const struct job *job);
MUST_USE enum error_code hello_confirm(struct sequencer *q,
    struct session *x, const struct wire_confirm *c);
/* Writes down confirmations that are owed; in a transaction. */
MUST_USE enum error_code hello_settle(struct sequencer *q);

/* ---- courier.c --------------------------------------------------------- */

/* Puts a session on the batch's list of those that get a parcel. */
void courier_touch(struct sequencer *q, struct session *x);
/* What this entry means to connected members: their feed is looked at. */
MUST_USE enum error_code courier_entry(struct sequencer *q,
    const struct entry *e);
/* Serves everyone in line. */
MUST_USE enum error_code courier_run(struct sequencer *q);

/* ---- told.c: status lines to senders ----------------------------------- */

MUST_USE enum error_code told_open(struct sequencer *q, struct why *why);
/* Forgets those up to x->told_upto; in a transaction. */
MUST_USE enum error_code told_forget(struct sequencer *q, struct session *x);
MUST_USE enum error_code told_put(struct sequencer *q, const char *member,
    const struct wire_told *t);
/* What was kept while it was away. */
MUST_USE enum error_code told_fetch(struct sequencer *q, struct session *x);

/* ---- publish.c, parcel.c ----------------------------------------------- */

MUST_USE enum error_code publish_start(struct sequencer *q, struct why *why);
MUST_USE enum error_code publish_batch(struct sequencer *q);
/* Any entry, decoded; one older than the batch in this arena. */
MUST_USE enum error_code publish_entry(struct sequencer *q, struct arena *a,
    uint64_t index, struct entry **out);
/* Sends what is pending for x and settles the session. */
MUST_USE enum error_code parcel_send(struct sequencer *q, struct session *x);
/* A frame without ledger content, also to one that has not said hello. */
void parcel_welcome(struct sequencer *q, const char *member, uint64_t number,
    uint32_t flags);
void parcel_malformed(struct sequencer *q, const char *member,
    uint64_t number);

/* ---- answers.c --------------------------------------------------------- */

/* Puts the question into line; `ask` outlives the batch. */
MUST_USE enum error_code answers_ask(struct sequencer *q, struct session *x,
    uint64_t id, const struct wire_question *ask);
/* Answers all, when the batch is published: proofs are to its head. */
MUST_USE enum error_code answers_run(struct sequencer *q);

/* ---- tidy.c, disk.c, clocks.c ------------------------------------------ */

/* Entries that are owed; in the batch, before the courier. */
MUST_USE enum error_code tidy_owed(struct sequencer *q);
/* Statements due: marks their sessions. */
void tidy_beats(struct sequencer *q);
/* Housekeeping after a batch that was not full. */
MUST_USE enum error_code tidy_after(struct sequencer *q, bool idle);

/* Makes the reserve at start. */
MUST_USE enum error_code disk_start(struct sequencer *q, struct why *why);
/* Looks whether there is room: sets `full`. */
void disk_look(struct sequencer *q);
/* Frees the reserve for narrowing records; false: it is used already. */
bool disk_release(struct sequencer *q);

void clocks_start(struct sequencer *q);
/* Sets the batch's time and whether the clock can be trusted. */
void clocks_batch(struct sequencer *q);
/* A member's clock, from its hello. */
void clocks_hello(struct sequencer *q, struct session *x, uint64_t time);

#endif
