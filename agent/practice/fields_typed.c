#include <stdio.h>
#include <string.h>

#include "agent/practice/fields.h"

/* The code `s`, of group g; with g == GROUP_NONE one that has a scope. */
static const struct vocabulary_code *
code_of(struct reader *r, const char *name, const char *s,
    enum vocabulary_group g)
{
	const struct vocabulary_code *c = vocabulary_find(s);
	char text[80];

	if (c == NULL) {
		reader_fail(r, "V8", name, s, "this code is unknown here: "
		    "correct it, or ask IT to update the vocabulary");
		return (NULL);
	}
	if (g == GROUP_NONE && c->group == GROUP_DM) {
		reader_fail(r, "V0", name, s,
		    "a danger marker belongs in \"danger\"");
		return (NULL);
	}
	if (g == GROUP_NONE ? c->scope == SCOPE_NONE : c->group != g) {
		(void)snprintf(text, sizeof(text), "cannot stand here%s%s",
		    g == GROUP_NONE ? "" : ": expected one of ",
		    vocabulary_group_name(g));
		reader_fail(r, "V0", name, s, text);
		return (NULL);
	}
	if (r->form == FORM_INPUT && (c->flags & VOCABULARY_RETIRED) != 0) {
		reader_fail(r, "V8", name, s, "this code is retired");
		return (NULL);
	}
	return (c);
}

void
reader_code(struct reader *r, const json_t *o, const char *name,
    enum vocabulary_group g, const char *absent,
    const struct vocabulary_code **out)
{
	const char *s = reader_string(r, o, name);

	*out = absent == NULL ? NULL : vocabulary_find(absent);
	if (s != NULL)
		*out = code_of(r, name, s, g);
}

void
reader_codes(struct reader *r, const json_t *o, const char *name,
    enum vocabulary_group g, size_t max, struct code_list *out)
{
	const struct vocabulary_code *c;
	const json_t *v, *list;
	char at[48];
	size_t i;

	out->n = 0;
	if (max > OBSERVATION_CODES_MAX)
		max = OBSERVATION_CODES_MAX;
	list = reader_list(r, o, name, max);
	for (i = 0; r->e == ERR_NONE && i < json_array_size(list); i++) {
		v = json_array_get(list, i);
		(void)snprintf(at, sizeof(at), "%s[%zu]", name, i);
		if (!json_is_string(v)) {
			reader_fail(r, "V0", at, NULL, "must be a code");
			return;
		}
		c = code_of(r, at, json_string_value(v), g);
		if (c == NULL)
			return;
		if (code_list_has(out, c->id)) {
			reader_fail(r, "V0", at, c->id, "is there twice");
			return;
		}
		out->v[out->n++] = c;
	}
}

void
reader_acts(struct reader *r, const json_t *o, const char *name,
    struct code_list *out)
{

	reader_codes(r, o, name, GROUP_NONE, OBSERVATION_CODES_MAX, out);
}

static void
put_person(struct reader *r, const char *name, const char *s,
    struct person_id *out)
{

	if (!person_id_ok(s)) {
		reader_fail(r, "V0", name, s, "a person is P1, K2 or K-7f3a, "
		    "never a name");
		return;
	}
	(void)snprintf(out->s, sizeof(out->s), "%s", s);
}

void
reader_person(struct reader *r, const json_t *o, const char *name,
    struct person_id *out)
{
	const char *s = reader_string(r, o, name);

	memset(out, 0, sizeof(*out));
	if (s != NULL)
		put_person(r, name, s, out);
}

void
reader_persons(struct reader *r, const json_t *o, const char *name,
    struct person_list *out)
{
	const json_t *v, *list;
	char at[48];
	size_t i;

	memset(out, 0, sizeof(*out));
	list = reader_list(r, o, name, OBSERVATION_PERSONS_MAX);
	for (i = 0; r->e == ERR_NONE && i < json_array_size(list); i++) {
		v = json_array_get(list, i);
		(void)snprintf(at, sizeof(at), "%s[%zu]", name, i);
		if (!json_is_string(v)) {
			reader_fail(r, "V0", at, NULL, "must be a person");
			return;
		}
		if (person_list_has(out, json_string_value(v))) {
			reader_fail(r, "V0", at, json_string_value(v),
			    "is there twice");
			return;
		}
		put_person(r, at, json_string_value(v), &out->v[out->n]);
		out->n++;
	}
}

static void
put_id(struct reader *r, const char *name, const char *s,
    struct record_id *out)
{

	if (!hex_decode(out->b, RECORD_ID_LEN, s))
		reader_fail(r, "V0", name, s, "must be a record id, "
		    "32 hexadecimal digits");
}

void
reader_id(struct reader *r, const json_t *o, const char *name,
    struct record_id *out)
{
	const char *s = reader_string(r, o, name);

	memset(out, 0, sizeof(*out));
	if (s != NULL)
		put_id(r, name, s, out);
}

void
reader_ids(struct reader *r, const json_t *o, const char *name, size_t max,
    struct id_list *out)
{
	const json_t *v, *list;
	char at[48];
	size_t i;

	memset(out, 0, sizeof(*out));
	list = reader_list(r, o, name, max < OBSERVATION_LINKS_MAX ? max :
	    OBSERVATION_LINKS_MAX);
	for (i = 0; r->e == ERR_NONE && i < json_array_size(list); i++) {
		v = json_array_get(list, i);
		(void)snprintf(at, sizeof(at), "%s[%zu]", name, i);
		if (!json_is_string(v)) {
			reader_fail(r, "V0", at, NULL, "must be a record id");
			return;
		}
		put_id(r, at, json_string_value(v), &out->v[out->n++]);
	}
}

void
reader_date(struct reader *r, const json_t *o, const char *name,
    struct date_text *out)
{
	const char *s = reader_string(r, o, name);

	memset(out, 0, sizeof(*out));
	if (s == NULL)
		return;
	if (!date_text_ok(s)) {
		reader_fail(r, "V0", name, s,
		    "must be a date: 2026-09-14, 2026-09 or 2026");
		return;
	}
	(void)snprintf(out->s, sizeof(out->s), "%s", s);
}

void
reader_flag(struct reader *r, const json_t *o, const char *name, bool *out)
{
	const json_t *v;

	*out = false;
	if (r->e != ERR_NONE || !reader_has(o, name))
		return;
	v = json_object_get(o, name);
	if (!json_is_boolean(v))
		reader_fail(r, "V0", name, NULL, "must be true or false");
	else
		*out = json_is_true(v);
}

void
reader_member(struct reader *r, const json_t *o, const char *name,
    char out[static MEMBER_ID_MAX + 1])
{
	const char *s = reader_string(r, o, name);

	out[0] = '\0';
	if (s == NULL)
		return;
	if (!member_id_ok(s)) {
		reader_fail(r, "V0", name, s, "must be the id of an agency");
		return;
	}
	memcpy(out, s, strlen(s) + 1);
}

void
reader_key(struct reader *r, const json_t *o, const char *name,
    char out[static 33])
{
	const char *s = reader_string(r, o, name);
	uint8_t raw[16];

	out[0] = '\0';
	if (s == NULL)
		return;
	if (!hex_decode(raw, sizeof(raw), s)) {
		reader_fail(r, "V0", name, s, "must be 32 hexadecimal digits");
		return;
	}
	memcpy(out, s, 33);
}

void
reader_author(struct reader *r, const json_t *o, char account[static 64],
    char role[static 48])
{
	static const char *const all[] = { "account", "role", NULL };
	static const char *const wire[] = { "role", NULL };
	char path[sizeof(r->path)];
	json_t *a;

	account[0] = role[0] = '\0';
	memcpy(path, r->path, sizeof(path));
	a = reader_enter(r, o, "author");
	if (a == NULL)
		return;
	reader_only(r, a, r->form == FORM_WIRE ? wire : all);
	reader_text(r, a, "account", account, 64, 63);
	reader_text(r, a, "role", role, 48, 47);
	reader_leave(r, path);
}

void
reader_case(struct reader *r, const json_t *o, char local[static 64])
{
	static const char *const names[] = { "local", NULL };
	char path[sizeof(r->path)];
	json_t *c;

	local[0] = '\0';
	memcpy(path, r->path, sizeof(path));
	c = reader_enter(r, o, "case");
	if (c == NULL)
		return;
	reader_only(r, c, names);
	reader_text(r, c, "local", local, 64, 63);
	reader_leave(r, path);
}

void
reader_scopes(struct reader *r, const json_t *o, const char *name,
    scope_set *out)
{
	enum vocabulary_scope s;
	const json_t *v, *list;
	char at[48];
	size_t i;

	*out = 0;
	list = reader_list(r, o, name, SCOPE_END);
	for (i = 0; r->e == ERR_NONE && i < json_array_size(list); i++) {
		v = json_array_get(list, i);
		s = vocabulary_scope_find(json_string_value(v));
		if (s == SCOPE_NONE) {
			(void)snprintf(at, sizeof(at), "%s[%zu]", name, i);
			reader_fail(r, "V0", at, json_string_value(v),
			    "no such part of a record");
			return;
		}
		*out |= SCOPE_BIT(s);
	}
}
