/* The glance at a frame: what must get through when nothing else does. */
#include "broker/peek.h"
#include "tests/support/test.h"
#include "tests/support/world.h"

#include <sodium.h>

static struct world w;

static struct peek
peek_of(struct record *const *r, unsigned n)
{
	struct buf b;
	struct peek p;

	buf_init(&b, WIRE_UP_MAX);
	world_up(4711, r, NULL, n, &b);
	peek_frame(buf_view(&b), &p);
	buf_free(&b);
	return p;
}

START_TEST(test_urgent)
{
	struct record *r[2];
	uint8_t token[32] = { 1 };
	struct body body;
	struct up up = { .id = 3, .has_hello = true };
	struct buf b;
	struct peek p;

	ck_assert_int_ge(sodium_init(), 0);
	world_make(&w, 5, 1900000000000);
	r[0] = world_stop(&w, WORLD_POLICE, token);
	p = peek_of(r, 1);
	ck_assert(p.urgent && p.narrows);
	ck_assert_uint_eq(p.id, 4711);
	ck_assert_uint_eq(p.n, 1);
	ck_ok(wire_body_decode(w.a, r[0], &body, NULL));
	ck_assert_mem_eq(p.stamp[0], body.stamp, WIRE_STAMP);
	r[1] = world_withdraw(&w, WORLD_CUSTODIAN, NULL);
	ck_assert(peek_of(r, 2).urgent);
	r[1] = world_worker(&w, WORLD_POLICE, 0);
	ck_assert(!peek_of(r, 2).urgent);
	ck_assert(!peek_of(r, 2).narrows);
	ck_assert(!peek_of(r + 1, 1).urgent);
	up.hello.version = WIRE_VERSION;
	buf_init(&b, WIRE_UP_MAX);
	ck_ok(wire_up_encode(&up, &b));
	peek_frame(buf_view(&b), &p);
	ck_assert(p.urgent && !p.narrows); /* a hello overtakes nothing */
	ck_assert_uint_eq(p.id, 3);
	buf_free(&b);
	world_free(&w);
}
END_TEST

/* Whatever it is, it neither reads beyond nor hangs. */
START_TEST(test_junk)
{
	uint64_t chance = (uint64_t)_i + 1;
	uint8_t junk[300];
	struct peek p;

	for (int i = 0; i < 2000; i++) {
		size_t n = test_random(&chance) % sizeof junk;

		test_random_bytes(&chance, junk, n);
		if (n > 0 && i % 2 == 0)
			junk[0] = 0x1a;
		peek_frame(bytes_of(junk, n), &p);
	}
	peek_frame(bytes_of(NULL, 0), &p);
	ck_assert(!p.urgent);
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_test(tc, test_urgent);
	tcase_add_loop_test(tc, test_junk, 0, 5);
}

int
main(void)
{
	return test_main("peek", fill, 30);
}
