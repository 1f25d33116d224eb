/*
 * Notices and gaps: each fires on what it is about, and on nothing less.
 */
#include "agent/practice/pattern.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

enum { MAX = 16 };

static struct content contents[MAX];
static struct held held[MAX];
static size_t n;
static struct case_people people;
static struct pattern out;

static void
setup(void)
{

	memset(held, 0, sizeof(held));
	memset(&people, 0, sizeof(people));
	n = 0;
	(void)snprintf(people.causing_harm.v[0].s, 12, "P1");
	people.causing_harm.n = 1;
	(void)snprintf(people.survivors.v[0].s, 12, "P2");
	people.survivors.n = 1;
}

/* A record of `member`; the component follows from the first code. */
static size_t
put(const char *member, const char *codes, const char *more)
{
	static const char *const parts[][2] = { { "CC", "C1" }, { "CH", "C2" },
		{ "PE", "C3" }, { "PP", "C3" }, { "AI", "C4" },
		{ "IF", "C5" }, { "SR", "SR" }, { "BC", "BC" },
		{ "BA", "BA" } };
	uint8_t id[RECORD_ID_LEN] = { 0 };
	struct why why = { "" };
	char json[1024];
	size_t i;

	for (i = 0; strncmp(codes + 1, parts[i][0], 2) != 0; i++)
		continue;
	(void)snprintf(json, sizeof(json), "{\"schema\":"
	    "\"wayleave/observation/1\",\"component\":\"%s\",\"codes\":[%s]%s%s"
	    "%s}", parts[i][1], codes, more[0] ? "," : "", more,
	    strstr(more, "source") == NULL ? ",\"source\":\"SRC1\"" : "");
	ck_assert_msg(content_read(&contents[n], json, strlen(json), NULL,
	    &why) == ERR_NONE, "%s", why.text);
	id[0] = (uint8_t)(n + 1);
	content_set_id(&contents[n], id);
	held[n].id = contents[n].id;
	held[n].o = content_observation(&contents[n]);
	held[n].member = member;
	held[n].kind = "AG01";
	return (n++);
}

static void
compute(void)
{

	(void)pattern_resolve(held, n);
	ck_assert_uint_eq(pattern_compute(held, n, &people, &out), ERR_NONE);
}

static bool
fires(const char *pt)
{

	compute();
	return (pattern_notice(&out, pt) != NULL);
}

static bool
open_gap(const char *gp)
{

	compute();
	return (pattern_gap(&out, gp) != NULL);
}

#define P1 "\"actor\":\"P1\""
#define LINK(i) "\"links\":[\"0" i "000000000000000000000000000000\"]"

START_TEST(nothing)
{

	compute();
	ck_assert_uint_eq(out.n_notices, 0);
	ck_assert(!out.cut);
	/* An empty file is made of gaps. */
	ck_assert_ptr_nonnull(pattern_gap(&out, "GP12"));
	ck_assert_ptr_nonnull(pattern_gap(&out, "GP01"));
	ck_assert_ptr_nonnull(pattern_gap(&out, "GP05"));
	ck_assert_ptr_null(pattern_gap(&out, "GP06"));
	ck_assert_ptr_null(pattern_gap(&out, "GP04"));
	ck_assert_uint_eq(pattern_compute(held, PATTERN_RECORDS_MAX + 1,
	    &people, &out), ERR_SIZE);
}
END_TEST

START_TEST(pt1)
{

	put("police", "\"CC29\"", P1);
	ck_assert(!fires("PT1"));
	put("police", "\"CC30\"", "\"actor\":\"P3\"");
	ck_assert(!fires("PT1"));
	put("police", "\"CC30\"", P1);
	ck_assert(fires("PT1"));
	ck_assert_uint_eq(out.notices[0].n_behind, 2);
	ck_assert_str_eq(out.notices[0].about.s, "P1");
	/* Or: the caller in two records, both tied to distress. */
	setup();
	put("police", "\"CC29\"", P1 ",\"triggers\":[\"TG2\"]");
	ck_assert(!fires("PT1"));
	put("police", "\"CC29\"", P1 ",\"triggers\":[\"TG2\"]");
	ck_assert(fires("PT1"));
	held[1].replaced = true;
	ck_assert(!fires("PT1"));
}
END_TEST

START_TEST(pt2)
{

	put("health", "\"IF02\"", "\"owner\":\"P2\",\"relation\":\"RL7\"");
	ck_assert(!fires("PT2"));
	put("aid", "\"CC25\"", P1 ",\"targets\":[\"K1\"]");
	ck_assert(!fires("PT2"));
	put("aid", "\"CC26\"", P1 ",\"targets\":[\"P2\"]");
	ck_assert(fires("PT2"));
	ck_assert_uint_eq(pattern_notice(&out, "PT2")->n_behind, 2);
	/* The drinking of the person causing harm is no such concern. */
	setup();
	put("health", "\"IF02\"", "\"owner\":\"P1\",\"relation\":\"RL7\"");
	put("aid", "\"CC26\"", P1 ",\"targets\":[\"P2\"]");
	ck_assert(!fires("PT2"));
}
END_TEST

START_TEST(pt3)
{

	put("school", "\"AI06\"", "");
	ck_assert(!fires("PT3"));
	put("school", "\"AI04\"", "\"triggers\":[\"TG1\"]");
	ck_assert(!fires("PT3"));
	put("school", "\"AI06\"", "\"triggers\":[\"TG5\"]");
	ck_assert(fires("PT3"));
	ck_assert_uint_eq(out.notices[0].n_behind, 1);
	ck_assert_uint_eq(out.notices[0].behind[0], 2);
}
END_TEST

START_TEST(pt4)
{

	put("cw", "\"CC01\"", P1);
	ck_assert(!fires("PT4"));
	put("cw", "\"CC01\"", P1 ",\"when\":{\"recency\":\"RC5\"}");
	ck_assert(fires("PT4"));
	setup();
	put("cw", "\"CH16\"", P1);
	ck_assert(fires("PT4"));
	setup();
	put("cw", "\"CC01\"", P1 ",\"danger\":[\"DM16\"]");
	ck_assert(fires("PT4"));
}
END_TEST

START_TEST(pt5)
{

	put("men", "\"BA01\"", P1);
	ck_assert(!fires("PT5"));
	put("men", "\"BA03\"", P1);
	ck_assert(fires("PT5"));
	put("men", "\"BC08\"", P1);
	ck_assert(!fires("PT5"));
	put("police", "\"BC19\"", P1);
	ck_assert(fires("PT5"));
	ck_assert_uint_eq(pattern_notice(&out, "PT5")->n_behind, 1);
}
END_TEST

START_TEST(pt6)
{

	put("cw", "\"SR01\"", "");
	put("cw", "\"SR02\"", "");
	put("police", "\"SR02\"", "");
	ck_assert(!fires("PT6"));
	put("school", "\"SR03\"", "");
	ck_assert(!fires("PT6"));
	put("school", "\"SR01\"", "");
	ck_assert(fires("PT6"));
	ck_assert_ptr_nonnull(strstr(out.notices[0].text, "three services"));
	ck_assert_uint_eq(out.notices[0].n_behind, 4);
}
END_TEST

START_TEST(pt7_and_gp14)
{

	put("men", "\"BC02\"", P1 ",\"source\":\"SRC4\"");
	put("men", "\"BC01\"", P1 ",\"source\":\"SRC4\"");
	ck_assert(!fires("PT7"));
	put("cw", "\"BC01\"", P1 ",\"source\":\"SRC1\"");
	ck_assert(!fires("PT7"));
	ck_assert(!open_gap("GP14"));
	put("cw", "\"BC01\"", P1 ",\"source\":\"SRC4\"");
	ck_assert(fires("PT7"));
	ck_assert(open_gap("GP14"));
	/* The same act with another frequency. */
	setup();
	put("men", "\"CC01\"", P1 ",\"source\":\"SRC4\"");
	put("cw", "\"CC01\"", P1 ",\"source\":\"SRC4\",\"frequency\":"
	    "\"FQ4\"");
	ck_assert(!fires("PT7"));
	put("aid", "\"CC01\"", P1 ",\"source\":\"SRC4\",\"frequency\":"
	    "\"FQ1\"");
	ck_assert(fires("PT7"));
}
END_TEST

START_TEST(pt8)
{

	put("cw", "\"CC16\"", P1);
	put("police", "\"IF06\"", "\"owner\":\"P2\",\"relation\":\"RL7\"");
	ck_assert(!fires("PT8"));
	put("police", "\"IF07\"", "\"owner\":\"P2\",\"relation\":\"RL5\"");
	ck_assert(fires("PT8"));
	held[0].replaced = true;
	ck_assert(!fires("PT8"));
}
END_TEST

/* Gaps of the whole case: open without, closed by one record. */
static const struct {
	const char *gp, *codes, *more;
} closing[] = {
	{ "GP01", "\"SR26\"", "" },
	{ "GP01", "\"CH16\"", P1 },
	{ "GP01", "\"SR01\"", "\"source\":\"SRC7\"" },
	{ "GP02", "\"CH16\"", P1 },
	{ "GP03", "\"CC01\"", P1 ",\"source\":\"SRC2\"" },
	{ "GP05", "\"SR21\"", "" },
	{ "GP05", "\"CC01\"", P1 ",\"source\":\"SRC4\"" },
	{ "GP07", "\"PE01\"", "" },
	{ "GP10", "\"CC01\"", P1 ",\"danger\":[\"DM05\"]" },
	{ "GP11", "\"SR27\"", "" },
	{ "GP11", "\"BC10\"", P1 },
	{ "GP12", "\"CC01\"", P1 },
	{ "GP13", "\"PP02\"", "" },
};

START_TEST(case_gaps)
{

	put("x", "\"SR10\"", "");
	ck_assert(open_gap(closing[_i].gp));
	put("x", closing[_i].codes, closing[_i].more);
	ck_assert(!open_gap(closing[_i].gp));
	held[1].replaced = true;
	ck_assert(open_gap(closing[_i].gp));
	/* Or an answer settled it. */
	people.answered.v[0] = vocabulary_find(closing[_i].gp);
	people.answered.n = 1;
	ck_assert(!open_gap(closing[_i].gp));
}
END_TEST

START_TEST(gaps_not_closed)
{

	/* "Not yet asked" is the gap, not its end. */
	put("x", "\"PP08\"", "");
	ck_assert(open_gap("GP13"));
	put("x", "\"SR26\"", "");
	ck_assert(open_gap("GP02"));
	put("x", "\"SR21\"", "\"subjects\":[\"P2\"]");
	ck_assert(open_gap("GP05"));
}
END_TEST

START_TEST(gp04)
{

	put("cw", "\"CH01\"", P1 ",\"targets\":[\"K1\",\"K-7f3a\",\"P2\"]");
	put("cw", "\"CH01\"", P1 ",\"targets\":[\"K1\",\"K2\"]");
	compute();
	ck_assert_str_eq(pattern_gap(&out, "GP04")->about.s, "K1");
	put("cw", "\"AI02\"", "\"targets\":[\"K1\"],\"source\":\"SRC3\"");
	compute();
	ck_assert_str_eq(pattern_gap(&out, "GP04")->about.s, "K2");
	put("cw", "\"AI02\"", "\"targets\":[\"K2\"],\"segments\":[\"SG3\"]");
	ck_assert(!open_gap("GP04"));
}
END_TEST

START_TEST(gp06)
{

	put("school", "\"AI08\"", "");
	ck_assert(open_gap("GP06"));
	ck_assert_uint_eq(pattern_gap(&out, "GP06")->record, 0);
	put("cw", "\"CC12\"", P1);
	ck_assert(open_gap("GP06"));
	/* Somebody else ties the two together. */
	put("cw", "\"AI08\"", "\"links\":["
	    "\"01000000000000000000000000000000\","
	    "\"02000000000000000000000000000000\"]");
	ck_assert(!open_gap("GP06"));
	held[2].replaced = true;
	ck_assert(open_gap("GP06"));
	setup();
	put("cw", "\"CC12\"", P1);
	put("school", "\"AI08\"", LINK("1"));
	ck_assert(!open_gap("GP06"));
	/* A link to something else than an act does not. */
	setup();
	put("cw", "\"SR01\"", "");
	put("school", "\"AI08\"", LINK("1"));
	ck_assert(open_gap("GP06"));
	/* To something not held here: as good as none. */
	setup();
	put("school", "\"AI08\"", LINK("9"));
	ck_assert(open_gap("GP06"));
	ck_assert_uint_eq(held[0].n_unresolved, 1);
	setup();
	put("school", "\"AI18\"", "");
	ck_assert(!open_gap("GP06"));
}
END_TEST

START_TEST(gp08)
{

	put("cw", "\"CC12\"", P1);
	ck_assert(open_gap("GP08"));
	setup();
	put("cw", "\"CC12\"", P1 ",\"frequency\":\"FQ6\"");
	put("cw", "\"CC12\"", P1 ",\"when\":{\"from\":\"2026\"}");
	put("cw", "\"CC12\"", P1 ",\"when\":{\"recency\":\"RC1\"}");
	put("cw", "\"SR01\"", "");
	ck_assert(!open_gap("GP08"));
}
END_TEST

START_TEST(gp09)
{

	put("health", "\"IF02\"", "\"owner\":\"P2\",\"relation\":\"RL7\"");
	ck_assert(open_gap("GP09"));
	put("aid", "\"IF02\"", "\"owner\":\"P1\",\"relation\":\"RL2\"");
	put("aid", "\"IF04\"", "\"owner\":\"P2\",\"relation\":\"RL2\"");
	ck_assert(open_gap("GP09"));
	put("aid", "\"IF02\"", "\"owner\":\"P2\",\"relation\":\"RL2\"");
	ck_assert(!open_gap("GP09"));
}
END_TEST

START_TEST(gp15)
{

	put("police", "\"CC33\"", P1);
	ck_assert(open_gap("GP15"));
	put("school", "\"AI02\"", LINK("1"));
	ck_assert(!open_gap("GP15"));
	setup();
	put("police", "\"CC33\",\"AI02\"", P1);
	ck_assert(!open_gap("GP15"));
}
END_TEST

START_TEST(order_and_limits)
{
	size_t i;

	put("x", "\"CC12\"", P1);
	compute();
	for (i = 1; i < out.n_gaps; i++)
		ck_assert_int_le(strcmp(out.gaps[i - 1].gp->id,
		    out.gaps[i].gp->id), 0);
}
END_TEST

START_TEST(separation)
{
	struct date_text day;

	put("x", "\"CC01\"", P1 ",\"when\":{\"from\":\"2026-03\"}");
	put("x", "\"CC39\"", P1);
	pattern_separation(held, n, &people, &day);
	ck_assert_str_eq(day.s, "");
	ck_assert(!pattern_after_separation(&held[0], &day));
	ck_assert(pattern_after_separation(&held[1], &day));
	put("x", "\"CC21\"", P1 ",\"danger\":[\"DM06\"],\"when\":{\"from\":"
	    "\"2026-05-10\"}");
	put("x", "\"CC21\"", P1 ",\"when\":{\"from\":\"2026-05\"}");
	put("x", "\"CC21\"", P1 ",\"when\":{\"from\":\"2026-05-11\"}");
	put("x", "\"CC21\"", P1 ",\"when\":{\"from\":\"2026-05-09\"}");
	pattern_separation(held, n, &people, &day);
	ck_assert_str_eq(day.s, "2026-05-10");
	ck_assert(!pattern_after_separation(&held[0], &day));
	ck_assert(pattern_after_separation(&held[2], &day));
	ck_assert(!pattern_after_separation(&held[3], &day));
	ck_assert(pattern_after_separation(&held[4], &day));
	ck_assert(!pattern_after_separation(&held[5], &day));
	(void)snprintf(people.separated.s, 12, "2026-04");
	pattern_separation(held, n, &people, &day);
	ck_assert_str_eq(day.s, "2026-04");
	ck_assert(pattern_after_separation(&held[5], &day));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("pattern");
	TCase *t = tcase_create("pattern");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, setup, NULL);
	tcase_add_test(t, nothing);
	tcase_add_test(t, pt1);
	tcase_add_test(t, pt2);
	tcase_add_test(t, pt3);
	tcase_add_test(t, pt4);
	tcase_add_test(t, pt5);
	tcase_add_test(t, pt6);
	tcase_add_test(t, pt7_and_gp14);
	tcase_add_test(t, pt8);
	tcase_add_loop_test(t, case_gaps, 0,
	    (int)(sizeof(closing) / sizeof(closing[0])));
	tcase_add_test(t, gaps_not_closed);
	tcase_add_test(t, gp04);
	tcase_add_test(t, gp06);
	tcase_add_test(t, gp08);
	tcase_add_test(t, gp09);
	tcase_add_test(t, gp15);
	tcase_add_test(t, order_and_limits);
	tcase_add_test(t, separation);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return (failed == 0 ? 0 : 1);
}
