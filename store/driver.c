#include "store/driver.h"

const struct table_info store_table[TABLES] = {
#define TABLE(id, name, key, rest, rule, ddl, put, set, get, del)            \
	[T_##id] = {                                                         \
	    name, key, rest, sizeof(key) - 1 + sizeof(rest) - 1,             \
	    sizeof(key) - 1, rule                                            \
	},
#define SCAN(id, table, prefix, from, columns, sql)
#include "store/statements.def"
#undef TABLE
#undef SCAN
};

const struct scan_info store_scan[SCANS] = {
#define TABLE(id, name, key, rest, rule, ddl, put, set, get, del)
#define SCAN(id, table, prefix, from, columns, sql)                          \
	[S_##id] = { T_##table, prefix, from, columns },
#include "store/statements.def"
#undef TABLE
#undef SCAN
};
