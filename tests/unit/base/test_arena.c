/* The arena: bounded, aligned, reusable. */
#include "base/arena.h"

#include <stdint.h>
#include <string.h>

#include "tests/support/test.h"

START_TEST(never_more_than_the_maximum)
{
	struct arena *a = arena_create(1000);
	size_t got = 0;

	while (arena_alloc(a, 16) != NULL)
		got += 16;
	ck_assert_uint_le(got, 1000);
	ck_assert_uint_ge(got, 1000 - 16);
	ck_assert_ptr_null(arena_alloc(a, 1));
	arena_reset(a);
	ck_assert_ptr_nonnull(arena_alloc(a, 900));
	arena_destroy(&a);
	ck_assert_ptr_null(a);
	arena_destroy(&a);
}
END_TEST

START_TEST(huge_and_empty)
{
	struct arena *a = arena_create(100000);

	ck_assert_ptr_null(arena_alloc(a, SIZE_MAX));
	ck_assert_ptr_null(arena_alloc(a, SIZE_MAX - 15));
	ck_assert_ptr_null(arena_alloc(a, 100001));
	ck_assert_ptr_nonnull(arena_alloc(a, 0));
	ck_assert_ptr_nonnull(arena_alloc(a, 50000));
	ck_assert_ptr_null(arena_alloc(a, 60000));
	arena_destroy(&a);
}
END_TEST

START_TEST(aligned_apart_and_kept)
{
	struct arena *a = arena_create(1 << 20);
	uint8_t *p[300];

	for (size_t i = 0; i < 300; i++) {
		p[i] = arena_alloc(a, 1 + i % 97);
		ck_assert_ptr_nonnull(p[i]);
		ck_assert_uint_eq((uintptr_t)p[i] % 16, 0);
		memset(p[i], (int)i & 0xff, 1 + i % 97);
	}
	for (size_t i = 0; i < 300; i++)
		for (size_t j = 0; j < 1 + i % 97; j++)
			ck_assert_uint_eq(p[i][j], i & 0xff);
	arena_destroy(&a);
}
END_TEST

START_TEST(zeroed_and_copied)
{
	struct arena *a = arena_create(4096);
	uint8_t *p = arena_alloc(a, 64), zero[64] = { 0 };

	memset(p, 0xee, 64);
	arena_reset(a);
	p = arena_zalloc(a, 64);
	ck_assert_mem_eq(p, zero, 64);
	p = arena_dup(a, "copy", 5);
	ck_assert_str_eq((char *)p, "copy");
	ck_assert_ptr_null(arena_zalloc(a, 5000));
	ck_assert_ptr_null(arena_dup(a, p, SIZE_MAX));
	arena_destroy(&a);
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_test(tc, never_more_than_the_maximum);
	tcase_add_test(tc, huge_and_empty);
	tcase_add_test(tc, aligned_apart_and_kept);
	tcase_add_test(tc, zeroed_and_copied);
}

int
main(void)
{
	return test_main("arena", fill, 20);
}
