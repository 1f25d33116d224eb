/*
 * Words of refusal: one face for every kind of "no", each placeholder
 * filled, nothing cut in the middle of memory.
 */
#include "agent/words.h"

#include <check.h>
#include <string.h>

static const char *const silent[] = { "R1", "R3", "R4", "R6", "R7", "R9",
	"R10", "R11", "R19", "FROZEN", "CLOSED", "NO_CASE", "R99", "" };

START_TEST(one_face)
{
	static const struct words_value v[] = { { "custodian", "Aid 0131" } };
	char a[400], b[400];
	enum words_face face;
	size_t i;

	for (face = WORDS_SENDER; face <= WORDS_READER; face++) {
		(void)words_say("R1", face, v, 1, a, sizeof(a));
		ck_assert_ptr_nonnull(strstr(a, "Aid 0131"));
		for (i = 0; i < sizeof(silent) / sizeof(silent[0]); i++) {
			memset(b, 'x', sizeof(b));
			(void)words_say(silent[i], face, v, 1, b, sizeof(b));
			ck_assert_str_eq(a, b);
			ck_assert_str_eq(words_rule(silent[i], face), "R1");
		}
	}
	ck_assert_str_ne(words_text("R1", WORDS_SENDER),
	    words_text("R1", WORDS_READER));
}
END_TEST

START_TEST(the_custodian_sees)
{

	ck_assert_str_eq(words_rule("R6", WORDS_ADVOCATE), "R6");
	ck_assert_ptr_nonnull(strstr(words_text("R6", WORDS_ADVOCATE),
	    "Withdrawn at"));
	ck_assert_ptr_nonnull(strstr(words_text("R4", WORDS_ADVOCATE), "90"));
	ck_assert_str_ne(words_text("R7", WORDS_ANYONE),
	    words_text("R7", WORDS_ADVOCATE));
}
END_TEST

START_TEST(what_can_be_mended_is_said)
{

	ck_assert_str_eq(words_rule("V5", WORDS_SENDER), "V5");
	ck_assert_str_eq(words_rule("R12", WORDS_SENDER), "R12");
	ck_assert_str_eq(words_rule("R2", WORDS_SENDER), "R2");
	ck_assert_str_eq(words_rule("R8", WORDS_SENDER), "R8");
	ck_assert_str_eq(words_rule("V1", WORDS_SENDER), "V1");
	ck_assert_str_eq(words_rule("V5", WORDS_READER), "R1");
	ck_assert_str_eq(words_rule("R13", WORDS_READER), "R13");
	ck_assert_str_eq(words_rule("R13", WORDS_SENDER), "R1");
	ck_assert_str_eq(words_text("V4", WORDS_SENDER),
	    words_text("R5", WORDS_SENDER));
	ck_assert_str_eq(words_text("R13", WORDS_READER), "Nothing to show.");
	ck_assert_ptr_nonnull(strstr(words_text("locked", WORDS_READER),
	    "IT has been told"));
	ck_assert_ptr_null(words_text("nothing", WORDS_LEAD));
}
END_TEST

START_TEST(filling_in)
{
	static const struct words_value v[] = { { "agency", "Police" } };
	char out[200], tiny[8];

	ck_assert_str_eq(words_say("V4", WORDS_SENDER, v, 1, out, sizeof(out)),
	    "This came from Police and cannot be passed on. Ask Police to "
	    "send it, or write what you yourself know and link it.");
	ck_assert_ptr_nonnull(strstr(words_say("R14", WORDS_SENDER, NULL, 0,
	    out, sizeof(out)), "call the duty desk the number"));
	memset(tiny, 'x', sizeof(tiny));
	ck_assert_str_eq(words_say("V5", WORDS_SENDER, NULL, 0, tiny, 4),
	    "Ask");
	ck_assert_int_eq(tiny[4], 'x');
	ck_assert_str_eq(words_say("V5", WORDS_SENDER, NULL, 0, tiny, 1), "");
	tiny[0] = 'y';
	(void)words_say("V5", WORDS_SENDER, NULL, 0, tiny, 0);
	ck_assert_int_eq(tiny[0], 'y');
	ck_assert_str_eq(words_say("x", WORDS_LEAD, NULL, 0, out, 9), "");
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("words");
	TCase *t = tcase_create("words");
	SRunner *r;
	int failed;

	tcase_add_test(t, one_face);
	tcase_add_test(t, the_custodian_sees);
	tcase_add_test(t, what_can_be_mended_is_said);
	tcase_add_test(t, filling_in);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return (failed == 0 ? 0 : 1);
}
