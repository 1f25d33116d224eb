#include "agent/desk/plot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/desk/view.h"
#include "proto/vocabulary.h"

enum {
	LEFT = 170, RIGHT = 950,        /* of the axis, in units of the plot */
	APART = 130,                    /* room for what has no date */
	TOP = 26, ROW = 16, MARK = 8,   /* half a mark, with air */
	ROWS_MAX = 24,                  /* of a lane; then marks overlap */
	LANES_MAX = 12, AGENCIES_MAX = 40, COLOURS = 8, SHAPES = 10,
};

struct mark {
	const json_t *record;
	int x, width, row;
	bool dated;
};

struct lane {
	const char *name;               /* "police", ...; the lane of records */
	const char *actor;              /* of acts; NULL */
	struct mark *mark;
	size_t n;
	int rows;
};

struct plot {
	struct buf *b;
	const json_t *map;
	bool paper;
	const char *agency[AGENCIES_MAX]; /* member ids, as they appear */
	size_t n_agencies;
	int first, last, right;         /* days; end of the axis */
	bool apart;                     /* something has no date */
	struct lane lane[LANES_MAX];
	size_t n_lanes;
};

static const struct { const char *name, *label; } fixed[] = {
	{ "police", "Police contacts" }, { "court", "Court" },
	{ "separation", "Separation" }, { "child", "Effects on children" },
};

static const char *
lane_label(const struct lane *l)
{
	for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++)
		if (strcmp(fixed[i].name, l->name) == 0)
			return fixed[i].label;
	return "Acts by ";
}

/* ---- what is shown -------------------------------------------------------------- */

static const json_t *
shown(const struct plot *p, size_t i)
{
	const json_t *v = json_array_get(json_object_get(p->map, "shown"), i);

	return v == NULL ? NULL : json_array_get(json_object_get(p->map,
	    "records"), (size_t)json_integer_value(v));
}

static size_t
agency_of(struct plot *p, const json_t *record)
{
	const char *id = json_str(record, "member");

	for (size_t i = 0; i < p->n_agencies; i++)
		if (strcmp(p->agency[i], id) == 0)
			return i;
	if (p->n_agencies == AGENCIES_MAX)
		return AGENCIES_MAX - 1;
	p->agency[p->n_agencies] = id;
	return p->n_agencies++;
}

static bool
in_lane(const struct lane *l, const json_t *record)
{
	const json_t *list = json_object_get(record, "lanes");
	const json_t *o = json_object_get(record, "observation");

	for (size_t i = 0; i < json_array_size(list); i++) {
		if (strcmp(view_at(list, i), l->name) == 0)
			return l->actor == NULL ||
			    strcmp(json_str(o, "actor"), l->actor) == 0;
	}
	return false;
}

static void
days(const json_t *record, int *from, int *to)
{
	const json_t *when = json_object_get(json_object_get(record,
	    "observation"), "when");
	const char *a = json_str(when, "from"), *b = json_str(when, "to");

	*from = plot_day(a[0] != '\0' ? a : b, false);
	*to = plot_day(b[0] != '\0' ? b : a, true);
	if (*from == PLOT_NO_DAY || *to == PLOT_NO_DAY)
		*from = *to = PLOT_NO_DAY;
	else if (*to < *from)
		*to = *from;
}

static void
widen(struct plot *p, int from, int to)
{
	if (from == PLOT_NO_DAY)
		return;
	if (p->first == PLOT_NO_DAY || from < p->first)
		p->first = from;
	if (p->last == PLOT_NO_DAY || to > p->last)
		p->last = to;
}

/* The time that the axis covers. */
static void
span(struct plot *p)
{
	const int day = plot_day(json_str(p->map, "separated"), false);
	const json_t *r;
	int from, to;

	p->first = p->last = PLOT_NO_DAY;
	for (size_t i = 0; (r = shown(p, i)) != NULL; i++) {
		if (json_array_size(json_object_get(r, "lanes")) == 0)
			continue;
		(void)agency_of(p, r);
		days(r, &from, &to);
		widen(p, from, to);
		p->apart = p->apart || from == PLOT_NO_DAY;
	}
	widen(p, day, day);
	if (p->first == PLOT_NO_DAY)
		p->first = p->last = 0;
	if (p->last - p->first < 28)
		p->last = p->first + 28;
	p->right = RIGHT - (p->apart ? APART : 0);
}

static int
x_of(const struct plot *p, int day)
{
	return LEFT + MARK + (int)((long long)(day - p->first) *
	    (p->right - LEFT - 2 * MARK) / (p->last - p->first));
}

/* ---- placing marks ------------------------------------------------------------------ */

/* The first row that is free from x on; the freest when none is. */
static int
row_for(int *end, int x, int until, int *rows)
{
	int best = 0;

	for (int i = 0; i < ROWS_MAX; i++) {
		if (i == *rows)
			(*rows)++;
		if (end[i] <= x) {
			best = i;
			break;
		}
		if (end[i] < end[best])
			best = i;
	}
	if (until > end[best])
		end[best] = until;
	return best;
}

static void
place_apart(const struct plot *p, struct mark *m, int *n, int *rows)
{
	const int line = (APART - 2 * MARK) / (2 * MARK);

	m->x = p->right + 2 * MARK + *n % line * 2 * MARK;
	m->row = *n / line % ROWS_MAX;
	if (m->row >= *rows)
		*rows = m->row + 1;
	(*n)++;
}

/* Records come oldest first, undated ones last. */
static bool
fill(struct plot *p, struct lane *l)
{
	const size_t all = json_array_size(json_object_get(p->map, "shown"));
	int end[ROWS_MAX] = { 0 }, undated = 0, from, to;
	const json_t *r;

	l->mark = calloc(all + 1, sizeof *l->mark);
	if (l->mark == NULL)
		return false;
	for (size_t i = 0; (r = shown(p, i)) != NULL && l->n < all; i++) {
		struct mark *m = &l->mark[l->n];

		if (!in_lane(l, r))
			continue;
		m->record = r;
		l->n++;
		days(r, &from, &to);
		m->dated = from != PLOT_NO_DAY;
		if (!m->dated) {
			place_apart(p, m, &undated, &l->rows);
			continue;
		}
		m->x = x_of(p, from);
		m->width = x_of(p, to) - m->x;
		m->row = row_for(end, m->x - MARK, m->x + m->width + MARK,
		    &l->rows);
	}
	return true;
}

static bool
add_lane(struct plot *p, const char *name, const char *actor)
{
	struct lane *l = &p->lane[p->n_lanes];

	if (p->n_lanes == LANES_MAX)
		return true;
	l->name = name;
	l->actor = actor;
	p->n_lanes++;
	return fill(p, l);
}

static bool
lanes(struct plot *p)
{
	const json_t *actors = json_object_get(p->map, "actors");
	bool ok = true;

	for (size_t i = 0; i < json_array_size(actors) && ok; i++)
		ok = add_lane(p, "acts", view_at(actors, i));
	for (size_t i = 0; i < sizeof fixed / sizeof fixed[0] && ok; i++)
		ok = add_lane(p, fixed[i].name, NULL);
	return ok;
}

/* ---- drawing ------------------------------------------------------------------------ */

static const char *const shapes[SHAPES] = {
	"M0-5a5 5 0 1 0 .01 0z", "M-5-5h10v10h-10z", "M0-6 6 5-6 5z",
	"M0-6 6 0 0 6-6 0z", "M0 6-6-5 6-5z",
	"M-2-6h4v4h4v4h-4v4h-4v-4h-4v-4h4z", "M-6-3v6h12v-6z",
	"M-3-6h6v12h-6z", "M-3-5.5h6l3.5 5.5-3.5 5.5h-6L-6.5 0z",
	"M0-6.5 1.9-2 6.5-1.7 3 1.4 4 6 0 3.5-4 6-3 1.4-6.5-1.7-1.9-2z",
};

static void
glyph(struct buf *b, size_t agency, int x, int y)
{
	html(b, "<path class=\"mk a%zu\" transform=\"translate(%d %d)\" "
	    "d=\"%s\"/>", agency % COLOURS, x, y, shapes[agency % SHAPES]);
}

/* "2026-03 CC01 Physical ...": what a mark says when pointed at. */
static void
say(struct buf *b, const json_t *record)
{
	const json_t *o = json_object_get(record, "observation");
	const json_t *when = json_object_get(o, "when");
	const json_t *codes = json_object_get(o, "codes");
	const char *from = json_str(when, "from"), *to = json_str(when, "to");

	html(b, "%s%s%s", from[0] != '\0' || to[0] != '\0' ? from :
	    "date not known", to[0] != '\0' && strcmp(from, to) != 0 ?
	    " to " : "", to[0] != '\0' && strcmp(from, to) != 0 ? to : "");
	if (json_str(o, "actor")[0] != '\0')
		html(b, " %s:", json_str(o, "actor"));
	for (size_t i = 0; i < json_array_size(codes); i++) {
		const char *id = view_at(codes, i);
		const struct vocabulary_code *v = vocabulary_find(id);

		html(b, "%s %s%s%s", i > 0 ? ";" : "", id, v != NULL ? " " :
		    "", v != NULL ? v->label : "");
	}
	html(b, ". %s", json_str(record, "name"));
}

static void
draw_mark(struct plot *p, const struct mark *m, int top)
{
	const int y = top + m->row * ROW + ROW / 2;
	const size_t agency = agency_of(p, m->record);
	char path[VIEW_PATH];

	if (!p->paper) {
		view_path(m->record, path);
		html(p->b, "<a href=\"%s\" tabindex=\"-1\">", path);
	}
	html_raw(p->b, "<g><title>");
	say(p->b, m->record);
	html_raw(p->b, "</title>");
	if (m->width > MARK)
		html(p->b, "<path class=\"span a%zu\" d=\"M%d %dh%d\"/>",
		    agency % COLOURS, m->x, y, m->width);
	glyph(p->b, agency, m->x, y);
	html_raw(p->b, p->paper ? "</g>\n" : "</g></a>\n");
}

static int
lane_height(const struct lane *l)
{
	return (l->rows > 0 ? l->rows : 1) * ROW + MARK;
}

static void
draw_lane(struct plot *p, const struct lane *l, int top)
{
	html(p->b, "<path class=\"edge\" d=\"M0 %dh%d\"/>\n<text class=\""
	    "lane\" x=\"0\" y=\"%d\">%s%s</text>\n", top, RIGHT, top + ROW,
	    lane_label(l), l->actor);
	if (l->n == 0)
		html(p->b, "<text class=\"none\" x=\"%d\" y=\"%d\">none "
		    "recorded</text>\n", LEFT + MARK, top + ROW);
	for (size_t i = 0; i < l->n; i++)
		draw_mark(p, &l->mark[i], top + MARK / 2);
}

static void
draw_axis(const struct plot *p, int height)
{
	const int step = plot_step(plot_months(p->first, p->last));
	char name[PLOT_NAME];
	int day;

	for (int n = 0; n < 16; n++) {
		day = plot_tick(p->first, step, n, name);
		if (day > p->last)
			break;
		html(p->b, "<path class=\"tick\" d=\"M%d %dv%d\"/><text "
		    "class=\"date\" x=\"%d\" y=\"12\">%s</text>\n",
		    x_of(p, day), TOP - 8, height - TOP + 8, x_of(p, day),
		    name);
	}
	if (p->apart)
		html(p->b, "<path class=\"edge\" d=\"M%d 0v%d\"/><text "
		    "class=\"lane\" x=\"%d\" y=\"12\">no date</text>\n",
		    p->right + MARK, height, p->right + 2 * MARK);
}

static void
draw_separation(const struct plot *p, int height)
{
	const char *text = json_str(p->map, "separated");
	const int day = plot_day(text, false);

	if (day == PLOT_NO_DAY)
		return;
	html(p->b, "<path class=\"separated\" d=\"M%d %dv%d\"><title>"
	    "separated %s</title></path>\n", x_of(p, day), TOP - 8,
	    height - TOP + 8, text);
}

static void
draw(struct plot *p)
{
	int height = TOP, top = TOP;

	for (size_t i = 0; i < p->n_lanes; i++)
		height += lane_height(&p->lane[i]);
	html(p->b, "<svg class=\"plot\" viewBox=\"0 0 %d %d\" "
	    "aria-hidden=\"true\" focusable=\"false\" "
	    "xmlns=\"http://www.w3.org/2000/svg\">\n", RIGHT, height + 2);
	draw_axis(p, height);
	draw_separation(p, height);
	for (size_t i = 0; i < p->n_lanes; i++) {
		draw_lane(p, &p->lane[i], top);
		top += lane_height(&p->lane[i]);
	}
	html(p->b, "<path class=\"edge\" d=\"M0 %dh%d\"/>\n</svg>\n", height,
	    RIGHT);
}

/* ---- legend and table ------------------------------------------------------------------ */

static const char *
agency_name(const struct plot *p, size_t agency)
{
	const json_t *r;

	for (size_t i = 0; (r = shown(p, i)) != NULL; i++)
		if (strcmp(json_str(r, "member"), p->agency[agency]) == 0)
			return json_str(r, "name");
	return "";
}

static void
legend(const struct plot *p)
{
	html_raw(p->b, "<ul class=\"plot-legend\">\n");
	for (size_t i = 0; i < p->n_agencies; i++) {
		html_raw(p->b, "<li><svg class=\"glyph\" viewBox=\"-8 -8 16 "
		    "16\" aria-hidden=\"true\" focusable=\"false\">");
		glyph(p->b, i, 0, 0);
		html(p->b, "</svg> %s</li>\n", agency_name(p, i));
	}
	if (json_str(p->map, "separated")[0] != '\0')
		html(p->b, "<li><svg class=\"glyph\" viewBox=\"-8 -8 16 16\" "
		    "aria-hidden=\"true\" focusable=\"false\"><path class=\""
		    "separated\" d=\"M0-8v16\"/></svg> separated <time>%s"
		    "</time></li>\n", json_str(p->map, "separated"));
	html_raw(p->b, "</ul>\n");
}

static void
row(const struct plot *p, const struct lane *l, const struct mark *m)
{
	const json_t *o = json_object_get(m->record, "observation");
	const json_t *codes = json_object_get(o, "codes");
	char path[VIEW_PATH];

	view_path(m->record, path);
	html_raw(p->b, "<tr><td>");
	view_when(p->b, o);
	html(p->b, "</td><td>%s%s</td><td>", lane_label(l), l->actor);
	for (size_t i = 0; i < json_array_size(codes); i++) {
		if (i > 0)
			html_raw(p->b, "; ");
		view_label(p->b, view_at(codes, i));
	}
	html(p->b, "</td><td>%s</td><td><a href=\"%s\">Open<span "
	    "class=\"hidden-label\"> record %s</span></a></td></tr>\n",
	    json_str(m->record, "name"), path, json_str(m->record, "id"));
}

static void
table(const struct plot *p)
{
	html_raw(p->b, "<details class=\"plot-table\">\n<summary>The timeline "
	    "as a table</summary>\n<div class=\"wide\">\n<table>\n<thead><tr>"
	    "<th scope=\"col\">When</th><th scope=\"col\">Lane</th>"
	    "<th scope=\"col\">What</th><th scope=\"col\">Who wrote it</th>"
	    "<th scope=\"col\">Record</th></tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < p->n_lanes; i++)
		for (size_t k = 0; k < p->lane[i].n; k++)
			row(p, &p->lane[i], &p->lane[i].mark[k]);
	html_raw(p->b, "</tbody>\n</table>\n</div>\n</details>\n");
}

void
plot(struct buf *b, const json_t *map, bool paper)
{
	struct plot *p = calloc(1, sizeof *p);

	if (p == NULL) {
		b->failed = true;
		return;
	}
	p->b = b;
	p->map = map;
	p->paper = paper;
	span(p);
	if (p->n_agencies > 0 && !lanes(p))
		b->failed = true;
	if (p->n_agencies > 0) {
		html_raw(b, "<figure class=\"timeline\">\n<figcaption>Over "
		    "time, by who wrote it</figcaption>\n<div class=\"wide\" "
		    "tabindex=\"0\" role=\"group\" aria-label=\"Timeline\">"
		    "\n");
		draw(p);
		html_raw(b, "</div>\n");
		legend(p);
		if (!paper)
			table(p);
		html_raw(b, "</figure>\n");
	}
	for (size_t i = 0; i < p->n_lanes; i++)
		free(p->lane[i].mark);
	free(p);
}
