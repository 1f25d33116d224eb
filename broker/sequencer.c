#include "broker/sequencer.h"

#include <stdlib.h>
#include <string.h>

#include "base/fault.h"
#include "base/log.h"
#include "broker/local_answer.h"
#include "broker/state.h"

/* ---- life -------------------------------------------------------------- */

enum error_code
sequencer_create(const struct sequencer_config *c, struct sequencer **out,
    struct why *why)
{
	struct sequencer *q = calloc(1, sizeof *q);
	enum error_code e;

	*out = NULL;
	if (q == NULL)
		return ERR_NOMEM;
	q->c = *c;
	q->stops_end = &q->stops;
	q->b.touched_end = &q->b.touched;
	q->b.salt = BATCH_SALTS;
	q->owed = true;
	q->b.arena = arena_create(BATCH_ARENA);
	q->scratch = arena_create(SCRATCH_ARENA);
	e = q->b.arena == NULL || q->scratch == NULL ? ERR_NOMEM :
	    sessions_create(&q->sessions);
	if (e == ERR_NONE)
		e = told_open(q, why);
	if (e == ERR_NONE)
		e = publish_start(q, why);
	if (e == ERR_NONE)
		e = disk_start(q, why);
	if (e == ERR_NONE) {
		clocks_start(q);
		q->start_owed = true;
		e = sequencer_batch(q, NULL, 0);
	}
	if (e != ERR_NONE)
		sequencer_destroy(&q);
	*out = q;
	return e;
}

void
sequencer_destroy(struct sequencer **q)
{
	struct sequencer *p = *q;

	if (p == NULL)
		return;
	*q = NULL;
	decide_stops_free(p);
	local_answers_end(p, false);
	tiles_destroy(&p->tiles);
	sessions_destroy(&p->sessions);
	arena_destroy(&p->b.arena);
	arena_destroy(&p->scratch);
	free(p->b.entry);
	free(p);
}

const struct checkpoint *
sequencer_head(const struct sequencer *q)
{
	return &q->head;
}

const struct sequencer_status *
sequencer_status(const struct sequencer *q)
{
	return &q->status;
}

bool
sequencer_pending(const struct sequencer *q)
{
	return sessions_ready_any(q->sessions) || q->owed;
}

/* ---- one batch --------------------------------------------------------- */

static void
begin(struct sequencer *q)
{
	struct batch *b = &q->b;

	arena_reset(b->arena);
	b->open = false;
	b->first = q->head.size;
	b->n = 0;
	b->touched = NULL;
	b->touched_end = &b->touched;
	b->members_changed = false;
	b->changed = NULL;
	b->deliveries = b->again = b->asks = 0;
}

/* Forgets what was pending; the sessions are as before the batch. */
static void
forget(struct sequencer *q)
{
	struct session *x, *next;

	for (x = q->b.touched; x != NULL; x = next) {
		next = x->p.next_touched;
		x->p.touched = false;
		x->p.next_touched = NULL;
		/* what was sent is settled: then there is nothing to undo */
		session_own_settle(x, false);
		pending_reset(x);
	}
	q->b.touched = NULL;
	q->b.touched_end = &q->b.touched;
}

/* Everything up to the commit, which it includes. */
static enum error_code
decide_all(struct sequencer *q, struct job *job[], size_t n)
{
	enum error_code e = ERR_NONE;

	/* not with a time that nobody vouches for */
	if (q->start_owed && !q->clock_doubtful)
		e = write_notice(q, NOTICE_START, 0);
	if (e == ERR_NONE)
		e = tidy_owed(q);
	if (e == ERR_NONE)
		e = decide_stops(q);
	for (size_t i = 0; e == ERR_NONE && i < n; i++)
		e = decide_job(q, job[i]);
	if (e == ERR_NONE)
		e = courier_run(q);
	if (e != ERR_NONE || !q->b.open)
		return e;
	e = hello_settle(q);
	if (e == ERR_NONE && fault_point("broker-before-commit") != ERR_NONE)
		e = ERR_IO;
	return e != ERR_NONE ? e : store_commit(q->c.store);
}

/*
 * The disk is full: nothing of the batch stands.  It is done again for
 * narrowing records alone, if need be with the reserve given back.
 */
static enum error_code
decide_full(struct sequencer *q, struct job *job[], size_t n)
{
	enum error_code e = ERR_FULL;

	while (e == ERR_FULL) {
		if (q->full && !disk_release(q))
			break;
		q->full = true;
		store_abandon(q->c.store);
		forget(q);
		decide_stops_settle(q, false);
		local_answers_end(q, false);
		begin(q);
		clocks_batch(q);
		e = decide_all(q, job, n);
	}
	return e;
}

static enum error_code
refresh_members(struct sequencer *q)
{
	const struct store_member *m;
	enum error_code e = ERR_NONE;

	if (!q->b.members_changed)
		return ERR_NONE;
	for (struct changed *c = q->b.changed; e == ERR_NONE && c != NULL;
	    c = c->next) {
		if (c->id[0] == '\0') {
			e = members_load_roots(q->c.members, q->c.store);
			continue;
		}
		e = store_member(q->c.store, c->id, &m);
		if (e == ERR_NONE)
			e = members_put(q->c.members, m);
	}
	return e;
}

static enum error_code
send_all(struct sequencer *q)
{
	enum error_code e = ERR_NONE;
	struct session *x;

	tidy_beats(q);
	e = answers_run(q);
	for (x = q->b.touched; e == ERR_NONE && x != NULL;
	    x = x->p.next_touched)
		e = parcel_send(q, x);
	return e;
}

static void
show_status(struct sequencer *q)
{
	q->status.size = q->head.size;
	q->status.online = sessions_online(q->sessions);
	q->status.batches++;
	q->status.entries += q->b.n;
	q->status.full = q->full;
	q->status.clock_doubtful = q->clock_doubtful;
	q->status.last_batch_boot = clock_boot(q->c.clock);
}

static void
give_back(struct sequencer *q, struct job *job[], size_t n)
{
	for (size_t i = 0; i < n; i++)
		job_destroy(q->c.pool, &job[i]);
}

enum error_code
sequencer_batch(struct sequencer *q, struct job *job[], size_t n)
{
	enum error_code e;

	disk_look(q);
	begin(q);
	clocks_batch(q);
	e = decide_all(q, job, n);
	if (e == ERR_FULL)
		e = decide_full(q, job, n);
	if (e == ERR_NONE)
		e = publish_batch(q);
	if (e == ERR_NONE && q->b.n > 0)
		q->time = q->b.now;
	if (e == ERR_NONE)
		e = refresh_members(q);
	for (size_t i = 0; e == ERR_NONE && i < n; i++)
		job_answered(job[i]);
	if (e == ERR_NONE)
		e = send_all(q);
	if (e != ERR_NONE) {
		log_error(20, "ledger", "start the broker again: it recovers "
		    "from the disk", "a batch failed: %s", error_text(e));
		if (q->b.open)
			store_abandon(q->c.store);
	}
	decide_stops_settle(q, e == ERR_NONE);
	forget(q);
	local_answers_end(q, e == ERR_NONE);
	q->b.open = false;
	q->start_owed = q->start_owed && q->clock_doubtful;
	give_back(q, job, n);
	if (e == ERR_NONE && n < SEQUENCER_JOBS)
		e = tidy_after(q, n == 0 && q->b.n == 0);
	show_status(q);
	return e;
}

/* ---- the loop ---------------------------------------------------------- */

enum error_code
sequencer_run(struct sequencer *q)
{
	struct lane_job *taken[SEQUENCER_JOBS];
	struct job *job[SEQUENCER_JOBS];
	enum error_code e = ERR_NONE;
	size_t n;

	while (e == ERR_NONE && !lane_finished(q->c.lane)) {
		n = lane_take(q->c.lane, taken, SEQUENCER_JOBS,
		    SEQUENCER_BYTES, sequencer_pending(q) ? 0 : 1000);
		for (size_t i = 0; i < n; i++)
			job[i] = (struct job *)(void *)taken[i];
		e = sequencer_batch(q, job, n);
	}
	return e;
}
