#include "agent/intake/part.h"

#include <stdlib.h>
#include <string.h>

#include "agent/cases/cases.h"
#include "agent/intake/mailbox.h"
#include "agent/intake/opening.h"
#include "agent/outgoing/outgoing.h"
#include "base/fault.h"
#include "base/log.h"

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
	    hash_equal(&head->root, &a->head.root) &&
	    memcmp(head->signature, a->head.signature,
	    CHECKPOINT_SIG_BYTES) == 0)
		return ERR_NONE;
	err = checkpoint_verify(a->pship.now.origin, head,
	    a->pship.now.log_key);
	if (err != ERR_NONE)
		why_set(why, "a checkpoint is not signed by the log key");
	else
		a->intake->shown = *head;
	return err;
}

const struct checkpoint *
intake_shown(const struct agent *a)
{
	return a->intake != NULL && a->intake->shown.size > 0 ?
	    &a->intake->shown : NULL;
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
	if (err == ERR_NONE && !p->has_head &&
	    (p->n_piece > 0 || p->has_statement)) {
		why_set(why, "a parcel without its checkpoint");
		err = ERR_FORMAT;
	}
	for (unsigned i = 0; i < p->n_piece && err == ERR_NONE; i++)
		err = intake_known(a, &t[i].entry, why);
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

/* How far we are, and what else a parcel changes in memory. */
struct position {
	struct edge edge;
	struct checkpoint head;
	uint64_t head_time, news, news_at, statement_boot;
	struct hash news_hash;
	struct partnership pship;
	bool statement_ever;
};

static struct position
position_of(const struct agent *a)
{
	return (struct position){ .edge = a->edge, .head = a->head,
	    .head_time = a->head_time, .news = a->news,
	    .news_at = a->news_at, .news_hash = a->news_hash,
	    .statement_boot = a->statement_boot,
	    .statement_ever = a->statement_ever, .pship = a->pship };
}

/* As if the parcel had not come; what it opened is closed. */
static void
undo(struct agent *a, const struct position *x)
{
	a->edge = x->edge;
	a->head = x->head;
	a->head_time = x->head_time;
	a->news = x->news;
	a->news_at = x->news_at;
	a->news_hash = x->news_hash;
	a->statement_boot = x->statement_boot;
	a->statement_ever = x->statement_ever;
	a->pship = x->pship;
	if (a->intake->unknown[0] != '\0')
		return;                 /* nothing was begun */
	outgoing_abandon(a);
	leases_wipe(a->leases);
}

/*
 * Everything of a parcel in one transaction.  What gathered before it is no
 * part of it and is kept first.
 */
static enum error_code
in_transaction(struct agent *a, const struct parcel *p, struct why *why)
{
	const struct position before = position_of(a);
	enum error_code err = outgoing_seal(a);

	if (err == ERR_NONE)
		err = agent_begin(a);
	if (err != ERR_NONE)
		return err;
	err = apply_parcel(a, p, why);
	if (err == ERR_NONE && fault_point("agent-intake") != ERR_NONE)
		err = ERR_IO;
	err = agent_end(a, err);
	if (err != ERR_NONE)
		undo(a, &before);
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
	enum error_code err;

	strcpy(q.member, a->intake->unknown);
	err = intake_ask(a, &q, NULL, NULL);
	a->intake->asked = 1000 + a->intake->next_id;
	return err;
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

/*
 * Frames that waited for a member, in order, now that a reply came.  Who is
 * still unknown then does not exist, and we are not to ask for ever.
 */
static enum error_code
unstash(struct agent *a, struct why *why)
{
	struct intake *in = a->intake;
	enum error_code err = ERR_NONE;
	char asked[WIRE_ID_MAX + 1];
	struct buf first;
	struct parcel p;

	memcpy(asked, in->unknown, sizeof asked);
	while (in->n_stash > 0 && err == ERR_NONE) {
		arena_reset(in->arena);
		first = in->stash[0];
		err = wire_parcel_decode(in->arena, buf_view(&first), &p, why);
		if (err == ERR_NONE) {
			in->unknown[0] = '\0';
			err = in_transaction(a, &p, why);
		}
		if (err == ERR_NOTFOUND && in->unknown[0] != '\0')
			return strcmp(in->unknown, asked) == 0 ? ERR_FORMAT :
			    ask_unknown(a);
		memmove(in->stash, in->stash + 1,
		    (INTAKE_STASH - 1) * sizeof in->stash[0]);
		in->stash[INTAKE_STASH - 1] = first;
		in->n_stash--;
	}
	return err;
}

/*
 * The broker has something against this connection (enum welcome_flag); an
 * error ends it, and it is tried again with back-off.
 */
static enum error_code
not_welcome(struct agent *a, uint32_t version, struct why *why)
{
	if ((version & 0xff) != WIRE_VERSION) {
		why_set(why, "the exchange speaks version %u", version & 0xff);
		return ERR_REFUSED;
	}
	if ((version & WELCOME_HELLO) != 0)
		return intake_hello(a);
	if ((version & WELCOME_FORK) != 0) {
		why_set(why, "the exchange says that what we hold is not of "
		    "its ledger");
		return ERR_REFUSED;
	}
	if ((version & WELCOME_LOST) != 0) {
		why_set(why, "we hold less than we had confirmed: this store "
		    "is an older copy");
		return ERR_REFUSED;
	}
	if ((version & WELCOME_REPLACED) != 0) {
		why_set(why, "another machine has connected with our keys");
		return ERR_CLOSED;
	}
	log_error(46, "exchange", "find the other machine that uses our keys; "
	    "suspend this member if it is not ours", "two live connections "
	    "with our keys");
	return ERR_NONE;
}

enum error_code
intake_frame(struct agent *a, struct bytes frame, struct why *why)
{
	struct intake *in = a->intake;
	struct parcel p;
	enum error_code err;

	arena_reset(in->arena);
	in->shown.size = 0;
	err = wire_parcel_decode(in->arena, frame, &p, why);
	if (err != ERR_NONE)
		return err;
	if (p.has_welcome && p.welcome.version != WIRE_VERSION) {
		err = not_welcome(a, p.welcome.version, why);
		if (err != ERR_NONE || (p.welcome.version & WELCOME_HELLO) !=
		    0)
			return err;
	}
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
		return err == ERR_NONE && p.has_reply &&
		    p.reply.id == in->asked ?
		    unstash(a, why) : err;
	}
	return one_frame(a, frame, &p, why);
}
