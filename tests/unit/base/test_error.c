/* The error table and the reasons given with it. */
#include "base/error.h"

#include <string.h>

#include "tests/support/test.h"

START_TEST(every_error_has_a_text_of_its_own)
{
	for (int i = ERR_NONE; i <= ERR_INTERNAL; i++) {
		const char *text = error_text((enum error_code)i);

		ck_assert_ptr_nonnull(text);
		ck_assert_uint_gt(strlen(text), 0);
		for (int j = ERR_NONE; j < i; j++)
			ck_assert_str_ne(text,
			    error_text((enum error_code)j));
	}
	ck_assert_ptr_nonnull(error_text((enum error_code)9999));
}
END_TEST

START_TEST(why_is_bounded)
{
	char longer[1000];
	struct why why;

	memset(longer, 'x', sizeof longer);
	longer[sizeof longer - 1] = '\0';
	why_set(&why, "%s", longer);
	ck_assert_uint_eq(strlen(why.text), sizeof why.text - 1);
	why_set(&why, "field %d", 3);
	ck_assert_str_eq(why.text, "field 3");
	why_set(NULL, "field %d", 3);
}
END_TEST

/* What is quoted may be cut anywhere, and stays text. */
START_TEST(why_is_text)
{
	static const char quoted[] = "\u0142\u20ac\U0001f4a7z";
	char longer[sizeof((struct why *)0)->text + 4];
	struct why why;

	for (int cut = 0; cut <= (int)sizeof quoted; cut++) {
		why_set(&why, "\"%.*s\": no", cut, quoted);
		ck_assert_str_eq(why.text, cut < 2 ? "\"\": no" :
		    cut < 5 ? "\"\u0142\": no" :
		    cut < 9 ? "\"\u0142\u20ac\": no" :
		    cut < 10 ? "\"\u0142\u20ac\U0001f4a7\": no" :
		    "\"\u0142\u20ac\U0001f4a7z\": no");
	}
	memset(longer, 'x', sizeof longer);
	strcpy(longer + sizeof why.text - 2, "\u0142");
	why_set(&why, "%s", longer);
	ck_assert_uint_eq(strlen(why.text), sizeof why.text - 2);
	why_set(&why, "a\x80\xc5z\xff");
	ck_assert_str_eq(why.text, "az");
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_test(tc, every_error_has_a_text_of_its_own);
	tcase_add_test(tc, why_is_bounded);
	tcase_add_test(tc, why_is_text);
}

int
main(void)
{
	return test_main("error", fill, 20);
}
