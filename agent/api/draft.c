/*
 * Verbs about what is being written and not sent: drafts, sealed row by row.
 * `what` is the page's own name for the thing ("write/3"), `text` whatever
 * the page wants back.
 *
 * draft-put    what, text; version that the page has seen (0: none)
 *              -> version, displaced.  The newest wins; if somebody (another
 *              tab) had put one that this page has not seen, that one is kept
 *              beside it.
 * draft-get    what; other true: the one kept beside; account: of somebody
 *              who works here no more, for a lead
 *              -> text, version, at, other (is there one beside)
 * draft-list   -> drafts [what, at, account]: one's own, and for a lead those
 *              of accounts that have ended
 * draft-drop   what: both
 *
 * A conversation in the consent room (room/..) that nobody signed is forgotten
 * 14 days after it was last kept (agent/life.c).
 */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "agent/api/work.h"
#include "agent/books.h"

enum { WHAT_MAX = 48, TEXT_MAX = 48 * 1024, DRAFTS_MAX = 32 };

/* Which draft: whose, and what; beside it, with a tilde, the other one. */
struct place {
	char account[64], what[WHAT_MAX + 2];
};

static bool
what_ok(const char *s)
{
	return s != NULL && s[0] != '\0' && strlen(s) <= WHAT_MAX &&
	    strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789/-") == strlen(s);
}

static bool
is_ended(struct agent *a, const char *account)
{
	struct worker w;

	return workers_by_account(a, account, &w) == ERR_NONE && w.ended;
}

/* The draft that the request names; false: the call has been ended. */
static bool
place_of(struct api_call *c, struct place *p)
{
	const char *what = api_text(c, "what"), *of = api_text(c, "account");

	if (!what_ok(what)) {
		api_no(c, CLI_USAGE, "Which draft?");
		return false;
	}
	strcpy(p->what, what);
	strcpy(p->account, c->worker.account);
	if (of == NULL || strcmp(of, p->account) == 0)
		return true;
	if ((c->worker.rights & RIGHT_LEAD) == 0 || strlen(of) >= 64 ||
	    !is_ended(c->agent, of)) {
		api_no(c, CLI_NO, "There is no such draft.");
		return false;
	}
	strcpy(p->account, of);
	return true;
}

static void
row_of(const struct place *p, struct buf *row)
{
	buf_init(row, 256);
	buf_put_str8(row, p->account);
	buf_put_str8(row, p->what);
}

static void
bind_place(struct db_stmt *st, const struct place *p)
{
	db_bind_text(st, 1, p->account);
	db_bind_text(st, 2, p->what);
}

/* ---- rows --------------------------------------------------------------- */

struct draft_row {
	uint64_t version, at;
	struct buf text;               /* the caller frees */
};

static enum error_code
get(struct agent *a, const struct place *p, struct draft_row *out)
{
	struct db_stmt *st = a->sql[SQL_DRAFT_GET];
	enum error_code err;
	struct buf row;
	bool any = false;

	buf_init(&out->text, TEXT_MAX);
	row_of(p, &row);
	bind_place(st, p);
	err = db_step(st, &any);
	if (err == ERR_NONE && !any)
		err = ERR_NOTFOUND;
	if (err == ERR_NONE) {
		out->version = db_col_u64(st, 0);
		out->at = db_col_u64(st, 1);
		err = books_open(a, "draft", buf_view(&row), db_col_blob(st,
		    2), &out->text);
	}
	db_done(st);
	buf_free(&row);
	return err;
}

static enum error_code
put(struct agent *a, const struct place *p, uint64_t version, uint64_t at,
    struct bytes text)
{
	struct db_stmt *st = a->sql[SQL_DRAFT_PUT];
	struct buf row, sealed;
	enum error_code err;

	row_of(p, &row);
	buf_init(&sealed, TEXT_MAX + 256);
	err = books_seal(a, "draft", buf_view(&row), text, &sealed);
	if (err == ERR_NONE) {
		bind_place(st, p);
		db_bind_i64(st, 3, (int64_t)version);
		db_bind_i64(st, 4, (int64_t)at);
		db_bind_blob(st, 5, sealed.data, sealed.n);
		err = db_run(st);
	}
	buf_free(&row);
	buf_free(&sealed);
	return err;
}

static enum error_code
drop(struct agent *a, const struct place *p)
{
	struct db_stmt *st = a->sql[SQL_DRAFT_DROP];

	bind_place(st, p);
	return db_run(st);
}

/* Is there room for one more of this account's? */
static enum error_code
room(struct agent *a, const char *account)
{
	struct db_stmt *st = a->sql[SQL_DRAFT_COUNT];
	enum error_code err;
	bool any = false;

	db_bind_text(st, 1, account);
	err = db_step(st, &any);
	if (err == ERR_NONE && any && db_col_i64(st, 0) >= DRAFTS_MAX)
		err = ERR_FULL;
	db_done(st);
	return err;
}

/* ---- putting ------------------------------------------------------------- */

static struct place
beside(const struct place *p)
{
	struct place other = *p;

	strcat(other.what, "~");
	return other;
}

static enum error_code
put_newest(struct agent *a, const struct place *p, uint64_t seen,
    struct bytes text, uint64_t *version, bool *displaced)
{
	const struct place other = beside(p);
	struct draft_row was = { 0, 0, { 0 } };
	enum error_code err = get(a, p, &was);

	*displaced = err == ERR_NONE && was.version != seen &&
	    !bytes_equal(buf_view(&was.text), text);
	*version = err == ERR_NONE ? was.version + 1 : seen + 1;
	if (err == ERR_NOTFOUND)
		err = room(a, p->account);
	else if (*displaced)
		err = put(a, &other, was.version, was.at,
		    buf_view(&was.text));
	if (err == ERR_NONE)
		err = put(a, p, *version, clock_now(&a->clock), text);
	buf_free(&was.text);
	return err;
}

void
api_draft_put(struct api_call *c)
{
	const char *text = api_text(c, "text");
	uint64_t seen = 0, version;
	struct place p;
	bool displaced;
	enum error_code err;

	if (text == NULL || strlen(text) > TEXT_MAX) {
		api_no(c, CLI_INPUT, "text: a draft of at most %d KiB.",
		    TEXT_MAX / 1024);
		return;
	}
	if (!place_of(c, &p))
		return;
	(void)api_number(c, "version", &seen);
	err = agent_begin(c->agent);
	if (err == ERR_NONE)
		err = agent_end(c->agent, put_newest(c->agent, &p, seen,
		    bytes_str(text), &version, &displaced));
	if (err == ERR_FULL)
		api_no(c, CLI_NO, "You have %d drafts. Send or drop some "
		    "first; this one is not kept.", DRAFTS_MAX);
	else if (err != ERR_NONE)
		api_error(c, err, NULL);
	else
		api_tell(c, CLI_DONE, json_pack("{s:I, s:b}", "version",
		    (json_int_t)version, "displaced", displaced), NULL);
}

/* ---- getting ------------------------------------------------------------- */

void
api_draft_get(struct api_call *c)
{
	struct draft_row d = { 0, 0, { 0 } }, o = { 0, 0, { 0 } };
	struct place p, other;
	enum error_code err, there;

	if (!place_of(c, &p))
		return;
	other = beside(&p);
	there = get(c->agent, &other, &o);
	buf_free(&o.text);
	err = get(c->agent, api_true(c, "other") ? &other : &p, &d);
	if (err == ERR_NOTFOUND)
		api_no(c, CLI_NO, "There is no such draft.");
	else if (err != ERR_NONE)
		api_error(c, err, NULL);
	else
		api_tell(c, CLI_DONE, json_pack("{s:s%, s:I, s:o, s:b}",
		    "text", (const char *)d.text.data, d.text.n, "version",
		    (json_int_t)d.version, "at", work_time(d.at), "other",
		    there == ERR_NONE), NULL);
	buf_free(&d.text);
}

void
api_draft_list(struct api_call *c)
{
	struct db_stmt *st = c->agent->sql[SQL_DRAFT_LIST];
	const bool lead = (c->worker.rights & RIGHT_LEAD) != 0;
	json_t *list = json_array();
	char account[64], what[WHAT_MAX + 2];
	bool any;

	while (db_step(st, &any) == ERR_NONE && any) {
		if (db_col_str(st, 0, account, sizeof account) != ERR_NONE ||
		    db_col_str(st, 1, what, sizeof what) != ERR_NONE ||
		    strchr(what, '~') != NULL)
			continue;
		if (strcmp(account, c->worker.account) != 0 &&
		    !(lead && is_ended(c->agent, account)))
			continue;
		json_array_append_new(list, json_pack("{s:s, s:o, s:s}",
		    "what", what, "at", work_time(db_col_u64(st, 2)),
		    "account", account));
	}
	db_done(st);
	api_tell(c, CLI_DONE, json_pack("{s:o}", "drafts", list), NULL);
}

void
api_draft_drop(struct api_call *c)
{
	struct place p, other;
	enum error_code err;

	if (!place_of(c, &p))
		return;
	other = beside(&p);
	err = agent_begin(c->agent);
	if (err == ERR_NONE) {
		err = drop(c->agent, &p);
		if (err == ERR_NONE)
			err = drop(c->agent, &other);
		err = agent_end(c->agent, err);
	}
	if (err != ERR_NONE)
		api_error(c, err, NULL);
	else
		api_tell(c, CLI_DONE, NULL, NULL);
}
