#include "agent/notices/notices.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "agent/books.h"
#include "agent/cases/cases.h"
#include "agent/config.h"
#include "agent/notices/contacts.h"
#include "agent/notices/runner.h"
#include "agent/outgoing/unopened.h"
#include "agent/signin/workers.h"
#include "base/log.h"

enum {
	LOOK_MS = 1000,
	DUE_MAX = 16,               /* looked at in one go */
	LATER_MAX = 7,              /* doublings of a minute: two hours */
	TOO_MANY = 3,               /* failures in a row until IT hears */
	CURSOR_BYTES = 5 * 8, CURSOR_BEFORE = 4 * 8,
};

struct sending {
	struct agent *a;
	char account[64];           /* "": free */
	unsigned tries;             /* of this notice, before this one */
};

struct notices {
	uint64_t batch_next;        /* wall clock, ms; 0: not known yet */
	uint64_t look_next;         /* boot ms */
	unsigned failed;            /* in a row */
	struct sending sending[RUNNER_EACH];
};

/* How far mail, tasks, unopened copies of ours, handovers and what was taken
 * back have been looked at. */
struct cursor {
	uint64_t mail, task, unopened, handover, recalled;
};

/* ---- life -------------------------------------------------------------- */

enum error_code
notices_create(struct agent *a)
{
	struct notices *n = calloc(1, sizeof *n);

	a->notices = n;
	if (n == NULL)
		return ERR_NOMEM;
	for (unsigned i = 0; i < RUNNER_EACH; i++)
		n->sending[i].a = a;
	return ERR_NONE;
}

void
notices_destroy(struct notices **n)
{
	if (n == NULL || *n == NULL)
		return;
	for (unsigned i = 0; i < RUNNER_EACH; i++)
		runner_forget((*n)->sending[i].a->runner, &(*n)->sending[i]);
	free(*n);
	*n = NULL;
}

void
notice_text(const struct agent_config *c, const char *mail, struct buf *out)
{
	buf_printf(out, "%s\n%s\n", mail, c->notify_text);
	if (c->notify_link[0] != '\0')
		buf_printf(out, "%s\n", c->notify_link);
}

/* ---- a batch: who is owed a notice ------------------------------------- */

static uint64_t
chance(const struct agent *a)
{
	return randombytes_uniform((uint32_t)((uint64_t)
	    a->config->jitter_minutes * CLOCK_MINUTE_MS) + 1);
}

/* From now on, by chance, and not while it is quiet. */
static uint64_t
when(const struct agent *a, const struct contact *c, uint64_t now)
{
	const uint64_t due = now + chance(a);
	const uint64_t until = contact_quiet_until(c, due);

	return until != 0 ? until + chance(a) : due;
}

static enum error_code
cursor_newest(struct agent *a, struct cursor *out)
{
	struct db_stmt *st = a->sql[SQL_NOTICE_NEWEST];
	enum error_code err;
	bool row;

	err = db_step(st, &row);
	if (err == ERR_NONE && row) {
		out->mail = db_col_u64(st, 0);
		out->task = db_col_u64(st, 1);
		out->recalled = db_col_u64(st, 2);
		out->unopened = unopened_before(a);
		out->handover = clock_now(&a->clock);
	}
	db_done(st);
	return err;
}

static enum error_code
cursor_get(struct agent *a, struct cursor *out)
{
	struct buf b;
	enum error_code err;

	buf_init(&b, CURSOR_BYTES);
	err = books_get(a, "notices", &b);
	if (err == ERR_NONE && b.n != CURSOR_BYTES && b.n != CURSOR_BEFORE)
		err = ERR_FORMAT;
	if (err == ERR_NONE) {
		out->mail = get_be64(b.data);
		out->task = get_be64(b.data + 8);
		out->unopened = get_be64(b.data + 16);
		out->handover = get_be64(b.data + 24);
		/* kept by an agent that did not look at these: none is news */
		out->recalled = b.n == CURSOR_BYTES ? get_be64(b.data + 32) :
		    INT64_MAX;
	}
	buf_free(&b);
	return err;
}

static enum error_code
cursor_put(struct agent *a, const struct cursor *c)
{
	uint8_t b[CURSOR_BYTES];

	put_be64(b, c->mail);
	put_be64(b + 8, c->task);
	put_be64(b + 16, c->unopened);
	put_be64(b + 24, c->handover);
	put_be64(b + 32, c->recalled);
	return books_put(a, "notices", bytes_of(b, sizeof b));
}

/* When there are notices for the first time, what is there is no news. */
static enum error_code
cursor_first(struct agent *a)
{
	struct cursor c = { 0 };
	enum error_code err = cursor_get(a, &c);

	if (err != ERR_NOTFOUND)
		return err;
	err = cursor_newest(a, &c);
	return err == ERR_NONE ? cursor_put(a, &c) : err;
}

struct batch {
	struct agent *a;
	struct contact *list;
	size_t n;
	uint64_t now;
};

/* Is it for this one to hear of this case? */
static bool
is_concerned(const struct batch *b, const struct contact *c,
    const uint8_t case_id[static WIRE_CASE], bool introduction)
{
	const struct contact *cover;

	if (c->mail[0] == '\0' || !cases_shows(b->a, case_id, introduction,
	    c->account, c->rights))
		return false;
	cover = contact_cover(b->a, b->list, b->n, c, case_id, introduction);
	return cover == NULL || cover->mail[0] == '\0';
}

/* Something came in this case: for all who may see it and are not away. */
static void
concern(struct batch *b, const uint8_t case_id[static WIRE_CASE],
    bool introduction, unsigned rights)
{
	for (size_t i = 0; i < b->n; i++) {
		struct contact *c = &b->list[i];

		if (c->due == 0 && (c->rights & rights) != 0 &&
		    is_concerned(b, c, case_id, introduction))
			c->due = when(b->a, c, b->now);
	}
}

/* Rows (case, introduction) of what came after `after`. */
static enum error_code
concern_rows(struct batch *b, enum agent_sql sql, uint64_t after,
    unsigned rights)
{
	struct db_stmt *st = b->a->sql[sql];
	uint8_t case_id[WIRE_CASE];
	enum error_code err;
	bool row;

	db_bind_u64(st, 1, after);
	while ((err = db_step(st, &row)) == ERR_NONE && row) {
		err = db_col_fixed(st, 0, case_id, WIRE_CASE);
		if (err != ERR_NONE)
			break;
		concern(b, case_id, db_col_i64(st, 1) != 0, rights);
	}
	db_done(st);
	return err;
}

static enum error_code
concern_unopened(void *ctx, const struct unopened *u)
{
	concern(ctx, u->case_id, false, ~(unsigned)RIGHT_IT);
	return ERR_NONE;
}

/* Work that was handed over: its recipient, if the case may be seen. */
static enum error_code
concern_handovers(struct batch *b, uint64_t after)
{
	struct db_stmt *st = b->a->sql[SQL_HANDOVER_SINCE];
	char account[64];
	enum error_code err;
	bool row;

	db_bind_u64(st, 1, after);
	while ((err = db_step(st, &row)) == ERR_NONE && row) {
		const struct bytes kase = db_col_blob(st, 1);

		err = db_col_str(st, 0, account, sizeof account);
		if (err != ERR_NONE)
			break;
		for (size_t i = 0; i < b->n; i++) {
			struct contact *c = &b->list[i];

			if (c->due == 0 && c->mail[0] != '\0' &&
			    strcmp(c->account, account) == 0 &&
			    (kase.n != WIRE_CASE || cases_shows(b->a,
			    kase.data, false, account, c->rights)))
				c->due = when(b->a, c, b->now);
		}
	}
	db_done(st);
	return err;
}

static enum error_code
keep_due(struct agent *a, const struct batch *b)
{
	enum error_code err = ERR_NONE;

	for (size_t i = 0; i < b->n && err == ERR_NONE; i++)
		if (b->list[i].due != 0 && b->list[i].tries == 0)
			err = contacts_due(a, b->list[i].account,
			    b->list[i].due, 0);
	return err;
}

static enum error_code
gather(struct agent *a, struct batch *b)
{
	struct cursor newest = { 0 }, from = { 0 };
	enum error_code err = cursor_newest(a, &newest);

	if (err == ERR_NONE)
		err = cursor_get(a, &from);
	if (err == ERR_NONE)
		err = contacts_load(a, &b->list, &b->n);
	if (err == ERR_NONE)
		err = concern_rows(b, SQL_NOTICE_MAIL, from.mail,
		    ~(unsigned)RIGHT_IT);
	if (err == ERR_NONE)
		err = concern_rows(b, SQL_NOTICE_TASK, from.task,
		    RIGHT_ADVOCATE | RIGHT_LEAD);
	if (err == ERR_NONE)
		err = concern_rows(b, SQL_NOTICE_RECALLED, from.recalled,
		    ~(unsigned)RIGHT_IT);
	if (err == ERR_NONE)
		err = unopened_list(a, from.unopened, concern_unopened, b);
	if (err == ERR_NONE)
		err = concern_handovers(b, from.handover);
	if (err == ERR_NONE)
		err = keep_due(a, b);
	if (err == ERR_NONE)
		err = cursor_put(a, &newest);
	contacts_free(&b->list, b->n);
	return err;
}

/* In a transaction of its own: the work at a batch's end, or the first. */
static void
look(struct agent *a, uint64_t now, bool over)
{
	struct batch b = { .a = a, .now = now };
	enum error_code err = agent_begin(a);

	if (err == ERR_NONE)
		err = agent_end(a, over ? gather(a, &b) : cursor_first(a));
	if (err != ERR_NONE)
		log_error(75, "notices", "check the disk",
		    "who is to be told could not be found out: %s",
		    error_text(err));
}

/*
 * Batches lie on a fixed grid, so that when they are says nothing.  A clock
 * that is put back only begins the batch again.
 */
static void
batch(struct agent *a, uint64_t now)
{
	struct notices *n = a->notices;
	const uint64_t grid = (uint64_t)a->config->batch_minutes *
	    CLOCK_MINUTE_MS;
	const uint64_t next = now - now % grid + grid;

	if (n->batch_next == 0 || now >= n->batch_next)
		look(a, now, n->batch_next != 0);
	if (n->batch_next == 0 || now >= n->batch_next ||
	    n->batch_next > next)
		n->batch_next = next;
}

/* ---- sending ----------------------------------------------------------- */

static void
keep(struct agent *a, const char *account, uint64_t due, unsigned tries)
{
	if (contacts_due(a, account, due, tries) != ERR_NONE)
		log_error(75, "notices", "check the disk",
		    "what became of one could not be kept");
}

static void
failed(struct notices *n, enum error_code err, int status)
{
	if (++n->failed % TOO_MANY != 0)
		return;
	log_error(75, "notices", "look at [notify] in agent.conf",
	    err == ERR_NONE ? "the command ended with status %d" :
	    err == ERR_BUSY ? "the command took too long (%d)" :
	    err == ERR_NOTFOUND ? "the command cannot be run (%d)" :
	    "the command was ended by a signal (%d)", status);
}

static void
sent(void *ctx, enum error_code err, int status)
{
	struct sending *s = ctx;
	struct agent *a = s->a;
	const unsigned tries = s->tries;
	char account[sizeof s->account];

	memcpy(account, s->account, sizeof account);
	s->account[0] = '\0';
	if (err == ERR_NONE && status == 0) {
		a->notices->failed = 0;
		keep(a, account, 0, 0);
		return;
	}
	failed(a->notices, err, status);
	keep(a, account, clock_now(&a->clock) + (CLOCK_MINUTE_MS <<
	    (tries < LATER_MAX ? tries : LATER_MAX)), tries + 1);
}

/* A free place, unless one to this account is under way. */
static struct sending *
place(struct notices *n, const char *account)
{
	struct sending *found = NULL;

	for (unsigned i = 0; i < RUNNER_EACH; i++) {
		if (strcmp(n->sending[i].account, account) == 0)
			return NULL;
		if (n->sending[i].account[0] == '\0')
			found = &n->sending[i];
	}
	return found;
}

static void
start(struct agent *a, const struct contact *c)
{
	struct sending *s = place(a->notices, c->account);
	struct buf text;
	enum error_code err;

	if (s == NULL)
		return;
	buf_init(&text, RUNNER_INPUT_MAX);
	notice_text(a->config, c->mail, &text);
	err = buf_ok(&text) ? runner_start(a->runner, RUNNER_NOTIFY,
	    buf_view(&text), sent, s) : ERR_NOMEM;
	buf_free(&text);
	if (err == ERR_NONE) {
		memcpy(s->account, c->account, sizeof s->account);
		s->tries = c->tries;
	}                               /* else in the next turn */
}

static void
send_one(struct agent *a, const char *account, uint64_t now)
{
	struct contact c;
	uint64_t until;
	enum error_code err = contacts_get(a, account, &c);

	if (err == ERR_NOTFOUND || (err == ERR_NONE && c.mail[0] == '\0')) {
		keep(a, account, 0, 0);     /* has left, or wants none */
		return;
	}
	if (err != ERR_NONE)
		return;
	until = contact_quiet_until(&c, now);
	if (until != 0)
		keep(a, account, until + chance(a), c.tries);
	else
		start(a, &c);
	sodium_memzero(&c, sizeof c);
}

static void
send_due(struct agent *a, uint64_t now)
{
	struct db_stmt *st = a->sql[SQL_NOTICE_DUE];
	char account[DUE_MAX][64];
	unsigned n = 0;
	bool row;

	db_bind_u64(st, 1, now);
	while (n < DUE_MAX && db_step(st, &row) == ERR_NONE && row)
		if (db_col_str(st, 0, account[n], sizeof account[n]) ==
		    ERR_NONE)
			n++;
	db_done(st);
	for (unsigned i = 0; i < n; i++)
		send_one(a, account[i], now);
}

void
notices_turn(struct agent *a)
{
	const uint64_t boot = clock_boot(&a->clock);
	const uint64_t now = clock_now(&a->clock);

	if (boot < a->notices->look_next ||
	    !runner_has(a->runner, RUNNER_NOTIFY))
		return;
	a->notices->look_next = boot + LOOK_MS;
	batch(a, now);
	send_due(a, now);
}
