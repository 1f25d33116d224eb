/*
 * Identities: the key pairs of a member, and the two operations on them
 * that everything else is made of.
 */
#ifndef WAYLEAVE_KEYS_IDENTITY_H
#define WAYLEAVE_KEYS_IDENTITY_H

#include "base/bytes.h"

enum {
	KEY_PUBLIC = 32,
	KEY_SECRET = 32,       /* X25519, and secrets without a public half */
	KEY_SIGN_SECRET = 64,  /* Ed25519: seed ‖ public key */
	KEY_SIGNATURE = 64
};

struct sign_pair {
	uint8_t public[KEY_PUBLIC];
	uint8_t secret[KEY_SIGN_SECRET];
};

struct box_pair {
	uint8_t public[KEY_PUBLIC];
	uint8_t secret[KEY_SECRET];
};

/* All of a member's long-lived secrets.  Lives in guarded memory. */
struct identity {
	struct sign_pair sign;      /* signs its records */
	struct box_pair link;       /* CURVE, and nothing else */
	bool has_terms;
	struct box_pair terms;      /* auditors with the role `terms` only */
	uint8_t agency[KEY_SECRET]; /* pseudonyms of workers */
	uint8_t store[KEY_SECRET];  /* wraps what the agent keeps on disk */
};

/* A fresh identity in guarded memory. */
MUST_USE enum error_code identity_create(bool with_terms,
    struct identity **out, struct why *why);
/* Wipes, frees, sets the handle NULL; accepts NULL. */
void identity_destroy(struct identity **identity);

/*
 * One signing pair in guarded memory: a root, the duty key, a log key.
 */
MUST_USE enum error_code identity_sign_create(struct sign_pair **out,
    struct why *why);
void identity_sign_destroy(struct sign_pair **pair);

/* Fills in pairs that live where the caller keeps secrets. */
void identity_sign_pair(struct sign_pair *out);
void identity_sign_pair_of(const uint8_t seed[static KEY_SECRET],
    struct sign_pair *out);
void identity_box_pair(struct box_pair *out);
void identity_box_pair_of(const uint8_t secret[static KEY_SECRET],
    struct box_pair *out);

/* Ed25519. */
void identity_sign(const struct sign_pair *pair, struct bytes message,
    uint8_t signature[static KEY_SIGNATURE]);
/*
 * ERR_CRYPTO unless `signature` is `public`'s over `message`, the key is one
 * that identity_sign_key_ok() takes, and the signature is canonical.
 */
MUST_USE enum error_code identity_verify(
    const uint8_t public[static KEY_PUBLIC], struct bytes message,
    const uint8_t signature[static KEY_SIGNATURE]);

/*
 * May this public key be a member's?  Refused are encodings that are not
 * canonical, points that are not on the curve, not in the main subgroup or
 * of low order (for Ed25519), and points of low order (for X25519): some
 * libraries accept them, so two sides could disagree (PROTOCOL 1).
 */
bool identity_sign_key_ok(const uint8_t public[static KEY_PUBLIC]);
bool identity_box_key_ok(const uint8_t public[static KEY_PUBLIC]);

#endif
