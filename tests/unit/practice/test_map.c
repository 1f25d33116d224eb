/*
 * The map as text: filters, two persons side by side, before and after
 * separation, owners of gaps, goals, and its limits.
 */
#include "agent/practice/map.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const records[] = {
	"\"component\":\"C1\",\"actor\":\"P1\",\"targets\":[\"P2\"],\"codes\":"
	"[\"CC12\"],\"text\":\"keeps the only key\",\"when\":{\"from\":"
	"\"2026-03\"},\"pathways\":[\"PW31\"],\"source\":\"SRC2\"",
	"\"component\":\"C1\",\"actor\":\"P2\",\"targets\":[\"P1\"],\"codes\":"
	"[\"CC01\"],\"text\":\"slapped once\",\"when\":{\"from\":\"2026-02\"},"
	"\"source\":\"SRC6\"",
	"\"component\":\"C1\",\"actor\":\"P1\",\"targets\":[\"P2\"],\"codes\":"
	"[\"CC39\"],\"when\":{\"from\":\"2026-06\"},\"danger\":[\"DM20\"],"
	"\"source\":\"SRC1\"",
	"\"component\":\"C2\",\"actor\":\"P1\",\"targets\":[\"K1\"],\"codes\":"
	"[\"CH01\"],\"pathways\":[\"PW2\"],\"source\":\"SRC1\"",
	"\"component\":\"C4\",\"targets\":[\"K2\"],\"codes\":[\"AI02\"],"
	"\"text\":\"hides at noise\",\"quoted\":true,\"source\":\"SRC1\","
	"\"pathways\":[\"PW2\"]",
	"\"component\":\"C5\",\"owner\":\"P1\",\"relation\":\"RL8\","
	"\"codes\":[\"IF01\"],\"source\":\"SRC1\"",
	"\"component\":\"BC\",\"actor\":\"P1\",\"codes\":[\"BC02\"],"
	"\"source\":\"SRC4\",\"when\":{\"from\":\"2026-07\"}",
};
enum { N = sizeof(records) / sizeof(records[0]) };

static struct content contents[N];
static struct held held[N];
static struct case_people people;
static struct pattern pattern;
static struct map_options o;
static struct buf out;
static char *text;

static void
setup(void)
{
	uint8_t id[RECORD_ID_LEN] = { 0 };
	struct why why = { "" };
	char json[1024];
	size_t i;

	memset(held, 0, sizeof(held));
	memset(&people, 0, sizeof(people));
	memset(&o, 0, sizeof(o));
	o.width = 240;                 /* words are looked for, not wraps */
	(void)snprintf(people.causing_harm.v[0].s, 12, "P1");
	people.causing_harm.n = 1;
	(void)snprintf(people.survivors.v[0].s, 12, "P2");
	people.survivors.n = 1;
	for (i = 0; i < N; i++) {
		(void)snprintf(json, sizeof(json), "{\"schema\":"
		    "\"wayleave/observation/1\",%s}", records[i]);
		ck_assert_msg(content_read(&contents[i], json, strlen(json),
		    NULL, &why) == ERR_NONE, "%s", why.text);
		id[0] = (uint8_t)(0xa0 + i);
		content_set_id(&contents[i], id);
		held[i].id = contents[i].id;
		held[i].o = content_observation(&contents[i]);
		held[i].member = "northbank-x";
		held[i].kind = "AG01";
	}
	buf_init(&out, MAP_TEXT_MAX);
	text = NULL;
}

static void
teardown(void)
{

	buf_free(&out);
	free(text);
}

static void
render(void)
{

	ck_assert_uint_eq(pattern_compute(held, N, &people, &pattern),
	    ERR_NONE);
	buf_clear(&out);
	ck_assert_uint_eq(map_render(held, N, &people, &pattern, &o, &out),
	    ERR_NONE);
	free(text);
	text = strndup((char *)out.data, out.n);
	ck_assert_ptr_nonnull(text);
}

static bool
shows(const char *s)
{

	return (strstr(text, s) != NULL);
}

START_TEST(whole)
{
	const char *p1, *key;

	render();
	ck_assert(shows("Worker safety: a visit by two is advised [a2000000]"));
	ck_assert(shows("northbank-x (AG01)"));
	ck_assert(shows("said: \"hides at noise\""));
	ck_assert(shows("no behaviour linked yet"));
	ck_assert(shows("self-report only"));
	ck_assert(shows("RL8 Checked, no link found"));
	ck_assert(strstr(text, "P2\n") != NULL);
	/* Before the separation, and after. */
	p1 = strstr(text, "\nP1\n");
	ck_assert_ptr_nonnull(p1);
	key = strstr(p1, "keeps the only key");
	ck_assert(strstr(p1, "Before separation") < key);
	ck_assert(strstr(p1, "After separation, 2026-06") > key);
}
END_TEST

START_TEST(filters)
{

	o.actor = "P2";
	render();
	ck_assert(shows("slapped once"));
	ck_assert(!shows("keeps the only key"));
	ck_assert(!shows("IF01"));
	o.actor = NULL;
	o.child = "K1";
	render();
	ck_assert(shows("CH01"));
	ck_assert(!shows("hides at noise"));
	ck_assert(shows("keeps the only key"));
	o.child = NULL;
	o.pathway = "PW3";
	render();
	ck_assert(shows("keeps the only key"));
	ck_assert(!shows("slapped once"));
	ck_assert(!shows("CH01"));
	ck_assert(shows("IF01"));
	o.pathway = "PW2";
	render();
	ck_assert(!shows("keeps the only key"));
	ck_assert(shows("CH01"));
}
END_TEST

START_TEST(filters_that_name_nothing)
{
	static const struct map_options bad[] = {
		{ .actor = "Anna" }, { .child = "1" }, { .pathway = "PW9" },
		{ .pathway = "CC01" }, { .left = "P1" },
		{ .left = "P1", .right = "x" }, { .right = "P2" },
	};
	size_t i;

	render();
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		buf_clear(&out);
		ck_assert_uint_eq(map_render(held, N, &people, &pattern,
		    &bad[i], &out), ERR_FORMAT);
		ck_assert_uint_eq(out.n, 0);
	}
	buf_clear(&out);
	ck_assert_uint_eq(map_render(held, PATTERN_RECORDS_MAX + 1, &people,
	    &pattern, NULL, &out), ERR_SIZE);
}
END_TEST

START_TEST(side_by_side)
{

	o.left = "P1";
	o.right = "P2";
	render();
	ck_assert(shows(" | P2\n"));
	ck_assert(shows("keeps the only key"));
	ck_assert(shows("slapped once"));
	/* Neither is called primary. */
	ck_assert(!shows("rimary"));
	o.right = "P7";
	render();
	ck_assert(shows("| nothing recorded"));
}
END_TEST

START_TEST(width)
{
	const char *line;
	size_t i, n;

	for (i = 40; i <= 120; i += 40) {
		o.width = (unsigned)i;
		render();
		for (line = text; *line != '\0'; line += n + 1) {
			n = strcspn(line, "\n");
			ck_assert_uint_le(n, i);
		}
	}
}
END_TEST

START_TEST(replaced_are_gone)
{

	held[0].replaced = true;
	render();
	ck_assert(!shows("keeps the only key"));
	ck_assert(shows("slapped once"));
}
END_TEST

START_TEST(empty)
{

	ck_assert_uint_eq(pattern_compute(held, 0, &people, &pattern),
	    ERR_NONE);
	ck_assert_uint_eq(map_render(held, 0, &people, &pattern, NULL, &out),
	    ERR_NONE);
	text = strndup((char *)out.data, out.n);
	ck_assert(shows("1 PATTERN"));
	ck_assert(shows("2 WHAT"));
	ck_assert(shows("3 FACTORS"));
	ck_assert(shows("4 WHAT"));
	ck_assert(shows("Nothing held here: this is a gap (GP12)."));
	ck_assert(shows("no real-change evidence"));
}
END_TEST

START_TEST(gaps_with_owners)
{
	static const struct gap_owner owners[] = {
		{ "GP04", { "K2" }, "j.reid", "2026-12-01" },
		{ "GP13", { "" }, "m.brown", NULL },
	};

	o.owners = owners;
	o.n_owners = 2;
	ck_assert_uint_eq(pattern_compute(held, N, &people, &pattern),
	    ERR_NONE);
	ck_assert_uint_eq(map_render_gaps(held, N, &pattern, &o, &out),
	    ERR_NONE);
	text = strndup((char *)out.data, out.n);
	ck_assert(shows("GP04 K1: the child's own account is missing; nobody "
	    "has it yet"));
	ck_assert(shows("GP04 K2: the child's own account is missing; owner "
	    "j.reid, due 2026-12-01"));
	ck_assert(shows("owner m.brown"));
	ck_assert(shows("GP06 an effect on a child with no behaviour linked "
	    "to it [a4000000]"));
	ck_assert(!shows("PATTERN"));
}
END_TEST

START_TEST(goals_and_tasks)
{
	struct content goal, task;
	struct map_item items[2] = { { .c = &goal, .member = "a" },
	    { .c = &task, .member = "b" } };

	memset(&goal, 0, sizeof(goal));
	memset(&task, 0, sizeof(task));
	goal.kind = CONTENT_GOAL;
	(void)snprintf(goal.u.goal.person.s, 12, "P1");
	goal.u.goal.behaviour = vocabulary_find("CC12");
	(void)snprintf(goal.u.goal.text, 40, "doors stay unlocked");
	(void)snprintf(goal.u.goal.measure, 40, "P2 holds a key");
	(void)snprintf(goal.u.goal.by.s, 12, "2026-12-24");
	(void)snprintf(goal.u.goal.checked_by, 20, "womens-aid");
	task.kind = CONTENT_TASK;
	(void)snprintf(task.u.task.owner, 20, "northbank-school");
	(void)snprintf(task.u.task.text, 20, "hear the child");
	o.items = items;
	o.n_items = 2;
	render();
	ck_assert(shows("doors stay unlocked"));
	ck_assert(shows("measure: P2 holds a key; by 2026-12-24; checked by "
	    "womens-aid"));
	ck_assert(shows("northbank-school: hear the child"));
}
END_TEST

START_TEST(too_small_a_buffer)
{
	struct buf small;

	render();
	buf_init(&small, 200);
	ck_assert_uint_eq(map_render(held, N, &people, &pattern, NULL,
	    &small), ERR_SIZE);
	buf_free(&small);
	buf_init(&small, 700);
	o.left = "P1";
	o.right = "P2";
	ck_assert_uint_eq(map_render(held, N, &people, &pattern, &o, &small),
	    ERR_SIZE);
	buf_free(&small);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("map");
	TCase *t = tcase_create("map");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, whole);
	tcase_add_test(t, filters);
	tcase_add_test(t, filters_that_name_nothing);
	tcase_add_test(t, side_by_side);
	tcase_add_test(t, width);
	tcase_add_test(t, replaced_are_gone);
	tcase_add_test(t, empty);
	tcase_add_test(t, gaps_with_owners);
	tcase_add_test(t, goals_and_tasks);
	tcase_add_test(t, too_small_a_buffer);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return (failed == 0 ? 0 : 1);
}
