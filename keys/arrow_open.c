/* The other end of arrow_seal.c, in a file of its own: a program that never
 * opens anything does not contain it. */
#include <sodium.h>
#include <string.h>

#include "keys/arrow_box.h"
#include "keys/secret.h"

static enum error_code
open_box(const struct box_pair *pair, struct bytes box,
    const uint8_t tag[static ARROW_TAG], uint8_t *plain, size_t n)
{
	if (box.n != n + crypto_box_SEALBYTES)
		return ERR_SIZE;
	if (crypto_box_seal_open(plain, box.data, box.n, pair->public,
	    pair->secret) != 0 ||
	    sodium_memcmp(plain, tag, ARROW_TAG) != 0) {
		secret_wipe(plain, n);
		return ERR_CRYPTO;
	}
	return ERR_NONE;
}

static enum error_code
open_key(const struct box_pair *pair, struct bytes box,
    const uint8_t tag[static ARROW_TAG], uint8_t *key)
{
	uint8_t plain[ARROW_TAG + ARROW_KEY];
	enum error_code error;

	error = open_box(pair, box, tag, plain, sizeof plain);
	if (error == ERR_NONE) {
		memcpy(key, plain + ARROW_TAG, ARROW_KEY);
		secret_wipe(plain, sizeof plain);
	}
	return error;
}

enum error_code
arrow_key_open(const struct box_pair *sealing,
    const uint8_t case_id[static ARROW_CASE], const char *sender,
    const char *recipient, struct bytes box, uint8_t key[static ARROW_KEY])
{
	uint8_t tag[ARROW_TAG];

	arrow_tag(ARROW_DOMAIN_KEY, case_id, sender, recipient, tag);
	return open_key(sealing, box, tag, key);
}

enum error_code
arrow_case_key_open(const struct box_pair *terms,
    const uint8_t case_id[static ARROW_CASE], const char *auditor,
    struct bytes box, uint8_t case_key[static ARROW_CASE_KEY])
{
	uint8_t tag[ARROW_TAG];

	arrow_tag(ARROW_DOMAIN_CASE_KEY, case_id, auditor, NULL, tag);
	return open_key(terms, box, tag, case_key);
}

enum error_code
arrow_name_open(const struct box_pair *terms,
    const uint8_t pseudonym[static ARROW_PSEUDONYM], const char *agency,
    const char *auditor, struct bytes box,
    char name[static ARROW_NAME_MAX + 1])
{
	uint8_t tag[ARROW_TAG], plain[ARROW_TAG + ARROW_NAME_PADDED];
	enum error_code error;
	size_t n;

	arrow_tag(ARROW_DOMAIN_NAME, pseudonym, agency, auditor, tag);
	error = open_box(terms, box, tag, plain, sizeof plain);
	if (error != ERR_NONE)
		return error;
	if (sodium_unpad(&n, plain + ARROW_TAG, ARROW_NAME_PADDED,
	    ARROW_NAME_PADDED) != 0) {
		error = ERR_FORMAT;
	} else {
		memcpy(name, plain + ARROW_TAG, n);
		name[n] = '\0';
	}
	secret_wipe(plain, sizeof plain);
	return error;
}
