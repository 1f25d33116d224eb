/* store/db.h: modes, transactions, limits, one process, hostile files. */
#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <signal.h>
#include <unistd.h>

#include "store/db.h"

static char dir[64], path[80];

static void
setup(void)
{
	(void)snprintf(dir, sizeof dir, "/tmp/wayleave-db-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	(void)snprintf(path, sizeof path, "%s/t.db", dir);
}

static void
teardown(void)
{
	char cmd[128];

	(void)snprintf(cmd, sizeof cmd, "rm -rf %s", dir);
	ck_assert_int_eq(system(cmd), 0);
}

static struct db *
opened(void)
{
	struct db *db = NULL;
	struct why why = { "" };

	ck_assert_msg(db_open(path, NULL, &db, &why) == ERR_NONE, "%s",
	    why.text);
	return db;
}

static void
exec_ok(struct db *db, const char *sql)
{
	struct why why = { "" };

	ck_assert_msg(db_exec(db, sql, &why) == ERR_NONE, "%s", why.text);
}

static int64_t
number(struct db *db, const char *sql)
{
	struct db_stmt *st;
	bool row;
	int64_t n;

	ck_assert_int_eq(db_prepare(db, sql, &st), ERR_NONE);
	ck_assert_int_eq(db_step(st, &row), ERR_NONE);
	ck_assert(row);
	n = db_col_i64(st, 0);
	db_done(st);
	return n;
}

static void
put_row(struct db *db, struct db_stmt *st, int64_t k, size_t n)
{
	static uint8_t blob[8192];

	(void)db;
	ck_assert(n <= sizeof blob);
	db_bind_i64(st, 1, k);
	db_bind_blob(st, 2, blob, n);
}

START_TEST(test_modes)
{
	static const struct { const char *sql, *want; } row[] = {
		{ "PRAGMA journal_mode", "wal" },
		{ "PRAGMA locking_mode", "exclusive" },
		{ "PRAGMA synchronous", "2" },
		{ "PRAGMA wal_autocheckpoint", "0" },
		{ "PRAGMA secure_delete", "2" },
		{ "PRAGMA cell_size_check", "1" },
		{ "PRAGMA trusted_schema", "0" },
		{ "PRAGMA mmap_size", "0" },
		{ "PRAGMA auto_vacuum", "0" },
		{ "PRAGMA cache_size", "-65536" },
		{ "PRAGMA page_size", "4096" },
	};
	struct db *db = opened();
	struct stat sb;
	char got[40], shm[100];
	bool has;

	for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
		struct db_stmt *st;

		ck_assert_int_eq(db_prepare(db, row[i].sql, &st), ERR_NONE);
		ck_assert_int_eq(db_step(st, &has), ERR_NONE);
		ck_assert(has);
		ck_assert_int_eq(db_col_str(st, 0, got, sizeof got), ERR_NONE);
		ck_assert_str_eq(got, row[i].want);
		db_done(st);
	}
	/* DEFENSIVE: the schema cannot be written by hand. */
	exec_ok(db, "CREATE TABLE t (k INTEGER PRIMARY KEY)");
	ck_assert_int_ne(db_exec(db, "PRAGMA writable_schema=ON;"
	    " DELETE FROM sqlite_schema", NULL), ERR_NONE);
	(void)snprintf(shm, sizeof shm, "%s-shm", path);
	ck_assert_int_ne(stat(shm, &sb), 0);
	ck_assert_int_eq(stat(path, &sb), 0);
	ck_assert_int_eq(sb.st_mode & 0777, 0600);
	db_close(&db);
	ck_assert_ptr_null(db);
	db_close(&db);
}
END_TEST

START_TEST(test_values)
{
	struct db *db = opened();
	struct db_stmt *put, *get;
	uint8_t blob[4] = { 1, 0, 255, 7 }, back[4];
	char text[5];
	bool row;

	exec_ok(db, "CREATE TABLE t (k INTEGER PRIMARY KEY, b, s, n, e)");
	ck_assert_int_eq(db_prepare(db, "INSERT INTO t VALUES"
	    " ($1, $2, $3, $4, $5)", &put), ERR_NONE);
	db_bind_u64(put, 1, UINT64_MAX);
	db_bind_blob(put, 2, blob, sizeof blob);
	db_bind_text(put, 3, "four");
	db_bind_null(put, 4);
	db_bind_blob(put, 5, NULL, 0);
	ck_assert_int_eq(db_run(put), ERR_NONE);
	ck_assert_uint_eq(db_changes(db), 1);
	ck_assert_int_eq(db_last_row(db), -1);
	ck_assert_int_eq(db_prepare(db, "SELECT * FROM t", &get), ERR_NONE);
	ck_assert_int_eq(db_step(get, &row), ERR_NONE);
	ck_assert(row);
	ck_assert_uint_eq(db_col_u64(get, 0), UINT64_MAX);
	ck_assert_int_eq(db_col_i64(get, 0), -1);
	ck_assert_int_eq(db_col_fixed(get, 1, back, 4), ERR_NONE);
	ck_assert_mem_eq(back, blob, 4);
	ck_assert_int_eq(db_col_fixed(get, 1, back, 3), ERR_FORMAT);
	ck_assert_int_eq(db_col_str(get, 1, text, sizeof text), ERR_FORMAT);
	ck_assert_int_eq(db_col_str(get, 2, text, sizeof text), ERR_NONE);
	ck_assert_str_eq(text, "four");
	ck_assert_int_eq(db_col_str(get, 2, text, 4), ERR_FORMAT);
	ck_assert(db_col_null(get, 3));
	ck_assert(!db_col_null(get, 4));
	ck_assert_uint_eq(db_col_blob(get, 4).n, 0);
	ck_assert_int_eq(db_step(get, &row), ERR_NONE);
	ck_assert(!row);
	/* The same key again; the statement goes on afterwards. */
	db_bind_u64(put, 1, UINT64_MAX);
	ck_assert_int_eq(db_run(put), ERR_EXISTS);
	db_bind_u64(put, 1, 5);
	ck_assert_int_eq(db_run(put), ERR_NONE);
	/* A bind to nothing is told by the run. */
	db_bind_u64(put, 9, 5);
	ck_assert_int_eq(db_run(put), ERR_INTERNAL);
	db_close(&db);
}
END_TEST

START_TEST(test_transactions)
{
	struct db *db = opened();

	exec_ok(db, "CREATE TABLE t (k INTEGER PRIMARY KEY)");
	ck_assert_int_eq(db_commit(db), ERR_INTERNAL);
	db_rollback(db);
	ck_assert_int_eq(db_begin(db), ERR_NONE);
	ck_assert_int_eq(db_begin(db), ERR_BUSY);
	ck_assert(db_in_transaction(db));
	exec_ok(db, "INSERT INTO t VALUES (1)");
	/* A broken constraint does not end the transaction. */
	ck_assert_int_eq(db_exec(db, "INSERT INTO t VALUES (1)", NULL),
	    ERR_EXISTS);
	ck_assert_int_eq(db_commit(db), ERR_NONE);
	ck_assert_int_eq(db_begin(db), ERR_NONE);
	exec_ok(db, "INSERT INTO t VALUES (2)");
	db_rollback(db);
	ck_assert(!db_in_transaction(db));
	ck_assert_int_eq(number(db, "SELECT count(*) FROM t"), 1);
	/* Open at close: rolled back. */
	ck_assert_int_eq(db_begin(db), ERR_NONE);
	exec_ok(db, "INSERT INTO t VALUES (3)");
	db_close(&db);
	db = opened();
	ck_assert_int_eq(number(db, "SELECT count(*) FROM t"), 1);
	db_close(&db);
}
END_TEST

START_TEST(test_schema)
{
	struct db *db = opened();
	struct why why;

	ck_assert_int_eq(db_schema(db, "a", 1, "CREATE TABLE x (k);"
	    "CREATE TABLE y (k)", &why), ERR_NONE);
	ck_assert_int_eq(db_schema(db, "a", 1, "nonsense", &why), ERR_NONE);
	ck_assert_int_eq(db_schema(db, "a", 2, "nonsense", &why), ERR_FORMAT);
	ck_assert_ptr_nonnull(strstr(why.text, "version 1"));
	/* A DDL that fails half way leaves nothing. */
	ck_assert_int_ne(db_schema(db, "b", 1, "CREATE TABLE z (k);"
	    "CREATE TABLE z (k)", &why), ERR_NONE);
	ck_assert_int_eq(number(db, "SELECT count(*) FROM sqlite_schema"
	    " WHERE name IN ('x', 'y', 'z')"), 2);
	db_close(&db);
	db = opened();
	ck_assert_int_eq(db_schema(db, "b", 1, "CREATE TABLE z (k)", &why),
	    ERR_NONE);
	ck_assert_int_eq(db_schema(db, "a", 1, "nonsense", &why), ERR_NONE);
	db_close(&db);
}
END_TEST

/* One process: another is told so, also by fork of a third. */
START_TEST(test_exclusive)
{
	struct db *db = opened();
	int status;
	pid_t pid = fork();

	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		struct db *second = NULL;
		struct why why = { "" };
		enum error_code e = db_open(path, NULL, &second, &why);

		_exit(e == ERR_LOCKED && second == NULL &&
		    strstr(why.text, "another process") != NULL ? 0 : 1);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	exec_ok(db, "CREATE TABLE t (k)");
	db_close(&db);
	db = opened();
	db_close(&db);
}
END_TEST

START_TEST(test_full)
{
	struct db_options o = { .max_pages = 40 };
	struct db *db = NULL;
	struct db_stmt *put;
	enum error_code e = ERR_NONE;
	int64_t k, kept;
	uint64_t used;

	ck_assert_int_eq(db_open(path, &o, &db, NULL), ERR_NONE);
	exec_ok(db, "CREATE TABLE t (k INTEGER PRIMARY KEY, b)");
	ck_assert_int_eq(db_prepare(db, "INSERT INTO t VALUES ($1, $2)", &put),
	    ERR_NONE);
	for (k = 0; k < 20; k++) {
		put_row(db, put, k, 4000);
		ck_assert_int_eq(db_run(put), ERR_NONE);
	}
	kept = k;
	ck_assert_int_eq(db_begin(db), ERR_NONE);
	for (; k < 100 && e == ERR_NONE; k++) {
		put_row(db, put, k, 4000);
		e = db_run(put);
	}
	ck_assert_int_eq(e, ERR_FULL);
	/* The transaction is lost as a whole: nothing goes on by itself. */
	put_row(db, put, 1000, 1);
	ck_assert_int_eq(db_run(put), ERR_FULL);
	ck_assert_int_eq(db_commit(db), ERR_FULL);
	ck_assert(!db_in_transaction(db));
	ck_assert(!db_poisoned(db));
	ck_assert_int_eq(number(db, "SELECT count(*) FROM t"), kept);
	ck_assert_int_eq(db_pages(db, &used), ERR_NONE);
	ck_assert_uint_le(used, 40);
	ck_assert_uint_ge(used, 20);
	/* More room, and it goes on. */
	ck_assert_int_eq(db_limit(db, 60), ERR_NONE);
	ck_assert_int_eq(db_begin(db), ERR_NONE);
	for (k = kept; k < kept + 20; k++) {
		put_row(db, put, k, 4000);
		ck_assert_int_eq(db_run(put), ERR_NONE);
	}
	ck_assert_int_eq(db_commit(db), ERR_NONE);
	ck_assert_int_eq(number(db, "SELECT count(*) FROM t"), kept + 20);
	/* What is deleted counts as room. */
	exec_ok(db, "DELETE FROM t");
	ck_assert_int_eq(db_pages(db, &used), ERR_NONE);
	ck_assert_uint_lt(used, 20);
	db_close(&db);
}
END_TEST

static off_t
size_of(const char *suffix)
{
	char name[100];
	struct stat sb;

	(void)snprintf(name, sizeof name, "%s%s", path, suffix);
	return stat(name, &sb) == 0 ? sb.st_size : 0;
}

START_TEST(test_checkpoint)
{
	struct db *db = opened();
	struct db_stmt *put;
	off_t wal, file;

	exec_ok(db, "CREATE TABLE t (k INTEGER PRIMARY KEY, b)");
	ck_assert_int_eq(db_prepare(db, "INSERT INTO t VALUES ($1, $2)", &put),
	    ERR_NONE);
	file = size_of("");
	for (int k = 0; k < 300; k++) {
		put_row(db, put, k, 4000);
		ck_assert_int_eq(db_run(put), ERR_NONE);
	}
	/* Busy and below the bound: not now. */
	ck_assert_int_eq(db_checkpoint(db, false), ERR_NONE);
	ck_assert_int_eq(size_of(""), file);
	wal = size_of("-wal");
	ck_assert_int_ge(wal, 300 * DB_PAGE);
	ck_assert_int_eq(db_begin(db), ERR_NONE);
	ck_assert_int_eq(db_checkpoint(db, true), ERR_BUSY);
	db_rollback(db);
	ck_assert_int_eq(db_checkpoint(db, true), ERR_NONE);
	ck_assert_int_ge(size_of(""), 300 * DB_PAGE);
	/* The WAL is written from its start again. */
	for (int k = 300; k < 500; k++) {
		put_row(db, put, k, 4000);
		ck_assert_int_eq(db_run(put), ERR_NONE);
	}
	ck_assert_int_le(size_of("-wal"), wal);
	db_close(&db);
}
END_TEST

START_TEST(test_hostile_files)
{
	static const char junk[] = "This is no database at all, but long "
	    "enough to be looked at: more than one hundred bytes of text, "
	    "which is what the header of a database takes.";
	struct db *db = NULL;
	struct why why = { "" };
	char name[100];
	int fd = open(path, O_WRONLY | O_CREAT, 0600);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, junk, sizeof junk), sizeof junk);
	(void)close(fd);
	ck_assert_int_eq(db_open(path, NULL, &db, &why), ERR_FORMAT);
	ck_assert_ptr_null(db);
	(void)unlink(path);
	/* Another program's file. */
	db = opened();
	exec_ok(db, "PRAGMA application_id=77");
	db_close(&db);
	ck_assert_int_eq(db_open(path, NULL, &db, &why), ERR_FORMAT);
	ck_assert_ptr_nonnull(strstr(why.text, "another program"));
	/* Not through a symbolic link; not in a folder that is not there. */
	(void)snprintf(name, sizeof name, "%s/link", dir);
	ck_assert_int_eq(symlink(path, name), 0);
	ck_assert_int_ne(db_open(name, NULL, &db, &why), ERR_NONE);
	(void)snprintf(name, sizeof name, "%s/none/t.db", dir);
	ck_assert_int_eq(db_open(name, NULL, &db, &why), ERR_NOTFOUND);
}
END_TEST

/*
 * A real write error: the file size limit makes write() fail with EFBIG.
 * From then on the handle takes nothing, also when the limit is gone.
 */
START_TEST(test_poisoned)
{
	struct db *db = opened();
	struct rlimit old, tight;
	struct db_stmt *put;
	enum error_code e = ERR_NONE;

	exec_ok(db, "CREATE TABLE t (k INTEGER PRIMARY KEY, b)");
	ck_assert_int_eq(db_prepare(db, "INSERT INTO t VALUES ($1, $2)", &put),
	    ERR_NONE);
	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &old), 0);
	(void)signal(SIGXFSZ, SIG_IGN);
	tight = old;
	tight.rlim_cur = 200 * 1024;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &tight), 0);
	for (int k = 0; k < 100 && e == ERR_NONE; k++) {
		put_row(db, put, k, 4000);
		e = db_run(put);
	}
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &old), 0);
	ck_assert_int_eq(e, ERR_IO);
	ck_assert(db_poisoned(db));
	put_row(db, put, 1000, 1);
	ck_assert_int_eq(db_run(put), ERR_IO);
	ck_assert_int_eq(db_begin(db), ERR_IO);
	ck_assert_int_eq(db_checkpoint(db, true), ERR_IO);
	ck_assert_int_eq(db_exec(db, "SELECT 1", NULL), ERR_IO);
	db_close(&db);
	/* What was committed before is there. */
	db = opened();
	ck_assert_int_gt(number(db, "SELECT count(*) FROM t"), 10);
	db_close(&db);
}
END_TEST

/* Killed at any moment: a commit that returned is there, others are not. */
START_TEST(test_killed)
{
	int pipes[2], status;
	int64_t acked = -1, k;
	struct db *db;
	pid_t pid;

	ck_assert_int_eq(pipe(pipes), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		struct db_stmt *put;

		db = opened();
		exec_ok(db, "CREATE TABLE t (k INTEGER PRIMARY KEY, b)");
		if (db_prepare(db, "INSERT INTO t VALUES ($1, $2)", &put) !=
		    ERR_NONE)
			_exit(1);
		for (k = 0;; k++) {
			put_row(db, put, k, 100);
			if (db_begin(db) != ERR_NONE || db_run(put) != ERR_NONE
			    || db_commit(db) != ERR_NONE || write(pipes[1], &k,
			    sizeof k) != sizeof k)
				_exit(1);
		}
	}
	(void)close(pipes[1]);
	for (int n = 0; n < 40; n++)
		ck_assert_int_eq(read(pipes[0], &acked, sizeof acked),
		    sizeof acked);
	(void)kill(pid, SIGKILL);
	while (read(pipes[0], &k, sizeof k) == sizeof k)
		acked = k;
	(void)close(pipes[0]);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFSIGNALED(status));
	db = opened();
	k = number(db, "SELECT max(k) FROM t");
	ck_assert_int_ge(k, acked);
	ck_assert_int_le(k, acked + 1);
	ck_assert_int_eq(number(db, "SELECT count(*) FROM t"), k + 1);
	db_close(&db);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("store/db");
	TCase *c = tcase_create("db");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(c, setup, teardown);
	tcase_set_timeout(c, 60);
	tcase_add_test(c, test_modes);
	tcase_add_test(c, test_values);
	tcase_add_test(c, test_transactions);
	tcase_add_test(c, test_schema);
	tcase_add_test(c, test_exclusive);
	tcase_add_test(c, test_full);
	tcase_add_test(c, test_checkpoint);
	tcase_add_test(c, test_hostile_files);
	tcase_add_test(c, test_poisoned);
	tcase_add_test(c, test_killed);
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
