/* Forms: what is text comes through as it was typed, all else not at all. */
#include "agent/desk/form.h"

#include <stdlib.h>
#include <string.h>

#include "tests/support/test.h"

static struct form f;

static enum error_code
parse(const char *s)
{
	form_free(&f);
	return form_parse(&f, s, strlen(s));
}

START_TEST(what_was_typed)
{
	ck_ok(parse("a=1&b=two+words&c=%C5%BC%26%3d%25&empty=&none"));
	ck_assert_uint_eq(f.n, 5);
	ck_assert_str_eq(form_get(&f, "a"), "1");
	ck_assert_str_eq(form_get(&f, "b"), "two words");
	ck_assert_str_eq(form_get(&f, "c"), "\xc5\xbc&=%");
	ck_assert_str_eq(form_get(&f, "empty"), "");
	ck_assert_str_eq(form_get(&f, "none"), "");
	ck_assert_ptr_null(form_get(&f, "d"));
	ck_assert_str_eq(form_text(&f, "d"), "");
	ck_ok(parse(""));
	ck_assert_uint_eq(f.n, 0);
	ck_ok(parse("&&a=1&"));
	ck_assert_uint_eq(f.n, 1);
}
END_TEST

START_TEST(several_of_one_name)
{
	ck_ok(parse("to=x&to=y&a=1&to=x"));
	ck_assert_str_eq(form_get(&f, "to"), "x");
	ck_assert_str_eq(form_at(&f, "to", 1), "y");
	ck_assert_str_eq(form_at(&f, "to", 2), "x");
	ck_assert_ptr_null(form_at(&f, "to", 3));
	ck_assert(form_has(&f, "to", "y"));
	ck_assert(!form_has(&f, "to", "1"));
	ck_assert(!form_has(&f, "t", "x"));
}
END_TEST

START_TEST(line_ends)
{
	ck_ok(parse("t=one%0D%0Atwo%0Athree%0Dfour%0D%0D%0A"));
	ck_assert_str_eq(form_get(&f, "t"), "one\ntwo\nthree\rfour\r\n");
	ck_ok(parse("t=%0d%0a"));
	ck_assert_str_eq(form_get(&f, "t"), "\n");
}
END_TEST

static const char *const malformed[] = {
	"a=%", "a=%4", "a=%4g", "a=%g4", "a=%%41", "%zz=1", "a=%00", "%00=1",
	"a=%c3", "a=%c0%bc", "a=%ed%a0%80", "a=\xff", "=1", "a b=1", "a%20=1",
	"a/b=1", "\xc3\xb3=1", "a[]=1", "ok=1&a=%",
	/* 65 characters of name */
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa=1",
};

START_TEST(what_is_no_form)
{
	ck_err(parse(malformed[_i]), ERR_FORMAT);
	ck_assert_uint_eq(f.n, 0);
	ck_assert_ptr_null(f.memory);
	ck_assert_ptr_null(form_get(&f, "ok"));
}
END_TEST

START_TEST(a_nul_inside)
{
	ck_err(form_parse(&f, "a=1\0&b=2", 8), ERR_FORMAT);
}
END_TEST

START_TEST(names)
{
	ck_ok(parse("desk.token=1&grid:3-A_b=2"));
	ck_assert_str_eq(form_get(&f, "grid:3-A_b"), "2");
	ck_ok(parse("%61%2e=1"));
	ck_assert_str_eq(form_get(&f, "a."), "1");
	/* 64 characters are a name still */
	ck_ok(parse("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	    "aaaaaaaa=1"));
}
END_TEST

START_TEST(bounds)
{
	const size_t max = FORM_BYTES_MAX;
	char *s = malloc(max + 1);

	ck_assert_ptr_nonnull(s);
	memset(s, 'x', max + 1);
	memcpy(s, "a=", 2);
	ck_ok(form_parse(&f, s, max));
	ck_assert_uint_eq(strlen(form_get(&f, "a")), max - 2);
	form_free(&f);
	ck_err(form_parse(&f, s, max + 1), ERR_SIZE);
	/* FORM_FIELDS_MAX fields, then one more */
	for (size_t i = 0; i < FORM_FIELDS_MAX + 1; i++)
		memcpy(s + 3 * i, "a=&", 3);
	ck_ok(form_parse(&f, s, 3 * FORM_FIELDS_MAX - 1));
	ck_assert_uint_eq(f.n, FORM_FIELDS_MAX);
	form_free(&f);
	ck_err(form_parse(&f, s, 3 * FORM_FIELDS_MAX + 2), ERR_SIZE);
	free(s);
}
END_TEST

static void
done(void)
{
	form_free(&f);
}

static void
fill(TCase *tc)
{
	tcase_add_checked_fixture(tc, NULL, done);
	tcase_add_test(tc, what_was_typed);
	tcase_add_test(tc, several_of_one_name);
	tcase_add_test(tc, line_ends);
	tcase_add_loop_test(tc, what_is_no_form, 0,
	    sizeof malformed / sizeof malformed[0]);
	tcase_add_test(tc, a_nul_inside);
	tcase_add_test(tc, names);
	tcase_add_test(tc, bounds);
}

int
main(void)
{
	return test_main("form", fill, 10);
}
