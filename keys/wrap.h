/*
 * Wrapping: XChaCha20-Poly1305 with a random nonce in front.
 *
 *   wrapped = nonce (24) ‖ ciphertext ‖ tag (16)
 *
 * For everything this machine seals to itself: key files, consent keys, rows
 * of the agent's store (additional data = table ‖ row); and for the terms of
 * a grant.  Messages are another matter (agent/seal.h).
 */
#ifndef WAYLEAVE_KEYS_WRAP_H
#define WAYLEAVE_KEYS_WRAP_H

#include "base/bytes.h"

enum {
	WRAP_KEY = 32,
	WRAP_NONCE = 24,
	WRAP_TAG = 16,
	WRAP_OVERHEAD = WRAP_NONCE + WRAP_TAG
};

/*
 * Writes plain.n + WRAP_OVERHEAD bytes to `out`, which must not overlap
 * `plain`.  `ad` may be empty.
 */
void wrap_seal(const uint8_t key[static WRAP_KEY], struct bytes ad,
    struct bytes plain, uint8_t *out);
/*
 * Writes wrapped.n - WRAP_OVERHEAD bytes to `out`.  ERR_SIZE if there are
 * fewer than WRAP_OVERHEAD, ERR_CRYPTO if it was not sealed under this key
 * and additional data (`out` is then zeroed).
 */
MUST_USE enum error_code wrap_open(const uint8_t key[static WRAP_KEY],
    struct bytes ad, struct bytes wrapped, uint8_t *out);

/* The same into a buffer, appended. */
MUST_USE enum error_code wrap_seal_buf(const uint8_t key[static WRAP_KEY],
    struct bytes ad, struct bytes plain, struct buf *out);
MUST_USE enum error_code wrap_open_buf(const uint8_t key[static WRAP_KEY],
    struct bytes ad, struct bytes wrapped, struct buf *out);

#endif
