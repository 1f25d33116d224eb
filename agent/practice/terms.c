#include "agent/practice/terms.h"

#include <stdio.h>
#include <string.h>

#include "agent/practice/fields.h"

static const char *const capacities[CAPACITY_END] = {
	[CAPACITY_UNSET] = "",
#define X(id, name) [id] = name,
	TERMS_CAPACITIES(X)
};
static const char *const methods[METHOD_END] = {
	[METHOD_UNSET] = "", TERMS_METHODS(X)
};
static const char *const duties[DUTY_END] = {
	[DUTY_UNSET] = "", TERMS_DUTIES(X)
#undef X
};
static const char *const answers[] = {
	[ANSWER_UNSET] = "", [ANSWER_YES] = "yes", [ANSWER_NO] = "no"
};

static const char schema[] = "wayleave/terms/1";

/* One word out of a table; absent is index 0. */
static unsigned
read_word(struct reader *r, const json_t *o, const char *name,
    const char *const *table, unsigned n)
{
	char word[32];
	unsigned i;

	reader_text(r, o, name, word, sizeof(word), 31);
	for (i = 0; i < n; i++)
		if (strcmp(word, table[i]) == 0)
			return (i);
	reader_fail(r, "V0", name, word, "no such value");
	return (0);
}

static uint64_t
read_number(struct reader *r, const json_t *o, const char *name)
{
	const json_t *v = json_object_get(o, name);

	if (r->e != ERR_NONE || v == NULL)
		return (0);
	if (!json_is_integer(v) || json_integer_value(v) < 0) {
		reader_fail(r, "V0", name, NULL, "must be a whole number");
		return (0);
	}
	return ((uint64_t)json_integer_value(v));
}

static void
read_agreements(struct reader *r, const json_t *o, struct terms *t)
{
	static const char *const names[] = { "person", "segment", "capacity",
		"on", NULL };
	char path[sizeof(r->path)], word[8];
	struct terms_agreement *a;
	json_t *list, *v;
	size_t i;

	memcpy(path, r->path, sizeof(path));
	list = reader_list(r, o, "agreements",
	    sizeof(t->agreements) / sizeof(t->agreements[0]));
	json_array_foreach(list, i, v) {
		a = &t->agreements[t->n_agreements++];
		(void)snprintf(r->path, sizeof(r->path), "$.agreements[%zu]",
		    i);
		reader_only(r, v, names);
		reader_person(r, v, "person", &a->person);
		reader_text(r, v, "segment", word, sizeof(word), 7);
		a->segment = vocabulary_scope_find(word);
		if (word[0] != '\0' &&
		    (SCOPE_BIT(a->segment) & SCOPE_SEGMENTS) == 0)
			reader_fail(r, "V0", "segment", word,
			    "must be SG1, SG2 or SG3");
		a->capacity = (enum terms_capacity)read_word(r, v, "capacity",
		    capacities, CAPACITY_END);
		reader_date(r, v, "on", &a->on);
	}
	reader_leave(r, path);
}

static void
read_case_id(struct reader *r, const json_t *o, struct terms *t)
{
	struct record_id id;

	reader_id(r, o, "case", &id);
	memcpy(t->case_id, id.b, sizeof(t->case_id));
}

/* Who, to whom, about whom. */
static void
read_parties(struct reader *r, const json_t *o, struct terms *t)
{

	read_case_id(r, o, t);
	reader_member(r, o, "sender", t->sender);
	reader_member(r, o, "recipient", t->recipient);
	reader_member(r, o, "intermediary", t->intermediary);
	reader_person(r, o, "principal", &t->principal);
	reader_persons(r, o, "subjects", &t->subjects);
	reader_person(r, o, "grantor", &t->grantor);
	t->capacity = (enum terms_capacity)read_word(r, o, "capacity",
	    capacities, CAPACITY_END);
	reader_text(r, o, "witness_role", t->witness_role,
	    sizeof(t->witness_role), 47);
	reader_person(r, o, "witness", &t->witness);
}

/* What, why, how long. */
static void
read_substance(struct reader *r, const json_t *o, struct terms *t)
{
	uint64_t days;

	reader_scopes(r, o, "scopes", &t->scopes);
	reader_code(r, o, "purpose", GROUP_PU, NULL, &t->purpose);
	t->from = read_number(r, o, "from");
	t->until = read_number(r, o, "until");
	days = read_number(r, o, "keep_read_days");
	if (days > 30)
		reader_fail(r, "V0", "keep_read_days", NULL, "at most 30");
	t->keep_read_days = (unsigned)(days & 0xff);
	reader_codes(r, o, "lawful_bases", GROUP_LB, 6, &t->lawful_bases);
	t->duty_shown = (enum terms_duty)read_word(r, o, "duty_shown",
	    duties, DUTY_END);
	reader_flag(r, o, "duty_confirmed", &t->duty_confirmed);
	reader_persons(r, o, "withhold_from", &t->withhold_from);
	reader_text(r, o, "withhold_reason", t->withhold_reason,
	    sizeof(t->withhold_reason), 80);
	read_agreements(r, o, t);
}

/* How the conversation was. */
static void
read_conversation(struct reader *r, const json_t *o, struct terms *t)
{

	t->method = (enum terms_method)read_word(r, o, "method", methods,
	    METHOD_END);
	reader_text(r, o, "notice", t->notice, sizeof(t->notice), 47);
	reader_text(r, o, "language", t->language, sizeof(t->language), 11);
	reader_text(r, o, "interpreter_role", t->interpreter_role,
	    sizeof(t->interpreter_role), 47);
	reader_person(r, o, "interpreter", &t->interpreter);
	reader_text(r, o, "interpreter_reference", t->interpreter_reference,
	    sizeof(t->interpreter_reference), 47);
	t->asked_alone = (enum terms_answer)read_word(r, o, "asked_alone",
	    answers, 3);
	t->safe_now = (enum terms_answer)read_word(r, o, "safe_now", answers,
	    3);
	t->pressed = (enum terms_answer)read_word(r, o, "pressed", answers,
	    3);
	reader_flag(r, o, "not_condition_of_service",
	    &t->not_condition_of_service);
	reader_flag(r, o, "told_how_to_stop", &t->told_how_to_stop);
	reader_text(r, o, "jurisdiction", t->jurisdiction,
	    sizeof(t->jurisdiction), 11);
	reader_text(r, o, "law_profile", t->law_profile,
	    sizeof(t->law_profile), 11);
	reader_date(r, o, "conflict_checked", &t->conflict_checked);
	reader_text(r, o, "conflict_checked_by", t->conflict_checked_by,
	    sizeof(t->conflict_checked_by), 47);
	t->conflict_found = (enum terms_answer)read_word(r, o,
	    "conflict_found", answers, 3);
	reader_flag(r, o, "closed_desk", &t->closed_desk);
}

void
terms_from_json(struct reader *r, const json_t *o, struct terms *t)
{
	static const char *const names[] = { "schema", "case", "sender",
		"recipient", "intermediary", "principal", "subjects",
		"grantor", "capacity", "witness_role", "witness", "scopes",
		"purpose", "from", "until", "keep_read_days", "lawful_bases",
		"duty_shown", "duty_confirmed", "withhold_from",
		"withhold_reason", "agreements", "method", "notice",
		"language", "interpreter_role", "interpreter",
		"interpreter_reference", "asked_alone", "safe_now",
		"pressed", "not_condition_of_service", "told_how_to_stop",
		"jurisdiction", "law_profile", "conflict_checked",
		"conflict_checked_by", "conflict_found", "closed_desk",
		NULL };
	char word[32];

	reader_only(r, o, names);
	reader_text(r, o, "schema", word, sizeof(word), 31);
	if (strcmp(word, schema) != 0)
		reader_fail(r, "V0", "schema", word,
		    "must be wayleave/terms/1");
	read_parties(r, o, t);
	read_substance(r, o, t);
	read_conversation(r, o, t);
}

static bool
write_parties(json_t *o, const struct terms *t)
{
	struct record_id id;

	memcpy(id.b, t->case_id, sizeof(id.b));
	return (writer_text(o, "schema", schema) &&
	    writer_id(o, "case", &id) && writer_text(o, "sender", t->sender) &&
	    writer_text(o, "recipient", t->recipient) &&
	    writer_text(o, "intermediary", t->intermediary) &&
	    writer_text(o, "principal", t->principal.s) &&
	    writer_persons(o, "subjects", &t->subjects) &&
	    writer_text(o, "grantor", t->grantor.s) &&
	    writer_text(o, "capacity", capacities[t->capacity]) &&
	    writer_text(o, "witness_role", t->witness_role) &&
	    writer_text(o, "witness", t->witness.s));
}

static bool
write_agreements(json_t *o, const struct terms *t)
{
	const struct terms_agreement *a;
	json_t *list = json_array(), *v;
	bool ok = list != NULL;
	size_t i;

	if (t->n_agreements == 0) {
		json_decref(list);
		return (true);
	}
	for (i = 0; ok && i < t->n_agreements; i++) {
		a = &t->agreements[i];
		v = json_object();
		ok = v != NULL && writer_text(v, "person", a->person.s) &&
		    (a->segment == SCOPE_NONE || writer_text(v, "segment",
		    vocabulary_scope_name(a->segment))) &&
		    writer_text(v, "capacity", capacities[a->capacity]) &&
		    writer_text(v, "on", a->on.s);
		ok = json_array_append_new(list, v) == 0 && ok;
	}
	return (json_object_set_new(o, "agreements", list) == 0 && ok);
}

static bool
write_number(json_t *o, const char *name, uint64_t v)
{

	return (json_object_set_new(o, name,
	    json_integer((json_int_t)v)) == 0);
}

static bool
write_substance(json_t *o, const struct terms *t)
{

	return (writer_scopes(o, "scopes", t->scopes) &&
	    writer_code(o, "purpose", t->purpose) &&
	    write_number(o, "from", t->from) &&
	    write_number(o, "until", t->until) &&
	    write_number(o, "keep_read_days", t->keep_read_days) &&
	    writer_codes(o, "lawful_bases", &t->lawful_bases) &&
	    writer_text(o, "duty_shown", duties[t->duty_shown]) &&
	    writer_flag(o, "duty_confirmed", t->duty_confirmed) &&
	    writer_persons(o, "withhold_from", &t->withhold_from) &&
	    writer_text(o, "withhold_reason", t->withhold_reason) &&
	    write_agreements(o, t));
}

static bool
write_conversation(json_t *o, const struct terms *t)
{

	return (writer_text(o, "method", methods[t->method]) &&
	    writer_text(o, "notice", t->notice) &&
	    writer_text(o, "language", t->language) &&
	    writer_text(o, "interpreter_role", t->interpreter_role) &&
	    writer_text(o, "interpreter", t->interpreter.s) &&
	    writer_text(o, "interpreter_reference",
	    t->interpreter_reference) &&
	    writer_text(o, "asked_alone", answers[t->asked_alone]) &&
	    writer_text(o, "safe_now", answers[t->safe_now]) &&
	    writer_text(o, "pressed", answers[t->pressed]) &&
	    writer_flag(o, "not_condition_of_service",
	    t->not_condition_of_service) &&
	    writer_flag(o, "told_how_to_stop", t->told_how_to_stop) &&
	    writer_text(o, "jurisdiction", t->jurisdiction) &&
	    writer_text(o, "law_profile", t->law_profile) &&
	    writer_text(o, "conflict_checked", t->conflict_checked.s) &&
	    writer_text(o, "conflict_checked_by", t->conflict_checked_by) &&
	    writer_text(o, "conflict_found", answers[t->conflict_found]) &&
	    writer_flag(o, "closed_desk", t->closed_desk));
}

enum error_code
terms_encode(const struct terms *t, struct buf *out)
{
	enum error_code e = ERR_NOMEM;
	json_t *o = json_object();

	if (o == NULL || t->capacity >= CAPACITY_END ||
	    t->method >= METHOD_END || t->duty_shown >= DUTY_END)
		goto out;
	if (!write_parties(o, t) || !write_substance(o, t) ||
	    !write_conversation(o, t))
		goto out;
	buf_put(out, t->random, sizeof(t->random));
	e = writer_dump(o, out);
	if (e == ERR_NONE && out->n > TERMS_MAX)
		e = ERR_SIZE;
out:
	json_decref(o);
	return (e);
}

enum error_code
terms_decode(struct terms *t, struct bytes in, struct why *why)
{
	const uint8_t *random;
	struct bytes whole = in;
	struct reader r;
	struct buf again;
	json_t *o;

	reader_init(&r, FORM_WIRE, why);
	memset(t, 0, sizeof(*t));
	if (in.n > TERMS_MAX || !bytes_take(&in, TERMS_RANDOM_LEN, &random)) {
		why_set(why, "terms: too short or too long");
		return (ERR_SIZE);
	}
	memcpy(t->random, random, TERMS_RANDOM_LEN);
	o = reader_parse(&r, (const char *)in.data, in.n);
	if (o != NULL)
		terms_from_json(&r, o, t);
	json_decref(o);
	if (r.e != ERR_NONE)
		goto out;
	/* One way to write the same terms: their hash is in the grant. */
	buf_init(&again, TERMS_MAX);
	r.e = terms_encode(t, &again);
	if (r.e == ERR_NONE && !bytes_equal(buf_view(&again), whole)) {
		why_set(why, "terms: not the canonical form");
		r.e = ERR_FORMAT;
	}
	buf_free(&again);
out:
	if (r.e != ERR_NONE)
		memset(t, 0, sizeof(*t));
	return (r.e);
}
