/* Leases: per worker and message, timed, bounded, wiped at once. */
#include <string.h>

#include "agent/intake/opening.h"
#include "keys/secret.h"
#include "tests/support/test.h"

static const uint8_t anna[WIRE_PSEUDONYM] = "anna", ben[WIRE_PSEUDONYM] = "ben";

static struct leases *
make(void)
{
	struct leases *l = NULL;

	ck_ok(keys_init(NULL));
	ck_ok(leases_create(&l));
	return l;
}

START_TEST(test_belongs_to_worker_and_message)
{
	struct leases *l = make();
	uint8_t share[32] = "share", out[32];

	ck_ok(leases_put(l, 7, anna, 1000, share));
	ck_assert(leases_get(l, 7, anna, 999, out));
	ck_assert_mem_eq(out, share, 32);
	ck_assert(!leases_get(l, 7, ben, 999, out));
	ck_assert(!leases_get(l, 8, anna, 999, out));
	leases_destroy(&l);
	ck_assert_ptr_null(l);
}
END_TEST

START_TEST(test_ends_on_time)
{
	struct leases *l = make();
	uint8_t share[32] = "share", out[32];

	ck_ok(leases_put(l, 7, anna, 1000, share));
	ck_assert(!leases_get(l, 7, anna, 1000, out));
	/* gone for good, also if the clock went back */
	ck_assert(!leases_get(l, 7, anna, 1, out));
	ck_ok(leases_put(l, 7, anna, 1000, share));
	ck_ok(leases_put(l, 8, anna, 2000, share));
	leases_expire(l, 1500);
	ck_assert(!leases_get(l, 7, anna, 1, out));
	ck_assert(leases_get(l, 8, anna, 1500, out));
	leases_destroy(&l);
}
END_TEST

START_TEST(test_renewed_in_place)
{
	struct leases *l = make();
	uint8_t share[32] = "share", out[32];

	for (int i = 0; i < 2 * LEASES_MAX; i++)
		ck_ok(leases_put(l, 7, anna, 1000 + (uint64_t)i, share));
	ck_assert(leases_get(l, 7, anna, 1000, out));
	leases_destroy(&l);
}
END_TEST

START_TEST(test_full_refuses_and_evicts_nobody)
{
	struct leases *l = make();
	uint8_t share[32] = "share", out[32];

	for (uint64_t i = 0; i < LEASES_MAX; i++)
		ck_ok(leases_put(l, i, anna, 1000, share));
	ck_err(leases_put(l, LEASES_MAX, anna, 1000, share), ERR_FULL);
	for (uint64_t i = 0; i < LEASES_MAX; i++)
		ck_assert(leases_get(l, i, anna, 1, out));
	leases_wipe_message(l, 3);
	ck_ok(leases_put(l, LEASES_MAX, anna, 1000, share));
	leases_destroy(&l);
}
END_TEST

START_TEST(test_wiped_by_message_and_by_worker)
{
	struct leases *l = make();
	uint8_t share[32] = "share", out[32];

	ck_ok(leases_put(l, 1, anna, 1000, share));
	ck_ok(leases_put(l, 1, ben, 1000, share));
	ck_ok(leases_put(l, 2, ben, 1000, share));
	leases_wipe_message(l, 1);
	ck_assert(!leases_get(l, 1, anna, 1, out));
	ck_assert(!leases_get(l, 1, ben, 1, out));
	ck_assert(leases_get(l, 2, ben, 1, out));
	leases_wipe_worker(l, ben);
	ck_assert(!leases_get(l, 2, ben, 1, out));
	leases_destroy(&l);
}
END_TEST

static bool
keep_even(void *ctx, uint64_t idx)
{
	++*(int *)ctx;
	return idx % 2 == 0;
}

START_TEST(test_each_wipes_what_is_not_kept)
{
	struct leases *l = make();
	uint8_t share[32] = "share", out[32];
	int asked = 0;

	for (uint64_t i = 1; i <= 4; i++)
		ck_ok(leases_put(l, i, anna, 1000, share));
	leases_each(l, keep_even, &asked);
	ck_assert_int_eq(asked, 4);
	ck_assert(!leases_get(l, 1, anna, 1, out));
	ck_assert(leases_get(l, 2, anna, 1, out));
	leases_destroy(&l);
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_test(tc, test_belongs_to_worker_and_message);
	tcase_add_test(tc, test_ends_on_time);
	tcase_add_test(tc, test_renewed_in_place);
	tcase_add_test(tc, test_full_refuses_and_evicts_nobody);
	tcase_add_test(tc, test_wiped_by_message_and_by_worker);
	tcase_add_test(tc, test_each_wipes_what_is_not_kept);
}

int
main(void)
{
	return test_main("lease", fill, 20);
}
