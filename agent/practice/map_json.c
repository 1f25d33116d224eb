#include "agent/practice/map_json.h"

#include <stdlib.h>
#include <string.h>

#include "agent/practice/fields.h"
#include "agent/practice/map_pick.h"
#include "agent/practice/pattern_have.h"
#include "agent/practice/validate.h"

/* ---- small parts: each takes what it is given; false or NULL, no memory ---- */

static bool
put(json_t *o, const char *key, json_t *v)
{

	return (json_object_set_new(o, key, v) == 0);
}

static bool
put_true(json_t *o, const char *key, bool v)
{

	return (!v || put(o, key, json_true()));
}

static bool
add(json_t *list, json_t *v)
{

	return (json_array_append_new(list, v) == 0);
}

static bool
add_record(json_t *list, size_t record)
{

	return (add(list, json_integer((json_int_t)record)));
}

static json_t *
records_of(const size_t *v, size_t n)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < n && list != NULL; i++)
		if (!add_record(list, v[i])) {
			json_decref(list);
			list = NULL;
		}
	return (list);
}

/* A record, and which of its codes this list is about. */
static json_t *
entry(const struct map_pick *k, size_t record, pick_want *want)
{
	const struct code_list *codes = &k->h[record].o->codes;
	json_t *list = json_array();
	bool ok = list != NULL;
	size_t i;

	for (i = 0; i < codes->n && ok; i++)
		if (want(codes->v[i]))
			ok = add(list, json_string(codes->v[i]->id));
	if (!ok) {
		json_decref(list);
		return (NULL);
	}
	return (json_pack("{s:I, s:o}", "record", (json_int_t)record, "codes",
	    list));
}

static json_t *
entries_of(const struct map_pick *k, const size_t *v, size_t n,
    pick_want *want)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < n && list != NULL; i++)
		if (!add(list, entry(k, v[i], want))) {
			json_decref(list);
			list = NULL;
		}
	return (list);
}

/* What is shown and has a code of this kind. */
static json_t *
shown_with(const struct map_pick *k, pick_want *want)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < k->n_order && list != NULL; i++)
		if (pick_has(k->h[k->order[i]].o, want) &&
		    !add(list, entry(k, k->order[i], want))) {
			json_decref(list);
			list = NULL;
		}
	return (list);
}

static json_t *
id_text(const struct record_id *id)
{
	char hex[2 * RECORD_ID_LEN + 1];

	hex_encode(hex, id->b, RECORD_ID_LEN);
	return (json_string(hex));
}

/* ---- records ----------------------------------------------------------------- */

static bool
has_any(const struct observation *o, const char *const *codes)
{

	for (; *codes != NULL; codes++)
		if (code_list_has(&o->codes, *codes) ||
		    code_list_has(&o->triggers, *codes) ||
		    code_list_has(&o->danger, *codes))
			return (true);
	return (false);
}

/*
 * Where a record stands on the timeline: an act, a contact with the police
 * (called, seen by an officer, or what follows it), a step at court, the
 * separation, an effect on a child.
 */
static json_t *
lanes(const struct held *h)
{
	static const char *const police[] = { "CC29", "CC30", "PE10", "SR06",
		"TG1", NULL };
	static const char *const court[] = { "CC32", "CC33", "CC34", "TG5",
		NULL };
	static const char *const separation[] = { "CC39", "PE09", "DM06",
		NULL };
	const bool seen = strcmp(h->kind, "AG02") == 0 &&
	    strcmp(h->o->source->id, "SRC1") == 0;
	const bool filed = strcmp(h->kind, "AG03") == 0 ||
	    strcmp(h->kind, "AG04") == 0;
	json_t *l = json_array();

	if (l == NULL ||
	    (have_act(h->o) && !add(l, json_string("acts"))) ||
	    ((seen || has_any(h->o, police)) &&
	    !add(l, json_string("police"))) ||
	    ((filed || has_any(h->o, court)) &&
	    !add(l, json_string("court"))) ||
	    (has_any(h->o, separation) &&
	    !add(l, json_string("separation"))) ||
	    (have_effect(h->o) && !add(l, json_string("child")))) {
		json_decref(l);
		return (NULL);
	}
	return (l);
}

static json_t *
record(const struct map_pick *k, size_t i)
{
	const struct held *h = &k->h[i];
	json_t *o = json_object();

	if (o == NULL ||
	    !put(o, "id", id_text(&h->id)) ||
	    !put(o, "own", json_boolean(h->own)) ||
	    (!h->own && !put(o, "message",
	    json_integer((json_int_t)h->message))) ||
	    !put(o, "member", json_string(h->member)) ||
	    !put(o, "name", json_string(h->name != NULL ? h->name :
	    h->member)) ||
	    !put(o, "kind", json_string(h->kind)) ||
	    !put(o, "observation", observation_to_json(h->o, FORM_WIRE,
	    "")) ||
	    !put(o, "links", records_of(h->links, h->n_links)) ||
	    !put(o, "lanes", lanes(h)) ||
	    !put_true(o, "replaced", h->replaced) ||
	    !put_true(o, "shield", k->o->kind != NULL &&
	    validate_shield(h->o, k->o->kind)) ||
	    !put_true(o, "after", k->split && pick_after(k, i)) ||
	    !put_true(o, "self_report", pick_self_report(h->o))) {
		json_decref(o);
		return (NULL);
	}
	return (o);
}

static json_t *
records(const struct map_pick *k)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < k->n && list != NULL; i++)
		if (!add(list, record(k, i))) {
			json_decref(list);
			list = NULL;
		}
	return (list);
}

/* ---- sections 1 to 3 ----------------------------------------------------------- */

static bool
put_actors(json_t *o, const struct map_pick *k)
{
	struct person_list actors;
	json_t *list = json_array();
	bool ok = list != NULL;
	size_t i;

	pick_actors(k, &actors);
	for (i = 0; i < actors.n && ok; i++)
		ok = add(list, json_string(actors.v[i].s));
	return (put(o, "actors", list) && ok);
}

static bool
put_danger(json_t *o, const struct map_pick *k)
{
	const struct code_list *dm;
	json_t *list = json_array();
	bool ok = list != NULL;
	size_t i, j;

	for (i = 0; i < k->n_order; i++) {
		dm = &k->h[k->order[i]].o->danger;
		for (j = 0; j < dm->n && ok; j++)
			ok = add(list, json_pack("{s:s, s:I}", "code",
			    dm->v[j]->id, "record",
			    (json_int_t)k->order[i]));
	}
	return (put(o, "danger", list) && ok);
}

static bool
put_pathways(json_t *o, const struct map_pick *k)
{
	const struct vocabulary_code *pw = NULL;
	size_t on[PATTERN_RECORDS_MAX], i, n;
	json_t *list = json_array();
	bool ok = list != NULL;

	while (ok && (pw = vocabulary_next(GROUP_PW, pw)) != NULL) {
		for (i = n = 0; i < k->n_order && pick_pathway(k, pw); i++)
			if (code_list_has(&k->h[k->order[i]].o->pathways,
			    pw->id))
				on[n++] = k->order[i];
		if (n > 0)
			ok = add(list, json_pack("{s:s, s:o}", "code", pw->id,
			    "records", records_of(on, n)));
	}
	return (put(o, "pathways", list) && ok);
}

static bool
put_effects(json_t *o, const struct map_pick *k)
{
	size_t behind[PICK_BEHIND_MAX], i, n;
	json_t *list = json_array(), *e;
	bool ok = list != NULL;

	for (i = 0; i < k->n_order && ok; i++) {
		if (!have_group(k->h[k->order[i]].o, GROUP_AI))
			continue;
		n = pick_behind(k, k->order[i], behind, PICK_BEHIND_MAX);
		e = entry(k, k->order[i], pick_effect);
		ok = add(list, e) &&
		    put(e, "behind", entries_of(k, behind, n, pick_act)) &&
		    put(e, "untied", json_boolean(pick_untied(k,
		    k->order[i], n)));
	}
	return (put(o, "effects", list) && ok);
}

static bool
put_factors(json_t *o, const struct map_pick *k)
{
	size_t acts[PICK_BEHIND_MAX], i, n;
	json_t *list = json_array(), *e;
	bool ok = list != NULL;

	for (i = 0; i < k->n_order && ok; i++) {
		if (!have_group(k->h[k->order[i]].o, GROUP_IF))
			continue;
		n = pick_linked(k, k->order[i], acts, PICK_BEHIND_MAX);
		e = entry(k, k->order[i], pick_factor);
		ok = add(list, e) &&
		    put(e, "acts", entries_of(k, acts, n, pick_act));
	}
	return (put(o, "factors", list) && ok);
}

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
		    later == since && !add_record(list, k->order[i])) {
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
	return (put(o, "focus", json_pack("{s:s, s:{s:o, s:o}, "
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
	return (put(o, "change", json_pack("{s:o, s:o, s:o, s:o, s:b}",
	    "naming", shown_with(k, pick_naming),
	    "claiming", shown_with(k, pick_claiming),
	    "change", shown_with(k, pick_change),
	    "attendance", shown_with(k, pick_attendance),
	    "evidence", evidence)));
}

static json_t *
goal(const struct map_item *it)
{
	const struct goal *g = &it->c->u.goal;

	return (json_pack("{s:o, s:b, s:I, s:s, s:s, s:s, s:s, s:s, s:s, s:s}",
	    "id", id_text(&it->c->id), "own", it->own, "message",
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
	    "s:b}", "id", id_text(&it->c->id), "own", it->own, "message",
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
			ok = add(goals, goal(&k->o->items[i]));
		else if (k->o->items[i].c->kind == CONTENT_TASK)
			ok = add(tasks, task(&k->o->items[i]));
	ok = put(o, "goals", goals) && ok;
	return (put(o, "tasks", tasks) && ok);
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
		ok = add(list, json_pack("{s:s, s:i, s:s, s:s, s:o}", "code",
		    n->pt->id, "section", (int)section_of(n), "about",
		    n->about.s, "text", n->text, "records",
		    records_of(n->behind, n->n_behind)));
	}
	return (put(o, "notices", list) && ok);
}

static json_t *
gap(const struct map_pick *k, const struct gap *g)
{
	const struct gap_owner *w = pick_owner(k, g);
	json_t *o = json_pack("{s:s, s:s, s:s, s:b, s:s, s:s}", "code",
	    g->gp->id, "about", g->about.s, "text", g->text, "survivor_first",
	    g->survivor_first, "owner", w != NULL ? w->owner : "", "due",
	    w != NULL && w->due != NULL ? w->due : "");

	if (o != NULL && g->record != SIZE_MAX && !put(o, "record",
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
		ok = add(list, gap(k, &k->p->gaps[i]));
	return (put(o, "gaps", list) && ok);
}

/* ---- the whole ---------------------------------------------------------------------- */

static bool
fill(json_t *o, const struct map_pick *k)
{
	const size_t danger = pick_worker_safety(k);

	return (put(o, "records", records(k)) &&
	    put(o, "shown", records_of(k->order, k->n_order)) &&
	    (danger == SIZE_MAX || put(o, "worker_safety",
	    json_integer((json_int_t)danger))) &&
	    put(o, "separated", json_string(k->separated.s)) &&
	    put(o, "split", json_boolean(k->split)) &&
	    put_actors(o, k) && put(o, "acts", shown_with(k, pick_act)) &&
	    put_danger(o, k) && put_pathways(o, k) &&
	    put_effects(o, k) && put_factors(o, k) &&
	    put(o, "protective", shown_with(k, is_protective)) &&
	    put(o, "wishes", shown_with(k, is_wish)) &&
	    put(o, "harmful", shown_with(k, pick_harmful)) &&
	    put(o, "helpful", shown_with(k, pick_helpful)) &&
	    put_focus(o, k) && put_change(o, k) && put_items(o, k) &&
	    put_notices(o, k) && put_gaps(o, k) &&
	    put(o, "cut", json_boolean(k->p->cut)));
}

enum error_code
map_json(const struct held *h, size_t n, const struct case_people *people,
    const struct pattern *p, const struct map_options *options, json_t **out)
{
	struct map_pick *k = malloc(sizeof(*k));
	json_t *o = json_object();
	enum error_code e = ERR_NOMEM;

	*out = NULL;
	if (k != NULL && o != NULL)
		e = pick_make(k, h, n, people, p, options);
	if (e == ERR_NONE && !fill(o, k))
		e = ERR_NOMEM;
	if (e == ERR_NONE)
		*out = json_incref(o);
	json_decref(o);
	free(k);
	return (e);
}
