#include "agent/practice/content.h"

#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "agent/practice/fields.h"

static const char *const kind_names[CONTENT_END] = {
	[CONTENT_NONE] = NULL,
#define X(id, name) [id] = name,
	CONTENT_KINDS(X)
#undef X
};

const char *
content_kind_name(enum content_kind k)
{

	return (k < CONTENT_END ? kind_names[k] : NULL);
}

enum content_kind
content_kind_find(const char *name)
{
	unsigned k;

	for (k = CONTENT_NONE + 1; k < CONTENT_END; k++)
		if (strcmp(kind_names[k], name) == 0)
			return ((enum content_kind)k);
	return (CONTENT_NONE);
}

/* ---- one kind after the other: read and write side by side ------------- */

static void
read_person(struct reader *r, const json_t *o, struct content_person *p)
{
	static const char *const names[] = { "id", "name", "also_known_as",
		"born", "find_by", NULL };

	reader_only(r, o, names);
	reader_person(r, o, "id", &p->id);
	if (p->id.s[0] == '\0')
		reader_fail(r, "V0", "id", NULL, "is needed");
	reader_text(r, o, "name", p->name, sizeof(p->name), 127);
	reader_text(r, o, "also_known_as", p->also_known_as,
	    sizeof(p->also_known_as), 127);
	reader_date(r, o, "born", &p->born);
	reader_text(r, o, "find_by", p->find_by, sizeof(p->find_by), 199);
}

static void
read_exclusion(struct reader *r, const json_t *o, struct content_exclusion *x)
{
	static const char *const names[] = { "name", "relation", NULL };

	reader_only(r, o, names);
	reader_text_must(r, o, "name", x->name, sizeof(x->name), 127);
	reader_text(r, o, "relation", x->relation, sizeof(x->relation), 63);
}

static void
read_introduction(struct reader *r, const json_t *o, struct content *c)
{
	static const char *const names[] = { "schema", "id", "persons",
		"exclusions", "safe_contact", NULL };
	struct introduction *in = &c->u.introduction;
	json_t *list, *v;
	size_t i;

	reader_only(r, o, names);
	list = reader_list(r, o, "persons", INTRODUCTION_PERSONS_MAX);
	json_array_foreach(list, i, v) {
		(void)snprintf(r->path, sizeof(r->path), "$.persons[%zu]", i);
		read_person(r, v, &in->persons[in->n_persons++]);
	}
	list = reader_list(r, o, "exclusions", INTRODUCTION_EXCLUSIONS_MAX);
	json_array_foreach(list, i, v) {
		(void)snprintf(r->path, sizeof(r->path), "$.exclusions[%zu]",
		    i);
		read_exclusion(r, v, &in->exclusions[in->n_exclusions++]);
	}
	reader_leave(r, "$");
	if (in->n_persons == 0)
		reader_fail(r, "V0", "persons", NULL,
		    "at least one person is needed");
	reader_text(r, o, "safe_contact", in->safe_contact,
	    sizeof(in->safe_contact), 199);
}

static bool
write_introduction(json_t *o, const struct content *c)
{
	const struct introduction *in = &c->u.introduction;
	const struct content_person *p;
	json_t *list = json_array(), *v;
	bool ok = list != NULL;
	size_t i;

	for (i = 0; ok && i < in->n_persons; i++) {
		p = &in->persons[i];
		v = json_object();
		ok = v != NULL && writer_text(v, "id", p->id.s) &&
		    writer_text(v, "name", p->name) &&
		    writer_text(v, "also_known_as", p->also_known_as) &&
		    writer_text(v, "born", p->born.s) &&
		    writer_text(v, "find_by", p->find_by);
		ok = json_array_append_new(list, v) == 0 && ok;
	}
	ok = json_object_set_new(o, "persons", list) == 0 && ok;
	list = json_array();
	for (i = 0; ok && i < in->n_exclusions; i++) {
		v = json_object();
		ok = v != NULL &&
		    writer_text(v, "name", in->exclusions[i].name) &&
		    writer_text(v, "relation", in->exclusions[i].relation);
		ok = json_array_append_new(list, v) == 0 && ok;
	}
	ok = json_object_set_new(o, "exclusions", list) == 0 && ok;
	return (ok && writer_text(o, "safe_contact", in->safe_contact));
}

static void
read_observation(struct reader *r, const json_t *o, struct content *c)
{

	observation_from_json(r, o, &c->u.observation);
}

static void
read_correction(struct reader *r, const json_t *o, struct content *c)
{
	static const char *const names[] = { "schema", "id", "corrected",
		"now", NULL };
	struct correction *k = &c->u.correction;
	json_t *now;

	reader_only(r, o, names);
	reader_scopes(r, o, "corrected", &k->corrected);
	if (k->corrected == 0)
		reader_fail(r, "V0", "corrected", NULL,
		    "the parts of the record corrected are needed");
	now = reader_enter(r, o, "now");
	if (now == NULL)
		reader_fail(r, "V0", "now", NULL, "is needed");
	observation_from_json(r, now, &k->now);
	reader_leave(r, "$");
	if (r->form != FORM_INPUT && !record_id_equal(&k->now.id, &c->id))
		reader_fail(r, "V0", "now.id", NULL, "is another id");
	if (!k->now.has_supersedes)
		reader_fail(r, "V0", "now.supersedes", NULL,
		    "which record does it correct?");
}

static bool
write_correction(json_t *o, const struct content *c, enum form form)
{
	const struct correction *k = &c->u.correction;

	return (writer_scopes(o, "corrected", k->corrected) &&
	    json_object_set_new(o, "now", observation_to_json(&k->now, form,
	    "wayleave/observation/1")) == 0);
}

static void
read_question(struct reader *r, const json_t *o, struct content *c)
{
	static const char *const wire[] = { "schema", "id", "gap", "author",
		"text", "reply_by", NULL };
	static const char *const all[] = { "schema", "id", "gap", "author",
		"text", "reply_by", "idempotency_key", "case", "to", "about",
		NULL };
	struct question *q = &c->u.question;

	reader_only(r, o, r->form == FORM_WIRE ? wire : all);
	reader_key(r, o, "idempotency_key", q->idempotency_key);
	reader_case(r, o, q->case_local);
	reader_member(r, o, "to", q->to);
	reader_ids(r, o, "about", 1, &q->about);
	reader_author(r, o, q->account, q->author_role);
	reader_code(r, o, "gap", GROUP_GP, NULL, &q->gap);
	reader_text_must(r, o, "text", q->text, sizeof(q->text),
	    CONTENT_LONG_TEXT_MAX);
	reader_date(r, o, "reply_by", &q->reply_by);
}

static bool
write_question(json_t *o, const struct content *c, enum form form)
{
	const struct question *q = &c->u.question;

	return ((form == FORM_WIRE ||
	    (writer_text(o, "idempotency_key", q->idempotency_key) &&
	    writer_text(o, "to", q->to) &&
	    writer_ids(o, "about", &q->about))) &&
	    writer_case(o, form, q->case_local) &&
	    writer_author(o, form, q->account, q->author_role) &&
	    writer_code(o, "gap", q->gap) && writer_text(o, "text", q->text) &&
	    writer_text(o, "reply_by", q->reply_by.s));
}

static void
read_answer(struct reader *r, const json_t *o, struct content *c)
{
	static const char *const wire[] = { "schema", "id", "question", "gap",
		"author", "text", NULL };
	static const char *const all[] = { "schema", "id", "question", "gap",
		"author", "text", "about", NULL };
	struct answer *a = &c->u.answer;

	reader_only(r, o, r->form == FORM_WIRE ? wire : all);
	if (!reader_has(o, "question"))
		reader_fail(r, "V0", "question", NULL, "is needed");
	reader_id(r, o, "question", &a->question);
	reader_ids(r, o, "about", OBSERVATION_LINKS_MAX, &a->about);
	reader_author(r, o, a->account, a->author_role);
	reader_code(r, o, "gap", GROUP_GP, NULL, &a->gap);
	reader_text_must(r, o, "text", a->text, sizeof(a->text),
	    CONTENT_LONG_TEXT_MAX);
}

static bool
write_answer(json_t *o, const struct content *c, enum form form)
{
	const struct answer *a = &c->u.answer;

	return ((form == FORM_WIRE || writer_ids(o, "about", &a->about)) &&
	    writer_id(o, "question", &a->question) &&
	    writer_author(o, form, a->account, a->author_role) &&
	    writer_code(o, "gap", a->gap) && writer_text(o, "text", a->text));
}

static void
read_task(struct reader *r, const json_t *o, struct content *c)
{
	static const char *const wire[] = { "schema", "id", "gap", "owner",
		"author", "text", "due", NULL };
	static const char *const all[] = { "schema", "id", "gap", "owner",
		"author", "text", "due", "about", NULL };
	struct task *t = &c->u.task;

	reader_only(r, o, r->form == FORM_WIRE ? wire : all);
	reader_code(r, o, "gap", GROUP_GP, NULL, &t->gap);
	reader_member(r, o, "owner", t->owner);
	if (t->owner[0] == '\0')
		reader_fail(r, "V0", "owner", NULL,
		    "which agency is to do it?");
	reader_ids(r, o, "about", OBSERVATION_LINKS_MAX, &t->about);
	reader_author(r, o, t->account, t->author_role);
	reader_text_must(r, o, "text", t->text, sizeof(t->text),
	    OBSERVATION_TEXT_MAX);
	reader_date(r, o, "due", &t->due);
}

static bool
write_task(json_t *o, const struct content *c, enum form form)
{
	const struct task *t = &c->u.task;

	return ((form == FORM_WIRE || writer_ids(o, "about", &t->about)) &&
	    writer_code(o, "gap", t->gap) &&
	    writer_text(o, "owner", t->owner) &&
	    writer_author(o, form, t->account, t->author_role) &&
	    writer_text(o, "text", t->text) &&
	    writer_text(o, "due", t->due.s));
}

static void
read_goal(struct reader *r, const json_t *o, struct content *c)
{
	static const char *const wire[] = { "schema", "id", "person",
		"behaviour", "author", "text", "measure", "by", "checked_by",
		NULL };
	static const char *const all[] = { "schema", "id", "person",
		"behaviour", "author", "text", "measure", "by", "checked_by",
		"about", NULL };
	struct goal *g = &c->u.goal;

	reader_only(r, o, r->form == FORM_WIRE ? wire : all);
	reader_person(r, o, "person", &g->person);
	reader_code(r, o, "behaviour", GROUP_NONE, NULL, &g->behaviour);
	reader_ids(r, o, "about", OBSERVATION_LINKS_MAX, &g->about);
	reader_author(r, o, g->account, g->author_role);
	reader_text_must(r, o, "text", g->text, sizeof(g->text),
	    OBSERVATION_TEXT_MAX);
	reader_text(r, o, "measure", g->measure, sizeof(g->measure),
	    OBSERVATION_TEXT_MAX);
	reader_date(r, o, "by", &g->by);
	reader_member(r, o, "checked_by", g->checked_by);
}

static bool
write_goal(json_t *o, const struct content *c, enum form form)
{
	const struct goal *g = &c->u.goal;

	return ((form == FORM_WIRE || writer_ids(o, "about", &g->about)) &&
	    writer_text(o, "person", g->person.s) &&
	    writer_code(o, "behaviour", g->behaviour) &&
	    writer_author(o, form, g->account, g->author_role) &&
	    writer_text(o, "text", g->text) &&
	    writer_text(o, "measure", g->measure) &&
	    writer_text(o, "by", g->by.s) &&
	    writer_text(o, "checked_by", g->checked_by));
}

static void
read_person_added(struct reader *r, const json_t *o, struct content *c)
{
	static const char *const names[] = { "schema", "id", "person", "is",
		NULL };
	struct person_added *p = &c->u.person_added;

	reader_only(r, o, names);
	reader_person(r, o, "person", &p->id);
	if (p->id.s[0] == '\0')
		reader_fail(r, "V0", "person", NULL, "is needed");
	reader_text_must(r, o, "is", p->is, sizeof(p->is), 80);
}

/* ---- the table of kinds ------------------------------------------------- */

static void (*const readers[CONTENT_END])(struct reader *, const json_t *,
    struct content *) = {
	[CONTENT_INTRODUCTION] = read_introduction,
	[CONTENT_OBSERVATION] = read_observation,
	[CONTENT_CORRECTION] = read_correction,
	[CONTENT_QUESTION] = read_question,
	[CONTENT_ANSWER] = read_answer,
	[CONTENT_TASK] = read_task,
	[CONTENT_GOAL] = read_goal,
	[CONTENT_PERSON_ADDED] = read_person_added,
};

static bool
write_fields(json_t *o, const struct content *c, enum form form)
{

	switch (c->kind) {
	case CONTENT_INTRODUCTION:
		return (write_introduction(o, c));
	case CONTENT_CORRECTION:
		return (write_correction(o, c, form));
	case CONTENT_QUESTION:
		return (write_question(o, c, form));
	case CONTENT_ANSWER:
		return (write_answer(o, c, form));
	case CONTENT_TASK:
		return (write_task(o, c, form));
	case CONTENT_GOAL:
		return (write_goal(o, c, form));
	case CONTENT_PERSON_ADDED:
		return (writer_text(o, "person", c->u.person_added.id.s) &&
		    writer_text(o, "is", c->u.person_added.is));
	default:
		return (false);
	}
}

static json_t *
to_json(const struct content *c, enum form form)
{
	char schema[48];
	json_t *o;

	if (c->kind == CONTENT_NONE || c->kind >= CONTENT_END)
		return (NULL);
	(void)snprintf(schema, sizeof(schema), "wayleave/%s/1",
	    kind_names[c->kind]);
	if (c->kind == CONTENT_OBSERVATION)
		return (observation_to_json(&c->u.observation, form, schema));
	o = json_object();
	if (o == NULL || !writer_text(o, "schema", schema) ||
	    !writer_id(o, "id", &c->id) || !write_fields(o, c, form)) {
		json_decref(o);
		return (NULL);
	}
	return (o);
}

/* "wayleave/goal/1" -> CONTENT_GOAL. */
static enum content_kind
kind_of_schema(struct reader *r, const json_t *doc)
{
	char schema[48], want[48];
	unsigned k;

	reader_text(r, doc, "schema", schema, sizeof(schema), 47);
	for (k = CONTENT_NONE + 1; k < CONTENT_END; k++) {
		(void)snprintf(want, sizeof(want), "wayleave/%s/1",
		    kind_names[k]);
		if (strcmp(schema, want) == 0)
			return ((enum content_kind)k);
	}
	reader_fail(r, "V0", "schema", schema,
	    "must be wayleave/observation/1 or another kind known here");
	return (CONTENT_NONE);
}

static enum error_code
parse(struct content *c, enum form form, const char *json, size_t n,
    const char **rule, struct why *why)
{
	struct reader r;
	json_t *doc;

	reader_init(&r, form, why);
	memset(c, 0, sizeof(*c));
	doc = reader_parse(&r, json, n);
	if (doc != NULL)
		c->kind = kind_of_schema(&r, doc);
	if (r.e == ERR_NONE && form == FORM_INPUT && reader_has(doc, "id"))
		reader_fail(&r, "V0", "id", NULL, "is given by the agent");
	if (r.e == ERR_NONE) {
		reader_id(&r, doc, "id", &c->id);
		readers[c->kind](&r, doc, c);
	}
	json_decref(doc);
	if (rule != NULL)
		*rule = r.e == ERR_NONE ? NULL : r.rule;
	if (r.e != ERR_NONE)
		content_wipe(c);
	return (r.e);
}

enum error_code
content_read(struct content *c, const char *json, size_t n,
    const char **rule, struct why *why)
{

	return (parse(c, FORM_INPUT, json, n, rule, why));
}

enum error_code
content_load(struct content *c, struct bytes in, struct why *why)
{

	return (parse(c, FORM_STORE, (const char *)in.data, in.n, NULL, why));
}

static enum error_code
dump(const struct content *c, enum form form, struct buf *out)
{
	json_t *o = to_json(c, form);
	enum error_code e;

	if (o == NULL)
		return (ERR_NOMEM);
	e = writer_dump(o, out);
	json_decref(o);
	return (e);
}

enum error_code
content_encode(const struct content *c, struct buf *out)
{

	return (dump(c, FORM_WIRE, out));
}

enum error_code
content_store(const struct content *c, struct buf *out)
{

	return (dump(c, FORM_STORE, out));
}

enum error_code
content_decode(struct content *c, struct bytes in, struct why *why)
{
	enum error_code e;
	struct buf again;

	e = parse(c, FORM_WIRE, (const char *)in.data, in.n, NULL, why);
	if (e != ERR_NONE)
		return (e);
	buf_init(&again, CONTENT_MAX);
	e = content_encode(c, &again);
	if (e == ERR_NONE && !bytes_equal(buf_view(&again), in)) {
		why_set(why, "$: not the canonical form");
		e = ERR_FORMAT;
	}
	buf_free(&again);
	if (e != ERR_NONE)
		content_wipe(c);
	return (e);
}

void
content_set_id(struct content *c, const uint8_t id[static RECORD_ID_LEN])
{

	memcpy(c->id.b, id, RECORD_ID_LEN);
	if (c->kind == CONTENT_OBSERVATION)
		c->u.observation.id = c->id;
	if (c->kind == CONTENT_CORRECTION)
		c->u.correction.now.id = c->id;
}

const struct id_list *
content_links(const struct content *c)
{
	static const struct id_list none;

	switch (c->kind) {
	case CONTENT_OBSERVATION:
		return (&c->u.observation.links);
	case CONTENT_CORRECTION:
		return (&c->u.correction.now.links);
	case CONTENT_QUESTION:
		return (&c->u.question.about);
	case CONTENT_ANSWER:
		return (&c->u.answer.about);
	case CONTENT_TASK:
		return (&c->u.task.about);
	case CONTENT_GOAL:
		return (&c->u.goal.about);
	default:
		return (&none);
	}
}

const struct observation *
content_observation(const struct content *c)
{

	if (c->kind == CONTENT_OBSERVATION)
		return (&c->u.observation);
	if (c->kind == CONTENT_CORRECTION)
		return (&c->u.correction.now);
	return (NULL);
}

void
content_wipe(struct content *c)
{

	sodium_memzero(c, sizeof(*c));
}
