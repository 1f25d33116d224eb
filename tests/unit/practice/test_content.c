/*
 * Contents of messages: every kind goes in as a person writes it, out as
 * canonical bytes, and back; nothing local travels; only canonical bytes
 * are taken.
 */
#include "agent/practice/content.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	enum content_kind kind;
	const char *json;
	size_t links;
} samples[] = {
	{ CONTENT_INTRODUCTION, "{\"schema\":\"wayleave/introduction/1\","
	  "\"persons\":[{\"id\":\"P1\",\"name\":\"Example One\",\"born\":"
	  "\"1985\"},{\"id\":\"K1\",\"name\":\"Example Child\",\"born\":"
	  "\"2018-04\",\"find_by\":\"class 3b\",\"also_known_as\":\"Ex\"}],"
	  "\"exclusions\":[{\"name\":\"Example Cousin\",\"relation\":"
	  "\"cousin of P1\"}],\"safe_contact\":\"Tuesdays, by text\"}", 0 },
	{ CONTENT_OBSERVATION, "{\"schema\":\"wayleave/observation/1\","
	  "\"case\":{\"local\":\"secret-reference\"},\"author\":{\"account\":"
	  "\"j.reid\",\"role\":\"social-worker\"},\"component\":\"C2\","
	  "\"actor\":\"P1\",\"targets\":[\"K-7f3a\"],\"codes\":[\"CH16\"],"
	  "\"persons\":[{\"id\":\"K-7f3a\",\"is\":\"child of an earlier "
	  "relationship\"}],\"source\":\"SRC7\",\"danger\":[\"DM16\"],"
	  "\"segments\":[\"SG6\"],\"links\":["
	  "\"000102030405060708090a0b0c0d0e0f\"],\"idempotency_key\":"
	  "\"b1c00000000000000000000000000001\",\"quoted\":true,"
	  "\"asked\":{\"answer\":\"yes\",\"by\":\"advocate\",\"on\":"
	  "\"2026-11-18\"},\"withhold_from\":[\"P1\"],\"urgent\":true,"
	  "\"pathways\":[\"PW2\"],\"send_to\":\"allowed\"}", 1 },
	{ CONTENT_CORRECTION, "{\"schema\":\"wayleave/correction/1\","
	  "\"corrected\":[\"C1\",\"C2\"],\"now\":{\"schema\":"
	  "\"wayleave/observation/1\",\"component\":\"C1\",\"actor\":\"P1\","
	  "\"codes\":[\"CC01\"],\"source\":\"SRC1\",\"supersedes\":"
	  "\"000102030405060708090a0b0c0d0e0f\"}}", 0 },
	{ CONTENT_QUESTION, "{\"schema\":\"wayleave/question/1\","
	  "\"idempotency_key\":\"b1c00000000000000000000000000001\","
	  "\"case\":{\"local\":\"secret-reference\"},\"to\":"
	  "\"northbank-police\",\"gap\":\"GP01\",\"text\":\"any record before "
	  "the move to the UK?\",\"reply_by\":\"2026-11-25\",\"author\":{"
	  "\"account\":\"j.reid\",\"role\":\"social-worker\"},\"about\":["
	  "\"000102030405060708090a0b0c0d0e0f\"]}", 1 },
	{ CONTENT_ANSWER, "{\"schema\":\"wayleave/answer/1\",\"question\":"
	  "\"000102030405060708090a0b0c0d0e0f\",\"gap\":\"GP01\",\"text\":"
	  "\"an order abroad is known\",\"author\":{\"account\":\"p.nowak\","
	  "\"role\":\"response-officer\"}}", 0 },
	{ CONTENT_TASK, "{\"schema\":\"wayleave/task/1\",\"gap\":\"GP04\","
	  "\"owner\":\"northbank-school\",\"text\":\"hear the child\","
	  "\"due\":\"2026-12-01\",\"author\":{\"account\":\"j.reid\",\"role\":"
	  "\"social-worker\"}}", 0 },
	{ CONTENT_GOAL, "{\"schema\":\"wayleave/goal/1\",\"person\":\"P1\","
	  "\"behaviour\":\"CC12\",\"text\":\"doors stay unlocked\","
	  "\"measure\":\"P2 holds a key; asked every week\",\"by\":"
	  "\"2026-12-24\",\"checked_by\":\"womens-aid\"}", 0 },
	{ CONTENT_PERSON_ADDED, "{\"schema\":\"wayleave/person-added/1\","
	  "\"person\":\"K-7f3a\",\"is\":\"child of an earlier "
	  "relationship\"}", 0 },
};
enum { SAMPLES = sizeof(samples) / sizeof(samples[0]) };

static struct content c, d;

static void
read_sample(int i)
{
	static const uint8_t id[RECORD_ID_LEN] = { 9, 8, 7 };
	struct why why = { "" };

	ck_assert_msg(content_read(&c, samples[i].json,
	    strlen(samples[i].json), NULL, &why) == ERR_NONE, "%s", why.text);
	ck_assert_uint_eq(c.kind, samples[i].kind);
	content_set_id(&c, id);
}

START_TEST(there_and_back)
{
	struct why why = { "" };
	struct buf a, b;
	char *text;

	buf_init(&a, CONTENT_MAX);
	buf_init(&b, CONTENT_MAX);
	read_sample(_i);
	ck_assert_uint_eq(content_links(&c)->n, samples[_i].links);
	ck_assert_uint_eq(content_encode(&c, &a), ERR_NONE);
	ck_assert_msg(content_decode(&d, buf_view(&a), &why) == ERR_NONE,
	    "%s", why.text);
	ck_assert_uint_eq(d.kind, c.kind);
	ck_assert_uint_eq(d.id.b[0], 9);
	ck_assert_uint_eq(content_links(&d)->n, 0);
	ck_assert_uint_eq(content_encode(&d, &b), ERR_NONE);
	ck_assert(bytes_equal(buf_view(&a), buf_view(&b)));
	/* What stays at home is not in it. */
	text = strndup((char *)a.data, a.n);
	ck_assert_ptr_nonnull(text);
	ck_assert_ptr_null(strstr(text, "secret-reference"));
	ck_assert_ptr_null(strstr(text, "j.reid"));
	ck_assert_ptr_null(strstr(text, "p.nowak"));
	ck_assert_ptr_null(strstr(text, "b1c0"));
	ck_assert_ptr_null(strstr(text, "links"));
	ck_assert_ptr_null(strstr(text, "send_to"));
	ck_assert_ptr_null(strstr(text, "northbank-police"));
	free(text);
	buf_free(&a);
	buf_free(&b);
}
END_TEST

START_TEST(store_keeps_everything)
{
	struct why why = { "" };
	struct buf a;

	buf_init(&a, CONTENT_MAX);
	read_sample(_i);
	ck_assert_uint_eq(content_store(&c, &a), ERR_NONE);
	memset(&d, 0xff, sizeof(d));
	ck_assert_msg(content_load(&d, buf_view(&a), &why) == ERR_NONE, "%s",
	    why.text);
	/* Accounts are the agency's own and in its file of people. */
	ck_assert_mem_eq(&c, &d, sizeof(c));
	/* And it is not taken for what somebody hands in. */
	ck_assert_uint_eq(content_read(&d, (char *)a.data, a.n, NULL, &why),
	    ERR_FORMAT);
	ck_assert_ptr_nonnull(strstr(why.text, "given by the agent"));
	buf_free(&a);
}
END_TEST

/*
 * Every bit turned in what arrives gives either a refusal or a content whose
 * only encoding is those bytes: nothing can be said in two ways.
 */
START_TEST(bits)
{
	struct buf a, b;
	size_t i, taken = 0;

	buf_init(&a, CONTENT_MAX);
	buf_init(&b, CONTENT_MAX);
	read_sample(_i);
	ck_assert_uint_eq(content_encode(&c, &a), ERR_NONE);
	for (i = 0; i < 8 * a.n; i++) {
		a.data[i / 8] ^= (uint8_t)(1 << (i % 8));
		if (content_decode(&d, buf_view(&a), NULL) == ERR_NONE) {
			buf_clear(&b);
			ck_assert_uint_eq(content_encode(&d, &b), ERR_NONE);
			ck_assert(bytes_equal(buf_view(&a), buf_view(&b)));
			taken++;
		}
		a.data[i / 8] ^= (uint8_t)(1 << (i % 8));
	}
	ck_assert_uint_lt(taken, 6 * a.n);
	for (i = 0; i < a.n; i++)
		ck_assert_uint_ne(content_decode(&d, bytes_of(a.data, i),
		    NULL), ERR_NONE);
	buf_free(&a);
	buf_free(&b);
}
END_TEST

static const struct {
	int sample;
	const char *from, *to, *says;
} bad[] = {
	{ 0, "\"id\":\"P1\",", "", "$.persons[0].id" },
	{ 0, "\"relation\"", "\"why\"", "why" },
	{ 0, "\"persons\":[", "\"person\":[", "person" },
	{ 0, "1985", "85", "$.persons[0].born" },
	{ 2, "\"corrected\":[\"C1\",\"C2\"],", "", "$.corrected" },
	{ 2, "\"C2\"]", "\"C9\"]", "$.corrected[1]" },
	{ 2, ",\"supersedes\":\"000102030405060708090a0b0c0d0e0f\"", "",
	  "which record" },
	{ 2, "CC01", "CC00", "$.now.codes[0]" },
	{ 3, "GP01", "CC01", "$.gap" },
	{ 3, "northbank-police", "North Bank", "$.to" },
	{ 3, "\"text\":\"any record before the move to the UK?\",", "",
	  "$.text: is needed" },
	{ 4, "\"question\":\"000102030405060708090a0b0c0d0e0f\",", "",
	  "$.question" },
	{ 5, "\"owner\":\"northbank-school\",", "", "which agency" },
	{ 6, "CC12", "FQ1", "$.behaviour" },
	{ 7, "\"person\":\"K-7f3a\",", "", "$.person" },
	{ 7, "person-added/1", "gossip/1", "$.schema" },
	{ 7, "\"is\"", "\"name\"", "no such field" },
};

START_TEST(refuses)
{
	const char *from = samples[bad[_i].sample].json, *at;
	struct why why = { "" };
	char json[2048];

	at = strstr(from, bad[_i].from);
	ck_assert_ptr_nonnull(at);
	memset(json, 0, sizeof(json));
	memcpy(json, from, (size_t)(at - from));
	strcat(json, bad[_i].to);
	strcat(json, at + strlen(bad[_i].from));
	ck_assert_uint_eq(content_read(&c, json, strlen(json), NULL, &why),
	    ERR_FORMAT);
	ck_assert_msg(strstr(why.text, bad[_i].says) != NULL, "%s", why.text);
	ck_assert_uint_eq(c.kind, CONTENT_NONE);
}
END_TEST

/* A peer cannot slip in what a message never carries. */
START_TEST(wire_is_narrower)
{
	static const char *const extra[] = { "\"links\":[],",
		"\"idempotency_key\":null,", "\"send_to\":\"none\",",
		"\"case\":{\"local\":\"x\"}," };
	struct why why;
	struct buf a, b;
	size_t i;

	buf_init(&a, CONTENT_MAX);
	buf_init(&b, CONTENT_MAX);
	read_sample(1);
	ck_assert_uint_eq(content_encode(&c, &a), ERR_NONE);
	for (i = 0; i < sizeof(extra) / sizeof(extra[0]); i++) {
		buf_clear(&b);
		buf_put(&b, a.data, 1);
		buf_put_str(&b, extra[i]);
		buf_put(&b, a.data + 1, a.n - 1);
		ck_assert_uint_eq(content_decode(&d, buf_view(&b), &why),
		    ERR_FORMAT);
	}
	/* A correction whose inner record has another id. */
	buf_clear(&a);
	read_sample(2);
	c.u.correction.now.id.b[5] = 1;
	ck_assert_uint_eq(content_encode(&c, &a), ERR_NONE);
	ck_assert_uint_eq(content_decode(&d, buf_view(&a), &why),
	    ERR_FORMAT);
	buf_free(&a);
	buf_free(&b);
}
END_TEST

START_TEST(kinds)
{
	unsigned k;

	for (k = CONTENT_NONE + 1; k < CONTENT_END; k++)
		ck_assert_uint_eq(content_kind_find(content_kind_name(
		    (enum content_kind)k)), k);
	ck_assert_uint_eq(content_kind_find("file"), CONTENT_NONE);
	ck_assert_ptr_null(content_kind_name(CONTENT_NONE));
	ck_assert_ptr_null(content_kind_name(CONTENT_END));
	read_sample(2);
	ck_assert_ptr_eq(content_observation(&c), &c.u.correction.now);
	read_sample(3);
	ck_assert_ptr_null(content_observation(&c));
	content_wipe(&c);
	ck_assert_uint_eq(content_encode(&c, NULL), ERR_NOMEM);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("content");
	TCase *t = tcase_create("content");
	SRunner *r;
	int failed;

	tcase_add_loop_test(t, there_and_back, 0, SAMPLES);
	tcase_add_loop_test(t, store_keeps_everything, 0, SAMPLES);
	tcase_add_loop_test(t, bits, 0, SAMPLES);
	tcase_add_loop_test(t, refuses, 0,
	    (int)(sizeof(bad) / sizeof(bad[0])));
	tcase_add_test(t, wire_is_narrower);
	tcase_add_test(t, kinds);
	tcase_set_timeout(t, 60);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return (failed == 0 ? 0 : 1);
}
