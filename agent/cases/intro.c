/*
 * Introductions that wait until their permission is in effect.
 */
#include <stdlib.h>
#include <string.h>

#include "agent/books.h"
#include "agent/cases/part.h"
#include "agent/outgoing/compose.h"
#include "base/log.h"

enum { BATCH = 32, RETRY_MS = 5 * 1000, ROW_MAX = WIRE_CASE + WIRE_ID_MAX };

struct due {
	uint8_t case_id[WIRE_CASE];
	char recipient[WIRE_ID_MAX + 1];
	struct worker worker;           /* its account only */
	struct content content;
};

static struct bytes
row_key(const uint8_t case_id[static WIRE_CASE], const char *recipient,
    uint8_t room[static ROW_MAX])
{
	size_t n = strlen(recipient);

	memcpy(room, case_id, WIRE_CASE);
	memcpy(room + WIRE_CASE, recipient, n);
	return bytes_of(room, WIRE_CASE + n);
}

static enum error_code
put(struct agent *a, const char *account,
    const uint8_t case_id[static WIRE_CASE], const char *recipient,
    struct bytes plain)
{
	struct db_stmt *st = a->sql[SQL_INTRO_PUT];
	uint8_t room[ROW_MAX];
	struct buf sealed;
	enum error_code err;

	buf_init(&sealed, CONTENT_MAX + 64);
	err = books_seal(a, "intro_due", row_key(case_id, recipient, room),
	    plain, &sealed);
	if (err == ERR_NONE) {
		db_bind_blob(st, 1, case_id, WIRE_CASE);
		db_bind_text(st, 2, recipient);
		db_bind_text(st, 3, account);
		db_bind_blob(st, 4, sealed.data, sealed.n);
		err = db_run(st);
	}
	buf_free(&sealed);
	return err;
}

enum error_code
cases_introduce(struct agent *a, const char *account,
    const uint8_t case_id[static WIRE_CASE], const char *recipient,
    const struct content *c)
{
	struct buf plain;
	enum error_code err;

	if (c->kind != CONTENT_INTRODUCTION ||
	    strlen(recipient) > WIRE_ID_MAX)
		return ERR_FORMAT;
	buf_init(&plain, CONTENT_MAX);
	err = content_store(c, &plain);
	if (err == ERR_NONE)
		err = agent_begin(a);
	if (err == ERR_NONE)
		err = agent_end(a, put(a, account, case_id, recipient,
		    buf_view(&plain)));
	buf_free(&plain);
	a->cases_next = 0;
	return err;
}

/* The next one that is due; ERR_NOTFOUND. */
static enum error_code
next_due(struct agent *a, uint64_t now, struct due *d)
{
	struct db_stmt *st = a->sql[SQL_INTRO_DUE];
	uint8_t room[ROW_MAX];
	struct buf plain;
	enum error_code err;
	bool row;

	memset(d, 0, sizeof *d);
	db_bind_u64(st, 1, now);
	err = db_step(st, &row);
	if (err != ERR_NONE)
		return err;
	if (!row)
		return ERR_NOTFOUND;
	buf_init(&plain, CONTENT_MAX);
	err = db_col_fixed(st, 0, d->case_id, WIRE_CASE);
	if (err == ERR_NONE)
		err = db_col_str(st, 1, d->recipient, sizeof d->recipient);
	if (err == ERR_NONE)
		err = db_col_str(st, 2, d->worker.account,
		    sizeof d->worker.account);
	if (err == ERR_NONE)
		err = books_open(a, "intro_due", row_key(d->case_id,
		    d->recipient, room), db_col_blob(st, 3), &plain);
	db_done(st);
	if (err == ERR_NONE)
		err = content_load(&d->content, buf_view(&plain), NULL);
	buf_free(&plain);
	return err;
}

static enum error_code
done(struct agent *a, const struct due *d)
{
	struct db_stmt *st = a->sql[SQL_INTRO_DONE];

	db_bind_blob(st, 1, d->case_id, WIRE_CASE);
	db_bind_text(st, 2, d->recipient);
	return db_run(st);
}

static enum error_code
later(struct agent *a, const struct due *d, uint64_t next)
{
	struct db_stmt *st = a->sql[SQL_INTRO_NEXT];

	db_bind_u64(st, 1, next);
	db_bind_blob(st, 2, d->case_id, WIRE_CASE);
	db_bind_text(st, 3, d->recipient);
	return db_run(st);
}

enum error_code
intro_now(struct agent *a, const uint8_t case_id[static WIRE_CASE],
    const char *recipient)
{
	struct db_stmt *st = a->sql[SQL_INTRO_NOW];

	db_bind_blob(st, 1, case_id, WIRE_CASE);
	db_bind_text(st, 2, recipient);
	return db_run(st);
}

static bool
over(struct agent *a, const uint8_t case_id[static WIRE_CASE])
{
	struct store_case c;

	return store_case(a->slice, case_id, &c) == ERR_NONE &&
	    c.state == CASE_CLOSED;
}

static enum error_code
try_one(struct agent *a, const struct due *d, uint64_t now)
{
	struct copy copy = { .state = COPY_REFUSED };
	struct refusal no;
	enum error_code err = ERR_NONE;

	if (over(a, d->case_id))
		return done(a, d);
	strcpy(copy.member, d->recipient);
	/* looked at first: what is refused would be kept as ours each time */
	err = compose_preview(a, &d->worker, d->case_id, &d->content, &copy,
	    1, NULL);
	if (err == ERR_NONE && copy.state != COPY_REFUSED)
		err = compose_send(a, &d->worker, d->case_id, &d->content,
		    &copy, 1, &no, NULL);
	if (err == ERR_NONE && copy.state != COPY_REFUSED)
		return done(a, d);
	return later(a, d, now + RETRY_MS);
}

void
intro_turn(struct agent *a, uint64_t now)
{
	struct due *d;
	enum error_code err = ERR_NONE;

	if (a->trouble != TROUBLE_NONE || (d = malloc(sizeof *d)) == NULL)
		return;
	for (unsigned i = 0; i < BATCH && err == ERR_NONE &&
	    next_due(a, now, d) == ERR_NONE; i++) {
		err = agent_begin(a);
		if (err == ERR_NONE)
			err = agent_end(a, try_one(a, d, now));
		content_wipe(&d->content);
	}
	if (err != ERR_NONE)
		log_warning(66, "introduction", "check the disk",
		    "could not be sent: %s", error_text(err));
	free(d);
}
