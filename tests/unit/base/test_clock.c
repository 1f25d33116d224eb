/* Clocks, and times as text. */
#include "base/clock.h"

#include <time.h>

#include "tests/support/test.h"

START_TEST(clocks_go)
{
	uint64_t boot = clock_boot_ms(), us = clock_mono_us();
	time_t s = time(NULL);

	ck_assert_uint_le(clock_ms() / 1000 - (uint64_t)s, 1);
	ck_assert_uint_ge(clock_boot_ms(), boot);
	ck_assert_uint_ge(clock_mono_us(), us);
	ck_assert_uint_ge(clock_now(NULL), (uint64_t)s * 1000);
	ck_assert_uint_ge(clock_now(&clock_system), (uint64_t)s * 1000);
	ck_assert_uint_ge(clock_boot(&clock_system), boot);
}
END_TEST

START_TEST(fake_clock_stands)
{
	struct clock_fake f = { 1000, 50 };
	struct clock c = clock_fake_of(&f);

	ck_assert_uint_eq(clock_now(&c), 1000);
	ck_assert_uint_eq(clock_now(&c), 1000);
	clock_fake_add(&f, 7);
	ck_assert_uint_eq(clock_now(&c), 1007);
	ck_assert_uint_eq(clock_boot(&c), 57);
}
END_TEST

static const struct {
	const char *text, *back;
	uint64_t ms;
} good[] = {
	{ "1970-01-01", "1970-01-01T00:00:00Z", 0 },
	{ "1970-01-01T00:00Z", "1970-01-01T00:00:00Z", 0 },
	{ "2026-11-21T09:00:04Z", "2026-11-21T09:00:04Z", 1795251604000 },
	{ "2026-11-21T09:00:04.5Z", "2026-11-21T09:00:04Z", 1795251604500 },
	{ "2026-11-21T09:00:04.123456789Z", "2026-11-21T09:00:04Z",
	    1795251604123 },
	{ "2026-11-21T10:30:04+01:30", "2026-11-21T09:00:04Z",
	    1795251604000 },
	{ "2026-11-21T04:00:04-05:00", "2026-11-21T09:00:04Z",
	    1795251604000 },
	{ "2024-02-29", "2024-02-29T00:00:00Z", 1709164800000 },
	{ "9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z",
	    253402300799000 },
};

START_TEST(times_are_read)
{
	char text[CLOCK_ISO_BYTES];
	uint64_t ms;

	ck_assert_msg(clock_parse_iso(good[_i].text, &ms), "%s",
	    good[_i].text);
	ck_assert_uint_eq(ms, good[_i].ms);
	clock_iso(text, ms);
	ck_assert_str_eq(text, good[_i].back);
	clock_iso_ms(text, ms);
	ck_assert(clock_parse_iso(text, &ms));
	ck_assert_uint_eq(ms, good[_i].ms);
	clock_iso_day(text, ms);
	ck_assert(clock_parse_iso(text, &ms));
	ck_assert_uint_eq(ms, good[_i].ms / CLOCK_DAY_MS * CLOCK_DAY_MS);
}
END_TEST

static const char *const bad[] = { "", "2026", "2026-11", "2026-11-21T",
	"2026-11-21T09", "2026-11-21T09:00", "2026-11-21T09:00:04",
	"2026-11-21 09:00:04Z", "2026-11-21T09:00:04z", "2026-13-01",
	"2026-00-01", "2026-01-00", "2026-02-29", "2026-04-31",
	"2026-11-21T24:00Z", "2026-11-21T09:60Z", "2026-11-21T09:00:60Z",
	"2026-11-21T09:00:04.Z", "2026-11-21T09:00:04.1234567890Z",
	"2026-11-21T09:00:04+0100", "2026-11-21T09:00:04+15:00",
	"2026-11-21T09:00:04Z ", " 2026-11-21", "2026-11-2x", "+026-11-21",
	"1969-12-31", "1970-01-01T00:00:00+01:00", "26-11-21",
	"2026-11-21T-1:00Z", "10000-01-01" };

START_TEST(other_texts_are_not)
{
	uint64_t ms;

	ck_assert_msg(!clock_parse_iso(bad[_i], &ms), "\"%s\"", bad[_i]);
}
END_TEST

START_TEST(beyond_the_calendar)
{
	char text[CLOCK_ISO_BYTES];

	clock_iso(text, UINT64_MAX);
	ck_assert_str_eq(text, "-");
	clock_iso_ms(text, UINT64_MAX);
	ck_assert_str_eq(text, "-");
	clock_iso_day(text, 253402300800000);
	ck_assert_str_eq(text, "-");
	clock_iso_ms(text, 1795251604007);
	ck_assert_str_eq(text, "2026-11-21T09:00:04.007Z");
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_test(tc, clocks_go);
	tcase_add_test(tc, fake_clock_stands);
	tcase_add_loop_test(tc, times_are_read, 0,
	    sizeof good / sizeof *good);
	tcase_add_loop_test(tc, other_texts_are_not, 0,
	    sizeof bad / sizeof *bad);
	tcase_add_test(tc, beyond_the_calendar);
}

int
main(void)
{
	return test_main("clock", fill, 20);
}
