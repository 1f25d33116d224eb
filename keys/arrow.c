#include "keys/arrow.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "keys/secret.h"
#include "keys/wrap.h"

_Static_assert(ARROW_SEAL == crypto_box_SEALBYTES, "seal");
_Static_assert(ARROW_TERMS_OVERHEAD - (int)WRAP_OVERHEAD == 0, "terms");

/* BLAKE2b as it goes along; the domain string first. */
static void
begin(crypto_generichash_state *h, const uint8_t *key, size_t out,
    const char *domain)
{
	crypto_generichash_init(h, key, key == NULL ? 0 : 32, out);
	crypto_generichash_update(h, (const uint8_t *)domain,
	    strlen(domain));
}

static void
put_text(crypto_generichash_state *h, const char *s)
{
	crypto_generichash_update(h, (const uint8_t *)s, strlen(s));
}

static void
put_id(crypto_generichash_state *h, const char *id)
{
	uint8_t n = (uint8_t)strlen(id);

	crypto_generichash_update(h, &n, 1);
	put_text(h, id);
}

static void
finish(crypto_generichash_state *h, uint8_t *out, size_t n)
{
	crypto_generichash_final(h, out, n);
	secret_wipe(h, sizeof *h);
}

void
arrow_case_id(const char *partnership,
    const uint8_t consent_key[static KEY_PUBLIC], const char *custodian,
    uint8_t out[static ARROW_CASE])
{
	crypto_generichash_state h;

	begin(&h, NULL, ARROW_CASE, "wayleave/1 case\n");
	put_text(&h, partnership);
	crypto_generichash_update(&h, consent_key, KEY_PUBLIC);
	put_id(&h, custodian);
	finish(&h, out, ARROW_CASE);
}

void
arrow_key(const uint8_t case_key[static ARROW_CASE_KEY],
    const uint8_t case_id[static ARROW_CASE], const char *sender,
    const char *recipient, uint8_t out[static ARROW_KEY])
{
	crypto_generichash_state h;

	begin(&h, case_key, ARROW_KEY, "wayleave/1 arrow\n");
	crypto_generichash_update(&h, case_id, ARROW_CASE);
	put_id(&h, sender);
	put_id(&h, recipient);
	finish(&h, out, ARROW_KEY);
}

void
arrow_label(const uint8_t key[static ARROW_KEY], const char *what,
    const char *purpose, uint8_t out[static ARROW_LABEL])
{
	crypto_generichash_state h;

	begin(&h, key, ARROW_LABEL, "wayleave/1 label\n");
	put_text(&h, what);
	put_text(&h, "/");
	put_text(&h, purpose);
	finish(&h, out, ARROW_LABEL);
}

void
arrow_filler(const uint8_t key[static ARROW_KEY], uint8_t i,
    uint8_t out[static ARROW_LABEL])
{
	crypto_generichash_state h;

	begin(&h, key, ARROW_LABEL, "wayleave/1 filler\n");
	crypto_generichash_update(&h, &i, 1);
	finish(&h, out, ARROW_LABEL);
}

void
arrow_urgency(const uint8_t key[static ARROW_KEY],
    const uint8_t message[static 16], uint8_t out[static 16])
{
	crypto_generichash_state h;

	begin(&h, key, 16, "wayleave/1 urgent\n");
	crypto_generichash_update(&h, message, 16);
	finish(&h, out, 16);
}

static int
compare(const void *a, const void *b)
{
	return memcmp(a, b, ARROW_LABEL);
}

void
arrow_sort(uint8_t (*label)[ARROW_LABEL], size_t n)
{
	if (n > 1)
		qsort(label, n, ARROW_LABEL, compare);
}

enum error_code
arrow_labels(const uint8_t key[static ARROW_KEY], const char *const *what,
    size_t n, const char *purpose, uint8_t out[ARROW_LABELS][ARROW_LABEL])
{
	if (n < 1 || n > ARROW_WHATS)
		return ERR_SIZE;
	for (size_t i = 0; i < n; i++) {
		for (size_t j = 0; j < i; j++)
			if (strcmp(what[i], what[j]) == 0)
				return ERR_EXISTS;
		arrow_label(key, what[i], purpose, out[i]);
	}
	for (size_t i = n; i < ARROW_LABELS; i++)
		arrow_filler(key, (uint8_t)(i - n + 1), out[i]);
	arrow_sort(out, ARROW_LABELS);
	return ERR_NONE;
}

/* ---- terms ---------------------------------------------------------------- */

enum { AD_MAX = ARROW_CASE + 2 * 256 };

static struct bytes
terms_ad(uint8_t out[static AD_MAX], const uint8_t *case_id,
    const char *sender, const char *recipient)
{
	const char *id[2] = { sender, recipient };
	uint8_t *at = out + ARROW_CASE;

	memcpy(out, case_id, ARROW_CASE);
	for (size_t i = 0; i < 2; i++) {
		uint8_t n = (uint8_t)strlen(id[i]);

		*at++ = n;
		memcpy(at, id[i], n);
		at += n;
	}
	return bytes_of(out, (size_t)(at - out));
}

static void
terms_key(const uint8_t *key, uint8_t out[static WRAP_KEY])
{
	crypto_generichash_state h;

	begin(&h, key, WRAP_KEY, "wayleave/1 terms\n");
	finish(&h, out, WRAP_KEY);
}

enum error_code
arrow_terms_seal(const uint8_t key[static ARROW_KEY],
    const uint8_t case_id[static ARROW_CASE], const char *sender,
    const char *recipient, struct bytes plain, struct buf *out)
{
	uint8_t under[WRAP_KEY], ad[AD_MAX];
	enum error_code error;

	if (plain.n > ARROW_TERMS_MAX - ARROW_TERMS_OVERHEAD)
		return ERR_SIZE;
	terms_key(key, under);
	error = wrap_seal_buf(under, terms_ad(ad, case_id, sender, recipient),
	    plain, out);
	secret_wipe(under, sizeof under);
	return error;
}

enum error_code
arrow_terms_open(const uint8_t key[static ARROW_KEY],
    const uint8_t case_id[static ARROW_CASE], const char *sender,
    const char *recipient, struct bytes terms, struct buf *out)
{
	uint8_t under[WRAP_KEY], ad[AD_MAX];
	enum error_code error;

	if (terms.n > ARROW_TERMS_MAX)
		return ERR_SIZE;
	terms_key(key, under);
	error = wrap_open_buf(under, terms_ad(ad, case_id, sender, recipient),
	    terms, out);
	secret_wipe(under, sizeof under);
	return error;
}

void
arrow_pseudonym(const uint8_t agency[static KEY_SECRET],
    const char *account, uint8_t out[static ARROW_PSEUDONYM])
{
	crypto_generichash_state h;

	begin(&h, agency, ARROW_PSEUDONYM, "wayleave/1 worker\n");
	put_text(&h, account);
	finish(&h, out, ARROW_PSEUDONYM);
}
