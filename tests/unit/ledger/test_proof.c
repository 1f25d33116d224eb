#include "ledger/proof.h"
#include "tests/unit/ledger/naive.h"

enum { N = 70 };

static struct hash *leaf, root[N + 1];
static struct naive_tree tree;

static void
setup(void)
{
	leaf = naive_leaves(N);
	tree = (struct naive_tree){ leaf, N };
	for (size_t n = 0; n <= N; n++)
		root[n] = naive_root(leaf, n);
}

static void
teardown(void)
{
	free(leaf);
}

START_TEST(inclusion)
{
	struct tree_source src = naive_source(&tree);
	struct hash path[TREE_PATH_MAX], want[TREE_PATH_MAX];
	size_t n_path;

	for (size_t n = 1; n <= N; n++) {
		for (size_t i = 0; i < n; i++) {
			size_t len = naive_path(i, leaf, n, want);

			ck_assert_int_eq(proof_inclusion(&src, i, n, path,
			    &n_path), ERR_NONE);
			ck_assert_uint_eq(n_path, len);
			ck_assert(memcmp(path, want, len * 32) == 0);
			ck_assert_int_eq(proof_inclusion_verify(i, n,
			    &leaf[i], path, n_path, &root[n]), ERR_NONE);
			ck_assert_int_eq(proof_inclusion_verify(i, n,
			    &leaf[i], path, n_path, &root[n - 1]), ERR_PROOF);
			ck_assert_int_eq(proof_inclusion_verify(i, n,
			    &leaf[(i + 1) % N], path, n_path, &root[n]),
			    ERR_PROOF);
		}
	}
	ck_assert_int_eq(proof_inclusion(&src, 5, 5, path, &n_path),
	    ERR_SIZE);
	ck_assert_int_eq(proof_inclusion(&src, 0, TREE_SIZE_MAX + 1, path,
	    &n_path), ERR_SIZE);
	ck_assert_int_eq(proof_inclusion(&src, 0, N + 1, path, &n_path),
	    ERR_NOTFOUND);
}
END_TEST

START_TEST(inclusion_bits)
{
	struct tree_source src = naive_source(&tree);
	struct hash path[TREE_PATH_MAX], h;
	size_t n_path;

	for (size_t i = 0; i < 23; i++) {
		ck_assert_int_eq(proof_inclusion(&src, i, 23, path, &n_path),
		    ERR_NONE);
		for (size_t bit = 0; bit < n_path * 256; bit++) {
			naive_flip(path, bit);
			ck_assert_int_eq(proof_inclusion_verify(i, 23,
			    &leaf[i], path, n_path, &root[23]), ERR_PROOF);
			naive_flip(path, bit);
		}
		for (size_t bit = 0; bit < 256; bit++) {
			h = leaf[i];
			naive_flip(&h, bit);
			ck_assert_int_eq(proof_inclusion_verify(i, 23, &h,
			    path, n_path, &root[23]), ERR_PROOF);
		}
		for (size_t other = 0; other < 23; other++)
			ck_assert_int_eq(proof_inclusion_verify(other, 23,
			    &leaf[i], path, n_path, &root[23]),
			    other == i ? ERR_NONE : ERR_PROOF);
	}
}
END_TEST

START_TEST(consistency)
{
	struct tree_source src = naive_source(&tree);
	struct hash path[PROOF_CONSISTENCY_MAX], want[PROOF_CONSISTENCY_MAX];
	size_t n_path;

	for (size_t to = 1; to <= N; to++) {
		for (size_t from = 1; from <= to; from++) {
			size_t len = naive_subproof(from, leaf, to, true,
			    want);

			ck_assert_int_eq(proof_consistency(&src, from, to,
			    path, &n_path), ERR_NONE);
			ck_assert_uint_eq(n_path, len);
			ck_assert(memcmp(path, want, len * 32) == 0);
			ck_assert_int_eq(proof_consistency_verify(from,
			    &root[from], to, &root[to], path, n_path),
			    ERR_NONE);
			ck_assert_int_eq(proof_consistency_verify(from,
			    &root[from - 1], to, &root[to], path, n_path),
			    ERR_PROOF);
			ck_assert_int_eq(proof_consistency_verify(from,
			    &root[from], to, &root[to - 1], path, n_path),
			    ERR_PROOF);
			for (size_t l = 0; l < PROOF_CONSISTENCY_MAX; l++)
				ck_assert_int_eq(proof_consistency_verify(
				    from, &root[from], to, &root[to], path, l),
				    l == len ? ERR_NONE : ERR_PROOF);
		}
	}
}
END_TEST

START_TEST(consistency_bits)
{
	struct tree_source src = naive_source(&tree);
	struct hash path[PROOF_CONSISTENCY_MAX];
	size_t n_path;

	for (size_t from = 1; from <= 40; from++) {
		ck_assert_int_eq(proof_consistency(&src, from, 41, path,
		    &n_path), ERR_NONE);
		for (size_t bit = 0; bit < n_path * 256; bit++) {
			naive_flip(path, bit);
			ck_assert_int_eq(proof_consistency_verify(from,
			    &root[from], 41, &root[41], path, n_path),
			    ERR_PROOF);
			naive_flip(path, bit);
		}
		/* Sizes are bound to roots by signatures, so: true pairs. */
		for (size_t a = 0; a <= 45; a++)
			for (size_t b = 0; b <= 45; b++)
				if (a != from || b != 41)
					ck_assert_int_eq(
					    proof_consistency_verify(a,
					    &root[a], b, &root[b], path,
					    n_path), a > 0 && a == b &&
					    n_path == 0 ? ERR_NONE :
					    ERR_PROOF);
	}
}
END_TEST

START_TEST(consistency_limits)
{
	struct tree_source src = naive_source(&tree);
	struct hash path[PROOF_CONSISTENCY_MAX + 1] = { { { 0 } } };
	size_t n;

	ck_assert_int_eq(proof_consistency(&src, 0, 5, path, &n), ERR_SIZE);
	ck_assert_int_eq(proof_consistency(&src, 6, 5, path, &n), ERR_SIZE);
	ck_assert_int_eq(proof_consistency(&src, 1, TREE_SIZE_MAX + 1, path,
	    &n), ERR_SIZE);
	/* From nothing follows nothing, whatever the proof. */
	for (size_t l = 0; l < 5; l++)
		ck_assert_int_eq(proof_consistency_verify(0, &root[0], 5,
		    &root[5], path, l), ERR_PROOF);
	ck_assert_int_eq(proof_consistency_verify(0, &root[0], 0, &root[0],
	    path, 0), ERR_PROOF);
	ck_assert_int_eq(proof_consistency_verify(1, &root[1], UINT64_MAX,
	    &root[5], path, 64), ERR_PROOF);
	ck_assert_int_eq(proof_consistency_verify(1, &root[1], TREE_SIZE_MAX,
	    &root[5], path, PROOF_CONSISTENCY_MAX + 1), ERR_PROOF);
}
END_TEST

static void
parse_is(const struct buf *text, enum error_code want)
{
	static struct proof_file f;
	struct why why = { "" };

	ck_assert_int_eq(proof_file_parse(buf_view(text), &f, &why), want);
	if (want != ERR_NONE)
		ck_assert_str_ne(why.text, "");
}

START_TEST(file_there_and_back)
{
	static struct proof_file f, back;
	struct tree_source src = naive_source(&tree);
	struct buf text, again;

	buf_init(&text, PROOF_FILE_MAX);
	buf_init(&again, PROOF_FILE_MAX);
	f.index = 47;
	f.checkpoint = bytes_str("any text\n\nlines\n");
	ck_assert_int_eq(proof_inclusion(&src, f.index, N, f.path, &f.n_path),
	    ERR_NONE);
	for (int extra = 0; extra < 3; extra++) {
		f.has_extra = extra > 0;
		f.n_extra = extra == 2 ? PROOF_EXTRA_MAX : 0;
		memset(f.extra, 0xaa, f.n_extra);
		buf_clear(&text);
		proof_file_format(&f, &text);
		ck_assert(buf_ok(&text));
		ck_assert_int_eq(proof_file_parse(buf_view(&text), &back,
		    NULL), ERR_NONE);
		ck_assert_uint_eq(back.index, 47);
		ck_assert_uint_eq(back.n_path, f.n_path);
		ck_assert(memcmp(back.path, f.path, f.n_path * 32) == 0);
		ck_assert(back.has_extra == f.has_extra);
		ck_assert_uint_eq(back.n_extra, f.n_extra);
		ck_assert(bytes_equal(back.checkpoint, f.checkpoint));
		buf_clear(&again);
		proof_file_format(&back, &again);
		ck_assert(bytes_equal(buf_view(&text), buf_view(&again)));
	}
	f.has_extra = false;
	f.n_path = 0;
	buf_clear(&text);
	proof_file_format(&f, &text);
	for (size_t cut = 0; cut + f.checkpoint.n <= text.n; cut++) {
		struct buf part = text;

		part.n = cut;
		parse_is(&part, ERR_FORMAT);
	}
	buf_free(&text);
	buf_free(&again);
}
END_TEST

START_TEST(file_refused)
{
#define HEAD "c2sp.org/tlog-proof@v1\n"
#define ZERO "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
	static const char *bad[] = {
		"", "\n", HEAD, HEAD "index 1\n", HEAD "index 1\n\n",
		"c2sp.org/tlog-proof@v2\nindex 1\n\nx\n",
		" " HEAD "index 1\n\nx\n",
		HEAD "index\n\nx\n", HEAD "index \n\nx\n",
		HEAD "index 01\n\nx\n", HEAD "index +1\n\nx\n",
		HEAD "index 1 \n\nx\n", HEAD "index  1\n\nx\n",
		HEAD "index -1\n\nx\n",
		HEAD "index 9223372036854775807\n\nx\n",
		HEAD "index 99999999999999999999999\n\nx\n",
		HEAD "extra\nindex 1\n\nx\n", HEAD "extra A\nindex 1\n\nx\n",
		HEAD "extra QQ==\nextra QQ==\nindex 1\n\nx\n",
		HEAD "index 1\nextra QQ==\n\nx\n",
		HEAD "index 1\n" ZERO "AAAA\n\nx\n",
		HEAD "index 1\n" ZERO,
		HEAD "index 1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB="
		    "\n\nx\n",
	};
	struct buf text;

	buf_init(&text, PROOF_FILE_MAX + 10);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		buf_clear(&text);
		buf_put_str(&text, bad[i]);
		parse_is(&text, ERR_FORMAT);
	}
	for (int hashes = 63; hashes <= 64; hashes++) {
		buf_clear(&text);
		buf_put_str(&text, HEAD "index 1\n");
		for (int i = 0; i < hashes; i++)
			buf_put_str(&text, ZERO);
		buf_put_str(&text, "\nx\n");
		parse_is(&text, hashes == 63 ? ERR_NONE : ERR_FORMAT);
	}
	memset(buf_room(&text, PROOF_FILE_MAX + 1 - text.n), 'x',
	    PROOF_FILE_MAX + 1 - text.n);
	parse_is(&text, ERR_SIZE);
	buf_free(&text);
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, inclusion);
	tcase_add_test(tc, inclusion_bits);
	tcase_add_test(tc, consistency);
	tcase_add_test(tc, consistency_bits);
	tcase_add_test(tc, consistency_limits);
	tcase_add_test(tc, file_there_and_back);
	tcase_add_test(tc, file_refused);
}

int
main(void)
{
	return naive_main("proof", add);
}
