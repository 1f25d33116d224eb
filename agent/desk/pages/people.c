/* The people tab: who is who, from the book of this agency; and the consent
 * tab: which arrows are open.  Exclusions are on neither. */
#include <string.h>

#include "agent/desk/view.h"
#include "proto/vocabulary.h"

desk_page page_people, page_sharing;

enum { ENDS_SOON_DAYS = 7 };

/* ---- people -------------------------------------------------------------- */

static void
fact(struct buf *b, const char *name, const char *value)
{
	if (value[0] != '\0')
		html(b, "<dt>%s</dt><dd>%s</dd>\n", name, value);
}

static void
person(struct buf *b, const json_t *p)
{
	html(b, "<section class=\"card\">\n<h2>%s <b>%s</b></h2>\n"
	    "<dl class=\"facts\">\n", json_str(p, "id"), json_str(p, "name"));
	fact(b, "Also known as", json_str(p, "also_known_as"));
	fact(b, "Born", json_str(p, "born"));
	fact(b, "Found by", json_str(p, "find_by"));
	html_raw(b, "</dl>\n</section>\n");
}

void
page_people(struct desk_call *c)
{
	const long long no = view_case(c, 0);
	const json_t *list;
	json_t *people;

	if (no == 0) {
		desk_nothing(c);
		return;
	}
	people = desk_need(c, VERB_PEOPLE, json_pack("{s:I}", "case",
	    (json_int_t)no));
	if (people == NULL)
		return;
	list = json_object_get(people, "persons");
	page_begin_case(c, no, "people", "People");
	if (!json_yes(people, "checked"))
		page_box(c, "note", "A conflict officer reads the introduction "
		    "and compares the staff first. Then names are shown.");
	else if (json_array_size(list) == 0)
		html_raw(&c->out, "<p>The book of this agency has no names for "
		    "this case yet.</p>\n");
	for (size_t i = 0; i < json_array_size(list); i++)
		person(&c->out, json_array_get(list, i));
	if (json_str(people, "safe_contact")[0] != '\0')
		page_box(c, "warn", "Safe contact: %s", json_str(people,
		    "safe_contact"));
	html(&c->out, "<p>Questions about permission: %s</p>\n",
	    json_str(people, "keeper"));
	page_end(c);
	json_decref(people);
}

/* ---- consent --------------------------------------------------------------- */

static void
arrow(struct desk_call *c, const json_t *a)
{
	const bool active = strcmp(json_str(a, "state"), "active") == 0;
	const json_t *scopes = json_object_get(a, "scopes");
	const long long days = json_int(a, "days");
	struct buf *b = &c->out;

	html(b, "<tr><td>%s</td><td>%s</td><td>", json_str(a, "from_name"),
	    json_str(a, "to_name"));
	for (size_t i = 0; i < json_array_size(scopes); i++) {
		if (i > 0)
			html_raw(b, "; ");
		page_code(c, view_at(scopes, i));
	}
	html_raw(b, "</td><td>");
	if (!active)
		html_raw(b, "no active sharing");
	else if (days > ENDS_SOON_DAYS)
		html(b, "active, ends in %lld days", days);
	else if (days > 0)
		html(b, "active, <strong>ends in %lld %s</strong>", days,
		    days == 1 ? "day" : "days");
	else
		html_raw(b, "active, <strong>ends today</strong>");
	html_raw(b, "</td></tr>\n");
}

void
page_sharing(struct desk_call *c)
{
	const long long no = view_case(c, 0);
	const json_t *list;
	json_t *sharing;

	if (no == 0) {
		desk_nothing(c);
		return;
	}
	sharing = desk_need(c, VERB_SHARING, json_pack("{s:I}", "case",
	    (json_int_t)no));
	if (sharing == NULL)
		return;
	list = json_object_get(sharing, "arrows");
	page_begin_case(c, no, "consent", "Consent");
	html(&c->out, "<p>What may be told at the moment, as far as this agency "
	    "takes part. Questions: %s. Please do not ask the family.</p>\n"
	    "<div class=\"wide\" tabindex=\"0\" role=\"group\" "
	    "aria-label=\"Permissions\">\n<table>\n<thead><tr><th scope=\"col\""
	    ">From</th><th scope=\"col\">To</th><th scope=\"col\">Parts</th>"
	    "<th scope=\"col\">State</th></tr></thead>\n<tbody>\n",
	    json_str(sharing, "keeper"));
	for (size_t i = 0; i < json_array_size(list); i++)
		arrow(c, json_array_get(list, i));
	if (json_array_size(list) == 0)
		html_raw(&c->out, "<tr><td colspan=\"4\">no active sharing"
		    "</td></tr>\n");
	html_raw(&c->out, "</tbody>\n</table>\n</div>\n");
	if ((c->who.rights & DESK_ADVOCATE) != 0)
		html(&c->out, "<p><a href=\"/room/%lld\">Consent room</a></p>"
		    "\n", no);
	page_end(c);
	json_decref(sharing);
}
