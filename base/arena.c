#include "base/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK 8192u
#define ALIGN 16u

struct block {
	struct block *next;
	size_t cap, used;
	_Alignas(ALIGN) uint8_t data[];
};

struct arena {
	struct block *head;
	size_t max, total; /* total: bytes in blocks, <= max rounded up */
};

struct arena *
arena_create(size_t max)
{
	struct arena *a = calloc(1, sizeof *a);

	if (a != NULL)
		a->max = max;
	return a;
}

static struct block *
block_add(struct arena *a, size_t n)
{
	size_t cap = n > BLOCK ? n : BLOCK;
	struct block *b;

	if (cap > a->max - a->total)
		cap = a->max - a->total;
	if (cap < n)
		return NULL;
	b = malloc(sizeof *b + cap);
	if (b == NULL)
		return NULL;
	b->cap = cap;
	b->used = 0;
	b->next = a->head;
	a->head = b;
	a->total += cap;
	return b;
}

void *
arena_alloc(struct arena *a, size_t n)
{
	struct block *b = a->head;
	void *p;

	if (n > SIZE_MAX - ALIGN)
		return NULL;
	n = (n + ALIGN - 1) & ~(size_t)(ALIGN - 1);
	if (n == 0)
		n = ALIGN;
	if (b == NULL || b->cap - b->used < n) {
		b = block_add(a, n);
		if (b == NULL)
			return NULL;
	}
	p = b->data + b->used;
	b->used += n;
	return p;
}

void *
arena_zalloc(struct arena *a, size_t n)
{
	void *p = arena_alloc(a, n);

	if (p != NULL)
		memset(p, 0, n);
	return p;
}

void *
arena_dup(struct arena *a, const void *data, size_t n)
{
	void *p = arena_alloc(a, n);

	if (p != NULL && n > 0)
		memcpy(p, data, n);
	return p;
}

void
arena_reset(struct arena *a)
{
	struct block *keep = NULL, *b, *next;

	for (b = a->head; b != NULL; b = next) {
		next = b->next;
		if (keep == NULL && b->cap <= 2 * BLOCK)
			keep = b;
		else
			free(b);
	}
	a->head = keep;
	a->total = 0;
	if (keep != NULL) {
		keep->next = NULL;
		keep->used = 0;
		a->total = keep->cap;
	}
}

void
arena_destroy(struct arena **a)
{
	struct block *b, *next;

	if (a == NULL || *a == NULL)
		return;
	for (b = (*a)->head; b != NULL; b = next) {
		next = b->next;
		free(b);
	}
	free(*a);
	*a = NULL;
}
