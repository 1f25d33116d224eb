/*
 * What is being written, kept at the agent: nothing typed is lost to a lock,
 * a closed window or a power cut.  A page names its draft ("write/3"), calls
 * draft_take when it is shown and draft_done when the thing has been sent;
 * POST /draft keeps what the form says, every few seconds (draft.js) or by
 * the button "Keep as a draft".
 */
#ifndef WAYLEAVE_AGENT_DESK_DRAFT_H
#define WAYLEAVE_AGENT_DESK_DRAFT_H

#include "agent/desk/desk.h"

/* Puts the draft, if there is one, into c->form (?draft=other: the one kept
 * beside it), and says above the form that it is one. */
void draft_take(struct desk_call *c, const char *what);
/* Says so on the page, with the way to the other one; after page_begin. */
void draft_say(struct desk_call *c, const char *what);
/* Hidden fields that make a form one that is kept; within page_form. */
void draft_fields(struct desk_call *c, const char *what);
/* Keeps the form as it came; false: it could not be kept, the page says so. */
bool draft_keep(struct desk_call *c, const char *what);
void draft_done(struct desk_call *c, const char *what);

#endif
