/*
 * Observations as JSON: what USERS 4 shows is read, written back and read
 * again; everything else is refused with path, value, rule and what to do.
 */
#include "agent/practice/observation.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char sample[] =
    "{\"schema\":\"wayleave/observation/1\",\"idempotency_key\":"
    "\"b1c00000000000000000000000000001\",\"case\":{\"local\":\"CF-0417\"},"
    "\"author\":{\"account\":\"p.nowak\",\"role\":\"response-officer\"},"
    "\"component\":\"C1\",\"actor\":\"P1\",\"targets\":[\"P2\"],"
    "\"codes\":[\"CC30\",\"CC28\"],"
    "\"text\":\"calls when she has been drinking or is upset\","
    "\"when\":{\"from\":\"2026-09\",\"to\":\"2026-11\","
    "\"precision\":\"month\",\"recency\":\"RC2\"},"
    "\"frequency\":\"FQ7\",\"trend\":\"TR9\",\"triggers\":[\"TG2\"],"
    "\"source\":\"SRC6\",\"corroboration\":\"CB0\",\"exactness\":\"CT2\","
    "\"danger\":[],\"subjects\":[\"P1\",\"P2\"],\"segments\":[],"
    "\"lawful_basis\":\"LB2\",\"pathways\":[],"
    "\"links\":[\"5e070000000000000000000000000001\"],\"asked\":null,"
    "\"withhold_from\":[],\"supersedes\":null,\"urgent\":false,"
    "\"send_to\":[\"caledonian-children\",\"womens-aid\"]}";

static const char small[] = "{\"schema\":\"wayleave/observation/1\","
    "\"component\":\"C4\",\"codes\":[\"AI04\"],\"source\":\"SRC1\","
    "\"targets\":[\"K1\"]}";

static struct observation o;

static enum error_code
read_text(const char *json, const char **rule, struct why *why)
{

	return (observation_read(&o, json, strlen(json), rule, why));
}

/* The sample with one piece of text changed. */
static char *
with(const char *from, const char *to)
{
	const char *at = strstr(sample, from);
	char *s;

	ck_assert_msg(at != NULL, "%s", from);
	s = calloc(1, strlen(sample) + strlen(to) + 1);
	ck_assert_ptr_nonnull(s);
	memcpy(s, sample, (size_t)(at - sample));
	strcat(s, to);
	strcat(s, at + strlen(from));
	return (s);
}

START_TEST(reads_the_sample)
{
	const char *rule = "x";
	struct why why = { "" };

	ck_assert_msg(read_text(sample, &rule, &why) == ERR_NONE, "%s",
	    why.text);
	ck_assert_ptr_null(rule);
	ck_assert_str_eq(o.case_local, "CF-0417");
	ck_assert_str_eq(o.account, "p.nowak");
	ck_assert_str_eq(o.author_role, "response-officer");
	ck_assert_uint_eq(o.component, SCOPE_C1);
	ck_assert_str_eq(o.actor.s, "P1");
	ck_assert_uint_eq(o.targets.n, 1);
	ck_assert(code_list_has(&o.codes, "CC28"));
	ck_assert(code_list_has(&o.triggers, "TG2"));
	ck_assert_str_eq(o.from.s, "2026-09");
	ck_assert_str_eq(o.recency->id, "RC2");
	ck_assert_str_eq(o.frequency->id, "FQ7");
	ck_assert_uint_eq(o.links.n, 1);
	ck_assert_uint_eq(o.links.v[0].b[0], 0x5e);
	ck_assert_uint_eq(o.send_mode, SEND_LIST);
	ck_assert_uint_eq(o.n_send_to, 2);
	ck_assert_str_eq(o.send_to[1], "womens-aid");
	ck_assert_uint_eq(o.asked.answer, ASKED_NONE);
	ck_assert(!o.has_supersedes);
}
END_TEST

START_TEST(defaults)
{

	ck_assert_uint_eq(read_text(small, NULL, NULL), ERR_NONE);
	ck_assert_str_eq(o.frequency->id, "FQ9");
	ck_assert_str_eq(o.trend->id, "TR9");
	ck_assert_str_eq(o.recency->id, "RC9");
	ck_assert_str_eq(o.corroboration->id, "CB0");
	ck_assert_str_eq(o.exactness->id, "CT2");
	ck_assert_str_eq(o.lawful_basis->id, "LB2");
	ck_assert_uint_eq(o.send_mode, SEND_NONE);
	ck_assert_uint_eq(o.subjects.n, 1);
	ck_assert_str_eq(o.subjects.v[0].s, "K1");
	ck_assert_uint_eq(read_text("{\"schema\":\"wayleave/observation/1\","
	    "\"component\":\"C5\",\"codes\":[\"IF02\"],\"source\":\"SRC1\","
	    "\"owner\":\"P2\",\"relation\":\"RL7\",\"send_to\":\"allowed\"}",
	    NULL, NULL), ERR_NONE);
	ck_assert_uint_eq(o.send_mode, SEND_ALLOWED);
	ck_assert_str_eq(o.relation->id, "RL7");
	ck_assert_str_eq(o.subjects.v[0].s, "P2");
}
END_TEST

START_TEST(writes_what_it_read)
{
	struct observation first;
	struct buf a, b;

	buf_init(&a, OBSERVATION_JSON_MAX);
	buf_init(&b, OBSERVATION_JSON_MAX);
	ck_assert_uint_eq(read_text(sample, NULL, NULL), ERR_NONE);
	first = o;
	ck_assert_uint_eq(observation_write(&first, &a), ERR_NONE);
	ck_assert_uint_eq(observation_read(&o, (char *)a.data, a.n, NULL,
	    NULL), ERR_NONE);
	ck_assert_mem_eq(&o, &first, sizeof(o));
	ck_assert_uint_eq(observation_write(&o, &b), ERR_NONE);
	ck_assert(bytes_equal(buf_view(&a), buf_view(&b)));
	/* Too small a buffer is an error, not half a document. */
	buf_free(&b);
	buf_init(&b, 20);
	ck_assert_uint_eq(observation_write(&o, &b), ERR_SIZE);
	buf_free(&a);
	buf_free(&b);
}
END_TEST

static const struct {
	const char *from, *to, *rule, *says, *also;
} bad[] = {
	{ "\"urgent\":false", "\"urgnt\":false", "V0", "urgnt",
	  "take it out" },
	{ "CC30", "CC99", "V8", "$.codes[0]", "CC99" },
	{ "CC30", "cc30", "V8", "$.codes[0]", "unknown" },
	{ "CC30", "CC28", "V0", "$.codes[1]", "twice" },
	{ "CC30", "DM01", "V0", "$.codes[0]", "\"danger\"" },
	{ "CC30", "FQ1", "V0", "$.codes[0]", "cannot stand here" },
	{ "[\"CC30\",\"CC28\"]", "[]", "V0", "$.codes", "at least one" },
	{ "[\"CC30\",\"CC28\"]", "\"CC30\"", "V0", "$.codes", "list" },
	{ "[\"CC30\",\"CC28\"]", "[30]", "V0", "$.codes[0]", "code" },
	{ "\"FQ7\"", "\"TR1\"", "V0", "$.frequency", "FQ" },
	{ "\"FQ7\"", "7", "V0", "$.frequency", "text" },
	{ "\"C1\"", "\"C6\"", "V0", "$.component", "C6" },
	{ "\"C1\"", "\"ID\"", "V0", "$.component", "ID" },
	{ "\"C1\"", "\"SG1\"", "V0", "$.component", "SG1" },
	{ "\"actor\":\"P1\"", "\"actor\":\"Anna\"", "V0", "$.actor",
	  "never a name" },
	{ "\"actor\":\"P1\"", "\"actor\":\"P0\"", "V0", "$.actor", "P0" },
	{ "[\"P2\"]", "[\"P2\",\"P2\"]", "V0", "$.targets[1]", "twice" },
	{ "[\"P2\"]", "[\"P1\",\"P2\",\"P3\",\"P4\",\"P5\",\"P6\",\"P7\","
	  "\"P8\",\"P9\"]", "V0", "$.targets", "at most 8" },
	{ "\"precision\":\"month\"", "\"precision\":\"day\"", "V0",
	  "$.when.precision", "day" },
	{ "2026-11", "2026-13", "V0", "$.when.to", "2026-13" },
	{ "2026-11", "2026-08", "V0", "$.when.to", "before" },
	{ "2026-11", "2026", "V0", "$.when.to", "exact" },
	{ "5e070000000000000000000000000001", "5e07", "V0", "$.links[0]",
	  "32" },
	{ "b1c00000000000000000000000000001", "b1", "V0",
	  "$.idempotency_key", "32" },
	{ "womens-aid", "Womens Aid", "V0", "$.send_to[1]", "agency" },
	{ "[\"caledonian-children\",\"womens-aid\"]", "\"everybody\"", "V0",
	  "$.send_to", "everybody" },
	{ "\"asked\":null", "\"asked\":{\"answer\":\"maybe\"}", "V0",
	  "$.asked.answer", "yes, no" },
	{ "\"asked\":null", "\"asked\":{\"answer\":\"yes\",\"name\":\"A\"}",
	  "V0", "$.asked.", "name" },
	{ "\"asked\":null", "\"asked\":true", "V0", "$.asked", "object" },
	{ "\"urgent\":false", "\"urgent\":\"no\"", "V0", "$.urgent",
	  "true or false" },
	{ "\"source\":\"SRC6\",", "", "V0", "$.source", "how is it known" },
	{ "wayleave/observation/1", "wayleave/observation/2", "V0",
	  "$.schema", "wayleave/observation/1" },
	{ "upset", "up\\nset", "V0", "$.text", "line breaks" },
	{ "upset", "up\\u001b[2Jset", "V0", "$.text", "control" },
	{ "upset", "up\\u202eset", "V0", "$.text", "control" },
	{ "upset", "up\\u0085set", "V0", "$.text", "control" },
	{ "upset", "up\\u0000set", "V0", "column", "not JSON" },
	{ "\"urgent\":false", "\"urgent\":false,\"urgent\":true", "V0",
	  "column", "not JSON" },
	{ "\"urgent\":false", "\"urgent\":false,\"id\":"
	  "\"5e070000000000000000000000000001\"", "V0", "$.id", "agent" },
	{ "\"urgent\":false", "\"urgent\":false,\"persons\":[{\"id\":\"K9\","
	  "\"is\":\"child\"}]", "V0", "$.persons[0].id", "K-7f3a" },
	{ "\"urgent\":false", "\"urgent\":false,\"persons\":[{\"id\":"
	  "\"K-7f3a\"}]", "V0", "$.persons[0].is", "needed" },
};

START_TEST(refuses)
{
	char *json = with(bad[_i].from, bad[_i].to);
	const char *rule = NULL;
	struct why why = { "" };

	ck_assert_uint_ne(read_text(json, &rule, &why), ERR_NONE);
	ck_assert_str_eq(rule, bad[_i].rule);
	ck_assert_msg(strstr(why.text, bad[_i].says) != NULL, "%s", why.text);
	ck_assert_msg(strstr(why.text, bad[_i].also) != NULL, "%s", why.text);
	/* And without anybody asking why. */
	ck_assert_uint_ne(read_text(json, NULL, NULL), ERR_NONE);
	free(json);
}
END_TEST

START_TEST(limits)
{
	char text[400], *json;
	struct why why;
	size_t i;

	/* 280 characters of two bytes each pass, 281 do not. */
	for (i = 0; i < 280; i++)
		(void)memcpy(text + i, "a", 2);
	json = with("calls when she has been drinking or is upset", text);
	ck_assert_uint_eq(read_text(json, NULL, NULL), ERR_NONE);
	ck_assert_uint_eq(strlen(o.text), 280);
	free(json);
	memcpy(text + 280, "a", 2);
	json = with("calls when she has been drinking or is upset", text);
	ck_assert_uint_ne(read_text(json, NULL, &why), ERR_NONE);
	ck_assert_ptr_nonnull(strstr(why.text, "has 281"));
	free(json);
}
END_TEST

START_TEST(size_and_depth)
{
	struct why why;
	char *big;
	size_t i;

	big = malloc(OBSERVATION_JSON_MAX + 2);
	ck_assert_ptr_nonnull(big);
	memset(big, ' ', OBSERVATION_JSON_MAX + 2);
	memcpy(big, small, strlen(small));
	ck_assert_uint_eq(observation_read(&o, big, OBSERVATION_JSON_MAX,
	    NULL, &why), ERR_NONE);
	ck_assert_uint_eq(observation_read(&o, big, OBSERVATION_JSON_MAX + 1,
	    NULL, &why), ERR_SIZE);
	for (i = 0; i < 30000; i++)
		big[i] = '[';
	ck_assert_uint_eq(observation_read(&o, big, 30000, NULL, &why),
	    ERR_FORMAT);
	ck_assert_ptr_nonnull(strstr(why.text, "deeper"));
	ck_assert_uint_eq(read_text("", NULL, &why), ERR_FORMAT);
	ck_assert_uint_eq(read_text("[]", NULL, &why), ERR_FORMAT);
	ck_assert_uint_eq(read_text("{}", NULL, &why), ERR_FORMAT);
	ck_assert_uint_eq(read_text("\"[[[[[[[[[[\"", NULL, &why),
	    ERR_FORMAT);
	ck_assert_ptr_null(strstr(why.text, "deeper"));
	free(big);
}
END_TEST

/* Cut or changed anywhere, it is refused or read: it never crashes. */
START_TEST(mutations)
{
	char json[sizeof(sample)];
	enum error_code e;
	size_t i, read = 0;

	for (i = 0; i < sizeof(sample); i++)
		ck_assert_uint_ne(observation_read(&o, sample, i, NULL,
		    NULL), i == sizeof(sample) - 1 ? ERR_IO : ERR_NONE);
	for (i = 0; i < 8 * (sizeof(sample) - 1); i++) {
		memcpy(json, sample, sizeof(sample));
		json[i / 8] = (char)(json[i / 8] ^ (1 << (i % 8)));
		e = observation_read(&o, json, sizeof(sample) - 1, NULL,
		    NULL);
		ck_assert(e == ERR_NONE || e == ERR_FORMAT);
		read += e == ERR_NONE;
	}
	ck_assert_uint_lt(read, 4 * sizeof(sample));
}
END_TEST

START_TEST(persons_and_dates)
{
	static const char *const good[] = { "P1", "K2", "K12", "K-7f3a",
		"P-00ff11aa" };
	static const char *const wrong[] = { "", "P", "P0", "K123", "K-7f3",
		"K-7F3A", "K-7f3a0f1a2", "X1", "p1", "P1 ", "P-" };
	static const char *const days[] = { "2026", "2026-02", "2026-02-28",
		"2024-02-29", "2000-02-29" };
	static const char *const none[] = { "", "26", "2026-", "2026-2",
		"2026-00", "2026-02-29", "2026-02-00", "2026-02-30",
		"1900-02-29", "2026/02", "2026-02-1x", "20260228",
		"2026-02-288", "0000", "2026-13", "2026-04-31" };
	size_t i;

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		ck_assert_msg(person_id_ok(good[i]), "%s", good[i]);
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		ck_assert_msg(!person_id_ok(wrong[i]), "%s", wrong[i]);
	for (i = 0; i < sizeof(days) / sizeof(days[0]); i++)
		ck_assert_msg(date_text_ok(days[i]), "%s", days[i]);
	for (i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		ck_assert_msg(!date_text_ok(none[i]), "%s", none[i]);
	ck_assert(!person_id_ok(NULL));
	ck_assert(member_id_ok("ab"));
	ck_assert(!member_id_ok("a"));
	ck_assert(!member_id_ok("A-b"));
	ck_assert(!member_id_ok("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	    "aaaa"));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("observation");
	TCase *t = tcase_create("observation");
	SRunner *r;
	int failed;

	tcase_add_test(t, reads_the_sample);
	tcase_add_test(t, defaults);
	tcase_add_test(t, writes_what_it_read);
	tcase_add_loop_test(t, refuses, 0,
	    (int)(sizeof(bad) / sizeof(bad[0])));
	tcase_add_test(t, limits);
	tcase_add_test(t, size_and_depth);
	tcase_add_test(t, mutations);
	tcase_add_test(t, persons_and_dates);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return (failed == 0 ? 0 : 1);
}
