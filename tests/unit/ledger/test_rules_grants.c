#include "ledger/rules.h"

#include <string.h>

#include "tests/support/question.h"
#include "tests/support/test.h"

static struct arena *arena;

static void
setup(void)
{
	arena = arena_create(4 * 1024 * 1024);
}

static void
teardown(void)
{
	arena_destroy(&arena);
}

static enum rule
ruling(const struct question *w)
{
	return rules_decide(&w->f).rule;
}

/* ---- several grants ----------------------------------------------------------- */

START_TEST(furthest_grant_is_reported)
{
	struct question w;

	question_named(&w, "send", arena);
	question_grant(&w.grant[1], 6);
	question_grant(&w.grant[2], 7);
	w.f.n_grant = 3;
	memset(w.grant[0].label, 0, sizeof w.grant[0].label);
	w.grant[1].until = NOW;
	w.grant[2].ended_by = ENDED_BY_HER;
	ck_assert_int_eq((int)ruling(&w), RULE_EXPIRED);
	w.grant[1].effective = NOW + 1;
	ck_assert_int_eq((int)ruling(&w), RULE_COOLING);
	w.grant[1].from = NOW + 1;
	ck_assert_int_eq((int)ruling(&w), RULE_NOT_YET);
	w.grant[1].ended_by = ENDED_UNKNOWN;
	ck_assert_int_eq((int)ruling(&w), RULE_WITHDRAWN);
	memset(w.grant[1].label, 0, sizeof w.grant[1].label);
	memset(w.grant[2].label, 0, sizeof w.grant[2].label);
	ck_assert_int_eq((int)ruling(&w), RULE_LABELS);
	w.f.n_grant = 0;
	ck_assert_int_eq((int)ruling(&w), RULE_NO_GRANT);
}
END_TEST

START_TEST(last_ending_grant_is_cited)
{
	struct verdict v;
	struct question w;

	question_named(&w, "send", arena);
	question_grant(&w.grant[1], 6);
	question_grant(&w.grant[2], 7);
	w.f.n_grant = 3;
	v = rules_decide(&w.f);
	ck_assert_uint_eq(v.grant, 5);          /* the lowest of equals */
	w.grant[1].until++;
	v = rules_decide(&w.f);
	ck_assert_uint_eq(v.grant, 6);
	ck_assert_uint_eq(v.until, NOW + DAYS(8) + 1);
	w.grant[2].until += 2;
	w.grant[2].ended_by = ENDED_BY_END;     /* covers no more */
	v = rules_decide(&w.f);
	ck_assert_uint_eq(v.grant, 6);
	w.grant[0].ended_by = ENDED_BY_HER;
	w.grant[1].from = w.grant[1].effective = NOW + 1;
	v = rules_decide(&w.f);
	ck_assert_int_eq((int)v.rule, RULE_NOT_YET);
	ck_assert_uint_eq(v.grant, 0);
}
END_TEST

/* Two grants with half of the labels each give no leave for both. */
START_TEST(grants_are_not_added_up)
{
	struct question w;

	question_named(&w, "send", arena);
	question_grant(&w.grant[1], 6);
	w.f.n_grant = 2;
	memset(w.grant[0].label[4], 8, WIRE_LABEL);     /* without the 9 */
	memset(w.grant[1].label[1], 2, WIRE_LABEL);     /* without the 3 */
	ck_assert_int_eq((int)ruling(&w), RULE_LABELS);
}
END_TEST

/* The verdict does not depend on the order in which grants are looked at,
 * and is what looking at each alone gives. */
START_TEST(many_grants_property)
{
	struct grant g[8], one;
	uint64_t state = 7 + (uint64_t)_i, best = 0, best_idx = 0;
	enum rule far = RULE_NO_GRANT;
	struct verdict v, alone;
	bool any = false;
	struct question w;
	unsigned i, n;

	question_named(&w, "send", arena);
	n = 1 + (unsigned)(test_random(&state) % 8);
	for (i = 0; i < n; i++) {
		question_grant(&g[i], 10 + i);
		g[i].until = NOW - 2 + test_random(&state) % 5;
		g[i].from = NOW - 2 + test_random(&state) % 4;
		g[i].effective = g[i].from + test_random(&state) % 2;
		if (test_random(&state) % 4 == 0)
			g[i].ended_by = ENDED_BY_END;
		if (test_random(&state) % 5 == 0)
			memset(g[i].label[4], 8, WIRE_LABEL);
	}
	w.f.expires = NOW + 1;
	for (i = 0; i < n; i++) {
		one = g[i];
		w.f.grant = &one;
		w.f.n_grant = 1;
		alone = rules_decide(&w.f);
		if (alone.rule == RULE_ADMIT && (!any || one.until > best)) {
			any = true;
			best = one.until;
			best_idx = one.idx;
		} else if (alone.rule > far)
			far = alone.rule;
	}
	w.f.grant = g;
	w.f.n_grant = n;
	v = rules_decide(&w.f);
	ck_assert_int_eq((int)v.rule, any ? (int)RULE_ADMIT : (int)far);
	ck_assert_uint_eq(v.grant, any ? best_idx : 0);
}
END_TEST

/* ---- re-opening ----------------------------------------------------------------- */

START_TEST(reopen_after_expiry)
{
	struct verdict v;
	struct question w;

	question_named(&w, "reopen", arena);
	w.grant[0].until = NOW - DAYS(9);
	v = rules_decide(&w.f);
	ck_assert_int_eq((int)v.rule, RULE_ADMIT);
	ck_assert(v.reopened);
	ck_assert_uint_eq(v.grant, 5);
	ck_assert_uint_eq(v.until, NOW + DAYS(1));
	w.f.ask = ASK_OPEN;                     /* never opened before */
	ck_assert_int_eq((int)ruling(&w), RULE_EXPIRED);
	w.f.ask = ASK_REOPEN;
	w.grant[0].until = NOW - DAYS(10);
	ck_assert_int_eq((int)ruling(&w), RULE_EXPIRED);
	w.grant[0].until++;
	ck_assert_int_eq((int)ruling(&w), RULE_ADMIT);
	w.grant[0].ended_by = ENDED_BY_END;
	ck_assert_int_eq((int)ruling(&w), RULE_WITHDRAWN);
	w.grant[0].ended_by = ENDED_NOT;
	mutation[RULE_FROZEN](&w);
	ck_assert_int_eq((int)ruling(&w), RULE_FROZEN);
	w.f.kase.state = CASE_OPEN;
	mutation[RULE_RECALLED](&w);
	ck_assert_int_eq((int)ruling(&w), RULE_RECALLED);
}
END_TEST

/* keep_read_days of the last grant that covered it, whatever others say. */
START_TEST(reopen_by_the_last_grant)
{
	struct verdict v;
	struct question w;

	question_named(&w, "reopen", arena);
	question_grant(&w.grant[1], 6);
	question_grant(&w.grant[2], 7);
	w.f.n_grant = 2;
	w.grant[0].until = NOW - DAYS(2);
	w.grant[0].keep_read_days = 30;
	w.grant[1].until = NOW - DAYS(1);
	w.grant[1].keep_read_days = 1;
	ck_assert_int_eq((int)ruling(&w), RULE_EXPIRED);
	w.grant[1].keep_read_days = 2;
	v = rules_decide(&w.f);
	ck_assert_int_eq((int)v.rule, RULE_ADMIT);
	ck_assert_uint_eq(v.grant, 6);
	ck_assert_uint_eq(v.until, NOW + DAYS(1));
	w.f.n_grant = 3;                 /* withdrawn, though long before */
	w.grant[2].ended_by = ENDED_BY_HER;
	ck_assert_int_eq((int)ruling(&w), RULE_EXPIRED);
	memset(w.grant[2].label[0], 0, WIRE_LABEL);
	memset(w.grant[2].label[1], 2, WIRE_LABEL);     /* did not cover it */
	ck_assert_int_eq((int)ruling(&w), RULE_ADMIT);
	w.grant[2].ended_by = ENDED_NOT; /* in force, but for other labels */
	ck_assert_int_eq((int)ruling(&w), RULE_ADMIT);
	question_grant(&w.grant[2], 7);      /* in force: no exception needed */
	v = rules_decide(&w.f);
	ck_assert(v.rule == RULE_ADMIT && !v.reopened);
	ck_assert_uint_eq(v.grant, 7);
}
END_TEST

/* A grant whose delay outlasts it never covered anything. */
START_TEST(reopen_not_by_what_never_began)
{
	struct question w;

	question_named(&w, "reopen", arena);
	w.grant[0].until = NOW - 1;
	w.grant[0].effective = NOW - 1;
	ck_assert_int_eq((int)ruling(&w), RULE_EXPIRED);
}
END_TEST

/* ---- times ------------------------------------------------------------------------ */

START_TEST(effective)
{
	struct wire_grant g = { .from = NOW };

	ck_assert_uint_eq(rules_effective(&g, NOW, false), NOW);
	ck_assert_uint_eq(rules_effective(&g, NOW, true), NOW + DAYS(1));
	ck_assert_uint_eq(rules_effective(&g, NOW - DAYS(2), true), NOW);
	g.has_waiver = true;
	ck_assert_uint_eq(rules_effective(&g, NOW, true), NOW);
}
END_TEST

START_TEST(closes)
{
	struct question w;
	const uint64_t end = NOW + DAYS(18);

	question_named(&w, "send", arena);
#define CLOSES(n) rules_message_closes(w.grant, n, w.f.need, w.f.n_need, 100)
	ck_assert_uint_eq(CLOSES(0), 0);
	ck_assert_uint_eq(CLOSES(1), end);
	w.grant[0].ended_by = ENDED_BY_HER;
	w.grant[0].ended_at = w.grant[0].locked_at = NOW;
	ck_assert_uint_eq(CLOSES(1), NOW);
	w.grant[0].ended_by = ENDED_BY_END;
	ck_assert_uint_eq(CLOSES(1), NOW + DAYS(30));
	w.grant[0].ended_by = ENDED_BY_HER;     /* locked, then she ended it */
	w.grant[0].ended_at = NOW + DAYS(2);
	ck_assert_uint_eq(CLOSES(1), NOW + DAYS(2));
	w.grant[0].ended_at = NOW + DAYS(40);   /* it was over by then */
	w.grant[0].until = NOW + DAYS(100);
	ck_assert_uint_eq(CLOSES(1), NOW + DAYS(30));
	question_grant(&w.grant[0], 5);             /* ran out before it was ended */
	w.grant[0].ended_by = ENDED_CLOSED;
	w.grant[0].ended_at = w.grant[0].locked_at = end + 5;
	ck_assert_uint_eq(CLOSES(1), end);
	question_grant(&w.grant[1], 200);           /* a renewal in time */
	w.grant[1].entered = end - 1;
	w.grant[1].until = end + DAYS(3);
	ck_assert_uint_eq(CLOSES(2), end + DAYS(13));
	w.grant[1].entered = end;               /* and one too late */
	ck_assert_uint_eq(CLOSES(2), end);
	question_grant(&w.grant[2], 300);           /* revives nothing either */
	w.grant[2].entered = end + DAYS(1);
	w.grant[2].until = end + DAYS(20);
	ck_assert_uint_eq(CLOSES(3), end);
	w.grant[1].idx = 99;                    /* was there at submission */
	w.grant[2].idx = 99;
	ck_assert_uint_eq(CLOSES(3), end + DAYS(30));
	memset(w.grant[2].label, 0, sizeof w.grant[2].label);
	ck_assert_uint_eq(CLOSES(3), end + DAYS(13));
#undef CLOSES
}
END_TEST

/* Against a walk through time, day by day. */
START_TEST(closes_property)
{
	uint64_t state = 99 + (uint64_t)_i, day, closed = 0;
	struct grant g[6];
	struct question w;
	unsigned i;

	question_named(&w, "send", arena);
	for (i = 0; i < 6; i++) {
		question_grant(&g[i], i < 2 ? 10 + i : 200 + i);
		g[i].entered = i < 2 ? 0 : g[i - 1].entered +
		    DAYS(test_random(&state) % 12);
		g[i].from = g[i].effective = g[i].entered;
		g[i].until = g[i].from + DAYS(1 + test_random(&state) % 9);
		g[i].keep_read_days = (uint32_t)(test_random(&state) % 4);
		if (test_random(&state) % 3 == 0) {
			g[i].ended_by = test_random(&state) % 2 ?
			    ENDED_BY_HER : ENDED_REVOKED;
			g[i].ended_at = g[i].locked_at = g[i].entered +
			    DAYS(test_random(&state) % 15);
		}
	}
	for (day = 0; day < 400 && closed == 0; day++) {
		bool kept = false;

		for (i = 0; i < 6; i++) {
			uint64_t end = g[i].until +
			    DAYS(g[i].keep_read_days);

			if (g[i].ended_by != ENDED_NOT &&
			    g[i].ended_at < end)
				end = g[i].ended_at;
			/* What enters on the very day comes too late. */
			if ((g[i].entered < DAYS(day) || i < 2) &&
			    DAYS(day) < end)
				kept = true;
		}
		if (!kept)
			closed = day;
	}
	/* Ended before it was even there: closed from the start. */
	ck_assert_uint_eq(rules_message_closes(g, 6, w.f.need, w.f.n_need,
	    100) / DAYS(1), closed);
}
END_TEST

START_TEST(ended_owed)
{
	struct grant g;

	question_grant(&g, 5);
	ck_assert(rules_ended_owed(&g, 50));
	g.told_idx = 52;                        /* told */
	ck_assert(!rules_ended_owed(&g, 50));
	ck_assert(rules_ended_owed(&g, 60));    /* not of the next stop */
	question_grant(&g, 5);                      /* withdrawn before */
	g.ended_by = ENDED_BY_HER;
	g.locked_idx = g.ended_idx = 40;
	g.told_idx = 41;
	ck_assert(!rules_ended_owed(&g, 50));
	g.locked_idx = g.ended_idx = 51;        /* after, before it was told */
	g.told_idx = 52;
	ck_assert(rules_ended_owed(&g, 50));
	g.told_before = 52;
	g.told_idx = 53;
	ck_assert(!rules_ended_owed(&g, 50));
}
END_TEST

START_TEST(labels_cover)
{
	uint64_t state = 1 + (uint64_t)_i;
	uint8_t have[WIRE_GRANT_LABELS][WIRE_LABEL];
	uint8_t need[WIRE_MESSAGE_LABELS][WIRE_LABEL];
	unsigned i, j, n, at = 0;
	bool all = true, found;

	for (i = 0; i < WIRE_GRANT_LABELS; i++) {
		at += 1 + (unsigned)(test_random(&state) % 3);
		memset(have[i], 0, WIRE_LABEL);
		have[i][_i % WIRE_LABEL] = (uint8_t)at;
	}
	n = 1 + (unsigned)(test_random(&state) % WIRE_MESSAGE_LABELS);
	at = 0;
	for (i = 0; i < n; i++) {
		at += 1 + (unsigned)(test_random(&state) % 4);
		memset(need[i], 0, WIRE_LABEL);
		need[i][_i % WIRE_LABEL] = (uint8_t)at;
		found = false;
		for (j = 0; j < WIRE_GRANT_LABELS; j++)
			found = found || memcmp(have[j], need[i],
			    WIRE_LABEL) == 0;
		all = all && found;
	}
	ck_assert_int_eq(rules_labels_cover(
	    (const uint8_t (*)[WIRE_LABEL])have, WIRE_GRANT_LABELS,
	    (const uint8_t (*)[WIRE_LABEL])need, n), all);
	ck_assert(!rules_labels_cover((const uint8_t (*)[WIRE_LABEL])have,
	    WIRE_GRANT_LABELS, (const uint8_t (*)[WIRE_LABEL])need, 0));
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, furthest_grant_is_reported);
	tcase_add_test(tc, last_ending_grant_is_cited);
	tcase_add_test(tc, grants_are_not_added_up);
	tcase_add_loop_test(tc, many_grants_property, 0, 200);
	tcase_add_test(tc, reopen_after_expiry);
	tcase_add_test(tc, reopen_by_the_last_grant);
	tcase_add_test(tc, reopen_not_by_what_never_began);
	tcase_add_test(tc, effective);
	tcase_add_test(tc, closes);
	tcase_add_loop_test(tc, closes_property, 0, 200);
	tcase_add_test(tc, ended_owed);
	tcase_add_loop_test(tc, labels_cover, 0, 200);
}

int
main(void)
{
	return test_main("rules, grants", fill, 30);
}
