/*
 * SQLite, thinly: one file, one connection, one thread at a time.
 *
 * The only place that calls sqlite3.  The broker, the agent and the auditor
 * each open one file here; the store and the program's own tables live in it
 * side by side and share its transactions, so what belongs together becomes
 * durable together (INTERNALS 2).
 *
 * A commit that returned ERR_NONE survives power loss (WAL, synchronous=FULL).
 * After the first input or output error, fsync above all, nothing is tried
 * again: the handle is poisoned, every call returns ERR_IO, and the process
 * has to end and recover from the disk (PITFALLS "SQLite").
 *
 * ERR_FULL and ERR_NOMEM end the transaction, not the handle: every call
 * returns the same error until db_rollback().
 */
#ifndef WAYLEAVE_STORE_DB_H
#define WAYLEAVE_STORE_DB_H

#include "base/bytes.h"
#include "base/error.h"

struct db;
struct db_stmt;

enum {
	DB_PAGE = 4096,              /* bytes of a page */
	DB_WAL_IDLE = 256,           /* WAL pages to checkpoint when idle */
	DB_WAL_MAX = 4096,           /* and in any case */
};

struct db_options {
	uint32_t cache_kib;          /* page cache, 0: 65536 */
	uint64_t max_pages;          /* size limit, see db_limit(); 0: none */
};

/*
 * Opens or creates the database at `path` (mode 0600) and holds it
 * exclusively until db_close(); `o` may be NULL for the defaults.  ":memory:"
 * is a database that is gone at close, for tests.
 * ERR_LOCKED: another process has it open.  ERR_FORMAT: not a database, or
 * not one of ours.  ERR_CONFIG: SQLite would not take one of the modes.
 */
MUST_USE enum error_code db_open(const char *path, const struct db_options *o,
    struct db **out, struct why *why);
/* Rolls back what is open, finalizes all statements; accepts NULL. */
void db_close(struct db **db);

/*
 * Creates the tables of one part ("store", "agent", ...) with `ddl` when the
 * file has none of it yet, in a transaction of its own unless one is open.
 * ERR_FORMAT when the file holds another version of that part.
 */
MUST_USE enum error_code db_schema(struct db *db, const char *part,
    uint32_t version, const char *ddl, struct why *why);

/* ---- transactions -------------------------------------------------------- */
/* ERR_BUSY when one is open already. */
MUST_USE enum error_code db_begin(struct db *db);
/*
 * Durable when it returns ERR_NONE.  ERR_FULL, ERR_NOMEM: rolled back, the
 * handle goes on.  ERR_IO: poisoned.
 */
MUST_USE enum error_code db_commit(struct db *db);
/* Undoes; nothing to do when none is open. */
void db_rollback(struct db *db);
bool db_in_transaction(const struct db *db);
bool db_poisoned(const struct db *db);

/* ---- statements ---------------------------------------------------------- */
/*
 * A prepared statement, kept by `db` and gone with it.  Prepare once, at
 * start.  Parameters are written $1, $2, ... in order of first use.
 */
MUST_USE enum error_code db_prepare(struct db *db, const char *sql,
    struct db_stmt **out);

/*
 * Binding: `i` counts from 1.  Blobs and texts are borrowed until the
 * statement is stepped to its end or db_done().  A failed bind is reported
 * by the next db_step() or db_run().  A u64 keeps its bits (it is stored as
 * SQLite's signed integer: order holds below 2^63).
 */
void db_bind_i64(struct db_stmt *st, int i, int64_t v);
void db_bind_u64(struct db_stmt *st, int i, uint64_t v);
void db_bind_blob(struct db_stmt *st, int i, const void *data, size_t n);
void db_bind_text(struct db_stmt *st, int i, const char *s);
void db_bind_null(struct db_stmt *st, int i);

/*
 * One step: *row says whether there is a row to read.  After the last row,
 * or an error, the statement is ready to be bound and run again.
 * ERR_EXISTS: a constraint (PRIMARY KEY, UNIQUE, CHECK) forbids it.
 */
MUST_USE enum error_code db_step(struct db_stmt *st, bool *row);
/* Ends a statement before its last row; harmless otherwise. */
void db_done(struct db_stmt *st);
/* A statement without rows, from start to end. */
MUST_USE enum error_code db_run(struct db_stmt *st);
/* Rows changed by the last INSERT, UPDATE or DELETE. */
uint64_t db_changes(const struct db *db);
/* Row id of the last INSERT into a table that has one. */
int64_t db_last_row(const struct db *db);
/* SQL without parameters and rows, for DDL and tests. */
MUST_USE enum error_code db_exec(struct db *db, const char *sql,
    struct why *why);

/* Reading the row: `i` counts from 0; valid until the next step or db_done. */
int64_t db_col_i64(struct db_stmt *st, int i);
uint64_t db_col_u64(struct db_stmt *st, int i);
/* Also text; NULL is empty. */
struct bytes db_col_blob(struct db_stmt *st, int i);
bool db_col_null(struct db_stmt *st, int i);
/* Exactly n bytes into `out`; ERR_FORMAT when the column has another size. */
MUST_USE enum error_code db_col_fixed(struct db_stmt *st, int i, void *out,
    size_t n);
/* A text with its NUL into `out` of `size` bytes; ERR_FORMAT when it does
 * not fit. */
MUST_USE enum error_code db_col_str(struct db_stmt *st, int i, char *out,
    size_t size);

/* ---- room ---------------------------------------------------------------- */
/*
 * The file never grows past `pages` (of DB_PAGE bytes); what would need more
 * gets ERR_FULL.  0: no limit.  Not in a transaction.  A limit below the
 * present size forbids growth.
 */
MUST_USE enum error_code db_limit(struct db *db, uint64_t pages);
/*
 * Pages in use (free ones not counted).  The broker compares with its soft
 * limit before a batch, and admits only narrowing records above it.
 */
MUST_USE enum error_code db_pages(struct db *db, uint64_t *used);

/*
 * Moves the WAL into the file when it is worth it: at most every batch, with
 * `idle` when there is nothing better to do.  Never in a transaction.
 */
MUST_USE enum error_code db_checkpoint(struct db *db, bool idle);

#endif
