/*
 * What people type, and what lies on disk: phrases, key files without their
 * passphrase, sealed consent keys.  The first byte chooses.
 * max_len: 1100
 */
#include "keys/consent.h"
#include "keys/keyfile.h"
#include "keys/phrase.h"
#include "keys/secret.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);


static void
phrase(struct bytes in)
{
	char text[PHRASE_TEXT_MAX];
	struct phrase p, again;

	for (unsigned words = PHRASE_STOP; words <= PHRASE_PASS; words++) {
		if (phrase_parse(in, words, &p, NULL) != ERR_NONE)
			continue;
		phrase_format(&p, WORDS_PL, text);
		if (phrase_parse(bytes_str(text), words, &again, NULL) !=
		    ERR_NONE || !secret_equal(&p, &again, sizeof p))
			__builtin_trap();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct unlock unlock = { .n_passphrase = 1 };
	uint8_t secrets[KEYFILE_MAX], public[KEY_PUBLIC];
	struct keyfile_info info;
	struct bytes in;

	if (n < 1 || keys_init(NULL) != ERR_NONE)
		return 0;
	in = bytes_of(data + 1, n - 1);
	switch (data[0] % 3) {
	case 0:
		phrase(in);
		break;
	case 1:
		/* Its hash would have to be right to go on to Argon2id. */
		if (keyfile_decode(in, &unlock, &info, secrets,
		    sizeof secrets, &n, NULL) == ERR_NONE)
			__builtin_trap();
		break;
	default:
		(void)!consent_public(in, public);
	}
	return 0;
}
