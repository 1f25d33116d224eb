/* The new password: its key is computed, and what it was wanted for done. */
#include <sodium.h>
#include <string.h>

#include "agent/guesses.h"
#include "agent/signin/part.h"

static void
set_key(struct attempt *at, const uint8_t key[static KDF_KEY],
    struct signin_row *row)
{
	row->has_password = true;
	row->cost = SIGNIN_COST;
	memcpy(row->salt, at->salt, KDF_SALT);
	memcpy(row->key, key, KDF_KEY);
	row->first = at->what == ATTEMPT_FIRST;
	row->until = row->first ? clock_now(&at->agent->clock) +
	    SIGNIN_FIRST_DAYS * CLOCK_DAY_MS : 0;
}

static void
keep_change(struct attempt *at, struct signin_row *row)
{
	struct agent *a = at->agent;
	enum error_code err = signin_row_put(a, at->account, row);

	if (err != ERR_NONE) {
		attempt_fail(at, err);
		return;
	}
	guesses_clear(a->signin->guesses, at->account);
	seats_end_account(a->seats, at->account, at->call->token);
	attempt_tell(at, CLI_DONE, NULL, "Your password is changed. Wherever else "
	    "you were signed in, you are signed out.");
}

static void
keep_first(struct attempt *at, struct signin_row *row)
{
	struct agent *a = at->agent;
	char until[CLOCK_ISO_BYTES];
	json_t *o = NULL;
	enum error_code err;

	if (row->phone != PHONE_GOOD)
		row->phone = PHONE_NONE;
	err = signin_row_put(a, at->account, row);
	if (err != ERR_NONE) {
		attempt_fail(at, err);
		return;
	}
	guesses_clear(a->signin->guesses, at->account);
	seats_end_account(a->seats, at->account, NULL);
	clock_iso_day(until, row->until);
	o = json_pack("{s:s, s:s, s:s}", "account", at->account, "password",
	    at->new_password, "until", until);
	attempt_tell(at, CLI_DONE, o, "Tell it in person. It is good once, to choose "
	    "a password.");
}

/* The key of the new password is there: everything is looked at again, as
 * the row may be another by now. */
static void
made(void *ctx, const struct signing_result *r)
{
	struct attempt *at = ctx;
	struct agent *a = at->agent;
	struct signin_row row;
	struct worker w;
	enum error_code err = r->error;

	if (err == ERR_NONE)
		err = workers_by_account(a, at->account, &w);
	if (err == ERR_NONE && w.ended)
		err = ERR_NOTFOUND;
	if (err == ERR_NONE)
		err = signin_row_get(a, at->account, &row);
	if (err != ERR_NONE) {
		attempt_fail(at, err);
		return;
	}
	if (at->what == ATTEMPT_SIGN_IN) {
		if (signin_judge(at, a->config, clock_now(&a->clock), &row) !=
		    VERDICT_MAKE) {
			attempt_refuse(at);
			goto out;
		}
		set_key(at, r->key, &row);
		attempt_enter(at, &row);
	} else if (at->what == ATTEMPT_CHANGE) {
		set_key(at, r->key, &row);
		keep_change(at, &row);
	} else {
		set_key(at, r->key, &row);
		keep_first(at, &row);
	}
out:
	sodium_memzero(&row, sizeof row);
}

enum error_code
attempt_key(struct attempt *at, const char *password, unsigned cost,
    signing_done *done)
{
	struct signing_request q = { .what = SIGNING_PASSWORD, .cost = cost,
	    .n = (unsigned)strlen(password) };
	enum error_code err;

	memcpy(q.password, password, q.n);
	memcpy(q.salt, at->salt, KDF_SALT);
	err = signing_start(at->agent->signing, &q, NULL, done, at);
	sodium_memzero(&q, sizeof q);
	return err;
}

void
attempt_make(struct attempt *at)
{
	enum error_code err;

	at->stage = STAGE_MAKING;
	randombytes_buf(at->salt, KDF_SALT);
	err = attempt_key(at, at->new_password, SIGNIN_COST, made);
	if (err != ERR_NONE)
		attempt_fail(at, err);
}
