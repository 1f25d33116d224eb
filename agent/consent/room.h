/*
 * Room on the disk: what discloses stops first, what narrows goes on
 * (PROTOCOL 2 "Narrowing records").  Below a mark nothing is sent or opened
 * and no mail is asked for; a reserve file is given back to the file system
 * when even that is used up, for withdrawals and stops.
 */
#ifndef WAYLEAVE_AGENT_ROOM_H
#define WAYLEAVE_AGENT_ROOM_H

#include "agent/agent.h"

enum {
	ROOM_LOW = 16 * 1024 * 1024,     /* free bytes below which it is full */
	ROOM_LAST = 1024 * 1024,         /* and the reserve is given back */
	ROOM_RESERVE = 4 * 1024 * 1024,  /* STATE_DIR/reserve */
};

/* Looks, every two seconds, and sets or ends TROUBLE_DISK. */
void room_turn(struct agent *a);

#endif
