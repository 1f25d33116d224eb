#include "store/driver.h"

#include <pthread.h>
#include <string.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;

static struct table_info table[TABLES] = {
#define TABLE(id, name_, columns_, rule_, ddl, put, set, get, del)   \
	[T_##id] = { .name = name_, .columns = columns_, .rule = rule_ },
#define SCAN(id, table, prefix, from, columns, sql)
#include "store/statements.def"
#undef TABLE
#undef SCAN
};

static const struct scan_info scan[SCANS] = {
#define TABLE(id, name, columns, rule, ddl, put, set, get, del)
#define SCAN(id, table, prefix, from, columns, sql)                          \
	[S_##id] = { T_##table, prefix, from, columns },
#include "store/statements.def"
#undef TABLE
#undef SCAN
};

static void
count(void)
{
	for (size_t i = 0; i < TABLES; i++) {
		const char *c = table[i].columns;

		table[i].n_key = (unsigned)strcspn(c, "|");
		table[i].n = (unsigned)strlen(c) - 1;
	}
}

const struct table_info *
table_info(enum table t)
{
	(void)pthread_once(&once, count);
	return &table[t];
}

const struct scan_info *
scan_info(enum scan s)
{
	return &scan[s];
}

bool
table_is_number(const struct table_info *t, unsigned column)
{
	char c = t->columns[column < t->n_key ? column : column + 1];

	return c == 'u' || c == 'U';
}
