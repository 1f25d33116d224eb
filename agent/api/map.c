/*
 * Verbs about the pattern: map, gaps.
 *
 * map          case; actor, child, pathway, left, right
 *              -> text, closed, gaps, notices
 *              as "json" -> closed, map (agent/practice/map_json.h)
 * gaps         case -> the same, text is the list of gaps alone;
 *              gaps [code, about, text, survivor_first]
 */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/api/work.h"
#include "agent/cases/owners.h"
#include "agent/practice/map_json.h"

struct view {
	struct held_case h;
	struct pattern *pattern;
	struct owner *owner;
	size_t n_owner;
	struct gap_owner gap[PATTERN_GAPS_MAX];
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
	free(v->owner);
	sodium_memzero(v, sizeof *v);
	free(v);
}

/* Who has taken which gap, as the map tells it. */
static enum error_code
load_owners(struct agent *a, const uint8_t case_id[static WIRE_CASE],
    struct view *v)
{
	enum error_code err = owners_load(a, case_id, &v->owner, &v->n_owner);

	for (size_t i = 0; err == ERR_NONE && i < v->n_owner &&
	    v->options.n_owners < PATTERN_GAPS_MAX; i++) {
		const struct owner *o = &v->owner[i];

		v->gap[v->options.n_owners++] = (struct gap_owner){
		    .gp = o->what, .owner = o->to,
		    .due = o->due[0] != '\0' ? o->due : NULL };
	}
	v->options.owners = v->gap;
	return err;
}

static void
add_taken(const struct view *v, struct map_item *item)
{
	char id[2 * RECORD_ID_LEN + 1];
	const struct owner *o;

	sodium_bin2hex(id, sizeof id, item->c->id.b, RECORD_ID_LEN);
	o = owners_find(v->owner, v->n_owner, id);
	item->taken_by = o != NULL ? o->to : "";
	item->taken_due = o != NULL ? o->due : "";
	item->done = o != NULL && o->done;
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

		if (it->recalled || (it->content.kind != CONTENT_GOAL &&
		    it->content.kind != CONTENT_TASK))
			continue;
		item[n].c = &it->content;
		item[n].own = it->own;
		item[n].message = it->own ? 0 : it->mail.idx;
		item[n].member = it->own ? "own" : it->mail.sender;
		add_taken(v, &item[n++]);
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
