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
	const char *only;              /* ticked beforehand: this agency and */
	                               /* no other; NULL: those that are usual */
};

/* The five answers and the rest behind "More", refilled from the form. */
void write_fields(struct desk_call *c, const struct write_facts *w);
/* Parts of it: the persons of the case to choose from, WRITE_PERSONS_MAX at
 * most, with room for their words; records that it belongs to, ticked by and by. */
enum { WRITE_PERSONS_MAX = 16 };
size_t write_persons(const struct write_facts *w, struct page_choice *out,
    char text[static WRITE_PERSONS_MAX][160]);
void write_links(struct desk_call *c, const struct write_facts *w);
/* Codes that were chosen, ticked, then those that `q` finds.  Also what is
 * answered to somebody who types (GET /codes). */
void write_codes(struct desk_call *c, const char *q);

/* The same for a goal: one behaviour, never attendance (GET /codes?for=goal). */
void write_behaviours(struct desk_call *c, const char *q);
/* The field for plain words, with `codes` below it, as one finds them. */
void write_search(struct desk_call *c, const char *hint, const char *for_what,
    void (*codes)(struct desk_call *, const char *q));
/* An agency of the directory, our own first if `own`. */
void write_agency(struct desk_call *c, const struct write_facts *w,
    const char *name, const char *label, bool own);
/* A gap of the list or none, at first the one the link named (?gap=). */
void write_gap(struct desk_call *c);

/* Offers of the wording check: `lint` of a preview. */
void write_lint(struct desk_call *c, const json_t *lint);
/* The whole directory: who gets it when it is sent, ticked where that is
 * usual; and the rest, with why not.  `copies` of a preview. */
void write_recipients(struct desk_call *c, const struct write_facts *w,
    const json_t *copies);
/* Has it been looked who gets it, for what the form says now? */
bool write_looked(const struct desk_call *c, const struct write_facts *w);

#endif
