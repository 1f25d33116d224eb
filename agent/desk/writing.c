#include "agent/desk/writing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/desk/draft.h"
#include "agent/desk/part.h"
#include "agent/desk/view.h"

enum { TO_MAX = 32 };                  /* recipients in one question */

/* ---- asking the agent -------------------------------------------------------- */

json_t *
writing_case(const struct desk_call *c)
{
	const long long no = view_case(c, 0);

	return no != 0 ? json_integer(no) : json_string(c->part[0]);
}

static void
facts_free(struct write_facts *w)
{
	json_decref(w->people);
	json_decref(w->records);
	json_decref(w->members);
}

/* False: the reply has been made. */
static bool
facts_get(struct desk_call *c, const struct writing *what,
    struct write_facts *w, bool records)
{
	json_t *map = NULL, *ask;

	w->people = desk_need(c, VERB_PEOPLE, json_copy(what->cased));
	if (w->people == NULL)
		return false;
	w->members = desk_need(c, VERB_MEMBERS, NULL);
	if (w->members == NULL)
		return false;
	if (!records)
		return true;
	ask = json_copy(what->cased);
	json_object_set_new(ask, "as", json_string("json"));
	if (desk_ask(c, VERB_MAP, ask, &map, NULL) == CLI_DONE)
		w->records = json_incref(json_object_get(
		    json_object_get(map, "map"), "records"));
	json_decref(map);
	if (w->records == NULL)
		w->records = json_array();
	return true;
}

static json_t *
document(struct desk_call *c, const struct writing *what, bool to_send)
{
	const char *number = form_text(&c->form, DESK_FIELD_NUMBER);
	char key[33];

	snprintf(key, sizeof key, "%.32s", number);
	return what->document(&c->form, to_send && strlen(key) == 32 ? key :
	    NULL);
}

/* Everybody in the directory but ourselves, TO_MAX at a time. */
static json_t *
slice_of(const json_t *members, size_t *at)
{
	json_t *to = json_array();

	while (*at < json_array_size(members) && json_array_size(to) < TO_MAX) {
		const json_t *m = json_array_get(members, (*at)++);

		if (!json_yes(m, "own"))
			json_array_append(to, json_object_get(m, "member"));
	}
	return to;
}

/* What would happen: copies to the whole directory; lint.  CLI_DONE, or the
 * code with *refused (rule, field, text) or *words. */
static int
preview(struct desk_call *c, const struct writing *what,
    const struct write_facts *w, json_t *copies, json_t **lint,
    json_t **refused, char **words)
{
	const json_t *members = json_object_get(w->members, "members");
	size_t at = 0;
	int code = CLI_DONE;

	while (at < json_array_size(members)) {
		json_t *ask = json_copy(what->about), *out = NULL;

		free(*words);
		json_object_set_new(ask, "content", document(c, what, false));
		json_object_set_new(ask, "to", slice_of(members, &at));
		json_object_set_new(ask, "dry_run", json_true());
		code = desk_ask(c, what->look, ask, &out, words);
		if (json_object_get(out, "copies") == NULL) {
			*refused = out;
			return code == CLI_DONE ? CLI_FAULT : code;
		}
		json_array_extend(copies, json_object_get(out, "copies"));
		if (*lint == NULL)
			*lint = json_incref(json_object_get(out, "lint"));
		json_decref(out);
		code = CLI_DONE;
	}
	return code;
}

/* ---- the page ------------------------------------------------------------------ */

static void
say_wrong(struct desk_call *c, const json_t *refused, const char *words)
{
	const char *field = json_str(refused, "field");

	if (refused != NULL)
		page_error(c, field[0] != '\0' ? field : NULL, "%s",
		    json_str(refused, "text"));
	else
		page_error(c, NULL, "%s", words != NULL && words[0] != '\0' ?
		    words : "This could not be looked at. Please try again.");
}

/* The page as it stands: what is wrong, the form, the panes. */
static void
show(struct desk_call *c, const struct writing *what,
    const struct write_facts *w, const json_t *copies, const json_t *lint,
    const json_t *refused, const char *words)
{
	const long long no = json_int(what->cased, "case");

	if (no > 0)             /* not one of our own reference */
		page_begin_case(c, no, "", what->heading);
	else
		page_begin(c, what->heading);
	html(&c->out, "<p>%s</p>\n", what->lead);
	draft_say(c, what->draft);
	if (refused != NULL || words != NULL)
		say_wrong(c, refused, words);
	page_form(c, c->path);
	draft_fields(c, what->draft);
	html(&c->out, "<div class=\"%s\">\n<div>\n", copies != NULL ||
	    lint != NULL ? "two" : "one");
	what->fields(c, w);
	html_raw(&c->out, "<p class=\"do\"><button name=\"do\" "
	    "value=\"look\">Look who gets it</button> <button name=\"do\" "
	    "value=\"keep\">Keep as a draft</button></p>\n</div>\n<div>\n");
	if (lint != NULL)
		write_lint(c, lint);
	if (copies != NULL) {
		write_recipients(c, w, copies);
		html_raw(&c->out, "<p class=\"do\"><button class=\"primary\" "
		    "name=\"do\" value=\"send\">Send</button></p>\n");
	}
	html_raw(&c->out, "</div>\n</div>\n</form>\n");
	page_end(c);
}

static void
look(struct desk_call *c, const struct writing *what,
    const struct write_facts *w)
{
	json_t *copies = json_array(), *lint = NULL, *refused = NULL;
	char *words = NULL;
	const int code = preview(c, what, w, copies, &lint, &refused, &words);

	if (code == CLI_LOCKED)
		sign_page(c, NULL);
	else if (code == CLI_DONE)
		show(c, what, w, copies, lint, NULL, NULL);
	else
		show(c, what, w, NULL, json_object_get(refused, "lint"),
		    refused, words);
	json_decref(copies);
	json_decref(lint);
	json_decref(refused);
	desk_forget(words);
}

/* To those that are ticked; none: kept as a record of this agency alone. */
static json_t *
recipients(struct desk_call *c)
{
	json_t *to = json_array();
	const char *m;

	for (size_t i = 0; (m = form_at(&c->form, "to", i)) != NULL; i++)
		json_array_append_new(to, json_string(m));
	if (json_array_size(to) > 0)
		return to;
	json_decref(to);
	return json_string("none");
}

static void
send(struct desk_call *c, const struct writing *what,
    const struct write_facts *w)
{
	json_t *ask, *out = NULL;
	char *words = NULL;
	int code;

	if (!write_looked(c, w)) {
		look(c, what, w);
		return;
	}
	if (!desk_once(c, c->path))
		return;
	ask = json_copy(what->about);
	json_object_set_new(ask, "content", document(c, what, true));
	json_object_set_new(ask, "to", recipients(c));
	code = desk_ask(c, what->send, ask, &out, &words);
	if (json_object_get(out, "id") != NULL) {
		draft_done(c, what->draft);
		if (what->sent != NULL)
			what->sent(c, json_str(out, "id"));
		desk_see(c, "sent", "/track/%s", json_str(out, "id"));
	} else if (code == CLI_LOCKED)
		sign_page(c, NULL);
	else
		show(c, what, w, NULL, json_object_get(out, "lint"), out,
		    words);
	json_decref(out);
	desk_forget(words);
}

/* Something is to be filled in before the agent is asked; the page says so. */
static bool
is_lacking(struct desk_call *c, const struct writing *what,
    const struct write_facts *w)
{
	const char *act = c->post ? form_text(&c->form, "do") : "";
	const char *field = NULL, *words = NULL;
	json_t *refused;

	if (what->lacks != NULL && (strcmp(act, "look") == 0 ||
	    strcmp(act, "send") == 0))
		words = what->lacks(&c->form, &field);
	if (words == NULL)
		return false;
	refused = json_pack("{s:s, s:s}", "field", field, "text", words);
	show(c, what, w, NULL, NULL, refused, NULL);
	json_decref(refused);
	return true;
}

static void
keep(struct desk_call *c, const struct writing *what,
    const struct write_facts *w)
{
	if (draft_keep(c, what->draft))
		desk_see(c, "draft", "%s", c->path);
	else
		show(c, what, w, NULL, NULL, NULL, "It could not be kept as a "
		    "draft. Your text is still on this page.");
}

void
writing_page(struct desk_call *c, const struct writing *what)
{
	const char *act = c->post ? form_text(&c->form, "do") : "";
	struct write_facts w = { .only = NULL };

	draft_take(c, what->draft);
	if (what->only != NULL)
		w.only = form_text(&c->form, what->only);
	if (facts_get(c, what, &w, strcmp(act, "links") == 0) &&
	    !is_lacking(c, what, &w)) {
		if (strcmp(act, "look") == 0)
			look(c, what, &w);
		else if (strcmp(act, "send") == 0)
			send(c, what, &w);
		else if (strcmp(act, "keep") == 0)
			keep(c, what, &w);
		else
			show(c, what, &w, NULL, NULL, NULL, NULL);
	}
	facts_free(&w);
}

/* ---- a page begun from a record ------------------------------------------------- */

void
writing_link_first(struct desk_call *c)
{
	const char *link = form_get(&c->query, "link");
	struct buf b;

	if (link == NULL)
		return;
	buf_init(&b, 1024);
	form_put(&b, "links", link);
	c->filled = buf_ok(&b) &&
	    form_parse(&c->form, (const char *)b.data, b.n) == ERR_NONE;
	buf_free(&b);
}
