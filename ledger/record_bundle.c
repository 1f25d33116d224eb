/*
 * Bundles: one signature for all that a signer had ready at one moment.
 */
#include "ledger/record.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(RECORD_SECRET == crypto_sign_SECRETKEYBYTES, "Ed25519");
_Static_assert(WIRE_KEY == crypto_sign_PUBLICKEYBYTES, "Ed25519");
_Static_assert(WIRE_SIG == crypto_sign_BYTES, "Ed25519");

static const char text[] = "wayleave/1 bundle\n";

enum { TEXT = sizeof text - 1, SIGNED_BYTES = TEXT + 4 + HASH_BYTES };

static void
signed_text(uint32_t n, const struct hash *root,
    uint8_t out[static SIGNED_BYTES])
{
	memcpy(out, text, TEXT);
	put_be32(out + TEXT, n);
	memcpy(out + TEXT + 4, root->b, HASH_BYTES);
}

bool
record_alone(const struct record *r)
{
	return r->cosigner[0] != '\0' ||
	    record_signer_form(r->signer) == SIGNER_CASE;
}

/* ---- signing ------------------------------------------------------------------ */

/* Levels of a tree of up to 512 leaves, the leaves first. */
struct bundle {
	struct hash node[2 * WIRE_BUNDLE_MAX + 16];
	uint16_t place[WIRE_BUNDLE_MAX];    /* of record i */
	unsigned size;
};

static bool
has_submission(struct record *const *r, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (r[i]->kind == KIND_SUBMISSION)
			return true;
	}
	return false;
}

static unsigned
filled_size(size_t n)
{
	if (n <= BUNDLE_FILL_1)
		return BUNDLE_FILL_1;
	return n <= BUNDLE_FILL_2 ? BUNDLE_FILL_2 : BUNDLE_FILL_3;
}

/* 0 <= result < below, every value as likely (below <= 512). */
static unsigned
random_below(unsigned below, record_random *random, void *ctx)
{
	const uint32_t limit = UINT32_MAX - UINT32_MAX % below;
	uint8_t b[4];

	do {
		random(ctx, b, sizeof b);
	} while (get_be32(b) >= limit);
	return get_be32(b) % below;
}

/* The first n places of a random order; the rest become random hashes. */
static void
draw_places(struct bundle *t, size_t n, record_random *random, void *ctx)
{
	for (unsigned i = 0; i < n; i++) {
		const unsigned j = i + random_below(t->size - i, random, ctx);
		const uint16_t swap = t->place[i];

		t->place[i] = t->place[j];
		t->place[j] = swap;
	}
	for (unsigned i = (unsigned)n; i < t->size; i++)
		random(ctx, t->node[t->place[i]].b, HASH_BYTES);
}

/*
 * Level by level; a lone last node is promoted, which is RFC 6962's tree.
 * Returns the root.
 */
static const struct hash *
grow(struct bundle *t)
{
	struct hash *level = t->node;
	unsigned width = t->size;

	while (width > 1) {
		struct hash *next = level + width;

		for (unsigned i = 0; i + 1 < width; i += 2)
			tree_node(&level[i], &level[i + 1], &next[i / 2]);
		if (width & 1)
			next[width / 2] = level[width - 1];
		level = next;
		width = (width + 1) / 2;
	}
	return level;
}

static enum error_code
set_path(const struct bundle *t, struct record *r, unsigned place,
    struct arena *a)
{
	const struct hash *level = t->node;
	unsigned width = t->size, i = place;
	struct hash path[16];
	size_t n = 0;

	while (width > 1) {
		if ((i ^ 1) < width)
			path[n++] = level[i ^ 1];
		level += width;
		i /= 2;
		width = (width + 1) / 2;
	}
	r->index = place;
	r->n = t->size;
	r->path = bytes_of(NULL, n * HASH_BYTES);
	r->wire = bytes_of(NULL, 0);
	if (n == 0)
		return ERR_NONE;
	r->path.data = arena_dup(a, path, n * HASH_BYTES);
	return r->path.data != NULL ? ERR_NONE : ERR_NOMEM;
}

enum error_code
bundle_sign(const uint8_t secret[static RECORD_SECRET],
    const char *partnership, struct record *const *r, size_t n,
    record_random *random, void *ctx, struct arena *a)
{
	uint8_t signature[WIRE_SIG], message[SIGNED_BYTES];
	enum error_code e = ERR_NONE;
	struct bundle *t;

	if (n < 1 || n > WIRE_BUNDLE_MAX)
		return ERR_USAGE;
	for (size_t i = 0; i < n; i++) {
		if (record_alone(r[i]) && n > 1)
			return ERR_USAGE;
	}
	t = malloc(sizeof *t);
	if (t == NULL)
		return ERR_NOMEM;
	t->size = (unsigned)n;
	for (unsigned i = 0; i < WIRE_BUNDLE_MAX; i++)
		t->place[i] = (uint16_t)i;
	if (has_submission(r, n)) {
		t->size = filled_size(n);
		draw_places(t, n, random, ctx);
	}
	for (size_t i = 0; i < n; i++)
		record_leaf(partnership, r[i], &t->node[t->place[i]]);
	signed_text(t->size, grow(t), message);
	crypto_sign_detached(signature, NULL, message, sizeof message, secret);
	for (size_t i = 0; i < n && e == ERR_NONE; i++) {
		e = set_path(t, r[i], t->place[i], a);
		memcpy(r[i]->signature, signature, sizeof signature);
	}
	free(t);
	return e;
}

enum error_code
record_cosign(const uint8_t secret[static RECORD_SECRET],
    const char *partnership, struct record *r)
{
	uint8_t message[SIGNED_BYTES];
	struct hash leaf;

	if (r->cosigner[0] == '\0')
		return ERR_USAGE;
	record_leaf(partnership, r, &leaf);
	signed_text(1, &leaf, message);
	crypto_sign_detached(r->cosignature, NULL, message, sizeof message,
	    secret);
	r->has_cosignature = true;
	r->wire = bytes_of(NULL, 0);
	return ERR_NONE;
}

/* ---- verifying ------------------------------------------------------------------ */

enum { CACHE_ROWS = 512 };

struct cached {
	uint8_t key[WIRE_KEY], signature[WIRE_SIG];
	struct hash root;
	uint32_t n;             /* 0: empty */
};

struct bundle_cache {
	uint64_t hits, misses;
	struct cached row[CACHE_ROWS];
};

struct bundle_cache *
bundle_cache_create(void)
{
	return calloc(1, sizeof(struct bundle_cache));
}

void
bundle_cache_destroy(struct bundle_cache **c)
{
	if (c == NULL)
		return;
	free(*c);
	*c = NULL;
}

void
bundle_cache_counts(const struct bundle_cache *c, uint64_t *hits,
    uint64_t *misses)
{
	*hits = c->hits;
	*misses = c->misses;
}

/*
 * The row where this bundle would be.  Whoever makes two bundles share a row
 * on purpose only makes its own cost what it costs without a cache: rows go
 * by key and signature, and only what verified is put in.
 */
static struct cached *
cache_row(struct bundle_cache *c, const struct cached *want)
{
	const unsigned i = get_be32(want->signature) ^ get_be32(want->key);

	return &c->row[i % CACHE_ROWS];
}

static bool
signature_ok(struct bundle_cache *c, const struct cached *want)
{
	struct cached *row = c != NULL ? cache_row(c, want) : NULL;
	uint8_t message[SIGNED_BYTES];

	if (row != NULL && row->n == want->n &&
	    hash_equal(&row->root, &want->root) &&
	    memcmp(row->key, want->key, WIRE_KEY) == 0 &&
	    memcmp(row->signature, want->signature, WIRE_SIG) == 0) {
		c->hits++;
		return true;
	}
	signed_text(want->n, &want->root, message);
	if (crypto_sign_verify_detached(want->signature, message,
	    sizeof message, want->key) != 0)
		return false;
	if (row != NULL) {
		c->misses++;
		*row = *want;
	}
	return true;
}

static enum error_code
bad(struct why *why, enum error_code e, const char *what)
{
	why_set(why, "%s", what);
	return e;
}

/* The root that this record's bytes have under its path. */
static enum error_code
root_of(const struct record *r, const struct hash *leaf, struct hash *root,
    struct why *why)
{
	struct hash path[16];
	const size_t n = r->path.n / HASH_BYTES;

	if (r->n < 1 || r->n > WIRE_BUNDLE_MAX || r->index >= r->n)
		return bad(why, ERR_PROOF, "index: not within the bundle");
	if (r->path.n % HASH_BYTES != 0 || n > 16 ||
	    n != tree_path_length(r->index, r->n))
		return bad(why, ERR_PROOF, "path: wrong length");
	if (n > 0)
		memcpy(path, r->path.data, r->path.n);
	if (tree_path_root(r->index, r->n, leaf, path, n, root) != ERR_NONE)
		return bad(why, ERR_PROOF, "path: wrong length");
	return ERR_NONE;
}

/* The signer's signature; *want keeps the root that it is over. */
static enum error_code
signer_ok(const char *partnership, const struct record *r,
    const uint8_t key[static WIRE_KEY], struct bundle_cache *cache,
    uint8_t *id, struct cached *want, struct why *why)
{
	struct hash leaf;
	enum error_code e;

	if (record_alone(r) && r->n != 1)
		return bad(why, ERR_FORMAT, "n: such a record is signed alone");
	if (r->has_cosignature != (r->cosigner[0] != '\0'))
		return bad(why, ERR_FORMAT, "cosignature: goes with a cosigner");
	want->n = r->n;
	record_hash(partnership, r, id, &leaf);
	e = root_of(r, &leaf, &want->root, why);
	if (e != ERR_NONE)
		return e;
	memcpy(want->key, key, WIRE_KEY);
	memcpy(want->signature, r->signature, WIRE_SIG);
	return signature_ok(r->n > 1 ? cache : NULL, want) ? ERR_NONE :
	    bad(why, ERR_CRYPTO, "signature: does not verify");
}

enum error_code
record_verify_signer(const char *partnership, const struct record *r,
    const uint8_t key[static WIRE_KEY], struct why *why)
{
	struct cached want = { .n = 0 };

	return signer_ok(partnership, r, key, NULL, NULL, &want, why);
}

enum error_code
record_verify(const char *partnership, const struct record *r,
    const uint8_t key[static WIRE_KEY], const uint8_t *cokey,
    struct bundle_cache *cache, uint8_t *id, struct why *why)
{
	struct cached want = { .n = 0 };
	enum error_code e;

	if ((cokey != NULL) != (r->cosigner[0] != '\0'))
		return bad(why, ERR_FORMAT, "cosignature: goes with a cosigner");
	e = signer_ok(partnership, r, key, cache, id, &want, why);
	if (e != ERR_NONE || cokey == NULL)
		return e;
	memcpy(want.key, cokey, WIRE_KEY);
	memcpy(want.signature, r->cosignature, WIRE_SIG);
	if (!signature_ok(NULL, &want))
		return bad(why, ERR_CRYPTO, "cosignature: does not verify");
	return ERR_NONE;
}
