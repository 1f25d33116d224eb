#include "agent/desk/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/vocabulary.h"

enum { CASE_DIGITS = 9, MESSAGE_DIGITS = 15 };

/* What only begins like a number is none: it would name another. */
static long long
number(const char *s, size_t digits)
{
	if (s == NULL || s[0] < '1' || s[0] > '9' || strlen(s) > digits ||
	    s[strspn(s, "0123456789")] != '\0')
		return 0;
	return atoll(s);
}

long long
view_case(const struct desk_call *c, unsigned part)
{
	return number(c->part[part], CASE_DIGITS);
}

long long
view_message(const struct desk_call *c, unsigned part)
{
	return number(c->part[part], MESSAGE_DIGITS);
}

bool
view_load(struct view *v, struct desk_call *c, long long no, json_t *filters)
{
	json_t *in = filters != NULL ? filters : json_object();

	memset(v, 0, sizeof *v);
	v->c = c;
	v->no = no;
	if (no == 0) {
		json_decref(in);
		desk_nothing(c);
		return false;
	}
	json_object_set_new(in, "case", json_integer(no));
	json_object_set_new(in, "as", json_string("json"));
	v->result = desk_need(c, VERB_MAP, in);
	if (v->result == NULL)
		return false;
	v->map = json_object_get(v->result, "map");
	v->records = json_object_get(v->map, "records");
	/* without the book the map still stands */
	(void)desk_ask(c, VERB_PEOPLE, json_pack("{s:I}", "case",
	    (json_int_t)no), &v->people, NULL);
	return true;
}

void
view_free(struct view *v)
{
	json_decref(v->result);
	json_decref(v->people);
	memset(v, 0, sizeof *v);
}

const char *
view_at(const json_t *list, size_t i)
{
	const char *s = json_string_value(json_array_get(list, i));

	return s != NULL ? s : "";
}

/* ---- one observation --------------------------------------------------------- */

void
view_label(struct buf *b, const char *code)
{
	const struct vocabulary_code *v = vocabulary_find(code);
	const char *s = v != NULL ? v->label : code;

	/* begins small in the middle of a sentence, but not "GP" */
	if (s[0] >= 'A' && s[0] <= 'Z' && s[1] >= 'a')
		html(b, "%c%s", s[0] - 'A' + 'a', s + 1);
	else
		html(b, "%s", s);
}

void
view_when(struct buf *b, const json_t *observation)
{
	const json_t *when = json_object_get(observation, "when");
	const char *from = json_str(when, "from"), *to = json_str(when, "to");
	const char *recency = json_str(when, "recency");
	const bool earlier = strcmp(recency, "RC5") == 0;
	const char *day = from[0] != '\0' ? from : to;
	const struct vocabulary_code *rc = vocabulary_find(recency);

	if (from[0] != '\0' && to[0] != '\0' && strcmp(from, to) != 0)
		html(b, "<time>%s</time> to <time>%s</time>", from, to);
	else if (day[0] != '\0')
		html(b, "<time>%s</time>", day);
	else if (!earlier)
		html(b, "%s", rc == NULL || strcmp(recency, "RC9") == 0 ?
		    "date not known" : rc->label);
	if (earlier)
		html(b, "%searlier relationship", day[0] != '\0' ? ", " : "");
}

void
view_codes(struct desk_call *c, const json_t *codes)
{
	for (size_t i = 0; i < json_array_size(codes); i++) {
		if (i > 0)
			html_raw(&c->out, "; ");
		page_code(c, view_at(codes, i));
	}
}

static void
join(struct buf *b, bool *first)
{
	if (!*first)
		html_raw(b, "; ");
	*first = false;
}

static void
detail_label(struct buf *b, bool *first, const char *code, const char *unsaid)
{
	if (code[0] == '\0' || strcmp(code, unsaid) == 0)
		return;
	join(b, first);
	view_label(b, code);
}

static void
detail_text(struct buf *b, bool *first, const json_t *o)
{
	const char *text = json_str(o, "text");

	if (text[0] == '\0')
		return;
	join(b, first);
	html(b, json_yes(o, "quoted") ?
	    "said: <q class=\"written\">%s</q>" :
	    "<span class=\"written\">%s</span>", text);
}

bool
view_detail(struct buf *b, const json_t *o)
{
	const json_t *list = json_object_get(o, "targets");
	bool first = true;

	for (size_t i = 0; i < json_array_size(list); i++) {
		html_raw(b, i > 0 ? ", " : "to ");
		html(b, "%s", view_at(list, i));
		first = false;
	}
	detail_label(b, &first, json_str(o, "frequency"), "FQ9");
	detail_label(b, &first, json_str(o, "trend"), "TR9");
	list = json_object_get(o, "triggers");
	for (size_t i = 0; i < json_array_size(list); i++)
		detail_label(b, &first, view_at(list, i), "");
	list = json_object_get(o, "danger");
	for (size_t i = 0; i < json_array_size(list); i++) {
		join(b, &first);
		html(b, "<strong class=\"dm\">%s</strong>",
		    view_at(list, i));
	}
	detail_text(b, &first, o);
	return !first;
}

void
view_known(struct buf *b, const json_t *o)
{
	const char *corroboration = json_str(o, "corroboration");

	view_label(b, json_str(o, "source"));
	if (corroboration[0] != '\0' && strcmp(corroboration, "CB0") != 0) {
		html_raw(b, ", ");
		view_label(b, corroboration);
	}
	if (strcmp(json_str(o, "exactness"), "CT3") == 0)
		html_raw(b, ", worker's inference");
}

/* ---- records of a map ---------------------------------------------------------- */

const json_t *
view_record(const struct view *v, const json_t *index)
{
	return json_array_get(v->records, (size_t)json_integer_value(index));
}

void
view_path(const json_t *record, char out[static VIEW_PATH])
{
	const long long message = json_int(record, "message");

	if (message > 0)
		snprintf(out, VIEW_PATH, "/item/%lld", message);
	else
		snprintf(out, VIEW_PATH, "/item/%.32s", json_str(record,
		    "id"));
}

void
view_id(const struct view *v, const json_t *record)
{
	struct buf *b = &v->c->out;
	char path[VIEW_PATH], id[9];

	if (v->paper) {
		/* an excerpt names its record in full */
		html(b, "<span class=\"id\">%s</span>",
		    json_str(record, "id"));
		return;
	}
	view_path(record, path);
	snprintf(id, sizeof id, "%.8s", json_str(record, "id"));
	html(b, "<a class=\"id\" href=\"%s\">%s</a>", path, id);
}

void
view_link(const struct view *v, const json_t *record)
{
	html(&v->c->out, "%s ", json_str(record, "name"));
	view_id(v, record);
}

static void
entry_source(const struct view *v, const json_t *record)
{
	struct buf *b = &v->c->out;
	const json_t *o = json_object_get(record, "observation");

	html(b, "<p class=\"source\">%s <span class=\"code\">%s</span>, ",
	    json_str(record, "name"), json_str(record, "kind"));
	view_known(b, o);
	html_raw(b, " ");
	view_id(v, record);
	html_raw(b, "</p>\n");
}

void
view_entry(const struct view *v, const json_t *entry)
{
	const json_t *r = view_record(v, json_object_get(entry, "record"));
	const json_t *o = json_object_get(r, "observation");
	struct buf *b = &v->c->out;

	html_raw(b, "<li class=\"entry\">");
	if (json_yes(r, "shield"))
		html_raw(b, "<p class=\"shield\">Never put to the actor or "
		    "attribute.</p>");
	html_raw(b, "<p class=\"what\"><span class=\"when\">");
	view_when(b, o);
	html_raw(b, "</span> ");
	view_codes(v->c, json_object_get(entry, "codes"));
	html_raw(b, "</p>\n<p class=\"detail\">");
	(void)view_detail(b, o);
	html_raw(b, "</p>\n");
	entry_source(v, r);
	if (json_yes(r, "self_report"))
		html_raw(b, "<p class=\"mark-line\"><span class=\"mark\">"
		    "self-report only</span></p>\n");
	html_raw(b, "</li>\n");
}

static void
notice(const struct view *v, const json_t *n)
{
	const json_t *list = json_object_get(n, "records");
	const char *about = json_str(n, "about");
	struct buf *b = &v->c->out;

	html(b, "<li class=\"notice\"><p><span class=\"code\">%s</span> "
	    "%s%s%s</p>\n<p class=\"rests\">Rests on: ", json_str(n, "code"),
	    about, about[0] != '\0' ? ": " : "", json_str(n, "text"));
	for (size_t i = 0; i < json_array_size(list); i++) {
		if (i > 0)
			html_raw(b, ", ");
		view_link(v, view_record(v, json_array_get(list, i)));
	}
	html_raw(b, "</p></li>\n");
}

void
view_notices(const struct view *v, int section)
{
	const json_t *list = json_object_get(v->map, "notices");
	struct buf *b = &v->c->out;
	bool titled = false;

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *n = json_array_get(list, i);

		if (json_int(n, "section") != section)
			continue;
		if (!titled)
			html_raw(b, "<h3>What this may mean</h3>\n"
			    "<ul class=\"notices\">\n");
		titled = true;
		notice(v, n);
	}
	if (titled)
		html_raw(b, "</ul>\n");
}

void
view_gap(const struct view *v, const char *words)
{
	html(&v->c->out, "<p class=\"empty\">%s</p>\n", words);
}

void
view_person(const struct view *v, const char *id)
{
	const json_t *list = json_object_get(v->people, "persons");

	html(&v->c->out, "%s", id);
	for (size_t i = 0; i < json_array_size(list) && !v->paper; i++)
		if (strcmp(json_str(json_array_get(list, i), "id"), id) == 0)
			html(&v->c->out, ", %s", json_str(json_array_get(list,
			    i), "name"));
}

/* ---- copies ----------------------------------------------------------------------- */

static void
copy_row(struct desk_call *c, const json_t *copy)
{
	const char *role = json_str(copy, "role"), *at = json_str(copy,
	    "told_at");
	struct buf *b = &c->out;

	html(b, "<li>%s: <b>%s</b>", json_str(copy, "name")[0] != '\0' ?
	    json_str(copy, "name") : json_str(copy, "member"), json_str(copy,
	    "state"));
	if (role[0] != '\0')
		html(b, " by %s", role);
	if (at[0] == '\0')
		at = json_str(copy, "sent");
	if (at[0] != '\0') {
		html_raw(b, ", ");
		page_time(c, at);
	}
	html_raw(b, "</li>\n");
}

void
view_copies(struct desk_call *c, const json_t *list)
{
	struct buf *b = &c->out;

	if (json_array_size(list) == 0) {
		html_raw(b, "Sent to nobody.");
		return;
	}
	html_raw(b, "<ul class=\"short\">\n");
	for (size_t i = 0; i < json_array_size(list); i++)
		copy_row(c, json_array_get(list, i));
	html_raw(b, "</ul>\n");
}
