/*
 * What news of a case sets off here.
 */
#include <sodium.h>
#include <string.h>

#include "agent/books.h"
#include "agent/cases/part.h"
#include "agent/intake/intake.h"
#include "agent/keyring.h"
#include "agent/notices/events.h"
#include "agent/signin/workers.h"
#include "base/log.h"
#include "keys/phrase.h"

enum {
	TURN_MS = 5 * 1000,
	ASK_MS = 30 * 1000,
	PHRASES_MAX = 16,
	WAITING_MAX = 64,
};

/* ---- entries kept for the statement ------------------------------------ */

static bool
case_of(const struct entry *e, const uint8_t **case_id)
{
	switch (e->kind) {
	case ENTRY_RECORD:
	case ENTRY_OPENED:
	case ENTRY_REFUSED:
		*case_id = e->b.case_id;
		return e->b.has_case;
	case ENTRY_FROZEN:
		*case_id = e->u.frozen.case_id;
		return e->u.frozen.has_case;
	case ENTRY_ENDED:
		*case_id = e->u.ended.case_id;
		return true;
	default:
		return false;
	}
}

static enum error_code
keep_entry(struct agent *a, const struct entry *e,
    const uint8_t case_id[static WIRE_CASE])
{
	struct db_stmt *st = a->sql[SQL_ENTRY_PUT];

	db_bind_u64(st, 1, e->index);
	db_bind_blob(st, 2, case_id, WIRE_CASE);
	db_bind_blob(st, 3, e->body.data, e->body.n);
	return db_run(st);
}

/* ---- stops ------------------------------------------------------------- */

void
cases_wake_somebody(void)
{
	log_error(63, "task", "call the advocate on duty: wayleave cases",
	    "something waits that cannot wait");
}

struct spent_of {
	const uint8_t *case_id;
	bool spent;
};

static enum error_code
look_spent(void *ctx, const uint8_t case_id[static WIRE_CASE], bool spent)
{
	struct spent_of *s = ctx;

	if (memcmp(case_id, s->case_id, WIRE_CASE) == 0)
		s->spent = spent;
	return ERR_NONE;
}

struct met {
	uint8_t case_id[WIRE_CASE];
	bool forced;
};

/* Our cases that ever had this phrase, and whether it says: forced. */
static enum error_code
phrase_met(struct agent *a, const uint8_t hash[static WIRE_HASH],
    struct met *out, unsigned *n)
{
	struct db_stmt *st = a->sql[SQL_PHRASE_BY_HASH];
	enum error_code err = ERR_NONE;
	bool row;

	*n = 0;
	db_bind_blob(st, 1, hash, WIRE_HASH);
	while (*n < PHRASES_MAX && (err = db_step(st, &row)) == ERR_NONE &&
	    row) {
		struct met *m = &out[(*n)++];
		struct buf plain;

		buf_init(&plain, 8);
		err = db_col_fixed(st, 0, m->case_id, WIRE_CASE);
		if (err == ERR_NONE)
			err = books_open(a, "phrase", bytes_of(hash,
			    WIRE_HASH), db_col_blob(st, 1), &plain);
		m->forced = err == ERR_NONE && plain.n == 1 &&
		    plain.data[0] == 1;
		buf_free(&plain);
		if (err != ERR_NONE)
			break;
	}
	db_done(st);
	return err;
}

static enum error_code
stop_news(struct agent *a, const struct entry *e)
{
	struct met met[PHRASES_MAX];
	uint8_t hash[WIRE_HASH];
	enum error_code err;
	unsigned n;

	phrase_token_hash(e->b.u.stop.token, hash);
	err = phrase_met(a, hash, met, &n);
	for (unsigned i = 0; i < n && err == ERR_NONE; i++) {
		struct spent_of s = { .case_id = met[i].case_id };
		enum cases_task task;

		err = store_phrase(a->slice, hash, look_spent, &s);
		task = met[i].forced ? TASK_FORCED :
		    s.spent ? TASK_SPENT : TASK_STOPPED;
		if (err == ERR_NONE || err == ERR_NOTFOUND)
			err = cases_task(a, met[i].case_id, e->time, task);
		cases_wake_somebody();
	}
	return err;
}

/*
 * Usually the `stop` came before it and made a task.  Frozen by a phrase that
 * had been said before it was ours: nobody here can tell which, so the worse
 * one is taken.
 */
static enum error_code
frozen_news(struct agent *a, const struct entry *e)
{
	const struct wire_frozen *z = &e->u.frozen;
	uint64_t at;

	if (!z->has_case || !cases_ours(a, z->case_id))
		return ERR_NONE;
	if (store_stop_time(a->slice, z->stop, &at) == ERR_NONE)
		return ERR_NONE;
	cases_wake_somebody();
	return cases_task(a, z->case_id, e->time, TASK_FORCED);
}

/* ---- grants and keys --------------------------------------------------- */

static bool
is_end(const struct agent *a, const char *sender, const char *recipient)
{
	return strcmp(sender, a->member) == 0 ||
	    strcmp(recipient, a->member) == 0;
}

static enum error_code
grant_news(struct agent *a, const struct entry *e, bool ours)
{
	const struct wire_grant *g = &e->b.u.grant;
	uint64_t no;
	enum error_code err;

	if (!ours && !is_end(a, g->sender, g->recipient))
		return ERR_NONE;
	err = cases_number(a, e->b.case_id, &no);
	if (err == ERR_NONE)
		err = terms_take(a, e->b.case_id, e->record_id, e->index,
		    e->time, g);
	if (err == ERR_NONE && ours)
		err = keys_owe(a, e->b.case_id, g->sender, g->recipient);
	if (err == ERR_NONE && ours && g->introduction)
		err = intro_now(a, e->b.case_id, g->recipient);
	a->cases_next = 0;
	return err;
}

/*
 * A key that does not open is no reason to refuse the parcel: what it is for
 * stays closed, and it is asked for again.
 */
static enum error_code
key_news(struct agent *a, const struct entry *e)
{
	const struct wire_arrow_key *k = &e->b.u.arrow_key;
	struct why why = { "" };
	struct store_case c;
	enum error_code err;

	if (strcmp(k->to, a->member) != 0 ||
	    !is_end(a, k->sender, k->recipient))
		return ERR_NONE;
	err = store_case(a->slice, e->b.case_id, &c);
	if (err == ERR_NOTFOUND || (err == ERR_NONE &&
	    strcmp(c.custodian, e->record.signer) != 0)) {
		log_error(36, "arrow key", "call the operator of the exchange",
		    "it came from another than the case's custodian");
		return ERR_NONE;
	}
	if (err != ERR_NONE)
		return err;
	err = keyring_take(a, &e->b, &why);
	if (err == ERR_NOTFOUND || err == ERR_CRYPTO || err == ERR_SIZE) {
		log_warning(67, "arrow key", "it is asked for again",
		    "%s", why.text);
		return ERR_NONE;
	}
	return err == ERR_NONE ? terms_retry(a, e->b.case_id, k->sender,
	    k->recipient, e->time) : err;
}

static enum error_code
closed_news(struct agent *a, const struct entry *e)
{
	struct db_stmt *st = a->sql[SQL_CONSENT_DELETE];

	/* her key can do nothing any more */
	db_bind_blob(st, 1, e->b.case_id, WIRE_CASE);
	return db_run(st);
}

static enum error_code
record_news(struct agent *a, const struct entry *e, bool ours)
{
	uint64_t no;

	switch (e->record.kind) {
	case KIND_WORKER:
		return workers_news(a, e);
	case KIND_STOP:
		return stop_news(a, e);
	case KIND_CASE_OPENED:
		return ours ? cases_number(a, e->b.case_id, &no) : ERR_NONE;
	case KIND_GRANT:
		return grant_news(a, e, ours);
	case KIND_ARROW_KEY:
		return key_news(a, e);
	case KIND_WITHDRAWAL:
		return ours ? cases_task(a, e->b.case_id, e->time,
		    TASK_CHECK_IN) : ERR_NONE;
	case KIND_CASE_CLOSED:
		return ours ? closed_news(a, e) : ERR_NONE;
	default:
		return ERR_NONE;
	}
}

/* Grants are told by the store itself (books_schema.c). */
static bool
is_change(const struct entry *e)
{
	return e->kind == ENTRY_FROZEN || e->kind == ENTRY_ENDED ||
	    (e->kind == ENTRY_RECORD && (e->record.kind == KIND_WITHDRAWAL ||
	    e->record.kind == KIND_RESUME ||
	    e->record.kind == KIND_CASE_CLOSED));
}

enum error_code
cases_news(struct agent *a, const struct entry *e, struct why *why)
{
	const uint8_t *case_id = NULL;
	const bool has = case_of(e, &case_id);
	const bool ours = has && cases_ours(a, case_id);
	enum error_code err = ERR_NONE;

	if (ours)
		err = keep_entry(a, e, case_id);
	if (err == ERR_NONE && e->kind == ENTRY_RECORD)
		err = record_news(a, e, ours);
	if (err == ERR_NONE && e->kind == ENTRY_FROZEN)
		err = frozen_news(a, e);
	if (err == ERR_NONE && has && is_change(e))
		err = event_put(a, EVENT_PERMISSION_CHANGED, case_id);
	if (err != ERR_NONE)
		why_set(why, "news of a case could not be taken in");
	return err;
}

/* ---- turns ------------------------------------------------------------- */

/* Grants of ours whose arrow key has not come: ask the custodian. */
static void
ask_for_keys(struct agent *a)
{
	struct db_stmt *st = a->sql[SQL_TERMS_WAITING];
	uint8_t id[WAITING_MAX][WIRE_CASE];
	unsigned n = 0;
	bool row;

	db_bind_i64(st, 1, TERMS_WAITING);
	while (n < WAITING_MAX && db_step(st, &row) == ERR_NONE && row)
		if (db_col_fixed(st, 0, id[n++], WIRE_CASE) != ERR_NONE)
			break;
	db_done(st);
	for (unsigned i = 0; i < n; i++) {
		struct wire_question q = { .what = ASK_ARROW_KEY,
		    .has_case = true };

		memcpy(q.case_id, id[i], WIRE_CASE);
		if (intake_ask(a, &q, NULL, NULL) != ERR_NONE)
			return;
	}
}

void
cases_turn(struct agent *a)
{
	const uint64_t now = agent_now(a);

	if (now < a->cases_next)
		return;
	a->cases_next = now + TURN_MS;
	workers_turn(a);
	keys_turn(a, now);
	intro_turn(a, now);
	if (now < a->cases_ask_next)
		return;
	a->cases_ask_next = now + ASK_MS;
	ask_for_keys(a);
}
