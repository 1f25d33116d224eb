/*
 * What lies under the store: tables of rows, with a key each, in the order
 * of their keys.  store/sqlite.c keeps them in a file, store/memory.c in
 * memory; what the rows mean is said once, above them (store/store_*.c), so
 * the two cannot come to differ in that.
 *
 * The tables, their columns and every SQL statement stand in
 * store/statements.def.  Internal to store/.
 */
#ifndef WAYLEAVE_STORE_DRIVER_H
#define WAYLEAVE_STORE_DRIVER_H

#include "base/bytes.h"
#include "base/error.h"

enum table {
#define TABLE(id, name, key, rest, rule, ddl, put, set, get, del) T_##id,
#define SCAN(id, table, prefix, from, columns, sql)
#include "store/statements.def"
#undef TABLE
#undef SCAN
	TABLES
};
enum scan {
#define TABLE(id, name, key, rest, rule, ddl, put, set, get, del)
#define SCAN(id, table, prefix, from, columns, sql) S_##id,
#include "store/statements.def"
#undef TABLE
#undef SCAN
	SCANS
};

/* What put does with a row whose key is there already. */
enum put_rule {
	PUT_NEW,     /* ERR_EXISTS */
	PUT_OVER,    /* replaces it */
	PUT_KEEP,    /* leaves it as it is */
};

/*
 * A column's value; which of the two the table says: u is a number, b are
 * bytes, capitals are what set may change.
 */
struct cell {
	uint64_t u;
	struct bytes b;
};

enum { CELLS_MAX = 24 };

struct table_info {
	const char *name, *key, *rest; /* a letter for each column */
	unsigned n, n_key;
	enum put_rule rule;
};
struct scan_info {
	enum table table;
	unsigned prefix;               /* key columns that must be equal */
	bool from;                     /* and the next at least this */
	unsigned columns;              /* how many the visitor gets */
};

extern const struct table_info store_table[TABLES];
extern const struct scan_info store_scan[SCANS];

static inline bool
table_is_number(const struct table_info *t, unsigned column)
{
	char c = column < t->n_key ? t->key[column] :
	    t->rest[column - t->n_key];

	return c == 'u' || c == 'U';
}

/* A column after the key. */
static inline bool
table_is_settable(const struct table_info *t, unsigned column)
{
	char c = t->rest[column - t->n_key];

	return c == 'U' || c == 'B';
}

/*
 * One row of a scan, valid until the visitor returns.  Setting *stop ends the
 * scan.  A visitor writes nothing to the table it visits.
 */
typedef enum error_code driver_visit(void *ctx, const struct cell *row,
    bool *stop);

struct store_driver {
	const char *name;
	void (*close)(void *d);
	enum error_code (*begin)(void *d);
	/* ERR_FULL, ERR_NOMEM: as after abandon.  Others: unusable for ever. */
	enum error_code (*commit)(void *d);
	void (*abandon)(void *d);
	enum error_code (*put)(void *d, enum table t, const struct cell *row);
	/* A whole row, of which the changeable columns are written; nothing
	 * when there is no such row. */
	enum error_code (*set)(void *d, enum table t, const struct cell *row);
	/* `value`: the columns after the key, valid until done or the next
	 * call; call done soon, it also lets go of locks. */
	enum error_code (*get)(void *d, enum table t, const struct cell *key,
	    struct cell *value, bool *found);
	void (*done)(void *d);
	enum error_code (*del)(void *d, enum table t, const struct cell *key);
	/* In the order of the key.  ERR_BUSY: this scan runs already. */
	enum error_code (*scan)(void *d, enum scan s, const struct cell *bound,
	    driver_visit *visit, void *ctx);
};

#endif
