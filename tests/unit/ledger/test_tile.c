#include "ledger/tile.h"

#include "ledger/range.h"
#include "tests/unit/ledger/naive.h"

/* A backend in memory, which counts and can be made to forget or fail. */
struct shelf {
	uint64_t n_entries;
	struct row {
		unsigned level;
		uint64_t n;
		struct hash tile[TILE_WIDTH];
	} row[8];
	size_t n_rows, gets, puts, rows_read;
	enum error_code fail;
};

static struct hash
commitment(uint64_t i)
{
	struct hash h = { { 0 } };

	put_be64(h.b, i);
	put_be64(h.b + 24, i * 31);
	return h;
}

static enum error_code
shelf_commitments(void *ctx, uint64_t first, size_t n, struct hash *out)
{
	struct shelf *s = ctx;

	ck_assert_uint_le(n, TILE_WIDTH);
	ck_assert_uint_le(first + n, s->n_entries);
	s->rows_read += n;
	for (size_t i = 0; i < n; i++)
		out[i] = commitment(first + i);
	return s->fail;
}

static enum error_code
shelf_get(void *ctx, unsigned level, uint64_t n,
    struct hash out[static TILE_WIDTH])
{
	struct shelf *s = ctx;

	s->gets++;
	ck_assert_uint_ge(level, 1);
	for (size_t i = 0; i < s->n_rows; i++) {
		if (s->row[i].level == level && s->row[i].n == n) {
			memcpy(out, s->row[i].tile, sizeof s->row[i].tile);
			return s->fail;
		}
	}
	return s->fail != ERR_NONE ? s->fail : ERR_NOTFOUND;
}

static enum error_code
shelf_put(void *ctx, unsigned level, uint64_t n,
    const struct hash tile[static TILE_WIDTH])
{
	struct shelf *s = ctx;

	s->puts++;
	ck_assert_uint_ge(level, 1);
	ck_assert_uint_lt(s->n_rows, 8);
	s->row[s->n_rows].level = level;
	s->row[s->n_rows].n = n;
	memcpy(s->row[s->n_rows++].tile, tile, TILE_BYTES);
	return s->fail;
}

static struct shelf shelf;
static struct tiles *tiles;

static struct tile_backend
backend(void)
{
	return (struct tile_backend){ &shelf, shelf_commitments, shelf_get,
		shelf_put };
}

static void
setup(void)
{
	struct tile_backend b = backend();

	memset(&shelf, 0, sizeof shelf);
	ck_assert_int_eq(tiles_open(&b, 0, &tiles), ERR_NONE);
}

static void
teardown(void)
{
	tiles_destroy(&tiles);
	ck_assert_ptr_null(tiles);
	tiles_destroy(&tiles);
}

static void
reopen(uint64_t size)
{
	struct tile_backend b = backend();

	tiles_destroy(&tiles);
	ck_assert_int_eq(tiles_open(&b, size, &tiles), ERR_NONE);
	ck_assert_uint_eq(tiles_size(tiles), size);
}

/* Appends up to `size`, keeping an edge beside; batches of many widths. */
static void
grow(struct edge *e, uint64_t size, uint64_t *seed)
{
	struct hash leaf[200], c;

	while (e->size < size) {
		size_t n = 1 + naive_random(seed, 200);

		if (n > size - e->size)
			n = size - e->size;
		for (size_t i = 0; i < n; i++) {
			c = commitment(e->size);
			tile_leaf(&c, &leaf[i]);
			ck_assert_int_eq(edge_append(e, &leaf[i]), ERR_NONE);
		}
		shelf.n_entries = e->size;
		ck_assert_int_eq(tiles_append(tiles, leaf, n), ERR_NONE);
	}
}

static void
same_root(const struct edge *e)
{
	struct hash a, b;

	ck_assert_int_eq(tiles_root_at(tiles, e->size, &a), ERR_NONE);
	edge_root(e, &b);
	ck_assert(hash_equal(&a, &b));
}

START_TEST(entry_is_a_leaf)
{
	struct hash c = commitment(7), leaf, want;
	uint8_t entry[ENTRY_BYTES];

	tile_entry(&c, entry);
	ck_assert_uint_eq(entry[0], 1);
	ck_assert_uint_eq(entry[1], 1);
	ck_assert(memcmp(entry + 2, c.b, HASH_BYTES) == 0);
	tree_leaf(bytes_of(entry, sizeof entry), &want);
	tile_leaf(&c, &leaf);
	ck_assert(hash_equal(&leaf, &want));
}
END_TEST

/* Every node of every size up to 1,100, by the definition. */
START_TEST(nodes_by_definition)
{
	enum { N = 1100 };
	struct hash *leaf = calloc(N, sizeof *leaf), c, h, want;

	for (uint64_t i = 0; i < N; i++) {
		c = commitment(i);
		tile_leaf(&c, &leaf[i]);
	}
	for (uint64_t n = 1; n <= N; n++) {
		shelf.n_entries = n;
		ck_assert_int_eq(tiles_append(tiles, &leaf[n - 1], 1),
		    ERR_NONE);
		/* Just the nodes that this leaf completed. */
		for (unsigned level = 0; level < 12; level++) {
			uint64_t last = n >> level;

			ck_assert_int_eq(tiles_node(tiles, level, last, &h),
			    ERR_SIZE);
			if (last == 0 || n % (UINT64_C(1) << level) != 0)
				continue;
			ck_assert_int_eq(tiles_node(tiles, level, last - 1,
			    &h), ERR_NONE);
			want = naive_root(leaf + ((last - 1) << level),
			    (size_t)1 << level);
			ck_assert(hash_equal(&h, &want));
		}
	}
	for (uint64_t n = 0; n <= N; n += 13) {
		ck_assert_int_eq(tiles_root_at(tiles, n, &h), ERR_NONE);
		want = naive_root(leaf, n);
		ck_assert(hash_equal(&h, &want));
	}
	ck_assert_int_eq(tiles_root_at(tiles, N + 1, &h), ERR_SIZE);
	ck_assert_int_eq(tiles_node(tiles, 63, 0, &h), ERR_SIZE);
	ck_assert_int_eq(tiles_node(tiles, 0, UINT64_MAX, &h), ERR_SIZE);
	free(leaf);
}
END_TEST

START_TEST(reopened_anywhere)
{
	static const uint64_t border[] = { 1, 255, 256, 257, 511, 512, 65535,
		65536, 65537, 65792, 131071, 131072, 131073, 140000 };
	struct edge e, at;
	struct hash a, b;
	uint64_t seed = 11;

	edge_init(&e);
	for (size_t i = 0; i < sizeof border / sizeof border[0]; i++) {
		uint64_t before = i == 0 ? 0 : border[i - 1];

		for (int step = 0; step < 4; step++) {
			uint64_t to = before + 1 + naive_random(&seed,
			    border[i] - before);

			if (to <= e.size)
				continue;
			grow(&e, to, &seed);
			same_root(&e);
			reopen(e.size);
			same_root(&e);
		}
		grow(&e, border[i], &seed);
		same_root(&e);
		reopen(e.size);
		same_root(&e);
		ck_assert_int_eq(tiles_edge_at(tiles, e.size, &at), ERR_NONE);
		edge_root(&at, &a);
		edge_root(&e, &b);
		ck_assert(hash_equal(&a, &b));
		ck_assert_uint_eq(at.n, e.n);
		ck_assert(memcmp(at.hash, e.hash, e.n * 32) == 0);
	}
	ck_assert_uint_eq(shelf.n_rows, 2);
}
END_TEST

START_TEST(start_is_short)
{
	struct edge e;
	uint64_t seed = 12;

	edge_init(&e);
	grow(&e, 140000, &seed);
	shelf.gets = shelf.rows_read = 0;
	reopen(e.size);
	/* 140,000 = 2 tiles of level 1, 34 of level 0 open, 224 entries. */
	ck_assert_uint_eq(shelf.gets, 2);
	ck_assert_uint_eq(shelf.rows_read, 34 * 256 + 224);
}
END_TEST

/* A tile lost between the entries and its put is made again. */
START_TEST(lost_tiles)
{
	struct edge e;
	uint64_t seed = 13;
	struct hash kept[TILE_WIDTH];

	edge_init(&e);
	grow(&e, 70000, &seed);
	ck_assert_uint_eq(shelf.n_rows, 1);
	memcpy(kept, shelf.row[0].tile, sizeof kept);
	shelf.n_rows = 0;
	reopen(e.size);
	same_root(&e);
	ck_assert_uint_eq(shelf.n_rows, 1);
	ck_assert(memcmp(kept, shelf.row[0].tile, sizeof kept) == 0);
	ck_assert_uint_eq(shelf.row[0].level, 1);
	ck_assert_uint_eq(shelf.row[0].n, 0);
}
END_TEST

START_TEST(failing_backend)
{
	struct tile_backend b = backend();
	struct tiles *none = tiles;
	struct edge e;
	struct hash h;
	uint64_t seed = 14;

	edge_init(&e);
	grow(&e, 66000, &seed);
	shelf.fail = ERR_IO;
	ck_assert_int_eq(tiles_open(&b, 66000, &none), ERR_IO);
	ck_assert_ptr_null(none);
	ck_assert_int_eq(tiles_open(&b, 65536, &none), ERR_IO);
	ck_assert_ptr_null(none);
	ck_assert_int_eq(tiles_open(&b, TREE_SIZE_MAX + 1, &none), ERR_SIZE);
	shelf.fail = ERR_NONE;
	reopen(66000);
	shelf.fail = ERR_IO;
	/* Tile 0 is not in memory after this start, the last one is. */
	ck_assert_int_eq(tiles_node(tiles, 0, 3, &h), ERR_IO);
	ck_assert_int_eq(tiles_node(tiles, 0, 65999, &h), ERR_NONE);
	shelf.fail = ERR_NONE;
	ck_assert_int_eq(tiles_node(tiles, 0, 3, &h), ERR_NONE);
}
END_TEST

/* Range proofs off the tiles, far apart, with more tiles than the cache. */
START_TEST(source_of_proofs)
{
	enum { N = 68000 };
	static struct hash proof[RANGE_PROOF_MAX];
	struct tree_source src;
	struct edge e, at;
	struct hash root, leaf[8], c;
	uint64_t seed = 15, wanted[8];
	size_t n_proof;

	edge_init(&e);
	grow(&e, N, &seed);
	src = tiles_source(tiles);
	edge_root(&e, &root);
	for (int i = 0; i < 100; i++) {
		uint64_t from = naive_random(&seed, N - 8);

		for (size_t w = 0; w < 8; w++) {
			wanted[w] = from + (N - from) / 8 * w;
			c = commitment(wanted[w]);
			tile_leaf(&c, &leaf[w]);
		}
		ck_assert_int_eq(tiles_edge_at(tiles, from, &at), ERR_NONE);
		ck_assert_int_eq(range_prove(&src, from, N, wanted, 8, proof,
		    RANGE_PROOF_MAX, &n_proof), ERR_NONE);
		ck_assert_int_eq(range_advance(&at, N, wanted, leaf, 8, proof,
		    n_proof, &root), ERR_NONE);
	}
}
END_TEST

/* What was used last stays in memory, and no more than that. */
START_TEST(cache)
{
	struct edge e;
	struct hash h;
	uint64_t seed = 17;

	edge_init(&e);
	grow(&e, 68000, &seed);
	for (uint64_t n = 0; n < 265; n++)
		ck_assert_int_eq(tiles_node(tiles, 0, n * 256, &h), ERR_NONE);
	shelf.rows_read = 0;
	for (uint64_t n = 265 - TILE_CACHE; n < 265; n++)
		ck_assert_int_eq(tiles_node(tiles, 3, n * 32, &h), ERR_NONE);
	ck_assert_uint_eq(shelf.rows_read, 0);
	ck_assert_int_eq(tiles_node(tiles, 0, 0, &h), ERR_NONE);
	ck_assert_uint_eq(shelf.rows_read, TILE_WIDTH);
}
END_TEST

START_TEST(tiles_to_write)
{
	struct hash out[TILE_WIDTH], h;
	struct edge e;
	unsigned width;
	uint64_t seed = 16;

	edge_init(&e);
	grow(&e, 70000, &seed);
	ck_assert_int_eq(tiles_tile(tiles, 0, 273, out, &width), ERR_NONE);
	ck_assert_uint_eq(width, 112);
	ck_assert_int_eq(tiles_node(tiles, 0, 69999, &h), ERR_NONE);
	ck_assert(hash_equal(&out[111], &h));
	ck_assert_int_eq(tiles_tile(tiles, 0, 0, out, &width), ERR_NONE);
	ck_assert_uint_eq(width, 256);
	tree_root_of(out, 256, &h);
	ck_assert_int_eq(tiles_tile(tiles, 1, 0, out, &width), ERR_NONE);
	ck_assert_uint_eq(width, 256);
	ck_assert(hash_equal(&out[0], &h));
	ck_assert_int_eq(tiles_tile(tiles, 1, 1, out, &width), ERR_NONE);
	ck_assert_uint_eq(width, 17);
	ck_assert_int_eq(tiles_tile(tiles, 2, 0, out, &width), ERR_NONE);
	ck_assert_uint_eq(width, 1);
	ck_assert_int_eq(tiles_tile(tiles, 3, 0, out, &width), ERR_NOTFOUND);
	ck_assert_int_eq(tiles_tile(tiles, 0, 274, out, &width),
	    ERR_NOTFOUND);
	ck_assert_int_eq(tiles_tile(tiles, 64, 0, out, &width),
	    ERR_NOTFOUND);
}
END_TEST

START_TEST(widths)
{
	static const struct {
		unsigned level;
		uint64_t n, size;
		unsigned width;
	} row[] = {
		{ 0, 0, 0, 0 }, { 0, 0, 1, 1 }, { 0, 0, 255, 255 },
		{ 0, 0, 256, 256 }, { 0, 1, 256, 0 }, { 1, 0, 256, 1 },
		{ 1, 0, 255, 0 }, { 0, 272, 70000, 256 },
		{ 0, 273, 70000, 112 }, { 1, 0, 70000, 256 },
		{ 1, 1, 70000, 17 }, { 2, 0, 70000, 1 }, { 3, 0, 70000, 0 },
		{ TILE_ENTRIES, 273, 70000, 112 }, { 0, UINT64_MAX, 70000, 0 },
		{ 7, 0, TREE_SIZE_MAX, 127 }, { 8, 0, TREE_SIZE_MAX, 0 },
		{ 63, 0, TREE_SIZE_MAX, 0 },
	};

	for (size_t i = 0; i < sizeof row / sizeof row[0]; i++)
		ck_assert_uint_eq(tile_width(row[i].level, row[i].n,
		    row[i].size), row[i].width);
}
END_TEST

START_TEST(names)
{
	static const struct {
		struct tile_name name;
		const char *path;
	} row[] = {
		{ { 0, 0, 256 }, "tile/0/000" },
		{ { 0, 999, 256 }, "tile/0/999" },
		{ { 0, 1000, 256 }, "tile/0/x001/000" },
		{ { 63, 1234067, 1 }, "tile/63/x001/x234/067.p/1" },
		{ { TILE_ENTRIES, 273, 112 }, "tile/entries/273.p/112" },
		{ { TILE_ENTRIES, UINT64_MAX, 255 }, "tile/entries/x018/x446/"
		    "x744/x073/x709/x551/615.p/255" },
	};
	static const char *bad[] = { "", "tile", "tile/", "tile/0", "tile/0/",
		"tile/0/1", "tile/0/0000", "tile/00/000", "tile/64/000",
		"tile/-1/000", "tile/0/x000/000", "tile/0/001/000",
		"tile/0/x001", "tile/0/000/", "tile/0/000.p/0",
		"tile/0/000.p/256", "tile/0/000.p/01", "tile/0/000.p/",
		"tile/0/000.p", "tile/0/000.", "tile/0/000x",
		"tile/0/000.q/5", "tile/0/x018/x446/x744/x073/x709/x551/616",
		"tile/0/x001/x018/x446/x744/x073/x709/x551/615",
		"tile/entries/00", "tile/entry/000", "/tile/0/000",
		"tile/0/1/0", "tile/0/x1/000", "tile/0/../000",
		"tile/0/000.p/5/5" };
	struct tile_name name;
	char path[TILE_NAME_MAX];

	for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
		tile_name_format(&row[i].name, path);
		ck_assert_str_eq(path, row[i].path);
		ck_assert_int_eq(tile_name_parse(path, &name), ERR_NONE);
		ck_assert_uint_eq(name.level, row[i].name.level);
		ck_assert_uint_eq(name.n, row[i].name.n);
		ck_assert_uint_eq(name.width, row[i].name.width);
	}
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		ck_assert_msg(tile_name_parse(bad[i], &name) == ERR_FORMAT,
		    "%s", bad[i]);
}
END_TEST

START_TEST(bundles)
{
	struct buf b;
	struct bytes rest, entry;
	uint8_t big[65536] = { 0 };

	buf_init(&b, BUNDLE_BYTES_MAX);
	bundle_put(&b, bytes_str("one"));
	bundle_put(&b, bytes_str(""));
	bundle_put(&b, bytes_of(big, 65535));
	ck_assert(buf_ok(&b));
	ck_assert(memcmp(b.data, "\0\3one\0\0\xff\xff", 9) == 0);
	rest = buf_view(&b);
	ck_assert_int_eq(bundle_next(&rest, &entry), ERR_NONE);
	ck_assert(bytes_equal(entry, bytes_str("one")));
	ck_assert_int_eq(bundle_next(&rest, &entry), ERR_NONE);
	ck_assert_uint_eq(entry.n, 0);
	ck_assert_int_eq(bundle_next(&rest, &entry), ERR_NONE);
	ck_assert_uint_eq(entry.n, 65535);
	ck_assert_int_eq(bundle_next(&rest, &entry), ERR_NOTFOUND);
	for (size_t cut = 8; cut < 20; cut++) {
		rest = bytes_of(b.data + 7, cut - 7);
		ck_assert_int_eq(bundle_next(&rest, &entry), ERR_FORMAT);
		ck_assert_uint_eq(rest.n, cut - 7);
	}
	bundle_put(&b, bytes_of(big, 65536));
	ck_assert(!buf_ok(&b));
	buf_free(&b);
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, entry_is_a_leaf);
	tcase_add_test(tc, nodes_by_definition);
	tcase_add_test(tc, reopened_anywhere);
	tcase_add_test(tc, start_is_short);
	tcase_add_test(tc, lost_tiles);
	tcase_add_test(tc, failing_backend);
	tcase_add_test(tc, source_of_proofs);
	tcase_add_test(tc, cache);
	tcase_add_test(tc, tiles_to_write);
	tcase_add_test(tc, widths);
	tcase_add_test(tc, names);
	tcase_add_test(tc, bundles);
}

int
main(void)
{
	return naive_main("tile", add);
}
