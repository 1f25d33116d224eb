/* The pages of IT and leads: what they show, and what they ask the agent. */
#include "tests/unit/desk/booth.h"

#define WORKERS                                                           \
	"{\"workers\":[{\"account\":\"s.example\",\"role\":\"teacher\","  \
	"\"team\":\"north\",\"may\":\"worker\",\"state\":\"announced\"}," \
	"{\"account\":\"gone\",\"role\":\"teacher\",\"team\":\"north\","  \
	"\"may\":\"worker\",\"state\":\"ended\"}]}"

static void
setup(void)
{
	booth_open();
	booth_in("it");
	booth_agent(VERB_STATUS, CLI_DONE, "{\"member\":\"school\","
	    "\"connected\":true,\"unlocked\":true,\"certificate_days\":41,"
	    "\"outbox\":{\"bucket\":\"1-9\",\"oldest\":\"under 1 hour\"},"
	    "\"unopened\":{\"bucket\":\"none\",\"oldest\":\"none\"},"
	    "\"reason\":\"certificate 41 days left\"}", NULL);
	booth_agent(VERB_QUARANTINE, CLI_NO, "{\"rejected\":[{\"number\":7,"
	    "\"at\":\"2026-11-21T10:12:31Z\",\"why\":\"<seal>\"}]}", NULL);
	booth_agent(VERB_WORKER_LIST, CLI_DONE, WORKERS, NULL);
}

START_TEST(this_server)
{
	const char *page;

	booth_get("/");
	ck_assert_str_eq(booth.location, "/it");
	page = booth_get("/it");
	ck_has(page, "certificate 41 days left");
	ck_has(page, "1-9; the oldest under 1 hour");
	ck_has(page, "<dt>Unopened</dt><dd>nothing</dd>");
	ck_has(page, "&lt;seal&gt;");
	ck_lacks(page, "Everything is as it should be");
}
END_TEST

/* Nobody but IT, not even as much as that there is such a page. */
START_TEST(not_for_others)
{
	static const char *const path[] = { "/it", "/it/workers" };
	char *unknown;

	booth_in("worker,lead,advocate,officer");
	unknown = strdup(booth_get("/nowhere"));
	for (size_t i = 0; i < sizeof path / sizeof path[0]; i++)
		ck_assert_str_eq(booth_get(path[i]), unknown);
	ck_assert_str_eq(booth_post("/it/worker", "what=ended&account=x"),
	    unknown);
	ck_assert_str_eq(booth_post("/it/workers", "account=x"), unknown);
	booth_in("worker");
	free(unknown);
	unknown = strdup(booth_get("/nowhere"));
	ck_assert_str_eq(booth_get("/lead"), unknown);
	ck_assert_str_eq(booth_post("/lead", "account=x"), unknown);
	free(unknown);
	ck_assert_uint_eq(booth.verb[VERB_WORKER_LIST].times, 0);
	ck_assert_uint_eq(booth.verb[VERB_SESSIONS].times, 0);
	ck_assert_uint_eq(booth.verb[VERB_WORKER_END].times, 0);
}
END_TEST

START_TEST(who_works_here)
{
	const char *page = booth_get("/it/workers");

	ck_has(page, "<strong>s.example</strong>");
	ck_has(page, "aria-label=\"Put out for good: s.example\"");
	ck_has(page, "<strong>gone</strong>");
	ck_lacks(page, "Put out for good: gone");
}
END_TEST

START_TEST(letting_in)
{
	const char *page;

	booth_agent(VERB_WORKER_ADD, CLI_DONE, "{}", NULL);
	booth_post("/it/workers", "account=max&name=Max&staff_number=1"
	    "&role=teacher&team=north&rights=worker&rights=lead");
	ck_assert_str_eq(booth.location, "/it/workers?done=in");
	ck_assert_str_eq(booth.verb[VERB_WORKER_ADD].asked,
	    "{\"account\":\"max\",\"desk\":true,\"name\":\"Max\","
	    "\"rights\":[\"worker\",\"lead\"],\"role\":\"teacher\","
	    "\"staff_number\":\"1\",\"team\":\"north\"}");
	booth_agent(VERB_WORKER_ADD, CLI_INPUT, NULL, "role: is too long");
	page = booth_post("/it/workers", "account=max&name=Max");
	ck_has(page, "<a href=\"#role\">is too long</a>");
	ck_has(page, "name=\"account\" value=\"max\"");
}
END_TEST

START_TEST(a_first_password)
{
	const char *page;

	booth_agent(VERB_WORKER_PASSWORD, CLI_DONE, "{\"account\":"
	    "\"s.example\",\"password\":\"abcd-efgh\",\"until\":"
	    "\"2026-12-06\"}", NULL);
	page = booth_post("/it/worker", "what=password&account=s.example");
	ck_has(page, "abcd-efgh");
	ck_has(page, "2026-12-06");
	ck_assert_str_eq(booth.verb[VERB_WORKER_PASSWORD].asked,
	    "{\"account\":\"s.example\"}");
}
END_TEST

START_TEST(putting_out)
{
	const char *page;

	booth_agent(VERB_WORKER_END, CLI_DONE, "{}", NULL);
	/* asked first */
	page = booth_post("/it/worker", "what=end&account=s.example");
	ck_has(page, "name=\"what\" value=\"ended\"");
	ck_assert_uint_eq(booth.verb[VERB_WORKER_END].times, 0);
	booth_post("/it/worker", "what=ended&account=s.example");
	ck_assert_str_eq(booth.location, "/it/workers?done=ended");
	ck_assert_str_eq(booth.verb[VERB_WORKER_END].asked,
	    "{\"account\":\"s.example\"}");
}
END_TEST

static const struct {
	const char *form, *done, *asked;
	enum api_verb verb;
} acts[] = {
	{ "what=telephone&account=x", "telephone", "{\"account\":\"x\"}",
	    VERB_TOTP_RESET },
	{ "what=out&account=x", "signed-out", "{\"end\":\"x\"}",
	    VERB_SESSIONS },
};

START_TEST(other_acts)
{
	char location[64];

	booth_agent(acts[_i].verb, CLI_DONE, "{}", NULL);
	booth_post("/it/worker", acts[_i].form);
	snprintf(location, sizeof location, "/it/workers?done=%s",
	    acts[_i].done);
	ck_assert_str_eq(booth.location, location);
	ck_assert_str_eq(booth.verb[acts[_i].verb].asked, acts[_i].asked);
	booth_agent(acts[_i].verb, CLI_NO, NULL, "No such account is in.");
	ck_has(booth_post("/it/worker", acts[_i].form),
	    "No such account is in.");
}
END_TEST

#define CASES                                                             \
	"{\"cases\":[{\"case\":1,\"reference\":\"NB-<1>\",\"checked\":true,"  \
	"\"roles\":true,\"file\":false,\"kept_out\":[\"p.cousin\"]},"         \
	"{\"case\":2,\"reference\":\"\",\"checked\":false,\"roles\":false," \
	"\"file\":true,\"kept_out\":[]},"                                    \
	"{\"case\":3,\"reference\":\"\",\"checked\":true,\"roles\":false,"  \
	"\"file\":false,\"kept_out\":[]}],\"tasks\":["                       \
	"{\"task\":9,\"case\":1,\"at\":\"2026-11-21T10:12:31Z\","           \
	"\"kind\":\"two-roles\",\"words\":\"look <both>\"},"                \
	"{\"task\":8,\"case\":3,\"at\":\"2026-11-21T10:12:31Z\","           \
	"\"kind\":\"check-in\",\"words\":\"advocates alone\"}]}"

START_TEST(what_waits_for_a_lead)
{
	const char *page, *roles, *file, *kept;

	booth_in("lead");
	booth_agent(VERB_SESSIONS, CLI_DONE, "{\"sessions\":[]}", NULL);
	booth_agent(VERB_CASES, CLI_DONE, CASES, NULL);
	page = booth_get("/lead");
	ck_has(page, "look &lt;both&gt;");
	ck_lacks(page, "advocates alone");
	roles = strstr(page, "<h2>One person in two parts</h2>");
	file = strstr(page, "<h2>Somebody asks for their file</h2>");
	kept = strstr(page, "<h2>Conflicts and who is kept out</h2>");
	ck_assert(roles != NULL && file != NULL && kept != NULL);
	ck_has(roles, "Case 1, NB-&lt;1&gt;");
	ck_assert(strstr(roles, "name=\"what\" value=\"roles\"") < file);
	ck_has(file, "name=\"what\" value=\"file\"");
	/* a review that is open is not begun again */
	ck_lacks(file, "<option value=\"2\">");
	ck_has(file, "<option value=\"3\">");
	ck_has(kept, "kept out: p.cousin");
	ck_has(kept, "staff not compared yet");
	ck_lacks(kept, "Case 3<");
}
END_TEST

START_TEST(a_lead_settles)
{
	booth_in("lead");
	booth_agent(VERB_CASES, CLI_DONE, CASES, NULL);
	booth_agent(VERB_REVIEW, CLI_DONE, "{\"roles\":false}", NULL);
	booth_post("/lead/done", "task=9");
	ck_assert_str_eq(booth.verb[VERB_CASES].asked, "{\"done\":9}");
	ck_assert_str_eq(booth.location, "/lead?done=saved");
	booth_post("/lead/review", "case=1&what=roles&state=done");
	ck_assert_str_eq(booth.verb[VERB_REVIEW].asked, "{\"case\":1,"
	    "\"state\":\"done\",\"what\":\"roles\"}");
	ck_assert_str_eq(booth.location, "/lead?done=reviewed");
	booth_post("/lead/review", "case=3&what=file&state=open");
	ck_assert_str_eq(booth.location, "/lead?done=reviewing");
	/* nobody else, by no way */
	booth_in("worker,advocate,officer");
	booth_post("/lead/review", "case=3&what=file&state=done");
	booth_post("/lead/done", "task=9");
	ck_assert_int_eq(booth.status, 404);
	ck_assert_uint_eq(booth.verb[VERB_REVIEW].times, 2);
	ck_assert_uint_eq(booth.verb[VERB_CASES].times, 1);
}
END_TEST

START_TEST(a_team)
{
	const char *page;

	booth_in("lead");
	booth_agent(VERB_CASES, CLI_DONE, "{\"cases\":[],\"tasks\":[]}", NULL);
	booth_agent(VERB_SESSIONS, CLI_DONE, "{\"sessions\":[{\"account\":"
	    "\"max\",\"name\":\"Max <x>\",\"since\":\"2026-11-21T10:12:31Z\","
	    "\"idle_seconds\":130}]}", NULL);
	page = booth_get("/lead");
	ck_has(page, "Max &lt;x&gt;");
	ck_has(page, "2 min ago");
	booth_post("/lead", "account=max");
	ck_assert_str_eq(booth.location, "/lead?done=signed-out");
	ck_assert_str_eq(booth.verb[VERB_SESSIONS].asked,
	    "{\"end\":\"max\"}");
}
END_TEST

START_TEST(own_password)
{
	const char *page;

	booth_in("worker");
	page = booth_post("/password", "old=a&new_password=b&again=c");
	ck_has(page, "href=\"#again\"");
	ck_assert_uint_eq(booth.verb[VERB_PASSWORD].times, 0);
	booth_agent(VERB_PASSWORD, CLI_INPUT, NULL, "new_password: too short");
	page = booth_post("/password", "old=a&new_password=b&again=b");
	ck_has(page, "href=\"#new_password\"");
	ck_lacks(page, "value=\"b\"");
	booth_agent(VERB_PASSWORD, CLI_DONE, "{}", NULL);
	booth_post("/password", "old=a&new_password=b+b&again=b+b");
	ck_assert_str_eq(booth.location, "/password?done=password");
	ck_assert_str_eq(booth.verb[VERB_PASSWORD].asked,
	    "{\"new\":\"b b\",\"old\":\"a\"}");
}
END_TEST

static void
fill(TCase *tc)
{
	setenv("TZ", "UTC", 1);
	tcase_add_checked_fixture(tc, setup, booth_close);
	tcase_add_test(tc, this_server);
	tcase_add_test(tc, not_for_others);
	tcase_add_test(tc, who_works_here);
	tcase_add_test(tc, letting_in);
	tcase_add_test(tc, a_first_password);
	tcase_add_test(tc, putting_out);
	tcase_add_loop_test(tc, other_acts, 0, sizeof acts / sizeof acts[0]);
	tcase_add_test(tc, what_waits_for_a_lead);
	tcase_add_test(tc, a_lead_settles);
	tcase_add_test(tc, a_team);
	tcase_add_test(tc, own_password);
}

int
main(void)
{
	return test_main("office", fill, 20);
}
