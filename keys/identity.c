#include "keys/identity.h"

#include <sodium.h>

#include "keys/secret.h"

enum error_code
identity_create(bool with_terms, struct identity **out, struct why *why)
{
	enum error_code error;
	struct identity *it;
	void *p;

	*out = NULL;
	error = secret_alloc(sizeof *it, &p, why);
	if (error != ERR_NONE)
		return error;
	it = p;
	identity_sign_pair(&it->sign);
	identity_box_pair(&it->link);
	it->has_terms = with_terms;
	if (with_terms)
		identity_box_pair(&it->terms);
	randombytes_buf(it->agency, sizeof it->agency);
	randombytes_buf(it->store, sizeof it->store);
	*out = it;
	return ERR_NONE;
}

void
identity_destroy(struct identity **identity)
{
	secret_free(*identity);
	*identity = NULL;
}

enum error_code
identity_sign_create(struct sign_pair **out, struct why *why)
{
	enum error_code error;
	void *p;

	*out = NULL;
	error = secret_alloc(sizeof **out, &p, why);
	if (error != ERR_NONE)
		return error;
	*out = p;
	identity_sign_pair(*out);
	return ERR_NONE;
}

void
identity_sign_destroy(struct sign_pair **pair)
{
	secret_free(*pair);
	*pair = NULL;
}

void
identity_sign_pair(struct sign_pair *out)
{
	crypto_sign_keypair(out->public, out->secret);
}

void
identity_sign_pair_of(const uint8_t seed[static KEY_SECRET],
    struct sign_pair *out)
{
	crypto_sign_seed_keypair(out->public, out->secret, seed);
}

void
identity_box_pair(struct box_pair *out)
{
	crypto_box_keypair(out->public, out->secret);
}

void
identity_box_pair_of(const uint8_t secret[static KEY_SECRET],
    struct box_pair *out)
{
	for (size_t i = 0; i < KEY_SECRET; i++)
		out->secret[i] = secret[i];
	crypto_scalarmult_base(out->public, out->secret);
}

void
identity_sign(const struct sign_pair *pair, struct bytes message,
    uint8_t signature[static KEY_SIGNATURE])
{
	crypto_sign_detached(signature, NULL, message.data, message.n,
	    pair->secret);
}

enum error_code
identity_verify(const uint8_t public[static KEY_PUBLIC],
    struct bytes message, const uint8_t signature[static KEY_SIGNATURE])
{
	if (!identity_sign_key_ok(public) ||
	    crypto_sign_verify_detached(signature, message.data, message.n,
	    public) != 0)
		return ERR_CRYPTO;
	return ERR_NONE;
}

bool
identity_sign_key_ok(const uint8_t public[static KEY_PUBLIC])
{
	return crypto_core_ed25519_is_valid_point(public) == 1;
}

/* Below 2^255 - 19: the one spelling of a field element. */
static bool
canonical(const uint8_t k[static KEY_PUBLIC])
{
	if (k[31] > 0x7f)
		return false;
	if (k[31] < 0x7f)
		return true;
	for (size_t i = 30; i > 0; i--)
		if (k[i] != 0xff)
			return true;
	return k[0] < 0xed;
}

bool
identity_box_key_ok(const uint8_t public[static KEY_PUBLIC])
{
	/* Any clamped scalar is a multiple of 8 and takes a low-order point
	 * to zero, which crypto_scalarmult() reports. */
	static const uint8_t scalar[KEY_SECRET] = { 8, [31] = 64 };
	uint8_t out[KEY_PUBLIC];

	return canonical(public) &&
	    crypto_scalarmult(out, scalar, public) == 0;
}
