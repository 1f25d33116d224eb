/*
 * Records: the bytes that are signed, bundles of them, and their checks.
 *
 *   record bytes = "wayleave/1\n" || P || "\n" || kind || "\n" || signer ||
 *                  "\n" || cosigner || "\n" || body
 *   record id    = SHA-256(record bytes)
 *   leaf         = SHA-256(00 || record bytes)
 *   signed       = "wayleave/1 bundle\n" || n u32 || root
 *
 * where root is the RFC 6962 root over the n leaves of a bundle (PROTOCOL
 * "Records").  P is the partnership: the first root's public key, SHA-256,
 * 64 lower-case hex digits.  Every signature is Ed25519.
 *
 * Pure but for the randomness that the caller hands in; a bundle cache is
 * used by one thread at a time, everything else by any.
 */
#ifndef WAYLEAVE_LEDGER_RECORD_H
#define WAYLEAVE_LEDGER_RECORD_H

#include "base/arena.h"
#include "base/bytes.h"
#include "ledger/tree.h"
#include "proto/wire.h"

enum {
	PARTNERSHIP_HEX = 64,          /* characters of P, without the NUL */
	RECORD_SECRET = 64,            /* libsodium's Ed25519 secret key */
	RECORD_BYTES_MAX = WIRE_BODY_MAX + 256,
	SUBMISSION_HEADER_MAX = 512,   /* H is always shorter */
	BUNDLE_FILL_1 = 8, BUNDLE_FILL_2 = 64, BUNDLE_FILL_3 = 512,
};

/* Fills out with n random bytes; must not fail. */
typedef void record_random(void *ctx, uint8_t *out, size_t n);

/* P of the partnership whose first root has this public key. */
void record_partnership(const uint8_t root[static WIRE_KEY],
    char out[static PARTNERSHIP_HEX + 1]);

/* Case id: BLAKE2b-128 over P, consent key and custodian (PROTOCOL 2). */
void record_case_id(const char *partnership,
    const uint8_t consent_key[static WIRE_KEY], const char *custodian,
    uint8_t out[static WIRE_CASE]);

/* Appends the record bytes; of the record only kind, signers and body count. */
void record_bytes(const char *partnership, const struct record *r,
    struct buf *out);
/*
 * Record id (32 bytes) and bundle leaf without building the bytes; either may
 * be NULL.
 */
void record_hash(const char *partnership, const struct record *r,
    uint8_t *id, struct hash *leaf);
void record_id(const char *partnership, const struct record *r,
    uint8_t id[static WIRE_HASH]);
void record_leaf(const char *partnership, const struct record *r,
    struct hash *leaf);

/* A stamp: signing time in ms (48 bits), then 10 random bytes. */
void stamp_make(uint64_t ms, const uint8_t random[static 10],
    uint8_t out[static WIRE_STAMP]);

/*
 * Signs n records (1..512) of one signer as one bundle: sets index, n, path
 * and signature of each and clears its `wire`.  Paths are views into `a`.
 * With a submission among them the bundle is filled with random leaf hashes
 * to 8, 64 or 512 and the records get random places; without, they keep
 * their order and n is their count.  `random` is called only then.
 * A record that must be signed alone (record_alone) is taken only as the
 * single one.  ERR_USAGE for a wrong n or mix, ERR_NOMEM.
 */
MUST_USE enum error_code bundle_sign(const uint8_t secret[static RECORD_SECRET],
    const char *partnership, struct record *const *r, size_t n,
    record_random *random, void *ctx, struct arena *a);
/* The cosigner's signature over the same text; the record has n = 1. */
MUST_USE enum error_code record_cosign(
    const uint8_t secret[static RECORD_SECRET], const char *partnership,
    struct record *r);
/* True for what a consent key signs or what has a cosigner. */
bool record_alone(const struct record *r);

/*
 * Recently verified bundles: (key, n, root, signature).  A bundle costs one
 * signature check however many of its records come by.
 */
struct bundle_cache;
struct bundle_cache *bundle_cache_create(void);   /* NULL: no memory */
void bundle_cache_destroy(struct bundle_cache **c);
/* How often the cache answered, and how often a signature was checked. */
void bundle_cache_counts(const struct bundle_cache *c, uint64_t *hits,
    uint64_t *misses);

/*
 * Checks the record's signature under the signer's public key: the root is
 * computed from the record bytes and a path of exactly the length that index
 * and n give; index < n <= 512.  `cokey` is the cosigner's key: needed
 * exactly when the record has a cosigner, NULL otherwise.  What must be
 * signed alone has n = 1.  `cache` may be NULL.  On success the record id is
 * in `id` unless that is NULL.  ERR_CRYPTO (signature), ERR_PROOF (path),
 * ERR_FORMAT (cosignature missing or not asked for).
 */
MUST_USE enum error_code record_verify(const char *partnership,
    const struct record *r, const uint8_t key[static WIRE_KEY],
    const uint8_t *cokey, struct bundle_cache *cache, uint8_t *id,
    struct why *why);
/* The signer alone, where the cosigner's key of that time is not known. */
MUST_USE enum error_code record_verify_signer(const char *partnership,
    const struct record *r, const uint8_t key[static WIRE_KEY],
    struct why *why);

/* What a record's signer is. */
enum signer_form {
	SIGNER_NONE = 0, SIGNER_MEMBER = 1, SIGNER_ROOT = 2, SIGNER_DUTY = 4,
	SIGNER_CASE = 8,
};
enum signer_form record_signer_form(const char *signer);

/*
 * May this kind be signed and cosigned by such signers (the table of PROTOCOL
 * 2)?  Also: the case of a `case:` signer is the body's and its key hint is
 * there; a body signed by root or duty key has an empty citation; every kind
 * has its case.  Who the member is, is left to the rules.  ERR_REFUSED.
 */
MUST_USE enum error_code record_signers_ok(const struct record *r,
    const struct body *b, struct why *why);

/*
 * H of a message (PROTOCOL 4): `sender` is the record's signer, `b` a body of
 * KIND_SUBMISSION whose stamp is the message id.  ERR_FORMAT for another
 * kind.  submission_hash gives h = SHA-256(H).
 */
MUST_USE enum error_code submission_header(const char *sender,
    const struct body *b, struct buf *out);
MUST_USE enum error_code submission_hash(const char *sender,
    const struct body *b, uint8_t h[static WIRE_HASH]);

#endif
