/*
 * Consent keys: one Ed25519 key per case, made in the survivor's presence,
 * sealed under her passphrase and the agency's store key, so that the thief
 * of a backup tape cannot guess at it (PROTOCOL 2).
 */
#ifndef WAYLEAVE_KEYS_CONSENT_H
#define WAYLEAVE_KEYS_CONSENT_H

#include "keys/identity.h"
#include "keys/kdf.h"
#include "keys/phrase.h"
#include "keys/wrap.h"

/* version ‖ cost ‖ salt ‖ public key ‖ wrapped seed */
enum {
	CONSENT_SEALED = 1 + 1 + KDF_SALT + KEY_PUBLIC + KEY_SECRET +
	    WRAP_OVERHEAD
};

/*
 * A fresh consent key, sealed; the secret never leaves this function.
 * `pass` must be a passphrase (PHRASE_PASS words).  ERR_NOMEM.
 */
MUST_USE enum error_code consent_create(const struct phrase *pass,
    const uint8_t store[static KEY_SECRET], enum kdf_cost cost,
    uint8_t public[static KEY_PUBLIC],
    uint8_t sealed[static CONSENT_SEALED], struct why *why);

/* Seals an existing pair. */
MUST_USE enum error_code consent_seal(const struct sign_pair *pair,
    const struct phrase *pass, const uint8_t store[static KEY_SECRET],
    enum kdf_cost cost, uint8_t sealed[static CONSENT_SEALED],
    struct why *why);

/*
 * Opens it into guarded memory (identity_sign_destroy).  ERR_FORMAT if
 * malformed, ERR_DENIED for another passphrase or store key.
 */
MUST_USE enum error_code consent_open(struct bytes sealed,
    const struct phrase *pass, const uint8_t store[static KEY_SECRET],
    struct sign_pair **out, struct why *why);

/* The public key in a sealed one, without opening it. */
MUST_USE enum error_code consent_public(struct bytes sealed,
    uint8_t public[static KEY_PUBLIC]);

#endif
