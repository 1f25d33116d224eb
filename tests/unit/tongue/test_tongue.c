/*
 * Languages: what a file must be, that ours say the same things, and that
 * there is a sentence for everything a permission can name.
 */
#include "agent/tongue/tongues.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/vocabulary.h"
#include "tests/support/test.h"

static const char model_text[] =
    "language.code = en\nlanguage.name = English\n"
    "language.direction = ltr\nlanguage.words = en\n"
    "# a comment\n\n"
    "tell = {from} may tell {to}:\n"
    "long = one\n  two\n\tthree\n"
    "for = Only for: {purpose}.\n"
    "purpose.PU01 = seeing it whole\n"
    "notice.1 = You may say no.\n"
    "notice-version = 7\n";

static struct tongue *model, *t;
static struct why why;

static enum error_code
take(const char *text, const struct tongue *m)
{
	tongue_destroy(&t);
	why.text[0] = '\0';
	return tongue_read(text, strlen(text), m, &t, &why);
}

static void
setup(void)
{
	ck_ok(tongue_read(model_text, strlen(model_text), NULL, &model, &why));
}

static void
teardown(void)
{
	tongue_destroy(&model);
	tongue_destroy(&t);
}

START_TEST(sentences_are_read)
{
	ck_assert_uint_eq(tongue_count(model), 10);
	ck_assert_str_eq(tongue_text(model, "long"), "one two three");
	ck_assert_str_eq(tongue_text(model, "tell"), "{from} may tell {to}:");
	ck_assert_ptr_null(tongue_text(model, "tel"));
	ck_assert_ptr_null(tongue_text(model, ""));
	for (size_t i = 1; i < tongue_count(model); i++)
		ck_assert_int_lt(strcmp(tongue_key(model, i - 1),
		    tongue_key(model, i)), 0);
	ck_assert_ptr_null(tongue_key(model, tongue_count(model)));
}
END_TEST

START_TEST(sentences_are_filled_in)
{
	const struct words_value ends[] = { { "from", "The school" },
	    { "to", "@for" } };
	const struct words_value purpose[] = { { "@purpose",
	    "purpose.PU01" } };
	const struct words_value unknown[] = { { "@purpose",
	    "purpose.PU99" } };
	char out[100], small[16];

	ck_assert(tongue_say(model, "tell", ends, 2, out, sizeof out));
	/* what comes from elsewhere is never taken for a key */
	ck_assert_str_eq(out, "The school may tell @for:");
	ck_assert(tongue_say(model, "for", purpose, 1, out, sizeof out));
	ck_assert_str_eq(out, "Only for: seeing it whole.");
	ck_assert(!tongue_say(model, "for", unknown, 1, out, sizeof out));
	ck_assert_str_eq(out, "");
	ck_assert(!tongue_say(model, "nothing", NULL, 0, out, sizeof out));
	/* half a sentence is none */
	ck_assert(!tongue_say(model, "tell", ends, 2, small, sizeof small));
	ck_assert_str_eq(small, "");
}
END_TEST

/* The same text with one line of it changed; NULL: left out. */
static const char *
changed(const char *from, const char *to)
{
	static char out[sizeof model_text + 2000];
	const char *at = strstr(model_text, from);
	const char *end;

	ck_assert_ptr_nonnull(at);
	end = strchr(at, '\n') + 1;
	snprintf(out, sizeof out, "%.*s%s%s%s", (int)(at - model_text),
	    model_text, to != NULL ? to : "", to != NULL ? "\n" : "", end);
	return out;
}

START_TEST(another_language_says_the_same)
{
	ck_ok(take(changed("tell =", "tell = {to} słucha {from}."), model));
	ck_assert_str_eq(tongue_text(t, "tell"), "{to} słucha {from}.");
	ck_err(take(changed("tell =", NULL), model), ERR_FORMAT);
	ck_assert_str_eq(why.text, "tell: is missing");
	ck_err(take(changed("tell =", "tell = {from} only"), model),
	    ERR_FORMAT);
	ck_assert_ptr_nonnull(strstr(why.text, "tell: not the placeholders"));
	ck_err(take(changed("tell =", "tell = {from} {to} {day}"), model),
	    ERR_FORMAT);
	ck_err(take(changed("tell =", "tell = {from} {to"), model),
	    ERR_FORMAT);
	ck_err(take(changed("# a comment", "other = something"), model),
	    ERR_FORMAT);
	ck_assert_ptr_nonnull(strstr(why.text, "other: there is no such"));
	ck_err(take(changed("# a comment", "tell = {from} {to}"), model),
	    ERR_FORMAT);
	ck_assert_str_eq(why.text, "tell: stands there twice");
}
END_TEST

START_TEST(form_is_checked)
{
	static const struct { const char *line, *says; } bad[] = {
		{ "no sign of anything", "line 5: \"key = sentence\"" },
		{ "empty =", "line 5: a sentence" },
		{ " = text", "line 5: " },
		{ "k\xc4\x85 = text", "line 5: the key" },
		{ "a_b = text", "line 5: the key" },
		{ "a234567890a234567890a234567890a234567890a = text",
		    "line 5: the key" },
		{ "bad = \xff", "line 5: is not UTF-8" },
		{ "bad = \xed\xa0\x80", "line 5: is not UTF-8" },
		{ "bad = a\x01", "line 5: is not UTF-8" },
	};
	char *large = malloc(TONGUE_FILE_MAX + 2);
	char line[TONGUE_SENTENCE_MAX + 50] = "long2 = ";

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		if (bad[i].line[0] == ' ')
			continue;       /* goes on with the line before it */
		ck_err(take(changed("# a comment", bad[i].line), NULL),
		    ERR_FORMAT);
		ck_assert_msg(strstr(why.text, bad[i].says) == why.text,
		    "%s: %s", bad[i].line, why.text);
	}
	ck_err(take(" nothing before\n", NULL), ERR_FORMAT);
	memset(line + 8, 'x', TONGUE_SENTENCE_MAX);
	ck_ok(take(changed("# a comment", line), NULL));
	line[8 + TONGUE_SENTENCE_MAX] = 'x';
	ck_err(take(changed("# a comment", line), NULL), ERR_FORMAT);
	memset(large, '\n', TONGUE_FILE_MAX + 1);
	ck_err(tongue_read(large, TONGUE_FILE_MAX + 1, NULL, &t, &why),
	    ERR_SIZE);
	free(large);
}
END_TEST

START_TEST(settings_are_checked)
{
	static const char *const bad[] = { "language.code = e",
	    "language.code = much-too-long", "language.code = p1",
	    "language.direction = up", "language.words = xx" };

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		char key[40];

		snprintf(key, sizeof key, "%.*s =", (int)strcspn(bad[i], " "),
		    bad[i]);
		ck_err(take(changed(key, bad[i]), NULL), ERR_FORMAT);
		ck_assert_ptr_nonnull(strstr(why.text, "language.code"));
	}
	ck_ok(take(changed("language.code", "language.code = pt-BR"), NULL));
}
END_TEST

/* A changed notice cannot pass for the one that was read to her. */
START_TEST(notice_names_its_text)
{
	char a[TONGUE_NOTICE], b[TONGUE_NOTICE];

	tongue_notice(model, a);
	ck_assert_ptr_nonnull(strstr(a, "consent-notice/en/7/"));
	ck_ok(take(model_text, model));
	tongue_notice(t, b);
	ck_assert_str_eq(a, b);
	ck_ok(take(changed("notice.1", "notice.1 = You must."), model));
	tongue_notice(t, b);
	ck_assert_str_ne(a, b);
	ck_ok(take(changed("tell =", "tell = {from}, {to}"), model));
	tongue_notice(t, b);
	ck_assert_str_eq(a, b);
}
END_TEST

/* ---- ours -------------------------------------------------------------- */

static void
has(const struct tongue *one, const char *group, const char *code)
{
	char key[64];

	snprintf(key, sizeof key, "%s.%s", group, code);
	ck_assert_msg(tongue_text(one, key) != NULL, "%s: no %s",
	    tongue_text(one, "language.code"), key);
}

/* Whatever a permission can name has a sentence in each language. */
START_TEST(everything_has_a_sentence)
{
	const struct vocabulary_code *v = NULL;
	struct tongues ours;

	ck_ok(tongues_load(&ours, "", &why));
	ck_assert_uint_eq(ours.n, 2);
	for (size_t i = 0; i < ours.n; i++) {
		const struct tongue *one = ours.v[i];

		for (int s = SCOPE_NONE + 1; s < SCOPE_END; s++)
			has(one, "scope", vocabulary_scope_name(
			    (enum vocabulary_scope)s));
		while ((v = vocabulary_next(GROUP_PU, v)) != NULL)
			has(one, "purpose", v->id);
		while ((v = vocabulary_next(GROUP_AG, v)) != NULL)
			has(one, "kind", v->id);
	}
	tongues_free(&ours);
}
END_TEST

/* Same keys and places are tongue_read's to see; that it is another text,
 * and not English left standing, is seen here. */
START_TEST(polish_is_polish)
{
	const struct tongue *en, *pl;
	struct tongues ours;

	ck_ok(tongues_load(&ours, NULL, &why));
	en = tongues_english(&ours);
	pl = tongues_find(&ours, "pl");
	ck_assert_ptr_nonnull(pl);
	ck_assert_ptr_eq(tongues_find(&ours, "en"), en);
	ck_assert_ptr_null(tongues_find(&ours, "xx"));
	ck_assert_uint_eq(tongue_count(en), tongue_count(pl));
	for (size_t i = 0; i < tongue_count(en); i++) {
		const char *key = tongue_key(en, i);

		if (strcmp(key, "language.direction") != 0 &&
		    strcmp(key, "notice-version") != 0)
			ck_assert_msg(strcmp(tongue_text(en, key),
			    tongue_text(pl, key)) != 0, "%s", key);
	}
	tongues_free(&ours);
}
END_TEST

/* No sentence guesses who is listening: past tense and "Pani" would. */
START_TEST(polish_guesses_nobody)
{
	static const char *const gendered[] = { "łaś ", "łeś ", "łaś,",
	    "łeś,", "łabyś", "łbyś", "Pani", "Pan", "powinnaś",
	    "powinieneś" };
	struct tongues ours;
	const struct tongue *pl;

	ck_ok(tongues_load(&ours, NULL, &why));
	pl = tongues_find(&ours, "pl");
	for (size_t i = 0; i < tongue_count(pl); i++)
		for (size_t k = 0; k < sizeof gendered / sizeof gendered[0];
		    k++) {
			const char *s = tongue_text(pl, tongue_key(pl, i));

			ck_assert_msg(strstr(s, gendered[k]) == NULL,
			    "%s: %s", tongue_key(pl, i), s);
		}
	tongues_free(&ours);
}
END_TEST

START_TEST(others_are_added)
{
	char dir[TEST_PATH], path[TEST_PATH];
	char *text = test_slurp("agent/tongue/pl.txt"), *at;
	struct tongues ours;

	test_dir(dir);
	at = strstr(text, "language.code = pl");
	ck_assert_ptr_nonnull(at);
	memcpy(at, "language.code = cs", 18);
	test_path(path, dir, "cs.txt");
	test_file(path, text);
	test_path(path, dir, "README");
	test_file(path, "not read\n");
	ck_ok(tongues_load(&ours, dir, &why));
	ck_assert_uint_eq(ours.n, 3);
	ck_assert_ptr_nonnull(tongues_find(&ours, "cs"));
	tongues_free(&ours);
	/* one of ours in other words */
	memcpy(at, "language.code = pl", 18);
	test_path(path, dir, "cs.txt");
	test_file(path, text);
	ck_ok(tongues_load(&ours, dir, &why));
	ck_assert_uint_eq(ours.n, 2);
	tongues_free(&ours);
	/* a bad one: nothing at all, and its name and line */
	test_path(path, dir, "xx.txt");
	test_file(path, "language.code = xx\nno\n");
	ck_err(tongues_load(&ours, dir, &why), ERR_FORMAT);
	ck_assert_ptr_nonnull(strstr(why.text, "xx.txt: line 2"));
	ck_assert_uint_eq(ours.n, 0);
	ck_err(tongues_load(&ours, "/nowhere-at-all", &why), ERR_NOTFOUND);
	free(text);
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, sentences_are_read);
	tcase_add_test(tc, sentences_are_filled_in);
	tcase_add_test(tc, another_language_says_the_same);
	tcase_add_test(tc, form_is_checked);
	tcase_add_test(tc, settings_are_checked);
	tcase_add_test(tc, notice_names_its_text);
	tcase_add_test(tc, everything_has_a_sentence);
	tcase_add_test(tc, polish_is_polish);
	tcase_add_test(tc, polish_guesses_nobody);
	tcase_add_test(tc, others_are_added);
}

int
main(void)
{
	return test_main("tongue", fill, 10);
}
