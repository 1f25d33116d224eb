#include "agent/desk/page.h"

desk_page page_inbox;

void
page_inbox(struct desk_call *c)
{
	page_begin(c, "Inbox");
	html_raw(&c->out, "<p>Nothing is waiting.</p>\n");
	page_end(c);
}
