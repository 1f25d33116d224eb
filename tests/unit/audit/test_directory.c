/* Whose keys are tried. */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "audit/directory.h"
#include "tests/support/test.h"

static unsigned
count(struct directory *d, const char *id)
{
	const struct directory_key *k = directory_find(d, id);
	unsigned n = 0;

	for (; k != NULL; k = k->older)
		n++;
	return n;
}

START_TEST(test_newest_first)
{
	uint8_t key[3][WIRE_KEY] = { { 1 }, { 2 }, { 3 } };
	struct directory *d;

	ck_ok(directory_create(&d));
	ck_assert_ptr_null(directory_find(d, "school"));
	ck_ok(directory_add(d, "school", key[0]));
	ck_ok(directory_add(d, "school", key[1]));
	ck_ok(directory_add(d, "police", key[2]));
	ck_assert_mem_eq(directory_find(d, "school")->key, key[1], WIRE_KEY);
	ck_assert_mem_eq(directory_find(d, "school")->older->key, key[0],
	    WIRE_KEY);
	/* known already */
	ck_ok(directory_add(d, "school", key[0]));
	ck_assert_uint_eq(count(d, "school"), 2);
	ck_assert_uint_eq(count(d, "police"), 1);
	ck_assert_uint_eq(count(d, "schoo"), 0);
	directory_destroy(&d);
	directory_destroy(&d);
}
END_TEST

START_TEST(test_records)
{
	struct body b = { .kind = KIND_MEMBER };
	struct directory *d;

	ck_ok(directory_create(&d));
	strcpy(b.u.member.id, "school");
	b.u.member.sign_key[0] = 7;
	b.u.member.link_key[0] = 8;
	ck_ok(directory_record(d, &b));
	ck_assert_uint_eq(count(d, "school"), 1);
	ck_assert_uint_eq(directory_find(d, "school")->key[0], 7);
	memset(&b, 0, sizeof b);
	b.kind = KIND_PARTNERSHIP;
	b.u.partnership.duty_key[0] = 9;
	ck_ok(directory_record(d, &b));
	ck_assert_uint_eq(directory_find(d, "duty:")->key[0], 9);
	/* its roots are pinned, not announced */
	ck_assert_uint_eq(count(d, "root:"), 0);
	b.kind = KIND_WORKER;
	ck_ok(directory_record(d, &b));
	directory_destroy(&d);
}
END_TEST

static struct directory *shared;

static void *
busy(void *ctx)
{
	uint8_t key[WIRE_KEY] = { 0 };
	char id[WIRE_ID_MAX + 1];

	for (unsigned i = 0; i < 5000; i++) {
		(void)snprintf(id, sizeof id, "m-%u", i % 50);
		put_be32(key, i % 500);
		if (directory_add(shared, id, key) != ERR_NONE ||
		    directory_find(shared, id) == NULL)
			return ctx;
	}
	return NULL;
}

START_TEST(test_threads)
{
	pthread_t t[4];
	unsigned n[4] = { 0, 1, 2, 3 }, keys = 0;
	char id[WIRE_ID_MAX + 1];
	void *failed;

	ck_ok(directory_create(&shared));
	for (unsigned i = 0; i < 4; i++)
		ck_assert_int_eq(pthread_create(&t[i], NULL, busy, &n[i]), 0);
	for (unsigned i = 0; i < 4; i++) {
		ck_assert_int_eq(pthread_join(t[i], &failed), 0);
		ck_assert_ptr_null(failed);
	}
	for (unsigned i = 0; i < 50; i++) {
		(void)snprintf(id, sizeof id, "m-%u", i);
		keys += count(shared, id);
	}
	ck_assert_uint_eq(keys, 500);
	directory_destroy(&shared);
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_test(tc, test_newest_first);
	tcase_add_test(tc, test_records);
	tcase_add_test(tc, test_threads);
}

int
main(void)
{
	return test_main("directory", fill, 20);
}
