#include "tests/unit/store/facts_case.h"

/* ---- the whole way ---------------------------------------------------------- */

START_TEST(a_message_and_its_end)
{
	struct record *g;
	uint64_t m, queued;

	open_case();
	introduce(SCHOOL);
	g = grant(POLICE, SCHOOL);
	m = send(POLICE, SCHOOL, "C1");
	ck_assert_int_eq((int)open_one(SCHOOL, m), RULE_ADMIT);
	ck_assert_int_eq((int)open_one(SCHOOL, m), RULE_ADMIT);
	queued = submit(POLICE, SCHOOL, "C2");
	book_admit(b, world_withdraw(w, REFUGE, g));
	ck_assert_str_eq(tail(2), "RE");
	last_ended(0, "police", "school", 1);
	ck_assert_int_eq((int)book_deliver(b, queued), RULE_WITHDRAWN);
	ck_assert_str_eq(tail(1), "x");
	ck_assert_int_eq((int)open_one(SCHOOL, m), RULE_OVER);
	ck_assert_int_eq((int)book_put(b, world_submission(w, POLICE, SCHOOL,
	    "C1", 1024, &payload, NULL), NULL), RULE_WITHDRAWN);
}
END_TEST

START_TEST(no_grant_no_bytes)
{
	open_case();
	ck_assert_int_eq((int)book_put(b, world_submission(w, POLICE, SCHOOL,
	    "C1", 1024, &payload, NULL), NULL), RULE_NO_GRANT);
	grant(POLICE, SCHOOL);
	ck_assert_int_eq((int)book_put(b, world_submission(w, POLICE, SCHOOL,
	    "C5", 1024, &payload, NULL), NULL), RULE_LABELS);
	ck_assert_int_eq((int)book_put(b, world_submission(w, SCHOOL, POLICE,
	    "C1", 1024, &payload, NULL), NULL), RULE_NO_GRANT);
	w->kase.id[0] ^= 1;
	ck_assert_int_eq((int)book_put(b, world_submission(w, POLICE, SCHOOL,
	    "C1", 1024, &payload, NULL), NULL), RULE_NO_CASE);
}
END_TEST

START_TEST(nothing_before_the_conflict_check)
{
	uint64_t m, intro;

	open_case();
	grant(POLICE, SCHOOL);
	m = send(POLICE, SCHOOL, "C1");
	ck_assert_int_eq((int)open_one(SCHOOL, m), RULE_NOT_CHECKED);
	cite(REFUGE);
	book_admit(b, world_grant(w, REFUGE, SCHOOL, true, NULL));
	intro = send(REFUGE, SCHOOL, "ID");
	ck_assert_int_eq((int)book_put(b, world_checked(w, SCHOOL, intro),
	    NULL), RULE_NOT_OPENED);
	ck_assert_int_eq((int)open_one(SCHOOL, intro), RULE_ADMIT);
	ck_assert_int_eq((int)open_one(SCHOOL, m), RULE_NOT_CHECKED);
	ck_assert_int_eq((int)book_put(b, world_checked(w, SCHOOL, m),
	    NULL), RULE_NOT_OPENED);
	book_admit(b, world_checked(w, SCHOOL, intro));
	ck_assert_int_eq((int)open_one(SCHOOL, m), RULE_ADMIT);
	/* The custodian wrote the exclusions itself. */
	grant(POLICE, REFUGE);
	m = send(POLICE, REFUGE, "C1");
	ck_assert_int_eq((int)open_one(REFUGE, m), RULE_ADMIT);
}
END_TEST

START_TEST(openings_of_others)
{
	enum rule rule[4];
	uint64_t m[4];

	open_case();
	introduce(SCHOOL);
	introduce(CLINIC);
	grant(POLICE, SCHOOL);
	grant(POLICE, CLINIC);
	m[0] = send(POLICE, SCHOOL, "C1");
	m[1] = send(POLICE, CLINIC, "C1");
	m[2] = submit(POLICE, SCHOOL, "C2");
	m[3] = b->n + 100;
	ck_assert_int_eq((int)book_open(b, world_opening(w, SCHOOL, m, 4),
	    rule), RULE_ADMIT);
	ck_assert_int_eq((int)rule[0], RULE_ADMIT);
	ck_assert_int_eq((int)rule[1], RULE_NOT_RECIPIENT);
	ck_assert_int_eq((int)rule[2], RULE_NOT_DELIVERED);
	ck_assert_int_eq((int)rule[3], RULE_NO_MESSAGE);
	ck_assert_str_eq(tail(4), "offf");
}
END_TEST

START_TEST(rejected_and_recalled)
{
	struct record *r;
	uint64_t m, n;

	open_case();
	introduce(SCHOOL);
	grant(POLICE, SCHOOL);
	m = submit(POLICE, SCHOOL, "C1");
	ck_assert_int_eq((int)book_deliver(b, m), RULE_ADMIT);
	book_admit(b, world_receipt(w, SCHOOL, &m, 1, RULE_LABELS));
	ck_assert_int_eq((int)open_one(SCHOOL, m), RULE_GONE);
	r = world_submission(w, POLICE, SCHOOL, "C1", 1024, &payload, NULL);
	n = book_admit(b, r);
	book_admit(b, world_recall(w, POLICE, r));      /* still queued */
	ck_assert_str_eq(tail(2), "Rx");
	ck_assert_int_eq((int)book_deliver(b, n), RULE_RECALLED);
	r = world_submission(w, POLICE, SCHOOL, "C1", 1024, &payload, NULL);
	book_admit(b, world_recall(w, POLICE, r));      /* given up */
	ck_assert_str_eq(tail(1), "R");
	ck_assert_int_eq((int)book_put(b, r, NULL), RULE_RECALLED_ID);
	r = world_submission(w, POLICE, SCHOOL, "C1", 1024, &payload, NULL);
	m = book_admit(b, r);
	ck_assert_int_eq((int)book_deliver(b, m), RULE_ADMIT);
	ck_assert_int_eq((int)open_one(SCHOOL, m), RULE_ADMIT);
	book_admit(b, world_recall(w, POLICE, r));
	ck_assert_int_eq((int)open_one(SCHOOL, m), RULE_RECALLED);
	book_admit(b, world_receipt(w, SCHOOL, &m, 1, 0));
	ck_assert_int_eq((int)open_one(SCHOOL, m), RULE_RECALLED);
}
END_TEST

/* ---- grants --------------------------------------------------------------------- */

static void
without_waiver(struct wire_grant *g)
{
	g->has_waiver = false;
	memset(g->waiver, 0, sizeof g->waiver);
}

START_TEST(delay_for_new_recipients)
{
	open_case();
	introduce(SCHOOL);
	cite(REFUGE);
	book_admit(b, world_grant(w, POLICE, SCHOOL, false, without_waiver));
	ck_assert_int_eq((int)book_put(b, world_submission(w, POLICE, SCHOOL,
	    "C1", 1024, &payload, NULL), NULL), RULE_COOLING);
	wait_ms(HOURS(24) - 1);
	ck_assert_int_eq((int)book_put(b, world_submission(w, POLICE, SCHOOL,
	    "C1", 1024, &payload, NULL), NULL), RULE_COOLING);
	wait_ms(1);
	submit(POLICE, SCHOOL, "C1");
	/* Now the school is known in this case: from anybody, at once. */
	cite(REFUGE);
	book_admit(b, world_grant(w, CLINIC, SCHOOL, false, without_waiver));
	submit(CLINIC, SCHOOL, "C1");
}
END_TEST

static void
same_worker(struct wire_grant *g)
{
	memcpy(g->waiver, g->worker, sizeof g->waiver);
}
static void
no_such_worker(struct wire_grant *g)
{
	g->worker[0] ^= 1;
}
static void
to_itself(struct wire_grant *g)
{
	strcpy(g->recipient, g->sender);
}
static void
to_the_auditor(struct wire_grant *g)
{
	strcpy(g->recipient, "watch");
}
static void
to_nobody(struct wire_grant *g)
{
	strcpy(g->recipient, "nobody");
}

START_TEST(grants_refused)
{
	static const struct {
		void (*edit)(struct wire_grant *);
		enum rule rule;
	} row[] = {
		{ same_worker, RULE_WAIVER }, { no_such_worker, RULE_WORKER },
		{ to_itself, RULE_SELF }, { to_the_auditor, RULE_END_UNKNOWN },
		{ to_nobody, RULE_END_UNKNOWN },
	};
	struct record *r;
	size_t i;

	world_case_make(w);
	book_admit(b, world_case_opened(w));
	ck_assert_int_eq((int)book_put(b, world_grant(w, POLICE, SCHOOL,
	    false, NULL), NULL), RULE_NO_PHRASES);
	book_admit(b, world_phrases(w));
	for (i = 0; i < sizeof row / sizeof row[0]; i++)
		ck_assert_int_eq((int)book_put(b, world_grant(w, POLICE,
		    SCHOOL, false, row[i].edit), NULL), (int)row[i].rule);
	/* Signed before she said no, come after it. */
	cite(REFUGE);
	r = world_grant(w, POLICE, SCHOOL, false, NULL);
	book_admit(b, world_withdraw(w, REFUGE, NULL));
	ck_assert_int_eq((int)book_put(b, r, NULL), RULE_CITES_TOO_LITTLE);
	cite(REFUGE);
	r = world_grant(w, POLICE, SCHOOL, false, NULL);
	book_admit(b, world_withdraw(w, REFUGE, r));    /* named before */
	ck_assert_int_eq((int)book_put(b, r, NULL), RULE_NAMED_WITHDRAWN);
	/* A day old. */
	r = world_grant(w, POLICE, SCHOOL, false, NULL);
	wait_ms(HOURS(24) + 1);
	ck_assert_int_eq((int)book_put(b, r, NULL), RULE_TOO_OLD);
}
END_TEST

START_TEST(withdrawals)
{
	struct record *g, *g2;

	open_case();
	g = grant(POLICE, SCHOOL);
	ck_assert_int_eq((int)book_put(b, world_withdraw(w, CLINIC, g),
	    NULL), RULE_NOT_YOURS);
	book_admit(b, world_withdraw(w, SCHOOL, g));
	ck_assert_str_eq(tail(2), "RE");
	book_admit(b, world_withdraw(w, REFUGE, g));    /* again: tells none */
	ck_assert_str_eq(tail(2), "ER");
	g2 = grant(POLICE, SCHOOL);
	grant(SCHOOL, POLICE);
	grant(SCHOOL, CLINIC);
	book_admit(b, world_withdraw(w, REFUGE, NULL));
	ck_assert_str_eq(tail(4), "REEE");
	last_ended(2, "police", "school", 1);
	last_ended(1, "school", "agency-5", 1);
	last_ended(0, "school", "police", 1);
	book_admit(b, world_withdraw(w, REFUGE, g2));
	ck_assert_str_eq(tail(2), "ER");
}
END_TEST

START_TEST(closing)
{
	struct entry e;
	uint64_t m;

	open_case();
	introduce(SCHOOL);
	grant(POLICE, SCHOOL);
	m = send(POLICE, SCHOOL, "C1");
	book_admit(b, world_close(w));
	ck_assert_str_eq(tail(3), "REE");
	ck_assert_int_eq((int)open_one(SCHOOL, m), RULE_CLOSED);
	cite(REFUGE);
	ck_assert_int_eq((int)book_put(b, world_grant(w, POLICE, SCHOOL,
	    false, NULL), NULL), RULE_CLOSED);
	book_admit(b, world_close(w));
	book_admit(b, world_stop(w, CLINIC, w->kase.token[0]));
	ck_assert_str_eq(tail(2), "RZ");
	book_entry(b, book_last(b), &e);
	ck_assert(!e.u.frozen.has_case);
	ck_assert_int_eq((int)the_case().state, CASE_CLOSED);
}
END_TEST

/* ---- re-opening -------------------------------------------------------------------- */

START_TEST(reading_after_expiry)
{
	struct record *g;
	uint64_t m, unread;

	open_case();
	introduce(SCHOOL);
	g = grant(POLICE, SCHOOL);              /* 30 days, to be read 30 more */
	m = send(POLICE, SCHOOL, "C1");
	unread = send(POLICE, SCHOOL, "C1");
	ck_assert_int_eq((int)open_one(SCHOOL, m), RULE_ADMIT);
	wait_ms(DAYS(31));
	ck_assert_int_eq((int)open_one(SCHOOL, unread), RULE_EXPIRED);
	ck_assert_int_eq((int)open_one(SCHOOL, m), RULE_ADMIT);
	book_admit(b, world_stop(w, POLICE, w->kase.token[0]));
	ck_assert_int_eq((int)open_one(SCHOOL, m), RULE_FROZEN);
	wait_ms(HOURS(25));
	book_later(b);
	cite(REFUGE);
	randombytes_buf(w->kase.token, sizeof w->kase.token);
	book_admit(b, world_phrases(w));
	book_admit(b, world_resume(w, the_case().stop_idx));
	ck_assert_int_eq((int)open_one(SCHOOL, m), RULE_ADMIT);
	book_admit(b, world_withdraw(w, SCHOOL, g));
	ck_assert_int_eq((int)open_one(SCHOOL, m), RULE_WITHDRAWN);
}
END_TEST

START_TEST(closed_for_good)
{
	uint64_t m;

	open_case();
	introduce(SCHOOL);
	grant(POLICE, SCHOOL);
	m = send(POLICE, SCHOOL, "C1");
	ck_assert_int_eq((int)open_one(SCHOOL, m), RULE_ADMIT);
	wait_ms(DAYS(60) - 1);
	ck_assert_int_eq((int)open_one(SCHOOL, m), RULE_ADMIT);
	wait_ms(1);
	ck_assert_int_eq((int)open_one(SCHOOL, m), RULE_OVER);
	grant(POLICE, SCHOOL);                  /* comes too late for it */
	ck_assert_int_eq((int)open_one(SCHOOL, m), RULE_OVER);
	book_admit(b, world_sealing(w, SCHOOL));
	ck_assert_int_eq((int)open_one(SCHOOL, send(POLICE, SCHOOL, "C1")),
	    RULE_ADMIT);
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_message_and_its_end);
	tcase_add_test(tc, no_grant_no_bytes);
	tcase_add_test(tc, nothing_before_the_conflict_check);
	tcase_add_test(tc, openings_of_others);
	tcase_add_test(tc, rejected_and_recalled);
	tcase_add_test(tc, delay_for_new_recipients);
	tcase_add_test(tc, grants_refused);
	tcase_add_test(tc, withdrawals);
	tcase_add_test(tc, closing);
	tcase_add_test(tc, reading_after_expiry);
	tcase_add_test(tc, closed_for_good);
}

int
main(void)
{
	return test_main("facts", fill, 60);
}
