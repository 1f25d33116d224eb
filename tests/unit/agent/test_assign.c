/*
 * Who looks after a gap or a task, that it is done, and who may say so; what
 * a lead is told of the cases; and the directory, which tells nothing.
 */
#include "agent/cases/owners.h"
#include "tests/unit/agent/consent_case.h"

static struct office *o;
static char id[33];

static const struct told *
police(api_handler *verb, json_t *in)
{
	return office_ask(o, WORLD_POLICE, "p.nowak", verb, in);
}

/* A task of the police for itself; its id is kept. */
static void
give_task(void)
{
	const struct told *t = police(api_send, json_pack("{s:i, s:s, s:{s:s,"
	    " s:s, s:s, s:s, s:s}}", "case", 1, "to", "none", "content",
	    "schema", "wayleave/task/1", "owner", "police", "text",
	    "look the earlier orders up", "gap", "GP11", "due",
	    "2026-12-01"));

	ck_told(t, CLI_DONE);
	snprintf(id, sizeof id, "%s", office_str(t->result, "id"));
}

static void
setup(void)
{
	struct secrets s;

	o = office_create();
	case_at_work(o, &s);
	give_task();
}

static void
teardown(void)
{
	office_destroy(&o);
}

static const struct told *
assign(json_t *more)
{
	json_t *in = json_pack("{s:i, s:s}", "case", 1, "task", id);

	json_object_update(in, more);
	json_decref(more);
	return police(api_gap_assign, in);
}

/* The task as the map tells it. */
static const json_t *
on_the_map(void)
{
	const struct told *t = police(api_map, json_pack("{s:i, s:s}", "case",
	    1, "as", "json"));

	ck_told(t, CLI_DONE);
	return json_array_get(json_object_get(json_object_get(t->result,
	    "map"), "tasks"), 0);
}

static bool
is_done(const json_t *task)
{
	return json_is_true(json_object_get(task, "done"));
}

START_TEST(looked_after_and_done)
{
	const json_t *task = on_the_map();

	ck_assert_str_eq(office_str(task, "id"), id);
	ck_assert_str_eq(office_str(task, "taken_by"), "");
	ck_assert(!is_done(task));
	/* whoever asks, if nobody is named */
	ck_told(assign(json_object()), CLI_DONE);
	ck_assert_str_eq(office_str(on_the_map(), "taken_by"), "p.nowak");
	ck_told(assign(json_pack("{s:s, s:s}", "to", "a.colleague", "due",
	    "2026-11-30")), CLI_DONE);
	ck_told(assign(json_pack("{s:b}", "done", 1)), CLI_DONE);
	task = on_the_map();
	/* what is not named stays */
	ck_assert_str_eq(office_str(task, "taken_by"), "a.colleague");
	ck_assert_str_eq(office_str(task, "taken_due"), "2026-11-30");
	ck_assert(is_done(task));
	ck_told(assign(json_pack("{s:b}", "done", 0)), CLI_DONE);
	ck_assert(!is_done(on_the_map()));
}
END_TEST

START_TEST(on_the_item)
{
	const struct told *t;
	const json_t *item;

	ck_told(assign(json_pack("{s:b}", "done", 1)), CLI_DONE);
	t = police(api_open, json_pack("{s:s}", "observation", id));
	ck_told(t, CLI_DONE);
	item = json_array_get(json_object_get(t->result, "items"), 0);
	ck_assert_str_eq(office_str(item, "taken_by"), "p.nowak");
	ck_assert(is_done(item));
}
END_TEST

START_TEST(in_plain_text)
{
	const struct told *t;
	char tag[16];

	ck_told(assign(json_pack("{s:b}", "done", 1)), CLI_DONE);
	t = police(api_map, json_pack("{s:i}", "case", 1));
	ck_told(t, CLI_DONE);
	snprintf(tag, sizeof tag, "[%.8s]", id);
	ck_assert_ptr_nonnull(strstr(office_str(t->result, "text"), tag));
	ck_assert_ptr_nonnull(strstr(office_str(t->result, "text"),
	    "p.nowak"));
	ck_assert_ptr_nonnull(strstr(office_str(t->result, "text"), "done"));
}
END_TEST

START_TEST(by_its_first_digits)
{
	char eight[9], seven[8];

	snprintf(eight, sizeof eight, "%.8s", id);
	snprintf(seven, sizeof seven, "%.7s", id);
	ck_told(police(api_gap_assign, json_pack("{s:i, s:s}", "case", 1,
	    "task", eight)), CLI_DONE);
	ck_assert_str_eq(office_str(on_the_map(), "taken_by"), "p.nowak");
	ck_told(police(api_gap_assign, json_pack("{s:i, s:s}", "case", 1,
	    "task", seven)), CLI_NO);
}
END_TEST

/* Taken back, it is nobody's to do. */
START_TEST(taken_back)
{
	ck_told(police(api_recall, json_pack("{s:s, s:s}", "observation", id,
	    "reason", "wrong-fact")), CLI_DONE);
	ck_assert_ptr_null(on_the_map());
}
END_TEST

START_TEST(only_tasks_of_the_case)
{
	const struct told *t = police(api_send, json_pack("{s:i, s:s, s:{s:s, "
	    "s:s, s:s, s:[s], s:[s], s:s, s:{s:s}}}", "case", 1, "to", "none",
	    "content", "schema", "wayleave/observation/1", "component", "C1",
	    "actor", "P1", "targets", "P2", "codes", "CC30", "source", "SRC6",
	    "when", "from", "2026-10"));

	ck_told(t, CLI_DONE);
	snprintf(id, sizeof id, "%s", office_str(t->result, "id"));
	ck_told(assign(json_object()), CLI_NO);
	ck_told(assign(json_pack("{s:s}", "task",
	    "00112233445566778899aabbccddeeff")), CLI_NO);
	/* whoever must not meet the family, and another agency: nothing */
	ck_told(office_ask(o, WORLD_SCHOOL, "k.other", api_gap_assign,
	    json_pack("{s:i, s:s}", "case", 1, "task", id)), CLI_NO);
	ck_told(office_ask(o, WORLD_SCHOOL, "t.reid", api_gap_assign,
	    json_pack("{s:i, s:s}", "case", 1, "task", id)), CLI_NO);
}
END_TEST

START_TEST(what_is_no_day_or_nobody)
{
	char longer[OWNER_TO + 1];

	memset(longer, 'a', sizeof longer - 1);
	longer[sizeof longer - 1] = '\0';
	ck_told(assign(json_pack("{s:s}", "due", "Friday")), CLI_USAGE);
	ck_told(assign(json_pack("{s:s}", "to", "")), CLI_USAGE);
	ck_told(assign(json_pack("{s:s}", "to", longer)), CLI_USAGE);
	ck_assert_str_eq(office_str(on_the_map(), "taken_by"), "");
	ck_told(police(api_gap_assign, json_pack("{s:i, s:s}", "case", 1,
	    "gap", "GP11")), CLI_USAGE);
	ck_told(police(api_gap_assign, json_pack("{s:i, s:s, s:s}", "case", 1,
	    "gap", "GP99", "to", "x")), CLI_USAGE);
}
END_TEST

START_TEST(gaps_as_before)
{
	const struct told *t;
	const json_t *list, *g;
	size_t i;
	bool found = false;

	ck_told(police(api_gap_assign, json_pack("{s:i, s:s, s:s, s:s}",
	    "case", 1, "gap", "GP13", "to", "j.reid", "due", "2026-12-01")),
	    CLI_DONE);
	t = police(api_map, json_pack("{s:i, s:s}", "case", 1, "as", "json"));
	ck_told(t, CLI_DONE);
	list = json_object_get(json_object_get(t->result, "map"), "gaps");
	json_array_foreach(list, i, g)
		if (strcmp(office_str(g, "code"), "GP13") == 0) {
			ck_assert_str_eq(office_str(g, "owner"), "j.reid");
			ck_assert_str_eq(office_str(g, "due"), "2026-12-01");
			found = true;
		}
	ck_assert(found);
}
END_TEST

/* ---- what a lead is told of the cases ------------------------------------ */

static const json_t *
first_case(unsigned m, const char *account)
{
	const struct told *t = office_ask(o, m, account, api_cases,
	    json_object());

	ck_told(t, CLI_DONE);
	return json_array_get(json_object_get(t->result, "cases"), 0);
}

START_TEST(leads_alone)
{
	const json_t *k;
	json_t *kept;

	office_worker(o, WORLD_SCHOOL, "boss", "Lee Lead", RIGHT_WORKER |
	    RIGHT_LEAD);
	k = first_case(WORLD_SCHOOL, "boss");
	/* the account, and nothing of why */
	kept = json_object_get(k, "kept_out");
	ck_assert_uint_eq(json_array_size(kept), 1);
	ck_assert_str_eq(json_string_value(json_array_get(kept, 0)),
	    "t.reid");
	ck_assert(json_is_false(json_object_get(k, "file")));
	ck_told(office_ask(o, WORLD_SCHOOL, "boss", api_review, json_pack(
	    "{s:i, s:s, s:s}", "case", 1, "what", "file", "state", "open")),
	    CLI_DONE);
	ck_assert(json_is_true(json_object_get(first_case(WORLD_SCHOOL,
	    "boss"), "file")));
	k = first_case(WORLD_SCHOOL, "k.other");
	ck_assert_ptr_nonnull(k);
	ck_assert_ptr_null(json_object_get(k, "kept_out"));
	ck_assert_ptr_null(json_object_get(k, "file"));
}
END_TEST

/* A lead who must not meet the family finds no case, and ends no task of it. */
START_TEST(a_lead_kept_out)
{
	const struct told *t;
	uint8_t kase[WIRE_CASE];
	struct agent *a = o->a[WORLD_SCHOOL];

	case_id(o, kase);
	ck_ok(agent_begin(a));
	ck_ok(agent_end(a, cases_task(a, kase, 1, TASK_DISAGREE)));
	office_worker(o, WORLD_SCHOOL, "boss", "Lee Lead", RIGHT_LEAD);
	t = office_ask(o, WORLD_SCHOOL, "boss", api_cases, json_object());
	ck_told(t, CLI_DONE);
	ck_assert_uint_eq(json_array_size(json_object_get(t->result,
	    "tasks")), 1);
	db_bind_blob(a->sql[SQL_EXCLUDED_PUT], 1, kase, WIRE_CASE);
	db_bind_text(a->sql[SQL_EXCLUDED_PUT], 2, "boss");
	ck_ok(agent_begin(a));
	ck_ok(agent_end(a, db_run(a->sql[SQL_EXCLUDED_PUT])));
	t = office_ask(o, WORLD_SCHOOL, "boss", api_cases, json_pack("{s:i}",
	    "done", 1));
	ck_told(t, CLI_DONE);
	ck_assert_uint_eq(json_array_size(json_object_get(t->result,
	    "cases")), 0);
	ck_assert_uint_eq(json_array_size(json_object_get(t->result,
	    "tasks")), 0);
	office_worker(o, WORLD_SCHOOL, "other", "Other Lead", RIGHT_LEAD);
	t = office_ask(o, WORLD_SCHOOL, "other", api_cases, json_object());
	ck_assert_uint_eq(json_array_size(json_object_get(t->result,
	    "tasks")), 1);
}
END_TEST

/* ---- the directory ----------------------------------------------------------- */

static const json_t *
directory(void)
{
	const struct told *t = police(api_members, json_object());

	ck_told(t, CLI_DONE);
	return json_object_get(t->result, "members");
}

/* Neither order nor gaps say who is in a case, with the line or without. */
START_TEST(telephones_tell_nothing)
{
	static const uint8_t never[16];
	const json_t *list = directory();
	const size_t n = json_array_size(list);
	struct agent *a = o->a[WORLD_POLICE];

	ck_assert_uint_ge(n, 3);
	for (size_t i = 1; i < n; i++)
		ck_assert_int_le(strcmp(office_str(json_array_get(list,
		    i - 1), "name"), office_str(json_array_get(list, i),
		    "name")), 0);
	office_disconnect(o, WORLD_POLICE);
	office_pass(o, CLOCK_SECOND_MS);
	ck_assert_uint_eq(json_array_size(directory()), n);
	/* only what came with the case is known: then nobody is told */
	ck_ok(agent_begin(a));
	ck_ok(agent_end(a, books_put(a, "directory", bytes_of(never,
	    sizeof never))));
	ck_assert_uint_eq(json_array_size(directory()), 0);
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, looked_after_and_done);
	tcase_add_test(tc, on_the_item);
	tcase_add_test(tc, in_plain_text);
	tcase_add_test(tc, by_its_first_digits);
	tcase_add_test(tc, taken_back);
	tcase_add_test(tc, only_tasks_of_the_case);
	tcase_add_test(tc, what_is_no_day_or_nobody);
	tcase_add_test(tc, gaps_as_before);
	tcase_add_test(tc, telephones_tell_nothing);
	tcase_add_test(tc, leads_alone);
	tcase_add_test(tc, a_lead_kept_out);
}

int
main(void)
{
	return test_main("assign", fill, 60);
}
