/*
 * Before anybody here opens a case a conflict officer reads who must not see
 * it and compares the staff.  This is the one page that shows exclusions.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/desk/view.h"

desk_page page_check_staff;

enum { ACCOUNTS_MAX = 64 };

/* ---- reading ---------------------------------------------------------------- */

/* The newest introduction of the case that can be read; 0. */
static long long
newest(const json_t *items)
{
	long long message = 0;

	for (size_t i = 0; i < json_array_size(items); i++) {
		const json_t *m = json_array_get(items, i);

		if (json_yes(m, "introduction") &&
		    strcmp(json_str(m, "state"), "stored") == 0 &&
		    json_int(m, "message") > message)
			message = json_int(m, "message");
	}
	return message;
}

/* Opens the introduction, in the ledger; false: the reply is made. */
static bool
opened(struct desk_call *c, long long no)
{
	json_t *inbox = desk_need(c, VERB_INBOX, json_pack("{s:I}", "case",
	    (json_int_t)no)), *out = NULL;
	long long message;
	char *words = NULL;
	int code;

	if (inbox == NULL)
		return false;
	message = newest(json_object_get(inbox, "items"));
	json_decref(inbox);
	if (message == 0) {
		desk_say(c, 200, "Nothing to compare",
		    "There is no introduction to compare with.");
		return false;
	}
	code = desk_ask(c, VERB_OPEN, json_pack("{s:I}", "message",
	    (json_int_t)message), &out, &words);
	json_decref(out);
	if (code != CLI_DONE)
		desk_say(c, code == CLI_NO ? 200 : 503, "Not open",
		    words != NULL ? words : "");
	desk_forget(words);
	return code == CLI_DONE;
}

/* ---- showing ------------------------------------------------------------------ */

static void
exclusions(struct buf *b, const json_t *list)
{
	if (json_array_size(list) == 0) {
		html_raw(b, "<p>The introduction names nobody who must be kept "
		    "out.</p>\n");
		return;
	}
	html_raw(b, "<table>\n<caption>Who must not see this case</caption>\n"
	    "<thead><tr><th scope=\"col\">Name</th><th scope=\"col\">Relation"
	    "</th></tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *x = json_array_get(list, i);

		html(b, "<tr><td>%s</td><td>%s</td></tr>\n", json_str(x,
		    "name"), json_str(x, "relation"));
	}
	html_raw(b, "</tbody>\n</table>\n");
}

static void
form(struct desk_call *c, long long no, const json_t *suggested)
{
	char action[48], label[128];

	snprintf(action, sizeof action, "/check/%lld", no);
	page_form(c, action);
	if (json_array_size(suggested) > 0)
		html_raw(&c->out, "<fieldset class=\"field\"><legend>Accounts "
		    "whose names are alike</legend>\n");
	for (size_t i = 0; i < json_array_size(suggested); i++) {
		snprintf(label, sizeof label, "keep %s out",
		    view_at(suggested, i));
		page_check(c, "excluded", view_at(suggested, i), label,
		    true);
	}
	if (json_array_size(suggested) > 0)
		html_raw(&c->out, "</fieldset>\n");
	page_area(c, "accounts", "Other accounts to keep out",
	    "One a line. To them this case does not exist.", "", 3);
	page_check(c, "confirm", "yes", "I have compared all of our staff with "
	    "these names.", false);
	page_form_end(c, "Confirm");
}

static void
show(struct desk_call *c, long long no, const char *words)
{
	json_t *out;

	if (!opened(c, no))
		return;
	out = desk_need(c, VERB_CHECKED, json_pack("{s:I}", "case",
	    (json_int_t)no));
	if (out == NULL)
		return;
	page_begin(c, "Compare the staff");
	if (words != NULL)
		page_error(c, NULL, "%s", words);
	exclusions(&c->out, json_object_get(out, "exclusions"));
	form(c, no, json_object_get(out, "suggested"));
	page_end(c);
	json_decref(out);
}

/* ---- confirming ----------------------------------------------------------------- */

/* Ticked ones, and those written down, one a line. */
static json_t *
accounts(const struct desk_call *c)
{
	json_t *list = json_array();
	const char *s;

	for (size_t i = 0; i < ACCOUNTS_MAX &&
	    (s = form_at(&c->form, "excluded", i)) != NULL; i++)
		json_array_append_new(list, json_string(s));
	for (s = form_text(&c->form, "accounts"); *s != '\0';) {
		size_t n = strcspn(s, " ,\n");

		if (n > 0)
			json_array_append_new(list, json_stringn(s, n));
		s += n + strspn(s + n, " ,\n");
	}
	return list;
}

static void
confirm(struct desk_call *c, long long no)
{
	char *words = NULL;
	int code;

	if (!form_has(&c->form, "confirm", "yes")) {
		show(c, no, "Compare first, then tick that you have done so.");
		return;
	}
	if (!desk_once(c, "/"))
		return;
	code = desk_ask(c, VERB_CHECKED, json_pack("{s:I, s:b, s:o}", "case",
	    (json_int_t)no, "confirm", 1, "excluded", accounts(c)), NULL,
	    &words);
	if (code == CLI_DONE)
		desk_see(c, "checked", "/");
	else
		show(c, no, words);
	desk_forget(words);
}

void
page_check_staff(struct desk_call *c)
{
	const long long no = view_case(c, 0);

	if (no == 0)
		desk_nothing(c);
	else if (c->post)
		confirm(c, no);
	else
		show(c, no, NULL);
}
