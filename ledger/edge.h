/*
 * The right-hand edge of the ledger's tree: its size and the roots of the
 * perfect subtrees it splits into, largest (leftmost) first.  This is all
 * that the broker, the signer, an agent or an auditor has to keep to follow
 * the ledger: it gives the root, and it can be advanced (INTERNALS 4).
 *
 * Invariant: n = number of one bits in size; hash[i] belongs to the i-th
 * highest of them.
 */
#ifndef WAYLEAVE_LEDGER_EDGE_H
#define WAYLEAVE_LEDGER_EDGE_H

#include "ledger/tree.h"

enum {
	EDGE_HASH_MAX = 63,
	EDGE_BYTES_MAX = 8 + EDGE_HASH_MAX * HASH_BYTES
};

struct edge {
	uint64_t size;
	unsigned n;
	struct hash hash[EDGE_HASH_MAX];
};

/* The edge of the empty tree. */
void edge_init(struct edge *e);

/*
 * Appends a perfect subtree of 2^height leaves and merges equal neighbours.
 * ERR_SIZE, and no change, unless the size is a multiple of 2^height and
 * the new size is at most TREE_SIZE_MAX.
 */
MUST_USE enum error_code edge_push(struct edge *e, unsigned height,
    const struct hash *hash);

/* edge_push of one leaf hash. */
MUST_USE enum error_code edge_append(struct edge *e, const struct hash *leaf);

/* The RFC 6962 root of the whole tree. */
void edge_root(const struct edge *e, struct hash *out);

/* Size of the encoding: 8 + 32 * n. */
size_t edge_bytes(const struct edge *e);

/* Size u64, then the hashes, largest subtree first: edge_bytes(e) bytes. */
void edge_encode(const struct edge *e, uint8_t out[static EDGE_BYTES_MAX]);

/*
 * ERR_FORMAT, and `e` untouched, unless `in` is exactly such an encoding of
 * a size up to TREE_SIZE_MAX.  That the hashes are true only edge_root(),
 * compared with a signed root, can tell.
 */
MUST_USE enum error_code edge_decode(struct bytes in, struct edge *e);

#endif
