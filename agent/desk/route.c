/* From a request to its page, and from the page's result to a reply. */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "agent/desk/page.h"
#include "agent/desk/part.h"

enum { GET, POST };
enum {
	ANYONE = 0,
	SIGNED = 1 << 8,               /* beside the bits of enum desk_right */
	WORK = DESK_WORKER | DESK_LEAD | DESK_ADVOCATE | DESK_OFFICER,
	WORKER = DESK_WORKER, LEAD = DESK_LEAD, ADVOCATE = DESK_ADVOCATE,
	OFFICER = DESK_OFFICER, IT = DESK_IT
};

#define ROUTE(method, path, who, page) desk_page page;
#include "agent/desk/routes.def"
#undef ROUTE

static const struct route {
	int method;
	const char *path;
	unsigned who;
	desk_page *page;
} routes[] = {
#define ROUTE(method, path, who, page) { method, path, who, page },
#include "agent/desk/routes.def"
#undef ROUTE
};

const struct http_field desk_fields[] = {
	{ "Cache-Control", "no-store" },
	{ "Content-Security-Policy", "default-src 'none'; script-src 'self'; "
	    "style-src 'self'; img-src 'self'; connect-src 'self'; "
	    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'" },
	{ "X-Content-Type-Options", "nosniff" },
	{ "X-Frame-Options", "DENY" },
	/* Not no-referrer: browsers would then hide the Origin of our own
	 * forms, and the guard would have to do without. */
	{ "Referrer-Policy", "same-origin" },
	{ "Cross-Origin-Opener-Policy", "same-origin" },
	{ "Cross-Origin-Resource-Policy", "same-origin" },
	{ "Cross-Origin-Embedder-Policy", "require-corp" },
	{ "Permissions-Policy", "camera=(), clipboard-read=(), "
	    "display-capture=(), geolocation=(), microphone=(), payment=(), "
	    "usb=()" },
	{ "X-Robots-Tag", "noindex, nofollow" },
	{ "X-DNS-Prefetch-Control", "off" },
	{ NULL, NULL }
};

/* ---- finding ------------------------------------------------------------- */

/* Does path fit the pattern?  Its * are copied into memory at *to. */
static bool
fits(const char *pattern, const char *path, const char *part[], char *to)
{
	size_t n = 0;

	while (*pattern != '\0') {
		size_t len;

		if (*pattern != '*') {
			if (*pattern++ != *path++)
				return false;
			continue;
		}
		len = strcspn(path, "/");
		if (len == 0 || n == DESK_PARTS_MAX)
			return false;
		memcpy(to, path, len);
		to[len] = '\0';
		part[n++] = to;
		to += len + 1;
		path += len;
		pattern++;
	}
	return *path == '\0';
}

static bool
may(const struct desk_call *c, unsigned who)
{
	if (who == ANYONE)
		return true;
	return c->who.account[0] != '\0' &&
	    (who == SIGNED || (c->who.rights & who) != 0);
}

void
route_call(struct desk_call *c)
{
	/* a path and its NUL, and one more for each part */
	char memory[GUARD_PATH_MAX + DESK_PARTS_MAX + 1];
	const int method = c->post ? POST : GET;
	const struct route *found = NULL;

	for (size_t i = 0; i < sizeof routes / sizeof routes[0] &&
	    found == NULL; i++) {
		memset(c->part, 0, sizeof c->part);
		if (routes[i].method == method && may(c, routes[i].who) &&
		    fits(routes[i].path, c->path, c->part, memory))
			found = &routes[i];
	}
	if (found != NULL)
		found->page(c);
	else if (c->who.account[0] == '\0')
		sign_page(c, NULL);
	else
		desk_nothing(c);
	memset(c->part, 0, sizeof c->part);
}

/* ---- a request ------------------------------------------------------------ */

/* A refusal of the guard: nothing of the request is in it. */
static void
refuse(struct desk_call *c, int status, const char *words)
{
	c->status = status;
	c->type = "text/plain; charset=utf-8";
	buf_put_str(&c->out, words);
}

static bool
guarded(struct desk_call *c, const struct http_request *r)
{
	const char *purpose = http_header(r, "Sec-Purpose");
	const struct guard_ask ask = {
		.post = r->post, .path = r->path,
		.host = http_header(r, "Host"),
		.origin = http_header(r, "Origin"),
		.content_type = http_header(r, "Content-Type"),
		.fetch_site = http_header(r, "Sec-Fetch-Site"),
		.fetch_mode = http_header(r, "Sec-Fetch-Mode"),
		.fetch_dest = http_header(r, "Sec-Fetch-Dest"),
		.purpose = purpose != NULL ? purpose :
		    http_header(r, "Purpose"),
	};

	switch (guard_look(c->config, &ask)) {
	case GUARD_OK:
		return true;
	case GUARD_HOST:
		refuse(c, 421, "This address is not the desk's. Please use "
		    "the address that IT gave you.\n");
		return false;
	case GUARD_ORIGIN:
		refuse(c, 403, "This did not come from a page of Wayleave. "
		    "Nothing was done.\n");
		return false;
	case GUARD_PATH:
	case GUARD_TYPE:
		break;
	}
	refuse(c, 400, "This request cannot be answered. Nothing was done.\n");
	return false;
}

/* Query and body; what is no form is refused as a whole. */
static bool
parsed(struct desk_call *c, const struct http_request *r)
{
	enum error_code err = form_parse(&c->query, r->query,
	    strlen(r->query));

	if (err == ERR_NONE)
		err = form_parse(&c->form, (const char *)r->body.data,
		    r->body.n);
	if (err == ERR_NONE)
		return true;
	if (err == ERR_SIZE)
		refuse(c, 413, "That is more than one form can carry. Nothing "
		    "was done; go back, your text is still there.\n");
	else if (err == ERR_NOMEM)
		refuse(c, 503, "Too much is going on at the moment. Nothing "
		    "was done; please try again in a minute.\n");
	else
		refuse(c, 400, "This request cannot be answered. Nothing was "
		    "done.\n");
	return false;
}

/*
 * A form of ours carries the token of this browser's cookie.  One that does
 * not is most likely of a session before this one: it is offered to be
 * handed in anew, by a form with the right token.
 */
static bool
own_form(struct desk_call *c)
{
	if (!c->post || guard_token_ok(c->visitor,
	    form_get(&c->form, DESK_FIELD_TOKEN)))
		return true;
	c->status = 403;
	if (c->who.account[0] == '\0')
		sign_page(c, NULL);
	else if (keep_some(c))
		keep_page(c);
	else
		desk_say(c, 403, "Nothing was done", "This form is from "
		    "another session. Open the page again and hand it in "
		    "there.");
	return false;
}

static void
call(struct desk_call *c, const struct http_request *r)
{
	char *words = NULL;
	int code;

	if (!guarded(c, r) || !parsed(c, r))
		return;
	(void)guard_cookie(http_header(r, "Cookie"),
	    guard_cookie_name(c->config), c->visitor);
	c->peek = form_has(&c->query, "live", "1") ||
	    strcmp(c->path, "/events") == 0 ||
	    strcmp(c->path, "/locked") == 0;
	code = strncmp(c->path, "/assets/", 8) == 0 ? CLI_LOCKED :
	    sign_who(c, &words);
	if (code != CLI_DONE && code != CLI_LOCKED)
		desk_say(c, 503, "Not now", words != NULL ? words : "");
	else if (own_form(c))
		route_call(c);
	desk_forget(words);
}

/* ---- its reply ------------------------------------------------------------- */

static void
reply(struct desk_call *c, struct http_reply *out)
{
	static const char sorry[] = "This page could not be made. Please "
	    "tell IT if it happens again.\n";

	if (!buf_ok(&c->out)) {
		buf_free(&c->out);
		buf_init(&c->out, sizeof sorry);
		refuse(c, 500, sorry);
	}
	out->status = c->status;
	out->type = c->status == 303 ? NULL : c->type;
	out->body = c->out;
	out->stream = c->stream;
	if (c->location[0] != '\0')
		http_add(out, "Location", c->location);
	if (c->cookie[0] != '\0')
		http_add(out, "Set-Cookie", c->cookie);
}

void
desk_handle(void *ctx, const struct http_request *r, struct http_reply *out)
{
	struct desk *desk = ctx;
	struct desk_call c;

	memset(&c, 0, sizeof c);
	c.desk = desk;
	c.config = desk->config;
	c.post = c.filled = r->post;
	c.path = r->path;
	c.status = 200;
	c.type = "text/html; charset=utf-8";
	buf_init(&c.out, DESK_PAGE_MAX);
	call(&c, r);
	reply(&c, out);
	form_free(&c.query);
	form_free(&c.form);
	sodium_memzero(&c, sizeof c);
}
