#include "agent/cases/owners.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/books.h"

enum { ROW_MAX = 1024 };

static void
row_name(const uint8_t case_id[static WIRE_CASE], const char *what,
    struct buf *out)
{
	buf_init(out, 128);
	buf_put(out, case_id, WIRE_CASE);
	buf_put_str(out, what);
}

static void
take(const json_t *o, const char *key, char *out, size_t size)
{
	const char *s = json_string_value(json_object_get(o, key));

	snprintf(out, size, "%s", s != NULL ? s : "");
}

static enum error_code
unseal(struct agent *a, const uint8_t case_id[static WIRE_CASE],
    const char *what, struct bytes sealed, struct owner *out)
{
	struct buf row, plain;
	json_error_t at;
	json_t *o = NULL;
	enum error_code err;

	memset(out, 0, sizeof *out);
	row_name(case_id, what, &row);
	buf_init(&plain, ROW_MAX);
	err = books_open(a, "owner", buf_view(&row), sealed, &plain);
	if (err == ERR_NONE)
		o = json_loadb((const char *)plain.data, plain.n, 0, &at);
	if (err == ERR_NONE && o == NULL)
		err = ERR_FORMAT;
	snprintf(out->what, sizeof out->what, "%s", what);
	take(o, "to", out->to, sizeof out->to);
	take(o, "due", out->due, sizeof out->due);
	take(o, "by", out->by, sizeof out->by);
	out->done = json_is_true(json_object_get(o, "done"));
	out->at = (uint64_t)json_integer_value(json_object_get(o, "at"));
	json_decref(o);
	buf_free(&row);
	buf_free(&plain);
	return err;
}

enum error_code
owners_load(struct agent *a, const uint8_t case_id[static WIRE_CASE],
    struct owner **list, size_t *n)
{
	struct db_stmt *st = a->sql[SQL_OWNER_LIST];
	struct owner *more;
	enum error_code err;
	char what[sizeof more->what];
	bool row;

	*list = NULL;
	*n = 0;
	db_bind_blob(st, 1, case_id, WIRE_CASE);
	while ((err = db_step(st, &row)) == ERR_NONE && row &&
	    *n < OWNERS_MAX) {
		more = realloc(*list, (*n + 1) * sizeof *more);
		if (more == NULL) {
			err = ERR_NOMEM;
			break;
		}
		*list = more;
		err = db_col_str(st, 0, what, sizeof what);
		if (err == ERR_NONE)
			err = unseal(a, case_id, what, db_col_blob(st, 1),
			    &more[*n]);
		if (err != ERR_NONE)
			break;
		++*n;
	}
	db_done(st);
	if (err != ERR_NONE) {
		free(*list);
		*list = NULL;
		*n = 0;
	}
	return err;
}

enum error_code
owners_get(struct agent *a, const uint8_t case_id[static WIRE_CASE],
    const char *what, struct owner *out)
{
	struct db_stmt *st = a->sql[SQL_OWNER_GET];
	enum error_code err;
	bool row;

	memset(out, 0, sizeof *out);
	db_bind_blob(st, 1, case_id, WIRE_CASE);
	db_bind_text(st, 2, what);
	err = db_step(st, &row);
	if (err == ERR_NONE && !row)
		err = ERR_NOTFOUND;
	if (err == ERR_NONE)
		err = unseal(a, case_id, what, db_col_blob(st, 0), out);
	db_done(st);
	return err;
}

enum error_code
owners_put(struct agent *a, const uint8_t case_id[static WIRE_CASE],
    const struct owner *o)
{
	struct db_stmt *st = a->sql[SQL_OWNER_PUT];
	json_t *text = json_pack("{s:s, s:s, s:b, s:s, s:I}", "to", o->to,
	    "due", o->due, "done", o->done, "by", o->by, "at",
	    (json_int_t)o->at);
	char *plain = text != NULL ? json_dumps(text, JSON_COMPACT) : NULL;
	struct buf row, sealed;
	enum error_code err = plain != NULL ? agent_begin(a) : ERR_NOMEM;

	row_name(case_id, o->what, &row);
	buf_init(&sealed, ROW_MAX + 64);
	if (err == ERR_NONE) {
		err = books_seal(a, "owner", buf_view(&row), bytes_str(plain),
		    &sealed);
		db_bind_blob(st, 1, case_id, WIRE_CASE);
		db_bind_text(st, 2, o->what);
		db_bind_blob(st, 3, sealed.data, sealed.n);
		err = agent_end(a, err == ERR_NONE ? db_run(st) : err);
	}
	free(plain);
	json_decref(text);
	buf_free(&row);
	buf_free(&sealed);
	return err;
}

const struct owner *
owners_find(const struct owner *list, size_t n, const char *what)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i].what, what) == 0)
			return &list[i];
	return NULL;
}
