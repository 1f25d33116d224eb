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

	for (i = 0; i < p->k.n_order; i++) {
		o = p->k.h[p->k.order[i]].o;
		for (k = 0; k < o->danger.n; k++) {
			if (!titled)
				pen_title(p, "Danger markers: facts, never "
				    "added up");
			titled = true;
			pen_when(o, when, sizeof(when));
			pen_tag(&p->k.h[p->k.order[i]], tag);
			pen_line(p, 2, 4, "%s %s; %s; %s %s",
			    o->danger.v[k]->id, o->danger.v[k]->label, when,
			    p->k.h[p->k.order[i]].name != NULL ?
			    p->k.h[p->k.order[i]].name :
			    p->k.h[p->k.order[i]].member, tag);
		}
	}
}

enum part { PART_ALL, PART_BEFORE, PART_AFTER };

/* The acts of one person; returns how many were written. */
static size_t
acts_of(struct pen *p, const char *actor, enum part part)
{
	const struct map_pick *k = &p->k;
	size_t i, n = 0;

	for (i = 0; i < k->n_order; i++) {
		if (strcmp(k->h[k->order[i]].o->actor.s, actor) != 0 ||
		    !have_act(k->h[k->order[i]].o))
			continue;
		if (part != PART_ALL && pick_after(k, k->order[i]) !=
		    (part == PART_AFTER))
			continue;
		pen_entry(p, k->order[i], pick_act);
		n++;
	}
	return (n);
}

static void
actor_acts(struct pen *p, const char *actor)
{
	const char *day = p->k.separated.s;

	pen_title(p, actor);
	if (!p->k.split) {
		(void)acts_of(p, actor, PART_ALL);
		return;
	}
	pen_line(p, 1, 0, "Before separation, or date not known");
	if (acts_of(p, actor, PART_BEFORE) == 0)
		pen_line(p, 2, 0, "nothing recorded");
	pen_line(p, 1, 0, "After separation%s%s", day[0] ? ", " : "", day);
	if (acts_of(p, actor, PART_AFTER) == 0)
		pen_line(p, 2, 0, "nothing recorded");
}

/* Every person with acts. */
static size_t
all_actors(struct pen *p)
{
	struct person_list actors;
	size_t i;

	pick_actors(&p->k, &actors);
	for (i = 0; i < actors.n; i++)
		actor_acts(p, actors.v[i].s);
	return (actors.n);
}

static void
worker_safety(struct pen *p)
{
	size_t record = pick_worker_safety(&p->k);
	char tag[12];

	if (record == SIZE_MAX)
		return;
	pen_tag(&p->k.h[record], tag);
	pen_line(p, 0, 2, "Worker safety: a visit by two is advised %s", tag);
}

void
map_section_pattern(struct pen *p)
{
	pen_heading(p, "1  PATTERN OF COERCIVE CONTROL AND ACTIONS TO HARM "
	    "THE CHILDREN");
	danger(p);
	if (p->k.o->left != NULL && p->k.o->right != NULL)
		map_side_by_side(p);
	else if (all_actors(p) == 0)
		pen_line(p, 2, 0, "Nothing held here: this is a gap "
		    "(GP12).");
	pen_notices(p, 1);
}

/* ---- section 2 -------------------------------------------------------------- */

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
		if (!pick_pathway(&p->k, pw))
			continue;
		titled = false;
		for (i = 0; i < p->k.n_order; i++) {
			h = &p->k.h[p->k.order[i]];
			if (!code_list_has(&h->o->pathways, pw->id))
				continue;
			if (!titled)
				pen_title(p, pw->label);
			titled = true;
			pen_codes(h->o, pick_any, codes, sizeof(codes));
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
	const struct held *h = &p->k.h[record];

	pen_codes(h->o, pick_act, codes, sizeof(codes));
	pen_tag(h, tag);
	pen_line(p, 6, 4, "behind it: %s: %s %s", h->o->actor.s, codes, tag);
}

static size_t
effects(struct pen *p)
{
	size_t behind[PICK_BEHIND_MAX];
	size_t i, k, n = 0, n_behind, record;

	for (i = 0; i < p->k.n_order; i++) {
		record = p->k.order[i];
		if (!have_group(p->k.h[record].o, GROUP_AI))
			continue;
		if (n++ == 0)
			pen_title(p, "Effects on the children");
		pen_entry(p, record, pick_effect);
		n_behind = pick_behind(&p->k, record, behind,
		    PICK_BEHIND_MAX);
		for (k = 0; k < n_behind; k++)
			behind_effect(p, behind[k]);
		if (pick_untied(&p->k, record, n_behind))
			pen_line(p, 6, 4, "no behaviour linked yet: this is "
			    "a gap (GP06)");
	}
	return (n);
}

void
map_section_family(struct pen *p)
{
	size_t n;

	pen_heading(p, "2  WHAT IT DOES TO THE CHILDREN AND THE FAMILY");
	n = pathways(p);
	n += effects(p);
	if (n == 0)
		pen_line(p, 2, 0, "Nothing held here: this is a gap.");
	pen_notices(p, 2);
}

/* ---- the whole --------------------------------------------------------------- */

static enum error_code
pen_create(struct pen **out, const struct held *h, size_t n,
    const struct case_people *people, const struct pattern *p,
    const struct map_options *options, struct buf *buf)
{
	struct pen *pen = calloc(1, sizeof(*pen));
	enum error_code e;

	*out = NULL;
	if (pen == NULL)
		return (ERR_NOMEM);
	e = pick_make(&pen->k, h, n, people, p, options);
	if (e != ERR_NONE) {
		free(pen);
		return (e);
	}
	pen->out = buf;
	pen->width = pen->k.o->width >= 40 ? pen->k.o->width : 80;
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
