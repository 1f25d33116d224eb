/*
 * What a system hands in: observations, questions, taking back.  Status 202
 * when accepted, 200 when it was there already or only looked at; refused by
 * a rule on content 422, by a key used for another document 409.
 */
#include <string.h>

#include "agent/desk/door.h"
#include "agent/desk/html.h"

static void
hand_in(struct door_call *c, enum api_verb verb, bool dry_run)
{
	json_t *in = json_pack("{s:O}", "content", c->body), *out = NULL;
	int code;

	if (dry_run)
		json_object_set_new(in, "dry_run", json_true());
	code = door_ask(c, verb, in, &out);
	if (out == NULL)
		return;
	if (json_object_get(out, "copies") == NULL) {
		door_no(c, code, out);
		return;
	}
	c->reply = out;
	c->status = strcmp(json_str(out, "state"), "accepted") == 0 ||
	    strcmp(json_str(out, "state"), "kept") == 0 ? 202 : 200;
}

void
door_observe(struct door_call *c)
{
	hand_in(c, VERB_SEND, form_has(&c->query, "dry_run", "1"));
}

void
door_question(struct door_call *c)
{
	hand_in(c, VERB_ASK, false);
}

void
door_document(struct door_call *c)
{
	if (strcmp(json_str(c->body, "schema"), "wayleave/question/1") == 0)
		door_question(c);
	else
		door_observe(c);
}

void
door_track(struct door_call *c)
{

	door_pass(c, VERB_TRACK, json_pack("{s:s}", "observation", c->part));
}

void
door_recall(struct door_call *c)
{
	const char *reason = json_str(c->body, "reason");
	json_t *out = NULL;
	int code;

	if (reason[0] == '\0') {
		door_refuse(c, 400, NULL, "reason", "Not in the form",
		    "reason: wrong-person, wrong-family, wrong-fact or "
		    "sent-in-error.");
		return;
	}
	code = door_ask(c, VERB_RECALL, json_pack("{s:s, s:s}", "observation",
	    c->part, "reason", reason), &out);
	if (out == NULL)
		return;
	if (json_object_get(out, "copies") == NULL) {
		door_no(c, code, out);
		return;
	}
	/* without a line it is kept, and its copies are said to be queued */
	c->reply = out;
	c->status = 202;
}
