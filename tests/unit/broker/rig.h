/*
 * The whole broker in one process, without sockets and threads: a verifier
 * and a sequencer over a real store, a signer that is a function, a clock
 * that stands still, and peers that verify all they are sent.
 */
#ifndef WAYLEAVE_TESTS_UNIT_BROKER_RIG_H
#define WAYLEAVE_TESTS_UNIT_BROKER_RIG_H

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "broker/sequencer.h"
#include "broker/verify.h"
#include "store/db.h"
#include "store/facts.h"
#include "tests/support/peer.h"
#include "tests/support/test.h"
#include "tests/support/world.h"

struct rig {
	struct world w;
	struct clock_fake hands;
	struct clock clock;
	struct db *db;
	struct store *store;
	struct members *members;
	struct cites *cites;
	struct job_pool *pool;
	struct verifier *verifier;
	struct sequencer *q;
	struct sequencer_config c;
	struct edge signed_edge;        /* the signer's */
	unsigned signatures;
	enum error_code signer_says;    /* an error to answer with */
	struct peer *peer[WORLD_MEMBERS];
	uint64_t session[WORLD_MEMBERS];/* 0: not connected */
	uint64_t sessions;
	uint64_t ids;
	bool lose;                      /* parcels are lost on the way */
	unsigned deaf;                  /* those of this member; 0 none */
	char local[4096];
	enum error_code local_worst;
};

static inline enum error_code
rig_sign(void *ctx, uint64_t from, const struct hash *leaf, size_t n,
    struct checkpoint *out)
{
	struct rig *r = ctx;

	if (r->signer_says != ERR_NONE)
		return r->signer_says;
	if (n > 0 && from != r->signed_edge.size)
		return ERR_PROOF;
	for (size_t i = 0; i < n; i++)
		ck_ok(edge_append(&r->signed_edge, &leaf[i]));
	out->size = r->signed_edge.size;
	edge_root(&r->signed_edge, &out->root);
	r->signatures++;
	return checkpoint_sign(r->w.origin, out, r->w.log.secret);
}

static inline unsigned
rig_member(const struct rig *r, const char *id)
{
	for (unsigned i = 0; i < r->w.n; i++) {
		if (strcmp(r->w.m[i].id, id) == 0)
			return i;
	}
	ck_abort_msg("no such member");
	return 0;
}

static inline void
rig_outlet(void *ctx, const char *member, uint64_t session, struct buf *frame)
{
	struct rig *r = ctx;
	unsigned m = rig_member(r, member);
	struct why why = { "" };

	if (!r->lose && (m != r->deaf || m == 0) &&
	    session == r->session[m] && r->peer[m] != NULL)
		ck_assert_msg(peer_take(r->peer[m], buf_view(frame), &why),
		    "%s: %s", member, why.text);
	buf_free(frame);
}

static inline void
rig_local(void *ctx, int local, enum error_code worst, struct bytes text)
{
	struct rig *r = ctx;
	size_t n = text.n < sizeof r->local - 1 ? text.n :
	    sizeof r->local - 1;

	(void)local;
	memcpy(r->local, text.data, n);
	r->local[n] = '\0';
	r->local_worst = worst;
}

static inline void
rig_start(struct rig *r)
{
	struct verify_shared shared;
	struct members_roots roots = { .n = 2, .has_duty = true };
	struct why why = { "" };
	enum error_code e;

	ck_ok(members_create(&r->members));
	ck_ok(cites_create(r->w.origin, r->w.log.public, &r->cites));
	memcpy(roots.root[0], r->w.root[0].public, WIRE_KEY);
	memcpy(roots.root[1], r->w.root[1].public, WIRE_KEY);
	memcpy(roots.duty, r->w.duty.public, WIRE_KEY);
	members_put_roots(r->members, &roots);
	ck_ok(members_load(r->members, r->store));
	r->pool = job_pool_create();
	shared = (struct verify_shared){
		.partnership = r->w.p, .members = r->members,
		.cites = r->cites,
	};
	ck_ok(verifier_create(&shared, &r->verifier));
	r->c.partnership = r->w.p;
	r->c.origin = r->w.origin;
	r->c.member = r->w.m[WORLD_BROKER].id;
	r->c.key = &r->w.m[WORLD_BROKER].sign;
	r->c.store = r->store;
	r->c.db = r->db;
	r->c.clock = &r->clock;
	r->c.members = r->members;
	r->c.cites = r->cites;
	r->c.pool = r->pool;
	r->c.signing.sign = rig_sign;
	r->c.signing.ctx = r;
	r->c.outlet.send = rig_outlet;
	r->c.outlet.local = rig_local;
	r->c.outlet.ctx = r;
	e = sequencer_create(&r->c, &r->q, &why);
	ck_assert_msg(e == ERR_NONE, "%s: %s", error_text(e), why.text);
}

static inline void
rig_halt(struct rig *r)
{
	sequencer_destroy(&r->q);
	verifier_destroy(&r->verifier);
	job_pool_destroy(&r->pool);
	members_destroy(&r->members);
	cites_destroy(&r->cites);
	memset(r->session, 0, sizeof r->session);
}

/* `path`: NULL for store/memory.c, ":memory:" or a file for SQLite. */
static inline struct rig *
rig_create(unsigned members, const char *path)
{
	struct rig *r = calloc(1, sizeof *r);
	struct why why = { "" };

	ck_assert_ptr_nonnull(r);
	ck_assert_int_ge(sodium_init(), 0);
	r->hands.now = 1900000000000;
	r->hands.boot = 100000;
	r->clock = clock_fake_of(&r->hands);
	world_make(&r->w, members, r->hands.now);
	edge_init(&r->signed_edge);
	if (path == NULL) {
		ck_ok(store_open_memory(&r->store));
	} else {
		ck_ok(db_open(path, NULL, &r->db, &why));
		ck_ok(store_open_sqlite(r->db, &r->store, &why));
	}
	for (unsigned i = 0; i < members; i++) {
		r->peer[i] = calloc(1, sizeof *r->peer[i]);
		ck_assert_ptr_nonnull(r->peer[i]);
		peer_make(r->peer[i], &r->w, i);
	}
	rig_start(r);
	return r;
}

static inline void
rig_destroy(struct rig **rig)
{
	struct rig *r = *rig;

	rig_halt(r);
	store_close(&r->store);
	db_close(&r->db);
	for (unsigned i = 0; i < r->w.n; i++)
		free(r->peer[i]);
	world_free(&r->w);
	free(r);
	*rig = NULL;
}

static inline void
rig_pass(struct rig *r, uint64_t ms)
{
	clock_fake_add(&r->hands, ms);
	r->w.now = r->hands.now;
}

static inline struct job *
rig_job(struct rig *r, enum job_kind kind, unsigned m, struct bytes frame)
{
	struct job *j = job_create(r->pool, kind, r->w.m[m].id,
	    r->session[m], frame);

	ck_assert_ptr_nonnull(j);
	verify_job(r->verifier, j);
	return j;
}

/* Runs batches until nothing waits. */
static inline void
rig_settle(struct rig *r)
{
	for (int i = 0; i < 100; i++) {
		ck_ok(sequencer_batch(r->q, NULL, 0));
		if (!sequencer_pending(r->q))
			return;
	}
	ck_abort_msg("the sequencer does not come to rest");
}

static inline void
rig_frame(struct rig *r, unsigned m, struct bytes frame)
{
	struct job *j = rig_job(r, JOB_FRAME, m, frame);

	ck_ok(sequencer_batch(r->q, &j, 1));
}

static inline void
rig_connect(struct rig *r, unsigned m, uint32_t credit)
{
	struct buf b;

	r->session[m] = ++r->sessions;
	buf_init(&b, WIRE_UP_MAX);
	peer_hello(r->peer[m], ++r->ids, credit, &b);
	rig_frame(r, m, buf_view(&b));
	buf_free(&b);
}

static inline void
rig_confirm(struct rig *r, unsigned m, uint32_t credit)
{
	struct buf b;

	buf_init(&b, WIRE_UP_MAX);
	peer_confirm(r->peer[m], credit, &b);
	rig_frame(r, m, buf_view(&b));
	buf_free(&b);
}

static inline void
rig_gone(struct rig *r, unsigned m)
{
	struct job *j = rig_job(r, JOB_GONE, m, bytes_of(NULL, 0));

	ck_ok(sequencer_batch(r->q, &j, 1));
	r->session[m] = 0;
}

/* Makes the job of one frame with these records. */
static inline struct job *
rig_job_of(struct rig *r, unsigned m, struct record *const *rec,
    const struct world_payload *const *payload, unsigned n)
{
	struct job *j;
	struct buf b;

	buf_init(&b, WIRE_UP_MAX);
	world_up(++r->ids, rec, payload, n, &b);
	for (unsigned i = 0; i < n; i++)
		peer_own(r->peer[m], rec[i]);
	j = rig_job(r, JOB_FRAME, m, buf_view(&b));
	buf_free(&b);
	return j;
}

/* Sends one record in one batch; the answer, or NULL. */
static inline const struct wire_answer *
rig_send(struct rig *r, unsigned m, struct record *rec,
    const struct world_payload *payload)
{
	struct job *j = rig_job_of(r, m, &rec, &payload, 1);

	ck_ok(sequencer_batch(r->q, &j, 1));
	return peer_answer(r->peer[m], rec);
}

/* Sends and expects this; returns the entry's index. */
static inline uint64_t
rig_expect(struct rig *r, unsigned m, struct record *rec,
    const struct world_payload *payload, enum wire_status status,
    enum rule rule)
{
	const struct wire_answer *a = rig_send(r, m, rec, payload);

	ck_assert_msg(a != NULL, "unanswered");
	ck_assert_msg(a->status == (uint32_t)status &&
	    a->rule == (uint32_t)rule,
	    "status %u rule %s, not status %u rule %s", a->status,
	    rule_name((enum rule)a->rule), status, rule_name(rule));
	return a->index;
}

static inline uint64_t
rig_admit(struct rig *r, unsigned m, struct record *rec,
    const struct world_payload *payload)
{
	return rig_expect(r, m, rec, payload, STATUS_ADMITTED, RULE_ADMIT);
}

/* Records by way of the operator. */
static inline void
rig_admit_local(struct rig *r, struct record *const *rec, unsigned n)
{
	struct record_file f = { .n = n };
	struct job *j;
	struct buf b;

	f.record = arena_alloc(r->w.a, n * sizeof *f.record);
	memcpy(f.root, r->w.root[0].public, WIRE_KEY);
	for (unsigned i = 0; i < n; i++)
		f.record[i] = *rec[i];
	buf_init(&b, 512 * 1024);
	ck_ok(wire_record_file_encode(&f, &b));
	r->local[0] = '\0';
	j = rig_job(r, JOB_LOCAL, 0, buf_view(&b));
	ck_ok(sequencer_batch(r->q, &j, 1));
	buf_free(&b);
}

/* The partnership and all members, entered; agencies connected. */
static inline void
rig_enrol(struct rig *r)
{
	struct record *rec[WORLD_MEMBERS + 1];

	rec[0] = world_partnership(&r->w);
	for (unsigned i = 0; i < r->w.n; i++)
		rec[i + 1] = world_member(&r->w, i);
	rig_admit_local(r, rec, r->w.n + 1);
	ck_assert_msg(r->local_worst == ERR_NONE, "%s", r->local);
	for (unsigned i = 1; i < r->w.n; i++) {
		rig_connect(r, i, 64);
		if ((r->w.m[i].roles & ROLE_AGENCY) == 0)
			continue;
		rig_admit(r, i, world_sealing(&r->w, i), NULL);
		rig_admit(r, i, world_worker(&r->w, i, 0), NULL);
		rig_admit(r, i, world_worker(&r->w, i, 1), NULL);
	}
}

/*
 * A case with an arrow from -> to that may be used: introduced, opened by the
 * officer, checked.  Returns the plain grant.
 */
static inline struct record *
rig_arrow(struct rig *r, unsigned from, unsigned to)
{
	struct world *w = &r->w;
	struct world_payload p;
	struct record *g;
	uint64_t intro;

	if (to != WORLD_CUSTODIAN) {
		rig_admit(r, WORLD_CUSTODIAN, world_grant(w, WORLD_CUSTODIAN,
		    to, true, NULL), NULL);
		intro = rig_admit(r, WORLD_CUSTODIAN, world_submission(w,
		    WORLD_CUSTODIAN, to, "ID", 1024, &p, NULL), &p);
		rig_admit(r, to, world_receipt(w, to, &intro, 1, 0), NULL);
		rig_admit(r, to, world_opening(w, to, &intro, 1), NULL);
		rig_admit(r, to, world_checked(w, to, intro), NULL);
	}
	g = world_grant(w, from, to, false, NULL);
	rig_admit(r, WORLD_CUSTODIAN, g, NULL);
	return g;
}

static inline void
rig_open_case(struct rig *r)
{
	rig_admit(r, WORLD_CUSTODIAN, world_case_opened(&r->w), NULL);
	rig_admit(r, WORLD_CUSTODIAN, world_phrases(&r->w), NULL);
}

static inline void
rig_forget(struct rig *r)
{
	for (unsigned i = 0; i < r->w.n; i++)
		peer_forget(r->peer[i]);
}

#endif
