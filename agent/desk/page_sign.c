/*
 * Signing in, signing out, locking, hiding.  The agent decides who is who
 * (agent/signin.h); here is only the form, and the cookie that holds the
 * session's token.
 */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/desk/page.h"
#include "agent/desk/part.h"

desk_page page_signin, page_signout, page_lock, page_hide;

/* ---- who ------------------------------------------------------------------- */

static unsigned
rights_of(const json_t *list)
{
	static const struct { const char *name; unsigned right; } names[] = {
		{ "worker", DESK_WORKER }, { "lead", DESK_LEAD },
		{ "advocate", DESK_ADVOCATE }, { "officer", DESK_OFFICER },
		{ "it", DESK_IT },
	};
	const json_t *one;
	unsigned rights = 0;
	size_t i;

	json_array_foreach(list, i, one)
		for (size_t k = 0; k < sizeof names / sizeof names[0]; k++)
			if (strcmp(names[k].name, json_is_string(one) ?
			    json_string_value(one) : "") == 0)
				rights |= names[k].right;
	return rights;
}

static void
take_who(struct desk_who *who, const json_t *o)
{
	snprintf(who->account, sizeof who->account, "%s",
	    json_str(o, "account"));
	snprintf(who->name, sizeof who->name, "%s", json_str(o, "name"));
	snprintf(who->role, sizeof who->role, "%s", json_str(o, "role"));
	snprintf(who->team, sizeof who->team, "%s", json_str(o, "team"));
	who->rights = rights_of(json_object_get(o, "rights"));
	who->lock_seconds = (long)json_int(o, "lock_seconds");
}

int
sign_who(struct desk_call *c, char **words)
{
	json_t *o = NULL;
	int code = CLI_LOCKED;

	memset(&c->who, 0, sizeof c->who);
	if (c->visitor[0] == '\0')
		return CLI_LOCKED;
	memcpy(c->who.token, c->visitor, sizeof c->who.token);
	code = desk_ask(c, VERB_STATUS, NULL, &o, words);
	if (code == CLI_DONE)
		take_who(&c->who, o);
	else
		memset(&c->who, 0, sizeof c->who);
	json_decref(o);
	return code;
}

/* ---- the cookie ---------------------------------------------------------------- */

static void
set_cookie(struct desk_call *c, const char *token)
{
	memcpy(c->visitor, token, GUARD_TOKEN);
	snprintf(c->cookie, sizeof c->cookie,
	    "%s=%s; Path=/; HttpOnly; SameSite=Strict%s",
	    guard_cookie_name(c->config), token,
	    c->config->secure ? "; Secure" : "");
}

/* Before signing in, a cookie of our own making: forms need one. */
static void
new_visitor(struct desk_call *c)
{
	char token[GUARD_TOKEN];

	guard_random(token);
	set_cookie(c, token);
	sodium_memzero(token, sizeof token);
}

/* ---- the page -------------------------------------------------------------------- */

/* Where to go afterwards: a path of ours, or the inbox. */
static const char *
next_of(const struct desk_call *c)
{
	const char *next = form_get(&c->form, DESK_FIELD_NEXT);

	if (next == NULL && !c->post && strcmp(c->path, "/signin") != 0)
		next = c->path;
	return next != NULL && guard_path(next) ? next : "/";
}

void
sign_page(struct desk_call *c, const char *words)
{
	memset(&c->who, 0, sizeof c->who);
	if (c->visitor[0] == '\0')
		new_visitor(c);
	page_begin(c, "Sign in");
	if (words != NULL)
		page_error(c, "account", "%s", words);
	page_form(c, "/signin");
	page_hidden(c, DESK_FIELD_NEXT, next_of(c));
	page_text(c, "account", "Account", NULL, NULL);
	page_password(c, "password", "Password", "current-password");
	page_text(c, "code", "Code", "The six digits that your phone shows "
	    "now.", NULL);
	page_form_end(c, "Sign in");
	page_end(c);
}

void
page_signin(struct desk_call *c)
{
	sign_page(c, NULL);
}

static void
leave(struct desk_call *c)
{
	c->who.account[0] = '\0';
	new_visitor(c);
}

void
page_signout(struct desk_call *c)
{
	leave(c);
	desk_see(c, NULL, "/signin");
}

void
page_lock(struct desk_call *c)
{
	leave(c);
	sign_page(c, NULL);
}

void
page_hide(struct desk_call *c)
{
	leave(c);
	/* a redirect would have to be allowed to every form of ours */
	html(&c->out, "<!doctype html>\n<html lang=\"en\"><head><meta "
	    "charset=\"utf-8\"><title>Wayleave</title><meta http-equiv="
	    "\"refresh\" content=\"0;url=%s\"></head><body></body></html>\n",
	    c->config->hide_url);
}
