#include "ledger/range.h"
#include "tests/unit/ledger/naive.h"

enum { N = 300, W = 24, CASES = 300 };

struct range_case {
	uint64_t from, to, wanted[W];
	struct hash leaf[W], proof[RANGE_PROOF_MAX], root;
	size_t n_wanted, n_proof;
	struct edge edge;
};

static struct hash *leaf, root[N + 1];
static struct naive_tree tree;
static struct edge edge[N + 1];

static void
setup(void)
{
	leaf = naive_leaves(N);
	tree = (struct naive_tree){ leaf, N };
	for (size_t n = 0; n <= N; n++)
		root[n] = naive_root(leaf, n);
	edge_init(&edge[0]);
	for (size_t n = 0; n < N; n++) {
		edge[n + 1] = edge[n];
		ck_assert_int_eq(edge_append(&edge[n + 1], &leaf[n]),
		    ERR_NONE);
	}
}

static void
teardown(void)
{
	free(leaf);
}

static void
make(struct range_case *c, uint64_t from, uint64_t to, size_t want,
    uint64_t *seed)
{
	struct tree_source src = naive_source(&tree);
	uint64_t at = from;
	size_t length;

	c->from = from;
	c->to = to;
	c->n_wanted = 0;
	while (c->n_wanted < want && at < to) {
		at += naive_random(seed, (to - from) / want + 1);
		if (at >= to)
			break;
		c->leaf[c->n_wanted] = leaf[at];
		c->wanted[c->n_wanted++] = at++;
	}
	c->root = root[to];
	c->edge = edge[from];
	ck_assert_int_eq(range_prove(&src, from, to, c->wanted, c->n_wanted,
	    c->proof, RANGE_PROOF_MAX, &c->n_proof), ERR_NONE);
	ck_assert_int_eq(range_length(from, to, c->wanted, c->n_wanted,
	    &length), ERR_NONE);
	ck_assert_uint_eq(length, c->n_proof);
}

static enum error_code
advance(const struct range_case *c, struct edge *e)
{
	return range_advance(e, c->to, c->wanted, c->leaf, c->n_wanted,
	    c->proof, c->n_proof, &c->root);
}

/* Fails, and leaves every byte of the edge as it was. */
static void
refused(const struct range_case *c)
{
	struct edge e = c->edge;

	ck_assert_int_eq(advance(c, &e), ERR_PROOF);
	ck_assert(memcmp(&e, &c->edge, sizeof e) == 0);
}

START_TEST(random_ranges)
{
	static struct range_case c;
	uint64_t seed = 1;

	for (int i = 0; i < CASES; i++) {
		uint64_t to = naive_random(&seed, N + 1);
		uint64_t from = naive_random(&seed, to + 1);
		struct edge want, e;

		make(&c, from, to, 1 + naive_random(&seed, W), &seed);
		e = c.edge;
		want = edge[to];
		ck_assert_int_eq(advance(&c, &e), ERR_NONE);
		ck_assert_uint_eq(e.size, to);
		ck_assert(memcmp(e.hash, want.hash, e.n * 32) == 0);
	}
}
END_TEST

START_TEST(every_bit)
{
	static struct range_case c;
	uint64_t seed = 2;

	for (int i = 0; i < 6; i++) {
		uint64_t to = 100 + naive_random(&seed, N - 100);
		uint64_t from = naive_random(&seed, to);

		make(&c, from, to, 5, &seed);
		for (size_t bit = 0; bit < c.n_proof * 256; bit++) {
			naive_flip(c.proof, bit);
			refused(&c);
			naive_flip(c.proof, bit);
		}
		for (size_t bit = 0; bit < c.n_wanted * 256; bit++) {
			naive_flip(c.leaf, bit);
			refused(&c);
			naive_flip(c.leaf, bit);
		}
		for (size_t bit = 0; bit < 256; bit++) {
			naive_flip(&c.root, bit);
			refused(&c);
			naive_flip(&c.root, bit);
		}
		for (size_t bit = 0; bit < c.edge.n * 256; bit++) {
			naive_flip(c.edge.hash, bit);
			refused(&c);
			naive_flip(c.edge.hash, bit);
		}
	}
}
END_TEST

/*
 * Other sizes and other positions, same hashes.  A size is bound to its root
 * by the log's signature alone, so each is tried with its own true root.
 */
START_TEST(every_number)
{
	static struct range_case c;
	uint64_t seed = 3;

	for (int i = 0; i < 30; i++) {
		uint64_t to = 2 + naive_random(&seed, N - 2);
		uint64_t from = naive_random(&seed, to - 1);

		make(&c, from, to, 4, &seed);
		for (uint64_t other = 0; other < N; other++) {
			c.to = other;
			c.root = root[other];
			if (other != to)
				refused(&c);
		}
		c.to = to;
		c.root = root[to];
		for (size_t w = 0; w < c.n_wanted; w++) {
			for (unsigned bit = 0; bit < 64; bit++) {
				c.wanted[w] ^= UINT64_C(1) << bit;
				refused(&c);
				c.wanted[w] ^= UINT64_C(1) << bit;
			}
		}
		if (c.n_wanted > 0) {
			c.n_wanted--;
			refused(&c);
		}
	}
}
END_TEST

START_TEST(every_length)
{
	static struct range_case c;
	uint64_t seed = 4;

	for (int i = 0; i < 40; i++) {
		uint64_t to = 1 + naive_random(&seed, N);
		size_t n;

		make(&c, naive_random(&seed, to), to, 6, &seed);
		n = c.n_proof;
		for (c.n_proof = 0; c.n_proof < n + 3; c.n_proof++)
			if (c.n_proof != n)
				refused(&c);
		c.n_proof = RANGE_PROOF_MAX + 1;
		refused(&c);
	}
}
END_TEST

START_TEST(order_of_wanted)
{
	static struct range_case c;
	uint64_t seed = 5, index;
	struct hash h;
	struct tree_source src = naive_source(&tree);
	size_t n;

	make(&c, 100, 290, 10, &seed);
	ck_assert_uint_ge(c.n_wanted, 2);
	index = c.wanted[0], c.wanted[0] = c.wanted[1], c.wanted[1] = index;
	refused(&c);
	h = c.leaf[0], c.leaf[0] = c.leaf[1], c.leaf[1] = h;
	refused(&c);
	ck_assert_int_eq(range_prove(&src, 100, 290, c.wanted, c.n_wanted,
	    c.proof, RANGE_PROOF_MAX, &n), ERR_SIZE);
	c.wanted[1] = c.wanted[0];
	refused(&c);
	c.n_wanted = 1;
	c.wanted[0] = 99;
	ck_assert_int_eq(range_length(100, 400, c.wanted, 1, &n), ERR_SIZE);
	c.wanted[0] = 400;
	ck_assert_int_eq(range_length(100, 400, c.wanted, 1, &n), ERR_SIZE);
}
END_TEST

START_TEST(nothing_new)
{
	static struct range_case c;
	uint64_t seed = 6;
	struct edge e;

	make(&c, 0, 0, 1, &seed);
	e = c.edge;
	ck_assert_int_eq(advance(&c, &e), ERR_NONE);
	make(&c, 77, 77, 1, &seed);
	ck_assert_uint_eq(c.n_proof, 0);
	e = c.edge;
	ck_assert_int_eq(advance(&c, &e), ERR_NONE);
	c.root = leaf[0];
	refused(&c);
	/* Backwards, with the root that is true there. */
	make(&c, 77, 77, 1, &seed);
	c.to = 76;
	c.root = root[76];
	refused(&c);
}
END_TEST

START_TEST(bounds)
{
	static uint64_t wanted[RANGE_WANTED_MAX + 1];
	static struct hash proof[4];
	struct tree_source src = naive_source(&tree);
	size_t n;

	for (size_t i = 0; i <= RANGE_WANTED_MAX; i++)
		wanted[i] = i;
	ck_assert_int_eq(range_length(0, 5000, wanted, RANGE_WANTED_MAX, &n),
	    ERR_NONE);
	ck_assert_int_eq(range_length(0, 5000, wanted, RANGE_WANTED_MAX + 1,
	    &n), ERR_SIZE);
	ck_assert_int_eq(range_length(1, 0, NULL, 0, &n), ERR_SIZE);
	ck_assert_int_eq(range_length(0, TREE_SIZE_MAX, NULL, 0, &n),
	    ERR_NONE);
	ck_assert_uint_eq(n, 63);
	ck_assert_int_eq(range_length(0, TREE_SIZE_MAX + 1, NULL, 0, &n),
	    ERR_SIZE);
	ck_assert_int_eq(range_length(1, TREE_SIZE_MAX, NULL, 0, &n),
	    ERR_NONE);
	ck_assert_uint_le(n, 126);
	/* Far apart in a large tree: more hashes than fit. */
	for (size_t i = 0; i < RANGE_WANTED_MAX; i++)
		wanted[i] = (uint64_t)i << 40;
	ck_assert_int_eq(range_length(0, TREE_SIZE_MAX, wanted,
	    RANGE_WANTED_MAX, &n), ERR_SIZE);
	/* No room, and a source that lacks what is asked. */
	ck_assert_int_eq(range_prove(&src, 1, 300, NULL, 0, proof, 4, &n),
	    ERR_FULL);
	ck_assert_int_eq(range_prove(&src, 300, 301, NULL, 0, proof, 4, &n),
	    ERR_NOTFOUND);
}
END_TEST

/* The figure of the design: gap 130, 12 wanted. */
START_TEST(is_small)
{
	static const uint64_t wanted[12] = { 100, 117, 118, 130, 149, 150,
		173, 190, 201, 215, 228, 229 };
	size_t n;

	ck_assert_int_eq(range_length(100, 230, wanted, 12, &n), ERR_NONE);
	ck_assert_uint_le(n, 45);
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, random_ranges);
	tcase_add_test(tc, every_bit);
	tcase_add_test(tc, every_number);
	tcase_add_test(tc, every_length);
	tcase_add_test(tc, order_of_wanted);
	tcase_add_test(tc, nothing_new);
	tcase_add_test(tc, bounds);
	tcase_add_test(tc, is_small);
}

int
main(void)
{
	return naive_main("range", add);
}
