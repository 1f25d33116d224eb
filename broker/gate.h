/*
 * The gate: who gets a link (ZAP, RFC 27), and the stranger that tries at
 * every start whether it is shut.  With link.c the only file of the broker
 * that calls libzmq; the sockets belong to the link's thread.
 */
#ifndef WAYLEAVE_BROKER_GATE_H
#define WAYLEAVE_BROKER_GATE_H

#include "broker/members.h"
#include "keys/identity.h"

#define GATE_DOMAIN "wayleave"

enum {
	GATE_KEY = 8,      /* bytes of the link key in a user id */
	GATE_USER = WIRE_ID_MAX + 1 + 2 * GATE_KEY,
};

/*
 * Answers every waiting request on the ZAP socket: link keys of members that
 * may have a link at `now` get the user id "member#<16 hex of the key>".
 */
void gate_turn(void *zap, struct members *members, uint64_t now);

/* Takes a user id apart; false when it is none of ours. */
bool gate_parse(const char *user, char member[static WIRE_ID_MAX + 1],
    uint8_t key[static GATE_KEY]);

struct gate_stranger;
enum gate_outcome {
	GATE_NOTHING = 0,  /* not decided yet */
	GATE_SHUT,         /* refused by the ZAP handler, as it must be */
	GATE_OPEN,         /* it got in */
	GATE_UNCLEAR,      /* failed in another way */
};

/* Dials what was bound, with a key that is nobody's. */
MUST_USE enum error_code gate_stranger_dial(void *context, const char *bound,
    const uint8_t server[static KEY_PUBLIC], struct gate_stranger **out,
    struct why *why);
enum gate_outcome gate_stranger_outcome(struct gate_stranger *s);
void gate_stranger_leave(struct gate_stranger **s);

#endif
