/* The change tab: what was asked of a person, and what is really different. */
#include "agent/desk/view.h"

desk_page page_change;

void
page_change(struct desk_call *c)
{
	struct view v;

	if (!view_load(&v, c, view_case(c, 0), NULL))
		return;
	page_begin_case(c, v.no, "change", "Change");
	html_raw(&c->out, "<p>Taking part in a programme is not change. Change "
	    "is what the survivor, the children and records can tell.</p>\n");
	view_change(&v, 2);
	view_goals(&v, 2);
	html(&c->out, "<ul class=\"actions\">\n<li><a class=\"button primary\" "
	    "href=\"/goal/%lld\">Set a goal</a></li>\n<li><a class=\"button\" "
	    "href=\"/task/%lld\">Give a task</a></li>\n</ul>\n", v.no, v.no);
	page_end(c);
	view_free(&v);
}
