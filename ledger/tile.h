/*
 * The tree's nodes, kept in tiles of 256 (LOGFORMATS 1.6, INTERNALS 4).
 *
 * Tile (L, N) holds the roots of the 256 perfect subtrees of 256^L leaves
 * that start at leaf 256^(L+1) * N, and in memory all 511 nodes above them.
 * Level 0 is not stored: an entry is 01 01 || commitment, so the table of
 * 32-byte commitments is that level.  Full tiles of level 1 and up are
 * stored once and never change; a missing one is made again from the level
 * below.  In memory: the open tile of every level, and the 256 tiles used
 * last (4.3 MiB).
 *
 * One thread; a struct tiles does not lock.
 */
#ifndef WAYLEAVE_LEDGER_TILE_H
#define WAYLEAVE_LEDGER_TILE_H

#include "ledger/edge.h"

enum {
	TILE_WIDTH = 256,
	TILE_BYTES = TILE_WIDTH * HASH_BYTES,
	TILE_LEVELS = 8,		/* 256^8 leaves > TREE_SIZE_MAX */
	TILE_CACHE = 256,		/* full tiles kept in memory */
	TILE_NAME_MAX = 64,		/* of a path, with the NUL */
	ENTRY_BYTES = 34,		/* 01 01 || commitment */
	BUNDLE_BYTES_MAX = TILE_WIDTH * (2 + 65535)
};

/*
 * What the tiles are kept in.  All calls are synchronous and made only from
 * within tiles_open(), tiles_append(), tiles_node() and what uses them.
 */
struct tile_backend {
	void *ctx;
	/* The commitments of entries [first, first + n), n <= 256. */
	enum error_code (*commitments)(void *ctx, uint64_t first, size_t n,
	    struct hash *out);
	/* Full tile (level >= 1, n); ERR_NOTFOUND when it was never put. */
	enum error_code (*get)(void *ctx, unsigned level, uint64_t n,
	    struct hash out[static TILE_WIDTH]);
	/*
	 * Keep this full tile; the same bytes again are no error.  Called
	 * every 65,536 entries.  It need not be durable with the entries:
	 * what a crash loses is made again.
	 */
	enum error_code (*put)(void *ctx, unsigned level, uint64_t n,
	    const struct hash tile[static TILE_WIDTH]);
};

struct tiles;

/* The leaf hash of the entry with this commitment. */
void tile_leaf(const struct hash *commitment, struct hash *leaf);
/* The entry with this commitment: 01 01 || commitment. */
void tile_entry(const struct hash *commitment,
    uint8_t entry[static ENTRY_BYTES]);

/*
 * Takes up a tree of `size` leaves from the backend, reading at most 255
 * level-0 tiles' commitments and 255 tiles of each higher level.  The caller
 * compares tiles_root_at() with a root it trusts.  The backend is copied,
 * its ctx borrowed.  Errors: ERR_NOMEM, ERR_SIZE, those of the backend.
 */
MUST_USE enum error_code tiles_open(const struct tile_backend *backend,
    uint64_t size, struct tiles **out);
void tiles_destroy(struct tiles **t);

uint64_t tiles_size(const struct tiles *t);

/*
 * Appends n leaf hashes (tile_leaf() of the entries as stored), and puts the
 * tiles of level >= 1 that this fills.  ERR_SIZE: nothing appended.  Any
 * other error is the backend's: destroy the tiles and open them again.
 */
MUST_USE enum error_code tiles_append(struct tiles *t,
    const struct hash *leaf, size_t n);

/*
 * The hash of perfect subtree n of 2^level leaves; ERR_SIZE unless it lies
 * wholly within the size.
 */
MUST_USE enum error_code tiles_node(struct tiles *t, unsigned level,
    uint64_t n, struct hash *out);

/* The same as a source for range_prove() and proof_*(); borrows `t`. */
struct tree_source tiles_source(struct tiles *t);

/* Root, or edge, of the tree when it had `size` leaves (<= tiles_size()). */
MUST_USE enum error_code tiles_root_at(struct tiles *t, uint64_t size,
    struct hash *root);
MUST_USE enum error_code tiles_edge_at(struct tiles *t, uint64_t size,
    struct edge *e);

/*
 * C2SP tlog-tiles, for mirrors.  Level TILE_ENTRIES names entry bundles.
 */
enum { TILE_ENTRIES = 64 };

struct tile_name {
	unsigned level;		/* 0..63, or TILE_ENTRIES */
	uint64_t n;
	unsigned width;		/* 1..256; 256 is the full tile */
};

/* "tile/0/x001/x234/067" or "tile/entries/000.p/17". */
void tile_name_format(const struct tile_name *name,
    char out[static TILE_NAME_MAX]);
/* Exactly what tile_name_format() writes; else ERR_FORMAT. */
MUST_USE enum error_code tile_name_parse(const char *path,
    struct tile_name *name);
/* Width of tile (level, n) in a tree of `size`: 0 (none) to 256. */
unsigned tile_width(unsigned level, uint64_t n, uint64_t size);

/*
 * The bytes of tile (level, n) as a mirror writes them: 32 * width bytes for
 * the tiles' present size; ERR_NOTFOUND when its width would be 0.
 */
MUST_USE enum error_code tiles_tile(struct tiles *t, unsigned level,
    uint64_t n, struct hash out[static TILE_WIDTH], unsigned *width);

/* Appends one entry to an entry bundle: u16 length || bytes. */
void bundle_put(struct buf *out, struct bytes entry);
/*
 * Takes the next entry from the head of a bundle; ERR_NOTFOUND at its end,
 * ERR_FORMAT when it is cut short.
 */
MUST_USE enum error_code bundle_next(struct bytes *rest,
    struct bytes *entry);

#endif
