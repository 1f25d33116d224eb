/*
 * What was filled in on the page for writing, as the document that the agent
 * reads (agent/practice/content.h).  Pure.
 *
 * Fields of the form: actor, targets*, targets_more, codes*, recency, from,
 * to_day, source, text, quoted, danger*, triggers*, frequency, trend,
 * corroboration, exactness, lawful_basis, segments*, pathways*, links*,
 * withhold*, asked, asked_by, owner, relation, urgent; * may come several
 * times.  Empty ones are left out: the agent has defaults.
 */
#ifndef WAYLEAVE_AGENT_DESK_WRITE_DOC_H
#define WAYLEAVE_AGENT_DESK_WRITE_DOC_H

#include <jansson.h>

#include "agent/desk/form.h"

/*
 * An observation document; `key` (32 hex digits) is its idempotency key, or
 * NULL.  NULL if no memory; the caller's.
 */
json_t *write_document(const struct form *f, const char *key);

/*
 * The other way: a form filled with what a content says (an observation or
 * correction as the agent gives it back), and its links.  Errors as
 * form_parse; `f` is empty before.
 */
MUST_USE enum error_code write_fill(struct form *f, const json_t *content,
    const json_t *links);

/* Into a document: one value, when there is one; and all values of a name,
 * with the words in field `more` (NULL: none) besides. */
void write_put(json_t *o, const char *key, const char *value);
void write_put_list(json_t *o, const char *key, const struct form *f,
    const char *name, const char *more);

/* The scope of the first code that has one ("C1"); NULL when none has. */
const char *write_component(const struct form *f);
/* Is there a code of this scope among those chosen? */
bool write_has_scope(const struct form *f, const char *scope);

#endif
