#include "broker/operator.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/local.h"
#include "base/log.h"
#include "ledger/partnership.h"

/* One client; a record file larger than a message comes in pieces. */
struct client {
	int fd;
	struct buf file;
};

struct operator {
	int listener;
	struct operator_calls calls;
	struct client client[OPERATOR_CLIENTS];
};

enum error_code
operator_create(const char *path, const struct operator_calls *calls,
    struct operator **out, struct why *why)
{
	struct operator *o = calloc(1, sizeof *o);
	enum error_code e;

	*out = NULL;
	if (o == NULL)
		return ERR_NOMEM;
	o->calls = *calls;
	for (int i = 0; i < OPERATOR_CLIENTS; i++) {
		o->client[i].fd = -1;
		buf_init(&o->client[i].file, RECORD_FILE_MAX);
	}
	e = local_listen(path, 0600, &o->listener, why);
	if (e != ERR_NONE) {
		free(o);
		return e;
	}
	*out = o;
	return ERR_NONE;
}

static void
drop(struct client *c)
{
	local_close(&c->fd);
	buf_free(&c->file);
}

void
operator_destroy(struct operator **o)
{
	if (*o == NULL)
		return;
	for (int i = 0; i < OPERATOR_CLIENTS; i++)
		drop(&(*o)->client[i]);
	local_close(&(*o)->listener);
	free(*o);
	*o = NULL;
}

unsigned
operator_fds(const struct operator *o, int fd[static 1 + OPERATOR_CLIENTS])
{
	unsigned n = 0;

	fd[n++] = o->listener;
	for (int i = 0; i < OPERATOR_CLIENTS; i++) {
		if (o->client[i].fd != -1)
			fd[n++] = o->client[i].fd;
	}
	return n;
}

void
operator_tell(struct operator *o, int local, enum error_code code,
    struct bytes text)
{
	struct local_tell tell = { .code = code };
	struct client *c;
	struct buf out;

	if (local < 0 || local >= OPERATOR_CLIENTS ||
	    o->client[local].fd == -1)
		return;
	c = &o->client[local];
	if (text.n > LOCAL_MAX - 256)
		text.n = LOCAL_MAX - 256;
	tell.text = text;
	buf_init(&out, LOCAL_MAX);
	/* one who does not read his answer does not get it */
	if (wire_local_tell_encode(&tell, &out) == ERR_NONE &&
	    local_send(c->fd, out.data, out.n, -1, 0) != ERR_NONE)
		log_warning(41, "operator", NULL, "an answer was not taken");
	buf_free(&out);
	drop(c);
}

static void
tell_text(struct operator *o, int local, enum error_code code,
    const char *text)
{
	operator_tell(o, local, code, bytes_str(text));
}

static void
admit(struct operator *o, int i, const struct local_ask *ask)
{
	struct client *c = &o->client[i];

	buf_put(&c->file, ask->body.data, ask->body.n);
	if (!buf_ok(&c->file)) {
		tell_text(o, i, ERR_SIZE, "the record file is too large\n");
		return;
	}
	if (ask->flags != 0)
		return; /* more follows */
	if (!o->calls.admit(o->calls.ctx, i, buf_view(&c->file)))
		tell_text(o, i, ERR_BUSY, "the broker is busy\n");
}

static void
answer(struct operator *o, int i, const struct local_ask *ask)
{
	struct buf text;

	switch (ask->verb) {
	case OPERATOR_ADMIT:
		admit(o, i, ask);
		return;
	case OPERATOR_STATUS:
		buf_init(&text, LOCAL_MAX - 1024);
		o->calls.status(o->calls.ctx, ask->text, &text);
		operator_tell(o, i, ERR_NONE, buf_view(&text));
		buf_free(&text);
		return;
	default:
		tell_text(o, i, ERR_USAGE, "unknown question\n");
	}
}

static void
accept_one(struct operator *o)
{
	struct local_peer peer;
	int fd;

	if (local_accept(o->listener, &fd, &peer) != ERR_NONE)
		return;
	for (int i = 0; i < OPERATOR_CLIENTS; i++) {
		if (o->client[i].fd != -1 ||
		    (peer.uid != 0 && peer.uid != getuid()))
			continue;
		o->client[i].fd = fd;
		buf_init(&o->client[i].file, RECORD_FILE_MAX);
		return;
	}
	local_close(&fd);
}

void
operator_ready(struct operator *o, int fd)
{
	struct local_ask ask;
	struct arena *a = NULL;
	uint8_t *in = NULL;
	enum error_code e;
	size_t n;
	int i;

	if (fd == o->listener) {
		accept_one(o);
		return;
	}
	for (i = 0; i < OPERATOR_CLIENTS && o->client[i].fd != fd; i++)
		;
	if (i == OPERATOR_CLIENTS)
		return;
	in = malloc(LOCAL_MAX);
	a = arena_create((size_t)4 * LOCAL_MAX);
	if (in == NULL || a == NULL) {
		drop(&o->client[i]);
		goto out;
	}
	e = local_recv(fd, in, LOCAL_MAX, &n, NULL, 0);
	if (e == ERR_BUSY)
		goto out;
	if (e != ERR_NONE ||
	    wire_local_ask_decode(a, bytes_of(in, n), &ask, NULL) != ERR_NONE)
		drop(&o->client[i]);
	else
		answer(o, i, &ask);
out:
	free(in);
	arena_destroy(&a);
}
