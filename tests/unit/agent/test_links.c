/*
 * Links that are found once: the same numbers again, only what is new is
 * compared, another message of the same record, more cases than there is room
 * for, and nothing left behind.
 */
#include "agent/links.h"

#include <check.h>
#include <sodium.h>
#include <string.h>

#include "agent/outgoing/compose.h"
#include "tests/support/test.h"

static struct links *l;
static const uint8_t kase[WIRE_CASE] = { 1 };
static const uint8_t stamp[WIRE_STAMP] = { 7 };
static uint8_t slots[COMPOSE_SLOTS][16];

static struct record_id
record(unsigned i)
{
	struct record_id id = { { 0 } };

	id.b[0] = (uint8_t)i;
	id.b[1] = (uint8_t)(i >> 8);
	id.b[2] = 1;
	return id;
}

/* Slot s stands for record i in the message of this stamp (PROTOCOL 4). */
static void
point(unsigned s, unsigned i)
{
	const struct record_id id = record(i);

	crypto_generichash(slots[s], 16, stamp, sizeof stamp, id.b,
	    sizeof id.b);
}

static void
setup(void)
{
	ck_assert_int_ge(sodium_init(), 0);
	ck_assert_uint_eq(links_create(&l), ERR_NONE);
	randombytes_buf(slots, sizeof slots);
}

static void
teardown(void)
{
	links_destroy(&l);
	ck_assert_ptr_null(l);
}

static unsigned
find(unsigned own, uint64_t message, unsigned *out)
{
	return links_find(links_of(l, kase), own, message, stamp,
	    (const uint8_t (*)[16])slots, out);
}

START_TEST(found_now_and_later)
{
	struct links_case *c = links_of(l, kase);
	unsigned out[OBSERVATION_LINKS_MAX];
	struct record_id id;

	point(2, 10);
	point(6, 30);
	for (unsigned i = 0; i < 20; i++) {
		id = record(i);
		ck_assert_uint_eq(links_number(c, &id), i);
	}
	id = record(5);
	ck_assert_uint_eq(links_number(c, &id), 5);
	ck_assert_uint_eq(find(3, 77, out), 1);
	ck_assert_uint_eq(out[0], 10);
	/* the other comes later, under the next number */
	id = record(30);
	ck_assert_uint_eq(links_number(c, &id), 20);
	ck_assert_uint_eq(find(3, 77, out), 2);
	ck_assert_uint_eq(out[0], 10);
	ck_assert_uint_eq(out[1], 20);
	/* what was compared is not compared again: other slots, same answer */
	randombytes_buf(slots, sizeof slots);
	ck_assert_uint_eq(find(3, 77, out), 2);
	/* but another message is another message */
	ck_assert_uint_eq(find(3, 78, out), 0);
}
END_TEST

START_TEST(cases_and_wiping)
{
	struct links_case *c = links_of(l, kase);
	uint8_t other[WIRE_CASE] = { 0 };
	struct record_id id = record(1);

	ck_assert_uint_eq(links_number(c, &id), 0);
	id = record(2);
	ck_assert_uint_eq(links_number(c, &id), 1);
	for (unsigned i = 0; i + 1 < LINKS_CASES; i++) {
		other[0] = (uint8_t)(100 + i);
		ck_assert_ptr_ne(links_of(l, other), c);
	}
	/* still there, and now the newest used */
	ck_assert_uint_eq(links_number(links_of(l, kase), &id), 1);
	other[0] = 200;
	ck_assert_ptr_ne(links_of(l, other), links_of(l, kase));
	ck_assert_uint_eq(links_number(links_of(l, kase), &id), 1);
	links_wipe(l);
	ck_assert_uint_eq(links_number(links_of(l, kase), &id), 0);
	ck_assert_ptr_null(links_of(NULL, kase));
	links_wipe(NULL);
}
END_TEST

START_TEST(full)
{
	struct links_case *c = links_of(l, kase);
	struct record_id id;

	for (unsigned i = 0; i < PATTERN_RECORDS_MAX; i++) {
		id = record(i);
		ck_assert_uint_eq(links_number(c, &id), i);
	}
	id = record(PATTERN_RECORDS_MAX);
	ck_assert_uint_eq(links_number(c, &id), LINKS_FULL);
	links_restart(c);
	ck_assert_uint_eq(links_number(c, &id), 0);
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, found_now_and_later);
	tcase_add_test(tc, cases_and_wiping);
	tcase_add_test(tc, full);
}

int
main(void)
{
	return test_main("links", fill, 10);
}
