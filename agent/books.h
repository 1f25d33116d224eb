/*
 * The agent's own tables, beside the slice in the same file and the same
 * transactions.  What could tell a name, a text or a key is sealed row by
 * row: XChaCha20-Poly1305 under the store key, random nonce, additional data
 * table ‖ row, so that a row cannot be moved.  Case ids, members, times and
 * states are in the clear; DESIGN 3 says so.
 */
#ifndef WAYLEAVE_AGENT_BOOKS_H
#define WAYLEAVE_AGENT_BOOKS_H

#include "agent/agent.h"

extern const char books_schema[];     /* DDL, agent/books_schema.c */
extern const char books_schema_cases[];
/* Created at every start when missing: older stores get it too. */
extern const char books_schema_desk[], books_schema_events[];

/* Seals `plain` for (table, row key) and appends nonce ‖ ciphertext. */
MUST_USE enum error_code books_seal(const struct agent *a, const char *table,
    struct bytes row, struct bytes plain, struct buf *out);
/* Opens such a blob; `out` is wiped by buf_free. ERR_CRYPTO if moved or cut. */
MUST_USE enum error_code books_open(const struct agent *a, const char *table,
    struct bytes row, struct bytes sealed, struct buf *out);

/* A row key from a number. */
struct bytes books_row(uint64_t n, uint8_t room[static 8]);

/* Small named values (position, counters); ERR_NOTFOUND. */
MUST_USE enum error_code books_put(struct agent *a, const char *name,
    struct bytes value);
MUST_USE enum error_code books_get(struct agent *a, const char *name,
    struct buf *out);

#endif
