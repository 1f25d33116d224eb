/*
 * Where a mirror keeps what, and reading and writing it.  Internal to
 * audit/mirror.c.
 */
#ifndef WAYLEAVE_AUDIT_MIRROR_FILES_H
#define WAYLEAVE_AUDIT_MIRROR_FILES_H

#include "base/bytes.h"
#include "ledger/tile.h"

enum { MIRROR_PATH = 1200 };

/* What lies beside the tiles; entries and bodies go by bundles. */
enum mirror_part { MIRROR_TILE, MIRROR_ENTRIES, MIRROR_BODIES };

/* Path of tile (level, n), or of bundle n (level 0); ERR_SIZE. */
MUST_USE enum error_code mirror_path(const char *dir, enum mirror_part part,
    unsigned level, uint64_t n, unsigned width, char out[static MIRROR_PATH]);
/* Writes it, durable, with the folders above it. */
MUST_USE enum error_code mirror_write(const char *path, struct bytes data,
    struct why *why);
/*
 * The resource as wide as a tree of `size` has it or, failing that, in full;
 * replaces what `out` holds.  ERR_NOTFOUND.
 */
MUST_USE enum error_code mirror_fetch(const char *dir, enum mirror_part part,
    unsigned level, uint64_t n, uint64_t size, struct buf *out,
    struct why *why);

#endif
