/*
 * A plan is checked, previewed, or signed and queued.
 */
#include <string.h>

#include "agent/cases/directory.h"
#include "agent/consent/plan.h"
#include "base/log.h"

static enum error_code
compose(struct act *t, struct why *why)
{
	return plan_compose(t, t->ctx, why);
}

static enum error_code
keep(struct act *t)
{
	return plan_keep(t, t->ctx);
}

/*
 * A neutral line for her advocates, whoever signed (R8); and what only a
 * person can look into: R10 may be an act of its own, R16 is a lead's.
 */
static void
leave_task(struct act *t, enum cases_task kind)
{
	struct plan *p = t->ctx;
	enum error_code err = p->no_case ? ERR_NONE : agent_begin(t->a);

	if (p->no_case || err != ERR_NONE)
		return;
	err = kind == TASK_ROLES ? case_facts_compare(t->a, t->case_id,
	    &p->introduction.u.introduction) : cases_task(t->a, t->case_id,
	    agent_now(t->a), kind);
	err = agent_end(t->a, err);
	if (err != ERR_NONE)
		log_warning(68, "permission", "check the disk",
		    "a task could not be noted");
}

static bool
any_admitted(const struct act *t)
{
	for (unsigned i = 0; i < t->n; i++)
		if (t->item[i].b.kind == KIND_GRANT &&
		    t->item[i].outcome.state == OUT_ADMITTED)
			return true;
	return false;
}

static void
done(struct act *t)
{
	const enum cli_exit code = act_code(t);
	json_t *o = plan_outcome(t, t->ctx);

	if (any_admitted(t))
		leave_task(t, TASK_CHANGED);
	act_tell_once(t, code, o, code == CLI_DONE ? "Signed and in the ledger." :
	    code == CLI_NO ? "Some were not taken; look at each line." :
	    "Signed and kept; not confirmed by the exchange yet.");
}

static bool
has_phrases(struct agent *a, const uint8_t case_id[static WIRE_CASE])
{
	struct store_case k;

	return store_case(a->slice, case_id, &k) == ERR_NONE &&
	    k.phrases_in_force;
}

/* Members are known as well as they can be: check, then preview or sign. */
static void
proceed(struct act *t)
{
	struct plan *p = t->ctx;
	struct refusal no;
	char words[900];
	size_t line;
	enum error_code err = plan_check(t->a, t->case_id, p, &no, &line);

	if (err == ERR_REFUSED) {
		if (strcmp(no.rule, "R10") == 0)
			leave_task(t, TASK_PRESSED);
		else if (strcmp(no.rule, "R16") == 0 && p->two_roles)
			leave_task(t, TASK_ROLES);
		plan_words(t->a, p, &no, line, words, sizeof words);
		act_tell(t, CLI_NO, json_pack("{s:s, s:s, s:s, s:s, s:s}",
		    "rule", no.rule, "field", no.field, "name",
		    p->line[line].name, "from", p->line[line].terms.sender,
		    "to", p->line[line].terms.recipient), words);
	} else if (err != ERR_NONE) {
		act_tell(t, cli_exit_of(err), NULL, error_text(err));
	} else if (p->dry_run) {
		act_tell(t, CLI_DONE, plan_json(t->a, p), "Nothing was "
		    "signed.");
	} else {
		t->draws = !has_phrases(t->a, t->case_id);
		act_run(t);
		return;
	}
	act_destroy(t);
}

static void
directory_came(struct agent *a, bool fresh, void *ctx)
{
	(void)a;
	(void)fresh;
	proceed(ctx);
}

void
plan_start(struct api_call *c, const uint8_t case_id[static WIRE_CASE],
    struct plan *p)
{
	struct act *t = act_new(c, case_id);

	if (t == NULL) {
		plan_destroy(p);
		return;
	}
	t->ctx = p;
	t->ctx_free = plan_destroy;
	t->compose = compose;
	t->keep = keep;
	t->done = done;
	if (!act_language(t) || (!p->dry_run && !act_passphrase(t)))
		return;
	if (!cases_directory_fresh(c->agent) &&
	    cases_directory_ask(c->agent, directory_came, t) == ERR_NONE)
		return;
	proceed(t);
}
