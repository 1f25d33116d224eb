/*
 * The broker's end of the signer: one request, one answer, over the local
 * socket.  A lost connection is made again; whether the signer had signed
 * before it was lost, it says itself (signer.h).
 */
#ifndef WAYLEAVE_BROKER_SIGN_CLIENT_H
#define WAYLEAVE_BROKER_SIGN_CLIENT_H

#include "broker/sequencer.h"

enum { SIGN_CLIENT_PATIENCE_MS = 10 * 1000 };

struct sign_client;

/* Connects; waits a little for a signer that is just starting. */
MUST_USE enum error_code sign_client_create(const char *path,
    const char *origin, const uint8_t log_key[static NOTE_PUBLIC_BYTES],
    struct sign_client **out, struct why *why);
void sign_client_destroy(struct sign_client **c);

/*
 * For struct signing; ctx is the client.  The signature is verified once on
 * each connection, size and root by the caller every time.
 */
enum error_code sign_client_sign(void *ctx, uint64_t from,
    const struct hash *leaf, size_t n, struct checkpoint *out);

#endif
