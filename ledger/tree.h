/*
 * The Merkle tree of RFC 6962: hashing, the root of a few leaves in memory,
 * and paths within such a small tree (the bundles of PROTOCOL 2).
 *
 *	leaf = SHA-256(0x00 || entry)
 *	node = SHA-256(0x01 || left || right)
 *	root of the empty tree = SHA-256("")
 *
 * A tree of n > 1 leaves splits at the largest power of two strictly below
 * n; a lone right subtree is promoted, never doubled or padded.
 *
 * Sizes and indices are 64-bit and at most TREE_SIZE_MAX.  Nothing in these
 * files does input or output, reads a clock or draws randomness.
 */
#ifndef WAYLEAVE_LEDGER_TREE_H
#define WAYLEAVE_LEDGER_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/error.h"

enum {
	HASH_BYTES = 32,
	TREE_PATH_MAX = 63,	/* hashes in an inclusion path */
	TREE_LEVEL_MAX = 62	/* of a perfect subtree within TREE_SIZE_MAX */
};
#define TREE_SIZE_MAX ((uint64_t)INT64_MAX)

struct hash {
	uint8_t b[HASH_BYTES];
};

/*
 * Where proofs get stored hashes from.  node() writes the hash of perfect
 * subtree `n` of 2^level leaves, i.e. leaves [n << level, (n + 1) << level),
 * and returns false when the source does not have it.
 */
struct tree_source {
	bool (*node)(void *ctx, unsigned level, uint64_t n, struct hash *out);
	void *ctx;
};

bool hash_equal(const struct hash *a, const struct hash *b);

/* LOGFORMATS 1.1.  `out` may be one of the inputs. */
void tree_leaf(struct bytes entry, struct hash *out);
void tree_node(const struct hash *l, const struct hash *r, struct hash *out);
void tree_empty(struct hash *out);

/* Root of the tree of these n leaf hashes; n = 0 gives the empty root. */
void tree_root_of(const struct hash *leaf, size_t n, struct hash *out);

/*
 * The inclusion path of leaf `index` among n leaf hashes in memory, the
 * leaf's sibling first.  ERR_SIZE when index >= n.
 */
MUST_USE enum error_code tree_path(const struct hash *leaf, size_t n,
    size_t index, struct hash path[static TREE_PATH_MAX], size_t *n_path);

/*
 * The same for many leaves of one tree at the price of one root: `node` has
 * room for tree_nodes_room(n) hashes, the first n of them the leaf hashes;
 * tree_nodes_fill() computes the rest, the root being the last.  n >= 1.
 */
size_t tree_nodes_room(size_t n);
void tree_nodes_fill(struct hash *node, size_t n);
MUST_USE enum error_code tree_nodes_path(const struct hash *node, size_t n,
    size_t index, struct hash path[static TREE_PATH_MAX], size_t *n_path);

/* Exact number of hashes in the path of `index` in a tree of n; index < n. */
size_t tree_path_length(uint64_t index, uint64_t n);

/*
 * The root that `leaf` at `index` in a tree of n leaves has under `path`;
 * the caller compares it with the root it trusts.  ERR_PROOF unless index <
 * n <= TREE_SIZE_MAX and the path has exactly the length those two give.
 */
MUST_USE enum error_code tree_path_root(uint64_t index, uint64_t n,
    const struct hash *leaf, const struct hash *path, size_t n_path,
    struct hash *root);

#endif
