/*
 * What was typed is not lost when the session ended before it was handed
 * in: the sign-in form carries it along, and afterwards one page asks
 * whether it should go now.  Never a password or phrase, and never in
 * another person's name.
 */
#include <stdio.h>
#include <string.h>

#include "agent/desk/page.h"
#include "agent/desk/part.h"

#define PREFIX "k."
#define WHERE "desk.keep"

/* The form is one that was kept already, on its way through signing in. */
static bool
under_way(const struct desk_call *c)
{
	return form_get(&c->form, WHERE) != NULL;
}

/* Its name in the page's own form; NULL for a field that is not kept. */
static const char *
kept_name(const struct desk_call *c, const struct form_field *f)
{
	if (under_way(c))
		return strncmp(f->name, PREFIX, 2) == 0 ? f->name + 2 : NULL;
	if (strncmp(f->name, "desk.", 5) == 0 ||
	    form_has(&c->form, DESK_FIELD_SECRET, f->name))
		return NULL;
	return strlen(f->name) + 2 <= FORM_NAME_MAX ? f->name : NULL;
}

bool
keep_some(const struct desk_call *c)
{
	if (!c->post || form_text(&c->form, DESK_FIELD_WHO)[0] == '\0')
		return false;
	for (size_t i = 0; i < c->form.n; i++)
		if (kept_name(c, &c->form.field[i]) != NULL)
			return true;
	return false;
}

static const char *
where(const struct desk_call *c)
{
	return under_way(c) ? form_text(&c->form, WHERE) : c->path;
}

void
keep_fields(struct desk_call *c)
{
	char name[FORM_NAME_MAX + 1];

	if (!keep_some(c))
		return;
	page_hidden(c, WHERE, where(c));
	page_hidden(c, DESK_FIELD_WHO, form_text(&c->form, DESK_FIELD_WHO));
	for (size_t i = 0; i < c->form.n; i++) {
		const struct form_field *f = &c->form.field[i];
		const char *own = kept_name(c, f);

		if (own == NULL)
			continue;
		snprintf(name, sizeof name, PREFIX "%s", own);
		page_hidden(c, name, f->value);
	}
}

static void
offer(struct desk_call *c)
{
	html_raw(&c->out, "<p>Signing in came between. Nothing has been sent, "
	    "and nothing is lost.</p>\n");
	page_form(c, where(c));
	for (size_t i = 0; i < c->form.n; i++) {
		const struct form_field *f = &c->form.field[i];
		const char *own = kept_name(c, f);

		if (own != NULL)
			page_hidden(c, own, f->value);
	}
	html_raw(&c->out, "<p class=\"do\"><button class=\"primary\">Hand it "
	    "in now</button><a class=\"button\" href=\"/\">Leave it</a></p>\n"
	    "</form>\n");
}

void
keep_page(struct desk_call *c)
{
	page_begin(c, "Not handed in yet");
	if (strcmp(form_text(&c->form, DESK_FIELD_WHO), c->who.account) == 0 &&
	    guard_path(where(c)))
		offer(c);
	else
		html_raw(&c->out, "<p>This was written in another person's "
		    "name. It was not sent and is not kept here.</p>\n"
		    "<p><a href=\"/\">Inbox</a></p>\n");
	page_end(c);
}
