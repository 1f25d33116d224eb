#include "agent/outgoing.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/link.h"
#include "base/log.h"
#include "store/facts.h"

enum {
	GATHER = 64,                /* records of one bundle */
	QUEUE = 4096,               /* known to be waiting, in memory */
	WAITS = 512,
	FRAME_ROOM = 2048,          /* what Up costs beside its items */
	RECHECK_MS = 2000,          /* older than this: rules again first */
};

/* Composed, not signed yet. */
struct gathered {
	struct record record;
	uint8_t stamp[WIRE_STAMP];
	uint8_t case_id[WIRE_CASE];
	bool has_case, has_share, has_about, has_consent;
	char recipient[WIRE_ID_MAX + 1];
	uint8_t share[32], about[16];
	uint8_t consent_sig[WIRE_SIG];
	struct bytes ciphertext;
};

/* Durable, waiting for its outcome. */
struct waiting {
	uint64_t seq, composed, not_before;    /* not_before: boot ms */
	uint8_t stamp[WIRE_STAMP];
	enum wire_kind kind;
	bool sent, ever_sent;
};

struct wait {
	uint8_t stamp[WIRE_STAMP];
	uint64_t deadline;
	outgoing_done *done;
	void *ctx;
};

struct outgoing {
	struct gathered gathered[GATHER];
	unsigned n_gathered;
	struct arena *arena;            /* of what is gathered */
	struct waiting *queue;          /* in order of seq */
	unsigned n_queue;
	bool more;                      /* on disk, beyond the queue */
	unsigned in_flight, credit;
	bool connected;
	uint64_t next_id;
	struct wait wait[WAITS];
	unsigned n_wait;
	bool settled;                   /* an outcome came since the last look */
	struct buf frame;
};

enum error_code
outgoing_create(struct outgoing **out)
{
	struct outgoing *o = calloc(1, sizeof *o);

	*out = NULL;
	if (o == NULL)
		return ERR_NOMEM;
	buf_init(&o->frame, WIRE_UP_MAX);
	o->arena = arena_create(16 * 1024 * 1024);
	o->queue = calloc(QUEUE, sizeof *o->queue);
	if (o->arena == NULL || o->queue == NULL) {
		outgoing_destroy(&o);
		return ERR_NOMEM;
	}
	*out = o;
	return ERR_NONE;
}

void
outgoing_destroy(struct outgoing **o)
{
	if (o == NULL || *o == NULL)
		return;
	arena_destroy(&(*o)->arena);
	buf_free(&(*o)->frame);
	free((*o)->queue);
	sodium_memzero(*o, sizeof **o);
	free(*o);
	*o = NULL;
}

void
outgoing_head(struct agent *a, struct body *b)
{
	uint8_t random[10];

	randombytes_buf(random, sizeof random);
	stamp_make(agent_now(a), random, b->stamp);
	memset(&b->cite, 0, sizeof b->cite);
	if (a->head.size > 0) {
		b->cite.size = a->head.size;
		memcpy(b->cite.root, a->head.root.b, WIRE_HASH);
		memcpy(b->cite.signature, a->head.signature, WIRE_SIG);
	}
	b->cite.news = a->news;
	memcpy(b->cite.news_hash, a->news_hash.b, WIRE_HASH);
}

/* ---- gathering ------------------------------------------------------------ */

static const char *
recipient_of(const struct body *b)
{
	return b->kind == KIND_SUBMISSION ? b->u.submission.recipient : "";
}

static enum error_code
set_signers(struct agent *a, const struct body *b,
    const struct out_extra *x, struct record *r)
{
	r->kind = b->kind;
	if (x == NULL || x->consent_key == NULL) {
		memcpy(r->signer, a->member, sizeof a->member);
		return ERR_NONE;
	}
	strcpy(r->signer, "case:");
	hex_encode(r->signer + 5, b->case_id, WIRE_CASE);
	memcpy(r->cosigner, a->member, sizeof a->member);
	r->has_key = true;
	memcpy(r->key, x->consent_key, WIRE_KEY);
	return ERR_NONE;
}

enum error_code
outgoing_record_bytes(struct agent *a, const struct body *b, struct buf *out)
{
	const struct out_extra x = { .consent_key = (const uint8_t[32]){ 0 } };
	struct record r = { 0 };
	struct buf body;
	enum error_code err;

	buf_init(&body, WIRE_BODY_MAX);
	err = wire_body_encode(b, &body);
	if (err == ERR_NONE)
		err = set_signers(a, b, &x, &r);
	if (err == ERR_NONE) {
		r.body = buf_view(&body);
		record_bytes(a->partnership, &r, out);
		err = buf_ok(out) ? ERR_NONE : ERR_NOMEM;
	}
	buf_free(&body);
	return err;
}

static bool
keep(struct arena *arena, struct bytes in, struct bytes *out)
{
	out->data = arena_dup(arena, in.data, in.n);
	out->n = in.n;
	return out->data != NULL;
}

static enum error_code
gather(struct outgoing *o, struct agent *a, const struct body *b,
    const struct out_extra *x, struct bytes body)
{
	struct gathered *g = &o->gathered[o->n_gathered];

	memset(g, 0, sizeof *g);
	memcpy(g->stamp, b->stamp, WIRE_STAMP);
	g->has_case = b->has_case;
	memcpy(g->case_id, b->case_id, WIRE_CASE);
	memcpy(g->recipient, recipient_of(b), strlen(recipient_of(b)) + 1);
	if (!keep(o->arena, body, &g->record.body))
		return ERR_NOMEM;
	if (x != NULL && x->ciphertext.n > 0 &&
	    !keep(o->arena, x->ciphertext, &g->ciphertext))
		return ERR_NOMEM;
	if (x != NULL && x->share != NULL) {
		g->has_share = true;
		memcpy(g->share, x->share, sizeof g->share);
	}
	if (x != NULL && x->about != NULL) {
		g->has_about = true;
		memcpy(g->about, x->about, sizeof g->about);
	}
	if (x != NULL && x->consent_sig != NULL) {
		g->has_consent = true;
		memcpy(g->consent_sig, x->consent_sig, WIRE_SIG);
	}
	o->n_gathered++;
	return set_signers(a, b, x, &g->record);
}

enum error_code
outgoing_put(struct agent *a, const struct body *b,
    const struct out_extra *extra, struct why *why)
{
	struct outgoing *o = a->outgoing;
	struct buf body;
	enum error_code err;

	if (o == NULL || a->identity == NULL)
		return ERR_LOCKED;
	if (o->n_gathered == GATHER) {
		err = outgoing_seal(a);
		if (err != ERR_NONE)
			return err;
	}
	buf_init(&body, WIRE_BODY_MAX);
	err = wire_body_encode(b, &body);
	if (err == ERR_NONE)
		err = gather(o, a, b, extra, buf_view(&body));
	else
		why_set(why, "a %s record cannot be written: %s",
		    wire_kind_name(b->kind), error_text(err));
	buf_free(&body);
	return err;
}

/* ---- signing and keeping ----------------------------------------------------- */

static void
random_fill(void *ctx, uint8_t *out, size_t n)
{
	(void)ctx;
	randombytes_buf(out, n);
}

/* A consent-signed record: her signature is there, ours is the second. */
static enum error_code
sign_alone(struct agent *a, struct gathered *g)
{
	struct record *r = &g->record;

	r->index = 0;
	r->n = 1;
	r->path = bytes_of(NULL, 0);
	if (g->has_consent)
		memcpy(r->signature, g->consent_sig, WIRE_SIG);
	return record_cosign(a->identity->sign.secret, a->partnership, r);
}

static enum error_code
sign_gathered(struct agent *a)
{
	struct outgoing *o = a->outgoing;
	struct record *bundle[GATHER];
	enum error_code err = ERR_NONE;
	unsigned n = 0;

	for (unsigned i = 0; i < o->n_gathered && err == ERR_NONE; i++) {
		struct gathered *g = &o->gathered[i];

		if (record_alone(&g->record))
			err = sign_alone(a, g);
		else
			bundle[n++] = &g->record;
	}
	if (err == ERR_NONE && n > 0)
		err = bundle_sign(a->identity->sign.secret, a->partnership,
		    bundle, n, random_fill, NULL, o->arena);
	return err;
}

static void
bind_opt(struct db_stmt *st, int i, bool have, const void *data, size_t n)
{
	if (have)
		db_bind_blob(st, i, data, n);
	else
		db_bind_null(st, i);
}

/* The queue's place for a record just stored; a full queue leaves it on disk. */
static void
enqueue(struct outgoing *o, uint64_t seq, uint64_t composed,
    const uint8_t stamp[static WIRE_STAMP], enum wire_kind kind)
{
	struct waiting *w;

	if (o->n_queue == QUEUE || o->more) {
		o->more = true;
		return;
	}
	w = &o->queue[o->n_queue++];
	*w = (struct waiting){ .seq = seq, .composed = composed,
	    .kind = kind };
	memcpy(w->stamp, stamp, WIRE_STAMP);
}

static enum error_code
store_gathered(struct agent *a, struct gathered *g, uint64_t now)
{
	struct db_stmt *st = a->sql[SQL_OUT_INSERT];
	struct buf wire;
	enum error_code err;

	buf_init(&wire, WIRE_RECORD_MAX);
	err = wire_record_encode(&g->record, &wire);
	if (err != ERR_NONE)
		goto out;
	db_bind_blob(st, 1, g->stamp, WIRE_STAMP);
	db_bind_i64(st, 2, g->record.kind);
	db_bind_blob(st, 3, wire.data, wire.n);
	bind_opt(st, 4, g->has_share, g->share, sizeof g->share);
	bind_opt(st, 5, g->ciphertext.n > 0, g->ciphertext.data,
	    g->ciphertext.n);
	bind_opt(st, 6, g->has_case, g->case_id, WIRE_CASE);
	db_bind_text(st, 7, g->recipient);
	bind_opt(st, 8, g->has_about, g->about, sizeof g->about);
	db_bind_u64(st, 9, now);
	err = db_run(st);
	if (err == ERR_NONE)
		enqueue(a->outgoing, (uint64_t)db_last_row(a->db), now,
		    g->stamp, g->record.kind);
out:
	buf_free(&wire);
	return err;
}

enum error_code
outgoing_seal(struct agent *a)
{
	struct outgoing *o = a->outgoing;
	const unsigned queued = o != NULL ? o->n_queue : 0;
	enum error_code err;

	if (o == NULL || o->n_gathered == 0)
		return ERR_NONE;
	err = agent_begin(a);
	if (err != ERR_NONE)
		return err;
	err = sign_gathered(a);
	for (unsigned i = 0; i < o->n_gathered && err == ERR_NONE; i++)
		err = store_gathered(a, &o->gathered[i], agent_now(a));
	err = agent_end(a, err);
	if (err != ERR_NONE)
		o->n_queue = queued;
	sodium_memzero(o->gathered, o->n_gathered * sizeof o->gathered[0]);
	o->n_gathered = 0;
	arena_reset(o->arena);
	return err;
}

/* ---- sending ------------------------------------------------------------------ */

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
			enqueue(o, db_col_u64(st, 0), db_col_u64(st, 3), stamp,
			    (enum wire_kind)db_col_i64(st, 2));
		if (err != ERR_NONE || o->more)
			break;
	}
	db_done(st);
	return err;
}

/* Our own rules again, for what waited: consent may have ended since. */
static enum rule
recheck(struct agent *a, const struct record *r)
{
	struct arena *arena = arena_create(64 * 1024);
	const struct wire_submission *m;
	struct facts_room room;
	struct facts f;
	struct body b;
	enum rule rule = RULE_ADMIT;

	if (arena != NULL &&
	    wire_body_decode(arena, r, &b, NULL) == ERR_NONE) {
		m = &b.u.submission;
		if (facts_for_sending(a->slice, agent_now(a), b.case_id,
		    r->signer, m->recipient,
		    (const uint8_t (*)[WIRE_LABEL])m->label, m->n_label,
		    m->expires, &room, &f) == ERR_NONE)
			rule = rules_decide(&f).rule;
	}
	arena_destroy(&arena);
	return rule;
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
	err = keep(arena, db_col_blob(st, 0), &record) &&
	    keep(arena, db_col_blob(st, 2), &ciphertext) ? ERR_NONE : ERR_NOMEM;
	item->has_share = !db_col_null(st, 1);
	if (err == ERR_NONE && item->has_share)
		err = db_col_fixed(st, 1, item->share, sizeof item->share);
	*skip = db_col_i64(st, 3) != OUT_SEALED;
	db_done(st);
	if (err != ERR_NONE || *skip)
		return err;
	item->record.wire = record;
	item->ciphertext = ciphertext;
	if (w->kind != KIND_SUBMISSION || w->ever_sent ||
	    agent_now(a) - w->composed < RECHECK_MS)
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

static bool
may_go(const struct outgoing *o, const struct waiting *w, uint64_t boot)
{
	if (w->sent || w->not_before > boot)
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
	if (wire_up_encode(&up, &o->frame) != ERR_NONE)
		return false;
	return link_send(a->link, buf_view(&o->frame)) == ERR_NONE;
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
	size_t size = FRAME_ROOM;
	unsigned n = 0;
	bool full = false;

	for (unsigned i = 0; arena != NULL && i < o->n_queue && !full; i++) {
		struct waiting *w = &o->queue[i];
		bool skip;

		if (!may_go(o, w, boot) || n == WIRE_ITEMS_MAX)
			continue;
		if (load_item(a, w, arena, &item[n], &skip) != ERR_NONE)
			break;
		w->sent = true;
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
	return n > 0 && (full || n == WIRE_ITEMS_MAX);
}

void
outgoing_push(struct agent *a)
{
	struct outgoing *o = a->outgoing;

	if (o == NULL || !o->connected || a->link == NULL)
		return;
	if (o->more && o->n_queue < QUEUE / 2)
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

/* ---- outcomes ------------------------------------------------------------------- */

static struct waiting *
find_waiting(struct outgoing *o, const uint8_t stamp[static WIRE_STAMP])
{
	for (unsigned i = 0; i < o->n_queue; i++)
		if (memcmp(o->queue[i].stamp, stamp, WIRE_STAMP) == 0)
			return &o->queue[i];
	return NULL;
}

static void
dequeue(struct outgoing *o, const uint8_t stamp[static WIRE_STAMP])
{
	struct waiting *w = find_waiting(o, stamp);
	size_t after;

	o->settled = true;
	if (w == NULL)
		return;
	if (w->sent && o->in_flight > 0)
		o->in_flight--;
	after = (size_t)(o->queue + o->n_queue - (w + 1));
	memmove(w, w + 1, after * sizeof *w);
	o->n_queue--;
}

enum error_code
outgoing_admitted(struct agent *a, const uint8_t stamp[static WIRE_STAMP],
    uint64_t index, uint64_t time)
{
	struct db_stmt *st = a->sql[SQL_OUT_ADMITTED];

	dequeue(a->outgoing, stamp);
	db_bind_u64(st, 1, index);
	db_bind_u64(st, 2, time);
	db_bind_blob(st, 3, stamp, WIRE_STAMP);
	return db_run(st);
}

enum error_code
outgoing_refused(struct agent *a, const uint8_t stamp[static WIRE_STAMP],
    enum rule rule)
{
	struct db_stmt *st = a->sql[SQL_OUT_REFUSED];

	dequeue(a->outgoing, stamp);
	db_bind_i64(st, 1, rule);
	db_bind_blob(st, 2, stamp, WIRE_STAMP);
	return db_run(st);
}

void
outgoing_busy(struct agent *a, const uint8_t stamp[static WIRE_STAMP],
    uint32_t after_ms)
{
	struct outgoing *o = a->outgoing;
	struct waiting *w = find_waiting(o, stamp);

	if (w == NULL)
		return;
	if (w->sent && o->in_flight > 0)
		o->in_flight--;
	w->sent = false;
	w->not_before = clock_boot(&a->clock) + after_ms;
}

enum error_code
outgoing_told(struct agent *a, const struct wire_told *told)
{
	static const enum out_state state[] = {
		[TOLD_DELIVERED] = OUT_DELIVERED, [TOLD_OPENED] = OUT_OPENED,
		[TOLD_DROPPED] = OUT_DROPPED, [TOLD_REJECTED] = OUT_REJECTED,
	};
	struct db_stmt *st = a->sql[SQL_OUT_TOLD];

	if (told->what < TOLD_DELIVERED || told->what > TOLD_REJECTED)
		return ERR_FORMAT;
	db_bind_i64(st, 1, state[told->what]);
	db_bind_u64(st, 2, told->time);
	db_bind_text(st, 3, told->role);
	db_bind_i64(st, 4, told->why);
	db_bind_u64(st, 5, told->message);
	return db_run(st);
}

static enum error_code
by_stamp(struct agent *a, const uint8_t stamp[static WIRE_STAMP],
    struct db_stmt **out)
{
	struct db_stmt *st = a->sql[SQL_OUT_BY_STAMP];
	enum error_code err;
	bool row;

	db_bind_blob(st, 1, stamp, WIRE_STAMP);
	err = db_step(st, &row);
	if (err == ERR_NONE && !row)
		err = ERR_NOTFOUND;
	*out = st;
	return err;
}

enum error_code
outgoing_record(struct agent *a, const uint8_t stamp[static WIRE_STAMP],
    struct buf *out, enum wire_kind *kind)
{
	struct db_stmt *st;
	struct bytes record;
	enum error_code err = by_stamp(a, stamp, &st);

	if (err != ERR_NONE)
		return err;
	*kind = (enum wire_kind)db_col_i64(st, 0);
	record = db_col_blob(st, 1);
	buf_put(out, record.data, record.n);
	db_done(st);
	return buf_ok(out) ? ERR_NONE : ERR_NOMEM;
}

enum error_code
outgoing_outcome(struct agent *a, const uint8_t stamp[static WIRE_STAMP],
    struct out_outcome *out)
{
	struct db_stmt *st;
	enum error_code err = by_stamp(a, stamp, &st);

	if (err != ERR_NONE)
		return err;
	memset(out, 0, sizeof *out);
	memcpy(out->stamp, stamp, WIRE_STAMP);
	out->kind = (enum wire_kind)db_col_i64(st, 0);
	out->state = (enum out_state)db_col_i64(st, 2);
	out->rule = (enum rule)db_col_i64(st, 3);
	out->index = db_col_u64(st, 4);
	out->time = db_col_u64(st, 5);
	db_done(st);
	return ERR_NONE;
}

/* ---- waits ------------------------------------------------------------------------ */

enum error_code
outgoing_wait(struct agent *a, const uint8_t stamp[static WIRE_STAMP],
    uint64_t deadline_boot, outgoing_done *done, void *ctx)
{
	struct outgoing *o = a->outgoing;
	struct wait *w;

	if (o->n_wait == WAITS)
		return ERR_BUSY;
	w = &o->wait[o->n_wait++];
	memcpy(w->stamp, stamp, WIRE_STAMP);
	w->deadline = deadline_boot;
	w->done = done;
	w->ctx = ctx;
	o->settled = true;          /* it may be settled already */
	return ERR_NONE;
}

void
outgoing_forget(struct agent *a, void *ctx)
{
	struct outgoing *o = a->outgoing;
	unsigned n = 0;

	if (o == NULL)
		return;
	for (unsigned i = 0; i < o->n_wait; i++)
		if (o->wait[i].ctx != ctx)
			o->wait[n++] = o->wait[i];
	o->n_wait = n;
}

/* Has this wait its outcome, or no time left?  What to tell in `out`. */
static bool
due(struct agent *a, const struct wait *w, uint64_t boot, bool look,
    struct out_outcome *out)
{
	memset(out, 0, sizeof *out);
	memcpy(out->stamp, w->stamp, WIRE_STAMP);
	out->state = OUT_SEALED;
	if (look && outgoing_outcome(a, w->stamp, out) == ERR_NONE &&
	    out->state != OUT_SEALED)
		return true;
	return boot >= w->deadline;
}

void
outgoing_settle(struct agent *a)
{
	struct outgoing *o = a->outgoing;
	const uint64_t boot = clock_boot(&a->clock);
	struct out_outcome outcome;
	bool look;

	if (o == NULL || o->n_wait == 0)
		return;
	look = o->settled;
	o->settled = false;
	for (unsigned i = 0; i < o->n_wait;) {
		struct wait w = o->wait[i];

		if (!due(a, &w, boot, look, &outcome)) {
			i++;
			continue;
		}
		o->wait[i] = o->wait[--o->n_wait];
		w.done(a, &outcome, w.ctx);     /* may add waits */
	}
}
