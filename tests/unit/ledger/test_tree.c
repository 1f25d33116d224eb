#include "tests/unit/ledger/naive.h"

/* The eight inputs of the certificate transparency reference code. */
static const char *input[8] = { "", "00", "10", "2021", "3031", "40414243",
	"5051525354555657", "606162636465666768696a6b6c6d6e6f" };

static const char *root_of[9] = {
	"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
	"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
	"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
	"aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
	"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
	"4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
	"76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
	"ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
	"5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
};

static const char *leaf_of[8] = {
	"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
	"96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
	"0298d122906dcfc10892cb53a73992fc5b9f493ea4c9badb27b791b4127a7fe7",
	"07506a85fd9dd2f120eb694f86011e5bb4662e5c415a62917033d4a9624487e7",
	"bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
	"4271a26be0d8a84f0bd54c8c302e7cb3a3b5d1fa6780a40bcce2873477dab658",
	"b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f",
	"46f6ffadd3d06a09ff3c5860d2755c8b9819db7df44251788c7d8e3180de8eb1",
};

static void
assert_hash(const struct hash *h, const char *hex)
{
	char got[2 * HASH_BYTES + 1];

	hex_encode(got, h->b, HASH_BYTES);
	ck_assert_str_eq(got, hex);
}

static void
reference_leaves(struct hash leaf[8])
{
	uint8_t raw[16];

	for (int i = 0; i < 8; i++) {
		size_t n = strlen(input[i]) / 2;

		ck_assert(hex_decode(raw, n, input[i]));
		tree_leaf(bytes_of(raw, n), &leaf[i]);
	}
}

START_TEST(reference_tree)
{
	struct hash leaf[8], root;

	reference_leaves(leaf);
	for (size_t i = 0; i < 8; i++)
		assert_hash(&leaf[i], leaf_of[i]);
	for (size_t n = 0; n <= 8; n++) {
		tree_root_of(leaf, n, &root);
		assert_hash(&root, root_of[n]);
	}
	tree_empty(&root);
	assert_hash(&root, root_of[0]);
}
END_TEST

/* Inclusion paths published with the reference code. */
START_TEST(reference_paths)
{
	static const struct {
		size_t index, n;
		const char *path[3];
	} row[] = {
		{ 0, 1, { NULL } },
		{ 0, 8, {
	"96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
	"5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
	"6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4" } },
		{ 5, 8, {
	"bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
	"ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
	"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7" } },
		{ 2, 3, {
	"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
	NULL, NULL } },
		{ 1, 5, {
	"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
	"5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
	"bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b" } },
	};
	struct hash leaf[8], path[TREE_PATH_MAX], root;

	reference_leaves(leaf);
	for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
		size_t n_path, want = 0;

		ck_assert_int_eq(tree_path(leaf, row[i].n, row[i].index, path,
		    &n_path), ERR_NONE);
		while (want < 3 && row[i].path[want] != NULL)
			want++;
		ck_assert_uint_eq(n_path, want);
		for (size_t j = 0; j < want; j++)
			assert_hash(&path[j], row[i].path[j]);
		ck_assert_int_eq(tree_path_root(row[i].index, row[i].n,
		    &leaf[row[i].index], path, n_path, &root), ERR_NONE);
		assert_hash(&root, root_of[row[i].n]);
	}
}
END_TEST

START_TEST(agrees_with_definition)
{
	enum { N = 80 };
	struct hash *leaf = naive_leaves(N), node[2 * N + 16], root, want;
	struct hash path[TREE_PATH_MAX], path2[TREE_PATH_MAX];
	struct hash naive[TREE_PATH_MAX];
	size_t n_path, n_path2;

	for (size_t n = 1; n <= N; n++) {
		want = naive_root(leaf, n);
		tree_root_of(leaf, n, &root);
		ck_assert(hash_equal(&root, &want));
		ck_assert_uint_le(tree_nodes_room(n), 2 * N + 16);
		memcpy(node, leaf, n * sizeof *leaf);
		tree_nodes_fill(node, n);
		ck_assert(hash_equal(&node[tree_nodes_room(n) - 1], &want));
		for (size_t i = 0; i < n; i++) {
			size_t len = naive_path(i, leaf, n, naive);

			ck_assert_uint_eq(len, tree_path_length(i, n));
			ck_assert_int_eq(tree_path(leaf, n, i, path, &n_path),
			    ERR_NONE);
			ck_assert_int_eq(tree_nodes_path(node, n, i, path2,
			    &n_path2), ERR_NONE);
			ck_assert_uint_eq(n_path, len);
			ck_assert_uint_eq(n_path2, len);
			ck_assert(memcmp(path, naive, len * 32) == 0);
			ck_assert(memcmp(path2, naive, len * 32) == 0);
			ck_assert_int_eq(tree_path_root(i, n, &leaf[i], path,
			    n_path, &root), ERR_NONE);
			ck_assert(hash_equal(&root, &want));
		}
	}
	free(leaf);
}
END_TEST

START_TEST(path_length_is_exact)
{
	struct hash *leaf = naive_leaves(40), path[TREE_PATH_MAX + 1], root;

	memset(path, 7, sizeof path);
	for (size_t n = 1; n <= 40; n++)
		for (size_t i = 0; i < n; i++)
			for (size_t len = 0; len <= TREE_PATH_MAX; len++)
				ck_assert_int_eq(tree_path_root(i, n, leaf,
				    path, len, &root),
				    len == tree_path_length(i, n) ? ERR_NONE :
				    ERR_PROOF);
	free(leaf);
}
END_TEST

START_TEST(limits)
{
	struct hash leaf = { { 1 } }, path[TREE_PATH_MAX + 1] = { { { 0 } } };
	struct hash root;
	size_t n;

	ck_assert_int_eq(tree_path(&leaf, 1, 1, path, &n), ERR_SIZE);
	ck_assert_int_eq(tree_path(&leaf, 0, 0, path, &n), ERR_SIZE);
	ck_assert_int_eq(tree_nodes_path(&leaf, 1, 1, path, &n), ERR_SIZE);
	ck_assert_int_eq(tree_path_root(0, 0, &leaf, path, 0, &root),
	    ERR_PROOF);
	ck_assert_int_eq(tree_path_root(5, 5, &leaf, path, 3, &root),
	    ERR_PROOF);
	ck_assert_uint_eq(tree_path_length(0, TREE_SIZE_MAX), 63);
	ck_assert_int_eq(tree_path_root(0, TREE_SIZE_MAX, &leaf, path, 63,
	    &root), ERR_NONE);
	ck_assert_int_eq(tree_path_root(0, TREE_SIZE_MAX + 1, &leaf, path, 63,
	    &root), ERR_PROOF);
	ck_assert_int_eq(tree_path_root(0, UINT64_MAX, &leaf, path, 64,
	    &root), ERR_PROOF);
	ck_assert_int_eq(tree_path_root(UINT64_MAX, UINT64_MAX, &leaf, path,
	    64, &root), ERR_PROOF);
}
END_TEST

/* Every changed bit of leaf or path gives another root. */
START_TEST(bits)
{
	enum { N = 11 };
	struct hash *leaf = naive_leaves(N), path[TREE_PATH_MAX], root, want;
	size_t n_path;

	want = naive_root(leaf, N);
	for (size_t i = 0; i < N; i++) {
		ck_assert_int_eq(tree_path(leaf, N, i, path, &n_path),
		    ERR_NONE);
		for (size_t bit = 0; bit < n_path * 256; bit++) {
			naive_flip(path, bit);
			ck_assert_int_eq(tree_path_root(i, N, &leaf[i], path,
			    n_path, &root), ERR_NONE);
			ck_assert(!hash_equal(&root, &want));
			naive_flip(path, bit);
		}
		for (size_t other = 0; other < N; other++)
			if (other != i && tree_path_root(other, N, &leaf[i],
			    path, n_path, &root) == ERR_NONE)
				ck_assert(!hash_equal(&root, &want));
	}
	free(leaf);
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_test(tc, reference_tree);
	tcase_add_test(tc, reference_paths);
	tcase_add_test(tc, agrees_with_definition);
	tcase_add_test(tc, path_length_is_exact);
	tcase_add_test(tc, limits);
	tcase_add_test(tc, bits);
}

int
main(void)
{
	return naive_main("tree", add);
}
