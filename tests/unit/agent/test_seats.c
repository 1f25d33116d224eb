/* Sessions of the desk: begun, used, idle, over, ended. */
#include <stdio.h>
#include <string.h>

#include "agent/signin/seats.h"
#include "base/clock.h"
#include "keys/secret.h"
#include "tests/support/test.h"

enum { IDLE = 600000 };

static struct seats *s;
static struct seat one;
static char token[SEAT_HEX];

static void
setup(void)
{
	ck_ok(keys_init(NULL));
	ck_ok(seats_create(IDLE, &s));
	ck_ok(seats_open(s, "ada", 1000, token));
}

static void
teardown(void)
{
	seats_destroy(&s);
	seats_destroy(&s);
}

START_TEST(it_is_whose_it_is)
{
	char other[SEAT_HEX];

	ck_ok(seats_open(s, "bo", 1000, other));
	ck_assert_uint_eq(strlen(token), SEAT_HEX - 1);
	ck_assert_str_ne(token, other);
	ck_ok(seats_use(s, token, 1000, &one));
	ck_assert_str_eq(one.account, "ada");
	ck_ok(seats_find(s, other, 1000, &one));
	ck_assert_str_eq(one.account, "bo");
}
END_TEST

START_TEST(what_is_no_token)
{
	static const char *const none[] = { "", "0", "zz" };

	for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
		ck_err(seats_use(s, none[i], 1000, &one), ERR_NOTFOUND);
	ck_err(seats_use(s, NULL, 1000, &one), ERR_NOTFOUND);
	token[63] = token[63] == '0' ? '1' : '0';
	ck_err(seats_use(s, token, 1000, &one), ERR_NOTFOUND);
	memset(token, '0', 64);
	ck_err(seats_use(s, token, 1000, &one), ERR_NOTFOUND);
	ck_err(seats_open(s, "", 1000, token), ERR_SIZE);
}
END_TEST

START_TEST(idle_it_ends)
{
	ck_ok(seats_use(s, token, 1000 + IDLE - 1, &one));
	ck_assert_uint_eq(one.ends, 1000 + 2 * IDLE - 1);
	ck_ok(seats_use(s, token, 1000 + 2 * IDLE - 2, &one));
	ck_err(seats_use(s, token, 1000 + 3 * IDLE - 2, &one),
	    ERR_NOTFOUND);
}
END_TEST

START_TEST(looking_does_not_keep_it)
{
	ck_ok(seats_find(s, token, 1000 + IDLE - 1, &one));
	ck_assert_uint_eq(one.ends, 1000 + IDLE);
	ck_err(seats_find(s, token, 1000 + IDLE, &one), ERR_NOTFOUND);
}
END_TEST

START_TEST(after_twelve_hours_it_ends_in_use)
{
	const uint64_t last = 1000 + SEAT_HOURS * CLOCK_HOUR_MS;

	for (uint64_t t = 1000; t < last; t += IDLE / 2)
		ck_ok(seats_use(s, token, t, &one));
	ck_ok(seats_use(s, token, last - 1, &one));
	ck_assert_uint_eq(one.ends, last);
	ck_err(seats_use(s, token, last, &one), ERR_NOTFOUND);
}
END_TEST

START_TEST(signing_out_ends_one)
{
	char second[SEAT_HEX];

	ck_ok(seats_open(s, "ada", 1000, second));
	seats_end(s, token);
	seats_end(s, "nonsense");
	ck_err(seats_use(s, token, 1000, &one), ERR_NOTFOUND);
	ck_ok(seats_use(s, second, 1000, &one));
}
END_TEST

START_TEST(an_account_ends_all_of_its_own)
{
	char second[SEAT_HEX], bo[SEAT_HEX];

	ck_ok(seats_open(s, "ada", 1000, second));
	ck_ok(seats_open(s, "bo", 1000, bo));
	seats_end_account(s, "ada", second);
	ck_err(seats_use(s, token, 1000, &one), ERR_NOTFOUND);
	ck_ok(seats_use(s, second, 1000, &one));
	seats_end_account(s, "ada", NULL);
	ck_err(seats_use(s, second, 1000, &one), ERR_NOTFOUND);
	ck_ok(seats_use(s, bo, 1000, &one));
}
END_TEST

/* One person does not take the places of others. */
START_TEST(so_many_and_no_more)
{
	char name[16], more[SEAT_HEX];

	for (unsigned i = 0; i < SEATS_EACH; i++)
		ck_ok(seats_open(s, "ada", 1001 + i, more));
	ck_err(seats_use(s, token, 1100, &one), ERR_NOTFOUND);
	for (unsigned i = 0; i < SEATS_MAX - SEATS_EACH; i++) {
		snprintf(name, sizeof name, "n%u", i);
		ck_ok(seats_open(s, name, 1200, more));
	}
	ck_err(seats_open(s, "bo", 1200, more), ERR_FULL);
	ck_ok(seats_open(s, "ada", 1200, more));
	ck_ok(seats_open(s, "bo", 1200 + IDLE, more));
}
END_TEST

static void
count(void *ctx, const struct seat *each)
{
	unsigned *n = ctx;

	ck_assert_str_eq(each->account, "ada");
	++*n;
}

START_TEST(those_in_force_are_listed)
{
	unsigned n = 0;

	seats_each(s, 1000, count, &n);
	ck_assert_uint_eq(n, 1);
	seats_each(s, 1000 + IDLE, count, &n);
	ck_assert_uint_eq(n, 1);
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, it_is_whose_it_is);
	tcase_add_test(tc, what_is_no_token);
	tcase_add_test(tc, idle_it_ends);
	tcase_add_test(tc, looking_does_not_keep_it);
	tcase_add_test(tc, after_twelve_hours_it_ends_in_use);
	tcase_add_test(tc, signing_out_ends_one);
	tcase_add_test(tc, an_account_ends_all_of_its_own);
	tcase_add_test(tc, so_many_and_no_more);
	tcase_add_test(tc, those_in_force_are_listed);
}

int
main(void)
{
	return test_main("seats", fill, 20);
}
