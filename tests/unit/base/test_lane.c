/* Jobs leave in the order they came, whichever worker finished first. */
#include "base/lane.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "tests/support/test.h"

struct job {
	struct lane_job lane;
	uint64_t number;
	uint64_t worked; /* number + 1 once a worker had it */
};

static struct lane_job *
job_new(struct job *j, uint64_t number)
{
	*j = (struct job){ .number = number };
	return &j->lane;
}

START_TEST(bounds_of_create)
{
	struct lane *lane;

	ck_assert_ptr_null(lane_create(0, 0, 10, 0));
	ck_assert_ptr_null(lane_create(4, 4, 10, 0));
	ck_assert_ptr_null(lane_create(4, 0, 10, 10));
	lane = lane_create(4, 3, 10, 9);
	ck_assert_ptr_nonnull(lane);
	lane_destroy(&lane);
	ck_assert_ptr_null(lane);
	lane_destroy(&lane);
	lane_destroy(NULL);
}
END_TEST

START_TEST(order_kept_when_workers_finish_backwards)
{
	struct lane *lane = lane_create(8, 0, 1000, 0);
	struct lane_job *w[3], *out[8];
	struct job j[3];

	for (uint64_t i = 0; i < 3; i++)
		ck_assert(lane_put(lane, job_new(&j[i], i), 1, 0));
	for (int i = 0; i < 3; i++)
		w[i] = lane_work(lane);
	lane_done(lane, w[2]);
	ck_assert_uint_eq(lane_take(lane, out, 8, 100, 0), 0);
	lane_done(lane, w[0]);
	ck_assert_uint_eq(lane_take(lane, out, 8, 100, 0), 1);
	ck_assert_ptr_eq(out[0], &j[0].lane);
	ck_assert_uint_eq(lane_take(lane, out, 8, 100, 0), 0);
	lane_done(lane, w[1]);
	ck_assert_uint_eq(lane_take(lane, out, 8, 100, 0), 2);
	ck_assert_ptr_eq(out[0], &j[1].lane);
	ck_assert_ptr_eq(out[1], &j[2].lane);
	lane_destroy(&lane);
}
END_TEST

/* Drains n ready jobs. */
static void
drain(struct lane *lane, size_t n)
{
	struct lane_job *out[64];

	ck_assert_uint_eq(lane_take(lane, out, 64, SIZE_MAX, 0), n);
}

START_TEST(reserved_slots_are_for_narrowing)
{
	struct lane *lane = lane_create(4, 2, 1000, 0);
	struct job j[5];

	ck_assert_uint_eq(lane_room(lane), 2);
	ck_assert(lane_put(lane, job_new(&j[0], 0), 1, LANE_READY));
	ck_assert(lane_put(lane, job_new(&j[1], 1), 1, LANE_READY));
	ck_assert_uint_eq(lane_room(lane), 0);
	ck_assert(!lane_put(lane, job_new(&j[2], 2), 1, LANE_READY));
	ck_assert(lane_put(lane, job_new(&j[2], 2), 1,
	    LANE_READY | LANE_NARROWING));
	ck_assert(lane_put(lane, job_new(&j[3], 3), 1,
	    LANE_READY | LANE_NARROWING));
	ck_assert_uint_eq(lane_room(lane), 0);
	ck_assert(!lane_put(lane, job_new(&j[4], 4), 1,
	    LANE_READY | LANE_NARROWING));
	drain(lane, 4);
	ck_assert_uint_eq(lane_room(lane), 2);
	lane_destroy(&lane);
}
END_TEST

START_TEST(reserved_bytes_are_for_narrowing)
{
	struct lane *lane = lane_create(16, 1, 100, 40);
	struct job j[4];

	ck_assert(!lane_put(lane, job_new(&j[0], 0), 61, LANE_READY));
	ck_assert(lane_put(lane, job_new(&j[0], 0), 60, LANE_READY));
	ck_assert(!lane_put(lane, job_new(&j[1], 1), 1, LANE_READY));
	ck_assert(!lane_put(lane, job_new(&j[1], 1), 41,
	    LANE_READY | LANE_NARROWING));
	ck_assert(!lane_put(lane, job_new(&j[1], 1), SIZE_MAX,
	    LANE_READY | LANE_NARROWING));
	ck_assert(lane_put(lane, job_new(&j[1], 1), 40,
	    LANE_READY | LANE_NARROWING));
	drain(lane, 2);
	ck_assert(lane_put(lane, job_new(&j[2], 2), 60, LANE_READY));
	drain(lane, 1);
	lane_destroy(&lane);
}
END_TEST

START_TEST(take_is_bounded_by_count_and_bytes)
{
	struct lane *lane = lane_create(16, 0, 1000, 0);
	struct lane_job *out[16];
	struct job j[6];

	for (uint64_t i = 0; i < 6; i++)
		ck_assert(lane_put(lane, job_new(&j[i], i), 10, LANE_READY));
	ck_assert_uint_eq(lane_take(lane, out, 2, 1000, 0), 2);
	ck_assert_uint_eq(lane_take(lane, out, 16, 25, 0), 2);
	/* The first always fits, else it would block the lane for ever. */
	ck_assert_uint_eq(lane_take(lane, out, 16, 5, 0), 1);
	ck_assert_ptr_eq(out[0], &j[4].lane);
	ck_assert_uint_eq(lane_take(lane, out, 16, 0, 0), 1);
	ck_assert_uint_eq(lane_take(lane, out, 16, 0, 0), 0);
	lane_destroy(&lane);
}
END_TEST

START_TEST(ready_jobs_wait_for_those_before_them)
{
	struct lane *lane = lane_create(8, 0, 100, 0);
	struct lane_job *out[8], *w;
	struct job j[4];

	ck_assert(lane_put(lane, job_new(&j[0], 0), 1, 0));
	ck_assert(lane_put(lane, job_new(&j[1], 1), 1, LANE_READY));
	ck_assert(lane_put(lane, job_new(&j[2], 2), 1, LANE_READY));
	ck_assert(lane_put(lane, job_new(&j[3], 3), 1, 0));
	ck_assert_uint_eq(lane_take(lane, out, 8, 100, 0), 0);
	w = lane_work(lane);
	ck_assert_ptr_eq(w, &j[0].lane);
	lane_done(lane, w);
	ck_assert_uint_eq(lane_take(lane, out, 8, 100, 0), 3);
	w = lane_work(lane);
	ck_assert_ptr_eq(w, &j[3].lane);
	lane_done(lane, w);
	ck_assert_uint_eq(lane_take(lane, out, 8, 100, 0), 1);
	lane_destroy(&lane);
}
END_TEST

/* A withdrawal does not wait behind a flood. */
START_TEST(first_overtakes_and_comes_alone)
{
	struct lane *lane = lane_create(8, 2, 1000, 100);
	struct lane_job *out[8];
	struct job j[5];

	for (uint64_t i = 0; i < 3; i++)
		ck_assert(lane_put(lane, job_new(&j[i], i), 1, 0));
	ck_assert(lane_put(lane, job_new(&j[3], 3), 1,
	    LANE_NARROWING | LANE_FIRST));
	/* workers take it before the others, too */
	ck_assert_ptr_eq(lane_work(lane), &j[3].lane);
	ck_assert_ptr_eq(lane_work(lane), &j[0].lane);
	ck_assert_ptr_eq(lane_work(lane), &j[1].lane);
	lane_done(lane, &j[0].lane);
	lane_done(lane, &j[3].lane);
	ck_assert_uint_eq(lane_take(lane, out, 8, 100, 0), 1);
	ck_assert_ptr_eq(out[0], &j[3].lane);
	/* but the others have their turn, whatever comes */
	ck_assert(lane_put(lane, job_new(&j[4], 4), 1,
	    LANE_FIRST | LANE_READY));
	ck_assert_uint_eq(lane_take(lane, out, 8, 100, 0), 1);
	ck_assert_ptr_eq(out[0], &j[0].lane);
	ck_assert_uint_eq(lane_take(lane, out, 8, 100, 0), 1);
	ck_assert_ptr_eq(out[0], &j[4].lane);
	ck_assert_ptr_eq(lane_work(lane), &j[2].lane);
	lane_done(lane, &j[2].lane);
	lane_done(lane, &j[1].lane);
	ck_assert_uint_eq(lane_take(lane, out, 8, 100, 0), 2);
	ck_assert_ptr_eq(out[0], &j[1].lane);
	ck_assert_ptr_eq(out[1], &j[2].lane);
	lane_destroy(&lane);
}
END_TEST

/* Slots and bytes are counted over both orders. */
START_TEST(first_has_the_same_bounds)
{
	struct lane *lane = lane_create(4, 1, 10, 2);
	struct lane_job *out[4];
	struct job j[5];

	ck_assert(lane_put(lane, job_new(&j[0], 0), 1, LANE_READY));
	ck_assert(lane_put(lane, job_new(&j[1], 1), 1,
	    LANE_READY | LANE_FIRST));
	ck_assert(lane_put(lane, job_new(&j[2], 2), 1,
	    LANE_READY | LANE_FIRST));
	ck_assert(!lane_put(lane, job_new(&j[3], 3), 1, LANE_READY));
	ck_assert(!lane_put(lane, job_new(&j[3], 3), 9,
	    LANE_READY | LANE_NARROWING | LANE_FIRST));
	ck_assert(lane_put(lane, job_new(&j[3], 3), 1,
	    LANE_READY | LANE_NARROWING | LANE_FIRST));
	ck_assert(!lane_put(lane, job_new(&j[4], 4), 1,
	    LANE_READY | LANE_NARROWING | LANE_FIRST));
	ck_assert_uint_eq(lane_room(lane), 0);
	ck_assert_uint_eq(lane_take(lane, out, 2, 100, 0), 2);
	ck_assert_ptr_eq(out[0], &j[1].lane);
	ck_assert_ptr_eq(out[1], &j[2].lane);
	lane_close(lane);
	ck_assert(!lane_finished(lane));
	ck_assert_uint_eq(lane_take(lane, out, 4, 100, -1), 1);
	ck_assert_ptr_eq(out[0], &j[0].lane);
	ck_assert_uint_eq(lane_take(lane, out, 4, 100, -1), 1);
	ck_assert_ptr_eq(out[0], &j[3].lane);
	ck_assert(lane_finished(lane));
	lane_destroy(&lane);
}
END_TEST

START_TEST(close_lets_out_what_is_in)
{
	struct lane *lane = lane_create(8, 0, 100, 0);
	struct lane_job *out[8], *w;
	struct job j[2];

	ck_assert(lane_put(lane, job_new(&j[0], 0), 1, 0));
	lane_close(lane);
	ck_assert(!lane_put(lane, job_new(&j[1], 1), 1, LANE_NARROWING));
	ck_assert(!lane_finished(lane));
	w = lane_work(lane);
	ck_assert_ptr_eq(w, &j[0].lane);
	ck_assert_ptr_null(lane_work(lane));
	lane_done(lane, w);
	ck_assert_uint_eq(lane_take(lane, out, 8, 100, -1), 1);
	ck_assert(lane_finished(lane));
	ck_assert_uint_eq(lane_take(lane, out, 8, 100, -1), 0);
	lane_destroy(&lane);
}
END_TEST

START_TEST(idle_time_ends)
{
	struct lane *lane = lane_create(8, 0, 100, 0);
	struct lane_job *out[8];
	uint64_t before = clock_mono_us();

	ck_assert_uint_eq(lane_take(lane, out, 8, 100, 20), 0);
	ck_assert_uint_ge(clock_mono_us() - before, 19000);
	ck_assert(!lane_finished(lane));
	lane_destroy(&lane);
}
END_TEST

/* ---- threads ---------------------------------------------------------- */

#define WORKERS 4
#define JOBS 20000

static void *
work(void *arg)
{
	struct lane *lane = arg;
	struct lane_job *l;

	while ((l = lane_work(lane)) != NULL) {
		struct job *j = (struct job *)l;

		if (j->number % 7 == 0)
			sched_yield();
		j->worked = j->number + 1;
		lane_done(lane, l);
	}
	return NULL;
}

static void *
put(void *arg)
{
	struct lane *lane = arg;

	for (uint64_t i = 0; i < JOBS; i++) {
		struct job *j = malloc(sizeof *j);
		unsigned flags = i % 11 == 0 ? LANE_READY : 0;

		job_new(j, i);
		/* Not touched after a put that went in: it is theirs. */
		while (!lane_put(lane, &j->lane, 1 + i % 5, flags))
			sched_yield();
	}
	lane_close(lane);
	return NULL;
}

START_TEST(order_and_hand_over_with_threads)
{
	struct lane *lane = lane_create(64, 8, 200, 10);
	struct lane_job *out[16];
	pthread_t putter, worker[WORKERS];
	uint64_t next = 0;
	size_t n;

	for (int i = 0; i < WORKERS; i++)
		ck_assert_int_eq(pthread_create(&worker[i], NULL, work,
		    lane), 0);
	ck_assert_int_eq(pthread_create(&putter, NULL, put, lane), 0);
	while ((n = lane_take(lane, out, 16, 50, -1)) > 0) {
		size_t weight = 0;

		for (size_t i = 0; i < n; i++) {
			struct job *j = (struct job *)out[i];

			ck_assert_uint_eq(j->number, next);
			if (next % 11 != 0)
				ck_assert_uint_eq(j->worked, next + 1);
			weight += out[i]->weight;
			next++;
			free(j);
		}
		ck_assert_uint_le(weight, 50);
	}
	ck_assert_uint_eq(next, JOBS);
	ck_assert(lane_finished(lane));
	pthread_join(putter, NULL);
	for (int i = 0; i < WORKERS; i++)
		pthread_join(worker[i], NULL);
	lane_destroy(&lane);
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_test(tc, bounds_of_create);
	tcase_add_test(tc, order_kept_when_workers_finish_backwards);
	tcase_add_test(tc, reserved_slots_are_for_narrowing);
	tcase_add_test(tc, reserved_bytes_are_for_narrowing);
	tcase_add_test(tc, take_is_bounded_by_count_and_bytes);
	tcase_add_test(tc, ready_jobs_wait_for_those_before_them);
	tcase_add_test(tc, first_overtakes_and_comes_alone);
	tcase_add_test(tc, first_has_the_same_bounds);
	tcase_add_test(tc, close_lets_out_what_is_in);
	tcase_add_test(tc, idle_time_ends);
	tcase_add_test(tc, order_and_hand_over_with_threads);
}

int
main(void)
{
	return test_main("lane", fill, 60);
}
