/*
 * After the commit: the entries are read back as stored, their leaf hashes
 * recomputed from those bytes and handed to the signer, and the root that the
 * signer computed is compared with ours.  Two computations over what is
 * really on the disk: a bit that fell over is found before it is signed.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/fault.h"
#include "base/log.h"
#include "broker/state.h"

enum { CATCH_UP = 512 };        /* leaves to the signer in one request */

/* ---- the tree over the store ------------------------------------------- */

static enum error_code
backend_commitments(void *ctx, uint64_t first, size_t n, struct hash *out)
{
	return store_commitments(ctx, first, (unsigned)n, (uint8_t *)out);
}

static enum error_code
backend_get(void *ctx, unsigned level, uint64_t n,
    struct hash out[static TILE_WIDTH])
{
	return store_tile_get(ctx, level, n, (uint8_t *)out);
}

static enum error_code
backend_put(void *ctx, unsigned level, uint64_t n,
    const struct hash tile[static TILE_WIDTH])
{
	enum error_code e = store_begin(ctx);

	/* after the batch's own transaction, once in 65,536 entries */
	if (e == ERR_NONE)
		e = store_tile_put(ctx, level, n, (const uint8_t *)tile);
	return e == ERR_NONE ? store_commit(ctx) : e;
}

/* ---- at start ---------------------------------------------------------- */

static enum error_code
send_leaves(struct sequencer *q, uint64_t from, size_t n,
    struct checkpoint *out)
{
	struct hash leaf[CATCH_UP];
	enum error_code e;

	e = store_commitments(q->c.store, from, (unsigned)n, (uint8_t *)leaf);
	if (e != ERR_NONE)
		return e;
	for (size_t i = 0; i < n; i++)
		tile_leaf(&leaf[i], &leaf[i]);
	return q->c.signing.sign(q->c.signing.ctx, from, leaf, n, out);
}

/*
 * Brings the signer from where it stands to our head: what was committed and
 * not signed when the broker was killed.
 */
static enum error_code
catch_up(struct sequencer *q, uint64_t size, struct checkpoint *c,
    struct why *why)
{
	enum error_code e;
	uint64_t n;

	e = q->c.signing.sign(q->c.signing.ctx, 0, NULL, 0, c);
	if (e != ERR_NONE) {
		why_set(why, "the signer does not answer: %s", error_text(e));
		return e;
	}
	if (c->size > size) {
		why_set(why, "the signer has signed %" PRIu64 " entries and "
		    "the store holds %" PRIu64 ": this store is an old copy, "
		    "restore the newest one", c->size, size);
		return ERR_PROOF;
	}
	while (c->size < size) {
		n = size - c->size < CATCH_UP ? size - c->size : CATCH_UP;
		e = send_leaves(q, c->size, (size_t)n, c);
		if (e != ERR_NONE) {
			why_set(why, "the signer cannot be brought up to the "
			    "store: %s", error_text(e));
			return e;
		}
	}
	return ERR_NONE;
}

enum error_code
publish_start(struct sequencer *q, struct why *why)
{
	struct tile_backend backend = {
		.ctx = q->c.store, .commitments = backend_commitments,
		.get = backend_get, .put = backend_put,
	};
	struct store_head head;
	struct hash root;
	enum error_code e;

	e = store_head(q->c.store, &head);
	if (e == ERR_NONE)
		e = tiles_open(&backend, head.size, &q->tiles);
	if (e != ERR_NONE) {
		why_set(why, "the ledger's tiles: %s", error_text(e));
		return e;
	}
	q->source = tiles_source(q->tiles);
	q->time = head.time;
	e = catch_up(q, head.size, &q->head, why);
	if (e == ERR_NONE)
		e = tiles_root_at(q->tiles, head.size, &root);
	if (e == ERR_NONE && !hash_equal(&root, &q->head.root)) {
		why_set(why, "the signer stands at another root than the "
		    "store: this is not the ledger it signed");
		e = ERR_PROOF;
	}
	if (e == ERR_NONE)
		cites_put(q->c.cites, &q->head);
	return e;
}

/* ---- each batch -------------------------------------------------------- */

struct read_back {
	struct sequencer *q;
	struct hash *leaf;
	size_t n;
};

static enum error_code
read_one(void *ctx, uint64_t idx, const uint8_t commitment[static HASH_BYTES],
    const uint8_t *salt, struct bytes body)
{
	struct read_back *r = ctx;
	struct written *w = write_find(r->q, idx);
	uint8_t again[HASH_BYTES];

	if (w == NULL || salt == NULL || r->n >= r->q->b.n ||
	    idx != r->q->b.first + r->n)
		return ERR_PROOF;
	entry_commitment(body, salt, again);
	if (memcmp(again, commitment, HASH_BYTES) != 0)
		return ERR_PROOF;
	entry_leaf(commitment, &r->leaf[r->n++]);
	return ERR_NONE;
}

static enum error_code
read_all(struct sequencer *q, struct hash **leaf)
{
	struct read_back r = { .q = q };
	enum error_code e;

	r.leaf = arena_alloc(q->b.arena, q->b.n * sizeof *r.leaf);
	if (r.leaf == NULL)
		return ERR_NOMEM;
	e = store_entries(q->c.store, q->b.first, q->b.n, read_one, &r);
	if (e == ERR_NONE && r.n != q->b.n)
		e = ERR_PROOF;
	if (e == ERR_PROOF)
		log_error(24, "ledger", "check the disk, then start the "
		    "broker again", "entries read back from the store are not "
		    "what was written");
	*leaf = r.leaf;
	return e;
}

static enum error_code
sign_all(struct sequencer *q, const struct hash *leaf)
{
	struct checkpoint c = q->head;
	uint64_t from = q->b.first;
	size_t n, done = 0;
	struct hash root;
	enum error_code e = ERR_NONE;

	while (e == ERR_NONE && done < q->b.n) {
		n = q->b.n - done < CATCH_UP ? q->b.n - done : CATCH_UP;
		e = q->c.signing.sign(q->c.signing.ctx, from + done,
		    leaf + done, n, &c);
		done += n;
	}
	if (e == ERR_NONE)
		e = tiles_root_at(q->tiles, from + q->b.n, &root);
	if (e == ERR_NONE && (c.size != from + q->b.n ||
	    !hash_equal(&root, &c.root)))
		e = ERR_PROOF;
	if (e != ERR_NONE) {
		log_error(25, "ledger", "check the signer, then start the "
		    "broker again", "the signer did not sign: %s",
		    error_text(e));
		return e;
	}
	q->head = c;
	cites_put(q->c.cites, &c);
	return ERR_NONE;
}

enum error_code
publish_batch(struct sequencer *q)
{
	struct hash *leaf;
	enum error_code e;

	if (q->b.n == 0)
		return ERR_NONE;
	if (fault_point("broker-after-commit") != ERR_NONE)
		return ERR_IO;
	e = read_all(q, &leaf);
	if (e == ERR_NONE)
		e = tiles_append(q->tiles, leaf, q->b.n);
	if (e == ERR_NONE && fault_point("broker-before-sign") != ERR_NONE)
		e = ERR_IO;
	if (e == ERR_NONE)
		e = sign_all(q, leaf);
	if (e == ERR_NONE && fault_point("broker-after-sign") != ERR_NONE)
		e = ERR_IO;
	return e;
}

enum error_code
publish_entry(struct sequencer *q, struct arena *a, uint64_t index,
    struct entry **out)
{
	struct written *w = write_find(q, index);
	uint8_t salt[ENTRY_SALT], commitment[HASH_BYTES], *copy;
	struct buf body;
	struct why why;
	enum error_code e;

	if (w != NULL) {
		*out = &w->entry;
		return ERR_NONE;
	}
	buf_init(&body, ENTRY_BODY_MAX);
	*out = arena_zalloc(a, sizeof **out);
	e = *out == NULL ? ERR_NOMEM :
	    store_entry(q->c.store, index, &body, salt, commitment);
	copy = e == ERR_NONE ? arena_dup(a, body.data, body.n) : NULL;
	if (e == ERR_NONE && copy == NULL)
		e = ERR_NOMEM;
	if (e == ERR_NONE)
		e = entry_decode(a, q->c.partnership, bytes_of(copy, body.n),
		    salt, *out, &why);
	buf_free(&body);
	return e;
}
