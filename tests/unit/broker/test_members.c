/* Who is admitted: keys, standing, validity, replaced keys. */
#include <stdio.h>
#include <string.h>

#include "broker/members.h"
#include "tests/support/test.h"

static struct store_member
member(const char *id, uint8_t key, uint64_t idx)
{
	struct store_member m = { .idx = idx };

	(void)snprintf(m.id, sizeof m.id, "%s", id);
	memset(m.m.link_key, key, WIRE_KEY);
	memset(m.m.sign_key, key + 1, WIRE_KEY);
	m.m.link_key[1] = (uint8_t)idx;
	m.m.link_key[2] = (uint8_t)(idx >> 8);
	m.m.valid_from = 1000;
	m.m.valid_until = 2000;
	return m;
}

START_TEST(test_admit)
{
	struct members *m;
	struct store_member a = member("aa", 1, 1);
	uint8_t stranger[WIRE_KEY] = { 9 };
	char id[WIRE_ID_MAX + 1];

	ck_ok(members_create(&m));
	ck_ok(members_put(m, &a));
	ck_assert(members_admit(m, a.m.link_key, 1500, id));
	ck_assert_str_eq(id, "aa");
	ck_assert(!members_admit(m, stranger, 1500, id));
	ck_assert(!members_admit(m, a.m.link_key, 999, id));
	ck_assert(!members_admit(m, a.m.link_key, 2000, id));
	a.suspended = true;
	ck_ok(members_put(m, &a));
	ck_assert(!members_admit(m, a.m.link_key, 1500, id));
	a.suspended = false;
	a.revoked = true;
	ck_ok(members_put(m, &a));
	ck_assert(!members_admit(m, a.m.link_key, 1500, id));
	ck_assert(!members_linkable(m, "aa", a.m.link_key, 1500));
	members_destroy(&m);
}
END_TEST

START_TEST(test_replaced_key)
{
	struct members *m;
	struct store_member a = member("aa", 1, 1), b = member("aa", 7, 2);
	struct member_view v;
	char id[WIRE_ID_MAX + 1];

	ck_ok(members_create(&m));
	ck_ok(members_put(m, &a));
	ck_ok(members_put(m, &b));
	ck_assert(!members_admit(m, a.m.link_key, 1500, id));
	ck_assert(members_admit(m, b.m.link_key, 1500, id));
	ck_assert(!members_linkable(m, "aa", a.m.link_key, 1500));
	ck_assert(members_get(m, "aa", &v));
	ck_assert_uint_eq(v.idx, 2);
	ck_assert_uint_eq(members_count(m), 1);
	members_destroy(&m);
}
END_TEST

START_TEST(test_many)
{
	struct members *m;
	struct store_member a;
	char id[WIRE_ID_MAX + 1];

	ck_ok(members_create(&m));
	for (unsigned round = 0; round < 3; round++) {
		for (unsigned i = 0; i < 3000; i++) {
			(void)snprintf(id, sizeof id, "member-%u", i);
			a = member(id, (uint8_t)(round * 3), i);
			ck_ok(members_put(m, &a));
		}
	}
	ck_assert_uint_eq(members_count(m), 3000);
	for (unsigned i = 0; i < 3000; i++) {
		(void)snprintf(id, sizeof id, "member-%u", i);
		a = member(id, 6, i);
		ck_assert(members_linkable(m, id, a.m.link_key, 1500));
		a = member(id, 3, i);
		ck_assert(!members_admit(m, a.m.link_key, 1500, id));
	}
	members_destroy(&m);
}
END_TEST

START_TEST(test_roots)
{
	struct members *m;
	struct members_roots in = { .n = 1, .has_duty = true }, out;
	uint64_t version;

	ck_ok(members_create(&m));
	members_get_roots(m, &out);
	ck_assert_uint_eq(out.n, 0);
	version = members_version(m);
	in.root[0][0] = 5;
	members_put_roots(m, &in);
	members_get_roots(m, &out);
	ck_assert_uint_eq(out.root[0][0], 5);
	ck_assert_uint_gt(members_version(m), version);
	members_destroy(&m);
	members_destroy(&m);
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_test(tc, test_admit);
	tcase_add_test(tc, test_replaced_key);
	tcase_add_test(tc, test_many);
	tcase_add_test(tc, test_roots);
}

int
main(void)
{
	return test_main("members", fill, 30);
}
