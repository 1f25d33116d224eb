/* What became of records, and those who wait to hear it. */
#include <string.h>

#include "agent/outgoing/part.h"

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

	if (o->n_wait == OUTGOING_WAITS)
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

void
outgoing_release(struct agent *a)
{
	struct outgoing *o = a->outgoing;

	for (unsigned i = o != NULL ? o->n_wait : 0; i > 0; i--) {
		const struct wait w = o->wait[--o->n_wait];
		struct out_outcome outcome;

		(void)due(a, &w, UINT64_MAX, true, &outcome);
		w.done(a, &outcome, w.ctx);
	}
}
