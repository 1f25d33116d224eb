/*
 * Verbs of signing in at the desk.
 *
 * sign-in      account, password, code?, new_password?
 *              -> in:     session, must_change false, account, name, role,
 *                         team, rights [], lock_seconds
 *              -> not yet, what was given is right: session null,
 *                         must_change (ask for new_password), totp {uri,
 *                         secret} when a telephone is to be told; then all is
 *                         given again with new_password and code.  No code
 *                         yet of an enrolled telephone: that is CLI_NO.
 *              CLI_INPUT  "new_password: .." or "code: .." (with totp again)
 *              CLI_NO     what did not match; does not say what
 *              CLI_NOT_NOW too many at a time, or too many guesses
 * session      -> account, name, role, team, rights [], lock_seconds,
 *                 seconds_left; with ASK_PEEK it extends nothing
 * sign-out     ends the session
 * password     old, new; the account's other sessions end
 * sessions     end? (account) -> sessions [account, name, team, since,
 *              idle_seconds]; a lead: of the own team
 * worker-password  account -> account, password, until: a first password
 * totp-reset   account; a telephone that is lost
 */
#include <sodium.h>
#include <string.h>

#include "agent/api/work.h"
#include "agent/signin/seats.h"
#include "agent/signin/signin.h"

void
api_sign_in(struct api_call *c)
{
	signin_begin(c);
}

void
api_password(struct api_call *c)
{
	signin_change(c);
}

void
api_session(struct api_call *c)
{
	const uint64_t boot = clock_boot(&c->agent->clock);
	struct seat seat;
	json_t *o;

	if (seats_find(c->agent->seats, c->token, boot, &seat) != ERR_NONE) {
		api_no(c, CLI_LOCKED, "You are not signed in any more.");
		return;
	}
	o = signin_who(c->agent, &c->worker);
	if (o != NULL)
		json_object_set_new(o, "seconds_left", json_integer(
		    (json_int_t)((seat.ends - boot) / CLOCK_SECOND_MS)));
	api_tell(c, CLI_DONE, o, NULL);
}

void
api_sign_out(struct api_call *c)
{
	seats_end(c->agent->seats, c->token);
	api_tell(c, CLI_DONE, NULL, "You are signed out.");
}

/* ---- who is in --------------------------------------------------------- */

struct listing {
	struct api_call *c;
	uint64_t boot;
	json_t *list;
};

/* IT sees everybody, a lead the own team. */
static bool
may_see(const struct api_call *c, const struct worker *w)
{
	return c->it || (c->worker.rights & RIGHT_IT) != 0 ||
	    strcmp(c->worker.team, w->team) == 0;
}

static void
list_seat(void *ctx, const struct seat *seat)
{
	struct listing *in = ctx;
	struct agent *a = in->c->agent;
	char name[WIRE_NAME_MAX + 1] = "";
	struct worker w;

	if (workers_by_account(a, seat->account, &w) != ERR_NONE ||
	    !may_see(in->c, &w))
		return;
	if (workers_name(a, seat->account, name) != ERR_NONE)
		name[0] = '\0';
	json_array_append_new(in->list, json_pack("{s:s, s:s, s:s, s:o, s:I}",
	    "account", w.account, "name", name, "team", w.team, "since",
	    work_time(clock_now(&a->clock) - (in->boot - seat->since)),
	    "idle_seconds",
	    (json_int_t)((in->boot - seat->used) / CLOCK_SECOND_MS)));
	sodium_memzero(name, sizeof name);
}

static void
end_sessions(struct api_call *c, const char *account)
{
	struct agent *a = c->agent;
	struct worker w;
	enum error_code err = workers_by_account(a, account, &w);

	if (err == ERR_NOTFOUND || (err == ERR_NONE && !may_see(c, &w))) {
		api_no(c, CLI_NO, "Nobody of that account is yours to sign "
		    "out.");
		return;
	}
	if (err != ERR_NONE) {
		api_error(c, err, NULL);
		return;
	}
	seats_end_account(a->seats, account, NULL);
	api_tell(c, CLI_DONE, NULL, "Signed out.");
}

void
api_sessions(struct api_call *c)
{
	struct listing in = { c, clock_boot(&c->agent->clock), NULL };
	const char *end = api_text(c, "end");

	if (end != NULL) {
		end_sessions(c, end);
		return;
	}
	in.list = json_array();
	seats_each(c->agent->seats, in.boot, list_seat, &in);
	api_tell(c, CLI_DONE, json_pack("{s:o}", "sessions", in.list), NULL);
}

/* ---- IT ---------------------------------------------------------------- */

/* The account of the request, which is in; else the call is ended. */
static const char *
account_of(struct api_call *c)
{
	const char *account = api_text(c, "account");
	struct worker w;
	enum error_code err = account != NULL ? workers_by_account(c->agent,
	    account, &w) : ERR_NOTFOUND;

	if (err == ERR_NONE && !w.ended)
		return account;
	if (err == ERR_NONE || err == ERR_NOTFOUND)
		api_no(c, CLI_NO, "No such account is in. IT can see who is: "
		    "wayleave-agent worker list");
	else
		api_error(c, err, NULL);
	return NULL;
}

void
api_worker_password(struct api_call *c)
{
	const char *account = account_of(c);

	if (account != NULL)
		signin_first(c, account);
}

void
api_totp_reset(struct api_call *c)
{
	const char *account = account_of(c);
	enum error_code err;

	if (account == NULL)
		return;
	err = signin_forget_phone(c->agent, account);
	if (err != ERR_NONE)
		api_error(c, err, NULL);
	else
		api_tell(c, CLI_DONE, NULL, "Forgotten. At the next sign-in a "
		    "new telephone is told its secret; give a new first "
		    "password, too, if the old one may be known.");
}
