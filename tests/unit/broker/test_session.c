/* Sessions, their queues, confirmations and buckets. */
#include <stdio.h>

#include "broker/session.h"
#include "tests/support/test.h"

static struct session *
make(struct sessions *s, const char *member, uint64_t number)
{
	struct session *x = sessions_make(s, member);

	ck_assert_ptr_nonnull(x);
	session_connect(s, x, number);
	return x;
}

START_TEST(test_table)
{
	struct sessions *s;
	char id[32];

	ck_ok(sessions_create(&s));
	ck_assert_ptr_null(sessions_find(s, "a"));
	for (int i = 0; i < 2000; i++) {
		(void)snprintf(id, sizeof id, "member-%d", i);
		ck_assert_ptr_eq(make(s, id, (uint64_t)i + 1),
		    sessions_find(s, id));
	}
	ck_assert_uint_eq(sessions_online(s), 2000);
	session_gone(s, sessions_find(s, "member-7"));
	ck_assert_uint_eq(sessions_online(s), 1999);
	ck_assert_ptr_nonnull(sessions_find(s, "member-7"));
	(void)make(s, "member-8", 9000);
	ck_assert_uint_eq(sessions_online(s), 1999);
	sessions_destroy(&s);
	sessions_destroy(&s);
}
END_TEST

START_TEST(test_ready)
{
	struct sessions *s;
	struct session *a, *b;

	ck_ok(sessions_create(&s));
	a = make(s, "aa", 1);
	b = make(s, "bb", 2);
	sessions_ready_put(s, a);
	sessions_ready_put(s, b);
	sessions_ready_put(s, a);
	ck_assert_ptr_eq(sessions_ready_take(s), a);
	sessions_ready_put(s, a);
	ck_assert_ptr_eq(sessions_ready_take(s), b);
	ck_assert_ptr_eq(sessions_ready_take(s), a);
	ck_assert_ptr_null(sessions_ready_take(s));
	ck_assert(!sessions_ready_any(s));
	sessions_destroy(&s);
}
END_TEST

START_TEST(test_beats)
{
	struct sessions *s;
	struct session *a, *b, *c;

	ck_ok(sessions_create(&s));
	a = make(s, "aa", 1);
	b = make(s, "bb", 2);
	c = make(s, "cc", 3);
	ck_assert_ptr_eq(sessions_beat_first(s), a);
	sessions_beat_done(s, a, 10);
	ck_assert_ptr_eq(sessions_beat_first(s), b);
	session_gone(s, b);
	ck_assert_ptr_eq(sessions_beat_first(s), c);
	sessions_beat_done(s, c, 20);
	ck_assert_ptr_eq(sessions_beat_first(s), a);
	session_gone(s, a);
	session_gone(s, c);
	ck_assert_ptr_null(sessions_beat_first(s));
	sessions_destroy(&s);
}
END_TEST

START_TEST(test_confirm)
{
	struct sessions *s;
	struct session *x;
	uint64_t position = 0;

	ck_ok(sessions_create(&s));
	x = make(s, "aa", 1);
	ck_assert(!session_confirm(x, 100, &position));
	session_sent(x, 3, 30);
	session_sent(x, 5, 50);
	session_sent(x, 9, 90);
	ck_assert(!session_confirm(x, 2, &position));
	ck_assert(session_confirm(x, 8, &position));
	ck_assert_uint_eq(position, 50);
	ck_assert(session_confirm(x, 9, &position));
	ck_assert_uint_eq(position, 90);
	/* more than the ring holds: the oldest are confirmed with later ones */
	for (uint64_t i = 0; i < 3 * SESSION_SENT; i++)
		session_sent(x, 10 + i, 100 + i);
	ck_assert(!session_confirm(x, 20, &position));
	ck_assert(session_confirm(x, 10 + 3 * SESSION_SENT, &position));
	ck_assert_uint_eq(position, 99 + 3 * SESSION_SENT);
	sessions_destroy(&s);
}
END_TEST

START_TEST(test_own)
{
	struct sessions *s;
	struct session *x;
	struct own o = { .index = 1 };

	ck_ok(sessions_create(&s));
	x = make(s, "aa", 1);
	pending_reset(x);
	for (uint64_t i = 1; i <= 40; i++) {
		o.index = i;
		ck_ok(session_own(x, &o));
	}
	/* a batch that came to nothing */
	session_own_settle(x, false);
	ck_assert_ptr_null(session_own_next(x));
	o.index = 7;
	ck_ok(session_own(x, &o));
	o.index = 8;
	ck_ok(session_own(x, &o));
	ck_assert_uint_eq(session_own_next(x)->index, 7);
	x->p.own_taken = 1;
	session_own_settle(x, true);
	ck_assert_uint_eq(session_own_next(x)->index, 8);
	for (unsigned i = 0; i + 1 < SESSION_OWN; i++)
		ck_ok(session_own(x, &o));
	ck_err(session_own(x, &o), ERR_FULL);
	sessions_destroy(&s);
}
END_TEST

START_TEST(test_bucket)
{
	double level = 0;
	uint64_t boot = 0;
	unsigned got = 0;

	for (int i = 0; i < 20; i++)
		got += bucket_take(&level, &boot, 1000, 10, 10, 1);
	ck_assert_uint_eq(got, 10);
	ck_assert(!bucket_take(&level, &boot, 1000 + 5000, 10, 10, 1));
	ck_assert(bucket_take(&level, &boot, 1000 + 6100, 10, 10, 1));
	/* never more than the burst */
	ck_assert(!bucket_take(&level, &boot, 100000000, 10, 10, 11));
	ck_assert(bucket_take(&level, &boot, 100000000, 10, 10, 10));
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_test(tc, test_table);
	tcase_add_test(tc, test_ready);
	tcase_add_test(tc, test_beats);
	tcase_add_test(tc, test_confirm);
	tcase_add_test(tc, test_own);
	tcase_add_test(tc, test_bucket);
}

int
main(void)
{
	return test_main("session", fill, 30);
}
