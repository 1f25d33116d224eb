/*
 * What is owed without anybody asking: `ended` entries after a freeze,
 * notices 24 h after a stop, `dropped` for mail whose time is over,
 * statements, and the store's housekeeping.
 */
#include "base/log.h"
#include "broker/state.h"
#include "store/db.h"

enum {
	OWED_STEP = 8,              /* cases or notices in one batch */
	STALE_STEP = 64,
	STALE_MS = 5000,            /* between looks for mail to drop */
	OWED_MS = 1000,
	TIDY_IDLE_MS = 1000, TIDY_MS = 5000,
	TIDY_ROWS = 512,
	BEATS_STEP = 256,
};

static enum error_code
owed_ended(struct sequencer *q, bool *any)
{
	uint8_t id[WIRE_CASE];
	enum error_code e;
	uint64_t before;

	e = store_owed_ended(q->c.store, id, any);
	if (e != ERR_NONE || !*any)
		return e;
	before = q->b.n;
	e = facts_owed_ended(q->c.store, id, write_any, q);
	/* nothing written would mean asking for the same case for ever */
	if (e == ERR_NONE && q->b.n == before)
		*any = false;
	return e;
}

static enum error_code
owed_notice(struct sequencer *q, bool *any)
{
	enum error_code e;
	uint64_t stop;

	e = store_owed_notice(q->c.store, q->b.now, &stop, any);
	if (e != ERR_NONE || !*any)
		return e;
	return write_notice(q, NOTICE_STOP_DAY, stop);
}

struct stale {
	uint64_t idx[STALE_STEP];
	unsigned n;
};

static enum error_code
stale_add(void *ctx, uint64_t idx)
{
	struct stale *s = ctx;

	if (s->n < STALE_STEP)
		s->idx[s->n++] = idx;
	return ERR_NONE;
}

/* The rules decide; the store only knows where to look. */
static enum error_code
drop_stale(struct sequencer *q)
{
	struct stale s = { .n = 0 };
	struct store_message m;
	struct facts_room room;
	struct verdict v;
	struct facts f;
	enum error_code e;

	/* the store forgets where it has looked, so it needs a transaction */
	e = write_open(q);
	if (e == ERR_NONE)
		e = store_stale(q->c.store, q->b.now, STALE_STEP, stale_add,
		    &s);
	for (unsigned i = 0; e == ERR_NONE && i < s.n; i++) {
		e = store_message(q->c.store, s.idx[i], &m);
		if (e == ERR_NONE)
			e = facts_for_delivery(q->c.store, q->b.now, &m,
			    &room, &f);
		if (e != ERR_NONE)
			break;
		v = rules_decide(&f);
		if (v.rule == RULE_ADMIT || rule_waits(v.rule))
			continue;
		e = write_dropped(q, &m, v.rule == RULE_MESSAGE_OVER ||
		    v.rule == RULE_EXPIRED ? DROP_EXPIRED :
		    v.rule == RULE_RECALLED ? DROP_RECALLED : DROP_RULE);
	}
	return e;
}

/*
 * `ended` entries come in batches after that of the stop, so that its answer
 * does not tell right from wrong: a batch that wrote a stop writes none.
 */
enum error_code
tidy_owed(struct sequencer *q)
{
	uint64_t boot = clock_boot(q->c.clock);
	enum error_code e = ERR_NONE;
	bool any = true;

	if (q->b.n > 0 || (!q->owed && boot - q->owed_boot < OWED_MS))
		return ERR_NONE;
	q->owed_boot = boot;
	q->owed = false;
	for (unsigned i = 0; e == ERR_NONE && any && i < OWED_STEP; i++)
		e = owed_ended(q, &any);
	q->owed = any;
	any = true;
	for (unsigned i = 0; e == ERR_NONE && any && i < OWED_STEP; i++)
		e = owed_notice(q, &any);
	if (e == ERR_NONE && boot - q->stale_boot >= STALE_MS) {
		q->stale_boot = boot;
		e = drop_stale(q);
	}
	return e;
}

void
tidy_beats(struct sequencer *q)
{
	uint64_t boot = clock_boot(q->c.clock);
	struct session *x = sessions_beat_first(q->sessions);

	for (unsigned i = 0; x != NULL && i < BEATS_STEP;
	    i++, x = x->beat_next) {
		if (boot - x->statement_boot < SEQUENCER_BEAT_MS)
			break;
		x->p.statement = true;
		courier_touch(q, x);
	}
}

enum error_code
tidy_after(struct sequencer *q, bool idle)
{
	uint64_t boot = clock_boot(q->c.clock);
	enum error_code e = ERR_NONE;

	if (boot - q->tidied_boot >= (idle ? TIDY_IDLE_MS : TIDY_MS)) {
		q->tidied_boot = boot;
		e = store_begin(q->c.store);
		if (e == ERR_NONE)
			e = store_tidy(q->c.store, q->b.now, TIDY_ROWS);
		if (e == ERR_NONE)
			e = hello_settle(q);
		if (e == ERR_NONE)
			e = store_commit(q->c.store);
	}
	if (e == ERR_NONE && q->c.db != NULL)
		e = db_checkpoint(q->c.db, idle);
	return e;
}
