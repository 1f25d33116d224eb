/* What the files of the desk's own machinery share. */
#ifndef WAYLEAVE_AGENT_DESK_PART_H
#define WAYLEAVE_AGENT_DESK_PART_H

#include "agent/desk/config.h"
#include "agent/desk/desk.h"
#include "agent/desk/guard.h"
#include "agent/desk/once.h"
#include "agent/tongue/tongues.h"

struct desk {
	const struct desk_config *config;
	struct tongues tongues;
	struct once once;
};

/* Fields that page_form puts into every form. */
#define DESK_FIELD_TOKEN "desk.token"
#define DESK_FIELD_NUMBER "desk.number"
/* Where to go after signing in. */
#define DESK_FIELD_NEXT "desk.next"
/* Whose form it is: an account; only forms with it are kept (keep.c). */
#define DESK_FIELD_WHO "desk.who"
/* The names of fields that are never kept. */
#define DESK_FIELD_SECRET "desk.secret"

/* Finds the route of c->path and calls its page, or refuses. */
void route_call(struct desk_call *c);

/* The sign-in page in place of the page that was asked for; leads back to
 * it.  `words`, NULL for none, say what was wrong. */
void sign_page(struct desk_call *c, const char *words);
/* Learns who the cookie's session is; CLI_DONE, CLI_LOCKED: nobody.  *words
 * (may be NULL) as in desk_ask. */
int sign_who(struct desk_call *c, char **words);
/* Gives the browser this token, or one that stands for nobody. */
void sign_cookie(struct desk_call *c, const char *token);
void sign_visitor(struct desk_call *c);
/* Ends the session; nobody is signed in then. */
void sign_leave(struct desk_call *c);

/* Has a page's form come in that is to be kept over signing in? */
bool keep_some(const struct desk_call *c);
/* Its fields, hidden, into the form under way; nothing when there is none. */
void keep_fields(struct desk_call *c);
/* Asks whether it should be handed in now. */
void keep_page(struct desk_call *c);

#endif
