#include "broker/gate.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>
#include <zmq.h>

enum { ENDPOINT_MAX = 256 };

/* ---- ZAP --------------------------------------------------------------- */

enum { ZAP_FRAMES = 7, ZAP_VERSION = 0, ZAP_ID = 1, ZAP_DOMAIN = 2,
	ZAP_MECHANISM = 5, ZAP_CREDENTIALS = 6, ZAP_FRAME_MAX = 255 };

struct zap_request {
	uint8_t frame[ZAP_FRAMES][ZAP_FRAME_MAX];
	size_t n[ZAP_FRAMES];
	unsigned count;
};

static bool
zap_read(void *zap, struct zap_request *r)
{
	zmq_msg_t m;
	int more = 1;

	r->count = 0;
	while (more) {
		zmq_msg_init(&m);
		if (zmq_msg_recv(&m, zap, ZMQ_DONTWAIT) == -1) {
			zmq_msg_close(&m);
			return false;
		}
		more = zmq_msg_more(&m);
		if (r->count < ZAP_FRAMES &&
		    zmq_msg_size(&m) <= ZAP_FRAME_MAX) {
			r->n[r->count] = zmq_msg_size(&m);
			memcpy(r->frame[r->count], zmq_msg_data(&m),
			    r->n[r->count]);
		}
		r->count++;
		zmq_msg_close(&m);
	}
	return true;
}

static bool
zap_is(const struct zap_request *r, unsigned i, const char *text)
{
	return r->n[i] == strlen(text) &&
	    memcmp(r->frame[i], text, r->n[i]) == 0;
}

/* The user id of whom this request is from; false: a stranger. */
static bool
zap_decide(struct members *members, uint64_t now,
    const struct zap_request *r, char user[static GATE_USER + 1])
{
	char id[WIRE_ID_MAX + 1], hex[2 * GATE_KEY + 1];

	if (r->count != ZAP_FRAMES || !zap_is(r, ZAP_VERSION, "1.0") ||
	    !zap_is(r, ZAP_DOMAIN, GATE_DOMAIN) ||
	    !zap_is(r, ZAP_MECHANISM, "CURVE") ||
	    r->n[ZAP_CREDENTIALS] != WIRE_KEY)
		return false;
	if (!members_admit(members, r->frame[ZAP_CREDENTIALS], now, id))
		return false;
	hex_encode(hex, r->frame[ZAP_CREDENTIALS], GATE_KEY);
	(void)snprintf(user, GATE_USER + 1, "%s#%s", id, hex);
	return true;
}

void
gate_turn(void *zap, struct members *members, uint64_t now)
{
	struct zap_request r;
	char user[GATE_USER + 1] = "";
	const char *code;
	bool ok;

	while (zap_read(zap, &r)) {
		ok = zap_decide(members, now, &r, user);
		code = ok ? "200" : "400";
		if (!ok)
			user[0] = '\0';
		(void)zmq_send(zap, "1.0", 3, ZMQ_SNDMORE);
		(void)zmq_send(zap, r.frame[ZAP_ID],
		    r.count > ZAP_ID ? r.n[ZAP_ID] : 0, ZMQ_SNDMORE);
		(void)zmq_send(zap, code, 3, ZMQ_SNDMORE);
		(void)zmq_send(zap, "", 0, ZMQ_SNDMORE);
		(void)zmq_send(zap, user, strlen(user), ZMQ_SNDMORE);
		(void)zmq_send(zap, "", 0, 0);
	}
}

/* "member#0123456789abcdef" */
bool
gate_parse(const char *user, char member[static WIRE_ID_MAX + 1],
    uint8_t key[static GATE_KEY])
{
	const char *mark = strchr(user, '#');

	if (mark == NULL || mark - user > WIRE_ID_MAX)
		return false;
	memcpy(member, user, (size_t)(mark - user));
	member[mark - user] = '\0';
	return hex_decode(key, GATE_KEY, mark + 1);
}

/* ---- the stranger ------------------------------------------------------ */

struct gate_stranger { void *socket, *monitor; };

/* An address that is bound everywhere is dialled on this machine. */
static void
dial_address(const char *bound, char out[static ENDPOINT_MAX])
{
	const char *port = strrchr(bound, ':');

	if (port != NULL && (strncmp(bound, "tcp://0.0.0.0:", 14) == 0 ||
	    strncmp(bound, "tcp://[::]:", 11) == 0))
		(void)snprintf(out, ENDPOINT_MAX, "tcp://127.0.0.1%s", port);
	else
		(void)snprintf(out, ENDPOINT_MAX, "%s", bound);
}

static bool
set_int(void *socket, int option, int value)
{
	return zmq_setsockopt(socket, option, &value, sizeof value) == 0;
}

/* Any handshake event of a key that was made for this and is nobody's. */
static bool
dial(struct gate_stranger *s, void *context, const char *address,
    const uint8_t server[static KEY_PUBLIC])
{
	static const char inproc[] = "inproc://stranger-monitor";
	struct box_pair pair;
	bool ok;

	identity_box_pair(&pair);
	s->socket = zmq_socket(context, ZMQ_DEALER);
	s->monitor = zmq_socket(context, ZMQ_PAIR);
	ok = s->socket != NULL && s->monitor != NULL &&
	    set_int(s->socket, ZMQ_LINGER, 0) &&
	    set_int(s->monitor, ZMQ_LINGER, 0) &&
	    set_int(s->socket, ZMQ_IPV6, 1) &&
	    set_int(s->socket, ZMQ_RECONNECT_IVL, -1) &&
	    zmq_setsockopt(s->socket, ZMQ_CURVE_SERVERKEY, server,
	    KEY_PUBLIC) == 0 &&
	    zmq_setsockopt(s->socket, ZMQ_CURVE_PUBLICKEY, pair.public,
	    KEY_PUBLIC) == 0 &&
	    zmq_setsockopt(s->socket, ZMQ_CURVE_SECRETKEY, pair.secret,
	    KEY_SECRET) == 0 &&
	    zmq_socket_monitor(s->socket, inproc,
	    ZMQ_EVENT_HANDSHAKE_SUCCEEDED |
	    ZMQ_EVENT_HANDSHAKE_FAILED_AUTH |
	    ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL |
	    ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL) == 0 &&
	    zmq_connect(s->monitor, inproc) == 0 &&
	    zmq_connect(s->socket, address) == 0 &&
	    zmq_send(s->socket, "x", 1, ZMQ_DONTWAIT) == 1;
	sodium_memzero(&pair, sizeof pair);
	return ok;
}

enum error_code
gate_stranger_dial(void *context, const char *bound,
    const uint8_t server[static KEY_PUBLIC], struct gate_stranger **out,
    struct why *why)
{
	struct gate_stranger *s = calloc(1, sizeof *s);
	char address[ENDPOINT_MAX];

	*out = s;
	if (s == NULL)
		return ERR_NOMEM;
	dial_address(bound, address);
	if (dial(s, context, address, server))
		return ERR_NONE;
	why_set(why, "the self-test cannot dial %s: %s", address,
	    zmq_strerror(errno));
	gate_stranger_leave(out);
	return ERR_OFFLINE;
}

enum gate_outcome
gate_stranger_outcome(struct gate_stranger *s)
{
	uint8_t head[6], rest[ENDPOINT_MAX];
	uint16_t event;

	if (zmq_recv(s->monitor, head, sizeof head, ZMQ_DONTWAIT) != 6)
		return GATE_NOTHING;
	(void)zmq_recv(s->monitor, rest, sizeof rest, ZMQ_DONTWAIT);
	memcpy(&event, head, sizeof event);
	return event == ZMQ_EVENT_HANDSHAKE_FAILED_AUTH ? GATE_SHUT :
	    event == ZMQ_EVENT_HANDSHAKE_SUCCEEDED ? GATE_OPEN :
	    GATE_UNCLEAR;
}

void
gate_stranger_leave(struct gate_stranger **s)
{
	if (*s == NULL)
		return;
	if ((*s)->socket != NULL) {
		(void)zmq_socket_monitor((*s)->socket, NULL, 0);
		zmq_close((*s)->socket);
	}
	if ((*s)->monitor != NULL)
		zmq_close((*s)->monitor);
	free(*s);
	*s = NULL;
}
