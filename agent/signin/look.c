/* The password given is looked at, by another process. */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "agent/signin/pam_check.h"
#include "agent/notices/runner.h"
#include "agent/signin/part.h"

static void
judge(struct attempt *at, struct signin_row *row)
{
	struct agent *a = at->agent;
	struct why why = { "" };
	const enum signin_verdict v = signin_judge(at, a->config,
	    clock_now(&a->clock), row);

	switch (v) {
	case VERDICT_NO:
		attempt_refuse(at);
		break;
	case VERDICT_OVER:
		attempt_mend(at, "password: this first password is over. IT can give "
		    "you another.");
		break;
	case VERDICT_SHOW:
	case VERDICT_CODE:
		attempt_show(at, row, v);
		break;
	case VERDICT_WEAK:
		(void)signin_password_ok(at->new_password, at->account,
		    at->password, &why);
		attempt_mend(at, why.text);
		break;
	case VERDICT_MAKE:
		attempt_make(at);
		break;
	case VERDICT_ENTER:
		attempt_enter(at, row);
		break;
	}
}

/* It has been looked at.  Whoever is unknown here or has ended has a row
 * that nothing matches. */
static void
looked(struct attempt *at)
{
	struct agent *a = at->agent;
	struct signin_row row = { 0 };
	struct worker w;
	enum error_code err = workers_by_account(a, at->account, &w);

	if (err == ERR_NONE && !w.ended)
		err = signin_row_get(a, at->account, &row);
	else if (err == ERR_NONE || err == ERR_NOTFOUND)
		err = ERR_NOTFOUND;
	if (err == ERR_NOTFOUND)
		attempt_refuse(at);
	else if (err != ERR_NONE)
		attempt_fail(at, err);
	else if (at->what == ATTEMPT_SIGN_IN)
		judge(at, &row);
	else if (signin_matches(at, a->config, &row))
		attempt_make(at);
	else
		attempt_refuse(at);
	sodium_memzero(&row, sizeof row);
}

static void
key_came(void *ctx, const struct signing_result *r)
{
	struct attempt *at = ctx;

	if (r->error != ERR_NONE) {
		attempt_fail(at, r->error);
		return;
	}
	memcpy(at->seen_salt, at->salt, KDF_SALT);
	memcpy(at->seen_key, r->key, KDF_KEY);
	looked(at);
}

static void
pam_said(void *ctx, enum error_code err, int status)
{
	struct attempt *at = ctx;

	if (err == ERR_NONE && status == PAM_CHECK_OVER) {
		attempt_mend(at, "password: it is over. Change it at a "
		    "computer of this house first.");
		return;
	}
	if (err != ERR_NONE) {
		attempt_fail(at, err);
		return;
	}
	if (status > PAM_CHECK_NO) {
		/* stays a guess: what a module calls trouble is its own */
		attempt_tell(at, CLI_NOT_NOW, NULL, SIGNIN_NOT_CHECKED);
		return;
	}
	at->pam_good = status == PAM_CHECK_YES;
	looked(at);
}

enum { PAM_LINES = 512 };

static enum error_code
start_pam(struct attempt *at)
{
	char text[PAM_LINES];
	int n = snprintf(text, sizeof text, "%s\n%s\n", at->account,
	    at->password);
	enum error_code err = n > 0 && n < (int)sizeof text ? ERR_NONE :
	    ERR_SIZE;

	if (err == ERR_NONE)
		err = at->agent->runner == NULL ? ERR_NOTFOUND :
		    runner_start(at->agent->runner, RUNNER_PAM,
		    bytes_of(text, (size_t)n), pam_said, at);
	sodium_memzero(text, sizeof text);
	return err;
}

/*
 * The work is the same for who is unknown here, except that PAM is not asked
 * about them: it may be anybody in the house, whom a few wrong guesses here
 * would lock out of everything there.
 */
void
attempt_look(struct attempt *at, bool known, const struct signin_row *row)
{
	const bool local = at->agent->config->desk_auth == DESK_AUTH_LOCAL;
	enum error_code err;

	at->stage = STAGE_LOOKING;
	if (!local && !known) {
		attempt_refuse(at);
		return;
	}
	if (row->has_password)
		memcpy(at->salt, row->salt, KDF_SALT);
	else
		randombytes_buf(at->salt, KDF_SALT);
	err = local ? attempt_key(at, at->password, row->has_password ?
	    row->cost : SIGNIN_COST, key_came) : start_pam(at);
	if (err != ERR_NONE)
		attempt_fail(at, err);
}
