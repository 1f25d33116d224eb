#include "ledger/rules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/rules_check.h"
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

/* The table again, to see every rule of a question and not the first. */
static const struct {
	enum rule rule;
	unsigned asks;
	const char *shown;
	bool (*facts)(const struct facts *);
	bool (*leave)(const struct facts *, const struct grant *);
} row[] = {
#define RULE(id, number, shown, asks, predicate, meaning) \
	{ RULE_##id, asks, shown, rules_check_##predicate, NULL },
#define LEAVE(id, number, shown, asks, predicate, meaning) \
	{ RULE_##id, asks, shown, NULL, rules_check_##predicate },
#include "ledger/rules.def"
#undef RULE
};
enum { ROWS = sizeof row / sizeof row[0] };

static bool
fails(const struct question *w, size_t i)
{
	if ((row[i].asks & (unsigned)w->f.ask) == 0)
		return false;
	if (row[i].facts != NULL)
		return !row[i].facts(&w->f);
	return w->f.n_grant > 0 && !row[i].leave(&w->f, &w->f.grant[0]);
}

START_TEST(baselines_are_admitted)
{
	const struct baseline *b = &baseline[_i];
	struct verdict v;
	struct question w;
	size_t i;

	question_make(&w, b, arena);
	v = rules_decide(&w.f);
	ck_assert_msg(v.rule == RULE_ADMIT, "%s: %s", b->name,
	    rule_name(v.rule));
	for (i = 0; i < ROWS; i++)
		ck_assert_msg(!fails(&w, i), "%s: %s", b->name,
		    rule_name(row[i].rule));
}
END_TEST

/* Each row of the table, over each question that it applies to. */
START_TEST(each_rule_fails_alone)
{
	enum rule rule = row[_i].rule;
	unsigned b, failed = 0;
	struct verdict v;
	struct question w;
	size_t i;

	ck_assert_msg(mutation[rule] != NULL, "%s has no test",
	    rule_name(rule));
	for (b = 0; b < BASELINES; b++) {
		question_make(&w, &baseline[b], arena);
		if ((row[_i].asks & (unsigned)baseline[b].ask) == 0 ||
		    (w.f.body == NULL && rule < RULE_SUITE &&
		    rule != RULE_NO_PARTNERSHIP))
			continue;
		mutation[rule](&w);
		if (!fails(&w, (size_t)_i))
			continue;       /* not of this kind of record */
		failed++;
		v = rules_decide(&w.f);
		ck_assert_msg(v.rule == rule, "%s: %s instead of %s",
		    baseline[b].name, rule_name(v.rule), rule_name(rule));
		for (i = 0; i < ROWS; i++)
			ck_assert_msg(i == (size_t)_i || !fails(&w, i) ||
			    /* what has run out, is outlived as well */
			    (rule == RULE_EXPIRED &&
			    row[i].rule == RULE_OUTLIVES),
			    "%s: %s fails with %s", baseline[b].name,
			    rule_name(row[i].rule), rule_name(rule));
	}
	ck_assert_msg(failed > 0, "%s never fails", rule_name(rule));
}
END_TEST

/* Mutations of what one question has, which would make nonsense of another. */
static bool
changes_body(enum rule rule)
{
	return rule == RULE_SERIAL || rule == RULE_SELF ||
	    rule == RULE_WINDOW || rule == RULE_TOO_LONG ||
	    rule == RULE_KEEP_READ || rule == RULE_NOT_END ||
	    rule == RULE_SUITE || rule == RULE_ARROW_FULL;
}

/* What is no question of a rule, it does not refuse. */
START_TEST(no_rule_fails_elsewhere)
{
	enum rule rule = row[_i].rule;
	struct verdict v;
	struct question w;
	unsigned b;

	for (b = 0; b < BASELINES; b++) {
		question_make(&w, &baseline[b], arena);
		if ((row[_i].asks & (unsigned)baseline[b].ask) != 0 ||
		    w.f.body == NULL || changes_body(rule))
			continue;
		mutation[rule](&w);
		v = rules_decide(&w.f);
		ck_assert_msg(v.rule != rule, "%s: %s", baseline[b].name,
		    rule_name(rule));
	}
}
END_TEST

START_TEST(table_is_sound)
{
	unsigned last = 0;
	size_t i, n = 0;

	for (i = 0; i < ROWS; i++) {
		ck_assert_uint_gt((unsigned)row[i].rule, last);
		last = (unsigned)row[i].rule;
		ck_assert_uint_lt(last, RULE_END);
		ck_assert(rule_known(last));
		ck_assert_uint_gt(strlen(rule_meaning(row[i].rule)), 10);
		ck_assert_uint_gt(strlen(rule_name(row[i].rule)), 3);
		n += row[i].asks == 0;
	}
	ck_assert_uint_eq(n, 0);
	ck_assert(!rule_known(1) && !rule_known(RULE_END));
	ck_assert(rule_known(RULE_ADMIT));
	ck_assert_str_eq(rule_name(RULE_ADMIT), "ADMIT");
	ck_assert_str_eq(rule_name((enum rule)1), "");
	ck_assert_str_eq(rule_meaning((enum rule)1), "");
}
END_TEST

/* ---- the table as PROTOCOL.md has it ------------------------------------------ */

static const struct {
	unsigned asks;
	const char *word;
} words[] = {
	{ ASKS_ALL, "all" }, { ASKS_RECORD, "records" },
	{ ASKS_SIGNED, "signed" }, { ASKS_NARROWING, "narrowing" },
	{ ASKS_LEAVE, "leave" }, { ASKS_LINE, "lines" },
	{ ASK_ROOT, "governance" }, { ASK_ANNOUNCE, "announcement" },
	{ ASK_CASE_OPENED, "case-opened" }, { ASK_PHRASES, "phrases" },
	{ ASK_RESUME, "resume" }, { ASK_GRANT, "grant" }, { ASK_KEYS, "key" },
	{ ASK_WITHDRAW, "withdrawal" }, { ASK_CLOSE, "case-closed" },
	{ ASK_STOP, "stop" }, { ASK_SEND, "send" },
	{ ASK_SUBMIT, "submission" }, { ASK_DELIVER, "deliver" },
	{ ASK_OPENING, "opening" }, { ASK_OPEN, "open" },
	{ ASK_REOPEN, "re-open" }, { ASK_RECALL, "recall" },
	{ ASK_RECEIPT, "receipt" }, { ASK_CHECKED, "conflict-checked" },
	{ ASK_NOTE, "note" },
};

/* "| 39 | `FROZEN` | R1 | grant, leave | the case is frozen by a stop |" */
static void
row_text(size_t i, char *out, size_t n)
{
	unsigned left = row[i].asks;
	const char *sep = "";
	size_t k, at;

	at = (size_t)snprintf(out, n, "| %d | `%s` | %s | ", (int)row[i].rule,
	    rule_name(row[i].rule), row[i].shown[0] != '\0' ? row[i].shown :
	    "itself");
	for (k = 0; k < sizeof words / sizeof words[0]; k++) {
		if ((row[i].asks & words[k].asks) != words[k].asks ||
		    (left & words[k].asks) == 0)
			continue;
		at += (size_t)snprintf(out + at, n - at, "%s%s", sep,
		    words[k].word);
		left &= ~words[k].asks;
		sep = ", ";
	}
	snprintf(out + at, n - at, " | %s |\n", rule_meaning(row[i].rule));
}

START_TEST(written_down)
{
	char *page = test_slurp("proto/PROTOCOL.md"), text[600];
	const char *at = page;
	size_t i;

	for (i = 0; i < ROWS; i++) {
		row_text(i, text, sizeof text);
		at = strstr(at, text);
		ck_assert_msg(at != NULL, "missing, or out of order: %s",
		    text);
	}
	free(page);
}
END_TEST

/* ---- one face, narrowing, age ---------------------------------------------- */

START_TEST(one_face_for_no)
{
	static const enum rule same[] = {
		RULE_NO_CASE, RULE_NO_GRANT, RULE_LABELS, RULE_NOT_YET,
		RULE_COOLING, RULE_EXPIRED, RULE_WITHDRAWN, RULE_FROZEN,
		RULE_CLOSED, RULE_CUSTODIAN_GONE, RULE_OVER, RULE_NO_MESSAGE,
		RULE_NOT_RECIPIENT, RULE_WRONG_CASE, RULE_NOT_CUSTODIAN,
		RULE_CASE_KEY,
	};
	size_t i;

	for (i = 0; i < sizeof same / sizeof same[0]; i++) {
		ck_assert_str_eq(rule_shown(same[i]), "R1");
		ck_assert_int_eq((int)rule_shown_as(same[i]), RULE_NO_GRANT);
	}
	ck_assert_str_eq(rule_shown(RULE_TOO_LONG), "R4");
	ck_assert_str_eq(rule_shown(RULE_TOO_OLD), "TOO_OLD");
	ck_assert_int_eq((int)rule_shown_as(RULE_TOO_OLD), RULE_TOO_OLD);
	ck_assert_int_eq((int)rule_shown_as(RULE_ADMIT), RULE_ADMIT);
}
END_TEST

/* What an agency must not be able to tell apart. */
static const enum rule hidden[] = {
	RULE_NO_CASE, RULE_CLOSED, RULE_FROZEN, RULE_CUSTODIAN_GONE,
	RULE_NO_GRANT, RULE_LABELS, RULE_WITHDRAWN, RULE_NOT_YET,
	RULE_COOLING, RULE_EXPIRED,
};
enum { HIDDEN = sizeof hidden / sizeof hidden[0] };

/* The labels it lists are the asker's own doing, and so is the case. */
static bool
is_secret(enum rule rule, enum ask ask)
{
	return rule != RULE_NO_CASE || ask == ASK_SUBMIT || ask == ASK_SEND;
}

/*
 * Nor by making another mistake on purpose: with any other rule broken as
 * well, what is shown does not depend on which of these it was.
 */
START_TEST(no_second_face)
{
	enum rule other = row[_i].rule, rule;
	const char *shown, *first;
	struct question w;
	unsigned b, k;

	for (b = 0; b < BASELINES; b++) {
		if (baseline[b].ask != ASK_SUBMIT &&
		    baseline[b].ask != ASK_SEND &&
		    baseline[b].ask != ASK_OPEN)
			continue;
		if ((row[_i].asks & (unsigned)baseline[b].ask) == 0 ||
		    (baseline[b].kind == KIND_NONE && other < RULE_SUITE &&
		    other != RULE_NO_PARTNERSHIP))
			continue;
		first = NULL;
		for (k = 0; k < HIDDEN; k++) {
			if (!is_secret(hidden[k], baseline[b].ask))
				continue;
			question_make(&w, &baseline[b], arena);
			/* OUTLIVES gives the grant an end of its own. */
			if (other == RULE_OUTLIVES)
				mutation[other](&w);
			mutation[hidden[k]](&w);
			if (other != RULE_OUTLIVES)
				mutation[other](&w);
			rule = rules_decide(&w.f).rule;
			ck_assert_int_ne((int)rule, RULE_ADMIT);
			shown = rule_shown(rule);
			if (first == NULL)
				first = shown;
			ck_assert_msg(strcmp(first, shown) == 0,
			    "%s: %s with %s shows %s, not %s",
			    baseline[b].name, rule_name(other),
			    rule_name(hidden[k]), shown, first);
		}
	}
}
END_TEST

/* Never refused for order, age, clock or citation; nor for being suspended. */
START_TEST(narrowing_is_admitted)
{
	static const enum rule harmless[] = {
		RULE_TOO_OLD, RULE_FUTURE, RULE_CITATION, RULE_NOT_STANDING,
		RULE_NO_ROLE, RULE_CLOSED, RULE_FROZEN, RULE_CUSTODIAN_GONE,
		RULE_NAMED_WITHDRAWN, RULE_WORKER, RULE_END_AWAY,
	};
	struct verdict v;
	struct question w;
	unsigned b;
	size_t i;

	for (b = 0; b < BASELINES; b++) {
		if (!wire_kind_narrowing(baseline[b].kind))
			continue;
		for (i = 0; i < sizeof harmless / sizeof harmless[0]; i++) {
			question_make(&w, &baseline[b], arena);
			mutation[harmless[i]](&w);
			question_stamp(&w, i % 2 == 0 ? 0 : NOW + DAYS(4000));
			v = rules_decide(&w.f);
			ck_assert_msg(v.rule == RULE_ADMIT, "%s: %s",
			    baseline[b].name, rule_name(v.rule));
		}
	}
}
END_TEST

START_TEST(age_limits)
{
	static const struct {
		enum ask ask;
		uint64_t limit;
	} limit[] = {
		{ ASK_SUBMIT, DAYS(7) }, { ASK_GRANT, DAYS(1) },
		{ ASK_OPENING, 300000 }, { ASK_RECEIPT, DAYS(7) },
		{ ASK_RESUME, DAYS(7) }, { ASK_ANNOUNCE, DAYS(7) },
	};
	struct question w;
	unsigned b;
	size_t i;

	for (i = 0; i < sizeof limit / sizeof limit[0]; i++)
		for (b = 0; b < BASELINES; b++) {
			if (baseline[b].ask != limit[i].ask)
				continue;
			question_make(&w, &baseline[b], arena);
			question_stamp(&w, NOW - limit[i].limit);
			ck_assert_int_eq((int)rules_decide(&w.f).rule,
			    RULE_ADMIT);
			question_stamp(&w, NOW - limit[i].limit - 1);
			ck_assert_int_eq((int)rules_decide(&w.f).rule,
			    RULE_TOO_OLD);
			question_stamp(&w, NOW + 300000);
			ck_assert_int_eq((int)rules_decide(&w.f).rule,
			    RULE_ADMIT);
			question_stamp(&w, NOW + 300001);
			ck_assert_int_eq((int)rules_decide(&w.f).rule,
			    RULE_FUTURE);
		}
}
END_TEST

/* An opening already admitted may be retried after its 5 minutes. */
START_TEST(lines_have_no_age)
{
	struct question w;
	unsigned b;

	for (b = 0; b < BASELINES; b++) {
		if (baseline[b].ask != ASK_OPEN)
			continue;
		question_make(&w, &baseline[b], arena);
		question_stamp(&w, NOW - HOURS(2));
		ck_assert_int_eq((int)rules_decide(&w.f).rule, RULE_ADMIT);
	}
}
END_TEST

/* ---- particular records ----------------------------------------------------- */

static enum rule
ruling(const struct question *w)
{
	return rules_decide(&w->f).rule;
}

/* An end may withdraw the grant it is an end of, and nothing else. */
START_TEST(who_may_withdraw)
{
	struct question w;

	question_named(&w, "withdrawal", arena);
	strcpy(w.record.signer, "clinic-north");
	w.f.self_signed = true;
	w.f.kase.custodian_signs = w.f.kase.key_matches = false;
	w.f.named.known = w.f.named.same_case = true;
	w.f.named.signer_is_end = true;
	w.body.u.withdrawal.all = false;
	ck_assert_int_eq((int)ruling(&w), RULE_ADMIT);
	w.body.u.withdrawal.all = true;
	ck_assert_int_eq((int)ruling(&w), RULE_NOT_YOURS);
	w.body.u.withdrawal.all = false;
	w.f.named.signer_is_end = false;
	ck_assert_int_eq((int)ruling(&w), RULE_NOT_YOURS);
	w.f.named.signer_is_end = true;
	w.f.named.same_case = false;
	ck_assert_int_eq((int)ruling(&w), RULE_NOT_YOURS);
	w.f.named.known = false;        /* not admitted yet */
	ck_assert_int_eq((int)ruling(&w), RULE_NOT_YOURS);
	w.f.kase.custodian_signs = true;
	ck_assert_int_eq((int)ruling(&w), RULE_ADMIT);
	w.body.u.withdrawal.all = true;
	ck_assert_int_eq((int)ruling(&w), RULE_ADMIT);
}
END_TEST

/* A root closes a case only when its custodian is gone. */
START_TEST(root_closes_orphans)
{
	struct question w;

	question_named(&w, "case-closed", arena);
	strcpy(w.record.signer, "root:");
	memset(&w.body.cite, 0, sizeof w.body.cite);
	w.f.self_signed = w.f.kase.custodian_signs = false;
	w.f.root_signed = true;
	memset(&w.f.signer, 0, sizeof w.f.signer);
	ck_assert_int_eq((int)ruling(&w), RULE_NOT_CUSTODIAN);
	w.f.kase.custodian_standing = false;
	ck_assert_int_eq((int)ruling(&w), RULE_ADMIT);
}
END_TEST

START_TEST(phrases_before_grant_or_frozen)
{
	struct question w;

	question_named(&w, "phrases", arena);
	w.f.kase.has_grant = true;
	ck_assert_int_eq((int)ruling(&w), RULE_PHRASES_UNWANTED);
	w.f.kase.state = CASE_FROZEN;
	ck_assert_int_eq((int)ruling(&w), RULE_ADMIT);
}
END_TEST

/* Only the introduction is opened before the conflict check. */
START_TEST(introduction_opens_first)
{
	struct question w;

	question_named(&w, "open", arena);
	w.f.conflict_checked = false;
	ck_assert_int_eq((int)ruling(&w), RULE_NOT_CHECKED);
	w.f.message.introduction = true;
	ck_assert_int_eq((int)ruling(&w), RULE_ADMIT);
}
END_TEST

/* A key announced for a longer absence is used until 7 days before its end. */
START_TEST(long_epoch)
{
	struct question w;

	question_named(&w, "submission", arena);
	w.f.epoch.announced = NOW - DAYS(20);
	w.f.epoch.until = NOW + DAYS(7);
	ck_assert_int_eq((int)ruling(&w), RULE_ADMIT);
	w.f.now++;
	ck_assert_int_eq((int)ruling(&w), RULE_EPOCH_OVER);
}
END_TEST

START_TEST(first_partnership)
{
	struct question w;

	question_named(&w, "partnership", arena);
	w.f.policy = NULL;
	ck_assert_int_eq((int)ruling(&w), RULE_ADMIT);
}
END_TEST

START_TEST(audit_share_after_closing)
{
	struct question w;

	question_named(&w, "audit-share", arena);
	w.f.kase.state = CASE_CLOSED;
	ck_assert_int_eq((int)ruling(&w), RULE_ADMIT);
	question_named(&w, "arrow-key", arena);
	w.f.kase.state = CASE_FROZEN;
	ck_assert_int_eq((int)ruling(&w), RULE_ADMIT);
	w.f.kase.state = CASE_CLOSED;
	ck_assert_int_eq((int)ruling(&w), RULE_CLOSED);
}
END_TEST

START_TEST(what_waits)
{
	size_t i;

	for (i = 0; i < ROWS; i++)
		ck_assert_int_eq(rule_waits(row[i].rule),
		    row[i].rule == RULE_HELD ||
		    row[i].rule == RULE_CUSTODIAN_GONE);
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, table_is_sound);
	tcase_add_loop_test(tc, baselines_are_admitted, 0, BASELINES);
	tcase_add_loop_test(tc, each_rule_fails_alone, 0, ROWS);
	tcase_add_loop_test(tc, no_rule_fails_elsewhere, 0, ROWS);
	tcase_add_test(tc, written_down);
	tcase_add_test(tc, one_face_for_no);
	tcase_add_loop_test(tc, no_second_face, 0, ROWS);
	tcase_add_test(tc, narrowing_is_admitted);
	tcase_add_test(tc, age_limits);
	tcase_add_test(tc, lines_have_no_age);
	tcase_add_test(tc, who_may_withdraw);
	tcase_add_test(tc, root_closes_orphans);
	tcase_add_test(tc, phrases_before_grant_or_frozen);
	tcase_add_test(tc, introduction_opens_first);
	tcase_add_test(tc, long_epoch);
	tcase_add_test(tc, first_partnership);
	tcase_add_test(tc, audit_share_after_closing);
	tcase_add_test(tc, what_waits);
}

int
main(void)
{
	return test_main("rules", fill, 30);
}
