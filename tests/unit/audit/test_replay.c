/*
 * The replay explains what the rules wrote, and notices each thing that a
 * lying broker could do to the ledger.
 */
#include "tests/unit/audit/ledger.h"

#define DAY ((uint64_t)DAY_MS)

/* ---- what is right is explained ------------------------------------------- */

static void
cite_all(struct ledger *l)
{
	for (unsigned i = 1; i < l->w.n; i++)
		ledger_cite(l, i);
}

static void
open_three(struct ledger *l)
{
	uint64_t *m = arena_alloc(l->w.a, 3 * sizeof *m);
	enum rule rule[3];

	m[0] = l->message;
	m[1] = ledger_submit(l);
	m[2] = ledger_submit(l);
	ck_assert_int_eq((int)book_deliver(l->b, m[0]), RULE_ADMIT);
	ck_assert_int_eq((int)book_deliver(l->b, m[1]), RULE_ADMIT);
	ck_assert_int_eq((int)book_open(l->b, world_opening(&l->w,
	    WORLD_SCHOOL, m, 3), rule), RULE_ADMIT);
}

/* The conflict officer of the school has looked. */
static void
check_conflicts(struct ledger *l, uint64_t introduction)
{
	uint64_t *m = arena_dup(l->w.a, &introduction, sizeof introduction);
	enum rule rule;

	(void)book_open(l->b, world_opening(&l->w, WORLD_SCHOOL, m, 1),
	    &rule);
	(void)book_put(l->b, world_checked(&l->w, WORLD_SCHOOL, introduction),
	    NULL);
}

START_TEST(test_whole_story)
{
	struct ledger *l = ledger_make();
	struct record *m;
	uint64_t stop;

	ledger_start(l);
	ledger_pass(l, MINUTE_MS);
	cite_all(l);
	check_conflicts(l, l->message - 3);
	open_three(l);
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

static void
fill(TCase *tc)
{
	tcase_add_test(tc, test_whole_story);
}

int
main(void)
{
	return test_main("replay", fill, 60);
}
