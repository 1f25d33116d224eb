/*
 * How quickly `wayleave-audit verify` replays a ledger: a busy one is written
 * through the rules into a mirror, then replayed with and without signatures.
 * Messages come in bundles of up to 8, each is delivered, opened alone and
 * receipted with up to 32 of its case.
 *
 *	bench_verify [entries [folder]]
 *
 * Seconds are those of the clock and of the processor, all threads together:
 * entries per processor second is what one core does.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <sodium.h>

#include "audit/verify.h"
#include "base/clock.h"
#include "ledger/edge.h"
#include "store/facts.h"
#include "tests/support/test.h"
#include "tests/support/world.h"

enum { AGENCIES = 14, CASES = 40, PER_CASE = 4, RUN = 32, BUNDLE = 8 };

static void
must(enum error_code e, const char *what)
{
	if (e == ERR_NONE)
		return;
	(void)fprintf(stderr, "bench_verify: %s: %s\n", what, error_text(e));
	exit(1);
}
#define ok(call) must(call, #call)

static struct world w;
static struct store *s;
static struct mirror *mirror;
static struct edge edge;
static struct arena *arena;
static uint64_t n;
static struct arrow { struct world_case kase; unsigned from, to; } arrow[CASES *
    PER_CASE];
static unsigned arrows;

/* ---- writing ------------------------------------------------------------- */

static enum error_code
append(void *ctx, enum entry_kind kind, struct bytes payload)
{
	uint8_t commitment[HASH_BYTES], salt[ENTRY_SALT];
	struct why why = { "" };
	struct entry e;
	struct hash leaf;
	struct buf out;

	(void)ctx;
	randombytes_buf(salt, sizeof salt);
	buf_init(&out, ENTRY_BODY_MAX);
	ok(entry_encode(n, w.now, kind, payload, &out));
	entry_commitment(buf_view(&out), salt, commitment);
	entry_leaf(commitment, &leaf);
	ok(edge_append(&edge, &leaf));
	ok(mirror_add(mirror, commitment, salt, buf_view(&out), &why));
	ok(store_append(s, w.now, commitment, salt,
	    bytes_of(out.data, ENTRY_PREFIX)));
	arena_reset(arena);
	must(entry_decode(arena, w.p, buf_view(&out), salt, &e, &why),
	    why.text);
	n++;
	ok(facts_apply(s, &e, NULL));
	buf_free(&out);
	return ERR_NONE;
}

static uint64_t
put(const struct record *r)
{
	ok(append(NULL, ENTRY_RECORD, r->wire));
	return n - 1;
}

static void
deliver(uint64_t message)
{
	struct wire_delivered d = { .message = message };
	struct store_message m;
	struct facts_room room;
	struct verdict v;
	struct facts f;
	struct buf out;

	ok(store_message(s, message, &m));
	ok(facts_for_delivery(s, w.now, &m, &room, &f));
	v = rules_decide(&f);
	if (v.rule != RULE_ADMIT) {
		(void)fprintf(stderr, "bench_verify: %s\n", rule_name(v.rule));
		exit(1);
	}
	d.grant = v.grant;
	buf_init(&out, 100);
	ok(wire_delivered_encode(&d, &out));
	ok(append(NULL, ENTRY_DELIVERED, buf_view(&out)));
	buf_free(&out);
}

static void
open_one(unsigned by, const uint64_t *message)
{
	struct wire_opened_line line = { 0 };
	struct record *r = world_opening(&w, by, message, 1);
	struct wire_opened o = { r->wire, &line, 1 };
	struct facts_room room;
	struct verdict v;
	struct body b;
	struct facts f;
	struct buf out;

	ok(wire_body_decode(w.a, r, &b, NULL));
	ok(facts_for_opening(s, w.now, r, &b, 0, &room, &f));
	v = rules_decide(&f);
	if (v.rule != RULE_ADMIT) {
		(void)fprintf(stderr, "bench_verify: %s\n", rule_name(v.rule));
		exit(1);
	}
	line.grant = v.grant;
	line.lease_end = facts_lease_end(&f, &v);
	buf_init(&out, ENTRY_BODY_MAX);
	ok(wire_opened_encode(&o, &out));
	ok(append(NULL, ENTRY_OPENED, buf_view(&out)));
	buf_free(&out);
}

/* What this member cites from now on. */
static void
cite(unsigned i)
{
	struct citation *c = &w.m[i].cite;
	const struct store_member *m;
	struct checkpoint head = { .size = n };

	if (c->size + 64 < n || c->size == 0) {
		edge_root(&edge, &head.root);
		ok(checkpoint_sign(w.origin, &head, w.log.secret));
		c->size = n;
		memcpy(c->root, head.root.b, HASH_BYTES);
		memcpy(c->signature, head.signature, sizeof c->signature);
	}
	ok(store_member(s, w.m[i].id, &m));
	c->news = m->news;
	memcpy(c->news_hash, m->news_hash, HASH_BYTES);
}

/* ---- the ledger ---------------------------------------------------------- */

static void
enrol(void)
{
	put(world_partnership(&w));
	for (unsigned i = 0; i < w.n; i++)
		put(world_member(&w, i));
	for (unsigned i = 0; i < w.n; i++) {
		if ((w.m[i].roles & ROLE_AGENCY) == 0)
			continue;
		put(world_sealing(&w, i));
		put(world_worker(&w, i, 0));
		put(world_worker(&w, i, 1));
	}
}

static unsigned
agency(unsigned i)
{
	return WORLD_OTHERS + i % (AGENCIES - WORLD_OTHERS);
}

static void
introduce(unsigned to)
{
	struct world_payload p;
	uint64_t m;

	put(world_grant(&w, WORLD_CUSTODIAN, to, true, NULL));
	m = put(world_submission(&w, WORLD_CUSTODIAN, to, "ID", 1024, &p,
	    NULL));
	deliver(m);
	put(world_receipt(&w, to, &m, 1, 0));
	open_one(to, &m);
	put(world_checked(&w, to, m));
}

static void
open_cases(void)
{
	for (unsigned k = 0; k < CASES; k++) {
		world_case_make(&w);
		put(world_case_opened(&w));
		put(world_phrases(&w));
		for (unsigned j = 0; j < PER_CASE; j++) {
			struct arrow *a = &arrow[arrows++];

			a->from = agency(k + j);
			a->to = agency(k + 2 * j + 1);
			if (a->to == a->from)
				a->to = agency(k + 2 * j + 2);
			a->kase = w.kase;
			put(world_grant(&w, a->from, a->to, false, NULL));
			introduce(a->to);
		}
	}
}

/* One desk sends RUN messages about one case. */
static void
run(const struct arrow *a)
{
	struct record *r[BUNDLE];
	struct world_payload p;
	uint64_t message[RUN];

	w.kase = a->kase;
	for (unsigned i = 0; i < RUN; i += BUNDLE) {
		cite(a->from);
		for (unsigned k = 0; k < BUNDLE; k++)
			r[k] = world_submission(&w, a->from, a->to, "C1",
			    1024, &p, NULL);
		world_bundle(&w, a->from, r, BUNDLE);
		for (unsigned k = 0; k < BUNDLE; k++) {
			message[i + k] = put(r[k]);
			deliver(message[i + k]);
		}
		w.now += 10;
	}
	cite(a->to);
	put(world_receipt(&w, a->to, message, RUN, 0));
	for (unsigned i = 0; i < RUN; i++) {
		cite(a->to);
		open_one(a->to, &message[i]);
	}
	w.now += 10;
	arena_reset(w.a);
}

/* ---- measuring ----------------------------------------------------------- */

static double
processor(void)
{
	struct rusage u;

	(void)getrusage(RUSAGE_SELF, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	    (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static void
measure(const struct partnership *p, bool signatures, unsigned threads)
{
	struct verify_options o = { .signatures = signatures,
	    .threads = threads };
	double cpu = processor(), clock = (double)clock_mono_us();
	struct why why = { "" };
	struct findings f;

	must(verify_run(mirror, p, &o, &f, &why), why.text);
	clock = ((double)clock_mono_us() - clock) / 1e6;
	cpu = processor() - cpu;
	(void)printf("%s, %u threads: %llu entries in %.2f s, %.2f s of "
	    "processor: %.0f entries/s, %.0f per core; %llu unexplained\n",
	    signatures ? "with signatures" : "without signatures", threads,
	    (unsigned long long)f.entries, clock, cpu,
	    (double)f.entries / clock, (double)f.entries / cpu,
	    (unsigned long long)f.unexplained);
	if (f.unexplained > 0 || !f.root_agrees) {
		(void)fprintf(stderr, "bench_verify: entry %llu: %s\n",
		    (unsigned long long)f.finding[0].entry, f.finding[0].why);
		exit(1);
	}
	findings_free(&f);
}

static void
pin(struct partnership *p, const struct record *r)
{
	struct body b;

	ok(wire_body_decode(w.a, r, &b, NULL));
	memcpy(p->id, w.p, sizeof p->id);
	memcpy(p->root, b.u.partnership.root, sizeof p->root);
	p->now = b.u.partnership;
	p->now.policy = bytes_of(NULL, 0);
}

static uint64_t entries = 100000;
static const char *folder = "/tmp";

static void
write_ledger(void)
{
	enrol();
	open_cases();
	for (unsigned i = 0; n < entries; i++) {
		run(&arrow[i * 7 % arrows]);
		if (i % 64 == 0) {
			ok(store_commit(s));
			ok(store_begin(s));
		}
	}
}

/* The world asserts with check, which wants to run what does. */
START_TEST(bench)
{
	char dir[256], command[300];
	struct partnership p = { 0 };
	struct checkpoint head;
	struct why why = { "" };
	struct rusage u;

	(void)snprintf(dir, sizeof dir, "%s/verify.XXXXXX", folder);
	if (sodium_init() < 0 || mkdtemp(dir) == NULL)
		must(ERR_IO, dir);
	world_make(&w, AGENCIES, 1900000000000);
	arena = arena_create(1 << 20);
	ok(store_open_memory(&s));
	must(mirror_open(dir, w.origin, w.log.public, true, &mirror, &why),
	    why.text);
	edge_init(&edge);
	ok(store_begin(s));
	pin(&p, world_partnership(&w));
	w.partnership_serial = 0;
	write_ledger();
	ok(store_commit(s));
	store_close(&s);
	head.size = n;
	edge_root(&edge, &head.root);
	ok(checkpoint_sign(w.origin, &head, w.log.secret));
	must(mirror_commit(mirror, &head, &why), why.text);
	measure(&p, false, 1);
	measure(&p, true, 1);
	measure(&p, true, 0);
	(void)getrusage(RUSAGE_SELF, &u);
	(void)printf("largest memory %ld MiB\n", u.ru_maxrss / 1024);
	mirror_close(&mirror);
	(void)snprintf(command, sizeof command, "rm -rf '%s'", dir);
	ck_assert_int_eq(system(command), 0);
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_test(tc, bench);
}

int
main(int argc, char **argv)
{
	if (argc > 1)
		entries = strtoull(argv[1], NULL, 10);
	if (argc > 2)
		folder = argv[2];
	(void)setenv("CK_FORK", "no", 1);
	return test_main("verify", fill, 24 * 3600);
}
