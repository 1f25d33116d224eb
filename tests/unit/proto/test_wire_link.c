/*
 * Frames, entry payloads, files and local messages; and what a hostile peer
 * can send instead.
 */
#include "proto/wire.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "proto/wire_table.h"
#include "tests/support/sample.h"
#include "tests/support/test.h"

#define ARENA (1024 * 1024)

static struct arena *arena;
static struct buf out, again;
static struct sample_keys keys;

static void
setup(void)
{
	arena = arena_create(ARENA);
	buf_init(&out, 2 * 1024 * 1024);
	buf_init(&again, 2 * 1024 * 1024);
	sample_keys(&keys);
}

static void
teardown(void)
{
	arena_destroy(&arena);
	buf_free(&out);
	buf_free(&again);
}

static void
same(void)
{
	ck_assert_uint_eq(out.n, again.n);
	ck_assert_mem_eq(out.data, again.data, out.n);
}

/* ---- records ----------------------------------------------------------------- */

START_TEST(record_round_trip)
{
	const enum wire_kind kind = (enum wire_kind)_i;
	struct record r, back;
	struct body b;
	struct why why = { "" };

	sample_signed(&keys, kind, arena, &r, &b);
	ck_ok(wire_record_encode(&r, &out));
	ck_assert_msg(wire_record_decode(arena, buf_view(&out), &back, &why) ==
	    ERR_NONE, "%s", why.text);
	ck_assert_int_eq(back.kind, kind);
	ck_assert_str_eq(back.signer, r.signer);
	ck_assert_str_eq(back.cosigner, r.cosigner);
	ck_assert(bytes_equal(back.body, r.body));
	ck_assert(bytes_equal(back.path, r.path));
	ck_assert_uint_eq(back.index, r.index);
	ck_assert_uint_eq(back.n, r.n);
	ck_assert_mem_eq(back.signature, r.signature, WIRE_SIG);
	ck_assert_int_eq(back.has_cosignature, r.has_cosignature);
	ck_assert_int_eq(back.has_key, r.has_key);
	/* The exact bytes as they came, not a copy. */
	ck_assert_ptr_eq(back.wire.data, out.data);
	ck_assert_uint_eq(back.wire.n, out.n);
	ck_ok(wire_record_encode(&back, &again));
	same();
}
END_TEST

START_TEST(record_shapes)
{
	struct record good, r;
	struct body b;

	sample_signed(&keys, KIND_GRANT, arena, &good, &b);
	ck_ok(wire_record_encode(&good, &out));
#define REFUSED(change, want) do { r = good; change;                        \
	buf_clear(&out); ck_err(wire_record_encode(&r, &out), want); } while (0)
	REFUSED(r.has_key = false, ERR_FORMAT);
	REFUSED(r.has_cosignature = false, ERR_FORMAT);
	REFUSED(r.cosigner[0] = '\0', ERR_FORMAT);
	REFUSED(r.n = 0, ERR_SIZE);
	REFUSED(r.index = 1, ERR_SIZE);
	REFUSED(r.n = 513, ERR_SIZE);
	REFUSED(r.kind = KIND_NONE, ERR_FORMAT);
	REFUSED(r.body.n = 0, ERR_FORMAT);
	REFUSED(r.body.n = WIRE_BODY_MAX + 1, ERR_SIZE);
	REFUSED(r.signer[5] = 'G', ERR_FORMAT);
	REFUSED(strcpy(r.signer, "case:12"), ERR_FORMAT);
	REFUSED((r.path.data = r.body.data, r.path.n = 31), ERR_SIZE);
	REFUSED((r.path.data = r.body.data, r.path.n = 320), ERR_SIZE);
#undef REFUSED
}
END_TEST

START_TEST(record_longest_body)
{
	static uint8_t big[WIRE_BODY_MAX];
	struct record r, back;
	struct body b;

	sample_signed(&keys, KIND_STOP, arena, &r, &b);
	r.body = bytes_of(big, sizeof big);
	ck_ok(wire_record_encode(&r, &out));
	ck_ok(wire_record_decode(arena, buf_view(&out), &back, NULL));
	ck_assert_uint_eq(back.body.n, WIRE_BODY_MAX);
	/* The caller's buffer is a limit too. */
	buf_init(&again, out.n - 1);
	ck_err(wire_record_encode(&r, &again), ERR_SIZE);
	ck_assert(buf_ok(&again));
}
END_TEST

/* ---- entry payloads ------------------------------------------------------------- */

#define ROUND_TRIP(name, type, in)                                          \
	do {                                                                \
		type back_;                                                 \
		struct why why_ = { "" };                                   \
		buf_clear(&out);                                            \
		buf_clear(&again);                                          \
		ck_ok(wire_##name##_encode(&(in), &out));                   \
		ck_assert_msg(wire_##name##_decode(arena, buf_view(&out),   \
		    &back_, &why_) == ERR_NONE, "%s", why_.text);           \
		ck_ok(wire_##name##_encode(&back_, &again));                \
		same();                                                     \
		buf_put_u8(&out, 0x7a);                                     \
		ck_assert(wire_##name##_decode(arena, buf_view(&out),       \
		    &back_, &why_) != ERR_NONE);                            \
	} while (0)

START_TEST(payloads)
{
	static const uint64_t grants[3] = { 3, 9, 12 };
	static const struct wire_opened_line lines[2] = {
		{ 0, 9, 1900000300000 }, { 31, 0, 0 },
	};
	const struct wire_delivered delivered = { 77, 9 };
	const struct wire_opened opened = { bytes_str("record"), lines, 2 };
	struct wire_frozen frozen = { .stop = 5 };
	struct wire_ended ended = { .grant = grants, .n = 3 };
	const struct wire_refused refused = { bytes_str("r"), 12, 77 };
	const struct wire_dropped dropped = { 77, 2 };
	const struct wire_notice notice = { 5, 90 };

	ROUND_TRIP(delivered, struct wire_delivered, delivered);
	ROUND_TRIP(opened, struct wire_opened, opened);
	ROUND_TRIP(frozen, struct wire_frozen, frozen);
	frozen.has_case = true;
	ROUND_TRIP(frozen, struct wire_frozen, frozen);
	ck_err(wire_ended_encode(&ended, &out), ERR_FORMAT);
	strcpy(ended.sender, "refuge");
	strcpy(ended.recipient, "clinic-north");
	ROUND_TRIP(ended, struct wire_ended, ended);
	ROUND_TRIP(refused, struct wire_refused, refused);
	ROUND_TRIP(dropped, struct wire_dropped, dropped);
	ROUND_TRIP(notice, struct wire_notice, notice);
}
END_TEST

/* ---- frames ------------------------------------------------------------------------ */

static void
make_up(struct up *u, struct wire_item item[3])
{
	static uint8_t ciphertext[1040];
	struct body b;

	memset(u, 0, sizeof *u);
	memset(item, 0, 3 * sizeof *item);
	u->id = 42;
	u->has_hello = u->has_confirm = u->has_ask = true;
	u->hello = (struct wire_hello){ .version = 1, .time = 1900000000000,
		.credit = 64 };
	u->confirm = (struct wire_confirm){ 4096, 12, 8 };
	u->ask.what = ASK_MEMBER;
	strcpy(u->ask.member, "clinic-north");
	sample_signed(&keys, KIND_SUBMISSION, arena, &item[0].record, &b);
	item[0].has_share = true;
	sample_fill("share", item[0].share, sizeof item[0].share);
	item[0].ciphertext = bytes_of(ciphertext, sizeof ciphertext);
	sample_signed(&keys, KIND_RECEIPT, arena, &item[1].record, &b);
	sample_signed(&keys, KIND_GRANT, arena, &item[2].record, &b);
	u->item = item;
	u->n_item = 3;
}

START_TEST(up_round_trip)
{
	struct wire_item item[3];
	struct record alone;
	struct up u, back;

	make_up(&u, item);
	ROUND_TRIP(up, struct up, u);
	out.n--;
	ck_ok(wire_up_decode(arena, buf_view(&out), &back, NULL));
	ck_assert_uint_eq(back.id, 42);
	ck_assert_uint_eq(back.n_item, 3);
	ck_assert_int_eq(back.item[0].record.kind, KIND_SUBMISSION);
	ck_assert_uint_eq(back.item[0].ciphertext.n, 1040);
	ck_assert_mem_eq(back.item[0].share, item[0].share, 32);
	ck_assert(!back.item[1].has_share);
	/* A record is the same bytes in a frame and by itself. */
	buf_clear(&again);
	ck_ok(wire_record_encode(&item[2].record, &again));
	ck_assert(bytes_equal(back.item[2].record.wire, buf_view(&again)));
	ck_ok(wire_record_decode(arena, back.item[2].record.wire, &alone,
	    NULL));
	ck_assert_int_eq(alone.kind, KIND_GRANT);
}
END_TEST

START_TEST(up_says_where)
{
	struct wire_item item[3];
	struct why why = { "" };
	struct up u, back;

	make_up(&u, item);
	ck_ok(wire_up_encode(&u, &out));
	/* One letter of the grant's kind: found inside the third item. */
	for (size_t i = 0; i + 5 < out.n; i++) {
		if (memcmp(out.data + i, "grant", 5) == 0) {
			out.data[i] = 'G';
			break;
		}
	}
	ck_err(wire_up_decode(arena, buf_view(&out), &back, &why), ERR_FORMAT);
	ck_assert_str_eq(why.text,
	    "up.items[2].record: record.kind: unknown kind");
}
END_TEST

START_TEST(up_shapes)
{
	static uint8_t ciphertext[WIRE_CIPHERTEXT_MAX];
	struct wire_item item[3];
	struct up u;

#define REFUSED(change, want) do { make_up(&u, item); change;               \
	buf_clear(&out); ck_err(wire_up_encode(&u, &out), want); } while (0)
	REFUSED(item[0].has_share = false, ERR_FORMAT);
	REFUSED(item[0].ciphertext.n = 0, ERR_FORMAT);
	REFUSED(item[0].ciphertext.n = 1039, ERR_SIZE);
	REFUSED(item[1].has_share = true, ERR_FORMAT);
	REFUSED((item[1].ciphertext = bytes_of(ciphertext, 1040)), ERR_FORMAT);
	REFUSED(u.ask.what = 10, ERR_SIZE);
	REFUSED(u.ask.what = 0, ERR_SIZE);
	REFUSED(u.n_item = WIRE_ITEMS_MAX + 1, ERR_SIZE);
#undef REFUSED
	make_up(&u, item);
	item[0].ciphertext = bytes_of(ciphertext, sizeof ciphertext);
	ROUND_TRIP(up, struct up, u);
}
END_TEST

START_TEST(up_largest_and_over)
{
	static uint8_t ciphertext[WIRE_CIPHERTEXT_MAX];
	struct wire_item item[3], many[2];
	struct up u, back;

	make_up(&u, item);
	many[0] = many[1] = item[0];
	many[0].ciphertext = bytes_of(ciphertext, sizeof ciphertext);
	many[1].ciphertext = bytes_of(ciphertext, 16384 + 16);
	u.item = many;
	u.n_item = 2;
	ck_ok(wire_up_encode(&u, &out));
	ck_ok(wire_up_decode(arena, buf_view(&out), &back, NULL));
	many[1].ciphertext = bytes_of(ciphertext, sizeof ciphertext);
	buf_clear(&out);
	ck_err(wire_up_encode(&u, &out), ERR_SIZE);
}
END_TEST

static void
make_parcel(struct parcel *p, struct wire_piece piece[2],
    struct wire_answer answer[2], struct wire_told told[1],
    struct wire_ancestor ancestor[1], struct wire_row row[2])
{
	static uint8_t range[7 * 32];

	memset(p, 0, sizeof *p);
	memset(piece, 0, 2 * sizeof *piece);
	memset(answer, 0, 2 * sizeof *answer);
	memset(told, 0, sizeof *told);
	memset(ancestor, 0, sizeof *ancestor);
	memset(row, 0, 2 * sizeof *row);
	p->has_head = p->has_statement = p->has_welcome = true;
	p->has_reply = p->has_key_asked = true;
	p->head.size = 4097;
	p->from = 4000;
	p->range = bytes_of(range, sizeof range);
	piece[0] = (struct wire_piece){ .index = 4001, .what = PIECE_OWN,
		.has_stamp = true };
	piece[1] = (struct wire_piece){ .index = 4002, .what = PIECE_MAIL,
		.body = bytes_of(range, 100),
		.ciphertext = bytes_of(arena_zalloc(arena, 1040), 1040),
		.path = bytes_of(range, 64) };
	answer[0] = (struct wire_answer){ .id = 42, .status = STATUS_ADMITTED,
		.index = 4001 };
	answer[1] = (struct wire_answer){ .id = 43, .status = STATUS_BUSY,
		.after_ms = 1000 };
	told[0] = (struct wire_told){ .message = 12, .what = TOLD_OPENED,
		.time = 1900000000000, .role = "midwife" };
	ancestor[0] = (struct wire_ancestor){ .size = 4000,
		.path = bytes_of(range, 96) };
	row[0] = (struct wire_row){ .index = 1, .has_body = true,
		.body = bytes_of(range, 9) };
	row[1] = (struct wire_row){ .index = 2 };
	p->reply = (struct wire_reply){ .id = 9, .row = row, .n_row = 2 };
	p->piece = piece;
	p->n_piece = 2;
	p->answer = answer;
	p->n_answer = 2;
	p->told = told;
	p->n_told = 1;
	p->ancestor = ancestor;
	p->n_ancestor = 1;
	strcpy(p->key_asked_by, "clinic-north");
	memset(p->key_asked, 7, WIRE_CASE);
}

START_TEST(parcel_round_trip)
{
	struct wire_piece piece[2];
	struct wire_answer answer[2];
	struct wire_told told[1];
	struct wire_ancestor ancestor[1];
	struct wire_row row[2];
	struct parcel p, back;
	const struct parcel empty = { .from = 0 };

	make_parcel(&p, piece, answer, told, ancestor, row);
	ROUND_TRIP(parcel, struct parcel, p);
	out.n--;
	ck_ok(wire_parcel_decode(arena, buf_view(&out), &back, NULL));
	ck_assert_str_eq(back.told[0].role, "midwife");
	ck_assert_uint_eq(back.piece[1].ciphertext.n, 1040);
	ck_assert(back.reply.row[0].has_body && !back.reply.row[1].has_body);
	ROUND_TRIP(parcel, struct parcel, empty);
	ck_assert_uint_eq(again.n, 0);
}
END_TEST

START_TEST(parcel_shapes)
{
	struct wire_piece piece[2];
	struct wire_answer answer[2];
	struct wire_told told[1];
	struct wire_ancestor ancestor[1];
	struct wire_row row[2];
	struct parcel p;

#define REFUSED(change, want) do {                                          \
	make_parcel(&p, piece, answer, told, ancestor, row); change;        \
	buf_clear(&out);                                                    \
	ck_err(wire_parcel_encode(&p, &out), want); } while (0)
	REFUSED(piece[0].has_stamp = false, ERR_FORMAT);
	REFUSED(piece[0].what = PIECE_NEWS, ERR_FORMAT);
	REFUSED(piece[1].ciphertext.n = 0, ERR_FORMAT);
	REFUSED(piece[1].ciphertext.n = 1000, ERR_SIZE);
	REFUSED(piece[1].path.n = 33, ERR_SIZE);
	REFUSED((piece[1].shares = p.range), ERR_FORMAT);
	REFUSED(piece[1].what = 0, ERR_SIZE);
	REFUSED(p.range.n = 5, ERR_SIZE);
	REFUSED(answer[0].status = 5, ERR_SIZE);
	REFUSED(told[0].what = 0, ERR_SIZE);
	REFUSED(row[0].has_body = false, ERR_FORMAT);
	REFUSED(row[1].has_body = true, ERR_FORMAT);
	REFUSED(p.has_key_asked = false, ERR_FORMAT);
	REFUSED(p.n_piece = WIRE_PIECES_MAX + 1, ERR_SIZE);
	REFUSED(p.reply.code = 4, ERR_SIZE);
#undef REFUSED
}
END_TEST

START_TEST(others)
{
	const struct sign_request request = { 90, bytes_str("") };
	const struct sign_answer answer = { .code = 1 };
	struct member_request member = { .id = "refuge", .name = "Refuge",
		.created = 1 };
	struct record_file file = { .n = 2 };
	struct record r[2];
	struct body b;
	struct local_ask ask = { .verb = 3, .text = "K1 seen", .flags = 7,
		.body = bytes_str("{}") };
	const struct local_tell tell = { .text = bytes_str("one\ntwo\n"),
		.cursor = 9 };

	ROUND_TRIP(sign_request, struct sign_request, request);
	ROUND_TRIP(sign_answer, struct sign_answer, answer);
	ROUND_TRIP(member_request, struct member_request, member);
	member.has_terms_key = true;
	ROUND_TRIP(member_request, struct member_request, member);
	sample_signed(&keys, KIND_PARTNERSHIP, arena, &r[0], &b);
	sample_signed(&keys, KIND_MEMBER, arena, &r[1], &b);
	file.record = r;
	ROUND_TRIP(record_file, struct record_file, file);
	ROUND_TRIP(local_ask, struct local_ask, ask);
	ask.text[2] = '\n';
	ck_err(wire_local_ask_encode(&ask, &out), ERR_FORMAT);
	ROUND_TRIP(local_tell, struct local_tell, tell);
}
END_TEST

/* ---- bombs ------------------------------------------------------------------------- */

/* What a decoder may take from the arena for bytes it refuses: nothing. */
static void
defused(struct bytes in, const char *words)
{
	struct arena *tiny = arena_create(64);
	struct why why = { "" };
	struct parcel p;
	struct up u;
	struct record r;

	ck_assert(wire_up_decode(tiny, in, &u, &why) == ERR_FORMAT ||
	    wire_up_decode(tiny, in, &u, &why) == ERR_SIZE);
	ck_assert_msg(strstr(why.text, words) != NULL, "%s", why.text);
	ck_assert(wire_parcel_decode(tiny, in, &p, NULL) != ERR_NOMEM);
	ck_assert(wire_record_decode(tiny, in, &r, NULL) != ERR_NOMEM);
	arena_destroy(&tiny);
}

/* 34 KB of messages within messages: 04 22 04 22 ... from the inside out. */
START_TEST(bomb_nesting)
{
	static uint8_t b[40000], next[40000];
	size_t n = 0;

	while (n < 34000) {
		size_t m = 0, len = n;

		next[m++] = 0x12;          /* field 2, a message in both frames */
		do {
			next[m++] = (uint8_t)((len & 0x7f) |
			    (len > 0x7f ? 0x80 : 0));
			len >>= 7;
		} while (len > 0);
		memcpy(next + m, b, n);
		n += m;
		memcpy(b, next, n);
	}
	defused(bytes_of(b, n), "up.hello");
}
END_TEST

START_TEST(bomb_unknown_fields)
{
	static uint8_t b[1024 * 1024];

	for (size_t i = 0; i + 1 < sizeof b; i += 2) {
		b[i] = 0x78;
		b[i + 1] = 0x01;
	}
	defused(bytes_of(b, 90 * 1024), "unknown field 15");
	defused(bytes_of(b, sizeof b), "at most");
}
END_TEST

START_TEST(bomb_empty_messages)
{
	static uint8_t b[1024 * 1024];

	for (size_t i = 0; i + 1 < sizeof b; i += 2) {
		b[i] = 0x1a;               /* items */
		b[i + 1] = 0x00;
	}
	defused(bytes_of(b, 90 * 1024), "up.items[64]: more than 64");
	defused(bytes_of(b, sizeof b), "at most");
	for (size_t i = 0; i + 1 < sizeof b; i += 2)
		b[i] = 0x12;               /* hello, again and again */
	defused(bytes_of(b, 90 * 1024), "given twice");
}
END_TEST

/* As many records as fit, each as small as can be. */
START_TEST(bomb_many_small_pieces)
{
	struct arena *a = arena_create(2 * 1024 * 1024);
	struct parcel p;
	struct why why = { "" };

	buf_clear(&out);
	for (int i = 0; i < WIRE_ANSWERS_MAX; i++)
		buf_put(&out, "\x2a\x02\x18\x01", 4);
	ck_ok(wire_parcel_decode(a, buf_view(&out), &p, &why));
	ck_assert_uint_eq(p.n_answer, WIRE_ANSWERS_MAX);
	buf_put(&out, "\x2a\x02\x18\x01", 4);
	ck_err(wire_parcel_decode(a, buf_view(&out), &p, &why), ERR_SIZE);
	ck_assert_str_eq(why.text, "parcel.answers[1024]: more than 1024");
	arena_destroy(&a);
}
END_TEST

START_TEST(no_memory)
{
	struct wire_item item[3];
	struct why why = { "" };
	struct up u, back;
	size_t max;

	make_up(&u, item);
	ck_ok(wire_up_encode(&u, &out));
	for (max = 0; max < 64 * 1024; max += 64) {
		struct arena *a = arena_create(max);
		const enum error_code e = wire_up_decode(a, buf_view(&out),
		    &back, &why);

		arena_destroy(&a);
		if (e == ERR_NONE)
			break;
		ck_assert_int_eq(e, ERR_NOMEM);
	}
	ck_assert_uint_gt(max, 0);
	ck_assert_uint_lt(max, 64 * 1024);
}
END_TEST

/* Every bit of a frame: refused or taken, nothing else. */
START_TEST(frame_changed)
{
	struct wire_item item[3];
	struct up u, back;

	make_up(&u, item);
	item[0].record.kind = KIND_SUBMISSION;
	ck_ok(wire_up_encode(&u, &out));
	for (size_t i = 0; i < out.n * 8; i++) {
		arena_reset(arena);
		out.data[i / 8] ^= (uint8_t)(1u << (i % 8));
		(void)!wire_up_decode(arena, buf_view(&out), &back, NULL);
		out.data[i / 8] ^= (uint8_t)(1u << (i % 8));
	}
	for (size_t n = 0; n < out.n; n++) {
		arena_reset(arena);
		(void)!wire_up_decode(arena, bytes_of(out.data, n), &back,
		    NULL);
	}
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, record_round_trip, 1, KIND_END);
	tcase_add_test(tc, record_shapes);
	tcase_add_test(tc, record_longest_body);
	tcase_add_test(tc, payloads);
	tcase_add_test(tc, up_round_trip);
	tcase_add_test(tc, up_says_where);
	tcase_add_test(tc, up_shapes);
	tcase_add_test(tc, up_largest_and_over);
	tcase_add_test(tc, parcel_round_trip);
	tcase_add_test(tc, parcel_shapes);
	tcase_add_test(tc, others);
	tcase_add_test(tc, bomb_nesting);
	tcase_add_test(tc, bomb_unknown_fields);
	tcase_add_test(tc, bomb_empty_messages);
	tcase_add_test(tc, bomb_many_small_pieces);
	tcase_add_test(tc, no_memory);
	tcase_add_test(tc, frame_changed);
}

int
main(void)
{
	if (sodium_init() < 0)
		return 1;
	return test_main("wire_link", fill, 60);
}
