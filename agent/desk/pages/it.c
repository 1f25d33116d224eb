/*
 * What IT sees: how the agent is, what waits, what was rejected.  Ages and
 * buckets, never a case, a person in one, or a count (P7).
 */
#include <stdlib.h>
#include <string.h>

#include "agent/desk/page.h"

desk_page page_it;

static void
fact(struct desk_call *c, const char *name, const char *value)
{
	html(&c->out, "<dt>%s</dt><dd>%s</dd>\n", name, value);
}

static void
put_exchange(struct desk_call *c, const json_t *s)
{
	char since[PAGE_TIME];
	struct buf *b = &c->out;

	html_raw(b, "<dt>Exchange</dt><dd>");
	page_time_text(json_str(s, "offline_since"), since);
	if (json_yes(s, "connected"))
		html(b, "connected; clock differs by %.1f s",
		    (double)llabs(json_int(s, "clock_off_ms")) / 1000);
	else if (since[0] != '\0')
		html(b, "not connected since %s", since);
	else
		html_raw(b, "not connected");
	html_raw(b, "</dd>\n");
}

static void
put_consent(struct desk_call *c, const json_t *s)
{
	const json_t *ago = json_object_get(s, "confirmed_seconds_ago");

	if (json_is_integer(ago))
		html(&c->out, "<dt>Consent</dt><dd>confirmed %lld s ago; "
		    "openings stop after %lld s</dd>\n",
		    json_integer_value(ago), json_int(s,
		    "confirm_limit_seconds"));
	else
		fact(c, "Consent", "not confirmed yet; nothing can be opened");
}

static void
put_queue(struct desk_call *c, const char *name, const json_t *queue)
{
	const char *bucket = json_str(queue, "bucket");

	if (strcmp(bucket, "none") == 0)
		fact(c, name, "nothing");
	else
		html(&c->out, "<dt>%s</dt><dd>%s; the oldest %s</dd>\n",
		    name, bucket, json_str(queue, "oldest"));
}

static void
put_status(struct desk_call *c, const json_t *s)
{
	const char *reason = json_str(s, "reason");

	if (reason[0] != '\0')
		page_box(c, "warn", "%s", reason);
	else
		page_box(c, "good", "Everything is as it should be.");
	html_raw(&c->out, "<dl class=\"facts\">\n");
	html(&c->out, "<dt>Agency</dt><dd>%s, version %s</dd>\n",
	    json_str(s, "member"), json_str(s, "version"));
	put_exchange(c, s);
	html(&c->out, "<dt>Ledger</dt><dd>verified up to %lld</dd>\n",
	    json_int(s, "ledger_size"));
	html(&c->out, "<dt>Keys</dt><dd>%s; certificate %lld days left</dd>\n",
	    json_yes(s, "unlocked") ? "unlocked" : "locked",
	    json_int(s, "certificate_days"));
	put_consent(c, s);
	put_queue(c, "Outbox", json_object_get(s, "outbox"));
	put_queue(c, "Unopened", json_object_get(s, "unopened"));
	html_raw(&c->out, "</dl>\n");
}

/* The quarantine's rows: what was rejected when it came, and why. */
static void
put_rejected(struct desk_call *c, const json_t *list)
{
	struct buf *b = &c->out;
	const json_t *row;
	size_t i;

	html_raw(b, "<h2>Rejected when it came</h2>\n");
	if (json_array_size(list) == 0) {
		html_raw(b, "<p>Nothing.</p>\n");
		return;
	}
	html_raw(b, "<div class=\"wide\"><table>\n<thead><tr><th "
	    "scope=\"col\">When</th><th scope=\"col\">Number</th><th "
	    "scope=\"col\">Why</th></tr></thead>\n<tbody>\n");
	json_array_foreach(list, i, row) {
		html_raw(b, "<tr><td>");
		page_time(c, json_str(row, "at"));
		html(b, "</td><td>%lld</td><td>%s</td></tr>\n",
		    json_int(row, "number"), json_str(row, "why"));
	}
	html_raw(b, "</tbody></table></div>\n");
}

void
page_it(struct desk_call *c)
{
	json_t *status, *rejected = NULL;

	if (strcmp(c->path, "/") == 0) {
		desk_see(c, NULL, "/it");
		return;
	}
	status = desk_need(c, VERB_STATUS, NULL);
	if (status == NULL)
		return;
	page_begin(c, "This server");
	put_status(c, status);
	html_raw(&c->out, "<p><a href=\"/it/workers\">Who works here</a>: let "
	    "somebody in, put somebody out, a new first password, a lost "
	    "telephone.</p>\n");
	(void)desk_ask(c, VERB_QUARANTINE, NULL, &rejected, NULL);
	put_rejected(c, json_object_get(rejected, "rejected"));
	html_raw(&c->out, "<p class=\"soft\">Unlocking, renewing, backups and "
	    "tests are done at the server: see wayleave-agent(8).</p>\n");
	page_end(c);
	json_decref(rejected);
	json_decref(status);
}
