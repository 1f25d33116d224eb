/* The seen tab: what became of what this agency wrote. */
#include <string.h>

#include "agent/desk/view.h"

desk_page page_seen;

static void
record_row(struct desk_call *c, const json_t *r)
{
	const json_t *content = json_object_get(r, "content");
	const char *id = json_str(r, "id");
	struct buf *b = &c->out;

	html_raw(b, "<tr><td>");
	page_time(c, json_str(r, "at"));
	html(b, "</td><td><a href=\"/item/%s\">%s</a> ", id, json_str(r,
	    "kind"));
	view_codes(c, json_object_get(content, "codes"));
	if (json_yes(r, "recalled"))
		html_raw(b, " <span class=\"mark\">taken back</span>");
	html_raw(b, "</td><td>");
	view_copies(c, json_object_get(r, "copies"));
	html_raw(b, "</td></tr>\n");
}

void
page_seen(struct desk_call *c)
{
	const long long no = view_case(c, 0);
	const json_t *list;
	json_t *seen;

	if (no == 0) {
		desk_nothing(c);
		return;
	}
	seen = desk_need(c, VERB_SEEN, json_pack("{s:I}", "case",
	    (json_int_t)no));
	if (seen == NULL)
		return;
	list = json_object_get(seen, "records");
	page_begin_case(c, no, "seen", "Who has seen what we wrote");
	if (json_array_size(list) == 0)
		html_raw(&c->out, "<p>This agency has written nothing in this "
		    "case.</p>\n");
	else
		html_raw(&c->out, "<div class=\"wide\" tabindex=\"0\" "
		    "role=\"group\" aria-label=\"Records\">\n<table>\n<thead>"
		    "<tr><th scope=\"col\">Written</th><th scope=\"col\">Record"
		    "</th><th scope=\"col\">Who has it</th></tr></thead>\n"
		    "<tbody>\n");
	for (size_t i = json_array_size(list); i > 0; i--)
		record_row(c, json_array_get(list, i - 1));
	if (json_array_size(list) > 0)
		html_raw(&c->out, "</tbody>\n</table>\n</div>\n");
	page_end(c);
	json_decref(seen);
}
