#include "agent/desk/forget.h"

#include <malloc.h>
#include <sodium.h>

enum { PERTURB = 0x5a, DEPTH = 192 * 1024 };

void
forget_begin(void)
{
	mallopt(M_PERTURB, PERTURB);
}

void
forget_block(void *p)
{
	if (p != NULL)
		sodium_memzero(p, malloc_usable_size(p));
}

__attribute__((noinline)) void
forget_stack(void)
{
	unsigned char room[DEPTH];

	sodium_memzero(room, sizeof room);
}
