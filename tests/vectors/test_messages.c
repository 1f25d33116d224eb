/*
 * message.json was written by message.py, which shares no code with keys/ or
 * agent/: what can be computed again must be the same, and what was sealed
 * there must open here.  Run from the top of the tree.
 */
#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/outgoing/compose.h"
#include "agent/practice/terms.h"
#include "agent/practice/validate.h"
#include "agent/seal.h"
#include "keys/arrow.h"
#include "ledger/record.h"
#include "tests/support/test.h"

static json_t *vectors;
static struct arena *arena;
static uint8_t case_id[WIRE_CASE], arrow[ARROW_KEY];

static const char *
text_of(const char *name)
{
	const char *s = json_string_value(json_object_get(vectors, name));

	ck_assert_msg(s != NULL, "no %s", name);
	return s;
}

static struct bytes
raw_of(const char *name)
{
	const char *hex = text_of(name);
	const size_t n = strlen(hex) / 2;
	uint8_t *raw = arena_alloc(arena, n);

	ck_assert_msg(hex_decode(raw, n, hex), "%s", name);
	return bytes_of(raw, n);
}

static void
fixed_of(const char *name, uint8_t *out, size_t n)
{
	const struct bytes b = raw_of(name);

	ck_assert_uint_eq(b.n, n);
	memcpy(out, b.data, n);
}

static void
is(const void *raw, size_t n, const char *name)
{
	ck_assert_msg(bytes_equal(bytes_of(raw, n), raw_of(name)), "%s", name);
}

static void
setup(void)
{
	arena = arena_create(2 * 1024 * 1024);
	fixed_of("case", case_id, sizeof case_id);
	fixed_of("arrow_key", arrow, sizeof arrow);
}

static void
teardown(void)
{
	arena_destroy(&arena);
}

/* A copy with one bit turned over. */
static struct bytes
spoilt(struct bytes in, size_t bit)
{
	uint8_t *copy = arena_dup(arena, in.data, in.n);

	copy[bit / 8 % in.n] ^= (uint8_t)(1 << bit % 8);
	return bytes_of(copy, in.n);
}

/* ---- the grant ------------------------------------------------------------- */

START_TEST(arrows)
{
	uint8_t case_key[ARROW_CASE_KEY], key[ARROW_KEY];
	struct box_pair pair;

	fixed_of("case_key", case_key, sizeof case_key);
	arrow_key(case_key, case_id, text_of("sender"), text_of("recipient"),
	    key);
	is(key, sizeof key, "arrow_key");
	fixed_of("epoch_secret", pair.secret, sizeof pair.secret);
	identity_box_pair_of(pair.secret, &pair);
	ck_ok(arrow_key_open(&pair, case_id, text_of("sender"),
	    text_of("recipient"), raw_of("arrow_box"), key));
	is(key, sizeof key, "arrow_key");
	ck_err(arrow_key_open(&pair, case_id, text_of("recipient"),
	    text_of("sender"), raw_of("arrow_box"), key), ERR_CRYPTO);
}
END_TEST

START_TEST(auditors_boxes)
{
	uint8_t case_key[ARROW_CASE_KEY], pseudonym[ARROW_PSEUDONYM];
	char name[ARROW_NAME_MAX + 1];
	struct box_pair pair;

	fixed_of("auditor_secret", pair.secret, sizeof pair.secret);
	identity_box_pair_of(pair.secret, &pair);
	fixed_of("pseudonym", pseudonym, sizeof pseudonym);
	ck_ok(arrow_case_key_open(&pair, case_id, text_of("auditor"),
	    raw_of("case_box"), case_key));
	is(case_key, sizeof case_key, "case_key");
	ck_ok(arrow_name_open(&pair, pseudonym, text_of("sender"),
	    text_of("auditor"), raw_of("name_box"), name));
	ck_assert_str_eq(name, text_of("worker_name"));
	ck_err(arrow_name_open(&pair, pseudonym, text_of("recipient"),
	    text_of("auditor"), raw_of("name_box"), name), ERR_CRYPTO);
}
END_TEST

static void
check_labels(const struct terms *t)
{
	uint8_t label[ARROW_LABELS][ARROW_LABEL];
	const char *what[ARROW_WHATS];
	size_t n = 0;

	for (unsigned s = SCOPE_NONE + 1; s < SCOPE_END; s++)
		if ((t->scopes & SCOPE_BIT(s)) != 0)
			what[n++] = vocabulary_scope_name(
			    (enum vocabulary_scope)s);
	ck_ok(arrow_labels(arrow, what, n, t->purpose->id, label));
	is(label, sizeof label, "grant_labels");
}

START_TEST(terms)
{
	uint8_t hash[WIRE_HASH];
	struct buf plain, again;
	struct why why = { "" };
	struct terms t;

	buf_init(&plain, TERMS_MAX);
	buf_init(&again, TERMS_MAX);
	ck_ok(arrow_terms_open(arrow, case_id, text_of("sender"),
	    text_of("recipient"), raw_of("terms_sealed"), &plain));
	is(plain.data, plain.n, "terms");
	crypto_hash_sha256(hash, plain.data, plain.n);
	is(hash, sizeof hash, "terms_hash");
	ck_assert_msg(terms_decode(&t, buf_view(&plain), &why) == ERR_NONE,
	    "%s", why.text);
	ck_assert_str_eq(t.withhold_reason, "Säker adress \"hemlig\"");
	ck_assert_uint_eq(t.n_agreements, 1);
	ck_ok(terms_encode(&t, &again));
	is(again.data, again.n, "terms");
	check_labels(&t);
	buf_free(&plain);
	buf_free(&again);
}
END_TEST

/* ---- the message ------------------------------------------------------------ */

/* The frame, the record in it verified, its body decoded. */
static void
open_up(struct up *up, struct body *b)
{
	struct why why = { "" };
	uint8_t key[WIRE_KEY];
	struct record *r;

	ck_assert_msg(wire_up_decode(arena, raw_of("up"), up, &why) ==
	    ERR_NONE, "%s", why.text);
	ck_assert_uint_eq(up->id, 77);
	ck_assert_uint_eq(up->n_item, 1);
	r = &up->item[0].record;
	fixed_of("sender_key", key, sizeof key);
	ck_ok(record_verify(text_of("partnership"), r, key, NULL, NULL, NULL,
	    &why));
	ck_assert_msg(wire_body_decode(arena, r, b, &why) == ERR_NONE, "%s",
	    why.text);
	ck_ok(record_signers_ok(r, b, &why));
	ck_assert_str_eq(r->signer, text_of("sender"));
}

START_TEST(frame)
{
	uint8_t hash[WIRE_HASH], mark[16];
	struct buf out;
	struct body b;
	struct up up;

	open_up(&up, &b);
	is(up.item[0].record.wire.data, up.item[0].record.wire.n, "record");
	is(up.item[0].record.body.data, up.item[0].record.body.n, "body");
	is(up.item[0].share, 32, "k2");
	is(up.item[0].ciphertext.data, up.item[0].ciphertext.n, "ciphertext");
	crypto_hash_sha256(hash, up.item[0].ciphertext.data,
	    up.item[0].ciphertext.n);
	ck_assert_mem_eq(hash, b.u.submission.ciphertext_hash, WIRE_HASH);
	is(b.u.submission.share_commitment, WIRE_HASH, "share_commitment");
	is(b.u.submission.key_commitment, WIRE_HASH, "key_commitment");
	arrow_urgency(arrow, b.stamp, mark);
	is(mark, sizeof mark, "urgency");
	is(b.u.submission.urgency, sizeof mark, "urgency");
	buf_init(&out, WIRE_UP_MAX);
	ck_ok(submission_header(text_of("sender"), &b, &out));
	is(out.data, out.n, "H");
	ck_ok(submission_hash(text_of("sender"), &b, hash));
	is(hash, sizeof hash, "h");
	buf_clear(&out);
	ck_ok(wire_up_encode(&up, &out));
	is(out.data, out.n, "up");
	buf_free(&out);
}
END_TEST

START_TEST(opens)
{
	uint8_t secret[32], k1[32], k2[32];
	struct why why = { "" };
	struct buf plain;
	struct body b;
	struct up up;

	open_up(&up, &b);
	fixed_of("epoch_secret", secret, sizeof secret);
	ck_ok(seal_open_share(text_of("sender"), &b, secret, k1));
	is(k1, sizeof k1, "k1");
	fixed_of("k2", k2, sizeof k2);
	buf_init(&plain, WIRE_PLAINTEXT_MAX + 1);
	ck_assert_msg(seal_open_message(text_of("sender"), &b, k1, k2,
	    raw_of("ciphertext"), &plain, &why) == ERR_NONE, "%s", why.text);
	is(plain.data, plain.n, "plain");
	buf_free(&plain);
}
END_TEST

/* Whatever bit of share or ciphertext is another, nothing comes out. */
START_TEST(spoilt_opens_not)
{
	const struct bytes ciphertext = raw_of("ciphertext");
	uint8_t secret[32], k1[32], k2[32], bad[32];
	struct buf plain;
	struct body b;
	struct up up;

	open_up(&up, &b);
	fixed_of("epoch_secret", secret, sizeof secret);
	fixed_of("k1", k1, sizeof k1);
	fixed_of("k2", k2, sizeof k2);
	buf_init(&plain, WIRE_PLAINTEXT_MAX + 1);
	for (size_t i = 0; i < 64; i++) {
		const size_t bit = i * 131;

		b.u.submission.sealed[bit / 8 % 136] ^= 1;
		ck_err(seal_open_share(text_of("sender"), &b, secret, bad),
		    ERR_CRYPTO);
		b.u.submission.sealed[bit / 8 % 136] ^= 1;
		ck_err(seal_open_message(text_of("sender"), &b, k1, k2,
		    spoilt(ciphertext, bit), &plain, NULL), ERR_CRYPTO);
		memcpy(bad, spoilt(bytes_of(k2, 32), bit).data, 32);
		ck_err(seal_open_message(text_of("sender"), &b, k1, bad,
		    ciphertext, &plain, NULL), ERR_CRYPTO);
		ck_assert_uint_eq(plain.n, 0);
	}
	ck_err(seal_open_share(text_of("recipient"), &b, secret, bad),
	    ERR_CRYPTO);
	buf_free(&plain);
}
END_TEST

START_TEST(slots)
{
	const struct bytes plain = raw_of("plain");
	uint8_t eight[COMPOSE_SLOTS][16];
	struct record_id one, two;
	struct body b;
	struct up up;

	open_up(&up, &b);
	fixed_of("linked_1", one.b, sizeof one.b);
	fixed_of("linked_2", two.b, sizeof two.b);
	memcpy(eight, plain.data, sizeof eight);
	ck_assert_int_eq(compose_slot_of((const uint8_t (*)[16])eight,
	    b.stamp, &one), 5);
	ck_assert_int_eq(compose_slot_of((const uint8_t (*)[16])eight,
	    b.stamp, &two), 2);
	/* in another message it stands for nothing */
	b.stamp[0] ^= 1;
	ck_assert_int_eq(compose_slot_of((const uint8_t (*)[16])eight,
	    b.stamp, &one), -1);
	is(plain.data + 128, plain.n - 128, "content");
}
END_TEST

static void
check_needs(const struct content *c, const struct body *b)
{
	const json_t *needs = json_object_get(vectors, "needs"), *v;
	uint8_t label[WIRE_MESSAGE_LABELS][WIRE_LABEL];
	scope_set set = 0;
	size_t i;

	json_array_foreach(needs, i, v) {
		set |= SCOPE_BIT(vocabulary_scope_find(json_string_value(v)));
		arrow_label(arrow, json_string_value(v), text_of("purpose"),
		    label[i]);
	}
	ck_assert_uint_eq(validate_needs(c), set);
	arrow_sort(label, i);
	ck_assert_uint_eq(b->u.submission.n_label, i);
	is(label, i * WIRE_LABEL, "labels");
	ck_assert_mem_eq(b->u.submission.label, label, i * WIRE_LABEL);
}

START_TEST(content)
{
	struct refusal no = { .rule = "" };
	struct why why = { "" };
	struct content c;
	struct buf again;
	struct body b;
	struct up up;

	open_up(&up, &b);
	ck_assert_msg(content_decode(&c, raw_of("content"), &why) == ERR_NONE,
	    "%s", why.text);
	ck_assert_int_eq(c.kind, CONTENT_OBSERVATION);
	buf_init(&again, CONTENT_MAX);
	ck_ok(content_encode(&c, &again));
	is(again.data, again.n, "content");
	ck_assert_msg(validate_content(&c, NULL, &no) == ERR_NONE, "%s",
	    no.text);
	check_needs(&c, &b);
	buf_free(&again);
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, arrows);
	tcase_add_test(tc, auditors_boxes);
	tcase_add_test(tc, terms);
	tcase_add_test(tc, frame);
	tcase_add_test(tc, opens);
	tcase_add_test(tc, spoilt_opens_not);
	tcase_add_test(tc, slots);
	tcase_add_test(tc, content);
}

int
main(void)
{
	json_error_t why;
	int rc;

	if (sodium_init() < 0)
		return EXIT_FAILURE;
	vectors = json_load_file("tests/vectors/message.json", 0, &why);
	if (vectors == NULL) {
		fprintf(stderr, "message.json line %d: %s\n", why.line,
		    why.text);
		return EXIT_FAILURE;
	}
	rc = test_main("message vectors", fill, 30);
	json_decref(vectors);
	return rc;
}
