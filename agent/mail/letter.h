/*
 * A mail of a few lines of text: what a server is given (RFC 5322, MIME).
 */
#ifndef WAYLEAVE_AGENT_MAIL_LETTER_H
#define WAYLEAVE_AGENT_MAIL_LETTER_H

#include "base/bytes.h"

enum { LETTER_ADDRESS_MAX = 254 };

/*
 * One plain address: printable ASCII without what could end it, begin
 * another or carry a name.  What is none never gets to a mail server.
 */
bool letter_address_ok(const char *s);

struct letter {
	const char *from, *to;      /* addresses */
	const char *text;           /* lines; the first is also the subject */
	uint64_t time;              /* ms */
	uint8_t id[16];             /* chance, for Message-ID */
};

/*
 * Headers and text with CRLF.  Two letters of the same text differ in To,
 * Date and Message-ID alone, and in length only by the address.  ERR_FORMAT
 * for an address that is none or text with control characters.
 */
MUST_USE enum error_code letter_write(const struct letter *l,
    struct buf *out);

#endif
