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

static void
fill(TCase *tc)
{
	tcase_add_test(tc, every_error_has_a_text_of_its_own);
	tcase_add_test(tc, why_is_bounded);
}

int
main(void)
{
	return test_main("error", fill, 20);
}
