/*
 * Documents on their way out: read, refused with the rule and the field
 * named, given an id, sent once however often they are handed in; corrected,
 * taken back, asked about.
 */
#include "agent/outgoing/draft.h"
#include "agent/intake/opening.h"
#include "tests/unit/agent/consent_case.h"
/* the broker's sessions have a struct of this name too */
#define own own_kept
#include "agent/outgoing/own.h"

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

/* A good observation of the police. */
static json_t *
document(void)
{
	return json_pack("{s:s, s:s, s:s, s:[s], s:[s], s:s, s:s, s:[s]}",
	    "schema", "wayleave/observation/1", "component", "C1", "actor",
	    "P1", "targets", "P2", "codes", "CC30", "text",
	    "calls when she has been drinking", "source", "SRC6", "send_to",
	    "school");
}

static const struct told *
hand_in(json_t *doc)
{
	return office_ask(o, WORLD_POLICE, "p.nowak", api_send,
	    json_pack("{s:i, s:o}", "case", 1, "content", doc));
}

static const char *
copy_state(const struct told *t, const char *member)
{
	const json_t *copy;
	size_t i;

	json_array_foreach(json_object_get(t->result, "copies"), i, copy)
		if (strcmp(office_str(copy, "member"), member) == 0)
			return office_str(copy, "state");
	return "none";
}

/* The id of what was handed in last, kept over further calls. */
static void
take_id(const struct told *t, char id[static 33])
{
	snprintf(id, 33, "%s", office_str(t->result, "id"));
	ck_assert_uint_eq(strlen(id), 32);
}

START_TEST(goes_where_it_may)
{
	char id[33];
	json_t *doc = document();
	const struct told *t = hand_in(doc);

	ck_told(t, CLI_DONE);
	ck_assert_str_eq(office_str(t->result, "state"), "accepted");
	/* the first asks for the school's sealing key */
	ck_assert_str_eq(copy_state(t, "school"), "waiting");
	take_id(t, id);
	t = office_ask(o, WORLD_POLICE, "p.nowak", api_track,
	    json_pack("{s:s}", "observation", id));
	ck_assert_str_eq(copy_state(t, "school"), "waiting");
	for (int i = 0; i < 5; i++)
		office_pass(o, CLOCK_SECOND_MS);
	t = office_ask(o, WORLD_POLICE, "p.nowak", api_track,
	    json_pack("{s:s}", "observation", id));
	ck_assert_str_eq(copy_state(t, "school"), "delivered");

	doc = document();
	json_array_append_new(json_object_get(doc, "send_to"),
	    json_string("refuge"));
	t = hand_in(doc);
	ck_told(t, CLI_NO);
	ck_assert_str_eq(copy_state(t, "school"), "queued");
	ck_assert_str_eq(copy_state(t, "refuge"), "refused");
}
END_TEST

START_TEST(looking_sends_nothing)
{
	const struct told *t = office_ask(o, WORLD_POLICE, "p.nowak",
	    api_send, json_pack("{s:i, s:o, s:b}", "case", 1, "content",
	    document(), "dry_run", 1));

	ck_told(t, CLI_DONE);
	ck_assert_str_eq(office_str(t->result, "state"), "preview");
	t = office_ask(o, WORLD_POLICE, "p.nowak", api_seen,
	    json_pack("{s:i}", "case", 1));
	ck_assert_uint_eq(json_array_size(json_object_get(t->result,
	    "records")), 0);
}
END_TEST

/* A field replaced by JSON (NULL: taken out), and what is said of it. */
static const struct spoilt {
	const char *key, *value;
	enum cli_exit code;
	const char *rule, *words;
} spoilt[] = {
	{ "codes", "[\"CC99\"]", CLI_INPUT, "V8", "CC99" },
	{ "codes", "[]", CLI_INPUT, "V0", "codes" },
	{ "codes", "[\"GP01\"]", CLI_INPUT, "V0", "codes" },
	{ "nonsense", "1", CLI_INPUT, "V0", "nonsense" },
	{ "targets", "[\"Marketa\"]", CLI_INPUT, "V0", "targets" },
	{ "when", "{\"from\":\"2026-13\"}", CLI_INPUT, "V0", "from" },
	{ "text", "7", CLI_INPUT, "V0", "text" },
	{ "source", NULL, CLI_INPUT, "V0", "source" },
	{ "schema", "\"wayleave/observation/2\"", CLI_INPUT, "V0", "schema" },
	{ "links", "[\"00112233\"]", CLI_INPUT, "V9", "00112233" },
	{ "links", "[\"0011223\"]", CLI_INPUT, "V0", "links" },
	{ "actor", NULL, CLI_NO, "V1", "actor" },
	{ "source", "\"SRC8\"", CLI_NO, "V4", "source" },
	{ "segments", "[\"SG4\"]", CLI_NO, "V6", "segments" },
	{ "supersedes", "\"00112233445566778899aabbccddeeff\"", CLI_NO, "V0",
	    "supersedes" },
};

START_TEST(refused_with_rule_and_field)
{
	const struct spoilt *s = &spoilt[_i];
	json_t *doc = document();
	const struct told *t;

	if (s->value == NULL)
		json_object_del(doc, s->key);
	else
		json_object_set_new(doc, s->key, json_loads(s->value,
		    JSON_DECODE_ANY, NULL));
	t = hand_in(doc);
	ck_told(t, s->code);
	ck_assert_str_eq(office_str(t->result, "rule"), s->rule);
	ck_assert_msg(strstr(t->words, s->words) != NULL, "%s", t->words);
	/* nothing is kept of it */
	t = office_ask(o, WORLD_POLICE, "p.nowak", api_seen,
	    json_pack("{s:i}", "case", 1));
	ck_assert_uint_eq(json_array_size(json_object_get(t->result,
	    "records")), 0);
}
END_TEST

START_TEST(handed_in_twice_it_goes_once)
{
	static const char key[] = "b1c000000000000000000000000000ff";
	char first[33], second[33];
	json_t *doc = document();
	const struct told *t;

	json_object_set_new(doc, "idempotency_key", json_string(key));
	t = hand_in(json_deep_copy(doc));
	ck_told(t, CLI_DONE);
	take_id(t, first);
	t = hand_in(json_deep_copy(doc));
	ck_told(t, CLI_DONE);
	ck_assert_str_eq(office_str(t->result, "state"), "repeated");
	take_id(t, second);
	ck_assert_str_eq(first, second);
	t = office_ask(o, WORLD_POLICE, "p.nowak", api_track,
	    json_pack("{s:s}", "observation", first));
	ck_assert_uint_eq(json_array_size(json_object_get(t->result,
	    "copies")), 1);

	json_object_set_new(doc, "text", json_string("something else"));
	t = hand_in(doc);
	ck_told(t, CLI_NO);
	ck_assert_str_eq(office_str(t->result, "rule"), "key");
	/* without a key everything is new */
	t = hand_in(document());
	take_id(t, second);
	ck_assert_str_ne(first, second);
}
END_TEST

START_TEST(links_by_their_first_digits)
{
	char first[33], second[33], start[9];
	struct record_id id;
	struct content c;
	struct own kept;
	json_t *doc = document();
	const struct told *t = hand_in(document());

	take_id(t, first);
	snprintf(start, sizeof start, "%.8s", first);
	json_object_set_new(doc, "links", json_pack("[s]", start));
	t = hand_in(doc);
	ck_told(t, CLI_DONE);
	take_id(t, second);
	ck_assert(hex_decode(id.b, sizeof id.b, second));
	ck_ok(own_get(o->a[WORLD_POLICE], &id, &kept, &c));
	ck_assert_uint_eq(content_links(&c)->n, 1);
	ck_assert(hex_decode(id.b, sizeof id.b, first));
	ck_assert(record_id_equal(&content_links(&c)->v[0], &id));
	content_wipe(&c);
}
END_TEST

/* The school reads the case; then what it read is not its own to send. */
static void
school_reads(void)
{
	const struct told *t;

	for (int i = 0; i < 5; i++)
		office_pass(o, CLOCK_SECOND_MS);
	t = office_ask(o, WORLD_SCHOOL, "k.other", api_open,
	    json_pack("{s:i}", "case", 1));
	ck_told(t, CLI_DONE);
	ck_assert_uint_ge(json_array_size(json_object_get(t->result,
	    "items")), 1);
}

static const char *const again[] = {
	"calls when she has been drinking",
	"Calls, when she has been  drinking!",
};

START_TEST(received_words_are_not_passed_on)
{
	json_t *doc = document();
	const struct told *t = hand_in(document());

	ck_told(t, CLI_DONE);
	school_reads();
	json_object_set_new(doc, "text", json_string(again[_i]));
	json_object_set_new(doc, "send_to", json_pack("[s]", "police"));
	t = office_ask(o, WORLD_SCHOOL, "k.other", api_send,
	    json_pack("{s:i, s:o}", "case", 1, "content", doc));
	ck_told(t, CLI_NO);
	ck_assert_str_eq(office_str(t->result, "rule"), "V4");
}
END_TEST

START_TEST(own_words_are)
{
	json_t *doc = document();
	const struct told *t = hand_in(document());

	ck_told(t, CLI_DONE);
	school_reads();
	json_object_set_new(doc, "component", json_string("C4"));
	json_object_set_new(doc, "codes", json_pack("[s]", "AI06"));
	json_object_set_new(doc, "text", json_string("tired after weekends"));
	json_object_set_new(doc, "send_to", json_pack("[s]", "police"));
	t = office_ask(o, WORLD_SCHOOL, "k.other", api_send,
	    json_pack("{s:i, s:o}", "case", 1, "content", doc));
	ck_told(t, CLI_DONE);
}
END_TEST

START_TEST(put_right_where_it_went)
{
	char first[33], second[33];
	struct record_id id;
	struct content c;
	struct own kept;
	json_t *right = document();
	const struct told *t = hand_in(document());

	take_id(t, first);
	json_object_set_new(right, "text", json_string("it was his brother"));
	json_object_del(right, "send_to");
	t = office_ask(o, WORLD_POLICE, "p.nowak", api_correct,
	    json_pack("{s:s, s:o}", "observation", first, "content", right));
	ck_told(t, CLI_DONE);
	ck_assert_str_ne(copy_state(t, "school"), "none");
	take_id(t, second);
	ck_assert(hex_decode(id.b, sizeof id.b, second));
	ck_ok(own_get(o->a[WORLD_POLICE], &id, &kept, &c));
	ck_assert_int_eq(c.kind, CONTENT_CORRECTION);
	ck_assert(c.u.correction.corrected == SCOPE_BIT(SCOPE_C1));
	content_wipe(&c);
	t = office_ask(o, WORLD_POLICE, "p.nowak", api_correct,
	    json_pack("{s:s, s:o}", "observation", "00000000", "content",
	    document()));
	ck_told(t, CLI_NO);
}
END_TEST

START_TEST(taken_back)
{
	char id[33];
	const struct told *t = hand_in(document());

	take_id(t, id);
	school_reads();
	t = office_ask(o, WORLD_POLICE, "p.nowak", api_recall,
	    json_pack("{s:s, s:s}", "observation", id, "reason", "because"));
	ck_told(t, CLI_USAGE);
	t = office_ask(o, WORLD_POLICE, "p.nowak", api_recall,
	    json_pack("{s:s, s:s}", "observation", id, "reason",
	    "wrong-fact"));
	ck_told(t, CLI_DONE);
	ck_assert_str_eq(copy_state(t, "school"), "taken back");
	for (int i = 0; i < 5; i++)
		office_pass(o, CLOCK_SECOND_MS);
	t = office_ask(o, WORLD_SCHOOL, "k.other", api_inbox, json_object());
	ck_assert_uint_eq(case_count(json_object_get(t->result, "items"),
	    "recalled"), 1);
	/* once is enough */
	t = office_ask(o, WORLD_POLICE, "p.nowak", api_recall,
	    json_pack("{s:s, s:s}", "observation", id, "reason",
	    "wrong-fact"));
	ck_told(t, CLI_DONE);
	ck_assert_uint_eq(json_array_size(json_object_get(t->result,
	    "copies")), 0);
}
END_TEST

START_TEST(a_question_needs_permission_too)
{
	const struct told *t = office_ask(o, WORLD_POLICE, "p.nowak", api_ask,
	    json_pack("{s:i, s:s, s:s}", "case", 1, "to", "school", "text",
	    "anything heard?"));

	ck_told(t, CLI_NO);
	ck_assert_str_eq(copy_state(t, "school"), "refused");
	t = office_ask(o, WORLD_POLICE, "p.nowak", api_ask,
	    json_pack("{s:i, s:s}", "case", 1, "text", "anything heard?"));
	ck_told(t, CLI_USAGE);
	t = office_ask(o, WORLD_POLICE, "p.nowak", api_answer,
	    json_pack("{s:i, s:s}", "message", 999999, "text", "no"));
	ck_told(t, CLI_NO);
}
END_TEST

START_TEST(wording)
{
	const struct told *t = office_ask(o, WORLD_POLICE, "p.nowak",
	    api_lint, json_pack("{s:s}", "text",
	    "she failed to protect the children"));

	ck_told(t, CLI_DONE);
	ck_assert_uint_eq(json_array_size(json_object_get(t->result, "lint")),
	    1);
	t = office_ask(o, WORLD_POLICE, "p.nowak", api_lint,
	    json_pack("{s:o}", "content", document()));
	ck_told(t, CLI_DONE);
	ck_assert_uint_eq(json_array_size(json_object_get(t->result, "lint")),
	    0);
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, goes_where_it_may);
	tcase_add_test(tc, looking_sends_nothing);
	tcase_add_loop_test(tc, refused_with_rule_and_field, 0,
	    sizeof spoilt / sizeof spoilt[0]);
	tcase_add_test(tc, handed_in_twice_it_goes_once);
	tcase_add_test(tc, links_by_their_first_digits);
	tcase_add_loop_test(tc, received_words_are_not_passed_on, 0,
	    sizeof again / sizeof again[0]);
	tcase_add_test(tc, own_words_are);
	tcase_add_test(tc, put_right_where_it_went);
	tcase_add_test(tc, taken_back);
	tcase_add_test(tc, a_question_needs_permission_too);
	tcase_add_test(tc, wording);
}

int
main(void)
{
	return test_main("draft", fill, 180);
}
