#include "broker/place.h"

#include <stdlib.h>
#include <string.h>

/* Numbers, ascending. */
struct numbers {
	uint64_t *v;
	size_t n, cap;
};

struct placing {
	struct sequencer *q;
	struct session *x;
	struct numbers feed;            /* positions, one for each news row */
	struct numbers item;            /* and the entries themselves */
	struct numbers own;             /* own entries in [from, ...) */
	uint64_t from;                  /* how far down own are known */
	uint64_t read;                  /* entries, so far */
	uint64_t after;                 /* feed: where to go on */
	unsigned rows;
};

static enum error_code
add(struct numbers *l, uint64_t v)
{
	size_t cap = l->cap == 0 ? 256 : 2 * l->cap;
	uint64_t *p;

	if (l->n == l->cap) {
		p = realloc(l->v, cap * sizeof *p);
		if (p == NULL)
			return ERR_NOMEM;
		l->v = p;
		l->cap = cap;
	}
	l->v[l->n++] = v;
	return ERR_NONE;
}

/* ---- the feed ------------------------------------------------------------ */

static enum error_code
feed_row(void *ctx, uint64_t idx, uint64_t position, bool mail)
{
	struct placing *p = ctx;

	enum error_code e;

	p->rows++;
	p->after = position;
	if (mail)
		return ERR_NONE;
	e = add(&p->feed, position);
	return e == ERR_NONE ? add(&p->item, idx) : e;
}

static enum error_code
read_feed(struct placing *p)
{
	enum error_code e;

	do {
		p->rows = 0;
		e = store_feed_placed(p->q->c.store, p->x->member, p->after,
		    4 * FEED_STEP, feed_row, p);
	} while (e == ERR_NONE && p->rows > 0);
	return e;
}

/* ---- own records ---------------------------------------------------------- */

/*
 * The member's name as signer (field 2) or cosigner (field 3) of a Record, or
 * of the one within an Opened (field 1).  Read straight off the bytes, which
 * are our own: decoding a million entries would take seconds.
 */
static bool
take_varint(struct bytes *in, uint64_t *out)
{
	uint8_t b;

	*out = 0;
	for (unsigned shift = 0; shift < 64; shift += 7) {
		if (!bytes_take_u8(in, &b))
			return false;
		*out |= (uint64_t)(b & 0x7f) << shift;
		if ((b & 0x80) == 0)
			return true;
	}
	return false;
}

static bool
signed_by(struct bytes record, const char *member)
{
	uint64_t tag, value;
	struct bytes field;

	while (take_varint(&record, &tag) && take_varint(&record, &value)) {
		if ((tag & 7) != 2)
			continue;
		field.n = (size_t)value;
		if (value > record.n ||
		    !bytes_take(&record, field.n, &field.data))
			return false;
		if (tag >> 3 > 3)
			return false; /* fields come in order */
		if (tag >> 3 >= 2 && bytes_equal(field, bytes_str(member)))
			return true;
	}
	return false;
}

static bool
is_own(struct bytes body, const char *member)
{
	uint64_t tag, n;

	if (body.n <= ENTRY_PREFIX)
		return false;
	switch (body.data[ENTRY_PREFIX - 1]) {
	case ENTRY_RECORD:
		return signed_by(bytes_of(body.data + ENTRY_PREFIX,
		    body.n - ENTRY_PREFIX), member);
	case ENTRY_OPENED:
		body = bytes_of(body.data + ENTRY_PREFIX,
		    body.n - ENTRY_PREFIX);
		return take_varint(&body, &tag) && tag == (1 << 3 | 2) &&
		    take_varint(&body, &n) && n <= body.n &&
		    signed_by(bytes_of(body.data, (size_t)n), member);
	default:
		return false;
	}
}

static enum error_code
read_entry(void *ctx, uint64_t idx, const uint8_t commitment[static HASH_BYTES],
    const uint8_t *salt, struct bytes body)
{
	struct placing *p = ctx;

	(void)commitment;
	(void)salt;
	return is_own(body, p->x->member) ? add(&p->own, idx) : ERR_NONE;
}

/* Own entries in [from, upto) go before those already known. */
static enum error_code
read_down(struct placing *p, uint64_t from, uint64_t upto)
{
	struct numbers later = p->own;
	enum error_code e = ERR_NONE;

	if (upto - from > PLACE_SCAN_MAX - p->read)
		return ERR_NOTFOUND;
	p->read += upto - from;
	p->own = (struct numbers){ .v = NULL };
	if (upto > from)
		e = store_entries(p->q->c.store, from, upto - from,
		    read_entry, p);
	for (size_t i = 0; e == ERR_NONE && i < later.n; i++)
		e = add(&p->own, later.v[i]);
	free(later.v);
	p->from = from;
	return e;
}

/* ---- the rest ----------------------------------------------------------------- */

/* How many of each the agent has, if it lacks the last `rest` of both. */
static uint64_t
split(const struct placing *p, uint64_t rest, size_t *feed, size_t *own)
{
	uint64_t first = UINT64_MAX;

	*feed = p->feed.n;
	*own = p->own.n;
	for (; rest > 0; rest--) {
		if (*own == 0 || (*feed > 0 &&
		    p->feed.v[*feed - 1] > p->own.v[*own - 1]))
			first = p->feed.v[--*feed];
		else
			first = p->own.v[--*own];
	}
	return first;
}

/* Reads further back until the rest is known for certain. */
static enum error_code
find_rest(struct placing *p, uint64_t rest, size_t *feed, size_t *own)
{
	enum error_code e = ERR_NONE;
	uint64_t first;

	while (e == ERR_NONE && p->feed.n + p->own.n < rest) {
		if (p->from == 0)
			return ERR_NOTFOUND;
		e = read_down(p, p->from < PLACE_CHUNK ? 0 :
		    p->from - PLACE_CHUNK, p->from);
	}
	if (e != ERR_NONE)
		return e;
	first = split(p, rest, feed, own);
	/* own records found between only move the beginning up */
	if (first < p->from) {
		e = read_down(p, first, p->from);
		(void)split(p, rest, feed, own);
	}
	return e;
}

static enum error_code
hash_item(struct sequencer *q, uint64_t idx, uint8_t hash[static HASH_BYTES])
{
	uint8_t commitment[HASH_BYTES];
	struct hash leaf;
	enum error_code e;

	e = store_commitments(q->c.store, idx, 1, commitment);
	if (e != ERR_NONE)
		return e;
	entry_leaf(commitment, &leaf);
	fold_news_hash(hash, &leaf);
	return ERR_NONE;
}

/* Does what it lacks lead from its running hash to ours? */
static enum error_code
check_rest(struct placing *p, const struct store_member *m,
    const uint8_t *news_hash, size_t feed, size_t own)
{
	uint8_t hash[HASH_BYTES];
	enum error_code e = ERR_NONE;

	memcpy(hash, news_hash, HASH_BYTES);
	while (e == ERR_NONE && (feed < p->feed.n || own < p->own.n)) {
		if (own == p->own.n || (feed < p->feed.n &&
		    p->feed.v[feed] < p->own.v[own]))
			e = hash_item(p->q, p->item.v[feed++], hash);
		else
			e = hash_item(p->q, p->own.v[own++], hash);
	}
	if (e == ERR_NONE && memcmp(hash, m->news_hash, HASH_BYTES) != 0)
		e = ERR_NOTFOUND;
	return e;
}

/* A group of feed rows, of one position, may be held in part. */
static void
settle_feed(struct placing *p, size_t held)
{
	size_t i = held;

	while (i > 0 && held < p->feed.n && p->feed.v[i - 1] ==
	    p->feed.v[held])
		i--;
	p->x->skip = (unsigned)(held - i);
	p->x->feed_at = i > 0 ? p->feed.v[i - 1] : 0;
}

static enum error_code
settle_own(struct placing *p, size_t held)
{
	struct own own = { .with_body = true };
	enum error_code e = ERR_NONE;

	p->x->own_n = 0;
	for (size_t i = held; e == ERR_NONE && i < p->own.n; i++) {
		own.index = p->own.v[i];
		e = session_own(p->x, &own);
	}
	return e == ERR_FULL ? ERR_NOTFOUND : e;
}

enum error_code
place_find(struct sequencer *q, struct session *x,
    const struct store_member *m, const struct citation *last, uint64_t *read)
{
	uint64_t size = last->size, news = last->news;

	struct placing p = { .q = q, .x = x };
	size_t feed = 0, own = 0;
	enum error_code e;

	e = read_feed(&p);
	p.from = m->last_own + 1 > size ? m->last_own + 1 : size;
	if (e == ERR_NONE && news < m->news && p.from > size)
		e = read_down(&p, size, p.from);
	if (e == ERR_NONE)
		e = find_rest(&p, m->news - news, &feed, &own);
	/* only then could a store put back from a backup look the same */
	if (e == ERR_NONE && p.from < size)
		e = check_rest(&p, m, last->news_hash, feed, own);
	if (e == ERR_NONE) {
		settle_feed(&p, feed);
		e = settle_own(&p, own);
	}
	*read = p.read;
	free(p.feed.v);
	free(p.item.v);
	free(p.own.v);
	return e;
}
