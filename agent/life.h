/*
 * The life of an agent: opened with its store and files, unlocked with its
 * keys, a turn of everything at a time, locked, closed.
 */
#ifndef WAYLEAVE_AGENT_LIFE_H
#define WAYLEAVE_AGENT_LIFE_H

#include "agent/agent.h"

/*
 * Opens state directory, database and slice; a locked agent answers status
 * and unlock only.  `why` names file and reason.
 */
MUST_USE enum error_code agent_open(const struct agent_config *config,
    struct agent **out, struct why *why);
/* With the unlocked identity: everything else starts. Takes *identity. */
MUST_USE enum error_code agent_unlocked(struct agent *a,
    struct identity **identity, struct why *why);
/* Wipes every secret and closes the link; the store stays open. */
void agent_locked(struct agent *a);
void agent_close(struct agent **a);

/* Turns of the loop: timers, owed receipts, retries; called once a turn. */
void agent_turn(struct agent *a);

#endif
