/*
 * The broker's statement about one agent's news (PROTOCOL 6): what its
 * Ed25519 signature covers.  Both ends build it from the same fields.
 */
#ifndef WAYLEAVE_LEDGER_STATEMENT_H
#define WAYLEAVE_LEDGER_STATEMENT_H

#include "ledger/tree.h"
#include "proto/wire.h"

enum { STATEMENT_BYTES_MAX = 16 + 64 + 1 + 1 + WIRE_ID_MAX + 8 + 32 + 24 + 32 };

/*
 * "wayleave/1 news\n" || P || "\n" || u8 len || agent || size u64 || root ||
 * time u64 || count u64 || hash.  Returns its length; 0 when P or the agent's
 * id is too long.
 */
size_t statement_bytes(const char *partnership, const char *agent,
    uint64_t size, const uint8_t root[static HASH_BYTES],
    const struct wire_statement *s, uint8_t out[static STATEMENT_BYTES_MAX]);

#endif
