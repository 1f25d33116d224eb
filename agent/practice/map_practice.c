/*
 * Sections 3 and 4 of the pattern map: factors and how they are linked, and
 * what follows for practice.
 */
#include <stdio.h>
#include <string.h>

#include "agent/practice/map_text.h"
#include "agent/practice/pattern_have.h"

/* ---- section 3 -------------------------------------------------------------- */

static void
factor(struct pen *p, size_t record)
{
	const struct held *h = &p->k.h[record], *act;
	char codes[1024], when[64], source[400], tag[12];
	size_t behind[PICK_BEHIND_MAX], i, n;

	pen_codes(h->o, pick_factor, codes, sizeof(codes));
	pen_when(h->o, when, sizeof(when));
	pen_source(p, record, source, sizeof(source));
	pen_line(p, 2, 4, "%s: %s: %s%s%s", h->o->owner.s, codes,
	    h->o->relation != NULL ? h->o->relation->id : "",
	    h->o->relation != NULL ? " " : "",
	    h->o->relation != NULL ? h->o->relation->label : "");
	pen_line(p, 6, 0, "%s%s%s", when, h->o->text[0] ? "; " : "",
	    h->o->text);
	pen_line(p, 6, 0, "%s", source);
	n = pick_linked(&p->k, record, behind, PICK_BEHIND_MAX);
	for (i = 0; i < n; i++) {
		act = &p->k.h[behind[i]];
		pen_codes(act->o, pick_act, codes, sizeof(codes));
		pen_tag(act, tag);
		pen_line(p, 6, 4, "sits under: %s: %s %s", act->o->actor.s,
		    codes, tag);
	}
}

void
map_section_factors(struct pen *p)
{
	size_t i, n = 0;

	pen_heading(p, "3  FACTORS THAT INTERSECT, AND HOW THEY ARE LINKED");
	for (i = 0; i < p->k.n_order; i++) {
		if (!have_group(p->k.h[p->k.order[i]].o, GROUP_IF))
			continue;
		factor(p, p->k.order[i]);
		n++;
	}
	if (n == 0)
		pen_line(p, 2, 0, "Nothing held here: this is a gap.");
	pen_notices(p, 3);
}

/* ---- section 4: what is done to keep safe, and what is wanted ---------------- */

static void
asked_text(const struct observation *o, char *out, size_t n)
{
	static const char *const answers[] = { "not asked", "yes", "no",
		"not yet" };

	(void)snprintf(out, n, "asked: %s%s%s%s%s%s",
	    answers[o->asked.answer], o->asked.by[0] || o->asked.on.s[0] ?
	    " (" : "", o->asked.by, o->asked.by[0] && o->asked.on.s[0] ?
	    ", " : "", o->asked.on.s, o->asked.by[0] || o->asked.on.s[0] ?
	    ")" : "");
}

/* Each code of the group on a line of its own, then where it comes from. */
static size_t
list_group(struct pen *p, enum vocabulary_group g)
{
	char source[400], asked[96], said[1200];
	const struct observation *o;
	size_t i, k, n = 0;

	for (i = 0; i < p->k.n_order; i++) {
		o = p->k.h[p->k.order[i]].o;
		if (!have_group(o, g))
			continue;
		for (k = 0; k < o->codes.n; k++)
			if (o->codes.v[k]->group == g)
				pen_line(p, 2, 4, "%s %s", o->codes.v[k]->id,
				    o->codes.v[k]->label);
		asked_text(o, asked, sizeof(asked));
		pen_source(p, p->k.order[i], source, sizeof(source));
		(void)snprintf(said, sizeof(said), "%s%s", o->text,
		    o->text[0] ? "; " : "");
		pen_line(p, 6, 0, "%s%s; %s", said, asked, source);
		n++;
	}
	return (n);
}

static void
survivor(struct pen *p)
{

	pen_title(p, "What is done to keep the children safe");
	if (list_group(p, GROUP_PE) == 0)
		pen_line(p, 2, 0, "Nothing held here: this is a gap "
		    "(GP07).");
	pen_title(p, "What the survivor wants, and why");
	if (list_group(p, GROUP_PP) + list_group(p, GROUP_PR) == 0)
		pen_line(p, 2, 0, "Nothing held here: this is a gap "
		    "(GP13).");
}

/* ---- section 4: services ------------------------------------------------------ */

static void
list_wanted(struct pen *p, const char *title,
    pick_want *want)
{
	bool titled = false;
	size_t i;

	for (i = 0; i < p->k.n_order; i++) {
		if (!pick_has(p->k.h[p->k.order[i]].o, want))
			continue;
		if (!titled)
			pen_title(p, title);
		titled = true;
		pen_entry(p, p->k.order[i], want);
	}
}

static void
add_tag(const struct held *h, char *out, size_t n)
{
	size_t used = strlen(out);
	char tag[12];

	pen_tag(h, tag);
	(void)snprintf(out + used, n - used, " %s", tag);
}

/* Whom the notes were about, before that day and since. */
static void
focus(struct pen *p)
{
	char on_survivor[2][1024] = { "", "" }, on_actor[2][1024] = { "", "" };
	const struct held *h;
	const char *day = p->k.turned.s;
	bool since;
	size_t i;

	for (i = 0; i < p->k.n_order; i++) {
		h = &p->k.h[p->k.order[i]];
		switch (pick_focus(&p->k, p->k.order[i], &since)) {
		case FOCUS_SURVIVOR:
			add_tag(h, on_survivor[since], 1024);
			break;
		case FOCUS_ACTOR:
			add_tag(h, on_actor[since], 1024);
			break;
		case FOCUS_NONE:
			break;
		}
	}
	if (day[0] == '\0' || on_survivor[0][0] == '\0')
		return;
	pen_title(p, "Whom the notes are about");
	pen_line(p, 2, 4, "before %s: the survivor alone:%s", day,
	    on_survivor[0]);
	if (on_actor[0][0] != '\0')
		pen_line(p, 2, 4, "before %s: the person causing harm:%s",
		    day, on_actor[0]);
	pen_line(p, 2, 4, "since: the survivor alone:%s",
	    on_survivor[1][0] ? on_survivor[1] : " none");
	pen_line(p, 2, 4, "since: the person causing harm:%s",
	    on_actor[1][0] ? on_actor[1] : " none");
}

/* ---- section 4: change ---------------------------------------------------------- */

/* A heading of the change section: there even when empty. */
static void
change_part(struct pen *p, const char *title, const char *empty,
    pick_want *want)
{
	const struct observation *o;
	size_t i, n = 0;
	bool evidence = false;

	pen_line(p, 1, 2, "%s", title);
	for (i = 0; i < p->k.n_order; i++) {
		o = p->k.h[p->k.order[i]].o;
		if (!pick_has(o, want))
			continue;
		pen_entry(p, p->k.order[i], want);
		if (pick_self_report(o))
			pen_line(p, 6, 0, "self-report only");
		evidence = evidence || have_change(o);
		n++;
	}
	if (n == 0 || (want == pick_change && !evidence))
		pen_line(p, 2, 0, "%s", empty);
}

static void
change(struct pen *p)
{
	size_t i;

	pen_title(p, "Change");
	change_part(p, "Names the behaviours", "no evidence yet",
	    pick_naming);
	change_part(p, "Describes the harm", "no evidence yet",
	    pick_claiming);
	change_part(p, "Real change", "no real-change evidence", pick_change);
	for (i = 0; i < p->k.n_order; i++)
		if (have_group(p->k.h[p->k.order[i]].o, GROUP_BA))
			break;
	if (i < p->k.n_order)
		change_part(p, "(Attendance, which is not change)", "",
		    pick_attendance);
}

/* ---- section 4: goals, tasks, gaps ------------------------------------------------ */

static void
task(struct pen *p, const struct map_item *it)
{
	const struct task *t = &it->c->u.task;
	const char *by = it->taken_by != NULL ? it->taken_by : "";
	const uint8_t *id = it->c->id.b;

	pen_line(p, 2, 4, "%s: %s%s%s%s%s%s [%02x%02x%02x%02x]", t->owner,
	    t->text, t->due.s[0] ? "; due " : "", t->due.s, by[0] ?
	    "; looked after by " : "", by, it->done ? "; done here" : "",
	    id[0], id[1], id[2], id[3]);
}

static void
goals(struct pen *p)
{
	const struct content *c;
	size_t i;

	if (p->k.o->n_items > 0)
		pen_title(p, "Goals and tasks");
	for (i = 0; i < p->k.o->n_items; i++) {
		c = p->k.o->items[i].c;
		if (c->kind == CONTENT_GOAL) {
			pen_line(p, 2, 4, "%s: %s %s: %s",
			    c->u.goal.person.s, c->u.goal.behaviour->id,
			    c->u.goal.behaviour->label, c->u.goal.text);
			pen_line(p, 6, 0, "measure: %s; by %s; checked by "
			    "%s", c->u.goal.measure, c->u.goal.by.s,
			    c->u.goal.checked_by);
		} else if (c->kind == CONTENT_TASK)
			task(p, &p->k.o->items[i]);
	}
}

void
map_gaps(struct pen *p)
{
	const struct gap_owner *w;
	const struct gap *g;
	char tag[13];
	size_t i;

	for (i = 0; i < p->k.p->n_gaps; i++) {
		g = &p->k.p->gaps[i];
		w = pick_owner(&p->k, g);
		tag[0] = '\0';
		if (g->record != SIZE_MAX) {
			tag[0] = ' ';
			pen_tag(&p->k.h[g->record], tag + 1);
		}
		pen_line(p, 2, 4, "%s %s%s%s%s%s; %s%s%s%s", g->gp->id,
		    g->about.s, g->about.s[0] ? ": " : "", g->text, tag,
		    g->survivor_first ? "; ask the survivor first" : "",
		    w != NULL ? "owner " : "nobody has it yet",
		    w != NULL ? w->owner : "", w != NULL && w->due != NULL ?
		    ", due " : "", w != NULL && w->due != NULL ? w->due :
		    "");
	}
	if (p->k.p->n_gaps == 0)
		pen_line(p, 2, 0, "No gap is known here.");
}

void
map_section_practice(struct pen *p)
{
	pen_heading(p, "4  WHAT FOLLOWS FOR PRACTICE");
	survivor(p);
	list_wanted(p, "Responses of services that did harm", pick_harmful);
	list_wanted(p, "Responses of services that helped", pick_helpful);
	focus(p);
	change(p);
	pen_notices(p, 4);
	goals(p);
	pen_title(p, "Gaps");
	map_gaps(p);
}
