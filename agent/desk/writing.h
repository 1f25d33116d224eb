/*
 * One document on one page: what was seen, a task, a goal.  The page is handed
 * in as often as one likes (do=find|links|look|keep) and once to be sent
 * (do=send); what was typed stays as a draft until it has been sent.  What
 * there is to fill in, and the document that comes of it, is the caller's.
 */
#ifndef WAYLEAVE_AGENT_DESK_WRITING_H
#define WAYLEAVE_AGENT_DESK_WRITING_H

#include "agent/desk/write_form.h"

struct writing {
	json_t *about;                 /* {"case": ..} or {"observation": ..} */
	json_t *cased;                 /* {"case": ..} */
	enum api_verb look, send;
	const char *heading, *lead;
	char draft[56];                /* its name as a draft */
	const char *only;              /* the field that names the agency that */
	                               /* gets it (write_facts), or NULL */
	void (*fields)(struct desk_call *, const struct write_facts *);
	json_t *(*document)(const struct form *, const char *key);
	/* What is not filled in yet, in words, and its field; may be NULL. */
	const char *(*lacks)(const struct form *, const char **field);
	/* It has gone, and is called this; may be NULL. */
	void (*sent)(struct desk_call *, const char *id);
};

/* The reply, for GET and POST alike. */
void writing_page(struct desk_call *c, const struct writing *what);
/* A case as the path has it: its number, or its reference at this agency. */
json_t *writing_case(const struct desk_call *c);
/* ?link=RECORD: a page begun from a record is about to link to it. */
void writing_link_first(struct desk_call *c);

#endif
