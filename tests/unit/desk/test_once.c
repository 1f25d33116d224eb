/* A form is taken once, whoever hands it in twice and how soon. */
#include "agent/desk/once.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/support/test.h"

enum { THREADS = 8, FORMS = 200 };

static struct once *o;
static atomic_uint taken;

static void
setup(void)
{
	o = calloc(1, sizeof *o);
	ck_assert_ptr_nonnull(o);
	ck_assert_int_eq(pthread_mutex_init(&o->lock, NULL), 0);
	taken = 0;
}

static void
done(void)
{
	pthread_mutex_destroy(&o->lock);
	free(o);
}

START_TEST(once_each)
{
	ck_assert(once_take(o, "cookie", "1"));
	ck_assert(!once_take(o, "cookie", "1"));
	ck_assert(once_take(o, "cookie", "2"));
	ck_assert(once_take(o, "other", "1"));
	ck_assert(!once_take(o, "other", "1"));
	/* the same bytes, cut elsewhere */
	ck_assert(once_take(o, "cookie1", ""));
}
END_TEST

START_TEST(the_last_are_known)
{
	char number[16];

	for (unsigned i = 0; i < ONCE_KEPT; i++) {
		snprintf(number, sizeof number, "%u", i);
		ck_assert(once_take(o, "c", number));
	}
	ck_assert(!once_take(o, "c", "0"));
	ck_assert(once_take(o, "c", "one more"));
	ck_assert(once_take(o, "c", "0"));
	ck_assert(!once_take(o, "c", "2"));
}
END_TEST

static void *
hand_in(void *arg)
{
	char number[16];

	for (unsigned i = 0; i < FORMS; i++) {
		snprintf(number, sizeof number, "%u", i);
		taken += once_take(o, "c", number);
	}
	return arg;
}

START_TEST(at_the_same_time)
{
	pthread_t t[THREADS];

	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_create(&t[i], NULL, hand_in, NULL),
		    0);
	for (int i = 0; i < THREADS; i++)
		pthread_join(t[i], NULL);
	ck_assert_uint_eq(taken, FORMS);
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, done);
	tcase_add_test(tc, once_each);
	tcase_add_test(tc, the_last_are_known);
	tcase_add_test(tc, at_the_same_time);
}

int
main(void)
{
	return test_main("once", fill, 20);
}
