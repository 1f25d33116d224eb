#include "tests/support/caller.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <zmq.h>

#include "ledger/rules.h"
#include "tests/support/measure.h"

enum {
	QUEUE = 256, WAIT_MS = 10000, HANDSHAKE_MS = 60000,
	HEARTBEAT_MS = 5000, TIMEOUT_MS = 60000,    /* one thread serves all */
};

static void
give_up(const char *who, const char *what)
{
	(void)fprintf(stderr, "caller %s: %s\n", who, what);
	_exit(1);
}

static bool
set_int(void *socket, int option, int value)
{
	return zmq_setsockopt(socket, option, &value, sizeof value) == 0;
}

void *
caller_dial(void *context, const struct field *f, const struct box_pair *key)
{
	void *s = zmq_socket(context, ZMQ_DEALER);
	char address[80];
	int64_t max = WIRE_DOWN_MAX;

	(void)snprintf(address, sizeof address, "tcp://127.0.0.1:%u", f->port);
	if (s == NULL || !set_int(s, ZMQ_LINGER, 0) ||
	    !set_int(s, ZMQ_SNDHWM, QUEUE) || !set_int(s, ZMQ_RCVHWM, QUEUE) ||
	    !set_int(s, ZMQ_HANDSHAKE_IVL, HANDSHAKE_MS) ||
	    !set_int(s, ZMQ_HEARTBEAT_IVL, HEARTBEAT_MS) ||
	    !set_int(s, ZMQ_HEARTBEAT_TIMEOUT, TIMEOUT_MS) ||
	    zmq_setsockopt(s, ZMQ_MAXMSGSIZE, &max, sizeof max) != 0 ||
	    zmq_setsockopt(s, ZMQ_CURVE_SERVERKEY,
	    f->w->m[WORLD_BROKER].link.public, KEY_PUBLIC) != 0 ||
	    zmq_setsockopt(s, ZMQ_CURVE_PUBLICKEY, key->public, KEY_PUBLIC) !=
	    0 || zmq_setsockopt(s, ZMQ_CURVE_SECRETKEY, key->secret,
	    KEY_SECRET) != 0 || zmq_connect(s, address) != 0)
		give_up(address, zmq_strerror(errno));
	return s;
}

bool
caller_send(struct caller *c, struct bytes frame)
{
	return zmq_send(c->socket, frame.data, frame.n, ZMQ_DONTWAIT) >= 0;
}

bool
caller_turn(struct caller *c, int ms)
{
	zmq_pollitem_t p = { .socket = c->socket, .events = ZMQ_POLLIN };
	struct why why = { "" };
	zmq_msg_t m;

	if (zmq_poll(&p, 1, ms) <= 0)
		return false;
	zmq_msg_init(&m);
	while (zmq_msg_recv(&m, c->socket, ZMQ_DONTWAIT) >= 0) {
		if (!peer_take(c->peer, bytes_of(zmq_msg_data(&m),
		    zmq_msg_size(&m)), &why))
			give_up(c->f->w->m[c->m].id, why.text);
		zmq_msg_close(&m);
		zmq_msg_init(&m);
	}
	zmq_msg_close(&m);
	c->news = c->peer->news;
	c->size = c->peer->edge.size;
	return true;
}

static void
send_buf(struct caller *c, struct buf *b)
{
	if (!buf_ok(b) || !caller_send(c, buf_view(b)))
		give_up(c->f->w->m[c->m].id, "cannot send");
	buf_free(b);
}

void
caller_confirm(struct caller *c, uint32_t credit)
{
	struct buf b;

	buf_init(&b, WIRE_UP_MAX);
	peer_confirm(c->peer, credit, &b);
	send_buf(c, &b);
}

void
caller_open(struct caller *c, void *context, struct field *f, unsigned m,
    uint32_t credit)
{
	uint64_t until = measure_ns() + WAIT_MS * 1000000ull;
	struct buf b;

	memset(c, 0, sizeof *c);
	c->f = f;
	c->m = m;
	c->peer = calloc(1, sizeof *c->peer);
	if (c->peer == NULL)
		give_up("?", "memory");
	peer_make(c->peer, f->w, m);
	c->socket = caller_dial(context, f, &f->w->m[m].link);
	buf_init(&b, WIRE_UP_MAX);
	peer_hello(c->peer, ++c->ids, credit, &b);
	send_buf(c, &b);
	while (c->peer->statements == 0) {
		(void)caller_turn(c, 100);
		if (measure_ns() > until)
			give_up(f->w->m[m].id, "no statement after hello");
	}
}

void
caller_close(struct caller *c)
{
	if (c->socket != NULL)
		(void)zmq_close(c->socket);
	free(c->peer);
	memset(c, 0, sizeof *c);
}

uint64_t
caller_admit(struct caller *c, struct record *r,
    const struct world_payload *p)
{
	uint64_t until = measure_ns() + WAIT_MS * 1000000ull;
	const struct wire_answer *a = NULL;
	char text[120];
	struct buf b;

	peer_own(c->peer, r);
	buf_init(&b, WIRE_UP_MAX);
	world_up(++c->ids, &r, &p, 1, &b);
	send_buf(c, &b);
	while ((a = peer_answer(c->peer, r)) == NULL) {
		(void)caller_turn(c, 100);
		if (measure_ns() > until)
			give_up(c->f->w->m[c->m].id, "no answer");
	}
	(void)snprintf(text, sizeof text, "%s: status %u, rule %s",
	    wire_kind_name(r->kind), a->status,
	    rule_name((enum rule)a->rule));
	if (a->status != STATUS_ADMITTED)
		give_up(c->f->w->m[c->m].id, text);
	return a->index;
}
