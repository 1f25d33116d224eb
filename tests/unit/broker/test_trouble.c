/*
 * When the machine fails: disk full, clock wrong, signer wrong, commit
 * failed.  It fails closed, and narrowing records still get through.
 */
#include "broker/parcel.h"
#include "tests/unit/broker/rig.h"

static struct rig *
ready(const char *path)
{
	struct rig *r = rig_create(5, path);

	rig_enrol(r);
	rig_open_case(r);
	(void)rig_arrow(r, WORLD_POLICE, WORLD_SCHOOL);
	rig_forget(r);
	return r;
}

static struct record *
message(struct rig *r, struct world_payload *p)
{
	return world_submission(&r->w, WORLD_POLICE, WORLD_SCHOOL, "C1", 1024,
	    p, NULL);
}

/* ---- disk -------------------------------------------------------------- */

START_TEST(test_soft_limit)
{
	struct rig *r = ready(":memory:");
	struct world_payload p;
	struct record *m;

	sequencer_destroy(&r->q);
	r->c.max_pages = 1;
	ck_ok(sequencer_create(&r->c, &r->q, NULL));
	for (unsigned i = 1; i < 4; i++)
		rig_connect(r, i, 64);
	rig_pass(r, 5000);
	m = message(r, &p);
	ck_assert_uint_eq(rig_send(r, WORLD_POLICE, m, &p)->status,
	    STATUS_BUSY);
	ck_assert(sequencer_status(r->q)->full);
	rig_admit(r, WORLD_SCHOOL, world_stop(&r->w, WORLD_SCHOOL,
	    r->w.kase.token[0]), NULL);
	rig_admit(r, WORLD_CUSTODIAN, world_withdraw(&r->w, WORLD_CUSTODIAN,
	    NULL), NULL);
	/* `busy` is not remembered */
	rig_expect(r, WORLD_POLICE, m, &p, STATUS_BUSY, RULE_ADMIT);
	rig_destroy(&r);
}
END_TEST

START_TEST(test_hard_limit)
{
	struct rig *r = ready(":memory:");
	struct world_payload p;
	struct record *m[2];
	const struct world_payload *pp = &p;
	struct job *job[2];
	uint64_t pages;

	/* the store cannot grow by a page: the commit fails, nothing stands */
	ck_ok(db_pages(r->db, &pages));
	ck_ok(db_limit(r->db, pages));
	m[0] = world_submission(&r->w, WORLD_POLICE, WORLD_SCHOOL, "C1",
	    65536, &p, NULL);
	m[1] = world_stop(&r->w, WORLD_SCHOOL, r->w.kase.token[0]);
	job[0] = rig_job_of(r, WORLD_POLICE, &m[0], &pp, 1);
	job[1] = rig_job_of(r, WORLD_SCHOOL, &m[1], NULL, 1);
	ck_ok(sequencer_batch(r->q, job, 2));
	ck_assert_uint_eq(peer_answer(r->peer[WORLD_POLICE], m[0])->status,
	    STATUS_BUSY);
	ck_assert_uint_eq(peer_answer(r->peer[WORLD_SCHOOL], m[1])->status,
	    STATUS_ADMITTED);
	/* room again */
	ck_ok(db_limit(r->db, 0));
	rig_pass(r, 5000);
	rig_settle(r);
	rig_expect(r, WORLD_POLICE, m[0], &p, STATUS_REFUSED,
	    rule_shown_as(RULE_NO_GRANT));
	rig_destroy(&r);
}
END_TEST

/* ---- clock ------------------------------------------------------------- */

START_TEST(test_clock_behind)
{
	struct rig *r = ready(NULL);
	struct world_payload p;
	struct record *m = message(r, &p);
	uint64_t time;

	/* the hands go back an hour */
	r->hands.now -= 3600 * 1000;
	ck_assert_uint_eq(rig_send(r, WORLD_POLICE, m, &p)->status,
	    STATUS_BUSY);
	rig_admit(r, WORLD_CUSTODIAN, world_withdraw(&r->w, WORLD_CUSTODIAN,
	    NULL), NULL);
	/* and entries never do */
	time = r->peer[WORLD_CUSTODIAN]->piece[
	    r->peer[WORLD_CUSTODIAN]->n_piece - 1].entry.time;
	ck_assert_uint_ge(time, r->hands.now + 3600 * 1000);
	r->hands.now += 3600 * 1000;
	rig_expect(r, WORLD_POLICE, m, &p, STATUS_REFUSED,
	    rule_shown_as(RULE_NO_GRANT));
	rig_destroy(&r);
}
END_TEST

START_TEST(test_clock_jumps)
{
	struct rig *r = ready(NULL);
	struct world_payload p;
	struct record *m;
	const struct peer *refuge = r->peer[WORLD_CUSTODIAN];

	rig_settle(r);
	r->hands.now += 2 * 3600 * 1000;      /* and not the boot clock */
	m = message(r, &p);
	ck_assert_uint_eq(rig_send(r, WORLD_POLICE, m, &p)->status,
	    STATUS_BUSY);
	/* a withdrawal does not carry the ledger's time along */
	rig_admit(r, WORLD_CUSTODIAN, world_withdraw(&r->w, WORLD_CUSTODIAN,
	    NULL), NULL);
	ck_assert_uint_lt(refuge->piece[refuge->n_piece - 1].entry.time,
	    r->hands.now - 3600 * 1000);
	/* nor does a refusal tell more than at other times */
	rig_expect(r, WORLD_SCHOOL, world_withdraw(&r->w, WORLD_SCHOOL, NULL),
	    NULL, STATUS_REFUSED, rule_shown_as(RULE_NOT_YOURS));
	ck_assert_int_ne(rule_shown_as(RULE_NOT_YOURS), RULE_NOT_YOURS);
	/* three members' clocks agree with ours: ours is right */
	r->w.now = r->hands.now;
	for (unsigned i = 1; i <= 3; i++)
		rig_connect(r, i, 64);
	ck_assert(!sequencer_status(r->q)->clock_doubtful);
	rig_destroy(&r);
}
END_TEST

START_TEST(test_clock_at_start)
{
	struct rig *r = ready(":memory:");
	struct world_payload p;
	struct record *m;

	rig_halt(r);
	rig_pass(r, 2ull * 3600 * 1000);
	rig_start(r);
	ck_assert(sequencer_status(r->q)->clock_doubtful);
	rig_connect(r, WORLD_POLICE, 64);
	m = message(r, &p);
	ck_assert_uint_eq(rig_send(r, WORLD_POLICE, m, &p)->status,
	    STATUS_BUSY);
	rig_connect(r, WORLD_SCHOOL, 64);
	rig_connect(r, WORLD_CUSTODIAN, 64);
	rig_admit(r, WORLD_POLICE, m, &p);
	/* or the operator says so */
	rig_halt(r);
	rig_pass(r, 2ull * 3600 * 1000);
	r->c.clock_confirmed = true;
	rig_start(r);
	ck_assert(!sequencer_status(r->q)->clock_doubtful);
	rig_destroy(&r);
}
END_TEST

/* ---- signer, store ----------------------------------------------------- */

START_TEST(test_signer_fails)
{
	struct rig *r = ready(NULL);
	struct world_payload p;
	const struct world_payload *pp = &p;
	struct record *m = message(r, &p);
	struct job *job = rig_job_of(r, WORLD_POLICE, &m, &pp, 1);

	r->signer_says = ERR_IO;
	ck_err(sequencer_batch(r->q, &job, 1), ERR_IO);
	ck_assert_uint_eq(r->peer[WORLD_POLICE]->n_answer, 0);
	ck_assert_uint_eq(r->peer[WORLD_SCHOOL]->n_piece, 0);
	/* committed and not signed: the next start signs it */
	r->signer_says = ERR_NONE;
	rig_halt(r);
	rig_start(r);
	rig_connect(r, WORLD_POLICE, 64);
	rig_connect(r, WORLD_SCHOOL, 64);
	rig_settle(r);
	ck_assert_uint_eq(peer_count(r->peer[WORLD_SCHOOL], PIECE_MAIL), 1);
	rig_admit(r, WORLD_POLICE, m, &p);
	rig_destroy(&r);
}
END_TEST

START_TEST(test_signer_is_ahead)
{
	struct rig *r = ready(NULL);
	struct hash leaf = { { 1 } };
	struct why why = { "" };

	rig_halt(r);
	ck_ok(edge_append(&r->signed_edge, &leaf));
	/* an old backup of the store */
	ck_ok(members_create(&r->members));
	ck_ok(cites_create(r->w.origin, r->w.log.public, &r->cites));
	r->pool = job_pool_create();
	r->c.members = r->members;
	r->c.cites = r->cites;
	r->c.pool = r->pool;
	ck_err(sequencer_create(&r->c, &r->q, &why), ERR_PROOF);
	ck_assert_ptr_nonnull(strstr(why.text, "old copy"));
	rig_destroy(&r);
}
END_TEST

START_TEST(test_signer_is_elsewhere)
{
	struct rig *r = ready(NULL);
	struct why why = { "" };

	rig_halt(r);
	r->signed_edge.hash[0].b[0] ^= 1;
	ck_ok(members_create(&r->members));
	ck_ok(cites_create(r->w.origin, r->w.log.public, &r->cites));
	r->pool = job_pool_create();
	r->c.members = r->members;
	r->c.cites = r->cites;
	r->c.pool = r->pool;
	ck_err(sequencer_create(&r->c, &r->q, &why), ERR_PROOF);
	rig_destroy(&r);
}
END_TEST

/* ---- state from entries ------------------------------------------------ */

struct replay { struct rig *r; struct store *s; };

static enum error_code
replay_one(void *ctx, uint64_t idx, const uint8_t commitment[static HASH_BYTES],
    const uint8_t *salt, struct bytes body)
{
	struct replay *p = ctx;
	struct entry e;

	(void)idx;
	ck_ok(entry_decode(p->r->w.a, p->r->w.p, body, salt, &e, NULL));
	ck_ok(store_append(p->s, e.time, commitment, salt, body));
	return facts_apply(p->s, &e, NULL);
}

/* The folded state of the live store is that of its entries. */
START_TEST(test_rebuilt)
{
	struct rig *r = ready(":memory:");
	struct replay p = { .r = r };
	struct world_payload pay;
	uint8_t live[WIRE_HASH], again[WIRE_HASH];

	for (int i = 0; i < 5; i++)
		rig_admit(r, WORLD_POLICE, message(r, &pay), &pay);
	rig_admit(r, WORLD_SCHOOL, world_stop(&r->w, WORLD_SCHOOL,
	    r->w.kase.token[1]), NULL);
	rig_settle(r);
	ck_ok(store_open_memory(&p.s));
	ck_ok(store_begin(p.s));
	ck_ok(store_entries(r->store, 0, sequencer_head(r->q)->size,
	    replay_one, &p));
	ck_ok(store_commit(p.s));
	ck_ok(store_digest(r->store, live));
	ck_ok(store_digest(p.s, again));
	ck_assert_mem_eq(live, again, WIRE_HASH);
	store_close(&p.s);
	rig_destroy(&r);
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_test(tc, test_soft_limit);
	tcase_add_test(tc, test_hard_limit);
	tcase_add_test(tc, test_clock_behind);
	tcase_add_test(tc, test_clock_jumps);
	tcase_add_test(tc, test_clock_at_start);
	tcase_add_test(tc, test_signer_fails);
	tcase_add_test(tc, test_signer_is_ahead);
	tcase_add_test(tc, test_signer_is_elsewhere);
	tcase_add_test(tc, test_rebuilt);
}

int
main(void)
{
	return test_main("trouble", fill, 60);
}
