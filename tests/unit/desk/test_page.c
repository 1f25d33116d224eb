/*
 * Frame and parts of pages, called directly: what stands in them, escaped,
 * filled in again, and open to everybody who may see it.
 */
#include "agent/desk/page.h"

#include "tests/unit/desk/booth.h"

static struct desk_call c;

static void
setup(void)
{
	booth_open();
	memset(&c, 0, sizeof c);
	c.desk = booth.desk;
	c.config = &booth.config;
	c.path = "/";
	c.status = 200;
	snprintf(c.visitor, sizeof c.visitor, "%s", BOOTH_SESSION);
	memcpy(c.who.token, c.visitor, sizeof c.who.token);
	snprintf(c.who.account, sizeof c.who.account, "s.example");
	snprintf(c.who.name, sizeof c.who.name, "Sam <Example>");
	c.who.rights = DESK_WORKER;
	c.who.lock_seconds = 600;
	buf_init(&c.out, DESK_PAGE_MAX);
}

static void
done(void)
{
	buf_free(&c.out);
	form_free(&c.form);
	form_free(&c.query);
	booth_close();
}

static const char *
got(void)
{
	buf_put_u8(&c.out, 0);
	ck_assert(buf_ok(&c.out));
	return (const char *)c.out.data;
}

static void
typed(const char *form)
{
	c.post = c.filled = true;
	ck_ok(form_parse(&c.form, form, strlen(form)));
}

START_TEST(the_frame)
{
	const char *page;

	page_begin(&c, "A <heading>");
	page_end(&c);
	page = got();
	ck_has(page, "<!doctype html>\n<html lang=\"en\">");
	ck_has(page, "<title>Wayleave</title>");
	ck_has(page, "<a class=\"skip\" href=\"#main\">");
	ck_has(page, "<h1>A &lt;heading&gt;</h1>");
	ck_has(page, "Sam &lt;Example&gt;");
	ck_has(page, "data-lock=\"600\"");
	ck_has(page, "action=\"/hide\"");
	ck_has(page, "href=\"/stop\"");
	ck_has(page, "href=\"/urgent\"");
	ck_has(page, "href=\"/\" class=\"to-inbox\" aria-current=\"page\"");
	ck_lacks(page, "style=");
	ck_lacks(page, "onclick");
	ck_lacks(page, BOOTH_SESSION);
}
END_TEST

static const struct {
	unsigned rights;
	const char *has, *lacks;
} nav[] = {
	{ DESK_WORKER, "/write", "/room" },
	{ DESK_WORKER, "/handover", "/lead" },
	{ DESK_ADVOCATE, "/room", "/it" },
	{ DESK_LEAD, "/lead", "/room" },
	{ DESK_OFFICER, "/write", "/lead" },
	{ DESK_IT, "/it", "/write" },
	{ DESK_IT, "/stop", "/room" },
	{ DESK_IT | DESK_WORKER, "/write", "/lead" },
};

START_TEST(ways_by_right)
{
	char link[64];
	const char *page;

	c.who.rights = nav[_i].rights;
	page_begin(&c, "x");
	page = got();
	snprintf(link, sizeof link, "href=\"%s\" class", nav[_i].has);
	ck_has(page, link);
	snprintf(link, sizeof link, "href=\"%s\" class", nav[_i].lacks);
	ck_lacks(page, link);
}
END_TEST

START_TEST(inside_a_case)
{
	const char *page;

	c.path = "/case/3/gaps";
	page_begin_case(&c, 3, "gaps", "Gaps");
	page = got();
	ck_has(page, "href=\"/case/3/map\">Map<");
	ck_has(page, "href=\"/case/3/gaps\" aria-current=\"page\">Gaps<");
	ck_has(page, "href=\"/write/3\"");
	ck_has(page, "<title>Wayleave</title>");
}
END_TEST

START_TEST(banners)
{
	const char *page;

	booth_agent(VERB_STATUS, CLI_DONE, "{\"connected\":false,"
	    "\"unlocked\":true,\"offline_since\":\"2026-11-21T10:12:31Z\"}",
	    NULL);
	page_begin(&c, "x");
	page = got();
	ck_has(page, "No connection since 2026-11-21 10:12");
	buf_clear(&c.out);
	booth_agent(VERB_STATUS, CLI_DONE, "{\"connected\":false,"
	    "\"unlocked\":false}", NULL);
	page_begin(&c, "x");
	page = got();
	ck_has(page, "Wayleave is locked on this server");
	ck_lacks(page, "No connection since");
}
END_TEST

START_TEST(what_was_done)
{
	ck_ok(form_parse(&c.query, "done=once", 9));
	page_begin(&c, "x");
	ck_has(got(), "It was not done a second time.");
	buf_clear(&c.out);
	form_free(&c.query);
	ck_ok(form_parse(&c.query, "done=<script>", 13));
	page_begin(&c, "x");
	ck_lacks(got(), "class=\"box good\"");
}
END_TEST

START_TEST(a_form)
{
	char token[GUARD_TOKEN], want[128];
	const char *page;

	guard_token(BOOTH_SESSION, token);
	page_form(&c, "/write/3");
	page_form_end(&c, "Send <it>");
	page = got();
	snprintf(want, sizeof want, "name=\"desk.token\" value=\"%s\"",
	    token);
	ck_has(page, "<form method=\"post\" action=\"/write/3\"");
	ck_has(page, want);
	ck_has(page, "name=\"desk.number\"");
	ck_has(page, "name=\"desk.who\" value=\"s.example\"");
	ck_has(page, "Send &lt;it&gt;");
}
END_TEST

START_TEST(fields_are_labelled)
{
	const char *page;

	page_text(&c, "a", "Label \"A\"", "a hint", "v\"alue");
	page_area(&c, "b", "B", NULL, "\nline", 4);
	page_password(&c, "p", "P", "current-password");
	page = got();
	ck_has(page, "<label for=\"a\">Label &quot;A&quot;</label>");
	ck_has(page, "id=\"a-hint\">a hint<");
	ck_has(page, "value=\"v&quot;alue\"");
	ck_has(page, "aria-describedby=\"a-hint\"");
	/* the line end at the beginning is the text's own */
	ck_has(page, "autocomplete=\"off\">\n\nline</textarea>");
	ck_has(page, "name=\"desk.secret\" value=\"p\"");
}
END_TEST

START_TEST(typed_again)
{
	static const struct page_choice choice[] = { { "1", "One" },
	    { "2", "Two" } };
	const char *page;

	typed("a=typed&p=sesame&s=2&r=2&k=y");
	page_text(&c, "a", "A", NULL, "preset");
	page_password(&c, "p", "P", "current-password");
	page_select(&c, "s", "S", choice, 2, "1");
	page_radio(&c, "r", "R", choice, 2, "1");
	page_check(&c, "k", "x", "X", true);
	page_check(&c, "k", "y", "Y", false);
	page = got();
	ck_has(page, "value=\"typed\"");
	ck_lacks(page, "preset");
	ck_lacks(page, "sesame");
	ck_has(page, "<option value=\"2\" selected>Two");
	ck_has(page, "value=\"2\" checked> Two");
	ck_has(page, "value=\"y\" checked> Y");
	ck_has(page, "value=\"x\"> X");
}
END_TEST

START_TEST(errors)
{
	page_error(&c, "when", "%s", "a <day> is missing");
	page_error(&c, NULL, "of the whole");
	page_error_of(&c, "new_password: too short");
	page_error_of(&c, "Not now: later");
	page_error(&c, "by", "%s", "$.reply_by: \"soon\": no day [V0]");
	page_error(&c, NULL, "%s", "call [the desk]");
	ck_assert_str_eq(got(),
	    "<p class=\"error\" role=\"alert\"><a href=\"#when\">a "
	    "&lt;day&gt; is missing</a></p>\n"
	    "<p class=\"error\" role=\"alert\">of the whole</p>\n"
	    "<p class=\"error\" role=\"alert\"><a href=\"#new_password\">too "
	    "short</a></p>\n"
	    "<p class=\"error\" role=\"alert\">Not now: later</p>\n"
	    "<p class=\"error\" role=\"alert\"><a href=\"#by\">&quot;soon"
	    "&quot;: no day</a></p>\n"
	    "<p class=\"error\" role=\"alert\">call [the desk]</p>\n");
}
END_TEST

START_TEST(times_and_codes)
{
	page_time(&c, "2026-11-21T10:12:31Z");
	page_time(&c, "");
	page_time(&c, "yesterday");
	page_time(&c, NULL);
	ck_assert_str_eq(got(), "<time datetime=\"2026-11-21T10:12:31Z\">"
	    "2026-11-21 10:12</time>");
	buf_clear(&c.out);
	page_code(&c, "CC02");
	ck_has(got(), "<span class=\"code\">CC02</span> ");
	buf_clear(&c.out);
	page_code(&c, "<b>");
	ck_assert_str_eq(got(), "<span class=\"code\">&lt;b&gt;</span>");
}
END_TEST

START_TEST(see_other)
{
	desk_see(&c, "sent", "/case/%d/map", 3);
	ck_assert_int_eq(c.status, 303);
	ck_assert_str_eq(c.location, "/case/3/map?done=sent");
	desk_see(&c, "sent", "/codes?q=1");
	ck_assert_str_eq(c.location, "/codes?q=1&done=sent");
	desk_see(&c, NULL, "/");
	ck_assert_str_eq(c.location, "/");
}
END_TEST

START_TEST(handed_in_twice)
{
	typed("desk.number=7");
	ck_assert(desk_once(&c, "/case/3/map"));
	ck_assert_int_eq(c.status, 200);
	ck_assert(!desk_once(&c, "/case/3/map"));
	ck_assert_int_eq(c.status, 303);
	ck_assert_str_eq(c.location, "/case/3/map?done=once");
}
END_TEST

/* What the agent answers instead of an answer. */
static const struct {
	int code;
	const char *words, *page;
	int status;
} no[] = {
	{ CLI_NO, "No such case.", "Nothing to show.", 404 },
	{ CLI_NO, "You are excluded.", "Nothing to show.", 404 },
	{ CLI_INPUT, "case: which?", "Nothing to show.", 404 },
	{ CLI_NOT_NOW, "Busy.", "Busy.", 503 },
	{ CLI_FAULT, "The disk is full.", "The disk is full.", 503 },
	{ CLI_LOCKED, "Keys are locked.", "Keys are locked.", 403 },
};

START_TEST(needed)
{
	booth_in("worker");
	booth_agent(VERB_MAP, no[_i].code, NULL, no[_i].words);
	ck_assert_ptr_null(desk_need(&c, VERB_MAP, NULL));
	ck_assert_int_eq(c.status, no[_i].status);
	ck_has(got(), no[_i].page);
}
END_TEST

START_TEST(needed_by_nobody)
{
	booth_out();
	booth_agent(VERB_MAP, CLI_LOCKED, NULL, "ended");
	ck_assert_ptr_null(desk_need(&c, VERB_MAP, NULL));
	ck_has(got(), "<h1>Sign in</h1>");
}
END_TEST

START_TEST(asked)
{
	json_t *o = NULL;
	char *words = NULL;

	booth_agent(VERB_MAP, CLI_DONE, "{\"a\":1}", "Words.");
	ck_assert_int_eq(desk_ask(&c, VERB_MAP, json_pack("{s:i}", "case", 3),
	    &o, &words), CLI_DONE);
	ck_assert_int_eq(json_int(o, "a"), 1);
	ck_assert_str_eq(words, "Words.");
	ck_assert_str_eq(booth.verb[VERB_MAP].asked, "{\"case\":3}");
	ck_assert_str_eq(booth.session, BOOTH_SESSION);
	json_decref(o);
	desk_forget(words);
	booth.verb[VERB_MAP].set = false;
	ck_assert_int_eq(desk_ask(&c, VERB_MAP, NULL, &o, &words),
	    CLI_NOT_NOW);
	ck_assert_ptr_null(o);
	ck_has(words, "not running on this server");
	desk_forget(words);
}
END_TEST

static void
fill(TCase *tc)
{
	setenv("TZ", "UTC", 1);
	tcase_add_checked_fixture(tc, setup, done);
	tcase_add_test(tc, the_frame);
	tcase_add_loop_test(tc, ways_by_right, 0, sizeof nav / sizeof nav[0]);
	tcase_add_test(tc, inside_a_case);
	tcase_add_test(tc, banners);
	tcase_add_test(tc, what_was_done);
	tcase_add_test(tc, a_form);
	tcase_add_test(tc, fields_are_labelled);
	tcase_add_test(tc, typed_again);
	tcase_add_test(tc, errors);
	tcase_add_test(tc, times_and_codes);
	tcase_add_test(tc, see_other);
	tcase_add_test(tc, handed_in_twice);
	tcase_add_loop_test(tc, needed, 0, sizeof no / sizeof no[0]);
	tcase_add_test(tc, needed_by_nobody);
	tcase_add_test(tc, asked);
}

int
main(void)
{
	return test_main("page", fill, 20);
}
