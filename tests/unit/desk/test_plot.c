/*
 * The timeline: dates as days, ticks, lanes that are always there, marks that
 * lead to their record, shapes that differ where colours may not be seen.
 */
#include "agent/desk/plot.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct buf out;
static json_t *map;
static char *text;

static void
setup(void)
{
	buf_init(&out, 4 * 1024 * 1024);
	map = NULL;
	text = NULL;
}

static void
teardown(void)
{
	json_decref(map);
	buf_free(&out);
	free(text);
}

/* ---- a map -------------------------------------------------------------------- */

static void
begin(const char *separated)
{
	json_decref(map);
	map = json_pack("{s:[], s:[], s:[], s:s}", "records", "shown",
	    "actors", "separated", separated);
	ck_assert_ptr_nonnull(map);
}

static void
add(const char *member, const char *lane, const char *from, const char *to,
    int message)
{
	json_t *records = json_object_get(map, "records");
	json_t *when = json_object(), *r;

	if (from[0] != '\0')
		json_object_set_new(when, "from", json_string(from));
	if (to[0] != '\0')
		json_object_set_new(when, "to", json_string(to));
	r = json_pack("{s:s, s:s, s:s, s:[s], s:{s:s, s:[s], s:o}}", "id",
	    "0123456789abcdef0123456789abcdef", "member", member, "name",
	    member, "lanes", lane, "observation", "actor", "P1", "codes",
	    "CC01", "when", when);
	ck_assert_ptr_nonnull(r);
	if (message > 0)
		json_object_set_new(r, "message", json_integer(message));
	json_array_append_new(json_object_get(map, "shown"),
	    json_integer((json_int_t)json_array_size(records)));
	json_array_append_new(records, r);
}

static void
draw(bool paper)
{
	buf_clear(&out);
	plot(&out, map, paper);
	ck_assert(buf_ok(&out));
	free(text);
	text = calloc(1, out.n + 1);
	ck_assert_ptr_nonnull(text);
	if (out.n > 0)
		memcpy(text, out.data, out.n);
}

static unsigned
count(const char *what)
{
	const char *at = text;
	unsigned n = 0;

	while ((at = strstr(at, what)) != NULL) {
		at += strlen(what);
		n++;
	}
	return n;
}

/* The x of the n-th mark of the drawing itself. */
static int
x_of(unsigned n)
{
	const char *at = strstr(text, "<svg class=\"plot\"");
	int x = -1;

	for (unsigned i = 0; at != NULL && i <= n; i++)
		at = strstr(at + 1, "class=\"mk");
	ck_assert_ptr_nonnull(at);
	ck_assert_int_eq(sscanf(strstr(at, "translate("), "translate(%d", &x),
	    1);
	return x;
}

/* ---- days and ticks --------------------------------------------------------------- */

START_TEST(days)
{
	ck_assert_int_eq(plot_day("1970-01-01", false), 0);
	ck_assert_int_eq(plot_day("1969-12-31", false), -1);
	ck_assert_int_eq(plot_day("2000-03-01", false), 11017);
	ck_assert_int_eq(plot_day("2026-11-29", true),
	    plot_day("2026-11-29", false));
	/* as wide as it is exact */
	ck_assert_int_eq(plot_day("2026", true) - plot_day("2026", false),
	    364);
	ck_assert_int_eq(plot_day("2024", true) - plot_day("2024", false),
	    365);
	ck_assert_int_eq(plot_day("2024-02", true) -
	    plot_day("2024-02", false), 28);
	ck_assert_int_eq(plot_day("2026-12", true), plot_day("2026-12-31",
	    false));
	ck_assert_int_eq(plot_day("", false), PLOT_NO_DAY);
	ck_assert_int_eq(plot_day("2026-13", false), PLOT_NO_DAY);
	ck_assert_int_eq(plot_day("2026/11", false), PLOT_NO_DAY);
	ck_assert_int_eq(plot_day("soon", false), PLOT_NO_DAY);
}
END_TEST

START_TEST(ticks)
{
	char name[PLOT_NAME];

	ck_assert_int_eq(plot_months(plot_day("2026-01-31", false),
	    plot_day("2026-02-01", false)), 2);
	ck_assert_int_eq(plot_step(8), 1);
	ck_assert_int_eq(plot_step(9), 2);
	ck_assert_int_eq(plot_step(96), 12);
	ck_assert_int_eq(plot_step(97), 24);
	for (int m = 1; m < 4000; m++)
		ck_assert_int_le(m, 8 * plot_step(m));
	ck_assert_int_eq(plot_tick(plot_day("2026-02-11", false), 3, 0, name),
	    plot_day("2026-04-01", false));
	ck_assert_str_eq(name, "2026-04");
	ck_assert_int_eq(plot_tick(plot_day("2026-02-11", false), 3, 1, name),
	    plot_day("2026-07-01", false));
	ck_assert_int_eq(plot_tick(plot_day("2026-02-11", false), 12, 0,
	    name), plot_day("2027-01-01", false));
	ck_assert_str_eq(name, "2027");
}
END_TEST

/* ---- the drawing -------------------------------------------------------------------- */

START_TEST(nothing)
{
	begin("");
	draw(false);
	ck_assert_uint_eq(out.n, 0);
}
END_TEST

START_TEST(lanes)
{
	begin("");
	json_array_append_new(json_object_get(map, "actors"),
	    json_string("P1"));
	add("a", "acts", "2026-03", "2026-08", 12);
	draw(false);
	ck_assert_uint_eq(count("Acts by P1</text>"), 1);
	/* the others stand there, empty */
	ck_assert_uint_eq(count("Police contacts</text>"), 1);
	ck_assert_uint_eq(count("Court</text>"), 1);
	ck_assert_uint_eq(count("Separation</text>"), 1);
	ck_assert_uint_eq(count("Effects on children</text>"), 1);
	ck_assert_uint_eq(count("none recorded"), 4);
	/* a mark leads to its record; the table says the same */
	ck_assert_uint_eq(count("<a href=\"/item/12\" tabindex=\"-1\">"), 1);
	ck_assert_uint_eq(count("<a href=\"/item/12\">"), 1);
	/* five months are as wide as they are */
	ck_assert_uint_eq(count("class=\"span a0\""), 1);
	ck_assert_ptr_null(strstr(text, "style="));
	draw(true);
	ck_assert_uint_eq(count("<a "), 0);
	ck_assert_uint_eq(count("<table"), 0);
}
END_TEST

START_TEST(order_and_separation)
{
	begin("2026-05-01");
	add("a", "police", "2026-01-01", "", 1);
	add("a", "police", "2026-09-01", "", 2);
	add("a", "police", "", "", 3);
	draw(false);
	ck_assert_int_lt(x_of(0), x_of(1));
	/* what has no date stands apart, right of all that has one */
	ck_assert_int_lt(x_of(1), x_of(2));
	ck_assert_uint_eq(count("no date</text>"), 1);
	ck_assert_uint_eq(count("<title>separated 2026-05-01"), 1);
	/* without one there is no room for it either */
	begin("");
	add("a", "police", "2026-01-01", "", 1);
	draw(false);
	ck_assert_uint_eq(count("no date</text>"), 0);
	ck_assert_uint_eq(count("separated"), 0);
}
END_TEST

/* Of two agencies no two have one shape and one colour. */
START_TEST(shapes)
{
	char name[40][16], *seen[40], *at, *end;
	unsigned n = 0;

	begin("");
	for (int i = 0; i < 40; i++) {
		snprintf(name[i], sizeof name[i], "ag%02d", i);
		add(name[i], "child", "2026-01-01", "", i + 1);
	}
	draw(false);
	at = strstr(text, "plot-legend");
	ck_assert_ptr_nonnull(at);
	while ((at = strstr(at, "<path class=\"mk ")) != NULL && n < 40) {
		end = strstr(at, "/>");
		seen[n++] = strndup(at, (size_t)(end - at));
		at = end;
	}
	ck_assert_uint_eq(n, 40);
	for (unsigned i = 0; i < n; i++)
		for (unsigned k = 0; k < i; k++)
			ck_assert_str_ne(seen[i], seen[k]);
	/* shape alone tells apart the ten of a usual case */
	for (unsigned i = 0; i < 10; i++)
		for (unsigned k = 0; k < i; k++)
			ck_assert_str_ne(strstr(seen[i], " d="),
			    strstr(seen[k], " d="));
	for (unsigned i = 0; i < n; i++)
		free(seen[i]);
}
END_TEST

START_TEST(many_and_hostile)
{
	begin("");
	for (int i = 0; i < 1024; i++)
		add("a", "child", i % 3 == 0 ? "" : "2026-01-01", "2025-01-01",
		    i + 1);
	draw(false);
	ck_assert_uint_eq(count("tabindex=\"-1\""), 1024);
	begin("9999");
	add("<b>\"", "acts", "0001", "9999-12-31", 0);
	json_array_append_new(json_object_get(map, "actors"),
	    json_string("P1"));
	draw(false);
	ck_assert_ptr_null(strstr(text, "<b>"));
	/* what refers to nothing draws nothing */
	json_array_append_new(json_object_get(map, "shown"),
	    json_integer(77));
	json_array_append_new(json_object_get(map, "shown"), json_null());
	draw(false);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("plot");
	TCase *tc = tcase_create("plot");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, days);
	tcase_add_test(tc, ticks);
	tcase_add_test(tc, nothing);
	tcase_add_test(tc, lanes);
	tcase_add_test(tc, order_and_separation);
	tcase_add_test(tc, shapes);
	tcase_add_test(tc, many_and_hostile);
	suite_add_tcase(s, tc);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
