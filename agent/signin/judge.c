#include <ctype.h>
#include <sodium.h>
#include <string.h>
#include <strings.h>

#include "agent/signin/part.h"

enum { DIFFERENT = 5 };             /* bytes that a password has at least */

/* ---- passwords --------------------------------------------------------- */

static unsigned
different(const char *s)
{
	bool seen[256] = { false };
	unsigned n = 0;

	for (; *s != '\0'; s++) {
		n += !seen[(unsigned char)*s];
		seen[(unsigned char)*s] = true;
	}
	sodium_memzero(seen, sizeof seen);
	return n;
}

bool
signin_password_ok(const char *password, const char *account,
    const char *old, struct why *why)
{
	const size_t n = strlen(password);

	if (n < SIGNIN_PASSWORD_MIN || different(password) < DIFFERENT)
		why_set(why, "new_password: at least %d characters; four "
		    "words that do not belong together are good",
		    SIGNIN_PASSWORD_MIN);
	else if (n > SIGNIN_PASSWORD_MAX)
		why_set(why, "new_password: at most %d bytes",
		    SIGNIN_PASSWORD_MAX);
	else if (strcmp(password, old) == 0)
		why_set(why, "new_password: this is the old one");
	else if (strcasestr(password, account) != NULL)
		why_set(why, "new_password: must not hold the account's "
		    "name");
	else
		return true;
	return false;
}

bool
signin_matches(const struct attempt *at, const struct agent_config *config,
    const struct signin_row *row)
{
	if (config->desk_auth == DESK_AUTH_PAM)
		return at->pam_good;
	return row->has_password &&
	    memcmp(row->salt, at->seen_salt, KDF_SALT) == 0 &&
	    sodium_memcmp(row->key, at->seen_key, KDF_KEY) == 0;
}

/* ---- the telephone ----------------------------------------------------- */

bool
signin_enrols(const struct agent_config *config, const struct signin_row *row)
{
	if (config->desk_totp == DESK_TOTP_OFF || row->phone == PHONE_GOOD)
		return false;
	return config->desk_totp == DESK_TOTP_REQUIRED || row->first;
}

/* Takes the code of a telephone that is good; its row uses it up. */
static bool
code_good(const struct attempt *at, uint64_t now, struct signin_row *row)
{
	uint64_t step;

	if (row->phone == PHONE_NONE ||
	    !totp_good(row->secret, at->code, now, row->step, &step))
		return false;
	row->step = step;
	row->phone = PHONE_GOOD;
	return true;
}

/* VERDICT_ENTER: as far as the code goes. */
static enum signin_verdict
judge_code(const struct attempt *at, const struct agent_config *config,
    uint64_t now, struct signin_row *row)
{
	const bool first_step = row->first && at->new_password[0] == '\0';

	if (config->desk_totp == DESK_TOTP_OFF)
		return first_step ? VERDICT_SHOW : VERDICT_ENTER;
	if (row->phone == PHONE_GOOD) {
		if (!code_good(at, now, row))
			return VERDICT_NO;
		return first_step ? VERDICT_SHOW : VERDICT_ENTER;
	}
	if (first_step)
		return VERDICT_SHOW;
	if (!signin_enrols(config, row))
		return VERDICT_ENTER;
	if (at->code[0] != '\0')
		return code_good(at, now, row) ? VERDICT_ENTER : VERDICT_CODE;
	if (config->desk_totp == DESK_TOTP_OPTIONAL)
		return VERDICT_ENTER;
	return row->first ? VERDICT_CODE : VERDICT_SHOW;
}

enum signin_verdict
signin_judge(const struct attempt *at, const struct agent_config *config,
    uint64_t now, struct signin_row *row)
{
	struct why why;
	enum signin_verdict v;

	/* what IT once gave is nothing where PAM has the passwords */
	row->first = row->first && config->desk_auth == DESK_AUTH_LOCAL;
	if (!signin_matches(at, config, row))
		return VERDICT_NO;
	if (row->first && now >= row->until)
		return VERDICT_OVER;
	v = judge_code(at, config, now, row);
	if (v != VERDICT_ENTER || !row->first)
		return v;
	return signin_password_ok(at->new_password, at->account,
	    at->password, &why) ? VERDICT_MAKE : VERDICT_WEAK;
}
