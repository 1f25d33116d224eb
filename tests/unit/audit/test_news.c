/* What a citation of news is held against. */
#include <stdio.h>
#include <string.h>

#include "audit/news.h"
#include "tests/support/test.h"

static uint8_t hash[5][HASH_BYTES];

static void
three(struct news **n)
{
	for (unsigned i = 1; i < 5; i++)
		memset(hash[i], (int)i, HASH_BYTES);
	ck_ok(news_create(n));
	for (unsigned i = 1; i <= 3; i++)
		ck_ok(news_add(*n, "school", 10 * i, 1000 * i, hash[i]));
	ck_ok(news_add(*n, "police", 11, 1100, hash[4]));
}

/* count, which hash, since -> verdict, position */
static const struct {
	uint64_t count;
	unsigned hash;
	uint64_t since;
	enum news_verdict want;
	uint64_t position;
} cases[] = {
	{ 0, 0, 0, NEWS_AGREES, 0 },
	{ 0, 0, 1000, NEWS_AGREES, 0 },
	{ 0, 0, 1001, NEWS_WITHHELD, 10 },
	{ 0, 1, 0, NEWS_DIFFERS, 0 },
	{ 1, 1, 0, NEWS_AGREES, 0 },
	{ 1, 1, 2000, NEWS_AGREES, 0 },
	{ 1, 1, 2001, NEWS_WITHHELD, 20 },
	{ 2, 2, 9999, NEWS_WITHHELD, 30 },
	{ 2, 1, 9999, NEWS_DIFFERS, 0 },
	{ 3, 3, 9999, NEWS_AGREES, 0 },
	{ 3, 4, 0, NEWS_DIFFERS, 0 },
	{ 4, 4, 0, NEWS_AHEAD, 0 },
	{ UINT64_MAX, 3, 0, NEWS_AHEAD, 0 },
};

START_TEST(test_judge)
{
	struct citation c = { .news = cases[_i].count };
	struct news *n;
	uint64_t position = 99;

	three(&n);
	memcpy(c.news_hash, hash[cases[_i].hash], HASH_BYTES);
	ck_assert_int_eq((int)news_judge(n, "school", &c, cases[_i].since,
	    &position), (int)cases[_i].want);
	ck_assert_uint_eq(position, cases[_i].position);
	news_destroy(&n);
	ck_assert_ptr_null(n);
}
END_TEST

START_TEST(test_nobodys)
{
	struct citation c = { .news = 0 };
	struct news *n;
	uint64_t position;

	three(&n);
	ck_assert_int_eq((int)news_judge(n, "refuge", &c, 1, &position),
	    NEWS_AGREES);
	c.news = 1;
	ck_assert_int_eq((int)news_judge(n, "refuge", &c, 1, &position),
	    NEWS_AHEAD);
	news_destroy(&n);
	news_destroy(&n);
}
END_TEST

/* More members and items than there are buckets or first rooms. */
START_TEST(test_many)
{
	struct citation c = { .news = 0 };
	uint8_t h[HASH_BYTES] = { 0 };
	char id[WIRE_ID_MAX + 1];
	uint64_t position;
	struct news *n;

	ck_ok(news_create(&n));
	for (unsigned i = 0; i < 100000; i++) {
		(void)snprintf(id, sizeof id, "member-%u", i % 9000);
		put_be32(h, i);
		ck_ok(news_add(n, id, i, i, h));
	}
	for (unsigned i = 0; i < 9000; i++) {
		(void)snprintf(id, sizeof id, "member-%u", i);
		c.news = 2;
		put_be32(c.news_hash, i + 9000);
		ck_assert_int_eq((int)news_judge(n, id, &c, 0, &position),
		    NEWS_AGREES);
		c.news = 3;
		ck_assert_int_eq((int)news_judge(n, id, &c, 0, &position),
		    NEWS_DIFFERS);
	}
	news_destroy(&n);
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_loop_test(tc, test_judge, 0,
	    (int)(sizeof cases / sizeof cases[0]));
	tcase_add_test(tc, test_nobodys);
	tcase_add_test(tc, test_many);
}

int
main(void)
{
	return test_main("news", fill, 20);
}
