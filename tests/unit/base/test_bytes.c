/* Bytes: views, the bounded buffer, integers, hex. */
#include "base/bytes.h"

#include <stdlib.h>
#include <string.h>

#include "tests/support/test.h"

START_TEST(buffer_stops_at_its_maximum)
{
	struct buf b;

	buf_init(&b, 5);
	buf_put(&b, "abcd", 4);
	ck_assert(buf_ok(&b));
	buf_put_u16(&b, 1);
	ck_assert(!buf_ok(&b));
	ck_assert_uint_eq(b.n, 4);
	/* Once failed, nothing more goes in, however small. */
	buf_put_u8(&b, 1);
	ck_assert_uint_eq(b.n, 4);
	ck_assert_ptr_null(buf_room(&b, 1));
	buf_clear(&b);
	ck_assert(buf_ok(&b));
	buf_put(&b, "12345", 5);
	ck_assert(buf_ok(&b));
	ck_assert(bytes_equal(buf_view(&b), bytes_str("12345")));
	buf_free(&b);
	ck_assert_uint_eq(b.n, 0);
	buf_put(&b, "12345", 5);
	ck_assert(buf_ok(&b));
	buf_free(&b);
}
END_TEST

START_TEST(buffer_refuses_sizes_that_wrap)
{
	struct buf b;

	buf_init(&b, SIZE_MAX);
	buf_put_u8(&b, 1);
	ck_assert_ptr_null(buf_room(&b, SIZE_MAX));
	ck_assert(!buf_ok(&b));
	buf_free(&b);
}
END_TEST

START_TEST(buffer_grows_and_keeps)
{
	struct buf b;

	buf_init(&b, 100000);
	for (uint32_t i = 0; i < 25000; i++)
		buf_put_u32(&b, i);
	ck_assert(buf_ok(&b));
	ck_assert_uint_eq(b.n, 100000);
	for (uint32_t i = 0; i < 25000; i++)
		ck_assert_uint_eq(get_be32(b.data + 4 * i), i);
	buf_put_u8(&b, 0);
	ck_assert(!buf_ok(&b));
	buf_free(&b);
}
END_TEST

START_TEST(writing_is_big_endian)
{
	static const uint8_t want[] = { 0x01, 0x02, 0x03, 0x04, 0x05, 0x06,
		0x07, 0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f, 2,
		'h', 'i', 'x', 'n', '7' };
	struct buf b;

	buf_init(&b, 100);
	buf_put_u8(&b, 1);
	buf_put_u16(&b, 0x0203);
	buf_put_u32(&b, 0x04050607);
	buf_put_u64(&b, 0x08090a0b0c0d0e0full);
	buf_put_str8(&b, "hi");
	buf_put_str(&b, "x");
	buf_printf(&b, "n%d", 7);
	ck_assert(buf_ok(&b));
	ck_assert(bytes_equal(buf_view(&b), bytes_of(want, sizeof want)));
	buf_free(&b);
}
END_TEST

START_TEST(str8_takes_255_bytes)
{
	char text[257];
	struct buf b;

	buf_init(&b, 1000);
	memset(text, 'a', sizeof text);
	text[255] = '\0';
	buf_put_str8(&b, text);
	ck_assert(buf_ok(&b));
	ck_assert_uint_eq(b.n, 256);
	text[255] = 'a';
	text[256] = '\0';
	buf_put_str8(&b, text);
	ck_assert(!buf_ok(&b));
	buf_free(&b);
}
END_TEST

START_TEST(printf_is_bounded_too)
{
	struct buf b;

	buf_init(&b, 10);
	buf_printf(&b, "%s", "0123456789");
	ck_assert(buf_ok(&b));
	ck_assert_uint_eq(b.n, 10);
	buf_clear(&b);
	buf_printf(&b, "%s", "0123456789x");
	ck_assert(!buf_ok(&b));
	buf_free(&b);
}
END_TEST

START_TEST(taking_from_the_front)
{
	static const uint8_t in[] = { 1, 0, 2, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0,
		0, 4, 9, 8 };
	struct bytes b = bytes_of(in, sizeof in);
	const uint8_t *p;
	uint64_t v64;
	uint32_t v32;
	uint16_t v16;
	uint8_t v8;

	ck_assert(bytes_take_u8(&b, &v8) && v8 == 1);
	ck_assert(bytes_take_u16(&b, &v16) && v16 == 2);
	ck_assert(bytes_take_u32(&b, &v32) && v32 == 3);
	ck_assert(bytes_take_u64(&b, &v64) && v64 == 4);
	ck_assert(!bytes_take_u32(&b, &v32));
	ck_assert(!bytes_take(&b, 3, &p));
	ck_assert(!bytes_take(&b, SIZE_MAX, &p));
	ck_assert(bytes_take(&b, 2, &p) && p[0] == 9 && p[1] == 8);
	ck_assert_uint_eq(b.n, 0);
	ck_assert(!bytes_take_u8(&b, &v8));
	ck_assert(!bytes_take_u16(&b, &v16));
	ck_assert(!bytes_take_u64(&b, &v64));
	ck_assert(bytes_take(&b, 0, &p));
}
END_TEST

START_TEST(equality)
{
	ck_assert(bytes_equal(bytes_str(""), bytes_of(NULL, 0)));
	ck_assert(!bytes_equal(bytes_str("a"), bytes_str("ab")));
	ck_assert(!bytes_equal(bytes_str("ab"), bytes_str("ac")));
	ck_assert(bytes_equal(bytes_str("ab"), bytes_str("ab")));
}
END_TEST

START_TEST(integers_there_and_back)
{
	static const uint64_t v[] = { 0, 1, 0x80, 0xff00, 0x80000000,
		0x123456789abcdef0ull, UINT64_MAX };
	uint8_t raw[8];

	for (size_t i = 0; i < sizeof v / sizeof *v; i++) {
		put_be64(raw, v[i]);
		ck_assert_uint_eq(get_be64(raw), v[i]);
		put_be32(raw, (uint32_t)v[i]);
		ck_assert_uint_eq(get_be32(raw), (uint32_t)v[i]);
	}
	put_be32(raw, 0x01020304);
	ck_assert_mem_eq(raw, "\1\2\3\4", 4);
}
END_TEST

START_TEST(hex)
{
	static const char *const bad[] = { "", "0", "00f", "00fff", "00fg",
		"00 f", "0x0f", "00f\n", "00ff ", " 0ff", "+0ff" };
	uint8_t raw[2] = { 0x00, 0xaf }, back[2];
	char text[5];

	hex_encode(text, raw, 2);
	ck_assert_str_eq(text, "00af");
	ck_assert(hex_decode(back, 2, "00aF"));
	ck_assert_mem_eq(back, raw, 2);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		ck_assert_msg(!hex_decode(back, 2, bad[i]), "\"%s\"",
		    bad[i]);
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_test(tc, buffer_stops_at_its_maximum);
	tcase_add_test(tc, buffer_refuses_sizes_that_wrap);
	tcase_add_test(tc, buffer_grows_and_keeps);
	tcase_add_test(tc, writing_is_big_endian);
	tcase_add_test(tc, str8_takes_255_bytes);
	tcase_add_test(tc, printf_is_bounded_too);
	tcase_add_test(tc, taking_from_the_front);
	tcase_add_test(tc, equality);
	tcase_add_test(tc, integers_there_and_back);
	tcase_add_test(tc, hex);
}

int
main(void)
{
	return test_main("bytes", fill, 20);
}
