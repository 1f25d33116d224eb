/*
 * The pattern map: the order of sections is fixed, so that it begins with
 * what was done and by whom.  Sections 1 and 2 are here, 3 and 4 in
 * map_practice.c.
 */
#include "agent/practice/map.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/practice/map_text.h"
#include "agent/practice/pattern_have.h"

/* ---- section 1 -------------------------------------------------------------- */

static void
danger(struct pen *p)
{
	const struct observation *o;
	bool titled = false;
	char when[64], tag[12];
	size_t i, k;

	for (i = 0; i < p->n_order; i++) {
		o = p->h[p->order[i]].o;
		for (k = 0; k < o->danger.n; k++) {
			if (!titled)
				pen_title(p, "Danger markers: facts, never "
				    "added up");
			titled = true;
			pen_when(o, when, sizeof(when));
			pen_tag(&p->h[p->order[i]], tag);
			pen_line(p, 2, 4, "%s %s; %s; %s %s",
			    o->danger.v[k]->id, o->danger.v[k]->label, when,
			    p->h[p->order[i]].name != NULL ?
			    p->h[p->order[i]].name :
			    p->h[p->order[i]].member, tag);
		}
	}
}

enum part { PART_ALL, PART_BEFORE, PART_AFTER };

/* The acts of one person; returns how many were written. */
static size_t
acts_of(struct pen *p, const char *actor, enum part part,
    const struct date_text *separated)
{
	size_t i, n = 0;
	bool after;

	for (i = 0; i < p->n_order; i++) {
		if (strcmp(p->h[p->order[i]].o->actor.s, actor) != 0 ||
		    !have_act(p->h[p->order[i]].o))
			continue;
		after = pattern_after_separation(&p->h[p->order[i]],
		    separated);
		if (part != PART_ALL && after != (part == PART_AFTER))
			continue;
		pen_entry(p, p->order[i], pen_want_act);
		n++;
	}
	return (n);
}

static void
actor_acts(struct pen *p, const char *actor, bool split,
    const struct date_text *separated)
{

	pen_title(p, actor);
	if (!split) {
		(void)acts_of(p, actor, PART_ALL, separated);
		return;
	}
	pen_line(p, 1, 0, "Before separation, or date not known");
	if (acts_of(p, actor, PART_BEFORE, separated) == 0)
		pen_line(p, 2, 0, "nothing recorded");
	pen_line(p, 1, 0, "After separation%s%s", separated->s[0] ? ", " :
	    "", separated->s);
	if (acts_of(p, actor, PART_AFTER, separated) == 0)
		pen_line(p, 2, 0, "nothing recorded");
}

/* Every person with acts, in the order in which they first appear. */
static size_t
all_actors(struct pen *p)
{
	struct date_text separated;
	struct person_list seen;
	const struct observation *o;
	bool split;
	size_t i;

	memset(&seen, 0, sizeof(seen));
	pattern_separation(p->h, p->n, p->people, &separated);
	split = separated.s[0] != '\0';
	for (i = 0; !split && i < p->n_order; i++)
		split = code_list_has(&p->h[p->order[i]].o->codes, "CC39");
	for (i = 0; i < p->n_order; i++) {
		o = p->h[p->order[i]].o;
		if (!have_act(o) || person_list_has(&seen, o->actor.s) ||
		    seen.n == OBSERVATION_PERSONS_MAX)
			continue;
		seen.v[seen.n++] = o->actor;
		actor_acts(p, o->actor.s, split, &separated);
	}
	return (seen.n);
}

static void
worker_safety(struct pen *p)
{
	char tag[12];
	size_t i;

	for (i = 0; i < p->n; i++) {
		if (p->h[i].replaced ||
		    !code_list_has(&p->h[i].o->danger, "DM20"))
			continue;
		pen_tag(&p->h[i], tag);
		pen_line(p, 0, 2, "Worker safety: a visit by two is advised "
		    "%s", tag);
		return;
	}
}

void
map_section_pattern(struct pen *p)
{
	static const char *const pts[] = { "PT1", "PT4", "PT7", "PT8", NULL };

	pen_heading(p, "1  PATTERN OF COERCIVE CONTROL AND ACTIONS TO HARM "
	    "THE CHILDREN");
	danger(p);
	if (p->o->left != NULL && p->o->right != NULL)
		map_side_by_side(p);
	else if (all_actors(p) == 0)
		pen_line(p, 2, 0, "Nothing held here: this is a gap "
		    "(GP12).");
	pen_notices(p, pts);
}

/* ---- section 2 -------------------------------------------------------------- */

static bool
want_effect(const struct vocabulary_code *c)
{

	return (c->group == GROUP_AI);
}

/* The same behaviour stands under each pathway that was ticked. */
static size_t
pathways(struct pen *p)
{
	const struct vocabulary_code *pw;
	char codes[1024], tag[12];
	const struct held *h;
	size_t i, n = 0;
	bool titled;

	for (pw = NULL; (pw = vocabulary_next(GROUP_PW, pw)) != NULL;) {
		if (p->o->pathway != NULL && strncmp(pw->id, p->o->pathway,
		    strlen(p->o->pathway)) != 0)
			continue;
		titled = false;
		for (i = 0; i < p->n_order; i++) {
			h = &p->h[p->order[i]];
			if (!code_list_has(&h->o->pathways, pw->id))
				continue;
			if (!titled)
				pen_title(p, pw->label);
			titled = true;
			pen_codes(h->o, pen_want_any, codes, sizeof(codes));
			pen_tag(h, tag);
			pen_line(p, 2, 4, "%s%s%s %s", h->o->actor.s,
			    h->o->actor.s[0] ? ": " : "", codes, tag);
			n++;
		}
	}
	return (n);
}

/* "P1: CC12 Locks in ... [9f31c2aa]" for an act behind an effect. */
static void
behind_effect(struct pen *p, size_t record)
{
	char codes[1024], tag[12];
	const struct held *h = &p->h[record];

	pen_codes(h->o, pen_want_act, codes, sizeof(codes));
	pen_tag(h, tag);
	pen_line(p, 6, 4, "behind it: %s: %s %s", h->o->actor.s, codes, tag);
}

static size_t
acts_linked(struct pen *p, size_t record)
{
	const struct held *h = &p->h[record];
	size_t i, n = 0;

	for (i = 0; i < h->n_links; i++) {
		if (!have_act(p->h[h->links[i]].o))
			continue;
		behind_effect(p, h->links[i]);
		n++;
	}
	return (n);
}

/* Acts behind an effect: its own links, or those of a record that ties it. */
static size_t
acts_behind(struct pen *p, size_t record)
{
	size_t i, k, n = acts_linked(p, record);

	for (i = 0; i < p->n && n == 0; i++) {
		if (p->h[i].replaced)
			continue;
		for (k = 0; k < p->h[i].n_links; k++)
			if (p->h[i].links[k] == record)
				break;
		if (k == p->h[i].n_links)
			continue;
		if (have_act(p->h[i].o)) {
			behind_effect(p, i);
			n++;
		} else
			n += acts_linked(p, i);
	}
	return (n);
}

static size_t
effects(struct pen *p)
{
	const struct observation *o;
	size_t i, n = 0;

	for (i = 0; i < p->n_order; i++) {
		o = p->h[p->order[i]].o;
		if (!have_group(o, GROUP_AI))
			continue;
		if (n++ == 0)
			pen_title(p, "Effects on the children");
		pen_entry(p, p->order[i], want_effect);
		if (acts_behind(p, p->order[i]) == 0 && have_effect(o) &&
		    !have_event(o))
			pen_line(p, 6, 4, "no behaviour linked yet: this is "
			    "a gap (GP06)");
	}
	return (n);
}

void
map_section_family(struct pen *p)
{
	static const char *const pts[] = { "PT3", NULL };
	size_t n;

	pen_heading(p, "2  WHAT IT DOES TO THE CHILDREN AND THE FAMILY");
	n = pathways(p);
	n += effects(p);
	if (n == 0)
		pen_line(p, 2, 0, "Nothing held here: this is a gap.");
	pen_notices(p, pts);
}

/* ---- the whole --------------------------------------------------------------- */

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

static enum error_code
pen_create(struct pen **out, const struct held *h, size_t n,
    const struct case_people *people, const struct pattern *p,
    const struct map_options *options, struct buf *buf)
{
	static const struct map_options none;
	struct pen *pen;

	*out = NULL;
	if (options == NULL)
		options = &none;
	if (!options_ok(options))
		return (ERR_FORMAT);
	if (n > PATTERN_RECORDS_MAX)
		return (ERR_SIZE);
	pen = calloc(1, sizeof(*pen));
	if (pen == NULL)
		return (ERR_NOMEM);
	pen->out = buf;
	pen->width = options->width >= 40 ? options->width : 80;
	pen->h = h;
	pen->n = n;
	pen->people = people;
	pen->p = p;
	pen->o = options;
	pen_order(pen);
	*out = pen;
	return (ERR_NONE);
}

enum error_code
map_render(const struct held *h, size_t n, const struct case_people *people,
    const struct pattern *p, const struct map_options *options,
    struct buf *out)
{
	enum error_code e;
	struct pen *pen;

	e = pen_create(&pen, h, n, people, p, options, out);
	if (e != ERR_NONE)
		return (e);
	worker_safety(pen);
	map_section_pattern(pen);
	map_section_family(pen);
	map_section_factors(pen);
	map_section_practice(pen);
	if (p->cut)
		pen_line(pen, 0, 0, "More notices or gaps were found than are "
		    "shown.");
	free(pen);
	return (buf_ok(out) ? ERR_NONE : ERR_SIZE);
}

enum error_code
map_render_gaps(const struct held *h, size_t n, const struct pattern *p,
    const struct map_options *options, struct buf *out)
{
	static const struct case_people nobody;
	enum error_code e;
	struct pen *pen;

	e = pen_create(&pen, h, n, &nobody, p, options, out);
	if (e != ERR_NONE)
		return (e);
	map_gaps(pen);
	free(pen);
	return (buf_ok(out) ? ERR_NONE : ERR_SIZE);
}
