/*
 * Fetching: dials the broker as the member that this auditor is, asks for
 * entries page by page and puts them into the mirror (PROTOCOL 5, 6).
 * Nothing is believed but what the log key signed: the checkpoint, and
 * through its root everything that was added.
 */
#ifndef WAYLEAVE_AUDIT_FETCH_H
#define WAYLEAVE_AUDIT_FETCH_H

#include "audit/mirror.h"
#include "keys/identity.h"
#include "ledger/partnership.h"

struct fetch_config {
	const struct partnership *partnership;
	const char *broker;         /* instead of its addresses, or "" */
	const struct identity *identity;
	unsigned timeout_ms;        /* for one answer */
	/* Told every few seconds; may be NULL. */
	void (*progress)(void *ctx, uint64_t have, uint64_t all);
	void *ctx;
};

struct fetched {
	uint64_t before, after;     /* entries in the mirror */
	uint64_t resumed;           /* taken from an interrupted run */
	/* The checkpoint that does not go with what is held (ERR_PROOF). */
	bool disagrees;
	struct checkpoint shown;
};

/*
 * Brings the mirror up to what the broker holds.  ERR_OFFLINE: no connection,
 * or it went; what was fetched in whole bundles is used next time.
 * ERR_DENIED: this member is no auditor.  ERR_PROOF: the broker shows a ledger
 * that does not extend what the mirror holds, out->disagrees is set; or what
 * it sent is not what was committed to.
 */
MUST_USE enum error_code fetch_run(const struct fetch_config *config,
    struct mirror *m, struct fetched *out, struct why *why);

#endif
