/* One's own account: changing the password. */
#include <string.h>

#include "agent/desk/page.h"

desk_page page_password_change;

static void
show(struct desk_call *c, const char *wrong)
{
	page_begin(c, "Your password");
	if (wrong != NULL)
		page_error_of(c, wrong);
	html_raw(&c->out, "<p>At least twelve characters. Four words that do "
	    "not belong together are good, and easy to remember.</p>\n");
	page_form(c, "/password");
	page_password(c, "old", "Your password now", "current-password");
	page_password(c, "new_password", "Your new password", "new-password");
	page_password(c, "again", "Your new password, again", "new-password");
	page_form_end(c, "Change it");
	page_end(c);
}

void
page_password_change(struct desk_call *c)
{
	const char *new = form_text(&c->form, "new_password");
	char *words = NULL;

	if (!c->post) {
		show(c, NULL);
		return;
	}
	if (strcmp(new, form_text(&c->form, "again")) != 0) {
		show(c, "again: the two new passwords are not the same");
		return;
	}
	if (!desk_once(c, "/password"))
		return;
	if (desk_ask(c, VERB_PASSWORD, json_pack("{s:s, s:s}", "old",
	    form_text(&c->form, "old"), "new", new), NULL, &words) ==
	    CLI_DONE)
		desk_see(c, "password", "/password");
	else
		show(c, words != NULL ? words : "");
	desk_forget(words);
}
