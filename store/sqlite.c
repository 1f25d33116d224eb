/*
 * The store's driver over SQLite: one prepared statement for each thing that
 * store/statements.def lists, prepared once.
 */
#include "store/sqlite.h"

#include <stdlib.h>

#define STORE_VERSION 1

struct sqlite {
	struct db *db;
	struct db_stmt *put[TABLES], *set[TABLES], *get[TABLES], *del[TABLES];
	struct db_stmt *scan[SCANS];
	bool busy[SCANS];
	struct db_stmt *got;         /* a get whose row is still being read */
};

static const struct {
	const char *ddl, *put, *set, *get, *del;
} sql[TABLES] = {
#define TABLE(id, name, key, rest, rule, ddl, put, set, get, del)    \
	[T_##id] = { ddl, put, set, get, del },
#define SCAN(id, table, prefix, from, columns, sql)
#include "store/statements.def"
#undef TABLE
#undef SCAN
};

static const char *const scan_sql[SCANS] = {
#define TABLE(id, name, key, rest, rule, ddl, put, set, get, del)
#define SCAN(id, table, prefix, from, columns, sql) [S_##id] = sql,
#include "store/statements.def"
#undef TABLE
#undef SCAN
};

static void
sqlite_done(void *d)
{
	struct sqlite *q = d;

	if (q->got != NULL)
		db_done(q->got);
	q->got = NULL;
}

static enum error_code
sqlite_begin(void *d)
{
	struct sqlite *q = d;

	sqlite_done(q);
	return db_begin(q->db);
}

static enum error_code
sqlite_commit(void *d)
{
	struct sqlite *q = d;

	sqlite_done(q);
	return db_commit(q->db);
}

static void
sqlite_abandon(void *d)
{
	struct sqlite *q = d;

	sqlite_done(q);
	db_rollback(q->db);
}

static void
bind(struct db_stmt *st, int at, const struct table_info *t, unsigned column,
    const struct cell *c)
{
	if (table_is_number(t, column))
		db_bind_u64(st, at, c->u);
	else
		db_bind_blob(st, at, c->b.data, c->b.n);
}

static void
read_cell(struct db_stmt *st, int at, const struct table_info *t,
    unsigned column, struct cell *c)
{
	if (table_is_number(t, column))
		c->u = db_col_u64(st, at);
	else
		c->b = db_col_blob(st, at);
}

/* Outside a transaction nothing is written. */
static enum error_code
writable(struct sqlite *q)
{
	sqlite_done(q);
	return db_in_transaction(q->db) ? ERR_NONE : ERR_INTERNAL;
}

static enum error_code
sqlite_put(void *d, enum table t, const struct cell *row)
{
	struct sqlite *q = d;
	const struct table_info *info = &store_table[t];
	enum error_code e = writable(q);

	if (e != ERR_NONE)
		return e;
	for (unsigned i = 0; i < info->n; i++)
		bind(q->put[t], (int)i + 1, info, i, &row[i]);
	return db_run(q->put[t]);
}

static enum error_code
sqlite_set(void *d, enum table t, const struct cell *row)
{
	struct sqlite *q = d;
	const struct table_info *info = &store_table[t];
	enum error_code e = writable(q);
	int at = 1;

	if (e != ERR_NONE || q->set[t] == NULL)
		return e != ERR_NONE ? e : ERR_INTERNAL;
	for (unsigned i = info->n_key; i < info->n; i++)
		if (table_is_settable(info, i))
			bind(q->set[t], at++, info, i, &row[i]);
	for (unsigned i = 0; i < info->n_key; i++)
		bind(q->set[t], at++, info, i, &row[i]);
	return db_run(q->set[t]);
}

static enum error_code
sqlite_get(void *d, enum table t, const struct cell *key, struct cell *value,
    bool *found)
{
	struct sqlite *q = d;
	const struct table_info *info = &store_table[t];
	enum error_code e;

	sqlite_done(q);
	for (unsigned i = 0; i < info->n_key; i++)
		bind(q->get[t], (int)i + 1, info, i, &key[i]);
	e = db_step(q->get[t], found);
	if (e != ERR_NONE || !*found)
		return e;
	q->got = q->get[t];
	for (unsigned i = info->n_key; i < info->n; i++)
		read_cell(q->got, (int)(i - info->n_key), info, i,
		    &value[i - info->n_key]);
	return ERR_NONE;
}

static enum error_code
sqlite_del(void *d, enum table t, const struct cell *key)
{
	struct sqlite *q = d;
	const struct table_info *info = &store_table[t];
	enum error_code e = writable(q);

	if (e != ERR_NONE)
		return e;
	for (unsigned i = 0; i < info->n_key; i++)
		bind(q->del[t], (int)i + 1, info, i, &key[i]);
	return db_run(q->del[t]);
}

static enum error_code
sqlite_scan(void *d, enum scan s, const struct cell *bound,
    driver_visit *visit, void *ctx)
{
	struct sqlite *q = d;
	const struct scan_info *si = &store_scan[s];
	const struct table_info *info = &store_table[si->table];
	struct db_stmt *st = q->scan[s];
	struct cell row[CELLS_MAX];
	enum error_code e;
	bool more = false, stop = false;

	if (q->busy[s])
		return ERR_BUSY;
	sqlite_done(q);
	for (unsigned i = 0; i < si->prefix + si->from; i++)
		bind(st, (int)i + 1, info, i, &bound[i]);
	q->busy[s] = true;
	while ((e = db_step(st, &more)) == ERR_NONE && more && !stop) {
		for (unsigned i = 0; i < si->columns; i++)
			read_cell(st, (int)i, info, i, &row[i]);
		e = visit(ctx, row, &stop);
		if (e != ERR_NONE || stop)
			break;
	}
	db_done(st);
	q->busy[s] = false;
	return e;
}

static void
sqlite_close(void *d)
{
	struct sqlite *q = d;

	sqlite_done(q);
	free(q); /* the statements go with the database */
}

static const struct store_driver driver = {
	.name = "sqlite",
	.close = sqlite_close,
	.begin = sqlite_begin,
	.commit = sqlite_commit,
	.abandon = sqlite_abandon,
	.put = sqlite_put,
	.set = sqlite_set,
	.get = sqlite_get,
	.done = sqlite_done,
	.del = sqlite_del,
	.scan = sqlite_scan,
};

static enum error_code
create_tables(struct db *db, struct why *why)
{
	struct buf ddl;
	enum error_code e = ERR_NOMEM;

	buf_init(&ddl, 64 * 1024);
	for (size_t t = 0; t < TABLES; t++)
		buf_put_str(&ddl, sql[t].ddl);
	buf_put_u8(&ddl, 0);
	if (buf_ok(&ddl))
		e = db_schema(db, "store", STORE_VERSION,
		    (const char *)ddl.data, why);
	buf_free(&ddl);
	return e;
}

static enum error_code
prepare(struct sqlite *q)
{
	enum error_code e = ERR_NONE;

	for (size_t t = 0; t < TABLES && e == ERR_NONE; t++) {
		e = db_prepare(q->db, sql[t].put, &q->put[t]);
		if (e == ERR_NONE && sql[t].set != NULL)
			e = db_prepare(q->db, sql[t].set, &q->set[t]);
		if (e == ERR_NONE)
			e = db_prepare(q->db, sql[t].get, &q->get[t]);
		if (e == ERR_NONE)
			e = db_prepare(q->db, sql[t].del, &q->del[t]);
	}
	for (size_t s = 0; s < SCANS && e == ERR_NONE; s++)
		e = db_prepare(q->db, scan_sql[s], &q->scan[s]);
	return e;
}

enum error_code
sqlite_open(struct db *db, const struct store_driver **out, void **d,
    struct why *why)
{
	struct sqlite *q;
	enum error_code e = create_tables(db, why);

	if (e != ERR_NONE)
		return e;
	q = calloc(1, sizeof *q);
	if (q == NULL)
		return ERR_NOMEM;
	q->db = db;
	e = prepare(q);
	if (e != ERR_NONE) {
		free(q);
		return e;
	}
	*out = &driver;
	*d = q;
	return ERR_NONE;
}
