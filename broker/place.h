/*
 * Where an agent's news stream goes on after a hello.
 *
 * The stream is the member's feed (news not confirmed) and the records in
 * its own name, which are in no feed, merged by ledger position.  The agent
 * has the first so many items; what it lacks is the rest, counted from the
 * end.  Own records are found again by reading the ledger: as a rule from
 * the agent's size on, for its size moves past an own record in the parcel
 * that brings it; further back only where a backlog was being sent when the
 * connection broke.
 */
#ifndef WAYLEAVE_BROKER_PLACE_H
#define WAYLEAVE_BROKER_PLACE_H

#include "broker/state.h"

enum {
	PLACE_CHUNK = 4096,             /* entries read further back at once */
	PLACE_SCAN_MAX = 1000000,       /* entries read for one hello */
};

/*
 * Sets x->feed_at, x->skip and x->own for an agent that holds what `last`
 * says.  ERR_NOTFOUND: the rest cannot be found, it holds less than it once
 * confirmed.  *read: how many entries that took.
 */
MUST_USE enum error_code place_find(struct sequencer *q, struct session *x,
    const struct store_member *m, const struct citation *last,
    uint64_t *read);

#endif
