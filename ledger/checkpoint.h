/*
 * Checkpoints (C2SP tlog-checkpoint, LOGFORMATS 1.4): origin, size, root,
 * three lines and never more, signed by the log key as Ed25519 over exactly
 * that text.  So a *citation* - size, root and the 64-byte signature - can
 * be verified by anyone who knows origin and key, without the note's text.
 */
#ifndef WAYLEAVE_LEDGER_CHECKPOINT_H
#define WAYLEAVE_LEDGER_CHECKPOINT_H

#include "ledger/note.h"
#include "ledger/tree.h"

enum {
	CHECKPOINT_BODY_MAX = NOTE_NAME_MAX + 1 + 20 + 1 + 44 + 2,
	CHECKPOINT_SIG_BYTES = NOTE_SIGNATURE_BYTES,
	CHECKPOINT_BYTES = 8 + HASH_BYTES + CHECKPOINT_SIG_BYTES
};

/* What is cited; the origin is the partnership's and known from there. */
struct checkpoint {
	uint64_t size;
	struct hash root;
	uint8_t signature[CHECKPOINT_SIG_BYTES];
};

/*
 * Writes the text that is signed; returns its length.  `origin` is 1 to
 * NOTE_NAME_MAX bytes of UTF-8 without control characters; 0 when it is not,
 * or when the size is over TREE_SIZE_MAX.
 */
size_t checkpoint_body(const char *origin, uint64_t size,
    const struct hash *root, char out[static CHECKPOINT_BODY_MAX]);

/*
 * Parses exactly three lines; the signature of *c is zeroed.  `origin`
 * borrows.  ERR_FORMAT with the line in `why`: an empty origin, a size with
 * sign or leading zeros or over TREE_SIZE_MAX, a root that is not 32 bytes
 * or, at size 0, not that of the empty tree, a fourth line.
 */
MUST_USE enum error_code checkpoint_parse(struct bytes text,
    struct bytes *origin, struct checkpoint *c, struct why *why);

/* Signs (origin, c->size, c->root) into c->signature. */
MUST_USE enum error_code checkpoint_sign(const char *origin,
    struct checkpoint *c, const uint8_t secret[static NOTE_SECRET_BYTES]);

/* ERR_CRYPTO unless the log key signed this size and root for `origin`. */
MUST_USE enum error_code checkpoint_verify(const char *origin,
    const struct checkpoint *c,
    const uint8_t public[static NOTE_PUBLIC_BYTES]);

/* The whole note with the log's line; more lines may be appended to it. */
void checkpoint_note(const struct note_key *log, const struct checkpoint *c,
    struct buf *out);

/*
 * From a note: ERR_FORMAT when it is none or another origin's than
 * log->name, ERR_CRYPTO when the log key did not sign it.
 */
MUST_USE enum error_code checkpoint_read(struct bytes note,
    const struct note_key *log, struct checkpoint *c, struct why *why);

/*
 * Cosignature v1 (LOGFORMATS 1.5) of the checkpoint at `time`, POSIX
 * seconds, not 0: time u64 big-endian || Ed25519 signature.
 */
MUST_USE enum error_code checkpoint_cosign(const char *origin,
    const struct checkpoint *c, uint64_t time,
    const uint8_t secret[static NOTE_SECRET_BYTES],
    uint8_t out[static NOTE_COSIGNATURE_BYTES]);

/* ERR_CRYPTO unless the witness cosigned (origin, size, root); *time set. */
MUST_USE enum error_code checkpoint_cosign_verify(const char *origin,
    const struct checkpoint *c,
    const uint8_t cosignature[static NOTE_COSIGNATURE_BYTES],
    const uint8_t public[static NOTE_PUBLIC_BYTES], uint64_t *time);

#endif
