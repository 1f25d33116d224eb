/* From the queue to the broker, within its credit. */
#include <sodium.h>
#include <string.h>

#include "agent/outgoing/part.h"
#include "base/fault.h"
#include "base/link.h"
#include "base/log.h"
#include "store/facts.h"

enum {
	FRAME_ROOM = 2048,          /* what Up costs beside its items */
	RECHECK_MS = 2000,          /* older than this: rules again first */
};

static enum error_code
load_queue(struct agent *a)
{
	struct outgoing *o = a->outgoing;
	struct db_stmt *st = a->sql[SQL_OUT_OPEN];
	enum error_code err;
	bool row;

	db_bind_u64(st, 1, o->n_queue > 0 ? o->queue[o->n_queue - 1].seq : 0);
	o->more = false;
	while ((err = db_step(st, &row)) == ERR_NONE && row) {
		uint8_t stamp[WIRE_STAMP];

		err = db_col_fixed(st, 1, stamp, WIRE_STAMP);
		if (err == ERR_NONE)
			outgoing_enqueue(o, db_col_u64(st, 0), db_col_u64(st, 3), stamp,
			    (enum wire_kind)db_col_i64(st, 2));
		if (err != ERR_NONE || o->more)
			break;
	}
	db_done(st);
	return err;
}

void
outgoing_abandon(struct agent *a)
{
	struct outgoing *o = a->outgoing;

	if (o == NULL)
		return;
	sodium_memzero(o->gathered, sizeof o->gathered);
	o->n_gathered = 0;
	arena_reset(o->arena);
	/* it may name rows that are gone, or lack what is back */
	o->n_queue = 0;
	o->in_flight = 0;
	if (load_queue(a) != ERR_NONE)
		o->more = true;         /* with the next push */
}

static enum rule
recheck_submission(struct agent *a, const char *signer, const struct body *b)
{
	const struct wire_submission *m = &b->u.submission;
	struct facts_room room;
	struct facts f;

	if (facts_for_sending(a->slice, agent_now(a), b->case_id, signer,
	    m->recipient, (const uint8_t (*)[WIRE_LABEL])m->label, m->n_label,
	    m->expires, &room, &f) != ERR_NONE)
		return RULE_ADMIT;
	return rules_decide(&f).rule;
}

/* Not one of its messages can be read any more. */
static enum rule
recheck_opening(struct agent *a, const struct body *b)
{
	const struct wire_opening *o = &b->u.opening;
	enum rule rule = RULE_NO_GRANT;
	struct store_message m;
	struct facts_room room;
	struct facts f;

	for (unsigned i = 0; i < o->n; i++) {
		if (store_message(a->slice, o->message[i], &m) != ERR_NONE)
			continue;
		if (facts_for_reading(a->slice, agent_now(a), &m, &room,
		    &f) != ERR_NONE)
			return RULE_ADMIT;
		rule = rules_decide(&f).rule;
		if (rule == RULE_ADMIT || rule == RULE_NOT_CHECKED)
			return RULE_ADMIT;
	}
	return rule;
}

/* Our own rules again, for what waited: consent may have ended since. */
static enum rule
recheck(struct agent *a, const struct record *r)
{
	struct arena *arena = arena_create(64 * 1024);
	enum rule rule = RULE_ADMIT;
	struct body b;

	if (arena != NULL && wire_body_decode(arena, r, &b, NULL) == ERR_NONE)
		rule = b.kind == KIND_SUBMISSION ?
		    recheck_submission(a, r->signer, &b) :
		    recheck_opening(a, &b);
	arena_destroy(&arena);
	return rule;
}

/*
 * What discloses and has waited.  A submission that may have arrived stays
 * until the broker answers; an opening that did is of no use any more.
 */
static bool
wants_recheck(struct agent *a, const struct waiting *w)
{
	if (agent_now(a) - w->composed < RECHECK_MS)
		return false;
	return w->kind == KIND_OPENING ||
	    (w->kind == KIND_SUBMISSION && !w->ever_sent);
}

static enum error_code
stop_it(struct agent *a, struct waiting *w, enum rule rule)
{
	struct db_stmt *st = a->sql[SQL_OUT_STOPPED];

	db_bind_i64(st, 1, rule_shown_as(rule));
	db_bind_u64(st, 2, w->seq);
	a->outgoing->settled = true;
	return db_run(st);
}

/* The item of a queued record, views into `arena`; *skip: nothing to send. */
static enum error_code
load_item(struct agent *a, struct waiting *w, struct arena *arena,
    struct wire_item *item, bool *skip)
{
	struct db_stmt *st = a->sql[SQL_OUT_ITEM];
	struct record checked;
	struct bytes record, ciphertext = { NULL, 0 };
	enum error_code err;
	enum rule rule;
	bool row;

	*skip = true;
	db_bind_u64(st, 1, w->seq);
	err = db_step(st, &row);
	if (err != ERR_NONE || !row)
		return err;
	memset(item, 0, sizeof *item);
	err = outgoing_keep(arena, db_col_blob(st, 0), &record) &&
	    outgoing_keep(arena, db_col_blob(st, 2), &ciphertext) ?
	    ERR_NONE : ERR_NOMEM;
	item->has_share = !db_col_null(st, 1);
	if (err == ERR_NONE && item->has_share)
		err = db_col_fixed(st, 1, item->share, sizeof item->share);
	*skip = db_col_i64(st, 3) != OUT_SEALED;
	db_done(st);
	if (err != ERR_NONE || *skip)
		return err;
	item->record.kind = w->kind;
	item->record.wire = record;
	item->ciphertext = ciphertext;
	if (!wants_recheck(a, w))
		return ERR_NONE;
	err = wire_record_decode(arena, record, &checked, NULL);
	if (err != ERR_NONE)
		return err;
	rule = recheck(a, &checked);
	if (rule == RULE_ADMIT)
		return ERR_NONE;
	*skip = true;
	return stop_it(a, w, rule);
}

static size_t
item_size(const struct wire_item *item)
{
	return item->record.wire.n + item->ciphertext.n + 64;
}

/* What leaves, and what opens, needs permissions confirmed lately. */
static bool
may_go(const struct outgoing *o, const struct waiting *w, uint64_t boot,
    bool fresh)
{
	if (w->sent || w->not_before > boot)
		return false;
	if (!fresh && (w->kind == KIND_SUBMISSION || w->kind == KIND_OPENING))
		return false;
	/* what narrows waits for nobody's credit */
	return wire_kind_narrowing(w->kind) || o->in_flight < o->credit;
}

static bool
send_frame(struct agent *a, struct wire_item *item, unsigned n)
{
	struct outgoing *o = a->outgoing;
	const struct up up = { .id = ++o->next_id, .item = item,
	    .n_item = n };

	buf_clear(&o->frame);
	if (wire_up_encode(&up, &o->frame) != ERR_NONE) {
		log_error(30, "outbox", "report this", "a record cannot be put "
		    "into a frame");
		return false;
	}
	if (fault_point("agent-before-send") != ERR_NONE)
		return false;
	return link_send(a->link, buf_view(&o->frame)) == ERR_NONE &&
	    fault_point("agent-after-send") == ERR_NONE;
}

/* What will never go leaves the queue. */
static void
drop_done(struct outgoing *o)
{
	unsigned n = 0;

	for (unsigned i = 0; i < o->n_queue; i++)
		if (!o->queue[i].done)
			o->queue[n++] = o->queue[i];
	o->n_queue = n;
}

/* One frame of what may go; true when there may be more. */
static bool
push_frame(struct agent *a)
{
	struct outgoing *o = a->outgoing;
	struct arena *arena = arena_create(1024 * 1024);
	struct wire_item item[WIRE_ITEMS_MAX];
	struct waiting *gone[WIRE_ITEMS_MAX];
	const uint64_t boot = clock_boot(&a->clock);
	const bool fresh = agent_trouble(a) == TROUBLE_NONE;
	size_t size = FRAME_ROOM;
	unsigned n = 0;
	bool full = false;

	for (unsigned i = 0; arena != NULL && i < o->n_queue && !full; i++) {
		struct waiting *w = &o->queue[i];
		bool skip;

		if (!may_go(o, w, boot, fresh) || n == WIRE_ITEMS_MAX)
			continue;
		if (load_item(a, w, arena, &item[n], &skip) != ERR_NONE)
			break;
		w->done = skip;
		if (skip)
			continue;
		full = size + item_size(&item[n]) > WIRE_UP_MAX;
		w->sent = !full;
		if (full)
			break;
		size += item_size(&item[n]);
		gone[n++] = w;
		o->in_flight++;
	}
	if (n > 0 && !send_frame(a, item, n)) {
		for (unsigned i = 0; i < n; i++)
			gone[i]->sent = false;
		o->in_flight -= n;
		full = false;
		n = 0;
	}
	for (unsigned i = 0; i < n; i++)
		gone[i]->ever_sent = true;
	arena_destroy(&arena);
	drop_done(o);
	return n > 0 && (full || n == WIRE_ITEMS_MAX);
}

void
outgoing_push(struct agent *a)
{
	struct outgoing *o = a->outgoing;

	if (o == NULL || !o->connected || a->link == NULL)
		return;
	if (o->more && o->n_queue < OUTGOING_QUEUE / 2)
		(void)load_queue(a);
	while (push_frame(a))
		continue;
}

enum error_code
outgoing_connected(struct agent *a, unsigned credit)
{
	struct outgoing *o = a->outgoing;

	o->connected = true;
	o->credit = credit;
	o->in_flight = 0;
	o->n_queue = 0;
	return load_queue(a);
}

void
outgoing_disconnected(struct agent *a)
{
	if (a->outgoing != NULL)
		a->outgoing->connected = false;
}
