#include "store/db.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/db_impl.h"

#define APPLICATION_ID 0x5761796c /* "Wayl" */

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int once_rc;

/*
 * A connection is used by one thread at a time, so SQLite's own locks are
 * only those of its allocator; its memory counters would cost one each call.
 */
static void
configure(void)
{
	once_rc = sqlite3_config(SQLITE_CONFIG_MULTITHREAD);
	if (once_rc == SQLITE_OK)
		once_rc = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	if (once_rc == SQLITE_OK)
		once_rc = sqlite3_initialize();
}

static int
wal_grew(void *ctx, sqlite3 *c, const char *name, int pages)
{
	struct db *db = ctx;

	(void)c;
	(void)name;
	db->wal = pages;
	return SQLITE_OK;
}

/* Runs a pragma and, unless `want` is NULL, compares what it answers. */
static enum error_code
pragma(struct db *db, const char *sql, const char *want, struct why *why)
{
	sqlite3_stmt *st = NULL;
	const char *got = NULL;
	enum error_code e;
	int rc;

	rc = sqlite3_prepare_v2(db->c, sql, -1, &st, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(st);
	e = db_result(db, rc);
	if (e == ERR_NONE && want != NULL) {
		if (rc == SQLITE_ROW)
			got = (const char *)sqlite3_column_text(st, 0);
		if (got == NULL || strcmp(got, want) != 0) {
			why_set(why, "%s: %s is in force", sql,
			    got != NULL ? got : "nothing");
			e = ERR_CONFIG;
		}
	} else if (e != ERR_NONE) {
		why_set(why, "%s: %s", sql, e == ERR_LOCKED ?
		    "another process has the database open" :
		    sqlite3_errmsg(db->c));
	}
	sqlite3_finalize(st);
	return e;
}

/*
 * The order matters: EXCLUSIVE before WAL, so that the WAL index lives in
 * our memory and no second process can ever open the file.
 */
static enum error_code
modes(struct db *db, uint32_t cache_kib, bool memory, struct why *why)
{
	char cache[48], cache_want[24];
	const struct {
		const char *set, *want;
	} row[] = {
		{ "PRAGMA page_size=4096", NULL },
		{ "PRAGMA auto_vacuum=NONE", NULL },
		{ "PRAGMA locking_mode=EXCLUSIVE", "exclusive" },
		{ "PRAGMA journal_mode=WAL", memory ? "memory" : "wal" },
		{ "PRAGMA synchronous=FULL", NULL },
		{ "PRAGMA synchronous", "2" },
		{ "PRAGMA wal_autocheckpoint=0", "0" },
		{ cache, NULL },
		{ "PRAGMA cache_size", cache_want },
		{ "PRAGMA secure_delete=FAST", "2" },
		{ "PRAGMA trusted_schema=OFF", NULL },
		{ "PRAGMA trusted_schema", "0" },
		{ "PRAGMA cell_size_check=ON", NULL },
		{ "PRAGMA cell_size_check", "1" },
		{ "PRAGMA mmap_size=0", memory ? NULL : "0" },
		{ "PRAGMA temp_store=MEMORY", NULL },
		{ "PRAGMA page_size", "4096" },
		{ "PRAGMA auto_vacuum", "0" },
		{ "PRAGMA locking_mode", "exclusive" },
	};
	enum error_code e = ERR_NONE;

	sqlite3_snprintf(sizeof cache, cache, "PRAGMA cache_size=-%u",
	    cache_kib);
	sqlite3_snprintf(sizeof cache_want, cache_want, "-%u", cache_kib);
	for (size_t i = 0; i < sizeof row / sizeof row[0] && e == ERR_NONE; i++)
		e = pragma(db, row[i].set, row[i].want, why);
	return e;
}

static enum error_code
defend(struct db *db, struct why *why)
{
	int on = 0, rc;

	rc = sqlite3_db_config(db->c, SQLITE_DBCONFIG_DEFENSIVE, 1, &on);
	if (rc != SQLITE_OK || on != 1) {
		why_set(why, "SQLite would not go into its defensive mode");
		return ERR_CONFIG;
	}
	sqlite3_extended_result_codes(db->c, 1);
	/* Records are bounded at 40 KiB, ciphertexts at 64 KiB and a little. */
	sqlite3_limit(db->c, SQLITE_LIMIT_LENGTH, 4 * 1024 * 1024);
	sqlite3_limit(db->c, SQLITE_LIMIT_ATTACHED, 0);
	return ERR_NONE;
}

/* Ours, or new: a file of another program is left alone. */
static enum error_code
ours(struct db *db, struct why *why)
{
	struct db_stmt *st = NULL;
	int64_t id = -1, tables = 0;
	bool row = false;
	enum error_code e;

	e = db_prepare(db, "SELECT (SELECT application_id FROM"
	    " pragma_application_id), (SELECT count(*) FROM sqlite_schema)",
	    &st);
	if (e == ERR_NONE)
		e = db_step(st, &row);
	if (e == ERR_NONE && row) {
		id = db_col_i64(st, 0);
		tables = db_col_i64(st, 1);
		db_done(st);
	}
	if (e != ERR_NONE || id == APPLICATION_ID)
		return e;
	if (id != 0 || tables != 0) {
		why_set(why, "this is the database of another program");
		return ERR_FORMAT;
	}
	e = db_exec(db, "PRAGMA application_id=0x5761796c", why);
	if (e == ERR_NONE)
		e = db_exec(db, "CREATE TABLE part (name TEXT PRIMARY KEY,"
		    " version INTEGER NOT NULL) WITHOUT ROWID", why);
	return e;
}

static enum error_code
own_statements(struct db *db)
{
	enum error_code e;

	e = db_prepare(db, "BEGIN IMMEDIATE", &db->begin);
	if (e == ERR_NONE)
		e = db_prepare(db, "COMMIT", &db->commit);
	if (e == ERR_NONE)
		e = db_prepare(db, "ROLLBACK", &db->rollback);
	if (e == ERR_NONE)
		e = db_prepare(db, "SELECT (SELECT page_count FROM"
		    " pragma_page_count) - (SELECT freelist_count FROM"
		    " pragma_freelist_count)", &db->used_pages);
	return e;
}

/* The name of a new file has to be durable before what is in it. */
static enum error_code
create_file(const char *path, struct why *why)
{
	char dir[4096];
	const char *slash = strrchr(path, '/');
	size_t n = slash == NULL ? 1 : (size_t)(slash - path) + 1;
	int fd, dfd, rc;

	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0) {
		if (errno == EEXIST)
			return ERR_NONE;
		why_set(why, "cannot create the database: %s", strerror(errno));
		return errno == ENOSPC ? ERR_FULL :
		    errno == ENOENT ? ERR_NOTFOUND : ERR_DENIED;
	}
	(void)close(fd);
	if (n >= sizeof dir)
		return ERR_SIZE;
	memcpy(dir, slash == NULL ? "." : path, n);
	dir[n] = '\0';
	dfd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dfd < 0)
		return ERR_IO;
	rc = fsync(dfd);
	(void)close(dfd);
	return rc == 0 ? ERR_NONE : ERR_IO;
}

enum error_code
db_open(const char *path, const struct db_options *o, struct db **out,
    struct why *why)
{
	const bool memory = strcmp(path, ":memory:") == 0;
	const uint32_t kib = o != NULL && o->cache_kib > 0 ? o->cache_kib :
	    65536;
	struct db *db;
	enum error_code e = ERR_NONE;
	int rc;

	*out = NULL;
	(void)pthread_once(&once, configure);
	if (once_rc != SQLITE_OK)
		return ERR_INTERNAL;
	db = calloc(1, sizeof *db);
	if (db == NULL)
		return ERR_NOMEM;
	if (!memory)
		e = create_file(path, why);
	if (e != ERR_NONE)
		goto out;
	rc = sqlite3_open_v2(path, &db->c, SQLITE_OPEN_READWRITE |
	    SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW, NULL);
	if (rc != SQLITE_OK) {
		why_set(why, "cannot open the database: %s",
		    sqlite3_errstr(rc));
		e = rc == SQLITE_NOMEM ? ERR_NOMEM : ERR_IO;
		goto out;
	}
	e = defend(db, why);
	if (e == ERR_NONE)
		e = modes(db, kib, memory, why);
	/* After the modes: wal_autocheckpoint takes the hook's place. */
	if (e == ERR_NONE)
		(void)sqlite3_wal_hook(db->c, wal_grew, db);
	if (e == ERR_NONE)
		e = ours(db, why);
	if (e == ERR_NONE)
		e = own_statements(db);
	if (e == ERR_NONE)
		e = db_limit(db, o != NULL ? o->max_pages : 0);
out:
	if (e == ERR_NONE)
		*out = db;
	else
		db_close(&db);
	return e;
}

void
db_close(struct db **db)
{
	struct db_stmt *st, *next;

	if (*db == NULL)
		return;
	for (st = (*db)->stmt; st != NULL; st = next) {
		next = st->next;
		(void)sqlite3_finalize(st->st);
		free(st);
	}
	/* An open transaction is rolled back by closing. */
	(void)sqlite3_close((*db)->c);
	free(*db);
	*db = NULL;
}

enum error_code
db_schema(struct db *db, const char *part, uint32_t version, const char *ddl,
    struct why *why)
{
	const bool own = !db->open;
	struct db_stmt *get = NULL, *put = NULL;
	bool row = false;
	enum error_code e;

	e = db_prepare(db, "SELECT version FROM part WHERE name = $1", &get);
	if (e != ERR_NONE)
		return e;
	db_bind_text(get, 1, part);
	e = db_step(get, &row);
	if (e == ERR_NONE && row) {
		if (db_col_u64(get, 0) != version) {
			why_set(why, "the tables of \"%s\" have version %llu, "
			    "this program knows %u", part,
			    (unsigned long long)db_col_u64(get, 0), version);
			e = ERR_FORMAT;
		}
		db_done(get);
		return e;
	}
	if (e == ERR_NONE && own)
		e = db_begin(db);
	if (e == ERR_NONE)
		e = db_exec(db, ddl, why);
	if (e == ERR_NONE)
		e = db_prepare(db, "INSERT INTO part VALUES ($1, $2)", &put);
	if (e == ERR_NONE) {
		db_bind_text(put, 1, part);
		db_bind_u64(put, 2, version);
		e = db_run(put);
	}
	if (e == ERR_NONE && own)
		e = db_commit(db);
	if (e != ERR_NONE && own)
		db_rollback(db);
	return e;
}
