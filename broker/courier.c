/*
 * The courier: what each connected member has not got yet goes into its
 * parcel.  Delivering a message asks the rules again and is an entry; it is
 * the one place that does (P1).  Everyone in line gets an equal share.
 */
#include <string.h>

#include <sodium.h>

#include "broker/state.h"

void
courier_touch(struct sequencer *q, struct session *x)
{
	if (x->p.touched)
		return;
	x->p.touched = true;
	x->p.next_touched = NULL;
	*q->b.touched_end = x;
	q->b.touched_end = &x->p.next_touched;
}

/* ---- whose feed an entry may have added to ----------------------------- */

static void
look(struct sequencer *q, const char *member)
{
	struct session *x = sessions_find(q->sessions, member);

	if (x != NULL && x->number != 0)
		sessions_ready_put(q->sessions, x);
}

static void
look_one(void *ctx, struct session *x)
{
	struct sequencer *q = ctx;

	/* a member's return may free what was held for it */
	if (x->held)
		x->mail_at = x->p.mail_at = 0;
	sessions_ready_put(q->sessions, x);
}

static enum error_code
look_arrow(void *ctx, const struct store_arrow *a)
{
	look(ctx, a->sender);
	look(ctx, a->recipient);
	return ERR_NONE;
}

static enum error_code
look_custodian(struct sequencer *q, const uint8_t case_id[static WIRE_CASE])
{
	struct store_case k;
	enum error_code e = store_case(q->c.store, case_id, &k);

	if (e == ERR_NONE)
		look(q, k.custodian);
	return e == ERR_NOTFOUND ? ERR_NONE : e;
}

static enum error_code
look_case(struct sequencer *q, const uint8_t case_id[static WIRE_CASE])
{
	enum error_code e = look_custodian(q, case_id);

	return e != ERR_NONE ? e :
	    store_arrows(q->c.store, case_id, look_arrow, q);
}

static enum error_code
look_phrase(void *ctx, const uint8_t case_id[static WIRE_CASE], bool spent)
{
	(void)spent;
	return look_custodian(ctx, case_id);
}

static enum error_code
look_stop(struct sequencer *q, const struct wire_stop *s)
{
	uint8_t hash[WIRE_HASH];

	crypto_hash_sha256(hash, s->token, sizeof s->token);
	return store_phrase(q->c.store, hash, look_phrase, q);
}

static enum error_code
changed(struct sequencer *q, const char *id)
{
	struct changed *c = arena_zalloc(q->b.arena, sizeof *c);

	if (c == NULL)
		return ERR_NOMEM;
	(void)strncpy(c->id, id, WIRE_ID_MAX);
	c->next = q->b.changed;
	q->b.changed = c;
	q->b.members_changed = true;
	sessions_each(q->sessions, look_one, q);
	return ERR_NONE;
}

/* A rejected message is told to its sender. */
static enum error_code
tell_receipt(struct sequencer *q, const struct wire_receipt *r)
{
	struct wire_told t = { .what = TOLD_REJECTED, .time = q->b.now };
	struct store_message m;
	enum error_code e = ERR_NONE;

	for (unsigned i = 0; e == ERR_NONE && i < r->n; i++) {
		if (r->line[i].outcome == 0)
			continue;
		e = store_message(q->c.store, r->line[i].message, &m);
		t.message = r->line[i].message;
		t.why = r->line[i].outcome;
		if (e == ERR_NONE)
			e = told_put(q, m.sender, &t);
	}
	return e;
}

static enum error_code
look_recall(struct sequencer *q, const struct entry *e)
{
	struct store_message m;
	enum error_code err;

	err = store_message_by_id(q->c.store, e->record.signer,
	    e->b.u.recall.message, &m);
	if (err == ERR_NONE)
		look(q, m.recipient);
	return err == ERR_NOTFOUND ? ERR_NONE : err;
}

static enum error_code
look_record(struct sequencer *q, const struct entry *e)
{
	look(q, e->record.signer);
	if (e->record.cosigner[0] != '\0')
		look(q, e->record.cosigner);
	switch (e->b.kind) {
	case KIND_PARTNERSHIP:
		return changed(q, "");
	case KIND_MEMBER:
		return changed(q, e->b.u.member.id);
	case KIND_MEMBER_REVOKED:
	case KIND_MEMBER_SUSPENDED:
		return changed(q, e->b.u.standing.id);
	case KIND_SUBMISSION:
		look(q, e->b.u.submission.recipient);
		return ERR_NONE;
	case KIND_RECEIPT:
		return tell_receipt(q, &e->b.u.receipt);
	case KIND_GRANT:
		look(q, e->b.u.grant.sender);
		look(q, e->b.u.grant.recipient);
		return look_custodian(q, e->b.case_id);
	case KIND_ARROW_KEY:
		look(q, e->b.u.arrow_key.to);
		return look_custodian(q, e->b.case_id);
	case KIND_STOP:
		q->owed = true;
		return look_stop(q, &e->b.u.stop);
	case KIND_RECALL:
		return look_recall(q, e);
	default:
		return e->b.has_case ? look_case(q, e->b.case_id) : ERR_NONE;
	}
}

static enum error_code
tell_sender(struct sequencer *q, uint64_t message, enum told_what what,
    uint32_t why)
{
	struct wire_told t = {
		.message = message, .what = what, .time = q->b.now,
		.why = why,
	};
	struct store_message m;
	enum error_code e = store_message(q->c.store, message, &m);

	return e != ERR_NONE ? e : told_put(q, m.sender, &t);
}

/* Nobody but the custodian learns from a drop who ended what, or how. */
static uint32_t
shown_drop(uint32_t why)
{
	return why == DROP_EXPIRED || why == DROP_RECALLED ||
	    why == DROP_LOST ? why : DROP_RULE;
}

enum error_code
courier_entry(struct sequencer *q, const struct entry *e)
{
	switch (e->kind) {
	case ENTRY_RECORD:
		return look_record(q, e);
	case ENTRY_OPENED:
		look(q, e->record.signer);
		return ERR_NONE;
	case ENTRY_FROZEN:
		q->owed = true;
		return e->u.frozen.has_case ?
		    look_custodian(q, e->u.frozen.case_id) : ERR_NONE;
	case ENTRY_ENDED:
		look(q, e->u.ended.sender);
		look(q, e->u.ended.recipient);
		return look_custodian(q, e->u.ended.case_id);
	case ENTRY_DELIVERED:
		return tell_sender(q, e->u.delivered.message, TOLD_DELIVERED,
		    0);
	case ENTRY_DROPPED:
		return tell_sender(q, e->u.dropped.message, TOLD_DROPPED,
		    shown_drop(e->u.dropped.why));
	case ENTRY_REFUSED:
	case ENTRY_NOTICE:
		return ERR_NONE;
	}
	return ERR_INTERNAL;
}

/* ---- serving one member ------------------------------------------------ */

struct row { uint64_t idx, position; bool mail; };
struct rows {
	struct row row[FEED_STEP + 2];
	unsigned n;
};

static enum error_code
row_add(void *ctx, uint64_t idx, uint64_t position, bool mail)
{
	struct rows *r = ctx;

	if (r->n == sizeof r->row / sizeof r->row[0])
		return ERR_INTERNAL;
	r->row[r->n].idx = idx;
	r->row[r->n].position = position;
	r->row[r->n++].mail = mail;
	return ERR_NONE;
}

static enum error_code
add_piece(struct sequencer *q, struct session *x, struct pending_piece ***end,
    enum piece_what what, uint64_t index, struct bytes ciphertext)
{
	struct pending_piece *p = arena_zalloc(q->b.arena, sizeof *p);

	if (p == NULL)
		return ERR_NOMEM;
	p->what = what;
	p->index = index;
	p->ciphertext = ciphertext;
	**end = p;
	*end = &p->next;
	courier_touch(q, x);
	return ERR_NONE;
}

static enum error_code
send_news(struct sequencer *q, struct session *x, uint64_t idx)
{
	if (x->p.skip > 0) {
		x->p.skip--;
		return ERR_NONE;
	}
	x->p.news_sent++;
	return add_piece(q, x, &x->p.piece_end, PIECE_NEWS, idx,
	    bytes_of(NULL, 0));
}

/* Own records that count before position `before` of the feed. */
static enum error_code
send_own(struct sequencer *q, struct session *x, uint64_t before)
{
	struct pending_piece **last;
	const struct own *o;
	enum error_code e;

	while ((o = session_own_next(x)) != NULL && o->index < before) {
		last = x->p.piece_end;
		e = add_piece(q, x, &x->p.piece_end, o->with_body ?
		    PIECE_NEWS : o->opened ? PIECE_OPENED : PIECE_OWN,
		    o->index, bytes_of(NULL, 0));
		if (e != ERR_NONE)
			return e;
		(*last)->has_stamp = !o->with_body;
		memcpy((*last)->stamp, o->stamp, WIRE_STAMP);
		x->p.own_taken++;
		x->p.news_sent++;
	}
	return ERR_NONE;
}

static enum drop_why
why_dropped(enum rule r)
{
	return r == RULE_MESSAGE_OVER || r == RULE_EXPIRED ? DROP_EXPIRED :
	    r == RULE_RECALLED ? DROP_RECALLED : DROP_RULE;
}

/* Delivers, or drops, message `idx`; the only way ciphertext gets out. */
static enum error_code
deliver(struct sequencer *q, struct session *x, uint64_t idx)
{
	struct store_message m;
	struct facts_room room;
	struct bytes ciphertext = { 0 };
	struct written *w;
	struct verdict v;
	struct facts f;
	uint64_t delivered;
	enum error_code e;

	e = store_message(q->c.store, idx, &m);
	if (e != ERR_NONE)
		return e;
	if (m.state != MESSAGE_QUEUED && m.state != MESSAGE_DELIVERED)
		return ERR_NONE;
	e = facts_for_delivery(q->c.store, q->b.now, &m, &room, &f);
	if (e != ERR_NONE)
		return e;
	v = rules_decide(&f);
	if (v.rule != RULE_ADMIT && rule_waits(v.rule)) {
		x->held = true;
		return ERR_NONE;
	}
	if (v.rule != RULE_ADMIT)
		return write_dropped(q, &m, why_dropped(v.rule));
	delivered = m.delivered_idx;
	if (m.state == MESSAGE_QUEUED)
		e = write_delivered(q, idx, v.grant, &delivered);
	if (e != ERR_NONE)
		return e;
	w = write_find(q, idx);
	if (w != NULL)
		ciphertext = w->ciphertext;
	q->b.deliveries++;
	x->p.credit--;
	e = add_piece(q, x, &x->p.mail_end, PIECE_MAIL, idx, ciphertext);
	return e != ERR_NONE ? e : add_piece(q, x, &x->p.mail_end,
	    PIECE_DELIVERED, delivered, bytes_of(NULL, 0));
}

/* How much mail this member may still get in this batch. */
struct quantum {
	unsigned mail;
	bool blocked;           /* mail stays behind its cursor */
	bool more;              /* only for want of budget */
};

static enum error_code
try_mail(struct sequencer *q, struct session *x, struct quantum *u,
    uint64_t idx)
{
	if (u->blocked)
		return ERR_NONE;
	if (x->p.credit == 0 || q->full || q->clock_doubtful) {
		u->blocked = true;
		return ERR_NONE;
	}
	if (u->mail == 0 || q->b.deliveries >= COURIER_TOTAL) {
		u->blocked = u->more = true;
		return ERR_NONE;
	}
	u->mail--;
	x->p.mail_at = idx;
	return deliver(q, x, idx);
}

/* Mail that news has overtaken: between the two cursors. */
static enum error_code
serve_behind(struct sequencer *q, struct session *x, struct quantum *u)
{
	struct rows r = { .n = 0 };
	enum error_code e;

	e = store_feed_placed(q->c.store, x->member, x->p.mail_at, FEED_STEP,
	    row_add, &r);
	for (unsigned i = 0; e == ERR_NONE && i < r.n; i++) {
		if (r.row[i].position > x->p.feed_at)
			break;
		if (r.row[i].mail)
			e = try_mail(q, x, u, r.row[i].idx);
		else if (!u->blocked)
			x->p.mail_at = r.row[i].position;
	}
	if (e != ERR_NONE || u->blocked)
		return e;
	if (r.n < FEED_STEP || r.row[r.n - 1].position > x->p.feed_at)
		x->p.mail_at = x->p.feed_at;
	else
		u->blocked = u->more = true;
	return ERR_NONE;
}

static enum error_code
serve(struct sequencer *q, struct session *x, bool *more)
{
	struct quantum u = { .mail = COURIER_MAIL };
	struct rows r = { .n = 0 };
	enum error_code e = ERR_NONE;

	if (x->p.mail_at < x->p.feed_at)
		e = serve_behind(q, x, &u);
	if (e == ERR_NONE)
		e = store_feed_placed(q->c.store, x->member, x->p.feed_at,
		    FEED_STEP, row_add, &r);
	for (unsigned i = 0; e == ERR_NONE && i < r.n; i++) {
		e = send_own(q, x, r.row[i].position);
		if (e == ERR_NONE)
			e = r.row[i].mail ? try_mail(q, x, &u, r.row[i].idx) :
			    send_news(q, x, r.row[i].idx);
		x->p.feed_at = r.row[i].position;
		if (!u.blocked)
			x->p.mail_at = x->p.feed_at;
	}
	*more = u.more || r.n >= FEED_STEP;
	if (e == ERR_NONE && r.n < FEED_STEP)
		e = send_own(q, x, UINT64_MAX);
	return e;
}

enum error_code
courier_run(struct sequencer *q)
{
	struct session *again = NULL, *x;
	enum error_code e = ERR_NONE;
	bool more;

	while (e == ERR_NONE &&
	    (x = sessions_ready_take(q->sessions)) != NULL) {
		if (x->number == 0)
			continue;
		e = serve(q, x, &more);
		if (!more)
			continue;
		/* in_ready keeps it from being queued again meanwhile */
		x->in_ready = true;
		x->ready_next = again;
		again = x;
	}
	while ((x = again) != NULL) {
		again = x->ready_next;
		x->in_ready = false;
		sessions_ready_put(q->sessions, x);
	}
	return e;
}
