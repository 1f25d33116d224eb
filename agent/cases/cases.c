/*
 * Which cases there are here, what they are called, who is in their books
 * and who must not know of them.
 */
#include "agent/cases/cases.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "agent/books.h"
#include "agent/cases/facts.h"
#include "agent/signin/workers.h"
#include "keys/arrow.h"

/* ---- numbers ----------------------------------------------------------- */

static enum error_code
find_number(struct agent *a, const uint8_t case_id[static WIRE_CASE],
    uint64_t *no)
{
	struct db_stmt *st = a->sql[SQL_LOCAL_NO];
	enum error_code err;
	bool row;

	db_bind_blob(st, 1, case_id, WIRE_CASE);
	err = db_step(st, &row);
	if (err != ERR_NONE)
		return err;
	if (!row)
		return ERR_NOTFOUND;
	*no = db_col_u64(st, 0);
	db_done(st);
	return ERR_NONE;
}

enum error_code
cases_number(struct agent *a, const uint8_t case_id[static WIRE_CASE],
    uint64_t *no)
{
	struct db_stmt *st = a->sql[SQL_LOCAL_ADD];
	enum error_code err = find_number(a, case_id, no);

	if (err != ERR_NOTFOUND)
		return err;
	err = agent_begin(a);
	if (err != ERR_NONE)
		return err;
	db_bind_blob(st, 1, case_id, WIRE_CASE);
	err = db_run(st);
	if (err == ERR_NONE)
		*no = (uint64_t)db_last_row(a->db);
	return agent_end(a, err);
}

/* One case id out of a statement that was bound. */
static enum error_code
one_case(struct db_stmt *st, uint8_t case_id[static WIRE_CASE])
{
	enum error_code err;
	bool row;

	err = db_step(st, &row);
	if (err != ERR_NONE)
		return err;
	if (!row)
		return ERR_NOTFOUND;
	err = db_col_fixed(st, 0, case_id, WIRE_CASE);
	db_done(st);
	return err;
}

enum error_code
cases_by_number(struct agent *a, uint64_t no,
    uint8_t case_id[static WIRE_CASE])
{
	struct db_stmt *st = a->sql[SQL_LOCAL_KASE];

	db_bind_u64(st, 1, no);
	return one_case(st, case_id);
}

/* So that a reference is found without opening every row. */
static void
lookup_of(const struct agent *a, const char *reference,
    uint8_t out[static ARROW_PSEUDONYM])
{
	char text[CASES_REFERENCE_MAX + 6] = "case:";

	strcat(text, reference);
	arrow_pseudonym(a->identity->agency, text, out);
	sodium_memzero(text, sizeof text);
}

enum error_code
cases_by_reference(struct agent *a, const char *reference,
    uint8_t case_id[static WIRE_CASE])
{
	struct db_stmt *st = a->sql[SQL_LOCAL_LOOKUP];
	uint8_t lookup[ARROW_PSEUDONYM];

	if (a->identity == NULL)
		return ERR_LOCKED;
	if (reference[0] == '\0' || strlen(reference) > CASES_REFERENCE_MAX)
		return ERR_NOTFOUND;
	lookup_of(a, reference, lookup);
	db_bind_blob(st, 1, lookup, sizeof lookup);
	return one_case(st, case_id);
}

static bool
reference_ok(const char *s)
{
	const size_t n = strlen(s);

	for (size_t i = 0; i < n; i++)
		if ((unsigned char)s[i] < 0x20 || s[i] == 0x7f)
			return false;
	/* digits alone would be taken for a number */
	return n > 0 && n <= CASES_REFERENCE_MAX &&
	    strspn(s, "0123456789") < n;
}

static enum error_code
put_reference(struct agent *a, const uint8_t case_id[static WIRE_CASE],
    const char *reference)
{
	struct db_stmt *st = a->sql[SQL_LOCAL_NAME];
	uint8_t lookup[ARROW_PSEUDONYM];
	struct buf sealed;
	enum error_code err;
	uint64_t no;

	buf_init(&sealed, 256);
	lookup_of(a, reference, lookup);
	err = cases_number(a, case_id, &no);
	if (err == ERR_NONE)
		err = books_seal(a, "local_case", bytes_of(case_id,
		    WIRE_CASE), bytes_str(reference), &sealed);
	if (err == ERR_NONE) {
		db_bind_blob(st, 1, sealed.data, sealed.n);
		db_bind_blob(st, 2, lookup, sizeof lookup);
		db_bind_blob(st, 3, case_id, WIRE_CASE);
		err = db_run(st);
	}
	buf_free(&sealed);
	return err;
}

enum error_code
cases_set_reference(struct agent *a, const uint8_t case_id[static WIRE_CASE],
    const char *reference)
{
	enum error_code err;

	if (a->identity == NULL)
		return ERR_LOCKED;
	if (!reference_ok(reference))
		return ERR_FORMAT;
	err = agent_begin(a);
	if (err != ERR_NONE)
		return err;
	return agent_end(a, put_reference(a, case_id, reference));
}

enum error_code
cases_reference(struct agent *a, const uint8_t case_id[static WIRE_CASE],
    char out[static CASES_REFERENCE_MAX + 1])
{
	struct db_stmt *st = a->sql[SQL_LOCAL_SEALED];
	struct buf plain;
	enum error_code err;
	bool row;

	out[0] = '\0';
	db_bind_blob(st, 1, case_id, WIRE_CASE);
	err = db_step(st, &row);
	if (err != ERR_NONE)
		return err;
	if (!row || db_col_null(st, 0)) {
		db_done(st);
		return ERR_NOTFOUND;
	}
	buf_init(&plain, 256);
	err = books_open(a, "local_case", bytes_of(case_id, WIRE_CASE),
	    db_col_blob(st, 0), &plain);
	db_done(st);
	if (err == ERR_NONE && plain.n > CASES_REFERENCE_MAX)
		err = ERR_FORMAT;
	if (err == ERR_NONE) {
		memcpy(out, plain.data, plain.n);
		out[plain.n] = '\0';
	}
	buf_free(&plain);
	return err;
}

enum error_code
cases_list(struct agent *a, cases_visit *visit, void *ctx)
{
	struct db_stmt *st = a->sql[SQL_LOCAL_ALL];
	uint8_t id[WIRE_CASE];
	enum error_code err;
	bool row;

	while ((err = db_step(st, &row)) == ERR_NONE && row) {
		err = db_col_fixed(st, 1, id, WIRE_CASE);
		if (err == ERR_NONE)
			err = visit(ctx, db_col_u64(st, 0), id);
		if (err != ERR_NONE)
			break;
	}
	db_done(st);
	return err;
}

bool
cases_ours(struct agent *a, const uint8_t case_id[static WIRE_CASE])
{
	struct store_case c;

	return store_case(a->slice, case_id, &c) == ERR_NONE &&
	    strcmp(c.custodian, a->member) == 0;
}

/* ---- names ------------------------------------------------------------- */

enum { WORDS_MAX = 12, WORD_LEN = 40 };

/* Lower-case words of letters; bytes of other scripts count as letters. */
static unsigned
split(const char *name, char word[WORDS_MAX][WORD_LEN])
{
	unsigned n = 0;
	size_t len = 0;

	for (const unsigned char *p = (const unsigned char *)name;; p++) {
		unsigned char ch = *p;

		if (ch >= 'A' && ch <= 'Z')
			ch = (unsigned char)(ch - 'A' + 'a');
		if ((ch >= 'a' && ch <= 'z') || ch >= 0x80) {
			if (len + 1 < WORD_LEN && n < WORDS_MAX)
				word[n][len++] = (char)ch;
			continue;
		}
		if (len > 0) {
			word[n++][len] = '\0';
			len = 0;
		}
		if (ch == '\0' || n == WORDS_MAX)
			return n;
	}
}

static unsigned
shared_words(char x[WORDS_MAX][WORD_LEN], unsigned n_x,
    char y[WORDS_MAX][WORD_LEN], unsigned n_y)
{
	unsigned shared = 0;

	for (unsigned i = 0; i < n_x; i++)
		for (unsigned k = 0; k < n_y; k++)
			if (strcmp(x[i], y[k]) == 0) {
				shared++;
				break;
			}
	return shared;
}

unsigned
cases_name_likeness(const char *x, const char *y)
{
	char wx[WORDS_MAX][WORD_LEN], wy[WORDS_MAX][WORD_LEN];
	const unsigned nx = split(x, wx), ny = split(y, wy);
	const unsigned least = nx < ny ? nx : ny;
	const unsigned shared = shared_words(wx, nx, wy, ny);

	if (shared == 0)
		return 0;
	return shared >= least && (least >= 2 || nx == ny) ? 2 : 1;
}

/* ---- the book and who is kept out of it -------------------------------- */

enum error_code
cases_exclude(struct agent *a, const uint8_t case_id[static WIRE_CASE],
    const char *account)
{
	struct db_stmt *st = a->sql[SQL_EXCLUDED_PUT];
	enum error_code err = agent_begin(a);

	if (err != ERR_NONE)
		return err;
	db_bind_blob(st, 1, case_id, WIRE_CASE);
	db_bind_text(st, 2, account);
	return agent_end(a, db_run(st));
}

struct comparing {
	struct agent *a;
	const uint8_t *case_id;
	const struct introduction *in;
};

static enum error_code
compare_worker(void *ctx, const struct worker *w)
{
	struct comparing *c = ctx;
	char name[WIRE_NAME_MAX + 1];
	enum error_code err = workers_name(c->a, w->account, name);

	for (size_t i = 0; i < c->in->n_exclusions && err == ERR_NONE; i++)
		if (cases_name_likeness(c->in->exclusions[i].name, name) == 2)
			err = cases_exclude(c->a, c->case_id, w->account);
	sodium_memzero(name, sizeof name);
	return err;
}

static enum error_code
put_book(struct agent *a, const uint8_t case_id[static WIRE_CASE],
    const struct content *c)
{
	struct comparing compare = { a, case_id, &c->u.introduction };
	struct db_stmt *st = a->sql[SQL_BOOK_PUT];
	struct buf plain, sealed;
	enum error_code err;

	buf_init(&plain, CONTENT_MAX);
	buf_init(&sealed, CONTENT_MAX + 64);
	err = content_store(c, &plain);
	if (err == ERR_NONE)
		err = books_seal(a, "book", bytes_of(case_id, WIRE_CASE),
		    buf_view(&plain), &sealed);
	if (err == ERR_NONE) {
		db_bind_blob(st, 1, case_id, WIRE_CASE);
		db_bind_blob(st, 2, sealed.data, sealed.n);
		err = db_run(st);
	}
	if (err == ERR_NONE)
		err = workers_list(a, compare_worker, &compare);
	if (err == ERR_NONE)
		err = case_facts_compare(a, case_id, &c->u.introduction);
	buf_free(&plain);
	buf_free(&sealed);
	return err;
}

enum error_code
cases_book_put(struct agent *a, const uint8_t case_id[static WIRE_CASE],
    const struct content *c)
{
	enum error_code err;

	if (c->kind != CONTENT_INTRODUCTION)
		return ERR_FORMAT;
	err = agent_begin(a);
	if (err != ERR_NONE)
		return err;
	return agent_end(a, put_book(a, case_id, c));
}

enum error_code
cases_book_get(struct agent *a, const uint8_t case_id[static WIRE_CASE],
    struct content *out)
{
	struct db_stmt *st = a->sql[SQL_BOOK_GET];
	struct buf plain;
	enum error_code err;
	bool row;

	db_bind_blob(st, 1, case_id, WIRE_CASE);
	err = db_step(st, &row);
	if (err != ERR_NONE)
		return err;
	if (!row)
		return ERR_NOTFOUND;
	buf_init(&plain, CONTENT_MAX);
	err = books_open(a, "book", bytes_of(case_id, WIRE_CASE),
	    db_col_blob(st, 0), &plain);
	db_done(st);
	if (err == ERR_NONE)
		err = content_load(out, buf_view(&plain), NULL);
	buf_free(&plain);
	return err;
}

struct newcomer {
	struct agent *a;
	const char *account;
	char name[WIRE_NAME_MAX + 1];
};

static enum error_code
compare_case(void *ctx, uint64_t no, const uint8_t case_id[static WIRE_CASE])
{
	struct newcomer *n = ctx;
	struct content *c = malloc(sizeof *c);
	const struct introduction *in;
	enum error_code err = c != NULL ? ERR_NONE : ERR_NOMEM;

	(void)no;
	if (err == ERR_NONE)
		err = cases_book_get(n->a, case_id, c);
	if (err == ERR_NONE) {
		in = &c->u.introduction;
		for (size_t i = 0; i < in->n_exclusions && err == ERR_NONE;
		    i++)
			if (cases_name_likeness(in->exclusions[i].name,
			    n->name) == 2)
				err = cases_exclude(n->a, case_id,
				    n->account);
		content_wipe(c);
	}
	free(c);
	return err == ERR_NOTFOUND ? ERR_NONE : err;
}

enum error_code
cases_compare_account(struct agent *a, const char *account)
{
	struct newcomer n = { .a = a, .account = account };
	enum error_code err = workers_name(a, account, n.name);

	if (err == ERR_NONE)
		err = cases_list(a, compare_case, &n);
	sodium_memzero(&n, sizeof n);
	return err;
}

bool
cases_excluded(struct agent *a, const uint8_t case_id[static WIRE_CASE],
    const char *account)
{
	struct db_stmt *st = a->sql[SQL_EXCLUDED_GET];
	bool row = true;

	db_bind_blob(st, 1, case_id, WIRE_CASE);
	db_bind_text(st, 2, account);
	/* what cannot be looked up is not shown */
	if (db_step(st, &row) != ERR_NONE)
		return true;
	db_done(st);
	return row;
}

bool
cases_checked(struct agent *a, const uint8_t case_id[static WIRE_CASE])
{
	bool checked = false;

	if (cases_ours(a, case_id))
		return true;
	return store_conflict_checked(a->slice, a->member, case_id,
	    &checked) == ERR_NONE && checked;
}

bool
cases_shows(struct agent *a, const uint8_t case_id[static WIRE_CASE],
    bool introduction, const char *account, unsigned rights)
{
	if ((rights & ~(unsigned)RIGHT_IT) == 0 ||
	    cases_excluded(a, case_id, account))
		return false;
	return !introduction || (rights & RIGHT_OFFICER) != 0 ||
	    cases_checked(a, case_id);
}
