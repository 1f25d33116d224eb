#include "store/db.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "base/fault.h"
#include "store/db_impl.h"

enum error_code
db_result(struct db *db, int rc)
{
	enum error_code e;

	switch (rc & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
		return ERR_NONE;
	case SQLITE_CONSTRAINT:
		return ERR_EXISTS; /* of the statement, not the transaction */
	case SQLITE_FULL:
		e = ERR_FULL;
		break;
	case SQLITE_NOMEM:
		e = ERR_NOMEM;
		break;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		e = ERR_LOCKED;
		break;
	case SQLITE_NOTADB:
		e = ERR_FORMAT;
		db->poisoned = true;
		break;
	case SQLITE_IOERR:
	case SQLITE_CORRUPT:
	case SQLITE_CANTOPEN:
	case SQLITE_READONLY:
		e = ERR_IO;
		db->poisoned = true;
		break;
	default:
		e = ERR_INTERNAL;
		break;
	}
	if (db->open && db->failed == ERR_NONE)
		db->failed = e;
	return e;
}

static enum error_code
usable(const struct db *db)
{
	if (db->poisoned)
		return ERR_IO;
	return db->open ? db->failed : ERR_NONE;
}

/* ---- transactions -------------------------------------------------------- */

enum error_code
db_begin(struct db *db)
{
	enum error_code e;

	if (db->poisoned)
		return ERR_IO;
	if (db->open)
		return ERR_BUSY;
	e = db->held ? ERR_NONE : db_run(db->begin);
	if (e == ERR_NONE) {
		db->open = true;
		db->failed = ERR_NONE;
	}
	return e;
}

enum error_code
db_commit(struct db *db)
{
	enum error_code e;

	if (!db->open)
		return ERR_INTERNAL;
	e = usable(db);
	if (e == ERR_NONE && fault_point("db_commit") != ERR_NONE) {
		db->poisoned = true;
		e = ERR_IO;
	}
	db->held = fault_break("p6");
	if (e == ERR_NONE && !db->held)
		e = db_run(db->commit);
	if (e != ERR_NONE) {
		db_rollback(db);
		return e;
	}
	db->open = false;
	/* Durable, and nobody was told yet. */
	if (fault_point("db_committed") != ERR_NONE) {
		db->poisoned = true;
		e = ERR_IO;
	}
	return e;
}

void
db_rollback(struct db *db)
{
	if (!db->open)
		return;
	db->open = db->held = false;
	db->failed = ERR_NONE;
	for (struct db_stmt *st = db->stmt; st != NULL; st = st->next)
		(void)sqlite3_reset(st->st);
	/* A full disk may have rolled back already. */
	if (!db->poisoned && sqlite3_get_autocommit(db->c) == 0 &&
	    db_run(db->rollback) != ERR_NONE)
		db->poisoned = true;
}

bool
db_in_transaction(const struct db *db)
{
	return db->open;
}

bool
db_poisoned(const struct db *db)
{
	return db->poisoned;
}

/* ---- statements ---------------------------------------------------------- */

enum error_code
db_prepare(struct db *db, const char *sql, struct db_stmt **out)
{
	struct db_stmt *st;
	enum error_code e;

	*out = NULL;
	if ((e = usable(db)) != ERR_NONE)
		return e;
	st = calloc(1, sizeof *st);
	if (st == NULL)
		return ERR_NOMEM;
	st->db = db;
	e = db_result(db, sqlite3_prepare_v3(db->c, sql, -1,
	    SQLITE_PREPARE_PERSISTENT, &st->st, NULL));
	if (e != ERR_NONE) {
		free(st);
		return e;
	}
	st->next = db->stmt;
	db->stmt = st;
	*out = st;
	return ERR_NONE;
}

static void
bound(struct db_stmt *st, int rc)
{
	if (rc != SQLITE_OK && st->bound == ERR_NONE)
		st->bound = rc == SQLITE_NOMEM ? ERR_NOMEM : ERR_INTERNAL;
}

void
db_bind_i64(struct db_stmt *st, int i, int64_t v)
{
	bound(st, sqlite3_bind_int64(st->st, i, v));
}

void
db_bind_u64(struct db_stmt *st, int i, uint64_t v)
{
	bound(st, sqlite3_bind_int64(st->st, i, (int64_t)v));
}

void
db_bind_blob(struct db_stmt *st, int i, const void *data, size_t n)
{
	/* A NULL pointer would bind NULL: an empty blob is not that. */
	bound(st, sqlite3_bind_blob64(st->st, i, n > 0 ? data : "", n,
	    SQLITE_STATIC));
}

void
db_bind_text(struct db_stmt *st, int i, const char *s)
{
	bound(st, sqlite3_bind_text(st->st, i, s, -1, SQLITE_STATIC));
}

void
db_bind_null(struct db_stmt *st, int i)
{
	bound(st, sqlite3_bind_null(st->st, i));
}

enum error_code
db_step(struct db_stmt *st, bool *row)
{
	enum error_code e;
	int rc;

	*row = false;
	e = usable(st->db);
	if (e == ERR_NONE)
		e = st->bound;
	st->bound = ERR_NONE;
	if (e != ERR_NONE) {
		db_done(st);
		return e;
	}
	rc = sqlite3_step(st->st);
	if (rc == SQLITE_ROW) {
		*row = true;
		return ERR_NONE;
	}
	e = db_result(st->db, rc);
	(void)sqlite3_reset(st->st);
	return e;
}

void
db_done(struct db_stmt *st)
{
	(void)sqlite3_reset(st->st);
}

enum error_code
db_run(struct db_stmt *st)
{
	bool row;
	enum error_code e = db_step(st, &row);

	if (e == ERR_NONE && row)
		db_done(st);
	return e;
}

uint64_t
db_changes(const struct db *db)
{
	return (uint64_t)sqlite3_changes64(db->c);
}

int64_t
db_last_row(const struct db *db)
{
	return sqlite3_last_insert_rowid(db->c);
}

enum error_code
db_exec(struct db *db, const char *sql, struct why *why)
{
	enum error_code e = usable(db);

	if (e != ERR_NONE)
		return e;
	e = db_result(db, sqlite3_exec(db->c, sql, NULL, NULL, NULL));
	if (e != ERR_NONE)
		why_set(why, "%s", sqlite3_errmsg(db->c));
	return e;
}

int64_t
db_col_i64(struct db_stmt *st, int i)
{
	return sqlite3_column_int64(st->st, i);
}

uint64_t
db_col_u64(struct db_stmt *st, int i)
{
	return (uint64_t)sqlite3_column_int64(st->st, i);
}

struct bytes
db_col_blob(struct db_stmt *st, int i)
{
	/* The pointer first: asking for it may change what bytes() says. */
	const void *data = sqlite3_column_blob(st->st, i);

	return bytes_of(data, (size_t)sqlite3_column_bytes(st->st, i));
}

bool
db_col_null(struct db_stmt *st, int i)
{
	return sqlite3_column_type(st->st, i) == SQLITE_NULL;
}

enum error_code
db_col_fixed(struct db_stmt *st, int i, void *out, size_t n)
{
	struct bytes b = db_col_blob(st, i);

	if (b.n != n || b.data == NULL)
		return ERR_FORMAT;
	memcpy(out, b.data, n);
	return ERR_NONE;
}

enum error_code
db_col_str(struct db_stmt *st, int i, char *out, size_t size)
{
	struct bytes b = db_col_blob(st, i);

	if (b.n >= size || (b.n > 0 && memchr(b.data, 0, b.n) != NULL))
		return ERR_FORMAT;
	if (b.n > 0)
		memcpy(out, b.data, b.n);
	out[b.n] = '\0';
	return ERR_NONE;
}

/* ---- room ---------------------------------------------------------------- */

enum error_code
db_limit(struct db *db, uint64_t pages)
{
	const uint64_t most = 0xfffffffe; /* SQLite's own */
	char sql[64];

	if (db->open)
		return ERR_BUSY;
	sqlite3_snprintf(sizeof sql, sql, "PRAGMA max_page_count=%llu",
	    pages == 0 || pages > most ? most : pages);
	return db_exec(db, sql, NULL);
}

enum error_code
db_pages(struct db *db, uint64_t *used)
{
	bool row;
	enum error_code e = db_step(db->used_pages, &row);

	*used = 0;
	if (e == ERR_NONE && row) {
		*used = db_col_u64(db->used_pages, 0);
		db_done(db->used_pages);
	}
	return e;
}

enum error_code
db_checkpoint(struct db *db, bool idle)
{
	enum error_code e;
	int left = 0, done = 0;

	if (db->poisoned)
		return ERR_IO;
	if (db->open)
		return ERR_BUSY;
	if (db->wal <= DB_WAL_IDLE || (!idle && db->wal <= DB_WAL_MAX))
		return ERR_NONE;
	e = db_result(db, sqlite3_wal_checkpoint_v2(db->c, NULL,
	    SQLITE_CHECKPOINT_PASSIVE, &left, &done));
	/* Full: the WAL keeps what the file has no room for. */
	if (e == ERR_FULL)
		return ERR_FULL;
	if (e == ERR_NONE && done >= left)
		db->wal = 0;
	return e;
}
