/*
 * Verbs of the consent room: what is kept between one page and the next, and
 * reviews that only a lead ends.
 *
 * conversation  case or none (a case that is not opened yet) -> draft (an
 *              object, or null), at
 *              the same, draft {..}  -> at: kept, sealed, for this account
 *              the same, drop true   -> nothing is kept any more
 *              Whatever the desk put; at most 32 KiB, for a day.  It is not
 *              consent, and nothing looks into it.
 * review       see api_case.c
 */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "agent/api_work.h"
#include "agent/books.h"
#include "agent/cases.h"
#include "agent/cases_facts.h"
#include "agent/consent.h"

enum { DRAFT_MAX = 32 * 1024, ROW_MAX = 64 + 1 + WIRE_CASE };

/* Whose conversation, about which case. */
struct talk {
	const char *account;
	struct bytes kase;             /* empty: not opened yet */
};

static struct bytes
row_of(const struct talk *t, uint8_t room[static ROW_MAX])
{
	const size_t n = strlen(t->account);

	memcpy(room, t->account, n);
	room[n] = 0;
	if (t->kase.n > 0)
		memcpy(room + n + 1, t->kase.data, t->kase.n);
	return bytes_of(room, n + 1 + t->kase.n);
}

static void
bind(struct db_stmt *st, const struct talk *t)
{
	db_bind_text(st, 1, t->account);
	db_bind_blob(st, 2, t->kase.n > 0 ? t->kase.data :
	    (const uint8_t *)"", t->kase.n);
}

/* What is older than a day is nobody's conversation any more. */
static enum error_code
forget_old(struct agent *a)
{
	struct db_stmt *st = a->sql[SQL_TALK_FORGET];

	db_bind_u64(st, 1, agent_now(a) - CLOCK_DAY_MS);
	return db_run(st);
}

static enum error_code
put(struct agent *a, const struct talk *t, struct bytes plain)
{
	struct db_stmt *st = a->sql[SQL_TALK_PUT];
	uint8_t room[ROW_MAX];
	struct buf sealed;
	enum error_code err;

	buf_init(&sealed, DRAFT_MAX + 64);
	err = books_seal(a, "conversation", row_of(t, room), plain, &sealed);
	if (err == ERR_NONE)
		err = agent_begin(a);
	if (err == ERR_NONE) {
		bind(st, t);
		db_bind_u64(st, 3, agent_now(a));
		db_bind_blob(st, 4, sealed.data, sealed.n);
		err = db_run(st);
		if (err == ERR_NONE)
			err = forget_old(a);
		err = agent_end(a, err);
	}
	buf_free(&sealed);
	return err;
}

static enum error_code
drop(struct agent *a, const struct talk *t)
{
	struct db_stmt *st = a->sql[SQL_TALK_DROP];
	enum error_code err = agent_begin(a);

	if (err != ERR_NONE)
		return err;
	bind(st, t);
	err = db_run(st);
	if (err == ERR_NONE)
		err = forget_old(a);
	return agent_end(a, err);
}

static enum error_code
get(struct agent *a, const struct talk *t, uint64_t *at, json_t **draft)
{
	struct db_stmt *st = a->sql[SQL_TALK_GET];
	uint8_t room[ROW_MAX];
	struct buf plain;
	enum error_code err;
	bool row;

	*draft = NULL;
	*at = 0;
	bind(st, t);
	db_bind_u64(st, 3, agent_now(a) - CLOCK_DAY_MS);
	err = db_step(st, &row);
	if (err != ERR_NONE || !row)
		return err;
	buf_init(&plain, DRAFT_MAX);
	*at = db_col_u64(st, 0);
	err = books_open(a, "conversation", row_of(t, room),
	    db_col_blob(st, 1), &plain);
	db_done(st);
	if (err == ERR_NONE) {
		*draft = json_loadb((const char *)plain.data, plain.n, 0,
		    NULL);
		err = *draft != NULL ? ERR_NONE : ERR_FORMAT;
	}
	buf_free(&plain);
	return err;
}

/* ---- the verb ---------------------------------------------------------- */

static void
tell_draft(struct api_call *c, const struct talk *t)
{
	json_t *draft;
	uint64_t at;
	enum error_code err = get(c->agent, t, &at, &draft);

	if (err != ERR_NONE) {
		api_error(c, err, NULL);
		return;
	}
	api_tell(c, CLI_DONE, json_pack("{s:o, s:o}", "draft", draft != NULL ?
	    draft : json_null(), "at", work_time(at)), NULL);
}

static void
keep_draft(struct api_call *c, const struct talk *t, const json_t *draft)
{
	char *text = json_is_object(draft) ? json_dumps(draft, JSON_COMPACT) :
	    NULL;
	const size_t n = text != NULL ? strlen(text) : 0;
	enum error_code err = ERR_FORMAT;

	if (text != NULL && n <= DRAFT_MAX)
		err = put(c->agent, t, bytes_of(text, n));
	if (text != NULL)
		sodium_memzero(text, n);
	free(text);
	if (err == ERR_NONE)
		api_tell(c, CLI_DONE, json_pack("{s:o}", "at",
		    work_time(agent_now(c->agent))), NULL);
	else if (err == ERR_FORMAT)
		api_no(c, CLI_INPUT, "draft: an object of at most 32 KiB");
	else
		api_error(c, err, NULL);
}

void
api_conversation(struct api_call *c)
{
	const json_t *draft = json_object_get(c->in, "draft");
	uint8_t case_id[WIRE_CASE];
	struct talk t = { .account = c->worker.account };
	enum error_code err;

	if (json_object_get(c->in, "case") != NULL) {
		if (!act_own_case(c, case_id))
			return;
		t.kase = bytes_of(case_id, WIRE_CASE);
	}
	if (draft != NULL) {
		keep_draft(c, &t, draft);
	} else if (api_true(c, "drop")) {
		err = drop(c->agent, &t);
		if (err == ERR_NONE)
			api_tell(c, CLI_DONE, NULL, NULL);
		else
			api_error(c, err, NULL);
	} else {
		tell_draft(c, &t);
	}
}

/* ---- reviews ----------------------------------------------------------- */

static void
tell_reviews(struct api_call *c, const uint8_t case_id[static WIRE_CASE])
{
	struct case_facts f;
	enum error_code err = case_facts_get(c->agent, case_id, &f);

	if (err != ERR_NONE)
		api_error(c, err, NULL);
	else
		api_tell(c, CLI_DONE, json_pack("{s:b, s:b}", "roles",
		    case_facts_two_roles(&f), "file", f.file), NULL);
}

static enum error_code
set_file(struct agent *a, const uint8_t case_id[static WIRE_CASE], bool open)
{
	struct case_facts f;
	enum error_code err = case_facts_get(a, case_id, &f);

	f.file = open;
	return err == ERR_NONE ? case_facts_put(a, case_id, &f) : err;
}

void
api_review(struct api_call *c)
{
	const char *what = api_text(c, "what"), *state = api_text(c, "state");
	uint8_t case_id[WIRE_CASE];
	enum error_code err = ERR_FORMAT;

	if (!work_case(c, case_id))
		return;
	if (what == NULL) {
		tell_reviews(c, case_id);
		return;
	}
	if ((c->worker.rights & RIGHT_LEAD) == 0) {
		api_no(c, CLI_LOCKED, "A review is begun and ended by a "
		    "lead.");
		return;
	}
	if (state != NULL && strcmp(what, "roles") == 0 &&
	    strcmp(state, "done") == 0)
		err = case_facts_reviewed(c->agent, case_id);
	else if (state != NULL && strcmp(what, "file") == 0 &&
	    (strcmp(state, "open") == 0 || strcmp(state, "done") == 0))
		err = set_file(c->agent, case_id, strcmp(state, "open") == 0);
	if (err == ERR_FORMAT)
		api_no(c, CLI_INPUT, "what: roles (done) or file (open, done)");
	else if (err != ERR_NONE)
		api_error(c, err, NULL);
	else
		tell_reviews(c, case_id);
}
