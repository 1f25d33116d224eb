#include "ledger/edge.h"
#include "tests/unit/ledger/naive.h"

START_TEST(append_is_the_tree)
{
	enum { N = 300 };
	struct hash *leaf = naive_leaves(N), root, want;
	struct edge e;

	edge_init(&e);
	edge_root(&e, &root);
	tree_empty(&want);
	ck_assert(hash_equal(&root, &want));
	for (size_t n = 1; n <= N; n++) {
		ck_assert_int_eq(edge_append(&e, &leaf[n - 1]), ERR_NONE);
		ck_assert_uint_eq(e.size, n);
		ck_assert_uint_eq(e.n, (unsigned)__builtin_popcountll(n));
		edge_root(&e, &root);
		want = naive_root(leaf, n);
		ck_assert(hash_equal(&root, &want));
	}
	free(leaf);
}
END_TEST

START_TEST(push_of_subtrees)
{
	struct hash *leaf = naive_leaves(64), sub, root, want;
	struct edge e;

	edge_init(&e);
	sub = naive_root(leaf, 32);
	ck_assert_int_eq(edge_push(&e, 5, &sub), ERR_NONE);
	sub = naive_root(leaf + 32, 16);
	ck_assert_int_eq(edge_push(&e, 4, &sub), ERR_NONE);
	ck_assert_int_eq(edge_push(&e, 0, &leaf[48]), ERR_NONE);
	want = naive_root(leaf, 49);
	edge_root(&e, &root);
	ck_assert(hash_equal(&root, &want));
	/* 49 is odd: only single leaves fit. */
	for (unsigned h = 1; h < 70; h++)
		ck_assert_int_eq(edge_push(&e, h, &sub), ERR_SIZE);
	ck_assert_uint_eq(e.size, 49);
	free(leaf);
}
END_TEST

START_TEST(largest_size)
{
	struct hash h = { { 3 } };
	struct edge e;

	edge_init(&e);
	ck_assert_int_eq(edge_push(&e, 63, &h), ERR_SIZE);
	for (unsigned height = 63; height-- > 0;)
		ck_assert_int_eq(edge_push(&e, height, &h), ERR_NONE);
	ck_assert_uint_eq(e.size, TREE_SIZE_MAX);
	ck_assert_uint_eq(e.n, EDGE_HASH_MAX);
	ck_assert_int_eq(edge_append(&e, &h), ERR_SIZE);
	ck_assert_uint_eq(e.size, TREE_SIZE_MAX);
	ck_assert_uint_eq(edge_bytes(&e), EDGE_BYTES_MAX);
}
END_TEST

START_TEST(encoding)
{
	uint8_t raw[EDGE_BYTES_MAX + 1];
	struct hash *leaf = naive_leaves(300), a, b;
	struct edge e, back, untouched;

	edge_init(&e);
	memset(&untouched, 0x5a, sizeof untouched);
	for (size_t i = 0; i <= 300; i++) {
		size_t n = edge_bytes(&e);

		edge_encode(&e, raw);
		ck_assert_int_eq(edge_decode(bytes_of(raw, n), &back),
		    ERR_NONE);
		ck_assert_uint_eq(back.size, e.size);
		edge_root(&e, &a);
		edge_root(&back, &b);
		ck_assert(hash_equal(&a, &b));
		for (size_t cut = 0; cut <= n + 1; cut++) {
			back = untouched;
			if (cut == n)
				continue;
			ck_assert_int_eq(edge_decode(bytes_of(raw, cut),
			    &back), ERR_FORMAT);
			ck_assert(memcmp(&back, &untouched, sizeof back) == 0);
		}
		if (i < 300)
			ck_assert_int_eq(edge_append(&e, &leaf[i]), ERR_NONE);
	}
	put_be64(raw, TREE_SIZE_MAX + 1);
	ck_assert_int_eq(edge_decode(bytes_of(raw, 8 + 32), &back),
	    ERR_FORMAT);
	free(leaf);
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_test(tc, append_is_the_tree);
	tcase_add_test(tc, push_of_subtrees);
	tcase_add_test(tc, largest_size);
	tcase_add_test(tc, encoding);
}

int
main(void)
{
	return naive_main("edge", add);
}
