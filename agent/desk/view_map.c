/*
 * The pattern map on a page: four sections, always in this order, so that it
 * begins with what was done and by whom.  Empty ones stand as gaps.
 */
#include <string.h>

#include "agent/desk/plot.h"
#include "agent/desk/view.h"
#include "proto/vocabulary.h"

static const json_t *
part(const struct view *v, const char *name)
{
	return json_object_get(v->map, name);
}

/* A list of entries under its heading; how many. */
static size_t
entries(const struct view *v, const char *heading, const json_t *list)
{
	const size_t n = json_array_size(list);
	struct buf *b = &v->c->out;

	if (heading != NULL && n > 0)
		html(b, "<h3>%s</h3>\n", heading);
	if (n == 0)
		return 0;
	html_raw(b, "<ul class=\"entries\">\n");
	for (size_t i = 0; i < n; i++)
		view_entry(v, json_array_get(list, i));
	html_raw(b, "</ul>\n");
	return n;
}

/* ---- above all ---------------------------------------------------------------- */

static void
legend(const struct view *v)
{
	const json_t *list = json_object_get(v->people, "persons");
	struct buf *b = &v->c->out;

	if (json_array_size(list) == 0 || v->paper)
		return;
	html_raw(b, "<p class=\"legend\">");
	for (size_t i = 0; i < json_array_size(list); i++)
		html(b, "<span><b>%s</b> %s</span> ", json_str(
		    json_array_get(list, i), "id"), json_str(
		    json_array_get(list, i), "name"));
	html_raw(b, "</p>\n");
}

void
view_first(const struct view *v)
{
	const json_t *danger = part(v, "worker_safety");
	const long long closed = json_int(v->result, "closed");
	struct buf *b = &v->c->out;

	if (danger != NULL) {
		html_raw(b, "<div class=\"box bad\" role=\"note\"><p><strong>"
		    "Worker safety: a visit by two is advised.</strong> ");
		view_link(v, view_record(v, danger));
		html_raw(b, "</p></div>\n");
	}
	legend(v);
	if (closed > 0)
		page_box(v->c, "warn", "%s here cannot be opened at the "
		    "moment and %s not part of this map.", closed == 1 ?
		    "One item" : "Some items", closed == 1 ? "is" : "are");
}

/* ---- section 1 ------------------------------------------------------------------- */

static void
dangers(const struct view *v)
{
	const json_t *list = part(v, "danger");
	struct buf *b = &v->c->out;

	if (json_array_size(list) == 0)
		return;
	html_raw(b, "<h3>Danger markers: facts, never added up</h3>\n"
	    "<ul class=\"dangers\">\n");
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *d = json_array_get(list, i);
		const json_t *r = view_record(v, json_object_get(d,
		    "record"));

		html_raw(b, "<li>");
		page_code(v->c, json_str(d, "code"));
		html_raw(b, "; ");
		view_when(b, json_object_get(r, "observation"));
		html_raw(b, "; ");
		view_link(v, r);
		html_raw(b, "</li>\n");
	}
	html_raw(b, "</ul>\n");
}

enum side { SIDE_ALL, SIDE_BEFORE, SIDE_AFTER };

/* The acts of one person on one side of the separation. */
static void
acts_of(const struct view *v, const char *actor, enum side side)
{
	const json_t *list = part(v, "acts");
	struct buf *b = &v->c->out;
	size_t n = 0;

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *e = json_array_get(list, i);
		const json_t *r = view_record(v, json_object_get(e,
		    "record"));

		if (strcmp(json_str(json_object_get(r, "observation"),
		    "actor"), actor) != 0 || (side != SIDE_ALL &&
		    json_yes(r, "after") != (side == SIDE_AFTER)))
			continue;
		if (n++ == 0)
			html_raw(b, "<ul class=\"entries\">\n");
		view_entry(v, e);
	}
	if (n > 0)
		html_raw(b, "</ul>\n");
	else
		html_raw(b, "<p class=\"empty\">Nothing recorded.</p>\n");
}

static void
actor(const struct view *v, const char *id)
{
	const char *day = json_str(v->map, "separated");
	struct buf *b = &v->c->out;

	html_raw(b, "<h3>");
	view_person(v, id);
	html_raw(b, "</h3>\n");
	if (!json_yes(v->map, "split")) {
		acts_of(v, id, SIDE_ALL);
		return;
	}
	html_raw(b, "<h4>Before separation, or date not known</h4>\n");
	acts_of(v, id, SIDE_BEFORE);
	html(b, "<h4>After separation%s%s</h4>\n", day[0] != '\0' ? ", " : "",
	    day);
	acts_of(v, id, SIDE_AFTER);
}

/* Two persons, the same codes, neither called primary. */
static void
side_by_side(const struct view *v, const char *left, const char *right)
{
	const char *const side[2] = { left, right };
	struct buf *b = &v->c->out;

	html_raw(b, "<div class=\"sides\">\n");
	for (unsigned i = 0; i < 2; i++) {
		html_raw(b, "<div class=\"side\">\n<h3>");
		view_person(v, side[i]);
		html_raw(b, "</h3>\n");
		acts_of(v, side[i], SIDE_ALL);
		html_raw(b, "</div>\n");
	}
	html_raw(b, "</div>\n");
}

static void
section_pattern(const struct view *v, const char *left, const char *right)
{
	const json_t *actors = part(v, "actors");
	struct buf *b = &v->c->out;

	html_raw(b, "<section id=\"s1\">\n<h2>1 Pattern of coercive control "
	    "and actions to harm the children</h2>\n");
	dangers(v);
	if (json_array_size(actors) == 0)
		view_gap(v, "Nothing held here: this is a gap (GP12).");
	plot(b, v->map, v->paper);
	if (left != NULL && right != NULL)
		side_by_side(v, left, right);
	else
		for (size_t i = 0; i < json_array_size(actors); i++)
			actor(v, view_at(actors, i));
	view_notices(v, 1);
	html_raw(b, "</section>\n");
}

/* ---- section 2 --------------------------------------------------------------------- */

/* "P1: CC12 Locks in ... [id]" of an act behind something. */
static void
behind(const struct view *v, const char *words, const json_t *list)
{
	struct buf *b = &v->c->out;

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *e = json_array_get(list, i);
		const json_t *r = view_record(v, json_object_get(e,
		    "record"));

		html(b, "<p class=\"behind\">%s %s: ", words, json_str(
		    json_object_get(r, "observation"), "actor"));
		view_codes(v->c, json_object_get(e, "codes"));
		html_raw(b, ". ");
		view_link(v, r);
		html_raw(b, "</p>\n");
	}
}

static void
on_pathway(const struct view *v, const json_t *pathway)
{
	const struct vocabulary_code *code = vocabulary_find(
	    json_str(pathway, "code"));
	const json_t *list = json_object_get(pathway, "records");
	struct buf *b = &v->c->out;

	html(b, "<h4>%s</h4>\n<ul class=\"short\">\n", code != NULL ?
	    code->label : json_str(pathway, "code"));
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *r = view_record(v, json_array_get(list, i));
		const json_t *o = json_object_get(r, "observation");

		html_raw(b, "<li>");
		if (json_str(o, "actor")[0] != '\0')
			html(b, "%s: ", json_str(o, "actor"));
		view_codes(v->c, json_object_get(o, "codes"));
		html_raw(b, ". ");
		view_link(v, r);
		html_raw(b, "</li>\n");
	}
	html_raw(b, "</ul>\n");
}

static void
effects(const struct view *v)
{
	const json_t *list = part(v, "effects");
	struct buf *b = &v->c->out;

	if (json_array_size(list) == 0)
		return;
	html_raw(b, "<h3>Effects on the children</h3>\n");
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *e = json_array_get(list, i);

		html_raw(b, "<ul class=\"entries\">\n");
		view_entry(v, e);
		html_raw(b, "</ul>\n");
		behind(v, "Behind it:", json_object_get(e, "behind"));
		if (json_yes(e, "untied"))
			view_gap(v, "No behaviour linked yet: this is a gap "
			    "(GP06).");
	}
}

static void
section_family(const struct view *v)
{
	const json_t *list = part(v, "pathways");
	struct buf *b = &v->c->out;

	html_raw(b, "<section id=\"s2\">\n<h2>2 What it does to the children "
	    "and the family</h2>\n");
	if (json_array_size(list) > 0)
		html_raw(b, "<h3>Along the pathways</h3>\n");
	for (size_t i = 0; i < json_array_size(list); i++)
		on_pathway(v, json_array_get(list, i));
	effects(v);
	if (json_array_size(list) == 0 &&
	    json_array_size(part(v, "effects")) == 0)
		view_gap(v, "Nothing held here: this is a gap.");
	view_notices(v, 2);
	html_raw(b, "</section>\n");
}

/* ---- section 3 ------------------------------------------------------------------------ */

static void
factor(const struct view *v, const json_t *e)
{
	const json_t *r = view_record(v, json_object_get(e, "record"));
	const json_t *o = json_object_get(r, "observation");
	struct buf *b = &v->c->out;

	html(b, "<p class=\"relation\"><b>%s</b>: ", json_str(o, "owner"));
	page_code(v->c, json_str(o, "relation"));
	html_raw(b, "</p>\n<ul class=\"entries\">\n");
	view_entry(v, e);
	html_raw(b, "</ul>\n");
	behind(v, "Sits under:", json_object_get(e, "acts"));
}

static void
section_factors(const struct view *v)
{
	const json_t *list = part(v, "factors");
	struct buf *b = &v->c->out;

	html_raw(b, "<section id=\"s3\">\n<h2>3 Factors that intersect, and "
	    "how they are linked</h2>\n<p class=\"soft\">A factor is never the "
	    "cause of what somebody does.</p>\n");
	for (size_t i = 0; i < json_array_size(list); i++)
		factor(v, json_array_get(list, i));
	if (json_array_size(list) == 0)
		view_gap(v, "Nothing held here: this is a gap.");
	view_notices(v, 3);
	html_raw(b, "</section>\n");
}

/* ---- section 4 -------------------------------------------------------------------------- */

static void
asked(const struct view *v, const json_t *e)
{
	const json_t *o = json_object_get(view_record(v, json_object_get(e,
	    "record")), "observation");
	const json_t *a = json_object_get(o, "asked");
	const char *answer = json_str(a, "answer");
	struct buf *b = &v->c->out;

	html(b, "<p class=\"asked\">Asked whether this may be shared: "
	    "<b>%s</b>", answer[0] != '\0' ? answer : "not asked");
	if (json_str(a, "by")[0] != '\0')
		html(b, ", by %s", json_str(a, "by"));
	if (json_str(a, "on")[0] != '\0')
		html(b, ", <time>%s</time>", json_str(a, "on"));
	html_raw(b, "</p>\n");
}

static void
survivor_part(const struct view *v, const char *heading, const json_t *list,
    const char *empty)
{
	struct buf *b = &v->c->out;

	html(b, "<h3>%s</h3>\n", heading);
	for (size_t i = 0; i < json_array_size(list); i++) {
		html_raw(b, "<ul class=\"entries\">\n");
		view_entry(v, json_array_get(list, i));
		html_raw(b, "</ul>\n");
		asked(v, json_array_get(list, i));
	}
	if (json_array_size(list) == 0)
		view_gap(v, empty);
}

static void
focus_line(const struct view *v, const char *words, const json_t *list)
{
	struct buf *b = &v->c->out;

	html(b, "<li>%s: ", words);
	if (json_array_size(list) == 0)
		html_raw(b, "none");
	for (size_t i = 0; i < json_array_size(list); i++) {
		if (i > 0)
			html_raw(b, ", ");
		view_link(v, view_record(v, json_array_get(list, i)));
	}
	html_raw(b, "</li>\n");
}

/* Whom the notes were about, before somebody worked with the pattern. */
static void
focus(const struct view *v)
{
	const json_t *f = part(v, "focus"), *who;
	struct buf *b = &v->c->out;

	if (f == NULL)
		return;
	html_raw(b, "<h3>Whom the notes are about</h3>\n<div class=\"sides\">"
	    "\n");
	for (unsigned i = 0; i < 2; i++) {
		html(b, "<div class=\"side\">\n<h4>%s <time>%s</time></h4>\n"
		    "<ul class=\"short\">\n", i == 0 ? "Before" : "Since",
		    json_str(f, "day"));
		who = json_object_get(f, "survivor");
		focus_line(v, "the survivor alone", json_object_get(who,
		    i == 0 ? "before" : "since"));
		who = json_object_get(f, "actor");
		focus_line(v, "the person causing harm", json_object_get(who,
		    i == 0 ? "before" : "since"));
		html_raw(b, "</ul>\n</div>\n");
	}
	html_raw(b, "</div>\n");
}

static void
gaps(const struct view *v)
{
	const json_t *list = part(v, "gaps");
	struct buf *b = &v->c->out;

	html_raw(b, "<h3>Gaps</h3>\n");
	if (json_array_size(list) == 0)
		html_raw(b, "<p>No gap is known here.</p>\n");
	else
		html_raw(b, "<ul class=\"short\">\n");
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *g = json_array_get(list, i);
		const char *owner = json_str(g, "owner");
		const char *about = json_str(g, "about");

		html(b, "<li><span class=\"code\">%s</span> %s%s%s%s; %s%s",
		    json_str(g, "code"), about, about[0] != '\0' ? ": " : "",
		    json_str(g, "text"), json_yes(g, "survivor_first") ?
		    "; ask the survivor first" : "", owner[0] != '\0' ?
		    "owner " : "nobody has it yet", owner);
		if (json_str(g, "due")[0] != '\0')
			html(b, ", due <time>%s</time>", json_str(g, "due"));
		html_raw(b, "</li>\n");
	}
	if (json_array_size(list) > 0)
		html_raw(b, "</ul>\n");
	if (!v->paper)
		html(b, "<p><a href=\"/case/%lld/gaps\">Take or ask about a "
		    "gap</a></p>\n", v->no);
}

static void
section_practice(const struct view *v)
{
	struct buf *b = &v->c->out;

	html_raw(b, "<section id=\"s4\">\n<h2>4 What follows for practice"
	    "</h2>\n");
	survivor_part(v, "What is done to keep the children safe", part(v,
	    "protective"), "Nothing held here: this is a gap (GP07).");
	survivor_part(v, "What the survivor wants, and why", part(v,
	    "wishes"), "Nothing held here: this is a gap (GP13).");
	(void)entries(v, "Responses of services that did harm", part(v,
	    "harmful"));
	(void)entries(v, "Responses of services that helped", part(v,
	    "helpful"));
	focus(v);
	html_raw(b, "<h3>Change</h3>\n");
	view_change(v, 4);
	view_notices(v, 4);
	view_goals(v, 3);
	gaps(v);
	if (json_yes(v->map, "cut"))
		html_raw(b, "<p>More notices or gaps were found than are "
		    "shown.</p>\n");
	html_raw(b, "</section>\n");
}

void
view_sections(const struct view *v, const char *left, const char *right)
{
	section_pattern(v, left, right);
	section_family(v);
	section_factors(v);
	section_practice(v);
}
