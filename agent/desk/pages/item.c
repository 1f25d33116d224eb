/*
 * One record: shield and notice first, then what it says, where it comes
 * from, and the entries of the ledger it rests on.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/desk/view.h"
#include "agent/words.h"
#include "proto/vocabulary.h"

desk_page page_item;

enum { ID_HEX = 32, PART_MAX = 48 };

/* ---- what it says ---------------------------------------------------------------- */

static void
fact(struct buf *b, const char *name, const char *value)
{
	if (value[0] != '\0')
		html(b, "<dt>%s</dt><dd class=\"written\">%s</dd>\n", name,
		    value);
}

static void
fact_codes(struct desk_call *c, const char *name, const json_t *codes)
{
	if (json_array_size(codes) == 0)
		return;
	html(&c->out, "<dt>%s</dt><dd>", name);
	view_codes(c, codes);
	html_raw(&c->out, "</dd>\n");
}

static void
fact_list(struct buf *b, const char *name, const json_t *list)
{
	if (json_array_size(list) == 0)
		return;
	html(b, "<dt>%s</dt><dd>", name);
	for (size_t i = 0; i < json_array_size(list); i++)
		html(b, "%s%s", i > 0 ? ", " : "", view_at(list, i));
	html_raw(b, "</dd>\n");
}

static void
fact_code(struct desk_call *c, const char *name, const char *code,
    const char *unsaid)
{
	if (code[0] == '\0' || strcmp(code, unsaid) == 0)
		return;
	html(&c->out, "<dt>%s</dt><dd>", name);
	page_code(c, code);
	html_raw(&c->out, "</dd>\n");
}

static void
observation(struct desk_call *c, const json_t *o)
{
	const json_t *asked = json_object_get(o, "asked");
	struct buf *b = &c->out;

	html_raw(b, "<dl class=\"facts\">\n");
	fact(b, "Who", json_str(o, "actor"));
	fact(b, "Whose factor", json_str(o, "owner"));
	fact_codes(c, "What", json_object_get(o, "codes"));
	fact_code(c, "Relation", json_str(o, "relation"), "");
	fact_list(b, "To whom", json_object_get(o, "targets"));
	html_raw(b, "<dt>When</dt><dd>");
	view_when(b, o);
	html_raw(b, "</dd>\n");
	fact_code(c, "How often", json_str(o, "frequency"), "FQ9");
	fact_code(c, "Trend", json_str(o, "trend"), "TR9");
	fact_codes(c, "Tied to", json_object_get(o, "triggers"));
	fact_codes(c, "Danger markers", json_object_get(o, "danger"));
	fact(b, json_yes(o, "quoted") ? "Said" : "In words", json_str(o,
	    "text"));
	fact_codes(c, "Pathways", json_object_get(o, "pathways"));
	html_raw(b, "<dt>How it is known</dt><dd>");
	view_known(b, o);
	html_raw(b, "</dd>\n");
	fact_codes(c, "Protected part", json_object_get(o, "segments"));
	fact(b, "Asked whether this may be shared", json_str(asked,
	    "answer"));
	fact_list(b, "Withhold from", json_object_get(o, "withhold_from"));
	html_raw(b, "</dl>\n");
}

/* The other kinds: question, answer, task, goal, person added. */
static void
other(struct desk_call *c, const json_t *o)
{
	struct buf *b = &c->out;

	html_raw(b, "<dl class=\"facts\">\n");
	fact(b, "Who", json_str(o, "person"));
	fact_code(c, "About the gap", json_str(o, "gap"), "");
	fact_code(c, "Behaviour", json_str(o, "behaviour"), "");
	fact(b, "To do by", json_str(o, "owner"));
	fact(b, "In words", json_str(o, "text"));
	fact(b, "Who this is", json_str(o, "is"));
	fact(b, "Measure", json_str(o, "measure"));
	fact(b, "Reply by", json_str(o, "reply_by"));
	fact(b, "Due", json_str(o, "due"));
	fact(b, "By", json_str(o, "by"));
	fact(b, "Checked by", json_str(o, "checked_by"));
	html_raw(b, "</dl>\n");
}

static void
content(struct desk_call *c, const json_t *item)
{
	const json_t *o = json_object_get(item, "content");
	const char *kind = json_str(item, "kind");

	if (strcmp(kind, "correction") == 0) {
		html(&c->out, "<p>This corrects an earlier record: <span "
		    "class=\"id\">%s</span></p>\n", json_str(
		    json_object_get(o, "now"), "supersedes"));
		observation(c, json_object_get(o, "now"));
	} else if (strcmp(kind, "observation") == 0)
		observation(c, o);
	else
		other(c, o);
}

/* ---- first and last --------------------------------------------------------------- */

static void
shield(struct desk_call *c, const json_t *item)
{
	const json_t *list = json_object_get(item, "shield");
	const char *notice = json_str(item, "notice");

	for (size_t i = 0; i < json_array_size(list); i++)
		page_box(c, "bad", "Shielded: %s.", view_at(list, i));
	if (notice[0] != '\0')
		page_box(c, "warn", "%s", notice);
}

static void
author(struct buf *b, const json_t *item)
{
	const json_t *o = json_object_get(item, "content");
	const json_t *now = json_object_get(o, "now");
	const char *role = json_str(json_object_get(now != NULL ? now : o,
	    "author"), "role");

	if (role[0] != '\0')
		html(b, ", %s", role);
}

static void
provenance(struct desk_call *c, const json_t *item)
{
	const json_t *from = json_object_get(item, "from");
	struct buf *b = &c->out;

	html_raw(b, "<p class=\"provenance\">");
	if (json_yes(item, "own"))
		html_raw(b, "Written by this agency");
	else
		html(b, "From %s <span class=\"code\">%s</span>", json_str(
		    from, "name"), json_str(from, "kind"));
	author(b, item);
	html_raw(b, ", ");
	page_time(c, json_str(item, "at"));
	html(b, ". Record <span class=\"id\">%s</span>", json_str(item,
	    "id"));
	if (json_yes(item, "recalled"))
		html_raw(b, " <span class=\"mark\">taken back</span>");
	html_raw(b, "</p>\n");
}

static void
entry(struct buf *b, const char *name, const json_t *proof, const char *key)
{
	const long long n = json_int(proof, key);

	if (n > 0)
		html(b, "<dt>%s</dt><dd>entry %lld</dd>\n", name, n);
}

static void
proofs(struct desk_call *c, const json_t *item)
{
	const json_t *proof = json_object_get(item, "proof");
	const char *account = json_str(item, "opened_account");
	struct buf *b = &c->out;

	if (proof == NULL)
		return;
	html_raw(b, "<details class=\"proofs\">\n<summary>Proofs: what the "
	    "ledger says of this record</summary>\n<dl class=\"facts\">\n");
	entry(b, "Sent", proof, "sent");
	entry(b, "Delivered", proof, "delivered");
	entry(b, "Opened here", proof, "opened");
	entry(b, "Permission", proof, "permission");
	if (json_str(item, "opened_at")[0] != '\0') {
		html(b, "<dt>Opened here first</dt><dd>%s%s%s, ", account,
		    account[0] != '\0' ? ", " : "", json_str(item,
		    "opened_by"));
		page_time(c, json_str(item, "opened_at"));
		html_raw(b, "</dd>\n");
	}
	if (json_str(item, "until")[0] != '\0') {
		html_raw(b, "<dt>Open for you until</dt><dd>");
		page_time(c, json_str(item, "until"));
		html_raw(b, "</dd>\n");
	}
	html_raw(b, "</dl>\n<p class=\"soft\">It may be read here and not "
	    "passed on.</p>\n</details>\n");
}

/* Records that this one links to, as far as they are held and open here. */
static void
links(struct desk_call *c, const json_t *item)
{
	const json_t *list = json_object_get(item, "linked");
	struct buf *b = &c->out;

	if (json_array_size(list) == 0)
		return;
	html_raw(b, "<h2>Linked records</h2>\n<ul class=\"short\">\n");
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *l = json_array_get(list, i);
		char path[VIEW_PATH];

		view_path(l, path);
		html_raw(b, "<li>");
		view_codes(c, json_object_get(l, "codes"));
		html(b, ". %s <a class=\"id\" href=\"%s\">%s</a></li>\n",
		    json_str(l, "name"), path, json_str(l, "id"));
	}
	html_raw(b, "</ul>\n");
}

static void
copies(struct desk_call *c, const json_t *item)
{
	const json_t *list = json_object_get(item, "copies");
	struct buf *b = &c->out;

	if (!json_yes(item, "own"))
		return;
	html_raw(b, "<h2>Who has it</h2>\n");
	view_copies(c, list);
}

/* A task: who here looks after it, and that it is done. */
static void
task(struct desk_call *c, const json_t *item)
{
	char back[PART_MAX];

	if (strcmp(json_str(item, "kind"), "task") != 0 ||
	    json_yes(item, "recalled"))
		return;
	if (json_yes(item, "own"))
		snprintf(back, sizeof back, "%s", json_str(item, "id"));
	else
		snprintf(back, sizeof back, "%lld", json_int(item, "message"));
	html_raw(&c->out, "<h2>Here</h2>\n<p>");
	view_taken(&c->out, item);
	html_raw(&c->out, json_str(item, "taken_by")[0] == '\0' ?
	    "Nobody looks after it yet.</p>\n" : "</p>\n");
	view_task_acts(c, json_int(item, "case"), item, back);
}

/* ---- what can be done ---------------------------------------------------------------- */

static bool
is_observation(const char *kind)
{
	return strcmp(kind, "observation") == 0 ||
	    strcmp(kind, "correction") == 0;
}

static void
on_own(struct buf *b, const char *kind, const char *id)
{
	if (is_observation(kind))
		html(b, "<li><a class=\"button\" href=\"/correct/%s\">Correct"
		    "</a></li>\n", id);
	html(b, "<li><a class=\"button\" href=\"/recall/%s\">Take back</a>"
	    "</li>\n", id);
}

static void
on_received(struct buf *b, const json_t *item, const char *kind)
{
	if (strcmp(kind, "question") == 0)
		html(b, "<li><a class=\"button primary\" href=\"/answer/%lld"
		    "\">Answer</a></li>\n", json_int(item, "message"));
	html(b, "<li><a class=\"button\" href=\"/ask/%lld?about=%s\">Ask</a>"
	    "</li>\n", json_int(item, "case"), json_str(item, "id"));
}

static void
actions(struct desk_call *c, const json_t *item)
{
	const long long no = json_int(item, "case");
	const char *kind = json_str(item, "kind");
	struct buf *b = &c->out;

	html_raw(b, "<ul class=\"actions screen-only\">\n");
	if (json_yes(item, "own"))
		on_own(b, kind, json_str(item, "id"));
	else
		on_received(b, item, kind);
	html(b, "<li><a class=\"button\" href=\"/write/%lld?link=%s\">Write "
	    "about it</a></li>\n", no, json_str(item, "id"));
	if (is_observation(kind))
		html(b, "<li><a class=\"button\" href=\"/task/%lld?link=%s\">"
		    "Give a task about it</a></li>\n", no, json_str(item,
		    "id"));
	html(b, "<li><a class=\"button\" href=\"/urgent/%lld\">Record what was "
	    "told outside</a></li>\n</ul>\n", no);
}

/* ---- the page ------------------------------------------------------------------------- */

static const char *
heading(const char *kind)
{
	static const char *const name[][2] = {
		{ "observation", "Observation" },
		{ "correction", "Correction" }, { "question", "Question" },
		{ "answer", "Answer" }, { "task", "Task" },
		{ "goal", "Goal" }, { "person-added", "Person added" },
	};

	for (size_t i = 0; i < sizeof name / sizeof name[0]; i++)
		if (strcmp(name[i][0], kind) == 0)
			return name[i][1];
	return "Record";
}

static void
show(struct desk_call *c, const json_t *item)
{
	page_begin_case(c, json_int(item, "case"), "", heading(json_str(item,
	    "kind")));
	shield(c, item);
	provenance(c, item);
	content(c, item);
	links(c, item);
	task(c, item);
	copies(c, item);
	actions(c, item);
	proofs(c, item);
	page_end(c);
}

/* A message by its number, one of our own records by its id; NULL. */
static json_t *
which(const struct desk_call *c)
{
	const char *part = c->part[0];
	const long long message = view_message(c, 0);

	if (strlen(part) == ID_HEX && part[strspn(part, "0123456789abcdef")] == '\0')
		return json_pack("{s:s}", "observation", part);
	return message != 0 ? json_pack("{s:I}", "message",
	    (json_int_t)message) : NULL;
}

/*
 * A "no" is told to who may know of the item: closed now, or taken back.
 * What is unknown, or somebody's whose case this is not, is nothing.
 */
static void
say_no(struct desk_call *c, const char *words)
{
	if (words == NULL || words[0] == '\0' ||
	    strcmp(words, words_text("R13", WORDS_READER)) == 0)
		desk_nothing(c);
	else
		desk_say(c, 200, "Not open", words);
}

void
page_item(struct desk_call *c)
{
	json_t *in = which(c), *out = NULL;
	const json_t *item;
	char *words = NULL;
	int code;

	if (in == NULL) {
		desk_nothing(c);
		return;
	}
	if (json_object_get(in, "observation") != NULL) {
		out = desk_need(c, VERB_OPEN, in);
	} else {
		json_incref(in);
		code = desk_ask(c, VERB_OPEN, in, &out, &words);
		if (code == CLI_NO)
			say_no(c, words);
		else if (code != CLI_DONE)
			out = desk_need(c, VERB_OPEN, json_incref(in));
		json_decref(in);
	}
	item = json_array_get(json_object_get(out, "items"), 0);
	if (item != NULL && json_object_get(item, "case") != NULL)
		show(c, item);
	else if (out != NULL)
		desk_nothing(c);        /* an introduction: see check.c */
	json_decref(out);
	desk_forget(words);
}
