/*
 * The tree as RFC 6962 section 2.1 defines it, by recursion over an array of
 * leaf hashes: slow, and sharing no code with ledger/ but the two hashes.
 */
#ifndef WAYLEAVE_TESTS_NAIVE_H
#define WAYLEAVE_TESTS_NAIVE_H

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/tree.h"

static inline size_t
naive_split(size_t n)
{
	size_t k = 1;

	while (k * 2 < n)
		k *= 2;
	return k;
}

static inline struct hash
naive_root(const struct hash *d, size_t n)
{
	struct hash l, r;

	if (n == 0) {
		tree_empty(&l);
		return l;
	}
	if (n == 1)
		return d[0];
	l = naive_root(d, naive_split(n));
	r = naive_root(d + naive_split(n), n - naive_split(n));
	tree_node(&l, &r, &l);
	return l;
}

/* PATH(m, D[n]); returns how many hashes were written. */
static inline size_t
naive_path(size_t m, const struct hash *d, size_t n, struct hash *out)
{
	size_t k, got;

	if (n == 1)
		return 0;
	k = naive_split(n);
	if (m < k) {
		got = naive_path(m, d, k, out);
		out[got] = naive_root(d + k, n - k);
	} else {
		got = naive_path(m - k, d + k, n - k, out);
		out[got] = naive_root(d, k);
	}
	return got + 1;
}

/* SUBPROOF(m, D[n], b). */
static inline size_t
naive_subproof(size_t m, const struct hash *d, size_t n, bool b,
    struct hash *out)
{
	size_t k, got;

	if (m == n) {
		if (!b)
			out[0] = naive_root(d, n);
		return b ? 0 : 1;
	}
	k = naive_split(n);
	if (m <= k) {
		got = naive_subproof(m, d, k, b, out);
		out[got] = naive_root(d + k, n - k);
	} else {
		got = naive_subproof(m - k, d + k, n - k, false, out);
		out[got] = naive_root(d, k);
	}
	return got + 1;
}

/* A source over an array of leaf hashes; n is how many there are. */
struct naive_tree {
	const struct hash *leaf;
	size_t n;
};

static inline bool
naive_node(void *ctx, unsigned level, uint64_t n, struct hash *out)
{
	const struct naive_tree *t = ctx;
	size_t width = (size_t)1 << level;

	if ((n + 1) * width > t->n)
		return false;
	*out = naive_root(t->leaf + n * width, width);
	return true;
}

static inline struct tree_source
naive_source(struct naive_tree *t)
{
	return (struct tree_source){ naive_node, t };
}

/* n leaf hashes, each different; to be freed by the caller. */
static inline struct hash *
naive_leaves(size_t n)
{
	struct hash *leaf = calloc(n + 1, sizeof *leaf);

	ck_assert_ptr_nonnull(leaf);
	for (size_t i = 0; i < n; i++) {
		uint8_t be[8];

		put_be64(be, i);
		tree_leaf(bytes_of(be, sizeof be), &leaf[i]);
	}
	return leaf;
}

/* Deterministic: the same cases on every run (splitmix64). */
static inline uint64_t
naive_random(uint64_t *state, uint64_t below)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return (z ^ z >> 31) % below;
}

static inline void
naive_flip(void *data, size_t bit)
{
	((uint8_t *)data)[bit / 8] ^= (uint8_t)(1u << bit % 8);
}

static inline int
naive_main(const char *name, void (*add)(TCase *))
{
	Suite *suite = suite_create(name);
	TCase *tc = tcase_create(name);
	SRunner *runner;
	int failed;

	tcase_set_timeout(tc, 120);
	add(tc);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#endif
