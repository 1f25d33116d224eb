/*
 * One mail to one address by SMTP; the only place that calls libcurl.
 *
 * TLS 1.2 or newer with a certificate that holds is required, by smtps:// or
 * STARTTLS; not on the way to this very machine (localhost, 127.0.0.0/8,
 * ::1 with smtp://), where a relay may listen that does it.
 */
#ifndef WAYLEAVE_AGENT_MAIL_SMTP_H
#define WAYLEAVE_AGENT_MAIL_SMTP_H

#include "base/bytes.h"

enum { SMTP_SECONDS = 45 };

struct smtp {
	const char *url;            /* smtp:// or smtps:// */
	const char *user, *password; /* "" : no account */
	const char *ca_file;        /* "": the system's */
};

/* Is it on the way to this very machine? */
bool smtp_is_loopback(const char *url);

/*
 * ERR_OFFLINE: not now, trying again may help; ERR_REFUSED: the server does
 * not want it; ERR_DENIED: nor this account; ERR_CRYPTO: no TLS, or one that
 * does not hold; ERR_CONFIG.  `why` may hold what the server said.
 */
MUST_USE enum error_code smtp_send(const struct smtp *s, const char *from,
    const char *to, struct bytes letter, struct why *why);

#endif
