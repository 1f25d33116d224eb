/*
 * From the answers of a conversation to the request that the agent checks,
 * reads back and signs.  Nothing is filled in that was not answered, so that
 * terms_check sees what was left out.
 */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/desk/room.h"
#include "proto/vocabulary.h"

enum { TAG_BYTES = 4, EXCLUSIONS = 4 };

/* ---- names of fields --------------------------------------------------- */

void
room_tag(const char *member, char out[static ROOM_TAG])
{
	uint8_t hash[16];

	crypto_generichash(hash, sizeof hash, (const uint8_t *)member,
	    strlen(member), NULL, 0);
	hex_encode(out, hash, TAG_BYTES);
}

void
room_arrow(char kind, const char *from, const char *to,
    char out[static FORM_NAME_MAX + 1])
{
	char x[ROOM_TAG], y[ROOM_TAG];

	room_tag(from, x);
	room_tag(to, y);
	snprintf(out, FORM_NAME_MAX + 1, "%c.%s.%s", kind, x, y);
}

void
room_about(char kind, const char *member,
    char out[static FORM_NAME_MAX + 1])
{
	char tag[ROOM_TAG];

	room_tag(member, tag);
	snprintf(out, FORM_NAME_MAX + 1, "%c.%s", kind, tag);
}

static const char *
answer(const struct room_facts *f, enum room_page page, const char *name)
{
	return form_text(&f->page[page], name);
}

static const char *
about(const struct room_facts *f, char kind, const char *member)
{
	char name[FORM_NAME_MAX + 1];

	room_about(kind, member, name);
	return answer(f, ROOM_GRID, name);
}

/* Field "born.K1" of the people. */
static const char *
of_person(const struct room_facts *f, const char *what, const char *id)
{
	char name[FORM_NAME_MAX + 1];

	snprintf(name, sizeof name, "%s.%s", what, id);
	return answer(f, ROOM_PEOPLE, name);
}

static bool
is(const struct room_facts *f, enum room_page page, const char *name,
    const char *value)
{
	return strcmp(answer(f, page, name), value) == 0;
}

bool
room_takes_part(const struct room_facts *f, const char *member)
{
	const json_t *m;
	size_t i;

	json_array_foreach(f->members, i, m)
		if (strcmp(json_str(m, "member"), member) == 0)
			return json_yes(m, "own") || form_has(
			    &f->page[ROOM_AGENCIES], "m", member);
	return false;
}

/* ---- whom it is about -------------------------------------------------- */

/* P1, P2, and the children that were named, or the book has. */
static json_t *
subjects(const struct room_facts *f)
{
	json_t *list = json_pack("[s, s]", "P1", "P2");
	const json_t *p;
	char id[8];
	size_t i;

	json_array_foreach(f->persons, i, p)
		if (json_str(p, "id")[0] == 'K' && json_array_size(list) < 8)
			json_array_append_new(list,
			    json_string(json_str(p, "id")));
	if (f->persons != NULL)
		return list;
	for (int k = 1; k <= ROOM_CHILDREN; k++) {
		snprintf(id, sizeof id, "K%d", k);
		if (of_person(f, "name", id)[0] != '\0' ||
		    of_person(f, "born", id)[0] != '\0')
			json_array_append_new(list, json_string(id));
	}
	return list;
}

static void
set_text(json_t *o, const char *key, const char *value)
{
	if (value[0] != '\0')
		json_object_set_new(o, key, json_string(value));
}

static json_t *
conversation(const struct room_facts *f)
{
	json_t *o = json_pack("{s:s, s:s, s:s, s:o, s:[s]}", "principal",
	    "P2", "grantor", "P2", "capacity", "self", "subjects",
	    subjects(f), "lawful_bases", "LB1");
	const enum room_page q = ROOM_QUESTIONS;

	set_text(o, "language", f->language);
	set_text(o, "notice", is(f, q, "heard", "yes") ? f->notice : "");
	set_text(o, "method", answer(f, q, "method"));
	set_text(o, "asked_alone", answer(f, q, "alone"));
	set_text(o, "safe_now", answer(f, q, "safe"));
	set_text(o, "pressed", answer(f, q, "pressed"));
	set_text(o, "interpreter_role", answer(f, q, "interpreter"));
	set_text(o, "interpreter_reference", answer(f, q, "reference"));
	set_text(o, "jurisdiction", f->jurisdiction);
	set_text(o, "law_profile", f->law_profile);
	json_object_set_new(o, "not_condition_of_service",
	    json_boolean(is(f, q, "heard", "yes")));
	json_object_set_new(o, "told_how_to_stop",
	    json_boolean(is(f, q, "stop", "yes")));
	if (answer(f, ROOM_PEOPLE, "asked")[0] != '\0') {
		set_text(o, "conflict_checked", f->today);
		set_text(o, "conflict_checked_by", f->role);
	}
	json_object_set_new(o, "keep_read_days", json_integer(atoi(answer(f,
	    ROOM_GRID, "keep"))));
	return o;
}

/* ---- one permission ---------------------------------------------------- */

/* Somebody close to the person causing harm works there, she says. */
static bool
is_close(const struct room_facts *f, const char *member)
{
	char name[16];

	for (int i = 1; i <= EXCLUSIONS; i++) {
		snprintf(name, sizeof name, "x.at.%d", i);
		if (is(f, ROOM_PEOPLE, name, member))
			return true;
	}
	return false;
}

static const char *
reason(const struct room_facts *f, const char *member)
{
	static const struct { const char *value, *text; } known[] = {
		{ "safety", "safety of P2" },
		{ "children", "safety of the children" },
		{ "both", "safety of P2 and the children" },
	};
	const char *value = about(f, 'r', member);

	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (strcmp(value, known[i].value) == 0)
			return known[i].text;
	return about(f, 'o', member);
}

/* Whoever receives it may have to show papers (R18). */
static void
add_duty(const struct room_facts *f, const json_t *to, json_t *line)
{
	const char *id = json_str(to, "member");

	json_object_set_new(line, "duty_shown",
	    json_string(json_str(to, "duty")));
	if (strcmp(json_str(to, "duty"), "none") == 0)
		return;
	json_object_set_new(line, "duty_confirmed",
	    json_boolean(strcmp(about(f, 'y', id), "yes") == 0));
	if (strcmp(about(f, 'w', id), "P1") == 0) {
		json_object_set_new(line, "withhold_from",
		    json_pack("[s]", "P1"));
		set_text(line, "withhold_reason", reason(f, id));
	}
}

static void
add_agreement(json_t *list, const char *person, const char *segment,
    const char *capacity, const char *on)
{
	json_t *o;

	if (person[0] == '\0' || on[0] == '\0' || json_array_size(list) == 4)
		return;
	o = json_pack("{s:s, s:s, s:s}", "person", person, "capacity",
	    capacity[0] != '\0' ? capacity : "patient", "on", on);
	set_text(o, "segment", segment);
	json_array_append_new(list, o);
}

/* Others whose yes it rests on (R11, R12); only where it tells of them. */
static void
add_agreements(const struct room_facts *f, const char *scopes, json_t *line)
{
	static const char *const treatment[] = { "SG1", "SG2" };
	json_t *list = json_array();
	char id[8];

	for (int i = 0; i < 2; i++)
		if (form_has(&f->page[ROOM_GRID], scopes, treatment[i]))
			add_agreement(list, of_person(f, "whose",
			    treatment[i]), treatment[i], of_person(f, "by",
			    treatment[i]), of_person(f, "on", treatment[i]));
	for (int k = 1; k <= ROOM_CHILDREN && (form_has(&f->page[ROOM_GRID],
	    scopes, "C4") || form_has(&f->page[ROOM_GRID], scopes, "SG3"));
	    k++) {
		snprintf(id, sizeof id, "K%d", k);
		add_agreement(list, id, "", "child", of_person(f, "agreed",
		    id));
	}
	if (json_array_size(list) > 0)
		json_object_set_new(line, "agreements", list);
	else
		json_decref(list);
}

static json_t *
line_of(const struct room_facts *f, const json_t *from, const json_t *to,
    json_t *scopes, const char *purpose, const char *days)
{
	const char *id = json_str(to, "member");
	json_t *line = json_pack("{s:s, s:[s], s:o, s:s, s:i}", "from",
	    json_str(from, "member"), "to", id, "scopes", scopes, "purpose",
	    purpose, "days", atoi(days));

	add_duty(f, to, line);
	if (answer(f, ROOM_PEOPLE, "asked")[0] != '\0')
		set_text(line, "conflict_found", is_close(f, id) ? "yes" :
		    "no");
	if (form_has(&f->page[ROOM_PEOPLE], "closed", id))
		json_object_set_new(line, "closed_desk", json_true());
	return line;
}

/* The parts that are ticked for an arrow; who she is goes apart, since a
 * permission for that says nothing else. */
static json_t *
parts(const struct form *grid, const char *name, bool *who)
{
	json_t *list = json_array();

	*who = false;
	for (int s = SCOPE_NONE + 1; s < SCOPE_END; s++) {
		const char *scope = vocabulary_scope_name(
		    (enum vocabulary_scope)s);

		if (!form_has(grid, name, scope))
			continue;
		if (s == SCOPE_ID)
			*who = true;
		else
			json_array_append_new(list, json_string(scope));
	}
	return list;
}

static void
add_arrow(const struct room_facts *f, const json_t *from, const json_t *to,
    json_t *grants)
{
	const struct form *grid = &f->page[ROOM_GRID];
	char s[FORM_NAME_MAX + 1], p[FORM_NAME_MAX + 1], d[FORM_NAME_MAX + 1];
	json_t *scopes, *line;
	bool who;

	room_arrow('s', json_str(from, "member"), json_str(to, "member"), s);
	room_arrow('p', json_str(from, "member"), json_str(to, "member"), p);
	room_arrow('d', json_str(from, "member"), json_str(to, "member"), d);
	scopes = parts(grid, s, &who);
	if (json_array_size(scopes) > 0) {
		line = line_of(f, from, to, scopes, form_text(grid, p),
		    form_text(grid, d));
		add_agreements(f, s, line);
		json_array_append_new(grants, line);
	} else
		json_decref(scopes);
	if (who && json_yes(from, "own"))
		json_array_append_new(grants, line_of(f, from, to,
		    json_pack("[s]", "ID"), "PU01", form_text(grid, d)));
}

/* An agency that she left out after the red notice gets nothing. */
static bool
is_left_out(const struct room_facts *f, const json_t *to)
{
	return strcmp(json_str(to, "duty"), "none") != 0 &&
	    strcmp(about(f, 'y', json_str(to, "member")), "no") == 0;
}

static json_t *
grants(const struct room_facts *f)
{
	json_t *list = json_array();
	const json_t *from, *to;
	size_t i, k;

	json_array_foreach(f->members, i, from) {
		if (!room_takes_part(f, json_str(from, "member")))
			continue;
		json_array_foreach(f->members, k, to)
			if (k != i && !is_left_out(f, to) &&
			    room_takes_part(f, json_str(to, "member")))
				add_arrow(f, from, to, list);
	}
	return list;
}

bool
room_is_told(const struct room_facts *f, const char *member)
{
	const json_t *from;
	char name[FORM_NAME_MAX + 1];
	size_t i;

	json_array_foreach(f->members, i, from) {
		room_arrow('s', json_str(from, "member"), member, name);
		if (room_takes_part(f, json_str(from, "member")) &&
		    form_text(&f->page[ROOM_GRID], name)[0] != '\0')
			return true;
	}
	return false;
}

/* ---- the introduction -------------------------------------------------- */

static void
add_person(const struct room_facts *f, const char *id, json_t *persons)
{
	json_t *o;

	if (of_person(f, "name", id)[0] == '\0')
		return;
	o = json_pack("{s:s, s:s}", "id", id, "name", of_person(f, "name",
	    id));
	set_text(o, "born", of_person(f, "born", id));
	set_text(o, "find_by", of_person(f, "find", id));
	json_array_append_new(persons, o);
}

static json_t *
exclusions(const struct room_facts *f)
{
	json_t *list = json_array();
	char i[4];

	for (int k = 1; k <= EXCLUSIONS; k++) {
		json_t *o;

		snprintf(i, sizeof i, "%d", k);
		if (of_person(f, "x.name", i)[0] == '\0')
			continue;
		o = json_pack("{s:s}", "name", of_person(f, "x.name", i));
		set_text(o, "relation", of_person(f, "x.rel", i));
		json_array_append_new(list, o);
	}
	return list;
}

/* NULL when the case has its book already. */
static json_t *
introduction(const struct room_facts *f)
{
	json_t *persons, *o;
	char id[8];

	if (f->persons != NULL)
		return NULL;
	persons = json_array();
	add_person(f, "P1", persons);
	add_person(f, "P2", persons);
	for (int k = 1; k <= ROOM_CHILDREN; k++) {
		snprintf(id, sizeof id, "K%d", k);
		add_person(f, id, persons);
	}
	o = json_pack("{s:s, s:o, s:o}", "schema", "wayleave/introduction/1",
	    "persons", persons, "exclusions", exclusions(f));
	set_text(o, "safe_contact", answer(f, ROOM_PEOPLE, "contact"));
	return o;
}

/* ---- the request ------------------------------------------------------- */

static json_t *
close_agencies(const struct room_facts *f)
{
	json_t *list = json_array();
	const json_t *m;
	size_t i;

	json_array_foreach(f->members, i, m)
		if (is_close(f, json_str(m, "member")))
			json_array_append_new(list,
			    json_string(json_str(m, "member")));
	return list;
}

static json_t *
own_line(const struct room_facts *f)
{
	json_t *list = json_array();
	char id[8];

	for (int k = 1; k <= ROOM_CHILDREN; k++) {
		snprintf(id, sizeof id, "K%d", k);
		if (strcmp(of_person(f, "own", id), "yes") == 0)
			json_array_append_new(list, json_string(id));
	}
	return list;
}

json_t *
room_request(const struct room_facts *f)
{
	json_t *o = json_pack("{s:{s:s, s:o, s:o}, s:o, s:o}", "set",
	    "schema", "wayleave/consent-set/1", "conversation",
	    conversation(f), "grants", grants(f), "close", close_agencies(f),
	    "own_line", own_line(f));
	json_t *in = introduction(f);

	if (in != NULL)
		json_object_set_new(o, "introduction", in);
	if (is(f, ROOM_GRID, "wait", "no"))
		set_text(o, "waiver", answer(f, ROOM_GRID, "waiver"));
	return o;
}

void
room_seal(const struct room_facts *f, char out[static ROOM_SEAL])
{
	json_t *o = room_request(f);
	char *text = json_dumps(o, JSON_COMPACT | JSON_SORT_KEYS);
	uint8_t hash[16] = { 0 };

	if (text != NULL) {
		crypto_generichash(hash, sizeof hash, (const uint8_t *)text,
		    strlen(text), NULL, 0);
		sodium_memzero(text, strlen(text));
	}
	hex_encode(out, hash, sizeof hash);
	free(text);
	json_decref(o);
}
