/*
 * Two ledgers (PROTOCOL 5): an agent that was shown something that does not
 * hold together with what it follows keeps both notes, sends and opens
 * nothing more, and alerts IT.  That stays so over locking and restarts,
 * until IT says otherwise (`wayleave-agent trust --again`).
 */
#ifndef WAYLEAVE_AGENT_DISTRUST_H
#define WAYLEAVE_AGENT_DISTRUST_H

#include "agent/agent.h"

/*
 * Nothing is sent or opened any more, and what is open is closed.  The first
 * reason is kept.  `theirs` may be NULL.  Within a transaction it is part of
 * it, and kept again after it if that should fail.
 */
void agent_distrust(struct agent *a, const struct checkpoint *theirs,
    const char *why);
/* At the start: is there something from before? */
MUST_USE enum error_code distrust_load(struct agent *a);
/* Each turn: keeps what could not be kept yet. */
void distrust_turn(struct agent *a);
/* What is held against the exchange; ERR_NOTFOUND: nothing. */
MUST_USE enum error_code distrust_get(struct agent *a, struct distrust *out);
/* IT's word that the matter is settled: the agent follows on from where it
 * was, and distrusts again if that still does not fit. */
MUST_USE enum error_code distrust_end(struct agent *a);

#endif
