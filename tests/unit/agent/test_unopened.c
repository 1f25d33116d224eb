/*
 * The sender is told whom to call when an urgent item stays closed, however
 * far it got, until it is opened or somebody says that he has called.
 */
#include "agent/outgoing/unopened.h"

#include "tests/unit/agent/reach.h"

#define POLICE WORLD_POLICE
#define CALL "Marked urgent, and nobody there has opened it for 30 minutes. " \
	"Call The school, 020 7946 0100, now."

static void
setup(void)
{
	reach_setup(RUNNER_NOTIFY);
	office_worker(o, POLICE, "x.cluded", "Ex Cluded", RIGHT_WORKER);
}

/* What the first page of this worker's inbox says of calls. */
static const json_t *
calls(const char *account)
{
	const struct told *t = office_ask(o, POLICE, account, api_inbox,
	    json_object());

	ck_told(t, CLI_DONE);
	return json_object_get(t->result, "calls");
}

static void
newest(char id[static 33])
{
	const struct told *t = office_ask(o, POLICE, "p.nowak", api_seen,
	    json_pack("{s:i}", "case", 1));
	const json_t *records = json_object_get(t->result, "records");

	ck_told(t, CLI_DONE);
	ck_assert_uint_gt(json_array_size(records), 0);
	snprintf(id, 33, "%s", office_str(json_array_get(records,
	    json_array_size(records) - 1), "id"));
}

/* What track says of the school's copy: its state and whom to call, or "". */
static void
track(const char *id, char state[static 16], char call[static 300])
{
	const struct told *t = office_ask(o, POLICE, "p.nowak", api_track,
	    json_pack("{s:s}", "observation", id));
	const json_t *copy = json_array_get(json_object_get(t->result,
	    "copies"), 0);
	const char *words = json_string_value(json_object_get(copy, "call"));

	ck_told(t, CLI_DONE);
	snprintf(state, 16, "%s", office_str(copy, "state"));
	snprintf(call, 300, "%s", words != NULL ? words : "");
}

static const struct told *
open_it(void)
{
	const struct told *t = office_ask(o, WORLD_SCHOOL, "k.other",
	    api_inbox, json_object());
	const json_int_t n = json_integer_value(json_object_get(
	    json_array_get(json_object_get(t->result, "items"), 0),
	    "message"));

	return office_ask(o, WORLD_SCHOOL, "k.other", api_open,
	    json_pack("{s:I}", "message", n));
}

START_TEST(told_after_half_an_hour)
{
	char id[33], state[16], call[300], mark[64];
	const json_t *list;

	reach_observe(true, "has said that he will come tonight");
	newest(id);
	reach_pass(29);
	track(id, state, call);
	ck_assert_str_eq(state, "delivered");
	ck_assert_str_eq(call, "");
	ck_assert_uint_eq(json_array_size(calls("p.nowak")), 0);
	snprintf(mark, sizeof mark, "%s", office_str(office_ask(o, POLICE,
	    "p.nowak", api_changed, json_object())->result, "mark"));
	reach_pass(2);
	track(id, state, call);
	ck_assert_str_eq(state, "delivered");
	ck_assert_str_eq(call, CALL);
	list = calls("p.nowak");
	ck_assert_uint_eq(json_array_size(list), 1);
	ck_assert_str_eq(office_str(json_array_get(list, 0), "text"), CALL);
	ck_assert_str_eq(office_str(json_array_get(list, 0), "observation"),
	    id);
	/* a desk that is open learns that there is something new */
	ck_assert_str_ne(office_str(office_ask(o, POLICE, "p.nowak",
	    api_changed, json_object())->result, "mark"), mark);
	ck_told(open_it(), CLI_DONE);
	reach_pass(1);
	track(id, state, call);
	ck_assert_str_eq(state, "opened");
	ck_assert_str_eq(call, "");
	ck_assert_uint_eq(json_array_size(calls("p.nowak")), 0);
}
END_TEST

START_TEST(not_what_is_not_urgent)
{
	char id[33], state[16], call[300];

	reach_observe(false, "calls");
	newest(id);
	reach_pass(90);
	track(id, state, call);
	ck_assert_str_eq(call, "");
	ck_assert_uint_eq(json_array_size(calls("p.nowak")), 0);
}
END_TEST

/* It never got there: all the more. */
START_TEST(not_even_delivered)
{
	char id[33], state[16], call[300];

	office_disconnect(o, WORLD_SCHOOL);
	office_settle(o);
	reach_observe(true, "has said that he will come tonight");
	newest(id);
	reach_pass(31);
	track(id, state, call);
	ck_assert_str_ne(state, "delivered");
	ck_assert_str_eq(call, CALL);
	ck_assert_uint_eq(json_array_size(calls("p.nowak")), 1);
}
END_TEST

START_TEST(until_somebody_has_called)
{
	char id[33], state[16], call[300];

	reach_observe(true, "has said that he will come tonight");
	newest(id);
	ck_told(office_ask(o, POLICE, "p.nowak", api_acknowledge,
	    json_pack("{s:s}", "observation", id)), CLI_NO);
	reach_pass(31);
	ck_told(office_ask(o, POLICE, "p.nowak", api_acknowledge,
	    json_pack("{s:s}", "observation", id)), CLI_DONE);
	ck_assert_uint_eq(json_array_size(calls("p.nowak")), 0);
	/* of the record itself it stays true */
	track(id, state, call);
	ck_assert_str_eq(call, CALL);
	/* the next one is told again */
	reach_observe(true, "is at the door");
	reach_pass(31);
	ck_assert_uint_eq(json_array_size(calls("p.nowak")), 1);
}
END_TEST

START_TEST(not_what_was_taken_back)
{
	char id[33], state[16], call[300];

	reach_observe(true, "has said that he will come tonight");
	newest(id);
	ck_told(office_ask(o, POLICE, "p.nowak", api_recall, json_pack(
	    "{s:s, s:s}", "observation", id, "reason", "wrong-person")),
	    CLI_DONE);
	reach_pass(31);
	track(id, state, call);
	ck_assert_str_eq(call, "");
	ck_assert_uint_eq(json_array_size(calls("p.nowak")), 0);
}
END_TEST

/* The excluded one sees no call, and reads of it as of an unknown record. */
START_TEST(who_must_not_know)
{
	uint8_t kase[WIRE_CASE];
	char id[33], words[2048];

	reach_observe(true, "has said that he will come tonight");
	newest(id);
	reach_pass(31);
	ck_assert_uint_eq(json_array_size(calls("x.cluded")), 1);
	ck_ok(cases_by_number(o->a[POLICE], 1, kase));
	ck_ok(agent_begin(o->a[POLICE]));
	ck_ok(agent_end(o->a[POLICE], cases_exclude(o->a[POLICE], kase,
	    "x.cluded")));
	ck_assert_uint_eq(json_array_size(calls("x.cluded")), 0);
	ck_told(office_ask(o, POLICE, "x.cluded", api_acknowledge, json_pack(
	    "{s:s}", "observation", id)), CLI_NO);
	snprintf(words, sizeof words, "%s", o->told.words);
	ck_told(office_ask(o, POLICE, "x.cluded", api_acknowledge, json_pack(
	    "{s:s}", "observation", "00112233445566778899aabbccddeeff")),
	    CLI_NO);
	ck_assert_str_eq(o->told.words, words);
	ck_assert_uint_eq(json_array_size(calls("p.nowak")), 1);
}
END_TEST

/* Nor can he take back or correct what was written in that case. */
START_TEST(who_must_not_act)
{
	static const char none[] = "00112233445566778899aabbccddeeff";
	uint8_t kase[WIRE_CASE];
	char id[33], state[16], call[300], words[2048];

	reach_observe(true, "has said that he will come tonight");
	newest(id);
	ck_ok(cases_by_number(o->a[POLICE], 1, kase));
	ck_ok(agent_begin(o->a[POLICE]));
	ck_ok(agent_end(o->a[POLICE], cases_exclude(o->a[POLICE], kase,
	    "x.cluded")));
	for (unsigned i = 0; i < 2; i++) {
		api_handler *verb = i == 0 ? api_recall : api_correct;

		ck_told(office_ask(o, POLICE, "x.cluded", verb, json_pack(
		    "{s:s, s:s, s:{}}", "observation", none, "reason",
		    "wrong-fact", "content")), CLI_NO);
		snprintf(words, sizeof words, "%s", o->told.words);
		ck_told(office_ask(o, POLICE, "x.cluded", verb, json_pack(
		    "{s:s, s:s, s:{}}", "observation", id, "reason",
		    "wrong-fact", "content")), CLI_NO);
		ck_assert_str_eq(o->told.words, words);
	}
	track(id, state, call);
	ck_assert_str_ne(state, "taken back");
	/* a lead, who sees it, gives him nothing of it by mistake */
	office_worker(o, POLICE, "l.lead", "Lea Example",
	    RIGHT_LEAD | RIGHT_WORKER);
	ck_told(office_ask(o, POLICE, "l.lead", api_handover, json_pack(
	    "{s:s, s:i}", "to", "x.cluded", "case", 1)), CLI_NO);
	ck_told(office_ask(o, POLICE, "l.lead", api_handover, json_pack(
	    "{s:s, s:i}", "to", "p.nowak", "case", 1)), CLI_DONE);
}
END_TEST

/* And by the notice that is the same for everything. */
START_TEST(by_notice_too)
{
	reach_to(POLICE, "p.nowak", "p@agency.example");
	reach_begin(POLICE);
	reach_observe(true, "has said that he will come tonight");
	reach_pass(29);
	ck_got("");
	reach_pass(30);
	ck_got("p@agency.example\nYou have an item to review.\n"
	    "https://desk.example/\n--\n");
	reach_pass(60);
	ck_got("");
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, reach_teardown);
	tcase_add_test(tc, told_after_half_an_hour);
	tcase_add_test(tc, not_what_is_not_urgent);
	tcase_add_test(tc, not_even_delivered);
	tcase_add_test(tc, until_somebody_has_called);
	tcase_add_test(tc, not_what_was_taken_back);
	tcase_add_test(tc, who_must_not_know);
	tcase_add_test(tc, who_must_not_act);
	tcase_add_test(tc, by_notice_too);
}

int
main(void)
{
	return test_main("unopened", fill, 120);
}
