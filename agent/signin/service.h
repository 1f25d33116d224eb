/*
 * Service accounts: an agency's own system writes with a token and never
 * reads.  The token is 32 random bytes, told once as hex digits behind
 * "svc"; of it only a hash is kept.  What it may ask is one short list; what
 * it hands in is in the name of the worker whom the document calls its
 * author.
 */
#ifndef WAYLEAVE_AGENT_SERVICE_H
#define WAYLEAVE_AGENT_SERVICE_H

#include "agent/api/api.h"

enum { SERVICE_TOKEN = 3 + 64 + 1, SERVICE_NAME_MAX = 48 };

/* Begins with "svc"?  Then it is no session's. */
bool service_is_token(const char *token);
/* Its name, when it is one in force; ERR_NOTFOUND. */
MUST_USE enum error_code service_find(struct agent *a, const char *token,
    char name[static SERVICE_NAME_MAX + 1]);
/* May a service ask this verb at all? */
bool service_may(enum api_verb v);
/*
 * The worker in whose name the request is: its document's author.account,
 * who must work here; for requests without a document the service itself.
 * False: there is none, and `why` says what to write.
 */
bool service_worker(struct api_call *c, const char *name, struct why *why);

#endif
