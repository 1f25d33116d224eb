#include "agent/notices/events.h"

#include <string.h>

#include "agent/books.h"

enum { LOOK_MS = 1000 };

const char *
event_name(int64_t kind)
{
	switch (kind) {
#define X(id, number, name) case number: return name;
	EVENT_KINDS(X)
#undef X
	default:
		return "unknown";
	}
}

/* ---- writing ------------------------------------------------------------- */

static enum error_code
put(struct agent *a, enum event_kind kind, const struct mail *m,
    const uint8_t *case_id)
{
	struct db_stmt *st = a->sql[SQL_EVENT_PUT];
	enum error_code err = agent_begin(a);

	if (err != ERR_NONE)
		return err;
	db_bind_u64(st, 1, clock_now(&a->clock));
	db_bind_i64(st, 2, (int64_t)kind);
	if (m != NULL)
		db_bind_u64(st, 3, m->idx);
	else
		db_bind_null(st, 3);
	if (case_id != NULL)
		db_bind_blob(st, 4, case_id, WIRE_CASE);
	else
		db_bind_null(st, 4);
	return agent_end(a, db_run(st));
}

enum error_code
event_put(struct agent *a, enum event_kind kind, const uint8_t *case_id)
{
	return put(a, kind, NULL, case_id);
}

/* ---- what a message turned out to be --------------------------------------- */

static bool
was_told(struct agent *a, enum event_kind kind, uint64_t idx)
{
	struct db_stmt *st = a->sql[SQL_EVENT_HAS];
	bool any = false;
	enum error_code err;

	db_bind_u64(st, 1, idx);
	db_bind_i64(st, 2, (int64_t)kind);
	err = db_step(st, &any);
	db_done(st);
	return err != ERR_NONE || any;
}

static enum event_kind
told_by(const struct agent *a, const struct content *c)
{
	switch (c->kind) {
	case CONTENT_QUESTION:
		return EVENT_QUESTION_WAITING;
	case CONTENT_CORRECTION:
		return EVENT_ITEM_CORRECTED;
	case CONTENT_TASK:
		return strcmp(c->u.task.owner, a->member) == 0 ?
		    EVENT_TASK_ASSIGNED : EVENT_NONE;
	default:
		return EVENT_NONE;
	}
}

void
event_opened(struct agent *a, const struct mail *m, const struct content *c)
{
	const enum event_kind kind = told_by(a, c);

	/* one that cannot be written now is tried at the next reading */
	if (kind != EVENT_NONE && !was_told(a, kind, m->idx))
		(void)put(a, kind, m, m->case_id);
}

/* ---- how the agent is --------------------------------------------------------- */

static enum event_kind
state_now(const struct agent *a)
{
	const uint64_t now = clock_now(&a->clock);

	if (a->identity == NULL)
		return EVENT_AGENT_LOCKED;
	if (a->offline_since == 0)
		return EVENT_AGENT_ONLINE;
	return now > a->offline_since &&
	    now - a->offline_since >= EVENT_OFFLINE_MS ?
	    EVENT_AGENT_OFFLINE : EVENT_NONE;
}

/* What was told last, over restarts. */
static enum event_kind
state_told(struct agent *a)
{
	enum event_kind kind = EVENT_NONE;
	struct buf b;

	buf_init(&b, 1);
	if (books_get(a, "events-state", &b) == ERR_NONE && b.n == 1)
		kind = (enum event_kind)b.data[0];
	buf_free(&b);
	return kind;
}

static enum error_code
tell_state(struct agent *a, enum event_kind kind)
{
	const uint8_t one = (uint8_t)kind;
	enum error_code err = agent_begin(a);

	if (err != ERR_NONE)
		return err;
	err = event_put(a, kind, NULL);
	if (err == ERR_NONE)
		err = books_put(a, "events-state", bytes_of(&one, 1));
	return agent_end(a, err);
}

void
events_turn(struct agent *a)
{
	const uint64_t boot = clock_boot(&a->clock);
	const enum event_kind now = state_now(a);

	if (boot < a->events_next)
		return;
	a->events_next = boot + LOOK_MS;
	if (a->events_state == EVENT_NONE)
		a->events_state = state_told(a);
	if (now != EVENT_NONE && now != (enum event_kind)a->events_state &&
	    tell_state(a, now) == ERR_NONE)
		a->events_state = now;
	if (a->identity != NULL)
		event_days_turn(a);
}
