/*
 * The page for writing: five answers, what else can be said, and beside it
 * what the wording check offers and who would get it.  Pages of writing,
 * correcting and drafts share it.
 */
#ifndef WAYLEAVE_AGENT_DESK_WRITE_FORM_H
#define WAYLEAVE_AGENT_DESK_WRITE_FORM_H

#include "agent/desk/page.h"

/* What the agent says, for the choices; members owned by the caller. */
struct write_facts {
	json_t *people;                /* of verb people, or NULL */
	json_t *records;               /* items of verb records, or NULL */
	json_t *members;               /* of verb members */
};

/* The five answers and the rest behind "More", refilled from the form. */
void write_fields(struct desk_call *c, const struct write_facts *w);
/* Codes that were chosen, ticked, then those that `q` finds.  Also what is
 * answered to somebody who types (GET /codes). */
void write_codes(struct desk_call *c, const char *q);

/* Offers of the wording check: `lint` of a preview. */
void write_lint(struct desk_call *c, const json_t *lint);
/* The whole directory: who gets it when it is sent, ticked where that is
 * usual; and the rest, with why not.  `copies` of a preview. */
void write_recipients(struct desk_call *c, const struct write_facts *w,
    const json_t *copies);

#endif
