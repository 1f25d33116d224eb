/* Section 4 of the map as JSON, and what the rules found: notices and gaps. */
#include <string.h>

#include "agent/practice/map_json_part.h"
#include "agent/practice/pattern_have.h"

/* ---- section 4 ------------------------------------------------------------------ */

static bool
is_protective(const struct vocabulary_code *c)
{

	return (c->group == GROUP_PE);
}

static bool
is_wish(const struct vocabulary_code *c)
{

	return (c->group == GROUP_PP || c->group == GROUP_PR);
}

/* The notes about one side of `who`, before the turning day or since. */
static json_t *
focused(const struct map_pick *k, enum pick_focus who, bool since)
{
	json_t *list = json_array();
	size_t i;
	bool later;

	for (i = 0; i < k->n_order && list != NULL; i++)
		if (pick_focus(k, k->order[i], &later) == who &&
		    later == since &&
		    !map_json_add_record(list, k->order[i])) {
			json_decref(list);
			list = NULL;
		}
	return (list);
}

static bool
put_focus(json_t *o, const struct map_pick *k)
{
	json_t *before;
	bool ok;

	if (k->turned.s[0] == '\0')
		return (true);
	before = focused(k, FOCUS_SURVIVOR, false);
	ok = before != NULL;
	if (json_array_size(before) == 0) {
		json_decref(before);
		return (ok);
	}
	return (map_json_put(o, "focus", json_pack("{s:s, s:{s:o, s:o}, "
	    "s:{s:o, s:o}}", "day", k->turned.s, "survivor", "before", before,
	    "since", focused(k, FOCUS_SURVIVOR, true), "actor", "before",
	    focused(k, FOCUS_ACTOR, false), "since",
	    focused(k, FOCUS_ACTOR, true))));
}

static bool
put_change(json_t *o, const struct map_pick *k)
{
	bool evidence = false;
	size_t i;

	for (i = 0; i < k->n_order && !evidence; i++)
		evidence = have_change(k->h[k->order[i]].o);
	return (map_json_put(o, "change", json_pack(
	    "{s:o, s:o, s:o, s:o, s:b}",
	    "naming", map_json_shown(k, pick_naming),
	    "claiming", map_json_shown(k, pick_claiming),
	    "change", map_json_shown(k, pick_change),
	    "attendance", map_json_shown(k, pick_attendance),
	    "evidence", evidence)));
}

static json_t *
goal(const struct map_item *it)
{
	const struct goal *g = &it->c->u.goal;

	return (json_pack("{s:o, s:b, s:I, s:s, s:s, s:s, s:s, s:s, s:s, s:s}",
	    "id", map_json_id(&it->c->id), "own", it->own, "message",
	    (json_int_t)it->message, "member", it->member,
	    "person", g->person.s, "behaviour", g->behaviour->id, "text",
	    g->text, "measure", g->measure, "by", g->by.s, "checked_by",
	    g->checked_by));
}

static json_t *
task(const struct map_item *it)
{
	const struct task *t = &it->c->u.task;

	return (json_pack("{s:o, s:b, s:I, s:s, s:s, s:s, s:s, s:s, s:s, s:s, "
	    "s:b}", "id", map_json_id(&it->c->id), "own", it->own, "message",
	    (json_int_t)it->message, "member", it->member, "owner", t->owner,
	    "text", t->text, "due", t->due.s, "gap", t->gap != NULL ?
	    t->gap->id : "", "taken_by", it->taken_by != NULL ? it->taken_by :
	    "", "taken_due", it->taken_due != NULL ? it->taken_due : "",
	    "done", it->done));
}

static bool
put_items(json_t *o, const struct map_pick *k)
{
	json_t *goals = json_array(), *tasks = json_array();
	bool ok = goals != NULL && tasks != NULL;
	size_t i;

	for (i = 0; i < k->o->n_items && ok; i++)
		if (k->o->items[i].c->kind == CONTENT_GOAL)
			ok = map_json_add(goals, goal(&k->o->items[i]));
		else if (k->o->items[i].c->kind == CONTENT_TASK)
			ok = map_json_add(tasks, task(&k->o->items[i]));
	ok = map_json_put(o, "goals", goals) && ok;
	return (map_json_put(o, "tasks", tasks) && ok);
}

bool
map_json_put_practice(json_t *o, const struct map_pick *k)
{

	return (map_json_put(o, "protective", map_json_shown(k,
	    is_protective)) &&
	    map_json_put(o, "wishes", map_json_shown(k, is_wish)) &&
	    map_json_put(o, "harmful", map_json_shown(k, pick_harmful)) &&
	    map_json_put(o, "helpful", map_json_shown(k, pick_helpful)) &&
	    put_focus(o, k) && put_change(o, k) && put_items(o, k));
}

/* ---- notices and gaps -------------------------------------------------------------- */

static unsigned
section_of(const struct notice *n)
{
	const char *const *pt;
	unsigned s;

	for (s = 1; s < 4; s++)
		for (pt = pick_notices(s); *pt != NULL; pt++)
			if (strcmp(*pt, n->pt->id) == 0)
				return (s);
	return (4);
}

static bool
put_notices(json_t *o, const struct map_pick *k)
{
	const struct notice *n;
	json_t *list = json_array();
	bool ok = list != NULL;
	size_t i;

	for (i = 0; i < k->p->n_notices && ok; i++) {
		n = &k->p->notices[i];
		ok = map_json_add(list, json_pack(
		    "{s:s, s:i, s:s, s:s, s:o}", "code", n->pt->id,
		    "section", (int)section_of(n), "about", n->about.s,
		    "text", n->text, "records",
		    map_json_records_of(n->behind, n->n_behind)));
	}
	return (map_json_put(o, "notices", list) && ok);
}

static json_t *
gap(const struct map_pick *k, const struct gap *g)
{
	const struct gap_owner *w = pick_owner(k, g);
	json_t *o = json_pack("{s:s, s:s, s:s, s:b, s:s, s:s}", "code",
	    g->gp->id, "about", g->about.s, "text", g->text, "survivor_first",
	    g->survivor_first, "owner", w != NULL ? w->owner : "", "due",
	    w != NULL && w->due != NULL ? w->due : "");

	if (o != NULL && g->record != SIZE_MAX && !map_json_put(o, "record",
	    json_integer((json_int_t)g->record))) {
		json_decref(o);
		return (NULL);
	}
	return (o);
}

static bool
put_gaps(json_t *o, const struct map_pick *k)
{
	json_t *list = json_array();
	bool ok = list != NULL;
	size_t i;

	for (i = 0; i < k->p->n_gaps && ok; i++)
		ok = map_json_add(list, gap(k, &k->p->gaps[i]));
	return (map_json_put(o, "gaps", list) && ok);
}

bool
map_json_put_findings(json_t *o, const struct map_pick *k)
{

	return (put_notices(o, k) && put_gaps(o, k));
}
