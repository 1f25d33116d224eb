/*
 * A made-up ledger for the store's tests: entries put together by hand, not
 * signed and not encoded, folded as the real ones are and applied to one
 * store or to two at once.
 */
#ifndef WAYLEAVE_TESTS_CONTRACT_PLAY_H
#define WAYLEAVE_TESTS_CONTRACT_PLAY_H

#include <check.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/db.h"
#include "store/store.h"
#include "tests/support/test.h"

/* Something here must not fail: a benchmark, no test, says so otherwise. */
#ifndef play_ok
#define play_ok(call) ck_ok(call)
#endif

enum { PLAY_STORES = 2 };
#define PLAY_START 1763800000000u /* ms: some day in November 2025 */

struct play {
	struct store *s[PLAY_STORES];
	unsigned n;
	uint64_t now, size, chance;
	struct fold_view view;
	struct entry e;
	uint8_t body[64];
	uint64_t index[256];         /* operands of receipts, openings, ended */
	struct wire_receipt_line receipt[256];
	struct wire_opened_line opened[256];
};

static inline void
play_init(struct play *p, uint64_t seed)
{
	memset(p, 0, sizeof *p);
	p->now = PLAY_START;
	p->chance = seed * 2654435761u + 1;
}

static inline void
play_id(char out[WIRE_ID_MAX + 1], const char *id)
{
	(void)snprintf(out, WIRE_ID_MAX + 1, "%.48s", id);
}

/* A value that is the same for the same name. */
static inline void
play_hash(uint8_t *out, size_t n, const char *name)
{
	play_ok(crypto_generichash(out, n, (const uint8_t *)name, strlen(name),
	    NULL, 0) == 0 ? ERR_NONE : ERR_CRYPTO);
}

static inline void
play_case(uint8_t out[WIRE_CASE], unsigned k)
{
	char name[32];

	(void)snprintf(name, sizeof name, "case %u", k);
	play_hash(out, WIRE_CASE, name);
}

static inline void
play_label(uint8_t out[WIRE_LABEL], unsigned i)
{
	memset(out, 0, WIRE_LABEL);
	put_be32(out, i);
	out[WIRE_LABEL - 1] = 7;
}

/* Begins an entry; what is not said stays zero. */
static inline struct entry *
play_entry(struct play *p, enum entry_kind kind)
{
	memset(&p->e, 0, sizeof p->e);
	memset(&p->view, 0, sizeof p->view);
	p->e.index = p->size;
	p->e.time = p->now;
	p->e.kind = kind;
	test_random_bytes(&p->chance, p->body, sizeof p->body);
	test_random_bytes(&p->chance, p->e.salt, ENTRY_SALT);
	test_random_bytes(&p->chance, p->e.record_id, WIRE_HASH);
	test_random_bytes(&p->chance, p->e.b.stamp, WIRE_STAMP);
	for (int i = 0; i < 6; i++)
		p->e.b.stamp[i] = (uint8_t)(p->now >> (40 - 8 * i));
	p->e.body = bytes_of(p->body, sizeof p->body);
	return &p->e;
}

static inline struct entry *
play_record(struct play *p, enum wire_kind kind, const char *signer)
{
	struct entry *e = play_entry(p, ENTRY_RECORD);

	e->record.kind = e->b.kind = kind;
	(void)snprintf(e->record.signer, sizeof e->record.signer, "%.48s",
	    signer);
	return e;
}

/* A record about a case, signed by its consent key and its custodian. */
static inline struct entry *
play_consent(struct play *p, enum wire_kind kind, unsigned k,
    const char *custodian)
{
	struct entry *e = play_record(p, kind, "");
	uint8_t id[WIRE_CASE];

	play_case(id, k);
	memcpy(e->b.case_id, id, WIRE_CASE);
	e->b.has_case = true;
	memcpy(e->record.signer, "case:", 5);
	hex_encode(e->record.signer + 5, id, WIRE_CASE);
	play_id(e->record.cosigner, custodian);
	return e;
}

static inline struct entry *
play_about(struct play *p, enum wire_kind kind, unsigned k, const char *signer)
{
	struct entry *e = play_record(p, kind, signer);

	play_case(e->b.case_id, k);
	e->b.has_case = true;
	return e;
}

/* Appends and applies the entry that was begun; returns its index. */
static inline uint64_t
play_apply(struct play *p)
{
	static struct effect x[FOLD_EFFECTS_MAX];
	uint8_t commitment[HASH_BYTES];
	unsigned n = 0;

	play_ok(fold(&p->e, &p->view, x, &n));
	entry_commitment(p->e.body, p->e.salt, commitment);
	for (unsigned i = 0; i < p->n; i++) {
		play_ok(store_append(p->s[i], p->e.time, commitment, p->e.salt,
		    p->e.body));
		for (unsigned k = 0; k < n; k++)
			play_ok(store_apply(p->s[i], &x[k]));
	}
	return p->size++;
}

static inline void
play_begin(struct play *p)
{
	for (unsigned i = 0; i < p->n; i++)
		play_ok(store_begin(p->s[i]));
}

static inline void
play_commit(struct play *p)
{
	for (unsigned i = 0; i < p->n; i++)
		play_ok(store_commit(p->s[i]));
}

/* ---- the usual entries --------------------------------------------------- */

static inline uint64_t
play_partnership(struct play *p)
{
	struct wire_partnership *w = &play_record(p, KIND_PARTNERSHIP,
	    "root:")->b.u.partnership;

	w->serial = p->size + 1;
	(void)snprintf(w->name, sizeof w->name, "Partnership");
	(void)snprintf(w->origin, sizeof w->origin, "log.example/one");
	play_hash(w->log_key, WIRE_KEY, "log");
	play_id(w->broker, "broker");
	play_hash(w->root[0], WIRE_KEY, "root 0");
	play_hash(w->root[1], WIRE_KEY, "root 1");
	play_hash(w->duty_key, WIRE_KEY, "duty");
	w->n_address = 2;
	(void)snprintf(w->address[1], sizeof w->address[1], "tcp://b:1");
	w->policy = bytes_str("quorum none\n");
	w->freshness_s = 900;
	w->keep_read_days = 30;
	return play_apply(p);
}

static inline uint64_t
play_member(struct play *p, const char *id, uint32_t roles, bool replaces)
{
	struct wire_member *m = &play_record(p, KIND_MEMBER, "root:")->
	    b.u.member;
	char name[80];

	m->serial = p->size + 1;
	play_id(m->id, id);
	(void)snprintf(m->name, sizeof m->name, "The %.48s", id);
	m->roles = roles;
	m->agency = 3;
	(void)snprintf(name, sizeof name, "%.48s sign %u", id,
	    (unsigned)p->size);
	play_hash(m->sign_key, WIRE_KEY, name);
	(void)snprintf(name, sizeof name, "%.48s link", id);
	play_hash(m->link_key, WIRE_KEY, name);
	m->valid_from = p->now;
	m->valid_until = UINT64_MAX;
	p->view.member_replaces = replaces;
	return play_apply(p);
}

static inline uint64_t
play_standing(struct play *p, enum wire_kind kind, const char *id)
{
	play_id(play_record(p, kind, "root:")->b.u.standing.id, id);
	return play_apply(p);
}

static inline uint64_t
play_sealing(struct play *p, const char *id, uint64_t epoch)
{
	struct wire_sealing_key *k = &play_record(p, KIND_SEALING_KEY, id)->
	    b.u.sealing_key;

	k->epoch = epoch;
	k->until = p->now + 14 * (uint64_t)DAY_MS;
	test_random_bytes(&p->chance, k->key, WIRE_KEY);
	return play_apply(p);
}

static inline uint64_t
play_open_case(struct play *p, unsigned k, const char *custodian)
{
	struct entry *e = play_consent(p, KIND_CASE_OPENED, k, custodian);

	test_random_bytes(&p->chance, e->b.u.case_opened.consent_key, WIRE_KEY);
	return play_apply(p);
}

/* Hashes of the tokens "phrase <k> <version> 0" and "... 1". */
static inline void
play_token(uint8_t token[WIRE_HASH], unsigned k, unsigned version, unsigned i)
{
	char name[64];

	(void)snprintf(name, sizeof name, "phrase %u %u %u", k, version, i);
	play_hash(token, WIRE_HASH, name);
}

static inline uint64_t
play_phrases(struct play *p, unsigned k, unsigned version,
    const char *custodian, uint8_t record_id[WIRE_HASH])
{
	struct entry *e = play_consent(p, KIND_PHRASES, k, custodian);
	uint8_t token[WIRE_HASH];

	for (unsigned i = 0; i < 2; i++) {
		play_token(token, k, version, i);
		crypto_hash_sha256(e->b.u.phrases.hash[i], token, WIRE_HASH);
	}
	if (record_id != NULL)
		memcpy(record_id, e->record_id, WIRE_HASH);
	return play_apply(p);
}

/* Labels first .. first + 15. */
static inline uint64_t
play_grant(struct play *p, unsigned k, const char *custodian,
    const char *sender, const char *recipient, unsigned first, uint64_t until,
    uint8_t record_id[WIRE_HASH])
{
	struct entry *e = play_consent(p, KIND_GRANT, k, custodian);
	struct wire_grant *g = &e->b.u.grant;

	play_id(g->sender, sender);
	play_id(g->recipient, recipient);
	for (unsigned i = 0; i < WIRE_GRANT_LABELS; i++)
		play_label(g->label[i], first + i);
	g->from = p->now;
	g->until = until;
	g->keep_read_days = 5;
	if (record_id != NULL)
		memcpy(record_id, e->record_id, WIRE_HASH);
	return play_apply(p);
}

/* grant NULL: all. */
static inline uint64_t
play_withdraw(struct play *p, unsigned k, const char *signer,
    const char *custodian, const uint8_t *grant)
{
	struct entry *e = play_about(p, KIND_WITHDRAWAL, k, signer);

	e->b.u.withdrawal.all = grant == NULL;
	if (grant != NULL)
		memcpy(e->b.u.withdrawal.grant, grant, WIRE_HASH);
	p->view.custodian = custodian;
	return play_apply(p);
}

static inline uint64_t
play_stop(struct play *p, const char *signer, unsigned k, unsigned version)
{
	struct entry *e = play_record(p, KIND_STOP, signer);

	play_token(e->b.u.stop.token, k, version, 0);
	return play_apply(p);
}

static inline uint64_t
play_frozen(struct play *p, unsigned k, uint64_t stop)
{
	struct entry *e = play_entry(p, ENTRY_FROZEN);

	e->u.frozen.has_case = true;
	play_case(e->u.frozen.case_id, k);
	e->u.frozen.stop = stop;
	p->view.stop_at = p->now;
	return play_apply(p);
}

static inline uint64_t
play_ended(struct play *p, unsigned k, const char *sender,
    const char *recipient, const uint64_t *grant, unsigned n)
{
	struct entry *e = play_entry(p, ENTRY_ENDED);

	play_ok(n <= 256 ? ERR_NONE : ERR_SIZE);
	memcpy(p->index, grant, n * sizeof *grant);
	play_case(e->u.ended.case_id, k);
	play_id(e->u.ended.sender, sender);
	play_id(e->u.ended.recipient, recipient);
	e->u.ended.grant = p->index;
	e->u.ended.n = n;
	return play_apply(p);
}

static inline uint64_t
play_resume(struct play *p, unsigned k, const char *custodian, uint64_t stop,
    const uint8_t *phrases)
{
	struct entry *e = play_consent(p, KIND_RESUME, k, custodian);

	e->b.u.resume.stop = stop;
	memcpy(e->b.u.resume.phrases, phrases, WIRE_HASH);
	return play_apply(p);
}

static inline uint64_t
play_notice(struct play *p, uint64_t stop)
{
	struct entry *e = play_entry(p, ENTRY_NOTICE);

	e->u.notice.code = NOTICE_STOP_DAY;
	e->u.notice.about = stop;
	return play_apply(p);
}

/* One label; `id` gets the stamp. */
static inline uint64_t
play_submit(struct play *p, unsigned k, const char *sender,
    const char *recipient, unsigned label, uint64_t expires,
    uint8_t id[WIRE_STAMP])
{
	struct entry *e = play_about(p, KIND_SUBMISSION, k, sender);
	struct wire_submission *w = &e->b.u.submission;

	play_id(w->recipient, recipient);
	w->created = p->now;
	w->expires = expires;
	w->n_label = 1;
	play_label(w->label[0], label);
	if (id != NULL)
		memcpy(id, e->b.stamp, WIRE_STAMP);
	return play_apply(p);
}

static inline uint64_t
play_deliver(struct play *p, uint64_t message, uint64_t grant)
{
	struct entry *e = play_entry(p, ENTRY_DELIVERED);

	e->u.delivered.message = message;
	e->u.delivered.grant = grant;
	return play_apply(p);
}

static inline uint64_t
play_receipt(struct play *p, unsigned k, const char *signer, uint64_t message,
    uint32_t outcome)
{
	struct entry *e = play_about(p, KIND_RECEIPT, k, signer);

	p->receipt[0] = (struct wire_receipt_line){ message, outcome };
	e->b.u.receipt.line = p->receipt;
	e->b.u.receipt.n = 1;
	return play_apply(p);
}

static inline uint64_t
play_open(struct play *p, unsigned k, const char *signer, uint64_t message,
    uint64_t grant)
{
	struct entry *e = play_about(p, KIND_OPENING, k, signer);

	e->kind = ENTRY_OPENED;
	p->index[0] = message;
	p->opened[0] = (struct wire_opened_line){ RULE_ADMIT, grant,
	    p->now + HOUR_MS };
	e->b.u.opening.message = p->index;
	e->b.u.opening.n = 1;
	e->u.opened.line = p->opened;
	e->u.opened.n = 1;
	return play_apply(p);
}

static inline uint64_t
play_recall(struct play *p, unsigned k, const char *signer,
    const uint8_t id[WIRE_STAMP], const char *told)
{
	struct entry *e = play_about(p, KIND_RECALL, k, signer);

	memcpy(e->b.u.recall.message, id, WIRE_STAMP);
	play_id(p->view.recalled_to, told);
	return play_apply(p);
}

static inline uint64_t
play_drop(struct play *p, uint64_t message)
{
	struct entry *e = play_entry(p, ENTRY_DROPPED);

	e->u.dropped.message = message;
	e->u.dropped.why = DROP_EXPIRED;
	return play_apply(p);
}

static inline uint64_t
play_close(struct play *p, unsigned k, const char *custodian)
{
	(void)play_consent(p, KIND_CASE_CLOSED, k, custodian);
	return play_apply(p);
}

static inline uint64_t
play_worker(struct play *p, const char *id, const uint8_t *pseudonym,
    bool ended)
{
	struct wire_worker *w = &play_record(p, KIND_WORKER, id)->b.u.worker;

	memcpy(w->pseudonym, pseudonym, WIRE_PSEUDONYM);
	w->ended = ended;
	return play_apply(p);
}

static inline uint64_t
play_checked(struct play *p, unsigned k, const char *id)
{
	(void)play_about(p, KIND_CONFLICT_CHECKED, k, id);
	return play_apply(p);
}

#endif
