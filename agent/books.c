#include "agent/books.h"

#include "keys/wrap.h"

enum { AD_MAX = 160 };

/* Additional data: table ‖ 0 ‖ row, so that no row opens in another's place. */
static enum error_code
associated(struct buf *ad, const char *table, struct bytes row)
{
	buf_init(ad, AD_MAX);
	buf_put_str(ad, table);
	buf_put_u8(ad, 0);
	buf_put(ad, row.data, row.n);
	return buf_ok(ad) ? ERR_NONE : ERR_SIZE;
}

enum error_code
books_seal(const struct agent *a, const char *table, struct bytes row,
    struct bytes plain, struct buf *out)
{
	enum error_code err;
	struct buf ad;

	if (a->identity == NULL)
		return ERR_LOCKED;
	err = associated(&ad, table, row);
	if (err == ERR_NONE)
		err = wrap_seal_buf(a->identity->store, buf_view(&ad), plain,
		    out);
	buf_free(&ad);
	return err;
}

enum error_code
books_open(const struct agent *a, const char *table, struct bytes row,
    struct bytes sealed, struct buf *out)
{
	enum error_code err;
	struct buf ad;

	if (a->identity == NULL)
		return ERR_LOCKED;
	err = associated(&ad, table, row);
	if (err == ERR_NONE)
		err = wrap_open_buf(a->identity->store, buf_view(&ad), sealed,
		    out);
	buf_free(&ad);
	return err;
}

struct bytes
books_row(uint64_t n, uint8_t room[static 8])
{
	put_be64(room, n);
	return bytes_of(room, 8);
}

enum error_code
books_put(struct agent *a, const char *name, struct bytes value)
{
	struct db_stmt *st = a->sql[SQL_NAMED_PUT];

	db_bind_text(st, 1, name);
	db_bind_blob(st, 2, value.data, value.n);
	return db_run(st);
}

enum error_code
books_get(struct agent *a, const char *name, struct buf *out)
{
	struct db_stmt *st = a->sql[SQL_NAMED_GET];
	enum error_code err;
	struct bytes v;
	bool row;

	db_bind_text(st, 1, name);
	err = db_step(st, &row);
	if (err != ERR_NONE)
		return err;
	if (!row)
		return ERR_NOTFOUND;
	v = db_col_blob(st, 0);
	buf_put(out, v.data, v.n);
	db_done(st);
	return buf_ok(out) ? ERR_NONE : ERR_NOMEM;
}
