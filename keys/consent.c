#include "keys/consent.h"

#include <sodium.h>
#include <string.h>

#include "keys/secret.h"

enum { VERSION = 1, HEAD = 2 + KDF_SALT + KEY_PUBLIC };

static const char domain[] = "wayleave/1 consent\n";
enum { DOMAIN = sizeof domain - 1, AD = DOMAIN + HEAD };

/* Both the passphrase and the store key go in: a stolen tape has neither. */
static enum error_code
derive(enum kdf_cost cost, const struct phrase *pass, const uint8_t *salt,
    const uint8_t *store, uint8_t kek[static WRAP_KEY], struct why *why)
{
	uint8_t in[2 * PHRASE_PASS], slow[KDF_KEY];
	crypto_generichash_state h;
	enum error_code error;

	for (unsigned i = 0; i < PHRASE_PASS; i++) {
		in[2 * i] = (uint8_t)(pass->word[i] >> 8);
		in[2 * i + 1] = (uint8_t)pass->word[i];
	}
	error = kdf_derive(cost, in, sizeof in, salt, slow);
	if (error == ERR_NOMEM)
		why_set(why, "not enough memory to work with a passphrase: "
		    "256 MiB must be free");
	if (error != ERR_NONE)
		goto out;
	crypto_generichash_init(&h, store, KEY_SECRET, WRAP_KEY);
	crypto_generichash_update(&h, (const uint8_t *)domain, DOMAIN);
	crypto_generichash_update(&h, slow, sizeof slow);
	crypto_generichash_final(&h, kek, WRAP_KEY);
	secret_wipe(&h, sizeof h);
out:
	secret_wipe(in, sizeof in);
	secret_wipe(slow, sizeof slow);
	return error;
}

static struct bytes
ad_of(const uint8_t head[static HEAD], uint8_t out[static AD])
{
	memcpy(out, domain, DOMAIN);
	memcpy(out + DOMAIN, head, HEAD);
	return bytes_of(out, AD);
}

enum error_code
consent_seal(const struct sign_pair *pair, const struct phrase *pass,
    const uint8_t store[static KEY_SECRET], enum kdf_cost cost,
    uint8_t sealed[static CONSENT_SEALED], struct why *why)
{
	uint8_t kek[WRAP_KEY], ad[AD];
	enum error_code error;

	if (pass->n != PHRASE_PASS) {
		why_set(why, "a passphrase has %d words", PHRASE_PASS);
		return ERR_FORMAT;
	}
	sealed[0] = VERSION;
	sealed[1] = (uint8_t)cost;
	randombytes_buf(sealed + 2, KDF_SALT);
	memcpy(sealed + 2 + KDF_SALT, pair->public, KEY_PUBLIC);
	error = derive(cost, pass, sealed + 2, store, kek, why);
	if (error == ERR_NONE)
		wrap_seal(kek, ad_of(sealed, ad),
		    bytes_of(pair->secret, KEY_SECRET), sealed + HEAD);
	secret_wipe(kek, sizeof kek);
	return error;
}

enum error_code
consent_create(const struct phrase *pass,
    const uint8_t store[static KEY_SECRET], enum kdf_cost cost,
    uint8_t public[static KEY_PUBLIC],
    uint8_t sealed[static CONSENT_SEALED], struct why *why)
{
	struct sign_pair *pair;
	enum error_code error;

	error = identity_sign_create(&pair, why);
	if (error != ERR_NONE)
		return error;
	error = consent_seal(pair, pass, store, cost, sealed, why);
	memcpy(public, pair->public, KEY_PUBLIC);
	identity_sign_destroy(&pair);
	return error;
}

static enum error_code
check_head(struct bytes sealed, struct why *why)
{
	if (sealed.n != CONSENT_SEALED || sealed.data[0] != VERSION ||
	    kdf_cost_name(sealed.data[1]) == NULL) {
		why_set(why, "not a sealed consent key");
		return ERR_FORMAT;
	}
	return ERR_NONE;
}

enum error_code
consent_open(struct bytes sealed, const struct phrase *pass,
    const uint8_t store[static KEY_SECRET], struct sign_pair **out,
    struct why *why)
{
	uint8_t kek[WRAP_KEY], seed[KEY_SECRET], ad[AD];
	struct sign_pair *pair = NULL;
	enum error_code error;
	void *p;

	*out = NULL;
	error = check_head(sealed, why);
	if (error != ERR_NONE)
		return error;
	if (pass->n != PHRASE_PASS) {
		why_set(why, "a passphrase has %d words", PHRASE_PASS);
		return ERR_FORMAT;
	}
	error = secret_alloc(sizeof *pair, &p, why);
	if (error != ERR_NONE)
		return error;
	pair = p;
	error = derive((enum kdf_cost)sealed.data[1], pass, sealed.data + 2,
	    store, kek, why);
	if (error != ERR_NONE)
		goto out;
	error = ERR_DENIED;
	if (wrap_open(kek, ad_of(sealed.data, ad), bytes_of(sealed.data +
	    HEAD, CONSENT_SEALED - HEAD), seed) == ERR_NONE) {
		identity_sign_pair_of(seed, pair);
		if (memcmp(pair->public, sealed.data + 2 + KDF_SALT,
		    KEY_PUBLIC) == 0)
			error = ERR_NONE;
	}
	if (error == ERR_DENIED)
		why_set(why, "this is not the passphrase of this case");
out:
	if (error == ERR_NONE)
		*out = pair;
	else
		identity_sign_destroy(&pair);
	secret_wipe(kek, sizeof kek);
	secret_wipe(seed, sizeof seed);
	return error;
}

enum error_code
consent_public(struct bytes sealed, uint8_t public[static KEY_PUBLIC])
{
	if (check_head(sealed, NULL) != ERR_NONE)
		return ERR_FORMAT;
	memcpy(public, sealed.data + 2 + KDF_SALT, KEY_PUBLIC);
	return ERR_NONE;
}
