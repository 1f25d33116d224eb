/*
 * The mirror: the ledger as files, the way C2SP tlog-tiles lays them out
 * (LOGFORMATS 1.6), and the bodies beside it in bundles of the same shape.
 *
 *	DIR/checkpoint                    signed note of the newest size held
 *	DIR/tile/<L>/<N>[.p/<W>]          hashes
 *	DIR/tile/entries/<N>[.p/<W>]      entries (34 bytes each)
 *	DIR/bodies/<N>[.p/<W>]            audit/bodies.h
 *
 * tile/ and checkpoint say nothing and any web server may serve them;
 * bodies/ is for auditors.  The checkpoint is written last: what lies beyond
 * it was not proven, and is used again only to save fetching it twice.
 */
#ifndef WAYLEAVE_AUDIT_MIRROR_H
#define WAYLEAVE_AUDIT_MIRROR_H

#include "ledger/checkpoint.h"
#include "ledger/entry.h"
#include "ledger/tile.h"

struct mirror;

/*
 * Opens (or starts, when `create`) the mirror in `dir` of the log with this
 * origin and key, and checks that its tiles have the root its checkpoint
 * says.  ERR_PROOF when they do not, ERR_NOTFOUND when there is none.
 */
MUST_USE enum error_code mirror_open(const char *dir, const char *origin,
    const uint8_t log_key[static WIRE_KEY], bool create, struct mirror **out,
    struct why *why);
void mirror_close(struct mirror **m);

/* What is held and proven: the checkpoint's size. */
uint64_t mirror_size(const struct mirror *m);
const struct checkpoint *mirror_head(const struct mirror *m);
/* The root of what is held when it had `size` entries. */
MUST_USE enum error_code mirror_root_at(struct mirror *m, uint64_t size,
    struct hash *root);

/* The next entry: its commitment, and salt and body unless erased. */
MUST_USE enum error_code mirror_add(struct mirror *m,
    const uint8_t commitment[static HASH_BYTES], const uint8_t *salt,
    struct bytes body, struct why *why);
/*
 * Adds what an interrupted run left in full bundles beyond the checkpoint,
 * up to entry `limit`.  It is checked as anything that is added; a bundle
 * that does not hold is left alone.
 */
MUST_USE enum error_code mirror_resume(struct mirror *m, uint64_t limit,
    struct why *why);
/*
 * What was added is the ledger up to this checkpoint, signature verified by
 * the caller: writes the files, durable when it returns.  ERR_PROOF when the
 * root is another: nothing of what was added is kept then.
 */
MUST_USE enum error_code mirror_commit(struct mirror *m,
    const struct checkpoint *head, struct why *why);
/* How many entries were added since the last commit. */
uint64_t mirror_added(const struct mirror *m);

/*
 * The bundle that holds entry `first`, a multiple of 256, as the files have
 * it: entries and bodies (audit/bodies.h), and how many of them count.
 */
MUST_USE enum error_code mirror_bundle(struct mirror *m, uint64_t first,
    struct buf *entries, struct buf *bodies, unsigned *n, struct why *why);

/*
 * Compares the files of hashes, which no replay needs and anybody may be
 * served, with those of `tree`, made of the entries.  Each that is missing or
 * holds something else is told with the first entry below it.
 */
typedef void mirror_differs(void *ctx, uint64_t entry, const char *path);
MUST_USE enum error_code mirror_tiles_check(struct mirror *m,
    struct tiles *tree, mirror_differs *differs, void *ctx);

/*
 * Reads entries from `from` on, in order, as the files hold them; commitments
 * are checked against bodies.  Stops at the first error.
 */
typedef enum error_code mirror_visit(void *ctx, uint64_t index,
    const uint8_t commitment[static HASH_BYTES], const uint8_t *salt,
    struct bytes body);
MUST_USE enum error_code mirror_read(struct mirror *m, uint64_t from,
    mirror_visit *visit, void *ctx, struct why *why);

#endif
