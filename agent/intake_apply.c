/* What a proven parcel changes here, inside its transaction. */
#include <string.h>

#include "agent/books.h"
#include "agent/cases.h"
#include "agent/intake_part.h"
#include "agent/mailbox.h"
#include "agent/opening.h"
#include "agent/outgoing.h"
#include "ledger/statement.h"
#include "store/facts.h"

enum {
	POSITION_BYTES = 8 + HASH_BYTES + CHECKPOINT_SIG_BYTES + 8 + 8 +
	    HASH_BYTES,
};

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

/* Folds both; what is sent again has been folded already. */
static enum error_code
fold_mail(struct agent *a, const struct entry *submission,
    const struct entry *delivered)
{
	struct store_message m;
	enum error_code err = store_message(a->slice, submission->index, &m);

	if (err != ERR_NOTFOUND)
		return err;
	err = facts_apply(a->slice, submission, a->member);
	return err == ERR_NONE ? facts_apply(a->slice, delivered, a->member) :
	    err;
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
	err = fold_mail(a, &t[i].entry, &t[i + 1].entry);
	if (err == ERR_NONE)
		err = mailbox_take(a, &t[i].entry, &t[i + 1].entry,
		    t[i].piece->ciphertext);
	a->intake->taken++;
	return err;
}

enum error_code
intake_apply_pieces(struct agent *a, const struct parcel *p, const struct taken *t,
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

enum error_code
intake_apply_answers(struct agent *a, const struct parcel *p)
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

enum error_code
intake_check_statement(struct agent *a, const struct parcel *p, struct why *why)
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

enum error_code
intake_save_position(struct agent *a)
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
