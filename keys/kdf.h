/*
 * Argon2id: from what a person remembers to a key.
 */
#ifndef WAYLEAVE_KEYS_KDF_H
#define WAYLEAVE_KEYS_KDF_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum { KDF_SALT = 16, KDF_KEY = 32 };

/*
 * How much one guess costs.  It is chosen where a secret is first sealed and
 * recorded beside what it seals, so it is never negotiated on opening.
 */
enum kdf_cost {
	/* 2 passes, 64 MiB: passwords of the desk, where guesses are counted
	 * and the key is sealed; tests and demo */
	KDF_INTERACTIVE = 1,
	KDF_MODERATE = 2     /* 3 passes, 256 MiB: everything else */
};

/* "interactive", "moderate", or NULL for a number that is neither. */
const char *kdf_cost_name(unsigned cost);

/*
 * Argon2id 1.3 of `secret` with the passes and memory of `cost`.  ERR_NOMEM
 * when that memory cannot be had, ERR_FORMAT for an unknown cost.  Takes up
 * to two seconds: never on a thread that must answer.
 */
MUST_USE enum error_code kdf_derive(enum kdf_cost cost, const void *secret,
    size_t n, const uint8_t salt[static KDF_SALT],
    uint8_t out[static KDF_KEY]);
/* The same with passes and memory (bytes) named. */
MUST_USE enum error_code kdf_argon2id(const void *secret, size_t n,
    const uint8_t salt[static KDF_SALT], unsigned passes, size_t memory,
    uint8_t out[static KDF_KEY]);

#endif
