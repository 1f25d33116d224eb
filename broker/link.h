/*
 * The link: the broker's one zmq socket (ROUTER, CURVE) with the ZAP handler
 * that admits members and nobody else (PROTOCOL 1 "Link", PITFALLS libzmq).
 * The only file of the broker that calls libzmq.
 *
 * One thread.  It never stops reading: what does not fit into the lane is
 * answered `busy`, so that a withdrawal never waits behind a flood.
 *
 * Who is who: the ZAP user id, which is the member id and the beginning of
 * the link key it was admitted with, taken from the payload frame of every
 * message.  Routing ids are libzmq's own and only say where to send.  A
 * member's newest connection is its session; the older one is told once.
 */
#ifndef WAYLEAVE_BROKER_LINK_H
#define WAYLEAVE_BROKER_LINK_H

#include "base/clock.h"
#include "base/lane.h"
#include "broker/job.h"
#include "broker/members.h"
#include "broker/operator.h"
#include "broker/outq.h"
#include "keys/identity.h"

enum {
	BROKER_LINK_LISTEN = 2,         /* addresses */
	BROKER_LINK_TICKETS = 64,       /* unanswered frames of one member */
	BROKER_LINK_URGENT = 128,       /* likewise, hellos and narrowing */
};

/* All borrowed, but the keys, which are copied by libzmq. */
struct broker_link_config {
	const char *listen[BROKER_LINK_LISTEN]; /* "tcp://host:port" */
	unsigned n_listen;
	const struct box_pair *key;
	struct members *members;
	struct lane *lane;
	struct job_pool *pool;
	struct outq *outq;
	struct operator *operator;      /* may be NULL */
	const struct clock *clock;
	unsigned max_sessions;
	unsigned handshake_ms;
	size_t max_frame;
};

struct broker_link;

/*
 * Binds.  ERR_CONFIG names the address that cannot be bound; ERR_DENIED: the
 * limit of open files is too low for max_sessions.
 */
MUST_USE enum error_code broker_link_create(
    const struct broker_link_config *c, struct broker_link **out,
    struct why *why);
void broker_link_destroy(struct broker_link **l);

/*
 * Tries to get in with a key that no member has.  ERR_CRYPTO when it gets
 * in, or when nothing can be said for sure: the broker must not run.
 */
MUST_USE enum error_code broker_link_selftest(struct broker_link *l,
    struct why *why);

/* One turn: waits at most timeout_ms.  *stop: `stop_fd` became readable. */
MUST_USE enum error_code broker_link_turn(struct broker_link *l, int stop_fd,
    int timeout_ms, bool *stop);
/* Sends what is left in the queue; after the lane is empty. */
void broker_link_flush(struct broker_link *l);

/* At the end libzmq may still be sending for so long; 0 before. */
void broker_link_linger(struct broker_link *l, int ms);

/* Where it listens, as bound: for tests that let the system choose a port. */
const char *broker_link_address(const struct broker_link *l, unsigned i);
/* When this member was last heard (boot ms), 0 never. */
uint64_t broker_link_heard(const struct broker_link *l, const char *member);

#endif
