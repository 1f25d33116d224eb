#include "base/link.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#include "base/crossing.h"

enum {
	RECONNECT_MS = 200, RECONNECT_MAX_MS = 30000, JITTER_MS = 300,
	HEARTBEAT_MS = 5000, TIMEOUT_MS = 15000, HANDSHAKE_MS = 5000,
	QUEUE = 64,                 /* frames each way inside libzmq */
};

struct link {
	void *context, *socket, *monitor;
	zmq_msg_t frame;            /* what link_recv's view points into */
	bool held;                  /* frame is initialised */
	char address[LINK_ADDRESSES][LINK_ADDRESS + 16];
	unsigned n, next;
	struct link_keys keys;
	int64_t max_frame;
	char monitor_name[64];
};

static bool
set_int(void *socket, int option, int value)
{
	return zmq_setsockopt(socket, option, &value, sizeof value) == 0;
}

static bool
set_options(struct link *l)
{
	const int jitter = (int)randombytes_uniform(JITTER_MS);
	void *s = l->socket;

	return set_int(s, ZMQ_LINGER, 0) && set_int(s, ZMQ_IMMEDIATE, 1) &&
	    set_int(s, ZMQ_SNDHWM, QUEUE) && set_int(s, ZMQ_RCVHWM, QUEUE) &&
	    set_int(s, ZMQ_RECONNECT_IVL, RECONNECT_MS + jitter) &&
	    set_int(s, ZMQ_RECONNECT_IVL_MAX, RECONNECT_MAX_MS) &&
	    set_int(s, ZMQ_HANDSHAKE_IVL, HANDSHAKE_MS) &&
	    set_int(s, ZMQ_HEARTBEAT_IVL, HEARTBEAT_MS) &&
	    set_int(s, ZMQ_HEARTBEAT_TIMEOUT, TIMEOUT_MS) &&
	    zmq_setsockopt(s, ZMQ_MAXMSGSIZE, &l->max_frame,
	    sizeof l->max_frame) == 0 &&
	    zmq_setsockopt(s, ZMQ_CURVE_SERVERKEY, l->keys.server,
	    LINK_KEY) == 0 &&
	    zmq_setsockopt(s, ZMQ_CURVE_PUBLICKEY, l->keys.public,
	    LINK_KEY) == 0 &&
	    zmq_setsockopt(s, ZMQ_CURVE_SECRETKEY, l->keys.secret,
	    LINK_KEY) == 0;
}

static void
disconnect(struct link *l)
{
	if (l->monitor != NULL)
		zmq_close(l->monitor);
	if (l->socket != NULL)
		zmq_close(l->socket);
	l->monitor = NULL;
	l->socket = NULL;
}

static bool
dial(struct link *l)
{
	l->socket = zmq_socket(l->context, ZMQ_DEALER);
	l->monitor = zmq_socket(l->context, ZMQ_PAIR);
	if (l->socket == NULL || l->monitor == NULL || !set_options(l))
		return false;
	/* a name of its own: an old monitor's end may still be closing */
	strcpy(l->monitor_name, "inproc://monitor-");
	for (size_t n = strlen(l->monitor_name), i = 0; i < 8; i++)
		l->monitor_name[n + i] = (char)('a' + randombytes_uniform(26));
	if (zmq_socket_monitor(l->socket, l->monitor_name,
	    ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_DISCONNECTED) != 0 ||
	    !set_int(l->monitor, ZMQ_LINGER, 0) ||
	    zmq_connect(l->monitor, l->monitor_name) != 0)
		return false;
	return zmq_connect(l->socket, l->address[l->next]) == 0;
}

enum error_code
link_create(const char *const *address, unsigned n,
    const struct link_keys *keys, size_t max_frame, struct link **out,
    struct why *why)
{
	struct link *l = NULL;

	*out = NULL;
	if (n == 0 || n > LINK_ADDRESSES) {
		why_set(why, "1 to %d addresses can be dialled", LINK_ADDRESSES);
		return ERR_CONFIG;
	}
	l = sodium_malloc(sizeof *l);
	if (l == NULL)
		return ERR_NOMEM;
	memset(l, 0, sizeof *l);
	for (unsigned i = 0; i < n; i++) {
		bool scheme = strncmp(address[i], "tcp://", 6) == 0;

		if (strlen(address[i]) > LINK_ADDRESS)
			goto fail;
		strcpy(l->address[i], scheme ? "" : "tcp://");
		strcat(l->address[i], address[i]);
	}
	l->n = n;
	l->keys = *keys;
	l->max_frame = (int64_t)max_frame;
	l->context = zmq_ctx_new();
	if (l->context == NULL || !dial(l)) {
		why_set(why, "cannot dial %s: %s", l->address[0],
		    zmq_strerror(errno));
		goto fail;
	}
	*out = l;
	return ERR_NONE;
fail:
	link_destroy(&l);
	return ERR_CONFIG;
}

void
link_destroy(struct link **l)
{
	if (l == NULL || *l == NULL)
		return;
	if ((*l)->held)
		zmq_msg_close(&(*l)->frame);
	disconnect(*l);
	if ((*l)->context != NULL)
		zmq_ctx_term((*l)->context);
	sodium_free(*l);
	*l = NULL;
}

int
link_fd(const struct link *l)
{
	int fd = -1;
	size_t n = sizeof fd;

	if (l->socket == NULL || zmq_getsockopt(l->socket, ZMQ_FD, &fd, &n) != 0)
		return -1;
	return fd;
}

bool
link_pending(const struct link *l)
{
	int events = 0;
	size_t n = sizeof events;

	return l->socket != NULL && zmq_getsockopt(l->socket, ZMQ_EVENTS,
	    &events, &n) == 0 && (events & ZMQ_POLLIN) != 0;
}

static struct bytes
frame_of(struct link *l)
{
	void *data = zmq_msg_data(&l->frame);
	size_t n = zmq_msg_size(&l->frame);
#ifdef __SANITIZE_THREAD__
	static __thread uint8_t copy[512 * 1024];

	n = n < sizeof copy ? n : sizeof copy;
	crossing_copy(copy, data, n);
	data = copy;
#endif
	return bytes_of(data, n);
}

enum error_code
link_recv(struct link *l, struct bytes *out)
{
	if (l->held)
		zmq_msg_close(&l->frame);
	l->held = false;
	if (l->socket == NULL)
		return ERR_NOTFOUND;
	if (zmq_msg_init(&l->frame) != 0)
		return ERR_NOMEM;
	l->held = true;
	while (zmq_msg_recv(&l->frame, l->socket, ZMQ_DONTWAIT) < 0) {
		if (errno == EINTR)
			continue;
		return errno == EAGAIN ? ERR_NOTFOUND : ERR_IO;
	}
	*out = frame_of(l);
	return ERR_NONE;
}

enum error_code
link_send(struct link *l, struct bytes frame)
{
	if (l->socket == NULL)
		return ERR_OFFLINE;
	while (zmq_send(l->socket, frame.data, frame.n, ZMQ_DONTWAIT) < 0) {
		if (errno == EINTR)
			continue;
		return errno == EAGAIN ? ERR_BUSY : ERR_IO;
	}
	return ERR_NONE;
}

void
link_events(struct link *l, bool *up, bool *down)
{
	*up = *down = false;
	while (l->monitor != NULL) {
		uint8_t event[6], address[256];
		int n = zmq_recv(l->monitor, event, sizeof event,
		    ZMQ_DONTWAIT);
		uint16_t what;

		if (n < 0 && errno == EINTR)
			continue;
		if (n != (int)sizeof event)
			return;
		(void)zmq_recv(l->monitor, address, sizeof address, 0);
		memcpy(&what, event, sizeof what);
		if (what == ZMQ_EVENT_HANDSHAKE_SUCCEEDED) {
			*up = true;
			*down = false;
		} else if (what == ZMQ_EVENT_DISCONNECTED) {
			*down = true;
		}
	}
}

void
link_again(struct link *l, uint64_t boot_ms)
{
	(void)boot_ms;
	disconnect(l);
	l->next = (l->next + 1) % l->n;
	if (!dial(l))
		disconnect(l);
}

void
link_drain(struct link *l, int ms)
{
	/* frames handed over go out while the socket lingers in close */
	if (l->socket != NULL)
		(void)set_int(l->socket, ZMQ_LINGER, ms);
}
