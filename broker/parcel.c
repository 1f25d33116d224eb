/*
 * Building parcels; broker/parcel.h says what is in one.
 */
#include "broker/parcel.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "broker/state.h"
#include "ledger/proof.h"
#include "ledger/range.h"
#include "ledger/statement.h"

/* A parcel being filled; everything in it lives in the batch's arena. */
struct packing {
	struct sequencer *q;
	struct session *x;
	struct parcel p;
	size_t bytes;           /* about what it will come to */
	bool first;             /* no parcel of this batch has gone out yet */
	uint64_t cited[WIRE_ANCESTORS_MAX];
};

static struct arena *
room(const struct packing *k)
{
	return k->q->scratch;
}

/* ---- sending ----------------------------------------------------------- */

static int
ascending(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* The range proof from the agent's edge to the head over the new pieces. */
static enum error_code
put_range(struct packing *k)
{
	struct sequencer *q = k->q;
	uint64_t *wanted, from = k->x->edge_size;
	struct hash *proof;
	size_t n = 0, n_proof = 0, kept = 0;
	enum error_code e;

	wanted = arena_alloc(room(k), k->p.n_piece * sizeof *wanted);
	if (wanted == NULL)
		return ERR_NOMEM;
	for (unsigned i = 0; i < k->p.n_piece; i++) {
		if (k->p.piece[i].index >= from)
			wanted[n++] = k->p.piece[i].index;
	}
	qsort(wanted, n, sizeof *wanted, ascending);
	for (size_t i = 0; i < n; i++) {
		if (kept == 0 || wanted[kept - 1] != wanted[i])
			wanted[kept++] = wanted[i];
	}
	e = range_length(from, q->head.size, wanted, kept, &n_proof);
	if (e != ERR_NONE)
		return e;
	proof = arena_alloc(room(k), n_proof * sizeof *proof);
	if (proof == NULL)
		return ERR_NOMEM;
	e = range_prove(&q->source, from, q->head.size, wanted, kept, proof,
	    n_proof, &n_proof);
	k->p.from = from;
	k->p.range = bytes_of(proof, n_proof * HASH_BYTES);
	return e;
}

/* What lies below the agent's edge gets a path of its own. */
static enum error_code
put_paths(struct packing *k)
{
	struct hash path[TREE_PATH_MAX];
	struct wire_piece *p;
	enum error_code e;
	uint8_t *copy;
	size_t n;

	for (unsigned i = 0; i < k->p.n_piece; i++) {
		p = &k->p.piece[i];
		if (p->index >= k->x->edge_size)
			continue;
		e = proof_inclusion(&k->q->source, p->index, k->q->head.size,
		    path, &n);
		if (e != ERR_NONE)
			return e;
		copy = arena_dup(room(k), path, n * HASH_BYTES);
		if (copy == NULL)
			return ERR_NOMEM;
		p->path = bytes_of(copy, n * HASH_BYTES);
	}
	return ERR_NONE;
}

static void
put_head(struct packing *k)
{
	const struct checkpoint *c = &k->q->head;

	k->p.has_head = true;
	k->p.head.size = c->size;
	memcpy(k->p.head.root, c->root.b, HASH_BYTES);
	memcpy(k->p.head.signature, c->signature, sizeof c->signature);
}

/* Sends what is packed and starts anew; the agent's edge is then at head. */
static enum error_code
flush(struct packing *k)
{
	struct session *x = k->x;
	struct wire_piece *piece = k->p.piece;
	struct wire_answer *answer = k->p.answer;
	struct wire_told *told = k->p.told;
	struct wire_ancestor *ancestor = k->p.ancestor;
	enum error_code e;
	struct buf frame;

	put_head(k);
	e = put_range(k);
	if (e == ERR_NONE)
		e = put_paths(k);
	buf_init(&frame, WIRE_DOWN_MAX);
	if (e == ERR_NONE)
		e = wire_parcel_encode(&k->p, &frame);
	if (e != ERR_NONE) {
		buf_free(&frame);
		return e;
	}
	k->q->c.outlet.send(k->q->c.outlet.ctx, x->member, x->number, &frame);
	x->edge_size = k->q->head.size;
	memset(&k->p, 0, sizeof k->p);
	k->p.piece = piece;
	k->p.answer = answer;
	k->p.told = told;
	k->p.ancestor = ancestor;
	k->bytes = 0;
	k->first = false;
	return ERR_NONE;
}

/* Room for `more` bytes and one more of everything, or the parcel goes. */
static enum error_code
make_room(struct packing *k, size_t more)
{
	if (k->bytes + more <= PARCEL_FULL &&
	    k->p.n_piece + 2 <= WIRE_PIECES_MAX &&
	    k->p.n_answer < WIRE_ANSWERS_MAX && k->p.n_told < WIRE_TOLD_MAX &&
	    k->p.n_ancestor < WIRE_ANCESTORS_MAX)
		return ERR_NONE;
	return flush(k);
}

/* ---- pieces ------------------------------------------------------------ */

static void
add_piece(struct packing *k, const struct entry *e,
    const struct pending_piece *from)
{
	struct wire_piece *p = &k->p.piece[k->p.n_piece++];

	memset(p, 0, sizeof *p);
	p->index = e->index;
	p->time = e->time;
	memcpy(p->salt, e->salt, sizeof p->salt);
	p->what = from->what;
	p->has_stamp = from->has_stamp;
	memcpy(p->stamp, from->stamp, WIRE_STAMP);
	if (from->what != PIECE_OWN)
		p->body = e->body;
	k->bytes += p->body.n + 256;
}

/* The proof that what a submission cites is an ancestor of the head. */
static enum error_code
add_ancestor(struct packing *k, const struct citation *c)
{
	uint64_t head = k->q->head.size;
	struct hash path[PROOF_CONSISTENCY_MAX];
	struct wire_ancestor *a;
	enum error_code e;
	uint8_t *copy;
	size_t n = 0;

	if (c->size == 0)
		return ERR_NONE;
	for (unsigned i = 0; i < k->p.n_ancestor; i++) {
		if (k->cited[i] == c->size)
			return ERR_NONE;
	}
	if (c->size < head) {
		e = proof_consistency(&k->q->source, c->size, head, path, &n);
		if (e != ERR_NONE)
			return e;
	}
	copy = arena_dup(room(k), path, n * HASH_BYTES);
	if (copy == NULL)
		return ERR_NOMEM;
	k->cited[k->p.n_ancestor] = c->size;
	a = &k->p.ancestor[k->p.n_ancestor++];
	a->size = c->size;
	memcpy(a->root, c->root, HASH_BYTES);
	a->path = bytes_of(copy, n * HASH_BYTES);
	k->bytes += 64 + n * HASH_BYTES;
	return ERR_NONE;
}

static enum error_code
news(struct packing *k, const struct pending_piece *p)
{
	struct bytes shares = p->shares;
	struct entry *en;
	enum error_code e;
	unsigned given;

	e = publish_entry(k->q, room(k), p->index, &en);
	if (e == ERR_NONE && p->what == PIECE_OPENED)
		e = opening_shares(k->q, room(k), en,
		    p->index < k->q->b.first, &shares, &given);
	if (e == ERR_NONE)
		e = make_room(k, en->body.n + shares.n + 1024);
	if (e != ERR_NONE)
		return e;
	add_piece(k, en, p);
	k->p.piece[k->p.n_piece - 1].shares = shares;
	k->bytes += shares.n;
	return ERR_NONE;
}

static enum error_code
read_ciphertext(struct packing *k, uint64_t index, struct bytes *out)
{
	enum error_code e;
	struct buf b;
	uint8_t *copy;

	buf_init(&b, WIRE_CIPHERTEXT_MAX);
	e = store_ciphertext(k->q->c.store, index, &b);
	if (e == ERR_NONE) {
		copy = arena_dup(room(k), b.data, b.n);
		*out = bytes_of(copy, b.n);
		e = copy == NULL ? ERR_NOMEM : ERR_NONE;
	}
	buf_free(&b);
	return e;
}

/* A submission with its `delivered`: the list holds them in pairs. */
static enum error_code
mail(struct packing *k, const struct pending_piece *p)
{
	const struct pending_piece *d = p->next;
	struct bytes ciphertext = p->ciphertext;
	struct entry *submission, *delivered;
	enum error_code e = ERR_NONE;

	if (ciphertext.n == 0)
		e = read_ciphertext(k, p->index, &ciphertext);
	if (e == ERR_NOTFOUND)
		return ERR_NONE; /* received meanwhile, or closed for good */
	if (e == ERR_NONE)
		e = publish_entry(k->q, room(k), p->index, &submission);
	if (e == ERR_NONE)
		e = publish_entry(k->q, room(k), d->index, &delivered);
	if (e == ERR_NONE)
		e = make_room(k, submission->body.n + ciphertext.n + 2048);
	if (e == ERR_NONE)
		e = add_ancestor(k, &submission->b.cite);
	if (e != ERR_NONE)
		return e;
	add_piece(k, submission, p);
	k->p.piece[k->p.n_piece - 1].ciphertext = ciphertext;
	k->bytes += ciphertext.n;
	add_piece(k, delivered, d);
	return ERR_NONE;
}

/* ---- everything else --------------------------------------------------- */

/* Only when all of its stream is in this parcel or went before it. */
static enum error_code
statement(struct packing *k)
{
	uint8_t text[STATEMENT_BYTES_MAX];
	struct sequencer *q = k->q;
	struct wire_statement *s = &k->p.statement;
	const struct store_member *m;
	enum error_code e;
	size_t n;

	e = store_member(q->c.store, k->x->member, &m);
	if (e != ERR_NONE)
		return e;
	if (m->news != k->x->p.news_sent)
		return ERR_NONE;
	s->time = clock_now(q->c.clock) > q->time ? clock_now(q->c.clock) :
	    q->time;
	s->count = m->news;
	memcpy(s->hash, m->news_hash, HASH_BYTES);
	n = statement_bytes(q->c.partnership, k->x->member, q->head.size,
	    q->head.root.b, s, text);
	identity_sign(q->c.key, bytes_of(text, n), s->signature);
	k->p.has_statement = true;
	sessions_beat_done(q->sessions, k->x, clock_boot(q->c.clock));
	return ERR_NONE;
}

static uint32_t
credit_told(const struct sequencer *q)
{
	size_t slots = q->c.lane != NULL ? lane_room(q->c.lane) : 1024;
	size_t each = slots / (sessions_online(q->sessions) + 1);

	return each > 64 ? 64 : each < 1 ? 1 : (uint32_t)each;
}

static void
welcome(struct packing *k)
{
	k->p.has_welcome = true;
	k->p.welcome.credit = credit_told(k->q);
	k->p.welcome.time = clock_now(k->q->c.clock);
	k->p.welcome.version = WIRE_VERSION | k->x->p.welcome_flags;
}

static enum error_code
answers_and_told(struct packing *k)
{
	struct pending *p = &k->x->p;
	enum error_code e = ERR_NONE;

	for (struct pending_answer *a = p->answer; a != NULL; a = a->next) {
		e = make_room(k, 96);
		if (e != ERR_NONE)
			return e;
		k->p.answer[k->p.n_answer++] = a->a;
		k->bytes += 64;
	}
	for (struct pending_told *t = p->told; t != NULL; t = t->next) {
		e = make_room(k, 128);
		if (e != ERR_NONE)
			return e;
		k->p.told[k->p.n_told++] = t->t;
		k->bytes += 96;
	}
	return e;
}

/* One reply, one request for a key, in each parcel. */
static enum error_code
replies(struct packing *k)
{
	struct pending_reply *r = k->x->p.reply;
	struct pending_ask *a = k->x->p.ask;
	enum error_code e = ERR_NONE;

	for (; e == ERR_NONE && r != NULL; r = r->next) {
		if (k->bytes > 0 || k->p.has_reply)
			e = flush(k);
		k->p.has_reply = true;
		k->p.reply = r->r;
		k->bytes += 1;
	}
	for (; e == ERR_NONE && a != NULL; a = a->next) {
		if (k->p.has_key_asked || k->p.has_reply)
			e = flush(k);
		k->p.has_key_asked = true;
		memcpy(k->p.key_asked, a->case_id, WIRE_CASE);
		memcpy(k->p.key_asked_by, a->by, sizeof a->by);
		k->bytes += 1;
	}
	return e;
}

static unsigned
count_pieces(const struct pending_piece *p)
{
	unsigned n = 0;

	for (; p != NULL; p = p->next)
		n++;
	return n;
}

static enum error_code
prepare(struct packing *k)
{
	struct pending *p = &k->x->p;
	unsigned pieces = count_pieces(p->piece) + count_pieces(p->mail);
	unsigned answers = 0, told = 0;

	for (struct pending_answer *a = p->answer; a != NULL; a = a->next)
		answers++;
	for (struct pending_told *t = p->told; t != NULL; t = t->next)
		told++;
	k->p.piece = arena_alloc(room(k), pieces * sizeof *k->p.piece);
	k->p.answer = arena_alloc(room(k), answers * sizeof *k->p.answer);
	k->p.told = arena_alloc(room(k), told * sizeof *k->p.told);
	k->p.ancestor = arena_alloc(room(k),
	    WIRE_ANCESTORS_MAX * sizeof *k->p.ancestor);
	return k->p.piece != NULL && k->p.answer != NULL &&
	    k->p.told != NULL && k->p.ancestor != NULL ? ERR_NONE : ERR_NOMEM;
}

static void
settle(struct session *x)
{
	uint64_t before = x->news_sent;

	x->news_sent = x->p.news_sent;
	x->feed_at = x->p.feed_at;
	x->mail_at = x->p.mail_at;
	x->credit = x->p.credit;
	x->skip = x->p.skip;
	if (x->news_sent > before)
		session_sent(x, x->news_sent, x->feed_at);
	session_own_settle(x, true);
}

enum error_code
parcel_send(struct sequencer *q, struct session *x)
{
	struct packing k = { .q = q, .x = x, .first = true };
	const struct pending_piece *p;
	enum error_code e;

	if (x->number == 0)
		return ERR_NONE;
	arena_reset(q->scratch);
	e = prepare(&k);
	if (e == ERR_NONE && x->p.welcome)
		welcome(&k);
	for (p = x->p.piece; e == ERR_NONE && p != NULL; p = p->next)
		e = news(&k, p);
	for (p = x->p.mail; e == ERR_NONE && p != NULL; p = p->next->next)
		e = mail(&k, p);
	if (e == ERR_NONE)
		e = answers_and_told(&k);
	if (e == ERR_NONE && x->p.statement)
		e = statement(&k);
	if (e == ERR_NONE && (k.bytes > 0 || k.p.has_statement ||
	    k.p.has_welcome) && (x->p.reply != NULL || x->p.ask != NULL))
		k.bytes += 1;
	if (e == ERR_NONE)
		e = replies(&k);
	if (e == ERR_NONE && (k.bytes > 0 || k.p.has_statement ||
	    k.p.has_welcome))
		e = flush(&k);
	if (e == ERR_NONE)
		settle(x);
	return e;
}

/* ---- without a session ------------------------------------------------- */

static void
send_plain(struct sequencer *q, const char *member, uint64_t number,
    const struct parcel *p)
{
	struct buf frame;

	buf_init(&frame, WIRE_DOWN_MAX);
	if (wire_parcel_encode(p, &frame) == ERR_NONE)
		q->c.outlet.send(q->c.outlet.ctx, member, number, &frame);
	buf_free(&frame);
}

void
parcel_welcome(struct sequencer *q, const char *member, uint64_t number,
    uint32_t flags)
{
	struct parcel p = { .has_welcome = true };

	p.welcome.version = WIRE_VERSION | flags;
	p.welcome.time = clock_now(q->c.clock);
	send_plain(q, member, number, &p);
}

void
parcel_malformed(struct sequencer *q, const char *member, uint64_t number)
{
	struct wire_answer a = { .status = STATUS_MALFORMED };
	struct parcel p = { .answer = &a, .n_answer = 1 };

	send_plain(q, member, number, &p);
}
