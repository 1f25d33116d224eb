#include "keys/phrase.h"

#include <sodium.h>
#include <string.h>

#include "keys/secret.h"

static const char impossible[] =
    "not a possible phrase, please ask again";

/* The number of the word that checks the n before it. */
static uint16_t
check_word(const uint16_t *word, unsigned n)
{
	uint8_t in[2 * PHRASE_PASS], hash[crypto_hash_sha256_BYTES];
	uint16_t out;

	for (unsigned i = 0; i < n; i++) {
		in[2 * i] = (uint8_t)(word[i] >> 8);
		in[2 * i + 1] = (uint8_t)word[i];
	}
	crypto_hash_sha256(hash, in, 2 * n);
	out = (uint16_t)(get_be64(hash) % WORDS_LIST);
	secret_wipe(in, sizeof in);
	secret_wipe(hash, sizeof hash);
	return out;
}

static void
finish(struct phrase *p, unsigned n)
{
	p->n = n;
	p->word[n - 1] = check_word(p->word, n - 1);
}

static void
draw(struct phrase *p, unsigned from, unsigned n)
{
	for (unsigned i = from; i < n - 1; i++)
		p->word[i] = (uint16_t)secret_below(WORDS_LIST);
	finish(p, n);
}

void
phrase_draw(struct phrase *stop, struct phrase *forced)
{
	memset(stop, 0, sizeof *stop);
	memset(forced, 0, sizeof *forced);
	draw(stop, 0, PHRASE_STOP);
	memcpy(forced->word, stop->word, PHRASE_SHARED * sizeof *stop->word);
	/* Somebody who mixes up the last two words must not say the other
	 * phrase: both of them differ. */
	do
		draw(forced, PHRASE_SHARED, PHRASE_STOP);
	while (forced->word[3] == stop->word[3] ||
	    forced->word[4] == stop->word[4]);
}

void
phrase_draw_pass(struct phrase *out)
{
	memset(out, 0, sizeof *out);
	draw(out, 0, PHRASE_PASS);
}

enum error_code
phrase_of(const uint16_t *word, unsigned n, struct phrase *out)
{
	memset(out, 0, sizeof *out);
	if (n != PHRASE_STOP && n != PHRASE_PASS)
		return ERR_SIZE;
	for (unsigned i = 0; i < n - 1; i++) {
		if (word[i] >= WORDS_LIST)
			return ERR_SIZE;
		out->word[i] = word[i];
	}
	finish(out, n);
	return ERR_NONE;
}

static bool
between(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == ',' ||
	    c == ';' || c == '.';
}

/* Takes the next word off the head of `text`; n is 0 when there is none. */
static struct bytes
next_word(struct bytes *text)
{
	struct bytes word;

	while (text->n > 0 && between(text->data[0])) {
		text->data++;
		text->n--;
	}
	word = bytes_of(text->data, 0);
	while (text->n > 0 && !between(text->data[0])) {
		text->data++;
		text->n--;
		word.n++;
	}
	return word;
}

enum error_code
phrase_parse(struct bytes text, unsigned n, struct phrase *out,
    struct why *why)
{
	struct bytes word;
	unsigned number = 0, i = 0;

	memset(out, 0, sizeof *out);
	if ((n != PHRASE_STOP && n != PHRASE_PASS) ||
	    text.n > 8 * PHRASE_TEXT_MAX)
		goto bad;
	for (word = next_word(&text); word.n > 0; word = next_word(&text)) {
		if (i == n || words_find((const char *)word.data, word.n,
		    &number) != ERR_NONE)
			goto bad;
		out->word[i++] = (uint16_t)number;
	}
	if (i != n || check_word(out->word, n - 1) != out->word[n - 1])
		goto bad;
	out->n = n;
	return ERR_NONE;
bad:
	secret_wipe(out, sizeof *out);
	why_set(why, "%s", impossible);
	return ERR_FORMAT;
}

void
phrase_format(const struct phrase *phrase, enum words_language language,
    char out[static PHRASE_TEXT_MAX])
{
	char word[WORDS_WORD_MAX];
	char *at = out;

	for (unsigned i = 0; i < phrase->n; i++) {
		size_t n;

		words_get(language, phrase->word[i], word);
		if (i > 0)
			*at++ = ' ';
		n = strlen(word);
		memcpy(at, word, n);
		at += n;
	}
	*at = '\0';
	secret_wipe(word, sizeof word);
}

enum error_code
phrase_token_at(const struct phrase *phrase,
    const uint8_t first_root[static KEY_PUBLIC], unsigned passes,
    size_t memory, uint8_t token[static PHRASE_TOKEN])
{
	static const char tag[] = "wayleave/1 stop\n";
	uint8_t salt[crypto_hash_sha256_BYTES], in[2 * PHRASE_STOP];
	crypto_hash_sha256_state state;
	enum error_code error;

	if (phrase->n != PHRASE_STOP)
		return ERR_FORMAT;
	crypto_hash_sha256_init(&state);
	crypto_hash_sha256_update(&state, (const uint8_t *)tag,
	    sizeof tag - 1);
	crypto_hash_sha256_update(&state, first_root, KEY_PUBLIC);
	crypto_hash_sha256_final(&state, salt);
	for (unsigned i = 0; i < PHRASE_STOP; i++) {
		in[2 * i] = (uint8_t)(phrase->word[i] >> 8);
		in[2 * i + 1] = (uint8_t)phrase->word[i];
	}
	error = kdf_argon2id(in, sizeof in, salt, passes, memory, token);
	secret_wipe(in, sizeof in);
	return error;
}

enum error_code
phrase_token(const struct phrase *phrase,
    const uint8_t first_root[static KEY_PUBLIC],
    uint8_t token[static PHRASE_TOKEN])
{
	return phrase_token_at(phrase, first_root, 3, 256u << 20, token);
}

void
phrase_token_hash(const uint8_t token[static PHRASE_TOKEN],
    uint8_t hash[static 32])
{
	crypto_hash_sha256(hash, token, PHRASE_TOKEN);
}

void
phrase_hashes(const uint8_t stop[static PHRASE_TOKEN],
    const uint8_t forced[static PHRASE_TOKEN], uint8_t out[2][32])
{
	uint8_t other[32];

	phrase_token_hash(stop, out[0]);
	phrase_token_hash(forced, out[1]);
	if (memcmp(out[0], out[1], 32) > 0) {
		memcpy(other, out[0], 32);
		memcpy(out[0], out[1], 32);
		memcpy(out[1], other, 32);
	}
}
