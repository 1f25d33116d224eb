#include "agent/signin/signin.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/guesses.h"
#include "agent/notices/runner.h"
#include "agent/signin/part.h"
#include "base/log.h"
#include "keys/secret.h"

enum { FIRST_GROUPS = 4, FIRST_LETTERS = 4 };

/* ---- places ------------------------------------------------------------ */

enum error_code
signin_create(struct signin **out, struct why *why)
{
	struct signin *s = calloc(1, sizeof *s);
	void *room = NULL;
	enum error_code err = s != NULL ? guesses_create(&s->guesses) :
	    ERR_NOMEM;

	*out = NULL;
	if (err == ERR_NONE)
		err = secret_alloc(SIGNIN_WAITING * sizeof *s->attempt, &room,
		    why);
	if (err != ERR_NONE) {
		if (s != NULL)
			guesses_destroy(&s->guesses);
		free(s);
		return err;
	}
	s->attempt = room;
	*out = s;
	return ERR_NONE;
}

/* Its place is free; what was under way for it tells nobody. */
void
attempt_drop(struct attempt *at)
{
	struct agent *a = at->agent;

	signing_forget(a->signing, at);
	if (a->runner != NULL)
		runner_forget(a->runner, at);
	sodium_memzero(at, sizeof *at);
}

void
attempt_tell(struct attempt *at, enum cli_exit code, json_t *result,
    const char *words)
{
	struct api_call *c = at->call;

	attempt_drop(at);
	api_tell(c, code, result, words);
}

void
signin_destroy(struct agent *a)
{
	struct signin *s = a->signin;

	if (s == NULL)
		return;
	for (unsigned i = 0; i < SIGNIN_WAITING; i++)
		if (s->attempt[i].stage != STAGE_FREE)
			attempt_tell(&s->attempt[i], CLI_NOT_NOW, NULL,
			    agent_trouble_text(TROUBLE_LOCKED));
	secret_free(s->attempt);
	guesses_destroy(&s->guesses);
	free(s);
	a->signin = NULL;
}

void
signin_forget(struct agent *a, const struct api_call *c)
{
	for (unsigned i = 0; a->signin != NULL && i < SIGNIN_WAITING; i++)
		if (a->signin->attempt[i].call == c)
			attempt_drop(&a->signin->attempt[i]);
}

/* NULL: the call has been told that too many are under way. */
static struct attempt *
place(struct api_call *c, enum attempt_what what, const char *account)
{
	struct agent *a = c->agent;

	for (unsigned i = 0; i < SIGNIN_WAITING; i++) {
		struct attempt *at = &a->signin->attempt[i];

		if (at->stage != STAGE_FREE)
			continue;
		at->agent = a;
		at->call = c;
		at->what = what;
		at->answer_at = clock_boot(&a->clock) + SIGNIN_NO_MS;
		snprintf(at->account, sizeof at->account, "%s", account);
		return at;
	}
	api_no(c, CLI_NOT_NOW, "Many people are signing in. Try again in a "
	    "moment.");
	return NULL;
}

void
signin_turn(struct agent *a)
{
	const uint64_t boot = clock_boot(&a->clock);

	for (unsigned i = 0; a->signin != NULL && i < SIGNIN_WAITING; i++)
		if (a->signin->attempt[i].stage == STAGE_NO &&
		    boot >= a->signin->attempt[i].answer_at)
			attempt_say_no(&a->signin->attempt[i]);
}

/* ---- what is asked ----------------------------------------------------- */

/* Takes a field out of the request, where nothing of it stays.  False for
 * one that is too long or holds control characters; absent is "". */
static bool
take(struct api_call *c, const char *key, char *out, size_t cap)
{
	json_t *v = json_object_get(c->in, key);
	const char *s = json_string_value(v);
	const size_t n = json_string_length(v);
	bool ok = n < cap;

	for (size_t i = 0; i < n; i++)
		ok = ok && (unsigned char)s[i] >= ' ' && s[i] != 0x7f;
	out[0] = '\0';
	if (s == NULL)
		return true;
	if (ok)
		memcpy(out, s, n + 1);
	sodium_memzero((char *)s, n);
	return ok;
}

/* Six digits, with or without blanks; what is none becomes no code at all
 * that is ever right. */
static void
take_code(struct api_call *c, char out[static TOTP_DIGITS + 1])
{
	char text[32];
	const bool ok = take(c, "code", text, sizeof text);
	size_t n = 0;

	for (const char *s = text; ok && *s != '\0'; s++) {
		if (*s == ' ')
			continue;
		if (*s < '0' || *s > '9' || n == TOTP_DIGITS) {
			n = 0;
			out[n++] = '-';
			break;
		}
		out[n++] = *s;
	}
	if (!ok)
		out[n++] = '-';
	out[n] = '\0';
	sodium_memzero(text, sizeof text);
}

static bool
take_passwords(struct api_call *c, struct attempt *at, const char *old,
    const char *new)
{
	if (take(c, old, at->password, sizeof at->password) &&
	    at->password[0] != '\0' &&
	    take(c, new, at->new_password, sizeof at->new_password))
		return true;
	attempt_tell(at, CLI_INPUT, NULL, "password: up to 256 bytes, "
	    "without control characters");
	return false;
}

/* Counts the guess; false when the attempt has been ended for too many. */
static bool
counted(struct attempt *at, bool known)
{
	char words[120];
	uint64_t wait = 0;
	enum error_code err = guesses_try(at->agent->signin->guesses,
	    at->account, known, clock_boot(&at->agent->clock), &wait);

	if (err == ERR_NONE)
		return true;
	log_warning(79, "sign-in", "see who can reach the desk",
	    "passwords are being guessed");
	snprintf(words, sizeof words, "This account was tried too often. "
	    "Wait %u minutes, then try again.",
	    (unsigned)(wait / CLOCK_MINUTE_MS) + 1);
	attempt_tell(at, CLI_NOT_NOW, NULL, err == ERR_BUSY ? words :
	    "Too many accounts were tried. Try again later.");
	return false;
}

static void
start(struct attempt *at)
{
	struct agent *a = at->agent;
	struct signin_row row = { 0 };
	struct worker w;
	enum error_code err = workers_by_account(a, at->account, &w);
	const bool known = err == ERR_NONE && !w.ended;

	if (!counted(at, known))
		return;
	if (known)
		err = signin_row_get(a, at->account, &row);
	if (err != ERR_NONE && err != ERR_NOTFOUND)
		attempt_fail(at, err);
	else
		attempt_look(at, known, &row);
	sodium_memzero(&row, sizeof row);
}

void
signin_begin(struct api_call *c)
{
	char account[SEAT_ACCOUNT];
	struct attempt *at;

	if (!take(c, "account", account, sizeof account) ||
	    account[0] == '\0') {
		api_no(c, CLI_INPUT, "account: the name you sign in with");
		return;
	}
	at = place(c, ATTEMPT_SIGN_IN, account);
	if (at == NULL)
		return;
	take_code(c, at->code);
	if (take_passwords(c, at, "password", "new_password"))
		start(at);
}

void
signin_change(struct api_call *c)
{
	struct attempt *at;
	struct why why = { "" };

	if (c->agent->config->desk_auth == DESK_AUTH_PAM) {
		api_no(c, CLI_NO, "Your password is the one of this house's "
		    "computers: change it there.");
		return;
	}
	at = place(c, ATTEMPT_CHANGE, c->worker.account);
	if (at == NULL || !take_passwords(c, at, "old", "new"))
		return;
	if (!signin_password_ok(at->new_password, at->account, at->password,
	    &why))
		attempt_tell(at, CLI_INPUT, NULL, why.text);
	else
		start(at);
}

/* "k7md-92xq-...": easy to read out, about 79 bits. */
static void
draw(char out[static SIGNIN_PASSWORD_MAX + 1])
{
	static const char letters[] = "abcdefghjkmnpqrstuvwxyz23456789";
	size_t n = 0;

	for (unsigned i = 0; i < FIRST_GROUPS * FIRST_LETTERS; i++) {
		if (i > 0 && i % FIRST_LETTERS == 0)
			out[n++] = '-';
		out[n++] = letters[secret_below(sizeof letters - 1)];
	}
	out[n] = '\0';
}

void
signin_first(struct api_call *c, const char *account)
{
	struct attempt *at;

	if (c->agent->config->desk_auth == DESK_AUTH_PAM) {
		api_no(c, CLI_NO, "Passwords are PAM's here ([desk] auth in "
		    "agent.conf).");
		return;
	}
	at = place(c, ATTEMPT_FIRST, account);
	if (at == NULL)
		return;
	draw(at->new_password);
	attempt_make(at);
}

enum error_code
signin_forget_phone(struct agent *a, const char *account)
{
	struct signin_row row;
	enum error_code err = signin_row_get(a, account, &row);

	if (err == ERR_NONE) {
		row.phone = PHONE_NONE;
		row.step = 0;
		sodium_memzero(row.secret, sizeof row.secret);
		err = signin_row_put(a, account, &row);
	}
	sodium_memzero(&row, sizeof row);
	if (err == ERR_NONE) {
		guesses_clear(a->signin->guesses, account);
		seats_end_account(a->seats, account, NULL);
	}
	return err;
}
