/* The gaps tab: what is not known yet, who has taken it, and whom to ask. */
#include <stdio.h>
#include <string.h>

#include "agent/desk/view.h"
#include "proto/vocabulary.h"

desk_page page_gaps, page_gap_take;

static void
gap_row(const struct view *v, const json_t *g)
{
	const json_t *record = json_object_get(g, "record");
	const char *owner = json_str(g, "owner"), *about = json_str(g,
	    "about");
	struct buf *b = &v->c->out;

	html(b, "<tr><td><span class=\"code\">%s</span></td><td>%s%s%s",
	    json_str(g, "code"), about, about[0] != '\0' ? ": " : "",
	    json_str(g, "text"));
	if (record != NULL) {
		html_raw(b, ". ");
		view_link(v, view_record(v, record));
	}
	if (json_yes(g, "survivor_first"))
		html_raw(b, " <span class=\"mark\">ask the survivor first"
		    "</span>");
	html(b, "</td><td>%s</td><td>", owner[0] != '\0' ? owner :
	    "nobody yet");
	if (json_str(g, "due")[0] != '\0')
		html(b, "<time>%s</time>", json_str(g, "due"));
	html(b, "</td><td><a href=\"/ask/%lld?gap=%s\">Ask<span class=\""
	    "hidden-label\"> about %s</span></a></td></tr>\n", v->no,
	    json_str(g, "code"), json_str(g, "code"));
}

static void
table(const struct view *v, const json_t *list)
{
	struct buf *b = &v->c->out;

	html_raw(b, "<div class=\"wide\" tabindex=\"0\" role=\"group\" "
	    "aria-label=\"Gaps\">\n<table>\n<thead><tr><th scope=\"col\">Gap"
	    "</th><th scope=\"col\">What is not known</th><th scope=\"col\">"
	    "Owner</th><th scope=\"col\">Due</th><th scope=\"col\">Ask</th>"
	    "</tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < json_array_size(list); i++)
		gap_row(v, json_array_get(list, i));
	html_raw(b, "</tbody>\n</table>\n</div>\n");
}

/* One form for all of them: which gap, who, until when. */
static void
take_form(const struct view *v, const json_t *list)
{
	struct page_choice choice[16];
	struct desk_call *c = v->c;
	char action[64];
	size_t n = 0;

	for (size_t i = 0; i < json_array_size(list) && n < 16; i++) {
		const char *code = json_str(json_array_get(list, i), "code");
		const struct vocabulary_code *vc = vocabulary_find(code);

		if (n > 0 && strcmp(choice[n - 1].value, code) == 0)
			continue;       /* they come in order */
		choice[n].value = code;
		choice[n++].label = vc != NULL ? vc->label : code;
	}
	snprintf(action, sizeof action, "/case/%lld/gaps", v->no);
	html_raw(&c->out, "<h2>Take a gap</h2>\n");
	page_form(c, action);
	page_select(c, "gap", "Gap", choice, n, "");
	page_text(c, "to", "Who takes it", "A colleague or an agency.",
	    c->who.account);
	page_text(c, "due", "Until", "A day, like 2026-11-25.", "");
	page_form_end(c, "Keep");
}

static void
show(struct desk_call *c, const char *words)
{
	const json_t *list;
	struct view v;

	if (!view_load(&v, c, view_case(c, 0), NULL))
		return;
	list = json_object_get(v.map, "gaps");
	page_begin_case(c, v.no, "gaps", "Gaps");
	if (words != NULL)
		page_error(c, NULL, "%s", words);
	html_raw(&c->out, "<p>A gap is a question for somebody, never a "
	    "finding about anybody. Only what is held here counts.</p>\n");
	if (json_array_size(list) > 0) {
		table(&v, list);
		take_form(&v, list);
	} else
		html_raw(&c->out, "<p>No gap is known here.</p>\n");
	page_end(c);
	view_free(&v);
}

void
page_gaps(struct desk_call *c)
{
	show(c, NULL);
}

void
page_gap_take(struct desk_call *c)
{
	const long long no = view_case(c, 0);
	const char *due = form_text(&c->form, "due");
	char *words = NULL, where[64];
	json_t *in;
	int code;

	snprintf(where, sizeof where, "/case/%lld/gaps", no);
	if (form_text(&c->form, "to")[0] == '\0') {
		show(c, "Say who takes it.");
		return;
	}
	in = json_pack("{s:I, s:s, s:s, s:s*}", "case", (json_int_t)no, "gap",
	    form_text(&c->form, "gap"), "to", form_text(&c->form, "to"),
	    "due", due[0] != '\0' ? due : NULL);
	/* keeping it twice keeps the same */
	code = desk_ask(c, VERB_GAP_ASSIGN, in, NULL, &words);
	if (code == CLI_DONE)
		desk_see(c, "saved", "%s", where);
	else
		show(c, words);
	desk_forget(words);
}
