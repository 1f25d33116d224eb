/* What a lead sees: who of the team is signed in, and may sign them out. */
#include <string.h>

#include "agent/desk/page.h"

desk_page page_lead, page_lead_out;

static void
put_one(struct desk_call *c, const json_t *s)
{
	const char *name = json_str(s, "name");
	const long long minutes = json_int(s, "idle_seconds") / 60;
	struct buf *b = &c->out;

	if (name[0] == '\0')
		name = json_str(s, "account");
	html(b, "<li><p><strong>%s</strong> <span class=\"soft\">since ",
	    name);
	page_time(c, json_str(s, "since"));
	if (minutes == 0)
		html_raw(b, ", last seen now</span></p>\n");
	else
		html(b, ", last seen %lld min ago</span></p>\n", minutes);
	page_form(c, "/lead");
	page_hidden(c, "account", json_str(s, "account"));
	html(b, "<button aria-label=\"Sign out %s\">Sign out</button></form>"
	    "</li>\n", name);
}

static void
put_sessions(struct desk_call *c, const json_t *list)
{
	const json_t *s;
	size_t i;

	html_raw(&c->out, "<h2>Signed in now</h2>\n");
	if (json_array_size(list) == 0) {
		html_raw(&c->out, "<p>Nobody of your team.</p>\n");
		return;
	}
	html_raw(&c->out, "<ul class=\"rows\">\n");
	json_array_foreach(list, i, s)
		put_one(c, s);
	html_raw(&c->out, "</ul>\n");
}

static void
show(struct desk_call *c, const char *wrong)
{
	json_t *o = desk_need(c, VERB_SESSIONS, NULL);

	if (o == NULL)
		return;
	page_begin(c, "Your team");
	if (wrong != NULL)
		page_error_of(c, wrong);
	put_sessions(c, json_object_get(o, "sessions"));
	html_raw(&c->out, "<h2>Who covers for whom</h2>\n<p><a href="
	    "\"/handover\">Hand cases over, or have them covered</a></p>\n");
	page_end(c);
	json_decref(o);
}

void
page_lead(struct desk_call *c)
{
	show(c, NULL);
}

void
page_lead_out(struct desk_call *c)
{
	char *words = NULL;

	if (!desk_once(c, "/lead"))
		return;
	if (desk_ask(c, VERB_SESSIONS, json_pack("{s:s}", "end",
	    form_text(&c->form, "account")), NULL, &words) == CLI_DONE)
		desk_see(c, "signed-out", "/lead");
	else
		show(c, words);
	desk_forget(words);
}
