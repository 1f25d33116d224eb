/*
 * What the terms of a permission must say before anything goes under it.
 * A table: each row asks one thing, the first that fails is the answer.
 */
#include <stdio.h>
#include <string.h>

#include "agent/practice/terms.h"

#define DAY_MS ((uint64_t)24 * 60 * 60 * 1000)

static bool
same_or_unasked(const char *fact, const char *term)
{

	return (fact == NULL || strcmp(fact, term) == 0);
}

static bool
is_clear_part(const struct terms *t, const struct terms_facts *f)
{
	char hex[33];

	hex_encode(hex, t->case_id, sizeof(t->case_id));
	if (!same_or_unasked(f->case_id_hex, hex) ||
	    !same_or_unasked(f->sender, t->sender) ||
	    !same_or_unasked(f->recipient, t->recipient))
		return (false);
	if (f->until == 0)
		return (true);
	return (f->from == t->from && f->until == t->until &&
	    f->keep_read_days == t->keep_read_days &&
	    f->introduction == (t->scopes == SCOPE_BIT(SCOPE_ID)));
}

static bool
covers_message(const struct terms *t, const struct terms_facts *f)
{

	return (f->message == NULL ||
	    (validate_observation_needs(f->message) & ~t->scopes) == 0);
}

static bool
has_two_ends(const struct terms *t, const struct terms_facts *f)
{

	(void)f;
	return (member_id_ok(t->sender) && member_id_ok(t->recipient) &&
	    member_id_ok(t->intermediary) &&
	    strcmp(t->sender, t->recipient) != 0);
}

static bool
has_purpose(const struct terms *t, const struct terms_facts *f)
{

	(void)f;
	return (t->purpose != NULL);
}

static bool
has_parts(const struct terms *t, const struct terms_facts *f)
{

	(void)f;
	/* A segment alone shares nothing and would be a blank. */
	return ((t->scopes & ~SCOPE_SEGMENTS) != 0);
}

static bool
has_persons(const struct terms *t, const struct terms_facts *f)
{

	(void)f;
	return (t->principal.s[0] != '\0' && t->subjects.n > 0);
}

static bool
is_short(const struct terms *t, const struct terms_facts *f)
{

	(void)f;
	return (t->until > t->from &&
	    t->until - t->from <= TERMS_DAYS_MAX * DAY_MS &&
	    t->keep_read_days <= 30);
}

static bool
is_private(const struct terms *t, const struct terms_facts *f)
{

	(void)f;
	return (t->asked_alone == ANSWER_YES && t->safe_now == ANSWER_YES &&
	    t->pressed == ANSWER_NO && t->method != METHOD_UNSET);
}

static bool
is_informed(const struct terms *t, const struct terms_facts *f)
{

	(void)f;
	return (t->notice[0] != '\0' && t->language[0] != '\0' &&
	    t->not_condition_of_service && t->told_how_to_stop);
}

/* R10: who signs, and for whom. */
static bool
is_signer(const struct terms *t, const struct terms_facts *f)
{

	switch (t->capacity) {
	case CAPACITY_SELF:
	case CAPACITY_CHILD:
	case CAPACITY_PATIENT:
		if (strcmp(t->grantor.s, t->principal.s) != 0)
			return (false);
		break;
	case CAPACITY_PARENT:
		if (t->grantor.s[0] != 'P')
			return (false);
		break;
	case CAPACITY_COURT:
		return (true);
	default:
		return (false);
	}
	if (!person_list_has(&f->causing_harm, t->grantor.s))
		return (true);
	/* About nobody but the one who signs. */
	return (t->capacity != CAPACITY_PARENT && t->subjects.n == 1 &&
	    strcmp(t->subjects.v[0].s, t->grantor.s) == 0);
}

static bool
is_helper(const struct terms *t, const struct terms_facts *f)
{

	return (t->interpreter.s[0] == '\0' &&
	    !person_list_has(&f->causing_harm, t->witness.s));
}

static bool
has_agreement(const struct terms *t, const char *person,
    enum vocabulary_scope segment, bool own)
{
	const struct terms_agreement *a;
	size_t i;

	for (i = 0; i < t->n_agreements; i++) {
		a = &t->agreements[i];
		if (strcmp(a->person.s, person) != 0 || a->on.s[0] == '\0' ||
		    a->capacity == CAPACITY_UNSET || a->segment != segment)
			continue;
		if (!own || a->capacity == CAPACITY_CHILD ||
		    a->capacity == CAPACITY_PATIENT)
			return (true);
	}
	return (false);
}

/* R11: a child old enough decides about own words and records. */
static bool
has_childs_line(const struct terms *t, const struct terms_facts *f)
{
	const struct person_list *about = &t->subjects;
	scope_set scopes = t->scopes;
	size_t i;

	if (f->message != NULL) {
		about = &f->message->subjects;
		scopes = validate_observation_needs(f->message);
	}
	if ((scopes & (SCOPE_BIT(SCOPE_C4) | SCOPE_BIT(SCOPE_SG3))) == 0)
		return (true);
	for (i = 0; i < about->n; i++)
		if (person_list_has(&f->own_line, about->v[i].s) &&
		    !has_agreement(t, about->v[i].s, SCOPE_NONE, true) &&
		    !has_agreement(t, about->v[i].s, SCOPE_SG3, true))
			return (false);
	return (true);
}

/*
 * Whose treatment a record tells of: the owner of a factor, else whoever
 * the act or effect falls on, else who acts.  Nobody named: no answer.
 */
static size_t
patients(const struct observation *o, struct person_list *out)
{

	memset(out, 0, sizeof(*out));
	if (o->owner.s[0] != '\0')
		out->v[out->n++] = o->owner;
	else if (o->component == SCOPE_BC || o->component == SCOPE_BA)
		out->v[out->n++] = o->actor;
	else if (o->targets.n > 0)
		*out = o->targets;
	else if (o->actor.s[0] != '\0')
		out->v[out->n++] = o->actor;
	else
		*out = o->subjects;
	return (out->n);
}

/* R12: two patients, two keys; here the patient's yes is in the terms. */
static bool
has_patients_line(const struct terms *t, const struct terms_facts *f)
{
	static const enum vocabulary_scope treatment[] = { SCOPE_SG1,
		SCOPE_SG2 };
	struct person_list who;
	bool own, any;
	size_t i, j;

	for (i = 0; i < 2; i++) {
		if ((t->scopes & SCOPE_BIT(treatment[i])) == 0)
			continue;
		any = false;
		for (j = 0; j < t->n_agreements; j++) {
			own = person_list_has(&f->own_line,
			    t->agreements[j].person.s);
			any = any || has_agreement(t,
			    t->agreements[j].person.s, treatment[i], own);
		}
		if (!any)
			return (false);
		if (f->message == NULL ||
		    (validate_observation_needs(f->message) &
		    SCOPE_BIT(treatment[i])) == 0)
			continue;
		if (patients(f->message, &who) == 0)
			return (false);
		for (j = 0; j < who.n; j++) {
			own = person_list_has(&f->own_line, who.v[j].s);
			if (!has_agreement(t, who.v[j].s, treatment[i], own))
				return (false);
		}
	}
	return (true);
}

static bool
is_free_of_conflict(const struct terms *t, const struct terms_facts *f)
{

	if (t->conflict_checked.s[0] == '\0' ||
	    t->conflict_checked_by[0] == '\0' ||
	    t->conflict_found == ANSWER_UNSET)
		return (false);
	return ((t->conflict_found == ANSWER_NO && !f->conflict_hit) ||
	    t->closed_desk);
}

static bool
is_opener(const struct terms *t, const struct terms_facts *f)
{
	const struct vocabulary_code *c;

	(void)t;
	if (f->custodian_kind == NULL)
		return (true);
	c = vocabulary_find_in(GROUP_AG, f->custodian_kind);
	return (c != NULL && (c->flags & VOCABULARY_OPENS) != 0);
}

static bool
is_one_role(const struct terms *t, const struct terms_facts *f)
{

	(void)t;
	return (!f->role_conflict);
}

static bool
is_reviewed(const struct terms *t, const struct terms_facts *f)
{

	(void)t;
	return (!f->perpetrator_request);
}

static bool
is_duty_shown(const struct terms *t, const struct terms_facts *f)
{

	if (f->recipient_duty == DUTY_UNSET || f->recipient_duty == DUTY_NONE)
		return (true);
	return (t->duty_shown == f->recipient_duty && t->duty_confirmed);
}

static bool
is_court_purpose(const struct terms *t, const struct terms_facts *f)
{
	const struct vocabulary_code *c;

	c = vocabulary_find_in(GROUP_AG, f->recipient_kind);
	if (c == NULL || (c->flags & VOCABULARY_COURT) == 0)
		return (true);
	return (t->purpose != NULL && strcmp(t->purpose->id, "PU05") == 0);
}

static bool
has_withhold_reason(const struct terms *t, const struct terms_facts *f)
{

	(void)f;
	return (t->withhold_from.n == 0 || t->withhold_reason[0] != '\0');
}

static const struct row {
	const char *rule, *field;
	bool (*holds)(const struct terms *, const struct terms_facts *);
	const char *text;
} rows[] = {
	{ "R2", "terms", is_clear_part,
	    "The permission and its terms do not agree." },
	{ "R3", "recipient", has_two_ends,
	    "Choose one sender and one receiver, and name the exchange." },
	{ "R3", "purpose", has_purpose, "Choose one purpose." },
	{ "R3", "scopes", has_parts, "Choose the parts to share." },
	{ "R3", "subjects", has_persons,
	    "Say whose permission it is and whom it is about." },
	{ "R4", "until", is_short, "A permission can last 90 days at most." },
	{ "R8", "asked_alone", is_private,
	    "First in private: alone, safe now, nobody pressing? Three "
	    "answers are needed." },
	{ "R8", "notice", is_informed,
	    "The notice in her language, that it is no condition of help, and "
	    "how to stop: all are needed." },
	{ "R10", "grantor", is_signer,
	    "This person cannot sign for this family." },
	{ "R10", "interpreter", is_helper,
	    "This person cannot witness or interpret for this family." },
	{ "R11", "agreements", has_childs_line,
	    "The child is old enough to decide about own words and "
	    "records." },
	{ "R12", "agreements", has_patients_line,
	    "A treatment record also needs the patient's own permission." },
	{ "R13", "conflict_checked", is_free_of_conflict,
	    "Somebody there may be close to the person causing harm, or it "
	    "was not checked." },
	{ "R16", "custodian", is_opener,
	    "This kind of agency cannot keep a case." },
	{ "R16", "persons", is_one_role,
	    "One person is recorded as harmed here and as causing harm "
	    "elsewhere: a review comes first." },
	{ "R17", "subjects", is_reviewed,
	    "A person named here asks for their file: the review comes "
	    "first." },
	{ "R18", "duty_shown", is_duty_shown,
	    "The receiver may have to show papers: show that notice and have "
	    "it confirmed." },
	{ "R18", "purpose", is_court_purpose,
	    "For a court or hearing the purpose must say so." },
	{ "R18", "withhold_reason", has_withhold_reason,
	    "Say why it is to be withheld." },
	{ "R1", "scopes", covers_message,
	    "These parts are not in the permission." },
};

enum error_code
terms_check(const struct terms *t, const struct terms_facts *facts,
    struct refusal *r)
{
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].holds(t, facts))
			continue;
		if (r != NULL) {
			(void)snprintf(r->rule, sizeof(r->rule), "%s",
			    rows[i].rule);
			(void)snprintf(r->field, sizeof(r->field), "%s",
			    rows[i].field);
			(void)snprintf(r->text, sizeof(r->text), "%s",
			    rows[i].text);
		}
		return (ERR_REFUSED);
	}
	return (ERR_NONE);
}
