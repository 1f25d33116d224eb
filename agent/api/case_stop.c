/*
 * Verbs that stop: phrases said to anyone, withdrawals, and what comes after
 * a stop.  The contract is at the top of case.c.
 */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/api/work.h"
#include "agent/cases/part.h"
#include "agent/consent/consent.h"
#include "agent/words.h"

enum { STOP_WAIT_MS = 15 * 1000, DAY = CLOCK_DAY_MS };

/* ---- stop -------------------------------------------------------------- */

/*
 * The same words for right and wrong; nothing is said before the ledger's
 * proof is here.
 */
static void
stop_settled(struct agent *a, const struct out_outcome *o, void *ctx)
{
	struct api_call *c = ctx;

	(void)a;
	if (o->state == OUT_ADMITTED)
		api_tell(c, CLI_DONE, NULL, words_text("R7", WORDS_ANYONE));
	else
		api_tell(c, CLI_NOT_NOW, NULL,
		    words_text("R7-waiting", WORDS_ANYONE));
}

static enum error_code
queue_stop(struct agent *a, const uint8_t token[static PHRASE_TOKEN],
    uint8_t stamp[static WIRE_STAMP])
{
	struct body b = { .kind = KIND_STOP };
	enum error_code err;

	outgoing_head(a, &b);
	memcpy(b.u.stop.token, token, PHRASE_TOKEN);
	memcpy(stamp, b.stamp, WIRE_STAMP);
	err = agent_begin(a);
	if (err != ERR_NONE)
		return err;
	err = outgoing_put(a, &b, NULL, NULL);
	if (err == ERR_NONE)
		err = outgoing_seal(a);
	sodium_memzero(&b, sizeof b);
	return agent_end(a, err);
}

static void
stop_token(void *ctx, const struct signing_result *r)
{
	struct api_call *c = ctx;
	struct agent *a = c->agent;
	uint8_t stamp[WIRE_STAMP];
	enum error_code err = r->error;

	if (err == ERR_NONE && a->identity == NULL)
		err = ERR_LOCKED;
	if (err == ERR_NONE)
		err = queue_stop(a, r->token[0], stamp);
	if (err == ERR_NONE)
		err = outgoing_wait(a, stamp, clock_boot(&a->clock) +
		    (a->offline_since == 0 ? STOP_WAIT_MS : 0),
		    stop_settled, c);
	if (err != ERR_NONE) {
		api_tell(c, CLI_NOT_NOW, NULL,
		    words_text("R7-waiting", WORDS_ANYONE));
		return;
	}
	outgoing_push(a);
}

void
api_stop(struct api_call *c)
{
	struct signing_request q = { .what = SIGNING_TOKEN, .n = 1 };
	enum error_code err;

	if (!act_phrase(c, &q.phrase[0]))
		return;
	memcpy(q.first_root, c->agent->first_root, KEY_PUBLIC);
	err = signing_start(c->agent->signing, &q, NULL, stop_token, c);
	sodium_memzero(&q, sizeof q);
	if (err != ERR_NONE)
		api_tell(c, CLI_NOT_NOW, NULL,
		    words_text("R7-waiting", WORDS_ANYONE));
}

void
api_rehearse(struct api_call *c)
{
	struct phrase p;

	if (!act_phrase(c, &p))
		return;
	sodium_memzero(&p, sizeof p);
	api_tell(c, CLI_DONE, NULL, "This is a possible phrase. It was "
	    "rehearsed only: nothing was sent and nothing was written.");
}

/* ---- withdrawal -------------------------------------------------------- */

struct withdrawing {
	bool all, hers;
	char member[WIRE_ID_MAX + 1], grant[2 * WIRE_HASH + 1];
	uint32_t method;
	struct terms_row row[ACT_ITEMS];
	unsigned n, matches;
};

/* Has it ended already by what the slice knows? */
static bool
still_there(struct agent *a, const struct terms_row *r)
{
	struct grant g;
	struct store_arrow arrow;
	uint8_t case_id[WIRE_CASE];
	bool withdrawn = false;
	enum error_code err = store_grant_named(a->slice, r->id, &g, &arrow,
	    case_id, &withdrawn);

	if (err == ERR_NOTFOUND)        /* not admitted yet: may be named */
		return !withdrawn && r->state != TERMS_REFUSED;
	return err == ERR_NONE && g.ended_by == ENDED_NOT &&
	    agent_now(a) < g.until;
}

struct choosing {
	struct agent *a;
	struct withdrawing *w;
	bool ours;
};

static enum error_code
choose_grant(void *ctx, const struct terms_row *r)
{
	struct choosing *c = ctx;
	struct withdrawing *w = c->w;
	const char *self = c->a->member;
	char hex[2 * WIRE_HASH + 1];

	hex_encode(hex, r->id, WIRE_HASH);
	if (w->grant[0] != '\0' ?
	    strncmp(hex, w->grant, strlen(w->grant)) != 0 :
	    strcmp(r->sender, w->member) != 0 &&
	    strcmp(r->recipient, w->member) != 0)
		return ERR_NONE;
	if (!c->ours && strcmp(r->sender, self) != 0 &&
	    strcmp(r->recipient, self) != 0)
		return ERR_NONE;
	w->matches++;
	if (still_there(c->a, r) && w->n < ACT_ITEMS)
		w->row[w->n++] = *r;
	return ERR_NONE;
}

static enum error_code
compose_withdrawals(struct act *t, struct why *why)
{
	const struct withdrawing *w = t->ctx;
	const unsigned n = w->all ? 1 : w->n;

	(void)why;
	for (unsigned i = 0; i < n; i++) {
		struct act_item *item = act_add(t, KIND_WITHDRAWAL, w->hers);

		if (item == NULL)
			return ERR_SIZE;
		item->b.u.withdrawal.all = w->all;
		item->b.u.withdrawal.method = w->method;
		if (!w->all)
			memcpy(item->b.u.withdrawal.grant, w->row[i].id,
			    WIRE_HASH);
	}
	return ERR_NONE;
}

static void
withdrawn(struct act *t)
{
	const struct withdrawing *w = t->ctx;
	json_t *list = json_array();
	enum cli_exit code = act_code(t);
	const bool ours = cases_ours(t->a, t->case_id);
	char hex[2 * WIRE_HASH + 1], at[WORK_WHEN], words[300];
	const struct words_value value = { "time", at };

	work_when(t->item[0].outcome.time != 0 ?
	    t->item[0].outcome.time : agent_now(t->a), at);
	for (unsigned i = 0; i < t->n && !w->all; i++) {
		hex_encode(hex, w->row[i].id, WIRE_HASH);
		json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s}",
		    "grant", hex, "from", w->row[i].sender, "to",
		    w->row[i].recipient, "state", act_state(&t->item[i])));
	}
	if (code == CLI_NOT_NOW)
		snprintf(words, sizeof words, "Kept, and not passed on yet: "
		    "it goes first when the line is back. Until then use the "
		    "telephone.");
	else if (code == CLI_NO)
		snprintf(words, sizeof words, "Not all of it was taken; look "
		    "at each line.");
	else
		words_say("R6", WORDS_ADVOCATE, &value, 1, words,
		    sizeof words);
	if (code == CLI_DONE && ours) {
		strcat(words, " ");
		strcat(words, words_text("R9", WORDS_ADVOCATE));
	}
	act_tell(t, code, json_pack("{s:o, s:b}", "withdrawn", list, "all",
	    w->all), words);
}

static bool
read_withdrawal(struct api_call *c, struct withdrawing *w, bool ours)
{
	const char *grant = api_text(c, "grant"), *heard = api_text(c, "heard");
	const char *member = api_text(c, "member");

	w->all = api_true(c, "all");
	w->hers = ours && api_text(c, "passphrase") != NULL;
	w->method = w->hers ? HEARD_PASSPHRASE : HEARD_PHONE;
	if (heard != NULL && strcmp(heard, "in-person") == 0)
		w->method = HEARD_IN_PERSON;
	else if (heard != NULL && strcmp(heard, "phone") != 0) {
		api_no(c, CLI_INPUT, "heard: phone or in-person");
		return false;
	}
	if ((grant != NULL) + (member != NULL) + w->all != 1 ||
	    (w->all && !ours)) {
		api_no(c, CLI_INPUT, ours ? "Name one permission (grant), one "
		    "agency (member), or all." : "Name one permission "
		    "(grant) or one agency (member).");
		return false;
	}
	if (grant != NULL && (strlen(grant) < 8 ||
	    strlen(grant) > 2 * WIRE_HASH ||
	    strspn(grant, "0123456789abcdef") != strlen(grant))) {
		api_no(c, CLI_INPUT, "grant: at least the first 8 digits of "
		    "its id");
		return false;
	}
	snprintf(w->grant, sizeof w->grant, "%s", grant != NULL ? grant : "");
	snprintf(w->member, sizeof w->member, "%s",
	    member != NULL ? member : "");
	return true;
}

static bool
find_grants(struct api_call *c, const uint8_t case_id[static WIRE_CASE],
    struct withdrawing *w, bool ours)
{
	struct choosing choose = { c->agent, w, ours };
	enum error_code err = w->all ? ERR_NONE : terms_list(c->agent,
	    case_id, choose_grant, &choose);

	if (err != ERR_NONE) {
		api_error(c, err, NULL);
		return false;
	}
	if (w->all || (w->n > 0 && (w->grant[0] == '\0' || w->matches == 1)))
		return true;
	api_no(c, CLI_NO, w->matches == 0 ? "There is no such permission." :
	    w->n == 0 ? "That has ended already." :
	    "Several permissions begin like that: give more digits.");
	return false;
}

void
api_withdraw(struct api_call *c)
{
	uint8_t case_id[WIRE_CASE];
	struct withdrawing *w;
	struct act *t = NULL;
	bool ours;

	if (!work_case(c, case_id))
		return;
	ours = cases_ours(c->agent, case_id) &&
	    (c->worker.rights & RIGHT_ADVOCATE) != 0;
	w = calloc(1, sizeof *w);
	if (w == NULL) {
		api_error(c, ERR_NOMEM, NULL);
		return;
	}
	if (!read_withdrawal(c, w, ours) ||
	    !find_grants(c, case_id, w, ours) ||
	    (t = act_new(c, case_id)) == NULL) {
		free(w);
		return;
	}
	t->ctx = w;
	t->ctx_free = free;
	t->compose = compose_withdrawals;
	t->done = withdrawn;
	if (!w->hers || act_passphrase(t))
		act_run(t);
}

/* ---- new phrases, resume ----------------------------------------------- */

static enum error_code
compose_phrases(struct act *t, struct why *why)
{
	struct act_item *phrases;

	(void)why;
	return act_add_phrases(t, &phrases);
}

static enum error_code
compose_resume(struct act *t, struct why *why)
{
	struct act_item *phrases, *resume;
	struct store_case k;
	enum error_code err;

	(void)why;
	err = store_case(t->a->slice, t->case_id, &k);
	if (err == ERR_NONE)
		err = act_add_phrases(t, &phrases);
	if (err != ERR_NONE)
		return err;
	resume = act_add(t, KIND_RESUME, true);
	if (resume == NULL)
		return ERR_SIZE;
	resume->b.u.resume.stop = k.stop_idx;
	memcpy(resume->b.u.resume.phrases, phrases->id, WIRE_HASH);
	return ERR_NONE;
}

static void
phrases_done(struct act *t)
{
	const enum cli_exit code = act_code(t);
	const struct act_item *last = &t->item[t->n - 1];
	json_t *o;

	if (code == CLI_NO) {
		act_tell(t, CLI_NO, NULL, last->outcome.rule ==
		    RULE_CITES_EARLY || last->outcome.rule == RULE_TOO_SOON ?
		    "Too early: 24 hours after the stop, and a few minutes. "
		    "Try again then; the old phrases still hold." :
		    "The exchange did not take it; the old phrases still "
		    "hold.");
		return;
	}
	o = json_object();
	act_show_phrases(t, o);
	act_tell_once(t, code, o, code == CLI_DONE ? "Shown once. Let her say the "
	    "stop phrase; nothing is written by rehearsing." : "Not "
	    "confirmed by the exchange yet: look at the case again before "
	    "she relies on these.");
}

static void
new_phrases(struct api_call *c, const uint8_t case_id[static WIRE_CASE],
    act_compose *compose)
{
	struct act *t = act_new(c, case_id);

	if (t == NULL)
		return;
	t->draws = true;
	t->compose = compose;
	t->done = phrases_done;
	if (act_language(t) && act_passphrase(t))
		act_run(t);
}

void
api_phrases(struct api_call *c)
{
	uint8_t case_id[WIRE_CASE];
	struct store_case k;

	if (!act_connected(c) || !act_own_case(c, case_id))
		return;
	if (store_case(c->agent->slice, case_id, &k) != ERR_NONE ||
	    (k.has_grant && k.state != CASE_FROZEN)) {
		api_no(c, CLI_NO, "Phrases are drawn anew before the first "
		    "permission or after a stop. To change them now: stop, "
		    "and after 24 hours resume.");
		return;
	}
	new_phrases(c, case_id, compose_phrases);
}

void
api_resume(struct api_call *c)
{
	char at[WORK_WHEN], restart[WORK_WHEN], words[300];
	const struct words_value value[] = { { "time", at },
	    { "restart", restart } };
	uint8_t case_id[WIRE_CASE];
	struct store_case k;

	if (!act_connected(c) || !act_own_case(c, case_id))
		return;
	if (store_case(c->agent->slice, case_id, &k) != ERR_NONE ||
	    k.state != CASE_FROZEN) {
		api_no(c, CLI_NO, "This case is not stopped.");
		return;
	}
	if (agent_now(c->agent) < k.stop_at + DAY) {
		work_when(k.stop_at, at);
		work_when(k.stop_at + DAY, restart);
		api_no(c, CLI_NO, "%s", words_say("R7", WORDS_ADVOCATE, value,
		    2, words, sizeof words));
		return;
	}
	new_phrases(c, case_id, compose_resume);
}
