#include "agent/outgoing/kept.h"

#include <sodium.h>
#include <string.h>

struct kept_key {
	bool used;
	uint8_t case_id[WIRE_CASE];
	char sender[WIRE_ID_MAX + 1], recipient[WIRE_ID_MAX + 1];
	uint8_t key[ARROW_KEY];
};

struct kept_row {
	bool used;
	uint8_t id[WIRE_HASH];
	struct terms terms;
};

/* Each has one place: whatever comes later to the same place replaces it. */
struct kept {
	struct kept_key arrow[KEPT_ARROWS];
	struct kept_row terms[KEPT_TERMS];
};

enum error_code
kept_create(struct kept **out)
{
	*out = sodium_malloc(sizeof **out);
	if (*out == NULL)
		return ERR_NOMEM;
	memset(*out, 0, sizeof **out);
	return ERR_NONE;
}

void
kept_destroy(struct kept **k)
{
	if (k == NULL || *k == NULL)
		return;
	sodium_free(*k);                /* wipes */
	*k = NULL;
}

/* ---- arrow keys -------------------------------------------------------------- */

static size_t
arrow_place(const uint8_t case_id[static WIRE_CASE], const char *sender,
    const char *recipient)
{
	uint32_t h = get_be32(case_id);

	for (; *sender != '\0'; sender++)
		h = h * 31 + (uint8_t)*sender;
	for (h *= 31; *recipient != '\0'; recipient++)
		h = h * 31 + (uint8_t)*recipient;
	return h % KEPT_ARROWS;
}

bool
kept_arrow(const struct kept *k, const uint8_t case_id[static WIRE_CASE],
    const char *sender, const char *recipient, uint8_t key[static ARROW_KEY])
{
	const struct kept_key *a;

	if (k == NULL)
		return false;
	a = &k->arrow[arrow_place(case_id, sender, recipient)];
	if (!a->used || memcmp(a->case_id, case_id, WIRE_CASE) != 0 ||
	    strcmp(a->sender, sender) != 0 ||
	    strcmp(a->recipient, recipient) != 0)
		return false;
	memcpy(key, a->key, ARROW_KEY);
	return true;
}

void
kept_arrow_put(struct kept *k, const uint8_t case_id[static WIRE_CASE],
    const char *sender, const char *recipient,
    const uint8_t key[static ARROW_KEY])
{
	struct kept_key *a;

	if (k == NULL || strlen(sender) > WIRE_ID_MAX ||
	    strlen(recipient) > WIRE_ID_MAX)
		return;
	a = &k->arrow[arrow_place(case_id, sender, recipient)];
	a->used = true;
	memcpy(a->case_id, case_id, WIRE_CASE);
	strcpy(a->sender, sender);
	strcpy(a->recipient, recipient);
	memcpy(a->key, key, ARROW_KEY);
}

void
kept_arrow_forget(struct kept *k)
{
	if (k != NULL)
		sodium_memzero(k->arrow, sizeof k->arrow);
}

/* ---- terms ---------------------------------------------------------------------- */

/* Record ids are hashes: any bytes of one are as good as any others. */
static size_t
terms_place(const uint8_t id[static WIRE_HASH])
{
	return get_be32(id) % KEPT_TERMS;
}

bool
kept_terms(const struct kept *k, const uint8_t id[static WIRE_HASH],
    struct terms *out)
{
	const struct kept_row *r;

	if (k == NULL)
		return false;
	r = &k->terms[terms_place(id)];
	if (!r->used || memcmp(r->id, id, WIRE_HASH) != 0)
		return false;
	*out = r->terms;
	return true;
}

void
kept_terms_put(struct kept *k, const uint8_t id[static WIRE_HASH],
    const struct terms *t)
{
	struct kept_row *r;

	if (k == NULL)
		return;
	r = &k->terms[terms_place(id)];
	r->used = true;
	memcpy(r->id, id, WIRE_HASH);
	r->terms = *t;
}

void
kept_terms_forget(struct kept *k)
{
	if (k != NULL)
		sodium_memzero(k->terms, sizeof k->terms);
}
