/*
 * Gaps GP01 to GP15: what is not known yet, from what is held alone.  A gap
 * is a question for somebody, never a finding about anybody.
 */
#include <stdio.h>
#include <string.h>

#include "agent/practice/pattern_have.h"

bool
have_group(const struct observation *o, enum vocabulary_group g)
{
	size_t i;

	for (i = 0; i < o->codes.n; i++)
		if (o->codes.v[i]->group == g)
			return (true);
	return (false);
}

bool
have_act(const struct observation *o)
{

	return (have_group(o, GROUP_CC) || have_group(o, GROUP_CH));
}

bool
have_effect(const struct observation *o)
{
	size_t i;

	for (i = 0; i < o->codes.n; i++)
		if (o->codes.v[i]->group == GROUP_AI &&
		    strcmp(o->codes.v[i]->id, "AI18") != 0)
			return (true);
	return (false);
}

bool
have_event(const struct observation *o)
{

	return (code_list_has(&o->triggers, "TG1") ||
	    code_list_has(&o->triggers, "TG4") ||
	    code_list_has(&o->triggers, "TG5"));
}

bool
have_earlier(const struct observation *o)
{

	return (code_list_has(&o->codes, "CH16") ||
	    code_list_has(&o->danger, "DM16") ||
	    (have_act(o) && strcmp(o->recency->id, "RC5") == 0));
}

bool
have_change(const struct observation *o)
{
	static const char *const real[] = { "BC07", "BC08", "BC09", "BC10",
		"BC11", "BC12" };
	size_t i;

	for (i = 0; i < sizeof(real) / sizeof(real[0]); i++)
		if (code_list_has(&o->codes, real[i]))
			return (true);
	return (false);
}

bool
have_any(const struct have *x, bool (*test)(const struct observation *))
{
	size_t i;

	for (i = 0; i < x->n; i++)
		if (!x->h[i].replaced && test(x->h[i].o))
			return (true);
	return (false);
}

/* ---- gaps about the whole case: each closed by one kind of record ---------- */

static bool
tells_history(const struct observation *o)
{

	return (have_earlier(o) || code_list_has(&o->codes, "SR26") ||
	    strcmp(o->source->id, "SRC7") == 0);
}

static bool
is_from_survivor(const struct observation *o)
{

	return (strcmp(o->source->id, "SRC2") == 0);
}

static bool
is_protective(const struct observation *o)
{

	return (have_group(o, GROUP_PE));
}

static bool
has_danger(const struct observation *o)
{

	return (o->danger.n > 0);
}

static bool
tells_orders(const struct observation *o)
{

	return (strcmp(o->source->id, "SRC7") == 0 ||
	    code_list_has(&o->codes, "CC33") ||
	    code_list_has(&o->codes, "CH16") ||
	    code_list_has(&o->codes, "BC10") ||
	    code_list_has(&o->codes, "SR27") ||
	    code_list_has(&o->danger, "DM15"));
}

/* PP08 says that nobody has asked: the gap itself. */
static bool
is_preference(const struct observation *o)
{
	size_t i;

	for (i = 0; i < o->codes.n; i++)
		if (o->codes.v[i]->group == GROUP_PP &&
		    strcmp(o->codes.v[i]->id, "PP08") != 0)
			return (true);
	return (false);
}

static const struct case_gap {
	const char *gp;
	bool (*closed_by)(const struct observation *);
	bool survivor_first;
	const char *text;
} case_gaps[] = {
	{ "GP01", tells_history, false,
	    "offending history elsewhere is not known" },
	{ "GP02", have_earlier, false,
	    "earlier partners or children have not been checked" },
	{ "GP03", is_from_survivor, true,
	    "nothing has been heard from the survivor directly" },
	{ "GP07", is_protective, true,
	    "what the survivor does to keep the children safe is not "
	    "recorded" },
	{ "GP10", has_danger, true, "danger markers have not been asked" },
	{ "GP11", tells_orders, false, "orders or conditions are not known" },
	{ "GP12", have_act, false, "the pattern section is empty" },
	{ "GP13", is_preference, true,
	    "what the survivor wants is not recorded" },
};

static void
add_gap(const struct have *x, const char *gp, const char *about,
    size_t record, bool survivor_first, const char *text)
{
	struct gap *g;

	/* Settled by an answer that said so. */
	if (code_list_has(&x->people->answered, gp))
		return;
	if (x->out->n_gaps == PATTERN_GAPS_MAX) {
		x->out->cut = true;
		return;
	}
	g = &x->out->gaps[x->out->n_gaps++];
	memset(g, 0, sizeof(*g));
	g->gp = vocabulary_find(gp);
	(void)snprintf(g->about.s, sizeof(g->about.s), "%s", about);
	g->record = record;
	g->survivor_first = survivor_first;
	(void)snprintf(g->text, sizeof(g->text), "%s", text);
}

/* ---- gaps about a person ---------------------------------------------------- */

/* A child of this household: K1, K2; others are added by a record. */
static bool
is_own_child(const char *person)
{

	return (person[0] == 'K' && person[1] != '-');
}

static bool
has_told(const struct have *x, const char *child)
{
	const struct observation *o;
	size_t i;

	for (i = 0; i < x->n; i++) {
		o = x->h[i].o;
		if (!x->h[i].replaced &&
		    (strcmp(o->source->id, "SRC3") == 0 ||
		    code_list_has(&o->segments, "SG3")) &&
		    (person_list_has(&o->targets, child) ||
		    person_list_has(&o->subjects, child)))
			return (true);
	}
	return (false);
}

/* GP04: every child named in a record, once. */
static void
gaps_children(const struct have *x)
{
	struct person_list seen;
	const char *child;
	size_t i, k;

	memset(&seen, 0, sizeof(seen));
	for (i = 0; i < x->n; i++) {
		if (x->h[i].replaced)
			continue;
		for (k = 0; k < x->h[i].o->targets.n; k++) {
			child = x->h[i].o->targets.v[k].s;
			if (!is_own_child(child) || seen.n ==
			    OBSERVATION_PERSONS_MAX ||
			    person_list_has(&seen, child))
				continue;
			seen.v[seen.n++] = x->h[i].o->targets.v[k];
			if (!has_told(x, child))
				add_gap(x, "GP04", child, SIZE_MAX, false,
				    "the child's own account is missing");
		}
	}
}

static bool
is_interviewed(const struct have *x, const char *person)
{
	const struct observation *o;
	size_t i;

	for (i = 0; i < x->n; i++) {
		o = x->h[i].o;
		if (x->h[i].replaced)
			continue;
		if (code_list_has(&o->codes, "SR21") &&
		    (o->subjects.n == 0 ||
		    person_list_has(&o->subjects, person)))
			return (true);
		if (strcmp(o->source->id, "SRC4") == 0 &&
		    strcmp(o->actor.s, person) == 0)
			return (true);
	}
	return (false);
}

static void
gaps_parents(const struct have *x)
{
	const char *person;
	size_t i;

	for (i = 0; i < x->people->causing_harm.n; i++) {
		person = x->people->causing_harm.v[i].s;
		if (!is_interviewed(x, person))
			add_gap(x, "GP05", person, SIZE_MAX, false,
			    "nobody has spoken with this person as a parent");
	}
	for (i = 0; i < x->out->n_notices; i++)
		if (strcmp(x->out->notices[i].pt->id, "PT7") == 0)
			add_gap(x, "GP14", x->out->notices[i].about.s,
			    SIZE_MAX, false,
			    "accounts by the same person conflict");
}

/* ---- gaps about a record ------------------------------------------------------ */

static bool
links_act(const struct have *x, size_t record)
{
	size_t i;

	for (i = 0; i < x->h[record].n_links; i++)
		if (have_act(x->h[x->h[record].links[i]].o))
			return (true);
	return (false);
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

/*
 * An effect is tied to what was done: by its own link, by a later record
 * that links both, or because it follows police visits, contact or court.
 */
static bool
is_effect_tied(const struct have *x, size_t record)
{
	size_t i;

	if (links_act(x, record) || have_event(x->h[record].o))
		return (true);
	for (i = 0; i < x->n; i++)
		if (!x->h[i].replaced && links_to(&x->h[i], record) &&
		    (links_act(x, i) || have_act(x->h[i].o)))
			return (true);
	return (false);
}

/* The same factor of the same person, with a relation that is known. */
static bool
is_relation_known(const struct have *x, size_t record)
{
	const struct observation *o = x->h[record].o, *p;
	size_t i, k;

	for (i = 0; i < x->n; i++) {
		p = x->h[i].o;
		if (x->h[i].replaced || p->relation == NULL ||
		    strcmp(p->relation->id, "RL7") == 0 ||
		    strcmp(p->owner.s, o->owner.s) != 0)
			continue;
		for (k = 0; k < o->codes.n; k++)
			if (o->codes.v[k]->group == GROUP_IF &&
			    code_list_has(&p->codes, o->codes.v[k]->id))
				return (true);
	}
	return (false);
}

/* Does a record about an effect on a child belong to this breach? */
static bool
is_breach_asked(const struct have *x, size_t record)
{
	size_t i;

	if (have_group(x->h[record].o, GROUP_AI))
		return (true);
	for (i = 0; i < x->h[record].n_links; i++)
		if (have_group(x->h[x->h[record].links[i]].o, GROUP_AI))
			return (true);
	for (i = 0; i < x->n; i++)
		if (!x->h[i].replaced && links_to(&x->h[i], record) &&
		    have_group(x->h[i].o, GROUP_AI))
			return (true);
	return (false);
}

static bool
is_undated(const struct observation *o)
{

	return (o->from.s[0] == '\0' && o->to.s[0] == '\0' &&
	    strcmp(o->frequency->id, "FQ9") == 0 &&
	    strcmp(o->recency->id, "RC9") == 0);
}

static void
gaps_record(const struct have *x, size_t i)
{
	const struct observation *o = x->h[i].o;

	if (have_effect(o) && !is_effect_tied(x, i))
		add_gap(x, "GP06", "", i, false,
		    "an effect on a child with no behaviour linked to it");
	if (have_act(o) && is_undated(o))
		add_gap(x, "GP08", "", i, false,
		    "neither date nor frequency is known");
	if (have_group(o, GROUP_IF) && o->relation != NULL &&
	    strcmp(o->relation->id, "RL7") == 0 && !is_relation_known(x, i))
		add_gap(x, "GP09", o->owner.s, i, true,
		    "how this factor is linked to the pattern is not known");
	if (code_list_has(&o->codes, "CC33") && !is_breach_asked(x, i))
		add_gap(x, "GP15", "", i, false,
		    "an order was breached; what it meant for the child has "
		    "not been asked");
}

/* In the order of their codes; equal ones stay as they were found. */
static void
sort_gaps(struct pattern *p)
{
	struct gap g;
	size_t i, k;

	for (i = 1; i < p->n_gaps; i++) {
		g = p->gaps[i];
		for (k = i; k > 0 && strcmp(p->gaps[k - 1].gp->id,
		    g.gp->id) > 0; k--)
			p->gaps[k] = p->gaps[k - 1];
		p->gaps[k] = g;
	}
}

void
pattern_gaps(const struct have *x)
{
	size_t i;

	for (i = 0; i < sizeof(case_gaps) / sizeof(case_gaps[0]); i++)
		if (!have_any(x, case_gaps[i].closed_by))
			add_gap(x, case_gaps[i].gp, "", SIZE_MAX,
			    case_gaps[i].survivor_first, case_gaps[i].text);
	gaps_children(x);
	gaps_parents(x);
	for (i = 0; i < x->n; i++)
		if (!x->h[i].replaced)
			gaps_record(x, i);
	sort_gaps(x->out);
}
