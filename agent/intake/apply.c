/* What a proven parcel changes here, inside its transaction. */
#include <string.h>

#include "agent/books.h"
#include "agent/cases/cases.h"
#include "agent/intake/part.h"
#include "agent/intake/mailbox.h"
#include "agent/intake/opening.h"
#include "agent/outgoing/outgoing.h"
#include "base/log.h"
#include "ledger/statement.h"
#include "store/facts.h"

enum {
	POSITION_BYTES = 8 + HASH_BYTES + CHECKPOINT_SIG_BYTES + 8 + 8 +
	    HASH_BYTES + 8,
};

/* ---- what may come as news ------------------------------------------------------- */

/* Two kinds come late, before the first grant that needs them. */
static bool
may_come_late(const struct entry *e)
{
	return e->kind == ENTRY_RECORD && (e->record.kind ==
	    KIND_CASE_OPENED || e->record.kind == KIND_RESUME);
}

/* News comes in ledger order, each item once. */
static enum error_code
count_news(struct agent *a, const struct taken *t, struct why *why)
{
	const uint64_t after = t->entry.index + 1;

	if (after <= a->news_at && !may_come_late(&t->entry)) {
		why_set(why, "news came out of order, or twice");
		return ERR_PROOF;
	}
	if (after > a->news_at)
		a->news_at = after;
	fold_news_hash(a->news_hash.b, &t->leaf);
	a->news++;
	return ERR_NONE;
}

/* Records of others that are news to anybody (PROTOCOL 6). */
static bool
is_news(const struct entry *e)
{
	if (e->kind == ENTRY_FROZEN || e->kind == ENTRY_ENDED)
		return true;
	if (e->kind != ENTRY_RECORD)
		return false;
	switch (e->record.kind) {
	case KIND_SUBMISSION:
	case KIND_RECEIPT:
	case KIND_OPENING:
	case KIND_CONFLICT_CHECKED:
	case KIND_MANDATED:
	case KIND_EXPORT:
	case KIND_SEALING_KEY:
	case KIND_WORKER:
		return false;
	default:
		return true;
	}
}

/* Shares and outcomes come for our own bytes alone. */
static enum error_code
must_be_ours(struct agent *a, const struct entry *e, struct why *why)
{
	bool same;
	enum error_code err = intake_is_kept(a, e, &same);

	if (err == ERR_NONE && !same) {
		why_set(why, "an entry told as ours holds a record that this "
		    "agent did not sign");
		err = ERR_PROOF;
	}
	return err;
}

/* What this piece may be, and who signed it; mail is checked as mail. */
static enum error_code
believe(struct agent *a, const struct taken *t, struct why *why)
{
	const struct entry *e = &t->entry;
	const enum piece_what what = (enum piece_what)t->piece->what;

	if ((what == PIECE_OPENED || what == PIECE_COPY) &&
	    e->kind == ENTRY_OPENED)
		return must_be_ours(a, e, why);
	if (what == PIECE_COPY && e->kind == ENTRY_RECORD)
		return must_be_ours(a, e, why);
	if (what == PIECE_OWN && e->record.kind != KIND_OPENING)
		return ERR_NONE;        /* made of our own bytes */
	if (what == PIECE_NEWS && (is_news(e) || intake_ours(a, e)))
		return e->kind == ENTRY_RECORD || e->kind == ENTRY_OPENED ?
		    intake_verify(a, e, why) : ERR_NONE;
	why_set(why, "an entry came as what it is not");
	return ERR_FORMAT;
}

/* A new partnership record becomes what we go by, also after a restart. */
static enum error_code
follow(struct agent *a, const struct entry *e, struct why *why)
{
	enum error_code err;

	if (e->kind != ENTRY_RECORD || e->record.kind != KIND_PARTNERSHIP)
		return ERR_NONE;
	err = partnership_follow(a->pship_arena, &a->pship, &e->record,
	    &a->pship, why);
	return err == ERR_NONE ? agent_keep_partnership(a) : err;
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
	case KIND_MEMBER:
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
	err = e->kind == ENTRY_RECORD && e->record.kind == KIND_RECALL ?
	    mailbox_recalled(a, e) : ERR_NONE;
	return err == ERR_NONE ? mailbox_review(a, case_id) : err;
}

/*
 * A record in our name that the ledger brings: did this agent sign it?  An
 * alarm and no more: an agency enrolled anew meets its own past.
 */
static enum error_code
look_own(struct agent *a, const struct taken *t)
{
	const struct entry *e = &t->entry;
	enum error_code err;
	bool same;

	if (t->piece->what != PIECE_NEWS ||
	    (e->kind != ENTRY_RECORD && e->kind != ENTRY_OPENED))
		return ERR_NONE;
	err = intake_is_kept(a, e, &same);
	if (err != ERR_NONE)
		return err;
	if (same)               /* also what her key alone signed */
		return outgoing_admitted(a, e->b.stamp, e->index, e->time);
	if (intake_ours(a, e) && !a->intake->not_ours) {
		a->intake->not_ours = true;
		log_error(69, "exchange", "call the operator of the exchange "
		    "and the auditor", "the ledger holds a record in our "
		    "name that this agent did not sign");
	}
	return ERR_NONE;
}

static enum error_code
apply_news(struct agent *a, const struct taken *t, struct why *why)
{
	const struct entry *e = &t->entry;
	enum error_code err;

	err = believe(a, t, why);
	if (err == ERR_NONE)
		err = count_news(a, t, why);
	if (err == ERR_NONE)
		err = look_own(a, t);
	if (err == ERR_NONE)
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
apply_copy(struct agent *a, const struct taken *t, struct why *why)
{
	const struct entry *e = &t->entry;
	enum error_code err = believe(a, t, why);

	if (err == ERR_NONE)
		err = outgoing_admitted(a, e->b.stamp, e->index, e->time);
	if (err == ERR_NONE && e->kind == ENTRY_OPENED)
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
	a->intake->taken++;
	err = intake_verify(a, &t[i].entry, why);
	if (err == ERR_CRYPTO || err == ERR_FORMAT || err == ERR_REFUSED)
		return mailbox_reject(a, &t[i].entry, t[i].piece->ciphertext,
		    RULE_STALE_KEY, "its sender's signature does not verify");
	if (err == ERR_NONE)
		err = fold_mail(a, &t[i].entry, &t[i + 1].entry);
	if (err == ERR_NONE)
		err = mailbox_take(a, &t[i].entry, &t[i + 1].entry,
		    t[i].piece->ciphertext);
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
			err = apply_copy(a, &t[i], why);
			break;
		default:
			err = ERR_FORMAT;
		}
	}
	return err;
}

/*
 * Admitted is what its entry proves, not what an answer says: without the
 * entry a record stays as it is.
 */
static enum error_code
check_admitted(struct agent *a, const struct wire_answer *w)
{
	struct out_outcome o;
	enum error_code err = outgoing_outcome(a, w->stamp, &o);

	if (err == ERR_NOTFOUND)
		return ERR_NONE;
	if (err == ERR_NONE && o.index != 0 && o.index != w->index)
		err = ERR_PROOF;
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
			err = check_admitted(a, w);
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
	buf_put_u64(&b, a->news_at);
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
		(void)bytes_take_u64(&v, &a->news_at);
	}
	buf_free(&b);
	return err;
}
