#include "keys/kdf.h"

#include <sodium.h>

_Static_assert(KDF_SALT == crypto_pwhash_argon2id_SALTBYTES, "salt");

const char *
kdf_cost_name(unsigned cost)
{
	if (cost == KDF_INTERACTIVE)
		return "interactive";
	if (cost == KDF_MODERATE)
		return "moderate";
	return NULL;
}

enum error_code
kdf_argon2id(const void *secret, size_t n,
    const uint8_t salt[static KDF_SALT], unsigned passes, size_t memory,
    uint8_t out[static KDF_KEY])
{
	/* It fails for want of memory alone: the parameters are ours. */
	if (crypto_pwhash_argon2id(out, KDF_KEY, secret, n, salt, passes,
	    memory, crypto_pwhash_argon2id_ALG_ARGON2ID13) != 0)
		return ERR_NOMEM;
	return ERR_NONE;
}

enum error_code
kdf_derive(enum kdf_cost cost, const void *secret, size_t n,
    const uint8_t salt[static KDF_SALT], uint8_t out[static KDF_KEY])
{
	if (cost == KDF_INTERACTIVE)
		return kdf_argon2id(secret, n, salt, 2, 64u << 20, out);
	if (cost == KDF_MODERATE)
		return kdf_argon2id(secret, n, salt, 3, 256u << 20, out);
	return ERR_FORMAT;
}
