#include "agent/practice/fields.h"

#include <stdio.h>
#include <string.h>

void
reader_init(struct reader *r, enum form form, struct why *why)
{

	memset(r, 0, sizeof(*r));
	r->form = form;
	r->e = ERR_NONE;
	r->rule = "V0";
	r->why = why;
	(void)snprintf(r->path, sizeof(r->path), "$");
}

void
reader_fail(struct reader *r, const char *rule, const char *name,
    const char *value, const char *text)
{

	if (r->e != ERR_NONE)
		return;
	r->e = ERR_FORMAT;
	r->rule = rule;
	if (value != NULL)
		why_set(r->why, "%s.%s: \"%.40s\": %s [%s]", r->path, name,
		    value, text, rule);
	else
		why_set(r->why, "%s.%s: %s [%s]", r->path, name, text, rule);
}

/*
 * Brackets outside strings, before the parser recurses.  Returns the deepest
 * level; unbalanced text is left to the parser.
 */
static size_t
depth_of(const char *json, size_t n)
{
	size_t i, depth = 0, deepest = 0;
	bool in_string = false;

	for (i = 0; i < n; i++) {
		if (in_string) {
			if (json[i] == '\\')
				i++;
			else if (json[i] == '"')
				in_string = false;
		} else if (json[i] == '"')
			in_string = true;
		else if (json[i] == '{' || json[i] == '[') {
			if (++depth > deepest)
				deepest = depth;
		} else if ((json[i] == '}' || json[i] == ']') && depth > 0)
			depth--;
	}
	return (deepest);
}

json_t *
reader_parse(struct reader *r, const char *json, size_t n)
{
	json_error_t err;
	json_t *o;

	if (n > OBSERVATION_JSON_MAX) {
		r->e = ERR_SIZE;
		why_set(r->why, "$: longer than %d bytes: send less text; "
		    "there are no attachments [V0]", OBSERVATION_JSON_MAX);
		return (NULL);
	}
	if (depth_of(json, n) > FIELDS_DEPTH_MAX) {
		r->e = ERR_FORMAT;
		why_set(r->why, "$: nested deeper than %d [V0]",
		    FIELDS_DEPTH_MAX);
		return (NULL);
	}
	o = json_loadb(json, n, JSON_REJECT_DUPLICATES, &err);
	if (o == NULL) {
		r->e = ERR_FORMAT;
		/* The parser's text may quote the document: place alone. */
		why_set(r->why, "line %d, column %d: not JSON [V0]",
		    err.line, err.column);
		return (NULL);
	}
	if (!json_is_object(o)) {
		r->e = ERR_FORMAT;
		why_set(r->why, "$: not an object [V0]");
		json_decref(o);
		return (NULL);
	}
	return (o);
}

void
reader_only(struct reader *r, const json_t *o, const char *const *names)
{
	const char *key;
	json_t *v;
	size_t i;

	if (r->e != ERR_NONE)
		return;
	/* The macro wants an object it might change; it does not. */
	json_object_foreach((json_t *)(uintptr_t)o, key, v) {
		for (i = 0; names[i] != NULL; i++)
			if (strcmp(names[i], key) == 0)
				break;
		if (names[i] == NULL) {
			reader_fail(r, "V0", "", key,
			    "no such field here: take it out");
			return;
		}
	}
}

bool
reader_has(const json_t *o, const char *name)
{
	const json_t *v = json_object_get(o, name);

	return (v != NULL && !json_is_null(v));
}

json_t *
reader_enter(struct reader *r, const json_t *o, const char *name)
{
	json_t *v;
	size_t n;

	if (r->e != ERR_NONE || !reader_has(o, name))
		return (NULL);
	v = json_object_get(o, name);
	if (!json_is_object(v)) {
		reader_fail(r, "V0", name, NULL, "must be an object");
		return (NULL);
	}
	n = strlen(r->path);
	(void)snprintf(r->path + n, sizeof(r->path) - n, ".%s", name);
	return (v);
}

void
reader_leave(struct reader *r, const char *path)
{

	(void)snprintf(r->path, sizeof(r->path), "%s", path);
}

json_t *
reader_list(struct reader *r, const json_t *o, const char *name, size_t max)
{
	char text[48];
	json_t *v;

	if (r->e != ERR_NONE || !reader_has(o, name))
		return (NULL);
	v = json_object_get(o, name);
	if (!json_is_array(v)) {
		reader_fail(r, "V0", name, NULL, "must be a list");
		return (NULL);
	}
	if (json_array_size(v) > max) {
		(void)snprintf(text, sizeof(text), "at most %zu entries", max);
		reader_fail(r, "V0", name, NULL, text);
		return (NULL);
	}
	return (v);
}

/* Length in characters; the parser has made sure that it is UTF-8. */
static size_t
characters(const char *s)
{
	size_t n = 0;

	for (; *s != '\0'; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return (n);
}

/*
 * Control characters could drive the terminal of whoever reads it, and
 * direction marks could turn a sentence round: both are refused.
 */
static bool
printable(const char *s)
{
	const unsigned char *p = (const unsigned char *)s;

	for (; *p != '\0'; p++) {
		if (*p < 0x20 || *p == 0x7f)
			return (false);
		if (*p == 0xc2 && p[1] >= 0x80 && p[1] <= 0x9f)
			return (false);
		if (*p != 0xe2)
			continue;
		if (p[1] == 0x80 && ((p[2] >= 0xa8 && p[2] <= 0xae) ||
		    p[2] == 0x8e || p[2] == 0x8f))
			return (false);
		if (p[1] == 0x81 && p[2] >= 0xa6 && p[2] <= 0xa9)
			return (false);
	}
	return (true);
}

/* The string under `name`, or NULL when absent or wrong. */
static const char *
string_of(struct reader *r, const json_t *o, const char *name)
{
	const json_t *v;

	if (r->e != ERR_NONE || !reader_has(o, name))
		return (NULL);
	v = json_object_get(o, name);
	if (!json_is_string(v)) {
		reader_fail(r, "V0", name, NULL, "must be text");
		return (NULL);
	}
	return (json_string_value(v));
}

void
reader_text(struct reader *r, const json_t *o, const char *name, char *out,
    size_t size, size_t chars)
{
	const char *s = string_of(r, o, name);
	char text[64];

	out[0] = '\0';
	if (s == NULL)
		return;
	if (characters(s) > chars || strlen(s) >= size) {
		(void)snprintf(text, sizeof(text),
		    "at most %zu characters, has %zu", chars, characters(s));
		reader_fail(r, "V0", name, NULL, text);
		return;
	}
	if (!printable(s)) {
		reader_fail(r, "V0", name, NULL,
		    "control characters and line breaks are not taken");
		return;
	}
	memcpy(out, s, strlen(s) + 1);
}

void
reader_text_must(struct reader *r, const json_t *o, const char *name,
    char *out, size_t size, size_t chars)
{

	reader_text(r, o, name, out, size, chars);
	if (out[0] == '\0')
		reader_fail(r, "V0", name, NULL, "is needed");
}

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
	const char *s = string_of(r, o, name);

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
	const char *s = string_of(r, o, name);

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
	const char *s = string_of(r, o, name);

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
	const char *s = string_of(r, o, name);

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
	const char *s = string_of(r, o, name);

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
	const char *s = string_of(r, o, name);
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
