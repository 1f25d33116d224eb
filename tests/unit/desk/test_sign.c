/*
 * Signing in and out: the cookie, the second step, back to where one was,
 * and what was typed is kept for the one who typed it.
 */
#include "tests/unit/desk/booth.h"

#define IN                                                                \
	"{\"session\":\"" BOOTH_SESSION "\",\"must_change\":false}"

static void
knock(void)
{
	booth_get("/signin");                  /* a visitor's cookie */
	ck_assert_int_eq(booth.status, 200);
}

START_TEST(in)
{
	knock();
	booth_agent(VERB_SIGN_IN, CLI_DONE, IN, NULL);
	booth_agent(VERB_SESSION, CLI_DONE, "{\"account\":\"s.example\","
	    "\"rights\":[\"worker\"]}", NULL);
	booth_post("/signin", "account=s.example&password=p+q%26&code=123456"
	    "&desk.next=%2Fcase%2F3%2Fmap");
	ck_assert_int_eq(booth.status, 303);
	ck_assert_str_eq(booth.location, "/case/3/map");
	ck_has(booth.set_cookie, "wayleave=" BOOTH_SESSION "; Path=/; "
	    "HttpOnly; SameSite=Strict");
	ck_assert_str_eq(booth.verb[VERB_SIGN_IN].asked,
	    "{\"account\":\"s.example\",\"code\":\"123456\","
	    "\"password\":\"p q&\"}");
	/* asked in nobody's name */
	ck_assert_str_eq(booth.verb[VERB_SIGN_IN].session, "");
	/* the telephone numbers, for when the line is gone */
	ck_assert_uint_eq(booth.verb[VERB_MEMBERS].times, 1);
	ck_assert_str_eq(booth.verb[VERB_MEMBERS].session, booth.cookie);
}
END_TEST

START_TEST(nowhere_else)
{
	static const char *const next[] = { "https%3A%2F%2Fevil.example",
	    "%2F%2Fevil.example", "%2F..%2Fx", "javascript%3Ax", "%5C%5Cevil",
	    "", "%2Fa%0Ab" };
	char form[128];

	booth_agent(VERB_SIGN_IN, CLI_DONE, IN, NULL);
	for (size_t i = 0; i < sizeof next / sizeof next[0]; i++) {
		booth.cookie[0] = '\0';
		knock();
		snprintf(form, sizeof form, "account=a&desk.next=%s",
		    next[i]);
		booth_post("/signin", form);
		ck_assert_str_eq(booth.location, "/");
	}
}
END_TEST

START_TEST(not_in)
{
	const char *page;

	knock();
	booth_agent(VERB_SIGN_IN, CLI_NO, NULL, "These do not belong "
	    "together.");
	page = booth_post("/signin", "account=s.example&password=sesame"
	    "&code=123456&desk.next=%2Fwrite");
	ck_has(page, "These do not belong together.");
	ck_has(page, "value=\"s.example\"");
	ck_has(page, "name=\"desk.next\" value=\"/write\"");
	ck_lacks(page, "sesame");
	ck_lacks(page, "123456");
	ck_assert_str_eq(booth.set_cookie, "");
}
END_TEST

/* Somebody else's page cannot sign this browser in. */
START_TEST(not_from_elsewhere)
{
	knock();
	booth_agent(VERB_SIGN_IN, CLI_DONE, IN, NULL);
	booth_cookie(BOOTH_SESSION);
	booth.token[0] = booth.token[0] == '0' ? '1' : '0';
	booth_post("/signin", "account=a&password=b");
	ck_assert_int_eq(booth.status, 403);
	ck_assert_uint_eq(booth.verb[VERB_SIGN_IN].times, 0);
}
END_TEST

START_TEST(the_second_step)
{
	const char *page;

	knock();
	booth_agent(VERB_SIGN_IN, CLI_DONE, "{\"session\":null,"
	    "\"must_change\":true,\"totp\":{\"secret\":\"ABCDEFGHIJ\","
	    "\"uri\":\"otpauth://totp/x?secret=ABCDEFGHIJ\"}}", NULL);
	page = booth_post("/signin", "account=s.example&password=first");
	ck_has(page, "<h1>One more step</h1>");
	ck_has(page, "ABCD EFGH IJ");
	ck_has(page, "name=\"new_password\"");
	ck_lacks(page, "value=\"first\"");
	/* two unlike new passwords: the agent is not asked */
	page = booth_post("/signin", "step=more&account=s.example"
	    "&password=first&new_password=one&again=two&code=1");
	ck_has(page, "href=\"#again\"");
	ck_assert_uint_eq(booth.verb[VERB_SIGN_IN].times, 1);
	booth_agent(VERB_SIGN_IN, CLI_INPUT, NULL, "new_password: at least "
	    "12 characters");
	page = booth_post("/signin", "step=more&account=s.example"
	    "&password=first&new_password=one&again=one&code=1");
	ck_has(page, "<a href=\"#new_password\">at least 12 characters</a>");
	booth_agent(VERB_SIGN_IN, CLI_DONE, IN, NULL);
	booth_post("/signin", "step=more&account=s.example&password=first"
	    "&new_password=another+one&again=another+one&code=123456");
	ck_assert_int_eq(booth.status, 303);
	ck_assert_str_eq(booth.verb[VERB_SIGN_IN].asked,
	    "{\"account\":\"s.example\",\"code\":\"123456\","
	    "\"new_password\":\"another one\",\"password\":\"first\"}");
}
END_TEST

START_TEST(only_a_telephone)
{
	const char *page;

	knock();
	booth_agent(VERB_SIGN_IN, CLI_DONE, "{\"session\":null,"
	    "\"must_change\":false,\"totp\":{\"secret\":\"ABCD\",\"uri\":"
	    "\"otpauth://totp/x\"}}", NULL);
	page = booth_post("/signin", "account=s.example&password=p");
	ck_has(page, "Your telephone");
	ck_lacks(page, "new_password");
}
END_TEST

START_TEST(out)
{
	booth_in("worker");
	booth_post("/signout", "");
	ck_assert_uint_eq(booth.verb[VERB_SIGN_OUT].times, 1);
	ck_assert_str_eq(booth.session, BOOTH_SESSION);
	ck_assert_int_eq(booth.status, 303);
	ck_assert_str_eq(booth.location, "/signin?done=out");
	ck_assert_str_ne(booth.cookie, BOOTH_SESSION);
	booth_out();
	ck_has(booth_get("/signin?done=out"), "You are signed out.");
}
END_TEST

START_TEST(locked)
{
	const char *page;

	booth_in("worker");
	page = booth_post("/lock", "desk.next=%2Fcase%2F3%2Fgaps");
	ck_assert_uint_eq(booth.verb[VERB_SIGN_OUT].times, 1);
	ck_has(page, "<h1>Locked</h1>");
	ck_has(page, "value=\"s.example\"");
	ck_has(page, "name=\"desk.next\" value=\"/case/3/gaps\"");
	ck_lacks(page, "Sam Example");
	ck_lacks(page, "<nav");
}
END_TEST

START_TEST(hidden)
{
	const char *page;

	booth_in("worker");
	page = booth_post("/hide", "");
	ck_assert_uint_eq(booth.verb[VERB_SIGN_OUT].times, 1);
	ck_has(page, "content=\"0;url=https://weather.example/\"");
	ck_has(page, "<title>Wayleave</title>");
	ck_lacks(page, "<h1");
	ck_assert_str_ne(booth.cookie, BOOTH_SESSION);
}
END_TEST

START_TEST(still_there)
{
	booth_in("worker");
	booth_post("/alive", "");
	ck_assert_int_eq(booth.status, 200);
	ck_assert_str_eq(booth.page, "");
	booth_out();
	booth_post("/alive", "");
	ck_assert_int_eq(booth.status, 401);
}
END_TEST

/* ---- what was typed when the session ended ---------------------------- */

#define TYPED "desk.who=s.example&text=He+said+%3Cx%3E&to=a&to=b"             \
	"&desk.secret=phrase&phrase=maple"

static void
typed_too_late(void)
{
	const char *page;

	booth_cookie(BOOTH_SESSION);
	booth_out();
	page = booth_post("/write/3", TYPED);
	ck_has(page, "<h1>Sign in</h1>");
	ck_has(page, "name=\"k.text\" value=\"He said &lt;x&gt;\"");
	ck_has(page, "name=\"k.to\" value=\"b\"");
	ck_has(page, "name=\"desk.keep\" value=\"/write/3\"");
	ck_lacks(page, "maple");
	ck_lacks(page, "k.desk.");
}

#define KEPT "account=s.example&password=p&code=1&desk.keep=%2Fwrite%2F3"     \
	"&k.text=He+said+%3Cx%3E&k.to=a&k.to=b&desk.who="

START_TEST(kept)
{
	const char *page;

	typed_too_late();
	/* a wrong password on the way loses nothing */
	booth_agent(VERB_SIGN_IN, CLI_NO, NULL, "No.");
	page = booth_post("/signin", KEPT "s.example");
	ck_has(page, "name=\"k.to\" value=\"b\"");
	ck_has(page, "name=\"desk.keep\" value=\"/write/3\"");
	booth_agent(VERB_SIGN_IN, CLI_DONE, IN, NULL);
	booth_in("worker");
	booth_agent(VERB_SIGN_IN, CLI_DONE, IN, NULL);
	page = booth_post("/signin", KEPT "s.example");
	ck_assert_int_eq(booth.status, 200);
	ck_has(page, "action=\"/write/3\"");
	ck_has(page, "name=\"text\" value=\"He said &lt;x&gt;\"");
	ck_has(page, "name=\"to\" value=\"a\"");
	ck_has(page, "name=\"to\" value=\"b\"");
	ck_lacks(page, "name=\"password\"");
}
END_TEST

START_TEST(kept_for_nobody_else)
{
	const char *page;

	typed_too_late();
	booth_in("worker");
	booth_agent(VERB_SIGN_IN, CLI_DONE, IN, NULL);
	page = booth_post("/signin", KEPT "another.example");
	ck_has(page, "in another person's name");
	ck_lacks(page, "He said");
}
END_TEST

/* A second tab: signed in anew meanwhile, the old form comes in. */
START_TEST(an_older_form)
{
	const char *page;

	booth_in("worker");
	booth.token[0] = booth.token[0] == '0' ? '1' : '0';
	page = booth_post("/write/3", TYPED);
	ck_assert_int_eq(booth.status, 403);
	ck_has(page, "<h1>Not handed in yet</h1>");
	ck_has(page, "name=\"text\" value=\"He said &lt;x&gt;\"");
	ck_lacks(page, "maple");
}
END_TEST

/* ---- without JavaScript -------------------------------------------------- */

START_TEST(leaves_by_itself)
{
	const char *page;

	booth_in("worker");
	booth_agent(VERB_MEMBERS, CLI_DONE, "{\"members\":[]}", NULL);
	page = booth_get("/urgent");
	ck_has(page, "<noscript><meta http-equiv=\"refresh\" content=\"602;"
	    "url=/locked?from=/urgent\"></noscript>");
	ck_has(page, "This page locks itself 10 minutes after");
	/* what shows nothing says not even which nothing */
	page = booth_get("/case/77/nowhere");
	ck_has(page, "content=\"602;url=/locked\"");
	/* nobody is signed in: nothing to leave */
	booth_out();
	page = booth_get("/signin");
	ck_lacks(page, "http-equiv");
	ck_lacks(page, "locks itself");
}
END_TEST

START_TEST(locked_by_itself)
{
	const char *page;

	booth_in("worker");
	page = booth_get("/locked?from=/write/3");
	/* looked at without being used; another window keeps the session */
	ck_assert(booth.verb[VERB_SESSION].peeked);
	ck_has(page, "href=\"/write/3\"");
	ck_lacks(page, "http-equiv");
	page = booth_get("/locked?from=//evil.example/");
	ck_lacks(page, "evil");
	/* it is over: sign in, and back */
	booth_out();
	page = booth_get("/locked?from=/write/3");
	ck_has(page, "<h1>Locked</h1>");
	ck_has(page, "name=\"desk.next\" value=\"/write/3\"");
	page = booth_get("/locked?from=javascript:alert(1)");
	ck_lacks(page, "javascript");
	ck_has(page, "name=\"desk.next\" value=\"/\"");
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_checked_fixture(tc, booth_open, booth_close);
	tcase_add_test(tc, in);
	tcase_add_test(tc, nowhere_else);
	tcase_add_test(tc, not_in);
	tcase_add_test(tc, not_from_elsewhere);
	tcase_add_test(tc, the_second_step);
	tcase_add_test(tc, only_a_telephone);
	tcase_add_test(tc, out);
	tcase_add_test(tc, locked);
	tcase_add_test(tc, hidden);
	tcase_add_test(tc, still_there);
	tcase_add_test(tc, kept);
	tcase_add_test(tc, kept_for_nobody_else);
	tcase_add_test(tc, an_older_form);
	tcase_add_test(tc, leaves_by_itself);
	tcase_add_test(tc, locked_by_itself);
}

int
main(void)
{
	return test_main("sign", fill, 20);
}
