/*
 * The one outbound socket: DEALER with CURVE to the broker (PROTOCOL 6,
 * PITFALLS libzmq).  The only file of the agent that calls libzmq.
 *
 * Owned by the loop thread.  Frames are whole; what they mean is intake's
 * and outgoing's business.
 */
#ifndef WAYLEAVE_AGENT_LINK_H
#define WAYLEAVE_AGENT_LINK_H

#include <stdbool.h>

#include "base/bytes.h"
#include "keys/identity.h"

struct link;

/*
 * Starts dialling `addresses` (in turn, "tcp://host:port"), as this link
 * pair, to the broker with that link key.  Connects in the background.
 */
MUST_USE enum error_code link_create(const char *const *address, unsigned n,
    const uint8_t broker[static KEY_PUBLIC], const struct box_pair *self,
    struct link **out, struct why *why);
void link_destroy(struct link **l);

/* For poll(2): readable means call link_recv until ERR_NOTFOUND. */
int link_fd(const struct link *l);
/* Frames are waiting, whatever poll says (its descriptor is edge-triggered). */
bool link_pending(const struct link *l);
/* The next frame; the view is valid until the next call. ERR_NOTFOUND. */
MUST_USE enum error_code link_recv(struct link *l, struct bytes *out);
/* ERR_BUSY when it does not fit now: try again next turn. */
MUST_USE enum error_code link_send(struct link *l, struct bytes frame);
/* Since the last call: did a connection come up, did one go? */
void link_events(struct link *l, bool *up, bool *down);
/* Drops the connection and dials again with jittered back-off. */
void link_again(struct link *l, uint64_t boot_ms);
/* Lets frames already sent go out, at most this long. */
void link_drain(struct link *l, int ms);

#endif
