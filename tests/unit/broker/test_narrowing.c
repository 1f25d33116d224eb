/*
 * Stopping: withdrawals, stops, recalls, closing, revocation.  Instant, never
 * busy, and the answer to a stop does not tell right from wrong.
 */
#include "tests/unit/broker/rig.h"

/* A case with one arrow police -> school that works. */
static struct rig *
ready(struct record **grant)
{
	struct rig *r = rig_create(5, ":memory:");
	struct record *g;

	rig_enrol(r);
	rig_open_case(r);
	g = rig_arrow(r, WORLD_POLICE, WORLD_SCHOOL);
	if (grant != NULL)
		*grant = g;
	rig_forget(r);
	return r;
}

static struct record *
message(struct rig *r, struct world_payload *p)
{
	return world_submission(&r->w, WORLD_POLICE, WORLD_SCHOOL, "C1", 1024,
	    p, NULL);
}

/* Queued for a recipient that is away. */
static uint64_t
queued(struct rig *r)
{
	struct world_payload p;

	return rig_admit(r, WORLD_POLICE, message(r, &p), &p);
}

START_TEST(test_withdrawn_while_queued)
{
	struct record *grant;
	struct rig *r = ready(&grant);
	struct peer *school = r->peer[WORLD_SCHOOL];
	struct peer *police = r->peer[WORLD_POLICE];

	rig_gone(r, WORLD_SCHOOL);
	(void)queued(r);
	/* by whom: the custodian, the sender, the recipient's link is gone */
	rig_admit(r, _i == 0 ? WORLD_CUSTODIAN : WORLD_POLICE,
	    world_withdraw(&r->w, _i == 0 ? WORLD_CUSTODIAN : WORLD_POLICE,
	    grant), NULL);
	rig_forget(r);
	rig_connect(r, WORLD_SCHOOL, 64);
	rig_settle(r);
	ck_assert_uint_eq(peer_count(school, PIECE_MAIL), 0);
	ck_assert_uint_eq(peer_news(school, ENTRY_ENDED, 0), 1);
	ck_assert(school->current);
	/* the sender is told, and not why */
	ck_assert_uint_ge(police->n_told, 1);
	ck_assert_uint_eq(police->told[police->n_told - 1].what,
	    TOLD_DROPPED);
	ck_assert_uint_eq(police->told[police->n_told - 1].why, DROP_RULE);
	rig_destroy(&r);
}
END_TEST

START_TEST(test_withdrawal_in_the_same_batch)
{
	struct record *grant;
	struct rig *r = ready(&grant);
	struct peer *school = r->peer[WORLD_SCHOOL];
	struct world_payload p;
	const struct world_payload *pp = &p;
	struct record *m = message(r, &p), *wd;
	struct job *job[2];

	wd = world_withdraw(&r->w, WORLD_CUSTODIAN, grant);
	job[0] = rig_job_of(r, WORLD_POLICE, &m, &pp, 1);
	job[1] = rig_job_of(r, WORLD_CUSTODIAN, &wd, NULL, 1);
	ck_ok(sequencer_batch(r->q, job, 2));
	/* admitted before it, and not delivered after it */
	ck_assert_uint_eq(peer_answer(r->peer[WORLD_POLICE], m)->status,
	    STATUS_ADMITTED);
	ck_assert_uint_eq(peer_answer(r->peer[WORLD_CUSTODIAN], wd)->status,
	    STATUS_ADMITTED);
	rig_settle(r);
	ck_assert_uint_eq(peer_count(school, PIECE_MAIL), 0);
	rig_destroy(&r);
}
END_TEST

/* ---- stops ------------------------------------------------------------- */

START_TEST(test_stop_freezes)
{
	struct rig *r = ready(NULL);
	struct peer *refuge = r->peer[WORLD_CUSTODIAN];
	struct peer *school = r->peer[WORLD_SCHOOL];
	struct world_payload p;
	uint64_t stop;

	/* presented by an agency that has no part in the case */
	stop = rig_admit(r, WORLD_SCHOOL, world_stop(&r->w, WORLD_SCHOOL,
	    r->w.kase.token[_i]), NULL);
	ck_assert_uint_eq(peer_news(refuge, ENTRY_FROZEN, 0), 1);
	ck_assert_uint_eq(peer_news(refuge, ENTRY_RECORD, KIND_STOP), 1);
	ck_assert_uint_eq(peer_news(school, ENTRY_FROZEN, 0), 0);
	/* `ended` come in a batch after that of the stop */
	ck_assert_uint_eq(peer_news(school, ENTRY_ENDED, 0), 0);
	rig_settle(r);
	ck_assert_uint_ge(peer_news(school, ENTRY_ENDED, 0), 1);
	rig_expect(r, WORLD_POLICE, message(r, &p), &p, STATUS_REFUSED,
	    rule_shown_as(RULE_NO_GRANT));
	(void)stop;
	rig_destroy(&r);
}
END_TEST

START_TEST(test_wrong_stop_looks_the_same)
{
	struct rig *r = ready(NULL);
	struct peer *police = r->peer[WORLD_POLICE];
	uint8_t wrong[32] = { 1 };
	uint64_t size[2];
	uint32_t parcels[2];
	struct world_payload p;

	for (int i = 0; i < 2; i++) {
		uint64_t before = sequencer_head(r->q)->size;

		rig_forget(r);
		rig_admit(r, WORLD_POLICE, world_stop(&r->w, WORLD_POLICE,
		    i == 0 ? wrong : r->w.kase.token[0]), NULL);
		size[i] = sequencer_head(r->q)->size - before;
		parcels[i] = police->parcels;
		ck_assert_uint_eq(police->n_answer, 1);
		ck_assert_uint_eq(police->n_piece, 1);
	}
	ck_assert_uint_eq(size[0], 2);
	ck_assert_uint_eq(size[0], size[1]);
	ck_assert_uint_eq(parcels[0], parcels[1]);
	rig_settle(r);
	rig_expect(r, WORLD_POLICE, message(r, &p), &p, STATUS_REFUSED,
	    rule_shown_as(RULE_NO_GRANT));
	rig_destroy(&r);
}
END_TEST

START_TEST(test_stops_wait_in_line)
{
	struct rig *r = ready(NULL);
	struct peer *police = r->peer[WORLD_POLICE];
	struct record *stop[14];
	uint8_t token[32] = { 2 };
	unsigned answered = 0;

	for (int i = 0; i < 14; i++) {
		token[1] = (uint8_t)i;
		stop[i] = world_stop(&r->w, WORLD_POLICE, token);
		(void)rig_send(r, WORLD_POLICE, stop[i], NULL);
	}
	for (int i = 0; i < 14; i++) {
		const struct wire_answer *a = peer_answer(police, stop[i]);

		if (a == NULL)
			continue;
		ck_assert_uint_eq(a->status, STATUS_ADMITTED);
		answered++;
	}
	ck_assert_uint_eq(answered, 10);
	/* sent again while waiting: one answer all the same */
	(void)rig_send(r, WORLD_POLICE, stop[13], NULL);
	rig_pass(r, 30 * 1000);
	ck_ok(sequencer_batch(r->q, NULL, 0));
	rig_pass(r, 60 * 1000);
	ck_ok(sequencer_batch(r->q, NULL, 0));
	for (int i = 0; i < 14; i++)
		ck_assert_ptr_nonnull(peer_answer(police, stop[i]));
	ck_assert_uint_eq(police->n_answer, 14);
	rig_destroy(&r);
}
END_TEST

START_TEST(test_resume_after_a_day)
{
	struct rig *r = ready(NULL);
	struct world_payload p;
	uint64_t stop;

	stop = rig_admit(r, WORLD_SCHOOL, world_stop(&r->w, WORLD_SCHOOL,
	    r->w.kase.token[0]), NULL);
	rig_settle(r);
	randombytes_buf(r->w.kase.token, sizeof r->w.kase.token);
	rig_admit(r, WORLD_CUSTODIAN, world_phrases(&r->w), NULL);
	rig_expect(r, WORLD_CUSTODIAN, world_resume(&r->w, stop), NULL,
	    STATUS_REFUSED, RULE_TOO_SOON);
	/* the broker writes a notice a day after every stop */
	rig_pass(r, 24 * 3600 * 1000 + 1000);
	rig_settle(r);
	rig_pass(r, 30 * 1000);
	rig_settle(r);
	rig_admit(r, WORLD_CUSTODIAN, world_resume(&r->w, stop), NULL);
	rig_admit(r, WORLD_POLICE, message(r, &p), &p);
	ck_assert_uint_eq(peer_count(r->peer[WORLD_SCHOOL], PIECE_MAIL), 1);
	rig_destroy(&r);
}
END_TEST

/* ---- recall, closing, revocation --------------------------------------- */

START_TEST(test_recall)
{
	struct rig *r = ready(NULL);
	struct peer *school = r->peer[WORLD_SCHOOL];
	struct world_payload p;
	struct record *m = message(r, &p);
	uint64_t idx;

	idx = rig_admit(r, WORLD_POLICE, m, &p);
	rig_admit(r, WORLD_POLICE, world_recall(&r->w, WORLD_POLICE, m), NULL);
	ck_assert_uint_eq(peer_news(school, ENTRY_RECORD, KIND_RECALL), 1);
	/* taken back: not opened any more */
	rig_forget(r);
	rig_admit(r, WORLD_SCHOOL, world_opening(&r->w, WORLD_SCHOOL, &idx,
	    1), NULL);
	ck_assert_uint_eq(school->piece[0].shares.n, 0);
	ck_assert_uint_eq(school->piece[0].entry.u.opened.line[0].rule,
	    rule_shown_as(RULE_NO_GRANT));
	rig_destroy(&r);
}
END_TEST

START_TEST(test_closed)
{
	struct rig *r = ready(NULL);
	struct world_payload p;

	rig_admit(r, WORLD_CUSTODIAN, world_close(&r->w), NULL);
	ck_assert_uint_ge(peer_news(r->peer[WORLD_SCHOOL], ENTRY_ENDED, 0),
	    1);
	rig_expect(r, WORLD_POLICE, message(r, &p), &p, STATUS_REFUSED,
	    rule_shown_as(RULE_NO_GRANT));
	rig_destroy(&r);
}
END_TEST

START_TEST(test_revoked)
{
	struct rig *r = ready(NULL);
	struct record *rec = _i == 0 ? world_revoke(&r->w, WORLD_SCHOOL) :
	    world_suspend(&r->w, WORLD_SCHOOL);
	struct world_payload p;
	struct member_view v;

	rig_admit_local(r, &rec, 1);
	ck_assert_msg(r->local_worst == ERR_NONE, "%s", r->local);
	ck_assert(members_get(r->members, "school", &v));
	ck_assert(v.barred);
	ck_assert_uint_eq(peer_news(r->peer[WORLD_POLICE], ENTRY_RECORD,
	    _i == 0 ? KIND_MEMBER_REVOKED : KIND_MEMBER_SUSPENDED), 1);
	rig_forget(r);
	ck_assert_uint_eq(rig_send(r, WORLD_POLICE, message(r, &p),
	    &p)->status, STATUS_REFUSED);
	ck_assert_uint_eq(r->peer[WORLD_SCHOOL]->n_piece, 0);
	if (_i == 0) {
		rig_destroy(&r);
		return;
	}
	/* a newer member record ends a suspension */
	rec = world_member(&r->w, WORLD_SCHOOL);
	rig_admit_local(r, &rec, 1);
	ck_assert_msg(r->local_worst == ERR_NONE, "%s", r->local);
	ck_assert(members_get(r->members, "school", &v));
	ck_assert(!v.barred);
	rig_admit(r, WORLD_SCHOOL, world_sealing(&r->w, WORLD_SCHOOL), NULL);
	rig_admit(r, WORLD_POLICE, message(r, &p), &p);
	rig_destroy(&r);
}
END_TEST

START_TEST(test_mail_waits_for_a_suspended_recipient)
{
	struct rig *r = ready(NULL);
	struct peer *school = r->peer[WORLD_SCHOOL];
	struct record *rec;
	uint64_t idx;

	rig_gone(r, WORLD_SCHOOL);
	idx = queued(r);
	rec = world_suspend(&r->w, WORLD_POLICE);
	rig_admit_local(r, &rec, 1);
	rig_forget(r);
	rig_connect(r, WORLD_SCHOOL, 64);
	rig_settle(r);
	ck_assert_uint_eq(peer_count(school, PIECE_MAIL), 0);
	rec = world_member(&r->w, WORLD_POLICE);
	rig_admit_local(r, &rec, 1);
	ck_assert_msg(r->local_worst == ERR_NONE, "%s", r->local);
	rig_settle(r);
	ck_assert_uint_eq(peer_count(school, PIECE_MAIL), 1);
	(void)idx;
	rig_destroy(&r);
}
END_TEST

/* Who was revoked never comes back: the sender is told, and soon. */
START_TEST(test_mail_for_a_revoked_recipient)
{
	struct rig *r = ready(NULL);
	struct peer *police = r->peer[WORLD_POLICE];
	struct record *rec;

	rig_gone(r, WORLD_SCHOOL);
	(void)queued(r);
	rig_forget(r);
	rec = world_revoke(&r->w, WORLD_SCHOOL);
	rig_admit_local(r, &rec, 1);
	ck_assert_msg(r->local_worst == ERR_NONE, "%s", r->local);
	rig_pass(r, 10 * 1000);
	rig_settle(r);
	rig_pass(r, 10 * 1000);
	rig_settle(r);
	ck_assert_uint_eq(police->n_told, 1);
	ck_assert_uint_eq(police->told[0].what, TOLD_DROPPED);
	ck_assert_uint_eq(police->told[0].why, DROP_RULE);
	rig_destroy(&r);
}
END_TEST

START_TEST(test_expired_mail)
{
	struct rig *r = ready(NULL);
	struct peer *police = r->peer[WORLD_POLICE];

	rig_gone(r, WORLD_SCHOOL);
	(void)queued(r);
	rig_forget(r);
	rig_pass(r, 11ull * 24 * 3600 * 1000);
	rig_settle(r);
	rig_pass(r, 10 * 1000);
	rig_settle(r);
	ck_assert_uint_eq(police->n_told, 1);
	ck_assert_uint_eq(police->told[0].what, TOLD_DROPPED);
	ck_assert_uint_eq(police->told[0].why, DROP_EXPIRED);
	rig_destroy(&r);
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_loop_test(tc, test_withdrawn_while_queued, 0, 2);
	tcase_add_test(tc, test_withdrawal_in_the_same_batch);
	tcase_add_loop_test(tc, test_stop_freezes, 0, 2);
	tcase_add_test(tc, test_wrong_stop_looks_the_same);
	tcase_add_test(tc, test_stops_wait_in_line);
	tcase_add_test(tc, test_resume_after_a_day);
	tcase_add_test(tc, test_recall);
	tcase_add_test(tc, test_closed);
	tcase_add_loop_test(tc, test_revoked, 0, 2);
	tcase_add_test(tc, test_mail_waits_for_a_suspended_recipient);
	tcase_add_test(tc, test_mail_for_a_revoked_recipient);
	tcase_add_test(tc, test_expired_mail);
}

int
main(void)
{
	return test_main("narrowing", fill, 60);
}
