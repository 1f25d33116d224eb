/*
 * proto/PROTOCOL.md says what the tables do: every field of every message,
 * with its number, name and limits.  Run from the top of the tree.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/wire_table.h"
#include "tests/support/test.h"

#define NUM 24

static char *page;

static const char *
number(uint64_t v, char out[static NUM])
{
	if (v == WIRE_U64_MAX)
		return "2^63-1";
	if (v == UINT32_MAX)
		return "2^32-1";
	snprintf(out, NUM, "%" PRIu64, v);
	return out;
}

static const char *
message_name(const struct wire_table *t)
{
	return strrchr(t->desc->name, '.') + 1;
}

/* "uint32 60..3600": the third column of the field's row. */
static void
what_it_is(const struct wire_field *f, char *out, size_t n)
{
	char a[NUM], b[NUM];
	const char *lo = number(f->min, a), *hi = number(f->max, b);
	const char *absent = f->min == 0 ? ", or absent" : "";

	switch (f->type) {
	case W_U32:
	case W_BOOL:
		snprintf(out, n, "uint32 %s..%s", lo, hi);
		break;
	case W_U64:
		snprintf(out, n, "uint64 %s..%s", lo, hi);
		break;
	case W_FIXED:
		snprintf(out, n, "bytes, %s%s", hi, absent);
		break;
	case W_BYTES:
		if (f->min == f->max)
			snprintf(out, n, "bytes, %s", hi);
		else
			snprintf(out, n, "bytes, %s..%s", lo, hi);
		break;
	case W_HASHES:
		snprintf(out, n, "bytes, 32 x 0..%" PRIu64,
		    f->max / WIRE_HASH);
		break;
	case W_LABELS:
		snprintf(out, n, "bytes, 16 x 1..8");
		break;
	case W_TEXT:
		snprintf(out, n, "line, %s..%s", lo, hi);
		break;
	case W_LINES:
		snprintf(out, n, "text, %s..%s", lo, hi);
		break;
	case W_ID:
		snprintf(out, n, "member id%s", absent);
		break;
	case W_SIGNER:
		snprintf(out, n, "signer");
		break;
	case W_KIND:
		snprintf(out, n, "kind name");
		break;
	case W_SUB:
	case W_CITE:
		snprintf(out, n, "`%s`%s", message_name(f->sub), absent);
		break;
	case W_LIST:
	case W_ARRAY:
		snprintf(out, n, "`%s` x %s..%s", message_name(f->sub), lo, hi);
		break;
	case W_TEXTS:
		snprintf(out, n, "line, 1..128, x %s..%s", lo, hi);
		break;
	case W_U64S:
		snprintf(out, n, "packed uint64, %s..%s growing", lo, hi);
		break;
	case W_RECORD:
		snprintf(out, n, "bytes of a `Record`");
		break;
	case W_RECORDS:
		snprintf(out, n, "bytes of a `Record`, x %s..%s", lo, hi);
		break;
	}
}

/* The page has "**`Name`**, at most N bytes" and below it row by row. */
static void
check_table(const struct wire_table *t)
{
	char want[256], is[128];
	const char *at, *end;

	snprintf(want, sizeof want, "**`%s`**, at most %zu bytes\n",
	    message_name(t), t->max);
	at = strstr(page, want);
	ck_assert_msg(at != NULL, "no %s", want);
	end = strstr(at, "\n\n**`");
	for (size_t i = 0; i < t->n_field; i++) {
		what_it_is(&t->field[i], is, sizeof is);
		snprintf(want, sizeof want, "\n| %zu | `%s` | %s | ", i + 1,
		    t->field[i].name, is);
		at = strstr(at, want);
		ck_assert_msg(at != NULL && (end == NULL || at < end),
		    "%s: no row%s", message_name(t), want);
		if (t->field[i].sub != NULL)
			check_table(t->field[i].sub);
	}
}

START_TEST(every_field)
{
	const struct wire_table *const *all[] = { wire_tables_record,
		wire_tables_body, wire_tables_entry, wire_tables_link,
		wire_tables_other };

	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
		for (size_t j = 0; all[i][j] != NULL; j++)
			check_table(all[i][j]);
	}
}
END_TEST

START_TEST(every_kind)
{
	char want[64];

	for (int k = 1; k < KIND_END; k++) {
		snprintf(want, sizeof want, "`%s`",
		    wire_kind_name((enum wire_kind)k));
		ck_assert_msg(strstr(page, want) != NULL, "no %s", want);
	}
}
END_TEST

static void
setup(void)
{
	page = test_slurp("proto/PROTOCOL.md");
}

static void
teardown(void)
{
	free(page);
}

static void
fill(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, every_field);
	tcase_add_test(tc, every_kind);
}

int
main(void)
{
	return test_main("protocol", fill, 10);
}
