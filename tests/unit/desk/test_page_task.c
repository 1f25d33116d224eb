/*
 * The pages for a task and a goal, and the buttons of a task: what is asked
 * of the agent, what is refused, and where one is led.
 */
#include "tests/unit/desk/booth.h"

#define ID "aabbccdd112233445566778899aabbcc"
#define TASK "owner=police&text=look+it+up&due=2026-12-01"

static const char *
asked(enum api_verb v)
{
	return booth.verb[v].asked != NULL ? booth.verb[v].asked : "";
}

static void
setup(void)
{
	booth_open();
	booth_in("worker");
	booth_agent(VERB_DRAFT_GET, CLI_NO, NULL, "There is no such draft.");
	booth_agent(VERB_DRAFT_DROP, CLI_DONE, NULL, NULL);
	booth_agent(VERB_PEOPLE, CLI_DONE, "{\"persons\":[{\"id\":\"P1\","
	    "\"name\":\"<Pat>\"},{\"id\":\"P2\",\"name\":\"\"}]}", NULL);
	booth_agent(VERB_MEMBERS, CLI_DONE, "{\"members\":["
	    "{\"member\":\"refuge\",\"name\":\"The Refuge\",\"kind\":\"AG06\","
	    "\"onward\":\"\",\"own\":true},"
	    "{\"member\":\"police\",\"name\":\"The <Police>\","
	    "\"kind\":\"AG02\",\"onward\":\"\",\"own\":false},"
	    "{\"member\":\"school\",\"name\":\"The School\","
	    "\"kind\":\"AG13\",\"onward\":\"\",\"own\":false}]}", NULL);
	booth_agent(VERB_PREVIEW, CLI_DONE, "{\"lint\":[],\"copies\":["
	    "{\"member\":\"police\",\"state\":\"queued\"},"
	    "{\"member\":\"school\",\"state\":\"queued\"}]}", NULL);
	booth_agent(VERB_SEND, CLI_DONE, "{\"id\":\"" ID "\",\"copies\":[]}",
	    NULL);
	booth_agent(VERB_GAP_ASSIGN, CLI_DONE, "{\"task\":\"" ID "\"}", NULL);
}

START_TEST(a_task_begun_from_a_gap)
{
	const char *page = booth_get("/task/3?gap=GP04");

	ck_assert_int_eq(booth.status, 200);
	ck_has(page, "<option value=\"GP04\" selected>");
	ck_has(page, "<option value=\"refuge\">Our own agency</option>");
	ck_has(page, "The &lt;Police&gt;");
	ck_lacks(asked(VERB_PREVIEW), "owner");
	page = booth_get("/task/3?link=" ID);
	ck_has(page, "name=\"links\" value=\"" ID "\" checked");
}
END_TEST

START_TEST(the_owner_gets_it)
{
	const char *page = booth_post("/task/3", TASK "&do=look");

	ck_has(asked(VERB_PREVIEW), "\"owner\":\"police\"");
	ck_has(asked(VERB_PREVIEW), "\"schema\":\"wayleave/task/1\"");
	ck_has(page, "name=\"to\" value=\"police\" checked");
	ck_has(page, "name=\"to\" value=\"school\"> ");
	ck_has(page, "name=\"looked\" value=\"police\"");
	/* ticked by hand is kept */
	page = booth_post("/task/3", TASK "&do=look&looked=police&to=school");
	ck_has(page, "name=\"to\" value=\"school\" checked");
	ck_lacks(page, "name=\"to\" value=\"police\" checked");
}
END_TEST

START_TEST(sent_once_looked_at)
{
	booth_post("/task/3", TASK "&do=send");
	ck_assert_uint_eq(booth.verb[VERB_SEND].times, 0);
	/* looked at for another owner: that is no look */
	booth_post("/task/3", TASK "&do=send&looked=school&to=school");
	ck_assert_uint_eq(booth.verb[VERB_SEND].times, 0);
	ck_has(booth.page, "name=\"to\" value=\"police\" checked");
	booth_post("/task/3", TASK "&do=send&looked=police&to=police");
	ck_assert_uint_eq(booth.verb[VERB_SEND].times, 1);
	ck_has(asked(VERB_SEND), "\"to\":[\"police\"]");
	ck_has(asked(VERB_SEND), "\"case\":3");
	ck_assert_str_eq(booth.location, "/track/" ID "?done=sent");
	ck_assert_uint_eq(booth.verb[VERB_GAP_ASSIGN].times, 0);
	ck_has(asked(VERB_DRAFT_DROP), "task/3");
}
END_TEST

START_TEST(to_a_colleague)
{
	booth_post("/task/3", "owner=refuge&text=ring+her&worker=b.example&"
	    "do=send&looked=refuge");
	ck_has(asked(VERB_SEND), "\"to\":\"none\"");
	ck_has(asked(VERB_GAP_ASSIGN), "\"task\":\"" ID "\"");
	ck_has(asked(VERB_GAP_ASSIGN), "\"to\":\"b.example\"");
}
END_TEST

START_TEST(missing_is_named)
{
	const char *page = booth_post("/task/3", "text=x&do=look");

	ck_has(page, "<a href=\"#owner\">Which agency is to do it?</a>");
	ck_has(page, ">\nx</textarea>");
	page = booth_post("/task/3", "owner=police&text=x&due=Friday&do=send");
	ck_has(page, "<a href=\"#due\">");
	page = booth_post("/goal/3", "person=P1&text=x&do=look");
	ck_has(page, "<a href=\"#behaviour\">A goal is a behaviour, not");
	ck_assert_uint_eq(booth.verb[VERB_PREVIEW].times, 0);
	ck_assert_uint_eq(booth.verb[VERB_SEND].times, 0);
}
END_TEST

START_TEST(a_refusal_of_the_agent)
{
	booth_agent(VERB_SEND, CLI_NO, "{\"rule\":\"V0\",\"field\":"
	    "\"measure\",\"text\":\"How will it be <seen>?\",\"lint\":[]}",
	    NULL);
	booth_post("/goal/3", "person=P1&behaviour=CC12&text=x&measure=y&"
	    "by=2026-12-01&checked_by=refuge&do=send&looked=yes");
	ck_assert_uint_eq(booth.verb[VERB_SEND].times, 1);
	ck_has(booth.page, "<a href=\"#measure\">How will it be &lt;seen&gt;?");
	ck_has(booth.page, ">\ny</textarea>");
}
END_TEST

START_TEST(behaviours_alone)
{
	const char *page = booth_get("/codes?q=CC12&for=goal");

	ck_has(page, "type=\"radio\" name=\"behaviour\" value=\"CC12\"");
	page = booth_get("/codes?q=BA02&for=goal");
	ck_has(page, "No behaviour found.");
	page = booth_get("/codes?q=PE01&for=goal");
	ck_lacks(page, "PE01");
	/* for an observation as before */
	page = booth_get("/codes?q=CC12&for=");
	ck_has(page, "type=\"checkbox\" name=\"codes\" value=\"CC12\"");
	/* chosen stays, though something else is looked for */
	page = booth_post("/goal/3", "behaviour=CC12&q=BC09&do=find");
	ck_has(page, "name=\"behaviour\" value=\"CC12\" checked");
	ck_has(page, "name=\"behaviour\" value=\"BC09\">");
}
END_TEST

/* ---- the buttons -------------------------------------------------------- */

static void
map_of(const char *tasks)
{
	char *json;

	ck_assert_int_gt(asprintf(&json, "{\"closed\":0,\"map\":{"
	    "\"records\":[],\"gaps\":[],\"goals\":[],\"tasks\":[%s]}}",
	    tasks), 0);
	booth_agent(VERB_MAP, CLI_DONE, json, NULL);
	free(json);
}

START_TEST(tasks_of_a_case)
{
	const char *page, *mine, *open;

	map_of("{\"id\":\"" ID "\",\"own\":false,\"message\":12,\"member\":"
	    "\"police\",\"owner\":\"refuge\",\"text\":\"<b>done\",\"due\":"
	    "\"2020-01-01\",\"gap\":\"GP01\",\"taken_by\":\"b.example\","
	    "\"taken_due\":\"\",\"done\":true},"
	    "{\"id\":\"00bbccdd112233445566778899aabbcc\",\"own\":true,"
	    "\"member\":\"own\",\"owner\":\"refuge\",\"text\":\"late\","
	    "\"due\":\"2020-01-01\",\"gap\":\"\",\"taken_by\":\"s.example\","
	    "\"taken_due\":\"\",\"done\":false}");
	page = booth_get("/case/3/gaps");
	ck_has(page, ">late<");
	/* what is to be done stands first, and is overdue */
	open = strstr(page, ">late<");
	mine = strstr(page, "&lt;b&gt;done");
	ck_assert(open != NULL && mine != NULL && open < mine);
	ck_assert_ptr_eq(strstr(page, "overdue"), strstr(open, "overdue"));
	ck_assert_ptr_null(strstr(mine, "overdue"));
	ck_has(mine, "done here");
	ck_has(mine, "value=\"open\"");
	/* it is looked after by whoever asks: not offered again */
	ck_lacks(page, "value=\"take\"");
	ck_has(page, "href=\"/item/12\"");
}
END_TEST

START_TEST(look_after_done_open)
{
	booth_post("/case/3/task", "do=take&task=" ID "&back=gaps");
	ck_has(asked(VERB_GAP_ASSIGN), "\"to\":\"s.example\"");
	ck_lacks(asked(VERB_GAP_ASSIGN), "done");
	ck_assert_str_eq(booth.location, "/case/3/gaps?done=saved");
	booth_post("/case/3/task", "do=done&task=" ID "&back=12");
	ck_has(asked(VERB_GAP_ASSIGN), "\"done\":true");
	ck_assert_str_eq(booth.location, "/item/12?done=saved");
	booth_post("/case/3/task", "do=open&task=" ID "&back=//evil");
	ck_has(asked(VERB_GAP_ASSIGN), "\"done\":false");
	ck_assert_str_eq(booth.location, "/case/3/gaps?done=saved");
}
END_TEST

/* An unknown task, somebody else's case, no right: the same page. */
START_TEST(one_face)
{
	char *unknown = strdup(booth_get("/nowhere"));

	booth_agent(VERB_GAP_ASSIGN, CLI_NO, NULL, "Nothing to show.");
	ck_assert_str_eq(booth_post("/case/3/task", "do=done&task=x"),
	    unknown);
	booth_in("it");
	free(unknown);
	unknown = strdup(booth_get("/nowhere"));
	ck_assert_str_eq(booth_get("/task/3"), unknown);
	ck_assert_str_eq(booth_get("/goal/3"), unknown);
	ck_assert_str_eq(booth_post("/case/3/task", "do=done&task=" ID),
	    unknown);
	free(unknown);
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, booth_close);
	tcase_add_test(tc, a_task_begun_from_a_gap);
	tcase_add_test(tc, the_owner_gets_it);
	tcase_add_test(tc, sent_once_looked_at);
	tcase_add_test(tc, to_a_colleague);
	tcase_add_test(tc, missing_is_named);
	tcase_add_test(tc, a_refusal_of_the_agent);
	tcase_add_test(tc, behaviours_alone);
	tcase_add_test(tc, tasks_of_a_case);
	tcase_add_test(tc, look_after_done_open);
	tcase_add_test(tc, one_face);
}

int
main(void)
{
	return test_main("page_task", fill, 20);
}
