/* Sealing keys and names to those who may have them. */
#include <sodium.h>
#include <string.h>

#include "keys/arrow_box.h"
#include "keys/secret.h"

static void
tag_id(crypto_hash_sha256_state *h, const char *id)
{
	uint8_t n = (uint8_t)strlen(id);

	crypto_hash_sha256_update(h, &n, 1);
	crypto_hash_sha256_update(h, (const uint8_t *)id, n);
}

void
arrow_tag(const char *domain, const uint8_t first[static 16], const char *a,
    const char *b, uint8_t out[static ARROW_TAG])
{
	crypto_hash_sha256_state h;

	crypto_hash_sha256_init(&h);
	crypto_hash_sha256_update(&h, (const uint8_t *)domain,
	    strlen(domain));
	crypto_hash_sha256_update(&h, first, 16);
	tag_id(&h, a);
	if (b != NULL)
		tag_id(&h, b);
	crypto_hash_sha256_final(&h, out);
}

/* ERR_CRYPTO for a key under which anybody could open it. */
static enum error_code
seal(const uint8_t *to, uint8_t *plain, size_t n, uint8_t *box)
{
	enum error_code error = ERR_NONE;

	if (!identity_box_key_ok(to) ||
	    crypto_box_seal(box, plain, n, to) != 0)
		error = ERR_CRYPTO;
	secret_wipe(plain, n);
	return error;
}

enum error_code
arrow_key_seal(const uint8_t sealing[static KEY_PUBLIC],
    const uint8_t case_id[static ARROW_CASE], const char *sender,
    const char *recipient, const uint8_t key[static ARROW_KEY],
    uint8_t box[static ARROW_KEY_BOX])
{
	uint8_t plain[ARROW_TAG + ARROW_KEY];

	arrow_tag(ARROW_DOMAIN_KEY, case_id, sender, recipient, plain);
	memcpy(plain + ARROW_TAG, key, ARROW_KEY);
	return seal(sealing, plain, sizeof plain, box);
}

enum error_code
arrow_case_key_seal(const uint8_t terms_key[static KEY_PUBLIC],
    const uint8_t case_id[static ARROW_CASE], const char *auditor,
    const uint8_t case_key[static ARROW_CASE_KEY],
    uint8_t box[static ARROW_KEY_BOX])
{
	uint8_t plain[ARROW_TAG + ARROW_CASE_KEY];

	arrow_tag(ARROW_DOMAIN_CASE_KEY, case_id, auditor, NULL, plain);
	memcpy(plain + ARROW_TAG, case_key, ARROW_CASE_KEY);
	return seal(terms_key, plain, sizeof plain, box);
}

enum error_code
arrow_name_seal(const uint8_t terms_key[static KEY_PUBLIC],
    const uint8_t pseudonym[static ARROW_PSEUDONYM], const char *agency,
    const char *auditor, const char *name,
    uint8_t box[static ARROW_NAME_BOX])
{
	uint8_t plain[ARROW_TAG + ARROW_NAME_PADDED];
	size_t n = strlen(name), padded;

	if (n > ARROW_NAME_MAX)
		return ERR_SIZE;
	arrow_tag(ARROW_DOMAIN_NAME, pseudonym, agency, auditor, plain);
	memcpy(plain + ARROW_TAG, name, n);
	if (sodium_pad(&padded, plain + ARROW_TAG, n, ARROW_NAME_PADDED,
	    ARROW_NAME_PADDED) != 0 || padded != ARROW_NAME_PADDED)
		return ERR_INTERNAL;
	return seal(terms_key, plain, sizeof plain, box);
}
