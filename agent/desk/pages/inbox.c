/* What has come: urgent ones first, then the newest, by case. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "agent/desk/view.h"
#include "proto/vocabulary.h"

desk_page page_inbox;

enum { PAGE_ITEMS = 50, BEFORE_DIGITS = 19 };

/* ---- one item -------------------------------------------------------------- */

/* "5 h", or "5 h ago", of an agent's time, which stands there when one points
 * at it. */
static void
age(struct buf *b, const char *iso, const char *ago)
{
	static const struct { long seconds; const char *unit; } units[] = {
		{ 86400, "d" }, { 3600, "h" }, { 60, "min" } };
	char at[PAGE_TIME];
	struct tm tm = { 0 };
	long n;

	page_time_text(iso, at);
	if (strptime(iso, "%Y-%m-%dT%H:%M:%SZ", &tm) == NULL)
		return;
	n = (long)(time(NULL) - timegm(&tm));
	html(b, "<time datetime=\"%s\" title=\"%s\">", iso, at);
	for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
		if (n >= units[i].seconds) {
			html(b, "%ld %s%s</time>", n / units[i].seconds,
			    units[i].unit, ago);
			return;
		}
	html_raw(b, "just now</time>");
}

static const char *
kind_label(const char *kind)
{
	const struct vocabulary_code *v = vocabulary_find(kind);

	return v != NULL ? v->label : kind;
}

/* Whether it was opened here, by whom; or why it cannot be. */
static void
state(struct buf *b, const json_t *m)
{
	const char *now = json_str(m, "state");
	const char *account = json_str(m, "opened_account");

	if (strcmp(now, "recalled") == 0)
		html_raw(b, "taken back");
	else if (strcmp(now, "locked") == 0)
		html_raw(b, "cannot be opened at the moment");
	else if (strcmp(now, "rejected") == 0)
		html_raw(b, "rejected; IT has been told");
	else if (json_str(m, "opened_at")[0] == '\0')
		html_raw(b, "<b>not opened here yet</b>");
	else {
		html(b, "opened by %s%s%s%s, ", account, account[0] != '\0' ?
		    " (" : "", json_str(m, "opened_by"), account[0] != '\0' ?
		    ")" : "");
		age(b, json_str(m, "opened_at"), " ago");
	}
}

/* Where an item leads: an introduction to the comparing of staff, and when
 * that is done, to the book it became. */
static void
leads(struct buf *b, const json_t *m)
{
	if (!json_yes(m, "introduction"))
		html(b, "<a href=\"/item/%lld\">%s</a>", json_int(m,
		    "message"), json_str(m, "from_name"));
	else if (json_yes(m, "checked"))
		html(b, "%s: <a href=\"/case/%lld/people\">introduction</a>",
		    json_str(m, "from_name"), json_int(m, "case"));
	else
		html(b, "%s: <a href=\"/check/%lld\">introduction, compare "
		    "the staff</a>", json_str(m, "from_name"), json_int(m,
		    "case"));
}

static void
item(struct buf *b, const json_t *m)
{
	html_raw(b, "<tr><td>");
	if (json_yes(m, "urgent"))
		html_raw(b, "<span class=\"mark urgent\">Urgent</span> ");
	leads(b, m);
	html(b, "</td><td>%s</td><td>", kind_label(json_str(m, "kind")));
	age(b, json_str(m, "at"), "");
	html_raw(b, "</td><td>");
	state(b, m);
	html_raw(b, "</td></tr>\n");
}

/* ---- by case ------------------------------------------------------------------ */

/* All items of this page that are of the case of the i-th. */
static void
group(struct buf *b, const json_t *items, size_t i)
{
	const json_t *first = json_array_get(items, i);
	const long long no = json_int(first, "case");
	const char *reference = json_str(first, "reference");

	html(b, "<section class=\"group\">\n<h2><a href=\"/case/%lld/map\">"
	    "Case %lld%s%s</a></h2>\n<div class=\"wide\">\n<table class=\""
	    "inbox\">\n<thead><tr><th scope=\"col\">From</th><th scope=\"col\">"
	    "Kind</th><th scope=\"col\">Age</th><th scope=\"col\">State</th>"
	    "</tr></thead>\n<tbody>\n", no, no, reference[0] != '\0' ? ", " :
	    "", reference);
	for (; i < json_array_size(items); i++)
		if (json_int(json_array_get(items, i), "case") == no)
			item(b, json_array_get(items, i));
	html_raw(b, "</tbody>\n</table>\n</div>\n</section>\n");
}

static bool
is_first_of_case(const json_t *items, size_t i)
{
	const long long no = json_int(json_array_get(items, i), "case");

	for (size_t k = 0; k < i; k++)
		if (json_int(json_array_get(items, k), "case") == no)
			return false;
	return true;
}

static void
pages(struct buf *b, const json_t *inbox, bool later)
{
	const long long next = json_int(inbox, "next");

	if (!later && next == 0)
		return;
	html_raw(b, "<nav class=\"pages\" aria-label=\"Pages\"><p>");
	if (later)
		html_raw(b, "<a href=\"/\">Newest</a> ");
	if (next != 0)
		html(b, "<a href=\"/?before=%lld\">Older</a>", next);
	html_raw(b, "</p></nav>\n");
}

/* ---- the page --------------------------------------------------------------------- */

/* Where an earlier page ended; 0: the first page. */
static long long
before(const struct desk_call *c)
{
	const char *s = form_text(&c->query, "before");

	return strlen(s) > BEFORE_DIGITS || s[strspn(s, "0123456789")] != '\0'
	    ? 0 : strtoll(s, NULL, 10);
}

void
page_inbox(struct desk_call *c)
{
	const long long from = before(c);
	json_t *inbox, *in;
	const json_t *items;

	if ((c->who.rights & ~(unsigned)DESK_IT) == 0) {
		desk_see(c, NULL, "/it");       /* IT sees no case */
		return;
	}
	in = json_pack("{s:i}", "limit", PAGE_ITEMS);
	if (from > 0)
		json_object_set_new(in, "before", json_integer(from));
	inbox = desk_need(c, VERB_INBOX, in);
	if (inbox == NULL)
		return;
	items = json_object_get(inbox, "items");
	page_begin(c, "Inbox");
	/* only the newest page keeps itself up to date */
	html_raw(&c->out, from > 0 ? "<div id=\"inbox\">\n" :
	    "<div id=\"inbox\" data-live>\n");
	view_urgent(c, inbox);
	for (size_t i = 0; i < json_array_size(items); i++)
		if (is_first_of_case(items, i))
			group(&c->out, items, i);
	if (json_array_size(items) == 0)
		html_raw(&c->out, "<p>Nothing is waiting.</p>\n");
	pages(&c->out, inbox, from > 0);
	html_raw(&c->out, "</div>\n");
	page_end(c);
	json_decref(inbox);
}
