#include "broker/link.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <sodium.h>
#include <zmq.h>

#include "base/crossing.h"
#include "base/log.h"
#include "broker/gate.h"
#include "broker/parcel.h"
#include "broker/peek.h"

/* Behind the DRAFT guard of zmq.h; Debian's library honours it. */
#ifndef ZMQ_ZAP_ENFORCE_DOMAIN
#define ZMQ_ZAP_ENFORCE_DOMAIN 93
#endif

enum {
	RID_MAX = 8,                    /* libzmq's own are 5 bytes */
	PEERS = 16384,                  /* hash slots */
	READ_MAX = 256,                 /* frames read in one turn */
	ENDPOINT_MAX = 256,
	BACKLOG = 1024,
	SILENT_S = 10, PROBE_S = 5, PROBES = 3,  /* a peer that is gone, */
	UNHEARD_MS = 15000,             /* also with frames under way to it */
	RCV_HWM = 8, SND_HWM = 64,      /* frames a peer's pipe holds */
	FILES_SPARE = 256,
	SELFTEST_MS = 10000,
	HELD_MS = 2,
	HELD_MAX = 1024,                /* urgent frames that wait for room */
};

/* A member that has been heard from. */
struct peer {
	struct peer *next;
	char member[WIRE_ID_MAX + 1];
	uint8_t key[GATE_KEY];          /* it was admitted with */
	uint8_t rid[RID_MAX];           /* newest connection */
	size_t n_rid;
	uint64_t session;
	_Atomic uint32_t tickets;
	uint64_t heard;                 /* boot ms */
	uint64_t twin_told;             /* boot ms */
	bool connected;
};

struct broker_link {
	struct broker_link_config c;
	void *context, *router, *zap;
	struct peer *peer[PEERS];
	uint64_t sessions;
	struct job *held, **held_end;   /* urgent, oldest first */
	unsigned n_held;
	char endpoint[BROKER_LINK_LISTEN][ENDPOINT_MAX];
};

/* ---- peers ------------------------------------------------------------- */

static size_t
slot_of(const char *member)
{
	uint64_t h = 14695981039346656037ull;

	for (; *member != '\0'; member++)
		h = (h ^ (uint8_t)*member) * 1099511628211ull;
	return (size_t)(h % PEERS);
}

static struct peer *
find_peer(const struct broker_link *l, const char *member)
{
	struct peer *p = l->peer[slot_of(member)];

	while (p != NULL && strcmp(p->member, member) != 0)
		p = p->next;
	return p;
}

static struct peer *
make_peer(struct broker_link *l, const char *member)
{
	struct peer *p = find_peer(l, member);
	size_t i = slot_of(member);

	if (p != NULL)
		return p;
	p = calloc(1, sizeof *p);
	if (p == NULL)
		return NULL;
	(void)snprintf(p->member, sizeof p->member, "%s", member);
	p->next = l->peer[i];
	l->peer[i] = p;
	return p;
}

static uint64_t
boot_now(const struct broker_link *l)
{
	return clock_boot(l->c.clock);
}

/* ---- sending ----------------------------------------------------------- */

#ifdef __SANITIZE_THREAD__
static bool
message_of(zmq_msg_t *m, struct buf *frame)
{
	if (zmq_msg_init_size(m, frame->n) != 0)
		return false;
	crossing_copy(zmq_msg_data(m), frame->data, frame->n);
	return true;
}

static struct bytes
frame_of(zmq_msg_t *m)
{
	static uint8_t copy[WIRE_UP_MAX];
	size_t n = zmq_msg_size(m);

	n = n < sizeof copy ? n : sizeof copy;
	crossing_copy(copy, zmq_msg_data(m), n);
	return bytes_of(copy, n);
}
#else
static void
free_frame(void *data, void *hint)
{
	sodium_memzero(data, (size_t)(uintptr_t)hint);
	free(data);
}

/* The message takes the frame's memory. */
static bool
message_of(zmq_msg_t *m, struct buf *frame)
{
	if (zmq_msg_init_data(m, frame->data, frame->n, free_frame,
	    (void *)(uintptr_t)frame->n) != 0)
		return false;
	buf_init(frame, frame->max); /* transferred to libzmq */
	return true;
}

static struct bytes
frame_of(zmq_msg_t *m)
{
	return bytes_of(zmq_msg_data(m), zmq_msg_size(m));
}
#endif

/*
 * Both frames or neither: after a refused address the next frame would be
 * taken for an address.  False: the connection is gone or stuck.
 */
static bool
send_to(struct broker_link *l, const uint8_t *rid, size_t n_rid,
    struct buf *frame)
{
	zmq_msg_t m;

	if (frame->n == 0 || zmq_send(l->router, rid, n_rid,
	    ZMQ_SNDMORE | ZMQ_DONTWAIT) == -1)
		return false;
	if (!message_of(&m, frame)) {
		/* the address is out: an empty frame ends the message */
		(void)zmq_send(l->router, "", 0, ZMQ_DONTWAIT);
		return false;
	}
	if (zmq_msg_send(&m, l->router, ZMQ_DONTWAIT) == -1) {
		zmq_msg_close(&m);
		return false;
	}
	return true;
}

static void
send_parcel(struct broker_link *l, const uint8_t *rid, size_t n_rid,
    const struct parcel *p)
{
	struct buf frame;

	buf_init(&frame, WIRE_DOWN_MAX);
	if (wire_parcel_encode(p, &frame) == ERR_NONE)
		(void)send_to(l, rid, n_rid, &frame);
	buf_free(&frame);
}

static void
put_job(struct broker_link *l, enum job_kind kind, const struct peer *p)
{
	struct job *j = job_create(l->c.pool, kind, p->member, p->session,
	    bytes_of(NULL, 0));

	/* without it the session ends when the next frame cannot be sent */
	if (j != NULL && !lane_put(l->c.lane, &j->lane, JOB_OVERHEAD,
	    LANE_NARROWING))
		job_destroy(l->c.pool, &j);
}

static void
lose(struct broker_link *l, struct peer *p)
{
	if (!p->connected)
		return;
	p->connected = false;
	put_job(l, JOB_GONE, p);
}

static void
send_item(struct broker_link *l, struct out_item *i)
{
	struct member_view m;
	struct peer *p;

	if (i->session == 0) {
		if (l->c.operator != NULL)
			operator_tell(l->c.operator, i->local, i->worst,
			    buf_view(&i->frame));
		return;
	}
	p = find_peer(l, i->member);
	if (p == NULL || !p->connected || p->session != i->session)
		return;
	/* revoked, suspended, new keys: nothing more goes that way */
	if (!members_get(l->c.members, p->member, &m) || m.barred ||
	    memcmp(m.link_key, p->key, GATE_KEY) != 0 ||
	    !send_to(l, p->rid, p->n_rid, &i->frame))
		lose(l, p);
}

static void
send_queue(struct broker_link *l)
{
	struct out_item *i = outq_take(l->c.outq), *next;

	for (; i != NULL; i = next) {
		next = i->next;
		send_item(l, i);
		outq_free(&i);
	}
}

void
broker_link_flush(struct broker_link *l)
{
	send_queue(l);
}

void
broker_link_linger(struct broker_link *l, int ms)
{
	(void)zmq_setsockopt(l->router, ZMQ_LINGER, &ms, sizeof ms);
}

/* ---- receiving --------------------------------------------------------- */

/* One answer for each record, or one for a frame that has none. */
static void
answer_busy(struct broker_link *l, const struct peer *p,
    const struct peek *peek)
{
	struct wire_answer a[WIRE_ITEMS_MAX];
	struct parcel parcel = { .answer = a };

	memset(a, 0, sizeof a);
	parcel.n_answer = peek->n > 0 ? peek->n : 1;
	for (unsigned i = 0; i < parcel.n_answer; i++) {
		a[i].id = peek->id;
		memcpy(a[i].stamp, peek->stamp[i], WIRE_STAMP);
		a[i].status = STATUS_BUSY;
		a[i].after_ms = 1000;
	}
	send_parcel(l, p->rid, p->n_rid, &parcel);
}

static void
tell_replaced(struct broker_link *l, struct peer *p, const uint8_t *rid,
    size_t n_rid)
{
	struct parcel parcel = { .has_welcome = true };

	if (p->twin_told != 0 && boot_now(l) - p->twin_told < 10000)
		return;
	p->twin_told = boot_now(l);
	parcel.welcome.version = WIRE_VERSION | WELCOME_REPLACED;
	send_parcel(l, rid, n_rid, &parcel);
	put_job(l, JOB_TWIN, p);
}

/* libzmq counts connections in its routing ids: 0, then a u32. */
static bool
newer(const uint8_t *a, size_t n_a, const struct peer *p)
{
	if (p->n_rid != 5 || n_a != 5)
		return true;
	return (int32_t)(get_be32(a + 1) - get_be32(p->rid + 1)) > 0;
}

/* The session this frame belongs to; NULL: of an older connection. */
static struct peer *
session_of(struct broker_link *l, const char *member,
    const uint8_t key[static GATE_KEY], const uint8_t *rid, size_t n_rid)
{
	struct peer *p = make_peer(l, member);

	if (p == NULL)
		return NULL;
	p->heard = boot_now(l);
	if (p->connected && p->n_rid == n_rid &&
	    memcmp(p->rid, rid, n_rid) == 0)
		return p;
	if (p->n_rid > 0 && memcmp(p->key, key, GATE_KEY) == 0 &&
	    !newer(rid, n_rid, p) && !(p->n_rid == n_rid &&
	    memcmp(p->rid, rid, n_rid) == 0)) {
		tell_replaced(l, p, rid, n_rid);
		return NULL;
	}
	memcpy(p->key, key, GATE_KEY);
	memcpy(p->rid, rid, n_rid);
	p->n_rid = n_rid;
	p->session = ++l->sessions;
	p->connected = true;
	return p;
}

static struct job *
ticketed(struct broker_link *l, struct peer *p, struct bytes frame)
{
	struct job *j = job_create(l->c.pool, JOB_FRAME, p->member,
	    p->session, frame);

	if (j == NULL)
		return NULL;
	j->ticket = &p->tickets;
	atomic_fetch_add(&p->tickets, 1);
	return j;
}

/* Never answered busy: asked to say hello, an agent sends again. */
static void
not_now(struct broker_link *l, struct peer *p)
{
	struct parcel parcel = { .has_welcome = true };

	parcel.welcome.version = WIRE_VERSION | WELCOME_HELLO;
	send_parcel(l, p->rid, p->n_rid, &parcel);
	lose(l, p);
}

static unsigned
urgent_flags(const struct job *j)
{
	return j->narrows ? LANE_NARROWING | LANE_FIRST : LANE_NARROWING;
}

/* What must get through waits here when even the reserve is full. */
static void
take_urgent(struct broker_link *l, struct peer *p, struct bytes frame,
    bool narrows)
{
	struct job *j;

	if (atomic_load(&p->tickets) >= BROKER_LINK_URGENT ||
	    l->n_held >= HELD_MAX ||
	    (j = ticketed(l, p, frame)) == NULL) {
		not_now(l, p);
		return;
	}
	j->narrows = narrows;
	if (l->held == NULL && lane_put(l->c.lane, &j->lane,
	    frame.n + JOB_OVERHEAD, urgent_flags(j)))
		return;
	j->next = NULL;
	*l->held_end = j;
	l->held_end = &j->next;
	l->n_held++;
}

static void
put_held(struct broker_link *l)
{
	struct job *j, *next;

	while ((j = l->held) != NULL) {
		next = j->next;
		if (!lane_put(l->c.lane, &j->lane, j->frame.n + JOB_OVERHEAD,
		    urgent_flags(j)))
			return;
		l->held = next;
		l->n_held--;
		if (next == NULL)
			l->held_end = &l->held;
	}
}

static void
take_frame(struct broker_link *l, struct peer *p, struct bytes frame)
{
	struct job *j = NULL;
	struct peek peek;

	peek_frame(frame, &peek);
	if (peek.urgent) {
		take_urgent(l, p, frame, peek.narrows);
		return;
	}
	if (atomic_load(&p->tickets) < BROKER_LINK_TICKETS)
		j = ticketed(l, p, frame);
	if (j != NULL && lane_put(l->c.lane, &j->lane,
	    frame.n + JOB_OVERHEAD, 0))
		return;
	job_destroy(l->c.pool, &j);
	answer_busy(l, p, &peek);
}

static void
take_message(struct broker_link *l, zmq_msg_t *rid, zmq_msg_t *payload)
{
	const char *user = zmq_msg_gets(payload, "User-Id");
	char member[WIRE_ID_MAX + 1];
	uint8_t key[GATE_KEY];
	struct member_view m;
	struct peer *p;

	if (user == NULL || !gate_parse(user, member, key) ||
	    zmq_msg_size(rid) > RID_MAX) {
		log_error(42, "link", "report this",
		    "a frame came without an authenticated member");
		return;
	}
	/* what was admitted then may be barred now */
	if (!members_get(l->c.members, member, &m) || m.barred ||
	    memcmp(m.link_key, key, GATE_KEY) != 0 ||
	    clock_now(l->c.clock) >= m.valid_until)
		return;
	p = session_of(l, member, key, zmq_msg_data(rid), zmq_msg_size(rid));
	if (p != NULL)
		take_frame(l, p, frame_of(payload));
}

/* One message: an address and exactly one frame.  False: nothing there. */
static bool
read_one(struct broker_link *l)
{
	zmq_msg_t rid, payload, rest;
	unsigned extra = 0;

	zmq_msg_init(&rid);
	zmq_msg_init(&payload);
	if (zmq_msg_recv(&rid, l->router, ZMQ_DONTWAIT) == -1) {
		zmq_msg_close(&rid);
		zmq_msg_close(&payload);
		return false;
	}
	if (zmq_msg_more(&rid) &&
	    zmq_msg_recv(&payload, l->router, ZMQ_DONTWAIT) != -1) {
		while (zmq_msg_more(extra == 0 ? &payload : &rest)) {
			if (extra++ > 0)
				zmq_msg_close(&rest);
			zmq_msg_init(&rest);
			if (zmq_msg_recv(&rest, l->router, ZMQ_DONTWAIT) == -1)
				break;
		}
		if (extra > 0)
			zmq_msg_close(&rest);
		else
			take_message(l, &rid, &payload);
	}
	zmq_msg_close(&rid);
	zmq_msg_close(&payload);
	return true;
}

/* ---- one turn ---------------------------------------------------------- */

enum error_code
broker_link_turn(struct broker_link *l, int stop_fd, int timeout_ms,
    bool *stop)
{
	zmq_pollitem_t p[5 + OPERATOR_CLIENTS] = {
		{ .socket = l->zap, .events = ZMQ_POLLIN },
		{ .socket = l->router, .events = ZMQ_POLLIN },
		{ .fd = outq_fd(l->c.outq), .events = ZMQ_POLLIN },
		{ .fd = stop_fd, .events = ZMQ_POLLIN },
	};
	int fd[1 + OPERATOR_CLIENTS], n = stop_fd == -1 ? 3 : 4, first;
	unsigned n_fd = 0;

	if (l->c.operator != NULL)
		n_fd = operator_fds(l->c.operator, fd);
	for (first = n; n - first < (int)n_fd; n++)
		p[n] = (zmq_pollitem_t){ .fd = fd[n - first],
		    .events = ZMQ_POLLIN };
	*stop = false;
	if (l->held != NULL && timeout_ms > HELD_MS)
		timeout_ms = HELD_MS;
	if (zmq_poll(p, n, timeout_ms) == -1)
		return errno == EINTR ? ERR_NONE : ERR_IO;
	if (p[0].revents != 0)
		gate_turn(l->zap, l->c.members, clock_now(l->c.clock));
	if (p[2].revents != 0)
		send_queue(l);
	put_held(l);
	for (int i = 0; p[1].revents != 0 && i < READ_MAX; i++) {
		if (!read_one(l))
			break;
	}
	for (int i = first; i < n; i++) {
		if (p[i].revents != 0)
			operator_ready(l->c.operator, p[i].fd);
	}
	*stop = stop_fd != -1 && p[3].revents != 0;
	return ERR_NONE;
}

/* ---- life -------------------------------------------------------------- */

/* Running out of descriptors makes libzmq's accept spin: stay far from it. */
static enum error_code
raise_files(const struct broker_link_config *c, struct why *why)
{
	rlim_t need = (rlim_t)c->max_sessions + FILES_SPARE;
	struct rlimit r;

	if (getrlimit(RLIMIT_NOFILE, &r) == -1)
		return ERR_IO;
	r.rlim_cur = r.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &r);
	if (getrlimit(RLIMIT_NOFILE, &r) == -1 || r.rlim_cur < need) {
		why_set(why, "the limit of open files is %llu and "
		    "max_sessions needs %llu: raise LimitNOFILE in the unit",
		    (unsigned long long)r.rlim_cur, (unsigned long long)need);
		return ERR_DENIED;
	}
	return ERR_NONE;
}

static bool
set_int(void *socket, int option, int value)
{
	return zmq_setsockopt(socket, option, &value, sizeof value) == 0;
}

/*
 * Who is gone the kernel finds out: a heartbeat of libzmq's sets and cancels
 * timers in a list that it walks from the start, which with 5,000 members was
 * most of what an idle broker did.  Members send heartbeats and get answers.
 * Keepalive is silent while something is under way: that has its own end.
 */
static bool
set_options(struct broker_link *l)
{
	int64_t max = (int64_t)l->c.max_frame;
	void *s = l->router;

	return set_int(s, ZMQ_LINGER, 0) &&
	    set_int(s, ZMQ_ROUTER_MANDATORY, 1) &&
	    set_int(s, ZMQ_SNDHWM, SND_HWM) &&
	    set_int(s, ZMQ_RCVHWM, RCV_HWM) &&
	    set_int(s, ZMQ_BACKLOG, BACKLOG) &&
	    set_int(s, ZMQ_HANDSHAKE_IVL, (int)l->c.handshake_ms) &&
	    set_int(s, ZMQ_TCP_KEEPALIVE, 1) &&
	    set_int(s, ZMQ_TCP_KEEPALIVE_IDLE, SILENT_S) &&
	    set_int(s, ZMQ_TCP_KEEPALIVE_INTVL, PROBE_S) &&
	    set_int(s, ZMQ_TCP_KEEPALIVE_CNT, PROBES) &&
	    set_int(s, ZMQ_TCP_MAXRT, UNHEARD_MS) &&
	    set_int(s, ZMQ_CURVE_SERVER, 1) &&
	    set_int(s, ZMQ_IPV6, 1) &&
	    zmq_setsockopt(s, ZMQ_MAXMSGSIZE, &max, sizeof max) == 0 &&
	    zmq_setsockopt(s, ZMQ_ZAP_DOMAIN, GATE_DOMAIN,
	    strlen(GATE_DOMAIN)) == 0 &&
	    set_int(s, ZMQ_ZAP_ENFORCE_DOMAIN, 1) &&
	    zmq_setsockopt(s, ZMQ_CURVE_SECRETKEY, l->c.key->secret,
	    KEY_SECRET) == 0;
}

static enum error_code
bind_all(struct broker_link *l, struct why *why)
{
	size_t n = ENDPOINT_MAX;

	for (unsigned i = 0; i < l->c.n_listen; i++, n = ENDPOINT_MAX) {
		if (zmq_bind(l->router, l->c.listen[i]) == 0 &&
		    zmq_getsockopt(l->router, ZMQ_LAST_ENDPOINT,
		    l->endpoint[i], &n) == 0)
			continue;
		why_set(why, "%s: %s", l->c.listen[i], zmq_strerror(errno));
		return ERR_CONFIG;
	}
	return ERR_NONE;
}

enum error_code
broker_link_create(const struct broker_link_config *c,
    struct broker_link **out, struct why *why)
{
	struct broker_link *l = calloc(1, sizeof *l);
	enum error_code e;

	*out = NULL;
	if (l == NULL)
		return ERR_NOMEM;
	l->c = *c;
	l->held_end = &l->held;
	e = raise_files(c, why);
	if (e != ERR_NONE)
		goto out;
	e = ERR_IO;
	l->context = zmq_ctx_new();
	if (l->context == NULL)
		goto out;
	/* the handler is there before anybody can knock: without one CURVE
	 * admits any key */
	l->zap = zmq_socket(l->context, ZMQ_REP);
	if (l->zap == NULL || !set_int(l->zap, ZMQ_LINGER, 0) ||
	    zmq_bind(l->zap, "inproc://zeromq.zap.01") != 0)
		goto out;
	l->router = zmq_socket(l->context, ZMQ_ROUTER);
	if (l->router == NULL || !set_options(l)) {
		why_set(why, "libzmq: %s", zmq_strerror(errno));
		goto out;
	}
	e = bind_all(l, why);
out:
	if (e != ERR_NONE)
		broker_link_destroy(&l);
	*out = l;
	return e;
}

void
broker_link_destroy(struct broker_link **l)
{
	struct peer *p;
	struct job *j;

	if (*l == NULL)
		return;
	if ((*l)->router != NULL)
		zmq_close((*l)->router);
	if ((*l)->zap != NULL)
		zmq_close((*l)->zap);
	if ((*l)->context != NULL)
		zmq_ctx_term((*l)->context);
	while ((j = (*l)->held) != NULL) {
		(*l)->held = j->next;
		job_destroy((*l)->c.pool, &j);
	}
	for (size_t i = 0; i < PEERS; i++) {
		while ((p = (*l)->peer[i]) != NULL) {
			(*l)->peer[i] = p->next;
			free(p);
		}
	}
	free(*l);
	*l = NULL;
}

const char *
broker_link_address(const struct broker_link *l, unsigned i)
{
	return i < l->c.n_listen ? l->endpoint[i] : "";
}

uint64_t
broker_link_heard(const struct broker_link *l, const char *member)
{
	const struct peer *p = find_peer(l, member);

	return p != NULL ? p->heard : 0;
}

enum error_code
broker_link_selftest(struct broker_link *l, struct why *why)
{
	uint64_t until = boot_now(l) + SELFTEST_MS;
	struct gate_stranger *s = NULL;
	enum gate_outcome out = GATE_NOTHING;
	enum error_code e;
	bool stop;

	e = gate_stranger_dial(l->context, l->endpoint[0], l->c.key->public,
	    &s, why);
	if (e != ERR_NONE)
		return e;
	while (out == GATE_NOTHING && boot_now(l) < until) {
		if (broker_link_turn(l, -1, 20, &stop) != ERR_NONE)
			break;
		out = gate_stranger_outcome(s);
	}
	gate_stranger_leave(&s);
	if (out == GATE_SHUT)
		return ERR_NONE;
	why_set(why, out == GATE_OPEN ? "a stranger's key got in" :
	    "a stranger's key was neither admitted nor refused");
	return ERR_CRYPTO;
}
