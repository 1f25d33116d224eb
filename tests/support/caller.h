/*
 * A simulated member: a DEALER of its own, many of them in one context, and
 * for setting things up a peer (tests/support/peer.h) that verifies all it
 * is sent.  Once set up, a bench reads and writes frames itself.
 *
 * Anything that fails ends the program with a sentence.
 */
#ifndef WAYLEAVE_TESTS_SUPPORT_CALLER_H
#define WAYLEAVE_TESTS_SUPPORT_CALLER_H

#include "tests/support/field.h"
#include "tests/support/peer.h"

struct caller {
	struct field *f;
	unsigned m;                     /* which member of the world */
	void *socket;
	struct peer *peer;
	uint64_t ids;
	uint64_t news, size;            /* as last confirmed */
};

/* A DEALER that dials the field's broker with this link key. */
void *caller_dial(void *context, const struct field *f,
    const struct box_pair *key);

/* Dials, says hello with this credit, waits for a statement. */
void caller_open(struct caller *c, void *context, struct field *f,
    unsigned m, uint32_t credit);
void caller_close(struct caller *c);

/* Takes what has come, waiting up to `ms` for something; false: nothing. */
bool caller_turn(struct caller *c, int ms);
/* Confirms what it holds, and takes that many messages from now on. */
void caller_confirm(struct caller *c, uint32_t credit);
/* Sends one record and waits until it is admitted; its index. */
uint64_t caller_admit(struct caller *c, struct record *r,
    const struct world_payload *p);
/* Sends a frame as it is; false when it does not fit now. */
bool caller_send(struct caller *c, struct bytes frame);

#endif
