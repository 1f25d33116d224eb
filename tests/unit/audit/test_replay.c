/*
 * The replay explains what the rules wrote, and notices entries that were
 * removed, changed, reordered or signed by others.
 */
#include "tests/unit/audit/ledger.h"

#define DAY ((uint64_t)DAY_MS)

static void
cite_all(struct ledger *l)
{
	for (unsigned i = 1; i < l->w.n; i++)
		ledger_cite(l, i);
}

START_TEST(test_whole_story)
{
	struct ledger *l = ledger_make();
	struct record *m;
	uint64_t stop;

	ledger_start(l);
	ledger_pass(l, MINUTE_MS);
	cite_all(l);
	ledger_check(l, l->message - 3);
	ledger_open_three(l);
	/* recalled while it waits, refused, expired, withdrawn */
	m = world_submission(&l->w, WORLD_POLICE, WORLD_SCHOOL, "C1", 1024,
	    &l->payload, NULL);
	book_admit(l->b, m);
	book_admit(l->b, world_recall(&l->w, WORLD_POLICE, m));
	(void)book_put(l->b, world_submission(&l->w, WORLD_SCHOOL,
	    WORLD_POLICE, "C1", 1024, &l->payload, NULL), NULL);
	(void)ledger_submit(l);
	ledger_pass(l, 11 * DAY);
	book_later(l->b);
	cite_all(l);
	book_admit(l->b, world_sealing(&l->w, WORLD_SCHOOL));
	cite_all(l);
	(void)ledger_submit(l);
	/* a stop, the wrong one and the right one; what it ends; the day */
	cite_all(l);
	book_admit(l->b, world_stop(&l->w, WORLD_POLICE, l->w.log.public));
	stop = book_admit(l->b, world_stop(&l->w, WORLD_SCHOOL,
	    l->w.kase.token[0]));
	ledger_pass(l, 1000);
	book_later(l->b);
	ledger_pass(l, DAY + 1000);
	book_later(l->b);
	cite_all(l);
	randombytes_buf(l->w.kase.token, sizeof l->w.kase.token);
	book_admit(l->b, world_phrases(&l->w));
	book_admit(l->b, world_resume(&l->w, stop));
	cite_all(l);
	book_admit(l->b, world_withdraw(&l->w, WORLD_CUSTODIAN,
	    l->grant_record));
	book_admit(l->b, world_suspend(&l->w, WORLD_POLICE));
	book_admit(l->b, world_revoke(&l->w, WORLD_SCHOOL));
	cite_all(l);
	book_admit(l->b, world_close(&l->w));
	book_replay(l->b);
	ledger_clean(l);
	ck_assert_uint_ge(l->f.disclosures, 3);
	ck_assert_uint_ge(l->f.openings, 2);
	ck_assert_uint_ge(l->f.refusals, 2);
	ck_assert_uint_eq(l->f.newest, l->w.now);
	ledger_verify(l, false);
	ledger_show(l);
	ck_assert_uint_eq(l->f.unexplained, 0);
	ck_assert(!l->f.signatures);
	ledger_free(l);
}
END_TEST

/* ---- what is wrong is noticed ------------------------------------------ */

START_TEST(test_removed)
{
	struct ledger *l = ledger_opened();
	uint64_t i;

	/* the receipt: nothing else speaks of it, so the news does */
	ledger_cite(l, WORLD_SCHOOL);
	(void)book_put(l->b, world_receipt(&l->w, WORLD_SCHOOL, &l->message,
	    1, 0), NULL);
	ledger_take(l);
	i = l->message - 1;
	ck_assert_uint_eq(l->body[i].data[16], ENTRY_RECORD);
	ledger_remove(l, i);
	ledger_verify(l, true);
	ck_assert_uint_gt(l->f.unexplained, 0);
	ledger_found(l, l->n - 1, "there are two");
	ledger_found(l, l->n - 1, "more news than this ledger");
	ck_assert_uint_eq(l->f.forks, 1);
	/* the submission: what came of it has no cause */
	ledger_free(l);
	l = ledger_opened();
	ledger_take(l);
	ledger_remove(l, l->message);
	ledger_verify(l, true);
	ledger_found(l, ledger_find(l, l->message, ENTRY_DELIVERED),
	    "delivers message");
	ck_assert_uint_gt(l->f.without, 0);
	ledger_free(l);
}
END_TEST

START_TEST(test_removed_not_renumbered)
{
	struct ledger *l = ledger_opened();

	ledger_take(l);
	l->n--;
	memmove(&l->body[3], &l->body[4], (l->n - 3) * sizeof l->body[0]);
	memmove(&l->salt[3], &l->salt[4], (l->n - 3) * sizeof l->salt[0]);
	ledger_verify(l, true);
	ledger_found(l, 3, "it says that it is entry 4");
	ledger_free(l);
}
END_TEST

START_TEST(test_changed_body)
{
	struct ledger *l = ledger_opened();
	struct bytes b;

	ledger_take(l);
	/* a bit of the submission's body: its signature speaks */
	b = ledger_keep(l, l->body[l->message]);
	((uint8_t *)(uintptr_t)b.data)[b.n / 2] ^= 1;
	l->body[l->message] = b;
	ledger_verify(l, true);
	ck_assert_uint_gt(l->f.unexplained, 0);
	ck_assert_uint_eq(l->f.finding[0].entry, l->message);
	ledger_free(l);
}
END_TEST

START_TEST(test_reordered)
{
	struct ledger *l = ledger_opened();

	ledger_take(l);
	ledger_swap(l, l->grant - 1);   /* the grant before the phrases */
	ledger_verify(l, true);
	ledger_found(l, l->grant - 1, "NO_PHRASES");
	ledger_free(l);
}
END_TEST

START_TEST(test_wrong_signature)
{
	struct ledger *l = ledger_opened();
	struct record *r;

	/* well-formed, and signed by somebody else */
	r = world_worker(&l->w, WORLD_POLICE, 0);
	world_sign(&l->w, r, WORLD_SCHOOL);
	ledger_take(l);
	ledger_record(l, l->n, r);
	ledger_only(l, l->n - 1, "signature of police does not verify");
	ledger_free(l);
}
END_TEST

START_TEST(test_cosignature)
{
	struct ledger *l = ledger_make();
	struct record *r;

	book_admit(l->b, world_case_opened(&l->w));
	r = world_phrases(&l->w);
	ck_ok(record_cosign(l->w.m[WORLD_SCHOOL].sign.secret, l->w.p, r));
	r->wire = bytes_of(NULL, 0);
	ledger_take(l);
	{
		struct buf b;

		buf_init(&b, ENTRY_BODY_MAX);
		ck_ok(wire_record_encode(r, &b));
		ledger_set(l, l->n, ENTRY_RECORD, &b);
		buf_free(&b);
	}
	ledger_only(l, l->n - 1, "does not verify");
	ledger_free(l);
}
END_TEST

START_TEST(test_replaced_key)
{
	struct ledger *l = ledger_opened();
	struct record *r = world_worker(&l->w, WORLD_POLICE, 1);

	/* the police has a new key; then comes what the old one signed */
	identity_sign_pair(&l->w.m[WORLD_POLICE].sign);
	book_admit(l->b, world_member(&l->w, WORLD_POLICE));
	ledger_take(l);
	ledger_record(l, l->n, r);
	ledger_only(l, l->n - 1, "STALE_KEY");
	ledger_free(l);
}
END_TEST

START_TEST(test_other_roots)
{
	struct ledger *l = ledger_make();

	ledger_take(l);
	l->p.now.root[1][0] ^= 1;
	ledger_only(l, 0, "other roots");
	l->p.now.root[1][0] ^= 1;
	l->p.now.log_key[0] ^= 1;
	ledger_verify(l, true);
	ledger_found(l, 0, "another ledger");
	ledger_free(l);
}
END_TEST

START_TEST(test_time_back)
{
	struct ledger *l = ledger_opened();

	ledger_take(l);
	ledger_place(l, 5, 5, ledger_time(l, 5) - 1);
	ledger_only(l, 5, "time is before");
	ledger_free(l);
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_test(tc, test_whole_story);
	tcase_add_test(tc, test_removed);
	tcase_add_test(tc, test_removed_not_renumbered);
	tcase_add_test(tc, test_changed_body);
	tcase_add_test(tc, test_reordered);
	tcase_add_test(tc, test_wrong_signature);
	tcase_add_test(tc, test_cosignature);
	tcase_add_test(tc, test_replaced_key);
	tcase_add_test(tc, test_other_roots);
	tcase_add_test(tc, test_time_back);
}

int
main(void)
{
	return test_main("replay", fill, 60);
}
