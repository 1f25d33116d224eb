#include "ledger/range.h"

/* Height of the largest aligned subtree at `lo` that ends by `to`; lo < to. */
static unsigned
step_height(uint64_t lo, uint64_t to)
{
	unsigned fits = 63 - (unsigned)__builtin_clzll(to - lo);
	unsigned aligned = lo == 0 ? 63 : (unsigned)__builtin_ctzll(lo);

	return aligned < fits ? aligned : fits;
}

/* Both sides refuse the same shapes; see range_length() in the header. */
static bool
shape_ok(uint64_t from, uint64_t to, const uint64_t *wanted, size_t n_wanted)
{
	if (from > to || to > TREE_SIZE_MAX || n_wanted > RANGE_WANTED_MAX)
		return false;
	for (size_t i = 0; i < n_wanted; i++) {
		if (wanted[i] < from || wanted[i] >= to)
			return false;
		if (i > 0 && wanted[i] <= wanted[i - 1])
			return false;
	}
	return true;
}

/* The prover: visits each subtree of which the proof has a hash. */
struct prover {
	const struct tree_source *src;	/* NULL: only count */
	const uint64_t *wanted;
	size_t n_wanted, w;		/* wanted[w..] lie ahead */
	struct hash *proof;
	size_t max, n;
};

static enum error_code
prove_subtree(struct prover *p, uint64_t lo, unsigned h)
{
	enum error_code err;

	if (p->w == p->n_wanted || p->wanted[p->w] >> h != lo >> h) {
		if (p->n == RANGE_PROOF_MAX)
			return ERR_SIZE;
		if (p->src != NULL && p->n == p->max)
			return ERR_FULL;
		if (p->src != NULL && !p->src->node(p->src->ctx, h, lo >> h,
		    &p->proof[p->n]))
			return ERR_NOTFOUND;
		p->n++;
		return ERR_NONE;
	}
	if (h == 0) {
		p->w++;
		return ERR_NONE;
	}
	err = prove_subtree(p, lo, h - 1);
	if (err != ERR_NONE)
		return err;
	return prove_subtree(p, lo + (UINT64_C(1) << (h - 1)), h - 1);
}

static enum error_code
prove(struct prover *p, uint64_t from, uint64_t to)
{
	enum error_code err;

	if (!shape_ok(from, to, p->wanted, p->n_wanted))
		return ERR_SIZE;
	while (from < to) {
		unsigned h = step_height(from, to);

		err = prove_subtree(p, from, h);
		if (err != ERR_NONE)
			return err;
		from += UINT64_C(1) << h;
	}
	return ERR_NONE;
}

enum error_code
range_length(uint64_t from, uint64_t to, const uint64_t *wanted,
    size_t n_wanted, size_t *n_proof)
{
	struct prover p = { .wanted = wanted, .n_wanted = n_wanted };
	enum error_code err = prove(&p, from, to);

	*n_proof = p.n;
	return err;
}

enum error_code
range_prove(const struct tree_source *src, uint64_t from, uint64_t to,
    const uint64_t *wanted, size_t n_wanted, struct hash *proof, size_t max,
    size_t *n_proof)
{
	struct prover p = { .src = src, .wanted = wanted,
		.n_wanted = n_wanted, .proof = proof, .max = max };
	enum error_code err = prove(&p, from, to);

	*n_proof = p.n;
	return err;
}

struct verifier {
	const uint64_t *wanted;
	const struct hash *leaf;
	size_t n_wanted, w;
	const struct hash *proof;
	size_t n_proof, p;
};

/*
 * Each node hashed here consumes a wanted leaf or a hash of the proof, so
 * the work is bounded by the input, whatever sizes it claims.
 */
static bool
verify_subtree(struct verifier *v, uint64_t lo, unsigned h, struct hash *out)
{
	struct hash l, r;

	if (v->w == v->n_wanted || v->wanted[v->w] >> h != lo >> h) {
		if (v->p == v->n_proof)
			return false;
		*out = v->proof[v->p++];
		return true;
	}
	if (h == 0) {
		*out = v->leaf[v->w++];
		return true;
	}
	if (!verify_subtree(v, lo, h - 1, &l) ||
	    !verify_subtree(v, lo + (UINT64_C(1) << (h - 1)), h - 1, &r))
		return false;
	tree_node(&l, &r, out);
	return true;
}

enum error_code
range_advance(struct edge *e, uint64_t new_size, const uint64_t *wanted_index,
    const struct hash *wanted_leaf, size_t n_wanted, const struct hash *proof,
    size_t n_proof, const struct hash *root)
{
	struct verifier v = { .wanted = wanted_index, .leaf = wanted_leaf,
		.n_wanted = n_wanted, .proof = proof, .n_proof = n_proof };
	struct edge next = *e;
	struct hash h;

	if (n_proof > RANGE_PROOF_MAX ||
	    !shape_ok(e->size, new_size, wanted_index, n_wanted))
		return ERR_PROOF;
	while (next.size < new_size) {
		unsigned height = step_height(next.size, new_size);

		if (!verify_subtree(&v, next.size, height, &h) ||
		    edge_push(&next, height, &h) != ERR_NONE)
			return ERR_PROOF;
	}
	if (v.w != n_wanted || v.p != n_proof)
		return ERR_PROOF;
	edge_root(&next, &h);
	if (!hash_equal(&h, root))
		return ERR_PROOF;
	*e = next;
	return ERR_NONE;
}
