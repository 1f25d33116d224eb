#include "ledger/tree.h"

#include <sodium.h>
#include <string.h>

bool
hash_equal(const struct hash *a, const struct hash *b)
{
	return memcmp(a->b, b->b, HASH_BYTES) == 0;
}

void
tree_leaf(struct bytes entry, struct hash *out)
{
	static const uint8_t prefix = 0x00;
	crypto_hash_sha256_state st;

	crypto_hash_sha256_init(&st);
	crypto_hash_sha256_update(&st, &prefix, 1);
	if (entry.n > 0)
		crypto_hash_sha256_update(&st, entry.data, entry.n);
	crypto_hash_sha256_final(&st, out->b);
}

void
tree_node(const struct hash *l, const struct hash *r, struct hash *out)
{
	uint8_t in[1 + 2 * HASH_BYTES];

	in[0] = 0x01;
	memcpy(in + 1, l->b, HASH_BYTES);
	memcpy(in + 1 + HASH_BYTES, r->b, HASH_BYTES);
	crypto_hash_sha256(out->b, in, sizeof in);
}

void
tree_empty(struct hash *out)
{
	crypto_hash_sha256(out->b, (const uint8_t *)"", 0);
}

void
tree_root_of(const struct hash *leaf, size_t n, struct hash *out)
{
	struct hash stack[64], root;
	unsigned top = 0;

	if (n == 0) {
		tree_empty(out);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		struct hash h = leaf[i];

		for (size_t bits = i; bits & 1; bits >>= 1)
			tree_node(&stack[--top], &h, &h);
		stack[top++] = h;
	}
	root = stack[--top];
	while (top > 0)
		tree_node(&stack[--top], &root, &root);
	*out = root;
}

enum error_code
tree_path(const struct hash *leaf, size_t n, size_t index,
    struct hash path[static TREE_PATH_MAX], size_t *n_path)
{
	size_t lo = 0, hi = n, at;

	if (index >= n || (uint64_t)n > TREE_SIZE_MAX)
		return ERR_SIZE;
	/* From the root downwards, so the path is filled from its end. */
	*n_path = at = tree_path_length(index, n);
	while (hi - lo > 1) {
		size_t k = 1;

		while (k < (hi - lo + 1) / 2)
			k *= 2;
		if (index < lo + k) {
			tree_root_of(leaf + lo + k, hi - lo - k, &path[--at]);
			hi = lo + k;
		} else {
			tree_root_of(leaf + lo, k, &path[--at]);
			lo += k;
		}
	}
	return ERR_NONE;
}

size_t
tree_nodes_room(size_t n)
{
	size_t room = n;

	while (n > 1)
		room += n = n / 2 + n % 2;
	return room;
}

/*
 * Pairing neighbours level by level, an odd one out carried up as it is,
 * gives the same tree as splitting at powers of two.
 */
void
tree_nodes_fill(struct hash *node, size_t n)
{
	while (n > 1) {
		struct hash *up = node + n;

		for (size_t i = 0; i < n / 2; i++)
			tree_node(&node[2 * i], &node[2 * i + 1], &up[i]);
		if (n % 2 == 1)
			up[n / 2] = node[n - 1];
		node = up;
		n = n / 2 + n % 2;
	}
}

enum error_code
tree_nodes_path(const struct hash *node, size_t n, size_t index,
    struct hash path[static TREE_PATH_MAX], size_t *n_path)
{
	if (index >= n || (uint64_t)n > TREE_SIZE_MAX)
		return ERR_SIZE;
	*n_path = 0;
	while (n > 1) {
		if ((index ^ 1) < n)
			path[(*n_path)++] = node[index ^ 1];
		node += n;
		n = n / 2 + n % 2;
		index /= 2;
	}
	return ERR_NONE;
}

static unsigned
bit_length(uint64_t v)
{
	return v == 0 ? 0 : 64 - (unsigned)__builtin_clzll(v);
}

size_t
tree_path_length(uint64_t index, uint64_t n)
{
	/* Below the split from the last leaf every level has a sibling. */
	unsigned inner = bit_length(index ^ (n - 1));

	if (inner == 64)
		return 64;
	return inner + (size_t)__builtin_popcountll(index >> inner);
}

enum error_code
tree_path_root(uint64_t index, uint64_t n, const struct hash *leaf,
    const struct hash *path, size_t n_path, struct hash *root)
{
	uint64_t fn = index, sn = n - 1;
	struct hash r = *leaf;

	if (n > TREE_SIZE_MAX || index >= n ||
	    n_path != tree_path_length(index, n))
		return ERR_PROOF;
	for (size_t i = 0; i < n_path; i++) {
		if ((fn & 1) == 1 || fn == sn) {
			tree_node(&path[i], &r, &r);
			while ((fn & 1) == 0 && fn != 0) {
				fn >>= 1;
				sn >>= 1;
			}
		} else {
			tree_node(&r, &path[i], &r);
		}
		fn >>= 1;
		sn >>= 1;
	}
	if (sn != 0)
		return ERR_PROOF;
	*root = r;
	return ERR_NONE;
}
