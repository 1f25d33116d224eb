/*
 * Signing in at the desk: account, password, and a code from a telephone.
 *
 * Who gives a password is looked at by another process: its key is computed
 * by the signing process (agent/consent/signing.h), or PAM is asked by the runner's
 * wayleave-pam; the loop waits for neither.  At most SIGNIN_WAITING are under
 * way, then it is "busy".
 *
 * An unknown account, one that has ended, a wrong password, a wrong and a
 * used code are answered by the same bytes, after the same work and not
 * before the same time.  Guesses are counted by account name (guesses.h).
 *
 * IT gives a first password, which is good for SIGNIN_FIRST_DAYS and opens
 * nothing: it has to be changed, with a code from the telephone that is then
 * told its secret, before there is a session.
 */
#ifndef WAYLEAVE_AGENT_SIGNIN_H
#define WAYLEAVE_AGENT_SIGNIN_H

#include "agent/api/api.h"

enum {
	SIGNIN_WAITING = 16,
	SIGNIN_PASSWORD_MIN = 12,   /* bytes */
	SIGNIN_PASSWORD_MAX = 256,
	SIGNIN_FIRST_DAYS = 7,
	SIGNIN_NO_MS = 2000,        /* a "no" is not told before */
};

struct signin;

MUST_USE enum error_code signin_create(struct signin **out, struct why *why);
/* Ends the calls that wait, wipes; for a->signin. */
void signin_destroy(struct agent *a);
/* Tells what has waited long enough. */
void signin_turn(struct agent *a);
/* The call is gone; nothing is told. */
void signin_forget(struct agent *a, const struct api_call *c);

/* Verbs that need a password's key; each ends the call, now or later.  Their
 * contract is at the top of agent/api/signin.c. */
void signin_begin(struct api_call *c);
void signin_change(struct api_call *c);
/* A first password for this account, which exists. */
void signin_first(struct api_call *c, const char *account);
/* The account's telephone is forgotten. */
MUST_USE enum error_code signin_forget_phone(struct agent *a,
    const char *account);

/* Who an account is: account, name, role, team, rights, lock_seconds. */
json_t *signin_who(struct agent *a, const struct worker *w);

#endif
