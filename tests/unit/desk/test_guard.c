/* Pages of other sites get nothing done, whatever they call us. */
#include "agent/desk/guard.h"

#include <string.h>

#include "tests/support/test.h"

static struct desk_config c;
static struct guard_ask ask;

static void
load(const char *text)
{
	char dir[TEST_PATH], path[TEST_PATH];
	struct why why;

	desk_config_destroy(&c);
	test_dir(dir);
	test_path(path, dir, "desk.conf");
	test_file(path, text);
	ck_ok(desk_config_load(path, &c, &why));
}

static void
setup(void)
{
	load("[desk]\n");
	ask = (struct guard_ask){ .path = "/", .host = "127.0.0.1:7645" };
}

static void
done(void)
{
	desk_config_destroy(&c);
}

#define FORM "application/x-www-form-urlencoded"

static void
a_post(void)
{
	ask.post = true;
	ask.origin = "http://127.0.0.1:7645";
	ask.content_type = FORM;
}

START_TEST(own_names)
{
	ck_assert_int_eq(guard_look(&c, &ask), GUARD_OK);
	ask.host = "LocalHost:7645";
	ck_assert_int_eq(guard_look(&c, &ask), GUARD_OK);
}
END_TEST

static const char *const foreign[] = { NULL, "", "localhost", "127.0.0.1",
    "127.0.0.1:7646", "evil.example", "evil.example:7645",
    "127.0.0.1:7645.evil.example", "127.0.0.1:7645,127.0.0.1:7645",
    "[::1]:7645", "localhost:7645 ", " localhost:7645" };

START_TEST(foreign_names)
{
	ask.host = foreign[_i];
	ck_assert_int_eq(guard_look(&c, &ask), GUARD_HOST);
	a_post();
	ck_assert_int_eq(guard_look(&c, &ask), GUARD_HOST);
}
END_TEST

START_TEST(own_forms)
{
	a_post();
	ck_assert_int_eq(guard_look(&c, &ask), GUARD_OK);
	ask.fetch_site = "same-origin";
	ck_assert_int_eq(guard_look(&c, &ask), GUARD_OK);
	ask.origin = NULL;
	ck_assert_int_eq(guard_look(&c, &ask), GUARD_OK);
	ask.content_type = FORM ";charset=UTF-8";
	ck_assert_int_eq(guard_look(&c, &ask), GUARD_OK);
}
END_TEST

static const struct {
	const char *origin, *site;
} from[] = {
	{ NULL, NULL }, { "null", NULL }, { "", NULL },
	{ "http://evil.example", NULL },
	{ "https://127.0.0.1:7645", NULL },
	{ "http://127.0.0.1:7646", NULL },
	{ "http://127.0.0.1", NULL },
	{ "http://localhost:7645", NULL },   /* ours, but not this host */
	{ "http://127.0.0.1:7645.evil.example", NULL },
	{ "127.0.0.1:7645", NULL },
	{ "http://127.0.0.1:7645", "cross-site" },
	{ "http://127.0.0.1:7645", "same-site" },
	{ "http://127.0.0.1:7645", "none" },
	{ "http://evil.example", "same-origin" },
	{ NULL, "cross-site" },
};

START_TEST(foreign_forms)
{
	a_post();
	ask.origin = from[_i].origin;
	ask.fetch_site = from[_i].site;
	ck_assert_int_eq(guard_look(&c, &ask), GUARD_ORIGIN);
}
END_TEST

START_TEST(looking)
{
	ask.fetch_site = "none";
	ck_assert_int_eq(guard_look(&c, &ask), GUARD_OK);
	ask.fetch_site = "cross-site";
	ck_assert_int_eq(guard_look(&c, &ask), GUARD_ORIGIN);
	ask.fetch_mode = "no-cors";
	ck_assert_int_eq(guard_look(&c, &ask), GUARD_ORIGIN);
	ask.fetch_mode = "navigate";
	ck_assert_int_eq(guard_look(&c, &ask), GUARD_OK);
	ask.fetch_dest = "iframe";
	ck_assert_int_eq(guard_look(&c, &ask), GUARD_ORIGIN);
	ask.fetch_dest = "document";
	ck_assert_int_eq(guard_look(&c, &ask), GUARD_OK);
	/* a neighbour, who has our cookie sent along */
	ask.fetch_site = "same-site";
	ask.path = "/item/5";
	ck_assert_int_eq(guard_look(&c, &ask), GUARD_ORIGIN);
	ask.path = "/";
	ck_assert_int_eq(guard_look(&c, &ask), GUARD_OK);
	ask.fetch_dest = "iframe";
	ck_assert_int_eq(guard_look(&c, &ask), GUARD_ORIGIN);
	ask.fetch_dest = NULL;
	ask.purpose = "prefetch";
	ck_assert_int_eq(guard_look(&c, &ask), GUARD_ORIGIN);
}
END_TEST

START_TEST(behind_tls)
{
	load("[desk]\nhosts = desk.agency.example\ntls = yes\n");
	ask.host = "desk.agency.example";
	a_post();
	ask.origin = "https://desk.agency.example";
	ck_assert_int_eq(guard_look(&c, &ask), GUARD_OK);
	ask.origin = "http://desk.agency.example";
	ck_assert_int_eq(guard_look(&c, &ask), GUARD_ORIGIN);
	ask.host = "127.0.0.1:7645";
	ck_assert_int_eq(guard_look(&c, &ask), GUARD_HOST);
	ck_assert_str_eq(guard_cookie_name(&c), "__Host-wayleave");
}
END_TEST

START_TEST(other_kinds_of_form)
{
	static const char *const type[] = { NULL, "", "text/plain",
	    "multipart/form-data; boundary=x", "application/json",
	    FORM "x" };

	a_post();
	for (size_t i = 0; i < sizeof type / sizeof type[0]; i++) {
		ask.content_type = type[i];
		ck_assert_int_eq(guard_look(&c, &ask), GUARD_TYPE);
	}
}
END_TEST

static const char *const good_path[] = { "/", "/case/3/map", "/assets/a.css",
    "/item/41d0", "/a-b_c/x..y" };
static const char *const bad_path[] = { "", "x", "//", "/a//b", "/a/", "/.",
    "/..", "/a/../b", "/a/./b", "/.hidden", "/a%2fb", "/%2e%2e/a", "/a b",
    "/a;b", "/a\\b", "/\xc3\xb3", "*", "http://127.0.0.1:7645/", "/a#b",
    "/a\n" };

START_TEST(paths)
{
	char longest[GUARD_PATH_MAX + 2];

	for (size_t i = 0; i < sizeof good_path / sizeof good_path[0]; i++)
		ck_assert_msg(guard_path(good_path[i]), "%s", good_path[i]);
	for (size_t i = 0; i < sizeof bad_path / sizeof bad_path[0]; i++)
		ck_assert_msg(!guard_path(bad_path[i]), "%s", bad_path[i]);
	memset(longest, 'a', sizeof longest);
	longest[0] = '/';
	longest[GUARD_PATH_MAX] = '\0';
	ck_assert(guard_path(longest));
	longest[GUARD_PATH_MAX] = 'a';
	longest[GUARD_PATH_MAX + 1] = '\0';
	ck_assert(!guard_path(longest));
	ask.path = "/a/../b";
	ck_assert_int_eq(guard_look(&c, &ask), GUARD_PATH);
}
END_TEST

#define HEX16 "0123456789abcdef"
#define HEX64 HEX16 HEX16 HEX16 HEX16

START_TEST(cookies)
{
	static const char *const none[] = { NULL, "", "wayleave=",
	    "wayleave=" HEX16, "wayleave=" HEX64 "0", "xwayleave=" HEX64,
	    "wayleave2=" HEX64, "wayleave=" HEX16 HEX16 HEX16
	    "0123456789abcdeF", "a=wayleave=" HEX64, "wayleave",
	    "wayleave=\"" HEX64 "\"",
	    "wayleave=" HEX64 "; wayleave=" HEX64 };
	char out[GUARD_TOKEN];

	ck_assert(guard_cookie("wayleave=" HEX64, "wayleave", out));
	ck_assert_str_eq(out, HEX64);
	ck_assert(guard_cookie("a=1; wayleave=" HEX64 "; b=2", "wayleave",
	    out));
	ck_assert_str_eq(out, HEX64);
	for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
		ck_assert_msg(!guard_cookie(none[i], "wayleave", out), "%s",
		    none[i]);
		ck_assert_str_eq(out, "");
	}
}
END_TEST

START_TEST(tokens)
{
	char cookie[GUARD_TOKEN], other[GUARD_TOKEN], token[GUARD_TOKEN];

	guard_random(cookie);
	guard_random(other);
	ck_assert_str_ne(cookie, other);
	guard_token(cookie, token);
	ck_assert(guard_token_ok(cookie, token));
	ck_assert(!guard_token_ok(other, token));
	ck_assert(!guard_token_ok("", token));
	ck_assert(!guard_token_ok(cookie, NULL));
	ck_assert(!guard_token_ok(cookie, ""));
	ck_assert(!guard_token_ok(cookie, cookie));
	token[63] = token[63] == '0' ? '1' : '0';
	ck_assert(!guard_token_ok(cookie, token));
	guard_token("", token);
	ck_assert_str_eq(token, "");
	ck_assert(!guard_token_ok("", ""));
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, done);
	tcase_add_test(tc, own_names);
	tcase_add_loop_test(tc, foreign_names, 0,
	    sizeof foreign / sizeof foreign[0]);
	tcase_add_test(tc, own_forms);
	tcase_add_loop_test(tc, foreign_forms, 0,
	    sizeof from / sizeof from[0]);
	tcase_add_test(tc, looking);
	tcase_add_test(tc, behind_tls);
	tcase_add_test(tc, other_kinds_of_form);
	tcase_add_test(tc, paths);
	tcase_add_test(tc, cookies);
	tcase_add_test(tc, tokens);
}

int
main(void)
{
	return test_main("guard", fill, 5);
}
