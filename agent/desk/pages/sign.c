/*
 * Signing in, signing out, locking, hiding.  The agent decides who is who
 * (agent/signin/signin.h); here are only the forms.
 */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/desk/draft.h"
#include "agent/desk/page.h"
#include "agent/desk/part.h"

desk_page page_signin, page_signout, page_lock, page_locked, page_hide,
    page_alive;

/* Where to go afterwards: a path of ours, or the inbox. */
static const char *
next_of(const struct desk_call *c)
{
	const char *next = c->post ? form_get(&c->form, DESK_FIELD_NEXT) :
	    strcmp(c->path, "/locked") == 0 ? form_get(&c->query, "from") :
	    strcmp(c->path, "/signin") != 0 ? c->path : NULL;

	return next != NULL && guard_path(next) ? next : "/";
}

/* ---- the first page: account, password, code ----------------------------------- */

static void
sign_form(struct desk_call *c, const char *account, const char *button)
{
	page_form(c, "/signin");
	page_hidden(c, DESK_FIELD_NEXT, next_of(c));
	keep_fields(c);
	page_text(c, "account", "Account", NULL, account);
	page_password(c, "password", "Password", "current-password");
	page_code_field(c, "Code", "The six digits that your telephone shows "
	    "now. Leave it empty if it shows none yet.");
	page_form_end(c, button);
}

void
sign_page(struct desk_call *c, const char *words)
{
	memset(&c->who, 0, sizeof c->who);
	if (c->visitor[0] == '\0')
		sign_visitor(c);
	if (strcmp(c->path, "/signin") != 0)
		c->status = 403;
	page_begin(c, "Sign in");
	if (words != NULL)
		page_error_of(c, words);
	else if (keep_some(c))
		page_box(c, "note", "You were signed out before this was "
		    "handed in. It has not been sent. Sign in, and you can "
		    "hand it in.");
	sign_form(c, NULL, "Sign in");
	page_end(c);
}

/* ---- the second page: a new password, a telephone, or both ----------------------- */

/* "ABCD EFGH": for typing it into a telephone. */
static void
put_groups(struct desk_call *c, const char *secret)
{
	html_raw(&c->out, "<p class=\"secret\">");
	for (size_t i = 0; secret[i] != '\0'; i++) {
		if (i > 0 && i % 4 == 0)
			html_raw(&c->out, " ");
		html(&c->out, "%c", secret[i]);
	}
	html_raw(&c->out, "</p>\n");
}

static void
put_telephone(struct desk_call *c, const json_t *totp)
{
	html_raw(&c->out, "<h2>Your telephone</h2>\n<p>Open an app that makes "
	    "codes on your telephone, add an account by hand, and type this "
	    "key. It is shown here now and never again.</p>\n");
	put_groups(c, json_str(totp, "secret"));
	html(&c->out, "<p>On the telephone itself: <a href=\"%s\">add it to "
	    "the app</a>.</p>\n", json_str(totp, "uri"));
}

static void
more_page(struct desk_call *c, const json_t *o, const char *words)
{
	const json_t *totp = json_object_get(o, "totp");

	page_begin(c, "One more step");
	if (words != NULL)
		page_error_of(c, words);
	page_form(c, "/signin");
	page_hidden(c, "step", "more");
	page_hidden(c, DESK_FIELD_NEXT, next_of(c));
	keep_fields(c);
	if (json_is_object(totp))
		put_telephone(c, totp);
	page_text(c, "account", "Account", NULL, NULL);
	page_password(c, "password", "The password you have just used",
	    "current-password");
	if (o == NULL || json_yes(o, "must_change")) {
		page_password(c, "new_password", "Your new password",
		    "new-password");
		page_password(c, "again", "Your new password, again",
		    "new-password");
	}
	page_code_field(c, "Code", "The six digits that your telephone shows "
	    "now.");
	page_form_end(c, "Go on");
	page_end(c);
}

/* ---- handing it in -------------------------------------------------------------------- */

static json_t *
sign_in_request(const struct desk_call *c)
{
	static const char *const field[] = { "account", "password", "code",
	    "new_password" };
	json_t *in = json_object();

	for (size_t i = 0; i < sizeof field / sizeof field[0]; i++)
		if (form_text(&c->form, field[i])[0] != '\0')
			json_object_set_new(in, field[i],
			    json_string(form_text(&c->form, field[i])));
	return in;
}

/* In: on to where one wanted to go, with what was typed there. */
static void
enter(struct desk_call *c, const char *session)
{
	bool in;

	sign_cookie(c, session);
	in = sign_who(c, NULL) == CLI_DONE;
	/* so that the telephone numbers are there when the line is gone */
	if (in)
		(void)desk_ask(c, VERB_MEMBERS, NULL, NULL, NULL);
	if (in && keep_some(c))
		keep_page(c);
	else
		desk_see(c, NULL, "%s", next_of(c));
}

static void
sign_in(struct desk_call *c)
{
	const bool more = form_has(&c->form, "step", "more");
	json_t *o = NULL;
	char *words = NULL;
	int code;

	memset(&c->who, 0, sizeof c->who);
	if (more && strcmp(form_text(&c->form, "new_password"),
	    form_text(&c->form, "again")) != 0) {
		more_page(c, NULL, "again: the two new passwords are not the "
		    "same");
		return;
	}
	code = desk_ask(c, VERB_SIGN_IN, sign_in_request(c), &o, &words);
	if (code == CLI_DONE && json_str(o, "session")[0] != '\0')
		enter(c, json_str(o, "session"));
	else if (code == CLI_DONE || (code == CLI_INPUT && (more ||
	    o != NULL)))
		more_page(c, o, words != NULL && words[0] != '\0' ? words :
		    NULL);
	else
		sign_page(c, words);
	json_decref(o);
	desk_forget(words);
}

void
page_signin(struct desk_call *c)
{
	if (c->post)
		sign_in(c);
	else if (c->who.account[0] != '\0')
		desk_see(c, NULL, "/");
	else
		sign_page(c, NULL);
}

/* ---- leaving -------------------------------------------------------------------------- */

void
page_signout(struct desk_call *c)
{
	sign_leave(c);
	desk_see(c, "out", "/signin");
}

void
page_lock(struct desk_call *c)
{
	char account[sizeof c->who.account];

	memcpy(account, c->who.account, sizeof account);
	sign_leave(c);
	page_begin(c, "Locked");
	html_raw(&c->out, "<p>Sign in to go on where you were.</p>\n");
	sign_form(c, account, "Go on");
	page_end(c);
}

/*
 * Where a page without JavaScript goes by itself when its time is over.  It
 * does not count as use, so that two windows do not keep each other open.
 */
void
page_locked(struct desk_call *c)
{
	page_begin(c, "Locked");
	if (c->who.account[0] == '\0') {
		html_raw(&c->out, "<p>Sign in to go on where you were.</p>\n");
		sign_form(c, NULL, "Go on");
	} else
		html(&c->out, "<p>This window was not used for a while; "
		    "another one was.</p>\n<p><a class=\"button primary\" "
		    "href=\"%s\">Go on where you were</a></p>\n",
		    next_of(c));
	page_end(c);
}

void
page_hide(struct desk_call *c)
{
	/* what was being written comes along: hide.js */
	if (form_get(&c->form, "draft.what") != NULL)
		(void)draft_keep(c, form_text(&c->form, "draft.what"));
	sign_leave(c);
	/* a redirect would have to be allowed to every form of ours */
	html(&c->out, "<!doctype html>\n<html lang=\"en\"><head><meta "
	    "charset=\"utf-8\"><title>Wayleave</title><meta http-equiv="
	    "\"refresh\" content=\"0;url=%s\"></head><body></body></html>\n",
	    c->config->hide_url);
}

/* Somebody is still there, reading: the session was used by being asked. */
void
page_alive(struct desk_call *c)
{
	c->status = c->who.account[0] != '\0' ? 200 : 401;
	c->type = "text/plain; charset=utf-8";
}
