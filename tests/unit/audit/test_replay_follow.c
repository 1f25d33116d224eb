/*
 * What has to follow from an entry and does not, or is there for nothing.
 */
#include "tests/unit/audit/ledger.h"

#define DAY ((uint64_t)DAY_MS)

/* ---- what has to follow ------------------------------------------------ */

START_TEST(test_missing_ended)
{
	struct ledger *l = ledger_make();

	ledger_start(l);
	book_admit(l->b, world_withdraw(&l->w, WORLD_CUSTODIAN, NULL));
	ledger_take(l);
	ck_assert_uint_eq(l->body[l->n - 1].data[16], ENTRY_ENDED);
	ck_assert_uint_eq(l->body[l->n - 2].data[16], ENTRY_ENDED);
	/* in the other order, then without the first, then the last */
	ledger_swap(l, l->n - 2);
	ledger_verify(l, true);
	ledger_found(l, l->n - 2, "the `ended` that entry");
	ledger_swap(l, l->n - 2);
	ledger_clean(l);
	ledger_remove(l, l->n - 2);
	ledger_verify(l, true);
	ledger_found(l, l->n - 1, "the `ended` that entry");
	ledger_remove(l, l->n - 1);
	ledger_verify(l, true);
	ledger_found(l, l->n, "the `ended` that entry");
	ledger_free(l);
}
END_TEST

START_TEST(test_ended_for_nothing)
{
	struct ledger *l = ledger_make();
	struct wire_ended d = { .n = 1 };

	ledger_start(l);
	ledger_take(l);
	memcpy(d.case_id, l->w.kase.id, WIRE_CASE);
	memcpy(d.sender, "police", 7);
	memcpy(d.recipient, "school", 7);
	d.grant = &l->grant;
	LEDGER_SET(l, l->n, ENTRY_ENDED, ended, &d);
	ledger_only(l, l->n - 1, "nothing before it calls for");
	ledger_free(l);
}
END_TEST

START_TEST(test_missing_frozen)
{
	struct ledger *l = ledger_make();
	struct wire_delivered d;
	uint64_t stop;

	ledger_start(l);
	stop = book_admit(l->b, world_stop(&l->w, WORLD_SCHOOL,
	    l->w.kase.token[1]));
	ledger_take(l);
	ck_assert_uint_eq(l->body[stop + 1].data[16], ENTRY_FROZEN);
	ledger_remove(l, stop + 1);
	ledger_only(l, stop + 1, "the `frozen` that entry");
	/* and what is delivered in spite of it is told */
	d = (struct wire_delivered){ l->message, l->grant };
	LEDGER_SET(l, l->n, ENTRY_DELIVERED, delivered, &d);
	ledger_verify(l, true);
	ledger_found(l, l->n - 1, "without permission, FROZEN");
	ck_assert_uint_eq(l->f.without, 1);
	ledger_free(l);
}
END_TEST

START_TEST(test_frozen_names_no_case)
{
	struct ledger *l = ledger_make();
	struct wire_frozen z = { .has_case = false };
	uint64_t stop;

	/* a stop that met its case, told as one that met none */
	ledger_start(l);
	stop = book_admit(l->b, world_stop(&l->w, WORLD_SCHOOL,
	    l->w.kase.token[0]));
	ledger_take(l);
	z.stop = stop;
	LEDGER_SET(l, stop + 1, ENTRY_FROZEN, frozen, &z);
	ledger_verify(l, true);
	ledger_found(l, stop + 1, "the `frozen` that entry");
	ledger_found(l, stop + 1, "no stop before it");
	ledger_free(l);
}
END_TEST

START_TEST(test_ended_after_a_stop)
{
	struct ledger *l = ledger_make();
	uint64_t stop, i;

	ledger_start(l);
	stop = book_admit(l->b, world_stop(&l->w, WORLD_SCHOOL,
	    l->w.kase.token[0]));
	ledger_pass(l, 1000);
	book_later(l->b);
	for (i = 0; i < 5; i++) {
		ledger_pass(l, 4 * MINUTE_MS);
		book_admit(l->b, world_worker(&l->w, WORLD_SCHOOL, i & 1));
	}
	ledger_clean(l);
	/* the ends are never told */
	ck_assert_uint_eq(l->body[stop + 2].data[16], ENTRY_ENDED);
	while (l->body[stop + 2].data[16] == ENTRY_ENDED ||
	    l->body[stop + 2].data[16] == ENTRY_DROPPED)
		ledger_remove(l, stop + 2);
	ledger_verify(l, true);
	ledger_show(l);
	ck_assert_uint_eq(l->f.unexplained, 1);
	ck_assert_ptr_nonnull(strstr(l->f.finding[0].why,
	    "what a stop ended, owed"));
	ledger_free(l);
}
END_TEST

START_TEST(test_notice_of_a_day)
{
	struct ledger *l = ledger_make();
	struct wire_notice x = { .code = NOTICE_STOP_DAY };
	uint64_t stop, i;

	ledger_start(l);
	stop = book_admit(l->b, world_stop(&l->w, WORLD_SCHOOL,
	    l->w.log.public));
	x.about = stop;
	ledger_pass(l, DAY - 1);
	book_admit(l->b, world_worker(&l->w, WORLD_SCHOOL, 0));
	ledger_take(l);
	LEDGER_SET(l, l->n, ENTRY_NOTICE, notice, &x);
	ledger_only(l, l->n - 1, "a day has passed");
	x.code = 77;
	LEDGER_SET(l, l->n - 1, ENTRY_NOTICE, notice, &x);
	ledger_only(l, l->n - 1, "no known kind");
	/* never written */
	for (i = 0; i < 5; i++) {
		ledger_pass(l, 4 * MINUTE_MS);
		book_admit(l->b, world_worker(&l->w, WORLD_SCHOOL, i & 1));
	}
	ledger_take(l);
	ledger_verify(l, true);
	ck_assert_uint_eq(l->f.unexplained, 1);
	ck_assert_ptr_nonnull(strstr(l->f.finding[0].why, "notice 24 hours"));
	ledger_free(l);
}
END_TEST

START_TEST(test_recall_without_drop)
{
	struct ledger *l = ledger_make();
	struct record *m;

	ledger_start(l);
	m = world_submission(&l->w, WORLD_POLICE, WORLD_SCHOOL, "C1", 1024,
	    &l->payload, NULL);
	book_admit(l->b, m);
	book_admit(l->b, world_recall(&l->w, WORLD_POLICE, m));
	ledger_clean(l);
	ledger_remove(l, l->n - 1);
	ledger_only(l, l->n, "the `dropped` that entry");
	ledger_free(l);
}
END_TEST

/* A consequence that was put off to another batch. */
START_TEST(test_consequence_later)
{
	struct ledger *l = ledger_make();

	ledger_start(l);
	book_admit(l->b, world_withdraw(&l->w, WORLD_CUSTODIAN, NULL));
	ledger_take(l);
	ledger_place(l, l->n - 1, l->n - 1, ledger_time(l, l->n - 1) + 5000);
	ledger_only(l, l->n - 1, "not of the batch");
	ledger_free(l);
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_test(tc, test_missing_ended);
	tcase_add_test(tc, test_ended_for_nothing);
	tcase_add_test(tc, test_missing_frozen);
	tcase_add_test(tc, test_frozen_names_no_case);
	tcase_add_test(tc, test_ended_after_a_stop);
	tcase_add_test(tc, test_notice_of_a_day);
	tcase_add_test(tc, test_recall_without_drop);
	tcase_add_test(tc, test_consequence_later);
}

int
main(void)
{
	return test_main("replay follow", fill, 60);
}
