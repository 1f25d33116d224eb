/*
 * handover     to (an account), note; case, or all true; until (a day: cover
 *              for that long) optional; from (of somebody else: leads)
 *              -> handover
 *              done (number): it has been taken over, or is over
 *              nothing: -> handovers [handover, from, to, case, at, until,
 *              note, mine], colleagues [account, role, team]
 *
 * A colleague opens with an opening of his own, never with mine: what is
 * handed over is the work and a note, which is sealed.
 */
#include <string.h>

#include "agent/api/work.h"
#include "agent/books.h"
#include "agent/cases/cases.h"

enum { NOTE_MAX = 1000, OPEN_MAX = 256 };

/* ---- colleagues --------------------------------------------------------- */

static bool
works_on_cases(const struct worker *w)
{
	return !w->ended && (w->rights & ~(unsigned)RIGHT_IT) != 0;
}

static enum error_code
add_colleague(void *ctx, const struct worker *w)
{
	if (!works_on_cases(w))
		return ERR_NONE;
	return json_array_append_new(ctx, json_pack("{s:s, s:s, s:s}",
	    "account", w->account, "role", w->role, "team", w->team)) == 0 ?
	    ERR_NONE : ERR_NOMEM;
}

/* ---- the list ------------------------------------------------------------- */

/* Row key of a note: it cannot be moved to another person. */
static void
row_of(const char *from, const char *to, struct buf *row)
{
	buf_init(row, 192);
	buf_put_str8(row, from);
	buf_put_str8(row, to);
}

static json_t *
note_of(struct agent *a, const char *from, const char *to, struct bytes sealed)
{
	struct buf row, plain;
	json_t *out = NULL;

	row_of(from, to, &row);
	buf_init(&plain, 4 * NOTE_MAX + 1);
	if (books_open(a, "handover", buf_view(&row), sealed, &plain) ==
	    ERR_NONE)
		out = json_stringn((const char *)plain.data, plain.n);
	buf_free(&row);
	buf_free(&plain);
	return out;
}

/* One row, if it is this caller's; a case kept from him is not there. */
static void
add_row(struct api_call *c, struct db_stmt *st, json_t *list)
{
	char from[64], to[64], until[16];
	const struct bytes kase = db_col_blob(st, 3);
	uint64_t no = 0;
	bool mine;

	if (db_col_str(st, 1, from, sizeof from) != ERR_NONE ||
	    db_col_str(st, 2, to, sizeof to) != ERR_NONE ||
	    db_col_str(st, 5, until, sizeof until) != ERR_NONE)
		return;
	mine = strcmp(to, c->worker.account) == 0;
	if (!mine && strcmp(from, c->worker.account) != 0)
		return;
	if (kase.n == WIRE_CASE && (cases_excluded(c->agent, kase.data,
	    c->worker.account) || cases_number(c->agent, kase.data, &no) !=
	    ERR_NONE))
		return;
	json_array_append_new(list, json_pack(
	    "{s:I, s:s, s:s, s:o, s:o, s:s, s:o*, s:b}", "handover",
	    (json_int_t)db_col_i64(st, 0), "from", from, "to", to, "case",
	    no != 0 ? json_integer((json_int_t)no) : json_null(), "at",
	    work_time(db_col_u64(st, 4)), "until", until, "note",
	    note_of(c->agent, from, to, db_col_blob(st, 6)), "mine", mine));
}

static void
tell_list(struct api_call *c)
{
	struct db_stmt *st = c->agent->sql[SQL_HANDOVER_LIST];
	json_t *list = json_array(), *colleagues = json_array();
	enum error_code err = agent_begin(c->agent);  /* numbers are given */
	bool any = false;

	if (err == ERR_NONE) {
		while ((err = db_step(st, &any)) == ERR_NONE && any)
			add_row(c, st, list);
		db_done(st);
		err = agent_end(c->agent, err);
	}
	if (err == ERR_NONE)
		err = workers_list(c->agent, add_colleague, colleagues);
	if (err != ERR_NONE) {
		json_decref(list);
		json_decref(colleagues);
		api_error(c, err, NULL);
		return;
	}
	api_tell(c, CLI_DONE, json_pack("{s:o, s:o}", "handovers", list,
	    "colleagues", colleagues), NULL);
}

/* ---- handing over ----------------------------------------------------------- */

struct handing {
	const char *from, *to, *note, *until;
	uint8_t kase[WIRE_CASE];
	bool all;
};

/* A lead, who sees who is kept out, gives them nothing by mistake; others are
 * not told. */
static bool
may_be_given(struct api_call *c, const struct handing *h)
{
	if ((c->worker.rights & RIGHT_LEAD) == 0 ||
	    !cases_excluded(c->agent, h->kase, h->to))
		return true;
	api_no(c, CLI_NO, "to: is kept out of this case. Give it to somebody "
	    "else.");
	return false;
}

/* Who, to whom, until when; false: the call has been ended. */
static bool
read_handing(struct api_call *c, struct handing *h)
{
	struct worker to;

	h->to = api_text(c, "to");
	h->note = api_text(c, "note");
	h->until = api_text(c, "until");
	h->from = api_text(c, "from");
	h->all = api_true(c, "all");
	if (h->note == NULL)
		h->note = "";
	if (h->until == NULL)
		h->until = "";
	if (h->from == NULL || (c->worker.rights & RIGHT_LEAD) == 0)
		h->from = c->worker.account;
	if (strlen(h->to) >= 64 || workers_by_account(c->agent, h->to, &to) !=
	    ERR_NONE || !works_on_cases(&to) || strcmp(h->to, h->from) == 0)
		api_no(c, CLI_INPUT, "to: a colleague's account. They are "
		    "listed without one.");
	else if (strlen(h->from) >= 64)
		api_no(c, CLI_INPUT, "from: a colleague's account.");
	else if (strlen(h->note) > NOTE_MAX)
		api_no(c, CLI_INPUT, "note: at most %d characters.", NOTE_MAX);
	else if (h->until[0] != '\0' && (strlen(h->until) != 10 ||
	    !date_text_ok(h->until)))
		api_no(c, CLI_INPUT, "until: a day such as 2026-12-24.");
	else
		return h->all || (work_case(c, h->kase) &&
		    may_be_given(c, h));
	return false;
}

static enum error_code
count_open(struct agent *a)
{
	struct db_stmt *st = a->sql[SQL_HANDOVER_COUNT];
	bool any = false;
	enum error_code err = db_step(st, &any);

	if (err == ERR_NONE && any && db_col_i64(st, 0) >= OPEN_MAX)
		err = ERR_FULL;
	db_done(st);
	return err;
}

static enum error_code
put(struct agent *a, const struct handing *h)
{
	struct db_stmt *st = a->sql[SQL_HANDOVER_PUT];
	struct buf row, sealed;
	enum error_code err = count_open(a);

	row_of(h->from, h->to, &row);
	buf_init(&sealed, 4 * NOTE_MAX + 256);
	if (err == ERR_NONE)
		err = books_seal(a, "handover", buf_view(&row),
		    bytes_str(h->note), &sealed);
	if (err == ERR_NONE) {
		db_bind_text(st, 1, h->from);
		db_bind_text(st, 2, h->to);
		if (h->all)
			db_bind_null(st, 3);
		else
			db_bind_blob(st, 3, h->kase, WIRE_CASE);
		db_bind_i64(st, 4, (int64_t)clock_now(&a->clock));
		db_bind_text(st, 5, h->until);
		db_bind_blob(st, 6, sealed.data, sealed.n);
		err = db_run(st);
	}
	buf_free(&row);
	buf_free(&sealed);
	return err;
}

static void
finish(struct api_call *c, uint64_t n)
{
	struct db_stmt *st = c->agent->sql[SQL_HANDOVER_DONE];
	enum error_code err = agent_begin(c->agent);

	if (err == ERR_NONE) {
		db_bind_i64(st, 1, (int64_t)n);
		db_bind_text(st, 2, c->worker.account);
		err = agent_end(c->agent, db_run(st));
	}
	if (err != ERR_NONE)
		api_error(c, err, NULL);
	else
		api_tell(c, CLI_DONE, json_pack("{s:I}", "handover",
		    (json_int_t)n), "Done.");
}

void
api_handover(struct api_call *c)
{
	struct handing h;
	enum error_code err;
	uint64_t n;

	if (api_number(c, "done", &n)) {
		finish(c, n);
		return;
	}
	if (api_text(c, "to") == NULL) {
		tell_list(c);
		return;
	}
	if (!read_handing(c, &h))
		return;
	err = agent_begin(c->agent);
	if (err == ERR_NONE)
		err = agent_end(c->agent, put(c->agent, &h));
	if (err == ERR_FULL)
		api_no(c, CLI_NO, "%d handovers are open. Finish some first.",
		    OPEN_MAX);
	else if (err != ERR_NONE)
		api_error(c, err, NULL);
	else
		api_tell(c, CLI_DONE, NULL, "Handed over. Your colleague opens "
		    "with an opening of their own, and the ledger says so.");
}
