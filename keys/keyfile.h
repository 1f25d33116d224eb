/*
 * Key files: secrets at rest (wayleave-partnership(5) has the layout).
 *
 *   head  = "wayleave/1 key\n" ‖ kind u8 ‖ cost u8 ‖ bound u8 ‖ salt (16) ‖
 *           public key (32)
 *   file  = head ‖ wrap(KEK, head, secrets) ‖ SHA-256 of all before
 *   KEK   = BLAKE2b-256(Argon2id(passphrase, salt, cost),
 *           key = BLAKE2b-256(credential) if bound, else none)
 *
 * The closing hash is no protection, only an answer: with it a damaged file
 * is told from a wrong passphrase, before two seconds are spent on guessing.
 * The head is the additional data, so no byte of it can be changed, the cost
 * least of all.
 */
#ifndef WAYLEAVE_KEYS_KEYFILE_H
#define WAYLEAVE_KEYS_KEYFILE_H

#include "keys/identity.h"
#include "keys/kdf.h"
#include "keys/unlock.h"

enum keyfile_kind {
	KEYFILE_ROOT = 1,     /* struct sign_pair */
	KEYFILE_DUTY = 2,     /* struct sign_pair */
	KEYFILE_LOG = 3,      /* struct sign_pair: the ledger's */
	KEYFILE_IDENTITY = 4, /* struct identity */
	KEYFILE_WITNESS = 5   /* struct sign_pair */
};

enum {
	KEYFILE_HEAD = 15 + 3 + KDF_SALT + KEY_PUBLIC,
	KEYFILE_MAX = 1024 /* no key file is larger */
};

/* What a key file says without its passphrase. */
struct keyfile_info {
	enum keyfile_kind kind;
	enum kdf_cost cost;
	bool bound;                 /* to a credential as well */
	uint8_t public[KEY_PUBLIC]; /* the signing key's */
};

/* "root", "duty", "log", "identity", "witness"; NULL if it is none. */
const char *keyfile_kind_name(unsigned kind);

/*
 * Write a new key file, mode 0400, whole or not at all; an existing one is
 * never replaced (ERR_EXISTS) unless by keyfile_change().
 */
MUST_USE enum error_code keyfile_write_identity(const char *path,
    const struct identity *identity, const struct unlock *unlock,
    enum kdf_cost cost, struct why *why);
MUST_USE enum error_code keyfile_write_sign(const char *path,
    enum keyfile_kind kind, const struct sign_pair *pair,
    const struct unlock *unlock, enum kdf_cost cost, struct why *why);

/*
 * Read one, into guarded memory.  ERR_FORMAT: damaged, or not a key file of
 * that kind; ERR_DENIED: wrong passphrase or credential (or the file was
 * altered by someone who mended the closing hash), or its mode lets others
 * read it; ERR_NOTFOUND, ERR_IO, ERR_NOMEM.
 */
MUST_USE enum error_code keyfile_read_identity(const char *path,
    const struct unlock *unlock, struct identity **out, struct why *why);
MUST_USE enum error_code keyfile_read_sign(const char *path,
    enum keyfile_kind kind, const struct unlock *unlock,
    struct sign_pair **out, struct why *why);

MUST_USE enum error_code keyfile_peek(const char *path,
    struct keyfile_info *out, struct why *why);

/* Seals the same secrets anew under another passphrase and cost. */
MUST_USE enum error_code keyfile_change(const char *path,
    const struct unlock *old, const struct unlock *new, enum kdf_cost cost,
    struct why *why);

/*
 * The bytes themselves, for tests and for secrets kept elsewhere.  `secrets`
 * is what is sealed; decode writes exactly n_secrets bytes of it.
 */
MUST_USE enum error_code keyfile_encode(const struct keyfile_info *info,
    struct bytes secrets, const struct unlock *unlock, struct buf *out);
MUST_USE enum error_code keyfile_decode(struct bytes file,
    const struct unlock *unlock, struct keyfile_info *info,
    uint8_t *secrets, size_t cap, size_t *n, struct why *why);

#endif
