#include "agent/desk/write_form.h"

#include <stdio.h>
#include <string.h>

#include "proto/vocabulary.h"

enum { FOUND_MAX = 12, SEARCH_MAX = 64, AGENCIES_MAX = 256 };

/* ---- codes ----------------------------------------------------------------- */

/* Danger markers and the like that a code asks about. */
static void
ask_more(struct desk_call *c, const struct vocabulary_code *code)
{
	char all[64], *rest = all, *id;

	if (code->prompt == NULL)
		return;
	html(&c->out, "<p class=\"hint\">%s</p>\n", code->prompt);
	snprintf(all, sizeof all, "%s", code->ask);
	while ((id = strtok_r(rest, ", ", &rest)) != NULL) {
		const struct vocabulary_code *dm = vocabulary_find_in(GROUP_DM,
		    id);
		char text[160];

		if (dm == NULL || form_has(&c->form, "danger", id))
			continue;
		snprintf(text, sizeof text, "Mark %s: %s", dm->id, dm->label);
		page_check(c, "danger", dm->id, text, false);
	}
}

static void
one_code(struct desk_call *c, const struct vocabulary_code *code, bool chosen)
{
	html(&c->out, "<label class=\"tick\"><input type=\"checkbox\" "
	    "name=\"codes\" value=\"%s\" data-scope=\"%s\"%s> ", code->id,
	    vocabulary_scope_name((enum vocabulary_scope)code->scope),
	    chosen ? " checked" : "");
	html(&c->out, "<span class=\"code\">%s</span> %s</label>\n", code->id,
	    code->label);
	if (chosen)
		ask_more(c, code);
}

/* A goal is about what somebody does, or is seen to have changed. */
static bool
is_behaviour(const struct vocabulary_code *v)
{
	return v->group == GROUP_CC || v->group == GROUP_CH ||
	    v->group == GROUP_BC;
}

static size_t
search(const char *q, const struct vocabulary_code **out)
{
	const struct vocabulary_code *exact = vocabulary_find(q);
	const struct vocabulary_code *found[FOUND_MAX];
	size_t n, kept = 0;

	if (exact != NULL && exact->scope != SCOPE_NONE) {
		out[0] = exact;
		return 1;
	}
	n = vocabulary_search(q, found, FOUND_MAX);
	for (size_t i = 0; i < n; i++)
		if (found[i]->scope != SCOPE_NONE)
			out[kept++] = found[i];
	return kept;
}

void
write_codes(struct desk_call *c, const char *q)
{
	const struct vocabulary_code *found[FOUND_MAX];
	const char *id;
	size_t n;

	for (size_t i = 0; (id = form_at(&c->form, "codes", i)) != NULL; i++) {
		const struct vocabulary_code *code = vocabulary_find(id);

		if (code != NULL && code->scope != SCOPE_NONE)
			one_code(c, code, true);
	}
	if (q == NULL || q[0] == '\0')
		return;
	n = search(q, found);
	if (n == 0)
		html_raw(&c->out, "<p class=\"hint\">Nothing found. Try a "
		    "plain word for what was done, such as: hit, shouted, "
		    "followed, school.</p>\n");
	for (size_t i = 0; i < n; i++)
		if (!form_has(&c->form, "codes", found[i]->id))
			one_code(c, found[i], false);
}

static void
one_behaviour(struct desk_call *c, const struct vocabulary_code *v,
    bool chosen)
{
	html(&c->out, chosen ? "<label class=\"tick\"><input type=\"radio\" "
	    "name=\"behaviour\" value=\"%s\" checked> " : "<label class="
	    "\"tick\"><input type=\"radio\" name=\"behaviour\" value=\"%s\"> ",
	    v->id);
	html(&c->out, "<span class=\"code\">%s</span> %s</label>\n", v->id,
	    v->label);
}

void
write_behaviours(struct desk_call *c, const char *q)
{
	const struct vocabulary_code *now = vocabulary_find(form_text(&c->form,
	    "behaviour")), *exact, *found[SEARCH_MAX];
	size_t n, shown = 0;

	if (now != NULL && is_behaviour(now))
		one_behaviour(c, now, true);
	if (q == NULL || q[0] == '\0')
		return;
	exact = vocabulary_find(q);
	n = exact != NULL ? 1 : vocabulary_search(q, found, SEARCH_MAX);
	if (exact != NULL)
		found[0] = exact;
	for (size_t i = 0; i < n && shown < FOUND_MAX; i++)
		if (is_behaviour(found[i])) {
			shown++;
			if (found[i] != now)
				one_behaviour(c, found[i], false);
		}
	if (shown == 0)
		html_raw(&c->out, "<p class=\"hint\">No behaviour found. "
		    "Attending a programme is none: say what is to stop, such "
		    "as: shouts, follows; or what is to be seen, such as: "
		    "describes harm, pays.</p>\n");
}

void
write_search(struct desk_call *c, const char *hint, const char *for_what,
    void (*codes)(struct desk_call *, const char *q))
{
	page_text(c, "q", "In plain words", hint, "");
	html(&c->out, "<p><button name=\"do\" value=\"find\">Find</button>"
	    "</p>\n<div id=\"found\" data-codes=\"%s\">\n", for_what);
	codes(c, form_get(&c->form, "q"));
	html_raw(&c->out, "</div>\n");
}

/* ---- choices ---------------------------------------------------------------------- */

static size_t
group_choices(enum vocabulary_group g, const char *skip,
    struct page_choice *out, size_t max)
{
	const struct vocabulary_code *v = NULL;
	size_t n = 0;

	while ((v = vocabulary_next(g, v)) != NULL && n < max)
		if (skip == NULL || strcmp(v->id, skip) != 0)
			out[n++] = (struct page_choice){ v->id, v->label };
	return n;
}

void
write_agency(struct desk_call *c, const struct write_facts *w,
    const char *name, const char *label, bool own)
{
	struct page_choice choice[AGENCIES_MAX] = { { "", "Choose" } };
	const json_t *m;
	size_t i, n = 1;

	json_array_foreach(json_object_get(w->members, "members"), i, m)
		if (json_yes(m, "own") && own)
			choice[n++] = (struct page_choice){
			    json_str(m, "member"), "Our own agency" };
	json_array_foreach(json_object_get(w->members, "members"), i, m)
		if (!json_yes(m, "own") && n < AGENCIES_MAX)
			choice[n++] = (struct page_choice){
			    json_str(m, "member"), json_str(m, "name") };
	page_select(c, name, label, choice, n, "");
}

void
write_gap(struct desk_call *c)
{
	struct page_choice choice[32] = { { "", "None of the list" } };

	page_select(c, "gap", "Which gap would it close", choice, 1 +
	    group_choices(GROUP_GP, NULL, choice + 1, 31),
	    form_text(&c->query, "gap"));
}

/* ---- who, when, how known ------------------------------------------------------ */

/* The people of the case; P1, P2, K1, K2 where the book has none yet. */
size_t
write_persons(const struct write_facts *w, struct page_choice *out,
    char text[static WRITE_PERSONS_MAX][160])
{
	static const char *const usual[] = { "P1", "P2", "K1", "K2" };
	const json_t *list = json_object_get(w->people, "persons"), *p;
	size_t i, n = 0;

	json_array_foreach(list, i, p) {
		if (n == WRITE_PERSONS_MAX)
			break;
		snprintf(text[n], sizeof text[n], "%s  %s", json_str(p, "id"),
		    json_str(p, "name"));
		out[n] = (struct page_choice){ json_str(p, "id"), text[n] };
		n++;
	}
	if (n > 0)
		return n;
	for (n = 0; n < sizeof usual / sizeof usual[0]; n++)
		out[n] = (struct page_choice){ usual[n], usual[n] };
	return n;
}

static void
ticks(struct desk_call *c, const char *name, const char *legend,
    const struct page_choice *choice, size_t n)
{
	html(&c->out, "<fieldset class=\"field\" id=\"%s\" tabindex=\"-1\">\n"
	    "<legend>%s</legend>\n", name, legend);
	for (size_t i = 0; i < n; i++)
		page_check(c, name, choice[i].value, choice[i].label, false);
	html_raw(&c->out, "</fieldset>\n");
}

static void
group_select(struct desk_call *c, enum vocabulary_group g, const char *name,
    const char *label, const char *preset)
{
	struct page_choice choice[32];

	page_select(c, name, label, choice, group_choices(g, NULL, choice,
	    32), preset);
}

static void
group_ticks(struct desk_call *c, enum vocabulary_group g, const char *name,
    const char *legend)
{
	struct page_choice choice[32];

	ticks(c, name, legend, choice, group_choices(g, NULL, choice, 32));
}

static void
answers(struct desk_call *c, const struct write_facts *w)
{
	struct page_choice person[WRITE_PERSONS_MAX + 1], choice[32];
	char text[WRITE_PERSONS_MAX][160];
	const size_t n = write_persons(w, person, text);

	person[n] = (struct page_choice){ "none", "Nobody: this is not about an "
	    "act" };
	page_radio(c, "actor", "1  Who did it?", person, n + 1, NULL);
	html_raw(&c->out, "<fieldset class=\"field\" id=\"codes\" "
	    "tabindex=\"-1\">\n<legend>2  What was done or seen?</legend>\n");
	write_search(c, "Such as: strangled, locks her in, misses school. "
	    "Then tick what fits; search again for more.", "", write_codes);
	html_raw(&c->out, "</fieldset>\n");
	ticks(c, "targets", "3  To whom, or whom does it affect?", person, n);
	page_select(c, "recency", "4  When?", choice, group_choices(GROUP_RC,
	    NULL, choice, 32), "RC9");
	page_radio(c, "source", "5  How is it known?", choice,
	    group_choices(GROUP_SRC, "SRC8", choice, 32), "SRC1");
}

/* ---- what only some records have -------------------------------------------------- */

static void
special(struct desk_call *c, const struct write_facts *w)
{
	static const struct page_choice asked[] = {
		{ "yes", "Yes, she was asked and it may be shared" },
		{ "not-yet", "Not yet" }, { "no", "She said no" } };
	struct page_choice person[WRITE_PERSONS_MAX], choice[32];
	char text[WRITE_PERSONS_MAX][160];
	const size_t n = write_persons(w, person, text);

	html_raw(&c->out, "<div data-for=\"C3\">\n<h2>What she did to keep "
	    "safe</h2>\n<p>Was it shown to her? Then ask her, before it is "
	    "shared. Why was it safer for her to do that? Write it in her "
	    "words, if she wants.</p>\n");
	page_radio(c, "asked", "May this be shared?", asked, 3, "");
	page_text(c, "asked_by", "Who asked her (a role, not a name)", NULL,
	    "advocate");
	html_raw(&c->out, "</div>\n<div data-for=\"C5\">\n"
	    "<h2>An intersecting factor</h2>\n");
	page_select(c, "owner", "Whose is it?", person, n, "P2");
	page_select(c, "relation", "How does it hang together with the "
	    "pattern?", choice, group_choices(GROUP_RL, NULL, choice, 32),
	    "RL7");
	html_raw(&c->out, "</div>\n");
}

/* "5e0731aa  Northbank Police  CC29 CC30  calls when..." */
static void
record_text(const json_t *r, char *out, size_t n)
{
	const json_t *o = json_object_get(r, "observation"), *code;
	char codes[80] = "";
	size_t i;

	json_array_foreach(json_object_get(o, "codes"), i, code) {
		const size_t at = strlen(codes);

		snprintf(codes + at, sizeof codes - at, " %s",
		    json_string_value(code));
	}
	snprintf(out, n, "%.8s  %s %s  %s", json_str(r, "id"),
	    json_yes(r, "own") ? "own record" : json_str(r, "name"), codes,
	    json_str(o, "text"));
}

void
write_links(struct desk_call *c, const struct write_facts *w)
{
	const json_t *r;
	const char *id;
	size_t i;

	html_raw(&c->out, "<fieldset class=\"field\" id=\"links\" "
	    "tabindex=\"-1\">\n<legend>Records this belongs to</legend>\n");
	json_array_foreach(w->records, i, r) {
		char text[512];

		record_text(r, text, sizeof text);
		page_check(c, "links", json_str(r, "id"), text, false);
	}
	/* chosen before the list was there, from a link on the map */
	for (i = 0; w->records == NULL &&
	    (id = form_at(&c->form, "links", i)) != NULL; i++)
		page_check(c, "links", id, id, true);
	if (w->records == NULL)
		html_raw(&c->out, "<p class=\"hint\">Showing them opens the "
		    "case, and the ledger says that you did.</p>\n<p><button "
		    "name=\"do\" value=\"links\">Show records</button></p>\n");
	html_raw(&c->out, "</fieldset>\n");
}

static void
more(struct desk_call *c, const struct write_facts *w)
{
	static const struct page_choice segment[] = {
		{ "SG1", "Substance-use treatment record" },
		{ "SG2", "Mental health or therapy record" },
		{ "SG3", "A child's own words" },
		{ "SG6", "Criminal offence data" } };

	html_raw(&c->out, "<details class=\"more\">\n<summary>More that can "
	    "be said (all of it has a sensible default)</summary>\n");
	page_text(c, "from", "From", "A year, a month or a day: 2026, "
	    "2026-09, 2026-09-14.", "");
	page_text(c, "to_day", "To", NULL, "");
	page_text(c, "targets_more", "Other persons", "As they are known in "
	    "this case: K3, K-7f3a.", "");
	group_select(c, GROUP_FQ, "frequency", "How often", "FQ9");
	group_select(c, GROUP_TR, "trend", "Trend", "TR9");
	group_ticks(c, GROUP_TG, "triggers", "Tied to");
	group_ticks(c, GROUP_DM, "danger", "Danger markers (facts, never "
	    "added up)");
	group_select(c, GROUP_CB, "corroboration", "Accounts", "CB0");
	group_select(c, GROUP_CT, "exactness", "How exact are the words",
	    "CT2");
	group_ticks(c, GROUP_PW, "pathways", "Along which pathways it harms");
	ticks(c, "segments", "Specially protected", segment, 4);
	group_select(c, GROUP_LB, "lawful_basis", "Lawful basis", "LB2");
	write_links(c, w);
	page_check(c, "quoted", "yes", "The text is a person's own words",
	    false);
	html_raw(&c->out, "</details>\n");
}

void
write_fields(struct desk_call *c, const struct write_facts *w)
{
	answers(c, w);
	special(c, w);
	page_area(c, "text", "In words, if the codes say too little", "At "
	    "most 280 characters. Persons as P1, P2, K1, never by name.", "",
	    3);
	page_check(c, "urgent", "yes", "Urgent: somebody must look today",
	    false);
	more(c, w);
}
