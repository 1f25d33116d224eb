#include "agent/intake/opening_check.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "agent/cases/cases.h"
#include "agent/outgoing/compose.h"

/* The rules on content hold here too; which records a content links to is
 * not told (PROTOCOL 4), so that it links to none is not held against it. */
static bool
content_valid(const struct content *c)
{
	struct content *copy = malloc(sizeof *copy);
	bool ok = copy != NULL;

	if (!ok)
		return false;
	*copy = *c;
	if (c->kind == CONTENT_OBSERVATION)
		copy->u.observation.links.n = 1;
	else if (c->kind == CONTENT_CORRECTION)
		copy->u.correction.now.links.n = 1;
	ok = validate_content(copy, NULL, NULL) == ERR_NONE;
	content_wipe(copy);
	free(copy);
	return ok;
}

/* Does a permission of this arrow have terms that this content keeps to? */
static bool
terms_kept(struct agent *a, const struct mail *m, const struct content *c)
{
	struct grant grant[RULES_GRANTS_MAX];
	struct store_arrow arrow;
	struct terms terms;
	struct refusal no;
	bool ok = false;
	unsigned n = 0;

	strcpy(arrow.sender, m->sender);
	strcpy(arrow.recipient, a->member);
	if (store_grants(a->slice, m->case_id, arrow.sender, arrow.recipient,
	    grant, &n) != ERR_NONE)
		return false;
	for (unsigned i = 0; i < n && !ok; i++)
		ok = cases_terms(a, grant[i].id, &terms) == ERR_NONE &&
		    compose_terms(a, m->case_id, &arrow, &grant[i], &terms, c,
		    &no) == ERR_NONE;
	sodium_memzero(&terms, sizeof terms);
	return ok;
}

bool
opening_check(struct agent *a, const struct mail *m, const struct content *c)
{
	return content_valid(c) && terms_kept(a, m, c);
}
