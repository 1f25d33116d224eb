/*
 * The map on paper.  What others wrote leaves the house with it, so printing
 * is an export: to whom and why first, one entry of the ledger, then the
 * page.  What this agency wrote itself needs none.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "agent/desk/view.h"

desk_page page_print;

enum { MEMBERS_MAX = 200 };

static const struct page_choice reasons[] = {
	{ "conference", "A conference of agencies" },
	{ "court-order", "A court ordered it" },
	{ "own-file", "Our own file" },
	{ "supervision", "Supervision" },
	{ "other", "Something else" },
};

/* ---- asking first -------------------------------------------------------------- */

static size_t
received(const struct view *v)
{
	size_t n = 0;

	for (size_t i = 0; i < json_array_size(v->records); i++)
		n += !json_yes(json_array_get(v->records, i), "own");
	return n;
}

static void
to_whom(struct desk_call *c, const json_t *members)
{
	struct page_choice choice[MEMBERS_MAX + 3] = {
		{ "", "Please choose" }, { "conference", "a conference" },
		{ "court", "a court" } };
	size_t n = 3;

	for (size_t i = 0; i < json_array_size(members) && n < MEMBERS_MAX;
	    i++) {
		const json_t *m = json_array_get(members, i);

		choice[n].value = json_str(m, "member");
		choice[n++].label = json_str(m, "name");
	}
	page_select(c, "to", "For whom", choice, n, "");
}

static void
ask(struct desk_call *c, const char *words)
{
	json_t *members = NULL;
	char action[64];
	struct view v;

	if (!view_load(&v, c, view_case(c, 0), NULL))
		return;
	(void)desk_ask(c, VERB_MEMBERS, NULL, &members, NULL);
	snprintf(action, sizeof action, "/case/%lld/print", v.no);
	page_begin_case(c, v.no, "map", "Print for a conference");
	if (words != NULL)
		page_error(c, "to", "%s", words);
	if (received(&v) > 0)
		page_box(c, "warn", "The map holds records of other agencies. "
		    "Printing takes them out of Wayleave: it is written into "
		    "the ledger, and the survivor can see it. They may not be "
		    "passed on.");
	else
		page_box(c, "note", "The map holds our own records alone.");
	html_raw(&c->out, "<p>Names are not printed; each excerpt carries the "
	    "id of its record.</p>\n");
	page_form(c, action);
	to_whom(c, json_object_get(members, "members"));
	page_select(c, "why", "Why", reasons, sizeof reasons /
	    sizeof reasons[0], "conference");
	page_form_end(c, "Record and show it for printing");
	page_end(c);
	view_free(&v);
	json_decref(members);
}

/* ---- the page -------------------------------------------------------------------- */

static void
head(const struct view *v, const char *to)
{
	struct buf *b = &v->c->out;
	const time_t now = time(NULL);
	char day[16] = "";
	struct tm tm;

	if (localtime_r(&now, &tm) != NULL)
		strftime(day, sizeof day, "%Y-%m-%d", &tm);
	html(b, "<p class=\"paper-head\">For: %s. Printed %s by %s. Records of "
	    "other agencies may not be passed on.</p>\n<p class=\""
	    "screen-only\"><button type=\"button\" data-print>Print</button> "
	    "<a href=\"/case/%lld/map\">Back to the case</a></p>\n", to, day,
	    v->c->who.account, v->no);
}

static void
paper(struct desk_call *c, long long no, json_t *result)
{
	struct view v = { .c = c, .no = no, .result = result, .paper = true };

	v.map = json_object_get(result, "map");
	v.records = json_object_get(v.map, "records");
	page_begin(c, "Pattern map");
	head(&v, form_text(&c->form, "to"));
	view_first(&v);
	view_sections(&v, NULL, NULL);
	page_end(c);
	view_free(&v);
}

static void
export(struct desk_call *c, long long no)
{
	json_t *result = NULL;
	char *words = NULL, where[64];
	int code;

	snprintf(where, sizeof where, "/case/%lld/print", no);
	if (form_text(&c->form, "to")[0] == '\0') {
		ask(c, "Choose for whom it is printed.");
		return;
	}
	/* once handed in, once written down: reloading asks anew */
	if (!desk_once(c, where))
		return;
	code = desk_ask(c, VERB_EXPORT, json_pack("{s:I, s:s, s:s, s:s}",
	    "case", (json_int_t)no, "to", form_text(&c->form, "to"), "why",
	    form_text(&c->form, "why"), "as", "map"), &result, &words);
	if (code == CLI_DONE && result != NULL) {
		paper(c, no, result);
		result = NULL;
	} else
		ask(c, words != NULL ? words : "");
	json_decref(result);
	desk_forget(words);
}

void
page_print(struct desk_call *c)
{
	const long long no = view_case(c, 0);

	if (c->post && no > 0)
		export(c, no);
	else
		ask(c, NULL);
}
