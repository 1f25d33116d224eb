/*
 * Status lines to senders: delivered, opened, dropped, rejected.  The broker
 * asserts them, nothing proves them (PROTOCOL 5 "Who sees a body").  Those of
 * a sender that is away are kept, beside the store in the same file and the
 * same transactions, until it has been told.
 */
#include <string.h>

#include "broker/state.h"
#include "store/db.h"

static const char ddl[] =
    "CREATE TABLE told (n INTEGER PRIMARY KEY, member TEXT NOT NULL, "
    "message INTEGER NOT NULL, what INTEGER NOT NULL, "
    "time INTEGER NOT NULL, role TEXT NOT NULL, why INTEGER NOT NULL);"
    "CREATE INDEX told_member ON told (member, n);";

enum { TOLD_VERSION = 1, TOLD_STEP = 512 };

enum error_code
told_open(struct sequencer *q, struct why *why)
{
	struct db *db = q->c.db;
	enum error_code e;

	if (db == NULL)
		return ERR_NONE;
	e = db_schema(db, "told", TOLD_VERSION, ddl, why);
	if (e == ERR_NONE)
		e = db_prepare(db, "INSERT INTO told (member, message, what, "
		    "time, role, why) VALUES ($1, $2, $3, $4, $5, $6)",
		    &q->told_add);
	if (e == ERR_NONE)
		e = db_prepare(db, "SELECT n, message, what, time, role, why "
		    "FROM told WHERE member = $1 AND n > $2 ORDER BY n "
		    "LIMIT $3", &q->told_get);
	if (e == ERR_NONE)
		e = db_prepare(db, "DELETE FROM told WHERE member = $1 AND "
		    "n <= $2", &q->told_del);
	return e;
}

static enum error_code
pend(struct sequencer *q, struct session *x, const struct wire_told *t)
{
	struct pending_told *p = arena_zalloc(q->b.arena, sizeof *p);

	if (p == NULL)
		return ERR_NOMEM;
	p->t = *t;
	*x->p.told_end = p;
	x->p.told_end = &p->next;
	courier_touch(q, x);
	return ERR_NONE;
}

enum error_code
told_put(struct sequencer *q, const char *member, const struct wire_told *t)
{
	struct session *x = sessions_find(q->sessions, member);

	if (x != NULL && x->number != 0)
		return pend(q, x, t);
	if (q->c.db == NULL)
		return ERR_NONE;
	db_bind_text(q->told_add, 1, member);
	db_bind_u64(q->told_add, 2, t->message);
	db_bind_u64(q->told_add, 3, t->what);
	db_bind_u64(q->told_add, 4, t->time);
	db_bind_text(q->told_add, 5, t->role);
	db_bind_u64(q->told_add, 6, t->why);
	return db_run(q->told_add);
}

enum error_code
told_fetch(struct sequencer *q, struct session *x)
{
	struct wire_told t = { 0 };
	enum error_code e;
	bool row = true;

	x->told_upto = 0;
	if (q->c.db == NULL)
		return ERR_NONE;
	db_bind_text(q->told_get, 1, x->member);
	db_bind_u64(q->told_get, 2, 0);
	db_bind_u64(q->told_get, 3, TOLD_STEP);
	while ((e = db_step(q->told_get, &row)) == ERR_NONE && row) {
		x->told_upto = db_col_u64(q->told_get, 0);
		t.message = db_col_u64(q->told_get, 1);
		t.what = (uint32_t)db_col_u64(q->told_get, 2);
		t.time = db_col_u64(q->told_get, 3);
		e = db_col_str(q->told_get, 4, t.role, sizeof t.role);
		t.why = (uint32_t)db_col_u64(q->told_get, 5);
		if (e == ERR_NONE)
			e = pend(q, x, &t);
		if (e != ERR_NONE)
			break;
	}
	db_done(q->told_get);
	return e;
}

enum error_code
told_forget(struct sequencer *q, struct session *x)
{
	enum error_code e;

	if (q->c.db == NULL)
		return ERR_NONE;
	db_bind_text(q->told_del, 1, x->member);
	db_bind_u64(q->told_del, 2, x->told_upto);
	e = db_run(q->told_del);
	if (e == ERR_NONE)
		x->told_upto = 0;
	return e;
}
