/*
 * Classic RFC 6962 proofs, for what does not come with the live stream: one
 * old entry, two checkpoints to be compared, outside witnesses, and the
 * C2SP tlog-proof file (LOGFORMATS 1.2, 1.8).
 */
#ifndef WAYLEAVE_LEDGER_PROOF_H
#define WAYLEAVE_LEDGER_PROOF_H

#include "ledger/tree.h"

enum {
	PROOF_CONSISTENCY_MAX = 64,
	PROOF_FILE_MAX = 300 * 1024,
	PROOF_EXTRA_MAX = 4096
};

/*
 * The inclusion path of `index` in the tree of `size`, leaf's sibling first.
 * ERR_SIZE unless index < size <= TREE_SIZE_MAX, ERR_NOTFOUND when the
 * source lacks a node.
 */
MUST_USE enum error_code proof_inclusion(const struct tree_source *src,
    uint64_t index, uint64_t size, struct hash path[static TREE_PATH_MAX],
    size_t *n_path);

/*
 * ERR_PROOF unless the path proves `leaf` at `index` under (size, root),
 * which must come together from a verified signature, here and below: some
 * other size may have a proof of the same shape.
 */
MUST_USE enum error_code proof_inclusion_verify(uint64_t index,
    uint64_t size, const struct hash *leaf, const struct hash *path,
    size_t n_path, const struct hash *root);

/*
 * The proof that the tree of `from` leaves is a prefix of that of `to`.
 * ERR_SIZE unless 0 < from <= to <= TREE_SIZE_MAX; empty when from = to.
 */
MUST_USE enum error_code proof_consistency(const struct tree_source *src,
    uint64_t from, uint64_t to,
    struct hash path[static PROOF_CONSISTENCY_MAX], size_t *n_path);

/*
 * ERR_PROOF unless the path proves that (from, from_root) is a prefix of
 * (to, to_root).  from = 0 is an error: the empty tree is a prefix of
 * anything and proves nothing, so the caller has to decide that case.
 */
MUST_USE enum error_code proof_consistency_verify(uint64_t from,
    const struct hash *from_root, uint64_t to, const struct hash *to_root,
    const struct hash *path, size_t n_path);

/*
 * A tlog-proof file.  `extra` carries no authority: nothing signs it.
 * The views borrow from what was parsed.
 */
struct proof_file {
	bool has_extra;
	uint8_t extra[PROOF_EXTRA_MAX];
	size_t n_extra;
	uint64_t index;
	struct hash path[TREE_PATH_MAX];
	size_t n_path;
	struct bytes checkpoint;	/* the signed note, verbatim */
};

/* Appends the file to `out`; the caller checks buf_ok(). */
void proof_file_format(const struct proof_file *f, struct buf *out);

/*
 * Strict: any byte out of place is ERR_FORMAT with the line in `why`.  The
 * checkpoint is not looked into, so nothing is proved yet.
 */
MUST_USE enum error_code proof_file_parse(struct bytes in,
    struct proof_file *f, struct why *why);

#endif
