#include "agent/desk/door.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

	if (type == NULL || strncmp(type, "application/json", 16) != 0) {
		door_refuse(c, 415, NULL, NULL, "Not in the form",
		    "Content-Type must be application/json.");
		return false;
	}
	return door_body(c, r->body);
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
	door_end(&c);
}
