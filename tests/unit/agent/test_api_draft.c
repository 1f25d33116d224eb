/*
 * Drafts: kept sealed, each for whoever wrote it; two windows lose nothing;
 * those of somebody who has left are the lead's.
 */
#include "tests/unit/agent/office.h"

static struct office *o;

static void
setup(void)
{
	o = office_create();
	office_worker(o, WORLD_SCHOOL, "b", "Bea Example", RIGHT_WORKER);
	office_worker(o, WORLD_SCHOOL, "c", "Cem Example", RIGHT_WORKER);
	office_worker(o, WORLD_SCHOOL, "l", "Lea Example", RIGHT_WORKER |
	    RIGHT_LEAD);
}

static void
teardown(void)
{
	office_destroy(&o);
}

static const struct told *
put(const char *who, const char *text, int seen)
{
	return office_ask(o, WORLD_SCHOOL, who, api_draft_put, json_pack(
	    "{s:s, s:s, s:i}", "what", "write/1", "text", text, "version",
	    seen));
}

static const struct told *
get(const char *who, const char *account, bool other)
{
	return office_ask(o, WORLD_SCHOOL, who, api_draft_get, json_pack(
	    "{s:s, s:b, s:s*}", "what", "write/1", "other", other, "account",
	    account));
}

START_TEST(kept_and_read)
{
	const struct told *t = put("b", "text=one", 0);

	ck_told(t, CLI_DONE);
	ck_assert_int_eq(json_integer_value(json_object_get(t->result,
	    "version")), 1);
	ck_told(put("b", "text=two", 1), CLI_DONE);
	t = get("b", NULL, false);
	ck_told(t, CLI_DONE);
	ck_assert_str_eq(office_str(t->result, "text"), "text=two");
	ck_assert(json_is_false(json_object_get(t->result, "other")));
	/* nobody else's */
	ck_told(get("c", NULL, false), CLI_NO);
	ck_told(get("c", "b", false), CLI_NO);
	ck_told(get("l", "b", false), CLI_NO);
	t = office_ask(o, WORLD_SCHOOL, "b", api_draft_drop, json_pack(
	    "{s:s}", "what", "write/1"));
	ck_told(t, CLI_DONE);
	ck_told(get("b", NULL, false), CLI_NO);
}
END_TEST

START_TEST(sealed_on_disk)
{
	struct db_stmt *st;
	struct bytes sealed;
	bool row;

	ck_told(put("b", "text=in+the+hall", 0), CLI_DONE);
	st = o->a[WORLD_SCHOOL]->sql[SQL_DRAFT_GET];
	db_bind_text(st, 1, "b");
	db_bind_text(st, 2, "write/1");
	ck_ok(db_step(st, &row));
	ck_assert(row);
	sealed = db_col_blob(st, 2);
	ck_assert_ptr_null(memmem(sealed.data, sealed.n, "hall", 4));
	db_done(st);
}
END_TEST

/* Two windows over one draft: the newest is there, the other beside it. */
START_TEST(two_windows)
{
	const struct told *t;

	ck_told(put("b", "text=first", 0), CLI_DONE);
	ck_told(put("b", "text=first+window", 1), CLI_DONE);
	t = put("b", "text=second+window", 1);
	ck_told(t, CLI_DONE);
	ck_assert(json_is_true(json_object_get(t->result, "displaced")));
	t = get("b", NULL, false);
	ck_assert_str_eq(office_str(t->result, "text"), "text=second+window");
	ck_assert(json_is_true(json_object_get(t->result, "other")));
	t = get("b", NULL, true);
	ck_assert_str_eq(office_str(t->result, "text"), "text=first+window");
}
END_TEST

START_TEST(bounded)
{
	char what[16], *big = calloc(1, 50 * 1024);
	const struct told *t = NULL;

	memset(big, 'x', 49 * 1024);
	ck_told(put("b", big, 0), CLI_INPUT);
	free(big);
	for (int i = 0; i < 33; i++) {
		snprintf(what, sizeof what, "write/%d", i);
		t = office_ask(o, WORLD_SCHOOL, "b", api_draft_put, json_pack(
		    "{s:s, s:s}", "what", what, "text", "x"));
		if (i < 32)
			ck_told(t, CLI_DONE);
	}
	ck_told(t, CLI_NO);
	t = office_ask(o, WORLD_SCHOOL, "b", api_draft_put, json_pack(
	    "{s:s, s:s}", "what", "../x", "text", "x"));
	ck_told(t, CLI_USAGE);
	/* a colleague's are counted apart */
	ck_told(put("c", "x", 0), CLI_DONE);
}
END_TEST

START_TEST(of_one_who_left)
{
	struct why why;
	const struct told *t;

	ck_told(put("b", "text=unfinished", 0), CLI_DONE);
	ck_ok(workers_end(o->a[WORLD_SCHOOL], "b", &why));
	ck_told(get("c", "b", false), CLI_NO);
	t = office_ask(o, WORLD_SCHOOL, "l", api_draft_list, json_object());
	ck_assert_uint_eq(json_array_size(json_object_get(t->result,
	    "drafts")), 1);
	t = get("l", "b", false);
	ck_told(t, CLI_DONE);
	ck_assert_str_eq(office_str(t->result, "text"), "text=unfinished");
	t = office_ask(o, WORLD_SCHOOL, "c", api_draft_list, json_object());
	ck_assert_uint_eq(json_array_size(json_object_get(t->result,
	    "drafts")), 0);
}
END_TEST

static const struct told *
conversation(api_handler *verb, const char *text)
{
	return office_ask(o, WORLD_SCHOOL, "b", verb, json_pack("{s:s, s:s*, "
	    "s:i}", "what", "room/new/begin", "text", text, "version", 0));
}

/* At one go: what is fresh meanwhile is of no matter here. */
static void
days(unsigned n)
{
	rig_pass(o->r, n * CLOCK_DAY_MS);
	office_pass(o, 2 * CLOCK_SECOND_MS);
}

/* What nobody signed is not kept for ever; other drafts are. */
START_TEST(a_conversation_is_forgotten)
{
	ck_told(put("b", "text=one", 0), CLI_DONE);
	ck_told(conversation(api_draft_put, "alone=yes"), CLI_DONE);
	days(13);
	ck_told(conversation(api_draft_get, NULL), CLI_DONE);
	days(2);
	ck_told(conversation(api_draft_get, NULL), CLI_NO);
	ck_told(get("b", NULL, false), CLI_DONE);
	/* kept again in the meantime, it lasts from then on */
	ck_told(conversation(api_draft_put, "alone=yes"), CLI_DONE);
	days(10);
	ck_told(conversation(api_draft_put, "alone=yes&safe=yes"), CLI_DONE);
	days(10);
	ck_told(conversation(api_draft_get, NULL), CLI_DONE);
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, kept_and_read);
	tcase_add_test(tc, sealed_on_disk);
	tcase_add_test(tc, two_windows);
	tcase_add_test(tc, bounded);
	tcase_add_test(tc, of_one_who_left);
	tcase_add_test(tc, a_conversation_is_forgotten);
}

int
main(void)
{
	return test_main("api_draft", fill, 60);
}
