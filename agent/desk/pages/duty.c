/*
 * Above the inbox: urgent things that wait, who looks after them, and whom
 * to telephone because nobody has opened something there.
 */
#include <stdlib.h>
#include <string.h>

#include "agent/desk/view.h"

desk_page page_acknowledge;

/* A button that says so to the agent; `what` is m12, or the id of a record. */
static void
acknowledge(struct desk_call *c, const char *what, const char *button)
{
	char action[80];

	snprintf(action, sizeof action, "/acknowledge/%s", what);
	page_form(c, action);
	page_form_end(c, button);
}

static void
one_call(struct desk_call *c, const json_t *call)
{
	const long long no = json_int(call, "case");

	html(&c->out, "<li><p><a href=\"/case/%lld/seen\">Case %lld</a>: "
	    "<strong>%s</strong></p>\n", no, no, json_str(call, "text"));
	acknowledge(c, json_str(call, "observation"),
	    "Somebody has telephoned");
	html_raw(&c->out, "</li>\n");
}

static void
one_waiting(struct desk_call *c, const json_t *m)
{
	const char *by = json_str(m, "acknowledged_by");
	char what[24];

	html(&c->out, "<li><p><a href=\"/item/%lld\">Case %lld: urgent, from "
	    "%s</a>. ", json_int(m, "message"), json_int(m, "case"),
	    json_str(m, "from_name"));
	if (by[0] != '\0')
		html(&c->out, "%s looks after it; it still has to be opened."
		    "</p>\n", by);
	else
		html_raw(&c->out, "Nobody has opened it here yet.</p>\n");
	snprintf(what, sizeof what, "m%lld", json_int(m, "message"));
	if (by[0] == '\0')
		acknowledge(c, what, "I look after it");
	html_raw(&c->out, "</li>\n");
}

void
view_urgent(struct desk_call *c, const json_t *inbox)
{
	const json_t *calls = json_object_get(inbox, "calls"), *m;
	bool any = json_array_size(calls) > 0;
	size_t i;

	json_array_foreach(json_object_get(inbox, "items"), i, m)
		any = any || json_object_get(m, "acknowledged_by") != NULL;
	if (!any)
		return;
	html_raw(&c->out, "<section class=\"box warn\" aria-labelledby=\""
	    "urgent-now\">\n<h2 id=\"urgent-now\">Urgent now</h2>\n<ul>\n");
	json_array_foreach(calls, i, m)
		one_call(c, m);
	json_array_foreach(json_object_get(inbox, "items"), i, m)
		if (json_object_get(m, "acknowledged_by") != NULL)
			one_waiting(c, m);
	html_raw(&c->out, "</ul>\n</section>\n");
}

/* m12, 12 of a task, or the 32 digits of a record; false: none of them. */
static bool
request(const char *what, json_t **in)
{
	const bool message = what[0] == 'm';
	const char *digits = what + message;
	const size_t n = strlen(digits);

	if (n == 32 && !message) {
		*in = json_pack("{s:s}", "observation", what);
		return true;
	}
	if (n == 0 || n > 18 || strspn(digits, "0123456789") != n)
		return false;
	*in = json_pack("{s:I}", message ? "message" : "task",
	    (json_int_t)strtoll(digits, NULL, 10));
	return true;
}

/* What is over meanwhile needs nobody: the inbox says how it is. */
void
page_acknowledge(struct desk_call *c)
{
	json_t *in;
	int code;

	if (!request(c->part[0], &in)) {
		desk_nothing(c);
		return;
	}
	code = desk_ask(c, VERB_ACKNOWLEDGE, in, NULL, NULL);
	if (code == CLI_LOCKED)
		desk_see(c, NULL, "/signin");
	else
		desk_see(c, code == CLI_DONE ? "looked-after" : NULL, "/");
}
