#include "agent/desk/door.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/desk/config.h"
#include "agent/desk/html.h"
#include "base/log.h"

enum { ASK_MS = 20 * 1000, REF = 3 };

static const struct route {
	bool post;
	const char *path;              /* one * at most */
	door_route *handler;
	bool open;                     /* without a token */
} routes[] = {
	{ true, "/v1/observations", door_observe, false },
	{ false, "/v1/observations/*", door_track, false },
	{ true, "/v1/observations/*/recall", door_recall, false },
	{ true, "/v1/questions", door_question, false },
	{ false, "/v1/events", door_events, false },
	{ true, "/v1/events/ack", door_events_ack, false },
	{ false, "/v1/vocabulary", door_vocabulary, false },
	{ true, "/v1/sessions", door_sign_in, true },
	{ true, "/v1/cases/*/open", door_open, false },
	{ false, "/v1/cases/*/map", door_map, false },
	{ false, "/v1/messages/*", door_message, false },
	{ true, "/v1/exports", door_export, false },
};

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
		door_refuse(c, 404, NULL, NULL, "Nothing to show", words);
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
	if (err != ERR_NONE) {
		door_refuse(c, 503, NULL, NULL, "Not now", why.text);
		return CLI_NOT_NOW;
	}
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

json_t *
door_case(const char *local)
{
	char *end;
	const long long no = strtoll(local, &end, 10);

	return *local != '\0' && *end == '\0' && no > 0 ?
	    json_integer(no) : json_string(local);
}

/* ---- a request ------------------------------------------------------------------------ */

/* Does path fit, and what stands for the * of it? */
static bool
fits(const char *pattern, const char *path, char *part, size_t room)
{
	const char *star = strchr(pattern, '*');
	size_t head, n;

	part[0] = '\0';
	if (star == NULL)
		return strcmp(pattern, path) == 0;
	head = (size_t)(star - pattern);
	if (strncmp(pattern, path, head) != 0)
		return false;
	n = strcspn(path + head, "/");
	if (n == 0 || n >= room || strcmp(path + head + n, star + 1) != 0 ||
	    strspn(path + head, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqr"
	    "stuvwxyz0123456789._-") < n)
		return false;
	memcpy(part, path + head, n);
	part[n] = '\0';
	return true;
}

static bool
take_token(struct door_call *c, const struct http_request *r)
{
	const char *s = http_header(r, "Authorization");

	if (s == NULL || strncmp(s, "Bearer ", 7) != 0 ||
	    strlen(s + 7) >= sizeof c->token || s[7] == '\0')
		return false;
	strcpy(c->token, s + 7);
	return true;
}

static bool
take_body(struct door_call *c, const struct http_request *r)
{
	const char *type = http_header(r, "Content-Type");
	char said[200];
	json_error_t at;

	if (type == NULL || strncmp(type, "application/json", 16) != 0) {
		door_refuse(c, 415, NULL, NULL, "Not in the form",
		    "Content-Type must be application/json.");
		return false;
	}
	c->body = json_loadb((const char *)r->body.data, r->body.n,
	    JSON_REJECT_DUPLICATES, &at);
	if (json_is_object(c->body))
		return true;
	/* jansson's words quote the input: only the place is told */
	snprintf(said, sizeof said, "The body must be one JSON object, "
	    "without a key twice; line %d, column %d.", at.line, at.column);
	door_refuse(c, 400, NULL, NULL, "Not in the form", said);
	return false;
}

static void
route(struct door_call *c, const struct http_request *r)
{
	const struct route *found = NULL;
	bool path_known = false;

	for (size_t i = 0; i < sizeof routes / sizeof routes[0] &&
	    found == NULL; i++) {
		if (!fits(routes[i].path, r->path, c->part, sizeof c->part))
			continue;
		path_known = true;
		if (routes[i].post == r->post)
			found = &routes[i];
	}
	if (found == NULL)
		door_refuse(c, path_known ? 405 : 404, NULL, NULL,
		    "Nothing to show", path_known ? "Not by this method." :
		    "See docs/INTEGRATION.md for what there is.");
	else if (!take_token(c, r) && !found->open)
		door_refuse(c, 401, NULL, NULL, "Not signed in",
		    "Authorization: Bearer TOKEN is needed.");
	else if (!found->post || take_body(c, r))
		found->handler(c);
}

static void
put_reply(struct door_call *c, struct http_reply *out)
{
	char *text = c->reply != NULL ? json_dumps(c->reply, JSON_COMPACT) :
	    NULL;
	char seconds[16];

	if (text == NULL)
		return;                 /* a 500 */
	out->status = c->status;
	out->type = c->status >= 400 ? "application/problem+json" :
	    "application/json";
	buf_init(&out->body, strlen(text) + 2);
	buf_put_str(&out->body, text);
	buf_put_str(&out->body, "\n");
	sodium_memzero(text, strlen(text));
	free(text);
	if (c->retry_after > 0) {
		snprintf(seconds, sizeof seconds, "%u", c->retry_after);
		http_add(out, "Retry-After", seconds);
	}
}

void
door_handle(void *ctx, const struct http_request *r, struct http_reply *out)
{
	struct door_call c = { .config = ctx, .post = r->post, .status = 200 };

	if (form_parse(&c.query, r->query, strlen(r->query)) == ERR_NONE)
		route(&c, r);
	else
		door_refuse(&c, 400, NULL, NULL, "Not in the form",
		    "The query cannot be read.");
	put_reply(&c, out);
	json_decref(c.reply);
	json_decref(c.body);
	form_free(&c.query);
	sodium_memzero(&c, sizeof c);
}
