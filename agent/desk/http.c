#include "agent/desk/http.h"

#include <microhttpd.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "agent/desk/forget.h"
#include "agent/desk/http_listen.h"
#include "agent/desk/http_slow.h"
#include "base/clock.h"

/*
 * A connection's memory, headers of request and reply included: above 32 KiB
 * libmicrohttpd maps it and unmaps it again, so that nothing of it stays.
 */
enum {
	POOL = 40 * 1024,
	STACK = 1024 * 1024,
	IDLE_SECONDS = 15,
	HEAD_MS = 20 * 1000,           /* a whole head, at the slowest */
	BODY_MS = 30 * 1000,           /* a whole body, at the slowest */
	STREAM_BLOCK = 1024, STREAM_MAX = 16 * 1024
};

struct http {
	struct http_options o;
	struct MHD_Daemon *daemon;
	struct http_slow *slow;
	atomic_bool closing;
};

/* One request while it comes in. */
struct coming {
	struct http *http;
	char *target;
	struct buf body;
	uint64_t since;
	bool begun, too_long;
};

/* ---- replies ------------------------------------------------------------ */

static void
wipe_body(void *cls)
{
	struct buf *b = cls;

	buf_free(b);
	free(b);
}

struct streaming {
	struct http *http;
	struct http_stream s;
	struct buf pending;
	bool over;
};

static void
end_stream(void *cls)
{
	struct streaming *st = cls;

	st->s.end(st->s.ctx);
	buf_free(&st->pending);
	free(st);
}

static ssize_t
read_stream(void *cls, uint64_t at, char *to, size_t max)
{
	struct streaming *st = cls;
	size_t n;

	(void)at;
	if (st->pending.n == 0 && !st->over)
		st->over = !st->s.next(st->s.ctx, &st->pending) ||
		    !buf_ok(&st->pending);
	if (atomic_load(&st->http->closing) ||
	    (st->over && st->pending.n == 0))
		return MHD_CONTENT_READER_END_OF_STREAM;
	n = st->pending.n < max ? st->pending.n : max;
	if (n == 0)
		return 0;
	memcpy(to, st->pending.data, n);
	memmove(st->pending.data, st->pending.data + n, st->pending.n - n);
	st->pending.n -= n;
	return (ssize_t)n;
}

static struct MHD_Response *
stream_response(struct http *h, struct http_reply *reply)
{
	struct streaming *st = calloc(1, sizeof *st);
	struct MHD_Response *r = NULL;

	if (st != NULL) {
		*st = (struct streaming){ .http = h, .s = reply->stream };
		buf_init(&st->pending, STREAM_MAX);
		r = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN,
		    STREAM_BLOCK, read_stream, st, end_stream);
	}
	if (r == NULL) {
		reply->stream.end(reply->stream.ctx);
		free(st);
	}
	return r;
}

/* Takes the reply's body over. */
static struct MHD_Response *
body_response(struct http_reply *reply)
{
	struct buf *own = malloc(sizeof *own);
	struct MHD_Response *r = NULL;

	if (own != NULL) {
		*own = reply->body;
		buf_init(&reply->body, 0);
		r = MHD_create_response_from_buffer_with_free_callback_cls(
		    own->n, own->data, wipe_body, own);
		if (r == NULL)
			wipe_body(own);
	}
	return r;
}

void
http_add(struct http_reply *out, const char *name, const char *value)
{
	char *copy = out->n_fields < HTTP_FIELDS_MAX ? strdup(value) : NULL;

	if (copy != NULL)
		out->field[out->n_fields++] = (struct http_field){ name,
		    copy };
	else
		out->status = MHD_HTTP_INTERNAL_SERVER_ERROR;
}

static void
free_fields(struct http_reply *reply)
{
	for (size_t i = 0; i < reply->n_fields; i++) {
		char *value = (char *)(uintptr_t)reply->field[i].value;

		sodium_memzero(value, strlen(value));
		free(value);
	}
	reply->n_fields = 0;
}

static bool
add_field(struct MHD_Response *r, const char *name, const char *value)
{
	return MHD_add_response_header(r, name, value) == MHD_YES;
}

static bool
add_fields(struct MHD_Response *r, const struct http *h,
    const struct http_reply *reply)
{
	const struct http_field *f = h->o.always;
	bool ok = true;

	for (; f != NULL && f->name != NULL; f++)
		ok = ok && add_field(r, f->name, f->value);
	if (reply->type != NULL)
		ok = ok && add_field(r, MHD_HTTP_HEADER_CONTENT_TYPE,
		    reply->type);
	for (size_t i = 0; i < reply->n_fields; i++)
		ok = ok && add_field(r, reply->field[i].name,
		    reply->field[i].value);
	return ok;
}

/* A body that did not fit its buffer is no body. */
static void
check_body(struct http_reply *reply)
{
	if (buf_ok(&reply->body))
		return;
	buf_free(&reply->body);
	reply->status = MHD_HTTP_INTERNAL_SERVER_ERROR;
	reply->type = NULL;
}

static enum MHD_Result
send_reply(struct http *h, struct MHD_Connection *c, struct http_reply *reply)
{
	struct MHD_Response *r;
	enum MHD_Result done = MHD_NO;

	check_body(reply);
	r = reply->stream.next != NULL ? stream_response(h, reply) :
	    body_response(reply);
	if (r != NULL && add_fields(r, h, reply))
		done = MHD_queue_response(c, (unsigned)reply->status, r);
	if (r != NULL)
		MHD_destroy_response(r);
	buf_free(&reply->body);
	free_fields(reply);
	return done;
}

/* What is no request to us: a status, and nothing that was sent. */
static enum MHD_Result
refuse(struct http *h, struct MHD_Connection *c, int status)
{
	struct http_reply reply = { .status = status,
	    .type = "text/plain; charset=utf-8" };

	buf_init(&reply.body, 64);
	buf_put_str(&reply.body, "This request cannot be answered.\n");
	if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
		http_add(&reply, MHD_HTTP_HEADER_ALLOW, "GET, HEAD, POST");
	http_add(&reply, MHD_HTTP_HEADER_CONNECTION, "close");
	return send_reply(h, c, &reply);
}

/* ---- requests ------------------------------------------------------------ */

const char *
http_header(const struct http_request *r, const char *name)
{
	return MHD_lookup_connection_value(r->connection, MHD_HEADER_KIND,
	    name);
}

static const char *const once[] = { "Host", "Origin", "Cookie",
    "Authorization", "Content-Type", "Content-Length", "Transfer-Encoding" };

struct counting {
	unsigned seen[sizeof once / sizeof once[0]];
	bool twice;
	unsigned lengths;              /* ways in which the body's end is told */
	bool coded;                    /* otherwise than in chunks */
};

static enum MHD_Result
count_field(void *cls, enum MHD_ValueKind kind, const char *name,
    const char *value)
{
	struct counting *n = cls;

	(void)kind;
	for (size_t i = 0; i < sizeof once / sizeof once[0]; i++)
		if (strcasecmp(name, once[i]) == 0 && n->seen[i]++ > 0)
			n->twice = true;
	if (strcasecmp(name, "Transfer-Encoding") == 0) {
		n->lengths++;
		n->coded = value == NULL || strcasecmp(value, "chunked") != 0;
	} else if (strcasecmp(name, "Content-Length") == 0)
		n->lengths++;
	return MHD_YES;
}

/* A length that is announced and too long is not waited for. */
static bool
announced_too_long(const struct http *h, struct MHD_Connection *c)
{
	const char *s = MHD_lookup_connection_value(c, MHD_HEADER_KIND,
	    "Content-Length");

	return s != NULL && strtoull(s, NULL, 10) > h->o.body_max;
}

/* The status to refuse with before any of the body has come; 0: go on. */
static int
look_first(const struct http *h, struct MHD_Connection *c,
    const struct coming *in, const char *method, const char *version)
{
	struct counting n = { .twice = false };

	if (in->too_long)
		return MHD_HTTP_URI_TOO_LONG;
	if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0 &&
	    strcmp(method, "POST") != 0)
		return MHD_HTTP_METHOD_NOT_ALLOWED;
	if (strcmp(version, "HTTP/1.1") != 0 &&
	    strcmp(version, "HTTP/1.0") != 0)
		return MHD_HTTP_HTTP_VERSION_NOT_SUPPORTED;
	MHD_get_connection_values(c, MHD_HEADER_KIND, count_field, &n);
	/* where a body ends must not be read in two ways (RFC 9112, 6.3) */
	if (n.twice || n.lengths > 1 || n.coded)
		return MHD_HTTP_BAD_REQUEST;
	return announced_too_long(h, c) ? MHD_HTTP_CONTENT_TOO_LARGE : 0;
}

static enum MHD_Result
answer(struct http *h, struct MHD_Connection *c, struct coming *in,
    bool post)
{
	struct http_reply reply = { .status = 500 };
	char *query = strchr(in->target, '?');
	struct http_request r = { .post = post, .path = in->target,
	    .query = "", .body = buf_view(&in->body), .connection = c };
	enum MHD_Result done;

	if (query != NULL) {
		*query = '\0';
		r.query = query + 1;
	}
	buf_init(&reply.body, 0);
	h->o.handler(h->o.ctx, &r, &reply);
	done = send_reply(h, c, &reply);
	forget_stack();
	return done;
}

static struct http_slow_one *
slow_one(struct MHD_Connection *c)
{
	return MHD_get_connection_info(c,
	    MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

static void
on_connection(void *cls, struct MHD_Connection *c, void **context,
    enum MHD_ConnectionNotificationCode what)
{
	struct http *h = cls;

	if (what == MHD_CONNECTION_NOTIFY_STARTED) {
		*context = http_slow_came(h->slow, MHD_get_connection_info(c,
		    MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd);
	} else {
		http_slow_gone(h->slow, *context);
		*context = NULL;
	}
}

static enum MHD_Result
on_request(void *cls, struct MHD_Connection *c, const char *url,
    const char *method, const char *version, const char *data, size_t *n,
    void **state)
{
	struct http *h = cls;
	struct coming *in = *state;
	const bool post = strcmp(method, "POST") == 0;
	int status;

	(void)url;                             /* target is as it was sent */
	if (in == NULL)
		return MHD_NO;
	if (!in->begun) {
		in->begun = true;
		http_slow_heard(h->slow, slow_one(c));
		status = look_first(h, c, in, method, version);
		return status != 0 ? refuse(h, c, status) : MHD_YES;
	}
	if (*n > 0) {
		buf_put(&in->body, data, *n);
		*n = 0;
		return clock_boot_ms() - in->since > BODY_MS ? MHD_NO :
		    MHD_YES;
	}
	if (!buf_ok(&in->body))
		return refuse(h, c, MHD_HTTP_CONTENT_TOO_LARGE);
	if (!post && in->body.n > 0)
		return refuse(h, c, MHD_HTTP_BAD_REQUEST);
	return answer(h, c, in, post);
}

/* The first thing that is known of a request: its target. */
static void *
on_target(void *cls, const char *target, struct MHD_Connection *c)
{
	struct http *h = cls;
	struct coming *in = calloc(1, sizeof *in);

	(void)c;
	if (in == NULL)
		return NULL;
	*in = (struct coming){ .http = h, .since = clock_boot_ms(),
	    .too_long = strlen(target) > HTTP_TARGET_MAX };
	buf_init(&in->body, h->o.body_max);
	in->target = strdup(in->too_long ? "/" : target);
	if (in->target != NULL)
		return in;
	free(in);
	return NULL;
}

static void
on_done(void *cls, struct MHD_Connection *c, void **state,
    enum MHD_RequestTerminationCode code)
{
	const struct http *h = cls;
	struct coming *in = *state;

	(void)code;
	http_slow_next(h->slow, slow_one(c));
	*state = NULL;
	if (in == NULL)
		return;
	sodium_memzero(in->target, strlen(in->target));
	free(in->target);
	buf_free(&in->body);
	free(in);
}

/* Paths are compared as they were sent. */
static size_t
keep_escapes(void *cls, struct MHD_Connection *c, char *s)
{
	(void)cls;
	(void)c;
	return strlen(s);
}

/* What libmicrohttpd has to say may quote a request. */
static void
say_nothing(void *cls, const char *fmt, va_list ap)
{
	(void)cls;
	(void)fmt;
	(void)ap;
}

/* ---- life ------------------------------------------------------------------ */

enum error_code
http_start(const struct http_options *o, struct http **out, struct why *why)
{
	struct http *h = calloc(1, sizeof *h);
	enum error_code err = h != NULL ? ERR_NONE : ERR_NOMEM;
	int fd = -1;

	*out = NULL;
	if (err == ERR_NONE)
		err = http_slow_start(o->head_ms != 0 ? o->head_ms : HEAD_MS,
		    &h->slow);
	if (err == ERR_NONE)
		err = http_listen(o->listen, o->socket_mode, &fd, why);
	if (err != ERR_NONE) {
		if (h != NULL)
			http_slow_stop(&h->slow);
		free(h);
		return err;
	}
	h->o = *o;
	h->daemon = MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD |
	    MHD_USE_THREAD_PER_CONNECTION | MHD_USE_POLL | MHD_USE_ITC |
	    MHD_USE_ERROR_LOG,
	    0, NULL, NULL, on_request, h,
	    MHD_OPTION_EXTERNAL_LOGGER, say_nothing, NULL,
	    MHD_OPTION_LISTEN_SOCKET, fd,
	    MHD_OPTION_CONNECTION_LIMIT, o->connections,
	    MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_SECONDS,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)POOL,
	    MHD_OPTION_THREAD_STACK_SIZE, (size_t)STACK,
	    MHD_OPTION_STRICT_FOR_CLIENT, 1,
	    MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes, NULL,
	    MHD_OPTION_URI_LOG_CALLBACK, on_target, h,
	    MHD_OPTION_NOTIFY_COMPLETED, on_done, h,
	    MHD_OPTION_NOTIFY_CONNECTION, on_connection, h,
	    MHD_OPTION_END);
	if (h->daemon == NULL) {
		http_unlisten(&fd);
		http_slow_stop(&h->slow);
		free(h);
		why_set(why, "%s: no thread for it", o->listen);
		return ERR_INTERNAL;
	}
	*out = h;
	return ERR_NONE;
}

void
http_stop(struct http **h)
{
	if (h == NULL || *h == NULL)
		return;
	atomic_store(&(*h)->closing, true);
	MHD_stop_daemon((*h)->daemon);         /* closes the listener, too */
	http_slow_stop(&(*h)->slow);
	free(*h);
	*h = NULL;
}
