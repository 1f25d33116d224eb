/* Word lists and phrases. */
#include "keys/phrase.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys/partnership.h"
#include "keys/secret.h"
#include "tests/support/test.h"

START_TEST(every_word_is_found_under_its_number)
{
	char word[WORDS_WORD_MAX], upper[WORDS_WORD_MAX];
	unsigned number;

	for (unsigned l = 0; l < WORDS_END; l++)
		for (unsigned i = 0; i < WORDS_LIST; i += 61) {
			words_get((enum words_language)l, i, word);
			ck_assert_uint_ge(strlen(word), 3);
			number = WORDS_LIST;
			ck_ok(words_find(word, strlen(word), &number));
			ck_assert_msg(number == i, "%s", word);
			for (size_t c = 0; c <= strlen(word); c++)
				upper[c] = (char)(word[c] >= 'a' &&
				    word[c] <= 'z' ? word[c] - 32 : word[c]);
			ck_ok(words_find(upper, strlen(upper), &number));
			ck_assert_msg(number == i, "%s", upper);
		}
	words_get(WORDS_EN, WORDS_LIST - 1, word);
	ck_assert_str_eq(word, "zoom");
	words_get(WORDS_EN, 0, word);
	ck_assert_str_eq(word, "abacus");
}
END_TEST

static int
by_text(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* Drops diacritics in another way than words.c: by a list of the Polish. */
static void
plain(char *w)
{
	static const char *const from[] = { "ą", "ć", "ę", "ł", "ń", "ó",
	    "ś", "ź", "ż" };
	static const char to[] = "acelnoszz";
	char *at;

	for (size_t i = 0; i < sizeof from / sizeof *from; i++)
		while ((at = strstr(w, from[i])) != NULL) {
			*at = to[i];
			memmove(at + 1, at + 2, strlen(at + 2) + 1);
		}
}

START_TEST(no_two_words_sound_alike)
{
	static char all[WORDS_END * WORDS_LIST][WORDS_WORD_MAX];
	size_t n = 0;

	for (unsigned l = 0; l < WORDS_END; l++)
		for (unsigned i = 0; i < WORDS_LIST; i++) {
			words_get((enum words_language)l, i, all[n]);
			plain(all[n]);
			for (const char *c = all[n]; *c != '\0'; c++)
				ck_assert_msg(*c >= 'a' && *c <= 'z', "%s",
				    all[n]);
			n++;
		}
	qsort(all, n, sizeof *all, by_text);
	for (size_t i = 1; i < n; i++)
		ck_assert_msg(strcmp(all[i - 1], all[i]) != 0, "%s", all[i]);
}
END_TEST

START_TEST(spelling)
{
	static const struct {
		const char *a, *b;
	} same[] = {
		{ "żyrafa", "zyrafa" }, { "żyrafa", "ŻYRAFA" },
		{ "żyrafa", "z\xcc\x87yrafa" }, { "żyrafa", "zy-rafa" },
		{ "żyrafa", "zy\xe2\x80\x99rafa" }, { "skrót", "SKROT" },
		{ "abacus", "Àbâcüs" }, { "abacus", "aba'cus" },
	};
	static const char *const none[] = {
		"", "abacu", "abacuss", "aba cus", "abacus1", "\xff", "\xc3",
		"aba\xe2\x80\x98" "cus", "abæcus", "-", "'", "\xcc\x87",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	};
	unsigned x, y;

	for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
		x = y = WORDS_LIST;
		ck_ok(words_find(same[i].a, strlen(same[i].a), &x));
		ck_ok(words_find(same[i].b, strlen(same[i].b), &y));
		ck_assert_msg(x == y, "%s", same[i].b);
	}
	for (size_t i = 0; i < sizeof none / sizeof *none; i++)
		ck_err(words_find(none[i], strlen(none[i]), &x),
		    ERR_NOTFOUND);
	ck_assert_str_eq(words_language_name(WORDS_PL), "pl");
	ck_assert_ptr_null(words_language_name(WORDS_END));
	ck_assert_int_eq(words_language_of("en"), WORDS_EN);
	ck_assert_int_eq(words_language_of("fr"), WORDS_END);
}
END_TEST

START_TEST(drawn_phrases)
{
	struct phrase stop, forced, pass, again;
	char text[PHRASE_TEXT_MAX];

	ck_ok(keys_init(NULL));
	for (int i = 0; i < 50; i++) {
		phrase_draw(&stop, &forced);
		ck_assert_uint_eq(stop.n, PHRASE_STOP);
		ck_assert_mem_eq(stop.word, forced.word,
		    PHRASE_SHARED * sizeof *stop.word);
		ck_assert_uint_ne(stop.word[3], forced.word[3]);
		ck_assert_uint_ne(stop.word[4], forced.word[4]);
		for (unsigned l = 0; l < WORDS_END; l++) {
			phrase_format(&forced, (enum words_language)l, text);
			ck_ok(phrase_parse(bytes_str(text), PHRASE_STOP,
			    &again, NULL));
			ck_assert_mem_eq(&again, &forced, sizeof again);
		}
		phrase_draw_pass(&pass);
		phrase_format(&pass, WORDS_PL, text);
		ck_ok(phrase_parse(bytes_str(text), PHRASE_PASS, &again,
		    NULL));
		ck_assert_mem_eq(&again, &pass, sizeof again);
	}
}
END_TEST

static void
impossible(const char *text, unsigned n)
{
	struct phrase p;
	struct why why;

	ck_err(phrase_parse(bytes_str(text), n, &p, &why), ERR_FORMAT);
	ck_assert_str_eq(why.text, "not a possible phrase, please ask again");
	ck_assert(secret_is_zero(&p, sizeof p));
}

START_TEST(phrases_that_are_none)
{
	static const uint16_t four[] = { 10, 20, 30, 40 };
	uint16_t past[] = { 10, 20, WORDS_LIST, 40 };
	char text[PHRASE_TEXT_MAX], bad[2 * PHRASE_TEXT_MAX];
	char many[9 * PHRASE_TEXT_MAX];
	struct phrase p, q;

	ck_ok(phrase_of(four, PHRASE_STOP, &p));
	ck_err(phrase_of(past, PHRASE_STOP, &p), ERR_SIZE);
	ck_err(phrase_of(four, 4, &p), ERR_SIZE);
	ck_ok(phrase_of(four, PHRASE_STOP, &p));
	phrase_format(&p, WORDS_EN, text);
	ck_ok(phrase_parse(bytes_str(text), PHRASE_STOP, &q, NULL));
	snprintf(bad, sizeof bad, "\n  %s.\t\r\n", text);
	for (char *c = bad; *c != '\0'; c++)
		if (*c == ' ')
			*c = ',';
	ck_ok(phrase_parse(bytes_str(bad), PHRASE_STOP, &q, NULL));
	ck_assert_mem_eq(&p, &q, sizeof p);

	impossible("", PHRASE_STOP);
	impossible("  ", PHRASE_STOP);
	impossible(text, PHRASE_PASS);
	impossible(text, 4);
	snprintf(bad, sizeof bad, "%s abacus", text);
	impossible(bad, PHRASE_STOP);
	*strrchr(text, ' ') = '\0';
	impossible(text, PHRASE_STOP);
	snprintf(bad, sizeof bad, "%s abacus", text);
	impossible(bad, PHRASE_STOP);
	snprintf(bad, sizeof bad, "%s qqqq", text);
	impossible(bad, PHRASE_STOP);
	memset(many, ' ', sizeof many - 1);
	many[sizeof many - 1] = '\0';
	impossible(many, PHRASE_STOP);
}
END_TEST

START_TEST(one_wrong_word_is_found)
{
	static const uint16_t four[] = { 7000, 1, 2, 3 };
	char text[PHRASE_TEXT_MAX], word[WORDS_WORD_MAX];
	unsigned passed = 0, tried = 0;
	struct phrase p, q;

	ck_ok(phrase_of(four, PHRASE_STOP, &p));
	for (unsigned i = 0; i < PHRASE_STOP; i++)
		for (unsigned w = 0; w < WORDS_LIST; w += 97) {
			q = p;
			if (q.word[i] == w)
				continue;
			q.word[i] = (uint16_t)w;
			phrase_format(&q, WORDS_EN, text);
			tried++;
			passed += phrase_parse(bytes_str(text), PHRASE_STOP,
			    &q, NULL) == ERR_NONE;
		}
	/* One in 7776 by chance. */
	ck_assert_uint_gt(tried, 300);
	ck_assert_uint_le(passed, 1);
	words_get(WORDS_PL, 3, word);
	ck_assert_uint_gt(strlen(word), 0);
}
END_TEST

START_TEST(tokens)
{
	static const uint16_t four[] = { 1, 2, 3, 4 }, five[] = { 1, 2, 3, 4,
	    5 };
	uint8_t root[32] = { 1 }, a[32], b[32], two[2][32], other[2][32];
	struct phrase p, pass;

	ck_ok(keys_init(NULL));
	ck_ok(phrase_of(four, PHRASE_STOP, &p));
	ck_ok(phrase_of(five, PHRASE_PASS, &pass));
	ck_err(phrase_token(&pass, root, a), ERR_FORMAT);
	ck_ok(phrase_token_at(&p, root, 1, 8192, a));
	root[0] = 2;
	ck_ok(phrase_token_at(&p, root, 1, 8192, b));
	ck_assert_mem_ne(a, b, 32);
	phrase_hashes(a, b, two);
	phrase_hashes(b, a, other);
	ck_assert_mem_eq(two, other, sizeof two);
	ck_assert_int_lt(memcmp(two[0], two[1], 32), 0);
	phrase_token_hash(a, b);
	ck_assert(memcmp(b, two[0], 32) == 0 || memcmp(b, two[1], 32) == 0);
}
END_TEST

START_TEST(fingerprints_differ)
{
	char a[PARTNERSHIP_FINGERPRINT_MAX], b[PARTNERSHIP_FINGERPRINT_MAX];

	partnership_fingerprint(bytes_str("one file"), a);
	partnership_fingerprint(bytes_str("one filf"), b);
	ck_assert_str_ne(a, b);
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_test(tc, every_word_is_found_under_its_number);
	tcase_add_test(tc, no_two_words_sound_alike);
	tcase_add_test(tc, spelling);
	tcase_add_test(tc, drawn_phrases);
	tcase_add_test(tc, phrases_that_are_none);
	tcase_add_test(tc, one_wrong_word_is_found);
	tcase_add_test(tc, tokens);
	tcase_add_test(tc, fingerprints_differ);
}

int
main(void)
{
	return test_main("phrases", fill, 60);
}
