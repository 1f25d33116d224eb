/*
 * Codes from a telephone: RFC 6238 with SHA-1, 30 seconds, six digits, which
 * is what every authenticator app takes.  Codes one step early or late are
 * good, so that clocks may differ by half a minute.
 */
#ifndef WAYLEAVE_AGENT_TOTP_H
#define WAYLEAVE_AGENT_TOTP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

enum {
	TOTP_SECRET = 20,           /* bytes, RFC 4226 */
	TOTP_BASE32 = 33,           /* 32 letters and NUL */
	TOTP_DIGITS = 6,
	TOTP_URI = 256,
};

/*
 * Is `code` the one of now (ms since 1970), or of the step before or after,
 * and of a later step than `used`?  *step is then its step: keep it, as each
 * code is good once.
 */
bool totp_good(const uint8_t secret[static TOTP_SECRET], const char *code,
    uint64_t now, uint64_t used, uint64_t *step);

/* The secret as one types it in; ERR_NOMEM. */
MUST_USE enum error_code totp_base32(const uint8_t secret[static TOTP_SECRET],
    char out[static TOTP_BASE32]);
/* "otpauth://totp/..." with the account as label; ERR_SIZE, ERR_NOMEM. */
MUST_USE enum error_code totp_uri(const uint8_t secret[static TOTP_SECRET],
    const char *account, char out[static TOTP_URI]);

#endif
