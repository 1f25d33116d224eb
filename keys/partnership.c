#include "keys/partnership.h"

#include <sodium.h>
#include <string.h>

#include "keys/words.h"

_Static_assert(PARTNERSHIP_FINGERPRINT * WORDS_WORD_MAX <=
    PARTNERSHIP_FINGERPRINT_MAX + WORDS_WORD_MAX, "six words fit");

void
partnership_id(const uint8_t first_root[static KEY_PUBLIC],
    char out[static PARTNERSHIP_ID + 1])
{
	uint8_t hash[crypto_hash_sha256_BYTES];

	crypto_hash_sha256(hash, first_root, KEY_PUBLIC);
	hex_encode(out, hash, sizeof hash);
}

void
partnership_fingerprint(struct bytes file,
    char out[static PARTNERSHIP_FINGERPRINT_MAX])
{
	static const char tag[] = "wayleave/1 fingerprint\n";
	uint8_t hash[crypto_hash_sha256_BYTES];
	crypto_hash_sha256_state state;
	char *at = out;

	crypto_hash_sha256_init(&state);
	crypto_hash_sha256_update(&state, (const uint8_t *)tag,
	    sizeof tag - 1);
	crypto_hash_sha256_update(&state, file.data, file.n);
	crypto_hash_sha256_final(&state, hash);
	for (size_t i = 0; i < PARTNERSHIP_FINGERPRINT; i++) {
		char word[WORDS_WORD_MAX];
		size_t n;

		words_get(WORDS_EN, get_be32(hash + 4 * i) % WORDS_LIST,
		    word);
		if (i > 0)
			*at++ = ' ';
		n = strlen(word);
		memcpy(at, word, n);
		at += n;
	}
	*at = '\0';
}
