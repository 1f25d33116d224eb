/*
 * Parcels from the broker (PROTOCOL 6): one frame a batch.  Nothing in it is
 * believed before it is proven: checkpoint signature, range proof from our
 * own edge, every record's signature, the news' running hash against the
 * broker's statement.  What holds is applied in one transaction with the new
 * edge; what does not stops the agent or rejects one message.
 */
#ifndef WAYLEAVE_AGENT_INTAKE_H
#define WAYLEAVE_AGENT_INTAKE_H

#include "agent/agent.h"

struct intake;

MUST_USE enum error_code intake_create(struct intake **out);
void intake_destroy(struct intake **i);

/*
 * One frame.  ERR_PROOF, ERR_CRYPTO: the broker lies or two ledgers exist
 * (agent/distrust.h); ERR_FORMAT, ERR_SIZE: not a parcel; the caller drops the
 * link.  Nothing of a bad parcel is kept.
 */
MUST_USE enum error_code intake_frame(struct agent *a, struct bytes frame,
    struct why *why);

/* The signed checkpoint of the frame taken last; NULL: it had none. */
const struct checkpoint *intake_shown(const struct agent *a);

/* The first frame on a new connection: position, news, clock, credit. */
MUST_USE enum error_code intake_hello(struct agent *a);
/* Tells the broker how far we are, when there is something to tell. */
void intake_confirm(struct agent *a);
/* How many messages we take has changed. */
void intake_credit(struct agent *a);

/*
 * A question to the broker (enum wire_ask).  The answer's rows are applied
 * (members, sealing keys) or handed to `done`, which gets NULL when the
 * connection went.
 */
typedef void intake_done(struct agent *a, const struct wire_reply *r,
    void *ctx);
MUST_USE enum error_code intake_ask(struct agent *a,
    const struct wire_question *q, intake_done *done, void *ctx);
void intake_forget(struct agent *a, void *ctx);
void intake_disconnected(struct agent *a);

/* Edge, newest checkpoint and news as they were last made durable. */
MUST_USE enum error_code intake_load_position(struct agent *a);

#endif
