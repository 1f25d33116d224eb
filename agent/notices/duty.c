#include "agent/notices/duty.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "agent/cases/cases.h"
#include "agent/config.h"
#include "agent/notices/contacts.h"
#include "agent/intake/mailbox.h"
#include "agent/notices/runner.h"
#include "agent/signin/workers.h"
#include "base/log.h"

enum {
	LOOK_MS = 1000,
	CAUSES_MAX = 256,           /* looked after at a time */
	SOON_MS = 60 * 1000,        /* the next person, when a call failed */
};

/* Something that waits. */
struct cause {
	enum duty_kind kind;
	uint64_t ref;
	uint8_t case_id[WIRE_CASE];
	bool introduction;
};

/* How far the calls for it are. */
struct calls {
	uint64_t step;              /* calls made */
	uint64_t next;              /* ms */
	bool acknowledged;
};

struct calling {
	struct agent *a;
	bool busy;
	enum duty_kind kind;
	uint64_t ref;
};

struct duty {
	uint64_t look_next;         /* boot ms */
	uint64_t own_list;          /* its command without a number, ms */
	struct calling calling[RUNNER_EACH];
	struct cause cause[CAUSES_MAX];
	unsigned n;
};

/* ---- life -------------------------------------------------------------- */

enum error_code
duty_create(struct agent *a)
{
	struct duty *d = calloc(1, sizeof *d);

	a->duty = d;
	if (d == NULL)
		return ERR_NOMEM;
	for (unsigned i = 0; i < RUNNER_EACH; i++)
		d->calling[i].a = a;
	return ERR_NONE;
}

void
duty_destroy(struct duty **d)
{
	if (d == NULL || *d == NULL)
		return;
	for (unsigned i = 0; i < RUNNER_EACH; i++)
		runner_forget((*d)->calling[i].a->runner, &(*d)->calling[i]);
	free(*d);
	*d = NULL;
}

/* ---- rows -------------------------------------------------------------- */

static enum error_code
calls_get(struct agent *a, enum duty_kind kind, uint64_t ref,
    struct calls *out)
{
	struct db_stmt *st = a->sql[SQL_DUTY_GET];
	enum error_code err;
	bool row;

	db_bind_i64(st, 1, kind);
	db_bind_u64(st, 2, ref);
	err = db_step(st, &row);
	if (err == ERR_NONE && !row)
		return ERR_NOTFOUND;
	if (err == ERR_NONE) {
		out->step = db_col_u64(st, 0);
		out->next = db_col_u64(st, 1);
		out->acknowledged = !db_col_null(st, 2);
	}
	db_done(st);
	return err;
}

static enum error_code
calls_put(struct agent *a, const struct cause *c, const struct calls *calls)
{
	struct db_stmt *st = a->sql[SQL_DUTY_PUT];
	enum error_code err = agent_begin(a);

	if (err != ERR_NONE)
		return err;
	db_bind_i64(st, 1, c->kind);
	db_bind_u64(st, 2, c->ref);
	db_bind_u64(st, 3, calls->step);
	db_bind_u64(st, 4, calls->next);
	return agent_end(a, db_run(st));
}

enum error_code
duty_acknowledge(struct agent *a, enum duty_kind kind, uint64_t ref,
    const char *account)
{
	struct db_stmt *st = a->sql[SQL_DUTY_ACKNOWLEDGE];
	struct calls calls;
	enum error_code err = calls_get(a, kind, ref, &calls);

	if (err == ERR_NONE)
		err = agent_begin(a);
	if (err != ERR_NONE)
		return err;
	db_bind_text(st, 1, account);
	db_bind_i64(st, 2, kind);
	db_bind_u64(st, 3, ref);
	return agent_end(a, db_run(st));
}

enum error_code
duty_acknowledged(struct agent *a, enum duty_kind kind, uint64_t ref,
    char account[static 64])
{
	struct db_stmt *st = a->sql[SQL_DUTY_GET];
	enum error_code err;
	bool row;

	db_bind_i64(st, 1, kind);
	db_bind_u64(st, 2, ref);
	err = db_step(st, &row);
	if (err == ERR_NONE && (!row || db_col_null(st, 2)))
		err = ERR_NOTFOUND;
	if (err == ERR_NONE)
		err = db_col_str(st, 2, account, 64);
	db_done(st);
	return err;
}

/* ---- what waits -------------------------------------------------------- */

static enum error_code
add_mail(void *ctx, const struct mail *m)
{
	struct duty *d = ctx;
	struct cause *c = &d->cause[d->n];

	if (d->n == CAUSES_MAX)
		return ERR_NONE;
	*c = (struct cause){ .kind = DUTY_MAIL, .ref = m->idx,
	    .introduction = m->introduction };
	memcpy(c->case_id, m->case_id, WIRE_CASE);
	d->n++;
	return ERR_NONE;
}

static enum error_code
add_tasks(struct agent *a)
{
	struct db_stmt *st = a->sql[SQL_DUTY_TASKS];
	struct duty *d = a->duty;
	enum error_code err = ERR_NONE;
	bool row;

	db_bind_i64(st, 1, TASK_FORCED);
	while (d->n < CAUSES_MAX && (err = db_step(st, &row)) == ERR_NONE &&
	    row) {
		struct cause *c = &d->cause[d->n];

		*c = (struct cause){ .kind = DUTY_TASK,
		    .ref = db_col_u64(st, 0) };
		err = db_col_fixed(st, 1, c->case_id, WIRE_CASE);
		if (err != ERR_NONE)
			break;
		d->n++;
	}
	db_done(st);
	return err;
}

/* ---- whom to call ------------------------------------------------------ */

static bool
may_know(struct agent *a, const struct cause *c, const struct contact *who)
{
	return cases_shows(a, c->case_id, c->introduction, who->account,
	    who->rights) && (c->kind == DUTY_MAIL ||
	    (who->rights & (RIGHT_ADVOCATE | RIGHT_LEAD)) != 0);
}

/*
 * Who is called for the i-th: that person, or who covers, unless that one
 * has a place of the same list; NULL: nobody.
 */
static const struct contact *
callee(struct agent *a, const struct cause *c, const struct contact *list,
    size_t n, size_t i)
{
	const struct contact *cover;

	if (list[i].duty == 0 || !may_know(a, c, &list[i]))
		return NULL;
	cover = contact_cover(a, list, n, &list[i], c->case_id,
	    c->introduction);
	if (cover == NULL || !may_know(a, c, cover))
		return &list[i];
	return cover->duty == 0 ? cover : NULL;
}

/* The person of this step, round and round the list; false: nobody is on
 * it who may know. */
static bool
next_person(struct agent *a, const struct cause *c, uint64_t step,
    struct contact *out)
{
	struct contact *list;
	size_t n, may = 0;
	uint64_t left;

	if (contacts_load(a, &list, &n) != ERR_NONE)
		return false;
	for (size_t i = 0; i < n; i++)
		may += callee(a, c, list, n, i) != NULL;
	left = may > 0 ? step % may : 0;
	for (size_t i = 0; may > 0 && i < n; i++) {
		const struct contact *who = callee(a, c, list, n, i);

		if (who == NULL || left-- > 0)
			continue;
		*out = *who;
		break;
	}
	contacts_free(&list, n);
	return may > 0;
}

/* ---- calling ----------------------------------------------------------- */

static void
trouble(const char *why, int status)
{
	log_error(77, "duty", "telephone who is on duty; then look at [alert] "
	    "in agent.conf", "%s (%d)", why, status);
}

/* It did not get through: the next person soon. */
static void
called(void *ctx, enum error_code err, int status)
{
	struct calling *k = ctx;
	struct agent *a = k->a;
	const uint64_t soon = clock_now(&a->clock) + SOON_MS;
	const struct cause c = { .kind = k->kind, .ref = k->ref };
	struct calls calls;

	k->busy = false;
	if (err == ERR_NONE && status == 0)
		return;
	trouble(err == ERR_NONE ? "the duty command failed" :
	    err == ERR_BUSY ? "the duty command took too long" :
	    err == ERR_NOTFOUND ? "the duty command cannot be run" :
	    "the duty command was ended by a signal", status);
	if (calls_get(a, c.kind, c.ref, &calls) != ERR_NONE ||
	    calls.next <= soon)
		return;
	calls.next = soon;
	if (calls_put(a, &c, &calls) != ERR_NONE)
		trouble("the store could not be written", 0);
}

static struct calling *
place(struct duty *d)
{
	for (unsigned i = 0; i < RUNNER_EACH; i++)
		if (!d->calling[i].busy)
			return &d->calling[i];
	return NULL;
}

/* Runs the command; ERR_BUSY: in the next turn. */
static enum error_code
run(struct agent *a, const struct cause *c, uint64_t step,
    const char *number)
{
	struct calling *k = place(a->duty);
	struct buf text;
	enum error_code err;

	if (k == NULL)
		return ERR_BUSY;
	buf_init(&text, RUNNER_INPUT_MAX);
	buf_printf(&text, "%" PRIu64 "\n%s\n%s\n", step + 1, number,
	    a->config->notify_text);
	err = buf_ok(&text) ? runner_start(a->runner, RUNNER_DUTY,
	    buf_view(&text), called, k) : ERR_NOMEM;
	buf_free(&text);
	if (err == ERR_NONE) {
		k->busy = true;
		k->kind = c->kind;
		k->ref = c->ref;
	}
	return err;
}

static uint64_t
patience(const struct agent *a)
{
	return (uint64_t)a->config->duty_escalate_minutes * CLOCK_MINUTE_MS;
}

/*
 * One step.  Who was called within the last quarter of an hour, for
 * something else, knows that something waits: no second call, which would
 * only say how much.
 */
static enum error_code
step(struct agent *a, const struct cause *c, struct calls *calls,
    uint64_t now)
{
	const uint64_t wait = patience(a);
	struct contact who = { .account = "" };
	const bool listed = next_person(a, c, calls->step, &who);
	const uint64_t last = listed ? who.called : a->duty->own_list;
	enum error_code err = ERR_NONE;

	if (last != 0 && last <= now && now - last < wait) {
		calls->next = last + wait;
	} else {
		err = run(a, c, calls->step, who.phone);
		calls->next = now + wait;
		if (err == ERR_NONE && listed)
			err = contacts_called(a, who.account, now);
		else if (err == ERR_NONE)
			a->duty->own_list = now;
	}
	sodium_memzero(&who, sizeof who);
	calls->step++;
	return err == ERR_NONE ? calls_put(a, c, calls) : err;
}

static void
look_after(struct agent *a, const struct cause *c, uint64_t now)
{
	struct calls calls = { .step = 0 };
	enum error_code err = calls_get(a, c->kind, c->ref, &calls);
	const bool fresh = err == ERR_NOTFOUND;

	if (fresh)
		err = ERR_NONE;
	/* a next further off than a step was set by another clock */
	if (err == ERR_NONE && (calls.acknowledged || (now < calls.next &&
	    calls.next - now <= patience(a))))
		return;
	if (err == ERR_NONE && runner_has(a->runner, RUNNER_DUTY))
		err = step(a, c, &calls, now);
	else if (err == ERR_NONE && fresh) {
		if (c->kind == DUTY_MAIL)   /* a stop has said it already */
			cases_wake_somebody();
		calls.next = now;       /* once there is a command */
		err = calls_put(a, c, &calls);
	}
	if (err != ERR_NONE && err != ERR_BUSY)
		trouble(error_text(err), 0);
}

void
duty_turn(struct agent *a)
{
	const uint64_t boot = clock_boot(&a->clock);
	const uint64_t now = clock_now(&a->clock);
	struct duty *d = a->duty;
	enum error_code err;

	if (boot < d->look_next)
		return;
	d->look_next = boot + LOOK_MS;
	d->n = 0;
	err = mailbox_urgent(a, CAUSES_MAX, add_mail, d);
	if (err == ERR_NONE)
		err = add_tasks(a);
	if (err != ERR_NONE)
		trouble(error_text(err), 0);
	for (unsigned i = 0; i < d->n; i++)
		look_after(a, &d->cause[i], now);
}
