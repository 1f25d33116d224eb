/*
 * Openings: no plaintext without the ledger's proof (P3).
 *
 * opening_ask queues an `opening` record for what is not open yet for this
 * worker; when the `opened` entry is proven, shares go into leases (locked
 * memory, wiped at once on news that ends them, at lease end on
 * CLOCK_BOOTTIME, or with the session).  opening_plain decrypts on demand.
 */
#ifndef WAYLEAVE_AGENT_OPENING_H
#define WAYLEAVE_AGENT_OPENING_H

#include "agent/agent.h"
#include "agent/practice/content.h"
#include "agent/outgoing/outgoing.h"
#include "agent/signin/workers.h"

enum { LEASES_MAX = 4096 };

MUST_USE enum error_code leases_create(struct leases **out);
void leases_destroy(struct leases **l);
/* ERR_FULL when all are taken: refused, never evicted. */
MUST_USE enum error_code leases_put(struct leases *l, uint64_t idx,
    const uint8_t worker[static WIRE_PSEUDONYM], uint64_t end_boot,
    const uint8_t share[static 32]);
bool leases_get(struct leases *l, uint64_t idx,
    const uint8_t worker[static WIRE_PSEUDONYM], uint64_t boot,
    uint8_t share[static 32]);
/* When it ends by the boot clock, ms; 0 without a lease. */
uint64_t leases_end(struct leases *l, uint64_t idx,
    const uint8_t worker[static WIRE_PSEUDONYM]);
void leases_wipe_message(struct leases *l, uint64_t idx);
void leases_wipe_worker(struct leases *l, const uint8_t *worker);
void leases_expire(struct leases *l, uint64_t boot);
/* Is nothing open at all? */
bool leases_none(const struct leases *l);
/* Wipes all. */
void leases_wipe(struct leases *l);
/* Wipes those that `keep` does not want kept. */
void leases_each(struct leases *l, bool (*keep)(void *ctx, uint64_t idx),
    void *ctx);

/*
 * Asks for these messages of one case on behalf of a worker (<= 256).
 * `stamp` gets the opening's stamp, to wait on; ERR_EXISTS when all are open
 * for this worker already (nothing queued); ERR_OFFLINE, ERR_LOCKED,
 * ERR_DENIED (conflict check missing, excluded) with words in `why`.
 */
MUST_USE enum error_code opening_ask(struct agent *a,
    const struct worker *w, const uint8_t case_id[static WIRE_CASE],
    const uint64_t *idx, unsigned n, uint8_t stamp[static WIRE_STAMP],
    struct why *why);

/* From intake: our `opened` entry with the shares of what was admitted. */
MUST_USE enum error_code opening_take(struct agent *a,
    const struct entry *opened, struct bytes shares);

/*
 * The content of an open message: decrypted now and checked (share and key
 * commitments, form, its labels are those the content needs).  `slots` gets
 * the eight link slots that stand before the content (agent/outgoing/compose.h
 * resolves them).  ERR_LOCKED when there is no lease, ERR_REFUSED when it
 * lies (rejected and reported then).  Wipe `out` with content_wipe.
 */
MUST_USE enum error_code opening_plain_slots(struct agent *a,
    const struct worker *w, uint64_t idx, struct content *out,
    uint8_t slots[8][16], struct why *why);
/* The same for those who follow no links. */
MUST_USE enum error_code opening_plain(struct agent *a,
    const struct worker *w, uint64_t idx, struct content *out,
    struct why *why);

/* Wipes leases that the slice no longer allows; after news of a case, NULL:
 * of any. */
void opening_review(struct agent *a, const uint8_t *case_id);

#endif
