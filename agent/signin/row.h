/*
 * How an account signs in at the desk: one sealed row of the table `signin`.
 */
#ifndef WAYLEAVE_AGENT_SIGNIN_ROW_H
#define WAYLEAVE_AGENT_SIGNIN_ROW_H

#include "agent/agent.h"
#include "agent/signin/totp.h"
#include "keys/kdf.h"

enum signin_phone {
	PHONE_NONE = 0,
	PHONE_SHOWN = 1,            /* its secret was told, no code came yet */
	PHONE_GOOD = 2,
};

struct signin_row {
	bool has_password;          /* else cost, salt, key are empty */
	bool first;                 /* by IT: to be changed, good until: */
	uint64_t until;             /* ms */
	unsigned cost;              /* enum kdf_cost */
	uint8_t salt[KDF_SALT], key[KDF_KEY];
	enum signin_phone phone;
	uint8_t secret[TOTP_SECRET];
	uint64_t step;              /* of the code used last */
};

/* A row that is not there is read as an empty one; wipe it. */
MUST_USE enum error_code signin_row_get(struct agent *a, const char *account,
    struct signin_row *out);
MUST_USE enum error_code signin_row_put(struct agent *a, const char *account,
    const struct signin_row *row);
/* For workers_end, within its transaction. */
MUST_USE enum error_code signin_row_forget(struct agent *a,
    const char *account);

#endif
