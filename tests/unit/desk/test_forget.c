/* What is freed is gone, and so is what lay on the stack. */
#include "agent/desk/forget.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/sandbox.h"
#include "tests/support/test.h"

/* glibc's own, at both ends of what is free. */
enum { LINKS = 4 * sizeof(void *), NEXT = sizeof(size_t) };

/* Looks at memory that is nobody's any more: through volatile, so that the
 * compiler does not know better. */
static bool
holds(uintptr_t at, size_t n, unsigned char c)
{
	const volatile unsigned char *p = (const unsigned char *)at;

	for (size_t i = LINKS; i < n - NEXT; i++)
		if (p[i] == c)
			return true;
	return false;
}

START_TEST(a_block)
{
	unsigned char *p = malloc(104);

	ck_assert_ptr_nonnull(p);
	memset(p, 'Q', 104);
	forget_block(p);
	for (size_t i = 0; i < 104; i++)
		ck_assert_uint_eq(p[i], 0);
	free(p);
	forget_block(NULL);
}
END_TEST

/* Blocks that no thread keeps for itself. */
START_TEST(large_blocks)
{
	static const size_t size[] = { 2000, 5000, 60000 };

	if (!sandbox_available())
		return;                        /* a build of another free() */
	for (size_t i = 0; i < sizeof size / sizeof size[0]; i++) {
		unsigned char *p = malloc(size[i]), *next = malloc(24);
		volatile uintptr_t at = (uintptr_t)p;

		ck_assert_ptr_nonnull(p);
		memset(p, 'Q', size[i]);
		ck_assert(holds(at, size[i], 'Q'));
		free(p);
		ck_assert_msg(!holds(at, size[i], 'Q'), "%zu", size[i]);
		free(next);
	}
}
END_TEST

static __attribute__((noinline)) uintptr_t
leave(void)
{
	volatile unsigned char room[4096];

	for (size_t i = 0; i < sizeof room; i++)
		room[i] = 'Q';
	return (uintptr_t)&room[0];
}

START_TEST(stack)
{
	volatile uintptr_t at;

	if (!sandbox_available())
		return;
	at = leave();
	forget_stack();
	ck_assert(!holds(at, 4096, 'Q'));
}
END_TEST

static void
fill(TCase *tc)
{
	forget_begin();
	tcase_add_test(tc, a_block);
	tcase_add_test(tc, large_blocks);
	tcase_add_test(tc, stack);
}

int
main(void)
{
	return test_main("forget", fill, 10);
}
