/*
 * Stop phrases: said to anyone, forced, impossible, offline; what her advocate
 * is told, and how sharing begins again.
 */
#include "tests/unit/agent/consent_case.h"

static struct office *o;
static struct secrets s;

static void
setup(void)
{
	o = office_create();
	case_workers(o);
}

static void
teardown(void)
{
	office_destroy(&o);
}

static const struct told *
stop(unsigned m, const char *account, const char *phrase)
{
	return office_ask(o, m, account, api_stop, json_pack("{s:s}",
	    "phrase", phrase));
}

/* Said to any agency; right and wrong get the same words and code. */
START_TEST(stop_says_the_same_for_right_and_wrong)
{
	char words[2048], wrong[PHRASE_TEXT_MAX];
	struct phrase p, q;
	const struct told *t;

	case_open(o, &s);
	case_consent(o, &s);
	phrase_draw(&p, &q);
	phrase_format(&p, WORDS_EN, wrong);
	t = stop(WORLD_SCHOOL, "t.reid", wrong);
	ck_told(t, CLI_DONE);
	strcpy(words, t->words);
	ck_assert_ptr_null(t->result);
	ck_assert_uint_eq(case_status(o, "in-force"), 5);
	t = stop(WORLD_SCHOOL, "t.reid", s.stop);
	ck_told(t, CLI_DONE);
	ck_assert_str_eq(t->words, words);
	ck_assert_ptr_null(t->result);
	ck_assert_uint_eq(case_status(o, "frozen"), 5);
	ck_assert_uint_eq(case_tasks(o, "stopped"), 1);
	ck_assert_uint_eq(case_tasks(o, "stopped-forced"), 0);
}
END_TEST

/* The second phrase: the same outside, another task for her advocate alone. */
START_TEST(forced_is_told_privately)
{
	const struct told *t;

	case_open(o, &s);
	case_consent(o, &s);
	t = stop(WORLD_POLICE, "p.nowak", s.forced);
	ck_told(t, CLI_DONE);
	ck_assert_ptr_null(strstr(t->words, "forced"));
	ck_assert_uint_eq(case_tasks(o, "stopped-forced"), 1);
	ck_assert_ptr_nonnull(strstr(office_str(json_array_get(json_object_get(
	    o->told.result, "tasks"), 0), "words"), "safe channel"));
	/* nobody else is shown tasks, or why */
	t = office_ask(o, WORLD_POLICE, "p.nowak", api_cases, json_object());
	ck_told(t, CLI_DONE);
	ck_assert_uint_eq(json_array_size(json_object_get(t->result,
	    "tasks")), 0);
	ck_assert_ptr_null(strstr(office_str(json_array_get(json_object_get(
	    t->result, "cases"), 0), "state"), "frozen"));
}
END_TEST

/* A wrong word is found at the desk: no record, no question to anybody. */
START_TEST(impossible_phrase_asks_nobody)
{
	struct store_head before, after;
	const struct told *t;
	char bad[300];

	case_open(o, &s);
	ck_ok(store_head(o->r->store, &before));
	snprintf(bad, sizeof bad, "%s extra", s.stop);
	t = stop(WORLD_SCHOOL, "t.reid", bad);
	ck_told(t, CLI_NO);
	ck_assert_ptr_nonnull(strstr(t->words, "ask again"));
	t = stop(WORLD_SCHOOL, "t.reid", "one two three four");
	ck_told(t, CLI_NO);
	ck_ok(store_head(o->r->store, &after));
	ck_assert_uint_eq(before.size, after.size);
	ck_assert_int_eq(signing_fd(o->signing), -1);
}
END_TEST

START_TEST(stop_offline_says_telephone)
{
	const struct told *t;

	case_open(o, &s);
	case_consent(o, &s);
	office_disconnect(o, WORLD_SCHOOL);
	office_settle(o);
	t = stop(WORLD_SCHOOL, "t.reid", s.stop);
	ck_told(t, CLI_NOT_NOW);
	ck_assert_ptr_nonnull(strstr(t->words, "telephone"));
	ck_assert_uint_eq(case_status(o, "in-force"), 5);
	/* it is kept and goes when the line is back */
	office_connect(o, WORLD_SCHOOL);
	office_settle(o);
	ck_assert_uint_eq(case_status(o, "frozen"), 5);
}
END_TEST

START_TEST(rehearsing_writes_nothing)
{
	struct store_head before, after;
	const struct told *t;

	case_open(o, &s);
	case_consent(o, &s);
	ck_ok(store_head(o->r->store, &before));
	t = office_ask(o, WORLD_CUSTODIAN, "susan", api_rehearse,
	    json_pack("{s:s}", "phrase", s.stop));
	ck_told(t, CLI_DONE);
	t = office_ask(o, WORLD_CUSTODIAN, "susan", api_rehearse,
	    json_pack("{s:s}", "phrase", "maple maple maple maple maple"));
	ck_told(t, CLI_NO);
	ck_ok(store_head(o->r->store, &after));
	ck_assert_uint_eq(before.size, after.size);
	ck_assert_uint_eq(case_status(o, "in-force"), 5);
}
END_TEST

/* 24 h, a private conversation, new phrases; the old ones are news only. */
START_TEST(resumed_after_a_day)
{
	const struct told *t;
	struct secrets fresh = s;

	case_open(o, &s);
	case_consent(o, &s);
	stop(WORLD_SCHOOL, "t.reid", s.stop);
	fresh = s;
	t = office_ask(o, WORLD_CUSTODIAN, "susan", api_resume, json_pack(
	    "{s:s, s:s}", "case", "NB-17", "passphrase", s.pass));
	ck_told(t, CLI_NO);
	ck_assert_ptr_nonnull(strstr(t->words, "Earliest restart"));
	office_pass(o, 24 * CLOCK_HOUR_MS + 10 * CLOCK_MINUTE_MS);
	t = office_ask(o, WORLD_CUSTODIAN, "susan", api_resume, json_pack(
	    "{s:s, s:s}", "case", "NB-17", "passphrase", s.pass));
	ck_told(t, CLI_DONE);
	case_take_secrets(t->result, &fresh);
	ck_assert_str_ne(fresh.stop, s.stop);
	ck_assert_uint_eq(case_status(o, "in-force"), 5);
	/* an old phrase stops nothing and wakes the advocate */
	stop(WORLD_POLICE, "p.nowak", s.stop);
	ck_assert_uint_eq(case_status(o, "in-force"), 5);
	ck_assert_uint_eq(case_tasks(o, "old-phrase"), 1);
	/* the new one does stop */
	stop(WORLD_POLICE, "p.nowak", fresh.stop);
	ck_assert_uint_eq(case_status(o, "frozen"), 5);
}
END_TEST

START_TEST(phrases_before_the_first_permission_only)
{
	const struct told *t;
	struct secrets fresh = s;

	case_open(o, &s);
	t = office_ask(o, WORLD_CUSTODIAN, "susan", api_phrases, json_pack(
	    "{s:s, s:s}", "case", "NB-17", "passphrase", s.pass));
	ck_told(t, CLI_DONE);
	case_take_secrets(t->result, &fresh);
	case_consent(o, &s);
	t = office_ask(o, WORLD_CUSTODIAN, "susan", api_phrases, json_pack(
	    "{s:s, s:s}", "case", "NB-17", "passphrase", s.pass));
	ck_told(t, CLI_NO);
	stop(WORLD_POLICE, "p.nowak", fresh.stop);
	ck_assert_uint_eq(case_status(o, "frozen"), 5);
}
END_TEST

START_TEST(tasks_are_done_once)
{
	const struct told *t;
	json_int_t no;

	case_open(o, &s);
	case_consent(o, &s);
	stop(WORLD_POLICE, "p.nowak", s.stop);
	ck_assert_uint_eq(case_tasks(o, "stopped"), 1);
	no = json_integer_value(json_object_get(json_array_get(json_object_get(
	    o->told.result, "tasks"), 0), "task"));
	t = office_ask(o, WORLD_CUSTODIAN, "susan", api_cases, json_pack(
	    "{s:I}", "done", no));
	ck_told(t, CLI_DONE);
	ck_assert_uint_eq(case_tasks(o, "stopped"), 0);
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, stop_says_the_same_for_right_and_wrong);
	tcase_add_test(tc, forced_is_told_privately);
	tcase_add_test(tc, impossible_phrase_asks_nobody);
	tcase_add_test(tc, stop_offline_says_telephone);
	tcase_add_test(tc, rehearsing_writes_nothing);
	tcase_add_test(tc, resumed_after_a_day);
	tcase_add_test(tc, phrases_before_the_first_permission_only);
	tcase_add_test(tc, tasks_are_done_once);
}

int
main(void)
{
	return test_main("stop", fill, 180);
}
