#include "agent/practice/map_json_part.h"

#include <stdlib.h>
#include <string.h>

#include "agent/practice/fields.h"
#include "agent/practice/pattern_have.h"
#include "agent/practice/validate.h"

/* ---- small parts: each takes what it is given; false or NULL, no memory ---- */

bool
map_json_put(json_t *o, const char *key, json_t *v)
{

	return (json_object_set_new(o, key, v) == 0);
}

static bool
put_true(json_t *o, const char *key, bool v)
{

	return (!v || map_json_put(o, key, json_true()));
}

bool
map_json_add(json_t *list, json_t *v)
{

	return (json_array_append_new(list, v) == 0);
}

bool
map_json_add_record(json_t *list, size_t record)
{

	return (map_json_add(list, json_integer((json_int_t)record)));
}

json_t *
map_json_records_of(const size_t *v, size_t n)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < n && list != NULL; i++)
		if (!map_json_add_record(list, v[i])) {
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
			ok = map_json_add(list, json_string(codes->v[i]->id));
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
		if (!map_json_add(list, entry(k, v[i], want))) {
			json_decref(list);
			list = NULL;
		}
	return (list);
}

json_t *
map_json_shown(const struct map_pick *k, pick_want *want)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < k->n_order && list != NULL; i++)
		if (pick_has(k->h[k->order[i]].o, want) &&
		    !map_json_add(list, entry(k, k->order[i], want))) {
			json_decref(list);
			list = NULL;
		}
	return (list);
}

json_t *
map_json_id(const struct record_id *id)
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
	    (have_act(h->o) && !map_json_add(l, json_string("acts"))) ||
	    ((seen || has_any(h->o, police)) &&
	    !map_json_add(l, json_string("police"))) ||
	    ((filed || has_any(h->o, court)) &&
	    !map_json_add(l, json_string("court"))) ||
	    (has_any(h->o, separation) &&
	    !map_json_add(l, json_string("separation"))) ||
	    (have_effect(h->o) && !map_json_add(l, json_string("child")))) {
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
	    !map_json_put(o, "id", map_json_id(&h->id)) ||
	    !map_json_put(o, "own", json_boolean(h->own)) ||
	    (!h->own && !map_json_put(o, "message",
	    json_integer((json_int_t)h->message))) ||
	    !map_json_put(o, "member", json_string(h->member)) ||
	    !map_json_put(o, "name", json_string(h->name != NULL ? h->name :
	    h->member)) ||
	    !map_json_put(o, "kind", json_string(h->kind)) ||
	    !map_json_put(o, "observation", observation_to_json(h->o,
	    FORM_WIRE, "")) ||
	    !map_json_put(o, "links", map_json_records_of(h->links,
	    h->n_links)) ||
	    !map_json_put(o, "lanes", lanes(h)) ||
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
		if (!map_json_add(list, record(k, i))) {
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
		ok = map_json_add(list, json_string(actors.v[i].s));
	return (map_json_put(o, "actors", list) && ok);
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
			ok = map_json_add(list, json_pack("{s:s, s:I}", "code",
			    dm->v[j]->id, "record",
			    (json_int_t)k->order[i]));
	}
	return (map_json_put(o, "danger", list) && ok);
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
			ok = map_json_add(list, json_pack("{s:s, s:o}",
			    "code", pw->id, "records",
			    map_json_records_of(on, n)));
	}
	return (map_json_put(o, "pathways", list) && ok);
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
		ok = map_json_add(list, e) &&
		    map_json_put(e, "behind", entries_of(k, behind, n,
		    pick_act)) &&
		    map_json_put(e, "untied", json_boolean(pick_untied(k,
		    k->order[i], n)));
	}
	return (map_json_put(o, "effects", list) && ok);
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
		ok = map_json_add(list, e) &&
		    map_json_put(e, "acts", entries_of(k, acts, n, pick_act));
	}
	return (map_json_put(o, "factors", list) && ok);
}

/* ---- the whole ---------------------------------------------------------------------- */

static bool
fill(json_t *o, const struct map_pick *k)
{
	const size_t danger = pick_worker_safety(k);

	return (map_json_put(o, "records", records(k)) &&
	    map_json_put(o, "shown", map_json_records_of(k->order,
	    k->n_order)) &&
	    (danger == SIZE_MAX || map_json_put(o, "worker_safety",
	    json_integer((json_int_t)danger))) &&
	    map_json_put(o, "separated", json_string(k->separated.s)) &&
	    map_json_put(o, "split", json_boolean(k->split)) &&
	    put_actors(o, k) &&
	    map_json_put(o, "acts", map_json_shown(k, pick_act)) &&
	    put_danger(o, k) && put_pathways(o, k) &&
	    put_effects(o, k) && put_factors(o, k) &&
	    map_json_put_practice(o, k) && map_json_put_findings(o, k) &&
	    map_json_put(o, "cut", json_boolean(k->p->cut)));
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
