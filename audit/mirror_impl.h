/*
 * What audit/mirror*.c share.  Internal to them.
 */
#ifndef WAYLEAVE_AUDIT_MIRROR_IMPL_H
#define WAYLEAVE_AUDIT_MIRROR_IMPL_H

#include "audit/bodies.h"
#include "audit/mirror.h"
#include "audit/mirror_files.h"

enum { ENTRIES_MAX = TILE_WIDTH * (2 + ENTRY_BYTES) };

struct mirror {
	char dir[1024];
	struct note_key log;
	struct checkpoint head;         /* size 0: none yet */
	struct tiles *tiles;
	struct hash commitment[TILE_WIDTH]; /* of the open bundle */
	struct buf bodies;              /* of the open bundle */
	uint64_t size;                  /* with what was added */
	struct hash *added;             /* leaves since the last commit */
	size_t n_added, cap_added;
	struct buf scratch;
};

/* The bundle of entry `first` as a tree of `size` has it. */
MUST_USE enum error_code mirror_bundle_of(struct mirror *m, uint64_t first,
    uint64_t size, struct buf *entries, struct buf *bodies, struct why *why);

#endif
