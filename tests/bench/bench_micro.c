/*
 * What the single steps of a message cost, one thread, nothing else running:
 * the primitives, then our own functions over real records.  With it every
 * figure of the other benches can be explained step by step (INTERNALS 6, 10).
 */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/seal.h"
#include "broker/verify.h"
#include "ledger/checkpoint.h"
#include "ledger/fold.h"
#include "ledger/range.h"
#include "tests/bench/bench.h"
#include "tests/support/question.h"
#include "tests/support/world.h"

enum { START = 200, RUN_MS = 150 };

/* us of CPU for one call; each() is called until RUN_MS are over, best of three. */
static double
time_of(void (*each)(void *ctx), void *ctx)
{
	double best = 1e30;

	for (int round = 0; round < 3; round++) {
		uint64_t from = measure_cpu_ns(), now = from, n = 0;

		while (now - from < RUN_MS * 1000000ull) {
			for (int i = 0; i < 16; i++, n++)
				each(ctx);
			now = measure_cpu_ns();
		}
		if ((double)(now - from) / (double)n < best)
			best = (double)(now - from) / (double)n;
	}
	return best / 1000;
}

static void
say(const char *name, void (*each)(void *ctx), void *ctx, double per)
{
	measure_say(time_of(each, ctx) / per, "us", "%s", name);
}

/* ---- primitives --------------------------------------------------------------- */

static struct {
	uint8_t data[65536 + 64], out[65536 + 64];
	struct sign_pair sign;
	struct box_pair box;
	uint8_t signature[64], sealed[80], shared[32], nonce[24];
	size_t n;
} prim;

static void
do_sign(void *ctx)
{
	(void)ctx;
	identity_sign(&prim.sign, bytes_of(prim.data, 500), prim.signature);
}

static void
do_verify(void *ctx)
{
	(void)ctx;
	must_be(crypto_sign_verify_detached(prim.signature, prim.data, 500,
	    prim.sign.public) == 0);
}

static void
do_seal(void *ctx)
{
	(void)ctx;
	crypto_box_seal(prim.sealed, prim.data, 32, prim.box.public);
}

static void
do_open(void *ctx)
{
	(void)ctx;
	must_be(crypto_box_seal_open(prim.out, prim.sealed, 80,
	    prim.box.public, prim.box.secret) == 0);
}

static void
do_agree(void *ctx)
{
	(void)ctx;
	must_be(crypto_box_beforenm(prim.shared, prim.box.public,
	    prim.box.secret) == 0);
}

static void
do_box(void *ctx)
{
	(void)ctx;
	(void)crypto_box_easy_afternm(prim.out, prim.data, 64, prim.nonce,
	    prim.shared);
}

static void
do_sha256(void *ctx)
{
	(void)ctx;
	crypto_hash_sha256(prim.out, prim.data, prim.n);
}

static void
do_blake2b(void *ctx)
{
	(void)ctx;
	crypto_generichash(prim.out, 32, prim.data, prim.n, NULL, 0);
}

static void
do_aead(void *ctx)
{
	unsigned long long n;

	(void)ctx;
	crypto_aead_xchacha20poly1305_ietf_encrypt(prim.out, &n, prim.data,
	    prim.n, NULL, 0, NULL, prim.nonce, prim.shared);
}

static void
primitives(void)
{
	static const size_t size[] = { 65, 600, 1024, 65536 };
	char name[64];

	identity_sign_pair(&prim.sign);
	identity_box_pair(&prim.box);
	randombytes_buf(prim.data, sizeof prim.data);
	say("ed25519 sign 500 B", do_sign, NULL, 1);
	say("ed25519 verify 500 B", do_verify, NULL, 1);
	say("crypto_box_seal 32 B", do_seal, NULL, 1);
	say("crypto_box_seal_open 32 B", do_open, NULL, 1);
	say("x25519 agree (beforenm)", do_agree, NULL, 1);
	say("crypto_box afternm 64 B", do_box, NULL, 1);
	for (size_t i = 0; i < sizeof size / sizeof size[0]; i++) {
		prim.n = size[i];
		(void)snprintf(name, sizeof name, "sha-256 %zu B", size[i]);
		say(name, do_sha256, NULL, 1);
	}
	prim.n = 1024;
	say("blake2b 1024 B", do_blake2b, NULL, 1);
	say("xchacha20-poly1305 1024 B", do_aead, NULL, 1);
}

/* ---- sealing --------------------------------------------------------------------- */

static struct world w;
static struct {
	struct seal_sender *sender;
	struct box_pair epoch;
	struct body b;
	struct buf out;
	uint8_t k1[32], k2[32], plain[700];
} seal;

static void
do_seal_message(void *ctx)
{
	(void)ctx;
	buf_clear(&seal.out);
	must(seal_message(seal.sender, "refuge", seal.epoch.public, 1,
	    &seal.b, bytes_of(seal.plain, sizeof seal.plain), &seal.out,
	    seal.k2));
}

static void
do_open_share(void *ctx)
{
	(void)ctx;
	must(seal_open_share("refuge", &seal.b, seal.epoch.secret, seal.k1));
}

static void
do_open_message(void *ctx)
{
	struct buf plain;

	(void)ctx;
	buf_init(&plain, WIRE_PLAINTEXT_MAX + 1);
	must(seal_open_message("refuge", &seal.b, seal.k1, seal.k2,
	    buf_view(&seal.out), &plain, NULL));
	buf_free(&plain);
}

static void
sealing(void)
{
	identity_box_pair(&seal.epoch);
	must(seal_sender_create(&seal.sender));
	buf_init(&seal.out, 4096);
	sample_body(KIND_SUBMISSION, &seal.b);
	say("seal_message, correspondence known", do_seal_message, NULL, 1);
	say("seal_open_share", do_open_share, NULL, 1);
	say("seal_open_message", do_open_message, NULL, 1);
	seal_sender_destroy(&seal.sender);
	buf_free(&seal.out);
}

/* ---- frames and verifiers ------------------------------------------------------------ */

enum { FRAMES = 32, MOST = 64 };

static struct {
	struct buf frame[FRAMES];
	struct record *r[MOST];
	struct world_payload p[MOST];
	const struct world_payload *pp[MOST];
	struct arena *a;
	struct verifier *v;
	struct job_pool *pool;
	unsigned next, n;
} fr;

static void
make_frames(unsigned n)
{
	for (unsigned f = 0; f < FRAMES; f++) {
		for (unsigned i = 0; i < n; i++) {
			fr.r[i] = world_submission(&w, WORLD_POLICE,
			    WORLD_SCHOOL, "C1", 1024, &fr.p[i], NULL);
			fr.pp[i] = &fr.p[i];
		}
		world_bundle(&w, WORLD_POLICE, fr.r, n);
		buf_clear(&fr.frame[f]);
		world_up(f, fr.r, fr.pp, n, &fr.frame[f]);
	}
	fr.n = n;
}

static void
do_decode(void *ctx)
{
	struct up up;

	(void)ctx;
	arena_reset(fr.a);
	must(wire_up_decode(fr.a, buf_view(&fr.frame[fr.next++ % FRAMES]),
	    &up, NULL));
}

static void
do_verify_job(void *ctx)
{
	struct job *j = job_create(fr.pool, JOB_FRAME, w.m[WORLD_POLICE].id,
	    1, buf_view(&fr.frame[fr.next++ % FRAMES]));

	(void)ctx;
	must_be(j != NULL);
	verify_job(fr.v, j);
	must_be(j->formed && j->item[0].check == CHECK_OK);
	job_destroy(fr.pool, &j);
}

static void
do_bundle(void *ctx)
{
	(void)ctx;
	arena_reset(fr.a);
	must(bundle_sign(w.m[WORLD_POLICE].sign.secret, w.p, fr.r, fr.n,
	    sample_random, &(uint64_t){ 1 }, fr.a));
}

static void
verifying(void)
{
	static const unsigned size[] = { 1, 8, 16, 32 };
	struct verify_shared shared = { .partnership = w.p };
	struct members *members;
	struct store_member m = { 0 };
	struct cites *cites;
	char name[64];

	fr.a = arena_create(16 * 1024 * 1024);
	fr.pool = job_pool_create();
	must(members_create(&members));
	must(cites_create(w.origin, w.log.public, &cites));
	strcpy(m.id, w.m[WORLD_POLICE].id);
	memcpy(m.m.sign_key, w.m[WORLD_POLICE].sign.public, WIRE_KEY);
	must(members_put(members, &m));
	shared.members = members;
	shared.cites = cites;
	for (unsigned f = 0; f < FRAMES; f++)
		buf_init(&fr.frame[f], WIRE_UP_MAX);
	for (size_t i = 0; i < sizeof size / sizeof size[0]; i++) {
		make_frames(size[i]);
		(void)snprintf(name, sizeof name,
		    "up decode, per message of %u", size[i]);
		say(name, do_decode, NULL, size[i]);
		/* each pass a new verifier's cache would be cold only once:
		 * FRAMES bundles of the same signer go round */
		must(verifier_create(&shared, &fr.v));
		(void)snprintf(name, sizeof name,
		    "verify_job again, per message of %u", size[i]);
		say(name, do_verify_job, NULL, size[i]);
		verifier_destroy(&fr.v);
		(void)snprintf(name, sizeof name,
		    "bundle_sign, per message of %u", size[i]);
		say(name, do_bundle, NULL, size[i]);
	}
	members_destroy(&members);
	cites_destroy(&cites);
	job_pool_destroy(&fr.pool);
	arena_destroy(&fr.a);
	for (unsigned f = 0; f < FRAMES; f++)
		buf_free(&fr.frame[f]);
}

/* ---- rules, fold ------------------------------------------------------------------------ */

static struct question q;
static struct entry e;

static void
do_rules(void *ctx)
{
	(void)ctx;
	must_be(rules_decide(&q.f).rule == RULE_ADMIT);
}

static void
do_fold(void *ctx)
{
	static struct effect effect[FOLD_EFFECTS_MAX];
	struct fold_view v = { .custodian = "refuge" };
	unsigned n;

	(void)ctx;
	must(fold(&e, &v, effect, &n));
}

static void
do_entry(void *ctx)
{
	struct arena *a = ctx;
	struct entry out;

	arena_reset(a);
	must(entry_decode(a, w.p, e.body, e.salt, &out, NULL));
}

static void
deciding(void)
{
	static const char *const name[] = { "submission", "deliver", "opening" };
	struct arena *a = arena_create(16 * 1024 * 1024);
	struct world_payload p;
	struct record *r;
	struct buf body;
	char text[64];

	for (unsigned i = 0; i < BASELINES; i++) {
		for (unsigned k = 0; k < 3; k++) {
			if (strcmp(baseline[i].name, name[k]) != 0)
				continue;
			question_make(&q, &baseline[i], a);
			(void)snprintf(text, sizeof text, "rules_decide %s",
			    name[k]);
			say(text, do_rules, NULL, 1);
		}
	}
	r = world_submission(&w, WORLD_POLICE, WORLD_SCHOOL, "C1", 1024, &p,
	    NULL);
	buf_init(&body, ENTRY_BODY_MAX);
	must(entry_encode(1000, w.now, ENTRY_RECORD, r->wire, &body));
	must(entry_decode(w.a, w.p, buf_view(&body), e.salt, &e, NULL));
	say("fold submission", do_fold, NULL, 1);
	say("entry_decode submission", do_entry, a, 1);
	buf_free(&body);
	arena_destroy(&a);
}

/* ---- the tree ------------------------------------------------------------------------------ */

enum { TREE = 1 << 16, GAP = 128 };

static struct {
	struct hash *level[17];
	struct edge from, now;
	uint64_t wanted[GAP];
	struct hash leaf[GAP], proof[RANGE_PROOF_MAX], root;
	size_t n, n_proof;
	struct checkpoint c;
} t;

static bool
tree_at(void *ctx, unsigned level, uint64_t n, struct hash *out)
{
	(void)ctx;
	if (level > 16 || n >= (uint64_t)TREE >> level)
		return false;
	*out = t.level[level][n];
	return true;
}

static const struct tree_source source = { tree_at, NULL };

static void
do_prove(void *ctx)
{
	(void)ctx;
	must(range_prove(&source, TREE - GAP - 1, TREE - 1, t.wanted, t.n,
	    t.proof, RANGE_PROOF_MAX, &t.n_proof));
}

static void
do_advance(void *ctx)
{
	struct edge copy = t.from;

	(void)ctx;
	must(range_advance(&copy, TREE - 1, t.wanted, t.leaf, t.n, t.proof,
	    t.n_proof, &t.root));
}

static void
do_append(void *ctx)
{
	struct edge copy = t.from;

	(void)ctx;
	for (unsigned i = 0; i < GAP; i++)
		must(edge_append(&copy, &t.level[0][TREE - GAP - 1 + i]));
}

static void
do_cp_sign(void *ctx)
{
	(void)ctx;
	must(checkpoint_sign(w.origin, &t.c, w.log.secret));
}

static void
do_cp_verify(void *ctx)
{
	(void)ctx;
	must(checkpoint_verify(w.origin, &t.c, w.log.public));
}

static void
tree(void)
{
	for (unsigned l = 0; l <= 16; l++) {
		t.level[l] = calloc((size_t)TREE >> l, sizeof **t.level);
		must_be(t.level[l] != NULL);
		for (size_t i = 0; i < (size_t)TREE >> l; i++) {
			if (l == 0)
				randombytes_buf(&t.level[0][i], HASH_BYTES);
			else
				tree_node(&t.level[l - 1][2 * i],
				    &t.level[l - 1][2 * i + 1],
				    &t.level[l][i]);
		}
	}
	edge_init(&t.now);
	for (unsigned i = 0; i < TREE - 1; i++) {
		if (i == TREE - GAP - 1)
			t.from = t.now;
		must(edge_append(&t.now, &t.level[0][i]));
	}
	edge_root(&t.now, &t.root);
	for (t.n = 0; t.n < 16; t.n++) {
		t.wanted[t.n] = TREE - GAP - 1 + 8 * t.n;
		t.leaf[t.n] = t.level[0][t.wanted[t.n]];
	}
	say("range_prove, gap 128, 16 wanted", do_prove, NULL, 1);
	say("range_advance, the same", do_advance, NULL, 1);
	say("edge_append, per leaf", do_append, NULL, GAP);
	t.c.size = TREE - 1;
	t.c.root = t.root;
	say("checkpoint_sign", do_cp_sign, NULL, 1);
	say("checkpoint_verify", do_cp_verify, NULL, 1);
	for (unsigned l = 0; l <= 16; l++)
		free(t.level[l]);
}

static void
bench(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	must_be(sodium_init() >= 0);
	world_make(&w, 5, 1900000000000);
	primitives();
	sealing();
	verifying();
	deciding();
	tree();
	world_free(&w);
}

BENCH_MAIN(bench)
