/*
 * Who they are, who must not see it, and whose own yes it needs.
 *
 *	GET, POST /room/N/people
 *	GET, POST /room/N/exclude    later, in a case that runs
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/desk/draft.h"
#include "agent/desk/room.h"

desk_page page_room_people, page_room_people_in, page_room_exclude,
    page_room_exclude_in;

enum { EXCLUSIONS = 4, ROW_NAME = 32 };

/* ---- names ------------------------------------------------------------- */

static void
field(struct room *r, const char *what, const char *id, const char *label,
    const char *hint)
{
	char name[ROW_NAME], text[100];

	snprintf(name, sizeof name, "%s.%s", what, id);
	snprintf(text, sizeof text, "%s: %s", id, label);
	page_text(r->c, name, text, hint, NULL);
}

static void
person(struct room *r, const char *id, const char *who)
{
	html(&r->c->out, "<fieldset class=\"person\">\n<legend>%s</legend>\n"
	    "<div class=\"row\">\n", who);
	field(r, "name", id, "name", NULL);
	field(r, "born", id, "born", "A year is enough: 2016");
	field(r, "find", id, "found by", "Address, class, own number");
	html_raw(&r->c->out, "</div>\n");
	if (id[0] == 'K') {
		const struct words_value child = { "child", id };
		char own[ROW_NAME];

		snprintf(own, sizeof own, "own.%s", id);
		html(&r->c->out, "<details><summary>%s decides about own words "
		    "and records (usually from 12)</summary>\n", id);
		room_say(r, "child.own", &child, 1);
		page_check(r->c, own, "yes", "Old enough to decide", false);
		field(r, "agreed", id, "agreed on", "2026-11-16; empty: not "
		    "asked yet");
		html_raw(&r->c->out, "</details>\n");
	}
	html_raw(&r->c->out, "</fieldset>\n");
}

static void
persons(struct room *r)
{
	char id[8], who[32];

	room_say(r, "people.ask", NULL, 0);
	person(r, "P2", "She who permits (P2)");
	person(r, "P1", "The person causing harm (P1)");
	for (int k = 1; k <= ROOM_CHILDREN; k++) {
		snprintf(id, sizeof id, "K%d", k);
		snprintf(who, sizeof who, "Child %d (K%d)", k, k);
		if (k == 3)
			html_raw(&r->c->out, "<details><summary>More children"
			    "</summary>\n");
		person(r, id, who);
	}
	html_raw(&r->c->out, "</details>\n");
	room_say(r, "people.contact", NULL, 0);
	page_text(r->c, "contact", "Safe contact", NULL, NULL);
}

/* ---- treatment records ------------------------------------------------- */

static bool
any_ticked(const struct form *f, const char *scope)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->field[i].name[0] == 's' &&
		    strcmp(f->field[i].value, scope) == 0)
			return true;
	return false;
}

/* Two patients, two keys (R12). */
static void
treatment(struct room *r, const char *segment)
{
	static const struct page_choice who[] = { { "", "Nobody yet" },
	    { "P2", "P2" }, { "P1", "P1" }, { "K1", "K1" }, { "K2", "K2" },
	    { "K3", "K3" }, { "K4", "K4" } };
	static const struct page_choice by[] = {
		{ "patient", "The patient" },
		{ "non-abusing-parent", "P2, as the parent" },
	};
	char whose[ROW_NAME], given[ROW_NAME], on[ROW_NAME], key[ROW_NAME];
	char words[400];

	if (!any_ticked(&r->page[ROOM_GRID], segment))
		return;
	snprintf(whose, sizeof whose, "whose.%s", segment);
	snprintf(given, sizeof given, "by.%s", segment);
	snprintf(on, sizeof on, "on.%s", segment);
	snprintf(key, sizeof key, "scope.%s", segment);
	html_raw(&r->c->out, "<fieldset class=\"person\">\n<legend>");
	room_said(r, key, NULL, 0);
	html(&r->c->out, "</legend>\n<p>%s</p>\n<div class=\"row\">\n",
	    words_say("R12", WORDS_ADVOCATE, NULL, 0, words, sizeof words));
	page_select(r->c, whose, "Whose treatment", who, 7, "");
	page_select(r->c, given, "Permission given by", by, 2, "patient");
	page_text(r->c, on, "On", "2026-11-16", NULL);
	html_raw(&r->c->out, "</div>\n</fieldset>\n");
}

/* ---- who must not see it ----------------------------------------------- */

static void
exclusion(struct room *r, const struct room_facts *f, int k)
{
	struct page_choice at[ROOM_AGENCIES_MAX + 1];
	char name[ROW_NAME], rel[ROW_NAME], where[ROW_NAME];
	const json_t *m;
	size_t n = 0, i;

	at[n++] = (struct page_choice){ "", "At none of these agencies, or "
	    "not known" };
	json_array_foreach(r->members, i, m)
		if (n <= ROOM_AGENCIES_MAX && (f == NULL || room_takes_part(f,
		    json_str(m, "member"))))
			at[n++] = (struct page_choice){ json_str(m, "member"),
			    json_str(m, "name") };
	snprintf(name, sizeof name, "x.name.%d", k);
	snprintf(rel, sizeof rel, "x.rel.%d", k);
	snprintf(where, sizeof where, "x.at.%d", k);
	html_raw(&r->c->out, "<div class=\"row\">\n");
	page_text(r->c, name, "Name", NULL, NULL);
	page_text(r->c, rel, "Relation", "Never why", NULL);
	page_select(r->c, where, "Works at", at, n, "");
	html_raw(&r->c->out, "</div>\n");
}

/* R13: after a hit a closed desk, or the agency is left out. */
static void
closed_desks(struct room *r, const struct room_facts *f)
{
	const json_t *m;
	size_t i;

	json_array_foreach(r->members, i, m) {
		const char *id = json_str(m, "member");
		const struct words_value agency = { "agency", json_str(m,
		    "name") };
		bool close = false;

		for (size_t k = 0; k < r->c->form.n && !close; k++)
			close = strncmp(r->c->form.field[k].name, "x.at.", 5)
			    == 0 && strcmp(r->c->form.field[k].value, id) == 0;
		if (!close || !room_is_told(f, id))
			continue;
		html_raw(&r->c->out, "<div class=\"box bad\">\n");
		room_say(r, "exclude.at", &agency, 1);
		html(&r->c->out, "<label class=\"tick\"><input "
		    "type=\"checkbox\" name=\"closed\" value=\"%s\"", id);
		html_raw(&r->c->out, form_has(&r->c->form, "closed", id) ?
		    " checked> <span>" : "> <span>");
		room_said(r, "exclude.closed", &agency, 1);
		html_raw(&r->c->out, "</span></label>\n</div>\n");
	}
}

static void
exclusions(struct room *r, const struct room_facts *f)
{
	static const struct room_choice some[] = { { "nobody", "no", { 0 } },
	    { "some", "yes", { 0 } } };

	html_raw(&r->c->out, "<section id=\"x\">\n<h2>Who must not see it</h2>"
	    "\n");
	room_radio(r, "asked", "exclude.ask", NULL, 0, some, 2);
	if (r->people != NULL)
		html(&r->c->out, "<p><a href=\"/room/%s/exclude\">Write down "
		    "somebody new</a>: those in the book stay.</p>\n",
		    r->part);
	else
		for (int k = 1; k <= EXCLUSIONS; k++) {
			if (k == 2)
				html_raw(&r->c->out, "<details><summary>More "
				    "people</summary>\n");
			exclusion(r, f, k);
		}
	if (r->people == NULL)
		html_raw(&r->c->out, "</details>\n");
	closed_desks(r, f);
	html_raw(&r->c->out, "</section>\n");
}

/* ---- the page ---------------------------------------------------------- */

/* In a case that runs: children whose own yes is asked again. */
static void
known_children(struct room *r)
{
	const json_t *p;
	size_t i;

	html_raw(&r->c->out, "<p>The book has the names of this family.</p>"
	    "\n");
	json_array_foreach(r->people, i, p)
		if (json_str(p, "id")[0] == 'K' &&
		    strlen(json_str(p, "id")) == 2) {
			const struct words_value child = { "child",
			    json_str(p, "id") };
			char own[ROW_NAME];

			snprintf(own, sizeof own, "own.%s", child.value);
			html(&r->c->out, "<details><summary>%s decides about "
			    "own words and records</summary>\n", child.value);
			room_say(r, "child.own", &child, 1);
			page_check(r->c, own, "yes", "Old enough to decide",
			    false);
			field(r, "agreed", child.value, "agreed on",
			    "2026-11-16; empty: not asked yet");
			html_raw(&r->c->out, "</details>\n");
		}
}

static void
people(struct room *r, const struct room_facts *f, const struct room_gap *gap)
{
	room_begin(r, "People", "people");
	if (gap != NULL)
		page_error(r->c, gap->field, "%s", gap->words);
	room_form(r, "people", ROOM_PEOPLE);
	if (r->people == NULL)
		persons(r);
	else
		known_children(r);
	treatment(r, "SG1");
	treatment(r, "SG2");
	exclusions(r, f);
	page_form_end(r->c, "Go on");
	page_end(r->c);
}

void
page_room_people(struct desk_call *c)
{
	struct room_asked asked;
	struct room_facts f;
	struct room r;
	char what[ROOM_DRAFT];

	if (!room_open(&r, c, ROOM_MEMBERS | ROOM_PEOPLE_TOO))
		return;
	room_draft(&r, ROOM_PEOPLE, what);
	draft_take(c, what);
	room_facts(&r, &f, &asked);
	people(&r, &f, NULL);
	room_close(&r);
}

void
page_room_people_in(struct desk_call *c)
{
	struct room_asked asked;
	struct room_facts f;
	struct room_gap gap;
	struct room r;

	if (!room_open(&r, c, ROOM_MEMBERS | ROOM_PEOPLE_TOO))
		return;
	room_take(&r, ROOM_PEOPLE);
	room_facts(&r, &f, &asked);
	if (!room_keep(&r, ROOM_PEOPLE))
		;
	else if (room_missing(&f, ROOM_PEOPLE, &gap))
		people(&r, &f, &gap);
	else
		desk_see(c, NULL, "/room/%s/readback", r.part);
	room_close(&r);
}

/* ---- later ------------------------------------------------------------- */

static void
exclude(struct room *r, const char *wrong)
{
	char action[48];

	room_begin(r, "Somebody must not see it", NULL);
	if (wrong != NULL)
		page_error_of(r->c, wrong);
	room_say(r, "exclude.ask", NULL, 0);
	snprintf(action, sizeof action, "/room/%s/exclude", r->part);
	page_form(r->c, action);
	exclusion(r, NULL, 1);
	page_form_end(r->c, "Write it down");
	html_raw(&r->c->out, "<p>The name goes to each agency that knows the "
	    "family; a conflict officer there compares it with the staff. "
	    "Where somebody works stays here.</p>\n");
	page_end(r->c);
}

void
page_room_exclude(struct desk_call *c)
{
	struct room r;

	if (!room_open(&r, c, ROOM_MEMBERS))
		return;
	if (r.no == 0)
		desk_nothing(c);
	else
		exclude(&r, NULL);
	room_close(&r);
}

/* Said again where it matters: that agency has permissions to end. */
static void
excluded(struct room *r, const json_t *result, const char *words)
{
	const json_t *v;
	size_t i;

	room_begin(r, "Written down", NULL);
	html(&r->c->out, "<p>%s</p>\n", words != NULL ? words : "");
	json_array_foreach(json_object_get(result, "close"), i, v) {
		const struct words_value agency = { "agency", room_name(r,
		    json_string_value(v)) };

		room_box(r, "bad", "exclude.at", &agency, 1);
	}
	html(&r->c->out, "<p><a class=\"button\" href=\"/room/%s/withdraw\">"
	    "Withdraw permissions</a></p>\n", r->part);
	page_end(r->c);
}

void
page_room_exclude_in(struct desk_call *c)
{
	json_t *in, *result = NULL;
	char *words = NULL;
	struct room r;
	int code;

	if (!room_open(&r, c, ROOM_MEMBERS))
		return;
	if (r.no == 0 || form_text(&c->form, "x.name.1")[0] == '\0') {
		exclude(&r, "x.name.1: whose name?");
		room_close(&r);
		return;
	}
	in = json_pack("{s:I, s:[{s:s, s:s, s:s}]}", "case", (json_int_t)r.no,
	    "exclusions", "name", form_text(&c->form, "x.name.1"), "relation",
	    form_text(&c->form, "x.rel.1"), "at", form_text(&c->form,
	    "x.at.1"));
	code = desk_ask(c, VERB_EXCLUDE, in, &result, &words);
	/* "no": nobody may be introduced at the moment; the book has it */
	if (code == CLI_DONE || (code == CLI_NO && result != NULL))
		excluded(&r, result, words);
	else
		exclude(&r, words);
	desk_forget(words);
	json_decref(result);
	room_close(&r);
}
