/*
 * The replay: every decision of the ledger derived again, from entry 0, with
 * the rules and the fold that the broker has, on a store of its own (DESIGN
 * P6, PROTOCOL 3, 5).  Nothing of what the broker says is believed: an entry
 * is explained when the entries before it and signed records lead to it and
 * to no other.
 *
 * One thread.  What is not explained is noted and the replay goes on, with
 * the state that the ledger says.
 */
#ifndef WAYLEAVE_AUDIT_REPLAY_H
#define WAYLEAVE_AUDIT_REPLAY_H

#include "audit/check.h"
#include "audit/findings.h"
#include "proto/wire.h"

struct replay;

/*
 * Where entries come from, in order.  peek: the next one, NULL at the end or
 * when reading failed.  take: done with it; it stays until release, which
 * lets go of all that was taken.
 */
struct replay_source {
	void *ctx;
	struct checked *(*peek)(void *ctx);
	void (*take)(void *ctx);
	void (*release)(void *ctx);
};

struct replay_config {
	/* The partnership that was pinned: P, roots, origin, log key. */
	const char *partnership;
	const struct wire_partnership *pinned;
	bool signatures;
	struct checker *checker;    /* this thread's */
	struct replay_source source;
};

/* `config` and `out` are borrowed; results gather in *findings. */
MUST_USE enum error_code replay_create(const struct replay_config *config,
    struct findings *findings, struct replay **out);
void replay_destroy(struct replay **r);

/*
 * Replays the next entry with all that has to follow it.  ERR_NOTFOUND at
 * the end; ERR_NOMEM, ERR_INTERNAL: no more can be said.
 */
MUST_USE enum error_code replay_next(struct replay *r);
/* How many entries were replayed. */
uint64_t replay_at(const struct replay *r);

/* The tree of the entries replayed, borrowed. */
struct tiles *replay_tiles(struct replay *r);

/*
 * After the last entry: what is still owed, and whether all entries have the
 * root of this checkpoint.
 */
MUST_USE enum error_code replay_end(struct replay *r,
    const struct checkpoint *head);

#endif
