/* What the files of the desk's own machinery share. */
#ifndef WAYLEAVE_AGENT_DESK_PART_H
#define WAYLEAVE_AGENT_DESK_PART_H

#include "agent/desk/config.h"
#include "agent/desk/desk.h"
#include "agent/desk/guard.h"
#include "agent/desk/once.h"

struct desk {
	const struct desk_config *config;
	struct once once;
};

/* Fields that page_form puts into every form. */
#define DESK_FIELD_TOKEN "desk.token"
#define DESK_FIELD_NUMBER "desk.number"
/* Any POST within one page: which of its buttons. */
#define DESK_FIELD_NEXT "desk.next"

/* Finds the route of c->path and calls its page, or refuses. */
void route_call(struct desk_call *c);

/* The sign-in page in place of the page that was asked for; leads back to
 * it.  `words`, NULL for none, say what was wrong. */
void sign_page(struct desk_call *c, const char *words);
/* Learns who the cookie's session is; CLI_DONE, CLI_LOCKED: nobody. */
int sign_who(struct desk_call *c, char **words);

#endif
