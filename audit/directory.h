/*
 * Whose key a signature may be: every signing key that a ledger's records
 * ever announced.  Workers that check ahead of the replay try them; whether
 * the one that verified was in force at that entry is for the rules to say.
 *
 * All calls are thread-safe.  What was added stays until the end, and so do
 * pointers to it.
 */
#ifndef WAYLEAVE_AUDIT_DIRECTORY_H
#define WAYLEAVE_AUDIT_DIRECTORY_H

#include "ledger/entry.h"

/* One announced key; `older` is the one before it of the same signer. */
struct directory_key {
	uint8_t key[WIRE_KEY];
	const struct directory_key *older;
};

struct directory;

MUST_USE enum error_code directory_create(struct directory **out);
void directory_destroy(struct directory **d);

/* A key of a member id, "root:" or "duty:"; one known already is no error. */
MUST_USE enum error_code directory_add(struct directory *d,
    const char *signer, const uint8_t key[static WIRE_KEY]);
/* The keys that an admitted record announces, if it does. */
MUST_USE enum error_code directory_record(struct directory *d,
    const struct body *b);
/* The newest key of this signer, NULL when it has none. */
const struct directory_key *directory_find(struct directory *d,
    const char *signer);

#endif
