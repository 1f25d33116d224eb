/*
 * Her statement: who was told what about her, and who opened it.  First it
 * is asked whether it is safe to look; the answer is a POST, so that no
 * address, history or cache holds anything of it.
 *
 *	GET, POST /room/N/statement
 */
#include <stdio.h>
#include <string.h>

#include "agent/desk/room.h"

desk_page page_room_statement, page_room_statement_in;

/* ---- one line ---------------------------------------------------------- */

/* What kind of line is which sentence; those with parts end in a colon. */
static const char *
sentence_of(const json_t *l)
{
	static const struct { const char *what, *key; } row[] = {
		{ "permission", "seen.permission" },
		{ "delivery", "seen.delivery" },
		{ "dropped", "seen.dropped" },
		{ "stopped", "seen.stopped" }, { "resumed", "seen.resumed" },
		{ "taken-back", "seen.taken-back" },
		{ "closed", "seen.closed" }, { "export", "seen.export" },
	};
	const char *what = json_str(l, "what");

	if (strcmp(what, "refused") == 0)
		return json_yes(l, "opening") ? "seen.not-opened" :
		    "seen.refused";
	if (strcmp(what, "mandated") == 0)
		return json_yes(l, "told") ? "seen.outside-told" :
		    "seen.outside-untold";
	if (strcmp(what, "withdrawn") == 0)
		return json_str(l, "from")[0] != '\0' ? "seen.withdrawn" :
		    "seen.withdrawn-all";
	for (size_t i = 0; i < sizeof row / sizeof row[0]; i++)
		if (strcmp(what, row[i].what) == 0)
			return row[i].key;
	return "seen.unnamed";
}

static void
why_key(const json_t *l, char out[static TONGUE_KEY_MAX + 1])
{
	if (strcmp(json_str(l, "what"), "refused") == 0)
		strcpy(out, strcmp(json_str(l, "shown"), "R1") == 0 ?
		    "why.no-permission" : "why.rule");
	else
		snprintf(out, TONGUE_KEY_MAX + 1, "why.%s", json_str(l,
		    "why"));
}

static void
opened(struct room *r, const json_t *l)
{
	const json_t *list = json_object_get(l, "opened"), *o;
	char day[12];
	size_t i;

	if (json_array_size(list) == 0)
		room_say(r, "seen.unread", NULL, 0);
	json_array_foreach(list, i, o) {
		const struct words_value value[] = { { "day", day },
		    { "role", json_str(o, "role") } };

		snprintf(day, sizeof day, "%.10s", json_str(o, "at"));
		room_say(r, "seen.opened", value, 2);
	}
	if (json_int(l, "opened_times") > (long long)json_array_size(list))
		room_say(r, "seen.opened-again", NULL, 0);
}

static void
line(struct room *r, const json_t *l)
{
	const char *what = json_str(l, "what");
	char why[TONGUE_KEY_MAX + 1], ground[TONGUE_KEY_MAX + 1];
	char until[12], n[16];
	const struct words_value value[] = {
		{ "from", json_str(l, "from_name") },
		{ "to", json_str(l, "to_name") }, { "until", until },
		{ "n", n }, { "@why", why }, { "@ground", ground } };
	const bool has_why = strcmp(what, "dropped") == 0 ||
	    strcmp(what, "refused") == 0;
	const bool outside = strcmp(what, "mandated") == 0;

	why_key(l, why);
	snprintf(ground, sizeof ground, "ground.%s", json_str(l, "ground"));
	snprintf(until, sizeof until, "%.10s", json_str(l, "until"));
	snprintf(n, sizeof n, "%lld", json_int(l, "n"));
	html_raw(&r->c->out, "<li class=\"card\">\n<p class=\"soft\">");
	page_time(r->c, json_str(l, "at"));
	html_raw(&r->c->out, "</p>\n");
	/* only those that this sentence can have */
	if (outside)
		room_say(r, sentence_of(l), (const struct words_value[]){
		    value[0], value[1], value[5] }, 3);
	else
		room_say(r, sentence_of(l), value, has_why ? 5 : 4);
	if (strcmp(what, "permission") == 0 || strcmp(what, "delivery") == 0 ||
	    has_why)
		room_parts(r, json_object_get(l, "scopes"));
	if (strcmp(what, "delivery") == 0)
		opened(r, l);
	html_raw(&r->c->out, "</li>\n");
}

/* ---- the page ---------------------------------------------------------- */

static void
statement(struct room *r, const json_t *s)
{
	const json_t *lines = json_object_get(s, "lines"), *l;
	char day[12];
	const struct words_value made[] = { { "day", day }, { "agency",
	    room_name(r, room_own(r)) } };
	const struct words_value reference = { "reference", json_str(s,
	    "reference") };
	struct room_asked asked;
	struct room_facts f;
	size_t i;

	room_facts(r, &f, &asked);
	snprintf(day, sizeof day, "%s", asked.today);
	html_raw(&r->c->out, "<div class=\"large\">\n<h2>");
	room_said(r, "seen.title", NULL, 0);
	html_raw(&r->c->out, "</h2>\n");
	room_say(r, "seen.made", made, 2);
	room_say(r, "seen.reference", &reference, 1);
	room_say(r, "seen.not-in-here", NULL, 0);
	if (!json_yes(s, "complete"))
		room_box(r, "warn", "seen.offline", NULL, 0);
	if (json_array_size(lines) == 0)
		room_say(r, "seen.nothing", NULL, 0);
	html_raw(&r->c->out, "<ol class=\"lines\">\n");
	json_array_foreach(lines, i, l)
		line(r, l);
	html_raw(&r->c->out, "</ol>\n</div>\n");
}

static void
safe(struct room *r)
{
	char action[48];

	room_begin(r, "Who has seen this", NULL);
	html_raw(&r->c->out, "<div class=\"large\">\n");
	room_say(r, "seen.safe", NULL, 0);
	html_raw(&r->c->out, "</div>\n");
	snprintf(action, sizeof action, "/room/%s/statement", r->part);
	page_form(r->c, action);
	room_languages(r->c, tongue_text(r->hers, "language.code"));
	page_form_end(r->c, "Yes: show it");
	html(&r->c->out, "<p><a href=\"/room/%s\">Not now</a></p>\n",
	    r->part);
	page_end(r->c);
}

void
page_room_statement(struct desk_call *c)
{
	struct room r;

	if (!room_open(&r, c, 0))
		return;
	if (r.no == 0)
		desk_nothing(c);
	else
		safe(&r);
	room_close(&r);
}

void
page_room_statement_in(struct desk_call *c)
{
	json_t *s = NULL;
	struct room r;
	int code;

	if (!room_open(&r, c, ROOM_MEMBERS))
		return;
	room_speak(&r, form_text(&c->form, "language"));
	code = r.no != 0 ? desk_ask(c, VERB_STATEMENT, json_pack("{s:I}",
	    "case", (json_int_t)r.no), &s, NULL) : CLI_NO;
	/* without a connection there is what was known before */
	if (s == NULL) {
		desk_say(c, 503, "Not now", "The statement cannot be made at "
		    "the moment; please try again in a minute.");
	} else {
		room_begin(&r, "Who has seen this", NULL);
		statement(&r, s);
		html(&c->out, "<p><a class=\"button\" href=\"/room/%s\">Away "
		    "with it</a></p>\n", r.part);
		page_end(c);
	}
	(void)code;
	json_decref(s);
	room_close(&r);
}
