/*
 * Verbs about the pattern: map, gaps, gap-assign.
 *
 * map          case; actor, child, pathway, left, right
 *              -> text, closed, gaps, notices
 *              as "json" -> closed, map (agent/practice/map_json.h)
 * gaps         case -> the same, text is the list of gaps alone;
 *              gaps [code, about, text, survivor_first]
 * gap-assign   case, gap, to, due -> gap
 */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/api/work.h"
#include "agent/books.h"
#include "agent/practice/map_json.h"

struct view {
	struct held_case h;
	struct pattern *pattern;
	struct gap_owner owner[PATTERN_GAPS_MAX];
	char text[PATTERN_GAPS_MAX][3][80];
	size_t n_owner;
	struct map_options options;
	char kind[8];                   /* this agency's, for the shield */
};

static void
view_free(struct view *v)
{
	if (v == NULL)
		return;
	held_free(&v->h);
	free(v->pattern);
	sodium_memzero(v, sizeof *v);
	free(v);
}

static enum error_code
load_owner(struct agent *a, const uint8_t case_id[static WIRE_CASE],
    const char *what, struct bytes sealed, struct view *v)
{
	struct gap_owner *g = &v->owner[v->n_owner];
	char (*room)[80] = v->text[v->n_owner];
	struct buf row, plain;
	json_error_t at;
	json_t *o = NULL;
	enum error_code err;

	buf_init(&row, 128);
	buf_init(&plain, 1024);
	buf_put(&row, case_id, WIRE_CASE);
	buf_put_str(&row, what);
	err = books_open(a, "owner", buf_view(&row), sealed, &plain);
	if (err == ERR_NONE)
		o = json_loadb((const char *)plain.data, plain.n, 0, &at);
	if (o != NULL) {
		const char *to = json_string_value(json_object_get(o, "to"));
		const char *due = json_string_value(json_object_get(o, "due"));

		snprintf(room[0], 80, "%s", what);
		snprintf(room[1], 80, "%s", to != NULL ? to : "");
		snprintf(room[2], 80, "%s", due != NULL ? due : "");
		g->gp = room[0];
		g->owner = room[1];
		g->due = due != NULL ? room[2] : NULL;
		v->n_owner++;
	}
	json_decref(o);
	buf_free(&row);
	buf_free(&plain);
	return err;
}

static enum error_code
load_owners(struct agent *a, const uint8_t case_id[static WIRE_CASE],
    struct view *v)
{
	struct db_stmt *st = a->sql[SQL_OWNER_LIST];
	enum error_code err;
	char what[32];
	bool row;

	db_bind_blob(st, 1, case_id, WIRE_CASE);
	while ((err = db_step(st, &row)) == ERR_NONE && row &&
	    v->n_owner < PATTERN_GAPS_MAX) {
		err = db_col_str(st, 0, what, sizeof what);
		if (err == ERR_NONE)
			err = load_owner(a, case_id, what, db_col_blob(st, 1),
			    v);
		if (err != ERR_NONE)
			break;
	}
	db_done(st);
	return err;
}

static enum error_code
add_items(struct view *v)
{
	struct map_item *item = arena_zalloc(v->h.arena,
	    (v->h.n + 1) * sizeof *item);
	size_t n = 0;

	if (item == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < v->h.n; i++) {
		const struct held_item *it = &v->h.item[i];

		if (it->content.kind != CONTENT_GOAL &&
		    it->content.kind != CONTENT_TASK)
			continue;
		item[n].c = &it->content;
		item[n].own = it->own;
		item[n++].member = it->own ? "own" : it->mail.sender;
	}
	v->options.items = item;
	v->options.n_items = n;
	return ERR_NONE;
}

static enum error_code
view_make(struct api_call *c, const uint8_t case_id[static WIRE_CASE],
    struct view **out, struct why *why)
{
	struct view *v = calloc(1, sizeof *v);
	enum error_code err = ERR_NOMEM;

	*out = NULL;
	if (v == NULL)
		return ERR_NOMEM;
	v->pattern = calloc(1, sizeof *v->pattern);
	if (v->pattern != NULL)
		err = held_load(c->agent, &c->worker, case_id, &v->h, why);
	if (err == ERR_NONE)
		err = pattern_compute(v->h.held, v->h.n_held, &v->h.people,
		    v->pattern);
	if (err == ERR_NONE)
		err = load_owners(c->agent, case_id, v);
	if (err == ERR_NONE)
		err = add_items(v);
	if (err != ERR_NONE) {
		view_free(v);
		return err;
	}
	v->options.owners = v->owner;
	v->options.n_owners = v->n_owner;
	v->options.kind = work_kind(c->agent, c->agent->member, v->kind);
	v->options.actor = api_text(c, "actor");
	v->options.child = api_text(c, "child");
	v->options.pathway = api_text(c, "pathway");
	v->options.left = api_text(c, "left");
	v->options.right = api_text(c, "right");
	*out = v;
	return ERR_NONE;
}

static json_t *
gaps_json(const struct view *v)
{
	json_t *gaps = json_array();

	for (size_t i = 0; i < v->pattern->n_gaps; i++) {
		const struct gap *g = &v->pattern->gaps[i];

		json_array_append_new(gaps, json_pack("{s:s, s:s, s:s, s:b}",
		    "code", g->gp->id, "about", g->about.s, "text", g->text,
		    "survivor_first", g->survivor_first));
	}
	return gaps;
}

static json_t *
notices_json(const struct view *v)
{
	json_t *notices = json_array();

	for (size_t i = 0; i < v->pattern->n_notices; i++)
		json_array_append_new(notices, json_pack("{s:s, s:s}", "code",
		    v->pattern->notices[i].pt->id, "text",
		    v->pattern->notices[i].text));
	return notices;
}

/* The view as text with what was found, or as JSON alone. */
static enum error_code
view_told(const struct api_call *c, struct view *v, bool json, json_t **out)
{
	enum error_code err;
	struct buf text;
	json_t *map;

	*out = NULL;
	if (json) {
		err = map_json(v->h.held, v->h.n_held, &v->h.people,
		    v->pattern, &v->options, &map);
		if (err == ERR_NONE)
			*out = json_pack("{s:o, s:I}", "map", map, "closed",
			    (json_int_t)v->h.closed);
		return err;
	}
	buf_init(&text, MAP_TEXT_MAX);
	if (c->verb == VERB_GAPS)
		err = map_render_gaps(v->h.held, v->h.n_held, v->pattern,
		    &v->options, &text);
	else
		err = map_render(v->h.held, v->h.n_held, &v->h.people,
		    v->pattern, &v->options, &text);
	if (err == ERR_NONE)
		*out = json_pack("{s:s%, s:I, s:o, s:o}", "text",
		    (const char *)text.data, text.n, "closed",
		    (json_int_t)v->h.closed, "gaps", gaps_json(v), "notices",
		    notices_json(v));
	buf_free(&text);
	return err;
}

/* May all of it be shown?  `may` NULL: yes. */
static bool
view_may(const struct view *v, work_may_show *may, void *ctx)
{
	for (size_t i = 0; i < v->h.n && may != NULL; i++)
		if (!may(ctx, &v->h.item[i]))
			return false;
	return true;
}

static void
tell_view(struct api_call *c, const uint8_t case_id[static WIRE_CASE],
    bool json, work_may_show *may, void *ctx)
{
	struct view *v = NULL;
	struct why why = { "" };
	json_t *out = NULL;
	enum error_code err = view_make(c, case_id, &v, &why);

	if (err == ERR_NONE && !view_may(v, may, ctx)) {
		view_free(v);
		api_no(c, CLI_NOT_NOW, "More was opened here meanwhile: "
		    "nothing was copied out; do it again.");
		return;
	}
	if (err == ERR_NONE)
		err = view_told(c, v, json, &out);
	if (err == ERR_FORMAT)
		why_set(&why, "actor and child are persons (P1, K2), a "
		    "pathway is PW1, PW2 or PW3");
	view_free(v);
	if (err != ERR_NONE)
		api_error(c, err, &why);
	else
		api_tell(c, CLI_DONE, out, NULL);
}

void
work_tell_map(struct api_call *c, const uint8_t case_id[static WIRE_CASE],
    work_may_show *may, void *ctx)
{
	tell_view(c, case_id, true, may, ctx);
}

static void
tell_asked(struct api_call *c, const uint8_t case_id[static WIRE_CASE])
{
	const char *as = api_text(c, "as");

	tell_view(c, case_id, as != NULL && strcmp(as, "json") == 0, NULL,
	    NULL);
}

void
api_map(struct api_call *c)
{
	uint8_t case_id[WIRE_CASE];

	if (work_case(c, case_id))
		work_opened(c, case_id, tell_asked);
}

void
api_gaps(struct api_call *c)
{
	api_map(c);
}

void
api_gap_assign(struct api_call *c)
{
	const char *gap = api_text(c, "gap"), *to = api_text(c, "to");
	const char *due = api_text(c, "due");
	const struct vocabulary_code *code;
	struct db_stmt *st = c->agent->sql[SQL_OWNER_PUT];
	uint8_t case_id[WIRE_CASE];
	struct buf row, sealed;
	json_t *o;
	char *text;
	enum error_code err;

	if (!work_case(c, case_id))
		return;
	code = gap != NULL ? vocabulary_find(gap) : NULL;
	if (code == NULL || code->group != GROUP_GP || to == NULL ||
	    strlen(to) > 64 || (due != NULL && !date_text_ok(due))) {
		api_no(c, CLI_USAGE, "Give a gap (GP01..GP15), who takes it, "
		    "and a day like 2026-11-25.");
		return;
	}
	o = json_pack("{s:s, s:s*}", "to", to, "due", due);
	text = json_dumps(o, JSON_COMPACT);
	json_decref(o);
	buf_init(&row, 128);
	buf_init(&sealed, 1024);
	buf_put(&row, case_id, WIRE_CASE);
	buf_put_str(&row, gap);
	err = text != NULL ? agent_begin(c->agent) : ERR_NOMEM;
	if (err == ERR_NONE) {
		err = books_seal(c->agent, "owner", buf_view(&row),
		    bytes_str(text), &sealed);
		db_bind_blob(st, 1, case_id, WIRE_CASE);
		db_bind_text(st, 2, gap);
		db_bind_blob(st, 3, sealed.data, sealed.n);
		err = agent_end(c->agent, err == ERR_NONE ? db_run(st) : err);
	}
	free(text);
	buf_free(&row);
	buf_free(&sealed);
	if (err != ERR_NONE)
		api_error(c, err, NULL);
	else
		api_tell(c, CLI_DONE, json_pack("{s:s}", "gap", gap), "Kept.");
}

