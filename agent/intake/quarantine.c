#include "agent/intake/quarantine.h"

#include "agent/books.h"
#include "base/log.h"

/* What the table holds is kept beside it: counting ten thousand rows for
 * every rejection would help whoever sends them. */
static const char setting[] = "quarantine";
enum { SIZE_BYTES = 3 * 8 };

static enum error_code
count(struct agent *a, struct quarantine_size *out)
{
	struct db_stmt *st = a->sql[SQL_QUARANTINE_SIZE];
	enum error_code err;
	bool row;

	err = db_step(st, &row);
	if (err == ERR_NONE && row) {
		out->rows = db_col_u64(st, 0);
		out->bytes = db_col_u64(st, 1);
	}
	db_done(st);
	return err;
}

enum error_code
quarantine_size(struct agent *a, struct quarantine_size *out)
{
	struct buf b;
	enum error_code err;

	*out = (struct quarantine_size){ .rows = 0 };
	buf_init(&b, SIZE_BYTES);
	err = books_get(a, setting, &b);
	if (err == ERR_NONE && b.n != SIZE_BYTES)
		err = ERR_FORMAT;
	if (err == ERR_NONE) {
		out->rows = get_be64(b.data);
		out->bytes = get_be64(b.data + 8);
		out->refused = get_be64(b.data + 16);
	}
	buf_free(&b);
	/* a store of before it was bounded */
	return err == ERR_NOTFOUND ? count(a, out) : err;
}

static enum error_code
put_size(struct agent *a, const struct quarantine_size *q)
{
	uint8_t b[SIZE_BYTES];

	put_be64(b, q->rows);
	put_be64(b + 8, q->bytes);
	put_be64(b + 16, q->refused);
	return books_put(a, setting, bytes_of(b, sizeof b));
}

static enum error_code
put_row(struct agent *a, uint64_t idx, struct bytes record,
    struct bytes ciphertext, uint32_t rule, const char *why)
{
	struct db_stmt *st = a->sql[SQL_QUARANTINE_PUT];

	db_bind_u64(st, 1, idx);
	db_bind_u64(st, 2, agent_now(a));
	db_bind_i64(st, 3, rule);
	db_bind_text(st, 4, why);
	db_bind_blob(st, 5, record.data, record.n);
	db_bind_blob(st, 6, ciphertext.data, ciphertext.n);
	return db_run(st);
}

enum error_code
quarantine_put(struct agent *a, uint64_t idx, struct bytes record,
    struct bytes ciphertext, uint32_t rule, const char *why)
{
	const uint64_t n = record.n + ciphertext.n;
	struct quarantine_size q;
	enum error_code err = quarantine_size(a, &q);

	if (err != ERR_NONE)
		return err;
	log_warning(31, "a message was rejected",
	    "see: wayleave-agent quarantine", "%s", why);
	if (q.rows >= QUARANTINE_ROWS || q.bytes + n > QUARANTINE_BYTES) {
		log_error(78, "quarantine", "look at it, then empty it: "
		    "wayleave-agent quarantine --empty", "full: what is "
		    "rejected from now on is counted and not kept");
		q.refused++;
		return put_size(a, &q);
	}
	q.rows++;
	q.bytes += n;
	err = put_row(a, idx, record, ciphertext, rule, why);
	return err == ERR_NONE ? put_size(a, &q) : err;
}

enum error_code
quarantine_empty(struct agent *a)
{
	const struct quarantine_size none = { .rows = 0 };
	enum error_code err = agent_begin(a);

	if (err != ERR_NONE)
		return err;
	err = db_run(a->sql[SQL_QUARANTINE_EMPTY]);
	if (err == ERR_NONE)
		err = put_size(a, &none);
	return agent_end(a, err);
}
