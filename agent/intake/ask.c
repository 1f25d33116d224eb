/* The agent's own frames to the broker, and the answers to questions. */
#include <string.h>

#include "agent/intake/part.h"
#include "agent/seal.h"
#include "base/link.h"
#include "base/log.h"
#include "store/facts.h"

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

/* Without room nothing is asked for; it waits at the broker. */
static uint32_t
credit(const struct agent *a)
{
	return a->trouble == TROUBLE_DISK ? 0 : INTAKE_CREDIT;
}

enum error_code
intake_hello(struct agent *a)
{
	struct up up = { .id = 1, .has_hello = true };
	struct wire_hello *h = &up.hello;

	h->version = WIRE_VERSION;
	h->time = clock_now(&a->clock);
	h->credit = credit(a);
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
intake_credit(struct agent *a)
{
	if (a->intake == NULL || a->offline_since != 0)
		return;
	a->intake->taken++;
	intake_confirm(a);
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
	up.confirm.credit = credit(a);
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
	if (in->n_inquiry == INTAKE_INQUIRIES)
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

/* ---- replies -------------------------------------------------------------------------- */

/* A newer sealing key of somebody ends our correspondence with the old. */
static void
forget_older(struct agent *a, const struct entry *e)
{
	struct wire_sealing_key old;
	uint64_t announced, idx;

	if (e->record.kind == KIND_SEALING_KEY &&
	    store_sealing(a->slice, e->record.signer, 0, &old, &announced,
	    &idx) == ERR_NONE && old.epoch < e->b.u.sealing_key.epoch)
		seal_sender_forget(a->seal, old.key);
}

/*
 * An answer is no proof of what is newest: an old record, told again, must
 * not bring back a key that was stolen, nor a member that was suspended or
 * revoked.
 */
static bool
is_superseded(struct agent *a, const struct entry *e)
{
	const struct store_member *m;

	return e->record.kind == KIND_MEMBER && store_member(a->slice,
	    e->b.u.member.id, &m) == ERR_NONE &&
	    (m->revoked || e->b.u.member.serial <= m->m.serial);
}

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
	err = intake_verify(a, &e, why);
	if (err == ERR_CRYPTO || err == ERR_REFUSED || err == ERR_FORMAT) {
		log_error(35, "exchange", "call the operator of the exchange",
		    "an answer held a record that was not signed by whom it "
		    "names");
		return ERR_NONE;
	}
	if (err != ERR_NONE || is_superseded(a, &e))
		return err;
	forget_older(a, &e);
	return facts_apply(a->slice, &e, a->member);
}

enum error_code
intake_apply_reply(struct agent *a, const struct wire_reply *r, struct why *why)
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
