/* The pattern map of a case, and what of it is shown. */
#include <stdio.h>
#include <string.h>

#include "agent/desk/view.h"
#include "proto/vocabulary.h"

desk_page page_map;

enum { PERSONS_MAX = 24, PATHWAYS_MAX = 16 };

struct persons {
	struct page_choice adult[PERSONS_MAX], child[PERSONS_MAX];
	size_t n_adults, n_children;
};

/* ---- the filter ----------------------------------------------------------- */

static void
add(struct page_choice *list, size_t *n, const char *id)
{
	if (id[0] == '\0' || *n == PERSONS_MAX)
		return;
	for (size_t i = 0; i < *n; i++)
		if (strcmp(list[i].value, id) == 0)
			return;
	list[*n].value = list[*n].label = id;
	(*n)++;
}

static void
add_person(struct persons *p, const char *id)
{
	if (id[0] == 'K')
		add(p->child, &p->n_children, id);
	else
		add(p->adult, &p->n_adults, id);
}

/* Everybody whom the book or a record names. */
static void
find_persons(const struct view *v, struct persons *p)
{
	const json_t *list = json_object_get(v->people, "persons");

	memset(p, 0, sizeof *p);
	p->adult[0].value = p->child[0].value = "";
	p->adult[0].label = p->child[0].label = "everybody";
	p->n_adults = p->n_children = 1;
	for (size_t i = 0; i < json_array_size(list); i++)
		add_person(p, json_str(json_array_get(list, i), "id"));
	for (size_t i = 0; i < json_array_size(v->records); i++) {
		const json_t *o = json_object_get(json_array_get(v->records,
		    i), "observation");
		const json_t *targets = json_object_get(o, "targets");

		add_person(p, json_str(o, "actor"));
		for (size_t k = 0; k < json_array_size(targets); k++)
			add_person(p, view_at(targets, k));
	}
}

static void
pathway_field(struct desk_call *c, const char *now)
{
	struct page_choice choice[PATHWAYS_MAX] = { { "", "all" } };
	const struct vocabulary_code *pw = NULL;
	size_t n = 1;

	while ((pw = vocabulary_next(GROUP_PW, pw)) != NULL &&
	    n < PATHWAYS_MAX) {
		choice[n].value = pw->id;
		choice[n++].label = pw->label;
	}
	page_select(c, "pathway", "Pathway", choice, n, now);
}

static void
filter(const struct view *v, bool used)
{
	struct desk_call *c = v->c;
	struct persons p;

	find_persons(v, &p);
	html(&c->out, "<details class=\"filter screen-only\"%s>\n<summary>"
	    "Show a part, or two persons side by side</summary>\n<form "
	    "method=\"get\" action=\"/case/%lld/map\" class=\"filter-form\">\n",
	    used ? " open" : "", v->no);
	page_select(c, "actor", "Acts of", p.adult, p.n_adults,
	    form_text(&c->query, "actor"));
	page_select(c, "child", "Child", p.child, p.n_children,
	    form_text(&c->query, "child"));
	pathway_field(c, form_text(&c->query, "pathway"));
	p.adult[0].label = "nobody";
	page_select(c, "left", "Side by side: left", p.adult, p.n_adults,
	    form_text(&c->query, "left"));
	page_select(c, "right", "Side by side: right", p.adult, p.n_adults,
	    form_text(&c->query, "right"));
	html_raw(&c->out, "<p class=\"do\"><button>Show</button></p>\n"
	    "</form>\n</details>\n");
}

/* Takes the filters of the query that are set; NULL when there are none. */
static json_t *
filters(const struct desk_call *c)
{
	static const char *const name[] = { "actor", "child", "pathway",
		"left", "right" };
	json_t *in = json_object();

	for (size_t i = 0; i < sizeof name / sizeof name[0]; i++) {
		const char *s = form_text(&c->query, name[i]);

		if (s[0] != '\0')
			json_object_set_new(in, name[i], json_string(s));
	}
	/* one person alone is not side by side */
	if (json_object_get(in, "left") == NULL ||
	    json_object_get(in, "right") == NULL) {
		json_object_del(in, "left");
		json_object_del(in, "right");
	}
	return in;
}

/* ---- the page -------------------------------------------------------------- */

static void
what_is_shown(const struct view *v, const json_t *in)
{
	struct buf *b = &v->c->out;
	const char *key;
	json_t *value;

	html_raw(b, "<p class=\"shown\">Shown is a part: ");
	json_object_foreach((json_t *)(uintptr_t)in, key, value)
		html(b, "<span class=\"mark\">%s %s</span> ", key,
		    json_string_value(value));
	html(b, "<a href=\"/case/%lld/map\">Show all</a></p>\n", v->no);
}

void
page_map(struct desk_call *c)
{
	json_t *in = filters(c);
	const bool used = json_object_size(in) > 0;
	struct view v;

	if (view_load(&v, c, view_case(c, 0), json_deep_copy(in))) {
		page_begin_case(c, v.no, "map", "Pattern map");
		view_first(&v);
		if (used)
			what_is_shown(&v, in);
		filter(&v, used);
		html(&c->out, "<p class=\"screen-only\"><a class=\"button\" "
		    "href=\"/case/%lld/print\">Print for a conference</a></p>"
		    "\n", v.no);
		view_sections(&v, json_string_value(json_object_get(in,
		    "left")), json_string_value(json_object_get(in,
		    "right")));
		page_end(c);
		view_free(&v);
	}
	json_decref(in);
}
