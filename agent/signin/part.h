/*
 * Inside signin.h: one attempt, and what becomes of it.
 *
 *   signin.c        places, fields, the verbs
 *   look.c   the password given is looked at
 *   judge.c  what that comes to; pure
 *   make.c   the new password
 *   end.c    what is told
 */
#ifndef WAYLEAVE_AGENT_SIGNIN_PART_H
#define WAYLEAVE_AGENT_SIGNIN_PART_H

#include "agent/config.h"
#include "agent/signin/seats.h"
#include "agent/signin/signin.h"
#include "agent/signin/row.h"
#include "agent/consent/signing.h"

struct guesses;

enum { SIGNIN_COST = KDF_INTERACTIVE };
#define SIGNIN_NOT_CHECKED "This could not be checked just now. Try again "  \
	"in a moment; if it stays like this, tell IT."

enum attempt_what { ATTEMPT_SIGN_IN, ATTEMPT_CHANGE, ATTEMPT_FIRST };

enum attempt_stage {
	STAGE_FREE = 0,
	STAGE_LOOKING,              /* at the password given */
	STAGE_MAKING,               /* the key of the new one */
	STAGE_NO,                   /* waiting to say no */
};

struct signin {
	struct guesses *guesses;
	struct attempt *attempt;    /* SIGNIN_WAITING of them, guarded */
};

struct attempt {
	struct agent *agent;
	struct api_call *call;      /* NULL: gone */
	enum attempt_what what;
	enum attempt_stage stage;
	uint64_t answer_at;         /* boot ms: no "no" before */
	char account[SEAT_ACCOUNT];
	char password[SIGNIN_PASSWORD_MAX + 1];
	char new_password[SIGNIN_PASSWORD_MAX + 1];
	char code[TOTP_DIGITS + 1];
	uint8_t salt[KDF_SALT];     /* of the job under way */
	uint8_t seen_salt[KDF_SALT], seen_key[KDF_KEY]; /* of the password */
	bool pam_good;
};

/*
 * What a sign-in whose password has been looked at comes to.  With
 * VERDICT_MAKE and VERDICT_ENTER the row is as it is to be kept when there is
 * a session: the code is used, the telephone good.
 */
enum signin_verdict {
	VERDICT_NO,                 /* one face for whatever did not match */
	VERDICT_OVER,               /* right, but a first password too old */
	VERDICT_SHOW,               /* right; more is wanted, no session yet */
	VERDICT_CODE,               /* right, but no code of the new telephone */
	VERDICT_WEAK,               /* right, but the new password will not do */
	VERDICT_MAKE,               /* right, the new password's key is needed */
	VERDICT_ENTER,
};
enum signin_verdict signin_judge(const struct attempt *at,
    const struct agent_config *config, uint64_t now, struct signin_row *row);
/* Is the telephone of this row still to be told its secret? */
bool signin_enrols(const struct agent_config *config,
    const struct signin_row *row);
/* Was the password given this row's? */
bool signin_matches(const struct attempt *at,
    const struct agent_config *config, const struct signin_row *row);
/* Would it do?  Else `why` names the field. */
bool signin_password_ok(const char *password, const char *account,
    const char *old, struct why *why);

/* ---- the way of an attempt: each of these ends it, now or later --------- */

void attempt_look(struct attempt *at, bool known,
    const struct signin_row *row);
/* Computes the key of new_password, then keeps it. */
void attempt_make(struct attempt *at);
/* Lets in; keeps the row first. */
void attempt_enter(struct attempt *at, const struct signin_row *row);
void attempt_show(struct attempt *at, struct signin_row *row, enum signin_verdict v);
/* No, when it is time. */
void attempt_refuse(struct attempt *at);
void attempt_say_no(struct attempt *at);
/* It could not be looked at: that was no guess. */
void attempt_fail(struct attempt *at, enum error_code err);
/* Right, but there is something to mend; no guess either. */
void attempt_mend(struct attempt *at, const char *words);
void attempt_tell(struct attempt *at, enum cli_exit code, json_t *result,
    const char *words);

/* Its place is free; what is under way for it tells nobody. */
void attempt_drop(struct attempt *at);
/* Queues the key of a password under at->salt. */
MUST_USE enum error_code attempt_key(struct attempt *at, const char *password,
    unsigned cost, signing_done *done);

#endif
