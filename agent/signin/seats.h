/*
 * Seats at the desk: who is signed in.  A session is 32 random bytes, told
 * once as hex digits; of them only a hash is kept, in memory, so that nothing
 * here can be used to be somebody.
 *
 * A session ends when it has been idle, 12 hours after it began whatever
 * happens, with its account, when the keys are locked, and with the process.
 * Times are on CLOCK_BOOTTIME, in ms.
 */
#ifndef WAYLEAVE_AGENT_SEATS_H
#define WAYLEAVE_AGENT_SEATS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

enum {
	SEATS_MAX = 256,
	SEATS_EACH = 4,             /* of one account; then its oldest ends */
	SEAT_HOURS = 12,
	SEAT_HEX = 65,              /* 64 digits and NUL */
	SEAT_ACCOUNT = 64,
};

struct seats;

struct seat {
	char account[SEAT_ACCOUNT];
	uint64_t since, used;       /* boot ms */
	uint64_t ends;              /* unless it is used before */
};

MUST_USE enum error_code seats_create(uint64_t idle_ms,
    struct seats **out);
/* Wipes and frees; accepts NULL. */
void seats_destroy(struct seats **s);

/* A new one; its token is the caller's to wipe.  ERR_FULL. */
MUST_USE enum error_code seats_open(struct seats *s,
    const char *account, uint64_t boot, char token[static SEAT_HEX]);
/* ERR_NOTFOUND for what is no token of a session in force. */
MUST_USE enum error_code seats_find(struct seats *s, const char *token,
    uint64_t boot, struct seat *out);
/* The same, and it was used: its idle time begins anew. */
MUST_USE enum error_code seats_use(struct seats *s, const char *token,
    uint64_t boot, struct seat *out);

/* Ends the one with this token; any other is left alone. */
void seats_end(struct seats *s, const char *token);
/* Ends all of an account but the one with this token (NULL: all). */
void seats_end_account(struct seats *s, const char *account,
    const char *but);

/* Those in force. */
typedef void seats_visit(void *ctx, const struct seat *one);
void seats_each(struct seats *s, uint64_t boot, seats_visit *visit,
    void *ctx);

#endif
