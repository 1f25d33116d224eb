#include "ledger/entry.h"

#include <sodium.h>
#include <string.h>

#include "tests/support/sample.h"
#include "tests/support/test.h"

static struct arena *arena;
static struct sample_keys keys;
static uint8_t salt[ENTRY_SALT];
static struct buf body;

static void
setup(void)
{
	arena = arena_create(4 * 1024 * 1024);
	sample_keys(&keys);
	sample_fill("salt", salt, sizeof salt);
	buf_init(&body, ENTRY_BODY_MAX);
}

static void
teardown(void)
{
	buf_free(&body);
	arena_destroy(&arena);
}

/* The Record bytes of a sample. */
static struct bytes
record_of(enum wire_kind kind)
{
	struct record r;
	struct body b;
	struct buf out;
	struct bytes view;

	sample_signed(&keys, kind, arena, &r, &b);
	buf_init(&out, ENTRY_BODY_MAX);
	ck_ok(wire_record_encode(&r, &out));
	view = bytes_of(arena_dup(arena, out.data, out.n), out.n);
	buf_free(&out);
	return view;
}

#define PAYLOAD(name, ...)                                                \
	static void put_##name(struct buf *out)                           \
	{                                                                 \
		const struct wire_##name p = { __VA_ARGS__ };             \
		ck_ok(wire_##name##_encode(&p, out));                     \
	}

static const uint64_t grants[2] = { 5, 9 };
static const struct wire_opened_line lines[4] = {
	{ 0, 5, 1900000300000 }, { 90, 0, 0 }, { 0, 9, 1900000400000 },
};

PAYLOAD(delivered, 17, 5)
PAYLOAD(frozen, true, { 1, 2, 3 }, 90)
PAYLOAD(ended, { 1, 2, 3 }, "refuge", "clinic-north", grants, 2)
PAYLOAD(refused, record_of(KIND_GRANT), 54, 0)
PAYLOAD(dropped, 17, DROP_RULE)
PAYLOAD(notice, NOTICE_STOP_DAY, 90)
PAYLOAD(opened, record_of(KIND_OPENING), lines, 3)

static void
put_record(struct buf *out)
{
	struct bytes r = record_of(KIND_SUBMISSION);

	buf_put(out, r.data, r.n);
}

static const struct {
	enum entry_kind kind;
	void (*put)(struct buf *);
} kinds[] = {
	{ ENTRY_RECORD, put_record }, { ENTRY_DELIVERED, put_delivered },
	{ ENTRY_OPENED, put_opened }, { ENTRY_FROZEN, put_frozen },
	{ ENTRY_ENDED, put_ended }, { ENTRY_REFUSED, put_refused },
	{ ENTRY_DROPPED, put_dropped }, { ENTRY_NOTICE, put_notice },
};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

static void
make(unsigned i, struct buf *payload)
{
	buf_init(payload, ENTRY_BODY_MAX);
	kinds[i].put(payload);
	buf_clear(&body);
	ck_ok(entry_encode(7, 1900000300000, kinds[i].kind,
	    buf_view(payload), &body));
}

static enum error_code
decode(struct bytes in, struct entry *e, struct why *why)
{
	return entry_decode(arena, keys.partnership, in, salt, e, why);
}

START_TEST(round_trip)
{
	struct buf payload;
	struct entry e;

	make((unsigned)_i, &payload);
	ck_assert_uint_eq(body.n, ENTRY_PREFIX + payload.n);
	ck_assert_mem_eq(body.data + ENTRY_PREFIX, payload.data, payload.n);
	ck_ok(decode(buf_view(&body), &e, NULL));
	ck_assert_uint_eq(e.index, 7);
	ck_assert_uint_eq(e.time, 1900000300000);
	ck_assert_int_eq((int)e.kind, (int)kinds[_i].kind);
	ck_assert_ptr_eq(e.body.data, body.data);
	ck_assert_mem_eq(e.salt, salt, sizeof salt);
	buf_free(&payload);
}
END_TEST

START_TEST(what_is_within)
{
	uint8_t id[WIRE_HASH];
	struct buf payload;
	struct record r;
	struct entry e;
	struct body b;

	make(0, &payload);
	ck_ok(decode(buf_view(&body), &e, NULL));
	sample_record(&keys, KIND_SUBMISSION, arena, &r, &b);
	record_id(keys.partnership, &r, id);
	ck_assert_mem_eq(e.record_id, id, sizeof id);
	ck_assert_str_eq(e.record.signer, "refuge");
	ck_assert_str_eq(e.b.u.submission.recipient, "clinic-north");
	buf_free(&payload);
	make(2, &payload);
	ck_ok(decode(buf_view(&body), &e, NULL));
	ck_assert_uint_eq(e.u.opened.n, 3);
	ck_assert_uint_eq(e.u.opened.line[1].rule, 90);
	ck_assert_int_eq((int)e.record.kind, KIND_OPENING);
	ck_assert_uint_eq(e.b.u.opening.n, 3);
	buf_free(&payload);
	make(5, &payload);
	ck_ok(decode(buf_view(&body), &e, NULL));
	ck_assert_uint_eq(e.u.refused.rule, 54);
	ck_assert_int_eq((int)e.b.kind, KIND_GRANT);
	buf_free(&payload);
	make(4, &payload);
	ck_ok(decode(buf_view(&body), &e, NULL));
	ck_assert_uint_eq(e.u.ended.n, 2);
	ck_assert_uint_eq(e.u.ended.grant[1], 9);
	buf_free(&payload);
}
END_TEST

/* Cut short or with one byte more, it is none. */
START_TEST(exact_length)
{
	struct buf payload;
	struct entry e;
	size_t n;

	make((unsigned)_i, &payload);
	for (n = 0; n < body.n; n += n < 40 ? 1 : 97) {
		/* protobuf fields may be absent: some cuts are well-formed,
		 * an empty payload above all, but never one in a record */
		enum error_code x = decode(bytes_of(body.data, n), &e, NULL);

		if (n < ENTRY_PREFIX || kinds[_i].kind == ENTRY_RECORD)
			ck_assert_int_ne((int)x, ERR_NONE);
	}
	buf_put_u8(&body, 0x7f);
	ck_assert_int_ne((int)decode(buf_view(&body), &e, NULL), ERR_NONE);
	buf_free(&payload);
}
END_TEST

START_TEST(no_other_kind)
{
	struct buf payload;
	struct entry e;
	struct why why;
	unsigned k;

	make(7, &payload);
	for (k = 0; k < 256; k++) {
		body.data[ENTRY_PREFIX - 1] = (uint8_t)k;
		if (k >= ENTRY_RECORD && k <= ENTRY_NOTICE)
			continue;
		ck_err(decode(buf_view(&body), &e, &why), ERR_FORMAT);
		ck_assert_ptr_nonnull(strstr(why.text, "kind"));
	}
	buf_free(&payload);
}
END_TEST

/* An opening is admitted by `opened`, line by line, never as a record. */
START_TEST(opening_only_in_opened)
{
	const struct wire_opened few = { record_of(KIND_OPENING), lines, 2 };
	const struct wire_opened other = { record_of(KIND_RECEIPT), lines, 2 };
	struct buf payload;
	struct entry e;

	ck_ok(entry_encode(1, 2, ENTRY_RECORD, record_of(KIND_OPENING),
	    &body));
	ck_err(decode(buf_view(&body), &e, NULL), ERR_FORMAT);
	buf_init(&payload, ENTRY_BODY_MAX);
	ck_ok(wire_opened_encode(&few, &payload));
	buf_clear(&body);
	ck_ok(entry_encode(1, 2, ENTRY_OPENED, buf_view(&payload), &body));
	ck_err(decode(buf_view(&body), &e, NULL), ERR_FORMAT);
	buf_clear(&payload);
	ck_ok(wire_opened_encode(&other, &payload));
	buf_clear(&body);
	ck_ok(entry_encode(1, 2, ENTRY_OPENED, buf_view(&payload), &body));
	ck_err(decode(buf_view(&body), &e, NULL), ERR_FORMAT);
	buf_free(&payload);
}
END_TEST

START_TEST(bounded)
{
	uint8_t *big = arena_zalloc(arena, ENTRY_BODY_MAX + 1);
	struct entry e;

	ck_assert_ptr_nonnull(big);
	ck_err(decode(bytes_of(big, ENTRY_BODY_MAX + 1), &e, NULL), ERR_SIZE);
	ck_err(entry_encode(1, 2, ENTRY_RECORD,
	    bytes_of(big, ENTRY_BODY_MAX - ENTRY_PREFIX + 1), &body),
	    ERR_SIZE);
	ck_ok(entry_encode(1, 2, ENTRY_RECORD,
	    bytes_of(big, ENTRY_BODY_MAX - ENTRY_PREFIX), &body));
}
END_TEST

/* The bytes of the layout, put together by hand. */
START_TEST(commitment_and_leaf)
{
	uint8_t text[17 + ENTRY_SALT + 3], want[HASH_BYTES], got[HASH_BYTES];
	uint8_t leaf[1 + 2 + HASH_BYTES];
	struct hash h;

	memcpy(text, "wayleave/entry/1\n", 17);
	memcpy(text + 17, salt, ENTRY_SALT);
	memcpy(text + 17 + ENTRY_SALT, "abc", 3);
	crypto_hash_sha256(want, text, sizeof text);
	entry_commitment(bytes_str("abc"), salt, got);
	ck_assert_mem_eq(got, want, sizeof want);
	leaf[0] = 0;
	leaf[1] = leaf[2] = 1;
	memcpy(leaf + 3, want, HASH_BYTES);
	crypto_hash_sha256(want, leaf, sizeof leaf);
	entry_leaf(got, &h);
	ck_assert_mem_eq(h.b, want, sizeof want);
}
END_TEST

START_TEST(every_bit_counts)
{
	uint8_t first[HASH_BYTES], now[HASH_BYTES];
	struct buf payload;
	size_t i;

	make(1, &payload);
	entry_commitment(buf_view(&body), salt, first);
	for (i = 0; i < 8 * (body.n + ENTRY_SALT); i++) {
		uint8_t *at = i < 8 * body.n ? &body.data[i / 8] :
		    &salt[i / 8 - body.n];

		*at ^= (uint8_t)(1 << i % 8);
		entry_commitment(buf_view(&body), salt, now);
		ck_assert_mem_ne(now, first, sizeof now);
		*at ^= (uint8_t)(1 << i % 8);
	}
	buf_free(&payload);
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, round_trip, 0, KINDS);
	tcase_add_test(tc, what_is_within);
	tcase_add_loop_test(tc, exact_length, 0, KINDS);
	tcase_add_test(tc, no_other_kind);
	tcase_add_test(tc, opening_only_in_opened);
	tcase_add_test(tc, bounded);
	tcase_add_test(tc, commitment_and_leaf);
	tcase_add_test(tc, every_bit_counts);
}

int
main(void)
{
	return test_main("entry", fill, 30);
}
