/*
 * Requests (.wlreq): what somebody who wants to be a member hands to the
 * partnership: who, and the public keys, signed with the key asked for.
 *
 *   file   = "wayleave/1 request\n" ‖ MemberRequest
 *   signed = "wayleave/1 request\n" ‖ u8 len ‖ id ‖ u8 len ‖ name ‖ signing
 *            key ‖ link key ‖ u8 (1 with a terms key) ‖ [terms key] ‖
 *            created u64
 *
 * Six words of the file's SHA-256 are read out over the telephone, so the
 * way the file travels does not matter.
 */
#ifndef WAYLEAVE_LEDGER_REQUEST_H
#define WAYLEAVE_LEDGER_REQUEST_H

#include "keys/identity.h"
#include "keys/partnership.h"
#include "proto/wire.h"

#define REQUEST_MAGIC "wayleave/1 request\n"

enum { REQUEST_MAX = 2048 };

/*
 * Appends the request file of this identity to `out`.  ERR_FORMAT for an id
 * that is not [a-z0-9-]{2,48} or a name the wire does not take.
 */
MUST_USE enum error_code request_make(const struct identity *identity,
    const char *id, const char *name, uint64_t now_ms, struct buf *out,
    struct why *why);
/*
 * The same for a ledger's signer, which has a log key alone: its link key is
 * the log key converted (crypto_sign_ed25519_pk_to_curve25519) and no one's.
 */
MUST_USE enum error_code request_make_log(const struct sign_pair *log,
    const char *id, const char *name, uint64_t now_ms, struct buf *out,
    struct why *why);

/*
 * Reads and verifies one: well-formed, its keys such as a member may have,
 * its signature good.  `words`, which may be NULL, gets the fingerprint.
 */
MUST_USE enum error_code request_parse(struct arena *a, struct bytes file,
    struct member_request *out, char *words, struct why *why);
MUST_USE enum error_code request_load(struct arena *a, const char *path,
    struct member_request *out, char *words, struct why *why);

#endif
