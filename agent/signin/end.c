/* How an attempt ends. */
#include <sodium.h>
#include <string.h>

#include "agent/api/work.h"
#include "agent/guesses.h"
#include "agent/signin/part.h"

void
attempt_say_no(struct attempt *at)
{
	attempt_tell(at, CLI_NO, NULL, at->what == ATTEMPT_CHANGE ?
	    "That is not your password. Nothing was changed." :
	    "That did not match. Check the account, the password and the "
	    "code, and wait for a new code before you try again.");
}

void
attempt_refuse(struct attempt *at)
{
	at->stage = STAGE_NO;
	if (clock_boot(&at->agent->clock) >= at->answer_at)
		attempt_say_no(at);
}

static void
no_guess(struct attempt *at)
{
	if (at->what != ATTEMPT_FIRST)
		guesses_undo(at->agent->signin->guesses, at->account);
}

void
attempt_fail(struct attempt *at, enum error_code err)
{
	no_guess(at);
	attempt_tell(at, err == ERR_FULL || err == ERR_IO ? CLI_FAULT :
	    CLI_NOT_NOW, NULL, SIGNIN_NOT_CHECKED);
}

void
attempt_mend(struct attempt *at, const char *words)
{
	no_guess(at);
	attempt_tell(at, CLI_INPUT, NULL, words);
}

json_t *
signin_who(struct agent *a, const struct worker *w)
{
	char name[WIRE_NAME_MAX + 1] = "";
	json_t *o;

	if (workers_name(a, w->account, name) != ERR_NONE)
		name[0] = '\0';
	o = json_pack("{s:s, s:s, s:s, s:s, s:o, s:I}", "account", w->account,
	    "name", name, "role", w->role, "team", w->team, "rights",
	    work_rights(w->rights), "lock_seconds",
	    (json_int_t)(a->config->lock_ms / 1000));
	sodium_memzero(name, sizeof name);
	return o;
}

void
attempt_enter(struct attempt *at, const struct signin_row *row)
{
	struct agent *a = at->agent;
	char token[SEAT_HEX];
	struct worker w;
	json_t *o;
	/* who is gone by now needs no session, and has used no code */
	enum error_code err = at->call->session != NULL ?
	    workers_by_account(a, at->account, &w) : ERR_CLOSED;

	if (err == ERR_NONE)
		err = signin_row_put(a, at->account, row);
	if (err == ERR_NONE)
		err = seats_open(a->seats, at->account,
		    clock_boot(&a->clock), token);
	if (err != ERR_NONE) {
		attempt_fail(at, err == ERR_FULL ? ERR_BUSY : err);
		return;
	}
	guesses_clear(a->signin->guesses, at->account);
	o = signin_who(a, &w);
	if (o != NULL) {
		json_object_set_new(o, "session", json_string(token));
		json_object_set_new(o, "must_change", json_false());
	}
	sodium_memzero(token, sizeof token);
	attempt_tell(at, CLI_DONE, o, NULL);
}

/* What the telephone is to be told: a fresh secret, or the one it was. */
static json_t *
phone_json(struct attempt *at, struct signin_row *row, bool fresh)
{
	char base32[TOTP_BASE32], uri[TOTP_URI];
	json_t *o = NULL;

	if (fresh || row->phone == PHONE_NONE) {
		randombytes_buf(row->secret, TOTP_SECRET);
		row->phone = PHONE_SHOWN;
		row->step = 0;
		if (signin_row_put(at->agent, at->account, row) != ERR_NONE)
			return NULL;
	}
	if (totp_base32(row->secret, base32) == ERR_NONE &&
	    totp_uri(row->secret, at->account, uri) == ERR_NONE)
		o = json_pack("{s:s, s:s}", "uri", uri, "secret", base32);
	sodium_memzero(base32, sizeof base32);
	sodium_memzero(uri, sizeof uri);
	return o;
}

/* No session yet: a new password, a telephone, or both are wanted. */
void
attempt_show(struct attempt *at, struct signin_row *row, enum signin_verdict v)
{
	const bool fresh = v == VERDICT_SHOW;
	json_t *phone = NULL, *o = json_pack("{s:n, s:b}", "session",
	    "must_change", row->first);

	if (signin_enrols(at->agent->config, row)) {
		phone = phone_json(at, row, fresh);
		if (phone == NULL) {
			json_decref(o);
			attempt_fail(at, ERR_IO);
			return;
		}
		json_object_set_new(o, "totp", phone);
	}
	if (fresh || at->code[0] == '\0')
		no_guess(at);           /* a wrong code stays one */
	attempt_tell(at, fresh ? CLI_DONE : CLI_INPUT, o, fresh ? NULL :
	    "code: the six digits that the telephone shows now, once it has "
	    "been told the new secret");
}
