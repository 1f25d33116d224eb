/*
 * The door for an agency's own systems (docs/INTEGRATION.md): what is handed
 * in, what happened, refusals.  It has two fronts, HTTP on a Unix socket of
 * the desk process and a folder of files (agent/desk/folder/).  A token is
 * either a service's, which writes and never reads, or a worker's session;
 * the agent tells them apart, the door only passes them on.
 *
 *   door.c          the front of HTTP: paths, tokens
 *   door_ask.c      bodies, asking the agent, refusals
 *   door_write.c    observations, questions, recall
 *   door_read.c     events, vocabulary; with a worker's session: sign-in,
 *                   opening, messages, map, exports
 */
#ifndef WAYLEAVE_AGENT_DESK_DOOR_H
#define WAYLEAVE_AGENT_DESK_DOOR_H

#include <jansson.h>

#include "agent/client.h"
#include "agent/desk/form.h"
#include "agent/desk/http.h"

enum { DOOR_BODY_MAX = 64 * 1024, DOOR_DEPTH_MAX = 16 };

struct desk_config;

struct door_call {
	const struct desk_config *config;
	bool post;
	char part[64];                 /* what * of the route matched */
	struct form query;
	json_t *body;                  /* of a POST: an object; owned */
	char token[72];

	int status;
	json_t *reply;                 /* owned */
	unsigned retry_after;          /* seconds, 0: none */
};

typedef void door_route(struct door_call *c);

/* Takes in the body's text: one JSON object.  False: it was refused. */
bool door_body(struct door_call *c, struct bytes text);
/* Hands in the body, as what its `schema` says it is. */
door_route door_document;
/* Frees what the call owns and wipes the rest. */
void door_end(struct door_call *c);

/* http.h's handler; ctx is the struct desk_config. */
http_handler door_handle;

/* Asks the agent (`in` is stolen).  CLI_DONE: *result is the caller's; any
 * other code has become the reply, unless the result says why (rule, field,
 * text): then that is returned with the code. */
int door_ask(struct door_call *c, enum api_verb verb, json_t *in,
    json_t **result);
/* Such a result (stolen) as the reply: a refusal with rule and field. */
void door_no(struct door_call *c, int code, json_t *result);
/* Asks the agent, and its result is the reply, or its no is. */
void door_pass(struct door_call *c, enum api_verb verb, json_t *in);
/* The reply: an error in the form of USERS 4.  field, rule, detail may be
 * NULL. */
void door_refuse(struct door_call *c, int status, const char *rule,
    const char *field, const char *title, const char *detail);

door_route door_observe, door_track, door_recall, door_question,
    door_vocabulary, door_events, door_events_ack, door_sign_in, door_open,
    door_message, door_map, door_export;

#endif
