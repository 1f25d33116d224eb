/*
 * Tile names, entry bundles, and tiles opened and grown at sizes of the
 * fuzzer's choice, against an edge that takes the same leaves.
 * max_len: 8192
 */
#include <stdlib.h>
#include <string.h>

#include "ledger/tile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

enum { ENTRIES = 600 };

static void
must(bool ok)
{
	if (!ok)
		abort();
}

static void
try_name(struct bytes in)
{
	char path[256] = "", again[TILE_NAME_MAX];
	struct tile_name name;

	if (in.n >= sizeof path)
		return;
	memcpy(path, in.data, in.n);
	if (tile_name_parse(path, &name) != ERR_NONE)
		return;
	must(name.level <= TILE_ENTRIES && name.width >= 1 &&
	    name.width <= TILE_WIDTH);
	tile_name_format(&name, again);
	must(strcmp(path, again) == 0);
	must(tile_width(name.level, name.n, TREE_SIZE_MAX) <= TILE_WIDTH);
}

static void
try_bundle(struct bytes in)
{
	struct bytes rest = in, entry;
	struct buf again;
	enum error_code err;

	buf_init(&again, 65536);
	while ((err = bundle_next(&rest, &entry)) == ERR_NONE)
		bundle_put(&again, entry);
	must(buf_ok(&again) && again.n + rest.n == in.n);
	must(again.n == 0 || memcmp(again.data, in.data, again.n) == 0);
	must((err == ERR_NOTFOUND) == (rest.n == 0));
	buf_free(&again);
}

static enum error_code
commitments(void *ctx, uint64_t first, size_t n, struct hash *out)
{
	must(n <= TILE_WIDTH && first + n <= *(uint64_t *)ctx);
	memset(out, 0, n * sizeof *out);
	for (size_t i = 0; i < n; i++)
		put_be64(out[i].b, first + i);
	return ERR_NONE;
}

static enum error_code
get(void *ctx, unsigned level, uint64_t n, struct hash out[static TILE_WIDTH])
{
	(void)ctx, (void)level, (void)n, (void)out;
	return ERR_NOTFOUND;
}

static enum error_code
put(void *ctx, unsigned level, uint64_t n,
    const struct hash tile[static TILE_WIDTH])
{
	(void)ctx, (void)level, (void)n, (void)tile;
	return ERR_NONE;
}

/* Each u16 is a step: so many leaves more, or a look-up, or a reopening. */
static void
try_tiles(struct bytes in)
{
	static struct hash leaf[ENTRIES];
	uint64_t size = 0;
	struct tile_backend backend = { &size, commitments, get, put };
	struct tiles *t;
	struct edge e;
	struct hash a, b;
	uint16_t step;

	edge_init(&e);
	must(tiles_open(&backend, 0, &t) == ERR_NONE);
	for (int i = 0; i < 12 && bytes_take_u16(&in, &step); i++) {
		uint64_t n = step % (ENTRIES + 1 - e.size);

		if (step & 0x8000) {
			tiles_destroy(&t);
			must(tiles_open(&backend, size, &t) == ERR_NONE);
			continue;
		}
		must((tiles_node(t, step >> 11, n, &a) == ERR_NONE) ==
		    (n < e.size >> (step >> 11)));
		size += n;
		must(commitments(&size, e.size, 0, leaf) == ERR_NONE);
		for (size_t j = 0; j < n; j++) {
			must(commitments(&size, e.size, 1, &leaf[j]) ==
			    ERR_NONE);
			tile_leaf(&leaf[j], &leaf[j]);
			must(edge_append(&e, &leaf[j]) == ERR_NONE);
		}
		must(tiles_append(t, leaf, n) == ERR_NONE);
		must(tiles_root_at(t, size, &a) == ERR_NONE);
		edge_root(&e, &b);
		must(hash_equal(&a, &b));
	}
	tiles_destroy(&t);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static void (*const parser[])(struct bytes) = { try_name, try_bundle,
		try_tiles };

	if (n > 0)
		parser[data[0] % 3](bytes_of(data + 1, n - 1));
	return 0;
}
