/* Guesses at passwords: how many, how long until the next. */
#include <stdio.h>

#include "agent/guesses.h"
#include "base/clock.h"
#include "keys/secret.h"
#include "tests/support/test.h"

static struct guesses *g;
static uint64_t wait_ms;

static void
setup(void)
{
	ck_ok(keys_init(NULL));
	ck_ok(guesses_create(&g));
}

static void
teardown(void)
{
	guesses_destroy(&g);
}

static void
guess(const char *account, uint64_t boot)
{
	ck_ok(guesses_try(g, account, true, boot, &wait_ms));
}

START_TEST(five_are_free)
{
	for (unsigned i = 0; i < GUESSES_FREE; i++)
		guess("ada", 1000);
	ck_err(guesses_try(g, "ada", true, 1000, &wait_ms), ERR_BUSY);
	ck_assert_uint_eq(wait_ms, CLOCK_MINUTE_MS);
	/* nobody else waits for it */
	guess("bo", 1000);
}
END_TEST

START_TEST(then_each_waits_longer)
{
	static const unsigned minutes[] = { 1, 2, 4, 8, 16, 30, 30, 30 };
	uint64_t t = 1000;

	for (unsigned i = 0; i < GUESSES_FREE; i++)
		guess("ada", t);
	for (size_t i = 0; i < sizeof minutes / sizeof minutes[0]; i++) {
		t += minutes[i] * CLOCK_MINUTE_MS;
		ck_err(guesses_try(g, "ada", true, t - 1, &wait_ms), ERR_BUSY);
		ck_assert_uint_eq(wait_ms, 1);
		guess("ada", t);
	}
}
END_TEST

START_TEST(right_begins_anew)
{
	for (unsigned i = 0; i < GUESSES_FREE; i++)
		guess("ada", 1000);
	guesses_clear(g, "ada");
	for (unsigned i = 0; i < GUESSES_FREE; i++)
		guess("ada", 1000);
	ck_err(guesses_try(g, "ada", true, 1000, &wait_ms), ERR_BUSY);
}
END_TEST

START_TEST(what_was_none_is_not_counted)
{
	for (unsigned i = 0; i < 3 * GUESSES_FREE; i++) {
		guess("ada", 1000);
		guesses_undo(g, "ada");
	}
	guesses_undo(g, "ada");
	guesses_undo(g, "bo");
	for (unsigned i = 0; i < GUESSES_FREE; i++)
		guess("ada", 1000);
	guesses_undo(g, "ada");
	guess("ada", 1000);
	ck_err(guesses_try(g, "ada", true, 1000, &wait_ms), ERR_BUSY);
}
END_TEST

START_TEST(a_day_later_it_is_forgotten)
{
	for (unsigned i = 0; i < GUESSES_FREE; i++)
		guess("ada", 1000);
	for (unsigned i = 0; i < GUESSES_FREE; i++)
		guess("ada", 1000 + CLOCK_DAY_MS);
}
END_TEST

/* Names made up push out each other, and no real one. */
START_TEST(names_made_up)
{
	char name[16];

	for (unsigned i = 0; i < GUESSES_FREE; i++)
		guess("ada", 1000);
	for (unsigned i = 0; i < 2 * GUESSES_NAMES; i++) {
		snprintf(name, sizeof name, "n%u", i);
		ck_ok(guesses_try(g, name, false, 1001, &wait_ms));
	}
	ck_err(guesses_try(g, "ada", true, 1001, &wait_ms), ERR_BUSY);
}
END_TEST

START_TEST(so_many_names_and_no_more)
{
	char name[16];

	for (unsigned i = 0; i < GUESSES_NAMES; i++) {
		snprintf(name, sizeof name, "n%u", i);
		guess(name, 1000);
	}
	ck_err(guesses_try(g, "one more", false, 1000, &wait_ms), ERR_FULL);
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, five_are_free);
	tcase_add_test(tc, then_each_waits_longer);
	tcase_add_test(tc, right_begins_anew);
	tcase_add_test(tc, what_was_none_is_not_counted);
	tcase_add_test(tc, a_day_later_it_is_forgotten);
	tcase_add_test(tc, names_made_up);
	tcase_add_test(tc, so_many_names_and_no_more);
}

int
main(void)
{
	return test_main("guesses", fill, 20);
}
