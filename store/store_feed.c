/* What the ledger does not hold: ciphertexts, shares, and the feeds. */
#include <string.h>

#include "store/store_impl.h"

/* ---- ciphertexts and shares ---------------------------------------------- */

enum error_code
store_hold(struct store *s, uint64_t idx, const uint8_t share[static 32],
    struct bytes ciphertext)
{
	const struct cell a[] = { cell_u(idx), cell_b(share, 32) };
	const struct cell b[] = {
		cell_u(idx), cell_b(ciphertext.data, ciphertext.n),
	};
	enum error_code e;

	if (ciphertext.n > WIRE_CIPHERTEXT_MAX)
		return ERR_SIZE;
	e = rows_put(s, T_SHARE, a);
	return e == ERR_NONE ? rows_put(s, T_PAYLOAD, b) : e;
}

enum error_code
store_ciphertext(struct store *s, uint64_t idx, struct buf *out)
{
	const struct cell k = cell_u(idx);
	struct cell c[CELLS_MAX];
	bool found;
	enum error_code e = rows_get(s, T_PAYLOAD, &k, c, &found);

	if (e != ERR_NONE || !found)
		return e != ERR_NONE ? e : ERR_NOTFOUND;
	buf_put(out, c[0].b.data, c[0].b.n);
	rows_done(s);
	return buf_ok(out) ? ERR_NONE : ERR_NOMEM;
}

enum error_code
store_share(struct store *s, uint64_t idx, uint8_t out[static 32])
{
	const struct cell k = cell_u(idx);
	struct cell c[CELLS_MAX];
	bool found;
	enum error_code e = rows_get(s, T_SHARE, &k, c, &found);

	if (e != ERR_NONE || !found)
		return e != ERR_NONE ? e : ERR_NOTFOUND;
	e = cell_fixed(&c[0], out, 32);
	rows_done(s);
	return e;
}

enum error_code
tidy_drop(struct store *s, const struct message_row *m, bool feed)
{
	const struct cell idx = cell_u(m->idx);
	const struct cell in_feed[] = {
		cell_u(m->recipient), cell_u(m->idx), cell_u(FEED_MAIL),
	};
	enum error_code e = rows_del(s, T_SHARE, &idx);

	if (e == ERR_NONE)
		e = rows_del(s, T_PAYLOAD, &idx);
	if (e == ERR_NONE && feed)
		e = rows_del(s, T_FEED, in_feed);
	return e;
}

/* ---- feed ---------------------------------------------------------------- */

struct feeding {
	uint64_t after;
	unsigned left;
	store_visit_placed *visit;
	void *ctx;
};

static enum error_code
feed_one(void *ctx, const struct cell *c, bool *stop)
{
	struct feeding *f = ctx;

	/* What comes before a grant goes with it. */
	if (f->left == 0 && (c[2].u == FEED_MAIL || c[1].u != f->after)) {
		*stop = true;
		return ERR_NONE;
	}
	f->after = c[1].u;
	if (f->left > 0)
		f->left--;
	return f->visit(f->ctx, c[3].u, c[1].u, c[2].u == FEED_MAIL);
}

enum error_code
store_feed_placed(struct store *s, const char *member, uint64_t after,
    unsigned max, store_visit_placed *visit, void *ctx)
{
	const struct member_slot *m = roster_find(s, member);
	struct feeding f = { .left = max, .visit = visit, .ctx = ctx };
	struct cell bound[2];

	if (m == NULL || max == 0 || after == UINT64_MAX)
		return s->failed;
	bound[0] = cell_u(m->no);
	bound[1] = cell_u(after + 1);
	return rows_scan(s, S_FEED_OF, bound, feed_one, &f);
}

struct without_place {
	store_visit_feed *visit;
	void *ctx;
};

static enum error_code
drop_place(void *ctx, uint64_t idx, uint64_t position, bool mail)
{
	struct without_place *w = ctx;

	(void)position;
	return w->visit(w->ctx, idx, mail);
}

enum error_code
store_feed(struct store *s, const char *member, uint64_t after, unsigned max,
    store_visit_feed *visit, void *ctx)
{
	struct without_place w = { .visit = visit, .ctx = ctx };

	return store_feed_placed(s, member, after, max, drop_place, &w);
}

/* Keys of feed rows to be deleted, a handful at a time. */
struct confirmed {
	uint64_t idx;
	struct cell key[64][3];
	unsigned n;
};

static enum error_code
take_confirmed(void *ctx, const struct cell *c, bool *stop)
{
	struct confirmed *k = ctx;

	if (c[1].u > k->idx || k->n == 64) {
		*stop = true;
		return ERR_NONE;
	}
	if (c[2].u != FEED_MAIL)
		memcpy(k->key[k->n++], c, sizeof k->key[0]);
	return ERR_NONE;
}

enum error_code
store_feed_confirm(struct store *s, const char *member, uint64_t idx)
{
	const struct member_slot *m = roster_find(s, member);
	struct cell bound[2] = { { 0 }, { 0 } };
	struct confirmed k = { .idx = idx };
	enum error_code e = s->failed;

	if (m == NULL)
		return e;
	bound[0] = cell_u(m->no);
	do {
		k.n = 0;
		if (e == ERR_NONE)
			e = rows_scan(s, S_FEED_OF, bound, take_confirmed, &k);
		for (unsigned i = 0; i < k.n && e == ERR_NONE; i++)
			e = rows_del(s, T_FEED, k.key[i]);
	} while (e == ERR_NONE && k.n == 64);
	return e;
}
