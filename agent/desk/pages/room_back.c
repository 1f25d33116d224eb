/*
 * Read back: every sentence that she would be signing, and nothing signed.
 *
 *	GET  /room/N/readback
 *	POST /room/N/readback    she said yes to what was read
 */
#include <stdio.h>
#include <string.h>

#include "agent/desk/draft.h"
#include "agent/desk/room.h"

desk_page page_room_back, page_room_back_in;

/* ---- what is missing --------------------------------------------------- */

static const struct { enum room_page page; const char *path; } before[] = {
	{ ROOM_QUESTIONS, "questions" }, { ROOM_AGENCIES, "agencies" },
	{ ROOM_GRID, "grid" }, { ROOM_PEOPLE, "people" },
};

bool
room_ready(struct room *r, const struct room_facts *f)
{
	struct room_gap gap;

	for (size_t i = 0; i < sizeof before / sizeof before[0]; i++)
		if (room_missing(f, before[i].page, &gap)) {
			desk_see(r->c, NULL, "/room/%s/%s", r->part,
			    before[i].path);
			return false;
		}
	return true;
}

/* Where a rule's answer is given. */
static const char *
page_of_rule(const char *rule)
{
	static const struct { const char *rule, *path; } row[] = {
		{ "R8", "questions" }, { "R10", "questions" },
		{ "R11", "people" }, { "R12", "people" }, { "R13", "people" },
	};

	for (size_t i = 0; i < sizeof row / sizeof row[0]; i++)
		if (strcmp(row[i].rule, rule) == 0)
			return row[i].path;
	return "grid";
}

void
room_refused(struct room *r, const json_t *result, const char *words)
{
	const char *path = page_of_rule(json_str(result, "rule"));

	html(&r->c->out, "<p class=\"error\" role=\"alert\">%s <a href=\"/room/"
	    "%s/%s\">Change it there.</a></p>\n", words != NULL &&
	    words[0] != '\0' ? words : "This cannot be signed as it is.",
	    r->part, path);
}

/* ---- the sentences ----------------------------------------------------- */

/* What the preview does not tell again: from the answers themselves. */
static const json_t *
grant_of(const json_t *request, size_t i)
{
	return json_array_get(json_object_get(json_object_get(request, "set"),
	    "grants"), i);
}

static const char *
reason_key(const char *reason)
{
	return strcmp(reason, "safety of P2") == 0 ? "withhold.safety" :
	    strcmp(reason, "safety of the children") == 0 ?
	    "withhold.children" : strcmp(reason,
	    "safety of P2 and the children") == 0 ? "withhold.both" : NULL;
}

static void
withheld(struct room *r, const json_t *grant)
{
	const char *reason = json_str(grant, "withhold_reason");
	const char *key = reason_key(reason);
	const struct words_value known = { "@reason", key };
	const struct words_value own = { "reason", reason };

	if (reason[0] != '\0')
		room_box(r, "bad", "withhold", key != NULL ? &known : &own, 1);
}

static void
agreements(struct room *r, const json_t *grant)
{
	const json_t *a;
	size_t i;

	json_array_foreach(json_object_get(grant, "agreements"), i, a) {
		const bool child = json_str(a, "segment")[0] == '\0';
		const struct words_value value[] = { { child ? "child" :
		    "person", json_str(a, "person") }, { "day", json_str(a,
		    "on") } };

		room_say(r, child ? "child.agreed" : "patient.agreed", value,
		    2);
	}
}

static void
line(struct room *r, const json_t *told, const json_t *grant)
{
	const json_t *to = room_member(r, json_str(told, "to"));
	const struct words_value agency = { "agency", json_str(to, "name") };
	char key[TONGUE_KEY_MAX + 1];

	html_raw(&r->c->out, "<li class=\"card\">\n");
	room_line(r, told);
	if (strcmp(json_str(to, "duty"), "none") != 0 &&
	    json_str(to, "duty")[0] != '\0') {
		snprintf(key, sizeof key, "duty.%s", json_str(to, "duty"));
		room_box(r, "bad", key, &agency, 1);
	}
	withheld(r, grant);
	if (json_yes(grant, "closed_desk"))
		room_say(r, "exclude.closed", &agency, 1);
	agreements(r, grant);
	html_raw(&r->c->out, "</li>\n");
}

static void
sentences(struct room *r, const json_t *told, const json_t *request)
{
	const json_t *lines = json_object_get(told, "lines"), *l;
	const char *keep = form_text(&r->page[ROOM_GRID], "keep");
	const struct words_value days = { "days", keep };
	const struct words_value no = { "n", json_str(told, "count") };
	size_t i;

	room_say(r, "back.intro", NULL, 0);
	room_say(r, "back.count", &no, 1);
	html_raw(&r->c->out, "<ol class=\"lines\">\n");
	json_array_foreach(lines, i, l)
		line(r, l, grant_of(request, i));
	html_raw(&r->c->out, "</ol>\n");
	room_say(r, "keep.ask", NULL, 0);
	room_say(r, strcmp(keep, "0") == 0 ? "keep.none" : "keep.days", &days,
	    1);
	room_say(r, strcmp(form_text(&r->page[ROOM_GRID], "wait"), "no") == 0
	    ? "wait.no" : "wait.yes", NULL, 0);
	room_say(r, "back.nothing-else", NULL, 0);
}

static void
agree_form(struct room *r)
{
	char action[48];

	room_say(r, "back.agree", NULL, 0);
	snprintf(action, sizeof action, "/room/%s/readback", r->part);
	page_form(r->c, action);
	page_form_end(r->c, "She says yes to all of it");
	html(&r->c->out, "<p><a href=\"/room/%s/grid\">Change a line</a></p>"
	    "\n", r->part);
}

/* ---- the page ---------------------------------------------------------- */

/* The preview; NULL with the page made. */
static json_t *
preview(struct room *r, const json_t *request)
{
	json_t *in = json_deep_copy(request), *told = NULL;
	char *words = NULL, count[16];
	int code;

	json_object_set_new(in, "dry_run", json_true());
	if (r->no != 0)
		json_object_set_new(in, "case", json_integer(r->no));
	code = desk_ask(r->c, VERB_CONSENT, in, &told, &words);
	if (code == CLI_DONE) {
		snprintf(count, sizeof count, "%lld", json_int(told,
		    "grants"));
		json_object_set_new(told, "count", json_string(count));
	} else {
		room_begin(r, "Read back", "readback");
		room_refused(r, told, words);
		page_end(r->c);
		json_decref(told);
		told = NULL;
	}
	desk_forget(words);
	return told;
}

static void
back(struct room *r, const struct room_facts *f)
{
	json_t *request = room_request(f), *told = preview(r, request);

	if (told != NULL) {
		room_begin(r, "Read back", "readback");
		html_raw(&r->c->out, "<div class=\"large\">\n");
		if (json_yes(told, "two_roles"))
			page_box(r->c, "bad", "One person is recorded as "
			    "harmed here and as causing harm in another case "
			    "of this agency: a lead reviews that before it "
			    "can be signed.");
		sentences(r, told, request);
		html_raw(&r->c->out, "</div>\n");
		agree_form(r);
		page_end(r->c);
	}
	json_decref(told);
	json_decref(request);
}

void
page_room_back(struct desk_call *c)
{
	struct room_asked asked;
	struct room_facts f;
	struct room r;

	if (!room_open(&r, c, ROOM_MEMBERS | ROOM_PEOPLE_TOO))
		return;
	room_facts(&r, &f, &asked);
	if (room_ready(&r, &f))
		back(&r, &f);
	room_close(&r);
}

/* What she agreed to is remembered by its hash: other words, no yes. */
void
page_room_back_in(struct desk_call *c)
{
	struct room_asked asked;
	struct room_facts f;
	char seal[ROOM_SEAL], what[ROOM_DRAFT];
	struct room r;
	int code;

	if (!room_open(&r, c, ROOM_MEMBERS | ROOM_PEOPLE_TOO))
		return;
	room_facts(&r, &f, &asked);
	if (room_ready(&r, &f)) {
		struct buf b;

		room_seal(&f, seal);
		room_draft(&r, ROOM_AGREED, what);
		buf_init(&b, 128);
		form_put(&b, "seal", seal);
		code = desk_ask(c, VERB_DRAFT_PUT, json_pack("{s:s, s:s%}",
		    "what", what, "text", (const char *)b.data, b.n), NULL,
		    NULL);
		buf_free(&b);
		if (code != CLI_DONE)
			desk_say(c, 503, "Not now", "This could not be kept; "
			    "please try again in a minute.");
		else
			desk_see(c, NULL, "/room/%s/%s", r.part, r.no == 0 ?
			    "secrets" : "sign");
	}
	room_close(&r);
}
