#include "ledger/edge.h"

#include <string.h>

void
edge_init(struct edge *e)
{
	memset(e, 0, sizeof *e);
}

enum error_code
edge_push(struct edge *e, unsigned height, const struct hash *hash)
{
	struct hash h = *hash;
	uint64_t step;

	if (height > TREE_LEVEL_MAX)
		return ERR_SIZE;
	step = UINT64_C(1) << height;
	if ((e->size & (step - 1)) != 0 || step > TREE_SIZE_MAX - e->size)
		return ERR_SIZE;
	for (uint64_t bits = e->size >> height; bits & 1; bits >>= 1)
		tree_node(&e->hash[--e->n], &h, &h);
	e->hash[e->n++] = h;
	e->size += step;
	return ERR_NONE;
}

enum error_code
edge_append(struct edge *e, const struct hash *leaf)
{
	return edge_push(e, 0, leaf);
}

void
edge_root(const struct edge *e, struct hash *out)
{
	struct hash root;

	if (e->n == 0) {
		tree_empty(out);
		return;
	}
	root = e->hash[e->n - 1];
	for (unsigned i = e->n - 1; i > 0; i--)
		tree_node(&e->hash[i - 1], &root, &root);
	*out = root;
}

size_t
edge_bytes(const struct edge *e)
{
	return 8 + (size_t)e->n * HASH_BYTES;
}

void
edge_encode(const struct edge *e, uint8_t out[static EDGE_BYTES_MAX])
{
	put_be64(out, e->size);
	memcpy(out + 8, e->hash, (size_t)e->n * HASH_BYTES);
}

enum error_code
edge_decode(struct bytes in, struct edge *e)
{
	uint64_t size;
	unsigned n;

	if (!bytes_take_u64(&in, &size) || size > TREE_SIZE_MAX)
		return ERR_FORMAT;
	n = (unsigned)__builtin_popcountll(size);
	if (in.n != (size_t)n * HASH_BYTES)
		return ERR_FORMAT;
	edge_init(e);
	e->size = size;
	e->n = n;
	memcpy(e->hash, in.data, in.n);
	return ERR_NONE;
}
