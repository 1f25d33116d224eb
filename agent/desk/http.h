/*
 * HTTP, as little of it as is needed: GET, HEAD and POST on a listener of
 * this machine, one thread a connection.  libmicrohttpd cuts bytes into
 * requests; nothing else of it is used, and nothing of it is seen outside
 * http.c.  Several listeners may run in one process, each with a handler of
 * its own.
 *
 * A handler may wait.  What it answers is wiped when it has gone, and so is
 * the stack it ran on.  Nothing of a request is logged.
 */
#ifndef WAYLEAVE_AGENT_DESK_HTTP_H
#define WAYLEAVE_AGENT_DESK_HTTP_H

#include <stdint.h>
#include <sys/types.h>

#include "base/bytes.h"

enum {
	HTTP_TARGET_MAX = 2048,        /* path and query, in bytes */
	HTTP_FIELDS_MAX = 16           /* header fields of a reply */
};

struct http_field {
	const char *name, *value;
};

/* Everything is the caller's until the handler returns. */
struct http_request {
	bool post;                     /* else GET; HEAD is asked as GET */
	const char *path;              /* as sent, never decoded */
	const char *query;             /* behind the '?', or "" */
	struct bytes body;             /* of a POST; at most body_max */
	void *connection;              /* for http_header */
};

/* A header of the request, NULL when absent.  Host, Origin, Cookie,
 * Authorization, Content-Type and Content-Length come once: a request with
 * two of one is refused before it gets here, and so is one with both a
 * Content-Length and a Transfer-Encoding, or with another than chunked. */
const char *http_header(const struct http_request *r, const char *name);

/*
 * A reply whose end is not known yet.  `next` waits a second at most and
 * appends what there is to say (nothing is fine); false ends it.  `end` is
 * called once, whatever happens.
 */
struct http_stream {
	bool (*next)(void *ctx, struct buf *out);
	void (*end)(void *ctx);
	void *ctx;
};

struct http_reply {
	int status;
	const char *type;              /* Content-Type, or NULL for no body */
	struct buf body;               /* taken over and wiped */
	struct http_field field[HTTP_FIELDS_MAX]; /* see http_add */
	size_t n_fields;
	struct http_stream stream;     /* instead of body when next != NULL */
};

/* Fills in a reply that is set to status 500 without a body. */
typedef void http_handler(void *ctx, const struct http_request *r,
    struct http_reply *out);

/* Adds a header field: `name` is a constant, the value is copied and wiped
 * when it has gone.  Too many, or no memory: the reply becomes a 500. */
void http_add(struct http_reply *out, const char *name, const char *value);

struct http_options {
	/* "127.0.0.1:7645", "[::1]:7645" or "/path"; other machines are
	 * never listened to */
	const char *listen;
	mode_t socket_mode;            /* of the path */
	http_handler *handler;
	void *ctx;
	const struct http_field *always; /* on each reply; ends with NULL */
	size_t body_max;
	unsigned connections;
	unsigned head_ms;              /* for the head of a request; 0: 20 s */
};

struct http;

/* Listens and answers until http_stop, on threads of its own.  ERR_CONFIG
 * for an address that is not of this machine; `why` says what to do. */
MUST_USE enum error_code http_start(const struct http_options *o,
    struct http **out, struct why *why);
/* Lets running requests end; accepts NULL. */
void http_stop(struct http **h);

#endif
