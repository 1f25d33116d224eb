/*
 * What a system hands in: observations, questions, taking back.  Status 202
 * when accepted, 200 when it was there already or only looked at; refused by
 * a rule on content 422, by a key used for another document 409.
 */
#include <string.h>

#include "agent/desk/door.h"
#include "agent/desk/html.h"

/* A document refused whole: rule, field, words for a person. */
static void
refused(struct door_call *c, int code, json_t *out)
{
	const char *rule = json_str(out, "rule");

	if (strcmp(rule, "key") == 0)
		door_refuse(c, 409, NULL, json_str(out, "field"),
		    "Used before", json_str(out, "text"));
	else
		door_refuse(c, code == CLI_INPUT ? 400 : 422,
		    rule[0] != '\0' ? rule : NULL, json_str(out, "field"),
		    "Refused", json_str(out, "text"));
	json_decref(out);
}

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
		refused(c, code, out);
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
	json_t *out = NULL;

	if (door_ask(c, VERB_TRACK, json_pack("{s:s}", "observation",
	    c->part), &out) != CLI_DONE) {
		json_decref(out);
		return;
	}
	c->reply = out;
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
	c->reply = out;
	c->status = code == CLI_DONE ? 202 : 422;
}
