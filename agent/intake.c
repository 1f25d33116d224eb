#include "agent/intake_part.h"

#include <stdlib.h>
#include <string.h>

#include "agent/cases.h"
#include "agent/mailbox.h"
#include "agent/outgoing.h"

enum { ARENA_MAX = 8 * 1024 * 1024 };

enum error_code
intake_create(struct intake **out)
{
	struct intake *in = calloc(1, sizeof *in);

	*out = NULL;
	if (in == NULL)
		return ERR_NOMEM;
	for (unsigned i = 0; i < INTAKE_STASH; i++)
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
	for (unsigned k = 0; k < INTAKE_STASH; k++)
		buf_free(&(*i)->stash[k]);
	free(*i);
	*i = NULL;
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
		err = intake_take_piece(a, &p->piece[i], &t[i], why);
	if (err == ERR_NONE && p->has_head)
		err = check_head(a, p, &head, why);
	if (err == ERR_NONE && p->has_head)
		err = intake_prove(a, p, t, &edge, why);
	if (err == ERR_NONE && !p->has_head && p->n_piece > 0)
		err = ERR_FORMAT;
	for (unsigned i = 0; i < p->n_piece && err == ERR_NONE; i++)
		if ((t[i].entry.kind == ENTRY_RECORD &&
		    t[i].piece->what != PIECE_OWN) ||
		    t[i].entry.kind == ENTRY_OPENED)
			err = intake_verify(a, &t[i].entry, why);
	if (err != ERR_NONE)
		return err;
	if (p->has_head) {
		a->edge = edge;
		a->head = head;
	}
	a->parcel = p;
	err = intake_apply_pieces(a, p, t, why);
	a->parcel = NULL;
	if (err == ERR_NONE)
		err = intake_apply_answers(a, p);
	if (err == ERR_NONE && p->has_statement)
		err = intake_check_statement(a, p, why);
	if (err == ERR_NONE)
		err = mailbox_receipts(a);
	if (err == ERR_NONE)
		err = outgoing_seal(a);
	if (err == ERR_NONE && p->has_head)
		err = intake_save_position(a);
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
	if (in->n_stash == INTAKE_STASH)
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
		    (INTAKE_STASH - 1) * sizeof in->stash[0]);
		in->stash[INTAKE_STASH - 1] = first;
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
		err = intake_apply_reply(a, &p.reply, why);
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
