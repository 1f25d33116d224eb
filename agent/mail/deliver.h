/*
 * A text to an address, as agent.conf says: what wayleave-mail does.
 */
#ifndef WAYLEAVE_AGENT_MAIL_DELIVER_H
#define WAYLEAVE_AGENT_MAIL_DELIVER_H

#include "agent/config.h"
#include "base/bytes.h"

/* Errors as smtp_send's; ERR_FORMAT when `to` is no address or `text` no
 * lines of text.  keys_init() was called. */
MUST_USE enum error_code deliver(const struct agent_config *c,
    const char *to, const char *text, struct why *why);

/*
 * The address in the first line of `input`, the text after it, each as a
 * string within it; false when it has not both.
 */
bool deliver_split(char *input, const char **to, const char **text);

#endif
