/*
 * The link over real sockets: who gets in, who is believed to be whom, what
 * is shed, and what a newer connection does to an older one.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/link.h"
#include "broker/link.h"
#include "broker/parcel.h"
#include "tests/support/test.h"
#include "tests/support/world.h"

struct bed {
	struct world w;
	struct members *members;
	struct job_pool *pool;
	struct lane *lane;
	struct outq *outq;
	struct broker_link *link;
	pthread_t worker;
	_Atomic bool working;
};

static struct bed bed;

static void
put_member(unsigned i, bool barred)
{
	struct store_member m = { .idx = i + 1, .suspended = barred };

	memcpy(m.id, bed.w.m[i].id, sizeof m.id);
	memcpy(m.m.link_key, bed.w.m[i].link.public, WIRE_KEY);
	memcpy(m.m.sign_key, bed.w.m[i].sign.public, WIRE_KEY);
	m.m.valid_until = UINT64_MAX;
	ck_ok(members_put(bed.members, &m));
}

static void
set_up(size_t slots, size_t reserved)
{
	struct broker_link_config c = {
		.listen = { "tcp://127.0.0.1:*" }, .n_listen = 1,
		.clock = &clock_system, .max_sessions = 100,
		.handshake_ms = 3000, .max_frame = WIRE_UP_MAX,
	};
	struct why why = { "" };
	enum error_code e;

	ck_assert_int_ge(sodium_init(), 0);
	world_make(&bed.w, 5, clock_ms());
	ck_ok(members_create(&bed.members));
	for (unsigned i = 1; i < 5; i++)
		put_member(i, false);
	bed.pool = job_pool_create();
	bed.lane = lane_create(slots, reserved, 1 << 20, 1 << 18);
	ck_ok(outq_create(1 << 20, &bed.outq));
	c.key = &bed.w.m[WORLD_BROKER].link;
	c.members = bed.members;
	c.lane = bed.lane;
	c.pool = bed.pool;
	c.outq = bed.outq;
	e = broker_link_create(&c, &bed.link, &why);
	ck_assert_msg(e == ERR_NONE, "%s", why.text);
}

/* A verifier that does nothing, and stops on request. */
static void *
work(void *arg)
{
	struct lane_job *j;

	(void)arg;
	while ((j = lane_work(bed.lane)) != NULL)
		lane_done(bed.lane, j);
	return NULL;
}

static void
start_worker(void)
{
	ck_assert_int_eq(pthread_create(&bed.worker, NULL, work, NULL), 0);
	bed.working = true;
}

static struct job *
take(void)
{
	struct lane_job *j;

	return lane_take(bed.lane, &j, 1, 1 << 20, 0) == 1 ?
	    (struct job *)(void *)j : NULL;
}

static void
turn(int ms)
{
	bool stop;

	ck_ok(broker_link_turn(bed.link, -1, ms, &stop));
}

static struct job *
next_job(void)
{
	struct job *j = NULL;

	for (int i = 0; i < 300 && j == NULL; i++) {
		turn(10);
		j = take();
	}
	return j;
}

static void
tear_down(void)
{
	struct job *j;

	if (!bed.working)
		start_worker();
	lane_close(bed.lane);
	(void)pthread_join(bed.worker, NULL);
	while ((j = take()) != NULL)
		job_destroy(bed.pool, &j);
	broker_link_destroy(&bed.link);
	outq_destroy(&bed.outq);
	lane_destroy(&bed.lane);
	job_pool_destroy(&bed.pool);
	members_destroy(&bed.members);
	world_free(&bed.w);
	bed.working = false;
}

/* ---- clients ----------------------------------------------------------- */

static struct link *
dial_as(const struct box_pair *pair)
{
	const char *address = broker_link_address(bed.link, 0);
	struct link_keys k;
	struct link *l;

	memcpy(k.server, bed.w.m[WORLD_BROKER].link.public, LINK_KEY);
	memcpy(k.public, pair->public, LINK_KEY);
	memcpy(k.secret, pair->secret, LINK_KEY);
	ck_ok(link_create(&address, 1, &k, WIRE_DOWN_MAX, &l, NULL));
	return l;
}

static struct link *
dial(unsigned m)
{
	return dial_as(&bed.w.m[m].link);
}

/* Sends once the connection is there; false when it never comes. */
static bool
send_frame(struct link *l, struct bytes frame)
{
	bool up, down;

	for (int i = 0; i < 200; i++) {
		link_events(l, &up, &down);
		if (link_send(l, frame) == ERR_NONE)
			return true;
		turn(10);
	}
	return false;
}

static bool
send_hello(struct link *l, uint64_t id)
{
	struct up up = { .id = id, .has_hello = true };
	struct buf b;
	bool ok;

	up.hello.version = WIRE_VERSION;
	buf_init(&b, WIRE_UP_MAX);
	ck_ok(wire_up_encode(&up, &b));
	ok = send_frame(l, buf_view(&b));
	buf_free(&b);
	return ok;
}

static bool
receive(struct link *l, struct parcel *p)
{
	struct bytes f;

	for (int i = 0; i < 200; i++) {
		if (link_recv(l, &f) == ERR_NONE) {
			f = bytes_of(arena_dup(bed.w.a, f.data, f.n), f.n);
			ck_ok(wire_parcel_decode(bed.w.a, f, p, NULL));
			return true;
		}
		turn(10);
	}
	return false;
}

static void
reply(const char *member, uint64_t session, uint32_t mark)
{
	struct parcel p = { .has_welcome = true };
	struct buf b;

	p.welcome.version = mark;
	buf_init(&b, WIRE_DOWN_MAX);
	ck_ok(wire_parcel_encode(&p, &b));
	outq_put(bed.outq, member, session, &b);
	buf_free(&b);
}

/* ---- who gets in ------------------------------------------------------- */

START_TEST(test_selftest)
{
	struct why why = { "" };
	enum error_code e;

	set_up(1024, 128);
	e = broker_link_selftest(bed.link, &why);
	ck_assert_msg(e == ERR_NONE, "%s", why.text);
	tear_down();
}
END_TEST

START_TEST(test_stranger)
{
	struct box_pair pair;
	struct link *l;

	set_up(1024, 128);
	start_worker();
	identity_box_pair(&pair);
	l = dial_as(&pair);
	(void)send_hello(l, 1);
	for (int i = 0; i < 50; i++) {
		turn(10);
		ck_assert_ptr_null(take());
	}
	link_destroy(&l);
	tear_down();
}
END_TEST

START_TEST(test_suspended)
{
	struct link *l;
	struct job *j;

	set_up(1024, 128);
	start_worker();
	l = dial(WORLD_POLICE);
	ck_assert(send_hello(l, 1));
	j = next_job();
	ck_assert_ptr_nonnull(j);
	ck_assert_str_eq(j->member, "police");
	/* cut in the middle of its session: heard and sent to no more */
	put_member(WORLD_POLICE, true);
	ck_assert(send_hello(l, 2));
	for (int i = 0; i < 30; i++) {
		turn(10);
		ck_assert_ptr_null(take());
	}
	reply("police", j->session, 7);
	job_destroy(bed.pool, &j);
	j = next_job();
	ck_assert_ptr_nonnull(j);
	ck_assert_int_eq(j->kind, JOB_GONE);
	job_destroy(bed.pool, &j);
	link_destroy(&l);
	/* and a new connection is refused at the gate */
	l = dial(WORLD_POLICE);
	(void)send_hello(l, 3);
	for (int i = 0; i < 30; i++) {
		turn(10);
		ck_assert_ptr_null(take());
	}
	link_destroy(&l);
	tear_down();
}
END_TEST

START_TEST(test_there_and_back)
{
	struct link *a, *b;
	struct job *j;
	struct parcel p;
	uint64_t session[2];

	set_up(1024, 128);
	start_worker();
	a = dial(WORLD_POLICE);
	b = dial(WORLD_SCHOOL);
	ck_assert(send_hello(a, 11));
	j = next_job();
	ck_assert_ptr_nonnull(j);
	ck_assert_str_eq(j->member, "police");
	session[0] = j->session;
	job_destroy(bed.pool, &j);
	ck_assert(send_hello(b, 12));
	j = next_job();
	ck_assert_ptr_nonnull(j);
	ck_assert_str_eq(j->member, "school");
	session[1] = j->session;
	job_destroy(bed.pool, &j);
	reply("school", session[1], 22);
	reply("police", session[0], 21);
	reply("police", session[0] + 77, 99);
	reply("nobody", 1, 98);
	ck_assert(receive(b, &p));
	ck_assert_uint_eq(p.welcome.version, 22);
	ck_assert(receive(a, &p));
	ck_assert_uint_eq(p.welcome.version, 21);
	link_destroy(&a);
	link_destroy(&b);
	tear_down();
}
END_TEST

START_TEST(test_newest_session_wins)
{
	struct link *old, *new;
	struct job *j;
	struct parcel p;
	uint64_t first, second;

	set_up(1024, 128);
	start_worker();
	old = dial(WORLD_POLICE);
	ck_assert(send_hello(old, 1));
	j = next_job();
	ck_assert_ptr_nonnull(j);
	first = j->session;
	job_destroy(bed.pool, &j);
	new = dial(WORLD_POLICE);
	ck_assert(send_hello(new, 2));
	j = next_job();
	ck_assert_ptr_nonnull(j);
	second = j->session;
	ck_assert_uint_gt(second, first);
	job_destroy(bed.pool, &j);
	/* the old one speaks: it is told, and so is the sequencer */
	ck_assert(send_hello(old, 3));
	j = next_job();
	ck_assert_ptr_nonnull(j);
	ck_assert_int_eq(j->kind, JOB_TWIN);
	job_destroy(bed.pool, &j);
	ck_assert(receive(old, &p));
	ck_assert_uint_eq(p.welcome.version, WIRE_VERSION | WELCOME_REPLACED);
	/* what is sent to the member goes to the new one */
	reply("police", second, 5);
	reply("police", first, 6);
	ck_assert(receive(new, &p));
	ck_assert_uint_eq(p.welcome.version, 5);
	link_destroy(&old);
	link_destroy(&new);
	tear_down();
}
END_TEST

/* ---- load -------------------------------------------------------------- */

START_TEST(test_sheds_and_lets_stops_through)
{
	struct record *stop, *plain;
	struct body body;
	uint8_t token[32] = { 1 };
	struct link *l;
	struct parcel p;
	struct buf b;
	unsigned busy = 0;

	set_up(16, 8);
	l = dial(WORLD_POLICE);
	plain = world_worker(&bed.w, WORLD_POLICE, 0);
	ck_ok(wire_body_decode(bed.w.a, plain, &body, NULL));
	stop = world_stop(&bed.w, WORLD_POLICE, token);
	buf_init(&b, WIRE_UP_MAX);
	for (uint64_t i = 1; i <= 12; i++) {
		buf_clear(&b);
		world_up(i, &plain, NULL, 1, &b);
		ck_assert(send_frame(l, buf_view(&b)));
	}
	for (int i = 0; i < 4; i++) {
		ck_assert(receive(l, &p));
		ck_assert_uint_eq(p.n_answer, 1);
		ck_assert_uint_eq(p.answer[0].status, STATUS_BUSY);
		ck_assert_mem_eq(p.answer[0].stamp, body.stamp, WIRE_STAMP);
		busy += p.answer[0].id >= 9;
	}
	ck_assert_uint_eq(busy, 4);
	buf_clear(&b);
	world_up(100, &stop, NULL, 1, &b);
	ck_assert(send_frame(l, buf_view(&b)));
	for (int i = 0; i < 20; i++)
		turn(10);
	/* eight plain ones and the stop */
	start_worker();
	for (unsigned i = 0; i < 9; i++) {
		struct job *j = next_job();

		ck_assert_ptr_nonnull(j);
		job_destroy(bed.pool, &j);
	}
	ck_assert_ptr_null(take());
	buf_free(&b);
	link_destroy(&l);
	tear_down();
}
END_TEST

START_TEST(test_oversized)
{
	static uint8_t big[WIRE_UP_MAX + 1];
	struct link *l;
	struct job *j;

	set_up(1024, 128);
	start_worker();
	l = dial(WORLD_POLICE);
	ck_assert(send_frame(l, bytes_of(big, sizeof big)));
	for (int i = 0; i < 30; i++) {
		turn(10);
		ck_assert_ptr_null(take());
	}
	/* that connection is over; the next one works */
	ck_assert(send_hello(l, 2));
	j = next_job();
	ck_assert_ptr_nonnull(j);
	job_destroy(bed.pool, &j);
	link_destroy(&l);
	tear_down();
}
END_TEST

/* The lane is as it was after a client has gone without a word. */
START_TEST(test_gone)
{
	struct link *l;
	struct job *j;

	set_up(1024, 128);
	start_worker();
	l = dial(WORLD_POLICE);
	ck_assert(send_hello(l, 1));
	j = next_job();
	ck_assert_ptr_nonnull(j);
	link_destroy(&l);
	for (int i = 0; i < 20; i++)
		turn(10);
	reply("police", j->session, 1);
	job_destroy(bed.pool, &j);
	j = next_job();
	ck_assert_ptr_nonnull(j);
	ck_assert_int_eq(j->kind, JOB_GONE);
	job_destroy(bed.pool, &j);
	tear_down();
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_test(tc, test_selftest);
	tcase_add_test(tc, test_stranger);
	tcase_add_test(tc, test_suspended);
	tcase_add_test(tc, test_there_and_back);
	tcase_add_test(tc, test_newest_session_wins);
	tcase_add_test(tc, test_sheds_and_lets_stops_through);
	tcase_add_test(tc, test_oversized);
	tcase_add_test(tc, test_gone);
}

int
main(void)
{
	return test_main("link", fill, 60);
}
