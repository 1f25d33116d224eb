/*
 * What both fronts of the door share: a body taken in, a question put to the
 * agent, an answer that is a refusal.
 */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/desk/config.h"
#include "agent/desk/door.h"
#include "agent/desk/html.h"
#include "base/log.h"

enum { ASK_MS = 20 * 1000, REF = 3 };

/* ---- refusing ------------------------------------------------------------------ */

static const char *
kind_of(int status)
{
	switch (status) {
	case 422:
		return "urn:wayleave:refused";
	case 400:
	case 413:
	case 415:
		return "urn:wayleave:form";
	case 401:
	case 403:
		return "urn:wayleave:denied";
	case 404:
	case 405:
		return "urn:wayleave:unknown";
	case 409:
		return "urn:wayleave:conflict";
	default:
		return "urn:wayleave:later";
	}
}

void
door_refuse(struct door_call *c, int status, const char *rule,
    const char *field, const char *title, const char *detail)
{
	char ref[3 + 2 * REF + 1] = "WL-";
	uint8_t random[REF];

	randombytes_buf(random, sizeof random);
	hex_encode(ref + 3, random, sizeof random);
	/* what was asked is not said: whoever has the ref has that */
	log_notice("door", "answered %d, ref %s", status, ref);
	json_decref(c->reply);
	c->status = status;
	c->reply = json_pack("{s:s, s:i, s:s*, s:s*, s:s, s:s, s:s, s:s*}",
	    "type", kind_of(status), "status", status, "rule", rule, "field",
	    field, "ref", ref, "retry", status == 429 || status == 503 ||
	    status == 507 ? "yes" : "no", "title", title, "detail", detail);
	if (status == 503 || status == 429)
		c->retry_after = 5;
}

/* ---- asking ------------------------------------------------------------------------ */

/* CLI_LOCKED is either an unknown token or one that may not do this. */
static void
locked(struct door_call *c, const char *words)
{
	struct client_answer a;
	struct why why = { "" };
	bool known = client_ask_as(c->config->agent, c->token, VERB_STATUS,
	    NULL, ASK_MS, &a, &why) == ERR_NONE && a.code == CLI_DONE;

	if (known && json_is_false(json_object_get(a.result, "unlocked")))
		door_refuse(c, 503, NULL, NULL, "Locked", words);
	else
		door_refuse(c, known ? 403 : 401, NULL, NULL, known ?
		    "Not with this token" : "Not signed in", words);
	client_answer_free(&a);
}

static void
answered(struct door_call *c, int code, const char *words)
{
	switch (code) {
	case CLI_LOCKED:
		locked(c, words);
		break;
	case CLI_NO:
		/* without a token: somebody who cannot sign in */
		door_refuse(c, c->token[0] != '\0' ? 404 : 401, NULL, NULL,
		    c->token[0] != '\0' ? "Nothing to show" : "Not signed in",
		    words);
		break;
	case CLI_USAGE:
	case CLI_INPUT:
		door_refuse(c, 400, NULL, NULL, "Not in the form", words);
		break;
	case CLI_FAULT:
		door_refuse(c, 507, NULL, NULL, "No room, or a fault", words);
		break;
	default:
		door_refuse(c, 503, NULL, NULL, "Not now", words);
		break;
	}
}

int
door_ask(struct door_call *c, enum api_verb verb, json_t *in,
    json_t **result)
{
	struct client_answer a;
	struct why why = { "" };
	enum error_code err = client_ask_as(c->config->agent, c->token, verb,
	    in, ASK_MS, &a, &why);
	int code;

	*result = NULL;
	if (err == ERR_SIZE)
		door_refuse(c, 413, NULL, NULL, "Too large", why.text);
	else if (err != ERR_NONE)
		door_refuse(c, 503, NULL, NULL, "Not now", why.text);
	if (err != ERR_NONE)
		return err == ERR_SIZE ? CLI_INPUT : CLI_NOT_NOW;
	code = a.code;
	if (!json_is_null(a.result)) {
		*result = a.result;
		a.result = NULL;
	}
	if (code != CLI_DONE && *result == NULL)
		answered(c, code, a.words);
	client_answer_free(&a);
	return code;
}

void
door_no(struct door_call *c, int code, json_t *out)
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

void
door_pass(struct door_call *c, enum api_verb verb, json_t *in)
{
	json_t *out = NULL;
	const int code = door_ask(c, verb, in, &out);

	if (code == CLI_DONE)
		c->reply = out != NULL ? out : json_object();
	else if (out != NULL)
		door_no(c, code, out);
}

/* ---- a body ------------------------------------------------------------------ */

/* The agent would hang up on what is nested without end. */
static bool
is_flat(const json_t *v, unsigned left)
{
	const char *key;
	json_t *item;
	size_t i;

	if (!json_is_object(v) && !json_is_array(v))
		return true;
	if (left == 0)
		return false;
	json_array_foreach(v, i, item)
		if (!is_flat(item, left - 1))
			return false;
	json_object_foreach((json_t *)(uintptr_t)v, key, item)
		if (!is_flat(item, left - 1))
			return false;
	return true;
}

bool
door_body(struct door_call *c, struct bytes text)
{
	char said[200];
	json_error_t at;

	c->body = json_loadb((const char *)text.data, text.n,
	    JSON_REJECT_DUPLICATES, &at);
	/* jansson's words quote the input: only the place is told */
	if (c->body == NULL)
		snprintf(said, sizeof said, "The body must be one JSON "
		    "object, without a key twice; line %d, column %d.",
		    at.line, at.column);
	else if (!json_is_object(c->body))
		snprintf(said, sizeof said, "The body must be one JSON "
		    "object.");
	else if (!is_flat(c->body, DOOR_DEPTH_MAX))
		snprintf(said, sizeof said, "The body is nested more than %d "
		    "deep.", DOOR_DEPTH_MAX);
	else
		return true;
	door_refuse(c, 400, NULL, NULL, "Not in the form", said);
	return false;
}

void
door_end(struct door_call *c)
{
	json_decref(c->reply);
	json_decref(c->body);
	form_free(&c->query);
	sodium_memzero(c, sizeof *c);
}
