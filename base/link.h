/*
 * The dialling end of a link: DEALER with CURVE to one server (PROTOCOL 6,
 * PITFALLS libzmq).  Agents and auditors dial out with it; the only client
 * code that calls libzmq.
 *
 * Owned by one thread.  Frames are whole and bounded; what they mean is the
 * caller's business.
 */
#ifndef WAYLEAVE_BASE_LINK_H
#define WAYLEAVE_BASE_LINK_H

#include <stdbool.h>

#include "base/bytes.h"

enum { LINK_KEY = 32, LINK_ADDRESSES = 4, LINK_ADDRESS = 128 };

/* Whom to dial as whom: Curve25519 keys, and the longest frame to take. */
struct link_keys {
	uint8_t server[LINK_KEY];
	uint8_t public[LINK_KEY], secret[LINK_KEY];
};

struct link;

/*
 * Starts dialling `address` (n of them, in turn, "host:port" or
 * "tcp://host:port").  Connects in the background.  The keys are copied into
 * guarded memory.  ERR_CONFIG names the address.
 */
MUST_USE enum error_code link_create(const char *const *address, unsigned n,
    const struct link_keys *keys, size_t max_frame, struct link **out,
    struct why *why);
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
