#include "tests/support/world.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys/arrow.h"
#include "tests/support/test.h"

static const char purpose[] = "PU1";

static void
fill_random(void *ctx, uint8_t *out, size_t n)
{
	(void)ctx;
	randombytes_buf(out, n);
}

static void
copy(char *out, const char *text)
{
	memcpy(out, text, strlen(text) + 1);
}

/* ---- making ------------------------------------------------------------ */

static void
make_member(struct world_member *m, unsigned i)
{
	static const char *const name[] = {
		"hub", "refuge", "police", "school", "watch",
	};

	if (i < sizeof name / sizeof name[0])
		copy(m->id, name[i]);
	else
		(void)snprintf(m->id, sizeof m->id, "agency-%u", i);
	m->roles = i == WORLD_BROKER ? ROLE_BROKER :
	    i == WORLD_AUDITOR ? ROLE_AUDITOR | ROLE_TERMS : ROLE_AGENCY;
	identity_sign_pair(&m->sign);
	identity_box_pair(&m->link);
	identity_box_pair(&m->seal);
	identity_box_pair(&m->terms);
	randombytes_buf(m->worker, sizeof m->worker);
}

void
world_make(struct world *w, unsigned members, uint64_t now)
{
	ck_assert_uint_le(members, WORLD_MEMBERS);
	memset(w, 0, sizeof *w);
	w->a = arena_create((size_t)1 << 30);
	ck_assert_ptr_nonnull(w->a);
	identity_sign_pair(&w->root[0]);
	identity_sign_pair(&w->root[1]);
	identity_sign_pair(&w->duty);
	identity_sign_pair(&w->log);
	record_partnership(w->root[0].public, w->p);
	copy(w->origin, "ledger.example/test");
	copy(w->address, "tcp://127.0.0.1:7640");
	w->n = members;
	w->now = now;
	for (unsigned i = 0; i < members; i++)
		make_member(&w->m[i], i);
	world_case_make(w);
}

void
world_free(struct world *w)
{
	arena_destroy(&w->a);
	sodium_memzero(w, sizeof *w);
}

void
world_case_make(struct world *w)
{
	identity_sign_pair(&w->kase.consent);
	randombytes_buf(w->kase.key, sizeof w->kase.key);
	randombytes_buf(w->kase.token, sizeof w->kase.token);
	record_case_id(w->p, w->kase.consent.public,
	    w->m[WORLD_CUSTODIAN].id, w->kase.id);
}

/* ---- records ----------------------------------------------------------- */

static void
start(struct world *w, struct body *b, enum wire_kind kind,
    const struct citation *cite)
{
	uint8_t chance[10];

	memset(b, 0, sizeof *b);
	b->kind = kind;
	randombytes_buf(chance, sizeof chance);
	stamp_make(w->now, chance, b->stamp);
	if (cite != NULL)
		b->cite = *cite;
	b->has_case = kind > KIND_WORKER && kind != KIND_STOP;
	if (b->has_case)
		memcpy(b->case_id, w->kase.id, WIRE_CASE);
}

static struct bytes
keep(struct world *w, const struct buf *b)
{
	uint8_t *p = arena_dup(w->a, b->data, b->n);

	ck_assert_ptr_nonnull(p);
	return bytes_of(p, b->n);
}

static void
encode_wire(struct world *w, struct record *r)
{
	struct buf b;

	r->wire = bytes_of(NULL, 0);
	buf_init(&b, WIRE_RECORD_MAX);
	ck_ok(wire_record_encode(r, &b));
	r->wire = keep(w, &b);
	buf_free(&b);
}

static struct record *
record_of(struct world *w, const struct body *b, const char *signer,
    const char *cosigner)
{
	struct record *r = arena_zalloc(w->a, sizeof *r);
	struct buf out;

	ck_assert_ptr_nonnull(r);
	r->kind = b->kind;
	copy(r->signer, signer);
	copy(r->cosigner, cosigner);
	buf_init(&out, WIRE_BODY_MAX);
	ck_ok(wire_body_encode(b, &out));
	r->body = keep(w, &out);
	buf_free(&out);
	return r;
}

static void
sign_with(struct world *w, const struct sign_pair *pair, struct record *r)
{
	struct record *one[1] = { r };

	ck_ok(bundle_sign(pair->secret, w->p, one, 1, fill_random, NULL,
	    w->a));
}

void
world_sign(struct world *w, struct record *r, unsigned by)
{
	sign_with(w, &w->m[by].sign, r);
	encode_wire(w, r);
}

void
world_bundle(struct world *w, unsigned by, struct record *const *r,
    unsigned n)
{
	ck_ok(bundle_sign(w->m[by].sign.secret, w->p, r, n, fill_random, NULL,
	    w->a));
	for (unsigned i = 0; i < n; i++)
		encode_wire(w, r[i]);
}

static struct record *
by_member(struct world *w, const struct body *b, unsigned m)
{
	struct record *r = record_of(w, b, w->m[m].id, "");

	world_sign(w, r, m);
	return r;
}

static struct record *
by_root(struct world *w, const struct body *b, bool duty)
{
	struct record *r = record_of(w, b, duty ? "duty:" : "root:", "");

	sign_with(w, duty ? &w->duty : &w->root[0], r);
	encode_wire(w, r);
	return r;
}

static struct record *
by_her(struct world *w, const struct body *b, bool cosigned)
{
	const struct world_member *c = &w->m[WORLD_CUSTODIAN];
	char signer[WIRE_SIGNER_MAX + 1];
	struct record *r;

	copy(signer, "case:");
	hex_encode(signer + 5, w->kase.id, WIRE_CASE);
	r = record_of(w, b, signer, cosigned ? c->id : "");
	r->has_key = true;
	memcpy(r->key, w->kase.consent.public, WIRE_KEY);
	sign_with(w, &w->kase.consent, r);
	if (cosigned)
		ck_ok(record_cosign(c->sign.secret, w->p, r));
	encode_wire(w, r);
	return r;
}

void
world_record_id(struct world *w, const struct record *r,
    uint8_t id[static WIRE_HASH])
{
	record_id(w->p, r, id);
}

/* ---- who is who -------------------------------------------------------- */

struct record *
world_partnership(struct world *w)
{
	struct wire_partnership *p;
	struct body b;

	start(w, &b, KIND_PARTNERSHIP, NULL);
	p = &b.u.partnership;
	p->serial = ++w->partnership_serial;
	copy(p->name, "Test");
	copy(p->origin, w->origin);
	memcpy(p->log_key, w->log.public, WIRE_KEY);
	copy(p->broker, w->m[WORLD_BROKER].id);
	memcpy(p->broker_sign_key, w->m[WORLD_BROKER].sign.public, WIRE_KEY);
	memcpy(p->broker_link_key, w->m[WORLD_BROKER].link.public, WIRE_KEY);
	copy(p->address[0], w->address);
	p->n_address = 1;
	p->freshness_s = 900;
	p->lease_s = 8 * 3600;
	p->retention_days = 2555;
	p->keep_read_days = 30;
	memcpy(p->root[0], w->root[0].public, WIRE_KEY);
	memcpy(p->root[1], w->root[1].public, WIRE_KEY);
	memcpy(p->duty_key, w->duty.public, WIRE_KEY);
	return by_root(w, &b, false);
}

struct record *
world_member(struct world *w, unsigned i)
{
	struct world_member *m = &w->m[i];
	struct wire_member *out;
	struct body b;

	start(w, &b, KIND_MEMBER, NULL);
	out = &b.u.member;
	out->serial = ++m->serial;
	copy(out->id, m->id);
	copy(out->name, m->id);
	out->roles = m->roles;
	out->agency = (m->roles & ROLE_AGENCY) != 0 ? 1 + i % 16 : 0;
	out->may_open_cases = i == WORLD_CUSTODIAN;
	copy(out->languages, "en");
	copy(out->duty_phone, "+44 20 7946 0000");
	memcpy(out->sign_key, m->sign.public, WIRE_KEY);
	memcpy(out->link_key, m->link.public, WIRE_KEY);
	if ((m->roles & ROLE_TERMS) != 0) {
		out->has_terms_key = true;
		memcpy(out->terms_key, m->terms.public, WIRE_KEY);
	}
	out->valid_from = w->now - 1000;
	out->valid_until = w->now + 400ull * 24 * 3600 * 1000;
	return by_root(w, &b, false);
}

static struct record *
standing(struct world *w, unsigned i, enum wire_kind kind, bool duty)
{
	struct body b;

	start(w, &b, kind, NULL);
	copy(b.u.standing.id, w->m[i].id);
	b.u.standing.reason = 1;
	return by_root(w, &b, duty);
}

struct record *
world_suspend(struct world *w, unsigned m)
{
	return standing(w, m, KIND_MEMBER_SUSPENDED, true);
}

struct record *
world_revoke(struct world *w, unsigned m)
{
	return standing(w, m, KIND_MEMBER_REVOKED, false);
}

struct record *
world_sealing(struct world *w, unsigned i)
{
	struct world_member *m = &w->m[i];
	struct body b;

	start(w, &b, KIND_SEALING_KEY, &m->cite);
	identity_box_pair(&m->seal);
	b.u.sealing_key.epoch = ++m->epoch;
	memcpy(b.u.sealing_key.key, m->seal.public, WIRE_KEY);
	b.u.sealing_key.until = w->now + 14ull * 24 * 3600 * 1000;
	return by_member(w, &b, i);
}

struct record *
world_worker(struct world *w, unsigned i, unsigned k)
{
	struct body b;

	start(w, &b, KIND_WORKER, &w->m[i].cite);
	memcpy(b.u.worker.pseudonym, w->m[i].worker[k], WIRE_PSEUDONYM);
	copy(b.u.worker.role, k == 0 ? "worker" : "lead");
	copy(b.u.worker.team, "north");
	return by_member(w, &b, i);
}

/* ---- a case ------------------------------------------------------------ */

struct record *
world_case_opened(struct world *w)
{
	struct body b;

	start(w, &b, KIND_CASE_OPENED, &w->m[WORLD_CUSTODIAN].cite);
	memcpy(b.u.case_opened.consent_key, w->kase.consent.public, WIRE_KEY);
	return by_her(w, &b, true);
}

struct record *
world_phrases(struct world *w)
{
	struct record *r;
	struct body b;

	start(w, &b, KIND_PHRASES, &w->m[WORLD_CUSTODIAN].cite);
	for (int i = 0; i < 2; i++)
		crypto_hash_sha256(b.u.phrases.hash[i], w->kase.token[i], 32);
	if (memcmp(b.u.phrases.hash[0], b.u.phrases.hash[1], 32) > 0) {
		uint8_t t[32];

		memcpy(t, b.u.phrases.hash[0], 32);
		memcpy(b.u.phrases.hash[0], b.u.phrases.hash[1], 32);
		memcpy(b.u.phrases.hash[1], t, 32);
	}
	r = by_her(w, &b, true);
	world_record_id(w, r, w->kase.phrases);
	return r;
}

struct record *
world_resume(struct world *w, uint64_t stop)
{
	struct body b;

	start(w, &b, KIND_RESUME, &w->m[WORLD_CUSTODIAN].cite);
	b.u.resume.stop = stop;
	memcpy(b.u.resume.phrases, w->kase.phrases, WIRE_HASH);
	return by_her(w, &b, true);
}

struct record *
world_grant(struct world *w, unsigned from, unsigned to, bool introduction,
    void (*edit)(struct wire_grant *g))
{
	static const char *const all[] = { "C1", "C2", "C4", "Q", "SG1" };
	static const char *const one[] = { "ID" };
	const struct world_member *c = &w->m[WORLD_CUSTODIAN];
	uint8_t key[ARROW_KEY], *terms = arena_zalloc(w->a, 200);
	struct wire_grant *g;
	struct body b;

	start(w, &b, KIND_GRANT, &c->cite);
	g = &b.u.grant;
	copy(g->sender, w->m[from].id);
	copy(g->recipient, w->m[to].id);
	arrow_key(w->kase.key, w->kase.id, g->sender, g->recipient, key);
	ck_ok(arrow_labels(key, introduction ? one : all,
	    introduction ? 1 : 5, purpose, g->label));
	g->from = w->now;
	g->until = w->now + 30ull * 24 * 3600 * 1000;
	g->introduction = introduction;
	g->keep_read_days = 30;
	memcpy(g->worker, c->worker[0], WIRE_PSEUDONYM);
	g->has_waiver = true;
	memcpy(g->waiver, c->worker[1], WIRE_PSEUDONYM);
	randombytes_buf(g->terms_hash, sizeof g->terms_hash);
	ck_assert_ptr_nonnull(terms);
	randombytes_buf(terms, 200);
	g->terms = bytes_of(terms, 200);
	if (edit != NULL)
		edit(g);
	return by_her(w, &b, true);
}

struct record *
world_withdraw(struct world *w, unsigned by, const struct record *grant)
{
	struct body b;

	start(w, &b, KIND_WITHDRAWAL, &w->m[by].cite);
	b.u.withdrawal.all = grant == NULL;
	if (grant != NULL)
		world_record_id(w, grant, b.u.withdrawal.grant);
	b.u.withdrawal.method = 1;
	return by_member(w, &b, by);
}

struct record *
world_close(struct world *w)
{
	struct body b;

	start(w, &b, KIND_CASE_CLOSED, &w->m[WORLD_CUSTODIAN].cite);
	b.u.case_closed.reason = 1;
	return by_member(w, &b, WORLD_CUSTODIAN);
}

struct record *
world_stop(struct world *w, unsigned by, const uint8_t token[static 32])
{
	struct body b;

	start(w, &b, KIND_STOP, &w->m[by].cite);
	memcpy(b.u.stop.token, token, 32);
	return by_member(w, &b, by);
}

struct record *
world_arrow_key(struct world *w, unsigned from, unsigned to, unsigned end)
{
	uint8_t key[ARROW_KEY], *box = arena_zalloc(w->a, ARROW_KEY_BOX);
	struct wire_arrow_key *k;
	struct body b;

	start(w, &b, KIND_ARROW_KEY, &w->m[WORLD_CUSTODIAN].cite);
	k = &b.u.arrow_key;
	copy(k->sender, w->m[from].id);
	copy(k->recipient, w->m[to].id);
	copy(k->to, w->m[end].id);
	k->epoch = w->m[end].epoch;
	arrow_key(w->kase.key, w->kase.id, k->sender, k->recipient, key);
	ck_assert_ptr_nonnull(box);
	ck_ok(arrow_key_seal(w->m[end].seal.public, w->kase.id, k->sender,
	    k->recipient, key, box));
	k->box = bytes_of(box, ARROW_KEY_BOX);
	return by_member(w, &b, WORLD_CUSTODIAN);
}

/* ---- messages ---------------------------------------------------------- */

static void
commit_share(const uint8_t share[static 32], uint8_t out[static WIRE_HASH])
{
	crypto_hash_sha256_state st;

	crypto_hash_sha256_init(&st);
	crypto_hash_sha256_update(&st, (const uint8_t *)"wayleave/1 share\n",
	    17);
	crypto_hash_sha256_update(&st, share, 32);
	crypto_hash_sha256_final(&st, out);
}

struct record *
world_submission(struct world *w, unsigned from, unsigned to,
    const char *what, uint32_t padded, struct world_payload *out,
    void (*edit)(struct wire_submission *s))
{
	uint8_t key[ARROW_KEY], *text = arena_alloc(w->a, padded + 16);
	struct wire_submission *s;
	struct body b;

	start(w, &b, KIND_SUBMISSION, &w->m[from].cite);
	s = &b.u.submission;
	s->suite = WIRE_SUITE;
	copy(s->recipient, w->m[to].id);
	s->epoch = w->m[to].epoch;
	s->created = w->now;
	s->expires = w->now + 10ull * 24 * 3600 * 1000;
	s->padded = padded;
	arrow_key(w->kase.key, w->kase.id, w->m[from].id, s->recipient, key);
	arrow_label(key, what, purpose, s->label[0]);
	s->n_label = 1;
	randombytes_buf(s->urgency, sizeof s->urgency);
	randombytes_buf(s->sealed, sizeof s->sealed);
	randombytes_buf(s->key_commitment, WIRE_HASH);
	randombytes_buf(out->share, sizeof out->share);
	commit_share(out->share, s->share_commitment);
	ck_assert_ptr_nonnull(text);
	randombytes_buf(text, padded + 16);
	out->ciphertext = bytes_of(text, padded + 16);
	crypto_hash_sha256(s->ciphertext_hash, text, padded + 16);
	if (edit != NULL)
		edit(s);
	return by_member(w, &b, from);
}

struct record *
world_recall(struct world *w, unsigned by, const struct record *submission)
{
	struct body b, of;

	ck_ok(wire_body_decode(w->a, submission, &of, NULL));
	start(w, &b, KIND_RECALL, &w->m[by].cite);
	memcpy(b.u.recall.message, of.stamp, WIRE_STAMP);
	b.u.recall.reason = 1;
	return by_member(w, &b, by);
}

struct record *
world_receipt(struct world *w, unsigned by, const uint64_t *message,
    unsigned n, uint32_t outcome)
{
	struct wire_receipt_line line[WIRE_RECEIPT_MAX];
	struct body b;

	start(w, &b, KIND_RECEIPT, &w->m[by].cite);
	for (unsigned i = 0; i < n; i++) {
		line[i].message = message[i];
		line[i].outcome = outcome;
	}
	b.u.receipt.line = line;
	b.u.receipt.n = n;
	return by_member(w, &b, by);
}

struct record *
world_opening(struct world *w, unsigned by, const uint64_t *message,
    unsigned n)
{
	struct body b;

	start(w, &b, KIND_OPENING, &w->m[by].cite);
	memcpy(b.u.opening.worker, w->m[by].worker[0], WIRE_PSEUDONYM);
	copy(b.u.opening.role, "worker");
	b.u.opening.message = message;
	b.u.opening.n = n;
	return by_member(w, &b, by);
}

struct record *
world_checked(struct world *w, unsigned by, uint64_t introduction)
{
	struct body b;

	start(w, &b, KIND_CONFLICT_CHECKED, &w->m[by].cite);
	b.u.conflict_checked.introduction = introduction;
	memcpy(b.u.conflict_checked.worker, w->m[by].worker[0],
	    WIRE_PSEUDONYM);
	return by_member(w, &b, by);
}

/* ---- frames ------------------------------------------------------------ */

void
world_up(uint64_t id, struct record *const *r,
    const struct world_payload *const *payload, unsigned n, struct buf *out)
{
	struct wire_item item[WIRE_ITEMS_MAX];
	struct up up = { .id = id, .item = item, .n_item = n };

	ck_assert_uint_le(n, WIRE_ITEMS_MAX);
	memset(item, 0, sizeof item);
	for (unsigned i = 0; i < n; i++) {
		item[i].record = *r[i];
		if (payload == NULL || payload[i] == NULL)
			continue;
		item[i].has_share = true;
		memcpy(item[i].share, payload[i]->share, 32);
		item[i].ciphertext = payload[i]->ciphertext;
	}
	ck_ok(wire_up_encode(&up, out));
}
