#include "tests/support/peer.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/proof.h"
#include "ledger/range.h"
#include "ledger/statement.h"
#include "tests/support/test.h"

void
peer_make(struct peer *p, struct world *w, unsigned m)
{
	memset(p, 0, sizeof *p);
	p->w = w;
	p->m = m;
	edge_init(&p->edge);
}

void
peer_forget(struct peer *p)
{
	p->n_piece = p->n_answer = p->n_told = p->parcels = 0;
	p->has_reply = p->key_asked = false;
}

void
peer_own(struct peer *p, struct record *r)
{
	ck_assert_uint_lt(p->n_own, PEER_KEEP);
	p->own[p->n_own++] = r;
}

static const uint8_t *
stamp_of(struct world *w, const struct record *r, struct body *b)
{
	ck_ok(wire_body_decode(w->a, r, b, NULL));
	return b->stamp;
}

const struct wire_answer *
peer_answer(const struct peer *p, const struct record *r)
{
	struct body b;

	(void)stamp_of(p->w, r, &b);
	for (unsigned i = p->n_answer; i-- > 0;) {
		if (memcmp(p->answer[i].stamp, b.stamp, WIRE_STAMP) == 0)
			return &p->answer[i];
	}
	return NULL;
}

/* ---- verifying --------------------------------------------------------- */

static bool
no(struct why *why, const char *text)
{
	why_set(why, "%s", text);
	return false;
}

/* The body of a record of one's own comes back as index, time and salt. */
static bool
own_body(struct peer *p, const struct wire_piece *in, struct bytes *body)
{
	uint8_t *copy;
	struct body b;
	struct buf out;

	for (unsigned i = 0; i < p->n_own; i++) {
		if (memcmp(stamp_of(p->w, p->own[i], &b), in->stamp,
		    WIRE_STAMP) != 0)
			continue;
		buf_init(&out, ENTRY_BODY_MAX);
		ck_ok(entry_encode(in->index, in->time, ENTRY_RECORD,
		    p->own[i]->wire, &out));
		copy = arena_dup(p->w->a, out.data, out.n);
		*body = bytes_of(copy, out.n);
		buf_free(&out);
		return copy != NULL;
	}
	return false;
}

static struct bytes
copy_of(struct peer *p, struct bytes b)
{
	return bytes_of(arena_dup(p->w->a, b.data, b.n), b.n);
}

static bool
take_piece(struct peer *p, const struct wire_piece *in, struct hash *leaf,
    struct why *why)
{
	uint8_t commitment[HASH_BYTES];
	struct peer_piece *out;
	struct bytes body = in->body;

	if (in->what == PIECE_OWN && !own_body(p, in, &body))
		return no(why, "own piece of a record never sent");
	if (body.n == 0)
		return no(why, "piece without a body");
	ck_assert_uint_lt(p->n_piece, PEER_KEEP);
	out = &p->piece[p->n_piece++];
	memset(out, 0, sizeof *out);
	body = copy_of(p, body);
	if (entry_decode(p->w->a, p->w->p, body, in->salt, &out->entry,
	    why) != ERR_NONE)
		return false;
	if (out->entry.index != in->index || out->entry.time != in->time)
		return no(why, "piece's index or time is not its body's");
	out->index = in->index;
	out->what = (enum piece_what)in->what;
	out->kind = out->entry.kind;
	out->record = out->kind == ENTRY_RECORD ? out->entry.b.kind :
	    KIND_NONE;
	out->ciphertext = copy_of(p, in->ciphertext);
	out->shares = copy_of(p, in->shares);
	entry_commitment(body, in->salt, commitment);
	entry_leaf(commitment, leaf);
	return true;
}

static void
count(struct peer *p, const struct wire_piece *in, const struct hash *leaf)
{
	crypto_hash_sha256_state st;

	if (in->what != PIECE_OWN && in->what != PIECE_NEWS &&
	    in->what != PIECE_OPENED)
		return;
	crypto_hash_sha256_init(&st);
	crypto_hash_sha256_update(&st, p->news_hash, HASH_BYTES);
	crypto_hash_sha256_update(&st, leaf->b, HASH_BYTES);
	crypto_hash_sha256_final(&st, p->news_hash);
	p->news++;
}

struct wanted { uint64_t index; struct hash leaf; };

static int
by_index(const void *a, const void *b)
{
	const struct wanted *x = a, *y = b;

	return x->index < y->index ? -1 : x->index > y->index;
}

static bool
advance(struct peer *p, const struct parcel *in, struct wanted *w, size_t n)
{
	uint64_t *index = arena_alloc(p->w->a, n * sizeof *index);
	struct hash *leaf = arena_alloc(p->w->a, n * sizeof *leaf);
	struct hash root;
	size_t kept = 0;

	qsort(w, n, sizeof *w, by_index);
	for (size_t i = 0; i < n; i++) {
		if (kept > 0 && index[kept - 1] == w[i].index)
			continue;
		index[kept] = w[i].index;
		leaf[kept++] = w[i].leaf;
	}
	memcpy(root.b, in->head.root, HASH_BYTES);
	return range_advance(&p->edge, in->head.size, index, leaf, kept,
	    (const struct hash *)(const void *)in->range.data,
	    in->range.n / HASH_BYTES, &root) == ERR_NONE;
}

static bool
check_path(const struct parcel *in, const struct wire_piece *piece,
    const struct hash *leaf)
{
	struct hash root;

	memcpy(root.b, in->head.root, HASH_BYTES);
	return proof_inclusion_verify(piece->index, in->head.size, leaf,
	    (const struct hash *)(const void *)piece->path.data,
	    piece->path.n / HASH_BYTES, &root) == ERR_NONE;
}

static bool
take_pieces(struct peer *p, const struct parcel *in, struct why *why)
{
	struct wanted *w = arena_alloc(p->w->a,
	    (in->n_piece + 1) * sizeof *w);
	struct hash leaf;
	size_t n = 0;

	ck_assert_ptr_nonnull(w);
	if (in->from != p->edge.size)
		return no(why, "parcel does not begin at the edge");
	for (unsigned i = 0; i < in->n_piece; i++) {
		if (!take_piece(p, &in->piece[i], &leaf, why))
			return false;
		count(p, &in->piece[i], &leaf);
		if (in->piece[i].index < in->from) {
			if (!check_path(in, &in->piece[i], &leaf))
				return no(why, "inclusion path");
			continue;
		}
		w[n].index = in->piece[i].index;
		w[n++].leaf = leaf;
	}
	return advance(p, in, w, n) || no(why, "range proof");
}

static bool
take_head(struct peer *p, const struct parcel *in, struct why *why)
{
	struct checkpoint c = { .size = in->head.size };

	memcpy(c.root.b, in->head.root, HASH_BYTES);
	memcpy(c.signature, in->head.signature, sizeof c.signature);
	if (checkpoint_verify(p->w->origin, &c, p->w->log.public) != ERR_NONE)
		return no(why, "checkpoint signature");
	p->head = c;
	return true;
}

static bool
take_statement(struct peer *p, const struct wire_statement *s,
    struct why *why)
{
	const struct world_member *hub = &p->w->m[WORLD_BROKER];
	uint8_t text[STATEMENT_BYTES_MAX];
	size_t n;

	n = statement_bytes(p->w->p, p->w->m[p->m].id, p->head.size,
	    p->head.root.b, s, text);
	if (identity_verify(hub->sign.public, bytes_of(text, n),
	    s->signature) != ERR_NONE)
		return no(why, "statement signature");
	p->statements++;
	p->current = s->count == p->news &&
	    memcmp(s->hash, p->news_hash, HASH_BYTES) == 0;
	return p->current || no(why, "statement disagrees with the news held");
}

static bool
take_rest(struct peer *p, const struct parcel *in)
{
	struct citation *c = &p->w->m[p->m].cite;

	for (unsigned i = 0; i < in->n_answer && p->n_answer < PEER_KEEP; i++)
		p->answer[p->n_answer++] = in->answer[i];
	for (unsigned i = 0; i < in->n_told && p->n_told < PEER_KEEP; i++)
		p->told[p->n_told++] = in->told[i];
	if (in->has_welcome) {
		p->welcome = in->welcome.version;
		p->credit = in->welcome.credit;
	}
	if (in->has_reply) {
		p->has_reply = true;
		p->reply = in->reply;
	}
	p->key_asked |= in->has_key_asked;
	c->size = p->head.size;
	memcpy(c->root, p->head.root.b, HASH_BYTES);
	memcpy(c->signature, p->head.signature, WIRE_SIG);
	c->news = p->news;
	memcpy(c->news_hash, p->news_hash, HASH_BYTES);
	return true;
}

/* Proofs that what submissions cite is an ancestor of the head. */
static bool
take_ancestors(struct peer *p, const struct parcel *in, struct why *why)
{
	struct hash old, new;

	memcpy(new.b, in->head.root, HASH_BYTES);
	for (unsigned i = 0; i < in->n_ancestor; i++) {
		const struct wire_ancestor *a = &in->ancestor[i];

		memcpy(old.b, a->root, HASH_BYTES);
		if (proof_consistency_verify(a->size, &old, p->head.size,
		    &new, (const struct hash *)(const void *)a->path.data,
		    a->path.n / HASH_BYTES) != ERR_NONE)
			return no(why, "ancestor's consistency proof");
	}
	return true;
}

bool
peer_take(struct peer *p, struct bytes frame, struct why *why)
{
	struct parcel in;

	frame = copy_of(p, frame);
	if (wire_parcel_decode(p->w->a, frame, &in, why) != ERR_NONE)
		return false;
	p->parcels++;
	if (in.has_head && (!take_head(p, &in, why) ||
	    !take_pieces(p, &in, why) || !take_ancestors(p, &in, why)))
		return false;
	if (in.has_statement && !take_statement(p, &in.statement, why))
		return false;
	return take_rest(p, &in);
}

/* ---- sending ----------------------------------------------------------- */

void
peer_hello(const struct peer *p, uint64_t id, uint32_t credit,
    struct buf *out)
{
	struct up up = { .id = id, .has_hello = true };

	up.hello.version = WIRE_VERSION;
	up.hello.time = p->w->now;
	up.hello.credit = credit;
	up.hello.last.size = p->edge.size;
	if (p->edge.size > 0) {
		memcpy(up.hello.last.root, p->head.root.b, HASH_BYTES);
		memcpy(up.hello.last.signature, p->head.signature, WIRE_SIG);
	}
	up.hello.last.news = p->news;
	memcpy(up.hello.last.news_hash, p->news_hash, HASH_BYTES);
	ck_ok(wire_up_encode(&up, out));
}

void
peer_confirm(const struct peer *p, uint32_t credit, struct buf *out)
{
	struct up up = { .has_confirm = true };

	up.confirm.size = p->edge.size;
	up.confirm.news = p->news;
	up.confirm.credit = credit;
	ck_ok(wire_up_encode(&up, out));
}

void
peer_ask(uint64_t id, enum wire_ask what, const char *member,
    const uint8_t *case_id, uint64_t from, uint32_t n, struct buf *out)
{
	struct up up = { .id = id, .has_ask = true };

	up.ask.what = what;
	if (member != NULL)
		strcpy(up.ask.member, member);
	if (case_id != NULL) {
		up.ask.has_case = true;
		memcpy(up.ask.case_id, case_id, WIRE_CASE);
	}
	up.ask.from = from;
	up.ask.n = n;
	ck_ok(wire_up_encode(&up, out));
}

/* ---- looking ----------------------------------------------------------- */

unsigned
peer_count(const struct peer *p, enum piece_what what)
{
	unsigned n = 0;

	for (unsigned i = 0; i < p->n_piece; i++)
		n += p->piece[i].what == what;
	return n;
}

unsigned
peer_news(const struct peer *p, enum entry_kind kind, enum wire_kind record)
{
	unsigned n = 0;

	for (unsigned i = 0; i < p->n_piece; i++)
		n += p->piece[i].kind == kind &&
		    p->piece[i].record == record &&
		    p->piece[i].what != PIECE_COPY;
	return n;
}
