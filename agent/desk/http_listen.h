/* Listening on this machine and nowhere else: for http.c. */
#ifndef WAYLEAVE_AGENT_DESK_HTTP_LISTEN_H
#define WAYLEAVE_AGENT_DESK_HTTP_LISTEN_H

#include <sys/types.h>

#include "base/error.h"

/*
 * A listening, non-blocking stream socket at "127.0.0.1:7645", "[::1]:7645"
 * (any loopback address) or "/path" with this mode.  ERR_CONFIG for an
 * address of the network, or for none at all; ERR_BUSY when it is taken.
 */
MUST_USE enum error_code http_listen(const char *at, mode_t mode, int *fd,
    struct why *why);
void http_unlisten(int *fd);

/* Would it be listened at?  ERR_CONFIG as above; nothing is opened. */
MUST_USE enum error_code http_listen_check(const char *at, struct why *why);

#endif
