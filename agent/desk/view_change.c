/*
 * Change: three questions that stand even when nothing answers them, goals
 * with their measures, and attendance, which is not change.
 */
#include <string.h>

#include "agent/desk/view.h"
#include "proto/vocabulary.h"

static void
heading(const struct view *v, int level, const char *words)
{
	html(&v->c->out, "<h%d>%s</h%d>\n", level, words, level);
}

static size_t
entries(const struct view *v, const char *kind, const char *list_class)
{
	const json_t *list = json_object_get(json_object_get(v->map,
	    "change"), kind);
	struct buf *b = &v->c->out;

	if (json_array_size(list) > 0)
		html(b, "<ul class=\"entries %s\">\n", list_class);
	for (size_t i = 0; i < json_array_size(list); i++)
		view_entry(v, json_array_get(list, i));
	if (json_array_size(list) > 0)
		html_raw(b, "</ul>\n");
	return json_array_size(list);
}

static void
attendance(const struct view *v, int level)
{
	const json_t *change = json_object_get(v->map, "change");
	/* what is told under change, and is none: see pattern PT5 */
	const bool none = !json_yes(change, "evidence") &&
	    json_array_size(json_object_get(change, "change")) > 0;

	const bool attended = json_array_size(json_object_get(change,
	    "attendance")) > 0;

	if (!attended && !none)
		return;
	html_raw(&v->c->out, "<div class=\"attendance\">\n");
	if (none) {
		heading(v, level, "Activity, which is not change");
		(void)entries(v, "change", "grey");
	}
	if (attended) {
		heading(v, level, "Attendance, which is not change");
		(void)entries(v, "attendance", "grey");
	}
	html_raw(&v->c->out, "</div>\n");
}

void
view_change(const struct view *v, int level)
{
	const json_t *change = json_object_get(v->map, "change");

	heading(v, level, "Names the behaviours");
	if (entries(v, "naming", "") == 0)
		view_gap(v, "No evidence yet.");
	heading(v, level, "Describes the harm");
	if (entries(v, "claiming", "") == 0)
		view_gap(v, "No evidence yet.");
	heading(v, level, "Real change");
	if (json_yes(change, "evidence"))
		(void)entries(v, "change", "");
	else
		view_gap(v, "No real-change evidence.");
	attendance(v, level);
}

static void
goal(const struct view *v, const json_t *g)
{
	struct buf *b = &v->c->out;

	html(b, "<li class=\"entry\"><p class=\"what\">%s: ", json_str(g,
	    "person"));
	page_code(v->c, json_str(g, "behaviour"));
	html(b, "</p>\n<p class=\"detail written\">%s</p>\n<p class=\"source\">"
	    "Measure: %s. By <time>%s</time>. Checked by %s. ",
	    json_str(g, "text"), json_str(g, "measure"), json_str(g, "by"),
	    json_str(g, "checked_by"));
	view_id(v, g);
	html_raw(b, "</p></li>\n");
}

static void
task(const struct view *v, const json_t *t)
{
	struct buf *b = &v->c->out;

	html(b, "<li class=\"entry\"><p class=\"what\"><b>%s</b>: "
	    "<span class=\"written\">%s</span>", json_str(t, "owner"),
	    json_str(t, "text"));
	if (json_str(t, "due")[0] != '\0')
		html(b, ", due <time>%s</time>", json_str(t, "due"));
	html_raw(b, "</p>\n<p class=\"source\">");
	if (!v->paper)          /* whose it is here stays here */
		view_taken(b, t);
	view_id(v, t);
	html_raw(b, "</p></li>\n");
}

void
view_goals(const struct view *v, int level)
{
	const json_t *goals = json_object_get(v->map, "goals");
	const json_t *tasks = json_object_get(v->map, "tasks");
	struct buf *b = &v->c->out;

	heading(v, level, "Goals and tasks");
	if (json_array_size(goals) + json_array_size(tasks) == 0) {
		view_gap(v, "None agreed yet.");
		return;
	}
	html_raw(b, "<ul class=\"entries\">\n");
	for (size_t i = 0; i < json_array_size(goals); i++)
		goal(v, json_array_get(goals, i));
	for (size_t i = 0; i < json_array_size(tasks); i++)
		task(v, json_array_get(tasks, i));
	html_raw(b, "</ul>\n");
}
