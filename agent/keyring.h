/*
 * Case keys (custodian only) and arrow keys, sealed in the books; labels.
 * PROTOCOL 2 "Arrows and labels".
 */
#ifndef WAYLEAVE_AGENT_KEYRING_H
#define WAYLEAVE_AGENT_KEYRING_H

#include "agent/agent.h"

/* Keeps the case key of a case we are custodian of. */
MUST_USE enum error_code keyring_case_put(struct agent *a,
    const uint8_t case_id[static WIRE_CASE], const uint8_t key[static 32]);
MUST_USE enum error_code keyring_case(struct agent *a,
    const uint8_t case_id[static WIRE_CASE], uint8_t key[static 32]);

/*
 * The arrow key of sender -> recipient: derived when we hold the case key,
 * else as received.  ERR_NOTFOUND until it came.  The caller wipes it.
 */
MUST_USE enum error_code keyring_arrow(struct agent *a,
    const uint8_t case_id[static WIRE_CASE], const char *sender,
    const char *recipient, uint8_t key[static 32]);
MUST_USE enum error_code keyring_arrow_put(struct agent *a,
    const uint8_t case_id[static WIRE_CASE], const char *sender,
    const char *recipient, const uint8_t key[static 32]);

/* Takes in an `arrow-key` record addressed to us (opens its seal). */
MUST_USE enum error_code keyring_take(struct agent *a, const struct body *b,
    struct why *why);

/* A sealing secret of ours by epoch; ERR_NOTFOUND once destroyed. */
MUST_USE enum error_code keyring_epoch(struct agent *a, uint64_t epoch,
    uint8_t secret[static 32]);
/* Announces today's sealing key when due and connected; destroys what has had
 * its time, connected or not. */
MUST_USE enum error_code keyring_turn(struct agent *a);

/* Labels this content needs on this arrow, in byte order; <= 8. */
MUST_USE enum error_code keyring_labels(struct agent *a,
    const uint8_t arrow_key[static 32], uint32_t scopes /* scope_set */,
    const char *purpose /* "PU01" */,
    uint8_t out[static WIRE_MESSAGE_LABELS][WIRE_LABEL], unsigned *n);

#endif
