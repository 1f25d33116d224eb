#include "agent/outgoing/own.h"

#include <string.h>

#include "agent/books.h"

enum { OWN_MAX = 80 * 1024 };

enum error_code
own_put(struct agent *a, const uint8_t case_id[static WIRE_CASE],
    const struct content *c)
{
	struct db_stmt *st = a->sql[SQL_OWN_PUT];
	struct buf plain, sealed;
	enum error_code err;

	buf_init(&plain, OWN_MAX);
	buf_init(&sealed, OWN_MAX);
	err = content_store(c, &plain);
	if (err == ERR_NONE)
		err = books_seal(a, "own", bytes_of(c->id.b, RECORD_ID_LEN),
		    buf_view(&plain), &sealed);
	if (err == ERR_NONE) {
		db_bind_blob(st, 1, c->id.b, RECORD_ID_LEN);
		db_bind_blob(st, 2, case_id, WIRE_CASE);
		db_bind_u64(st, 3, agent_now(a));
		db_bind_i64(st, 4, c->kind);
		db_bind_blob(st, 5, sealed.data, sealed.n);
		err = db_run(st);
	}
	buf_free(&plain);
	buf_free(&sealed);
	return err;
}

/* Opens the sealed content of a row. */
static enum error_code
open_row(struct agent *a, const struct record_id *id, struct bytes sealed,
    struct content *out)
{
	struct buf plain;
	enum error_code err;

	buf_init(&plain, OWN_MAX);
	err = books_open(a, "own", bytes_of(id->b, RECORD_ID_LEN), sealed,
	    &plain);
	if (err == ERR_NONE)
		err = content_load(out, buf_view(&plain), NULL);
	if (err == ERR_NONE)
		content_set_id(out, id->b);
	buf_free(&plain);
	return err;
}

enum error_code
own_get(struct agent *a, const struct record_id *id, struct own *out,
    struct content *content)
{
	struct db_stmt *st = a->sql[SQL_OWN_GET];
	enum error_code err;
	bool row;

	db_bind_blob(st, 1, id->b, RECORD_ID_LEN);
	err = db_step(st, &row);
	if (err != ERR_NONE)
		return err;
	if (!row)
		return ERR_NOTFOUND;
	out->id = *id;
	err = db_col_fixed(st, 0, out->case_id, WIRE_CASE);
	out->at = db_col_u64(st, 1);
	out->kind = (enum content_kind)db_col_i64(st, 2);
	out->recalled = db_col_i64(st, 3) != 0;
	if (err == ERR_NONE && content != NULL)
		err = open_row(a, id, db_col_blob(st, 4), content);
	db_done(st);
	return err;
}

enum error_code
own_list(struct agent *a, const uint8_t case_id[static WIRE_CASE],
    own_visit *visit, void *ctx)
{
	struct db_stmt *st = a->sql[SQL_OWN_CASE];
	enum error_code err;
	struct content c;
	struct own o;
	bool row;

	db_bind_blob(st, 1, case_id, WIRE_CASE);
	while ((err = db_step(st, &row)) == ERR_NONE && row) {
		memcpy(o.case_id, case_id, WIRE_CASE);
		err = db_col_fixed(st, 0, o.id.b, RECORD_ID_LEN);
		o.at = db_col_u64(st, 1);
		o.kind = (enum content_kind)db_col_i64(st, 2);
		o.recalled = db_col_i64(st, 3) != 0;
		if (err == ERR_NONE)
			err = open_row(a, &o.id, db_col_blob(st, 4), &c);
		if (err == ERR_NONE) {
			err = visit(ctx, &o, &c);
			content_wipe(&c);
		}
		if (err != ERR_NONE)
			break;
	}
	db_done(st);
	return err;
}

enum error_code
own_recalled(struct agent *a, const struct record_id *id)
{
	struct db_stmt *st = a->sql[SQL_OWN_RECALLED];

	db_bind_blob(st, 1, id->b, RECORD_ID_LEN);
	return db_run(st);
}
