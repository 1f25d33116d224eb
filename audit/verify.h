/*
 * `wayleave-audit verify`: the mirror through the checks, on all cores, and
 * the replay, on one.
 */
#ifndef WAYLEAVE_AUDIT_VERIFY_H
#define WAYLEAVE_AUDIT_VERIFY_H

#include "audit/findings.h"
#include "audit/mirror.h"
#include "ledger/partnership.h"

struct verify_options {
	bool signatures;            /* false: only what follows without them */
	unsigned threads;           /* 0: one for each core */
	/* Told now and then how far it is; may be NULL. */
	void (*progress)(void *ctx, uint64_t done, uint64_t all);
	void *ctx;
};

/*
 * Replays all that the mirror holds under the pinned partnership into
 * *findings, which the caller frees.  An error means that the replay could
 * not be done (files cut short or unreadable, memory); what is wrong with the
 * ledger is in the findings.
 */
MUST_USE enum error_code verify_run(struct mirror *m,
    const struct partnership *p, const struct verify_options *options,
    struct findings *findings, struct why *why);

#endif
