/* Work given to a colleague: only its two ends see it, and its note. */
#include "tests/unit/agent/office.h"

static struct office *o;

static void
setup(void)
{
	o = office_create();
	office_worker(o, WORLD_SCHOOL, "b", "Bea Example", RIGHT_WORKER);
	office_worker(o, WORLD_SCHOOL, "c", "Cem Example", RIGHT_WORKER);
	office_worker(o, WORLD_SCHOOL, "d", "Dot Example", RIGHT_WORKER);
	office_worker(o, WORLD_SCHOOL, "l", "Lea Example", RIGHT_LEAD);
	office_worker(o, WORLD_SCHOOL, "t", "Tom Example", RIGHT_IT);
}

static void
teardown(void)
{
	office_destroy(&o);
}

static const struct told *
ask(const char *who, json_t *in)
{
	return office_ask(o, WORLD_SCHOOL, who, api_handover, in);
}

static size_t
seen_by(const char *who)
{
	return json_array_size(json_object_get(ask(who, json_object())->result,
	    "handovers"));
}

START_TEST(between_two)
{
	const struct told *t = ask("b", json_pack("{s:s, s:b, s:s, s:s}", "to",
	    "c", "all", 1, "note", "call on Monday", "until", "2026-12-24"));
	const json_t *h;

	ck_told(t, CLI_DONE);
	t = ask("c", json_object());
	h = json_array_get(json_object_get(t->result, "handovers"), 0);
	ck_assert_str_eq(office_str(h, "note"), "call on Monday");
	ck_assert_str_eq(office_str(h, "until"), "2026-12-24");
	ck_assert(json_is_true(json_object_get(h, "mine")));
	/* IT works on no case, so it is nobody's colleague here */
	ck_assert_uint_eq(json_array_size(json_object_get(t->result,
	    "colleagues")), 4);
	ck_assert_uint_eq(seen_by("b"), 1);
	ck_assert_uint_eq(seen_by("d"), 0);
	ck_assert_uint_eq(seen_by("l"), 0);
	/* a third cannot end it */
	ck_told(ask("d", json_pack("{s:i}", "done", 1)), CLI_DONE);
	ck_assert_uint_eq(seen_by("c"), 1);
	ck_told(ask("c", json_pack("{s:i}", "done", 1)), CLI_DONE);
	ck_assert_uint_eq(seen_by("b"), 0);
}
END_TEST

START_TEST(not_to_anybody)
{
	ck_told(ask("b", json_pack("{s:s, s:b}", "to", "t", "all", 1)),
	    CLI_INPUT);
	ck_told(ask("b", json_pack("{s:s, s:b}", "to", "b", "all", 1)),
	    CLI_INPUT);
	ck_told(ask("b", json_pack("{s:s, s:b}", "to", "nobody", "all", 1)),
	    CLI_INPUT);
	ck_told(ask("b", json_pack("{s:s, s:b, s:s}", "to", "c", "all", 1,
	    "until", "tomorrow")), CLI_INPUT);
	ck_told(ask("b", json_pack("{s:s, s:i}", "to", "c", "case", 99)),
	    CLI_NO);
	ck_assert_uint_eq(seen_by("c"), 0);
}
END_TEST

START_TEST(for_somebody_else)
{
	/* a worker cannot give away what is another's */
	ck_told(ask("b", json_pack("{s:s, s:b, s:s}", "to", "c", "all", 1,
	    "from", "d")), CLI_DONE);
	ck_assert_uint_eq(seen_by("d"), 0);
	ck_assert_uint_eq(seen_by("b"), 1);
	ck_told(ask("l", json_pack("{s:s, s:b, s:s}", "to", "c", "all", 1,
	    "from", "d")), CLI_DONE);
	ck_assert_uint_eq(seen_by("d"), 1);
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, between_two);
	tcase_add_test(tc, not_to_anybody);
	tcase_add_test(tc, for_somebody_else);
}

int
main(void)
{
	return test_main("api_handover", fill, 60);
}
