/*
 * Who is called for what is urgent: at once, one after the other, until
 * somebody opens it or says so; never who must not know.
 */
#include "agent/notices/duty.h"

#include "agent/notices/contacts.h"
#include "base/log.h"
#include "tests/unit/agent/reach.h"

#define SCHOOL WORLD_SCHOOL
#define CALL(step, number) step "\n" number "\nYou have an item to review.\n" \
	"--\n"

static void
setup(void)
{
	reach_setup(RUNNER_DUTY);
	office_worker(o, SCHOOL, "w1", "One Example", RIGHT_WORKER);
	office_worker(o, SCHOOL, "w2", "Two Example", RIGHT_WORKER);
}

static void
on_list(unsigned m, const char *account, int place, const char *phone)
{
	ck_told(office_ask(o, m, NULL, api_worker_notice, json_pack(
	    "{s:s, s:i, s:s}", "account", account, "duty", place, "phone",
	    phone)), CLI_DONE);
}

/* The excluded one stands first on the list, and must not be called. */
static void
list(void)
{
	on_list(SCHOOL, "t.reid", 1, "000");
	on_list(SCHOOL, "w1", 2, "111");
	on_list(SCHOOL, "w2", 3, "222");
	reach_begin(SCHOOL);
}

/* The message that came last. */
static json_int_t
message(void)
{
	const struct told *t = office_ask(o, SCHOOL, "w1", api_inbox,
	    json_object());
	const json_t *it = json_array_get(json_object_get(t->result,
	    "items"), 0);

	return json_integer_value(json_object_get(it, "message"));
}

static const struct told *
acknowledge(const char *account, const char *key, json_int_t n)
{
	return office_ask(o, SCHOOL, account, api_acknowledge,
	    json_pack("{s:I}", key, n));
}

START_TEST(one_after_the_other_until_acknowledged)
{
	json_int_t n;

	list();
	reach_observe(false, "calls");
	reach_pass(2);
	ck_got("");
	reach_observe(true, "has said that he will come tonight");
	reach_finish();
	ck_got(CALL("1", "111"));
	reach_pass(14);
	ck_got("");
	reach_pass(1);
	ck_got(CALL("2", "222"));
	reach_pass(15);
	ck_got(CALL("3", "111"));
	n = message();
	/* the excluded one reads what is read of what is not there */
	ck_told(acknowledge("t.reid", "message", n), CLI_NO);
	ck_assert_str_eq(o->told.words, "Nothing to show.");
	ck_told(acknowledge("t.reid", "message", 999999), CLI_NO);
	ck_assert_str_eq(o->told.words, "Nothing to show.");
	reach_pass(15);
	ck_got(CALL("4", "222"));
	ck_told(acknowledge("w2", "message", n), CLI_DONE);
	ck_assert_str_eq(office_str(json_array_get(json_object_get(
	    office_ask(o, SCHOOL, "w1", api_inbox, json_object())->result,
	    "items"), 0), "acknowledged_by"), "w2");
	reach_pass(60);
	ck_got("");
	/* the first who said so */
	ck_told(acknowledge("w1", "message", n), CLI_DONE);
	{
		char by[64];

		ck_ok(duty_acknowledged(o->a[SCHOOL], DUTY_MAIL, (uint64_t)n,
		    by));
		ck_assert_str_eq(by, "w2");
	}
}
END_TEST

START_TEST(until_opened)
{
	list();
	reach_observe(true, "has said that he will come tonight");
	reach_finish();
	ck_got(CALL("1", "111"));
	ck_told(office_ask(o, SCHOOL, "w2", api_open, json_pack("{s:I}",
	    "message", message())), CLI_DONE);
	reach_pass(60);
	ck_got("");
}
END_TEST

/* Taken back as wrong: nobody has to get up for it. */
START_TEST(until_it_is_taken_back)
{
	char id[64];
	const struct told *t;

	list();
	reach_observe(true, "has said that he will come tonight");
	reach_finish();
	ck_got(CALL("1", "111"));
	t = office_ask(o, WORLD_POLICE, "p.nowak", api_seen, json_pack(
	    "{s:i}", "case", 1));
	snprintf(id, sizeof id, "%s", office_str(json_array_get(
	    json_object_get(t->result, "records"), 0), "id"));
	ck_told(office_ask(o, WORLD_POLICE, "p.nowak", api_recall, json_pack(
	    "{s:s, s:s}", "observation", id, "reason", "wrong-person")),
	    CLI_DONE);
	reach_pass(60);
	ck_got("");
}
END_TEST

/* Two things that wait call a person once. */
START_TEST(no_call_says_how_much)
{
	list();
	reach_observe(true, "has said that he will come tonight");
	reach_observe(true, "and has a knife");
	reach_observe(true, "and drinks");
	reach_finish();
	ck_got(CALL("1", "111"));
	reach_pass(14);
	ck_got("");
	reach_pass(2);
	ck_got(CALL("2", "222"));
	reach_pass(12);
	ck_got("");
}
END_TEST

/* In the place of who is away comes who covers; not the excluded one. */
START_TEST(who_covers_is_called)
{
	char day[CLOCK_ISO_BYTES];

	office_worker(o, SCHOOL, "w3", "Three Example", RIGHT_WORKER);
	list();
	on_list(SCHOOL, "w3", 0, "333");
	clock_iso_day(day, clock_now(&o->r->clock) + 7 * CLOCK_DAY_MS);
	ck_told(office_ask(o, SCHOOL, "w1", api_handover, json_pack(
	    "{s:s, s:b, s:s}", "to", "w3", "all", 1, "until", day)),
	    CLI_DONE);
	ck_told(office_ask(o, SCHOOL, "w2", api_handover, json_pack(
	    "{s:s, s:b, s:s}", "to", "t.reid", "all", 1, "until", day)),
	    CLI_DONE);
	reach_observe(true, "has said that he will come tonight");
	reach_finish();
	ck_got(CALL("1", "333"));
	reach_pass(15);
	ck_got(CALL("2", "222"));
	/* who covers has a place of the same list: once round is one call */
	on_list(SCHOOL, "w3", 4, "333");
	reach_pass(15);
	ck_got(CALL("3", "222"));
	reach_pass(15);
	ck_got(CALL("4", "333"));
}
END_TEST

START_TEST(a_forced_stop)
{
	const struct told *t;
	json_int_t n;

	on_list(WORLD_CUSTODIAN, "second", 1, "222");
	on_list(WORLD_CUSTODIAN, "susan", 2, "111");
	reach_begin(WORLD_CUSTODIAN);
	ck_told(office_ask(o, SCHOOL, "k.other", api_stop, json_pack(
	    "{s:s}", "phrase", s.forced)), CLI_DONE);
	office_pass(o, CLOCK_SECOND_MS);
	reach_finish();
	/* second is no advocate */
	ck_got(CALL("1", "111"));
	t = office_ask(o, WORLD_CUSTODIAN, "susan", api_cases, json_object());
	n = json_integer_value(json_object_get(json_array_get(
	    json_object_get(t->result, "tasks"), 0), "task"));
	ck_assert_int_gt(n, 0);
	ck_told(office_ask(o, WORLD_CUSTODIAN, "second", api_acknowledge,
	    json_pack("{s:I}", "task", n)), CLI_NO);
	ck_assert_str_eq(o->told.words, "Nothing to show.");
	reach_pass(15);
	ck_got(CALL("2", "111"));
	ck_told(office_ask(o, WORLD_CUSTODIAN, "susan", api_cases, json_pack(
	    "{s:I}", "done", n)), CLI_DONE);
	reach_pass(60);
	ck_got("");
}
END_TEST

/* One that is not forced makes a task and wakes nobody. */
START_TEST(a_stop)
{
	on_list(WORLD_CUSTODIAN, "susan", 1, "111");
	reach_begin(WORLD_CUSTODIAN);
	ck_told(office_ask(o, SCHOOL, "k.other", api_stop, json_pack(
	    "{s:s}", "phrase", s.stop)), CLI_DONE);
	reach_pass(20);
	ck_got("");
}
END_TEST

static void
hear(void *ctx, unsigned id)
{
	unsigned *heard = ctx;

	heard[0] += id == 77;
	heard[1] += id == 63;
}

START_TEST(a_call_that_fails)
{
	unsigned heard[2] = { 0 };

	log_on_number(hear, heard);
	list();
	test_file(fail, "");
	reach_observe(true, "has said that he will come tonight");
	reach_finish();
	ck_got(CALL("1", "111"));
	ck_assert_uint_eq(heard[0], 1);
	(void)unlink(fail);
	reach_pass(1);
	ck_got(CALL("2", "222"));
	reach_pass(14);
	ck_got("");
	reach_pass(1);
	ck_got(CALL("3", "111"));
	ck_assert_uint_eq(heard[0], 1);
	log_on_number(NULL, NULL);
}
END_TEST

/* A command with a list of its own; and none at all: IT is told once. */
START_TEST(nobody_on_the_list)
{
	unsigned heard[2] = { 0 };

	log_on_number(hear, heard);
	on_list(SCHOOL, "t.reid", 1, "000");
	reach_observe(true, "has said that he will come tonight");
	reach_pass(40);
	ck_got("");
	ck_assert_uint_eq(heard[1], 1);
	reach_begin(SCHOOL);
	reach_finish();
	ck_got(CALL("1", ""));
	reach_pass(15);
	ck_got(CALL("2", ""));
	log_on_number(NULL, NULL);
}
END_TEST

START_TEST(goes_on_after_a_restart)
{
	struct agent *a = o->a[SCHOOL];

	list();
	reach_observe(true, "has said that he will come tonight");
	reach_finish();
	ck_got(CALL("1", "111"));
	duty_destroy(&a->duty);
	ck_ok(duty_create(a));
	reach_pass(14);
	ck_got("");
	reach_pass(1);
	ck_got(CALL("2", "222"));
}
END_TEST

START_TEST(nothing_to_acknowledge)
{
	list();
	reach_observe(false, "calls");
	ck_told(acknowledge("w1", "message", message()), CLI_NO);
	ck_assert_ptr_nonnull(strstr(o->told.words, "Nobody is being called"));
	ck_told(office_ask(o, SCHOOL, "w1", api_acknowledge, json_object()),
	    CLI_USAGE);
	ck_told(acknowledge("w1", "task", 1), CLI_NO);
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, reach_teardown);
	tcase_add_test(tc, one_after_the_other_until_acknowledged);
	tcase_add_test(tc, until_opened);
	tcase_add_test(tc, until_it_is_taken_back);
	tcase_add_test(tc, no_call_says_how_much);
	tcase_add_test(tc, who_covers_is_called);
	tcase_add_test(tc, a_forced_stop);
	tcase_add_test(tc, a_stop);
	tcase_add_test(tc, a_call_that_fails);
	tcase_add_test(tc, nobody_on_the_list);
	tcase_add_test(tc, goes_on_after_a_restart);
	tcase_add_test(tc, nothing_to_acknowledge);
}

int
main(void)
{
	return test_main("duty", fill, 120);
}
