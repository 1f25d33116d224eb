/*
 * One well-formed body of every kind, and records around them: always the
 * same bytes, so that vectors and seeds can be made from them.
 */
#ifndef WAYLEAVE_TESTS_SUPPORT_SAMPLE_H
#define WAYLEAVE_TESTS_SUPPORT_SAMPLE_H

#include "ledger/record.h"
#include "proto/wire.h"

/* n bytes that depend on the word alone. */
void sample_fill(const char *word, void *out, size_t n);

/* The sample body of this kind; views point at static storage. */
void sample_body(enum wire_kind kind, struct body *out);

/* Who signs the samples: root, the duty key, case key, members. */
struct sample_keys {
	char partnership[PARTNERSHIP_HEX + 1];
	uint8_t root_public[WIRE_KEY], root_secret[RECORD_SECRET];
	uint8_t case_public[WIRE_KEY], case_secret[RECORD_SECRET];
	uint8_t member_public[WIRE_KEY], member_secret[RECORD_SECRET];
	uint8_t case_id[WIRE_CASE];     /* of case_public and "refuge" */
};
void sample_keys(struct sample_keys *k);

/*
 * The sample record of this kind, unsigned: signer "root:", "case:<hex>"
 * with cosigner "refuge", or the member "refuge", as the kind asks.  Its
 * body's bytes live in `a`.
 */
void sample_record(const struct sample_keys *k, enum wire_kind kind,
    struct arena *a, struct record *out, struct body *body);
/* The same, signed alone or in a bundle of its own. */
void sample_signed(const struct sample_keys *k, enum wire_kind kind,
    struct arena *a, struct record *out, struct body *body);

/* Repeatable `record_random`; ctx is a uint64_t state, not 0. */
void sample_random(void *ctx, uint8_t *out, size_t n);

#endif
