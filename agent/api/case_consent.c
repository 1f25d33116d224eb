/*
 * Verbs of consent: a set, and what is in force.  The contract is at the top
 * of case.c.
 */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "agent/api/work.h"
#include "agent/cases/part.h"
#include "agent/consent/plan.h"
#include "agent/words.h"

enum { WARN_DAYS = 7 };                 /* R4 */

/* ---- consent ----------------------------------------------------------- */

static struct consent_set *
read_set(struct api_call *c, struct why *why)
{
	const json_t *set = json_object_get(c->in, "set");
	struct consent_set *out = NULL;
	char *text;

	if (!json_is_object(set)) {
		why_set(why, "set: the consent set is needed");
		return NULL;
	}
	text = json_dumps(set, JSON_COMPACT);
	if (text == NULL ||
	    consent_set_read(&out, text, strlen(text), agent_now(c->agent),
	    why) != ERR_NONE)
		out = NULL;
	if (text != NULL)
		sodium_memzero(text, strlen(text));
	free(text);
	return out;
}

static enum error_code
read_introduction(struct api_call *c, struct plan *p, struct why *why)
{
	const json_t *in = json_object_get(c->in, "introduction");
	uint8_t id[RECORD_ID_LEN];
	enum error_code err;
	char *text;

	if (in == NULL || json_is_null(in))
		return ERR_NONE;
	text = json_dumps(in, JSON_COMPACT | JSON_ENCODE_ANY);
	if (text == NULL)
		return ERR_NOMEM;
	err = content_read(&p->introduction, text, strlen(text), NULL, why);
	sodium_memzero(text, strlen(text));
	free(text);
	if (err == ERR_NONE && p->introduction.kind != CONTENT_INTRODUCTION) {
		why_set(why, "introduction: must be wayleave/introduction/1");
		err = ERR_FORMAT;
	}
	if (err != ERR_NONE)
		return err;
	randombytes_buf(id, sizeof id);
	content_set_id(&p->introduction, id);
	p->introduces = true;
	return ERR_NONE;
}

/* Without one in the request, the book's, if the case has one. */
static void
introduction_of_book(struct agent *a,
    const uint8_t case_id[static WIRE_CASE], struct plan *p)
{
	uint8_t id[RECORD_ID_LEN];

	if (p->introduces ||
	    cases_book_get(a, case_id, &p->introduction) != ERR_NONE)
		return;
	randombytes_buf(id, sizeof id);
	content_set_id(&p->introduction, id);
	p->introduces = true;
}

/* A preview may come before the case: she decides first. */
static bool
without_case(const struct api_call *c, const struct consent_set *set)
{
	return api_true(c, "dry_run") && set->case_local[0] == '\0' &&
	    json_object_get(c->in, "case") == NULL;
}

static bool
which_case(struct api_call *c, const struct consent_set *set,
    uint8_t case_id[static WIRE_CASE])
{
	json_t *named;
	bool ok;

	if (json_object_get(c->in, "case") != NULL)
		return act_own_case(c, case_id);
	if (without_case(c, set)) {
		memset(case_id, 0, WIRE_CASE);
		return true;
	}
	named = json_string(set->case_local);
	ok = work_case_named(c, named, case_id);
	json_decref(named);
	if (ok && !cases_ours(c->agent, case_id)) {
		api_no(c, CLI_NO, "Only the agency that keeps the case does "
		    "that.");
		ok = false;
	}
	return ok;
}

void
api_consent(struct api_call *c)
{
	struct consent_set *set;
	struct plan *p = NULL;
	struct why why = { "" };
	uint8_t case_id[WIRE_CASE];
	bool no_case;
	enum error_code err;

	if (!api_true(c, "dry_run") && !act_connected(c))
		return;
	set = read_set(c, &why);
	if (set == NULL) {
		api_no(c, CLI_INPUT, "%s", why.text);
		return;
	}
	if (!which_case(c, set, case_id)) {
		consent_set_destroy(&set);
		return;
	}
	no_case = without_case(c, set);
	err = plan_of_set(&set, &p);
	if (err == ERR_NONE && p->n >= ACT_ITEMS) {
		why_set(&why, "grants: at most %d in one signing",
		    ACT_ITEMS - 1);
		err = ERR_FORMAT;
	}
	if (err == ERR_NONE) {
		p->dry_run = api_true(c, "dry_run");
		p->no_case = no_case;
	}
	if (err == ERR_NONE)
		err = plan_people(p, c, &why);
	if (err == ERR_NONE)
		err = read_introduction(c, p, &why);
	if (err != ERR_NONE) {
		plan_destroy(p);
		api_no(c, err == ERR_REFUSED ? CLI_NO : err == ERR_FORMAT ||
		    err == ERR_SIZE ? CLI_INPUT : cli_exit_of(err), "%s",
		    why.text[0] != '\0' ? why.text : error_text(err));
		return;
	}
	if (!no_case)
		introduction_of_book(c->agent, case_id, p);
	plan_start(c, case_id, p);
}

/* ---- what is in force -------------------------------------------------- */

struct listing {
	struct agent *a;
	const uint8_t *case_id;
	struct store_case k;
	uint64_t newest;                /* terms: when, and in which language */
	char language[12];
	json_t *out;
};

static const char *
grant_state(const struct listing *l, const struct terms_row *r,
    const struct grant *g, bool known)
{
	const uint64_t now = agent_now(l->a);

	if (!known)
		return r->state == TERMS_REFUSED ? "refused" : "waiting";
	if (g->ended_by != ENDED_NOT)
		return "ended";
	if (now >= g->until)
		return "expired";
	if (l->k.state != CASE_OPEN)
		return l->k.state == CASE_FROZEN ? "frozen" : "closed";
	return now < g->effective ? "cooling" : "in-force";
}

/* R4 while it is about to end, R6 and R7 when it has: with the time. */
static void
add_rule(struct listing *l, const struct grant *g, const char *state,
    json_t *o)
{
	const uint64_t now = agent_now(l->a);
	const bool stopped = strcmp(state, "frozen") == 0;
	char time[WORK_WHEN], restart[WORK_WHEN], days[16];
	char words[400] = "";
	const struct words_value value[] = { { "time", time }, { "restart",
	    restart }, { "n", days } };
	const char *rule = "", *said = NULL;

	work_when(stopped ? l->k.stop_at : g->ended_at, time);
	work_when(l->k.stop_at + CLOCK_DAY_MS, restart);
	snprintf(days, sizeof days, "%u", (unsigned)((g->until - now) /
	    DAY_MS));
	if (strcmp(state, "ended") == 0 && g->ended_by <= ENDED_BY_HER)
		said = rule = "R6";
	else if (stopped)
		said = rule = "R7";
	else if (strcmp(state, "expired") == 0)
		rule = "R4";
	else if (strcmp(state, "in-force") == 0 && g->until - now <
	    WARN_DAYS * DAY_MS) {
		rule = "R4";
		said = "R4-ending";
	}
	if (said != NULL)
		words_say(said, WORDS_ADVOCATE, value, 3, words,
		    sizeof words);
	json_object_set_new(o, "rule", json_string(rule));
	json_object_set_new(o, "words", json_string(words));
	json_object_set_new(o, "ended", work_time(g->ended_by != ENDED_NOT ?
	    g->ended_at : stopped ? l->k.stop_at : 0));
}

static enum error_code
list_grant(void *ctx, const struct terms_row *r)
{
	struct listing *l = ctx;
	struct store_arrow arrow;
	struct grant g = { 0 };
	struct terms t;
	uint8_t case_id[WIRE_CASE];
	char hex[2 * WIRE_HASH + 1];
	bool withdrawn, known, terms;
	const char *state;
	json_t *o;

	known = store_grant_named(l->a->slice, r->id, &g, &arrow, case_id,
	    &withdrawn) == ERR_NONE;
	terms = cases_terms(l->a, r->id, &t) == ERR_NONE;
	hex_encode(hex, r->id, WIRE_HASH);
	state = grant_state(l, r, &g, known);
	o = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:b}", "grant", hex,
	    "from", r->sender, "from_name", work_name(l->a, r->sender), "to",
	    r->recipient, "to_name", work_name(l->a, r->recipient), "state",
	    state, "agrees", r->state == TERMS_AGREE);
	if (o == NULL)
		return ERR_NOMEM;
	add_rule(l, &g, state, o);
	if (terms && t.from >= l->newest) {
		l->newest = t.from;
		snprintf(l->language, sizeof l->language, "%s", t.language);
	}
	json_object_set_new(o, "keep_read_days", json_integer(known ?
	    g.keep_read_days : 0));
	json_object_set_new(o, "scopes", terms ? plan_scopes(t.scopes) :
	    json_array());
	json_object_set_new(o, "purpose", terms ?
	    json_string(t.purpose->id) : json_null());
	json_object_set_new(o, "begins", work_time(known ? g.effective :
	    terms ? t.from : 0));
	json_object_set_new(o, "until", work_time(known ? g.until : terms ?
	    t.until : 0));
	return json_array_append_new(l->out, o) == 0 ? ERR_NONE : ERR_NOMEM;
}

static json_t *
waiting_introductions(struct agent *a, const uint8_t case_id[static WIRE_CASE])
{
	struct db_stmt *st = a->sql[SQL_INTRO_CASE];
	char to[WIRE_ID_MAX + 1];
	json_t *out = json_array();
	bool row;

	db_bind_blob(st, 1, case_id, WIRE_CASE);
	while (db_step(st, &row) == ERR_NONE && row &&
	    db_col_str(st, 0, to, sizeof to) == ERR_NONE)
		json_array_append_new(out, json_pack("{s:s, s:s}", "to", to,
		    "state", "waiting"));
	db_done(st);
	return out;
}

void
api_consent_status(struct api_call *c)
{
	static const char *const state[] = { [CASE_OPEN] = "open",
	    [CASE_FROZEN] = "frozen", [CASE_CLOSED] = "closed" };
	uint8_t case_id[WIRE_CASE];
	struct listing l = { .a = c->agent, .case_id = case_id };
	enum error_code err;
	bool frozen;

	if (!act_own_case(c, case_id))
		return;
	l.out = json_array();
	err = store_case(c->agent->slice, case_id, &l.k);
	if (err == ERR_NONE)
		err = terms_list(c->agent, case_id, list_grant, &l);
	if (err != ERR_NONE) {
		json_decref(l.out);
		api_error(c, err, NULL);
		return;
	}
	frozen = l.k.state == CASE_FROZEN;
	api_tell(c, CLI_DONE, json_pack("{s:s, s:o, s:o, s:s, s:o, s:o}",
	    "state", state[l.k.state], "stopped", work_time(frozen ?
	    l.k.stop_at : 0), "restart", work_time(frozen ? l.k.stop_at +
	    CLOCK_DAY_MS : 0), "language", l.language, "grants", l.out,
	    "introductions", waiting_introductions(c->agent, case_id)), NULL);
}
