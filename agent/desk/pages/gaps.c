/*
 * The gaps tab: what is not known yet, who has taken it, and whom to ask; and
 * the tasks that have been given.
 */
#include <stdio.h>
#include <string.h>

#include "agent/desk/view.h"
#include "proto/vocabulary.h"

desk_page page_gaps, page_gap_take, page_task_act;

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
	    "hidden-label\"> about %s</span></a> <a href=\"/task/%lld?gap=%s"
	    "\">Task<span class=\"hidden-label\"> for %s</span></a></td>"
	    "</tr>\n", v->no, json_str(g, "code"), json_str(g, "code"), v->no,
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

/* ---- tasks -------------------------------------------------------------- */

static void
task_row(const struct view *v, const json_t *t)
{
	const char *gap = json_str(t, "gap");
	struct buf *b = &v->c->out;

	html(b, "<li class=\"entry\"><p class=\"what\"><b>%s</b>: <span "
	    "class=\"written\">%s</span>", json_str(t, "owner"),
	    json_str(t, "text"));
	if (json_str(t, "due")[0] != '\0')
		html(b, ", due <time>%s</time>", json_str(t, "due"));
	html_raw(b, "</p>\n<p class=\"source\">");
	if (gap[0] != '\0')
		html(b, "For <span class=\"code\">%s</span>. ", gap);
	html(b, json_yes(t, "own") ? "Given by us. " : "Given by %s. ",
	    json_str(t, "member"));
	view_taken(b, t);
	view_id(v, t);
	html_raw(b, "</p>\n");
	view_task_acts(v->c, v->no, t, "gaps");
	html_raw(b, "</li>\n");
}

/* What is still to be done first. */
static void
tasks(const struct view *v)
{
	const json_t *list = json_object_get(v->map, "tasks");
	struct buf *b = &v->c->out;

	html_raw(b, "<h2>Tasks</h2>\n");
	if (json_array_size(list) == 0)
		html_raw(b, "<p>No task is known here.</p>\n");
	else
		html_raw(b, "<p>Looking after a task, and that it is done, is "
		    "noted here and told to nobody else: what came of it is "
		    "written as a record.</p>\n<ul class=\"entries\">\n");
	for (int done = 0; done <= 1; done++)
		for (size_t i = 0; i < json_array_size(list); i++)
			if (json_yes(json_array_get(list, i), "done") == done)
				task_row(v, json_array_get(list, i));
	if (json_array_size(list) > 0)
		html_raw(b, "</ul>\n");
	html(b, "<p><a class=\"button\" href=\"/task/%lld\">Give a task</a>"
	    "</p>\n", v->no);
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
	tasks(&v);
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

/* ---- a task's buttons ------------------------------------------------------- */

/* Back to where the button stood: a tab of the case, or an item. */
static void
task_back(struct desk_call *c, const char *done)
{
	const char *back = form_text(&c->form, "back");
	const size_t n = strlen(back);

	if (n > 0 && n <= 32 && strspn(back, "0123456789abcdef") == n)
		desk_see(c, done, "/item/%s", back);
	else
		desk_see(c, done, "/case/%lld/gaps", view_case(c, 0));
}

/* Saying it twice says the same. */
void
page_task_act(struct desk_call *c)
{
	const char *what = form_text(&c->form, "do");
	json_t *in = json_pack("{s:I, s:s}", "case", (json_int_t)view_case(c,
	    0), "task", form_text(&c->form, "task"));
	json_t *out;

	if (strcmp(what, "take") == 0)
		json_object_set_new(in, "to", json_string(c->who.account));
	else
		json_object_set_new(in, "done", json_boolean(strcmp(what,
		    "done") == 0));
	out = desk_need(c, VERB_GAP_ASSIGN, in);
	if (out != NULL)
		task_back(c, "saved");
	json_decref(out);
}
