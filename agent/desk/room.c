#include "agent/desk/room.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "agent/desk/draft.h"
#include "agent/desk/part.h"
#include "agent/desk/view.h"

enum { TEXT_MAX = 48 * 1024 };

static const char *const names[ROOM_END] = {
#define X(id, name) [id] = name,
	ROOM_PAGES(X)
#undef X
};

void
room_draft(const struct room *r, enum room_page page,
    char out[static ROOM_DRAFT])
{
	snprintf(out, ROOM_DRAFT, "room/%s/%s", r->part, names[page]);
}

/* ---- drafts ------------------------------------------------------------ */

/* The text of a draft, owned, or NULL. */
static json_t *
get_draft(struct room *r, enum room_page page)
{
	char what[ROOM_DRAFT];
	json_t *d = NULL;

	room_draft(r, page, what);
	if (desk_ask(r->c, VERB_DRAFT_GET, json_pack("{s:s}", "what", what),
	    &d, NULL) == CLI_DONE)
		return d;
	json_decref(d);
	return NULL;
}

static void
load(struct room *r, enum room_page page)
{
	json_t *d = get_draft(r, page);
	const char *text = json_str(d, "text");

	/* what cannot be read was not answered */
	if (form_parse(&r->page[page], text, strlen(text)) != ERR_NONE)
		memset(&r->page[page], 0, sizeof r->page[page]);
	json_decref(d);
}

void
room_forget(struct room *r)
{
	char what[ROOM_DRAFT];

	for (int p = 0; p < ROOM_END; p++) {
		room_draft(r, (enum room_page)p, what);
		draft_done(r->c, what);
	}
}

void
room_move(struct room *r, long long no)
{
	struct room to = { .c = r->c, .no = no };

	snprintf(to.part, sizeof to.part, "%lld", no);
	for (int p = 0; p < ROOM_END; p++) {
		json_t *d = get_draft(r, (enum room_page)p);
		char what[ROOM_DRAFT];

		room_draft(&to, (enum room_page)p, what);
		if (d != NULL)
			(void)desk_ask(r->c, VERB_DRAFT_PUT, json_pack(
			    "{s:s, s:s}", "what", what, "text", json_str(d,
			    "text")), NULL, NULL);
		json_decref(d);
	}
	room_forget(r);
}

/* A second reading: r->page owns its memory, and so does the call. */
void
room_take(struct room *r, enum room_page page)
{
	struct buf b;

	form_free(&r->page[page]);
	buf_init(&b, FORM_BYTES_MAX);
	form_write(&r->c->form, &b);
	if (!buf_ok(&b) || form_parse(&r->page[page], (const char *)b.data,
	    b.n) != ERR_NONE)
		memset(&r->page[page], 0, sizeof r->page[page]);
	buf_free(&b);
}

bool
room_keep(struct room *r, enum room_page page)
{
	char what[ROOM_DRAFT], agreed[ROOM_DRAFT];

	room_draft(r, page, what);
	room_draft(r, ROOM_AGREED, agreed);
	if (draft_keep(r->c, what)) {
		/* what was read back is not what stands there now */
		if (page != ROOM_AGREED)
			draft_done(r->c, agreed);
		return true;
	}
	desk_say(r->c, 503, "Not now", "This could not be kept. Go back (what "
	    "you typed is still there) and try again in a minute.");
	return false;
}

/* ---- who and what ------------------------------------------------------ */

const json_t *
room_member(const struct room *r, const char *id)
{
	const json_t *m;
	size_t i;

	json_array_foreach(r->members, i, m)
		if (strcmp(json_str(m, "member"), id) == 0)
			return m;
	return NULL;
}

const char *
room_name(const struct room *r, const char *id)
{
	const json_t *m = room_member(r, id);

	return m != NULL && json_str(m, "name")[0] != '\0' ?
	    json_str(m, "name") : id;
}

const char *
room_own(const struct room *r)
{
	const json_t *m;
	size_t i;

	json_array_foreach(r->members, i, m)
		if (json_yes(m, "own"))
			return json_str(m, "member");
	return "";
}

/* ---- opening ----------------------------------------------------------- */

static bool
open_case(struct room *r)
{
	const char *part = r->c->part[0];

	if (part != NULL && strcmp(part, "new") == 0) {
		strcpy(r->part, "new");
		return true;
	}
	r->no = view_case(r->c, 0);
	if (r->no == 0) {
		desk_nothing(r->c);
		return false;
	}
	snprintf(r->part, sizeof r->part, "%lld", r->no);
	r->status = desk_need(r->c, VERB_CONSENT_STATUS, json_pack("{s:I}",
	    "case", (json_int_t)r->no));
	return r->status != NULL;
}

/* Chosen for this conversation, else that of the newest permission. */
static void
choose_language(struct room *r)
{
	const struct tongues *t = &r->c->desk->tongues;
	const char *code = form_text(&r->page[ROOM_BEGIN], "language");

	if (code[0] == '\0')
		code = json_str(r->status, "language");
	r->ours = tongues_english(t);
	r->hers = tongues_find(t, code);
	if (r->hers == NULL)
		r->hers = r->ours;
}

void
room_speak(struct room *r, const char *code)
{
	const struct tongue *t = tongues_find(&r->c->desk->tongues, code);

	if (t != NULL)
		r->hers = t;
}

static bool
ask_members(struct room *r)
{
	json_t *o = desk_need(r->c, VERB_MEMBERS, NULL);

	r->members = json_incref(json_object_get(o, "members"));
	json_decref(o);
	return o != NULL;
}

/* A case whose book has names needs none from this page. */
static void
ask_people(struct room *r)
{
	json_t *o = NULL;

	if (r->no != 0 && desk_ask(r->c, VERB_PEOPLE, json_pack("{s:I}",
	    "case", (json_int_t)r->no), &o, NULL) == CLI_DONE &&
	    json_array_size(json_object_get(o, "persons")) > 0)
		r->people = json_incref(json_object_get(o, "persons"));
	json_decref(o);
}

bool
room_open(struct room *r, struct desk_call *c, unsigned need)
{
	memset(r, 0, sizeof *r);
	r->c = c;
	if (!open_case(r))
		return false;
	for (int p = 0; p < ROOM_END; p++)
		load(r, (enum room_page)p);
	choose_language(r);
	if (r->no == 0 && r->page[ROOM_BEGIN].n == 0) {
		room_close(r);
		desk_see(c, NULL, "/room");
		return false;
	}
	if ((need & ROOM_MEMBERS) != 0 && !ask_members(r)) {
		room_close(r);
		return false;
	}
	if ((need & ROOM_PEOPLE_TOO) != 0)
		ask_people(r);
	return true;
}

void
room_close(struct room *r)
{
	for (int p = 0; p < ROOM_END; p++)
		form_free(&r->page[p]);
	json_decref(r->status);
	json_decref(r->members);
	json_decref(r->people);
	memset(r, 0, sizeof *r);
}

void
room_facts(const struct room *r, struct room_facts *f,
    struct room_asked *asked)
{
	const time_t now = time(NULL);
	struct tm day;

	tongue_notice(r->hers, asked->notice);
	strftime(asked->today, sizeof asked->today, "%Y-%m-%d",
	    gmtime_r(&now, &day));
	*f = (struct room_facts){ .page = r->page, .members = r->members,
	    .persons = r->people, .language = tongue_text(r->hers,
	    "language.code"), .notice = asked->notice, .role =
	    r->c->who.role[0] != '\0' ? r->c->who.role : "advocate",
	    .today = asked->today, .jurisdiction = r->c->config->jurisdiction,
	    .law_profile = r->c->config->law_profile };
}

/* ---- the frame --------------------------------------------------------- */

static const struct {
	const char *path, *label;
	bool only_new;
} steps[] = {
	{ "questions", "Questions", false }, { "agencies", "Agencies", false },
	{ "grid", "Who tells whom", false }, { "people", "People", false },
	{ "readback", "Read back", false }, { "secrets", "Her words", true },
	{ "sign", "Sign", false },
};

void
room_begin(struct room *r, const char *heading, const char *step)
{
	struct buf *b = &r->c->out;

	page_begin(r->c, heading);
	html_raw(b, "<p class=\"not-printed\">Nothing of the consent room is "
	    "printed.</p>\n");
	if (r->no != 0 && strcmp(heading, "Now") != 0)
		html(b, "<p><a href=\"/room/%s\">Case %s: now</a></p>\n",
		    r->part, r->part);
	if (step == NULL)
		return;
	html_raw(b, "<nav class=\"steps\" aria-label=\"The conversation\">\n"
	    "<ol>\n");
	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
		if (steps[i].only_new && r->no != 0)
			continue;
		html(b, "<li><a href=\"/room/%s/%s\"", r->part,
		    steps[i].path);
		html_raw(b, strcmp(step, steps[i].path) == 0 ?
		    " aria-current=\"step\">" : ">");
		html(b, "%s</a></li>\n", steps[i].label);
	}
	html_raw(b, "</ol>\n</nav>\n");
}

void
room_form(struct room *r, const char *step, enum room_page page)
{
	char action[64], what[ROOM_DRAFT];

	snprintf(action, sizeof action, "/room/%s/%s", r->part, step);
	room_draft(r, page, what);
	page_form(r->c, action);
	draft_fields(r->c, what);
}
