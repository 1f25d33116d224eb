/*
 * case-renew: how often each permission was used, and the same terms again.
 * A renewal is a new permission (R4); the three answers are asked anew.
 */
#include <stdlib.h>
#include <string.h>

#include "agent/api/work.h"
#include "agent/cases/entries.h"
#include "agent/cases/part.h"
#include "agent/consent/plan.h"

/* How often each permission was used: deliveries cite it. */
struct use { uint64_t idx, used, last; };
struct uses {
	struct use *v;
	size_t n, cap;
};

static struct use *
use_of(struct uses *u, uint64_t idx)
{
	for (size_t i = 0; i < u->n; i++)
		if (u->v[i].idx == idx)
			return &u->v[i];
	if (u->n == u->cap)
		return NULL;
	u->v[u->n] = (struct use){ .idx = idx };
	return &u->v[u->n++];
}

static enum error_code
count_use(void *ctx, const struct entry *e)
{
	struct use *one;

	if (e->kind != ENTRY_DELIVERED)
		return ERR_NONE;
	one = use_of(ctx, e->u.delivered.grant);
	if (one != NULL) {
		one->used++;
		one->last = e->time;
	}
	return ERR_NONE;
}

struct renewing {
	struct api_call *call;
	uint8_t case_id[WIRE_CASE];
	struct uses uses;
	json_t *lines;
};

/* One that she ended is not offered again: that would be a new one. */
static const char *
line_state(struct agent *a, const struct terms_row *r, const struct terms *t)
{
	struct grant g;
	struct store_arrow arrow;
	uint8_t id[WIRE_CASE];
	bool withdrawn = false;

	if (store_grant_named(a->slice, r->id, &g, &arrow, id, &withdrawn) !=
	    ERR_NONE || withdrawn || g.ended_by != ENDED_NOT)
		return "ended";
	return t->until > agent_now(a) ? "running" : "expired";
}

static enum error_code
list_line(void *ctx, const struct terms_row *r)
{
	struct renewing *n = ctx;
	struct agent *a = n->call->agent;
	struct use *use;
	struct terms t;
	char hex[2 * WIRE_HASH + 1], words[1024];
	json_t *o;

	if (r->idx == 0 || cases_terms(a, r->id, &t) != ERR_NONE)
		return ERR_NONE;
	use = use_of(&n->uses, r->idx);
	hex_encode(hex, r->id, WIRE_HASH);
	plan_sentence(a, &t, words, sizeof words);
	o = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:s, s:o, s:I, s:o, "
	    "s:s}", "grant", hex, "state", line_state(a, r, &t), "from",
	    r->sender, "from_name", work_name(a, r->sender), "to",
	    r->recipient, "to_name", work_name(a, r->recipient), "scopes",
	    plan_scopes(t.scopes), "purpose", t.purpose->id, "until",
	    work_time(t.until), "used", (json_int_t)(use != NULL ? use->used :
	    0), "last", work_time(use != NULL ? use->last : 0), "words",
	    words);
	return o != NULL && json_array_append_new(n->lines, o) == 0 ?
	    ERR_NONE : ERR_NOMEM;
}

static void
list_lines(struct agent *a, bool complete, void *ctx)
{
	struct renewing *n = ctx;
	enum error_code err;

	n->lines = json_array();
	n->uses.cap = 1024;
	n->uses.v = calloc(n->uses.cap, sizeof *n->uses.v);
	err = n->uses.v != NULL ? cases_entries(a, n->case_id, count_use,
	    &n->uses) : ERR_NOMEM;
	if (err == ERR_NONE)
		err = terms_list(a, n->case_id, list_line, n);
	if (err != ERR_NONE) {
		json_decref(n->lines);
		api_error(n->call, err, NULL);
	} else {
		api_tell(n->call, CLI_DONE, json_pack("{s:o}", "lines",
		    n->lines), complete ? NULL : "How often each was used is "
		    "not up to date: no connection.");
	}
	free(n->uses.v);
	free(n);
}

static void
show_lines(struct api_call *c, const uint8_t case_id[static WIRE_CASE])
{
	struct renewing *n = calloc(1, sizeof *n);

	if (n == NULL) {
		api_error(c, ERR_NOMEM, NULL);
		return;
	}
	n->call = c;
	memcpy(n->case_id, case_id, WIRE_CASE);
	if (cases_entries_ask(c->agent, case_id, list_lines, n) != ERR_NONE)
		list_lines(c->agent, false, n);
}

struct chosen {
	struct agent *a;
	const json_t *renew;            /* "all", or a list of ids */
	struct plan *p;
	size_t max;
	bool full;
};

static bool
is_chosen(const struct chosen *c, const struct terms_row *r,
    const struct terms *t)
{
	char hex[2 * WIRE_HASH + 1];
	const json_t *v;
	size_t i;

	if (json_is_string(c->renew))
		return strcmp(json_string_value(c->renew), "all") == 0 &&
		    t->until > agent_now(c->a);
	hex_encode(hex, r->id, WIRE_HASH);
	json_array_foreach(c->renew, i, v) {
		const char *s = json_string_value(v);

		if (s != NULL && strlen(s) >= 8 &&
		    strncmp(hex, s, strlen(s)) == 0)
			return true;
	}
	return false;
}

static enum error_code
choose_line(void *ctx, const struct terms_row *r)
{
	struct chosen *c = ctx;
	struct terms t;
	struct grant g;
	struct store_arrow arrow;
	uint8_t id[WIRE_CASE];
	bool withdrawn;

	if (r->idx == 0 || cases_terms(c->a, r->id, &t) != ERR_NONE ||
	    store_grant_named(c->a->slice, r->id, &g, &arrow, id,
	    &withdrawn) != ERR_NONE || withdrawn || !is_chosen(c, r, &t))
		return ERR_NONE;
	if (c->p->n == c->max) {
		c->full = true;
		return ERR_NONE;
	}
	c->p->line[c->p->n++].terms = t;
	return ERR_NONE;
}

/* The three answers are asked for anew, in private (R8). */
static enum terms_answer
answer(const struct api_call *c, const char *key)
{
	const char *s = api_text(c, key);

	return s == NULL ? ANSWER_UNSET : strcmp(s, "yes") == 0 ? ANSWER_YES :
	    strcmp(s, "no") == 0 ? ANSWER_NO : ANSWER_UNSET;
}

static void
renew_terms(const struct api_call *c, struct plan *p, uint64_t days,
    enum terms_method method)
{
	const uint64_t now = agent_now(c->agent);

	for (size_t i = 0; i < p->n; i++) {
		struct terms *t = &p->line[i].terms;
		const uint64_t span = days > 0 ? days * DAY_MS :
		    t->until - t->from;

		t->from = now;
		t->until = now + span;
		t->asked_alone = answer(c, "asked_alone");
		t->safe_now = answer(c, "safe_now");
		t->pressed = answer(c, "pressed");
		t->method = method;
	}
}

static bool
method_of(struct api_call *c, enum terms_method *method)
{
	const char *s = api_text(c, "method");

	if (s == NULL || strcmp(s, "in-person") == 0)
		*method = METHOD_IN_PERSON;
	else if (strcmp(s, "phone") == 0)
		*method = METHOD_PHONE;
	else if (strcmp(s, "video") == 0)
		*method = METHOD_VIDEO;
	else
		return false;
	return true;
}

static enum error_code
plan_renewal(struct api_call *c, const uint8_t case_id[static WIRE_CASE],
    struct plan **out, struct why *why)
{
	struct chosen chosen = { .a = c->agent, .max = ACT_ITEMS - 1,
	    .renew = json_object_get(c->in, "renew") };
	enum terms_method method;
	uint64_t days = 0;
	enum error_code err;

	(void)api_number(c, "days", &days);
	if (days > TERMS_DAYS_MAX || !method_of(c, &method)) {
		why_set(why, days > TERMS_DAYS_MAX ? "days: at most 90" :
		    "method: in-person, phone or video");
		return ERR_FORMAT;
	}
	err = plan_new(chosen.max, out);
	if (err != ERR_NONE)
		return err;
	(*out)->n = 0;
	chosen.p = *out;
	err = terms_list(c->agent, case_id, choose_line, &chosen);
	if (err == ERR_NONE && ((*out)->n == 0 || chosen.full)) {
		why_set(why, chosen.full ? "renew: too many for one signing" :
		    "renew: there is no such permission to renew");
		err = ERR_FORMAT;
	}
	if (err == ERR_NONE)
		err = plan_people(*out, c, why);
	renew_terms(c, *out, days, method);
	return err;
}

void
api_case_renew(struct api_call *c)
{
	uint8_t case_id[WIRE_CASE];
	struct plan *p = NULL;
	struct why why = { "" };
	enum error_code err;

	if (!act_own_case(c, case_id))
		return;
	if (json_object_get(c->in, "renew") == NULL) {
		show_lines(c, case_id);
		return;
	}
	if (!act_connected(c))
		return;
	err = plan_renewal(c, case_id, &p, &why);
	if (err != ERR_NONE) {
		plan_destroy(p);
		api_no(c, err == ERR_REFUSED ? CLI_NO : err == ERR_FORMAT ?
		    CLI_INPUT : cli_exit_of(err), "%s", why.text[0] != '\0' ?
		    why.text : error_text(err));
		return;
	}
	plan_start(c, case_id, p);
}
