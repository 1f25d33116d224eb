/*
 * The conversation's first two pages: in private, and with whom.
 *
 *	GET, POST /room/N/questions   alone? safe? pressed? the notice
 *	GET, POST /room/N/agencies    which may take part
 */
#include <stdio.h>
#include <string.h>

#include "agent/desk/draft.h"
#include "agent/desk/room.h"

desk_page page_room_questions, page_room_questions_in, page_room_agencies,
    page_room_agencies_in;

static const struct room_choice yes_no[] = { { "yes", "yes", { 0 } },
    { "no", "no", { 0 } } };

/* What was kept, or the form that came in, into the fields. */
static void
fill(struct room *r, enum room_page page)
{
	char what[ROOM_DRAFT];

	room_draft(r, page, what);
	draft_take(r->c, what);
}

static void
error(struct room *r, const struct room_gap *gap)
{
	if (gap != NULL)
		page_error(r->c, gap->field, "%s", gap->words);
}

/* ---- questions --------------------------------------------------------- */

static void
notice(struct room *r)
{
	const struct tongue *t = r->ours;
	char id[TONGUE_NOTICE];

	tongue_notice(r->hers, id);
	html(&r->c->out, "<section class=\"notice\" id=\"notice\">\n<h2>Read "
	    "this with her</h2>\n");
	for (size_t i = 0; i < tongue_count(t); i++)
		if (strncmp(tongue_key(t, i), "notice.", 7) == 0)
			room_say(r, tongue_key(t, i), NULL, 0);
	html(&r->c->out, "<p class=\"soft\">%s</p>\n</section>\n", id);
}

static void
interpreter(struct room *r)
{
	static const struct page_choice who[] = {
		{ "", "Nobody interprets" },
		{ "booked interpreter", "A booked interpreter, here" },
		{ "telephone interpreter", "An interpreter by telephone" },
		{ "same-language worker", "A worker who speaks her language" },
	};

	html_raw(&r->c->out, "<div class=\"row\">\n");
	page_select(r->c, "interpreter", "Who interprets?", who,
	    sizeof who / sizeof who[0], "");
	page_text(r->c, "reference", "Booking number", NULL, NULL);
	html_raw(&r->c->out, "</div>\n");
	room_radio(r, "independent", "ask.interpreter", NULL, 0, yes_no, 2);
}

/* Another language, without losing the reference. */
static void
other_language(struct room *r)
{
	const struct form *begin = &r->page[ROOM_BEGIN];
	char action[48];

	if (r->no != 0)
		return;
	snprintf(action, sizeof action, "/room/%s/again", r->part);
	html_raw(&r->c->out, "<section>\n<h2>Another language</h2>\n");
	page_form(r->c, action);
	page_hidden(r->c, "reference", form_text(begin, "reference"));
	room_languages(r->c, form_text(begin, "language"));
	html_raw(&r->c->out, "<p class=\"do\"><button>Speak this language"
	    "</button></p>\n</form>\n</section>\n");
}

static void
questions(struct room *r, const struct room_gap *gap)
{
	static const struct page_choice how[] = {
		{ "in-person", "In person" }, { "video", "By video" },
		{ "phone", "By telephone" },
	};

	room_begin(r, "First, in private", "questions");
	error(r, gap);
	room_form(r, "questions", ROOM_QUESTIONS);
	room_radio(r, "alone", "ask.alone", NULL, 0, yes_no, 2);
	room_radio(r, "safe", "ask.safe", NULL, 0, yes_no, 2);
	room_radio(r, "pressed", "ask.pressed", NULL, 0, yes_no, 2);
	page_select(r->c, "method", "How do you speak with each other?", how,
	    3, "in-person");
	interpreter(r);
	notice(r);
	room_tick(r, "heard", "yes", "ask.heard");
	room_tick(r, "stop", "yes", "ask.stop");
	page_form_end(r->c, "Go on");
	other_language(r);
	page_end(r->c);
}

void
page_room_questions(struct desk_call *c)
{
	struct room r;

	if (!room_open(&r, c, 0))
		return;
	fill(&r, ROOM_QUESTIONS);
	questions(&r, NULL);
	room_close(&r);
}

/* Not alone, not safe, or pressed: it ends here, without blame. */
static bool
stops_here(const struct desk_call *c)
{
	return form_has(&c->form, "alone", "no") ||
	    form_has(&c->form, "safe", "no") ||
	    form_has(&c->form, "pressed", "yes");
}

static void
stop_here(struct room *r)
{
	room_begin(r, "Not now", NULL);
	room_box(r, "warn", "ask.stop-here", NULL, 0);
	html_raw(&r->c->out, "<p>If somebody presses her to permit or to "
	    "refuse, that is an act to record, when she wants it recorded: ");
	page_code(r->c, "CC40");
	html_raw(&r->c->out, ".</p>\n<p><a href=\"/room\">Back to the consent "
	    "room</a></p>\n");
	page_end(r->c);
}

void
page_room_questions_in(struct desk_call *c)
{
	struct room_asked asked;
	struct room_facts f;
	struct room_gap gap;
	struct room r;

	if (!room_open(&r, c, 0))
		return;
	room_take(&r, ROOM_QUESTIONS);
	room_facts(&r, &f, &asked);
	if (stops_here(c))
		stop_here(&r);
	else if (!room_keep(&r, ROOM_QUESTIONS))
		;
	else if (room_missing(&f, ROOM_QUESTIONS, &gap))
		questions(&r, &gap);
	else
		desk_see(c, NULL, "/room/%s/agencies", r.part);
	room_close(&r);
}

/* ---- agencies ---------------------------------------------------------- */

static void
agency(struct room *r, const json_t *m)
{
	const char *id = json_str(m, "member"), *kind = json_str(m, "kind");
	const bool ticked = r->c->filled && form_has(&r->c->form, "m", id);
	char key[TONGUE_KEY_MAX + 1];

	snprintf(key, sizeof key, "kind.%s", kind);
	if (tongue_text(r->ours, key) == NULL)
		strcpy(key, "kind.other");
	html(&r->c->out, "<label class=\"tick\"><input type=\"checkbox\" "
	    "name=\"m\" value=\"%s\"", id);
	html_raw(&r->c->out, ticked ? " checked>" : ">");
	html(&r->c->out, " <span><b>%s</b> ", json_str(m, "name"));
	if (strcmp(json_str(m, "duty"), "none") != 0)
		html_raw(&r->c->out, "<span class=\"mark urgent\">may have to "
		    "show papers</span> ");
	room_said(r, key, NULL, 0);
	html_raw(&r->c->out, "</span></label>\n");
}

static void
agencies(struct room *r, const struct room_gap *gap)
{
	const json_t *m;
	size_t i;

	room_begin(r, "Which agencies", "agencies");
	error(r, gap);
	room_form(r, "agencies", ROOM_AGENCIES);
	html_raw(&r->c->out, "<fieldset class=\"field ask\" id=\"m\" "
	    "tabindex=\"-1\">\n<legend>");
	room_said(r, "agencies.ask", NULL, 0);
	html_raw(&r->c->out, "</legend>\n");
	json_array_foreach(r->members, i, m)
		if (!json_yes(m, "own") && strcmp(json_str(m, "kind"),
		    "AG16") != 0)
			agency(r, m);
	html_raw(&r->c->out, "</fieldset>\n");
	page_form_end(r->c, "Go on");
	page_end(r->c);
}

void
page_room_agencies(struct desk_call *c)
{
	struct room r;

	if (!room_open(&r, c, ROOM_MEMBERS))
		return;
	fill(&r, ROOM_AGENCIES);
	agencies(&r, NULL);
	room_close(&r);
}

void
page_room_agencies_in(struct desk_call *c)
{
	struct room_asked asked;
	struct room_facts f;
	struct room_gap gap;
	struct room r;

	if (!room_open(&r, c, ROOM_MEMBERS))
		return;
	room_take(&r, ROOM_AGENCIES);
	room_facts(&r, &f, &asked);
	if (!room_keep(&r, ROOM_AGENCIES))
		;
	else if (room_missing(&f, ROOM_AGENCIES, &gap))
		agencies(&r, &gap);
	else
		desk_see(c, NULL, "/room/%s/grid", r.part);
	room_close(&r);
}
