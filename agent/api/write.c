/*
 * Verbs that write: send, preview, lint; correct, recall, ask and answer are
 * in reply.c.  A document is JSON as agent/practice/content.h reads it.
 *
 * send         content (a document); case, unless the document has it;
 *              to [M..] or "allowed" or "none", before the document's
 *              send_to; dry_run true: only says what would happen
 * preview      as send with dry_run
 * correct      observation (one of ours), content (an observation document:
 *              what is right); to, else those who got the wrong one
 * recall       observation, reason wrong-person|wrong-family|wrong-fact|
 *              sent-in-error      -> id, copies [member, state], entry
 * ask          case, to M, text; optional gap, about (record id), by (day);
 *              or content (a question document)
 * answer       message (a question's number), text or content (an answer
 *              document); optional about [ids]
 * lint         content or text -> lint [row, classes, at, found, offer]
 *
 * What is sent answers: id, state accepted|kept|preview|repeated, lint [as
 * above], copies [member, state queued|waiting|refused|not-sent, rule, text,
 * message, expires]; code 0 when no copy is refused, 1 when one is.  A
 * document refused by a rule on content: code 1, rule, field, text, lint; a
 * malformed one: code 3, rule V0 or V8, words name JSON path, value and rule.
 *
 * idempotency_key: the same document with the same key again sends nothing
 * and says what became of the first; another document with that key is
 * refused (rule "key").
 */
#include "agent/outgoing/draft.h"

/* ---- the verbs ---------------------------------------------------------- */

/* The case a document is about: named beside it, or in it. */
static bool
case_of(struct api_call *c, const json_t *doc,
    uint8_t case_id[static WIRE_CASE])
{
	const json_t *named = json_object_get(c->in, "case");

	if (named == NULL || json_is_null(named))
		named = json_object_get(json_object_get(doc, "case"), "local");
	return work_case_named(c, named, case_id);
}

void
api_send(struct api_call *c)
{
	const json_t *doc = json_object_get(c->in, "content");
	struct draft *d;
	bool given = false;

	if (!json_is_object(doc)) {
		api_no(c, CLI_USAGE, "There is no document to send.");
		return;
	}
	d = draft_create(c);
	if (d == NULL) {
		api_error(c, ERR_NOMEM, NULL);
		return;
	}
	if (!case_of(c, doc, d->case_id) || !draft_read(c, d, doc)) {
		draft_destroy(&d);
		return;
	}
	if (d->content.kind == CONTENT_INTRODUCTION ||
	    d->content.kind == CONTENT_CORRECTION)
		api_no(c, CLI_USAGE, d->content.kind == CONTENT_CORRECTION ?
		    "A correction names what it corrects: wayleave correct." :
		    "The family is introduced by the advocate agency: "
		    "wayleave case introduce.");
	else if (draft_to_list(c, d, &given) &&
	    (given || draft_to_document(c, d)))
		draft_go(c, d);
	draft_destroy(&d);
}

void
api_preview(struct api_call *c)
{
	api_send(c);
}

void
api_lint(struct api_call *c)
{
	const json_t *doc = json_object_get(c->in, "content");
	const char *text = api_text(c, "text");
	const struct lint_context plain = { .survivor = false };
	struct lint_hit hit[LINT_HITS_MAX];
	struct draft *d;

	if (text != NULL) {
		api_tell(c, CLI_DONE, json_pack("{s:o}", "lint",
		    draft_hits(text, hit, lint_text(text, &plain, hit,
		    LINT_HITS_MAX))), NULL);
		return;
	}
	d = json_is_object(doc) ? draft_create(c) : NULL;
	if (d == NULL) {
		api_no(c, CLI_USAGE, "There is no document to look at.");
		return;
	}
	/* No case is needed to look at words. */
	if (draft_parse(c, d, doc))
		api_tell(c, CLI_DONE, json_pack("{s:o}", "lint",
		    draft_lint(d)), NULL);
	draft_destroy(&d);
}
