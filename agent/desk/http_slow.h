/*
 * Connections that take too long over the head of a request: for http.c.
 *
 * libmicrohttpd ends those that are silent; one byte every few seconds would
 * keep a place, and 256 of them the desk, for as long as somebody likes.
 * A thread of its own shuts a socket down when its time is over; whoever
 * serves it sees the end of it.
 */
#ifndef WAYLEAVE_AGENT_DESK_HTTP_SLOW_H
#define WAYLEAVE_AGENT_DESK_HTTP_SLOW_H

#include "base/error.h"

struct http_slow;
struct http_slow_one;

/* With `ms` for every head, from 1.  ERR_NOMEM, ERR_INTERNAL: no thread. */
MUST_USE enum error_code http_slow_start(unsigned ms, struct http_slow **out);
/* When no connection is left. */
void http_slow_stop(struct http_slow **s);

/*
 * A connection on this socket, whose time begins.  NULL without memory: then
 * it has been shut down.
 */
struct http_slow_one *http_slow_came(struct http_slow *s, int fd);
/* The head is there: nothing is measured until http_slow_next().  Any may be
 * NULL, and then nothing is done. */
void http_slow_heard(struct http_slow *s, struct http_slow_one *one);
void http_slow_next(struct http_slow *s, struct http_slow_one *one);
/* Before its socket is closed; frees it. */
void http_slow_gone(struct http_slow *s, struct http_slow_one *one);

#endif
