/*
 * The desk: what caseworkers see in a browser.  It has no keys and keeps
 * nothing: every page is asked from the agent over its local socket, in the
 * name of the session that the browser's cookie names, and written anew.
 *
 *   desk.h      this contract: one request, its reply, what pages may use
 *   http.h      libmicrohttpd, and nothing else of it anywhere
 *   guard.h     Host, Origin, tokens of forms: who may ask at all
 *   form.h      what a browser sends;  html.h  what it gets
 *   page.h      the frame around every page, and parts that pages share
 *   forget.h    what is freed is wiped
 *   routes.def  method, path, who, page;  route.c  finds and calls it
 *   page_*.c    one screen each;  door_*.c  the door for other systems (/v1)
 *
 * A session is the agent's (agent/signin/signin.h): the desk passes its token on
 * and learns who it is.  A desk taken over can so do what those who are
 * signed in may do, and no more.
 *
 * Each request runs on a thread of its own and may wait for the agent.
 */
#ifndef WAYLEAVE_AGENT_DESK_DESK_H
#define WAYLEAVE_AGENT_DESK_DESK_H

#include <jansson.h>
#include <stdint.h>

#include "agent/client.h"
#include "agent/desk/form.h"
#include "agent/desk/html.h"
#include "agent/desk/http.h"

enum desk_right {              /* bits; the agent's names: worker, lead, ... */
	DESK_WORKER = 1, DESK_LEAD = 2, DESK_ADVOCATE = 4, DESK_OFFICER = 8,
	DESK_IT = 16
};

/* Who is signed in; all empty when nobody is. */
struct desk_who {
	char token[65];                /* the agent's session, hex; "" nobody */
	char account[64], name[129], role[33], team[33];
	unsigned rights;               /* enum desk_right */
	long lock_seconds;             /* idle time until the screen locks */
};

struct desk;
struct desk_config;

enum { DESK_PARTS_MAX = 4, DESK_PAGE_MAX = 8 * 1024 * 1024 };

struct desk_call {
	struct desk *desk;
	const struct desk_config *config;

	/* the request, checked by the guard */
	bool post;                     /* else GET */
	const char *path;              /* "/case/3/map" */
	const char *part[DESK_PARTS_MAX]; /* what * of the route matched */
	struct form query, form;       /* form: of a POST */
	bool filled;                   /* fields show what is in form: a POST, */
	                               /* or a page that put a draft there */
	struct desk_who who;
	char visitor[65];              /* the cookie as it came, "" none */
	bool peek;                     /* a page looks for news by itself */

	/* the reply: out is the body, made a page by page_begin/page_end */
	int status;                    /* 200 to begin with */
	struct buf out;                /* wiped when it has gone */
	const char *type;              /* "text/html; charset=utf-8" */
	struct http_stream stream;     /* instead of out, when next is set */
	char location[256];            /* with status 303 */
	char cookie[256];              /* a Set-Cookie value, or "" */
};

/* A page; its result is in the call.  Routes name these. */
typedef void desk_page(struct desk_call *c);

/*
 * Asks the agent in the caller's name (`in` is stolen).  On CLI_DONE the
 * result is the caller's.  Any other code is returned with the agent's words
 * in *words (owned, may be NULL when not wanted); CLI_LOCKED: the session has
 * ended.  An agent that cannot be reached is CLI_NOT_NOW, words say so.
 * *result may be set with CLI_NO, too (a document refused).
 */
int desk_ask(struct desk_call *c, enum api_verb verb, json_t *in,
    json_t **result, char **words);
/*
 * The same for a page that can show nothing without the answer: any other
 * code has already become the reply (the sign-in page for CLI_LOCKED, one
 * page for everything unknown, not permitted or excluded: the same bytes).
 * NULL then; the page just returns.
 */
json_t *desk_need(struct desk_call *c, enum api_verb verb, json_t *in);
/* Wipes and frees the agent's words; accepts NULL. */
void desk_forget(char *words);

/* ---- replies ---------------------------------------------------------- */

/* A page with one thing to say: heading and sentence. */
void desk_say(struct desk_call *c, int status, const char *heading,
    const char *words);
/* "Nothing to show.": unknown, excluded and not yours, byte for byte. */
void desk_nothing(struct desk_call *c);
/* See other: where a POST that did something ends, so that back and reload
 * repeat nothing.  `done` names a fixed sentence of page_done.def, or NULL. */
void desk_see(struct desk_call *c, const char *done, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * Was this form handed in before (double click, back button)?  Each form has
 * its own number (page_form); true once, the second time the call becomes a
 * redirect to `where` and false is returned.  Call it just before acting,
 * after what was typed has been found good.
 */
bool desk_once(struct desk_call *c, const char *where);

/* ---- life -------------------------------------------------------------- */

/* The desk's side of http.h; ctx is the desk. */
MUST_USE enum error_code desk_create(const struct desk_config *config,
    struct desk **out, struct why *why);
void desk_destroy(struct desk **desk);
http_handler desk_handle;
/* The header fields of every reply; ends with NULL. */
extern const struct http_field desk_fields[];

#endif
