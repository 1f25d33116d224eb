#include "agent/cases/entries.h"

#include <stdlib.h>
#include <string.h>

#include "agent/cases/cases.h"
#include "agent/intake/intake.h"
#include "ledger/entry.h"

enum { ENTRY_ARENA = 512 * 1024, PAGES_MAX = 100000 };

struct asking {
	uint8_t case_id[WIRE_CASE];
	cases_entries_done *done;
	void *ctx;
	uint64_t next;
	unsigned pages;
};

/* ---- fetching ---------------------------------------------------------- */

static enum error_code
load_next(struct agent *a, struct asking *q)
{
	struct db_stmt *st = a->sql[SQL_LOCAL_ASKED];
	enum error_code err;
	uint64_t no;
	bool row;

	err = cases_number(a, q->case_id, &no);
	if (err != ERR_NONE)
		return err;
	db_bind_blob(st, 1, q->case_id, WIRE_CASE);
	err = db_step(st, &row);
	if (err == ERR_NONE && row)
		q->next = db_col_u64(st, 0);
	db_done(st);
	return err;
}

/* A row is what its commitment says, or the broker is not believed at all. */
static enum error_code
keep_row(struct agent *a, const struct asking *q, const struct wire_row *r)
{
	struct db_stmt *st = a->sql[SQL_ENTRY_PUT];
	uint8_t commitment[HASH_BYTES];

	if (!r->has_body)
		return ERR_NONE;        /* erased */
	entry_commitment(r->body, r->salt, commitment);
	if (memcmp(commitment, r->commitment, HASH_BYTES) != 0 ||
	    r->body.n < ENTRY_PREFIX || get_be64(r->body.data) != r->index)
		return ERR_PROOF;
	db_bind_u64(st, 1, r->index);
	db_bind_blob(st, 2, q->case_id, WIRE_CASE);
	db_bind_blob(st, 3, r->body.data, r->body.n);
	return db_run(st);
}

static enum error_code
keep_rows(struct agent *a, struct asking *q, const struct wire_reply *r)
{
	struct db_stmt *st = a->sql[SQL_LOCAL_ASKED_PUT];
	enum error_code err = agent_begin(a);

	if (err != ERR_NONE)
		return err;
	for (unsigned i = 0; i < r->n_row && err == ERR_NONE; i++)
		err = keep_row(a, q, &r->row[i]);
	if (err == ERR_NONE && r->size > q->next) {
		db_bind_u64(st, 1, r->size);
		db_bind_blob(st, 2, q->case_id, WIRE_CASE);
		err = db_run(st);
	}
	return agent_end(a, err);
}

static void
finish(struct agent *a, struct asking *q, bool complete)
{
	cases_entries_done *done = q->done;
	void *ctx = q->ctx;

	free(q);
	done(a, complete, ctx);
}

static enum error_code ask_page(struct agent *a, struct asking *q);

static void
page(struct agent *a, const struct wire_reply *r, void *ctx)
{
	struct asking *q = ctx;
	const bool more = r != NULL && r->code == REPLY_MORE;

	if (r == NULL || (r->code != REPLY_OK && !more) ||
	    keep_rows(a, q, r) != ERR_NONE) {
		finish(a, q, false);
		return;
	}
	if (!more) {
		finish(a, q, true);
		return;
	}
	if (r->size <= q->next || ++q->pages >= PAGES_MAX) {
		finish(a, q, false);    /* no progress: not for ever */
		return;
	}
	q->next = r->size;
	if (ask_page(a, q) != ERR_NONE)
		finish(a, q, false);
}

static enum error_code
ask_page(struct agent *a, struct asking *q)
{
	struct wire_question w = { .what = ASK_CASE, .has_case = true,
	    .from = q->next };

	memcpy(w.case_id, q->case_id, WIRE_CASE);
	return intake_ask(a, &w, page, q);
}

enum error_code
cases_entries_ask(struct agent *a, const uint8_t case_id[static WIRE_CASE],
    cases_entries_done *done, void *ctx)
{
	struct asking *q = calloc(1, sizeof *q);
	enum error_code err;

	if (q == NULL)
		return ERR_NOMEM;
	memcpy(q->case_id, case_id, WIRE_CASE);
	q->done = done;
	q->ctx = ctx;
	err = load_next(a, q);
	if (err == ERR_NONE)
		err = ask_page(a, q);
	if (err != ERR_NONE)
		free(q);
	return err;
}

/* ---- reading ----------------------------------------------------------- */

/* The next one after *after; the statement is not left open for the visitor. */
static enum error_code
next_entry(struct agent *a, const uint8_t case_id[static WIRE_CASE],
    int64_t *after, struct arena *arena, struct entry *e)
{
	static const uint8_t salt[ENTRY_SALT];
	struct db_stmt *st = a->sql[SQL_ENTRY_CASE];
	struct bytes v, body;
	enum error_code err;
	bool row;

	db_bind_blob(st, 1, case_id, WIRE_CASE);
	db_bind_i64(st, 2, *after);
	err = db_step(st, &row);
	if (err != ERR_NONE)
		return err;
	if (!row)
		return ERR_NOTFOUND;
	*after = db_col_i64(st, 0);
	v = db_col_blob(st, 1);
	body.data = arena_dup(arena, v.data, v.n);
	body.n = v.n;
	db_done(st);
	return body.data != NULL ? entry_decode(arena, a->partnership, body,
	    salt, e, NULL) : ERR_NOMEM;
}

enum error_code
cases_entries(struct agent *a, const uint8_t case_id[static WIRE_CASE],
    cases_entries_visit *visit, void *ctx)
{
	struct arena *arena = arena_create(ENTRY_ARENA);
	struct entry *e = malloc(sizeof *e);
	enum error_code err = arena != NULL && e != NULL ? ERR_NONE :
	    ERR_NOMEM;
	int64_t after = -1;

	while (err == ERR_NONE) {
		arena_reset(arena);
		err = next_entry(a, case_id, &after, arena, e);
		if (err == ERR_NONE)
			err = visit(ctx, e);
	}
	free(e);
	arena_destroy(&arena);
	return err == ERR_NOTFOUND ? ERR_NONE : err;
}
