/*
 * The rules on content: each refuses alone, with its field; and which scopes
 * a content needs, from DOMAIN 3.
 */
#include "agent/practice/validate.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

static struct content c;
static struct refusal r;

static void
make(const char *fields)
{
	char json[2048];
	struct why why = { "" };

	(void)snprintf(json, sizeof(json),
	    "{\"schema\":\"wayleave/observation/1\",%s}", fields);
	ck_assert_msg(content_read(&c, json, strlen(json), NULL, &why) ==
	    ERR_NONE, "%s", why.text);
}

#define ID "\"000102030405060708090a0b0c0d0e0f\""

/* `good` passes, `bad` breaks just this rule. */
static const struct {
	const char *rule, *field, *good, *bad;
} rows[] = {
	{ "V0", "component",
	  "\"component\":\"C2\",\"actor\":\"P1\",\"codes\":[\"CC12\","
	  "\"CH06\"],\"source\":\"SRC1\"",
	  "\"component\":\"C4\",\"actor\":\"P1\",\"codes\":[\"CC12\","
	  "\"CH06\"],\"source\":\"SRC1\"" },
	{ "V0", "codes",
	  "\"component\":\"C1\",\"actor\":\"P1\",\"owner\":\"P2\","
	  "\"relation\":\"RL1\",\"codes\":[\"CC01\",\"CH01\",\"AI01\","
	  "\"IF02\",\"SR01\",\"BC01\",\"BA01\"],\"segments\":[\"SG1\"],"
	  "\"source\":\"SRC1\"",
	  "\"component\":\"C1\",\"actor\":\"P1\",\"owner\":\"P2\","
	  "\"relation\":\"RL1\",\"codes\":[\"CC01\",\"CH01\",\"AI01\","
	  "\"IF02\",\"SR01\",\"BC01\",\"BA01\"],\"segments\":[\"SG1\","
	  "\"SG2\"],\"source\":\"SRC1\"" },
	{ "V0", "lawful_basis",
	  "\"component\":\"SR\",\"codes\":[\"SR01\"],\"source\":\"SRC1\","
	  "\"segments\":[\"SG6\"],\"lawful_basis\":\"LB2\"",
	  "\"component\":\"SR\",\"codes\":[\"SR01\"],\"source\":\"SRC1\","
	  "\"segments\":[\"SG6\"],\"lawful_basis\":\"LB1\"" },
	{ "V1", "actor",
	  "\"component\":\"C1\",\"actor\":\"P1\",\"codes\":[\"CC01\"],"
	  "\"source\":\"SRC1\"",
	  "\"component\":\"C1\",\"codes\":[\"CC01\"],\"source\":\"SRC1\"" },
	{ "V1", "actor",
	  "\"component\":\"C2\",\"actor\":\"P1\",\"codes\":[\"CH01\"],"
	  "\"source\":\"SRC1\"",
	  "\"component\":\"C2\",\"codes\":[\"CH01\"],\"source\":\"SRC1\"" },
	{ "V2", "owner",
	  "\"component\":\"C5\",\"owner\":\"P2\",\"relation\":\"RL7\","
	  "\"codes\":[\"IF02\"],\"source\":\"SRC1\"",
	  "\"component\":\"C5\",\"relation\":\"RL7\",\"codes\":[\"IF02\"],"
	  "\"source\":\"SRC1\"" },
	{ "V2", "relation",
	  "\"component\":\"C5\",\"owner\":\"P2\",\"relation\":\"RL7\","
	  "\"codes\":[\"IF02\"],\"source\":\"SRC1\"",
	  "\"component\":\"C5\",\"owner\":\"P2\",\"codes\":[\"IF02\"],"
	  "\"source\":\"SRC1\"" },
	{ "V3", "links",
	  "\"component\":\"BC\",\"actor\":\"P1\",\"codes\":[\"BC07\"],"
	  "\"source\":\"SRC1\",\"links\":[" ID "]",
	  "\"component\":\"BC\",\"actor\":\"P1\",\"codes\":[\"BC07\"],"
	  "\"source\":\"SRC1\"" },
	{ "V4", "source",
	  "\"component\":\"SR\",\"codes\":[\"SR01\"],\"source\":\"SRC7\"",
	  "\"component\":\"SR\",\"codes\":[\"SR01\"],\"source\":\"SRC8\"" },
	{ "V5", "asked",
	  "\"component\":\"C3\",\"codes\":[\"PE01\"],\"source\":\"SRC2\","
	  "\"asked\":{\"answer\":\"yes\"}",
	  "\"component\":\"C3\",\"codes\":[\"PE01\"],\"source\":\"SRC2\"" },
	{ "V5", "asked",
	  "\"component\":\"C3\",\"codes\":[\"PP02\"],\"source\":\"SRC2\","
	  "\"asked\":{\"answer\":\"yes\"}",
	  "\"component\":\"C3\",\"codes\":[\"PP02\"],\"source\":\"SRC2\","
	  "\"asked\":{\"answer\":\"no\"}" },
	{ "V5", "asked", /* hidden in a record of another part */
	  "\"component\":\"C4\",\"codes\":[\"AI01\",\"PE01\"],\"source\":"
	  "\"SRC2\",\"asked\":{\"answer\":\"yes\"}",
	  "\"component\":\"C4\",\"codes\":[\"AI01\",\"PE01\"],\"source\":"
	  "\"SRC2\",\"asked\":{\"answer\":\"not-yet\"}" },
	{ "V6", "segments",
	  "\"component\":\"SR\",\"codes\":[\"SR01\"],\"source\":\"SRC1\","
	  "\"segments\":[\"SG5\"]",
	  "\"component\":\"SR\",\"codes\":[\"SR01\"],\"source\":\"SRC1\","
	  "\"segments\":[\"SG4\"]" },
};

START_TEST(each_alone)
{

	make(rows[_i].good);
	ck_assert_uint_eq(validate_content(&c, NULL, &r), ERR_NONE);
	make(rows[_i].bad);
	ck_assert_uint_eq(validate_content(&c, NULL, &r), ERR_REFUSED);
	ck_assert_str_eq(r.rule, rows[_i].rule);
	ck_assert_str_eq(r.field, rows[_i].field);
	ck_assert_str_ne(r.text, "");
	ck_assert_uint_eq(validate_content(&c, NULL, NULL), ERR_REFUSED);
}
END_TEST

START_TEST(received_is_not_authored)
{
	struct validate_facts facts = { .received = true };

	make(rows[0].good);
	ck_assert_uint_eq(validate_content(&c, &facts, &r), ERR_REFUSED);
	ck_assert_str_eq(r.rule, "V4");
	facts.received = false;
	ck_assert_uint_eq(validate_content(&c, &facts, &r), ERR_NONE);
}
END_TEST

START_TEST(effects_need_no_link)
{

	/* V7 raises a gap and refuses nothing. */
	make("\"component\":\"C4\",\"codes\":[\"AI08\"],\"source\":\"SRC1\"");
	ck_assert_uint_eq(validate_content(&c, NULL, &r), ERR_NONE);
}
END_TEST

START_TEST(retired_codes)
{
	struct vocabulary_code old;

	make(rows[0].good);
	old = *c.u.observation.codes.v[0];
	old.flags |= VOCABULARY_RETIRED;
	c.u.observation.codes.v[0] = &old;
	ck_assert_uint_eq(validate_content(&c, NULL, &r), ERR_REFUSED);
	ck_assert_str_eq(r.rule, "V8");
}
END_TEST

START_TEST(corrections)
{

	make("\"component\":\"SR\",\"codes\":[\"SR01\"],\"source\":\"SRC1\","
	    "\"supersedes\":" ID);
	ck_assert_uint_eq(validate_content(&c, NULL, &r), ERR_REFUSED);
	ck_assert_str_eq(r.field, "supersedes");
	/* The same as a correction passes, and its inside is looked at. */
	c.u.correction.now = *content_observation(&c);
	c.kind = CONTENT_CORRECTION;
	c.u.correction.corrected = SCOPE_BIT(SCOPE_C1);
	ck_assert_uint_eq(validate_content(&c, NULL, &r), ERR_NONE);
	ck_assert_uint_eq(validate_needs(&c), SCOPE_BIT(SCOPE_C1) |
	    SCOPE_BIT(SCOPE_SR));
	c.u.correction.now.source = vocabulary_find("SRC8");
	ck_assert_uint_eq(validate_content(&c, NULL, &r), ERR_REFUSED);
}
END_TEST

static const struct {
	const char *fields;
	const char *needs;
} needs[] = {
	/* CAL-8, POL-1, MH-1, MH-2, ADV-2, POL-5, RSP-1, CW-3 of DOMAIN 3 */
	{ "\"component\":\"C1\",\"actor\":\"P1\",\"codes\":[\"CC12\","
	  "\"CH06\"],\"source\":\"SRC2\"", "C1,C2" },
	{ "\"component\":\"C1\",\"actor\":\"P1\",\"codes\":[\"CC29\","
	  "\"CH07\"],\"source\":\"SRC6\",\"segments\":[\"SG6\"]", "C1,C2" },
	{ "\"component\":\"SR\",\"codes\":[\"SR11\",\"SR25\"],\"source\":"
	  "\"SRC1\",\"segments\":[\"SG2\"]", "SR,SG2" },
	{ "\"component\":\"C4\",\"codes\":[\"AI10\"],\"source\":\"SRC1\","
	  "\"segments\":[\"SG2\"]", "C4,SG2" },
	{ "\"component\":\"C3\",\"codes\":[\"PE01\",\"PE16\"],\"source\":"
	  "\"SRC2\"", "C3" },
	{ "\"component\":\"BC\",\"codes\":[\"BC19\"],\"source\":\"SRC6\"",
	  "BC" },
	{ "\"component\":\"BA\",\"codes\":[\"BA01\"],\"source\":\"SRC6\"",
	  "BA" },
	{ "\"component\":\"C2\",\"actor\":\"P1\",\"codes\":[\"CH16\"],"
	  "\"danger\":[\"DM16\"],\"source\":\"SRC7\",\"segments\":[\"SG5\","
	  "\"SG6\"]", "C2" },
	{ "\"component\":\"C4\",\"codes\":[\"AI01\"],\"source\":\"SRC3\","
	  "\"segments\":[\"SG3\",\"SG1\"],\"triggers\":[\"TG1\"],"
	  "\"pathways\":[\"PW2\"]", "C4,SG1,SG3" },
};

START_TEST(needed_scopes)
{
	char text[64];

	make(needs[_i].fields);
	vocabulary_scopes_text(validate_needs(&c), text, sizeof(text));
	ck_assert_str_eq(text, needs[_i].needs);
}
END_TEST

START_TEST(needed_by_kind)
{
	static const struct {
		enum content_kind kind;
		enum vocabulary_scope scope;
	} kinds[] = {
		{ CONTENT_INTRODUCTION, SCOPE_ID },
		{ CONTENT_PERSON_ADDED, SCOPE_ID },
		{ CONTENT_QUESTION, SCOPE_Q }, { CONTENT_ANSWER, SCOPE_Q },
		{ CONTENT_TASK, SCOPE_Q }, { CONTENT_GOAL, SCOPE_SR },
	};
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		memset(&c, 0, sizeof(c));
		c.kind = kinds[i].kind;
		ck_assert_uint_eq(validate_needs(&c),
		    SCOPE_BIT(kinds[i].scope));
	}
}
END_TEST

START_TEST(goals)
{
	struct goal *g = &c.u.goal;

	memset(&c, 0, sizeof(c));
	c.kind = CONTENT_GOAL;
	(void)snprintf(g->person.s, sizeof(g->person.s), "P1");
	(void)snprintf(g->measure, sizeof(g->measure), "seen weekly");
	(void)snprintf(g->by.s, sizeof(g->by.s), "2026-12-24");
	(void)snprintf(g->checked_by, sizeof(g->checked_by), "womens-aid");
	g->behaviour = vocabulary_find("CC12");
	ck_assert_uint_eq(validate_content(&c, NULL, &r), ERR_NONE);
	/* "Attend the programme" is no goal. */
	g->behaviour = vocabulary_find("BA02");
	ck_assert_uint_eq(validate_content(&c, NULL, &r), ERR_REFUSED);
	ck_assert_str_eq(r.field, "behaviour");
	g->behaviour = NULL;
	ck_assert_uint_eq(validate_content(&c, NULL, &r), ERR_REFUSED);
	g->behaviour = vocabulary_find("BC08");
	g->measure[0] = '\0';
	ck_assert_uint_eq(validate_content(&c, NULL, &r), ERR_REFUSED);
	ck_assert_str_eq(r.field, "measure");
	g->measure[0] = 'x';
	g->by.s[0] = '\0';
	ck_assert_uint_eq(validate_content(&c, NULL, &r), ERR_REFUSED);
	ck_assert_str_eq(r.field, "by");
	g->by.s[0] = '2';
	g->checked_by[0] = '\0';
	ck_assert_uint_eq(validate_content(&c, NULL, &r), ERR_REFUSED);
	ck_assert_str_eq(r.field, "checked_by");
	g->checked_by[0] = 'w';
	g->person.s[0] = '\0';
	ck_assert_uint_eq(validate_content(&c, NULL, &r), ERR_REFUSED);
	ck_assert_str_eq(r.field, "person");
}
END_TEST

START_TEST(shield_and_danger)
{
	struct observation o;

	make(rows[0].good);
	o = *content_observation(&c);
	o.source = vocabulary_find("SRC2");
	ck_assert(validate_shield(&o, "AG07"));
	ck_assert(validate_shield(&o, "AG03"));
	ck_assert(validate_shield(&o, "AG15"));
	ck_assert(!validate_shield(&o, "AG09"));
	ck_assert(!validate_shield(&o, "AG99"));
	ck_assert(!validate_shield(&o, NULL));
	o.source = vocabulary_find("SRC3");
	ck_assert(validate_shield(&o, "AG04"));
	o.source = vocabulary_find("SRC6");
	ck_assert(!validate_shield(&o, "AG07"));
	ck_assert(!validate_danger(&o));
	o.danger.v[o.danger.n++] = vocabulary_find("DM05");
	ck_assert(!validate_danger(&o));
	o.danger.v[o.danger.n++] = vocabulary_find("DM02");
	ck_assert(validate_danger(&o));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("validate");
	TCase *t = tcase_create("validate");
	SRunner *run;
	int failed;

	tcase_add_loop_test(t, each_alone, 0,
	    (int)(sizeof(rows) / sizeof(rows[0])));
	tcase_add_test(t, received_is_not_authored);
	tcase_add_test(t, effects_need_no_link);
	tcase_add_test(t, retired_codes);
	tcase_add_test(t, corrections);
	tcase_add_loop_test(t, needed_scopes, 0,
	    (int)(sizeof(needs) / sizeof(needs[0])));
	tcase_add_test(t, needed_by_kind);
	tcase_add_test(t, goals);
	tcase_add_test(t, shield_and_danger);
	suite_add_tcase(s, t);
	run = srunner_create(s);
	srunner_run_all(run, CK_NORMAL);
	failed = srunner_ntests_failed(run);
	srunner_free(run);
	return (failed == 0 ? 0 : 1);
}
