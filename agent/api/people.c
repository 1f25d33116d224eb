/*
 * Verbs about who is who: people, sharing, members.
 *
 * people       case -> persons [id, name, also_known_as, born, find_by],
 *              safe_contact, checked, keeper (whom to call).  From the book
 *              of this agency; nothing before a conflict officer compared the
 *              staff.  Exclusions are told to the officer alone, by
 *              conflict-checked.
 * sharing      case -> arrows [from, from_name, to, to_name, state
 *              active|none, scopes [], until, days], keeper.  Arrows that
 *              this agency knows of.  "none" is one face for never given,
 *              ended, stopped and not begun: who ended what is told to the
 *              custodian alone, by consent-status.
 * members      -> members [member, name, kind, phone, languages, own, duty
 *              none|parents|relevant-persons, onward (to whom it may have to
 *              show papers, in words, or "")]: the directory as this agency
 *              has it, all of it, by name, so that neither who stands in it
 *              nor in which order tells anything; nobody before it was
 *              complete once.  Brought up to date first when that can be done
 *              now.
 */
#include <stdlib.h>
#include <string.h>

#include "agent/api/work.h"
#include "agent/cases/cases.h"
#include "agent/cases/directory.h"

/* ---- people -------------------------------------------------------------- */

static json_t *
person_json(const struct content_person *p)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s}", "id", p->id.s, "name",
	    p->name, "also_known_as", p->also_known_as, "born", p->born.s,
	    "find_by", p->find_by);
}

static json_t *
book_json(struct agent *a, const uint8_t case_id[static WIRE_CASE],
    const struct introduction *in, bool checked)
{
	char keeper[CASES_KEEPER];
	json_t *persons = json_array();

	for (size_t i = 0; in != NULL && i < in->n_persons; i++)
		json_array_append_new(persons, person_json(&in->persons[i]));
	return json_pack("{s:o, s:s, s:b, s:s}", "persons", persons,
	    "safe_contact", in != NULL ? in->safe_contact : "", "checked",
	    checked, "keeper", cases_keeper(a, case_id, keeper));
}

void
api_people(struct api_call *c)
{
	struct agent *a = c->agent;
	uint8_t case_id[WIRE_CASE];
	struct content book;
	enum error_code err = ERR_NOTFOUND;
	bool checked;

	if (!work_case(c, case_id))
		return;
	checked = cases_checked(a, case_id);
	if (checked)
		err = cases_book_get(a, case_id, &book);
	if (err != ERR_NONE && err != ERR_NOTFOUND) {
		api_error(c, err, NULL);
		return;
	}
	api_tell(c, CLI_DONE, book_json(a, case_id, err == ERR_NONE ?
	    &book.u.introduction : NULL, checked), NULL);
	if (err == ERR_NONE)
		content_wipe(&book);
}

/* ---- sharing ------------------------------------------------------------- */

struct sharing {
	struct agent *a;
	const uint8_t *case_id;
	bool open;                      /* the case, as far as is told here */
	json_t *arrows;
};

static bool
in_force(const struct sharing *s, const struct grant *g)
{
	const uint64_t now = agent_now(s->a);

	return s->open && g->ended_by == ENDED_NOT && now >= g->effective &&
	    now < g->until;
}

static void
add_scopes(struct agent *a, const struct grant *g, json_t *scopes)
{
	struct terms t;

	if (cases_terms(a, g->id, &t) != ERR_NONE)
		return;
	for (unsigned i = SCOPE_NONE + 1; i < SCOPE_END; i++)
		if ((t.scopes & SCOPE_BIT(i)) != 0)
			json_array_append_new(scopes, json_string(
			    vocabulary_scope_name((enum vocabulary_scope)i)));
}

/* Of all permissions of an arrow the one that lasts longest counts. */
static enum error_code
add_arrow(void *ctx, const struct store_arrow *arrow)
{
	struct sharing *s = ctx;
	struct grant g[RULES_GRANTS_MAX];
	const uint64_t now = agent_now(s->a);
	json_t *scopes, *o;
	uint64_t until = 0;
	bool any = false;
	unsigned n = 0;
	enum error_code err = store_grants(s->a->slice, s->case_id,
	    arrow->sender, arrow->recipient, g, &n);

	if (err != ERR_NONE)
		return err;
	scopes = json_array();
	for (unsigned i = 0; i < n; i++) {
		any = any || !g[i].introduction;
		if (g[i].introduction || !in_force(s, &g[i]))
			continue;
		until = g[i].until > until ? g[i].until : until;
		add_scopes(s->a, &g[i], scopes);
	}
	if (!any) {
		json_decref(scopes);
		return ERR_NONE;
	}
	o = json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:I}", "from",
	    arrow->sender, "from_name", work_name(s->a, arrow->sender), "to",
	    arrow->recipient, "to_name", work_name(s->a, arrow->recipient),
	    "state", until != 0 ? "active" : "none", "scopes", scopes,
	    "until", work_time(until), "days", (json_int_t)(until > now ?
	    (until - now) / CLOCK_DAY_MS : 0));
	return json_array_append_new(s->arrows, o) == 0 ? ERR_NONE : ERR_NOMEM;
}

void
api_sharing(struct api_call *c)
{
	struct sharing s = { .a = c->agent };
	struct store_case k;
	uint8_t case_id[WIRE_CASE];
	char keeper[CASES_KEEPER];
	enum error_code err;

	if (!work_case(c, case_id))
		return;
	s.case_id = case_id;
	s.open = store_case(c->agent->slice, case_id, &k) == ERR_NONE &&
	    k.state == CASE_OPEN;
	s.arrows = json_array();
	err = s.arrows != NULL ? store_arrows(c->agent->slice, case_id,
	    add_arrow, &s) : ERR_NOMEM;
	if (err != ERR_NONE) {
		json_decref(s.arrows);
		api_error(c, err, NULL);
		return;
	}
	api_tell(c, CLI_DONE, json_pack("{s:o, s:s}", "arrows", s.arrows,
	    "keeper", cases_keeper(c->agent, case_id, keeper)), NULL);
}

/* ---- members ------------------------------------------------------------- */

struct directory {
	struct agent *a;
	json_t *members;
};

static const char *
onward(uint32_t duty)
{
	return duty == 2 ? "parents" : duty == 1 ? "everybody concerned" : "";
}

static enum error_code
add_member(void *ctx, const struct store_member *m)
{
	static const char *const duty[] = { "none", "relevant-persons",
	    "parents" };
	struct directory *d = ctx;
	char kind[8];

	if (m->m.agency == 0 || m->revoked)
		return ERR_NONE;        /* broker and the like: nobody to tell */
	return json_array_append_new(d->members, json_pack(
	    "{s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:s}", "member", m->id,
	    "name", m->m.name, "kind", work_kind(d->a, m->id, kind), "phone",
	    m->m.duty_phone, "languages", m->m.languages, "duty",
	    m->m.onward_duty < 3 ? duty[m->m.onward_duty] : duty[0], "own",
	    strcmp(m->id, d->a->member) == 0, "onward",
	    onward(m->m.onward_duty))) == 0 ? ERR_NONE : ERR_NOMEM;
}

static int
by_name(const void *a, const void *b)
{
	const json_t *const *x = a, *const *y = b;
	const int n = strcmp(json_string_value(json_object_get(*x, "name")),
	    json_string_value(json_object_get(*y, "name")));

	return n != 0 ? n : strcmp(json_string_value(json_object_get(*x,
	    "member")), json_string_value(json_object_get(*y, "member")));
}

/* In the order in which they became known, those of a case would come
 * together. */
static enum error_code
sort_members(json_t **members)
{
	const size_t n = json_array_size(*members);
	const json_t **list = calloc(n + 1, sizeof *list);
	json_t *sorted = json_array();

	for (size_t i = 0; list != NULL && i < n; i++)
		list[i] = json_array_get(*members, i);
	if (list != NULL)
		qsort(list, n, sizeof *list, by_name);
	for (size_t i = 0; list != NULL && i < n; i++)
		json_array_append(sorted, (json_t *)(uintptr_t)list[i]);
	free(list);
	if (json_array_size(sorted) != n) {
		json_decref(sorted);
		return ERR_NOMEM;
	}
	json_decref(*members);
	*members = sorted;
	return ERR_NONE;
}

static void
tell_members(struct agent *a, bool fresh, void *ctx)
{
	struct api_call *c = ctx;
	struct directory d = { a, json_array() };
	enum error_code err = d.members == NULL ? ERR_NOMEM :
	    cases_directory_complete(a) ? store_members(a->slice, add_member,
	    &d) : ERR_NONE;

	(void)fresh;
	if (err == ERR_NONE)
		err = sort_members(&d.members);
	if (err != ERR_NONE) {
		json_decref(d.members);
		api_error(c, err, NULL);
		return;
	}
	api_tell(c, CLI_DONE, json_pack("{s:o}", "members", d.members), NULL);
}

void
api_members(struct api_call *c)
{
	if (cases_directory_fresh(c->agent) ||
	    cases_directory_ask(c->agent, tell_members, c) != ERR_NONE)
		tell_members(c->agent, false, c);
}
