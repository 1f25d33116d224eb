/*
 * About something written: take it back, ask another agency, answer.
 *
 *	GET, POST /recall/RECORD
 *	GET, POST /ask/CASE      ?gap=GP01&about=RECORD
 *	GET, POST /answer/MESSAGE
 */
#include <stdlib.h>
#include <string.h>

#include "agent/desk/draft.h"
#include "agent/desk/view.h"
#include "agent/desk/write_form.h"

desk_page page_recall, page_ask, page_answer;

/* What came of it: on to `where`, or `again` with what is wrong. */
typedef void page_again(struct desk_call *c, const char *field,
    const char *wrong);

/* "/ask/1" is kept as "ask/1". */
static const char *
draft_of(const struct desk_call *c)
{
	return c->path + 1;
}

static void
act(struct desk_call *c, enum api_verb verb, json_t *in, const char *done,
    const char *where, page_again *again)
{
	json_t *out = NULL;
	char *words = NULL;
	const int code = desk_ask(c, verb, in, &out, &words);
	const char *field = json_str(out, "field");
	const char *no = json_str(json_array_get(json_object_get(out,
	    "copies"), 0), "text");

	if (code == CLI_DONE) {
		if (form_get(&c->form, "draft.what") != NULL)
			draft_done(c, draft_of(c));
		desk_see(c, done, "%s", where);
	} else if (field[0] != '\0')
		again(c, field, json_str(out, "text"));
	else if (no[0] != '\0')
		again(c, NULL, no);
	else
		again(c, NULL, words != NULL && words[0] != '\0' ? words :
		    "There is no permission in force to send this at the "
		    "moment. Nothing was sent; your text is below.");
	json_decref(out);
	desk_forget(words);
}

/* ---- taking back ------------------------------------------------------------ */

static void
show_recall(struct desk_call *c, const char *field, const char *wrong)
{
	static const struct page_choice reason[] = {
		{ "wrong-person", "The wrong person is said to have done it" },
		{ "wrong-family", "It is about another family" },
		{ "wrong-fact", "It is not so" },
		{ "sent-in-error", "It should not have been sent" } };

	page_begin(c, "Take back");
	if (wrong != NULL)
		page_error(c, field, "%s", wrong);
	html_raw(&c->out, "<p>What has not been delivered is dropped, what has "
	    "not been opened is locked, and whoever has read it is told not to "
	    "use it. This needs no permission, and cannot be undone.</p>\n");
	page_form(c, c->path);
	page_radio(c, "reason", "Why", reason, 4, "");
	page_form_end(c, "Take it back");
	page_end(c);
}

void
page_recall(struct desk_call *c)
{
	char where[80] = "/track/";

	if (!c->post) {
		show_recall(c, NULL, NULL);
		return;
	}
	if (form_text(&c->form, "reason")[0] == '\0') {
		show_recall(c, "reason", "Why is it taken back?");
		return;
	}
	strncat(where, c->part[0], sizeof where - strlen(where) - 1);
	if (desk_once(c, where))
		act(c, VERB_RECALL, json_pack("{s:s, s:s}", "observation",
		    c->part[0], "reason", form_text(&c->form, "reason")),
		    "recalled", where, show_recall);
}

/* ---- asking -------------------------------------------------------------------- */

static void
show_ask(struct desk_call *c, const char *field, const char *wrong)
{
	struct write_facts w = { .members = desk_need(c, VERB_MEMBERS,
	    NULL) };
	const char *about = c->post ? form_text(&c->form, "about") :
	    form_text(&c->query, "about");

	if (w.members == NULL)
		return;
	draft_take(c, draft_of(c));
	page_begin(c, "Ask");
	draft_say(c, draft_of(c));
	if (wrong != NULL)
		page_error(c, field, "%s", wrong);
	html_raw(&c->out, "<p>Could she answer it herself? Then ask her first. "
	    "A question goes only where she has agreed that it may.</p>\n");
	page_form(c, c->path);
	draft_fields(c, draft_of(c));
	write_agency(c, &w, "to", "Which agency", false);
	page_area(c, "text", "The question", "At most 1,000 characters; "
	    "persons as P1, P2, K1.", "", 4);
	write_gap(c);
	page_text(c, "reply_by", "An answer is needed by", "A day: "
	    "2026-11-25.", "");
	if (about[0] != '\0')
		page_hidden(c, "about", about);
	page_form_end(c, "Ask");
	page_end(c);
	json_decref(w.members);
}

static void
set(json_t *o, const char *key, const char *value)
{
	if (value[0] != '\0')
		json_object_set_new(o, key, json_string(value));
}

void
page_ask(struct desk_call *c)
{
	char where[80] = "/case/";
	json_t *in;

	if (!c->post) {
		show_ask(c, NULL, NULL);
		return;
	}
	if (form_text(&c->form, "to")[0] == '\0') {
		show_ask(c, "to", "Which agency is asked?");
		return;
	}
	if (form_text(&c->form, "text")[0] == '\0') {
		show_ask(c, "text", "What is asked?");
		return;
	}
	strncat(where, c->part[0], 32);
	strcat(where, "/gaps");
	if (!desk_once(c, where))
		return;
	in = json_pack("{s:s, s:s, s:s}", "case", c->part[0], "to",
	    form_text(&c->form, "to"), "text", form_text(&c->form, "text"));
	set(in, "gap", form_text(&c->form, "gap"));
	set(in, "about", form_text(&c->form, "about"));
	set(in, "by", form_text(&c->form, "reply_by"));
	act(c, VERB_ASK, in, "asked", where, show_ask);
}

/* ---- answering ------------------------------------------------------------------- */

/* What was asked, by whom: it is open already where one comes from. */
static void
put_question(struct desk_call *c)
{
	json_t *out = NULL;
	const json_t *item;

	(void)desk_ask(c, VERB_OPEN, json_pack("{s:I}", "message",
	    (json_int_t)view_message(c, 0)), &out, NULL);
	item = json_array_get(json_object_get(out, "items"), 0);
	if (strcmp(json_str(item, "kind"), "question") == 0)
		html(&c->out, "<p>%s asks:</p>\n<p class=\"quote\">%s</p>\n",
		    json_str(json_object_get(item, "from"), "name"), json_str(
		    json_object_get(item, "content"), "text"));
	json_decref(out);
}

static void
show_answer(struct desk_call *c, const char *field, const char *wrong)
{
	draft_take(c, draft_of(c));
	page_begin(c, "Answer");
	draft_say(c, draft_of(c));
	if (wrong != NULL)
		page_error(c, field, "%s", wrong);
	put_question(c);
	html_raw(&c->out, "<p>Say what you yourself know, and what your own "
	    "records hold. What came from another agency it can say itself."
	    "</p>\n");
	page_form(c, c->path);
	draft_fields(c, draft_of(c));
	page_area(c, "text", "The answer", "At most 1,000 characters; persons "
	    "as P1, P2, K1.", "", 5);
	page_form_end(c, "Answer");
	page_end(c);
}

void
page_answer(struct desk_call *c)
{
	char where[80] = "/item/";

	if (view_message(c, 0) == 0) {
		desk_nothing(c);
		return;
	}
	if (!c->post) {
		show_answer(c, NULL, NULL);
		return;
	}
	if (form_text(&c->form, "text")[0] == '\0') {
		show_answer(c, "text", "What is the answer?");
		return;
	}
	strncat(where, c->part[0], 32);
	if (desk_once(c, where))
		act(c, VERB_ANSWER, json_pack("{s:I, s:s}", "message",
		    (json_int_t)view_message(c, 0), "text",
		    form_text(&c->form, "text")), "answered", where,
		    show_answer);
}
