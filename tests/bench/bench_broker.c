/*
 * The broker alone: records prepared beforehand, simulated members on real
 * sockets, recipients that only acknowledge.
 *
 *	bench_broker BUILD [pairs [messages [per-frame [frames [open]]]]]
 *
 * `pairs` senders each keep `frames` frames of `per-frame` messages on their
 * way (one bundle, one signature each); recipients answer with one receipt
 * for all that came at once, and with `open` also with an opening.  Then:
 * latency at 200 a second and at half of what was reached, and withdrawals
 * under full load.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include <sodium.h>
#include <zmq.h>

#include "base/clock.h"
#include "keys/arrow.h"
#include "keys/kdf.h"
#include "ledger/rules.h"
#include "tests/bench/bench.h"
#include "tests/support/caller.h"

enum {
	PAIRS = 32, CREDIT = 4096, PADDED = 1024, LINES = WIRE_RECEIPT_MAX,
	WITHDRAWALS = 120, WITHDRAW_MS = 40, RATE_SECONDS = 8,
	STALL_S = 20, TICKETS = 60, LANE = 640, RECEIPTS_OUT = 8,
};
#define RECEIPTS (UINT64_C(1) << 40)    /* request ids of receipts */

struct actor;

/* One arrow with its case, and what is prepared for it. */
struct pair {
	struct world_case kase;
	struct actor *from, *to;
	uint8_t label[WIRE_LABEL];
	struct bytes *frame;
	uint64_t *first;                /* number of its first message */
	unsigned n, next;
	int64_t outstanding;            /* messages not answered yet */
};

struct actor {
	struct caller c;
	struct pair *sends, *receives;
	uint64_t idx[LINES];            /* received, not acknowledged */
	unsigned n_idx;
	bool half;                      /* one of two answers is there */
	unsigned receipts;              /* frames of them not answered yet */
};

static struct {
	struct world w;
	struct field f;
	void *context;
	struct actor *actor[WORLD_MEMBERS];
	unsigned n_actor, pairs, per, frames;
	bool open;
	struct pair pair[PAIRS];
	struct arena *a;
	struct record *grant[WITHDRAWALS];
	/* of the running phase */
	uint64_t *sent;                 /* ns, by message number */
	uint64_t total, submitted, answered, delivered, received, opened;
	uint64_t withdrawn_at, withdrawn;
	struct samples proof, mail, withdrawal;
	struct pollfd fd[WORLD_MEMBERS];
} b;

static void
random_bytes(void *ctx, uint8_t *out, size_t n)
{
	(void)ctx;
	randombytes_buf(out, n);
}

/* ---- the world ------------------------------------------------------------------- */

static struct actor *
actor_of(unsigned m)
{
	struct actor *x;

	for (unsigned i = 0; i < b.n_actor; i++) {
		if (b.actor[i]->c.m == m)
			return b.actor[i];
	}
	x = calloc(1, sizeof *x);
	must_be(x != NULL);
	b.actor[b.n_actor++] = x;
	caller_open(&x->c, b.context, &b.f, m, CREDIT);
	if (m == WORLD_AUDITOR)
		return x;
	(void)caller_admit(&x->c, world_sealing(&b.w, m), NULL);
	(void)caller_admit(&x->c, world_worker(&b.w, m, 0), NULL);
	(void)caller_admit(&x->c, world_worker(&b.w, m, 1), NULL);
	return x;
}

static uint64_t
admit(unsigned m, struct record *r, const struct world_payload *p)
{
	return caller_admit(&actor_of(m)->c, r, p);
}

static void
open_case(void)
{
	world_case_make(&b.w);
	(void)admit(WORLD_CUSTODIAN, world_case_opened(&b.w), NULL);
	(void)admit(WORLD_CUSTODIAN, world_phrases(&b.w), NULL);
}

/* The family is introduced to `to`, whose officer has no objection. */
static void
introduce(unsigned to)
{
	struct world_payload p;
	uint64_t intro;

	(void)admit(WORLD_CUSTODIAN, world_grant(&b.w, WORLD_CUSTODIAN, to,
	    true, NULL), NULL);
	intro = admit(WORLD_CUSTODIAN, world_submission(&b.w, WORLD_CUSTODIAN,
	    to, "ID", PADDED, &p, NULL), &p);
	(void)admit(to, world_receipt(&b.w, to, &intro, 1, 0), NULL);
	(void)admit(to, world_opening(&b.w, to, &intro, 1), NULL);
	(void)admit(to, world_checked(&b.w, to, intro), NULL);
}

static void
make_pair(struct pair *p, unsigned from, unsigned to)
{
	uint8_t key[ARROW_KEY];

	p->from = actor_of(from);
	p->to = actor_of(to);
	open_case();
	introduce(to);
	(void)admit(WORLD_CUSTODIAN, world_grant(&b.w, from, to, false, NULL),
	    NULL);
	p->kase = b.w.kase;
	p->from->sends = p;
	p->to->receives = p;
	arrow_key(p->kase.key, p->kase.id, b.w.m[from].id, b.w.m[to].id, key);
	arrow_label(key, "C1", "PU1", p->label);
}

/* Grants that are there to be withdrawn, 30 in a case, over ten arrows. */
static void
make_grants(void)
{
	unsigned n = b.w.n - WORLD_OTHERS < 10 ? b.w.n - WORLD_OTHERS : 10;

	for (unsigned i = 0; i < WITHDRAWALS; i++) {
		if (i % 30 == 0)
			open_case();
		b.grant[i] = world_grant(&b.w, WORLD_CUSTODIAN, WORLD_OTHERS +
		    i % n, false, NULL);
		(void)admit(WORLD_CUSTODIAN, b.grant[i], NULL);
		/* what withdraws it has to name its case */
		b.grant[i] = world_withdraw(&b.w, WORLD_CUSTODIAN, b.grant[i]);
	}
}

/* Agencies in the order they become senders and recipients. */
static unsigned
agency(unsigned i)
{
	return i < 2 ? WORLD_POLICE + i : WORLD_OTHERS + i - 2;
}

static void
make_world(const char *build)
{
	unsigned ways = b.pairs > 16 ? 2 : 1;
	unsigned couples = (b.pairs + ways - 1) / ways;
	struct record *r[WORLD_MEMBERS];

	world_make(&b.w, couples * 2 + 3 < 16 ? 16 : couples * 2 + 3,
	    clock_ms());
	field_make(&b.f, &b.w, build);
	(void)field_start(&b.f);
	for (unsigned i = 1; i < b.w.n; i++)
		r[i] = world_member(&b.w, i);
	field_admit(&b.f, r + 1, b.w.n - 1);
	b.context = zmq_ctx_new();
	b.a = arena_create(16 * 1024 * 1024);
	must_be(b.context != NULL && b.a != NULL);
	(void)actor_of(WORLD_CUSTODIAN);
	for (unsigned i = 0; i < b.pairs; i++) {
		unsigned from = agency(2 * (i / ways)), to = agency(2 *
		    (i / ways) + 1);

		make_pair(&b.pair[i], i % ways == 0 ? from : to,
		    i % ways == 0 ? to : from);
	}
	make_grants();
	for (unsigned i = 0; i < b.n_actor; i++) {
		while (caller_turn(&b.actor[i]->c, 50))
			;
		caller_confirm(&b.actor[i]->c, CREDIT);
	}
}

/* ---- preparing --------------------------------------------------------------------- */

static struct record *
submission(struct pair *p, uint64_t number, struct world_payload *pay)
{
	uint8_t *text = arena_alloc(b.a, PADDED + 16), chance[10];
	struct record *r = arena_zalloc(b.a, sizeof *r);
	const struct world_member *to = &b.w.m[p->to->c.m];
	const struct world_member *from = &b.w.m[p->from->c.m];
	struct body body = { .kind = KIND_SUBMISSION, .has_case = true };
	struct wire_submission *s = &body.u.submission;
	crypto_hash_sha256_state st;
	uint64_t now = clock_ms();
	struct buf out;

	must_be(text != NULL && r != NULL);
	randombytes_buf(chance, sizeof chance);
	stamp_make(now, chance, body.stamp);
	body.cite = from->cite;
	memcpy(body.case_id, p->kase.id, WIRE_CASE);
	s->suite = WIRE_SUITE;
	strcpy(s->recipient, to->id);
	s->epoch = to->epoch;
	s->created = now;
	s->expires = now + 10ull * 24 * 3600 * 1000;
	s->padded = PADDED;
	s->n_label = 1;
	memcpy(s->label[0], p->label, WIRE_LABEL);
	randombytes_buf(s->urgency, sizeof s->urgency);
	randombytes_buf(s->sealed, sizeof s->sealed);
	randombytes_buf(s->key_commitment, WIRE_HASH);
	randombytes_buf(pay->share, sizeof pay->share);
	crypto_hash_sha256_init(&st);
	crypto_hash_sha256_update(&st, (const uint8_t *)"wayleave/1 share\n",
	    17);
	crypto_hash_sha256_update(&st, pay->share, 32);
	crypto_hash_sha256_final(&st, s->share_commitment);
	randombytes_buf(text, PADDED + 16);
	put_be64(text, number);         /* by which it is recognised */
	pay->ciphertext = bytes_of(text, PADDED + 16);
	crypto_hash_sha256(s->ciphertext_hash, text, PADDED + 16);
	r->kind = KIND_SUBMISSION;
	strcpy(r->signer, from->id);
	buf_init(&out, WIRE_BODY_MAX);
	must(wire_body_encode(&body, &out));
	r->body = bytes_of(arena_dup(b.a, out.data, out.n), out.n);
	buf_free(&out);
	return r;
}

static struct bytes
prepare_frame(struct pair *p, uint64_t id, uint64_t first, unsigned n)
{
	struct record *r[WIRE_ITEMS_MAX];
	struct wire_item item[WIRE_ITEMS_MAX];
	struct up up = { .id = id, .item = item, .n_item = n };
	struct world_payload pay[WIRE_ITEMS_MAX];
	struct buf out;

	arena_reset(b.a);
	memset(item, 0, sizeof item);
	for (unsigned i = 0; i < n; i++)
		r[i] = submission(p, first + i, &pay[i]);
	must(bundle_sign(b.w.m[p->from->c.m].sign.secret, b.w.p, r, n,
	    random_bytes, NULL, b.a));
	for (unsigned i = 0; i < n; i++) {
		item[i].record = *r[i];
		item[i].has_share = true;
		memcpy(item[i].share, pay[i].share, 32);
		item[i].ciphertext = pay[i].ciphertext;
	}
	buf_init(&out, WIRE_UP_MAX);
	must(wire_up_encode(&up, &out));
	return buf_view(&out);          /* freed with the phase */
}

/* Messages 0 .. total-1, per in a frame, spread over the pairs in turn. */
static void
prepare(uint64_t total, unsigned per)
{
	uint64_t frames = total / per, number = 0;

	b.total = frames * per;
	b.sent = calloc(b.total, sizeof *b.sent);
	must_be(b.sent != NULL);
	for (unsigned i = 0; i < b.pairs; i++) {
		struct pair *p = &b.pair[i];

		p->frame = calloc(frames / b.pairs + 1, sizeof *p->frame);
		p->first = calloc(frames / b.pairs + 1, sizeof *p->first);
		must_be(p->frame != NULL && p->first != NULL);
		p->n = p->next = 0;
		p->outstanding = 0;
	}
	for (uint64_t k = 0; k < frames; k++, number += per) {
		struct pair *p = &b.pair[k % b.pairs];

		p->first[p->n] = number;
		p->frame[p->n++] = prepare_frame(p, number + 1, number, per);
	}
	b.per = per;
	b.submitted = b.answered = b.delivered = b.received = b.opened = 0;
}

static void
forget(void)
{
	for (unsigned i = 0; i < b.pairs; i++) {
		for (unsigned k = 0; k < b.pair[i].n; k++)
			free((void *)(uintptr_t)b.pair[i].frame[k].data);
		free(b.pair[i].frame);
		free(b.pair[i].first);
	}
	free(b.sent);
	samples_free(&b.proof);
	samples_free(&b.mail);
}

/* ---- frames both ways ---------------------------------------------------------------- */

static bool
send_next(struct pair *p, uint64_t now)
{
	unsigned k = p->next;

	if (k == p->n || !caller_send(&p->from->c, p->frame[k]))
		return false;
	p->next++;
	p->outstanding += b.per;
	b.submitted += b.per;
	for (unsigned i = 0; i < b.per; i++)
		b.sent[p->first[k] + i] = now;
	return true;
}

static void
body_of(struct actor *x, enum wire_kind kind, struct body *out)
{
	uint8_t chance[10];

	memset(out, 0, sizeof *out);
	out->kind = kind;
	randombytes_buf(chance, sizeof chance);
	stamp_make(clock_ms(), chance, out->stamp);
	out->cite = b.w.m[x->c.m].cite;
	out->has_case = true;
	memcpy(out->case_id, x->receives->kase.id, WIRE_CASE);
}

static void
record_of(struct actor *x, const struct body *body, struct record *r)
{
	struct buf out;

	memset(r, 0, sizeof *r);
	r->kind = body->kind;
	strcpy(r->signer, b.w.m[x->c.m].id);
	buf_init(&out, WIRE_BODY_MAX);
	must(wire_body_encode(body, &out));
	r->body = bytes_of(arena_dup(b.a, out.data, out.n), out.n);
	buf_free(&out);
}

/* What came is acknowledged (and opened), the credit filled up again. */
static void
acknowledge(struct actor *x)
{
	struct wire_receipt_line line[LINES];
	struct wire_item item[2];
	struct record rec[2], *r[2] = { &rec[0], &rec[1] };
	struct up up = {
		.id = RECEIPTS + x->n_idx, .item = item, .n_item = 1,
		.has_confirm = true, .confirm = { x->c.size, x->c.news,
		CREDIT },
	};
	struct body body;
	struct buf out;

	arena_reset(b.a);
	memset(item, 0, sizeof item);
	for (unsigned i = 0; i < x->n_idx; i++)
		line[i] = (struct wire_receipt_line){ x->idx[i], 0 };
	body_of(x, KIND_RECEIPT, &body);
	body.u.receipt.line = line;
	body.u.receipt.n = x->n_idx;
	record_of(x, &body, &rec[0]);
	if (b.open) {
		body_of(x, KIND_OPENING, &body);
		memcpy(body.u.opening.worker, b.w.m[x->c.m].worker[0],
		    WIRE_PSEUDONYM);
		strcpy(body.u.opening.role, "worker");
		body.u.opening.message = x->idx;
		body.u.opening.n = x->n_idx;
		record_of(x, &body, &rec[1]);
		up.n_item = 2;
	}
	must(bundle_sign(b.w.m[x->c.m].sign.secret, b.w.p, r, up.n_item,
	    random_bytes, NULL, b.a));
	for (unsigned i = 0; i < up.n_item; i++)
		item[i].record = rec[i];
	buf_init(&out, WIRE_UP_MAX);
	must(wire_up_encode(&up, &out));
	must_be(caller_send(&x->c, buf_view(&out)));
	buf_free(&out);
	x->n_idx = 0;
	x->receipts++;
}

static void
take_answer(struct actor *x, const struct wire_answer *a, uint64_t now)
{
	if (a->status != STATUS_ADMITTED) {
		(void)fprintf(stderr, "bench_broker: %s: status %u rule "
		    "%s\n", b.w.m[x->c.m].id, a->status,
		    rule_name((enum rule)a->rule));
		_exit(1);
	}
	if (x->c.m == WORLD_CUSTODIAN) {
		samples_add(&b.withdrawal, now - b.withdrawn_at);
		b.withdrawn_at = 0;
	} else if (a->id >= RECEIPTS) {
		/* an opening in the same frame is answered by its shares */
		if (!b.open || (x->half = !x->half)) {
			b.received += a->id - RECEIPTS;
			x->receipts--;
		}
	} else {
		samples_add(&b.proof, now - b.sent[a->id - 1]);
		x->sends->outstanding--;
		b.answered++;
	}
}

static void
take_parcel(struct actor *x, struct bytes frame)
{
	uint64_t now = measure_ns(), number;
	struct parcel p;

	arena_reset(b.a);
	must(wire_parcel_decode(b.a, frame, &p, NULL));
	x->c.size = p.head.size;
	for (unsigned i = 0; i < p.n_answer; i++)
		take_answer(x, &p.answer[i], now);
	for (unsigned i = 0; i < p.n_piece; i++) {
		const struct wire_piece *w = &p.piece[i];

		x->c.news += w->what == PIECE_OWN || w->what == PIECE_NEWS ||
		    w->what == PIECE_OPENED;
		if (w->what == PIECE_OPENED)
			b.opened += w->shares.n / 32;
		if (w->what != PIECE_MAIL)
			continue;
		number = get_be64(w->ciphertext.data);
		samples_add(&b.mail, now - b.sent[number]);
		b.delivered++;
		x->idx[x->n_idx++] = w->index;
		if (x->n_idx == LINES)
			acknowledge(x);
	}
}

/* True when something came. */
static bool
drain(struct actor *x)
{
	bool any = false;
	zmq_msg_t m;

	zmq_msg_init(&m);
	while (zmq_msg_recv(&m, x->c.socket, ZMQ_DONTWAIT) >= 0) {
		take_parcel(x, bytes_of(zmq_msg_data(&m), zmq_msg_size(&m)));
		any = true;
	}
	zmq_msg_close(&m);
	if (x->n_idx > 0 && x->receipts < RECEIPTS_OUT)
		acknowledge(x);
	return any;
}

/* ---- phases -------------------------------------------------------------------------------- */

static void
withdraw(uint64_t now)
{
	static uint64_t next;
	struct actor *x = actor_of(WORLD_CUSTODIAN);
	struct record *r = b.grant[b.withdrawn];
	struct buf out;

	if (now < next || b.withdrawn_at != 0 || b.withdrawn == WITHDRAWALS)
		return;
	next = now + WITHDRAW_MS * 1000000ull;
	buf_init(&out, WIRE_UP_MAX);
	world_up(1, &r, NULL, 1, &out);
	b.withdrawn_at = measure_ns();
	must_be(caller_send(&x->c, buf_view(&out)));
	buf_free(&out);
	b.withdrawn++;
}

static bool
finished(void)
{
	return b.answered == b.total && b.received == b.total &&
	    (!b.open || b.opened == b.total) && b.withdrawn_at == 0;
}

static void
wait_any(uint64_t ns)
{
	struct timespec t = { .tv_nsec = (long)ns };

	for (unsigned i = 0; i < b.n_actor; i++) {
		size_t n = sizeof b.fd[i].fd;

		b.fd[i].events = POLLIN;
		(void)zmq_getsockopt(b.actor[i]->c.socket, ZMQ_FD,
		    &b.fd[i].fd, &n);
	}
	(void)ppoll(b.fd, b.n_actor, &t, NULL);
}

/*
 * Plays what is prepared: a frame every `gap` ns in turn, or, with gap 0, as
 * fast as answers come.  Returns how long it took, ns.
 */
static uint64_t
play(uint64_t gap, bool withdrawing)
{
	uint64_t start = measure_ns(), next = start, last = start, now;
	/* its share of the lane, as a welcome tells an agent */
	const int64_t most = LANE / b.pairs < TICKETS ? LANE / b.pairs :
	    TICKETS;
	unsigned turn = 0;
	bool any;

	while (!finished()) {
		now = measure_ns();
		/* what cannot go out when it is due counts from then on */
		for (; gap != 0 && now >= next; next += gap, turn++) {
			if (b.pair[turn % b.pairs].outstanding >= most ||
			    !send_next(&b.pair[turn % b.pairs], next))
				break;
		}
		for (unsigned i = 0; gap == 0 && i < b.pairs; i++) {
			while (b.pair[i].outstanding < (int64_t)(b.frames *
			    b.per) && send_next(&b.pair[i], now))
				;
		}
		if (withdrawing)
			withdraw(now);
		any = false;
		for (unsigned i = 0; i < b.n_actor; i++)
			any |= drain(b.actor[i]);
		if (any)
			last = now;
		else if (now - last > STALL_S * 1000000000ull)
			break;
		else
			wait_any(gap != 0 && next > now && b.submitted <
			    b.total ? next - now : 2000000);
	}
	if (!finished()) {
		(void)fprintf(stderr, "bench_broker: stalled: %lu of %lu "
		    "answered, %lu delivered, %lu acknowledged, %lu opened\n",
		    (unsigned long)b.answered, (unsigned long)b.total,
		    (unsigned long)b.delivered, (unsigned long)b.received,
		    (unsigned long)b.opened);
		_exit(1);
	}
	return measure_ns() - start;
}

struct spent { struct usage broker, signer, self; uint64_t disk; };

static void
look(struct spent *s)
{
	must_be(usage_of(b.f.broker, &s->broker) &&
	    usage_of(b.f.signer, &s->signer) && usage_of(getpid(), &s->self));
	s->disk = field_disk(&b.f);
}

static void
warm_up(uint64_t messages, unsigned per)
{
	prepare(messages, per);
	(void)play(0, false);
	forget();
}

/* As fast as answers come, `per` records under one signature. */
static double
maximum(uint64_t messages, unsigned per, const char *unit)
{
	struct spent before, after;
	double rate, n;
	int64_t syncs;

	prepare(messages, per);
	n = (double)b.total;
	field_syncs_begin(&b.f);
	look(&before);
	rate = n * 1e9 / (double)play(0, false);
	look(&after);
	syncs = field_syncs_end(&b.f);
	measure_say(rate, "/s", "messages%s", unit);
	measure_say((after.broker.cpu - before.broker.cpu) / n * 1e6, "us",
	    "CPU of the broker, per message%s", unit);
	if (per == 1) {
		forget();
		return rate;
	}
	measure_say((after.signer.cpu - before.signer.cpu) / n * 1e6, "us",
	    "CPU of the signer, per message");
	measure_say((after.self.cpu - before.self.cpu) / n * 1e6, "us",
	    "CPU of the load generator, per message");
	if (syncs >= 0)
		measure_say((double)syncs / n, "", "syncs per message");
	measure_say((double)(after.broker.written + after.signer.written -
	    before.broker.written - before.signer.written) / n / 1024, "KiB",
	    "written per message");
	measure_say((double)samples_at(&b.mail, 50) / 1e6, "ms",
	    "delivered at the maximum, p50");
	measure_say((double)samples_at(&b.mail, 99) / 1e6, "ms",
	    "delivered at the maximum, p99");
	forget();
	return rate;
}

static void
at_rate(double rate, const char *name)
{
	struct usage before, after;

	prepare((uint64_t)(rate * RATE_SECONDS), 1);
	must_be(usage_of(b.f.broker, &before));
	(void)play((uint64_t)(1e9 / rate), false);
	must_be(usage_of(b.f.broker, &after));
	measure_say((double)samples_at(&b.mail, 50) / 1e6, "ms",
	    "delivered at %s, p50", name);
	measure_say((double)samples_at(&b.mail, 99) / 1e6, "ms",
	    "delivered at %s, p99", name);
	measure_say((double)samples_at(&b.proof, 50) / 1e6, "ms",
	    "proof at %s, p50", name);
	measure_say((double)samples_at(&b.proof, 99) / 1e6, "ms",
	    "proof at %s, p99", name);
	measure_say((after.cpu - before.cpu) / (double)b.total * 1e6, "us",
	    "CPU of the broker at %s, per message", name);
	forget();
}

static void
withdrawals(uint64_t messages, unsigned per)
{
	prepare(messages, per);
	(void)play(0, true);
	measure_say((double)b.withdrawal.n, "", "withdrawals under full load");
	measure_say((double)samples_at(&b.withdrawal, 50) / 1e6, "ms",
	    "withdrawal acknowledged at full load, p50");
	measure_say((double)samples_at(&b.withdrawal, 99) / 1e6, "ms",
	    "withdrawal acknowledged at full load, p99");
	forget();
}

/* Stops both daemons and starts them over what is there now. */
static void
again(void)
{
	uint8_t salt[KDF_SALT] = { 1 }, key[KDF_KEY];
	uint64_t ns, from;

	field_stop(&b.f);
	ns = field_start(&b.f);
	measure_say((double)ns / 1e6, "ms", "both daemons started again");
	from = measure_ns();
	must(kdf_derive(KDF_INTERACTIVE, "a passphrase", 12, salt, key));
	measure_say((double)(measure_ns() - from) * 2 / 1e6, "ms",
	    "of which deriving two keys");
}

static unsigned
number(int argc, char **argv, int i, unsigned preset)
{
	return argc > i ? (unsigned)strtoul(argv[i], NULL, 10) : preset;
}

static void
bench(int argc, char **argv)
{
	unsigned messages = number(argc, argv, 3, 60000);
	unsigned per = number(argc, argv, 4, 16);
	uint64_t before;
	double rate;

	must_be(argc > 1 && sodium_init() >= 0);
	(void)prctl(PR_SET_TIMERSLACK, 1000);
	b.pairs = number(argc, argv, 2, 16);
	b.frames = number(argc, argv, 5, 2);
	b.open = argc > 6 && strcmp(argv[6], "open") == 0;
	must_be(b.pairs >= 1 && b.pairs <= PAIRS && per <= WIRE_ITEMS_MAX);
	make_world(argv[1]);
	warm_up(messages / 10, per);
	before = field_disk(&b.f);
	rate = maximum(messages, per, "");
	measure_say((double)(field_disk(&b.f) - before) / messages, "B",
	    "file growth per message, ciphertexts still there");
	at_rate(200, "200/s");
	/* a steady stream is not bundled, so half of what goes unbundled */
	if (per > 1)
		rate = maximum(messages / 2, 1, ", each signed alone");
	at_rate(rate / 2, "half of the maximum");
	withdrawals(messages, per);
	again();
	field_stop(&b.f);
}

BENCH_MAIN(bench)
