/* Beside what is written: the wording check, and who would get it. */
#include <string.h>

#include "agent/desk/write_form.h"
#include "proto/vocabulary.h"

/* ---- wording ----------------------------------------------------------------- */

void
write_lint(struct desk_call *c, const json_t *lint)
{
	const json_t *hit;
	size_t i;

	html_raw(&c->out, "<section class=\"pane\" aria-labelledby=\"lint\">\n"
	    "<h2 id=\"lint\">Wording</h2>\n");
	if (json_array_size(lint) == 0)
		html_raw(&c->out, "<p>Nothing to suggest.</p>\n");
	else if (form_has(&c->form, "as_is", "yes"))
		html_raw(&c->out, "<p>Kept as it is.</p>\n");
	else
		html_raw(&c->out, "<p>Advice only. You decide; nobody is "
		    "told.</p>\n<ul>\n");
	if (!form_has(&c->form, "as_is", "yes"))
		json_array_foreach(lint, i, hit)
			html(&c->out, "<li><q>%s</q> could be: %s</li>\n",
			    json_str(hit, "found"), json_str(hit, "offer"));
	if (json_array_size(lint) > 0) {
		if (!form_has(&c->form, "as_is", "yes"))
			html_raw(&c->out, "</ul>\n");
		page_check(c, "as_is", "yes", "Keep it as it is", false);
	}
	html_raw(&c->out, "</section>\n");
}

/* ---- recipients ------------------------------------------------------------------ */

static const json_t *
copy_to(const json_t *copies, const char *member)
{
	const json_t *copy;
	size_t i;

	json_array_foreach(copies, i, copy)
		if (strcmp(json_str(copy, "member"), member) == 0)
			return copy;
	return NULL;
}

static bool
goes(const json_t *copy)
{
	const char *state = json_str(copy, "state");

	return strcmp(state, "queued") == 0 || strcmp(state, "waiting") == 0;
}

/* Courts, and agencies that must show papers to others, are chosen by hand. */
static bool
usual(const json_t *member)
{
	const struct vocabulary_code *kind = vocabulary_find_in(GROUP_AG,
	    json_str(member, "kind"));

	return kind != NULL && (kind->flags & VOCABULARY_COURT) == 0 &&
	    json_str(member, "onward")[0] == '\0';
}

/* What stands in the form once somebody has looked who gets it. */
static const char *
looked_at(const struct write_facts *w)
{
	return w->only != NULL && w->only[0] != '\0' ? w->only : "yes";
}

bool
write_looked(const struct desk_call *c, const struct write_facts *w)
{
	return form_has(&c->form, "looked", looked_at(w));
}

static void
may_go(struct desk_call *c, const struct write_facts *w,
    const json_t *member, const json_t *copy)
{
	const char *id = json_str(member, "member");
	const char *onward = json_str(member, "onward");
	const bool first = w->only != NULL ? strcmp(w->only, id) == 0 :
	    usual(member);

	html(&c->out, "<label class=\"tick\"><input type=\"checkbox\" "
	    "name=\"to\" value=\"%s\"%s> %s", id,
	    (write_looked(c, w) ? form_has(&c->form, "to", id) : first) ?
	    " checked" : "",
	    json_str(member, "name"));
	if (onward[0] != '\0')
		html(&c->out, " <strong class=\"red\">may have to show papers "
		    "to %s</strong>", onward);
	if (strcmp(json_str(copy, "state"), "waiting") == 0)
		html_raw(&c->out, " <span class=\"hint\">goes when the "
		    "permission begins, or its key has come</span>");
	html_raw(&c->out, "</label>\n");
}

/* Agencies that get nothing, under the sentence that says why. */
static void
may_not(struct desk_call *c, const json_t *members, const json_t *copies,
    const char *words)
{
	const json_t *m;
	bool first = true;
	size_t i;

	html(&c->out, "<p class=\"why\">%s</p>\n<p class=\"none\">", words);
	json_array_foreach(members, i, m) {
		const json_t *copy = copy_to(copies, json_str(m, "member"));

		if (copy == NULL || goes(copy) ||
		    strcmp(json_str(copy, "text"), words) != 0)
			continue;
		html(&c->out, first ? "%s" : ", %s", json_str(m, "name"));
		first = false;
	}
	html_raw(&c->out, "</p>\n");
}

/* The first copy with these words stands for all of them. */
static bool
is_first(const json_t *copies, size_t n)
{
	const json_t *copy = json_array_get(copies, n);

	if (goes(copy))
		return false;
	for (size_t i = 0; i < n; i++) {
		const json_t *other = json_array_get(copies, i);

		if (!goes(other) && strcmp(json_str(other, "text"),
		    json_str(copy, "text")) == 0)
			return false;
	}
	return true;
}

void
write_recipients(struct desk_call *c, const struct write_facts *w,
    const json_t *copies)
{
	const json_t *members = json_object_get(w->members, "members"), *m;
	size_t i, n = 0;

	html_raw(&c->out, "<section class=\"pane\" aria-labelledby=\"who\">\n"
	    "<h2 id=\"who\">Who gets it</h2>\n<fieldset class=\"field\" "
	    "id=\"to\" tabindex=\"-1\">\n<legend>She has agreed that these "
	    "may get it</legend>\n");
	json_array_foreach(members, i, m) {
		const json_t *copy = copy_to(copies, json_str(m, "member"));

		if (copy != NULL && goes(copy)) {
			may_go(c, w, m, copy);
			n++;
		}
	}
	if (n == 0)
		html_raw(&c->out, "<p>Nobody, at the moment. You can keep it "
		    "as a record of your own agency.</p>\n");
	html_raw(&c->out, "</fieldset>\n<h3>The others do not</h3>\n");
	for (i = 0; i < json_array_size(copies); i++)
		if (is_first(copies, i))
			may_not(c, members, copies,
			    json_str(json_array_get(copies, i), "text"));
	page_hidden(c, "looked", looked_at(w));
	html_raw(&c->out, "</section>\n");
}
