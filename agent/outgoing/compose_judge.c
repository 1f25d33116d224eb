/* Who may be told: our own rules, the terms, and the words of a "no". */
#include "agent/outgoing/compose_part.h"

#include <stdio.h>
#include <string.h>

#include "agent/cases/cases.h"
#include "agent/cases/directory.h"
#include "agent/cases/facts.h"
#include "agent/keyring.h"
#include "agent/words.h"
#include "store/facts.h"

/* ---- words --------------------------------------------------------------------- */

static void
agency_kind(const struct store_member *m, char out[static 8])
{
	snprintf(out, 8, "AG%02u", (unsigned)(m->m.agency % 100));
}

/* Refuses a copy: the true rule stays here, the sender reads one face. */
static void
refuse(struct agent *a, const uint8_t case_id[static WIRE_CASE],
    struct copy *copy, const char *rule, enum rule true_rule)
{
	char keeper[CASES_KEEPER];
	const struct words_value value[] = {
		{ "custodian", cases_keeper(a, case_id, keeper) },
		{ "agency", "that agency" }
	};

	copy->state = COPY_REFUSED;
	copy->true_rule = true_rule;
	snprintf(copy->rule, sizeof copy->rule, "%s",
	    words_rule(rule, WORDS_SENDER));
	words_say(rule, WORDS_SENDER, value, 2, copy->text,
	    sizeof copy->text);
}

/* ---- the permission ---------------------------------------------------------------- */

static enum error_code
try_grant(struct agent *a, const uint8_t case_id[static WIRE_CASE],
    const char *recipient, scope_set needs, const struct grant *g,
    struct permission *p, struct verdict *v)
{
	struct facts_room room;
	struct facts f;
	enum error_code err = cases_terms(a, g->id, &p->terms);

	if (err == ERR_NONE)
		err = keyring_labels(a, p->arrow, needs, p->terms.purpose->id,
		    p->label, &p->n);
	if (err == ERR_NONE)
		err = facts_for_sending(a->slice, agent_now(a), case_id,
		    a->member, recipient,
		    (const uint8_t (*)[WIRE_LABEL])p->label, p->n, 0, &room,
		    &f);
	if (err != ERR_NONE)
		return err;
	*v = rules_decide(&f);
	p->until = v->until;
	p->grant = *g;
	return ERR_NONE;
}

/*
 * The grant under which this content may go to this recipient, by our own
 * slice; *rule says why not (the furthest any grant got).
 */
static enum error_code
find_permission(struct agent *a, const uint8_t case_id[static WIRE_CASE],
    const char *recipient, scope_set needs, struct permission *p,
    enum rule *rule)
{
	struct grant grant[RULES_GRANTS_MAX];
	unsigned n = 0;
	enum error_code err;

	*rule = RULE_NO_GRANT;
	err = store_grants(a->slice, case_id, a->member, recipient, grant, &n);
	if (err != ERR_NONE)
		return err == ERR_NOTFOUND ? ERR_NONE : err;
	err = keyring_arrow(a, case_id, a->member, recipient, p->arrow);
	if (err != ERR_NONE)
		return err == ERR_NOTFOUND ? ERR_NONE : err;
	for (unsigned i = 0; i < n; i++) {
		struct verdict v = { .rule = RULE_NO_GRANT };

		err = try_grant(a, case_id, recipient, needs, &grant[i], p,
		    &v);
		if (err == ERR_NOTFOUND || err == ERR_REFUSED)
			continue;       /* terms unknown, or they disagree */
		if (err != ERR_NONE)
			return err;
		if (v.rule == RULE_ADMIT && v.grant != grant[i].idx)
			continue;       /* by another, whose terms hold then */
		if (v.rule == RULE_ADMIT) {
			*rule = RULE_ADMIT;
			return ERR_NONE;
		}
		if (v.rule > *rule)
			*rule = v.rule;
	}
	return ERR_NONE;
}

static enum terms_duty
duty_of(const struct store_member *m)
{
	return m->m.onward_duty == 2 ? DUTY_PARENTS :
	    m->m.onward_duty == 1 ? DUTY_RELEVANT_PERSONS : DUTY_NONE;
}

enum error_code
compose_terms(struct agent *a, const uint8_t case_id[static WIRE_CASE],
    const struct store_arrow *arrow, const struct grant *g,
    const struct terms *terms, const struct content *c, struct refusal *no)
{
	const struct store_member *to;
	struct terms_facts f = { .sender = arrow->sender };
	char hex[2 * WIRE_CASE + 1], kind[8];
	enum error_code err = store_member(a->slice, arrow->recipient, &to);

	if (err != ERR_NONE)
		return err;
	hex_encode(hex, case_id, WIRE_CASE);
	agency_kind(to, kind);
	f.case_id_hex = hex;
	f.recipient = arrow->recipient;
	f.from = g->from;
	f.until = g->until;
	f.keep_read_days = g->keep_read_days;
	f.introduction = g->introduction;
	f.recipient_duty = duty_of(to);
	f.message = content_observation(c);
	f.recipient_kind = kind;
	/* what a recipient cannot know is not held against what it was sent */
	if (strcmp(arrow->sender, a->member) == 0)
		err = case_facts_judge(a, case_id, arrow->recipient, &f);
	return err == ERR_NONE ? terms_check(terms, &f, no) : err;
}

enum error_code
compose_judge(struct agent *a, const uint8_t case_id[static WIRE_CASE],
    const struct content *c, struct copy *copy, struct permission *p)
{
	const struct store_member *to;
	struct store_arrow arrow;
	struct refusal no;
	enum rule rule;
	enum error_code err;

	err = store_member(a->slice, copy->member, &to);
	if (err == ERR_NOTFOUND) {
		refuse(a, case_id, copy, "R1", RULE_END_UNKNOWN);
		return ERR_NONE;
	}
	if (err == ERR_NONE)
		err = find_permission(a, case_id, copy->member,
		    validate_needs(c), p, &rule);
	if (err != ERR_NONE)
		return err;
	if (rule != RULE_ADMIT) {
		refuse(a, case_id, copy, rule_shown(rule)[0] == 'R' ?
		    rule_shown(rule) : "R1", rule);
		return ERR_NONE;
	}
	strcpy(arrow.sender, a->member);
	strcpy(arrow.recipient, copy->member);
	err = compose_terms(a, case_id, &arrow, &p->grant, &p->terms, c, &no);
	if (err == ERR_REFUSED) {
		refuse(a, case_id, copy, no.rule, RULE_NO_GRANT);
		return ERR_NONE;
	}
	copy->state = COPY_QUEUED;
	return err;
}

/* ---- who may be told ----------------------------------------------------------------------------------- */

struct allowed {
	struct agent *a;
	const uint8_t *case_id;
	compose_visit *visit;
	void *ctx;
};

static enum error_code
visit_arrow(void *ctx, const struct store_arrow *arrow)
{
	const struct allowed *v = ctx;
	struct grant g[RULES_GRANTS_MAX];
	const uint64_t now = agent_now(v->a);
	unsigned n = 0;
	enum error_code err;

	if (strcmp(arrow->sender, v->a->member) != 0)
		return ERR_NONE;
	err = store_grants(v->a->slice, v->case_id, arrow->sender,
	    arrow->recipient, g, &n);
	for (unsigned i = 0; i < n && err == ERR_NONE; i++)
		if (g[i].ended_by == ENDED_NOT && !g[i].introduction &&
		    g[i].effective <= now && now < g[i].until)
			return v->visit(v->ctx, arrow->recipient);
	return err;
}

enum error_code
compose_allowed(struct agent *a, const uint8_t case_id[static WIRE_CASE],
    compose_visit *visit, void *ctx)
{
	struct allowed v = { a, case_id, visit, ctx };

	return store_arrows(a->slice, case_id, visit_arrow, &v);
}
