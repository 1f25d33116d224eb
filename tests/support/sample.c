#include "tests/support/sample.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/test.h"

void
sample_fill(const char *word, void *out, size_t n)
{
	uint8_t seed[randombytes_SEEDBYTES];

	crypto_generichash(seed, sizeof seed, (const uint8_t *)word,
	    strlen(word), NULL, 0);
	randombytes_buf_deterministic(out, n, seed);
}

static void
copy(char *out, const char *text)
{
	memcpy(out, text, strlen(text) + 1);
}

static struct bytes
blob(const char *word, size_t n)
{
	static uint8_t room[16][1024];
	static unsigned at;
	uint8_t *p = room[at++ % 16];

	sample_fill(word, p, n);
	return bytes_of(p, n);
}

static int
by_bytes(const void *a, const void *b)
{
	return memcmp(a, b, WIRE_LABEL);
}

static void
labels(uint8_t (*out)[WIRE_LABEL], unsigned n)
{
	sample_fill("labels", out, (size_t)n * WIRE_LABEL);
	qsort(out, n, WIRE_LABEL, by_bytes);
}

static void
fill_partnership(struct wire_partnership *p)
{
	p->serial = 1;
	copy(p->name, "Samen veilig – Östermark");
	copy(p->origin, "ledger.example.org/2031");
	sample_fill("log", p->log_key, WIRE_KEY);
	copy(p->broker, "broker");
	sample_fill("broker sign", p->broker_sign_key, WIRE_KEY);
	sample_fill("broker link", p->broker_link_key, WIRE_KEY);
	copy(p->address[0], "tcp://broker.example.org:7461");
	copy(p->address[1], "tcp://192.0.2.7:7461");
	p->n_address = 2;
	p->policy = bytes_str("witness one\nquorum 1\n");
	p->freshness_s = 900;
	p->lease_s = 28800;
	p->retention_days = 2555;
	p->keep_read_days = 30;
	sample_fill("roots", p->root, sizeof p->root);
	sample_fill("duty", p->duty_key, WIRE_KEY);
}

static void
fill_member(struct wire_member *m)
{
	m->serial = 2;
	copy(m->id, "refuge");
	copy(m->name, "Refuge Östermark");
	m->agency = 4;
	m->roles = ROLE_AGENCY;
	m->may_open_cases = true;
	m->onward_duty = 1;
	copy(m->languages, "en,sv,pl");
	copy(m->duty_phone, "+46 8 123 45 67");
	sample_fill("member sign", m->sign_key, WIRE_KEY);
	sample_fill("member link", m->link_key, WIRE_KEY);
	m->has_terms_key = true;
	sample_fill("member terms", m->terms_key, WIRE_KEY);
	m->valid_from = 1900000000000;
	m->valid_until = 1931536000000;
}

static void
fill_worker(struct wire_worker *w)
{
	sample_fill("worker", w->pseudonym, WIRE_PSEUDONYM);
	copy(w->role, "advocate");
	copy(w->team, "north");
	copy(w->name[0].to, "auditor");
	w->name[0].box = blob("name box", 208);
	w->n_name = 1;
}

static void
fill_grant(struct wire_grant *g)
{
	copy(g->sender, "refuge");
	copy(g->recipient, "clinic-north");
	labels(g->label, WIRE_GRANT_LABELS);
	g->from = 1900000100000;
	g->until = 1902592100000;
	g->keep_read_days = 14;
	sample_fill("worker", g->worker, WIRE_PSEUDONYM);
	g->has_waiver = true;
	sample_fill("second worker", g->waiver, WIRE_PSEUDONYM);
	sample_fill("terms hash", g->terms_hash, WIRE_HASH);
	g->terms = blob("terms", 640);
}

static void
fill_submission(struct wire_submission *s)
{
	s->suite = WIRE_SUITE;
	copy(s->recipient, "clinic-north");
	s->epoch = 22000;
	s->created = 1900000200000;
	s->expires = 1901209800000;
	s->padded = 1024;
	sample_fill("urgency", s->urgency, sizeof s->urgency);
	labels(s->label, 3);
	s->n_label = 3;
	sample_fill("sealed", s->sealed, sizeof s->sealed);
	sample_fill("share commitment", s->share_commitment, WIRE_HASH);
	sample_fill("key commitment", s->key_commitment, WIRE_HASH);
	sample_fill("ciphertext hash", s->ciphertext_hash, WIRE_HASH);
}

static void
fill_case_kind(enum wire_kind kind, struct body *b)
{
	static const uint64_t message[3] = { 17, 18, 1000000 };
	static const struct wire_receipt_line line[2] = {
		{ 17, 0 }, { 301, 12 },
	};

	switch (kind) {
	case KIND_CASE_OPENED:
		sample_fill("consent", b->u.case_opened.consent_key, WIRE_KEY);
		copy(b->u.case_opened.key[0].to, "auditor");
		b->u.case_opened.key[0].box = blob("case key", 112);
		b->u.case_opened.n_key = 1;
		break;
	case KIND_PHRASES:
		sample_fill("phrase a", b->u.phrases.hash[0], WIRE_HASH);
		sample_fill("phrase b", b->u.phrases.hash[1], WIRE_HASH);
		b->u.phrases.hash[0][0] = 1;
		b->u.phrases.hash[1][0] = 2;
		break;
	case KIND_RESUME:
		b->u.resume.stop = 90;
		sample_fill("phrases", b->u.resume.phrases, WIRE_HASH);
		break;
	case KIND_ARROW_KEY:
		copy(b->u.arrow_key.sender, "refuge");
		copy(b->u.arrow_key.recipient, "clinic-north");
		copy(b->u.arrow_key.to, "clinic-north");
		b->u.arrow_key.epoch = 22000;
		b->u.arrow_key.box = blob("arrow", 112);
		break;
	case KIND_AUDIT_SHARE:
		copy(b->u.audit_share.auditor, "auditor");
		b->u.audit_share.box = blob("share", 112);
		break;
	case KIND_WITHDRAWAL:
		sample_fill("grant", b->u.withdrawal.grant, WIRE_HASH);
		b->u.withdrawal.method = 1;
		break;
	case KIND_CASE_CLOSED:
		b->u.case_closed.reason = 2;
		break;
	case KIND_RECALL:
		sample_fill("message", b->u.recall.message, WIRE_STAMP);
		b->u.recall.reason = 3;
		break;
	case KIND_RECEIPT:
		b->u.receipt.line = line;
		b->u.receipt.n = 2;
		break;
	case KIND_OPENING:
		sample_fill("worker", b->u.opening.worker, WIRE_PSEUDONYM);
		copy(b->u.opening.role, "advocate");
		b->u.opening.message = message;
		b->u.opening.n = 3;
		break;
	case KIND_CONFLICT_CHECKED:
		b->u.conflict_checked.introduction = 17;
		sample_fill("worker", b->u.conflict_checked.worker,
		    WIRE_PSEUDONYM);
		break;
	case KIND_MANDATED:
		copy(b->u.mandated.to, "police");
		b->u.mandated.ground = 1;
		b->u.mandated.told = 2;
		b->u.mandated.why = 3;
		break;
	case KIND_EXPORT:
		sample_fill("worker", b->u.export.worker, WIRE_PSEUDONYM);
		copy(b->u.export.to, "court");
		b->u.export.why = 4;
		b->u.export.message = message;
		b->u.export.n = 3;
		break;
	default:
		break;
	}
}

/* Kinds that concern no case. */
static bool
without_case(enum wire_kind kind)
{
	return kind <= KIND_WORKER || kind == KIND_STOP;
}

void
sample_body(enum wire_kind kind, struct body *b)
{
	memset(b, 0, sizeof *b);
	b->kind = kind;
	sample_fill("stamp", b->stamp, WIRE_STAMP);
	stamp_make(1900000000000, b->stamp + 6, b->stamp);
	b->has_case = !without_case(kind);
	if (b->has_case)
		sample_fill("case", b->case_id, WIRE_CASE);
	if (kind > KIND_MEMBER_SUSPENDED) {
		b->cite.size = 4096;
		sample_fill("cite root", b->cite.root, WIRE_HASH);
		sample_fill("cite signature", b->cite.signature, WIRE_SIG);
		b->cite.news = 12;
		sample_fill("cite news", b->cite.news_hash, WIRE_HASH);
	}
	switch (kind) {
	case KIND_PARTNERSHIP:
		fill_partnership(&b->u.partnership);
		break;
	case KIND_MEMBER:
		fill_member(&b->u.member);
		break;
	case KIND_MEMBER_REVOKED:
	case KIND_MEMBER_SUSPENDED:
		copy(b->u.standing.id, "clinic-north");
		b->u.standing.reason = 1;
		break;
	case KIND_SEALING_KEY:
		b->u.sealing_key.epoch = 22000;
		sample_fill("sealing", b->u.sealing_key.key, WIRE_KEY);
		b->u.sealing_key.until = 1901209600000;
		break;
	case KIND_WORKER:
		fill_worker(&b->u.worker);
		break;
	case KIND_GRANT:
		fill_grant(&b->u.grant);
		break;
	case KIND_SUBMISSION:
		fill_submission(&b->u.submission);
		break;
	case KIND_STOP:
		sample_fill("token", b->u.stop.token, WIRE_HASH);
		break;
	default:
		fill_case_kind(kind, b);
	}
}

static void
keypair(const char *word, uint8_t public[static WIRE_KEY],
    uint8_t secret[static RECORD_SECRET])
{
	uint8_t seed[crypto_sign_SEEDBYTES];

	sample_fill(word, seed, sizeof seed);
	crypto_sign_seed_keypair(public, secret, seed);
}

void
sample_keys(struct sample_keys *k)
{
	keypair("root key", k->root_public, k->root_secret);
	keypair("case key", k->case_public, k->case_secret);
	keypair("member key", k->member_public, k->member_secret);
	record_partnership(k->root_public, k->partnership);
	record_case_id(k->partnership, k->case_public, "refuge", k->case_id);
}

void
sample_record(const struct sample_keys *k, enum wire_kind kind,
    struct arena *a, struct record *out, struct body *body)
{
	struct buf b;

	memset(out, 0, sizeof *out);
	sample_body(kind, body);
	if (body->has_case)
		memcpy(body->case_id, k->case_id, WIRE_CASE);
	out->kind = kind;
	if (kind <= KIND_MEMBER_SUSPENDED) {
		copy(out->signer, "root:");
	} else if (kind == KIND_CASE_OPENED || kind == KIND_PHRASES ||
	    kind == KIND_RESUME || kind == KIND_GRANT) {
		copy(out->signer, "case:");
		hex_encode(out->signer + 5, k->case_id, WIRE_CASE);
		copy(out->cosigner, "refuge");
		out->has_key = true;
		memcpy(out->key, k->case_public, WIRE_KEY);
	} else {
		copy(out->signer, "refuge");
	}
	buf_init(&b, WIRE_BODY_MAX);
	ck_ok(wire_body_encode(body, &b));
	out->body = bytes_of(arena_dup(a, b.data, b.n), b.n);
	ck_assert_ptr_nonnull(out->body.data);
	buf_free(&b);
}

void
sample_signed(const struct sample_keys *k, enum wire_kind kind,
    struct arena *a, struct record *out, struct body *body)
{
	struct record *one[1] = { out };
	const uint8_t *secret = k->member_secret;
	uint64_t state = 7;

	sample_record(k, kind, a, out, body);
	if (out->signer[0] == 'r' && out->signer[4] == ':')
		secret = k->root_secret;
	else if (out->has_key)
		secret = k->case_secret;
	ck_ok(bundle_sign(secret, k->partnership, one, 1, sample_random,
	    &state, a));
	if (out->cosigner[0] != '\0')
		ck_ok(record_cosign(k->member_secret, k->partnership, out));
}

void
sample_random(void *ctx, uint8_t *out, size_t n)
{
	test_random_bytes(ctx, out, n);
}
