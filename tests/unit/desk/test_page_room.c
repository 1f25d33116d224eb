/*
 * The consent room's pages: what is refused, what is asked of the agent, what
 * is shown once and never again.
 */
#include "agent/desk/room.h"
#include "tests/unit/desk/booth.h"

#define PASS "abacus abdomen abide able abode absent"
#define STOP "maple river candle seven plum"
#define FORCED "maple river candle eight pear"

static char draft[4096];

/* Every page of the conversation, in one draft: names do not collide. */
static void
answered(const char *more)
{
	char s[FORM_NAME_MAX + 1], p[FORM_NAME_MAX + 1], d[FORM_NAME_MAX + 1];
	json_t *o;
	char *text;

	room_arrow('s', "police", "refuge", s);
	room_arrow('p', "police", "refuge", p);
	room_arrow('d', "police", "refuge", d);
	snprintf(draft, sizeof draft, "reference=NB-17&language=pl&alone=yes&"
	    "safe=yes&pressed=no&method=in-person&heard=yes&stop=yes&"
	    "m=police&%s=C1&%s=PU03&%s=30&keep=30&wait=yes&name.P2=Marketa&"
	    "asked=nobody%s", s, p, d, more);
	o = json_pack("{s:s, s:i, s:s, s:b}", "text", draft, "version", 1,
	    "at", "2026-11-16T10:00:00Z", "other", 0);
	text = json_dumps(o, 0);
	booth_agent(VERB_DRAFT_GET, CLI_DONE, text, NULL);
	free(text);
	json_decref(o);
}

static void
setup(void)
{
	booth_open();
	booth_in("worker,advocate");
	booth_agent(VERB_DRAFT_GET, CLI_NO, NULL, "There is no such draft.");
	booth_agent(VERB_DRAFT_PUT, CLI_DONE, "{\"version\":1}", NULL);
	booth_agent(VERB_DRAFT_DROP, CLI_DONE, NULL, NULL);
	booth_agent(VERB_MEMBERS, CLI_DONE, "{\"members\":["
	    "{\"member\":\"refuge\",\"name\":\"The Refuge\",\"kind\":\"AG06\","
	    "\"duty\":\"none\",\"onward\":\"\",\"own\":true},"
	    "{\"member\":\"police\",\"name\":\"The <Police>\","
	    "\"kind\":\"AG02\",\"duty\":\"none\",\"onward\":\"\","
	    "\"own\":false}]}", NULL);
	booth_agent(VERB_CONSENT_STATUS, CLI_DONE, "{\"state\":\"open\","
	    "\"language\":\"pl\",\"grants\":[{\"grant\":\"aabbccdd\","
	    "\"from\":\"police\",\"from_name\":\"The <Police>\","
	    "\"to\":\"refuge\",\"to_name\":\"The Refuge\",\"scopes\":[\"C1\"],"
	    "\"purpose\":\"PU03\",\"until\":\"2026-12-16T10:00:00Z\","
	    "\"state\":\"in-force\",\"rule\":\"R4\",\"agrees\":true,"
	    "\"words\":\"Ends in 5 days: renew in a private conversation.\"}]"
	    "}", NULL);
	booth_agent(VERB_PEOPLE, CLI_NO, NULL, NULL);
	booth_agent(VERB_REVIEW, CLI_DONE, "{\"roles\":false,\"file\":false}",
	    NULL);
}

static const char *
asked(enum api_verb v)
{
	return booth.verb[v].asked != NULL ? booth.verb[v].asked : "";
}

/* ---- who may ----------------------------------------------------------- */

START_TEST(advocates_alone)
{
	static const char *const pages[] = { "/room", "/room/1", "/room/new",
	    "/room/1/grid", "/room/1/sign", "/room/1/statement" };

	booth_in("worker,lead,officer,it");
	for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++) {
		const char *page = booth_get(pages[i]);

		ck_assert_int_eq(booth.status, 404);
		ck_has(page, "Nothing to show");
	}
	ck_assert_uint_eq(booth.verb[VERB_CONSENT_STATUS].times, 0);
	ck_assert_uint_eq(booth.verb[VERB_MEMBERS].times, 0);
}
END_TEST

START_TEST(other_agencies_cases_are_unknown)
{
	booth_agent(VERB_CONSENT_STATUS, CLI_NO, NULL, "Only the agency that "
	    "keeps the case does that.");
	ck_has(booth_get("/room/7"), "Nothing to show");
	ck_has(booth_get("/room/7/sign"), "Nothing to show");
	ck_has(booth_get("/room/07"), "Nothing to show");
	ck_has(booth_get("/room/nobody"), "Nothing to show");
	ck_assert_int_eq(booth.status, 404);
}
END_TEST

/* ---- beginning --------------------------------------------------------- */

START_TEST(begins_without_a_case)
{
	booth_agent(VERB_CASES, CLI_DONE, "{\"cases\":[{\"case\":1,"
	    "\"reference\":\"NB-16\",\"ours\":true,\"state\":\"frozen\"},"
	    "{\"case\":2,\"reference\":\"X\",\"ours\":false}],\"tasks\":[{"
	    "\"task\":4,\"case\":1,\"at\":\"2026-11-16T10:00:00Z\",\"kind\":"
	    "\"check-in\",\"words\":\"Check in with her in private.\"}]}",
	    NULL);
	booth_get("/room");
	ck_has(booth.page, "Case 1, NB-16");
	ck_has(booth.page, "stopped");
	ck_lacks(booth.page, "Case 2");
	ck_has(booth.page, "Check in with her in private.");
	ck_has(booth.page, ">polski<");
	booth_post("/room", "reference=17&language=pl");
	ck_has(booth.page, "not digits alone");
	ck_has(booth.page, "value=\"17\"");
	booth_post("/room", "reference=NB-17&language=xx");
	ck_has(booth.page, "no such language");
	ck_assert_uint_eq(booth.verb[VERB_DRAFT_PUT].times, 0);
	booth_post("/room", "reference=NB-17&language=pl");
	ck_assert_str_eq(booth.location, "/room/new/questions");
	ck_has(asked(VERB_DRAFT_PUT), "room/new/begin");
	ck_assert_uint_eq(booth.verb[VERB_CASE_OPEN].times, 0);
}
END_TEST

START_TEST(no_conversation_no_page)
{
	booth_get("/room/new/grid");
	ck_assert_int_eq(booth.status, 303);
	ck_assert_str_eq(booth.location, "/room");
}
END_TEST

/* ---- questions --------------------------------------------------------- */

START_TEST(three_answers_first)
{
	answered("");
	booth_get("/room/new/questions");
	ck_has(booth.page, "lang=\"pl\" dir=\"ltr\">Czy jeste");
	ck_has(booth.page, "lang=\"en\" dir=\"ltr\">Are you alone");
	ck_has(booth.page, "consent-notice/pl/1/");
	ck_has(booth.page, "Nothing of the consent room is printed");
	booth_post("/room/new/questions", "alone=yes&reference=INT-7");
	ck_assert_int_eq(booth.status, 200);
	ck_has(booth.page, "<a href=\"#safe\">First in private");
	ck_has(booth.page, "value=\"INT-7\"");
	booth_post("/room/new/questions", "alone=yes&safe=yes&pressed=yes");
	ck_has(booth.page, "Then we do not go on");
	ck_has(booth.page, "CC40");
	booth_post("/room/new/questions", "alone=yes&safe=yes&pressed=no&"
	    "method=in-person&heard=yes&stop=yes");
	ck_assert_str_eq(booth.location, "/room/new/agencies");
}
END_TEST

/* What was read back is not what stands there after a change. */
START_TEST(a_change_takes_back_the_yes)
{
	answered("");
	booth_post("/room/new/agencies", "m=police");
	ck_assert_str_eq(booth.location, "/room/new/grid");
	ck_has(asked(VERB_DRAFT_DROP), "room/new/agreed");
}
END_TEST

/* ---- grid -------------------------------------------------------------- */

START_TEST(nothing_is_ticked_by_itself)
{
	char s[FORM_NAME_MAX + 1], want[200];

	answered("");
	booth_get("/room/new/grid");
	room_arrow('s', "refuge", "police", s);
	snprintf(want, sizeof want, "name=\"%s\" value=\"C1\">", s);
	ck_has(booth.page, want);
	ck_has(booth.page, "The &lt;Police&gt; may tell The Refuge:");
	booth_post("/room/new/grid", "do=usual");
	snprintf(want, sizeof want, "name=\"%s\" value=\"C1\" checked>", s);
	ck_has(booth.page, want);
	ck_has(booth.page, "take out what she does not want");
	/* seen and not handed in: nothing is kept of it */
	ck_assert_uint_eq(booth.verb[VERB_DRAFT_PUT].times, 0);
}
END_TEST

/* ---- reading back ------------------------------------------------------ */

static void
previewed(void)
{
	booth_agent(VERB_CONSENT, CLI_DONE, "{\"grants\":1,\"two_roles\":"
	    "false,\"lines\":[{\"from\":\"police\",\"to\":\"refuge\","
	    "\"scopes\":[\"C1\"],\"purpose\":\"PU03\",\"days\":30,"
	    "\"until\":\"2026-12-16T10:00:00Z\"}]}", NULL);
}

START_TEST(read_back_in_her_language)
{
	answered("");
	previewed();
	booth_get("/room/new/readback");
	ck_assert_int_eq(booth.status, 200);
	ck_has(booth.page, "co osoba stosuj");
	ck_has(booth.page, "what the person causing harm does to you");
	ck_has(booth.page, "2026-12-16");
	ck_has(booth.page, "Only for: supporting you.");
	ck_has(asked(VERB_CONSENT), "\"dry_run\":true");
	ck_lacks(asked(VERB_CONSENT), "\"case\"");
	ck_lacks(asked(VERB_CONSENT), "passphrase");
	booth_post("/room/new/readback", "");
	ck_assert_str_eq(booth.location, "/room/new/secrets");
	ck_has(asked(VERB_DRAFT_PUT), "room/new/agreed");
}
END_TEST

START_TEST(refused_before_signing)
{
	answered("");
	booth_agent(VERB_CONSENT, CLI_NO, "{\"rule\":\"R11\","
	    "\"field\":\"agreements\"}", "K1 is old enough to decide.");
	booth_get("/room/new/readback");
	ck_has(booth.page, "K1 is old enough to decide.");
	ck_has(booth.page, "href=\"/room/new/people\"");
	ck_lacks(booth.page, "She says yes");
}
END_TEST

START_TEST(gaps_lead_back)
{
	answered("");
	booth_agent(VERB_DRAFT_GET, CLI_DONE, "{\"text\":\"reference=NB-17&"
	    "language=pl\",\"version\":1,\"at\":\"\",\"other\":false}", NULL);
	booth_get("/room/new/readback");
	ck_assert_str_eq(booth.location, "/room/new/questions");
	ck_assert_uint_eq(booth.verb[VERB_CONSENT].times, 0);
}
END_TEST

/* ---- her words --------------------------------------------------------- */

/* The yes that fits what `answered` says. */
static void
agreed(void)
{
	char seal[ROOM_SEAL], more[64];
	struct room_facts f;
	struct room_asked a;
	struct room r;
	struct desk_call c = { .desk = booth.desk, .config = &booth.config };

	answered("");
	c.part[0] = "new";
	strcpy(c.who.token, BOOTH_SESSION);
	strcpy(c.who.role, "social-worker");
	buf_init(&c.out, DESK_PAGE_MAX);
	ck_assert(room_open(&r, &c, ROOM_MEMBERS));
	room_facts(&r, &f, &a);
	room_seal(&f, seal);
	room_close(&r);
	buf_free(&c.out);
	snprintf(more, sizeof more, "&seal=%s", seal);
	answered(more);
}

START_TEST(words_only_after_yes)
{
	answered("");
	booth_get("/room/new/secrets");
	ck_assert_str_eq(booth.location, "/room/new/readback");
	booth_post("/room/new/secrets", "");
	ck_assert_str_eq(booth.location, "/room/new/readback");
	ck_assert_uint_eq(booth.verb[VERB_CASE_OPEN].times, 0);
}
END_TEST

START_TEST(words_are_shown_once)
{
	char *first;

	agreed();
	booth_get("/room/new/secrets");
	ck_assert_int_eq(booth.status, 200);
	ck_assert_uint_eq(booth.verb[VERB_CASE_OPEN].times, 0);
	booth_agent(VERB_CASE_OPEN, CLI_DONE, "{\"case\":3,\"reference\":"
	    "\"NB-17\",\"passphrase\":\"" PASS "\",\"stop\":\"" STOP "\","
	    "\"forced\":\"" FORCED "\"}", NULL);
	booth_ask(true, "/room/new/secrets", NULL);
	ck_assert_uint_eq(booth.verb[VERB_CASE_OPEN].times, 0);
	first = strdup(booth_post("/room/new/secrets", "desk.number=77"));
	ck_has(first, PASS);
	ck_has(first, STOP);
	ck_has(first, FORCED);
	ck_has(first, "<details name=\"words\"");
	ck_has(first, "href=\"/room/3/rehearse\"");
	ck_has(asked(VERB_CASE_OPEN), "\"language\":\"pl\"");
	ck_has(asked(VERB_DRAFT_PUT), "room/3/");
	free(first);
	/* nothing that comes after has a word of them */
	ck_lacks(booth_get("/room/3/rehearse"), "candle");
	ck_lacks(booth_get("/room/3"), "candle");
	ck_lacks(booth_get("/room/new/secrets"), "candle");
}
END_TEST

START_TEST(words_twice_are_none)
{
	char body[300];

	agreed();
	booth_agent(VERB_CASE_OPEN, CLI_DONE, "{\"case\":3,\"passphrase\":\""
	    PASS "\",\"stop\":\"" STOP "\",\"forced\":\"" FORCED "\"}", NULL);
	booth.origin = "http://127.0.0.1:7645";
	snprintf(body, sizeof body, "desk.token=%s&desk.number=once-more",
	    booth.token);
	ck_has(booth_ask(true, "/room/new/secrets", body), STOP);
	ck_lacks(booth_ask(true, "/room/new/secrets", body), STOP);
	ck_assert_int_eq(booth.status, 303);
	ck_assert_uint_eq(booth.verb[VERB_CASE_OPEN].times, 1);
}
END_TEST

START_TEST(rehearsing)
{
	booth_agent(VERB_REHEARSE, CLI_NO, NULL, "");
	booth_post("/room/3/rehearse", "phrase=maple+river");
	ck_has(booth.page, "That is not a possible phrase.");
	ck_lacks(booth.page, "maple");
	booth_agent(VERB_REHEARSE, CLI_DONE, NULL, "");
	booth_post("/room/3/rehearse", "phrase=maple+river+candle");
	ck_has(booth.page, "That is a possible phrase.");
	ck_lacks(booth.page, "maple");
	ck_has(asked(VERB_REHEARSE), "maple river candle");
	ck_assert_uint_eq(booth.verb[VERB_STOP].times, 0);
}
END_TEST

/* ---- signing ----------------------------------------------------------- */

START_TEST(signed_after_yes_alone)
{
	answered("");
	booth_post("/room/3/sign", "passphrase=a+b+c+d+e+f");
	ck_assert_str_eq(booth.location, "/room/3/readback");
	ck_assert_uint_eq(booth.verb[VERB_CONSENT].times, 0);
	agreed();
	booth_agent(VERB_CONSENT, CLI_NO, NULL, "That is not the passphrase "
	    "of this case. Nothing was changed.");
	booth_post("/room/3/sign", "passphrase=zebra+zebra+zebra");
	ck_has(booth.page, "not the passphrase");
	ck_lacks(booth.page, "zebra");
	ck_has(asked(VERB_CONSENT), "\"case\":3");
	ck_has(asked(VERB_CONSENT), "zebra");
	ck_assert_uint_eq(booth.verb[VERB_DRAFT_DROP].times, 0);
	booth_agent(VERB_CONSENT, CLI_DONE, "{\"grants\":[{\"state\":"
	    "\"admitted\"}],\"introductions\":[]}", NULL);
	booth_post("/room/3/sign", "passphrase=zebra+zebra+zebra");
	ck_assert_str_eq(booth.location, "/room/3?done=signed");
	ck_assert_uint_eq(booth.verb[VERB_DRAFT_DROP].times, ROOM_END);
}
END_TEST

START_TEST(only_while_connected)
{
	agreed();
	booth_agent(VERB_STATUS, CLI_DONE, "{\"connected\":false,"
	    "\"unlocked\":true}", NULL);
	ck_has(booth_get("/room/3/sign"), "signed only while connected");
}
END_TEST

START_TEST(part_of_it)
{
	agreed();
	booth_agent(VERB_CONSENT, CLI_NO, "{\"grants\":[{\"state\":"
	    "\"refused\",\"from\":\"police\",\"to\":\"refuge\",\"rule\":"
	    "\"TOO_OLD\",\"why\":\"signed too long ago\"}]}", "Some were not "
	    "taken; look at each line.");
	booth_post("/room/3/sign", "passphrase=zebra");
	ck_has(booth.page, "Not every line was taken");
	ck_has(booth.page, "signed too long ago");
}
END_TEST

/* ---- later ------------------------------------------------------------- */

START_TEST(now_says_the_true_rule)
{
	booth_get("/room/3");
	ck_has(booth.page, "in force R4");
	ck_has(booth.page, "Ends in 5 days");
	ck_has(booth.page, "The &lt;Police&gt;");
	ck_has(booth.page, "href=\"/room/3/withdraw\"");
	booth_agent(VERB_REVIEW, CLI_DONE, "{\"roles\":true,\"file\":false}",
	    NULL);
	booth_get("/room/3");
	ck_has(booth.page, "causing harm elsewhere");
	ck_lacks(booth.page, "The review is done");
	booth_in("advocate,lead");
	ck_has(booth_get("/room/3"), "The review is done");
	booth_post("/room/3/review", "what=roles");
	ck_has(asked(VERB_REVIEW), "\"what\":\"roles\"");
	ck_assert_str_eq(booth.location, "/room/3?done=reviewed");
}
END_TEST

START_TEST(withdrawn_without_passphrase)
{
	booth_agent(VERB_WITHDRAW, CLI_DONE, "{\"withdrawn\":[]}", "");
	booth_post("/room/3/withdraw", "heard=phone");
	ck_has(booth.page, "What should end?");
	ck_assert_uint_eq(booth.verb[VERB_WITHDRAW].times, 0);
	booth_post("/room/3/withdraw", "what=g:aabbccdd&heard=phone");
	ck_assert_str_eq(booth.location, "/room/3?done=withdrawn");
	ck_assert_str_eq(asked(VERB_WITHDRAW), "{\"case\":3,\"grant\":"
	    "\"aabbccdd\",\"heard\":\"phone\"}");
	booth_post("/room/3/withdraw", "what=m:police&heard=in-person");
	ck_assert_str_eq(asked(VERB_WITHDRAW), "{\"case\":3,\"heard\":"
	    "\"in-person\",\"member\":\"police\"}");
	booth_post("/room/3/withdraw", "what=all&heard=passphrase&"
	    "passphrase=a+b");
	ck_assert_str_eq(asked(VERB_WITHDRAW), "{\"all\":true,\"case\":3,"
	    "\"passphrase\":\"a b\"}");
	booth_agent(VERB_WITHDRAW, CLI_NOT_NOW, NULL, "");
	booth_post("/room/3/withdraw", "what=all&heard=phone");
	ck_assert_str_eq(booth.location, "/room/3?done=withdrawing");
}
END_TEST

START_TEST(renewed_line_by_line)
{
	booth_agent(VERB_CASE_RENEW, CLI_DONE, "{\"lines\":[{\"grant\":"
	    "\"aabbccdd\",\"state\":\"running\",\"from\":\"police\",\"to\":"
	    "\"refuge\",\"scopes\":[\"C1\"],\"purpose\":\"PU03\",\"until\":"
	    "\"2026-12-16T10:00:00Z\",\"used\":3,\"last\":"
	    "\"2026-11-16T10:00:00Z\"},{\"grant\":\"eeff\",\"state\":"
	    "\"ended\",\"from\":\"police\",\"to\":\"refuge\",\"scopes\":[],"
	    "\"purpose\":\"PU01\",\"until\":\"2026-12-16T10:00:00Z\","
	    "\"used\":0,\"last\":null}]}", NULL);
	booth_get("/room/3/renew");
	ck_has(booth.page, "Used 3 times, the last time on 2026-11-16.");
	ck_has(booth.page, "name=\"g.aabbccdd\" value=\"stop\"");
	ck_lacks(booth.page, "g.eeff");
	/* ending needs nothing, and goes first */
	booth_agent(VERB_WITHDRAW, CLI_DONE, "{}", "");
	booth.verb[VERB_CASE_RENEW].times = 0;
	booth_post("/room/3/renew", "g.aabbccdd=stop");
	ck_assert_str_eq(booth.location, "/room/3?done=withdrawn");
	ck_has(asked(VERB_WITHDRAW), "aabbccdd");
	ck_assert_uint_eq(booth.verb[VERB_CASE_RENEW].times, 0);
	/* going on is a signing: three answers and her passphrase */
	booth_agent(VERB_CASE_RENEW, CLI_DONE, "{\"grants\":[{\"state\":"
	    "\"admitted\"}]}", "");
	booth_post("/room/3/renew", "g.aabbccdd=keep&alone=yes&safe=yes&"
	    "pressed=no&method=phone&days=60&passphrase=a+b");
	ck_assert_str_eq(booth.location, "/room/3?done=signed");
	ck_has(asked(VERB_CASE_RENEW), "\"asked_alone\":\"yes\"");
	ck_has(asked(VERB_CASE_RENEW), "\"days\":60");
	ck_has(asked(VERB_CASE_RENEW), "\"renew\":[\"aabbccdd\"]");
}
END_TEST

START_TEST(closing_is_asked_twice)
{
	booth_agent(VERB_CASE_CLOSE, CLI_DONE, "{\"case\":3}", "");
	booth_post("/room/3/close", "");
	ck_has(booth.page, "Tick that you are sure");
	ck_assert_uint_eq(booth.verb[VERB_CASE_CLOSE].times, 0);
	booth_post("/room/3/close", "sure=yes");
	ck_assert_str_eq(booth.location, "/room/3?done=closed");
}
END_TEST

START_TEST(new_phrases_are_shown_once)
{
	booth_agent(VERB_RESUME, CLI_NO, NULL, "Stopped at 2026-11-16 10:00 "
	    "UTC. Earliest restart 2026-11-17 10:00 UTC.");
	booth_post("/room/3/resume", "passphrase=zebra");
	ck_has(booth.page, "Earliest restart");
	ck_lacks(booth.page, "zebra");
	booth_agent(VERB_RESUME, CLI_DONE, "{\"stop\":\"" STOP
	    "\",\"forced\":\"" FORCED "\"}", "");
	booth_post("/room/3/resume", "passphrase=zebra");
	ck_has(booth.page, STOP);
	ck_has(booth.page, FORCED);
	ck_lacks(booth_get("/room/3"), "candle");
}
END_TEST

START_TEST(somebody_new_must_not_see)
{
	booth_agent(VERB_EXCLUDE, CLI_DONE, "{\"introductions\":[],\"close\":"
	    "[\"police\"]}", "On its way to each.");
	booth_post("/room/3/exclude", "x.name.1=&x.at.1=police");
	ck_has(booth.page, "whose name?");
	ck_assert_uint_eq(booth.verb[VERB_EXCLUDE].times, 0);
	booth_post("/room/3/exclude", "x.name.1=Ann&x.rel.1=cousin&"
	    "x.at.1=police");
	ck_has(booth.page, "Somebody at The &lt;Police&gt; may be close");
	ck_has(asked(VERB_EXCLUDE), "\"at\":\"police\"");
}
END_TEST

/* ---- the statement ----------------------------------------------------- */

START_TEST(asked_whether_it_is_safe)
{
	booth_get("/room/3/statement");
	ck_has(booth.page, "Is it safe to look at it now?");
	ck_assert_uint_eq(booth.verb[VERB_STATEMENT].times, 0);
}
END_TEST

START_TEST(every_kind_of_line)
{
	booth_agent(VERB_STATEMENT, CLI_DONE, "{\"reference\":\"7f3a-91c2\","
	    "\"complete\":true,\"lines\":["
	    "{\"at\":\"2026-11-16T10:00:00Z\",\"what\":\"permission\","
	    "\"from_name\":\"A\",\"to_name\":\"B\",\"scopes\":[\"C4\"],"
	    "\"until\":\"2026-12-16T10:00:00Z\"},"
	    "{\"at\":\"2026-11-16T10:00:00Z\",\"what\":\"delivery\","
	    "\"from_name\":\"A\",\"to_name\":\"B\",\"scopes\":[],"
	    "\"opened\":[{\"role\":\"worker <x>\",\"at\":"
	    "\"2026-11-17T10:00:00Z\"}],\"opened_times\":3},"
	    "{\"what\":\"delivery\",\"scopes\":[\"SG3\"],\"opened\":[]},"
	    "{\"what\":\"dropped\",\"why\":\"taken-back\",\"scopes\":[]},"
	    "{\"what\":\"refused\",\"shown\":\"R1\",\"scopes\":[]},"
	    "{\"what\":\"refused\",\"shown\":\"\",\"opening\":true,"
	    "\"scopes\":[]},"
	    "{\"what\":\"mandated\",\"told\":false,\"ground\":\"LB4\"},"
	    "{\"what\":\"mandated\",\"told\":true,\"ground\":\"LB6\"},"
	    "{\"what\":\"export\",\"n\":4},"
	    "{\"what\":\"withdrawn\",\"from\":\"a\",\"from_name\":\"A\"},"
	    "{\"what\":\"withdrawn\",\"from\":\"\"},"
	    "{\"what\":\"stopped\"},{\"what\":\"resumed\"},"
	    "{\"what\":\"taken-back\",\"from_name\":\"A\"},"
	    "{\"what\":\"closed\"},{\"what\":\"something new\"}]}", NULL);
	booth_post("/room/3/statement", "language=pl");
	ck_assert_int_eq(booth.status, 200);
	ck_has(booth.page, "7f3a-91c2");
	ck_has(booth.page, "You permitted A to tell B, until 2026-12-16:");
	ck_has(booth.page, "Twoja zgoda");
	ck_has(booth.page, "Opened on 2026-11-17, by somebody with the task: "
	    "worker &lt;x&gt;.");
	ck_has(booth.page, "And opened again later.");
	ck_has(booth.page, "Nobody has opened it.");
	ck_has(booth.page, "because its writer took it back:");
	ck_has(booth.page, "because there was no permission for it:");
	ck_has(booth.page, "because a life was in danger. You were not told");
	ck_has(booth.page, "because a court ordered it. You were told.");
	ck_has(booth.page, "Number of records: 4.");
	ck_has(booth.page, "Ended: all permissions.");
	/* in English alone when that is hers */
	booth_post("/room/3/statement", "language=en");
	ck_lacks(booth.page, "Twoja zgoda");
	booth_agent(VERB_STATEMENT, CLI_NOT_NOW, "{\"reference\":\"x\","
	    "\"complete\":false,\"lines\":[]}", "");
	booth_post("/room/3/statement", "language=en");
	ck_has(booth.page, "There is no connection at the moment");
	ck_has(booth.page, "Nothing has been shared.");
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, booth_close);
	tcase_add_test(tc, advocates_alone);
	tcase_add_test(tc, other_agencies_cases_are_unknown);
	tcase_add_test(tc, begins_without_a_case);
	tcase_add_test(tc, no_conversation_no_page);
	tcase_add_test(tc, three_answers_first);
	tcase_add_test(tc, a_change_takes_back_the_yes);
	tcase_add_test(tc, nothing_is_ticked_by_itself);
	tcase_add_test(tc, read_back_in_her_language);
	tcase_add_test(tc, refused_before_signing);
	tcase_add_test(tc, gaps_lead_back);
	tcase_add_test(tc, words_only_after_yes);
	tcase_add_test(tc, words_are_shown_once);
	tcase_add_test(tc, words_twice_are_none);
	tcase_add_test(tc, rehearsing);
	tcase_add_test(tc, signed_after_yes_alone);
	tcase_add_test(tc, only_while_connected);
	tcase_add_test(tc, part_of_it);
	tcase_add_test(tc, now_says_the_true_rule);
	tcase_add_test(tc, withdrawn_without_passphrase);
	tcase_add_test(tc, renewed_line_by_line);
	tcase_add_test(tc, closing_is_asked_twice);
	tcase_add_test(tc, new_phrases_are_shown_once);
	tcase_add_test(tc, somebody_new_must_not_see);
	tcase_add_test(tc, asked_whether_it_is_safe);
	tcase_add_test(tc, every_kind_of_line);
}

int
main(void)
{
	return test_main("page_room", fill, 20);
}
