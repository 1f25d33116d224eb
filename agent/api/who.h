/*
 * Who is calling, and what they may.  Inside the local socket
 * (agent/api/api.h).
 *
 * Without ASK_DESK the kernel's word counts: the worker of the peer's uid,
 * and IT for root and the agent's own uid.  With it the session counts and
 * the uid gives nothing, but only certain uids may ask so: the desk's user
 * ([desk] user), root and the agent's own.
 */
#ifndef WAYLEAVE_AGENT_API_WHO_H
#define WAYLEAVE_AGENT_API_WHO_H

#include "agent/api/api.h"
#include "base/local.h"

/* The uid of the account that the desk runs as; NO_UID when this machine has
 * none of that name. */
uint32_t api_desk_uid(const struct agent_config *config);

/*
 * Fills in worker, it, by and token of the call from the peer and what was
 * asked.  False: it may not ask at all, and the call has been answered.
 */
bool api_who_is(struct api_call *c, const struct local_peer *peer,
    uint32_t desk_uid, const struct local_ask *ask);
/* The rights that a verb asks for, met by this caller? */
bool api_may(const struct api_call *c, enum api_who who);

#endif
