/*
 * Citations that the log is known to have signed.  Every record cites a
 * checkpoint; most cite one of the last few, so its signature is looked up
 * here instead of verified again.  Whether the cited tree is an ancestor of
 * this ledger's is another question, asked by the sequencer.  Thread-safe.
 */
#ifndef WAYLEAVE_BROKER_CITES_H
#define WAYLEAVE_BROKER_CITES_H

#include "ledger/checkpoint.h"
#include "proto/wire.h"

enum { CITES_KEPT = 4096 };     /* a power of two; 104 bytes each */

struct cites;

/* For the log of this origin and key; both are copied. */
MUST_USE enum error_code cites_create(const char *origin,
    const uint8_t public[static NOTE_PUBLIC_BYTES], struct cites **out);
void cites_destroy(struct cites **c);

/* Remembers a checkpoint that the signer has just signed. */
void cites_put(struct cites *c, const struct checkpoint *head);
/* Did the log sign this?  Size 0 cites nothing and is true. */
bool cites_signed(struct cites *c, const struct citation *cite);

#endif
