/*
 * store/statements.def: every statement finds its rows by a key and in its
 * order, and numbers its parameters as they come.
 */
#include <stdio.h>
#include <string.h>

#include "store/db.h"
#include "store/driver.h"
#include "store/sqlite.h"
#include "tests/support/test.h"

static const struct {
	const char *name, *sql;
	bool all;                    /* may read the whole table */
} statement[] = {
#define TABLE(id, name, key, rest, rule, ddl, put, set, get, del)            \
	{ name " put", put, false }, { name " set", set, false },            \
	{ name " get", get, false }, { name " del", del, false },
#define SCAN(id, table, prefix, from, columns, sql)                          \
	{ #id, sql, (prefix) == 0 && !(from) },
#include "store/statements.def"
#undef TABLE
#undef SCAN
};

START_TEST(test_plans)
{
	const struct store_driver *driver;
	void *d;
	struct db *db;
	struct db_stmt *st;
	char sql[1200], plan[200];
	bool row;

	ck_ok(db_open(":memory:", NULL, &db, NULL));
	ck_ok(sqlite_open(db, &driver, &d, NULL));
	for (size_t i = 0; i < sizeof statement / sizeof statement[0]; i++) {
		if (statement[i].sql == NULL)
			continue;
		(void)snprintf(sql, sizeof sql, "EXPLAIN QUERY PLAN %s",
		    statement[i].sql);
		ck_ok(db_prepare(db, sql, &st));
		for (;;) {
			ck_ok(db_step(st, &row));
			if (!row)
				break;
			ck_ok(db_col_str(st, 3, plan, sizeof plan));
			ck_assert_msg(strstr(plan, "TEMP B-TREE") == NULL,
			    "%s: %s", statement[i].name, plan);
			ck_assert_msg(statement[i].all ||
			    strncmp(plan, "SEARCH", 6) == 0, "%s: %s",
			    statement[i].name, plan);
		}
	}
	driver->close(d);
	db_close(&db);
}
END_TEST

START_TEST(test_parameters)
{
	for (size_t i = 0; i < sizeof statement / sizeof statement[0]; i++) {
		const char *at = statement[i].sql;
		unsigned highest = 0, n;

		while (at != NULL && (at = strchr(at, '$')) != NULL) {
			ck_assert_int_eq(sscanf(++at, "%u", &n), 1);
			ck_assert_msg(n <= highest + 1 && n > 0, "%s",
			    statement[i].name);
			if (n > highest)
				highest = n;
		}
	}
}
END_TEST

/* Letters say what the columns are; changeable ones are never in the key. */
START_TEST(test_tables)
{
	for (size_t i = 0; i < TABLES; i++) {
		const struct table_info *t = &store_table[i];

		ck_assert_uint_ge(t->n_key, 1);
		ck_assert_uint_le(t->n, CELLS_MAX);
		ck_assert_uint_eq(strspn(t->key, "ub"), t->n_key);
		ck_assert_uint_eq(strspn(t->rest, "ubUB"), t->n - t->n_key);
		for (size_t j = 0; j < i; j++)
			ck_assert_str_ne(store_table[j].name, t->name);
	}
	for (size_t i = 0; i < SCANS; i++) {
		const struct scan_info *s = &store_scan[i];

		ck_assert_uint_le(s->prefix + s->from,
		    store_table[s->table].n_key);
		ck_assert_uint_le(s->columns, store_table[s->table].n);
	}
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_test(tc, test_plans);
	tcase_add_test(tc, test_parameters);
	tcase_add_test(tc, test_tables);
}

int
main(void)
{
	return test_main("store/statements", fill, 10);
}
