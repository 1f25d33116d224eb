/*
 * The range proof: advances an edge from its size to a later one and proves
 * in the same pass that chosen leaves lie in between (INTERNALS 4).  Live
 * traffic uses this proof and no other.
 *
 * Verifier and prover walk the same perfect subtrees: from the edge's size,
 * always the largest aligned one that ends at or before the new size; within
 * it, depth first, left before right.  A subtree without a wanted leaf
 * costs one hash of the proof, a wanted leaf none.
 */
#ifndef WAYLEAVE_LEDGER_RANGE_H
#define WAYLEAVE_LEDGER_RANGE_H

#include "ledger/edge.h"

enum {
	RANGE_WANTED_MAX = 4096,	/* leaves wanted in one proof */
	RANGE_PROOF_MAX = 8192		/* hashes in one proof: 256 KiB */
};

/*
 * The number of hashes that the proof from size `from` to size `to` with
 * these wanted leaves has.  ERR_SIZE unless from <= to <= TREE_SIZE_MAX, the
 * wanted indices are strictly ascending and within [from, to), and neither
 * maximum is exceeded.
 */
MUST_USE enum error_code range_length(uint64_t from, uint64_t to,
    const uint64_t *wanted, size_t n_wanted, size_t *n_proof);

/*
 * Writes that proof to `proof`, which has room for `max` hashes; *n_proof is
 * how many there are.  Errors as range_length(); ERR_FULL when `max` is too
 * small, ERR_NOTFOUND when the source lacks a node.
 */
MUST_USE enum error_code range_prove(const struct tree_source *src,
    uint64_t from, uint64_t to, const uint64_t *wanted, size_t n_wanted,
    struct hash *proof, size_t max, size_t *n_proof);

/*
 * Advances `e` to new_size.  On success the edge has that size and its root
 * is `root`, so every wanted leaf hash is in the tree at its index and the
 * tree extends the one before.  new_size and root must come from one
 * signature already verified: another size may have a proof of this shape.  ERR_PROOF, and `e` untouched, on any other outcome: sizes,
 * order of the wanted indices, too few or too many hashes, another root.
 * new_size = e->size with nothing wanted and no proof compares the roots.
 */
MUST_USE enum error_code range_advance(struct edge *e, uint64_t new_size,
    const uint64_t *wanted_index, const struct hash *wanted_leaf,
    size_t n_wanted, const struct hash *proof, size_t n_proof,
    const struct hash *root);

#endif
