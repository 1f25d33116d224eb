/*
 * Lies inside of parcels whose proofs hold: records that nobody or somebody
 * else signed, entries told as what they are not, answers without proof, and
 * members that nobody has heard of.
 */
#include "agent/intake/part.h"
#include "agent/life.h"
#include "tests/unit/agent/liar.h"

static struct office *o;
static struct liar *l;
static struct told_case k;

static void
setup(void)
{
	o = liar_office(&l);
}

static void
teardown(void)
{
	liar_destroy(&l);
	office_destroy(&o);
}

/* ---- records ------------------------------------------------------------------- */

static void
changed(struct record *r)
{
	struct buf b;

	buf_init(&b, WIRE_RECORD_MAX);
	r->wire = bytes_of(NULL, 0);
	ck_ok(wire_record_encode(r, &b));
	r->wire = bytes_of(arena_dup(l->w->a, b.data, b.n), b.n);
	buf_free(&b);
}

static struct record *
case_of_another_key(void)
{
	struct record *r = world_case_opened(l->w);
	struct sign_pair mine = l->w->kase.consent;

	/* the id is hers, the key another's */
	identity_sign_pair(&l->w->kase.consent);
	r = world_case_opened(l->w);
	l->w->kase.consent = mine;
	return r;
}

static struct record *
grant_of_another_key(void)
{
	struct sign_pair mine = l->w->kase.consent;
	struct record *r;

	identity_sign_pair(&l->w->kase.consent);
	r = world_grant(l->w, WORLD_POLICE, WORLD_SCHOOL, false,
	    plain_labels);
	l->w->kase.consent = mine;
	return r;
}

/* Her key as the hint, another key's signature. */
static struct record *
grant_signed_wrong(void)
{
	struct record *r = world_grant(l->w, WORLD_POLICE, WORLD_SCHOOL,
	    false, plain_labels);

	r->signature[0] ^= 1;
	changed(r);
	return r;
}

static struct record *
grant_cosigned_wrong(void)
{
	struct record *r = world_grant(l->w, WORLD_POLICE, WORLD_SCHOOL,
	    false, plain_labels);

	r->cosignature[0] ^= 1;
	changed(r);
	return r;
}

static struct record *
grant_body_changed(void)
{
	struct record *r = world_grant(l->w, WORLD_POLICE, WORLD_SCHOOL,
	    false, plain_labels);
	uint8_t *b = arena_dup(l->w->a, r->body.data, r->body.n);

	b[r->body.n - 1] ^= 1;
	r->body.data = b;
	changed(r);
	return r;
}

static struct record *
withdrawal_signed_wrong(void)
{
	struct record *r = world_withdraw(l->w, WORLD_CUSTODIAN, NULL);

	r->signature[0] ^= 1;
	changed(r);
	return r;
}

static struct record *
member_signed_by_broker(void)
{
	struct record *r = world_member(l->w, WORLD_POLICE);

	world_sign(l->w, r, WORLD_BROKER);
	return r;
}

static struct record *
partnership_signed_by_broker(void)
{
	struct record *r = world_partnership(l->w);

	world_sign(l->w, r, WORLD_BROKER);
	return r;
}

/* The broker is a member: no key of an arrow comes from it. */
static struct record *
arrow_key_of_another(void)
{
	struct record *r = world_arrow_key(l->w, WORLD_POLICE, WORLD_SCHOOL,
	    WORLD_SCHOOL);

	strcpy(r->signer, l->w->m[WORLD_POLICE].id);
	world_sign(l->w, r, WORLD_POLICE);
	return r;
}

/* A submission is no news: it would skip every check of mail. */
static struct record *
submission_as_news(void)
{
	struct world_payload p;

	return world_submission(l->w, WORLD_POLICE, WORLD_SCHOOL, "C1", 1024,
	    &p, NULL);
}

static const struct {
	const char *name;
	struct record *(*make)(void);
} forged[] = {
	{ "case of another key", case_of_another_key },
	{ "grant of another key", grant_of_another_key },
	{ "grant signed wrong", grant_signed_wrong },
	{ "grant cosigned wrong", grant_cosigned_wrong },
	{ "grant body changed", grant_body_changed },
	{ "withdrawal signed wrong", withdrawal_signed_wrong },
	{ "member signed by broker", member_signed_by_broker },
	{ "partnership signed by broker", partnership_signed_by_broker },
	{ "submission as news", submission_as_news },
};
enum { FORGED = sizeof forged / sizeof forged[0] };

START_TEST(a_forged_record_is_refused)
{
	struct hash hash;
	uint64_t n, news;

	liar_case(l, &k);
	liar_close(l);
	liar_ok(l);
	hash = l->news_hash;
	n = l->n;
	news = l->news;
	for (unsigned i = 0; i < FORGED; i++) {
		liar_record(l, forged[i].make(), PIECE_NEWS);
		liar_close(l);
		liar_refused(l, forged[i].name, ERR_NONE);
		l->news_hash = hash;
		l->n = n;
		l->news = news;
	}
}
END_TEST

/* Our key did sign it, this agent did not: an alarm.  No refusal, since an
 * agency enrolled anew meets its own past. */
START_TEST(our_name_on_what_we_did_not_sign)
{
	liar_case(l, &k);
	liar_close(l);
	liar_ok(l);
	ck_assert(!l->a->intake->not_ours);
	liar_record(l, world_withdraw(l->w, WORLD_SCHOOL, k.grant),
	    PIECE_NEWS);
	liar_close(l);
	liar_ok(l);
	ck_assert(l->a->intake->not_ours);
}
END_TEST

/* A key of an arrow that is not from its custodian is not taken. */
START_TEST(an_arrow_key_is_the_custodians)
{
	uint8_t mine[ARROW_KEY], now[ARROW_KEY];

	liar_case(l, &k);
	liar_close(l);
	liar_ok(l);
	ck_ok(keyring_arrow(l->a, l->w->kase.id, "police", "school", mine));
	l->w->kase.key[0] ^= 1;
	liar_record(l, arrow_key_of_another(), PIECE_NEWS);
	liar_close(l);
	liar_ok(l);
	ck_ok(keyring_arrow(l->a, l->w->kase.id, "police", "school", now));
	ck_assert_mem_eq(mine, now, sizeof mine);
}
END_TEST

/* An entry that is no news, told as if it were. */
START_TEST(an_entry_of_another_kind_is_refused)
{
	static const enum piece_what what[] = { PIECE_NEWS, PIECE_OPENED,
	    PIECE_COPY };
	const struct wire_dropped dropped = { .message = 1, .why = 1 };
	const uint64_t one[] = { 5 };
	struct wire_refused refused = { .rule = 1, .message = 1 };
	const struct hash hash = l->news_hash;
	const uint64_t n = l->n, news = l->news;
	struct buf out;

	refused.record = world_opening(l->w, WORLD_POLICE, one, 1)->wire;
	for (unsigned i = 0; i < 6; i++) {
		buf_init(&out, ENTRY_BODY_MAX);
		if (i < 3)
			ck_ok(wire_dropped_encode(&dropped, &out));
		else
			ck_ok(wire_refused_encode(&refused, &out));
		liar_entry(l, i < 3 ? ENTRY_DROPPED : ENTRY_REFUSED,
		    buf_view(&out), what[i % 3]);
		buf_free(&out);
		liar_close(l);
		liar_refused(l, "another kind", ERR_NONE);
		l->n = n;
		l->news = news;
		l->news_hash = hash;
	}
}
END_TEST

/* Answers: nothing is admitted because the broker says so. */
START_TEST(an_admission_needs_its_proof)
{
	struct body b = { .kind = KIND_SEALING_KEY };
	struct out_outcome out;

	o->link[WORLD_SCHOOL]->connected = false;
	outgoing_head(l->a, &b);
	b.u.sealing_key.epoch = 99;
	b.u.sealing_key.until = l->w->now + CLOCK_DAY_MS;
	b.u.sealing_key.key[0] = 9;
	ck_ok(outgoing_put(l->a, &b, NULL, NULL));
	ck_ok(outgoing_seal(l->a));
	liar_close(l);
	l->answer[0] = (struct wire_answer){ .status = STATUS_ADMITTED,
	    .index = 3, .id = 1 };
	memcpy(l->answer[0].stamp, b.stamp, WIRE_STAMP);
	l->p.n_answer = 1;
	liar_ok(l);
	ck_ok(outgoing_outcome(l->a, b.stamp, &out));
	ck_assert_int_eq((int)out.state, OUT_SEALED);
	/* with the entry it is */
	(void)liar_own(l, b.stamp);
	liar_close(l);
	l->answer[0].status = STATUS_ADMITTED;
	l->answer[0].index = l->n - 1;
	l->answer[0].id = 1;
	memcpy(l->answer[0].stamp, b.stamp, WIRE_STAMP);
	l->p.n_answer = 1;
	liar_ok(l);
	ck_ok(outgoing_outcome(l->a, b.stamp, &out));
	ck_assert_int_eq((int)out.state, OUT_ADMITTED);
	ck_assert_uint_eq(out.index, l->n - 1);
}
END_TEST

/* A record of somebody else under our stamp proves nothing about ours. */
START_TEST(a_copy_has_to_be_ours)
{
	struct body b = { .kind = KIND_STOP };
	struct out_outcome out;
	struct record *r;
	struct buf body;

	o->link[WORLD_SCHOOL]->connected = false;
	outgoing_head(l->a, &b);
	b.u.stop.token[0] = 7;
	ck_ok(outgoing_put(l->a, &b, NULL, NULL));
	ck_ok(outgoing_seal(l->a));
	b.u.stop.token[0] = 8;
	r = world_stop(l->w, WORLD_BROKER, b.u.stop.token);
	buf_init(&body, WIRE_BODY_MAX);
	ck_ok(wire_body_encode(&b, &body));
	r->body = bytes_of(arena_dup(l->w->a, body.data, body.n), body.n);
	buf_free(&body);
	world_sign(l->w, r, WORLD_BROKER);
	liar_record(l, r, PIECE_COPY)->has_stamp = true;
	memcpy(l->piece[0].stamp, b.stamp, WIRE_STAMP);
	liar_close(l);
	liar_refused(l, "copy", ERR_PROOF);
	ck_ok(outgoing_outcome(l->a, b.stamp, &out));
	ck_assert_int_eq((int)out.state, OUT_SEALED);
}
END_TEST

/* ---- in memory ------------------------------------------------------------------- */

static bool
no_lease(void *ctx, uint64_t idx)
{
	(void)idx;
	*(bool *)ctx = false;
	return false;
}

/* What a refused parcel had begun in memory is undone too. */
START_TEST(nothing_stays_in_memory)
{
	struct record *r;
	struct bytes cipher;
	bool none = true;

	liar_case(l, &k);
	liar_close(l);
	liar_ok(l);
	r = liar_mail_record(l, WORLD_CUSTODIAN, "ID", NULL, &cipher);
	liar_deliver(l, r, cipher, k.intro_idx);
	liar_record(l, world_partnership(l->w), PIECE_NEWS);
	liar_close(l);
	l->p.statement.count++;
	liar_sign_statement(l);
	liar_refused(l, "count", ERR_PROOF);
	leases_each(l->a->leases, no_lease, &none);
	ck_assert(none);
	/* no receipt goes for what was not stored */
	ck_ok(outgoing_seal(l->a));
	ck_assert_uint_eq(rows_of(l->a, "mail"), 0);
	ck_assert_uint_eq(rows_of(l->a, "receipt_due"), 0);
	{
		struct db_stmt *q;
		bool row;

		ck_ok(db_prepare(l->a->db, "SELECT 1 FROM outgoing WHERE "
		    "kind = 18", &q));
		ck_ok(db_step(q, &row));
		ck_assert(!row);
		db_done(q);
	}
}
END_TEST

/* ---- who is not known yet ----------------------------------------------------------- */

/* The answer to the question asked last: its member record. */
static void
answer_member(struct liar *p, unsigned m)
{
	struct wire_row row = { .index = 1, .has_body = true };
	const struct store_member *s;
	struct buf body;

	buf_init(&body, ENTRY_BODY_MAX);
	ck_ok(store_member(o->r->store, p->w->m[m].id, &s));
	ck_ok(store_entry(o->r->store, s->idx, &body, row.salt,
	    row.commitment));
	row.index = s->idx;
	row.body = buf_view(&body);
	p->p.has_reply = true;
	p->p.reply.id = p->a->intake->asked;
	p->p.reply.row = &row;
	p->p.reply.n_row = 1;
	liar_ok(p);
	buf_free(&body);
}

/* Told again as an answer, an old record brings nothing back. */
START_TEST(an_old_record_is_no_answer)
{
	struct world_member *m = &l->w->m[WORLD_CUSTODIAN];
	const struct store_member *s;

	identity_sign_pair(&m->sign);
	liar_record(l, world_member(l->w, WORLD_CUSTODIAN), PIECE_NEWS);
	liar_close(l);
	liar_ok(l);
	answer_member(l, WORLD_CUSTODIAN);
	ck_ok(store_member(l->a->slice, m->id, &s));
	ck_assert_mem_eq(s->m.sign_key, m->sign.public, WIRE_KEY);
	liar_record(l, world_revoke(l->w, WORLD_CUSTODIAN), PIECE_NEWS);
	liar_close(l);
	liar_ok(l);
	answer_member(l, WORLD_CUSTODIAN);
	ck_ok(store_member(l->a->slice, m->id, &s));
	ck_assert(s->revoked);
}
END_TEST

START_TEST(an_unknown_member_is_asked_for)
{
	struct liar *p;

	/* the police have heard of nobody yet */
	p = liar_create(o, WORLD_POLICE);
	liar_record(p, world_case_opened(p->w), PIECE_NEWS);
	liar_record(p, world_grant(p->w, WORLD_SCHOOL, WORLD_POLICE, false,
	    plain_labels), PIECE_NEWS);
	liar_close(p);
	ck_err(liar_send(p), ERR_NONE);
	ck_assert_uint_lt(p->a->news, p->news);
	/* meanwhile everything waits in line behind it */
	liar_close(p);
	p->p.from = p->n;
	p->p.range = bytes_of(NULL, 0);
	liar_ok(p);
	answer_member(p, WORLD_CUSTODIAN);
	ck_assert_uint_eq(p->a->news, p->news);
	ck_assert_uint_eq(p->a->intake->n_stash, 0);
	liar_destroy(&p);
}
END_TEST

/* A member nobody can name: the link is dropped, not asked for for ever. */
START_TEST(a_member_that_does_not_exist)
{
	struct record *r = world_withdraw(l->w, WORLD_POLICE, NULL);

	strcpy(r->signer, "nobody");
	world_sign(l->w, r, WORLD_POLICE);
	liar_record(l, r, PIECE_NEWS);
	liar_close(l);
	ck_err(liar_send(l), ERR_NONE);
	for (int i = 0; i < 5; i++)
		agent_turn(l->a);
	ck_assert_uint_eq(o->dropped, 1);
	ck_assert_uint_lt(l->a->news, l->news);
}
END_TEST

/* A key that changes within a parcel: each record by the key of its time. */
START_TEST(keys_change_in_the_middle)
{
	struct world_member *m = &l->w->m[WORLD_POLICE];

	liar_case(l, &k);
	liar_close(l);
	liar_ok(l);
	liar_record(l, world_withdraw(l->w, WORLD_POLICE, k.grant),
	    PIECE_NEWS);
	identity_sign_pair(&m->sign);
	liar_record(l, world_member(l->w, WORLD_POLICE), PIECE_NEWS);
	liar_record(l, world_withdraw(l->w, WORLD_POLICE, k.grant),
	    PIECE_NEWS);
	liar_close(l);
	liar_ok(l);
	ck_assert_uint_eq(l->a->news, l->news);
}
END_TEST

/*
 * A case comes to a new agency after its custodian changed keys: cosigned
 * with the old one, and told after the new one.
 */
START_TEST(a_case_older_than_its_custodians_key)
{
	struct world_member *m = &l->w->m[WORLD_CUSTODIAN];
	const struct record *opened = world_case_opened(l->w);
	const uint64_t at = l->n;
	uint64_t end;

	liar_hidden(l, 1);
	identity_sign_pair(&m->sign);
	liar_record(l, world_member(l->w, WORLD_CUSTODIAN), PIECE_NEWS);
	end = l->n;
	l->n = at;
	liar_record(l, opened, PIECE_NEWS);
	l->n = end;
	liar_record(l, world_grant(l->w, WORLD_POLICE, WORLD_SCHOOL, false,
	    plain_labels), PIECE_NEWS);
	liar_close(l);
	liar_ok(l);
	ck_assert_uint_eq(l->a->news, l->news);
}
END_TEST

/* Entered after the key it should be signed with, it is a forgery. */
START_TEST(a_case_younger_than_its_custodians_key)
{
	struct world_member *m = &l->w->m[WORLD_CUSTODIAN];
	const struct record *opened = world_case_opened(l->w);

	identity_sign_pair(&m->sign);
	liar_record(l, world_member(l->w, WORLD_CUSTODIAN), PIECE_NEWS);
	liar_record(l, opened, PIECE_NEWS);
	liar_close(l);
	ck_err(liar_send(l), ERR_CRYPTO);
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_forged_record_is_refused);
	tcase_add_test(tc, our_name_on_what_we_did_not_sign);
	tcase_add_test(tc, an_arrow_key_is_the_custodians);
	tcase_add_test(tc, an_entry_of_another_kind_is_refused);
	tcase_add_test(tc, an_admission_needs_its_proof);
	tcase_add_test(tc, a_copy_has_to_be_ours);
	tcase_add_test(tc, nothing_stays_in_memory);
	tcase_add_test(tc, an_old_record_is_no_answer);
	tcase_add_test(tc, an_unknown_member_is_asked_for);
	tcase_add_test(tc, a_member_that_does_not_exist);
	tcase_add_test(tc, keys_change_in_the_middle);
	tcase_add_test(tc, a_case_older_than_its_custodians_key);
	tcase_add_test(tc, a_case_younger_than_its_custodians_key);
}

int
main(void)
{
	return test_main("intake records", fill, 120);
}
