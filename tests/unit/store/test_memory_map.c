/* store/memory_map.h against a sorted array. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/memory_map.h"
#include "tests/support/test.h"

enum { KEYS = 600 };

struct pair {
	char key[8], value[24];
};
static struct pair have[KEYS];
static size_t n_have;

static int
by_key(const void *a, const void *b)
{
	return strcmp(((const struct pair *)a)->key,
	    ((const struct pair *)b)->key);
}

static struct pair *
look(const char *key)
{
	for (size_t i = 0; i < n_have; i++)
		if (strcmp(have[i].key, key) == 0)
			return &have[i];
	return NULL;
}

static void
equal(const struct map *m)
{
	const struct map_node *n = map_from(m, bytes_str(""));

	qsort(have, n_have, sizeof have[0], by_key);
	ck_assert_uint_eq(m->n, n_have);
	for (size_t i = 0; i < n_have; i++, n = map_next(n)) {
		ck_assert_ptr_nonnull(n);
		ck_assert(bytes_equal(map_key(n), bytes_str(have[i].key)));
		ck_assert(bytes_equal(map_value(n), bytes_str(have[i].value)));
	}
	ck_assert_ptr_null(n);
}

START_TEST(test_random_operations)
{
	struct map m;
	uint64_t chance = (uint64_t)_i + 1;
	struct pair x, *old;

	map_init(&m);
	n_have = 0;
	for (int i = 0; i < 4000; i++) {
		(void)snprintf(x.key, sizeof x.key, "%u",
		    (unsigned)(test_random(&chance) % KEYS));
		(void)snprintf(x.value, sizeof x.value, "%.*s",
		    (int)(test_random(&chance) % 20), "abcdefghijklmnopqrst");
		old = look(x.key);
		if (test_random(&chance) % 3 == 0) {
			ck_assert_int_eq(map_del(&m, bytes_str(x.key)),
			    old != NULL);
			if (old != NULL)
				*old = have[--n_have];
		} else {
			ck_ok(map_put(&m, bytes_str(x.key),
			    bytes_str(x.value)));
			if (old == NULL)
				old = &have[n_have++];
			*old = x;
		}
		ck_assert((map_find(&m, bytes_str(x.key)) != NULL) ==
		    (look(x.key) != NULL));
		if (i % 200 == 0)
			equal(&m);
	}
	equal(&m);
	map_clear(&m);
	ck_assert_uint_eq(m.n, 0);
	ck_assert_ptr_null(map_from(&m, bytes_str("")));
}
END_TEST

START_TEST(test_order)
{
	static const struct { const uint8_t b[3]; size_t n; } key[] = {
		{ { 0 }, 0 }, { { 0 }, 1 }, { { 0, 0 }, 2 }, { { 0, 1 }, 2 },
		{ { 1 }, 1 }, { { 127, 255 }, 2 }, { { 128 }, 1 },
		{ { 255, 255, 255 }, 3 },
	};
	const size_t n = sizeof key / sizeof key[0];
	const struct map_node *at;
	struct map m;

	map_init(&m);
	/* Put backwards, read forwards; bytes are unsigned, prefixes first. */
	for (size_t i = n; i-- > 0;)
		ck_ok(map_put(&m, bytes_of(key[i].b, key[i].n),
		    bytes_of(&key[i].b, 1)));
	at = map_from(&m, bytes_of(NULL, 0));
	for (size_t i = 0; i < n; i++, at = map_next(at))
		ck_assert(bytes_equal(map_key(at), bytes_of(key[i].b,
		    key[i].n)));
	at = map_from(&m, bytes_of("\x02", 1));
	ck_assert(bytes_equal(map_key(at), bytes_of(key[5].b, 2)));
	ck_assert_ptr_null(map_find(&m, bytes_of("\x02", 1)));
	ck_assert_ptr_null(map_from(&m, bytes_of("\xff\xff\xff\x00", 4)));
	/* The last one gone, the end is where it belongs. */
	ck_assert(map_del(&m, bytes_of(key[n - 1].b, 3)));
	ck_assert(!map_del(&m, bytes_of(key[n - 1].b, 3)));
	ck_ok(map_put(&m, bytes_of("\xf0", 1), bytes_of(NULL, 0)));
	at = map_from(&m, bytes_of("\x81", 1));
	ck_assert(bytes_equal(map_key(at), bytes_of("\xf0", 1)));
	ck_assert_uint_eq(map_value(at).n, 0);
	ck_assert_ptr_null(map_next(at));
	map_clear(&m);
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_loop_test(tc, test_random_operations, 0, 4);
	tcase_add_test(tc, test_order);
}

int
main(void)
{
	return test_main("store/memory_map", fill, 30);
}
