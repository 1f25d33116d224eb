/*
 * Who may ask at all, before anything else looks at a request: pages of
 * other sites in the same browser may not, whatever name they found for us.
 * Pure functions over what a browser sent; fuzzed by tests/fuzz/fuzz_form.c.
 */
#ifndef WAYLEAVE_AGENT_DESK_GUARD_H
#define WAYLEAVE_AGENT_DESK_GUARD_H

#include <stdbool.h>

#include "agent/desk/config.h"

enum { GUARD_TOKEN = 65, GUARD_PATH_MAX = 256 };

/* Header values as they came, NULL when absent. */
struct guard_ask {
	bool post;
	const char *path, *host, *origin, *content_type;
	const char *fetch_site, *fetch_mode, *fetch_dest, *purpose;
};

enum guard_verdict {
	GUARD_OK,
	GUARD_HOST,                    /* a name that is not ours: rebinding */
	GUARD_ORIGIN,                  /* from a page of another site */
	GUARD_PATH,                    /* no path of ours looks so */
	GUARD_TYPE                     /* a form of another kind */
};

enum guard_verdict guard_look(const struct desk_config *c,
    const struct guard_ask *ask);

/* "/", or segments of [A-Za-z0-9_.-] that do not begin with a dot. */
bool guard_path(const char *path);

/* The cookie's name: with TLS, one that only this very host can set. */
const char *guard_cookie_name(const struct desk_config *c);
/* The cookie from a Cookie header: 64 hex digits, given once; else false
 * and out is "". */
bool guard_cookie(const char *header, const char *name,
    char out[static GUARD_TOKEN]);

/*
 * The token that forms carry against other sites' pages: a hash keyed with
 * the browser's own cookie, which those can make it send but cannot read.
 * It holds for as long as the cookie does, also over a restart.
 */
void guard_token(const char *cookie, char out[static GUARD_TOKEN]);
/* In constant time; false also without a cookie. */
bool guard_token_ok(const char *cookie, const char *token);

/* 32 random bytes as hex. */
void guard_random(char out[static GUARD_TOKEN]);

#endif
