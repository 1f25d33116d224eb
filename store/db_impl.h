/* What store/db.c and store/db_open.c share; nobody else includes this. */
#ifndef WAYLEAVE_STORE_DB_IMPL_H
#define WAYLEAVE_STORE_DB_IMPL_H

#include <sqlite3.h>

#include "store/db.h"

struct db_stmt {
	struct db *db;
	sqlite3_stmt *st;
	struct db_stmt *next;
	enum error_code bound; /* first bind that failed since the last run */
};

struct db {
	sqlite3 *c;
	struct db_stmt *stmt;
	struct db_stmt *begin, *commit, *rollback, *used_pages;
	enum error_code failed; /* of the open transaction, until rolled back */
	bool open;              /* between db_begin and its end */
	bool poisoned;
	bool held;              /* promise 6 is broken: committed, it said */
	int wal;                /* pages in the WAL after the last commit */
};

/* What a result means for us; also what it does to handle and transaction. */
enum error_code db_result(struct db *db, int rc);

#endif
