/*
 * Verbs about cases and consent.  The fields below are the contract with the
 * command line; what is not named is ignored.
 *
 * CASE is the small number (integer) or the local reference (string).  GRANT
 * is the hex record id or at least its first 8 digits.  Times are ISO 8601.
 * A "no" has code CLI_NO and words; CLI_NOT_NOW: kept or nothing done, said in
 * the words; CLI_INPUT: the words name the field.
 *
 * worker-add   account, name, role; may "worker,lead,advocate,officer,it"
 *              (or rights [..]; default worker), staff_number, team, uid,
 *              or desk true: signs in at the desk alone, has no uid
 *              (else the account's) optional   -> account, state
 * worker-end   account                    -> account
 * worker-list                             -> workers [account, uid, role,
 *              team, may, rights [], pseudonym, state
 *              announced|waiting|ended]
 * stop         phrase                     -> nothing: words and code only;
 *              0 admitted, 1 no possible phrase, 4 not passed on yet
 * rehearse     phrase                     -> nothing: 0 possible, 1 not
 * cases        done (number of a task, marks it done) optional
 *              -> cases [case, reference, custodian, ours, state
 *              open|frozen|closed|unknown, checked], tasks [task, case, at,
 *              kind, words] (advocates and leads); to a lead also, of each
 *              case: roles, file (as review), kept_out [account]
 * conflict-checked  case                  -> exclusions [name, relation],
 *              suggested [account]: what the officer has to compare
 *              case, confirm true, excluded [account]  -> excluded [account]
 * case-open    reference, language (of the words, "en") optional
 *              -> case, reference, passphrase, stop, forced: shown once
 * consent      set (wayleave/consent-set/1), case unless the set has it,
 *              passphrase; optional introduction (wayleave/introduction/1:
 *              goes to whoever gets a grant of scope ID alone; else the
 *              book's), waiver (account of the second worker), causing_harm
 *              [P1], own_line [], close [M..] (somebody there is close to
 *              the person causing harm: R13, kept with the case), language
 *              dry_run true, no passphrase: -> grants (how many), lines
 *              [name, from, to, scopes, purpose, until, days, words],
 *              two_roles (R16).  The case may be left out then: she decides
 *              before it is opened
 *              else -> grants [name, grant, from, to, state admitted|refused|
 *              waiting, rule, why], introductions [to], and stop, forced when
 *              the case had no phrases yet
 *              refused before signing -> rule, field, name, from, to
 * consent-status  case  -> state, stopped (when, and restart), language (of
 *              the newest terms), grants [grant, from, from_name, to, to_name,
 *              scopes, purpose, begins, until, keep_read_days, agrees, state
 *              waiting|refused|cooling|in-force|ended|expired|frozen|closed,
 *              rule R4|R6|R7 or "", ended, words], introductions [to, state
 *              waiting]: the true rules, for the custodian alone
 * case-renew   case     -> lines [grant, state running|expired|ended, from,
 *              from_name, to, to_name, scopes, purpose, until, used, last,
 *              words]
 *              case, renew [GRANT..] or "all", asked_alone, safe_now, pressed,
 *              passphrase; optional days, method in-person|phone|video, waiver
 *              -> as consent
 * withdraw     case, one of grant GRANT, member M (all arrows to and from it),
 *              all true (custodian); heard phone|in-person or passphrase
 *              (custodian)  -> withdrawn [grant, from, to, state], all
 * resume       case, passphrase, language  -> stop, forced (new phrases)
 * phrases      case, passphrase, language  -> stop, forced
 * exclude      case, exclusions [name, relation, at (an agency, optional:
 *              R13, told to nobody)]  -> introductions [to], close [M..]
 * introduce    case; optional to [M..], introduction -> introductions [to]
 * case-close   case, reason (0..999) optional       -> case
 * statement    case     -> text (plain, for reading aloud), reference,
 *              complete, lines [at, what, entry, from, from_name, to,
 *              to_name, scopes, grant, opened [role, at], opened_times; and
 *              by what: until | why | rule, opening | ground, told | n]
 * review       case -> roles, file: reviews that are open (R16, R17)
 *              case, what roles, state done; what file, state open|done (a
 *              lead) -> the same
 * mandated     case, to (member or kind), ground LB3|LB4|LB6, told yes|no,
 *              why threat-to-life|child-at-risk|adult-at-risk|court-order|
 *              legal-duty|other  -> entry
 */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/api/work.h"
#include "agent/cases/directory.h"
#include "agent/cases/part.h"
#include "agent/consent/consent.h"
#include "agent/keyring.h"
#include "agent/words.h"
#include "keys/arrow.h"

static uint64_t
number_of(struct agent *a, const uint8_t case_id[static WIRE_CASE])
{
	uint64_t no;

	return cases_number(a, case_id, &no) == ERR_NONE ? no : 0;
}

/* ---- opening a case ---------------------------------------------------- */

struct opening_case {
	char reference[CASES_REFERENCE_MAX + 1];
	struct act *act;
	enum error_code err;
};

static enum error_code
seal_case_key(void *ctx, const struct store_member *m)
{
	struct opening_case *o = ctx;
	struct act_item *i = &o->act->item[0];
	struct wire_case_opened *w = &i->b.u.case_opened;
	uint8_t box[ARROW_KEY_BOX];
	enum error_code err;

	if ((m->m.roles & ROLE_TERMS) == 0 || !m->m.has_terms_key ||
	    m->revoked || w->n_key == WIRE_AUDITORS_MAX)
		return ERR_NONE;
	err = arrow_case_key_seal(m->m.terms_key, o->act->case_id, m->id,
	    o->act->secret->case_key, box);
	if (err != ERR_NONE)
		return err;
	buf_put(&i->more, box, sizeof box);
	memcpy(w->key[w->n_key++].to, m->id, sizeof w->key[0].to);
	return ERR_NONE;
}

static enum error_code
compose_opening(struct act *t, struct why *why)
{
	struct opening_case *o = t->ctx;
	struct act_item *i = act_add(t, KIND_CASE_OPENED, true), *phrases;
	struct wire_case_opened *w = &i->b.u.case_opened;
	enum error_code err;

	(void)why;
	randombytes_buf(t->secret->case_key, sizeof t->secret->case_key);
	memcpy(w->consent_key, t->key, WIRE_KEY);
	o->act = t;
	err = store_members(t->a->slice, seal_case_key, o);
	if (err == ERR_NONE && !buf_ok(&i->more))
		err = ERR_NOMEM;
	if (err != ERR_NONE)
		return err;
	for (unsigned k = 0; k < w->n_key; k++)
		w->key[k].box = bytes_of(i->more.data + k * ARROW_KEY_BOX,
		    ARROW_KEY_BOX);
	return act_add_phrases(t, &phrases);
}

static enum error_code
keep_opening(struct act *t)
{
	const struct opening_case *o = t->ctx;
	struct db_stmt *st = t->a->sql[SQL_CONSENT_PUT];
	enum error_code err;
	uint64_t no;

	err = keyring_case_put(t->a, t->case_id, t->secret->case_key);
	if (err == ERR_NONE) {
		db_bind_blob(st, 1, t->case_id, WIRE_CASE);
		db_bind_blob(st, 2, t->key, KEY_PUBLIC);
		db_bind_blob(st, 3, t->sealed, CONSENT_SEALED);
		err = db_run(st);
	}
	if (err == ERR_NONE)
		err = cases_number(t->a, t->case_id, &no);
	if (err == ERR_NONE && o->reference[0] != '\0')
		err = cases_set_reference(t->a, t->case_id, o->reference);
	return err;
}

static void
opened(struct act *t)
{
	const struct opening_case *o = t->ctx;
	const enum cli_exit code = act_code(t);
	char text[PHRASE_TEXT_MAX];
	json_t *out;

	if (code == CLI_NO) {
		act_tell(t, CLI_NO, NULL, "The exchange did not take it. "
		    "Nothing of it is to be used.");
		return;
	}
	phrase_format(&t->secret->pass, t->language, text);
	out = json_pack("{s:I, s:s, s:s}", "case",
	    (json_int_t)number_of(t->a, t->case_id), "reference",
	    o->reference, "passphrase", text);
	sodium_memzero(text, sizeof text);
	act_show_phrases(t, out);
	act_tell_once(t, code, out, code == CLI_DONE ? "Opened. These are shown "
	    "once: the passphrase signs her consent, either phrase said to "
	    "any agency stops all sharing; the second one also says that she "
	    "is being forced." : "Not confirmed by the exchange yet: look at "
	    "the case again before she relies on it.");
}

static void
opening_ready(struct agent *a, bool fresh, void *ctx)
{
	struct act *t = ctx;

	(void)a;
	if (!fresh) {
		act_fail(t, CLI_NOT_NOW, "The connection went. Nothing was "
		    "opened.");
		return;
	}
	act_run(t);
}

static bool
may_open_case(struct api_call *c, const char *reference)
{
	const struct store_member *m;
	uint8_t other[WIRE_CASE];

	if (store_member(c->agent->slice, c->agent->member, &m) != ERR_NONE ||
	    !m->m.may_open_cases) {
		api_no(c, CLI_NO, "This agency may not open cases; an "
		    "advocate agency does.");
		return false;
	}
	if (reference != NULL && (strlen(reference) > CASES_REFERENCE_MAX ||
	    cases_by_reference(c->agent, reference, other) == ERR_NONE)) {
		api_no(c, CLI_INPUT, "reference: another case has it, or it "
		    "is longer than %d", CASES_REFERENCE_MAX);
		return false;
	}
	return true;
}

void
api_case_open(struct api_call *c)
{
	const char *reference = api_text(c, "reference");
	struct opening_case *o;
	struct act *t;

	if (!act_connected(c) || !may_open_case(c, reference))
		return;
	o = calloc(1, sizeof *o);
	t = o != NULL ? act_new(c, NULL) : NULL;
	if (t == NULL) {
		if (o == NULL)
			api_error(c, ERR_NOMEM, NULL);
		free(o);
		return;
	}
	snprintf(o->reference, sizeof o->reference, "%s",
	    reference != NULL ? reference : "");
	t->ctx = o;
	t->ctx_free = free;
	t->creates = t->draws = true;
	t->compose = compose_opening;
	t->keep = keep_opening;
	t->done = opened;
	if (!act_language(t))
		return;
	/* so that no auditor is forgotten who is to be able to read terms */
	if (cases_directory_fresh(c->agent))
		act_run(t);
	else if (cases_directory_ask(c->agent, opening_ready, t) != ERR_NONE)
		opening_ready(c->agent, false, t);
}

/* ---- closing ----------------------------------------------------------- */

static enum error_code
compose_close(struct act *t, struct why *why)
{
	struct act_item *i = act_add(t, KIND_CASE_CLOSED, false);

	(void)why;
	i->b.u.case_closed.reason = (uint32_t)(uintptr_t)t->ctx;
	return ERR_NONE;
}

static void
closed(struct act *t)
{
	const enum cli_exit code = act_code(t);

	act_tell(t, code, json_pack("{s:I}", "case",
	    (json_int_t)number_of(t->a, t->case_id)),
	    code == CLI_DONE ? "Closed, for good: every permission has ended "
	    "and nothing of it opens any more." : code == CLI_NO ? "It could "
	    "not be closed; perhaps it is closed already." : "Kept, and not "
	    "passed on yet: it goes first when the line is back.");
}

/* A code of the agency's own; codes only, no text. */
static bool
read_reason(struct api_call *c, uint64_t *reason)
{
	const char *text = api_text(c, "reason");
	char *end;

	if (text != NULL) {
		*reason = strtoull(text, &end, 10);
		return text[0] >= '0' && text[0] <= '9' && *end == '\0' &&
		    *reason <= 999;
	}
	return !api_number(c, "reason", reason) || *reason <= 999;
}

void
api_case_close(struct api_call *c)
{
	uint8_t case_id[WIRE_CASE];
	uint64_t reason = 0;
	struct act *t;

	if (!act_own_case(c, case_id))
		return;
	if (!read_reason(c, &reason)) {
		api_no(c, CLI_INPUT, "reason: a number up to 999");
		return;
	}
	t = act_new(c, case_id);
	if (t == NULL)
		return;
	t->ctx = (void *)(uintptr_t)reason;
	t->compose = compose_close;
	t->done = closed;
	act_run(t);
}

/* ---- cases and tasks --------------------------------------------------- */

struct case_list {
	struct api_call *call;
	json_t *cases;
};

static enum error_code
list_case(void *ctx, uint64_t no, const uint8_t case_id[static WIRE_CASE])
{
	static const char *const state[] = { [0] = "unknown",
	    [CASE_OPEN] = "open", [CASE_FROZEN] = "frozen",
	    [CASE_CLOSED] = "closed" };
	struct case_list *l = ctx;
	struct agent *a = l->call->agent;
	char reference[CASES_REFERENCE_MAX + 1];
	struct store_case k = { .state = 0 };
	const bool ours = cases_ours(a, case_id);
	json_t *o;

	if (cases_excluded(a, case_id, l->call->worker.account))
		return ERR_NONE;
	if (store_case(a->slice, case_id, &k) != ERR_NONE)
		k.state = 0;
	if (cases_reference(a, case_id, reference) != ERR_NONE)
		reference[0] = '\0';
	/* who ended what is not for the agencies: to them it just is not open */
	o = json_pack("{s:I, s:s, s:s, s:b, s:s, s:b}", "case",
	    (json_int_t)no, "reference", reference, "custodian", k.custodian,
	    "ours", ours, "state", ours || k.state == CASE_OPEN ?
	    state[k.state] : k.state == CASE_CLOSED ? "closed" : "unknown",
	    "checked", cases_checked(a, case_id));
	if (o == NULL || json_array_append_new(l->cases, o) != 0)
		return ERR_NOMEM;
	return (l->call->worker.rights & RIGHT_LEAD) != 0 ?
	    work_lead_facts(a, case_id, o) : ERR_NONE;
}

static const char *
task_words(struct agent *a, const uint8_t case_id[static WIRE_CASE],
    unsigned kind, uint64_t at, char *out, size_t n)
{
	char time[WORK_WHEN], restart[WORK_WHEN], keeper[CASES_KEEPER];
	const struct words_value value[] = { { "time", time },
	    { "restart", restart }, { "custodian", cases_keeper(a, case_id,
	    keeper) } };

	work_when(at, time);
	work_when(at + CLOCK_DAY_MS, restart);
	switch (kind) {
	case TASK_STOPPED:
		return words_say("R7", WORDS_ADVOCATE, value, 2, out, n);
	case TASK_FORCED:
		return words_say("R7-forced", WORDS_ADVOCATE, value, 2, out,
		    n);
	case TASK_SPENT:
		return words_say("R7-spent", WORDS_ADVOCATE, value, 2, out, n);
	case TASK_CHECK_IN:
		snprintf(out, n, "Something was withdrawn at %s. Check in "
		    "with her in private; put nothing back on her behalf.",
		    time);
		return out;
	case TASK_CHANGED:
		snprintf(out, n, "Permissions of this case were given or "
		    "renewed at %s.", time);
		return out;
	case TASK_PRESSED:
		return "Somebody was named to sign, witness or interpret who "
		    "cannot. If anyone pressed for that, it is an act to "
		    "record: CC40. Tell your lead.";
	case TASK_ROLES:
		return words_say("R16", WORDS_LEAD, value, 3, out, n);
	case TASK_DISAGREE:
		return "A permission's terms and labels disagree; it is not "
		    "in force here. Call the custodian and the auditor.";
	default:
		return "";
	}
}

static json_t *
list_tasks(struct api_call *c)
{
	struct agent *a = c->agent;
	struct db_stmt *st = a->sql[SQL_TASK_LIST];
	json_t *list = json_array();
	uint8_t case_id[WIRE_CASE];
	char words[400];
	bool row;

	while (db_step(st, &row) == ERR_NONE && row) {
		const uint64_t at = db_col_u64(st, 2);
		const unsigned kind = (unsigned)db_col_u64(st, 3);

		if (db_col_fixed(st, 1, case_id, WIRE_CASE) != ERR_NONE ||
		    cases_excluded(a, case_id, c->worker.account))
			continue;
		json_array_append_new(list, json_pack("{s:I, s:I, s:o, s:s, "
		    "s:s}", "task", (json_int_t)db_col_i64(st, 0), "case",
		    (json_int_t)number_of(a, case_id), "at", work_time(at),
		    "kind", cases_task_name(kind), "words", task_words(a,
		    case_id, kind, at, words, sizeof words)));
	}
	db_done(st);
	return list;
}

/* Of a case that does not exist for this worker there is none. */
static enum error_code
task_done(struct api_call *c, uint64_t seq)
{
	struct agent *a = c->agent;
	struct db_stmt *st = a->sql[SQL_TASK_DONE];
	uint8_t case_id[WIRE_CASE];
	enum error_code err = cases_task_case(a, seq, case_id);

	if (err == ERR_NOTFOUND || (err == ERR_NONE && cases_excluded(a,
	    case_id, c->worker.account)))
		return ERR_NONE;
	if (err == ERR_NONE)
		err = agent_begin(a);
	if (err != ERR_NONE)
		return err;
	db_bind_u64(st, 1, seq);
	return agent_end(a, db_run(st));
}

void
api_cases(struct api_call *c)
{
	const bool tasks = (c->worker.rights & (RIGHT_ADVOCATE | RIGHT_LEAD)) !=
	    0;
	struct case_list l = { .call = c };
	enum error_code err = ERR_NONE;
	uint64_t seq;

	if (tasks && api_number(c, "done", &seq))
		err = task_done(c, seq);
	l.cases = json_array();
	if (err == ERR_NONE)
		err = cases_list(c->agent, list_case, &l);
	if (err != ERR_NONE) {
		json_decref(l.cases);
		api_error(c, err, NULL);
		return;
	}
	api_tell(c, CLI_DONE, json_pack("{s:o, s:o}", "cases", l.cases,
	    "tasks", tasks ? list_tasks(c) : json_array()), NULL);
}
