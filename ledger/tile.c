#include "ledger/tile.h"

#include <stdlib.h>
#include <string.h>

enum { TILE_NODES = 2 * TILE_WIDTH - 1, TILE_ROOT = TILE_NODES - 1 };

/*
 * All nodes of one tile: the 256 hashes, then the 128 above them, up to the
 * tile's root.  While it is open only its perfect subtrees are filled in.
 */
struct tile {
	struct hash node[TILE_NODES];
};

struct slot {
	uint64_t key;		/* level << 56 | n */
	uint64_t used;		/* tick of the last use; 0: empty */
	struct tile *tile;
};

struct tiles {
	struct tile_backend backend;
	uint64_t size;
	uint64_t tick;
	struct slot slot[TILE_CACHE];
	struct tile open[TILE_LEVELS];
};

static size_t
row_of(unsigned height)
{
	return 2 * TILE_WIDTH - ((size_t)(2 * TILE_WIDTH) >> height);
}

/* Puts the w-th hash into the tile and closes the pairs that completes. */
static void
tile_set(struct tile *tile, size_t w, const struct hash *h)
{
	tile->node[w] = *h;
	for (unsigned height = 0; w % 2 == 1; height++, w /= 2)
		tree_node(&tile->node[row_of(height) + w - 1],
		    &tile->node[row_of(height) + w],
		    &tile->node[row_of(height + 1) + w / 2]);
}

void
tile_entry(const struct hash *commitment, uint8_t entry[static ENTRY_BYTES])
{
	entry[0] = 0x01;
	entry[1] = 0x01;
	memcpy(entry + 2, commitment->b, HASH_BYTES);
}

void
tile_leaf(const struct hash *commitment, struct hash *leaf)
{
	uint8_t entry[ENTRY_BYTES];

	tile_entry(commitment, entry);
	tree_leaf(bytes_of(entry, sizeof entry), leaf);
}

/* Leaf hashes of entries [first, first + n), n <= 256. */
static enum error_code
read_leaves(struct tiles *t, uint64_t first, size_t n, struct hash *leaf)
{
	enum error_code err;

	err = t->backend.commitments(t->backend.ctx, first, n, leaf);
	if (err != ERR_NONE)
		return err;
	for (size_t i = 0; i < n; i++)
		tile_leaf(&leaf[i], &leaf[i]);
	return ERR_NONE;
}

static enum error_code tile_load(struct tiles *, unsigned, uint64_t,
    const struct tile **);

/* The first `count` hashes of a tile from the roots of the level below. */
static enum error_code
tile_rebuild(struct tiles *t, unsigned level, uint64_t n, size_t count,
    struct tile *tile)
{
	const struct tile *below;
	enum error_code err;

	for (size_t i = 0; i < count; i++) {
		err = tile_load(t, level - 1, n * TILE_WIDTH + i, &below);
		if (err != ERR_NONE)
			return err;
		tile_set(tile, i, &below->node[TILE_ROOT]);
	}
	return ERR_NONE;
}

static enum error_code
tile_read(struct tiles *t, unsigned level, uint64_t n, struct tile *tile)
{
	enum error_code err;

	if (level == 0)
		err = read_leaves(t, n * TILE_WIDTH, TILE_WIDTH, tile->node);
	else
		err = t->backend.get(t->backend.ctx, level, n, tile->node);
	if (err == ERR_NOTFOUND && level > 0) {
		err = tile_rebuild(t, level, n, TILE_WIDTH, tile);
		if (err != ERR_NONE)
			return err;
		return t->backend.put(t->backend.ctx, level, n, tile->node);
	}
	if (err == ERR_NONE)
		for (unsigned h = 0; h < 8; h++)
			for (size_t i = 0; i < (size_t)TILE_WIDTH >> h; i += 2)
				tree_node(&tile->node[row_of(h) + i],
				    &tile->node[row_of(h) + i + 1],
				    &tile->node[row_of(h + 1) + i / 2]);
	return err;
}

/* Takes the tile over; the one used longest ago makes room. */
static void
cache_put(struct tiles *t, uint64_t key, struct tile *tile)
{
	struct slot *oldest = &t->slot[0];

	for (size_t i = 1; i < TILE_CACHE; i++)
		if (t->slot[i].used < oldest->used)
			oldest = &t->slot[i];
	free(oldest->tile);
	*oldest = (struct slot){ key, ++t->tick, tile };
}

/*
 * A full tile, from the cache or the backend.  *out is good until the next
 * load.  The level is below TILE_LEVELS, and the tile within the size.
 */
static enum error_code
tile_load(struct tiles *t, unsigned level, uint64_t n,
    const struct tile **out)
{
	uint64_t key = (uint64_t)level << 56 | n;
	struct tile *tile;
	enum error_code err;

	for (size_t i = 0; i < TILE_CACHE; i++) {
		if (t->slot[i].key == key && t->slot[i].used != 0) {
			t->slot[i].used = ++t->tick;
			*out = t->slot[i].tile;
			return ERR_NONE;
		}
	}
	tile = malloc(sizeof *tile);
	if (tile == NULL)
		return ERR_NOMEM;
	err = tile_read(t, level, n, tile);
	if (err != ERR_NONE) {
		free(tile);
		return err;
	}
	cache_put(t, key, tile);
	*out = tile;
	return ERR_NONE;
}

/* How many hashes the open tile of `level` has. */
static size_t
open_width(const struct tiles *t, unsigned level)
{
	return (size_t)(t->size >> (8 * level)) & (TILE_WIDTH - 1);
}

/* The number n of the open tile of `level`. */
static uint64_t
open_number(const struct tiles *t, unsigned level)
{
	return level + 1 < TILE_LEVELS ? t->size >> (8 * (level + 1)) : 0;
}

static enum error_code
open_level(struct tiles *t, unsigned level)
{
	size_t width = open_width(t, level);
	uint64_t n = open_number(t, level);
	struct hash leaf[TILE_WIDTH];
	enum error_code err;

	if (width == 0)
		return ERR_NONE;
	if (level > 0)
		return tile_rebuild(t, level, n, width, &t->open[level]);
	err = read_leaves(t, n * TILE_WIDTH, width, leaf);
	for (size_t i = 0; err == ERR_NONE && i < width; i++)
		tile_set(&t->open[0], i, &leaf[i]);
	return err;
}

enum error_code
tiles_open(const struct tile_backend *backend, uint64_t size,
    struct tiles **out)
{
	struct tiles *t;
	enum error_code err = ERR_NONE;

	*out = NULL;
	if (size > TREE_SIZE_MAX)
		return ERR_SIZE;
	t = calloc(1, sizeof *t);
	if (t == NULL)
		return ERR_NOMEM;
	t->backend = *backend;
	t->size = size;
	for (unsigned level = 0; level < TILE_LEVELS; level++) {
		err = open_level(t, level);
		if (err != ERR_NONE)
			goto out;
	}
	*out = t;
	t = NULL;
out:
	tiles_destroy(&t);
	return err;
}

void
tiles_destroy(struct tiles **t)
{
	if (*t == NULL)
		return;
	for (size_t i = 0; i < TILE_CACHE; i++)
		free((*t)->slot[i].tile);
	free(*t);
	*t = NULL;
}

uint64_t
tiles_size(const struct tiles *t)
{
	return t->size;
}

/* The open tile of `level` is full: into the cache, and kept. */
static enum error_code
close_tile(struct tiles *t, unsigned level)
{
	uint64_t n = open_number(t, level);
	struct tile *full = malloc(sizeof *full);

	if (full == NULL)
		return ERR_NOMEM;
	*full = t->open[level];
	cache_put(t, (uint64_t)level << 56 | n, full);
	if (level == 0)
		return ERR_NONE;
	return t->backend.put(t->backend.ctx, level, n, full->node);
}

static enum error_code
append(struct tiles *t, const struct hash *leaf)
{
	struct hash h = *leaf;
	enum error_code err;

	/* The size stays behind until the end: it says which tile is open. */
	for (unsigned level = 0; level < TILE_LEVELS; level++) {
		size_t width = open_width(t, level);

		tile_set(&t->open[level], width, &h);
		if (width != TILE_WIDTH - 1)
			break;
		err = close_tile(t, level);
		if (err != ERR_NONE)
			return err;
		h = t->open[level].node[TILE_ROOT];
	}
	t->size++;
	return ERR_NONE;
}

enum error_code
tiles_append(struct tiles *t, const struct hash *leaf, size_t n)
{
	enum error_code err;

	if (n > TREE_SIZE_MAX - t->size)
		return ERR_SIZE;
	for (size_t i = 0; i < n; i++) {
		err = append(t, &leaf[i]);
		if (err != ERR_NONE)
			return err;
	}
	return ERR_NONE;
}

enum error_code
tiles_node(struct tiles *t, unsigned level, uint64_t n, struct hash *out)
{
	unsigned tile_level = level / 8, height = level % 8;
	size_t at;
	uint64_t number;
	const struct tile *tile;
	enum error_code err;

	if (level > TREE_LEVEL_MAX || n >= t->size >> level)
		return ERR_SIZE;
	number = n >> (8 - height);
	at = row_of(height) + (size_t)(n & (0xff >> height));
	if (number == open_number(t, tile_level)) {
		tile = &t->open[tile_level];
	} else {
		err = tile_load(t, tile_level, number, &tile);
		if (err != ERR_NONE)
			return err;
	}
	*out = tile->node[at];
	return ERR_NONE;
}

static bool
source_node(void *ctx, unsigned level, uint64_t n, struct hash *out)
{
	struct tiles *t = ctx;

	return tiles_node(t, level, n, out) == ERR_NONE;
}

struct tree_source
tiles_source(struct tiles *t)
{
	return (struct tree_source){ source_node, t };
}

enum error_code
tiles_edge_at(struct tiles *t, uint64_t size, struct edge *e)
{
	struct hash h;
	enum error_code err;

	edge_init(e);
	if (size > t->size)
		return ERR_SIZE;
	while (e->size < size) {
		unsigned level = 63 -
		    (unsigned)__builtin_clzll(size - e->size);

		err = tiles_node(t, level, e->size >> level, &h);
		if (err == ERR_NONE)
			err = edge_push(e, level, &h);
		if (err != ERR_NONE)
			return err;
	}
	return ERR_NONE;
}

enum error_code
tiles_root_at(struct tiles *t, uint64_t size, struct hash *root)
{
	struct edge e;
	enum error_code err = tiles_edge_at(t, size, &e);

	if (err == ERR_NONE)
		edge_root(&e, root);
	return err;
}

enum error_code
tiles_tile(struct tiles *t, unsigned level, uint64_t n,
    struct hash out[static TILE_WIDTH], unsigned *width)
{
	const struct tile *tile;
	enum error_code err;

	*width = level < TILE_LEVELS ? tile_width(level, n, t->size) : 0;
	if (*width == 0)
		return ERR_NOTFOUND;
	if (*width < TILE_WIDTH) {
		tile = &t->open[level];
	} else {
		err = tile_load(t, level, n, &tile);
		if (err != ERR_NONE)
			return err;
	}
	memcpy(out, tile->node, *width * sizeof *out);
	return ERR_NONE;
}
