/*
 * A task for an agency, and a goal for a person, written as an observation is:
 * one page, a look at who gets it, and once to send it.
 *
 *	GET, POST /task/CASE     ?gap=GP01&link=RECORD
 *	GET, POST /goal/CASE     ?link=RECORD
 */
#include <stdio.h>
#include <string.h>

#include "agent/desk/practice_doc.h"
#include "agent/desk/writing.h"

desk_page page_task, page_goal;

/* ---- a task ---------------------------------------------------------------- */

static void
task_fields(struct desk_call *c, const struct write_facts *w)
{
	write_agency(c, w, "owner", "1  Which agency is to do it?", true);
	page_text(c, "worker", "Who, if it is our own", "The account of a "
	    "colleague, such as yours. At another agency its own people say "
	    "who takes it.", "");
	page_area(c, "text", "2  What is to be done?", "At most 280 "
	    "characters. Persons as P1, P2, K1, never by name.", "", 3);
	page_text(c, "due", "3  Until when?", "A day, like 2026-11-25.", "");
	write_gap(c);
	write_links(c, w);
}

/* Whom it is given to here stays here. */
static void
task_sent(struct desk_call *c, const char *id)
{
	const char *worker = form_text(&c->form, "worker");
	const char *due = form_text(&c->form, "due");

	if (worker[0] != '\0')
		(void)desk_ask(c, VERB_GAP_ASSIGN, json_pack("{s:s, s:s, s:s, "
		    "s:s*}", "case", c->part[0], "task", id,
		    "to", worker, "due", due[0] != '\0' ? due : NULL), NULL,
		    NULL);
}

void
page_task(struct desk_call *c)
{
	struct writing what = { .look = VERB_PREVIEW, .send = VERB_SEND,
	    .heading = "Give a task", .lead = "Something for one agency to do "
	    "or to find out, until a day. It goes where she has agreed that "
	    "questions may go.", .only = "owner", .fields = task_fields,
	    .document = task_document, .lacks = task_lacks,
	    .sent = task_sent };

	what.about = what.cased = json_pack("{s:o}", "case",
	    writing_case(c));
	if (!c->post)
		writing_link_first(c);
	snprintf(what.draft, sizeof what.draft, "task/%.32s", c->part[0]);
	writing_page(c, &what);
	json_decref(what.about);
}

/* ---- a goal ------------------------------------------------------------------ */

static void
goal_fields(struct desk_call *c, const struct write_facts *w)
{
	struct page_choice person[WRITE_PERSONS_MAX];
	char text[WRITE_PERSONS_MAX][160];

	page_radio(c, "person", "1  Whose goal is it?", person,
	    write_persons(w, person, text), "");
	html_raw(&c->out, "<fieldset class=\"field\" id=\"behaviour\" "
	    "tabindex=\"-1\">\n<legend>2  Which behaviour is it about?"
	    "</legend>\n");
	write_search(c, "What is to stop, such as: shouts, follows; or what "
	    "is to be seen, such as: describes harm, pays. Taking part in a "
	    "programme is no goal.", "goal", write_behaviours);
	html_raw(&c->out, "</fieldset>\n");
	page_area(c, "text", "3  What is to be different?", "At most 280 "
	    "characters. Persons as P1, P2, K1, never by name.", "", 3);
	page_area(c, "measure", "4  How will it be seen that it is met?",
	    "What somebody other than the person can tell: the survivor, the "
	    "children, records.", "", 2);
	page_text(c, "by", "5  By which day?", "A day, like 2026-11-25.", "");
	write_agency(c, w, "checked_by", "6  Which agency looks whether it is "
	    "met?", true);
	write_links(c, w);
}

void
page_goal(struct desk_call *c)
{
	struct writing what = { .look = VERB_PREVIEW, .send = VERB_SEND,
	    .heading = "Set a goal", .lead = "A behaviour, a measure, a day, "
	    "and who looks. A goal is met when others can tell, not when a "
	    "programme was attended.", .fields = goal_fields,
	    .document = goal_document, .lacks = goal_lacks };

	what.about = what.cased = json_pack("{s:o}", "case",
	    writing_case(c));
	if (!c->post)
		writing_link_first(c);
	snprintf(what.draft, sizeof what.draft, "goal/%.32s", c->part[0]);
	writing_page(c, &what);
	json_decref(what.about);
}
