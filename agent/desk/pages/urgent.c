/*
 * Somebody may be hurt now: telephone numbers, all of them, so that the list
 * tells nothing.  Below, what was told outside is recorded: four choices.
 */
#include <stdlib.h>
#include <string.h>

#include "agent/desk/config.h"
#include "agent/desk/page.h"
#include "proto/vocabulary.h"

desk_page page_urgent;

/* A number one can touch: to dial, its digits alone. */
static void
telephone(struct desk_call *c, const char *number)
{
	char dial[WIRE_PHONE_MAX + 1];
	size_t n = 0;

	for (const char *s = number; *s != '\0' && n < WIRE_PHONE_MAX; s++)
		if ((*s >= '0' && *s <= '9') || (*s == '+' && n == 0))
			dial[n++] = *s;
	dial[n] = '\0';
	html(&c->out, "<a href=\"tel:%s\">%s</a>", dial, number);
}

static void
numbers(struct desk_call *c, const json_t *members)
{
	const json_t *m;
	size_t i;

	html(&c->out, "<p class=\"number\">If somebody is in danger now: "
	    "<strong><a href=\"tel:%s\">%s</a></strong></p>\n",
	    c->config->emergency, c->config->emergency);
	html_raw(&c->out, "<table>\n<caption>Duty telephones</caption>\n"
	    "<thead><tr><th scope=\"col\">Agency</th><th scope=\"col\">What it "
	    "is</th><th scope=\"col\">Telephone</th></tr></thead>\n<tbody>\n");
	json_array_foreach(members, i, m) {
		const struct vocabulary_code *kind = vocabulary_find_in(
		    GROUP_AG, json_str(m, "kind"));

		if (json_str(m, "phone")[0] == '\0')
			continue;
		html(&c->out, "<tr><td>%s</td><td>%s</td><td>",
		    json_str(m, "name"), kind != NULL ? kind->label : "");
		telephone(c, json_str(m, "phone"));
		html_raw(&c->out, "</td></tr>\n");
	}
	html_raw(&c->out, "</tbody>\n</table>\n");
}

/* ---- recording ---------------------------------------------------------------- */

static void
to_whom(struct desk_call *c, const json_t *members)
{
	struct page_choice choice[256] = { { "", "Choose" },
	    { "police", "Police, not in the list" },
	    { "court", "A court, not in the list" },
	    { "health", "A hospital or doctor, not in the list" } };
	const json_t *m;
	size_t i, n = 4;

	json_array_foreach(members, i, m)
		if (!json_yes(m, "own") && n < 256)
			choice[n++] = (struct page_choice){
			    json_str(m, "member"), json_str(m, "name") };
	page_select(c, "to", "To whom", choice, n, "");
}

static void
record(struct desk_call *c, const json_t *members)
{
	static const struct page_choice ground[] = {
		{ "LB4", "Vital interests: somebody may be hurt" },
		{ "LB3", "The law requires it" },
		{ "LB6", "A court ordered it" } };
	static const struct page_choice told[] = {
		{ "yes", "Yes, she was told" },
		{ "no", "No: telling her was not safe, or not possible yet" } };
	static const struct page_choice why[] = {
		{ "threat-to-life", "Threat to life" },
		{ "child-at-risk", "A child at risk" },
		{ "adult-at-risk", "An adult at risk" },
		{ "court-order", "Court order" },
		{ "legal-duty", "Legal duty" }, { "other", "Another reason" } };

	html_raw(&c->out, "<h2 id=\"record\">Record what was told outside</h2>"
	    "\n<p>No content: who told whom, and why. It is in her account and "
	    "cannot be taken out.</p>\n");
	page_form(c, c->path);
	if (c->part[0] == NULL)
		page_text(c, "case", "Case (its number here)", NULL, "");
	to_whom(c, members);
	page_radio(c, "ground", "On which ground", ground, 3, "");
	page_radio(c, "why", "Why", why, 6, "");
	page_radio(c, "told", "Was she told?", told, 2, "");
	page_form_end(c, "Record it");
}

static void
show(struct desk_call *c, const char *field, const char *wrong)
{
	json_t *all = desk_need(c, VERB_MEMBERS, NULL);
	const json_t *members = json_object_get(all, "members");

	if (all == NULL)
		return;
	page_begin(c, "Urgent");
	if (wrong != NULL)
		page_error(c, field, "%s", wrong);
	numbers(c, members);
	if ((c->who.rights & ~(unsigned)DESK_IT) != 0)
		record(c, members);
	page_end(c);
	json_decref(all);
}

/* The first of the four that is missing; NULL none. */
static const char *
missing(const struct desk_call *c)
{
	static const char *const names[] = { "to", "ground", "why", "told" };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (form_text(&c->form, names[i])[0] == '\0')
			return names[i];
	return NULL;
}

static void
keep(struct desk_call *c)
{
	const char *no = c->part[0] != NULL ? c->part[0] :
	    form_text(&c->form, "case");
	char *words = NULL;
	int code;

	if (!desk_once(c, c->path))
		return;
	code = desk_ask(c, VERB_MANDATED, json_pack(
	    "{s:s, s:s, s:s, s:s, s:s}", "case", no, "to",
	    form_text(&c->form, "to"), "ground",
	    form_text(&c->form, "ground"), "told", form_text(&c->form, "told"),
	    "why", form_text(&c->form, "why")), NULL, &words);
	if (code == CLI_DONE)
		desk_see(c, "recorded", "%s", c->path);
	else
		show(c, NULL, words != NULL && words[0] != '\0' ? words :
		    "It was not recorded. Please try again.");
	desk_forget(words);
}

void
page_urgent(struct desk_call *c)
{
	const char *field = c->post ? missing(c) : NULL;

	if (!c->post)
		show(c, NULL, NULL);
	else if (field != NULL)
		show(c, field, "One answer is missing: to whom, on which "
		    "ground, why, and whether she was told.");
	else
		keep(c);
}
