#include "agent/consent/plan.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/cases/part.h"
#include "agent/keyring.h"
#include "keys/arrow.h"

/* ---- life -------------------------------------------------------------- */

enum error_code
plan_new(size_t n, struct plan **out)
{
	struct plan *p = calloc(1, sizeof *p);

	*out = NULL;
	if (p == NULL)
		return ERR_NOMEM;
	p->line = calloc(n > 0 ? n : 1, sizeof *p->line);
	if (p->line == NULL) {
		free(p);
		return ERR_NOMEM;
	}
	p->n = n;
	*out = p;
	return ERR_NONE;
}

enum error_code
plan_of_set(struct consent_set **set, struct plan **out)
{
	enum error_code err = plan_new((*set)->n, out);

	if (err == ERR_NONE)
		memcpy((*out)->line, (*set)->v,
		    (*set)->n * sizeof *(*out)->line);
	consent_set_destroy(set);
	return err;
}

void
plan_destroy(void *ctx)
{
	struct plan *p = ctx;

	if (p == NULL)
		return;
	sodium_memzero(p->line, p->n * sizeof *p->line);
	free(p->line);
	sodium_memzero(p, sizeof *p);
	free(p);
}

/* ---- people ------------------------------------------------------------ */

static enum error_code
persons(const struct api_call *c, const char *key, const char *preset,
    struct person_list *out, struct why *why)
{
	const json_t *list = json_object_get(c->in, key), *v;
	size_t i;

	out->n = 0;
	if (list == NULL || json_is_null(list)) {
		if (preset != NULL)
			strcpy(out->v[out->n++].s, preset);
		return ERR_NONE;
	}
	if (!json_is_array(list) ||
	    json_array_size(list) > OBSERVATION_PERSONS_MAX) {
		why_set(why, "%s: a list of persons (P1, K1), at most %d",
		    key, OBSERVATION_PERSONS_MAX);
		return ERR_FORMAT;
	}
	json_array_foreach(list, i, v) {
		const char *s = json_string_value(v);

		if (s == NULL || !person_id_ok(s)) {
			why_set(why, "%s[%zu]: no person id", key, i);
			return ERR_FORMAT;
		}
		snprintf(out->v[out->n++].s, sizeof out->v[0].s, "%s", s);
	}
	return ERR_NONE;
}

static enum error_code
waiver(struct plan *p, struct api_call *c, struct why *why)
{
	const char *account = api_text(c, "waiver");
	struct worker w;
	enum error_code err;

	if (account == NULL || account[0] == '\0')
		return ERR_NONE;
	err = workers_by_account(c->agent, account, &w);
	if (err != ERR_NONE && err != ERR_NOTFOUND)
		return err;
	if (err == ERR_NOTFOUND || w.ended || w.announced == 0 ||
	    strcmp(w.account, c->worker.account) == 0) {
		why_set(why, "waiver: a second worker of this agency, known "
		    "to the exchange, has to agree that waiting until "
		    "tomorrow is not safe");
		return ERR_REFUSED;
	}
	p->has_waiver = true;
	memcpy(p->waiver, w.pseudonym, WIRE_PSEUDONYM);
	return ERR_NONE;
}

static enum error_code
close_agencies(struct plan *p, struct api_call *c, struct why *why)
{
	const json_t *list = json_object_get(c->in, "close"), *v;
	enum error_code err = ERR_NONE;
	size_t i;

	json_array_foreach(list, i, v) {
		err = json_is_string(v) ? case_facts_add_close(&p->known,
		    json_string_value(v)) : ERR_FORMAT;
		if (err != ERR_NONE) {
			why_set(why, "close[%zu]: must be an agency, at most "
			    "%d", i, FACTS_CLOSE_MAX);
			break;
		}
	}
	return err;
}

enum error_code
plan_people(struct plan *p, struct api_call *c, struct why *why)
{
	enum error_code err;

	if (c->worker.announced == 0 && !p->dry_run) {
		why_set(why, "your own account is not known to the exchange "
		    "yet: try again in a minute");
		return ERR_REFUSED;
	}
	memcpy(p->worker, c->worker.pseudonym, WIRE_PSEUDONYM);
	memcpy(p->account, c->worker.account, sizeof p->account);
	err = waiver(p, c, why);
	if (err == ERR_NONE)
		err = close_agencies(p, c, why);
	/* P1 is who causes harm, unless the request says otherwise */
	if (err == ERR_NONE)
		err = persons(c, "causing_harm", "P1", &p->causing_harm, why);
	if (err == ERR_NONE)
		err = persons(c, "own_line", NULL, &p->own_line, why);
	return err;
}

/* ---- checking ---------------------------------------------------------- */

static void
kind_of(const struct store_member *m, char out[static 8])
{
	snprintf(out, 8, "AG%02u", (unsigned)(m->m.agency % 100));
}

static void
refuse(struct refusal *no, const char *rule, const char *field,
    const char *text)
{
	snprintf(no->rule, sizeof no->rule, "%s", rule);
	snprintf(no->field, sizeof no->field, "%s", field);
	snprintf(no->text, sizeof no->text, "%s", text);
}

static enum error_code
check_line(struct agent *a, const uint8_t case_id[static WIRE_CASE],
    struct plan *p, struct terms *t, struct refusal *no)
{
	struct terms_facts f = { .causing_harm = p->causing_harm,
	    .own_line = p->own_line,
	    .role_conflict = p->two_roles && !p->no_case,
	    .conflict_hit = case_facts_is_close(&p->known, t->recipient) };
	const struct store_member *m;
	char own_kind[8], kind[8], hex[2 * WIRE_CASE + 1];
	enum error_code err;

	memcpy(t->case_id, case_id, WIRE_CASE);
	randombytes_buf(t->random, sizeof t->random);
	if (t->intermediary[0] == '\0')
		strcpy(t->intermediary, a->pship.now.broker);
	if (store_member(a->slice, a->member, &m) != ERR_NONE)
		return ERR_INTERNAL;
	kind_of(m, own_kind);
	f.custodian_kind = own_kind;
	if (store_member(a->slice, t->sender, &m) != ERR_NONE ||
	    m->revoked) {
		refuse(no, "R3", "from", "No such agency is a member.");
		return ERR_REFUSED;
	}
	if (store_member(a->slice, t->recipient, &m) != ERR_NONE ||
	    m->revoked) {
		refuse(no, "R3", "to", "No such agency is a member.");
		return ERR_REFUSED;
	}
	kind_of(m, kind);
	hex_encode(hex, case_id, WIRE_CASE);
	f.case_id_hex = hex;
	f.sender = t->sender;
	f.recipient = t->recipient;
	f.from = t->from;
	f.until = t->until;
	f.keep_read_days = t->keep_read_days;
	f.introduction = t->scopes == SCOPE_BIT(SCOPE_ID);
	f.recipient_kind = kind;
	f.recipient_duty = m->m.onward_duty == 2 ? DUTY_PARENTS :
	    m->m.onward_duty == 1 ? DUTY_RELEVANT_PERSONS : DUTY_NONE;
	err = case_facts_judge(a, case_id, t->recipient, &f);
	return err == ERR_NONE ? terms_check(t, &f, no) : err;
}

enum error_code
plan_check(struct agent *a, const uint8_t case_id[static WIRE_CASE],
    struct plan *p, struct refusal *no, size_t *line)
{
	enum error_code err = ERR_NONE;

	*line = 0;
	if (p->introduces) {
		case_facts_own_line(a, &p->introduction.u.introduction,
		    &p->own_line);
		err = case_facts_meet(a, case_id,
		    &p->introduction.u.introduction, &p->two_roles);
		if (err != ERR_NONE)
			return err;
	}
	for (*line = 0; *line < p->n; (*line)++) {
		struct terms *t = &p->line[*line].terms;

		if (t->keep_read_days > a->pship.now.keep_read_days) {
			refuse(no, "R4", "keep_read_days", "Longer than the "
			    "partnership allows to keep what was read.");
			return ERR_REFUSED;
		}
		err = check_line(a, case_id, p, t, no);
		if (err != ERR_NONE)
			return err;
	}
	return err;
}

/* ---- composing --------------------------------------------------------- */

static enum error_code
seal_terms(struct agent *a, const struct terms *t, struct act_item *i,
    struct wire_grant *g)
{
	uint8_t key[ARROW_KEY];
	enum error_code err;

	err = terms_encode(t, &i->plain);
	if (err == ERR_NONE)
		err = keyring_arrow(a, t->case_id, t->sender, t->recipient,
		    key);
	if (err == ERR_NONE)
		err = terms_labels(key, t, g->label);
	if (err == ERR_NONE)
		err = arrow_terms_seal(key, t->case_id, t->sender,
		    t->recipient, buf_view(&i->plain), &i->more);
	sodium_memzero(key, sizeof key);
	if (err != ERR_NONE)
		return err;
	crypto_hash_sha256(g->terms_hash, i->plain.data, i->plain.n);
	g->terms = buf_view(&i->more);
	return ERR_NONE;
}

static enum error_code
compose_line(struct act *t, const struct plan *p,
    const struct consent_line *l, struct why *why)
{
	struct act_item *i = act_add(t, KIND_GRANT, true);
	struct wire_grant *g;
	enum error_code err;

	if (i == NULL) {
		why_set(why, "grants: at most %d in one signing", ACT_ITEMS);
		return ERR_SIZE;
	}
	g = &i->b.u.grant;
	memcpy(i->name, l->name, sizeof i->name);
	strcpy(g->sender, l->terms.sender);
	strcpy(g->recipient, l->terms.recipient);
	g->from = l->terms.from;
	g->until = l->terms.until;
	g->introduction = l->terms.scopes == SCOPE_BIT(SCOPE_ID);
	g->keep_read_days = l->terms.keep_read_days;
	memcpy(g->worker, p->worker, WIRE_PSEUDONYM);
	g->has_waiver = p->has_waiver;
	memcpy(g->waiver, p->waiver, WIRE_PSEUDONYM);
	err = seal_terms(t->a, &l->terms, i, g);
	if (err == ERR_SIZE)
		why_set(why, "%s to %s: too much is said for one permission",
		    l->terms.sender, l->terms.recipient);
	return err;
}

enum error_code
plan_compose(struct act *t, struct plan *p, struct why *why)
{
	struct act_item *phrases;
	enum error_code err = ERR_NONE;

	if (t->draws)
		err = act_add_phrases(t, &phrases);
	for (size_t i = 0; i < p->n && err == ERR_NONE; i++)
		err = compose_line(t, p, &p->line[i], why);
	return err;
}

/* ---- introductions ----------------------------------------------------- */

static bool
introduces(const struct agent *a, const struct terms *t)
{
	return t->scopes == SCOPE_BIT(SCOPE_ID) &&
	    strcmp(t->sender, a->member) == 0;
}

/* What the request said of agencies stays with the case. */
static enum error_code
keep_close(struct act *t, const struct plan *p)
{
	struct case_facts f;
	enum error_code err = p->known.n_close > 0 ? case_facts_get(t->a,
	    t->case_id, &f) : ERR_NOTFOUND;

	if (err != ERR_NONE)
		return err == ERR_NOTFOUND ? ERR_NONE : err;
	for (size_t i = 0; i < p->known.n_close && err == ERR_NONE; i++)
		err = case_facts_add_close(&f, p->known.close[i]);
	return err == ERR_NONE ? case_facts_put(t->a, t->case_id, &f) : err;
}

enum error_code
plan_keep(struct act *t, struct plan *p)
{
	enum error_code err = keep_close(t, p);

	if (err != ERR_NONE || !p->introduces)
		return err;
	err = cases_book_put(t->a, t->case_id, &p->introduction);
	for (size_t i = 0; i < p->n && err == ERR_NONE; i++)
		if (introduces(t->a, &p->line[i].terms))
			err = cases_introduce(t->a, p->account, t->case_id,
			    p->line[i].terms.recipient, &p->introduction);
	return err;
}

/* ---- telling ----------------------------------------------------------- */

static json_t *
grant_json(const struct act_item *i)
{
	char hex[2 * WIRE_HASH + 1];
	json_t *o;

	hex_encode(hex, i->id, WIRE_HASH);
	o = json_pack("{s:s, s:s, s:s, s:s, s:s}", "name", i->name, "grant",
	    hex, "from", i->b.u.grant.sender, "to", i->b.u.grant.recipient,
	    "state", act_state(i));
	if (o != NULL && i->outcome.state == OUT_REFUSED) {
		json_object_set_new(o, "rule",
		    json_string(rule_shown(i->outcome.rule)[0] != '\0' ?
		    rule_shown(i->outcome.rule) : rule_name(i->outcome.rule)));
		json_object_set_new(o, "why",
		    json_string(rule_meaning(i->outcome.rule)));
	}
	return o;
}

json_t *
plan_outcome(struct act *t, const struct plan *p)
{
	json_t *grants = json_array(), *intro = json_array();
	json_t *o = json_pack("{s:o, s:o}", "grants", grants,
	    "introductions", intro);

	for (unsigned i = 0; o != NULL && i < t->n; i++)
		if (t->item[i].b.kind == KIND_GRANT)
			json_array_append_new(grants,
			    grant_json(&t->item[i]));
	for (size_t i = 0; o != NULL && p->introduces && i < p->n; i++)
		if (introduces(t->a, &p->line[i].terms))
			json_array_append_new(intro,
			    json_string(p->line[i].terms.recipient));
	if (o != NULL && t->draws)
		act_show_phrases(t, o);
	return o;
}
