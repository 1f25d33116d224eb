#include "tests/unit/store/facts_case.h"

/* ---- stops --------------------------------------------------------------------------- */

START_TEST(stop_and_resume)
{
	uint64_t m, queued, stop;
	struct record *r;

	open_case();
	introduce(SCHOOL);
	grant(POLICE, SCHOOL);
	m = send(POLICE, SCHOOL, "C1");
	queued = submit(POLICE, SCHOOL, "C2");
	stop = book_admit(b, world_stop(w, CLINIC, w->kase.token[1]));
	ck_assert_str_eq(tail(2), "RZ");
	ck_assert_uint_eq(the_case().stop_idx, stop);
	ck_assert_int_eq((int)open_one(SCHOOL, m), RULE_FROZEN);
	book_later(b);
	last_ended(2, "police", "school", 1);
	last_ended(1, "refuge", "school", 1);
	ck_assert_str_eq(tail(1), "x");
	ck_assert_int_eq((int)book_deliver(b, queued), RULE_FROZEN);
	cite(REFUGE);
	ck_assert_int_eq((int)book_put(b, world_grant(w, POLICE, SCHOOL,
	    false, NULL), NULL), RULE_FROZEN);
	/* New phrases, then a resume: not before a day has passed and been
	 * cited, not of another stop. */
	ck_assert_int_eq((int)book_put(b, world_resume(w, stop), NULL),
	    RULE_TOO_SOON);
	wait_ms(HOURS(24));
	ck_assert_int_eq((int)book_put(b, world_resume(w, stop), NULL),
	    RULE_CITES_EARLY);
	book_later(b);
	ck_assert_str_eq(tail(1), "n");
	cite(REFUGE);
	ck_assert_int_eq((int)book_put(b, world_resume(w, stop), NULL),
	    RULE_PHRASES_SPENT);
	randombytes_buf(w->kase.token, sizeof w->kase.token);
	r = world_phrases(w);
	ck_assert_int_eq((int)book_put(b, world_resume(w, stop), NULL),
	    RULE_PHRASES_SPENT);
	book_admit(b, r);
	ck_assert_int_eq((int)book_put(b, world_resume(w, stop - 1), NULL),
	    RULE_OTHER_STOP);
	book_admit(b, world_resume(w, stop));
	ck_assert_int_eq((int)open_one(SCHOOL, m), RULE_ADMIT);
	ck_assert_int_eq((int)book_put(b, world_resume(w, stop), NULL),
	    RULE_NOT_FROZEN);
	ck_assert_int_eq((int)book_put(b, world_phrases(w), NULL),
	    RULE_PHRASES_UNWANTED);
	grant(POLICE, CLINIC);
}
END_TEST

/* Either phrase while frozen is a newer stop: the day begins again. */
START_TEST(stop_again)
{
	uint64_t first, second;

	open_case();
	grant(POLICE, SCHOOL);
	first = book_admit(b, world_stop(w, CLINIC, w->kase.token[0]));
	wait_ms(HOURS(23));
	second = book_admit(b, world_stop(w, SCHOOL, w->kase.token[0]));
	ck_assert_uint_eq(the_case().stop_idx, second);
	wait_ms(HOURS(23));
	book_later(b);
	cite(REFUGE);
	randombytes_buf(w->kase.token, sizeof w->kase.token);
	book_admit(b, world_phrases(w));
	ck_assert_int_eq((int)book_put(b, world_resume(w, first), NULL),
	    RULE_OTHER_STOP);
	ck_assert_int_eq((int)book_put(b, world_resume(w, second), NULL),
	    RULE_TOO_SOON);
	wait_ms(HOURS(1));
	book_later(b);
	cite(REFUGE);
	book_admit(b, world_resume(w, second));
}
END_TEST

/* Spent phrases freeze nothing; unknown ones neither; both are admitted. */
START_TEST(phrases_that_stop_nothing)
{
	uint8_t old[32], other[32];
	uint64_t stop;

	open_case();
	grant(POLICE, SCHOOL);
	memcpy(old, w->kase.token[1], 32);
	randombytes_buf(other, sizeof other);
	stop = book_admit(b, world_stop(w, SCHOOL, w->kase.token[0]));
	wait_ms(HOURS(24));
	book_later(b);
	cite(REFUGE);
	randombytes_buf(w->kase.token, sizeof w->kase.token);
	book_admit(b, world_phrases(w));
	book_admit(b, world_resume(w, stop));
	book_admit(b, world_stop(w, SCHOOL, old));
	ck_assert_str_eq(tail(2), "RZ");
	ck_assert_int_eq((int)the_case().state, CASE_OPEN);
	book_admit(b, world_stop(w, SCHOOL, other));
	ck_assert_str_eq(tail(2), "RZ");
	ck_assert_int_eq((int)the_case().state, CASE_OPEN);
	book_admit(b, world_stop(w, SCHOOL, w->kase.token[0]));
	ck_assert_int_eq((int)the_case().state, CASE_FROZEN);
}
END_TEST

/* Said before the custodian's queue was delivered, it still stops. */
START_TEST(said_before_it_was_known)
{
	uint64_t stop;

	world_case_make(w);
	stop = book_admit(b, world_stop(w, SCHOOL, w->kase.token[0]));
	wait_ms(HOURS(1));
	book_admit(b, world_case_opened(w));
	ck_assert_int_eq((int)the_case().state, CASE_OPEN);
	book_admit(b, world_phrases(w));
	ck_assert_str_eq(tail(2), "RZ");
	ck_assert_int_eq((int)the_case().state, CASE_FROZEN);
	ck_assert_uint_eq(the_case().stop_idx, stop);
	ck_assert_uint_eq(the_case().stop_at, START);
	wait_ms(HOURS(24));
	book_later(b);
	cite(REFUGE);
	ck_assert_int_eq((int)book_put(b, world_resume(w, stop), NULL),
	    RULE_PHRASES_SPENT);
}
END_TEST

/* Before the first grant phrases are pending, and stop all the same. */
START_TEST(pending_phrases_stop)
{
	uint8_t first[32];

	open_case();
	memcpy(first, w->kase.token[0], 32);
	randombytes_buf(w->kase.token, sizeof w->kase.token);
	book_admit(b, world_phrases(w));
	cite(REFUGE);
	book_admit(b, world_stop(w, SCHOOL, first));
	ck_assert_int_eq((int)the_case().state, CASE_FROZEN);
}
END_TEST

/* A resume takes the phrases it names; a grant after it takes no others. */
START_TEST(resume_takes_its_phrases)
{
	uint8_t named[32], record[WIRE_HASH];
	uint64_t stop;

	open_case();
	grant(POLICE, SCHOOL);
	stop = book_admit(b, world_stop(w, SCHOOL, w->kase.token[0]));
	wait_ms(HOURS(24));
	book_later(b);
	cite(REFUGE);
	randombytes_buf(w->kase.token, sizeof w->kase.token);
	memcpy(named, w->kase.token[0], 32);
	book_admit(b, world_phrases(w));
	memcpy(record, w->kase.phrases, sizeof record);
	randombytes_buf(w->kase.token, sizeof w->kase.token);
	book_admit(b, world_phrases(w));
	memcpy(w->kase.phrases, record, sizeof record);
	book_admit(b, world_resume(w, stop));
	grant(POLICE, CLINIC);
	book_admit(b, world_stop(w, SCHOOL, w->kase.token[0]));
	ck_assert_int_eq((int)the_case().state, CASE_OPEN);
	book_admit(b, world_stop(w, SCHOOL, named));
	ck_assert_int_eq((int)the_case().state, CASE_FROZEN);
}
END_TEST

/* A phrase that two cases drew alike stops both, at once. */
START_TEST(two_cases_one_phrase)
{
	struct world_case first;
	struct store_case c;

	open_case();
	first = w->kase;
	world_case_make(w);
	memcpy(w->kase.token, first.token, sizeof first.token);
	book_admit(b, world_case_opened(w));
	book_admit(b, world_phrases(w));
	book_admit(b, world_stop(w, SCHOOL, first.token[1]));
	ck_assert_str_eq(tail(3), "RZZ");
	ck_ok(store_case(b->s, first.id, &c));
	ck_assert_int_eq((int)c.state, CASE_FROZEN);
	ck_assert_int_eq((int)the_case().state, CASE_FROZEN);
}
END_TEST

/* ---- members -------------------------------------------------------------------------- */

START_TEST(suspended_and_back)
{
	uint64_t m, queued;

	open_case();
	introduce(SCHOOL);
	grant(POLICE, SCHOOL);
	m = send(POLICE, SCHOOL, "C1");
	queued = submit(POLICE, SCHOOL, "C1");
	book_admit(b, world_suspend(w, POLICE));
	ck_assert_int_eq((int)open_one(SCHOOL, m), RULE_END_AWAY);
	ck_assert_int_eq((int)book_deliver(b, queued), RULE_HELD);
	ck_assert_int_eq((int)book_put(b, world_submission(w, POLICE, SCHOOL,
	    "C1", 1024, &payload, NULL), NULL), RULE_NOT_STANDING);
	book_admit(b, world_member(w, POLICE));
	ck_assert_int_eq((int)open_one(SCHOOL, m), RULE_ADMIT);
	book_admit(b, world_suspend(w, REFUGE));        /* custodian */
	ck_assert_int_eq((int)open_one(SCHOOL, m), RULE_CUSTODIAN_GONE);
	ck_assert_int_eq((int)book_deliver(b, queued), RULE_CUSTODIAN_GONE);
	ck_assert_int_eq((int)book_put(b, world_grant(w, POLICE, CLINIC,
	    false, NULL), NULL), RULE_NOT_STANDING);
	book_admit(b, world_withdraw(w, REFUGE, NULL)); /* she may still stop */
	book_admit(b, world_member(w, REFUGE));
	ck_assert_int_eq((int)open_one(SCHOOL, m), RULE_OVER);
}
END_TEST

START_TEST(revoked_for_good)
{
	uint64_t m, queued;

	open_case();
	introduce(SCHOOL);
	grant(POLICE, SCHOOL);
	grant(CLINIC, SCHOOL);
	m = send(POLICE, SCHOOL, "C1");
	queued = submit(POLICE, SCHOOL, "C1");
	book_admit(b, world_revoke(w, POLICE));
	ck_assert_str_eq(tail(2), "RE");
	last_ended(0, "police", "school", 1);
	ck_assert_int_eq((int)open_one(SCHOOL, m), RULE_END_AWAY);
	/* it does not wait for one who never comes back */
	ck_assert_int_eq((int)book_deliver(b, queued), RULE_WITHDRAWN);
	ck_assert_int_eq((int)book_put(b, world_member(w, POLICE), NULL),
	    RULE_MEMBER_GONE);
	ck_assert_int_eq((int)book_put(b, world_stop(w, POLICE,
	    w->kase.token[0]), NULL), RULE_REVOKED);
	book_admit(b, world_revoke(w, REFUGE));         /* custodian */
	ck_assert_int_eq((int)book_put(b, world_submission(w, CLINIC, SCHOOL,
	    "C1", 1024, &payload, NULL), NULL), RULE_CUSTODIAN_GONE);
}
END_TEST

START_TEST(keys_and_serials)
{
	struct record *r, *old;

	old = world_sealing(w, POLICE);
	book_admit(b, world_sealing(w, POLICE));
	ck_assert_int_eq((int)book_put(b, old, NULL), RULE_EPOCH_ORDER);
	r = world_member(w, POLICE);
	book_admit(b, world_member(w, POLICE));
	ck_assert_int_eq((int)book_put(b, r, NULL), RULE_SERIAL);
	/* Renewal ends its sealing keys; epochs go on growing. */
	open_case();
	grant(SCHOOL, POLICE);
	ck_assert_int_eq((int)book_put(b, world_submission(w, SCHOOL, POLICE,
	    "C1", 1024, &payload, NULL), NULL), RULE_NO_EPOCH);
	book_admit(b, world_sealing(w, POLICE));
	submit(SCHOOL, POLICE, "C1");
	/* Another member's key, today or ever. */
	memcpy(&w->m[CLINIC].link, &w->m[POLICE].link,
	    sizeof w->m[POLICE].link);
	ck_assert_int_eq((int)book_put(b, world_member(w, CLINIC), NULL),
	    RULE_KEY_TAKEN);
	memset(w->m[CLINIC].link.public, 0, WIRE_KEY);
	ck_assert_int_eq((int)book_put(b, world_member(w, CLINIC), NULL),
	    RULE_KEY_TAKEN);
	/* A root in force signs partnerships whose serial grows. */
	r = world_partnership(w);
	book_admit(b, world_partnership(w));
	ck_assert_int_eq((int)book_put(b, r, NULL), RULE_SERIAL);
	identity_sign_pair(&w->root[1]);
	ck_assert_int_eq((int)book_put(b, world_partnership(w), NULL),
	    RULE_ROOTS);
}
END_TEST

/* What was signed with a key that a newer record replaced is not believed. */
START_TEST(replaced_signing_key)
{
	struct record *r = world_worker(w, POLICE, 0);
	struct facts_checked c = { .cite_ok = true };
	struct sign_pair pair = w->m[POLICE].sign;
	struct facts_room room;
	struct facts f;
	struct body body;

	identity_sign_pair(&w->m[POLICE].sign);
	book_admit(b, world_member(w, POLICE));
	ck_ok(wire_body_decode(w->a, r, &body, NULL));
	c.signer_key = pair.public;
	ck_ok(facts_for_record(b->s, w->now, r, &body, &c, &room, &f));
	ck_assert_int_eq((int)rules_decide(&f).rule, RULE_STALE_KEY);
	c.signer_key = w->m[POLICE].sign.public;
	ck_ok(facts_for_record(b->s, w->now, r, &body, &c, &room, &f));
	ck_assert_int_eq((int)rules_decide(&f).rule, RULE_ADMIT);
	w->m[POLICE].sign = pair;       /* for the replay of older records */
}
END_TEST

START_TEST(same_stamp_other_bytes)
{
	struct record *r = world_worker(w, POLICE, 0);
	struct body body;
	struct buf out;

	book_admit(b, r);
	ck_ok(wire_body_decode(w->a, r, &body, NULL));
	strcpy(body.u.worker.team, "south");
	buf_init(&out, WIRE_BODY_MAX);
	ck_ok(wire_body_encode(&body, &out));
	r->body = bytes_of(arena_dup(w->a, out.data, out.n), out.n);
	buf_free(&out);
	world_sign(w, r, POLICE);
	ck_assert_int_eq((int)book_put(b, r, NULL), RULE_STAMP_USED);
}
END_TEST

START_TEST(epochs_and_lives)
{
	struct record *r;

	open_case();
	grant(POLICE, SCHOOL);
	wait_ms(DAYS(7) + 1);
	ck_assert_int_eq((int)book_put(b, world_submission(w, POLICE, SCHOOL,
	    "C1", 1024, &payload, NULL), NULL), RULE_EPOCH_OVER);
	wait_ms(DAYS(15));
	book_admit(b, world_sealing(w, SCHOOL));
	/* 10 days of life, 8 of the grant left. */
	r = world_submission(w, POLICE, SCHOOL, "C1", 1024, &payload, NULL);
	ck_assert_int_eq((int)book_put(b, r, NULL), RULE_OUTLIVES);
}
END_TEST

START_TEST(before_sending)
{
	struct facts_room room;
	struct facts f;
	struct body body;
	struct record *r;

	open_case();
	grant(POLICE, SCHOOL);
	r = world_submission(w, POLICE, SCHOOL, "C1", 1024, &payload, NULL);
	ck_ok(wire_body_decode(w->a, r, &body, NULL));
#define SENDING(from, expires)                                            \
	(facts_for_sending(b->s, w->now, w->kase.id, from, "school",      \
	    (const uint8_t (*)[WIRE_LABEL])body.u.submission.label, 1,    \
	    expires, &room, &f) == ERR_NONE ? (int)rules_decide(&f).rule : -1)
	ck_assert_int_eq(SENDING("police", w->now + 1), RULE_ADMIT);
	ck_assert_int_eq(SENDING("police", 0), RULE_ADMIT);
	ck_assert_int_eq(SENDING("refuge", w->now + 1), RULE_NO_GRANT);
	ck_assert_int_eq(SENDING("police", w->now), RULE_MESSAGE_OVER);
	ck_assert_int_eq(SENDING("police", w->now + DAYS(31)), RULE_OUTLIVES);
	ck_assert_int_eq(SENDING("nobody", w->now + 1), RULE_END_UNKNOWN);
}
END_TEST

/* The same answers as an opening would get, without making one. */
START_TEST(before_reading)
{
	struct store_message m;
	struct facts_room room;
	struct facts f;
	uint64_t idx;

	open_case();
	grant(POLICE, SCHOOL);
	idx = send(POLICE, SCHOOL, "C1");
#define READING() (store_message(b->s, idx, &m) == ERR_NONE &&            \
	facts_for_reading(b->s, w->now, &m, &room, &f) == ERR_NONE ?      \
	(int)rules_decide(&f).rule : -1)
	ck_assert_int_eq(READING(), RULE_NOT_CHECKED);
	introduce(SCHOOL);
	ck_assert_int_eq(READING(), RULE_ADMIT);
	wait_ms(DAYS(31));
	ck_assert_int_eq(READING(), RULE_EXPIRED);
	wait_ms(0 - DAYS(31));
	ck_assert_int_eq((int)open_one(SCHOOL, idx), RULE_ADMIT);
	wait_ms(DAYS(31));
	ck_assert_int_eq(READING(), RULE_ADMIT);
	book_admit(b, world_stop(w, POLICE, w->kase.token[0]));
	ck_assert_int_eq(READING(), RULE_FROZEN);
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, stop_and_resume);
	tcase_add_test(tc, stop_again);
	tcase_add_test(tc, phrases_that_stop_nothing);
	tcase_add_test(tc, said_before_it_was_known);
	tcase_add_test(tc, pending_phrases_stop);
	tcase_add_test(tc, resume_takes_its_phrases);
	tcase_add_test(tc, two_cases_one_phrase);
	tcase_add_test(tc, suspended_and_back);
	tcase_add_test(tc, revoked_for_good);
	tcase_add_test(tc, keys_and_serials);
	tcase_add_test(tc, replaced_signing_key);
	tcase_add_test(tc, same_stamp_other_bytes);
	tcase_add_test(tc, epochs_and_lives);
	tcase_add_test(tc, before_sending);
	tcase_add_test(tc, before_reading);
}

int
main(void)
{
	return test_main("facts, stops and members", fill, 60);
}
