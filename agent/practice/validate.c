#include "agent/practice/validate.h"

#include <stdio.h>
#include <string.h>

static bool
has_group(const struct observation *o, enum vocabulary_group g)
{
	size_t i;

	for (i = 0; i < o->codes.n; i++)
		if (o->codes.v[i]->group == g)
			return (true);
	return (false);
}

static unsigned
count_bits(scope_set set)
{
	unsigned n = 0;

	for (; set != 0; set &= set - 1)
		n++;
	return (n);
}

scope_set
validate_observation_needs(const struct observation *o)
{
	enum vocabulary_scope s;
	scope_set need = 0;
	size_t i;

	/* Danger markers and descriptors take that of the component. */
	if (o->component != SCOPE_NONE)
		need |= SCOPE_BIT(o->component);
	for (i = 0; i < o->codes.n; i++)
		if (o->codes.v[i]->scope != SCOPE_NONE)
			need |= SCOPE_BIT(o->codes.v[i]->scope);
	for (i = 0; i < o->segments.n; i++) {
		s = vocabulary_segment_scope(o->segments.v[i]);
		if (s != SCOPE_NONE)
			need |= SCOPE_BIT(s);
	}
	return (need);
}

scope_set
validate_needs(const struct content *c)
{

	switch (c->kind) {
	case CONTENT_OBSERVATION:
		return (validate_observation_needs(&c->u.observation));
	case CONTENT_CORRECTION:
		/* Both: a correction tells of what it corrects as well. */
		return (c->u.correction.corrected |
		    validate_observation_needs(&c->u.correction.now));
	case CONTENT_QUESTION:
	case CONTENT_ANSWER:
	case CONTENT_TASK:
		return (SCOPE_BIT(SCOPE_Q));
	case CONTENT_GOAL:
		return (SCOPE_BIT(SCOPE_SR));
	default:
		return (SCOPE_BIT(SCOPE_ID));
	}
}

/* ---- the rules on an observation, each true when it holds -------------- */

static bool
has_act_of_component(const struct observation *o)
{
	size_t i;

	for (i = 0; i < o->codes.n; i++)
		if (o->codes.v[i]->scope == o->component)
			return (true);
	return (false);
}

static bool
is_few_scopes(const struct observation *o)
{

	/* A message lists at most eight labels (PROTOCOL 2). */
	return (count_bits(validate_observation_needs(o)) <= 8);
}

static bool
is_offence_basis(const struct observation *o)
{

	return (!code_list_has(&o->segments, "SG6") ||
	    o->lawful_basis == NULL || strcmp(o->lawful_basis->id, "LB1") != 0);
}

static bool
has_actor(const struct observation *o)
{

	return (o->actor.s[0] != '\0' ||
	    (!has_group(o, GROUP_CC) && !has_group(o, GROUP_CH)));
}

static bool
has_owner(const struct observation *o)
{

	return (o->owner.s[0] != '\0' || !has_group(o, GROUP_IF));
}

static bool
has_relation(const struct observation *o)
{

	return (o->relation != NULL || !has_group(o, GROUP_IF));
}

static bool
has_stopped_link(const struct observation *o)
{

	return (o->links.n > 0 || !code_list_has(&o->codes, "BC07"));
}

static bool
is_authored(const struct observation *o)
{

	return (o->source == NULL || strcmp(o->source->id, "SRC8") != 0);
}

static bool
is_asked(const struct observation *o)
{

	return (o->asked.answer == ASKED_YES ||
	    (validate_observation_needs(o) & SCOPE_BIT(SCOPE_C3)) == 0);
}

static bool
is_no_place(const struct observation *o)
{

	return (!code_list_has(&o->segments, "SG4"));
}

static bool
is_current(const struct observation *o)
{
	size_t i;

	for (i = 0; i < o->codes.n; i++)
		if ((o->codes.v[i]->flags & VOCABULARY_RETIRED) != 0)
			return (false);
	return (true);
}

static bool
has_few_links(const struct observation *o)
{

	return (o->links.n <= OBSERVATION_LINKS_MAX);
}

static const struct rule {
	const char *id, *field;
	bool (*holds)(const struct observation *);
	const char *text;
} rules[] = {
	{ "V0", "component", has_act_of_component,
	    "No code belongs to this part: choose the part of its main code." },
	{ "V0", "codes", is_few_scopes,
	    "Too many different parts in one record: write two." },
	{ "V0", "lawful_basis", is_offence_basis,
	    "Offence data cannot rest on consent alone: name the duty or "
	    "the law." },
	{ "V1", "actor", has_actor,
	    "Who did it? Choose the person who acted." },
	{ "V2", "owner", has_owner, "Whose factor is it? Choose the person." },
	{ "V2", "relation", has_relation,
	    "How is it linked to the pattern? Choose one of RL1 to RL8." },
	{ "V3", "links", has_stopped_link,
	    "Link the earlier record of the behaviour that has stopped." },
	{ "V4", "source", is_authored,
	    "This came from another agency and cannot be passed on. Ask that "
	    "agency to send it, or write what you yourself know and link "
	    "it." },
	{ "V5", "asked", is_asked, "Ask her first: may this be shared?" },
	{ "V6", "segments", is_no_place,
	    "Places and safety plans are not sent by Wayleave; speak by "
	    "phone." },
	{ "V8", "codes", is_current,
	    "This code is no longer used; choose its successor." },
	{ "V9", "links", has_few_links, "At most eight links." },
};

static enum error_code
refuse(struct refusal *r, const char *rule, const char *field,
    const char *text)
{

	if (r != NULL) {
		(void)snprintf(r->rule, sizeof(r->rule), "%s", rule);
		(void)snprintf(r->field, sizeof(r->field), "%s", field);
		(void)snprintf(r->text, sizeof(r->text), "%s", text);
	}
	return (ERR_REFUSED);
}

static enum error_code
validate_observation(const struct observation *o, struct refusal *r)
{
	size_t i;

	for (i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (!rules[i].holds(o))
			return (refuse(r, rules[i].id, rules[i].field,
			    rules[i].text));
	return (ERR_NONE);
}

static enum error_code
validate_goal(const struct goal *g, struct refusal *r)
{

	if (g->behaviour == NULL || (g->behaviour->group != GROUP_CC &&
	    g->behaviour->group != GROUP_CH &&
	    g->behaviour->group != GROUP_BC))
		return (refuse(r, "V0", "behaviour",
		    "A goal is a behaviour, not attendance: which act is to "
		    "stop, or which change to be seen?"));
	if (g->person.s[0] == '\0')
		return (refuse(r, "V0", "person", "Whose goal is it?"));
	if (g->measure[0] == '\0')
		return (refuse(r, "V0", "measure",
		    "How will it be seen that the goal is met?"));
	if (g->by.s[0] == '\0')
		return (refuse(r, "V0", "by", "By which day?"));
	if (g->checked_by[0] == '\0')
		return (refuse(r, "V0", "checked_by",
		    "Which agency looks whether it is met?"));
	return (ERR_NONE);
}

enum error_code
validate_content(const struct content *c, const struct validate_facts *facts,
    struct refusal *r)
{
	const struct observation *o = content_observation(c);

	if (facts != NULL && facts->received)
		return (refuse(r, "V4", "id", "This came from another agency "
		    "and cannot be passed on. Ask that agency to send it, or "
		    "write what you yourself know and link it."));
	if (c->kind == CONTENT_OBSERVATION && o->has_supersedes)
		return (refuse(r, "V0", "supersedes",
		    "Send it as a correction of that record."));
	if (o != NULL)
		return (validate_observation(o, r));
	if (c->kind == CONTENT_GOAL)
		return (validate_goal(&c->u.goal, r));
	return (ERR_NONE);
}

bool
validate_shield(const struct observation *o, const char *kind)
{
	const struct vocabulary_code *c = vocabulary_find_in(GROUP_AG, kind);

	if (o->source == NULL || c == NULL ||
	    (c->flags & VOCABULARY_SHIELD) == 0)
		return (false);
	return (strcmp(o->source->id, "SRC2") == 0 ||
	    strcmp(o->source->id, "SRC3") == 0);
}

bool
validate_danger(const struct observation *o)
{

	return (code_list_has(&o->danger, "DM01") ||
	    code_list_has(&o->danger, "DM02") ||
	    code_list_has(&o->danger, "DM03") ||
	    code_list_has(&o->danger, "DM04"));
}
