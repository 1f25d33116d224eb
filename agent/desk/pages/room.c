/*
 * The consent room's door: cases of ours, tasks about them, a conversation
 * that is under way or begins; and how one case stands now.
 *
 *	GET  /room             POST /room: begins
 *	POST /room/done        a task
 *	GET  /room/N           now
 *	POST /room/N/forget    drops the conversation
 *	POST /room/N/language  in which language one speaks from now on
 *	POST /room/N/review    a lead ends a pause (R16, R17)
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/desk/draft.h"
#include "agent/desk/part.h"
#include "agent/desk/room.h"
#include "agent/desk/view.h"

desk_page page_room, page_room_start, page_room_done, page_room_now,
    page_room_forget, page_room_again, page_room_language, page_room_review;

enum { LANGUAGES = TONGUES_MAX };

/* ---- the list ---------------------------------------------------------- */

static void
own_cases(struct desk_call *c, const json_t *all)
{
	const json_t *o;
	bool any = false;
	size_t i;

	html_raw(&c->out, "<section>\n<h2>Your agency's cases</h2>\n");
	json_array_foreach(json_object_get(all, "cases"), i, o) {
		const char *ref = json_str(o, "reference");

		if (!json_yes(o, "ours"))
			continue;
		html_raw(&c->out, any ? "" : "<ul class=\"list\">\n");
		html(&c->out, "<li><a href=\"/room/%lld\">Case %lld%s%s</a> "
		    "<span class=\"mark\">%s</span></li>\n", json_int(o,
		    "case"), json_int(o, "case"), ref[0] != '\0' ? ", " : "",
		    ref, strcmp(json_str(o, "state"), "frozen") == 0 ?
		    "stopped" : json_str(o, "state"));
		any = true;
	}
	html_raw(&c->out, any ? "</ul>\n" : "<p>None yet.</p>\n");
	html_raw(&c->out, "</section>\n");
}

static void
tasks(struct desk_call *c, const json_t *all)
{
	const json_t *list = json_object_get(all, "tasks"), *o;
	size_t i;

	if (json_array_size(list) == 0)
		return;
	html_raw(&c->out, "<section>\n<h2>On your list</h2>\n");
	json_array_foreach(list, i, o) {
		const bool now = strcmp(json_str(o, "kind"),
		    "stopped-forced") == 0;

		html_raw(&c->out, now ? "<div class=\"box bad\"><p>" :
		    "<div class=\"box note\"><p>");
		html(&c->out, "<a href=\"/room/%lld\">Case %lld</a>, ",
		    json_int(o, "case"), json_int(o, "case"));
		page_time(c, json_str(o, "at"));
		html(&c->out, ": %s</p>\n", json_str(o, "words"));
		page_form(c, "/room/done");
		html(&c->out, "<input type=\"hidden\" name=\"task\" "
		    "value=\"%lld\"><button>Done</button></form>\n</div>\n",
		    json_int(o, "task"));
	}
	html_raw(&c->out, "</section>\n");
}

void
room_languages(struct desk_call *c, const char *now)
{
	const struct tongues *t = &c->desk->tongues;
	struct page_choice choice[LANGUAGES];

	for (size_t i = 0; i < t->n; i++)
		choice[i] = (struct page_choice){ tongue_text(t->v[i],
		    "language.code"), tongue_text(t->v[i], "language.name") };
	page_select(c, "language", "The language that she reads and hears",
	    choice, t->n, now);
}

/* One conversation at a time without a case; it is this account's alone. */
static void
begin_form(struct desk_call *c, const char *wrong)
{
	json_t *d = NULL;
	const int code = desk_ask(c, VERB_DRAFT_GET, json_pack("{s:s}", "what",
	    "room/new/begin"), &d, NULL);

	html_raw(&c->out, "<section>\n<h2>A new case</h2>\n");
	if (code == CLI_DONE) {
		html_raw(&c->out, "<p>You have begun a conversation (last kept "
		    "");
		page_time(c, json_str(d, "at"));
		html_raw(&c->out, "; it is forgotten 14 days later). No case is "
		    "open yet.</p>\n<p><a "
		    "class=\"button primary\" href=\"/room/new/questions\">Go "
		    "on with it</a></p>\n");
		page_form(c, "/room/new/forget");
		html_raw(&c->out, "<p><button class=\"danger\">Forget it"
		    "</button></p></form>\n");
	} else {
		html_raw(&c->out, "<p>First the conversation, then the case: "
		    "it is opened when she is shown her words, and only if she "
		    "wants it.</p>\n");
		if (wrong != NULL)
			page_error(c, "reference", "%s", wrong);
		page_form(c, "/room");
		page_text(c, "reference", "Your reference for it", "As your "
		    "agency calls it, without a name. It stays here.", NULL);
		room_languages(c, "en");
		page_form_end(c, "Begin");
	}
	html_raw(&c->out, "</section>\n");
	json_decref(d);
}

static bool
cannot_wait(const json_t *all)
{
	const json_t *o;
	size_t i;

	json_array_foreach(json_object_get(all, "tasks"), i, o)
		if (strcmp(json_str(o, "kind"), "stopped-forced") == 0)
			return true;
	return false;
}

/* She may sit beside the screen: other families are behind a click. */
static void
aside(struct desk_call *c, const json_t *all)
{
	html_raw(&c->out, cannot_wait(all) ?
	    "<details class=\"box bad\">\n<summary>Something on your list "
	    "cannot wait: open it where nobody else sees the screen"
	    "</summary>\n" :
	    "<details class=\"box note\">\n<summary>Your list and your "
	    "agency's cases: open where nobody else sees the screen"
	    "</summary>\n");
	tasks(c, all);
	own_cases(c, all);
	html_raw(&c->out, "</details>\n");
}

static void
door(struct desk_call *c, const char *wrong)
{
	json_t *all = desk_need(c, VERB_CASES, NULL);

	if (all == NULL)
		return;
	page_begin(c, "Consent room");
	aside(c, all);
	begin_form(c, wrong);
	page_end(c);
	json_decref(all);
}

void
page_room(struct desk_call *c)
{
	door(c, NULL);
}

/* Digits alone would be taken for a number of ours. */
static bool
reference_ok(const char *s)
{
	const size_t n = strlen(s);

	return n > 0 && n < 64 && strspn(s, "0123456789") < n &&
	    strpbrk(s, "\n\t") == NULL;
}

void
page_room_start(struct desk_call *c)
{
	const struct tongues *t = &c->desk->tongues;

	if (!reference_ok(form_text(&c->form, "reference")))
		door(c, "A reference of up to 63 characters, not digits "
		    "alone.");
	else if (tongues_find(t, form_text(&c->form, "language")) == NULL)
		door(c, "There is no such language here.");
	else if (draft_keep(c, "room/new/begin"))
		desk_see(c, NULL, "/room/new/questions");
	else
		desk_say(c, 503, "Not now", "This could not be kept; please "
		    "try again in a minute.");
}

void
page_room_done(struct desk_call *c)
{
	json_t *all = desk_need(c, VERB_CASES, json_pack("{s:I}", "done",
	    (json_int_t)atoll(form_text(&c->form, "task"))));

	if (all != NULL)
		desk_see(c, NULL, "/room");
	json_decref(all);
}

/* ---- one case, now ----------------------------------------------------- */

static void
state(struct room *r)
{
	const char *s = json_str(r->status, "state");
	char at[PAGE_TIME], restart[PAGE_TIME];

	page_time_text(json_str(r->status, "stopped"), at);
	page_time_text(json_str(r->status, "restart"), restart);
	if (strcmp(s, "frozen") == 0)
		page_box(r->c, "warn", "Stopped%s%s. Earliest restart %s, "
		    "after a private conversation.", at[0] != '\0' ? " at " :
		    "", at, restart);
	else if (strcmp(s, "closed") == 0)
		page_box(r->c, "note", "Closed, for good.");
}

static void
reviews(struct room *r)
{
	const bool lead = (r->c->who.rights & DESK_LEAD) != 0;
	static const struct { const char *what, *words; } row[] = {
		{ "roles", "One person is recorded as harmed here and as "
		    "causing harm elsewhere. Signing and sending are paused "
		    "in both cases until a lead has reviewed it." },
		{ "file", "A person named here asks for their file. Parts "
		    "concern others: nothing is signed or sent before a lead "
		    "has ended the review." },
	};
	char action[48];
	json_t *o = NULL;

	if (desk_ask(r->c, VERB_REVIEW, json_pack("{s:I}", "case",
	    (json_int_t)r->no), &o, NULL) != CLI_DONE)
		o = NULL;
	snprintf(action, sizeof action, "/room/%s/review", r->part);
	for (size_t i = 0; i < 2; i++) {
		if (!json_yes(o, row[i].what))
			continue;
		page_box(r->c, "bad", "%s", row[i].words);
		if (!lead)
			continue;
		page_form(r->c, action);
		page_hidden(r->c, "what", row[i].what);
		html_raw(&r->c->out, "<p><button>The review is done</button>"
		    "</p></form>\n");
	}
	json_decref(o);
}

static const char *
state_words(const char *state)
{
	static const struct { const char *state, *words; } row[] = {
		{ "in-force", "in force" },
		{ "cooling", "begins later" },
		{ "waiting", "not confirmed yet" },
		{ "frozen", "stopped" },
	};

	for (size_t i = 0; i < sizeof row / sizeof row[0]; i++)
		if (strcmp(row[i].state, state) == 0)
			return row[i].words;
	return state;
}

static void
grant_row(struct room *r, const json_t *g)
{
	const char *rule = json_str(g, "rule");
	struct buf *b = &r->c->out;
	const json_t *s;
	size_t i;

	html(b, "<tr><td>%s</td><td>%s</td><td>", json_str(g, "from_name"),
	    json_str(g, "to_name"));
	json_array_foreach(json_object_get(g, "scopes"), i, s) {
		page_code(r->c, json_string_value(s));
		html_raw(b, "; ");
	}
	page_code(r->c, json_str(g, "purpose"));
	html_raw(b, "</td><td>");
	page_time(r->c, json_str(g, "until"));
	html(b, "</td><td><span class=\"mark\">%s%s%s</span> %s%s</td></tr>"
	    "\n", state_words(json_str(g, "state")), rule[0] != '\0' ? " " :
	    "", rule, json_str(g, "words"), json_is_false(json_object_get(g,
	    "agrees")) ? " Its terms and labels disagree: call the auditor." :
	    "");
}

/* The true rules: only this agency and the auditor see them. */
static void
grants(struct room *r)
{
	const json_t *list = json_object_get(r->status, "grants"), *g;
	size_t i;

	html_raw(&r->c->out, "<section>\n<h2>Permissions</h2>\n");
	if (json_array_size(list) == 0) {
		html_raw(&r->c->out, "<p>None has been given.</p>\n"
		    "</section>\n");
		return;
	}
	html_raw(&r->c->out, "<p class=\"soft\">Only this agency and the "
	    "auditor see which rule says no. To all others it is one "
	    "sentence.</p>\n<div class=\"wide\" tabindex=\"0\" "
	    "role=\"region\" aria-label=\"Permissions\"><table>\n<thead><tr>"
	    "<th scope=\"col\">From</th><th scope=\"col\">To</th>"
	    "<th scope=\"col\">Parts, purpose</th><th scope=\"col\">Until</th>"
	    "<th scope=\"col\">State</th></tr></thead>\n<tbody>\n");
	json_array_foreach(list, i, g)
		grant_row(r, g);
	html_raw(&r->c->out, "</tbody></table></div>\n");
	json_array_foreach(json_object_get(r->status, "introductions"), i, g)
		html(&r->c->out, "<p>The introduction to %s waits for its "
		    "permission.</p>\n", room_name(r, json_str(g, "to")));
	html_raw(&r->c->out, "</section>\n");
}

/* What can be done from here, by the state of the case. */
static void
acts(struct room *r)
{
	static const struct { const char *path, *label; unsigned when; } row[] =
	    {
		{ "questions", "Give permissions", 1 },
		{ "renew", "Renew", 1 },
		{ "withdraw", "Withdraw", 1 },
		{ "resume", "Begin again after a stop", 2 },
		{ "statement", "Who has seen this", 1 | 2 | 4 },
		{ "exclude", "Somebody must not see it", 1 | 2 },
		{ "rehearse", "Practise the stop phrase", 1 },
		{ "phrases", "New phrases", 1 | 2 },
		{ "close", "Close the case", 1 | 2 },
	};
	const char *s = json_str(r->status, "state");
	const unsigned now = strcmp(s, "open") == 0 ? 1 :
	    strcmp(s, "frozen") == 0 ? 2 : 4;

	html_raw(&r->c->out, "<ul class=\"acts\">\n");
	for (size_t i = 0; i < sizeof row / sizeof row[0]; i++)
		if ((row[i].when & now) != 0)
			html(&r->c->out, "<li><a class=\"button\" "
			    "href=\"/room/%s/%s\">%s</a></li>\n", r->part,
			    row[i].path, row[i].label);
	html_raw(&r->c->out, "<li><a class=\"button\" href=\"/stop\">Stop "
	    "phrase</a></li>\n</ul>\n");
}

static void
language_form(struct room *r)
{
	char action[48];

	snprintf(action, sizeof action, "/room/%s/language", r->part);
	html_raw(&r->c->out, "<section>\n<h2>Language</h2>\n");
	page_form(r->c, action);
	room_languages(r->c, tongue_text(r->hers, "language.code"));
	html_raw(&r->c->out, "<p class=\"do\"><button>Speak this one from now "
	    "on</button></p>\n</form>\n</section>\n");
}

void
page_room_now(struct desk_call *c)
{
	struct room r;

	if (!room_open(&r, c, ROOM_MEMBERS))
		return;
	if (r.no == 0) {
		room_close(&r);
		desk_see(c, NULL, "/room/new/questions");
		return;
	}
	room_begin(&r, "Now", NULL);
	state(&r);
	reviews(&r);
	if (r.page[ROOM_QUESTIONS].n > 0) {
		char action[48];

		page_box(c, "note", "A conversation is under way: nothing of "
		    "it is signed.");
		html(&c->out, "<p><a class=\"button\" href=\"/room/%s/readback"
		    "\">Go on with it</a></p>\n", r.part);
		snprintf(action, sizeof action, "/room/%s/forget", r.part);
		page_form(c, action);
		html_raw(&c->out, "<p><button class=\"danger\">Forget it"
		    "</button></p></form>\n");
	}
	acts(&r);
	grants(&r);
	language_form(&r);
	page_end(c);
	room_close(&r);
}

/* ---- small acts -------------------------------------------------------- */

void
page_room_forget(struct desk_call *c)
{
	struct room r;

	if (!room_open(&r, c, 0))
		return;
	room_forget(&r);
	if (r.no == 0)
		desk_see(c, "forgotten", "/room");
	else
		desk_see(c, "forgotten", "/room/%s", r.part);
	room_close(&r);
}

void
page_room_language(struct desk_call *c)
{
	struct room r;
	char what[ROOM_DRAFT];

	if (!room_open(&r, c, 0))
		return;
	room_draft(&r, ROOM_BEGIN, what);
	if (tongues_find(&c->desk->tongues, form_text(&c->form, "language")) ==
	    NULL)
		desk_nothing(c);
	else if (draft_keep(c, what))
		desk_see(c, NULL, "/room/%s", r.part);
	else
		desk_say(c, 503, "Not now", "Please try again in a minute.");
	room_close(&r);
}

/* The same for a case that is not opened: its reference goes along. */
void
page_room_again(struct desk_call *c)
{
	if (!draft_keep(c, "room/new/begin"))
		desk_say(c, 503, "Not now", "Please try again in a minute.");
	else
		desk_see(c, NULL, "/room/new/questions");
}

void
page_room_review(struct desk_call *c)
{
	const long long no = view_case(c, 0);
	json_t *o = desk_need(c, VERB_REVIEW, json_pack("{s:I, s:s, s:s}",
	    "case", (json_int_t)no, "what", form_text(&c->form, "what"),
	    "state", "done"));

	if (o != NULL)
		desk_see(c, "reviewed", "/room/%lld", no);
	json_decref(o);
}
