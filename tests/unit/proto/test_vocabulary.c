/*
 * The vocabulary: complete, unique, without blame or gender; found by code,
 * by group and by plain words.
 */
#include "proto/vocabulary.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* How many codes DOMAIN 2 has in each group. */
static const struct {
	enum vocabulary_group g;
	size_t n;
	const char *first, *last;
} sizes[] = {
	{ GROUP_CC, 41, "CC01", "CC41" }, { GROUP_CH, 17, "CH01", "CH17" },
	{ GROUP_PE, 18, "PE01", "PE18" }, { GROUP_PP, 8, "PP01", "PP08" },
	{ GROUP_PR, 6, "PR01", "PR06" }, { GROUP_AI, 18, "AI01", "AI18" },
	{ GROUP_IF, 17, "IF01", "IF17" }, { GROUP_RL, 8, "RL1", "RL8" },
	{ GROUP_PW, 9, "PW1", "PW36" }, { GROUP_SR, 22, "SR01", "SR29" },
	{ GROUP_BC, 19, "BC01", "BC19" }, { GROUP_BA, 4, "BA01", "BA04" },
	{ GROUP_DM, 20, "DM01", "DM20" }, { GROUP_SRC, 8, "SRC1", "SRC8" },
	{ GROUP_CB, 4, "CB0", "CB3" }, { GROUP_CT, 3, "CT1", "CT3" },
	{ GROUP_RC, 7, "RC0", "RC9" }, { GROUP_FQ, 8, "FQ1", "FQ9" },
	{ GROUP_TR, 5, "TR1", "TR9" }, { GROUP_TG, 7, "TG1", "TG7" },
	{ GROUP_GP, 15, "GP01", "GP15" }, { GROUP_AG, 16, "AG01", "AG16" },
	{ GROUP_PU, 8, "PU01", "PU08" }, { GROUP_SG, 6, "SG1", "SG6" },
	{ GROUP_LB, 6, "LB1", "LB6" }, { GROUP_PT, 8, "PT1", "PT8" },
	{ GROUP_CO, 10, "C1", "Q" },
};

START_TEST(groups_are_complete)
{
	const struct vocabulary_code *c, *last = NULL;
	size_t n = 0;

	ck_assert_str_eq(vocabulary_next(sizes[_i].g, NULL)->id,
	    sizes[_i].first);
	for (c = NULL; (c = vocabulary_next(sizes[_i].g, c)) != NULL; n++)
		last = c;
	ck_assert_uint_eq(n, sizes[_i].n);
	ck_assert_str_eq(last->id, sizes[_i].last);
	ck_assert_str_ne(vocabulary_group_title(sizes[_i].g), "");
	if (sizes[_i].g != GROUP_CO)
		ck_assert(strncmp(last->id,
		    vocabulary_group_name(sizes[_i].g), 2) == 0);
}
END_TEST

START_TEST(every_group_is_counted)
{
	size_t i, n = 0;

	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		n += sizes[i].n;
	ck_assert_uint_eq(n, vocabulary_count());
	ck_assert_uint_eq(sizeof(sizes) / sizeof(sizes[0]), GROUP_END - 1);
	ck_assert_ptr_null(vocabulary_at(vocabulary_count()));
	ck_assert_uint_eq(vocabulary_version(), 1);
}
END_TEST

/* Is `word` a word of its own in `text`, whatever the case? */
static bool
has_word(const char *text, const char *word)
{
	const char *p;
	size_t n = strlen(word);

	for (p = text; *p != '\0'; p++) {
		if (p != text && p[-1] != ' ' && p[-1] != '-')
			continue;
		if (strncasecmp(p, word, n) == 0 && strchr(" ,.?'", p[n]))
			return (true);
	}
	return (false);
}

START_TEST(no_label_has_a_gender)
{
	static const char *const words[] = { "he", "she", "him", "her",
		"his", "hers", "himself", "herself", "husband", "wife",
		"man", "men", "woman", "women", "mother", "father", "boy",
		"girl", "boyfriend", "girlfriend", "son", "daughter" };
	const struct vocabulary_code *c;
	size_t i, j;

	for (i = 0; (c = vocabulary_at(i)) != NULL; i++)
		for (j = 0; j < sizeof(words) / sizeof(words[0]); j++) {
			/* Names of desks, not of persons. */
			if (c->group == GROUP_AG)
				continue;
			ck_assert_msg(!has_word(c->label, words[j]),
			    "%s says %s", c->id, words[j]);
			if (c->prompt != NULL)
				ck_assert_msg(!has_word(c->prompt, words[j]),
				    "%s asks with %s", c->id, words[j]);
		}
	ck_assert(has_word("what he did", "he"));
	ck_assert(!has_word("the thing", "he"));
}
END_TEST

START_TEST(no_label_faults_the_one_harmed)
{
	static const char *const words[] = { "fail", "failed", "fails",
		"failure", "neglectful", "allowed", "allows", "provoked",
		"provokes", "refuses", "refused", "uncooperative", "fault",
		"blame", "hysterical", "dysfunctional", "engage",
		"engaging", "mutual", "collusive", "chose" };
	const struct vocabulary_code *c;
	size_t i, j;

	for (i = 0; (c = vocabulary_at(i)) != NULL; i++)
		for (j = 0; j < sizeof(words) / sizeof(words[0]); j++) {
			/* SR03 names the mistake of a service. */
			if ((c->flags & VOCABULARY_HARMFUL) != 0)
				continue;
			ck_assert_msg(!has_word(c->label, words[j]),
			    "%s says %s", c->id, words[j]);
		}
	/* And the vocabulary of services does name it: the check can fail. */
	ck_assert(has_word(vocabulary_find("SR03")->label, "mutual"));
}
END_TEST

START_TEST(no_relation_says_cause)
{
	const struct vocabulary_code *c;

	for (c = NULL; (c = vocabulary_next(GROUP_RL, c)) != NULL;) {
		ck_assert_ptr_null(strcasestr(c->label, "cause"));
		ck_assert_ptr_null(strcasestr(c->label, "explain"));
		ck_assert_ptr_null(strcasestr(c->label, "lead"));
	}
}
END_TEST

START_TEST(labels_are_short_and_codes_unique)
{
	const struct vocabulary_code *c;
	const char *p;
	size_t i, words;

	for (i = 0; (c = vocabulary_at(i)) != NULL; i++) {
		ck_assert_ptr_eq(vocabulary_find(c->id), c);
		for (words = 1, p = c->label; *p != '\0'; p++)
			words += *p == ' ';
		ck_assert_uint_le(words, 10);
		ck_assert_uint_le(strlen(c->id), 4);
	}
}
END_TEST

START_TEST(scopes)
{
	static const struct {
		const char *code;
		enum vocabulary_scope scope;
	} rows[] = {
		{ "CC29", SCOPE_C1 }, { "CH07", SCOPE_C2 },
		{ "PE01", SCOPE_C3 }, { "PP02", SCOPE_C3 },
		{ "PR05", SCOPE_C3 }, { "AI08", SCOPE_C4 },
		{ "IF02", SCOPE_C5 }, { "SR01", SCOPE_SR },
		{ "BC19", SCOPE_BC }, { "BA01", SCOPE_BA },
		{ "DM02", SCOPE_NONE }, { "SRC1", SCOPE_NONE },
		{ "PW1", SCOPE_NONE }, { "RL3", SCOPE_NONE },
	};
	char text[64];
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_uint_eq(vocabulary_find(rows[i].code)->scope,
		    rows[i].scope);
	for (i = SCOPE_NONE + 1; i < SCOPE_END; i++)
		ck_assert_uint_eq(vocabulary_scope_find(vocabulary_scope_name(
		    (enum vocabulary_scope)i)), i);
	ck_assert_uint_eq(vocabulary_scope_find("C6"), SCOPE_NONE);
	ck_assert_uint_eq(vocabulary_scope_find(NULL), SCOPE_NONE);
	ck_assert_uint_eq(vocabulary_segment_scope(vocabulary_find("SG2")),
	    SCOPE_SG2);
	ck_assert_uint_eq(vocabulary_segment_scope(vocabulary_find("SG6")),
	    SCOPE_NONE);
	vocabulary_scopes_text(SCOPE_BIT(SCOPE_C1) | SCOPE_BIT(SCOPE_SG2),
	    text, sizeof(text));
	ck_assert_str_eq(text, "C1,SG2");
	vocabulary_scopes_text(SCOPE_BIT(SCOPE_C1) | SCOPE_BIT(SCOPE_SG2),
	    text, 4);
	ck_assert_str_eq(text, "C1");
	ck_assert_uint_eq(SCOPE_COMPONENTS, SCOPE_BIT(SCOPE_C1) |
	    SCOPE_BIT(SCOPE_C2) | SCOPE_BIT(SCOPE_C3) | SCOPE_BIT(SCOPE_C4) |
	    SCOPE_BIT(SCOPE_C5) | SCOPE_BIT(SCOPE_SR) | SCOPE_BIT(SCOPE_BC) |
	    SCOPE_BIT(SCOPE_BA));
}
END_TEST

START_TEST(finding)
{

	ck_assert_ptr_null(vocabulary_find("CC99"));
	ck_assert_ptr_null(vocabulary_find("cc01"));
	ck_assert_ptr_null(vocabulary_find("CC1"));
	ck_assert_ptr_null(vocabulary_find(""));
	ck_assert_ptr_null(vocabulary_find(NULL));
	ck_assert_ptr_nonnull(vocabulary_find_in(GROUP_CC, "CC01"));
	ck_assert_ptr_null(vocabulary_find_in(GROUP_CH, "CC01"));
	ck_assert_uint_eq(vocabulary_agency_number("AG01"), 1);
	ck_assert_uint_eq(vocabulary_agency_number("AG16"), 16);
	ck_assert_uint_eq(vocabulary_agency_number("AG17"), 0);
	ck_assert_uint_eq(vocabulary_agency_number("CC01"), 0);
}
END_TEST

START_TEST(prompts)
{
	static const char *const safer[] = { "PE07", "PE08", "PE17" };
	size_t i;

	ck_assert_str_eq(vocabulary_find("CC02")->ask, "DM01");
	ck_assert_ptr_nonnull(strstr(vocabulary_find("CC02")->prompt, "DM01"));
	for (i = 0; i < 3; i++)
		ck_assert_ptr_nonnull(strstr(vocabulary_find(
		    safer[i])->prompt, "Why was it safer"));
	ck_assert_ptr_null(vocabulary_find("CC03")->prompt);
}
END_TEST

START_TEST(agencies)
{
	static const char *const shield[] = { "AG03", "AG04", "AG05", "AG07",
		"AG15" };
	const struct vocabulary_code *c;
	size_t i, n = 0;

	for (i = 0; i < 5; i++)
		ck_assert(vocabulary_find(shield[i])->flags &
		    VOCABULARY_SHIELD);
	for (c = NULL; (c = vocabulary_next(GROUP_AG, c)) != NULL;)
		n += (c->flags & VOCABULARY_SHIELD) != 0;
	ck_assert_uint_eq(n, 5);
	ck_assert(vocabulary_find("AG06")->flags & VOCABULARY_OPENS);
	ck_assert(!(vocabulary_find("AG01")->flags & VOCABULARY_OPENS));
	/* Schools write of children, not of court papers. */
	ck_assert(vocabulary_find("AI07")->uses & 1u << 13);
	ck_assert(!(vocabulary_find("CC32")->uses & 1u << 13));
}
END_TEST

START_TEST(search)
{
	static const struct {
		const char *text, *first;
	} rows[] = {
		{ "strangled", "CC02" }, { "He was strangling her", "CC02" },
		{ "choke", "CC02" }, { "locked in", "CC12" },
		{ "smashed the door", "CC03" }, { "times her at the shops",
		  "CC13" }, { "nightmares", "AI03" },
		{ "told the neighbour", "PE13" }, { "passport", "CC17" },
		{ "called the police first", "CC29" },
	};
	const struct vocabulary_code *out[5], *all[64];
	size_t i, n;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		n = vocabulary_search(rows[i].text, out, 5);
		ck_assert_uint_gt(n, 0);
		ck_assert_msg(strcmp(out[0]->id, rows[i].first) == 0,
		    "%s finds %s", rows[i].text, out[0]->id);
	}
	ck_assert_uint_eq(vocabulary_search("xyzzy", out, 5), 0);
	ck_assert_uint_eq(vocabulary_search("her and the", out, 5), 0);
	ck_assert_uint_eq(vocabulary_search("", out, 5), 0);
	ck_assert_uint_eq(vocabulary_search(NULL, out, 5), 0);
	ck_assert_uint_eq(vocabulary_search("strangled", out, 0), 0);
	ck_assert_uint_le(vocabulary_search("child police", all, 1000), 64);
	/* The best ones stay when there is little room. */
	n = vocabulary_search("police", all, 64);
	ck_assert_uint_gt(n, 2);
	ck_assert_uint_eq(vocabulary_search("police", out, 2), 2);
	ck_assert_ptr_eq(out[0], all[0]);
	ck_assert_ptr_eq(out[1], all[1]);
}
END_TEST

START_TEST(stems)
{
	static const struct {
		const char *a, *b;
	} same[] = {
		{ "strangled", "strangles" }, { "strangle", "strangling" },
		{ "kill", "killed" }, { "stop", "stopped" },
		{ "admits", "admitted" }, { "allegedly", "alleged" },
		{ "stays", "stayed" }, { "incident", "incidents" },
		{ "mother's", "mother" },
	};
	char a[32], b[32];
	size_t i;

	for (i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
		(void)snprintf(a, sizeof(a), "%s", same[i].a);
		(void)snprintf(b, sizeof(b), "%s", same[i].b);
		vocabulary_stem(a);
		vocabulary_stem(b);
		ck_assert_str_eq(a, b);
	}
	(void)snprintf(a, sizeof(a), "was");
	vocabulary_stem(a);
	ck_assert_str_eq(a, "was");
	a[0] = '\0';
	vocabulary_stem(a);
	ck_assert_str_eq(a, "");
}
END_TEST

/* Runs the generator over a small vocabulary; its exit status. */
static int
generate(const char *text)
{
	char path[] = "/tmp/vocabularyXXXXXX", cmd[256];
	int fd, rc;

	fd = mkstemp(path);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	(void)close(fd);
	(void)snprintf(cmd, sizeof(cmd),
	    "awk -f proto/vocabulary.awk %s >/dev/null 2>&1", path);
	rc = system(cmd);
	(void)unlink(path);
	return (rc);
}

START_TEST(generator_refuses)
{
	static const char *const bad[] = {
		/* A retired number comes back. */
		"@version 1\n@group CC C1 Acts\nCC01 Hits\n  flags retired\n"
		"CC01 Shouts\n",
		"@version 1\n@group CC C1 Acts\nCH01 Hits\n",
		"@version 1\n@group CC C1 Acts\nCC01 a b c d e f g h i j k\n",
		"@version 1\n@group CC C1 Acts\nCC01 Hits\n  ask Or? | DM9\n",
		"@version 1\n@group CC C1 Acts\nCC01 Hits\n  flags loud\n",
		"@version 1\n@group CC C1 Acts\nCC01 Hits\n  uses 17\n",
		"@version 1\n@group CC C1 Acts\nCC01 Hits\n  colour red\n",
		"@version 1\nCC01 Hits\n",
		"@group CC C1 Acts\nCC01 Hits\n",
	};

	ck_assert_int_eq(generate("@version 1\n@group CC C1 Acts\nCC01 Hits\n"
	    "  flags retired\nCC02 a b c d e f g h i j\n  ask Or? | CC01\n"),
	    0);
	ck_assert_int_ne(generate(bad[_i]), 0);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("vocabulary");
	TCase *t = tcase_create("vocabulary");
	SRunner *r;
	int failed;

	tcase_add_loop_test(t, groups_are_complete, 0,
	    (int)(sizeof(sizes) / sizeof(sizes[0])));
	tcase_add_test(t, every_group_is_counted);
	tcase_add_test(t, no_label_has_a_gender);
	tcase_add_test(t, no_label_faults_the_one_harmed);
	tcase_add_test(t, no_relation_says_cause);
	tcase_add_test(t, labels_are_short_and_codes_unique);
	tcase_add_test(t, scopes);
	tcase_add_test(t, finding);
	tcase_add_test(t, prompts);
	tcase_add_test(t, agencies);
	tcase_add_test(t, search);
	tcase_add_test(t, stems);
	tcase_add_loop_test(t, generator_refuses, 0, 9);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return (failed == 0 ? 0 : 1);
}
