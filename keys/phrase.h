/*
 * Phrases: stop phrases and the passphrase of a consent key (PROTOCOL 2).
 *
 * Drawn by us, never chosen.  A phrase is numbers of words; spelling and
 * language do not matter.  The last word checks the ones before it: SHA-256
 * of their u16 numbers, first 8 bytes as u64, mod 7776.
 */
#ifndef WAYLEAVE_KEYS_PHRASE_H
#define WAYLEAVE_KEYS_PHRASE_H

#include "base/bytes.h"
#include "keys/identity.h"
#include "keys/kdf.h"
#include "keys/words.h"

enum {
	PHRASE_STOP = 5,       /* words of a stop phrase: four and a check */
	PHRASE_PASS = 6,       /* of a passphrase: five and a check */
	PHRASE_SHARED = 3,     /* words the two stop phrases share */
	PHRASE_TOKEN = 32,
	PHRASE_TEXT_MAX = PHRASE_PASS * WORDS_WORD_MAX
};

/* n is PHRASE_STOP or PHRASE_PASS.  A secret: wipe it. */
struct phrase {
	unsigned n;
	uint16_t word[PHRASE_PASS];
};

/*
 * Two stop phrases that share the first three words; `forced` means "stop, I
 * am being forced".  They differ in the fourth word and in the check word.
 */
void phrase_draw(struct phrase *stop, struct phrase *forced);
/* A passphrase of five words and a check word. */
void phrase_draw_pass(struct phrase *out);

/* The phrase of these first n - 1 words; ERR_SIZE for one past the list. */
MUST_USE enum error_code phrase_of(const uint16_t *word, unsigned n,
    struct phrase *out);

/*
 * Reads n words (PHRASE_STOP or PHRASE_PASS) as a person types them: any
 * list, any case, with or without diacritics, white space or commas between.
 * ERR_FORMAT with "not a possible phrase, please ask again" when the number
 * of words, a word or the check is wrong; `why` never holds a word of it.
 */
MUST_USE enum error_code phrase_parse(struct bytes text, unsigned n,
    struct phrase *out, struct why *why);
/* Writes it in one language, a blank between. */
void phrase_format(const struct phrase *phrase, enum words_language language,
    char out[static PHRASE_TEXT_MAX]);

/*
 * The token of a stop phrase: Argon2id(five u16; 3 passes, 256 MiB, salt =
 * first 16 bytes of SHA-256("wayleave/1 stop\n" ‖ first root)).  About a
 * second; ERR_NOMEM without the memory.
 */
MUST_USE enum error_code phrase_token(const struct phrase *phrase,
    const uint8_t first_root[static KEY_PUBLIC],
    uint8_t token[static PHRASE_TOKEN]);
/* The same at another cost; for test vectors only. */
MUST_USE enum error_code phrase_token_at(const struct phrase *phrase,
    const uint8_t first_root[static KEY_PUBLIC], unsigned passes,
    size_t memory, uint8_t token[static PHRASE_TOKEN]);
/* SHA-256(token), as the record `phrases` lists it. */
void phrase_token_hash(const uint8_t token[static PHRASE_TOKEN],
    uint8_t hash[static 32]);
/* The two hashes of a `phrases` record, in byte order. */
void phrase_hashes(const uint8_t stop[static PHRASE_TOKEN],
    const uint8_t forced[static PHRASE_TOKEN], uint8_t out[2][32]);

#endif
