/*
 * Asking the agent over its local socket: for the command line programs and
 * the desk.
 */
#ifndef WAYLEAVE_AGENT_CLIENT_H
#define WAYLEAVE_AGENT_CLIENT_H

#include <jansson.h>

#include "agent/api/api.h"

struct client_answer {
	int code;                     /* enum cli_exit */
	json_t *result;               /* owned; NULL when none */
	char *words;                  /* owned; "" when none */
};

/*
 * One question; `in` is stolen and may be NULL (an empty object).  ERR_OFFLINE
 * when no agent listens there, ERR_CLOSED when it hung up, ERR_BUSY when it
 * took longer than timeout_ms; `why` then says what to do.
 */
MUST_USE enum error_code client_ask(const char *socket, enum api_verb verb,
    json_t *in, int timeout_ms, struct client_answer *out, struct why *why);
/*
 * The same in the name of a session (64 hex digits; "" nobody's), whoever
 * holds the socket's other end: for the desk.
 */
MUST_USE enum error_code client_ask_as(const char *socket,
    const char *session, enum api_verb verb, json_t *in, int timeout_ms,
    struct client_answer *out, struct why *why);
/* The same, and the session's idle time goes on (ASK_PEEK). */
MUST_USE enum error_code client_peek_as(const char *socket,
    const char *session, enum api_verb verb, json_t *in, int timeout_ms,
    struct client_answer *out, struct why *why);
/* Wipes and frees. */
void client_answer_free(struct client_answer *a);

/* --socket, else WAYLEAVE_SOCKET, else agent.conf's, else the default. */
const char *client_socket(const struct cli *cli);

#endif
