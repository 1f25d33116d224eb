/*
 * The language check: every row has a sentence that it alone finds; plain
 * facts find nothing.
 */
#include "agent/practice/lint.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

static const struct {
	unsigned row;
	const char *classes, *text;
} samples[] = {
	{ 1, "B", "Mother failed to protect the children." },
	{ 1, "B", "this is a FAILURE to protect" },
	{ 2, "M", "they are dysfunctional" },
	{ 3, "B", "She keeps going back to him" },
	{ 4, "B", "If the two of them split it would be better" },
	{ 5, "V,P", "history of domestic violence" },
	{ 6, "B", "mother seen as not engaging" },
	{ 6, "B", "the family disengaged" },
	{ 7, "R,B", "refused services" },
	{ 7, "R,B", "she refuses services" },
	{ 8, "M", "a volatile relationship" },
	{ 8, "M", "toxic relationships" },
	{ 9, "V,M", "called to a domestic dispute" },
	{ 9, "V,M", "domestic arguments" },
	{ 10, "M", "mutual violence" }, { 10, "M", "they are both as bad" },
	{ 10, "M", "six of one" },
	{ 11, "M", "an incident between the parents" },
	{ 12, "P", "then the violence escalated" },
	{ 12, "P", "violence broke out" },
	{ 13, "P", "she was assaulted on Monday" },
	{ 14, "V,P", "children exposed to domestic violence" },
	{ 14, "V,P", "K1 witnessed domestic abuse" },
	{ 15, "R,B", "she chose to stay" },
	{ 15, "R,B", "she won\xe2\x80\x99t leave" },
	{ 16, "B", "mother allowed him in" },
	{ 16, "B", "let him collect the children" },
	{ 17, "P,B", "she put her own children at risk" },
	{ 18, "B", "prioritised her relationship over the children" },
	{ 19, "B", "lacks insight" },
	{ 19, "B", "she doesn't understand the risk" },
	{ 20, "R,B", "she minimises" }, { 20, "R,B", "minimising again" },
	{ 21, "B", "she was hysterical" }, { 21, "B", "very emotional" },
	{ 22, "B", "uncooperative at the door" },
	{ 23, "B", "gave an inconsistent account" },
	{ 23, "B", "has changed her story" },
	{ 24, "P,B", "she provoked it" },
	{ 24, "P,B", "pushed his buttons" },
	{ 25, "P,X", "he lost his temper" }, { 25, "P,X", "he saw red" },
	{ 26, "X", "has anger issues" }, { 26, "X", "anger management" },
	{ 27, "X", "because he was drunk" }, { 27, "X", "drink-fuelled" },
	{ 28, "X", "due to his mental health" },
	{ 28, "X", "due to his difficult childhood" },
	{ 29, "V", "this was out of character" }, { 29, "V", "a one-off" },
	{ 30, "V,P", "he is a good dad" },
	{ 30, "V,P", "is good with the kids" },
	{ 31, "P", "no concerns about the father" },
	{ 31, "P", "father not involved" },
	{ 32, "V,X", "it is cultural" },
	{ 33, "M", "the parents need to communicate" },
	{ 33, "M", "they should co-parent better" },
	{ 34, "M", "a high-conflict case" }, { 34, "M", "custody battle" },
	{ 35, "B,M", "parental alienation" },
	{ 35, "B,M", "hostile to contact" },
	{ 36, "B", "he allegedly hit her" }, { 36, "B", "she claims" },
	{ 37, "B", "she admits drinking" },
	{ 38, "A", "he completed the programme" },
	{ 38, "A", "attended all sessions" },
	{ 39, "A", "has done everything asked" },
	{ 40, "A", "he is remorseful" }, { 40, "A", "wants to change" },
	{ 41, "X,A", "sober so safe" },
	{ 42, "V", "low-level" }, { 42, "V", "only verbal" },
	{ 43, "V", "rough sex" },
	{ 44, "B", "self-medicating" }, { 44, "B", "alcoholic mother" },
	{ 45, "P,B", "she is vulnerable" },
	{ 45, "P,B", "a vulnerable victim" },
};

static struct lint_hit hits[LINT_HITS_MAX];

static size_t
lint(const char *text, bool survivor, bool quoted)
{
	struct lint_context c = { .survivor = survivor, .quoted = quoted };

	return (lint_text(text, &c, hits, LINT_HITS_MAX));
}

START_TEST(each_row_alone)
{
	char classes[16];

	ck_assert_uint_eq(lint(samples[_i].text, true, false), 1);
	ck_assert_uint_eq(hits[0].row, samples[_i].row);
	lint_classes_text(hits[0].classes, classes);
	ck_assert_uint_eq(strlen(classes), strlen(samples[_i].classes));
	ck_assert_str_eq(hits[0].offer, lint_row_offer(samples[_i].row));
	ck_assert_uint_le(hits[0].at + hits[0].n, strlen(samples[_i].text));
}
END_TEST

START_TEST(every_row_has_a_sample)
{
	unsigned row;
	size_t i;

	ck_assert_uint_eq(lint_rows(), 45);
	for (row = 1; row <= 45; row++) {
		for (i = 0; i < sizeof(samples) / sizeof(samples[0]); i++)
			if (samples[i].row == row)
				break;
		ck_assert_uint_lt(i, sizeof(samples) / sizeof(samples[0]));
		ck_assert_ptr_nonnull(lint_row_pattern(row));
		ck_assert_str_ne(lint_row_offer(row), "");
	}
	ck_assert_ptr_null(lint_row_pattern(0));
	ck_assert_ptr_null(lint_row_offer(46));
}
END_TEST

START_TEST(plain_facts)
{
	static const char *const texts[] = {
		"P1 punched P2 on two occasions", "",
		"P1 hit P2 after she opened the door",
		"she was assaulted by P1", "was hit in the face by P1",
		/* words of two sentences are no phrase */
		"she was told. Assaulted neighbours came",
		"the school is out. Of character we know nothing",
		/* five words between are too many for a star */
		"if a b c d e split it would be better",
		"he keeps coming back", "she failed the exam",
		"...", "\xc3\xa9\xc3\xa8 \xe2\x80\x9c\xe2\x80\x9d",
	};
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		ck_assert_msg(lint(texts[i], true, false) == 0, "%s: row %u",
		    texts[i], hits[0].row);
}
END_TEST

START_TEST(only_about_the_survivor)
{
	static const char *const texts[] = { "he minimises", "aggressive",
		"he admits it", "claims he was out", "put the children at "
		"risk" };
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		ck_assert_uint_eq(lint(texts[i], false, false), 0);
		ck_assert_uint_eq(lint(texts[i], true, false), 1);
	}
}
END_TEST

START_TEST(quotations)
{

	ck_assert_uint_eq(lint("says \"she is a good dad, ha\" and saw red",
	    true, true), 1);
	ck_assert_uint_eq(hits[0].row, 25);
	ck_assert_uint_eq(lint("I saw red", true, true), 0);
	/* Untagged, quotation marks hide nothing. */
	ck_assert_uint_eq(lint("mother is \"not engaging\"", true, false), 1);
	ck_assert_uint_eq(lint("\xe2\x80\x9esaw red\xe2\x80\x9d then",
	    true, true), 0);
}
END_TEST

START_TEST(places_and_limits)
{
	char text[8 * 40 + 1] = "", one[] = "saw red ";
	size_t i;

	ck_assert_uint_eq(lint("Mother FAILED  to protect; he saw red.", true,
	    false), 2);
	ck_assert_uint_eq(hits[0].at, 7);
	ck_assert_uint_eq(hits[0].n, 18);
	ck_assert_uint_eq(hits[1].row, 25);
	for (i = 0; i < 40; i++)
		strcat(text, one);
	ck_assert_uint_eq(lint(text, true, false), LINT_HITS_MAX);
}
END_TEST

START_TEST(observations)
{
	struct observation o;

	memset(&o, 0, sizeof(o));
	(void)snprintf(o.text, sizeof(o.text), "admits drinking");
	o.component = SCOPE_C1;
	(void)snprintf(o.actor.s, sizeof(o.actor.s), "P1");
	ck_assert_uint_eq(lint_observation(&o, "P2", hits, 8), 0);
	(void)snprintf(o.actor.s, sizeof(o.actor.s), "P2");
	ck_assert_uint_eq(lint_observation(&o, "P2", hits, 8), 1);
	o.actor.s[0] = '\0';
	o.component = SCOPE_C5;
	ck_assert_uint_eq(lint_observation(&o, "P2", hits, 8), 1);
	o.quoted = true;
	ck_assert_uint_eq(lint_observation(&o, "P2", hits, 8), 0);
	o.quoted = false;
	/* A threat to kill goes at once, whatever the words. */
	o.danger.v[o.danger.n++] = vocabulary_find("DM02");
	ck_assert_uint_eq(lint_observation(&o, "P2", hits, 8), 0);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("lint");
	TCase *t = tcase_create("lint");
	SRunner *r;
	int failed;

	tcase_add_loop_test(t, each_row_alone, 0,
	    (int)(sizeof(samples) / sizeof(samples[0])));
	tcase_add_test(t, every_row_has_a_sample);
	tcase_add_test(t, plain_facts);
	tcase_add_test(t, only_about_the_survivor);
	tcase_add_test(t, quotations);
	tcase_add_test(t, places_and_limits);
	tcase_add_test(t, observations);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return (failed == 0 ? 0 : 1);
}
