/*
 * Deliveries that were rejected, kept as evidence: record, ciphertext, rule.
 *
 * Bounded.  Once it is full the newest are counted and not stored; what is
 * there stays as it is, so that nobody can push evidence out by sending more
 * of it.  The receipt is a rejection in either case, and IT is alerted.
 */
#ifndef WAYLEAVE_AGENT_QUARANTINE_H
#define WAYLEAVE_AGENT_QUARANTINE_H

#include "agent/agent.h"

enum {
	QUARANTINE_ROWS = 10000,
	QUARANTINE_BYTES = 64 * 1024 * 1024,
};

struct quarantine_size {
	uint64_t rows, bytes;       /* stored */
	uint64_t refused;           /* not stored, since it was last emptied */
};

/* In the caller's transaction; `why` in a few words without content. */
MUST_USE enum error_code quarantine_put(struct agent *a, uint64_t idx,
    struct bytes record, struct bytes ciphertext, uint32_t rule,
    const char *why);
MUST_USE enum error_code quarantine_size(struct agent *a,
    struct quarantine_size *out);
/* All of it is gone, in a transaction of its own. */
MUST_USE enum error_code quarantine_empty(struct agent *a);

#endif
