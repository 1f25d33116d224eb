#include "agent/intake.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "agent/books.h"
#include "agent/cases.h"
#include "agent/config.h"
#include "agent/mailbox.h"
#include "agent/opening.h"
#include "agent/outgoing.h"
#include "base/link.h"
#include "base/log.h"
#include "keys/arrow.h"
#include "ledger/proof.h"
#include "ledger/range.h"
#include "ledger/statement.h"
#include "store/facts.h"

enum {
	ARENA_MAX = 8 * 1024 * 1024,
	INQUIRIES = 32,
	STASH = 16,                 /* frames held back for an unknown member */
	CREDIT = 256,               /* items we take before we confirm */
	POSITION_BYTES = 8 + HASH_BYTES + CHECKPOINT_SIG_BYTES + 8 + 8 +
	    HASH_BYTES,
};

struct inquiry {
	uint64_t id;
	intake_done *done;
	void *ctx;
};

struct intake {
	struct arena *arena;
	struct bundle_cache *cache;
	uint64_t next_id;
	struct inquiry inquiry[INQUIRIES];
	unsigned n_inquiry;
	struct buf stash[STASH];        /* in order; unused ones are empty */
	unsigned n_stash;
	char unknown[WIRE_ID_MAX + 1];  /* the member we wait for */
	uint64_t confirmed, confirmed_news;
	unsigned taken;                 /* items since the last confirm */
};

/* A piece with its entry rebuilt and decoded. */
struct taken {
	const struct wire_piece *piece;
	struct entry entry;
	struct hash leaf;
};

enum error_code
intake_create(struct intake **out)
{
	struct intake *in = calloc(1, sizeof *in);

	*out = NULL;
	if (in == NULL)
		return ERR_NOMEM;
	for (unsigned i = 0; i < STASH; i++)
		buf_init(&in->stash[i], WIRE_DOWN_MAX);
	in->arena = arena_create(ARENA_MAX);
	in->cache = bundle_cache_create();
	if (in->arena == NULL || in->cache == NULL) {
		intake_destroy(&in);
		return ERR_NOMEM;
	}
	*out = in;
	return ERR_NONE;
}

void
intake_destroy(struct intake **i)
{
	if (i == NULL || *i == NULL)
		return;
	arena_destroy(&(*i)->arena);
	bundle_cache_destroy(&(*i)->cache);
	for (unsigned k = 0; k < STASH; k++)
		buf_free(&(*i)->stash[k]);
	free(*i);
	*i = NULL;
}

/* ---- asking --------------------------------------------------------------- */

static enum error_code
send_up(struct agent *a, const struct up *up)
{
	struct buf frame;
	enum error_code err;

	if (a->link == NULL)
		return ERR_OFFLINE;
	buf_init(&frame, WIRE_UP_MAX);
	err = wire_up_encode(up, &frame);
	if (err == ERR_NONE)
		err = link_send(a->link, buf_view(&frame));
	buf_free(&frame);
	return err;
}

enum error_code
intake_hello(struct agent *a)
{
	struct up up = { .id = 1, .has_hello = true };
	struct wire_hello *h = &up.hello;

	h->version = WIRE_VERSION;
	h->time = clock_now(&a->clock);
	h->credit = CREDIT;
	h->last.size = a->head.size;
	if (a->head.size > 0) {
		memcpy(h->last.root, a->head.root.b, WIRE_HASH);
		memcpy(h->last.signature, a->head.signature, WIRE_SIG);
	}
	h->last.news = a->news;
	memcpy(h->last.news_hash, a->news_hash.b, WIRE_HASH);
	a->intake->confirmed = a->head.size;
	a->intake->confirmed_news = a->news;
	a->intake->taken = 0;
	return send_up(a, &up);
}

void
intake_confirm(struct agent *a)
{
	struct intake *in = a->intake;
	struct up up = { .id = 2, .has_confirm = true };

	if (in->taken == 0 && in->confirmed_news == a->news)
		return;
	up.confirm.size = a->head.size;
	up.confirm.news = a->news;
	up.confirm.credit = CREDIT;
	if (send_up(a, &up) != ERR_NONE)
		return;
	in->taken = 0;
	in->confirmed = a->head.size;
	in->confirmed_news = a->news;
}

enum error_code
intake_ask(struct agent *a, const struct wire_question *q,
    intake_done *done, void *ctx)
{
	struct intake *in = a->intake;
	struct up up = { .has_ask = true, .ask = *q };
	enum error_code err;

	if (in == NULL || a->offline_since != 0)
		return ERR_OFFLINE;
	if (in->n_inquiry == INQUIRIES)
		return ERR_BUSY;
	up.id = 1000 + ++in->next_id;
	err = send_up(a, &up);
	if (err == ERR_NONE)
		in->inquiry[in->n_inquiry++] = (struct inquiry){
		    .id = up.id, .done = done, .ctx = ctx };
	return err;
}

void
intake_forget(struct agent *a, void *ctx)
{
	struct intake *in = a->intake;

	for (unsigned i = 0; in != NULL && i < in->n_inquiry; i++)
		if (in->inquiry[i].ctx == ctx)
			in->inquiry[i].done = NULL;
}

void
intake_disconnected(struct agent *a)
{
	struct intake *in = a->intake;

	if (in == NULL)
		return;
	while (in->n_inquiry > 0) {
		struct inquiry q = in->inquiry[--in->n_inquiry];

		if (q.done != NULL)
			q.done(a, NULL, q.ctx);
	}
	in->n_stash = 0;
	in->unknown[0] = '\0';
}

/* ---- signatures ------------------------------------------------------------- */

static enum error_code
member_key(struct agent *a, const char *id, const uint8_t **key,
    struct why *why)
{
	const struct store_member *m;
	enum error_code err = store_member(a->slice, id, &m);

	if (err == ERR_NOTFOUND) {
		strcpy(a->intake->unknown, id);
		why_set(why, "a record is signed by an unknown member");
	}
	if (err == ERR_NONE)
		*key = m->m.sign_key;
	return err;
}

static enum error_code
verify_case_signed(struct agent *a, const struct entry *e, struct why *why)
{
	struct store_case c;
	const uint8_t *cokey;
	uint8_t id[WIRE_CASE];
	enum error_code err;

	err = member_key(a, e->record.cosigner, &cokey, why);
	if (err != ERR_NONE)
		return err;
	record_case_id(a->partnership, e->record.key, e->record.cosigner, id);
	if (memcmp(id, e->b.case_id, WIRE_CASE) != 0) {
		why_set(why, "a case id does not follow from its key");
		return ERR_CRYPTO;
	}
	err = store_case(a->slice, e->b.case_id, &c);
	if (err == ERR_NONE &&
	    memcmp(c.consent_key, e->record.key, WIRE_KEY) != 0)
		return ERR_CRYPTO;
	if (err != ERR_NONE && err != ERR_NOTFOUND)
		return err;
	return record_verify(a->partnership, &e->record, e->record.key, cokey,
	    a->intake->cache, NULL, why);
}

/* Whoever signed the record inside this entry did sign it. */
static enum error_code
verify_record(struct agent *a, const struct entry *e, struct why *why)
{
	const uint8_t *key;
	struct body scratch;
	enum error_code err;

	err = record_signers_ok(&e->record, &e->b, why);
	if (err != ERR_NONE)
		return err;
	switch (record_signer_form(e->record.signer)) {
	case SIGNER_ROOT:
	case SIGNER_DUTY:
		return partnership_signed(a->intake->arena, &a->pship,
		    &e->record, &scratch, why);
	case SIGNER_CASE:
		return verify_case_signed(a, e, why);
	case SIGNER_MEMBER:
		err = member_key(a, e->record.signer, &key, why);
		if (err != ERR_NONE)
			return err;
		return record_verify(a->partnership, &e->record, key, NULL,
		    a->intake->cache, NULL, why);
	default:
		return ERR_FORMAT;
	}
}

/* ---- pieces -------------------------------------------------------------------- */

/* The entry's body: as sent, or rebuilt around our own record. */
static enum error_code
piece_body(struct agent *a, const struct wire_piece *p, struct bytes *out,
    struct why *why)
{
	enum wire_kind kind;
	struct buf record, body;
	enum error_code err;

	if (p->body.n > 0) {
		*out = p->body;
		return ERR_NONE;
	}
	if (p->what != PIECE_OWN || !p->has_stamp)
		return ERR_FORMAT;
	buf_init(&record, WIRE_RECORD_MAX);
	buf_init(&body, ENTRY_BODY_MAX);
	err = outgoing_record(a, p->stamp, &record, &kind);
	if (err == ERR_NOTFOUND)
		why_set(why, "the ledger holds a record in our name that "
		    "this agent did not sign");
	if (err == ERR_NONE)
		err = entry_encode(p->index, p->time, ENTRY_RECORD,
		    buf_view(&record), &body);
	if (err == ERR_NONE) {
		out->n = body.n;
		out->data = arena_dup(a->intake->arena, body.data, body.n);
		err = out->data != NULL ? ERR_NONE : ERR_NOMEM;
	}
	buf_free(&record);
	buf_free(&body);
	return err == ERR_NOTFOUND ? ERR_PROOF : err;
}

static enum error_code
take_piece(struct agent *a, const struct wire_piece *p, struct taken *t,
    struct why *why)
{
	uint8_t commitment[HASH_BYTES];
	struct bytes body;
	enum error_code err = piece_body(a, p, &body, why);

	if (err != ERR_NONE)
		return err;
	t->piece = p;
	entry_commitment(body, p->salt, commitment);
	entry_leaf(commitment, &t->leaf);
	err = entry_decode(a->intake->arena, a->partnership, body, p->salt,
	    &t->entry, why);
	if (err != ERR_NONE)
		return err;
	if (t->entry.index != p->index || t->entry.time != p->time) {
		why_set(why, "an entry says another index or time");
		return ERR_PROOF;
	}
	return ERR_NONE;
}

static int
by_index(const void *x, const void *y)
{
	const struct taken *const *a = x, *const *b = y;

	if ((*a)->entry.index == (*b)->entry.index)
		return 0;
	return (*a)->entry.index < (*b)->entry.index ? -1 : 1;
}

/* Range proof for what is new, inclusion paths for what lies below. */
static enum error_code
prove(struct agent *a, const struct parcel *p, struct taken *t,
    struct edge *edge, struct why *why)
{
	struct arena *arena = a->intake->arena;
	struct taken **sorted = arena_alloc(arena,
	    (p->n_piece + 1) * sizeof *sorted);
	uint64_t *index = arena_alloc(arena, (p->n_piece + 1) * 8);
	struct hash *leaf = arena_alloc(arena, (p->n_piece + 1) * sizeof *leaf);
	struct hash root;
	enum error_code err = ERR_NONE;
	unsigned n = 0, wanted = 0;

	if (sorted == NULL || index == NULL || leaf == NULL)
		return ERR_NOMEM;
	memcpy(root.b, p->head.root, HASH_BYTES);
	if (p->from != a->edge.size || p->range.n % HASH_BYTES != 0) {
		why_set(why, "a parcel starts from another size than ours");
		return ERR_PROOF;
	}
	for (unsigned i = 0; i < p->n_piece && err == ERR_NONE; i++) {
		if (t[i].entry.index >= p->from) {
			sorted[n++] = &t[i];
			continue;
		}
		if (t[i].piece->path.n % HASH_BYTES != 0)
			return ERR_PROOF;
		err = proof_inclusion_verify(t[i].entry.index, p->head.size,
		    &t[i].leaf, (const struct hash *)t[i].piece->path.data,
		    t[i].piece->path.n / HASH_BYTES, &root);
	}
	qsort(sorted, n, sizeof *sorted, by_index);
	for (unsigned i = 0; i < n; i++) {
		if (wanted > 0 && index[wanted - 1] == sorted[i]->entry.index) {
			if (!hash_equal(&leaf[wanted - 1], &sorted[i]->leaf))
				return ERR_PROOF;
			continue;
		}
		index[wanted] = sorted[i]->entry.index;
		leaf[wanted++] = sorted[i]->leaf;
	}
	if (err == ERR_NONE)
		err = range_advance(edge, p->head.size, index, leaf, wanted,
		    (const struct hash *)p->range.data,
		    p->range.n / HASH_BYTES, &root);
	if (err != ERR_NONE)
		why_set(why, "a parcel's proof does not lead to its checkpoint");
	return err;
}

/* ---- applying ------------------------------------------------------------------ */

static void
count_news(struct agent *a, const struct hash *leaf)
{
	fold_news_hash(a->news_hash.b, leaf);
	a->news++;
}

/* A new partnership record, or a member's, becomes what we go by. */
static enum error_code
follow(struct agent *a, const struct entry *e, struct why *why)
{
	if (e->kind != ENTRY_RECORD || e->record.kind != KIND_PARTNERSHIP)
		return ERR_NONE;
	return partnership_follow(a->pship_arena, &a->pship, &e->record,
	    &a->pship, why);
}

static bool
touches_case(const struct entry *e, uint8_t case_id[static WIRE_CASE])
{
	switch (e->kind) {
	case ENTRY_RECORD:
	case ENTRY_OPENED:
		if (!e->b.has_case)
			return false;
		memcpy(case_id, e->b.case_id, WIRE_CASE);
		return true;
	case ENTRY_FROZEN:
		memcpy(case_id, e->u.frozen.case_id, WIRE_CASE);
		return e->u.frozen.has_case;
	case ENTRY_ENDED:
		memcpy(case_id, e->u.ended.case_id, WIRE_CASE);
		return true;
	default:
		return false;
	}
}

/* Can this entry narrow or widen what is open here? */
static bool
changes_access(const struct entry *e)
{
	if (e->kind == ENTRY_FROZEN || e->kind == ENTRY_ENDED)
		return true;
	if (e->kind != ENTRY_RECORD)
		return false;
	switch (e->record.kind) {
	case KIND_GRANT:
	case KIND_WITHDRAWAL:
	case KIND_CASE_CLOSED:
	case KIND_RESUME:
	case KIND_RECALL:
	case KIND_MEMBER_REVOKED:
	case KIND_MEMBER_SUSPENDED:
		return true;
	default:
		return false;
	}
}

static enum error_code
review(struct agent *a, const struct entry *e)
{
	uint8_t case_id[WIRE_CASE];
	enum error_code err;

	if (!changes_access(e))
		return ERR_NONE;
	if (!touches_case(e, case_id)) {
		opening_review(a, NULL);
		return mailbox_review(a, NULL);
	}
	opening_review(a, case_id);
	err = mailbox_review(a, case_id);
	return err;
}

static enum error_code
apply_news(struct agent *a, const struct taken *t, struct why *why)
{
	const struct entry *e = &t->entry;
	enum error_code err;

	count_news(a, &t->leaf);
	err = follow(a, e, why);
	if (err == ERR_NONE)
		err = facts_apply(a->slice, e, a->member);
	if (err == ERR_NONE)
		err = review(a, e);
	if (err == ERR_NONE && t->piece->what == PIECE_OWN)
		err = outgoing_admitted(a, e->b.stamp, e->index, e->time);
	if (err == ERR_NONE && t->piece->what == PIECE_OPENED) {
		err = outgoing_admitted(a, e->b.stamp, e->index, e->time);
		if (err == ERR_NONE)
			err = opening_take(a, e, t->piece->shares);
	}
	if (err == ERR_NONE)
		err = cases_news(a, e, why);
	return err;
}

/* A record of ours that was admitted before: no news, perhaps shares. */
static enum error_code
apply_copy(struct agent *a, const struct taken *t)
{
	const struct entry *e = &t->entry;
	enum error_code err = outgoing_admitted(a, e->b.stamp, e->index,
	    e->time);

	if (err == ERR_NONE && e->kind == ENTRY_OPENED &&
	    strcmp(e->record.signer, a->member) == 0)
		err = opening_take(a, e, t->piece->shares);
	return err;
}

/* A submission and the `delivered` that follows it. */
static enum error_code
apply_mail(struct agent *a, const struct parcel *p, const struct taken *t,
    unsigned i, struct why *why)
{
	enum error_code err;

	if (i + 1 >= p->n_piece || t[i + 1].piece->what != PIECE_DELIVERED ||
	    t[i + 1].entry.kind != ENTRY_DELIVERED ||
	    t[i].entry.kind != ENTRY_RECORD ||
	    t[i].entry.record.kind != KIND_SUBMISSION ||
	    t[i + 1].entry.u.delivered.message != t[i].entry.index) {
		why_set(why, "a delivery without its message");
		return ERR_FORMAT;
	}
	err = facts_apply(a->slice, &t[i].entry, a->member);
	if (err == ERR_NONE)
		err = facts_apply(a->slice, &t[i + 1].entry, a->member);
	if (err == ERR_NONE)
		err = mailbox_take(a, &t[i].entry, &t[i + 1].entry,
		    t[i].piece->ciphertext);
	a->intake->taken++;
	return err;
}

static enum error_code
apply_pieces(struct agent *a, const struct parcel *p, const struct taken *t,
    struct why *why)
{
	enum error_code err = ERR_NONE;

	for (unsigned i = 0; i < p->n_piece && err == ERR_NONE; i++) {
		if (t[i].entry.time > a->head_time)
			a->head_time = t[i].entry.time;
		switch (t[i].piece->what) {
		case PIECE_MAIL:
			err = apply_mail(a, p, t, i, why);
			i++;
			break;
		case PIECE_OWN:
		case PIECE_NEWS:
		case PIECE_OPENED:
			err = apply_news(a, &t[i], why);
			break;
		case PIECE_COPY:
			err = apply_copy(a, &t[i]);
			break;
		default:
			err = ERR_FORMAT;
		}
	}
	return err;
}

static enum error_code
apply_answers(struct agent *a, const struct parcel *p)
{
	enum error_code err = ERR_NONE;

	for (unsigned i = 0; i < p->n_answer && err == ERR_NONE; i++) {
		const struct wire_answer *w = &p->answer[i];

		if (w->status == STATUS_BUSY)
			outgoing_busy(a, w->stamp, w->after_ms);
		else if (w->status == STATUS_ADMITTED)
			err = outgoing_admitted(a, w->stamp, w->index, 0);
		else
			err = outgoing_refused(a, w->stamp,
			    (enum rule)w->rule);
	}
	for (unsigned i = 0; i < p->n_told && err == ERR_NONE; i++)
		err = outgoing_told(a, &p->told[i]);
	return err;
}

/* ---- statement, position ----------------------------------------------------------- */

static enum error_code
check_statement(struct agent *a, const struct parcel *p, struct why *why)
{
	const struct wire_statement *s = &p->statement;
	uint8_t text[STATEMENT_BYTES_MAX];
	size_t n = statement_bytes(a->partnership, a->member, p->head.size,
	    p->head.root, s, text);
	enum error_code err = identity_verify(a->pship.now.broker_sign_key,
	    bytes_of(text, n), s->signature);

	if (err != ERR_NONE) {
		why_set(why, "the broker's statement is not signed by it");
		return err;
	}
	if (s->count != a->news ||
	    memcmp(s->hash, a->news_hash.b, HASH_BYTES) != 0) {
		why_set(why, "the broker's statement does not agree with the "
		    "news that came");
		return ERR_PROOF;
	}
	a->statement_boot = clock_boot(&a->clock);
	a->statement_ever = true;
	a->clock_off_ms = (int64_t)s->time - (int64_t)clock_now(&a->clock);
	return ERR_NONE;
}

static enum error_code
save_position(struct agent *a)
{
	uint8_t edge[EDGE_BYTES_MAX];
	struct buf b;
	enum error_code err;

	edge_encode(&a->edge, edge);
	err = books_put(a, "edge", bytes_of(edge, edge_bytes(&a->edge)));
	if (err != ERR_NONE)
		return err;
	buf_init(&b, POSITION_BYTES);
	buf_put_u64(&b, a->head.size);
	buf_put(&b, a->head.root.b, HASH_BYTES);
	buf_put(&b, a->head.signature, CHECKPOINT_SIG_BYTES);
	buf_put_u64(&b, a->head_time);
	buf_put_u64(&b, a->news);
	buf_put(&b, a->news_hash.b, HASH_BYTES);
	err = books_put(a, "position", buf_view(&b));
	buf_free(&b);
	return err;
}

enum error_code
intake_load_position(struct agent *a)
{
	struct buf b;
	struct bytes v;
	const uint8_t *p;
	enum error_code err;

	edge_init(&a->edge);
	buf_init(&b, EDGE_BYTES_MAX);
	err = books_get(a, "edge", &b);
	if (err == ERR_NOTFOUND) {
		buf_free(&b);
		return ERR_NONE;
	}
	if (err == ERR_NONE)
		err = edge_decode(buf_view(&b), &a->edge);
	buf_clear(&b);
	if (err == ERR_NONE)
		err = books_get(a, "position", &b);
	v = buf_view(&b);
	if (err == ERR_NONE && v.n != POSITION_BYTES)
		err = ERR_FORMAT;
	if (err == ERR_NONE) {
		(void)bytes_take_u64(&v, &a->head.size);
		(void)bytes_take(&v, HASH_BYTES, &p);
		memcpy(a->head.root.b, p, HASH_BYTES);
		(void)bytes_take(&v, CHECKPOINT_SIG_BYTES, &p);
		memcpy(a->head.signature, p, CHECKPOINT_SIG_BYTES);
		(void)bytes_take_u64(&v, &a->head_time);
		(void)bytes_take_u64(&v, &a->news);
		(void)bytes_take(&v, HASH_BYTES, &p);
		memcpy(a->news_hash.b, p, HASH_BYTES);
	}
	buf_free(&b);
	return err;
}

/* ---- replies -------------------------------------------------------------------------- */

/* Rows about members and their sealing keys go into the slice. */
static enum error_code
apply_row(struct agent *a, const struct wire_row *row, struct why *why)
{
	struct entry e;
	enum error_code err;

	if (!row->has_body)
		return ERR_NONE;
	err = entry_decode(a->intake->arena, a->partnership, row->body,
	    row->salt, &e, why);
	if (err != ERR_NONE)
		return err;
	if (e.kind != ENTRY_RECORD || (e.record.kind != KIND_MEMBER &&
	    e.record.kind != KIND_SEALING_KEY &&
	    e.record.kind != KIND_WORKER &&
	    e.record.kind != KIND_MEMBER_REVOKED &&
	    e.record.kind != KIND_MEMBER_SUSPENDED))
		return ERR_NONE;
	err = verify_record(a, &e, why);
	if (err == ERR_NONE)
		err = facts_apply(a->slice, &e, a->member);
	return err;
}

static enum error_code
apply_reply(struct agent *a, const struct wire_reply *r, struct why *why)
{
	struct intake *in = a->intake;
	enum error_code err = agent_begin(a);

	if (err != ERR_NONE)
		return err;
	for (unsigned i = 0; i < r->n_row && err == ERR_NONE; i++)
		err = apply_row(a, &r->row[i], why);
	err = agent_end(a, err);
	for (unsigned i = 0; i < in->n_inquiry; i++) {
		struct inquiry q = in->inquiry[i];

		if (q.id != r->id)
			continue;
		in->inquiry[i] = in->inquiry[--in->n_inquiry];
		if (q.done != NULL)
			q.done(a, r, q.ctx);
		break;
	}
	return err;
}

/* ---- the frame --------------------------------------------------------------------------- */

static enum error_code
check_head(struct agent *a, const struct parcel *p, struct checkpoint *head,
    struct why *why)
{
	enum error_code err;

	head->size = p->head.size;
	memcpy(head->root.b, p->head.root, HASH_BYTES);
	memcpy(head->signature, p->head.signature, CHECKPOINT_SIG_BYTES);
	if (head->size == a->head.size && a->head.size > 0 &&
	    hash_equal(&head->root, &a->head.root))
		return ERR_NONE;
	err = checkpoint_verify(a->pship.now.origin, head,
	    a->pship.now.log_key);
	if (err != ERR_NONE)
		why_set(why, "a checkpoint is not signed by the log key");
	return err;
}

static enum error_code
apply_parcel(struct agent *a, const struct parcel *p, struct why *why)
{
	struct taken *t = arena_zalloc(a->intake->arena,
	    (p->n_piece + 1) * sizeof *t);
	struct edge edge = a->edge;
	struct checkpoint head;
	enum error_code err = ERR_NONE;

	if (t == NULL)
		return ERR_NOMEM;
	for (unsigned i = 0; i < p->n_piece && err == ERR_NONE; i++)
		err = take_piece(a, &p->piece[i], &t[i], why);
	if (err == ERR_NONE && p->has_head)
		err = check_head(a, p, &head, why);
	if (err == ERR_NONE && p->has_head)
		err = prove(a, p, t, &edge, why);
	if (err == ERR_NONE && !p->has_head && p->n_piece > 0)
		err = ERR_FORMAT;
	for (unsigned i = 0; i < p->n_piece && err == ERR_NONE; i++)
		if ((t[i].entry.kind == ENTRY_RECORD &&
		    t[i].piece->what != PIECE_OWN) ||
		    t[i].entry.kind == ENTRY_OPENED)
			err = verify_record(a, &t[i].entry, why);
	if (err != ERR_NONE)
		return err;
	if (p->has_head) {
		a->edge = edge;
		a->head = head;
	}
	a->parcel = p;
	err = apply_pieces(a, p, t, why);
	a->parcel = NULL;
	if (err == ERR_NONE)
		err = apply_answers(a, p);
	if (err == ERR_NONE && p->has_statement)
		err = check_statement(a, p, why);
	if (err == ERR_NONE)
		err = mailbox_receipts(a);
	if (err == ERR_NONE)
		err = outgoing_seal(a);
	if (err == ERR_NONE && p->has_head)
		err = save_position(a);
	return err;
}

/* Everything of a parcel in one transaction; position restored on failure. */
static enum error_code
in_transaction(struct agent *a, const struct parcel *p, struct why *why)
{
	const struct edge edge = a->edge;
	const struct checkpoint head = a->head;
	const uint64_t head_time = a->head_time, news = a->news;
	const struct hash news_hash = a->news_hash;
	enum error_code err = agent_begin(a);

	if (err != ERR_NONE)
		return err;
	err = agent_end(a, apply_parcel(a, p, why));
	if (err != ERR_NONE) {
		a->edge = edge;
		a->head = head;
		a->head_time = head_time;
		a->news = news;
		a->news_hash = news_hash;
	}
	return err;
}

static enum error_code
stash_frame(struct intake *in, struct bytes frame)
{
	if (in->n_stash == STASH)
		return ERR_FULL;
	buf_clear(&in->stash[in->n_stash]);
	buf_put(&in->stash[in->n_stash], frame.data, frame.n);
	return buf_ok(&in->stash[in->n_stash++]) ? ERR_NONE : ERR_NOMEM;
}

static enum error_code
ask_unknown(struct agent *a)
{
	struct wire_question q = { .what = ASK_MEMBER };

	strcpy(q.member, a->intake->unknown);
	return intake_ask(a, &q, NULL, NULL);
}

static enum error_code
one_frame(struct agent *a, struct bytes frame, struct parcel *p,
    struct why *why)
{
	struct intake *in = a->intake;
	enum error_code err;

	in->unknown[0] = '\0';
	err = in_transaction(a, p, why);
	if (err == ERR_NOTFOUND && in->unknown[0] != '\0') {
		err = stash_frame(in, frame);
		if (err == ERR_NONE)
			err = ask_unknown(a);
	}
	return err;
}

/* Frames that waited for a member, in order. */
static enum error_code
unstash(struct agent *a, struct why *why)
{
	struct intake *in = a->intake;
	enum error_code err = ERR_NONE;
	struct buf first;
	struct parcel p;

	while (in->n_stash > 0 && err == ERR_NONE) {
		arena_reset(in->arena);
		first = in->stash[0];
		err = wire_parcel_decode(in->arena, buf_view(&first), &p, why);
		if (err == ERR_NONE) {
			in->unknown[0] = '\0';
			err = in_transaction(a, &p, why);
		}
		if (err == ERR_NOTFOUND && in->unknown[0] != '\0')
			return ask_unknown(a);
		memmove(in->stash, in->stash + 1,
		    (STASH - 1) * sizeof in->stash[0]);
		in->stash[STASH - 1] = first;
		in->n_stash--;
	}
	return err;
}

enum error_code
intake_frame(struct agent *a, struct bytes frame, struct why *why)
{
	struct intake *in = a->intake;
	struct parcel p;
	enum error_code err;

	arena_reset(in->arena);
	err = wire_parcel_decode(in->arena, frame, &p, why);
	if (err != ERR_NONE)
		return err;
	if (p.has_welcome) {
		a->clock_off_ms = (int64_t)p.welcome.time -
		    (int64_t)clock_now(&a->clock);
		a->offline_since = 0;
		err = outgoing_connected(a, p.welcome.credit);
	}
	if (err == ERR_NONE && p.has_reply)
		err = apply_reply(a, &p.reply, why);
	if (err == ERR_NONE && p.has_key_asked)
		cases_key_asked(a, p.key_asked, p.key_asked_by);
	if (err != ERR_NONE)
		return err;
	if (in->n_stash > 0) {
		if (p.has_head)
			err = stash_frame(in, frame);
		return err == ERR_NONE ? unstash(a, why) : err;
	}
	return one_frame(a, frame, &p, why);
}
