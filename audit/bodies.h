/*
 * Bundles of bodies, beside the C2SP bundles of entries: for each entry
 * u32 length ‖ salt ‖ body; length 0 and no salt where the body is gone.
 *
 * Files from a disk that anybody may have touched: everything is bounded and
 * checked before it is used.
 */
#ifndef WAYLEAVE_AUDIT_BODIES_H
#define WAYLEAVE_AUDIT_BODIES_H

#include "ledger/entry.h"
#include "ledger/tile.h"

enum { BODIES_MAX = TILE_WIDTH * (4 + ENTRY_SALT + ENTRY_BODY_MAX) };

/* One entry of a bundle; views into the bundle. */
struct bodies_item {
	const uint8_t *commitment;
	const uint8_t *salt;        /* NULL: the body is gone */
	struct bytes body;
};

/* Appends one body; salt NULL: none. */
void bodies_put(struct buf *out, const uint8_t *salt, struct bytes body);

/*
 * Takes the next entry from the heads of its two bundles.  ERR_NOTFOUND at
 * the end of the entries; ERR_FORMAT when either is cut short, an entry is
 * not 01 01 || commitment, or a body is longer than any is.  Whether the
 * commitment is the body's is bodies_check()'s to say.
 */
MUST_USE enum error_code bodies_next(struct bytes *entries,
    struct bytes *bodies, struct bodies_item *out);

/* ERR_PROOF when the body is not the one committed to. */
MUST_USE enum error_code bodies_check(const struct bodies_item *item);

#endif
