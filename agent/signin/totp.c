#include "agent/signin/totp.h"

#include <liboath/oath.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { STEP_SECONDS = 30, EARLY_OR_LATE = 1 };

static bool
code_of(const uint8_t secret[static TOTP_SECRET], uint64_t step,
    char out[static TOTP_DIGITS + 1])
{
	return oath_totp_generate((const char *)secret, TOTP_SECRET,
	    (time_t)(step * STEP_SECONDS), STEP_SECONDS, 0, TOTP_DIGITS,
	    out) == OATH_OK;
}

bool
totp_good(const uint8_t secret[static TOTP_SECRET], const char *code,
    uint64_t now, uint64_t used, uint64_t *step)
{
	const uint64_t at = now / 1000 / STEP_SECONDS;
	char want[TOTP_DIGITS + 1];
	bool good = false;

	if (strlen(code) != TOTP_DIGITS || at < EARLY_OR_LATE)
		return false;
	/* all of them, so that time does not tell which it was */
	for (uint64_t s = at - EARLY_OR_LATE; s <= at + EARLY_OR_LATE; s++) {
		if (!code_of(secret, s, want) ||
		    sodium_memcmp(want, code, TOTP_DIGITS) != 0 || s <= used)
			continue;
		good = true;
		*step = s;
	}
	sodium_memzero(want, sizeof want);
	return good;
}

enum error_code
totp_base32(const uint8_t secret[static TOTP_SECRET],
    char out[static TOTP_BASE32])
{
	char *text = NULL;
	size_t n = 0;
	enum error_code err = ERR_NOMEM;

	if (oath_base32_encode((const char *)secret, TOTP_SECRET, &text,
	    &n) == OATH_OK && n == TOTP_BASE32 - 1) {
		memcpy(out, text, n);
		out[n] = '\0';
		err = ERR_NONE;
	}
	if (text != NULL)
		sodium_memzero(text, n);
	free(text);
	return err;
}

/* Percent-encodes what a label must not hold; false when it does not fit. */
static bool
put_label(char *out, size_t cap, const char *account)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";
	size_t n = 0;

	for (; *account != '\0'; account++) {
		if (n + 4 > cap)
			return false;
		if (strchr(plain, *account) != NULL)
			out[n++] = *account;
		else
			n += (size_t)sprintf(out + n, "%%%02X",
			    (unsigned)(unsigned char)*account);
	}
	out[n] = '\0';
	return true;
}

enum error_code
totp_uri(const uint8_t secret[static TOTP_SECRET], const char *account,
    char out[static TOTP_URI])
{
	char base32[TOTP_BASE32], label[TOTP_URI];
	enum error_code err = totp_base32(secret, base32);
	int n;

	if (err != ERR_NONE)
		return err;
	if (!put_label(label, sizeof label, account))
		return ERR_SIZE;
	n = snprintf(out, TOTP_URI, "otpauth://totp/Wayleave:%s?secret=%s"
	    "&issuer=Wayleave", label, base32);
	sodium_memzero(base32, sizeof base32);
	return n > 0 && n < TOTP_URI ? ERR_NONE : ERR_SIZE;
}
