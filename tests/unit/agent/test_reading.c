/*
 * Verbs that read, for the desk: pages of the inbox and who opened what,
 * items with their proofs, people without exclusions, permissions with one
 * face, the map, and the export of it.
 */
#include "agent/intake/mailbox.h"
#include "agent/intake/opening.h"
#include "tests/unit/agent/consent_case.h"

static struct office *o;

static void
setup(void)
{
	struct secrets s;

	o = office_create();
	case_at_work(o, &s);
}

static void
teardown(void)
{
	office_destroy(&o);
}

static void
wait_a_little(void)
{
	for (int i = 0; i < 5; i++)
		office_pass(o, CLOCK_SECOND_MS);
}

/* The police writes to the school; the id is kept in `id`. */
static void
write_one(const char *text, bool urgent, char id[static 33])
{
	json_t *doc = json_pack("{s:s, s:s, s:s, s:[s], s:[s], s:s, s:s, "
	    "s:[s], s:{s:s}}", "schema", "wayleave/observation/1",
	    "component", "C1", "actor", "P1", "targets", "P2", "codes",
	    "CC30", "text", text, "source", "SRC6", "send_to", "school",
	    "when", "from", "2026-10");
	const struct told *t;

	if (urgent)
		json_object_set_new(doc, "urgent", json_true());
	t = office_ask(o, WORLD_POLICE, "p.nowak", api_send,
	    json_pack("{s:i, s:o}", "case", 1, "content", doc));
	ck_told(t, CLI_DONE);
	snprintf(id, 33, "%s", office_str(t->result, "id"));
	wait_a_little();
}

static const struct told *
school(api_handler *verb, json_t *in)
{
	return office_ask(o, WORLD_SCHOOL, "k.other", verb, in);
}

static json_t *
items(const struct told *t)
{
	ck_told(t, CLI_DONE);
	return json_object_get(t->result, "items");
}

static long long
number(const json_t *v, const char *key)
{
	return json_integer_value(json_object_get(v, key));
}

START_TEST(inbox_in_pages)
{
	char id[33];
	json_t *list;
	json_int_t urgent, before;

	write_one("one", false, id);
	write_one("two, urgent", true, id);
	write_one("three", false, id);
	/* the urgent one on top, then the newest; the introduction last */
	list = items(school(api_inbox, json_object()));
	ck_assert_uint_eq(json_array_size(list), 4);
	ck_assert(json_is_true(json_object_get(json_array_get(list, 0),
	    "urgent")));
	urgent = number(json_array_get(list, 0), "message");
	ck_assert_int_gt(number(json_array_get(list, 1), "message"),
	    number(json_array_get(list, 2), "message"));
	ck_assert(json_is_true(json_object_get(json_array_get(list, 3),
	    "checked")));
	/* in pages of two: each once, and no page after the last */
	list = items(school(api_inbox, json_pack("{s:i}", "limit", 2)));
	ck_assert_uint_eq(json_array_size(list), 2);
	ck_assert_int_eq(number(json_array_get(list, 0), "message"), urgent);
	before = number(o->told.result, "next");
	ck_assert_int_gt(before, 0);
	list = items(school(api_inbox, json_pack("{s:i, s:I}", "limit", 2,
	    "before", before)));
	ck_assert_uint_eq(json_array_size(list), 2);
	ck_assert_int_ne(number(json_array_get(list, 0), "message"), urgent);
	ck_assert_int_lt(number(json_array_get(list, 0), "message"), before);
	ck_assert_ptr_null(json_object_get(o->told.result, "next"));
	/* opened, it keeps its mark and goes to its place */
	ck_told(school(api_open, json_pack("{s:i}", "case", 1)), CLI_DONE);
	list = items(school(api_inbox, json_object()));
	ck_assert_int_eq(number(json_array_get(list, 1), "message"), urgent);
	ck_assert_str_eq(office_str(json_array_get(list, 1),
	    "opened_account"), "k.other");
	ck_assert_str_eq(office_str(json_array_get(list, 1), "opened_by"),
	    "caseworker");
}
END_TEST

START_TEST(first_opener_stays)
{
	char id[33];
	json_t *list;

	office_worker(o, WORLD_SCHOOL, "late", "Late Comer", RIGHT_WORKER);
	write_one("one", false, id);
	ck_told(school(api_open, json_pack("{s:i}", "case", 1)), CLI_DONE);
	ck_told(office_ask(o, WORLD_SCHOOL, "late", api_open,
	    json_pack("{s:i}", "case", 1)), CLI_DONE);
	list = items(school(api_inbox, json_object()));
	ck_assert_str_eq(office_str(json_array_get(list, 0),
	    "opened_account"), "k.other");
}
END_TEST

START_TEST(excluded_sees_an_unknown_case)
{
	static const struct { api_handler *verb; const char *key; } ask[] = {
		{ api_people, "case" }, { api_sharing, "case" },
		{ api_map, "case" }, { api_seen, "case" },
		{ api_export, "case" }, { api_inbox, "case" },
	};
	char words[sizeof o->told.words];
	const struct told *t;

	for (size_t i = 0; i < sizeof ask / sizeof ask[0]; i++) {
		t = office_ask(o, WORLD_SCHOOL, "t.reid", ask[i].verb,
		    json_pack("{s:i}", ask[i].key, 77));
		ck_told(t, CLI_NO);
		strcpy(words, t->words);
		t = office_ask(o, WORLD_SCHOOL, "t.reid", ask[i].verb,
		    json_pack("{s:i}", ask[i].key, 1));
		ck_told(t, CLI_NO);
		ck_assert_str_eq(t->words, words);
		ck_assert_ptr_null(json_object_get(t->result, "items"));
	}
	t = office_ask(o, WORLD_SCHOOL, "t.reid", api_inbox, json_object());
	ck_assert_uint_eq(json_array_size(items(t)), 0);
}
END_TEST

START_TEST(item_with_its_proofs)
{
	char first[33], second[33];
	json_t *list, *doc, *v = NULL, *linked;
	const struct told *t;
	size_t i;

	write_one("one", false, first);
	doc = json_pack("{s:s, s:s, s:s, s:[s], s:[s], s:s, s:[s], s:[s]}",
	    "schema", "wayleave/observation/1", "component", "C1", "actor",
	    "P1", "targets", "P2", "codes", "CC29", "source", "SRC6",
	    "send_to", "school", "links", first);
	t = office_ask(o, WORLD_POLICE, "p.nowak", api_send,
	    json_pack("{s:i, s:o}", "case", 1, "content", doc));
	ck_told(t, CLI_DONE);
	snprintf(second, sizeof second, "%s", office_str(t->result, "id"));
	wait_a_little();
	list = items(school(api_open, json_pack("{s:i}", "case", 1)));
	ck_assert_uint_eq(json_array_size(list), 2);
	json_array_foreach(list, i, v)
		if (strcmp(office_str(v, "id"), second) == 0)
			break;
	ck_assert_ptr_nonnull(v);
	doc = json_object_get(v, "proof");
	ck_assert_int_gt(number(doc, "permission"), 0);
	ck_assert_int_gt(number(doc, "sent"), number(doc, "permission"));
	ck_assert_int_gt(number(doc, "delivered"), number(doc, "sent"));
	ck_assert_int_gt(number(doc, "opened"), number(doc, "delivered"));
	ck_assert_int_eq(number(v, "case"), 1);
	ck_assert(json_is_string(json_object_get(v, "until")));
	linked = json_array_get(json_object_get(v, "linked"), 0);
	ck_assert_str_eq(office_str(linked, "id"), first);
	ck_assert_int_gt(number(linked, "message"), 0);
	/* and again, from what was found before */
	list = items(school(api_open, json_pack("{s:I}", "message",
	    (json_int_t)number(doc, "sent"))));
	ck_assert_uint_eq(json_array_size(list), 1);
	ck_assert_uint_eq(json_array_size(json_object_get(json_array_get(list,
	    0), "linked")), 1);
	/* its writer sees who has it */
	t = office_ask(o, WORLD_POLICE, "p.nowak", api_open,
	    json_pack("{s:s}", "observation", second));
	v = json_array_get(items(t), 0);
	ck_assert(json_is_true(json_object_get(v, "own")));
	ck_assert_str_eq(office_str(json_array_get(json_object_get(v,
	    "copies"), 0), "state"), "opened");
}
END_TEST

START_TEST(taken_back_says_why)
{
	char id[33];
	long long message;
	const struct told *t;

	write_one("one", false, id);
	message = number(json_array_get(items(school(api_open, json_pack(
	    "{s:i}", "case", 1))), 0), "message");
	t = office_ask(o, WORLD_POLICE, "p.nowak", api_recall,
	    json_pack("{s:s, s:s}", "observation", id, "reason",
	    "wrong-fact"));
	ck_told(t, CLI_DONE);
	wait_a_little();
	t = school(api_open, json_pack("{s:I}", "message",
	    (json_int_t)message));
	ck_told(t, CLI_NO);
	ck_assert_str_eq(t->words, "Taken back by The police as wrong (wrong "
	    "fact). Do not use it.");
}
END_TEST

START_TEST(people_and_no_exclusions)
{
	const struct told *t = school(api_people, json_pack("{s:i}", "case",
	    1));
	json_int_t introduction;
	char *text;

	ck_told(t, CLI_DONE);
	ck_assert(json_is_true(json_object_get(t->result, "checked")));
	ck_assert_uint_eq(json_array_size(json_object_get(t->result,
	    "persons")), 2);
	text = json_dumps(t->result, 0);
	ck_assert_ptr_null(strstr(text, "Reid"));
	ck_assert_ptr_null(strstr(text, "exclusion"));
	free(text);
	/* the introduction itself: whole for the officer alone */
	introduction = number(json_array_get(items(school(api_inbox,
	    json_object())), 0), "message");
	text = json_dumps(items(school(api_open, json_pack("{s:I}", "message",
	    introduction))), 0);
	ck_assert_ptr_nonnull(strstr(text, "Tom Reid"));
	free(text);
	office_worker(o, WORLD_SCHOOL, "late", "Late Comer", RIGHT_WORKER);
	text = json_dumps(items(office_ask(o, WORLD_SCHOOL, "late", api_open,
	    json_pack("{s:I}", "message", introduction))), 0);
	ck_assert_ptr_nonnull(strstr(text, "Marketa Example"));
	ck_assert_ptr_null(strstr(text, "Reid"));
	free(text);
}
END_TEST

/* What the police is told of its arrow to the school. */
static char *
arrow(void)
{
	const struct told *t = office_ask(o, WORLD_POLICE, "p.nowak",
	    api_sharing, json_pack("{s:i}", "case", 1));
	const json_t *v;
	size_t i;

	ck_told(t, CLI_DONE);
	json_array_foreach(json_object_get(t->result, "arrows"), i, v)
		if (strcmp(office_str(v, "from"), "police") == 0)
			return json_dumps(v, JSON_SORT_KEYS);
	ck_abort_msg("no arrow");
}

START_TEST(one_face_for_no)
{
	char *active = arrow(), *withdrawn, *expired;
	const struct told *t;

	ck_assert_ptr_nonnull(strstr(active, "\"state\": \"active\""));
	ck_assert_ptr_nonnull(strstr(active, "C1"));
	ck_assert_ptr_nonnull(strstr(active, "\"days\": 59"));
	t = office_ask(o, WORLD_CUSTODIAN, "susan", api_withdraw,
	    json_pack("{s:s, s:s, s:s}", "case", "NB-17", "member", "school",
	    "heard", "phone"));
	ck_told(t, CLI_DONE);
	wait_a_little();
	withdrawn = arrow();
	ck_assert_ptr_nonnull(strstr(withdrawn, "\"state\": \"none\""));
	ck_assert_ptr_null(strstr(withdrawn, "C1"));
	/* byte for byte what it is when the time is over */
	teardown();
	setup();
	/* two months at once: in steps they are 50,000 syncs of a disk */
	rig_pass(o->r, 61 * CLOCK_DAY_MS);
	office_pass(o, 10 * CLOCK_MINUTE_MS);
	expired = arrow();
	ck_assert_str_eq(expired, withdrawn);
	free(active);
	free(withdrawn);
	free(expired);
}
END_TEST

START_TEST(changed_when_something_came)
{
	char id[33], mark[64];
	const struct told *t = school(api_changed, json_object());

	ck_told(t, CLI_DONE);
	snprintf(mark, sizeof mark, "%s", office_str(t->result, "mark"));
	t = school(api_changed, json_object());
	ck_assert_str_eq(office_str(t->result, "mark"), mark);
	write_one("one", false, id);
	t = school(api_changed, json_object());
	ck_assert_str_ne(office_str(t->result, "mark"), mark);
}
END_TEST

START_TEST(map_and_its_export)
{
	char id[33];
	const struct told *t;
	json_t *records;

	write_one("one", false, id);
	t = school(api_map, json_pack("{s:i, s:s}", "case", 1, "as",
	    "json"));
	ck_told(t, CLI_DONE);
	records = json_object_get(json_object_get(t->result, "map"),
	    "records");
	ck_assert_uint_eq(json_array_size(records), 1);
	ck_assert_int_gt(number(json_array_get(records, 0), "message"), 0);
	/* to whom and why first */
	t = school(api_export, json_pack("{s:i, s:s}", "case", 1, "as",
	    "map"));
	ck_told(t, CLI_USAGE);
	t = school(api_export, json_pack("{s:i, s:s, s:s, s:s}", "case", 1,
	    "as", "map", "to", "court", "why", "court-order"));
	ck_told(t, CLI_DONE);
	ck_assert_uint_eq(json_array_size(json_object_get(json_object_get(
	    t->result, "map"), "records")), 1);
	wait_a_little();
	t = office_ask(o, WORLD_CUSTODIAN, "susan", api_statement,
	    json_pack("{s:s}", "case", "NB-17"));
	ck_told(t, CLI_DONE);
	ck_assert_ptr_nonnull(strstr(office_str(t->result, "text"),
	    "court"));
	/* with nobody on the line nothing is copied out */
	office_disconnect(o, WORLD_SCHOOL);
	t = school(api_export, json_pack("{s:i, s:s, s:s, s:s}", "case", 1,
	    "as", "map", "to", "court", "why", "court-order"));
	ck_assert_int_ne(t->code, CLI_DONE);
	ck_assert_ptr_null(json_object_get(t->result, "map"));
}
END_TEST

START_TEST(members)
{
	const struct told *t = school(api_members, json_object());
	const json_t *list;
	json_t *v;
	size_t i, own = 0;

	ck_told(t, CLI_DONE);
	list = json_object_get(t->result, "members");
	json_array_foreach((json_t *)(uintptr_t)list, i, v) {
		ck_assert_str_ne(office_str(v, "kind"), "AG00");
		own += json_is_true(json_object_get(v, "own"));
	}
	ck_assert_uint_eq(own, 1);
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, inbox_in_pages);
	tcase_add_test(tc, first_opener_stays);
	tcase_add_test(tc, excluded_sees_an_unknown_case);
	tcase_add_test(tc, item_with_its_proofs);
	tcase_add_test(tc, taken_back_says_why);
	tcase_add_test(tc, people_and_no_exclusions);
	tcase_add_test(tc, one_face_for_no);
	tcase_add_test(tc, changed_when_something_came);
	tcase_add_test(tc, map_and_its_export);
	tcase_add_test(tc, members);
}

int
main(void)
{
	return test_main("reading", fill, 240);
}
