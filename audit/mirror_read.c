#include "audit/mirror_impl.h"

#include <string.h>

enum error_code
mirror_bundle_of(struct mirror *m, uint64_t first, uint64_t size,
    struct buf *entries, struct buf *bodies, struct why *why)
{
	const uint64_t n = first / TILE_WIDTH;
	enum error_code err = mirror_fetch(m->dir, MIRROR_ENTRIES, 0, n, size,
	    entries, why);

	return err == ERR_NONE ? mirror_fetch(m->dir, MIRROR_BODIES, 0, n,
	    size, bodies, why) : err;
}

enum error_code
mirror_bundle(struct mirror *m, uint64_t first, struct buf *entries,
    struct buf *bodies, unsigned *n, struct why *why)
{
	*n = tile_width(0, first / TILE_WIDTH, m->head.size);
	return mirror_bundle_of(m, first, m->head.size, entries, bodies, why);
}

static enum error_code
read_bundle(struct mirror *m, uint64_t first, uint64_t from,
    struct buf *entries, struct buf *bodies, mirror_visit *visit, void *ctx,
    struct why *why)
{
	struct bodies_item item;
	struct bytes e, b;
	enum error_code err;
	unsigned n;

	err = mirror_bundle(m, first, entries, bodies, &n, why);
	e = buf_view(entries);
	b = buf_view(bodies);
	for (unsigned i = 0; err == ERR_NONE && i < n; i++) {
		err = bodies_next(&e, &b, &item);
		if (err != ERR_NONE) {
			why_set(why, "entry %llu: the mirror's files are cut "
			    "short", (unsigned long long)(first + i));
			return ERR_FORMAT;
		}
		err = bodies_check(&item);
		if (err != ERR_NONE)
			why_set(why, "entry %llu: its body is not the one "
			    "committed to", (unsigned long long)(first + i));
		if (err == ERR_NONE && first + i >= from)
			err = visit(ctx, first + i, item.commitment,
			    item.salt, item.body);
	}
	return err;
}

enum error_code
mirror_read(struct mirror *m, uint64_t from, mirror_visit *visit, void *ctx,
    struct why *why)
{
	struct buf entries, bodies;
	enum error_code err = ERR_NONE;
	uint64_t first = from - from % TILE_WIDTH;

	buf_init(&entries, ENTRIES_MAX);
	buf_init(&bodies, BODIES_MAX);
	for (; err == ERR_NONE && first < m->head.size; first += TILE_WIDTH)
		err = read_bundle(m, first, from, &entries, &bodies, visit,
		    ctx, why);
	buf_free(&entries);
	buf_free(&bodies);
	return err;
}

/* ---- tiles ------------------------------------------------------------ */

/* A file as wide as the tree has it, or in full. */
static bool
tile_agrees(const struct buf *file, const struct hash *tile, unsigned width)
{
	const size_t n = (size_t)width * HASH_BYTES;

	return (file->n == n || file->n == TILE_BYTES) &&
	    memcmp(file->data, tile, n) == 0;
}

static enum error_code
check_tile(struct mirror *m, struct tiles *tree, unsigned level, uint64_t n,
    mirror_differs *differs, void *ctx)
{
	struct hash tile[TILE_WIDTH];
	char path[MIRROR_PATH];
	struct buf file;
	unsigned width;
	enum error_code err = tiles_tile(tree, level, n, tile, &width);

	if (err == ERR_NONE)
		err = mirror_path("", MIRROR_TILE, level, n, width, path);
	if (err != ERR_NONE)
		return err;
	buf_init(&file, TILE_BYTES);
	err = mirror_fetch(m->dir, MIRROR_TILE, level, n, m->head.size, &file,
	    NULL);
	if ((err == ERR_NONE && !tile_agrees(&file, tile, width)) ||
	    err == ERR_NOTFOUND || err == ERR_SIZE || err == ERR_FORMAT) {
		/* the path as seen from the mirror */
		differs(ctx, n * TILE_WIDTH << (8 * level), path + 1);
		err = ERR_NONE;
	}
	buf_free(&file);
	return err;
}

enum error_code
mirror_tiles_check(struct mirror *m, struct tiles *tree,
    mirror_differs *differs, void *ctx)
{
	enum error_code err = ERR_NONE;

	for (unsigned level = 0; level < TILE_LEVELS; level++) {
		const uint64_t hashes = m->head.size >> (8 * level);

		for (uint64_t n = 0; err == ERR_NONE &&
		    n * TILE_WIDTH < hashes; n++)
			err = check_tile(m, tree, level, n, differs, ctx);
	}
	return err;
}

/* ---- what an interrupted run left ------------------------------------- */

/* The bundle of m->size in full, from there on. */
static enum error_code
resume_bundle(struct mirror *m, struct buf *entries, struct buf *bodies,
    struct why *why)
{
	const unsigned from = (unsigned)(m->size % TILE_WIDTH);
	const uint64_t first = m->size - from;
	struct bodies_item item[TILE_WIDTH];
	struct bytes e, b;
	enum error_code err;

	err = mirror_bundle_of(m, first, first + TILE_WIDTH, entries, bodies,
	    NULL);
	e = buf_view(entries);
	b = buf_view(bodies);
	for (unsigned i = 0; err == ERR_NONE && i < TILE_WIDTH; i++) {
		err = bodies_next(&e, &b, &item[i]);
		if (err == ERR_NONE)
			err = bodies_check(&item[i]);
		if (err == ERR_NONE && i < from && memcmp(item[i].commitment,
		    m->commitment[i].b, HASH_BYTES) != 0)
			err = ERR_PROOF;
	}
	if (err != ERR_NONE)
		return ERR_NOTFOUND; /* not there, or not to be used */
	for (unsigned i = from; err == ERR_NONE && i < TILE_WIDTH; i++)
		err = mirror_add(m, item[i].commitment, item[i].salt,
		    item[i].body, why);
	return err;
}

enum error_code
mirror_resume(struct mirror *m, uint64_t limit, struct why *why)
{
	struct buf entries, bodies;
	enum error_code err = ERR_NONE;

	buf_init(&entries, ENTRIES_MAX);
	buf_init(&bodies, BODIES_MAX);
	while (err == ERR_NONE && limit >= TILE_WIDTH &&
	    m->size / TILE_WIDTH < limit / TILE_WIDTH)
		err = resume_bundle(m, &entries, &bodies, why);
	buf_free(&entries);
	buf_free(&bodies);
	return err == ERR_NOTFOUND ? ERR_NONE : err;
}
