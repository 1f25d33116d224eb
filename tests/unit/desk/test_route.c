/*
 * Requests as a browser and its enemies make them: who may see what, and
 * that nothing is done for those who may not.
 */
#include "tests/unit/desk/booth.h"

static unsigned
asked_of_agent(void)
{
	unsigned n = 0;

	for (int v = 0; v < VERB_END; v++)
		n += booth.verb[v].times;
	return n;
}

START_TEST(nobody_is_asked_to_sign_in)
{
	static const char *const path[] = { "/", "/case/3/map", "/nowhere",
	    "/room", "/events" };

	for (size_t i = 0; i < sizeof path / sizeof path[0]; i++) {
		const char *page = booth_get(path[i]);
		char next[64];

		ck_assert_int_eq(booth.status, 403);
		ck_has(page, "<h1>Sign in</h1>");
		ck_has(page, "<title>Wayleave</title>");
		/* and led back to where one wanted to go */
		snprintf(next, sizeof next,
		    "name=\"desk.next\" value=\"%s\"", path[i]);
		ck_has(page, next);
	}
}
END_TEST

START_TEST(a_cookie_is_given)
{
	booth_get("/");
	ck_has(booth.set_cookie, "; Path=/; HttpOnly; SameSite=Strict");
	ck_lacks(booth.set_cookie, "Secure");
	ck_assert_uint_eq(strlen(booth.cookie), 64);
	booth_get("/");                        /* and kept */
	ck_assert_str_eq(booth.set_cookie, "");
}
END_TEST

/* Unknown, another role's, and gone are the same bytes. */
START_TEST(nothing_to_show)
{
	char *unknown;

	booth_in("worker");
	unknown = strdup(booth_get("/nowhere"));
	ck_assert_int_eq(booth.status, 404);
	ck_has(unknown, "Nothing to show.");
	ck_assert_str_eq(booth_get("/another/place"), unknown);
	ck_assert_str_eq(booth_post("/nowhere", ""), unknown);
	ck_assert_int_eq(booth.status, 404);
	free(unknown);
}
END_TEST

START_TEST(it_sees_no_case)
{
	booth_in("it");
	ck_has(booth_get("/events"), "Nothing to show.");
	ck_assert_int_eq(booth.status, 404);
	ck_assert_uint_eq(booth.verb[VERB_CHANGED].times, 0);
	ck_lacks(booth_get("/nowhere"), "href=\"/write\"");
}
END_TEST

START_TEST(names_of_others)
{
	booth_in("worker");
	booth.host = "rebound.example:7645";
	ck_lacks(booth_get("/"), "<");
	ck_assert_int_eq(booth.status, 421);
	ck_assert_str_eq(booth.set_cookie, "");
	ck_assert_uint_eq(asked_of_agent(), 0);
}
END_TEST

START_TEST(pages_of_others)
{
	static const char *const origin[] = { "http://evil.example", "null",
	    "http://127.0.0.1:8080", NULL };
	char form[128];

	booth_in("worker");
	/* even with a token that holds */
	snprintf(form, sizeof form, "desk.token=%s", booth.token);
	for (size_t i = 0; i < sizeof origin / sizeof origin[0]; i++) {
		booth.origin = origin[i];
		booth_ask(true, "/signout", form);
		ck_assert_int_eq(booth.status, 403);
	}
	ck_assert_uint_eq(asked_of_agent(), 0);
}
END_TEST

START_TEST(tokens_of_others)
{
	booth_in("worker");
	booth.token[5] = booth.token[5] == '0' ? '1' : '0';
	ck_has(booth_post("/signout", ""), "Nothing was done");
	ck_assert_int_eq(booth.status, 403);
	booth.origin = "http://127.0.0.1:7645";
	booth_ask(true, "/signout", "");
	ck_assert_int_eq(booth.status, 403);
	booth_ask(true, "/signout", "desk.token=");
	ck_assert_int_eq(booth.status, 403);
	ck_assert_uint_eq(booth.verb[VERB_SIGN_OUT].times, 0);
}
END_TEST

START_TEST(no_forms)
{
	static const char *const bad[] = { "a=%", "a=%00", "a=%ff", "a b=1",
	    "=1" };

	booth_in("worker");
	booth.origin = "http://127.0.0.1:7645";
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		booth_ask(true, "/signout", bad[i]);
		ck_assert_int_eq(booth.status, 400);
	}
	booth.type = "multipart/form-data; boundary=x";
	booth_ask(true, "/signout", "--x");
	ck_assert_int_eq(booth.status, 400);
	booth_get("/?a=%zz");
	ck_assert_int_eq(booth.status, 400);
	ck_assert_uint_eq(asked_of_agent(), 0);
}
END_TEST

START_TEST(odd_paths)
{
	static const char *const path[] = { "//", "/../etc/passwd", "/a%2fb",
	    "/assets/../x", "/assets/.x", "/case//map", "/case/3/" };

	booth_in("worker");
	for (size_t i = 0; i < sizeof path / sizeof path[0]; i++) {
		booth_get(path[i]);
		ck_assert_msg(booth.status == 400, "%s", path[i]);
	}
	ck_assert_uint_eq(asked_of_agent(), 0);
}
END_TEST

START_TEST(no_agent)
{
	booth_cookie(BOOTH_SESSION);
	booth.verb[VERB_SESSION].set = false;
	booth.verb[VERB_STATUS].set = false;
	ck_has(booth_get("/"), "Wayleave is not running on this server");
	ck_assert_int_eq(booth.status, 503);
	/* nobody has been signed out by it */
	ck_assert_str_eq(booth.set_cookie, "");
}
END_TEST

START_TEST(assets)
{
	const char *page = booth_get("/signin"), *at;
	char path[64];

	at = strstr(page, "/assets/");
	for (int i = 0; i < 3; i++) {
		ck_assert_ptr_nonnull(at);
		snprintf(path, sizeof path, "%.*s", (int)strcspn(at, "\""),
		    at);
		booth_ask(false, path, NULL);
		ck_assert_int_eq(booth.status, 200);
		ck_assert_str_ne(booth.page, "");
		page = booth_get("/signin");
		at = page;
		for (int k = 0; k <= i; k++)
			at = strstr(at + 1, "/assets/");
	}
	booth_get("/assets/0000000000000000.css");
	ck_assert_int_eq(booth.status, 404);
}
END_TEST

START_TEST(looking_by_itself)
{
	booth_in("worker");
	booth_get("/nowhere?live=1");
	ck_assert(booth.verb[VERB_SESSION].peeked);
	booth_get("/nowhere");
	ck_assert(!booth.verb[VERB_SESSION].peeked);
}
END_TEST

/* "changed" when the mark is another, "ended" with the session. */
START_TEST(events)
{
	struct buf b;

	booth_in("worker");
	booth_agent(VERB_CHANGED, CLI_DONE, "{\"mark\":\"1\"}", NULL);
	booth_get("/events");
	ck_assert_int_eq(booth.status, 200);
	ck_assert_str_eq(booth.kind, "text/event-stream");
	ck_assert(booth.verb[VERB_CHANGED].peeked);
	buf_init(&b, 1024);
	ck_assert(booth.stream.next(booth.stream.ctx, &b));
	ck_assert(booth.stream.next(booth.stream.ctx, &b));
	ck_assert_uint_eq(b.n, 0);
	booth_agent(VERB_CHANGED, CLI_DONE, "{\"mark\":\"2\"}", NULL);
	ck_assert(booth.stream.next(booth.stream.ctx, &b));
	ck_assert(booth.stream.next(booth.stream.ctx, &b));
	buf_put_u8(&b, 0);
	ck_assert_str_eq((char *)b.data, "event: changed\ndata:\n\n");
	ck_assert_str_eq(booth.session, BOOTH_SESSION);
	buf_clear(&b);
	booth_agent(VERB_CHANGED, CLI_LOCKED, NULL, NULL);
	ck_assert(booth.stream.next(booth.stream.ctx, &b));
	ck_assert(!booth.stream.next(booth.stream.ctx, &b));
	buf_put_u8(&b, 0);
	ck_assert_str_eq((char *)b.data, "event: ended\ndata:\n\n");
	booth.stream.end(booth.stream.ctx);
	buf_free(&b);
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_checked_fixture(tc, booth_open, booth_close);
	tcase_add_test(tc, nobody_is_asked_to_sign_in);
	tcase_add_test(tc, a_cookie_is_given);
	tcase_add_test(tc, nothing_to_show);
	tcase_add_test(tc, it_sees_no_case);
	tcase_add_test(tc, names_of_others);
	tcase_add_test(tc, pages_of_others);
	tcase_add_test(tc, tokens_of_others);
	tcase_add_test(tc, no_forms);
	tcase_add_test(tc, odd_paths);
	tcase_add_test(tc, no_agent);
	tcase_add_test(tc, assets);
	tcase_add_test(tc, looking_by_itself);
	tcase_add_test(tc, events);
}

int
main(void)
{
	return test_main("route", fill, 30);
}
