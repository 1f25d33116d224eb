/*
 * The grid: who may tell whom what, for what, until when; as sentences that
 * are ticked one by one.  Nothing is ticked that has not been shown: "usual"
 * ticks sentences that stand on the page already.
 *
 *	GET  /room/N/grid
 *	POST /room/N/grid     do=usual: ticks what is usual; else goes on
 */
#include <stdio.h>
#include <string.h>

#include "agent/desk/draft.h"
#include "agent/desk/room.h"
#include "proto/vocabulary.h"

desk_page page_room_grid, page_room_grid_in;

struct grid {
	struct room *r;
	const struct room_facts *f;
	bool usual;                    /* tick what is usual as well */
};

/* ---- all of it, to find one's way -------------------------------------- */

static size_t
ticked(const struct grid *g, const char *name, const struct room_usual *u,
    bool own)
{
	size_t n = 0;

	for (int s = SCOPE_NONE + 1; s < SCOPE_END; s++) {
		const char *scope = vocabulary_scope_name(
		    (enum vocabulary_scope)s);

		n += (g->r->c->filled && form_has(&g->r->c->form, name,
		    scope)) || (g->usual && (room_usual_has(u, scope) ||
		    (own && s == SCOPE_ID)));
	}
	return n;
}

static void
cell(const struct grid *g, const json_t *from, const json_t *to)
{
	struct buf *b = &g->r->c->out;
	char name[FORM_NAME_MAX + 1];
	size_t n;

	if (from == to) {
		html_raw(b, "<td></td>");
		return;
	}
	room_arrow('s', json_str(from, "member"), json_str(to, "member"),
	    name);
	n = ticked(g, name, room_usual(json_str(from, "kind"), json_str(to,
	    "kind")), json_yes(from, "own"));
	html(b, n > 0 ? "<td><a class=\"some\" href=\"#%s\" "
	    "aria-label=\"%s to %s: %zu\">%zu</a></td>" :
	    "<td><a href=\"#%s\" aria-label=\"%s to %s: nothing\">–</a></td>",
	    name, json_str(from, "name"), json_str(to, "name"), n, n);
}

static void
overview(const struct grid *g)
{
	struct buf *b = &g->r->c->out;
	const json_t *from, *to;
	size_t i, k;

	html_raw(b, "<div class=\"wide\" tabindex=\"0\" role=\"region\" "
	    "aria-label=\"Overview\"><table class=\"grid\">\n<caption>How "
	    "many sentences are ticked: from the left to the top</caption>\n"
	    "<thead><tr><td></td>");
	json_array_foreach(g->r->members, i, to)
		if (room_takes_part(g->f, json_str(to, "member")))
			html(b, "<th scope=\"col\">%s</th>", json_str(to,
			    "name"));
	html_raw(b, "</tr></thead>\n<tbody>\n");
	json_array_foreach(g->r->members, i, from) {
		if (!room_takes_part(g->f, json_str(from, "member")))
			continue;
		html(b, "<tr><th scope=\"row\">%s</th>", json_str(from,
		    "name"));
		json_array_foreach(g->r->members, k, to)
			if (room_takes_part(g->f, json_str(to, "member")))
				cell(g, from, to);
		html_raw(b, "</tr>\n");
	}
	html_raw(b, "</tbody></table></div>\n");
}

/* ---- one arrow --------------------------------------------------------- */

static void
part(const struct grid *g, const char *name, const char *scope, bool usual)
{
	struct room *r = g->r;
	char key[TONGUE_KEY_MAX + 1];
	const bool ticked = (r->c->filled && form_has(&r->c->form, name,
	    scope)) || (g->usual && usual);

	snprintf(key, sizeof key, "scope.%s", scope);
	html(&r->c->out, "<label class=\"tick\"><input type=\"checkbox\" "
	    "name=\"%s\" value=\"%s\"", name, scope);
	html_raw(&r->c->out, ticked ? " checked> <span>" : "> <span>");
	room_said(r, key, NULL, 0);
	html_raw(&r->c->out, "</span></label>\n");
}

static void
purpose(const struct grid *g, const char *name, const char *preset)
{
	struct page_choice choice[16];
	const struct vocabulary_code *v = NULL;
	size_t n = 0;

	while ((v = vocabulary_next(GROUP_PU, v)) != NULL && n < 16)
		choice[n++] = (struct page_choice){ v->id, v->label };
	page_select(g->r->c, name, "For what", choice, n, preset);
}

static void
days(const struct grid *g, const char *name)
{
	static const struct page_choice choice[] = { { "7", "7 days" },
	    { "14", "14 days" }, { "30", "30 days" }, { "60", "60 days" },
	    { "90", "90 days, the most there is" } };

	page_select(g->r->c, name, "For how long", choice, 5, "30");
}

static bool
is_court(const char *kind)
{
	const struct vocabulary_code *v = vocabulary_find_in(GROUP_AG, kind);

	return v != NULL && (v->flags & VOCABULARY_COURT) != 0;
}

/* The usual sentences first, asking back, then all others behind "More". */
static void
parts(const struct grid *g, const json_t *from, const json_t *to,
    const struct room_usual *u, const char *name)
{
	const bool own = json_yes(from, "own");

	if (own)
		part(g, name, "ID", true);
	for (int s = SCOPE_NONE + 1; s < SCOPE_ID; s++) {
		const char *scope = vocabulary_scope_name(
		    (enum vocabulary_scope)s);

		if (room_usual_has(u, scope))
			part(g, name, scope, true);
	}
	part(g, name, "Q", room_usual_has(u, "Q"));
	html(&g->r->c->out, "<details><summary>Something else from %s to %s"
	    "</summary>\n", json_str(from, "name"), json_str(to, "name"));
	for (int s = SCOPE_NONE + 1; s < SCOPE_END; s++) {
		const char *scope = vocabulary_scope_name(
		    (enum vocabulary_scope)s);

		if (s != SCOPE_ID && s != SCOPE_Q &&
		    !room_usual_has(u, scope))
			part(g, name, scope, false);
	}
	html_raw(&g->r->c->out, "</details>\n");
}

static void
arrow(const struct grid *g, const json_t *from, const json_t *to)
{
	const struct words_value ends[] = { { "from", json_str(from, "name") },
	    { "to", json_str(to, "name") } };
	const struct room_usual *u = room_usual(json_str(from, "kind"),
	    json_str(to, "kind"));
	struct buf *b = &g->r->c->out;
	char s[FORM_NAME_MAX + 1], p[FORM_NAME_MAX + 1], d[FORM_NAME_MAX + 1];

	room_arrow('s', json_str(from, "member"), json_str(to, "member"), s);
	room_arrow('p', json_str(from, "member"), json_str(to, "member"), p);
	room_arrow('d', json_str(from, "member"), json_str(to, "member"), d);
	html(b, "<fieldset class=\"arrow\" id=\"%s\" tabindex=\"-1\">\n"
	    "<legend>", s);
	room_said(g->r, "tell", ends, 2);
	html_raw(b, "</legend>\n");
	parts(g, from, to, u, s);
	html_raw(b, "<div class=\"pair\">\n");
	purpose(g, p, is_court(json_str(to, "kind")) ? "PU05" : u != NULL ?
	    u->purpose : "PU01");
	days(g, d);
	html_raw(b, "</div>\n</fieldset>\n");
}

/* Arrows where something is usual or ticked are open, the rest is one click
 * away. */
static bool
is_open(const struct grid *g, const json_t *from, const json_t *to)
{
	char s[FORM_NAME_MAX + 1];

	room_arrow('s', json_str(from, "member"), json_str(to, "member"), s);
	return json_yes(from, "own") || room_usual(json_str(from, "kind"),
	    json_str(to, "kind")) != NULL ||
	    (g->r->c->filled && form_text(&g->r->c->form, s)[0] != '\0');
}

static void
arrows_from(const struct grid *g, const json_t *from, bool open)
{
	const json_t *to;
	size_t i;

	json_array_foreach(g->r->members, i, to)
		if (to != from && room_takes_part(g->f, json_str(to,
		    "member")) && is_open(g, from, to) == open)
			arrow(g, from, to);
}

static void
sender(const struct grid *g, const json_t *from)
{
	struct buf *b = &g->r->c->out;

	html(b, "<section class=\"sender\">\n<h2>%s</h2>\n<div "
	    "class=\"arrows\">\n", json_str(from, "name"));
	arrows_from(g, from, true);
	html(b, "</div>\n<details class=\"others\"><summary>%s to somebody "
	    "else</summary>\n<div class=\"arrows\">\n", json_str(from,
	    "name"));
	arrows_from(g, from, false);
	html_raw(b, "</div>\n</details>\n</section>\n");
}

/* ---- red notices (R18) ------------------------------------------------- */

static void
withholding(struct room *r, const char *id)
{
	static const struct page_choice why[] = {
		{ "", "Choose the reason" }, { "safety", "Her safety" },
		{ "children", "The safety of the children" },
		{ "both", "Her safety and that of the children" },
		{ "other", "Another, written below" },
	};
	char w[FORM_NAME_MAX + 1], y[FORM_NAME_MAX + 1], o[FORM_NAME_MAX + 1];

	room_about('w', id, w);
	room_about('r', id, y);
	room_about('o', id, o);
	page_check(r->c, w, "P1", "To be withheld from P1, the person causing "
	    "harm", false);
	page_select(r->c, y, "Why", why, 5, "");
	page_text(r->c, o, "Another reason, in a few words", NULL, NULL);
}

static void
red_notice(const struct grid *g, const json_t *m)
{
	static const struct room_choice yes_no[] = { { "yes", "yes", { 0 } },
	    { "no", "no", { 0 } } };
	const char *id = json_str(m, "member");
	const struct words_value agency = { "agency", json_str(m, "name") };
	const struct words_value rule[] = { agency, { "whom", json_str(m,
	    "onward") } };
	char key[TONGUE_KEY_MAX + 1], y[FORM_NAME_MAX + 1], words[400];
	struct buf *b = &g->r->c->out;

	snprintf(key, sizeof key, "duty.%s", json_str(m, "duty"));
	room_about('y', id, y);
	html_raw(b, "<section class=\"box bad duty\">\n");
	html(b, "<p>%s</p>\n", words_say("R18", WORDS_ADVOCATE, rule, 2,
	    words, sizeof words));
	room_say(g->r, key, &agency, 1);
	room_radio(g->r, y, "duty.ask", &agency, 1, yes_no, 2);
	withholding(g->r, id);
	html_raw(b, "</section>\n");
}

static void
red_notices(const struct grid *g)
{
	const json_t *m;
	bool any = false;
	size_t i;

	json_array_foreach(g->r->members, i, m) {
		if (strcmp(json_str(m, "duty"), "none") == 0 ||
		    !room_takes_part(g->f, json_str(m, "member")) ||
		    json_yes(m, "own"))
			continue;
		html_raw(&g->r->c->out, any ? "" : "<h2>Who may have to show "
		    "papers</h2>\n");
		red_notice(g, m);
		any = true;
	}
}

/* ---- of all of them ---------------------------------------------------- */

static void
of_all(const struct grid *g)
{
	static const struct room_choice keep[] = {
		{ "0", "keep.none", { 0 } },
		{ "7", "keep.days", { "days", "7" } },
		{ "30", "keep.days", { "days", "30" } },
	};
	static const struct room_choice wait[] = {
		{ "yes", "wait.yes", { 0 } }, { "no", "wait.no", { 0 } },
	};
	struct room *r = g->r;

	html_raw(&r->c->out, "<h2>For all of them</h2>\n");
	room_radio(r, "keep", "keep.ask", NULL, 0, keep, 3);
	room_radio(r, "wait", "wait.ask", NULL, 0, wait, 2);
	page_text(r->c, "waiver", "If waiting is not safe: account of the "
	    "second worker who agrees", "Somebody else than you, of this "
	    "agency.", NULL);
}

/* ---- the page ---------------------------------------------------------- */

static void
show(const struct grid *g, const struct room_gap *gap)
{
	struct room *r = g->r;
	const json_t *m;
	size_t i;

	room_begin(r, "Who may tell whom what", "grid");
	if (gap != NULL)
		page_error(r->c, gap->field, "%s", gap->words);
	if (g->usual)
		page_box(r->c, "note", "Ticked below: what is usual between "
		    "agencies of these kinds. Read each sentence with her, "
		    "and take out what she does not want.");
	room_form(r, "grid", ROOM_GRID);
	html_raw(&r->c->out, "<div id=\"grid\" tabindex=\"-1\">\n<p>Every tick "
	    "is one sentence that she agrees to.</p>\n<p><button name=\"do\" "
	    "value=\"usual\">Tick what is usual</button></p>\n</div>\n");
	overview(g);
	red_notices(g);
	json_array_foreach(r->members, i, m)
		if (room_takes_part(g->f, json_str(m, "member")))
			sender(g, m);
	of_all(g);
	page_form_end(r->c, "Go on");
	page_end(r->c);
}

void
page_room_grid(struct desk_call *c)
{
	struct room_asked asked;
	struct room_facts f;
	struct room r;
	char what[ROOM_DRAFT];

	if (!room_open(&r, c, ROOM_MEMBERS))
		return;
	room_draft(&r, ROOM_GRID, what);
	draft_take(c, what);
	room_facts(&r, &f, &asked);
	show(&(const struct grid){ &r, &f, false }, NULL);
	room_close(&r);
}

void
page_room_grid_in(struct desk_call *c)
{
	struct room_asked asked;
	struct room_facts f;
	struct room_gap gap;
	struct room r;

	if (!room_open(&r, c, ROOM_MEMBERS))
		return;
	room_take(&r, ROOM_GRID);
	room_facts(&r, &f, &asked);
	if (form_has(&c->form, "do", "usual"))
		show(&(const struct grid){ &r, &f, true }, NULL);
	else if (!room_keep(&r, ROOM_GRID))
		;
	else if (room_missing(&f, ROOM_GRID, &gap))
		show(&(const struct grid){ &r, &f, false }, &gap);
	else
		desk_see(c, NULL, "/room/%s/people", r.part);
	room_close(&r);
}
