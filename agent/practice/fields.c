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

const char *
reader_string(struct reader *r, const json_t *o, const char *name)
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
	const char *s = reader_string(r, o, name);
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
