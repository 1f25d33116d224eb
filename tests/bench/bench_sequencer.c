/*
 * The sequencer alone: prepared and verified records in, parcels out, real
 * SQLite file, real signer with its state file.  Time is that of
 * sequencer_batch(); signing by the agents, verifying and decoding parcels
 * are measured apart or not at all.
 *
 *	bench_sequencer [messages [pairs [per-frame [frames-per-batch]]]]
 */
#include <stdio.h>
#include <time.h>

#include "base/clock.h"
#include "broker/signer.h"
#include "tests/unit/broker/rig.h"

enum { MAX_FRAMES = 65536 };

struct bench {
	struct rig *r;
	struct signer *signer;
	unsigned pairs, per_frame, frames;
	uint64_t messages;
	/* what the recipients were sent, by member */
	uint64_t mail[WORLD_MEMBERS][8192];
	unsigned n_mail[WORLD_MEMBERS];
	uint64_t batch_us, cpu_us, verify_us, batches, parcels, bytes, records;
};

/* ---- signer and outlet ------------------------------------------------- */

static enum error_code
sign(void *ctx, uint64_t from, const struct hash *leaf, size_t n,
    struct checkpoint *out)
{
	struct bench *b = ctx;
	struct sign_request q = {
		.from = from, .leaves = bytes_of(leaf, n * HASH_BYTES),
	};
	struct sign_answer a;
	enum error_code e = signer_answer(b->signer, &q, &a);

	if (e != ERR_NONE || a.code != SIGNER_OK)
		return e != ERR_NONE ? e : ERR_PROOF;
	out->size = a.size;
	memcpy(out->root.b, a.root, HASH_BYTES);
	memcpy(out->signature, a.signature, sizeof out->signature);
	return ERR_NONE;
}

/* Frames are kept and read when the clock is not running. */
static struct { unsigned m; struct buf frame; } kept[MAX_FRAMES];
static unsigned n_kept;

static void
outlet(void *ctx, const char *member, uint64_t session, struct buf *frame)
{
	struct bench *b = ctx;

	(void)session;
	b->parcels++;
	b->bytes += frame->n;
	ck_assert_uint_lt(n_kept, MAX_FRAMES);
	kept[n_kept].m = rig_member(b->r, member);
	kept[n_kept++].frame = *frame;
	buf_init(frame, frame->max);
}

static void
read_kept(struct bench *b)
{
	struct arena *a = arena_create(16 * 1024 * 1024);
	struct parcel p;

	for (unsigned i = 0; i < n_kept; i++) {
		unsigned m = kept[i].m;

		arena_reset(a);
		ck_ok(wire_parcel_decode(a, buf_view(&kept[i].frame), &p,
		    NULL));
		for (unsigned k = 0; k < p.n_piece; k++) {
			if (p.piece[k].what == PIECE_MAIL)
				b->mail[m][b->n_mail[m]++] =
				    p.piece[k].index;
		}
		for (unsigned k = 0; k < p.n_answer; k++)
			ck_assert_uint_eq(p.answer[k].status,
			    STATUS_ADMITTED);
		buf_free(&kept[i].frame);
	}
	n_kept = 0;
	arena_destroy(&a);
}

/* ---- batches ----------------------------------------------------------- */

static uint64_t
cpu_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static void
run(struct bench *b, struct job **job, size_t n)
{
	uint64_t t = clock_mono_us(), cpu = cpu_us();

	for (size_t i = 0; i < n; i++)
		b->records += job[i]->n_item;
	ck_ok(sequencer_batch(b->r->q, job, n));
	b->batch_us += clock_mono_us() - t;
	b->cpu_us += cpu_us() - cpu;
	b->batches++;
	read_kept(b);
}

static struct job *
frame_of(struct bench *b, unsigned m, struct record *const *rec,
    const struct world_payload *const *payload, unsigned n)
{
	struct rig *r = b->r;
	struct job *j;
	struct buf f;
	uint64_t t;

	buf_init(&f, WIRE_UP_MAX);
	world_up(++r->ids, rec, payload, n, &f);
	j = job_create(r->pool, JOB_FRAME, r->w.m[m].id, r->session[m],
	    buf_view(&f));
	t = cpu_us();
	verify_job(r->verifier, j);
	b->verify_us += cpu_us() - t;
	buf_free(&f);
	return j;
}

static struct job *
submissions(struct bench *b, unsigned from, unsigned to)
{
	struct world_payload payload[64];
	const struct world_payload *pp[64];
	struct record *rec[64];

	for (unsigned i = 0; i < b->per_frame; i++) {
		rec[i] = world_submission(&b->r->w, from, to, "C1", 1024,
		    &payload[i], NULL);
		pp[i] = &payload[i];
	}
	world_bundle(&b->r->w, from, rec, b->per_frame);
	return frame_of(b, from, rec, pp, b->per_frame);
}

/* Everything delivered is received in one record and opened in another. */
static struct job *
acknowledge(struct bench *b, unsigned m)
{
	struct record *rec[2];
	unsigned n = b->n_mail[m];

	if (n == 0)
		return NULL;
	if (n > 256)
		n = 256;
	rec[0] = world_receipt(&b->r->w, m, b->mail[m], n, 0);
	rec[1] = world_opening(&b->r->w, m, b->mail[m], n);
	world_bundle(&b->r->w, m, rec, 2);
	memmove(b->mail[m], b->mail[m] + n,
	    (b->n_mail[m] - n) * sizeof b->mail[m][0]);
	b->n_mail[m] -= n;
	return frame_of(b, m, rec, NULL, 2);
}

static void
turn(struct bench *b, unsigned *next)
{
	struct job *job[SEQUENCER_JOBS];
	struct rig *r = b->r;
	size_t n = 0;

	for (unsigned i = 0; i < b->frames; i++) {
		unsigned pair = (*next)++ % b->pairs;

		job[n++] = submissions(b, WORLD_OTHERS + 2 * pair,
		    WORLD_OTHERS + 2 * pair + 1);
	}
	b->messages += (uint64_t)b->frames * b->per_frame;
	run(b, job, n);
	n = 0;
	for (unsigned i = 0; i < b->pairs; i++) {
		struct peer *p = r->peer[WORLD_OTHERS + 2 * i + 1];
		struct buf f;

		job[n] = acknowledge(b, p->m);
		n += job[n] != NULL;
		/* credit is not what is measured */
		buf_init(&f, WIRE_UP_MAX);
		peer_confirm(p, 4096, &f);
		job[n++] = rig_job(r, JOB_FRAME, p->m, buf_view(&f));
		buf_free(&f);
	}
	run(b, job, n);
	/* what the records were made of is not needed any more */
	arena_reset(r->w.a);
}

static unsigned
argument(int argc, char **argv, int i, unsigned preset)
{
	return argc > i ? (unsigned)strtoul(argv[i], NULL, 10) : preset;
}

static int arguments;
static char **argument_list;

/* A test only because what it is built from asserts with check(3). */
START_TEST(bench)
{
	static struct bench b;
	char dir[TEST_PATH], db[TEST_PATH], state[TEST_PATH];
	unsigned next = 0;
	unsigned wanted = argument(arguments, argument_list, 1, 20000);
	double s;

	b.pairs = argument(arguments, argument_list, 2, 16);
	b.per_frame = argument(arguments, argument_list, 3, 8);
	b.frames = argument(arguments, argument_list, 4, 16);
	ck_assert_uint_le(WORLD_OTHERS + 2 * b.pairs, WORLD_MEMBERS);
	test_dir(dir);
	test_path(db, dir, "ledger.db");
	test_path(state, dir, "state");
	b.r = rig_create(WORLD_OTHERS + 2 * b.pairs, db);
	rig_enrol(b.r);
	rig_open_case(b.r);
	for (unsigned i = 0; i < b.pairs; i++)
		(void)rig_arrow(b.r, WORLD_OTHERS + 2 * i,
		    WORLD_OTHERS + 2 * i + 1);
	/* from here on the real signer, and nobody verifies parcels */
	ck_ok(signer_init(state, b.r->w.origin, b.r->w.log.public,
	    &b.r->signed_edge, NULL));
	ck_ok(signer_open(state, b.r->w.origin, b.r->w.log.secret, &b.signer,
	    NULL));
	sequencer_destroy(&b.r->q);
	b.r->c.signing.sign = sign;
	b.r->c.signing.ctx = &b;
	ck_ok(sequencer_create(&b.r->c, &b.r->q, NULL));
	for (unsigned i = 1; i < b.r->w.n; i++)
		rig_connect(b.r, i, 4096);
	sequencer_destroy(&b.r->q);
	b.r->c.outlet.send = outlet;
	b.r->c.outlet.ctx = &b;
	ck_ok(sequencer_create(&b.r->c, &b.r->q, NULL));
	for (unsigned i = 1; i < b.r->w.n; i++) {
		rig_connect(b.r, i, 4096);
		read_kept(&b);
	}
	memset(b.n_mail, 0, sizeof b.n_mail);
	b.batch_us = b.cpu_us = b.verify_us = b.batches = 0;
	b.parcels = b.bytes = 0;
	b.records = 0;
	while (b.messages < wanted)
		turn(&b, &next);
	s = (double)b.batch_us / 1e6;
	printf("messages %llu (submitted, delivered, received, opened), "
	    "%u pairs, %u per frame, %u frames per batch\n",
	    (unsigned long long)b.messages, b.pairs, b.per_frame, b.frames);
	printf("sequencer %.2f s: %.0f messages/s, %.1f us each, of that "
	    "%.1f us processor; %.1f records and %.1f ms per batch\n", s,
	    (double)b.messages / s, 1e6 * s / (double)b.messages,
	    (double)b.cpu_us / (double)b.messages,
	    (double)b.records / (double)b.batches,
	    1e3 * s / (double)b.batches);
	printf("verifiers %.1f us processor per message; parcels %.0f "
	    "bytes, %.2f per message\n", (double)b.verify_us / (double)b.messages,
	    (double)b.bytes / (double)b.parcels,
	    (double)b.parcels / (double)b.messages);
	signer_close(&b.signer);
	rig_destroy(&b.r);
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
	arguments = argc;
	argument_list = argv;
	(void)setenv("CK_FORK", "no", 1);
	return test_main("bench_sequencer", fill, 3600);
}
