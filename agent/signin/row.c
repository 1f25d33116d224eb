#include "agent/signin/row.h"

#include <sodium.h>
#include <string.h>

#include "agent/books.h"

/* version, flags, phone, until, cost, salt, key, secret, step */
enum {
	VERSION = 1,
	BYTES = 1 + 1 + 1 + 8 + 4 + KDF_SALT + KDF_KEY + TOTP_SECRET + 8,
	HAS_PASSWORD = 1, FIRST = 2,
};

static void
encode(const struct signin_row *row, struct buf *out)
{
	buf_put_u8(out, VERSION);
	buf_put_u8(out, (uint8_t)((row->has_password ? HAS_PASSWORD : 0) |
	    (row->first ? FIRST : 0)));
	buf_put_u8(out, (uint8_t)row->phone);
	buf_put_u64(out, row->until);
	buf_put_u32(out, row->cost);
	buf_put(out, row->salt, KDF_SALT);
	buf_put(out, row->key, KDF_KEY);
	buf_put(out, row->secret, TOTP_SECRET);
	buf_put_u64(out, row->step);
}

static bool
take(struct bytes *in, void *out, size_t n)
{
	const uint8_t *at;

	if (!bytes_take(in, n, &at))
		return false;
	memcpy(out, at, n);
	return true;
}

static bool
decode(struct bytes in, struct signin_row *row)
{
	uint8_t version, flags, phone;
	uint32_t cost;

	if (!bytes_take_u8(&in, &version) || version != VERSION ||
	    !bytes_take_u8(&in, &flags) || !bytes_take_u8(&in, &phone) ||
	    phone > PHONE_GOOD || !bytes_take_u64(&in, &row->until) ||
	    !bytes_take_u32(&in, &cost) || !take(&in, row->salt, KDF_SALT) ||
	    !take(&in, row->key, KDF_KEY) ||
	    !take(&in, row->secret, TOTP_SECRET) ||
	    !bytes_take_u64(&in, &row->step) || in.n != 0)
		return false;
	row->has_password = (flags & HAS_PASSWORD) != 0;
	row->first = (flags & FIRST) != 0;
	row->phone = (enum signin_phone)phone;
	row->cost = cost;
	return true;
}

enum error_code
signin_row_get(struct agent *a, const char *account, struct signin_row *out)
{
	struct db_stmt *st = a->sql[SQL_SIGNIN_GET];
	enum error_code err;
	struct buf plain;
	bool row;

	memset(out, 0, sizeof *out);
	db_bind_text(st, 1, account);
	err = db_step(st, &row);
	if (err != ERR_NONE || !row)
		return err;
	buf_init(&plain, BYTES);
	err = books_open(a, "signin", bytes_str(account), db_col_blob(st, 0),
	    &plain);
	db_done(st);
	if (err == ERR_NONE && !decode(buf_view(&plain), out))
		err = ERR_FORMAT;
	buf_free(&plain);
	if (err != ERR_NONE)
		sodium_memzero(out, sizeof *out);
	return err;
}

enum error_code
signin_row_put(struct agent *a, const char *account,
    const struct signin_row *row)
{
	struct db_stmt *st = a->sql[SQL_SIGNIN_PUT];
	struct buf plain, sealed;
	enum error_code err = agent_begin(a);

	if (err != ERR_NONE)
		return err;
	buf_init(&plain, BYTES);
	buf_init(&sealed, BYTES + 64);
	encode(row, &plain);
	err = books_seal(a, "signin", bytes_str(account), buf_view(&plain),
	    &sealed);
	if (err == ERR_NONE) {
		db_bind_text(st, 1, account);
		db_bind_blob(st, 2, sealed.data, sealed.n);
		err = db_run(st);
	}
	buf_free(&plain);
	buf_free(&sealed);
	return agent_end(a, err);
}

enum error_code
signin_row_forget(struct agent *a, const char *account)
{
	struct db_stmt *st = a->sql[SQL_SIGNIN_FORGET];

	db_bind_text(st, 1, account);
	return db_run(st);
}
