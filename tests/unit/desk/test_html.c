/* Whatever comes from outside stays text, in elements and in attributes. */
#include "agent/desk/html.h"

#include <stdlib.h>
#include <string.h>

#include "tests/support/test.h"

static struct buf b;

static const char *
got(void)
{
	buf_put_u8(&b, 0);
	ck_assert(buf_ok(&b));
	return (const char *)b.data;
}

#define ck_html(want, ...)                                                \
	do {                                                              \
		buf_free(&b);                                             \
		buf_init(&b, 1 << 20);                                    \
		html(&b, __VA_ARGS__);                                    \
		ck_assert_str_eq(got(), want);                            \
	} while (0)

static const char *volatile nothing;

START_TEST(five_characters)
{
	ck_html("&lt;&gt;&amp;&quot;&#39;", "%s", "<>&\"'");
	ck_html("&amp;lt;", "%s", "&lt;");
	ck_html("", "%s", "");
	ck_html("<p></p>", "<p>%s</p>", nothing);
	ck_html("&lt;", "%c", '<');
}
END_TEST

START_TEST(out_of_an_attribute)
{
	ck_html("<input value=\"&quot; onfocus=&quot;x()\">",
	    "<input value=\"%s\">", "\" onfocus=\"x()");
	ck_html("<a href=\"/x&quot;&gt;&lt;script&gt;\">",
	    "<a href=\"%s\">", "/x\"><script>");
	ck_html("<b title=\"&#39;&gt;\">", "<b title=\"%s\">", "'>");
	ck_html("<textarea>\n&lt;/textarea&gt;</textarea>",
	    "<textarea>\n%s</textarea>", "</textarea>");
}
END_TEST

static const struct {
	const char *in, *out;
} odd[] = {
	{ "\x80", "\xef\xbf\xbd" },                /* no beginning */
	{ "\xc3", "\xef\xbf\xbd" },                /* cut short */
	{ "\xc3<", "\xef\xbf\xbd&lt;" },           /* and swallows nothing */
	{ "\xe2\x82", "\xef\xbf\xbd\xef\xbf\xbd" },
	{ "\xf0\x9f\x98\"", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd&quot;" },
	{ "\xc0\xbc", "\xef\xbf\xbd\xef\xbf\xbd" },        /* overlong < */
	{ "\xe0\x80\xbc", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
	{ "\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
	{ "\xf4\x90\x80\x80",
	    "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
	{ "\xff", "\xef\xbf\xbd" },
	{ "a\xe2\x80\xae" "b\xe2\x81\xa7" "c",  /* reading order turned */
	    "a\xef\xbf\xbd" "b\xef\xbf\xbd" "c" },
	{ "\xe2\x80\xa9\xe2\x80\xaf\xe2\x81\xa5\xe2\x81\xaa",
	    "\xe2\x80\xa9\xe2\x80\xaf\xe2\x81\xa5\xe2\x81\xaa" },
	{ "a\x01" "b\x7f\r", "a\xef\xbf\xbd" "b\xef\xbf\xbd\xef\xbf\xbd" },
	{ "\tone\ntwo", "\tone\ntwo" },
	{ "\xc5\xbc\xc3\xb3\xc5\x82w", "\xc5\xbc\xc3\xb3\xc5\x82w" },
	{ "\xf0\x9f\x8c\xb3", "\xf0\x9f\x8c\xb3" },
	{ "\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf" },
};

START_TEST(what_is_no_text)
{
	ck_html(odd[_i].out, "%s", odd[_i].in);
}
END_TEST

START_TEST(text_of_n_bytes)
{
	buf_init(&b, 1024);
	html_text(&b, "a\0<", 3);
	ck_assert_str_eq(got(), "a\xef\xbf\xbd&lt;");
	buf_clear(&b);
	html_text(&b, "\xc3\xb3", 1);      /* the second byte is not ours */
	ck_assert_str_eq(got(), "\xef\xbf\xbd");
}
END_TEST

START_TEST(numbers)
{
	ck_html("-3 4 -5 6 -7 8 9", "%d %u %ld %lu %lld %llu %zu", -3, 4u,
	    -5L, 6UL, -7LL, 8ULL, (size_t)9);
	ck_html("1.50 2 100%", "%.2f %.0f 100%%", 1.5, 2.0);
}
END_TEST

/* A conversion that html() does not have is our own mistake: no page. */
START_TEST(other_conversions)
{
	static const char *const wrong[] = { "%x", "%p", "%5d", "%ls", "%-s",
	    "%.f", "%", "%n", "%zd" };

	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		buf_free(&b);
		buf_init(&b, 1024);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-security"
		html(&b, wrong[i]);
#pragma GCC diagnostic pop
		ck_assert_msg(!buf_ok(&b), "%s", wrong[i]);
	}
}
END_TEST

START_TEST(a_full_buffer_fails)
{
	buf_init(&b, 8);
	html(&b, "%s", "<<<");
	ck_assert(!buf_ok(&b));
}
END_TEST

START_TEST(json_fields)
{
	json_t *o = json_pack("{s:s, s:i, s:b}", "s", "x", "i", 7, "b", 1);

	ck_assert_str_eq(json_str(o, "s"), "x");
	ck_assert_str_eq(json_str(o, "i"), "");
	ck_assert_str_eq(json_str(NULL, "s"), "");
	ck_assert_int_eq(json_int(o, "i"), 7);
	ck_assert_int_eq(json_int(o, "s"), 0);
	ck_assert(json_yes(o, "b"));
	ck_assert(!json_yes(o, "i"));
	json_decref(o);
}
END_TEST

static void
done(void)
{
	buf_free(&b);
}

static void
fill(TCase *tc)
{
	tcase_add_checked_fixture(tc, NULL, done);
	tcase_add_test(tc, five_characters);
	tcase_add_test(tc, out_of_an_attribute);
	tcase_add_loop_test(tc, what_is_no_text, 0,
	    sizeof odd / sizeof odd[0]);
	tcase_add_test(tc, text_of_n_bytes);
	tcase_add_test(tc, numbers);
	tcase_add_test(tc, other_conversions);
	tcase_add_test(tc, a_full_buffer_fails);
	tcase_add_test(tc, json_fields);
}

int
main(void)
{
	return test_main("html", fill, 5);
}
