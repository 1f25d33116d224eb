#include "proto/wire.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "proto/wire_table.h"
#include "tests/support/sample.h"
#include "tests/support/test.h"

#define ARENA (64 * 1024)

static struct arena *arena;
static struct buf out;

static void
setup(void)
{
	arena = arena_create(ARENA);
	buf_init(&out, WIRE_BODY_MAX);
}

static void
teardown(void)
{
	arena_destroy(&arena);
	buf_free(&out);
}

static enum error_code
decode(enum wire_kind kind, struct bytes in, struct body *b, struct why *why)
{
	struct record r = { .kind = kind, .body = in };

	arena_reset(arena);
	return wire_body_decode(arena, &r, b, why);
}

START_TEST(tables_fit_the_schema)
{
	const struct wire_table *const *all[] = { wire_tables_record,
		wire_tables_body, wire_tables_entry, wire_tables_link,
		wire_tables_other };
	struct why why = { "" };
	unsigned n = 0;

	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
		for (size_t j = 0; all[i][j] != NULL; j++, n++)
			ck_assert_msg(wire_table_sound(all[i][j], &why), "%s",
			    why.text);
	}
	ck_assert_uint_eq(n, 1 + (KIND_END - 1) + 7 + 2 + 6);
}
END_TEST

START_TEST(kinds_by_name)
{
	for (int k = 1; k < KIND_END; k++)
		ck_assert_int_eq(wire_kind_of(
		    wire_kind_name((enum wire_kind)k)), k);
	ck_assert_str_eq(wire_kind_name(KIND_CONFLICT_CHECKED),
	    "conflict-checked");
	ck_assert_int_eq(wire_kind_of(""), KIND_NONE);
	ck_assert_int_eq(wire_kind_of("grants"), KIND_NONE);
	ck_assert_str_eq(wire_kind_name(KIND_END), "");
	ck_assert(wire_kind_narrowing(KIND_STOP));
	ck_assert(!wire_kind_narrowing(KIND_GRANT));
}
END_TEST

/*
 * Every kind comes back as it went.  Compared are the bytes of a second
 * encoding: the structs hold pointers.
 */
START_TEST(body_round_trip)
{
	const enum wire_kind kind = (enum wire_kind)_i;
	struct why why = { "" };
	struct body in, back;
	struct buf again;

	buf_init(&again, WIRE_BODY_MAX);
	sample_body(kind, &in);
	ck_ok(wire_body_encode(&in, &out));
	ck_assert_msg(decode(kind, buf_view(&out), &back, &why) == ERR_NONE,
	    "%s", why.text);
	ck_assert_int_eq(back.kind, kind);
	ck_assert_mem_eq(back.stamp, in.stamp, WIRE_STAMP);
	ck_assert_mem_eq(&back.cite, &in.cite, sizeof in.cite);
	ck_assert_int_eq(back.has_case, in.has_case);
	ck_assert_mem_eq(back.case_id, in.case_id, WIRE_CASE);
	ck_ok(wire_body_encode(&back, &again));
	ck_assert(bytes_equal(buf_view(&out), buf_view(&again)));
	buf_free(&again);
}
END_TEST

START_TEST(fields_arrive)
{
	struct body in, back;

	sample_body(KIND_GRANT, &in);
	ck_ok(wire_body_encode(&in, &out));
	ck_ok(decode(KIND_GRANT, buf_view(&out), &back, NULL));
	ck_assert_str_eq(back.u.grant.sender, "refuge");
	ck_assert_str_eq(back.u.grant.recipient, "clinic-north");
	ck_assert_mem_eq(back.u.grant.label, in.u.grant.label, 256);
	ck_assert_uint_eq(back.u.grant.until, in.u.grant.until);
	ck_assert(back.u.grant.has_waiver);
	ck_assert(!back.u.grant.introduction);
	ck_assert(bytes_equal(back.u.grant.terms, in.u.grant.terms));

	buf_clear(&out);
	sample_body(KIND_RECEIPT, &in);
	ck_ok(wire_body_encode(&in, &out));
	ck_ok(decode(KIND_RECEIPT, buf_view(&out), &back, NULL));
	ck_assert_uint_eq(back.u.receipt.n, 2);
	ck_assert_uint_eq(back.u.receipt.line[1].message, 301);
	ck_assert_uint_eq(back.u.receipt.line[1].outcome, 12);

	buf_clear(&out);
	sample_body(KIND_OPENING, &in);
	ck_ok(wire_body_encode(&in, &out));
	ck_ok(decode(KIND_OPENING, buf_view(&out), &back, NULL));
	ck_assert_uint_eq(back.u.opening.n, 3);
	ck_assert_uint_eq(back.u.opening.message[2], 1000000);
}
END_TEST

/*
 * Cut short anywhere, a body is refused: every kind ends in a mandatory or
 * the mandatory parts of it are gone, or a field is cut in two.  Bodies
 * whose last field may be absent are right again exactly there.
 */
START_TEST(body_cut_short)
{
	const enum wire_kind kind = (enum wire_kind)_i;
	struct body in, back;
	unsigned taken = 0;

	sample_body(kind, &in);
	ck_ok(wire_body_encode(&in, &out));
	for (size_t n = 0; n < out.n; n++)
		taken += decode(kind, bytes_of(out.data, n), &back, NULL) ==
		    ERR_NONE;
	ck_assert_uint_le(taken, 4);
}
END_TEST

/* Any byte changed: either refused or taken, never a crash; with trailing
 * garbage always refused. */
START_TEST(body_changed)
{
	const enum wire_kind kind = (enum wire_kind)_i;
	struct body in, back;

	sample_body(kind, &in);
	ck_ok(wire_body_encode(&in, &out));
	for (size_t i = 0; i < out.n * 8; i++) {
		out.data[i / 8] ^= (uint8_t)(1u << (i % 8));
		(void)!decode(kind, buf_view(&out), &back, NULL);
		out.data[i / 8] ^= (uint8_t)(1u << (i % 8));
	}
	buf_put_u8(&out, 0);
	ck_err(decode(kind, buf_view(&out), &back, NULL), ERR_FORMAT);
}
END_TEST

/* ---- hand-made bytes ------------------------------------------------------- */

/* A head with a stamp and no citation, then whatever follows. */
static const char head[] = "0a12" "0a10" "00112233445566778899aabbccddeeff";

static struct bytes
from_hex(const char *a, const char *b)
{
	static uint8_t raw[4096];
	char hex[8192];

	snprintf(hex, sizeof hex, "%s%s", a, b);
	ck_assert(hex_decode(raw, strlen(hex) / 2, hex));
	return bytes_of(raw, strlen(hex) / 2);
}

/* Bodies of member-revoked: head, id = 2, reason = 3. */
START_TEST(hand_made)
{
	static const struct {
		const char *rest;
		enum error_code want;
		const char *why;
	} row[] = {
		{ "12026162" "1801", ERR_NONE, "" },
		{ "12026162", ERR_NONE, "" },
		{ "1801" "12026162", ERR_NONE, "" },        /* any order */
		{ "12026162" "1800", ERR_NONE, "" },        /* zero, said */
		{ "12026162" "188100", ERR_FORMAT,
		    "member_revoked.reason: not a minimal number" },
		{ "12026162" "1880808010", ERR_SIZE,
		    "member_revoked.reason: 33554432 is above 65535" },
		{ "12026162" "18ffffffffffffffffff02", ERR_FORMAT,
		    "member_revoked.reason: not a minimal number" },
		{ "12026162" "18", ERR_FORMAT,
		    "member_revoked.reason: not a minimal number" },
		{ "12026162" "2001", ERR_FORMAT,
		    "member_revoked: unknown field 4" },
		{ "12026162" "0001", ERR_FORMAT,
		    "member_revoked: unknown field 0" },
		{ "12026162" "f8ffffff0f01", ERR_FORMAT,
		    "member_revoked: unknown field 536870911" },
		{ "12026162" "f8ffffffff0101", ERR_FORMAT,
		    "member_revoked: unknown field 8589934591" },
		{ "12026162" "980001", ERR_FORMAT,
		    "member_revoked: not a minimal tag" },
		{ "12026162" "1801" "1801", ERR_FORMAT,
		    "member_revoked.reason: given twice" },
		{ "12026162" "12026162", ERR_FORMAT,
		    "member_revoked.id: given twice" },
		{ "12026162" "1a0101", ERR_FORMAT,
		    "member_revoked.reason: wrong wire type 2" },
		{ "1001", ERR_FORMAT, "member_revoked.id: wrong wire type 0" },
		{ "12026162" "1d01000000", ERR_FORMAT,
		    "member_revoked.reason: wrong wire type 5" },
		{ "12026162" "1b1c", ERR_FORMAT,
		    "member_revoked.reason: wrong wire type 3" },
		{ "", ERR_FORMAT, "member_revoked.id: missing" },
		{ "1200", ERR_FORMAT, "member_revoked.id: missing" },
		{ "120161", ERR_SIZE, "member_revoked.id: 1 is outside 2..48" },
		{ "12024142", ERR_FORMAT,
		    "member_revoked.id: not a member id [a-z0-9-]{2,48}" },
		{ "1203610062", ERR_FORMAT,
		    "member_revoked.id: not plain text" },
		{ "1203616263" "12", ERR_FORMAT,
		    "member_revoked.id: given twice" },
		{ "12", ERR_FORMAT,
		    "member_revoked.id: not a minimal length" },
		{ "12ffffffff0f6162", ERR_FORMAT,
		    "member_revoked.id: cut short" },
		{ "1282006162", ERR_FORMAT,
		    "member_revoked.id: not a minimal length" },
	};

	for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
		struct why why = { "" };
		struct body b;
		const enum error_code e = decode(KIND_MEMBER_REVOKED,
		    from_hex(head, row[i].rest), &b, &why);

		ck_assert_msg(e == row[i].want, "%s: %s (%s)", row[i].rest,
		    error_text(e), why.text);
		ck_assert_str_eq(why.text, row[i].why);
	}
}
END_TEST

START_TEST(heads)
{
	static const struct {
		const char *head, *why;
	} row[] = {
		{ "", "member_revoked.head: missing" },
		{ "0a00", "member_revoked.head.stamp: missing" },
		{ "0a110a0f00112233445566778899aabbccddee",
		    "member_revoked.head.stamp: 15 bytes, must be 16" },
		{ "0a150a10" "00112233445566778899aabbccddeeff" "1a0100",
		    "member_revoked.head: unknown field 3" },
		{ "0a140a10" "00112233445566778899aabbccddeeff" "1200",
		    "member_revoked.head.citation.size: "
		    "0 is outside 1..9223372036854775807" },
		{ "0a1f0a1000112233", "member_revoked.head: cut short" },
	};

	for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
		struct why why = { "" };
		struct body b;

		ck_assert(decode(KIND_MEMBER_REVOKED, from_hex(row[i].head,
		    i == 5 ? "" : "12026162"), &b, &why) != ERR_NONE);
		ck_assert_str_eq(why.text, row[i].why);
	}
}
END_TEST

/* ---- limits, each off by one ------------------------------------------------- */

static void
refused(struct body *b, enum error_code want)
{
	buf_clear(&out);
	ck_err(wire_body_encode(b, &out), want);
}

static void
taken(struct body *b)
{
	buf_clear(&out);
	ck_ok(wire_body_encode(b, &out));
}

START_TEST(limits_partnership)
{
	struct body b;
	struct wire_partnership *p = &b.u.partnership;

	sample_body(KIND_PARTNERSHIP, &b);
	p->freshness_s = 60;
	taken(&b);
	p->freshness_s = 59;
	refused(&b, ERR_SIZE);
	p->freshness_s = 3600;
	taken(&b);
	p->freshness_s = 3601;
	refused(&b, ERR_SIZE);
	p->freshness_s = 900;
	p->keep_read_days = 31;
	refused(&b, ERR_SIZE);
	p->keep_read_days = 30;
	p->retired = 3;
	refused(&b, ERR_SIZE);
	p->retired = 2;
	p->n_address = 0;
	refused(&b, ERR_FORMAT);
	p->n_address = 4;
	refused(&b, ERR_SIZE);             /* the third and fourth are empty */
	p->n_address = 5;
	refused(&b, ERR_SIZE);
	p->n_address = 1;
	p->name[0] = '\0';
	refused(&b, ERR_FORMAT);
	memset(p->name, 'x', sizeof p->name);
	refused(&b, ERR_SIZE);             /* no NUL within its room */
	p->name[WIRE_NAME_MAX] = '\0';
	taken(&b);
	p->name[3] = '\n';
	refused(&b, ERR_FORMAT);
}
END_TEST

START_TEST(limits_submission)
{
	static const uint32_t sizes[] = { 1024, 4096, 16384, 65536 };
	struct body b;
	struct wire_submission *s = &b.u.submission;

	sample_body(KIND_SUBMISSION, &b);
	for (size_t i = 0; i < 4; i++) {
		s->padded = sizes[i];
		taken(&b);
		s->padded = sizes[i] + 1;
		refused(&b, ERR_SIZE);
		s->padded = sizes[i] - 1;
		refused(&b, ERR_SIZE);
	}
	s->padded = 1024;
	s->suite = 2;
	refused(&b, ERR_SIZE);
	s->suite = 1;
	s->n_label = 0;
	refused(&b, ERR_FORMAT);
	s->n_label = 3;
	memcpy(s->label[1], s->label[0], WIRE_LABEL);
	refused(&b, ERR_FORMAT);           /* not distinct */
	memset(s->label[1], 0, WIRE_LABEL);
	refused(&b, ERR_FORMAT);           /* not in order */
	for (unsigned i = 0; i < 8; i++)
		memset(s->label[i], (int)i + 1, WIRE_LABEL);
	s->n_label = 8;
	taken(&b);
	s->n_label = 9;
	refused(&b, ERR_SIZE);
	s->n_label = 8;
	s->expires = (uint64_t)INT64_MAX + 1;
	refused(&b, ERR_SIZE);
}
END_TEST

START_TEST(limits_lists)
{
	static struct wire_receipt_line line[WIRE_RECEIPT_MAX + 1];
	static uint64_t message[WIRE_OPENING_MAX + 1];
	struct body b;

	for (unsigned i = 0; i <= WIRE_RECEIPT_MAX; i++) {
		line[i].message = (1ull << 60) + i;
		message[i] = (1ull << 60) + i;
	}
	sample_body(KIND_RECEIPT, &b);
	b.u.receipt.line = line;
	b.u.receipt.n = WIRE_RECEIPT_MAX;
	taken(&b);
	b.u.receipt.n++;
	refused(&b, ERR_SIZE);
	b.u.receipt.n = 2;
	line[1].message = line[0].message;
	refused(&b, ERR_FORMAT);
	b.u.receipt.n = 0;
	refused(&b, ERR_FORMAT);

	sample_body(KIND_OPENING, &b);
	b.u.opening.message = message;
	b.u.opening.n = WIRE_OPENING_MAX;
	taken(&b);
	ck_ok(decode(KIND_OPENING, buf_view(&out), &b, NULL));
	b.u.opening.message = message;
	b.u.opening.n = WIRE_OPENING_MAX + 1;
	refused(&b, ERR_SIZE);
	b.u.opening.n = 2;
	message[1] = message[0];
	refused(&b, ERR_FORMAT);
}
END_TEST

START_TEST(shapes)
{
	struct body b;

	sample_body(KIND_PHRASES, &b);
	b.u.phrases.hash[0][0] = 3;
	refused(&b, ERR_FORMAT);
	sample_body(KIND_WITHDRAWAL, &b);
	b.u.withdrawal.all = true;
	refused(&b, ERR_FORMAT);           /* all, and yet one named */
	memset(b.u.withdrawal.grant, 0, WIRE_HASH);
	taken(&b);
	b.u.withdrawal.all = false;
	refused(&b, ERR_FORMAT);           /* neither */
	sample_body(KIND_GRANT, &b);
	memset(b.u.grant.label[0], 0xff, WIRE_LABEL);
	refused(&b, ERR_FORMAT);
	sample_body(KIND_CASE_OPENED, &b);
	b.u.case_opened.key[0].box.n = 113;
	refused(&b, ERR_SIZE);
	sample_body(KIND_WORKER, &b);
	b.u.worker.name[0].box.n = 207;
	refused(&b, ERR_SIZE);
	sample_body(KIND_ARROW_KEY, &b);
	b.u.arrow_key.box.n = 111;
	refused(&b, ERR_SIZE);
	sample_body(KIND_OPENING, &b);
	b.cite.size = 0;
	refused(&b, ERR_FORMAT);           /* a root of nothing */
	memset(&b.cite, 0, sizeof b.cite);
	taken(&b);
	sample_body(KIND_OPENING, &b);
	b.has_case = false;                /* a mandatory case is written */
	taken(&b);
	b.cite.news = 0;
	refused(&b, ERR_FORMAT);
	b.kind = KIND_NONE;
	refused(&b, ERR_FORMAT);
	b.kind = KIND_END;
	refused(&b, ERR_FORMAT);
}
END_TEST

/* Packed numbers must be packed, minimal and bounded before unpacking. */
START_TEST(packed_numbers)
{
	static const struct {
		const char *tail;
		enum error_code want;
	} row[] = {
		{ "2a03010203", ERR_NONE },
		{ "2801", ERR_FORMAT },                 /* not packed */
		{ "2a03010303", ERR_FORMAT },
		{ "2a03030201", ERR_FORMAT },
		{ "2a00", ERR_FORMAT },
		{ "2a028100", ERR_FORMAT },
		{ "2a0181", ERR_FORMAT },
		{ "2a09ffffffffffffffff7f", ERR_NONE },
		{ "2a0affffffffffffffffff01", ERR_SIZE },
		{ "2a01012a0102", ERR_FORMAT },
	};
	static const char front[] =
	    "12100102030405060708090a0b0c0d0e0f10"
	    "1a100102030405060708090a0b0c0d0e0f10"
	    "22026162";

	for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
		struct why why = { "" };
		struct body b;
		char both[1024];
		enum error_code e;

		snprintf(both, sizeof both, "%s%s", head, front);
		e = decode(KIND_OPENING, from_hex(both, row[i].tail), &b, &why);
		ck_assert_msg(e == row[i].want, "%s: %s (%s)", row[i].tail,
		    error_text(e), why.text);
	}
}
END_TEST

START_TEST(texts)
{
	static const struct {
		const char *hex;
		bool line, lines;
	} row[] = {
		{ "", true, true }, { "61", true, true },
		{ "c3b6", true, true }, { "e28093", true, true },
		{ "f09f8fa0", true, true },
		{ "0a", false, true }, { "09", false, true },
		{ "0d", false, false }, { "1b5b31", false, false },
		{ "7f", false, false }, { "c285", false, false },
		{ "e280ae", false, false }, { "e281a7", false, false },
		{ "c0af", false, false }, { "e0809f", false, false },
		{ "eda080", false, false }, { "f4908080", false, false },
		{ "f8888080", false, false }, { "c3", false, false },
		{ "80", false, false }, { "f09f8f", false, false },
		{ "efbfbf", true, true },
	};
	uint8_t raw[16];

	for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
		const size_t n = strlen(row[i].hex) / 2;

		ck_assert(hex_decode(raw, n, row[i].hex));
		ck_assert_msg(wire_text_ok(bytes_of(raw, n), false) ==
		    row[i].line, "%s", row[i].hex);
		ck_assert_msg(wire_text_ok(bytes_of(raw, n), true) ==
		    row[i].lines, "%s", row[i].hex);
	}
}
END_TEST

START_TEST(ids)
{
	char long_id[WIRE_ID_MAX + 2];
	static const char *good[] = { "ab", "a-1", "--", "clinic-north" };
	static const char *wrong[] = { "", "a", "A1", "a_b", "a b", "a:",
		"\xc3\xb6\xc3\xb6", "root:" };

	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		ck_assert(wire_id_ok(bytes_str(good[i])));
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		ck_assert(!wire_id_ok(bytes_str(wrong[i])));
	memset(long_id, 'a', sizeof long_id);
	ck_assert(wire_id_ok(bytes_of(long_id, WIRE_ID_MAX)));
	ck_assert(!wire_id_ok(bytes_of(long_id, WIRE_ID_MAX + 1)));
	ck_assert(wire_signer_ok(bytes_str("root:")));
	ck_assert(wire_signer_ok(bytes_str("duty:")));
	ck_assert(wire_signer_ok(bytes_str("refuge")));
	ck_assert(wire_signer_ok(
	    bytes_str("case:00112233445566778899aabbccddeeff")));
	ck_assert(!wire_signer_ok(
	    bytes_str("case:00112233445566778899AABBCCDDEEFF")));
	ck_assert(!wire_signer_ok(
	    bytes_str("case:00112233445566778899aabbccddeef")));
	ck_assert(!wire_signer_ok(bytes_str("log:")));
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, tables_fit_the_schema);
	tcase_add_test(tc, kinds_by_name);
	tcase_add_loop_test(tc, body_round_trip, 1, KIND_END);
	tcase_add_test(tc, fields_arrive);
	tcase_add_loop_test(tc, body_cut_short, 1, KIND_END);
	tcase_add_loop_test(tc, body_changed, 1, KIND_END);
	tcase_add_test(tc, hand_made);
	tcase_add_test(tc, heads);
	tcase_add_test(tc, limits_partnership);
	tcase_add_test(tc, limits_submission);
	tcase_add_test(tc, limits_lists);
	tcase_add_test(tc, shapes);
	tcase_add_test(tc, packed_numbers);
	tcase_add_test(tc, texts);
	tcase_add_test(tc, ids);
}

int
main(void)
{
	if (sodium_init() < 0)
		return 1;
	return test_main("wire", fill, 30);
}
