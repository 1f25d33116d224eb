/*
 * Proof files, edges, and the three proofs over numbers and hashes of the
 * fuzzer's choice.  A failed advance leaves the edge alone, one that succeeds
 * has the root it was given.
 * max_len: 16384
 */
#include <stdlib.h>
#include <string.h>

#include "ledger/proof.h"
#include "ledger/range.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
must(bool ok)
{
	if (!ok)
		abort();
}

static void
try_file(struct bytes in)
{
	static struct proof_file f;
	struct why why;
	struct buf again;

	if (proof_file_parse(in, &f, &why) != ERR_NONE)
		return;
	buf_init(&again, PROOF_FILE_MAX);
	proof_file_format(&f, &again);
	must(bytes_equal(buf_view(&again), in));
	buf_free(&again);
}

static void
try_edge(struct bytes in)
{
	uint8_t raw[EDGE_BYTES_MAX];
	struct edge e;
	struct hash root;

	if (edge_decode(in, &e) != ERR_NONE)
		return;
	edge_encode(&e, raw);
	must(bytes_equal(bytes_of(raw, edge_bytes(&e)), in));
	edge_root(&e, &root);
}

/* Edge size, new size, count of wanted, their indices, then hashes. */
static void
try_range(struct bytes in)
{
	static struct hash leaf[256], proof[600];
	uint64_t to, wanted[256];
	struct edge e, before;
	const uint8_t *raw;
	uint8_t n_wanted;
	struct hash root;
	size_t n;

	edge_init(&e);
	if (!bytes_take_u64(&in, &e.size) || !bytes_take_u64(&in, &to) ||
	    !bytes_take_u8(&in, &n_wanted) || e.size > TREE_SIZE_MAX)
		return;
	e.n = (unsigned)__builtin_popcountll(e.size);
	for (size_t i = 0; i < n_wanted; i++)
		if (!bytes_take_u64(&in, &wanted[i]))
			return;
	for (n = 0; n < 600 && bytes_take(&in, HASH_BYTES, &raw); n++)
		memcpy(&proof[n], raw, HASH_BYTES);
	memset(leaf, 1, sizeof leaf);
	memset(&root, 0, sizeof root);
	before = e;
	if (range_advance(&e, to, wanted, leaf, n_wanted, proof, n, &root) ==
	    ERR_NONE) {
		edge_root(&e, leaf);
		must(e.size == to && hash_equal(leaf, &root));
	} else {
		must(memcmp(&e, &before, sizeof e) == 0);
	}
	(void)!range_length(e.size, to, wanted, n_wanted, &n);
}

static void
try_classic(struct bytes in)
{
	static struct hash path[80];
	struct hash root = { { 0 } }, leaf = { { 1 } };
	uint64_t a, b;
	const uint8_t *raw;
	size_t n;

	if (!bytes_take_u64(&in, &a) || !bytes_take_u64(&in, &b))
		return;
	for (n = 0; n < 80 && bytes_take(&in, HASH_BYTES, &raw); n++)
		memcpy(&path[n], raw, HASH_BYTES);
	must(proof_inclusion_verify(a, b, &leaf, path, n, &root) ==
	    ERR_PROOF);
	must(proof_consistency_verify(a, &leaf, b, &root, path, n) ==
	    ERR_PROOF);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static void (*const parser[])(struct bytes) = { try_file, try_edge,
		try_range, try_classic };

	if (n > 0)
		parser[data[0] % 4](bytes_of(data + 1, n - 1));
	return 0;
}
