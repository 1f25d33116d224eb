/*
 * Handing work over, and being covered: what came to me, what I gave, what
 * waits unopened; and the form.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/desk/page.h"

desk_page page_handover, page_handover_done;

static void
one(struct desk_call *c, const json_t *h)
{
	const bool mine = json_yes(h, "mine");
	const long long no = json_int(h, "case");
	struct buf *b = &c->out;

	html_raw(b, "<li>");
	if (no != 0)
		html(b, "<a href=\"/case/%lld/map\">Case %lld</a>", no, no);
	else
		html_raw(b, "All cases");
	html(b, mine ? ", from %s" : ", to %s", json_str(h, mine ? "from" :
	    "to"));
	if (json_str(h, "until")[0] != '\0')
		html(b, ", until <time>%s</time>", json_str(h, "until"));
	html_raw(b, ", ");
	page_time(c, json_str(h, "at"));
	if (json_str(h, "note")[0] != '\0')
		html(b, "<p class=\"quote\">%s</p>", json_str(h, "note"));
	page_form(c, "/handover/done");
	html(b, "<button name=\"done\" value=\"%lld\">%s</button></form></li>\n",
	    json_int(h, "handover"), mine ? "I have it" : "End it");
}

static void
list(struct desk_call *c, const json_t *all, bool mine, const char *heading,
    const char *none)
{
	const json_t *h;
	bool any = false;
	size_t i;

	html(&c->out, "<h2>%s</h2>\n<ul class=\"entries\">\n", heading);
	json_array_foreach(all, i, h)
		if (json_yes(h, "mine") == mine) {
			one(c, h);
			any = true;
		}
	html(&c->out, any ? "</ul>%s\n" : "</ul>\n<p>%s</p>\n", any ? "" :
	    none);
}

/* Cases in which something waits that nobody here has opened. */
static void
waiting(struct desk_call *c)
{
	json_t *in = NULL;
	const json_t *m;
	long long last = 0;
	size_t i;

	if (desk_ask(c, VERB_INBOX, NULL, &in, NULL) != CLI_DONE) {
		json_decref(in);
		return;
	}
	html_raw(&c->out, "<h2>Not opened by anybody here</h2>\n<ul>\n");
	json_array_foreach(json_object_get(in, "items"), i, m) {
		const long long no = json_int(m, "case");

		if (json_str(m, "opened_at")[0] != '\0' || no == last)
			continue;
		last = no;
		html(&c->out, "<li><a href=\"/case/%lld/map\">Case %lld</a>%s"
		    "</li>\n", no, no, json_yes(m, "urgent") ? ", urgent" :
		    "");
	}
	html_raw(&c->out, last == 0 ? "</ul>\n<p>Nothing.</p>\n" :
	    "</ul>\n");
	json_decref(in);
}

static void
colleagues(struct desk_call *c, const json_t *all)
{
	struct page_choice choice[128] = { { "", "Choose" } };
	char text[128][160];
	const json_t *w;
	size_t i, n = 1;

	json_array_foreach(all, i, w) {
		if (n == 128 || strcmp(json_str(w, "account"),
		    c->who.account) == 0)
			continue;
		snprintf(text[n], sizeof text[n], "%s, %s %s",
		    json_str(w, "account"), json_str(w, "role"),
		    json_str(w, "team"));
		choice[n].value = json_str(w, "account");
		choice[n].label = text[n];
		n++;
	}
	page_select(c, "to", "To whom", choice, n, "");
}

static void
cases(struct desk_call *c)
{
	struct page_choice choice[256] = { { "all", "All my work" } };
	char text[256][96], value[256][24];
	json_t *all = NULL;
	const json_t *o;
	size_t i, n = 1;

	(void)desk_ask(c, VERB_CASES, NULL, &all, NULL);
	json_array_foreach(json_object_get(all, "cases"), i, o) {
		if (n == 256)
			break;
		snprintf(value[n], sizeof value[n], "%lld", json_int(o,
		    "case"));
		snprintf(text[n], sizeof text[n], "Case %lld  %.60s",
		    json_int(o, "case"), json_str(o, "reference"));
		choice[n].value = value[n];
		choice[n].label = text[n];
		n++;
	}
	page_select(c, "case", "What", choice, n, "all");
	json_decref(all);
}

static void
show(struct desk_call *c, const char *field, const char *wrong)
{
	json_t *o = desk_need(c, VERB_HANDOVER, NULL);

	if (o == NULL)
		return;
	page_begin(c, "Handover");
	if (wrong != NULL)
		page_error(c, field, "%s", wrong);
	list(c, json_object_get(o, "handovers"), true, "Given to me",
	    "Nothing.");
	waiting(c);
	list(c, json_object_get(o, "handovers"), false, "Given by me",
	    "Nothing.");
	html_raw(&c->out, "<h2>Hand over, or have it covered</h2>\n<p>Your "
	    "colleague opens with an opening of their own, never with yours."
	    "</p>\n");
	page_form(c, "/handover");
	colleagues(c, json_object_get(o, "colleagues"));
	cases(c);
	page_text(c, "until", "Only until", "A day, for leave: 2026-12-24. "
	    "Empty: for good.", "");
	page_area(c, "note", "A note", "What is next, and whom to call. It is "
	    "kept sealed.", "", 4);
	page_form_end(c, "Hand over");
	page_end(c);
	json_decref(o);
}

void
page_handover(struct desk_call *c)
{
	const char *what = form_text(&c->form, "case");
	json_t *in;
	char *words = NULL;
	int code;

	if (!c->post) {
		show(c, NULL, NULL);
		return;
	}
	if (form_text(&c->form, "to")[0] == '\0') {
		show(c, "to", "To whom is it given?");
		return;
	}
	if (!desk_once(c, "/handover"))
		return;
	in = json_pack("{s:s, s:s, s:b}", "to", form_text(&c->form, "to"),
	    "note", form_text(&c->form, "note"), "all",
	    strcmp(what, "all") == 0);
	if (strcmp(what, "all") != 0)
		json_object_set_new(in, "case", json_string(what));
	if (form_text(&c->form, "until")[0] != '\0')
		json_object_set_new(in, "until", json_string(form_text(
		    &c->form, "until")));
	code = desk_ask(c, VERB_HANDOVER, in, NULL, &words);
	if (code == CLI_DONE)
		desk_see(c, "handover", "/handover");
	else
		show(c, NULL, words);
	desk_forget(words);
}

void
page_handover_done(struct desk_call *c)
{
	(void)desk_ask(c, VERB_HANDOVER, json_pack("{s:I}", "done",
	    (json_int_t)strtoll(form_text(&c->form, "done"), NULL, 10)), NULL,
	    NULL);
	desk_see(c, "saved", "/handover");
}
