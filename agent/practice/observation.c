#include "agent/practice/observation.h"

#include <stdio.h>
#include <string.h>

#include "agent/practice/fields.h"

static const char *const answers[] = {
	[ASKED_NONE] = "", [ASKED_YES] = "yes", [ASKED_NO] = "no",
	[ASKED_NOT_YET] = "not-yet"
};

static void
read_asked(struct reader *r, const json_t *o, struct asked *out)
{
	static const char *const names[] = { "answer", "by", "on", NULL };
	char path[sizeof(r->path)], word[16];
	json_t *a;
	unsigned i;

	memcpy(path, r->path, sizeof(path));
	a = reader_enter(r, o, "asked");
	if (a == NULL)
		return;
	reader_only(r, a, names);
	reader_text_must(r, a, "answer", word, sizeof(word), 15);
	for (i = ASKED_YES; i <= ASKED_NOT_YET; i++)
		if (strcmp(word, answers[i]) == 0)
			out->answer = (enum asked_answer)i;
	if (out->answer == ASKED_NONE)
		reader_fail(r, "V0", "answer", word,
		    "must be yes, no or not-yet");
	reader_text(r, a, "by", out->by, sizeof(out->by), 47);
	reader_date(r, a, "on", &out->on);
	reader_leave(r, path);
}

static const char *
precision_of(const struct date_text *d)
{

	return (strlen(d->s) == 4 ? "year" : strlen(d->s) == 7 ? "month" :
	    d->s[0] != '\0' ? "day" : "");
}

static void
read_when(struct reader *r, const json_t *o, struct observation *out)
{
	static const char *const names[] = { "from", "to", "precision",
		"recency", NULL };
	char path[sizeof(r->path)], word[16];
	const char *precision;
	json_t *w;

	out->recency = vocabulary_find("RC9");
	memcpy(path, r->path, sizeof(path));
	w = reader_enter(r, o, "when");
	if (w == NULL)
		return;
	reader_only(r, w, names);
	reader_date(r, w, "from", &out->from);
	reader_date(r, w, "to", &out->to);
	reader_code(r, w, "recency", GROUP_RC, "RC9", &out->recency);
	reader_text(r, w, "precision", word, sizeof(word), 15);
	precision = precision_of(out->from.s[0] ? &out->from : &out->to);
	if (out->from.s[0] && out->to.s[0] &&
	    strlen(out->from.s) != strlen(out->to.s))
		reader_fail(r, "V0", "to", out->to.s,
		    "must be as exact as \"from\"");
	if (out->from.s[0] && out->to.s[0] &&
	    strcmp(out->from.s, out->to.s) > 0)
		reader_fail(r, "V0", "to", out->to.s, "is before \"from\"");
	if (word[0] != '\0' && strcmp(word, precision) != 0)
		reader_fail(r, "V0", "precision", word, "does not fit the "
		    "dates: 2026-09-14 is a day, 2026-09 a month");
	reader_leave(r, path);
}

static void
read_send_to(struct reader *r, const json_t *o, struct observation *out)
{
	json_t *v = json_object_get(o, "send_to"), *list;
	const char *id;
	char at[32];
	size_t i;

	out->send_mode = SEND_NONE;
	if (!reader_has(o, "send_to") || r->e != ERR_NONE)
		return;
	if (json_is_string(v)) {
		if (strcmp(json_string_value(v), "allowed") == 0)
			out->send_mode = SEND_ALLOWED;
		else if (strcmp(json_string_value(v), "none") != 0)
			reader_fail(r, "V0", "send_to", json_string_value(v),
			    "must be a list, \"allowed\" or \"none\"");
		return;
	}
	list = reader_list(r, o, "send_to", OBSERVATION_SEND_MAX);
	for (i = 0; r->e == ERR_NONE && i < json_array_size(list); i++) {
		id = json_string_value(json_array_get(list, i));
		(void)snprintf(at, sizeof(at), "send_to[%zu]", i);
		if (id == NULL || !member_id_ok(id)) {
			reader_fail(r, "V0", at, id,
			    "must be the id of an agency");
			return;
		}
		memcpy(out->send_to[out->n_send_to++], id, strlen(id) + 1);
	}
	out->send_mode = SEND_LIST;
}

static void
read_added(struct reader *r, const json_t *o, struct observation *out)
{
	static const char *const names[] = { "id", "is", NULL };
	char path[sizeof(r->path)];
	const json_t *list, *p;
	size_t i;

	list = reader_list(r, o, "persons", OBSERVATION_PERSONS_MAX);
	memcpy(path, r->path, sizeof(path));
	for (i = 0; r->e == ERR_NONE && i < json_array_size(list); i++) {
		p = json_array_get(list, i);
		(void)snprintf(r->path, sizeof(r->path), "$.persons[%zu]", i);
		if (!json_is_object(p)) {
			reader_fail(r, "V0", "id", NULL, "must be an object");
			break;
		}
		reader_only(r, p, names);
		reader_person(r, p, "id", &out->added[i].id);
		/* P1, K1 are the custodian's to give: two could clash. */
		if (out->added[i].id.s[1] != '-')
			reader_fail(r, "V0", "id", out->added[i].id.s,
			    "a person added here gets a random id, K-7f3a");
		reader_text_must(r, p, "is", out->added[i].is,
		    sizeof(out->added[i].is), 80);
		out->n_added++;
	}
	reader_leave(r, path);
}

static void
add_subject(struct observation *o, const struct person_id *p)
{

	if (p->s[0] == '\0' || person_list_has(&o->subjects, p->s) ||
	    o->subjects.n == OBSERVATION_PERSONS_MAX)
		return;
	o->subjects.v[o->subjects.n++] = *p;
}

/* Whom a record is about, where its author did not say (R17 wants it). */
static void
default_subjects(struct observation *o)
{
	size_t i;

	if (o->subjects.n > 0)
		return;
	add_subject(o, &o->actor);
	add_subject(o, &o->owner);
	for (i = 0; i < o->targets.n; i++)
		add_subject(o, &o->targets.v[i]);
}

static void
read_component(struct reader *r, const json_t *o, struct observation *out)
{
	char word[8];

	reader_text_must(r, o, "component", word, sizeof(word), 7);
	out->component = vocabulary_scope_find(word);
	if ((SCOPE_BIT(out->component) & SCOPE_COMPONENTS) == 0)
		reader_fail(r, "V0", "component", word,
		    "must be one of C1 to C5, SR, BC, BA");
}

/* What stays at this agency. */
static void
read_local(struct reader *r, const json_t *o, struct observation *out)
{

	if (r->form == FORM_WIRE)
		return;
	reader_key(r, o, "idempotency_key", out->idempotency_key);
	reader_case(r, o, out->case_local);
	reader_ids(r, o, "links", OBSERVATION_LINKS_MAX, &out->links);
	read_send_to(r, o, out);
}

static void
read_descriptors(struct reader *r, const json_t *o, struct observation *out)
{

	read_when(r, o, out);
	reader_code(r, o, "frequency", GROUP_FQ, "FQ9", &out->frequency);
	reader_code(r, o, "trend", GROUP_TR, "TR9", &out->trend);
	reader_codes(r, o, "triggers", GROUP_TG, 7, &out->triggers);
	reader_code(r, o, "source", GROUP_SRC, NULL, &out->source);
	if (out->source == NULL)
		reader_fail(r, "V0", "source", NULL,
		    "is needed: how is it known? SRC1 to SRC7");
	reader_code(r, o, "corroboration", GROUP_CB, "CB0",
	    &out->corroboration);
	reader_code(r, o, "exactness", GROUP_CT, "CT2", &out->exactness);
	reader_codes(r, o, "danger", GROUP_DM, OBSERVATION_CODES_MAX,
	    &out->danger);
	reader_codes(r, o, "segments", GROUP_SG, OBSERVATION_SMALL_MAX,
	    &out->segments);
	reader_code(r, o, "lawful_basis", GROUP_LB, "LB2",
	    &out->lawful_basis);
	reader_codes(r, o, "pathways", GROUP_PW, 9, &out->pathways);
}

void
observation_from_json(struct reader *r, const json_t *o,
    struct observation *out)
{
	static const char *const names[] = { "schema", "id",
		"idempotency_key", "case", "author", "component", "actor",
		"owner", "relation", "targets", "codes", "text", "quoted",
		"when", "frequency", "trend", "triggers", "source",
		"corroboration", "exactness", "danger", "subjects",
		"segments", "lawful_basis", "pathways", "links", "asked",
		"withhold_from", "persons", "supersedes", "urgent",
		"send_to", NULL };

	memset(out, 0, sizeof(*out));
	reader_only(r, o, names);
	if (r->form == FORM_INPUT && reader_has(o, "id"))
		reader_fail(r, "V0", "id", NULL, "is given by the agent: "
		    "use \"idempotency_key\"");
	reader_id(r, o, "id", &out->id);
	read_local(r, o, out);
	reader_author(r, o, out->account, out->author_role);
	read_component(r, o, out);
	reader_person(r, o, "actor", &out->actor);
	reader_person(r, o, "owner", &out->owner);
	reader_code(r, o, "relation", GROUP_RL, NULL, &out->relation);
	reader_persons(r, o, "targets", &out->targets);
	reader_acts(r, o, "codes", &out->codes);
	if (out->codes.n == 0)
		reader_fail(r, "V0", "codes", NULL,
		    "at least one code is needed: text alone says too little");
	reader_text(r, o, "text", out->text, sizeof(out->text),
	    OBSERVATION_TEXT_MAX);
	reader_flag(r, o, "quoted", &out->quoted);
	read_descriptors(r, o, out);
	reader_persons(r, o, "subjects", &out->subjects);
	read_asked(r, o, &out->asked);
	reader_persons(r, o, "withhold_from", &out->withhold_from);
	read_added(r, o, out);
	out->has_supersedes = reader_has(o, "supersedes");
	reader_id(r, o, "supersedes", &out->supersedes);
	reader_flag(r, o, "urgent", &out->urgent);
	if (r->e == ERR_NONE)
		default_subjects(out);
}

static bool
write_when(json_t *o, const struct observation *in)
{
	json_t *w = json_object();

	if (w == NULL || !writer_text(w, "from", in->from.s) ||
	    !writer_text(w, "to", in->to.s) ||
	    !writer_text(w, "precision", precision_of(in->from.s[0] ?
	    &in->from : &in->to)) ||
	    !writer_code(w, "recency", in->recency)) {
		json_decref(w);
		return (false);
	}
	return (json_object_set_new(o, "when", w) == 0);
}

static bool
write_asked(json_t *o, const struct asked *a)
{
	json_t *w;

	if (a->answer == ASKED_NONE)
		return (true);
	w = json_object();
	if (w == NULL || !writer_text(w, "answer", answers[a->answer]) ||
	    !writer_text(w, "by", a->by) || !writer_text(w, "on", a->on.s)) {
		json_decref(w);
		return (false);
	}
	return (json_object_set_new(o, "asked", w) == 0);
}

static bool
write_added(json_t *o, const struct observation *in)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < in->n_added; i++)
		if (json_array_append_new(list, json_pack("{s:s,s:s}", "id",
		    in->added[i].id.s, "is", in->added[i].is)) != 0)
			goto fail;
	if (in->n_added > 0)
		return (json_object_set_new(o, "persons", list) == 0);
	json_decref(list);
	return (true);
fail:
	json_decref(list);
	return (false);
}

static bool
write_send_to(json_t *o, const struct observation *in)
{
	json_t *list;
	size_t i;

	if (in->send_mode != SEND_LIST)
		return (writer_text(o, "send_to",
		    in->send_mode == SEND_ALLOWED ? "allowed" : "none"));
	list = json_array();
	for (i = 0; i < in->n_send_to; i++)
		if (json_array_append_new(list,
		    json_string(in->send_to[i])) != 0) {
			json_decref(list);
			return (false);
		}
	return (json_object_set_new(o, "send_to", list) == 0);
}

static bool
write_local(json_t *o, const struct observation *in, enum form form)
{

	if (form == FORM_WIRE)
		return (true);
	return (writer_text(o, "idempotency_key", in->idempotency_key) &&
	    writer_case(o, form, in->case_local) &&
	    writer_ids(o, "links", &in->links) && write_send_to(o, in));
}

static bool
write_descriptors(json_t *o, const struct observation *in)
{

	return (write_when(o, in) &&
	    writer_code(o, "frequency", in->frequency) &&
	    writer_code(o, "trend", in->trend) &&
	    writer_codes(o, "triggers", &in->triggers) &&
	    writer_code(o, "source", in->source) &&
	    writer_code(o, "corroboration", in->corroboration) &&
	    writer_code(o, "exactness", in->exactness) &&
	    writer_codes(o, "danger", &in->danger) &&
	    writer_codes(o, "segments", &in->segments) &&
	    writer_code(o, "lawful_basis", in->lawful_basis) &&
	    writer_codes(o, "pathways", &in->pathways));
}

json_t *
observation_to_json(const struct observation *in, enum form form,
    const char *schema)
{
	const char *component = vocabulary_scope_name(in->component);
	json_t *o = json_object();
	bool ok;

	ok = o != NULL && component != NULL &&
	    writer_text(o, "schema", schema) &&
	    (form == FORM_INPUT || writer_id(o, "id", &in->id)) &&
	    write_local(o, in, form) &&
	    writer_author(o, form, in->account, in->author_role) &&
	    writer_text(o, "component", component) &&
	    writer_text(o, "actor", in->actor.s) &&
	    writer_text(o, "owner", in->owner.s) &&
	    writer_code(o, "relation", in->relation) &&
	    writer_persons(o, "targets", &in->targets) &&
	    writer_codes(o, "codes", &in->codes) &&
	    writer_text(o, "text", in->text) &&
	    writer_flag(o, "quoted", in->quoted) &&
	    write_descriptors(o, in) &&
	    writer_persons(o, "subjects", &in->subjects) &&
	    write_asked(o, &in->asked) &&
	    writer_persons(o, "withhold_from", &in->withhold_from) &&
	    write_added(o, in) &&
	    (!in->has_supersedes ||
	    writer_id(o, "supersedes", &in->supersedes)) &&
	    writer_flag(o, "urgent", in->urgent);
	if (!ok) {
		json_decref(o);
		return (NULL);
	}
	return (o);
}

static const char schema_name[] = "wayleave/observation/1";

enum error_code
observation_read(struct observation *o, const char *json, size_t n,
    const char **rule, struct why *why)
{
	struct reader r;
	char schema[48];
	json_t *doc;

	reader_init(&r, FORM_INPUT, why);
	memset(o, 0, sizeof(*o));
	doc = reader_parse(&r, json, n);
	if (doc != NULL) {
		reader_text(&r, doc, "schema", schema, sizeof(schema), 47);
		if (strcmp(schema, schema_name) != 0)
			reader_fail(&r, "V0", "schema", schema,
			    "must be wayleave/observation/1");
		observation_from_json(&r, doc, o);
	}
	json_decref(doc);
	if (rule != NULL)
		*rule = r.e == ERR_NONE ? NULL : r.rule;
	return (r.e);
}

enum error_code
observation_write(const struct observation *o, struct buf *out)
{
	json_t *doc = observation_to_json(o, FORM_INPUT, schema_name);
	enum error_code e;

	if (doc == NULL)
		return (ERR_NOMEM);
	e = writer_dump(doc, out);
	json_decref(doc);
	return (e);
}
