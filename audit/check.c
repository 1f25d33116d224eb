#include "audit/check.h"

#include <stdlib.h>
#include <string.h>

#include "audit/bodies.h"

enum {
	CITES = 1024,                   /* citations remembered as signed */
	/* 256 times what decoding a record and its body may need, and views */
	JOB_ARENA = TILE_WIDTH * 320 * 1024,
};

struct checker {
	struct check_shared shared;
	struct bundle_cache *bundles;
	struct checkpoint cite[CITES];
};

enum error_code
checker_create(const struct check_shared *shared, struct checker **out)
{
	struct checker *c = calloc(1, sizeof *c);

	*out = NULL;
	if (c == NULL)
		return ERR_NOMEM;
	c->shared = *shared;
	c->bundles = bundle_cache_create();
	if (c->bundles == NULL) {
		free(c);
		return ERR_NOMEM;
	}
	*out = c;
	return ERR_NONE;
}

void
checker_destroy(struct checker **c)
{
	if (c == NULL || *c == NULL)
		return;
	bundle_cache_destroy(&(*c)->bundles);
	free(*c);
	*c = NULL;
}

enum error_code
check_job_create(struct check_job **out)
{
	struct check_job *j = calloc(1, sizeof *j);

	*out = j;
	if (j == NULL)
		return ERR_NOMEM;
	buf_init(&j->entries, TILE_WIDTH * (2 + ENTRY_BYTES));
	buf_init(&j->bodies, BODIES_MAX);
	j->arena = arena_create(JOB_ARENA);
	j->item = calloc(TILE_WIDTH, sizeof *j->item);
	if (j->arena != NULL && j->item != NULL)
		return ERR_NONE;
	check_job_destroy(out);
	return ERR_NOMEM;
}

void
check_job_destroy(struct check_job **j)
{
	if (j == NULL || *j == NULL)
		return;
	buf_free(&(*j)->entries);
	buf_free(&(*j)->bodies);
	arena_destroy(&(*j)->arena);
	free((*j)->item);
	free(*j);
	*j = NULL;
}

/* ---- signatures ---------------------------------------------------------- */

/* Whose keys to try: a case's comes with its record. */
static const struct directory_key *
keys_of(struct checker *c, const struct record *r,
    struct directory_key *consent)
{
	if (record_signer_form(r->signer) != SIGNER_CASE)
		return directory_find(c->shared.directory, r->signer);
	if (!r->has_key)
		return NULL;
	memcpy(consent->key, r->key, WIRE_KEY);
	consent->older = NULL;
	return consent;
}

/* With this signer's key; tries the cosigner's, if there is one. */
static bool
verifies(struct checker *c, const struct record *r, const uint8_t *key,
    const uint8_t **cokey)
{
	const struct directory_key *k;

	*cokey = NULL;
	if (r->cosigner[0] == '\0')
		return record_verify(c->shared.partnership, r, key, NULL,
		    c->bundles, NULL, NULL) == ERR_NONE;
	k = directory_find(c->shared.directory, r->cosigner);
	for (; k != NULL; k = k->older) {
		*cokey = k->key;
		if (record_verify(c->shared.partnership, r, key, k->key,
		    c->bundles, NULL, NULL) == ERR_NONE)
			return true;
	}
	return false;
}

bool
check_signature(struct checker *c, struct checked *it)
{
	const struct record *r = &it->e.record;
	struct directory_key consent;
	const struct directory_key *k = keys_of(c, r, &consent);

	it->signer_key = it->cosigner_key = NULL;
	for (; k != NULL; k = k->older) {
		if (!verifies(c, r, k->key, &it->cosigner_key))
			continue;
		it->signer_key = k == &consent ? r->key : k->key;
		return true;
	}
	it->cosigner_key = NULL;
	return false;
}

bool
check_citation(struct checker *c, const struct citation *cite)
{
	struct checkpoint want = { .size = cite->size }, *slot;

	if (cite->size == 0)
		return true;
	memcpy(want.root.b, cite->root, HASH_BYTES);
	memcpy(want.signature, cite->signature, sizeof want.signature);
	slot = &c->cite[get_be32(want.signature) % CITES];
	if (slot->size == want.size && hash_equal(&slot->root, &want.root) &&
	    memcmp(slot->signature, want.signature,
	    sizeof want.signature) == 0)
		return true;
	if (checkpoint_verify(c->shared.origin, &want, c->shared.log_key) !=
	    ERR_NONE)
		return false;
	*slot = want;
	return true;
}

/* ---- entries ------------------------------------------------------------- */

static const char *
keep(struct arena *a, const char *text)
{
	const char *copy = arena_dup(a, text, strlen(text) + 1);

	return copy != NULL ? copy : "malformed";
}

static void
check_entry(struct checker *c, struct arena *a,
    const struct bodies_item *from, struct checked *it)
{
	struct why why = { "" };

	it->why = NULL;
	it->signer_key = it->cosigner_key = NULL;
	it->has_record = it->cite_signed = false;
	memcpy(it->commitment, from->commitment, HASH_BYTES);
	entry_leaf(it->commitment, &it->leaf);
	it->state = from->salt == NULL ? CHECKED_GONE : CHECKED_MALFORMED;
	if (from->salt == NULL)
		return;
	if (bodies_check(from) != ERR_NONE) {
		it->why = "its body is not the one committed to";
		return;
	}
	if (entry_decode(a, c->shared.partnership, from->body, from->salt,
	    &it->e, &why) != ERR_NONE) {
		it->why = keep(a, why.text[0] != '\0' ? why.text :
		    "malformed");
		return;
	}
	it->state = CHECKED_OK;
	it->e.has_leaf = true;
	it->e.leaf = it->leaf;
	it->has_record = it->e.kind == ENTRY_RECORD ||
	    it->e.kind == ENTRY_OPENED || it->e.kind == ENTRY_REFUSED;
	if (!it->has_record || !c->shared.signatures)
		return;
	(void)check_signature(c, it);
	it->cite_signed = check_citation(c, &it->e.b.cite);
}

void
check_bundle(struct checker *c, struct check_job *job)
{
	struct bytes e = buf_view(&job->entries), b = buf_view(&job->bodies);
	struct bodies_item from;

	/* the bundle that is open may have been written in full already */
	const bool ahead = job->n < TILE_WIDTH &&
	    e.n == TILE_WIDTH * (size_t)(2 + ENTRY_BYTES);

	arena_reset(job->arena);
	for (unsigned i = 0; i < job->n && job->err == ERR_NONE; i++) {
		struct checked *it = &job->item[i];

		if (bodies_next(&e, &b, &from) != ERR_NONE) {
			job->err = ERR_FORMAT;
			break;
		}
		check_entry(c, job->arena, &from, it);
		/* those after it may be signed with a key it announces */
		if (it->state == CHECKED_OK && it->e.kind == ENTRY_RECORD &&
		    directory_record(c->shared.directory, &it->e.b) !=
		    ERR_NONE)
			job->err = ERR_NOMEM;
	}
	if (job->err == ERR_NONE && (e.n > 0 || b.n > 0) && !ahead)
		job->err = ERR_FORMAT;
}
