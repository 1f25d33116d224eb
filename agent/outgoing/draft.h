/*
 * A content on its way out, shared by the verbs that write (agent/api/write.c,
 * agent/api/reply.c): read, checked, given an id, sent or only looked at.
 */
#ifndef WAYLEAVE_AGENT_DRAFT_H
#define WAYLEAVE_AGENT_DRAFT_H

#include "agent/api/work.h"
#include "agent/outgoing/compose.h"
#include "agent/practice/lint.h"

struct draft {
	uint8_t case_id[WIRE_CASE];
	struct content content;
	struct validate_facts facts;
	char survivor[12];              /* person id, for the language check */
	struct copy copy[COMPOSE_RECIPIENTS_MAX];
	unsigned n;
	bool dry_run;
};

/* Zeroed; dry_run as the call asks for.  NULL if no memory. */
struct draft *draft_create(const struct api_call *c);
void draft_destroy(struct draft **d);

/*
 * Reads a document (agent/practice/content.h) into a draft whose case_id is
 * set.  Links may be given by the first 8 digits and more of a record held
 * and open here.  Author and account become the caller's.  False: the call
 * has been ended, saying what is wrong where.
 */
bool draft_read(struct api_call *c, struct draft *d, const json_t *doc);
/* The form alone: needs no case, looks at nothing held. */
bool draft_parse(struct api_call *c, struct draft *d, const json_t *doc);
/* Hits of the language check as JSON; of a text, of a whole draft. */
json_t *draft_hits(const char *text, const struct lint_hit *hit, size_t n);
json_t *draft_lint(const struct draft *d);

/* One more recipient, unless it is on the list; false: the call is ended. */
bool draft_to(struct api_call *c, struct draft *d, const char *member);
/* Recipients of the request's field `to`; *given says whether it has one. */
bool draft_to_list(struct api_call *c, struct draft *d, bool *given);
/* Recipients as the document says: send_to of an observation. */
bool draft_to_document(struct api_call *c, struct draft *d);
/* Those to whom copies of this own record went. */
bool draft_to_same(struct api_call *c, struct draft *d,
    const struct record_id *id);

/*
 * Gives the content its id, checks it, looks whether this very thing was
 * handed in before, sends (or looks) and ends the call with the result.
 */
void draft_go(struct api_call *c, struct draft *d);

#endif
