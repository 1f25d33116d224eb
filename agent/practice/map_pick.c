#include "agent/practice/map_pick.h"

#include <string.h>

#include "agent/practice/pattern_have.h"

/* ---- kinds of codes ----------------------------------------------------------- */

bool
pick_any(const struct vocabulary_code *c)
{

	(void)c;
	return (true);
}

bool
pick_act(const struct vocabulary_code *c)
{

	return (c->group == GROUP_CC || c->group == GROUP_CH);
}

bool
pick_effect(const struct vocabulary_code *c)
{

	return (c->group == GROUP_AI);
}

bool
pick_factor(const struct vocabulary_code *c)
{

	return (c->group == GROUP_IF);
}

bool
pick_harmful(const struct vocabulary_code *c)
{

	return ((c->flags & VOCABULARY_HARMFUL) != 0);
}

bool
pick_helpful(const struct vocabulary_code *c)
{

	return ((c->flags & VOCABULARY_HELPFUL) != 0);
}

bool
pick_naming(const struct vocabulary_code *c)
{

	return ((c->flags & VOCABULARY_NAMING) != 0);
}

bool
pick_claiming(const struct vocabulary_code *c)
{

	return ((c->flags & VOCABULARY_CLAIMING) != 0);
}

bool
pick_change(const struct vocabulary_code *c)
{

	return ((c->flags & VOCABULARY_CHANGE) != 0);
}

bool
pick_attendance(const struct vocabulary_code *c)
{

	return (c->group == GROUP_BA);
}

bool
pick_has(const struct observation *o, pick_want *want)
{
	size_t i;

	for (i = 0; i < o->codes.n; i++)
		if (want(o->codes.v[i]))
			return (true);
	return (false);
}

/* ---- which records, in which order --------------------------------------------- */

static bool
is_child(const char *person)
{

	return (person[0] == 'K');
}

static bool
passes_actor(const struct observation *o, const char *actor)
{

	if (actor == NULL)
		return (true);
	if (o->component == SCOPE_C5)
		return (strcmp(o->owner.s, actor) == 0);
	return (o->actor.s[0] == '\0' || strcmp(o->actor.s, actor) == 0);
}

/* A record that names no child is about all of them. */
static bool
passes_child(const struct observation *o, const char *child)
{
	size_t i, children = 0;

	if (child == NULL || person_list_has(&o->targets, child))
		return (true);
	for (i = 0; i < o->targets.n; i++)
		children += is_child(o->targets.v[i].s);
	return (children == 0);
}

/* PW3 shows PW31 to PW36 as well. */
static bool
passes_pathway(const struct observation *o, const char *pathway)
{
	size_t i;

	if (pathway == NULL || (o->component != SCOPE_C1 &&
	    o->component != SCOPE_C2 && o->component != SCOPE_C4))
		return (true);
	for (i = 0; i < o->pathways.n; i++)
		if (strncmp(o->pathways.v[i]->id, pathway,
		    strlen(pathway)) == 0)
			return (true);
	return (false);
}

/* Is record a before b?  Undated ones come last, equal ones as held. */
static bool
is_before(const struct held *a, const struct held *b)
{
	const char *x = a->o->from.s[0] ? a->o->from.s : a->o->to.s;
	const char *y = b->o->from.s[0] ? b->o->from.s : b->o->to.s;

	if (x[0] == '\0' || y[0] == '\0')
		return (x[0] != '\0');
	return (strcmp(x, y) < 0);
}

static void
choose(struct map_pick *k)
{
	const struct observation *o;
	size_t i, at;

	for (i = 0; i < k->n; i++) {
		o = k->h[i].o;
		if (k->h[i].replaced || !passes_actor(o, k->o->actor) ||
		    !passes_child(o, k->o->child) ||
		    !passes_pathway(o, k->o->pathway))
			continue;
		for (at = k->n_order; at > 0 &&
		    is_before(&k->h[i], &k->h[k->order[at - 1]]) &&
		    !is_before(&k->h[k->order[at - 1]], &k->h[i]); at--)
			k->order[at] = k->order[at - 1];
		k->order[at] = i;
		k->n_order++;
	}
}

static void
note_separation(struct map_pick *k)
{
	size_t i;

	pattern_separation(k->h, k->n, k->people, &k->separated);
	k->split = k->separated.s[0] != '\0';
	for (i = 0; !k->split && i < k->n_order; i++)
		k->split = code_list_has(&k->h[k->order[i]].o->codes, "CC39");
}

/* The day from which somebody worked with the pattern: SR20, SR21, SR25. */
static void
note_turning(struct map_pick *k)
{
	const struct observation *o;
	size_t i;

	for (i = 0; i < k->n; i++) {
		o = k->h[i].o;
		if (k->h[i].replaced || o->from.s[0] == '\0' ||
		    !(code_list_has(&o->codes, "SR20") ||
		    code_list_has(&o->codes, "SR21") ||
		    code_list_has(&o->codes, "SR25")))
			continue;
		if (k->turned.s[0] == '\0' ||
		    strcmp(o->from.s, k->turned.s) < 0)
			k->turned = o->from;
	}
}

static bool
options_ok(const struct map_options *o)
{

	return ((o->actor == NULL || person_id_ok(o->actor)) &&
	    (o->child == NULL || person_id_ok(o->child)) &&
	    (o->pathway == NULL ||
	    vocabulary_find_in(GROUP_PW, o->pathway) != NULL) &&
	    (o->left == NULL) == (o->right == NULL) &&
	    (o->left == NULL ||
	    (person_id_ok(o->left) && person_id_ok(o->right))));
}

enum error_code
pick_make(struct map_pick *k, const struct held *h, size_t n,
    const struct case_people *people, const struct pattern *p,
    const struct map_options *options)
{
	static const struct map_options none;

	memset(k, 0, sizeof(*k));
	k->h = h;
	k->n = n;
	k->people = people;
	k->p = p;
	k->o = options != NULL ? options : &none;
	if (!options_ok(k->o))
		return (ERR_FORMAT);
	if (n > PATTERN_RECORDS_MAX)
		return (ERR_SIZE);
	choose(k);
	note_separation(k);
	note_turning(k);
	return (ERR_NONE);
}

/* ---- acts ------------------------------------------------------------------------ */

size_t
pick_worker_safety(const struct map_pick *k)
{
	size_t i;

	for (i = 0; i < k->n; i++)
		if (!k->h[i].replaced &&
		    code_list_has(&k->h[i].o->danger, "DM20"))
			return (i);
	return (SIZE_MAX);
}

void
pick_actors(const struct map_pick *k, struct person_list *out)
{
	const struct observation *o;
	size_t i;

	memset(out, 0, sizeof(*out));
	for (i = 0; i < k->n_order; i++) {
		o = k->h[k->order[i]].o;
		if (have_act(o) && !person_list_has(out, o->actor.s) &&
		    out->n < OBSERVATION_PERSONS_MAX)
			out->v[out->n++] = o->actor;
	}
}

bool
pick_after(const struct map_pick *k, size_t record)
{

	return (pattern_after_separation(&k->h[record], &k->separated));
}

bool
pick_pathway(const struct map_pick *k, const struct vocabulary_code *pw)
{

	return (k->o->pathway == NULL || strncmp(pw->id, k->o->pathway,
	    strlen(k->o->pathway)) == 0);
}

/* ---- what stands behind ------------------------------------------------------------ */

size_t
pick_linked(const struct map_pick *k, size_t record, size_t *out, size_t max)
{
	const struct held *h = &k->h[record];
	size_t i, n = 0;

	for (i = 0; i < h->n_links && n < max; i++)
		if (have_act(k->h[h->links[i]].o))
			out[n++] = h->links[i];
	return (n);
}

static bool
links_to(const struct held *h, size_t record)
{
	size_t i;

	for (i = 0; i < h->n_links; i++)
		if (h->links[i] == record)
			return (true);
	return (false);
}

size_t
pick_behind(const struct map_pick *k, size_t record, size_t *out, size_t max)
{
	size_t i, n = pick_linked(k, record, out, max);

	for (i = 0; i < k->n && n == 0; i++) {
		if (k->h[i].replaced || !links_to(&k->h[i], record))
			continue;
		if (!have_act(k->h[i].o))
			n = pick_linked(k, i, out, max);
		else if (max > 0)
			out[n++] = i;
	}
	return (n);
}

bool
pick_untied(const struct map_pick *k, size_t record, size_t behind)
{
	const struct observation *o = k->h[record].o;

	return (behind == 0 && have_effect(o) && !have_event(o));
}

bool
pick_self_report(const struct observation *o)
{

	return (strcmp(o->source->id, "SRC4") == 0 &&
	    strcmp(o->corroboration->id, "CB0") == 0);
}

/* ---- whom the notes are about ------------------------------------------------------ */

/*
 * A note that looks at the survivor and nobody else: a response that did
 * harm, or a factor left without its link to the pattern.
 */
static bool
is_on_survivor(const struct map_pick *k, const struct observation *o)
{
	size_t i;

	if (o->subjects.n == 0 || !(pick_has(o, pick_harmful) ||
	    (o->relation != NULL && strcmp(o->relation->id, "RL7") == 0)))
		return (false);
	for (i = 0; i < o->subjects.n; i++)
		if (!person_list_has(&k->people->survivors,
		    o->subjects.v[i].s))
			return (false);
	return (true);
}

static bool
is_on_actor(const struct map_pick *k, const struct observation *o)
{
	size_t i;

	for (i = 0; i < o->subjects.n; i++)
		if (person_list_has(&k->people->causing_harm,
		    o->subjects.v[i].s))
			return (true);
	return (false);
}

enum pick_focus
pick_focus(const struct map_pick *k, size_t record, bool *since)
{
	const struct observation *o = k->h[record].o;
	const char *day = o->to.s[0] ? o->to.s : o->from.s;

	*since = k->turned.s[0] != '\0' && strcmp(day, k->turned.s) >= 0;
	if (o->from.s[0] == '\0')
		return (FOCUS_NONE);
	if (is_on_survivor(k, o))
		return (FOCUS_SURVIVOR);
	/* Acts tell when they were done, not when noted. */
	if (is_on_actor(k, o) && (!have_act(o) || *since))
		return (FOCUS_ACTOR);
	return (FOCUS_NONE);
}

/* ---- gaps and notices ---------------------------------------------------------------- */

const struct gap_owner *
pick_owner(const struct map_pick *k, const struct gap *g)
{
	const struct gap_owner *w;
	size_t i;

	for (i = 0; i < k->o->n_owners; i++) {
		w = &k->o->owners[i];
		if (strcmp(w->gp, g->gp->id) == 0 && (w->about.s[0] == '\0' ||
		    strcmp(w->about.s, g->about.s) == 0))
			return (w);
	}
	return (NULL);
}

const char *const *
pick_notices(unsigned section)
{
	static const char *const of[][5] = {
		{ NULL },
		{ "PT1", "PT4", "PT7", "PT8", NULL },
		{ "PT3", NULL },
		{ "PT2", NULL },
		{ "PT5", "PT6", NULL },
	};

	return (of[section <= 4 ? section : 0]);
}
