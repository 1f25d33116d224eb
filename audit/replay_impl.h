/*
 * What the files of the replay share.  Internal to audit/replay*.c.
 */
#ifndef WAYLEAVE_AUDIT_REPLAY_IMPL_H
#define WAYLEAVE_AUDIT_REPLAY_IMPL_H

#include "audit/news.h"
#include "audit/replay.h"
#include "store/facts.h"

enum {
	ROOTS = 4096,               /* roots of cited sizes remembered */
	OWED_GRACE_MS = 10 * 60 * 1000,
	OWED_TIMES = 3,             /* batches, by their different times */
	COMMIT_ENTRIES = 1024,      /* in one transaction of the store */
	FORGET_ENTRIES = 65536,
};

/* Something the broker owes and has not written yet. */
struct owed {
	bool watched, told;
	uint8_t key[16];            /* of which case or stop */
	uint64_t entry, since;      /* where it was first seen owed */
	unsigned times;             /* different entry times since */
};

struct replay {
	struct replay_config c;
	struct findings *f;
	struct store *s;
	struct tiles *tiles;
	struct news *news;
	struct { uint64_t size; struct hash root; bool known; } root[ROOTS];
	uint64_t at, time;          /* entries so far, time of the last */
	uint64_t committed;
	bool has_partnership;
	/* what must follow: set while consequences are compared */
	uint64_t cause;             /* the entry they follow from */
	uint64_t cause_time;
	bool first;                 /* none was compared yet */
	bool quiet;                 /* a first that differs is no finding */
	struct owed ended, notice;
};

/* The next entry, NULL at the end. */
struct checked *replay_peek(struct replay *r);
/*
 * Takes it up: index and time, tree, store, fold.  Errors are those that end
 * the replay.
 */
MUST_USE enum error_code replay_enter(struct replay *r, struct checked *it);

/*
 * Errors that end the replay pass; any other means that the ledger asks for
 * what cannot be done, and is a finding.
 */
MUST_USE enum error_code replay_fatal(struct replay *r, enum error_code err);

/* One finding about the entry that is being looked at. */
#define replay_finding(r, ...) findings_add((r)->f, (r)->at, __VA_ARGS__)

/* Root of the tree when it had `size` entries, remembered. */
MUST_USE enum error_code replay_root_at(struct replay *r, uint64_t size,
    struct hash *root);

/*
 * facts_write for what must be the next entry: compares and takes it up, or
 * notes that it is missing.  Set cause and cause_time first.
 */
enum error_code replay_follow(void *ctx, enum entry_kind kind,
    struct bytes payload);
/* Everything that must follow `it`, which was entered as `index`. */
MUST_USE enum error_code replay_consequences(struct replay *r,
    const struct checked *it, uint64_t index);

/* The judgement of one entry that nothing announced; enters it. */
MUST_USE enum error_code replay_record(struct replay *r, struct checked *it);
MUST_USE enum error_code replay_refused(struct replay *r, struct checked *it);
MUST_USE enum error_code replay_opened(struct replay *r, struct checked *it);
MUST_USE enum error_code replay_delivered(struct replay *r,
    struct checked *it);
MUST_USE enum error_code replay_dropped(struct replay *r, struct checked *it);
MUST_USE enum error_code replay_ended(struct replay *r, struct checked *it);
MUST_USE enum error_code replay_notice(struct replay *r, struct checked *it);

/* A new entry time: is something owed that should be there by now? */
MUST_USE enum error_code replay_owed(struct replay *r, uint64_t now);

#endif
