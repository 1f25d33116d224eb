#include <string.h>

#include "agent/practice/fields.h"

bool
writer_text(json_t *o, const char *name, const char *s)
{

	return (s[0] == '\0' ||
	    json_object_set_new_nocheck(o, name, json_string(s)) == 0);
}

bool
writer_code(json_t *o, const char *name, const struct vocabulary_code *c)
{

	return (c == NULL || writer_text(o, name, c->id));
}

/* Adds `list` unless empty; takes it over either way. */
static bool
put_list(json_t *o, const char *name, json_t *list)
{

	if (list != NULL && json_array_size(list) == 0) {
		json_decref(list);
		return (true);
	}
	return (json_object_set_new_nocheck(o, name, list) == 0);
}

bool
writer_codes(json_t *o, const char *name, const struct code_list *l)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < l->n; i++)
		if (json_array_append_new(list, json_string(l->v[i]->id)) != 0)
			goto fail;
	return (put_list(o, name, list));
fail:
	json_decref(list);
	return (false);
}

bool
writer_persons(json_t *o, const char *name, const struct person_list *l)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < l->n; i++)
		if (json_array_append_new(list, json_string(l->v[i].s)) != 0)
			goto fail;
	return (put_list(o, name, list));
fail:
	json_decref(list);
	return (false);
}

bool
writer_id(json_t *o, const char *name, const struct record_id *id)
{
	char hex[2 * RECORD_ID_LEN + 1];

	hex_encode(hex, id->b, RECORD_ID_LEN);
	return (writer_text(o, name, hex));
}

bool
writer_ids(json_t *o, const char *name, const struct id_list *l)
{
	char hex[2 * RECORD_ID_LEN + 1];
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < l->n; i++) {
		hex_encode(hex, l->v[i].b, RECORD_ID_LEN);
		if (json_array_append_new(list, json_string(hex)) != 0)
			goto fail;
	}
	return (put_list(o, name, list));
fail:
	json_decref(list);
	return (false);
}

bool
writer_flag(json_t *o, const char *name, bool v)
{

	return (!v || json_object_set_new(o, name, json_true()) == 0);
}

bool
writer_author(json_t *o, enum form form, const char *account,
    const char *role)
{
	json_t *a;
	bool ok;

	if (form == FORM_WIRE)
		account = "";
	if (account[0] == '\0' && role[0] == '\0')
		return (true);
	a = json_object();
	ok = a != NULL && writer_text(a, "account", account) &&
	    writer_text(a, "role", role);
	if (!ok) {
		json_decref(a);
		return (false);
	}
	return (json_object_set_new(o, "author", a) == 0);
}

bool
writer_case(json_t *o, enum form form, const char *local)
{
	json_t *c;

	if (form == FORM_WIRE || local[0] == '\0')
		return (true);
	c = json_object();
	if (c == NULL || !writer_text(c, "local", local)) {
		json_decref(c);
		return (false);
	}
	return (json_object_set_new(o, "case", c) == 0);
}

bool
writer_scopes(json_t *o, const char *name, scope_set set)
{
	json_t *list = json_array();
	unsigned s;

	for (s = SCOPE_NONE + 1; s < SCOPE_END; s++) {
		if ((set & SCOPE_BIT(s)) == 0)
			continue;
		if (json_array_append_new(list, json_string(
		    vocabulary_scope_name((enum vocabulary_scope)s))) != 0) {
			json_decref(list);
			return (false);
		}
	}
	return (put_list(o, name, list));
}

/* ---- the canonical text --------------------------------------------------- */

enum { KEYS_MAX = 96 };

/* What json_dumps() writes, with a tenth of its calls. */
static void
dump_string(const char *s, size_t n, struct buf *out)
{
	static const char named[] = "\b\f\n\r\t", letter[] = "bfnrt";
	const char *at;
	size_t run;

	buf_put_u8(out, '"');
	while (n > 0) {
		for (run = 0; run < n && (uint8_t)s[run] >= 0x20 &&
		    s[run] != '"' && s[run] != '\\'; run++)
			;
		buf_put(out, s, run);
		s += run;
		n -= run;
		if (n == 0)
			break;
		at = (uint8_t)*s >= 0x20 ? NULL : memchr(named, *s, 5);
		if ((uint8_t)*s >= 0x20)
			buf_printf(out, "\\%c", *s);
		else if (at != NULL)
			buf_printf(out, "\\%c", letter[at - named]);
		else
			buf_printf(out, "\\u%04X", (unsigned)(uint8_t)*s);
		s++;
		n--;
	}
	buf_put_u8(out, '"');
}

static bool dump_value(const json_t *v, struct buf *out, unsigned depth);

static bool
dump_array(const json_t *v, struct buf *out, unsigned depth)
{
	size_t n = json_array_size(v), i;

	buf_put_u8(out, '[');
	for (i = 0; i < n; i++) {
		if (i > 0)
			buf_put_u8(out, ',');
		if (!dump_value(json_array_get(v, i), out, depth))
			return (false);
	}
	buf_put_u8(out, ']');
	return (true);
}

/* Keys in byte order; few, so that the simplest sort is the fastest. */
static bool
dump_object(const json_t *v, struct buf *out, unsigned depth)
{
	struct { const char *key; const json_t *value; } row[KEYS_MAX];
	void *it = json_object_iter((json_t *)(uintptr_t)v);
	size_t n = 0, i;

	for (; it != NULL; it = json_object_iter_next(
	    (json_t *)(uintptr_t)v, it)) {
		const char *key = json_object_iter_key(it);

		if (n == KEYS_MAX)
			return (false);
		for (i = n++; i > 0 && strcmp(row[i - 1].key, key) > 0; i--)
			row[i] = row[i - 1];
		row[i].key = key;
		row[i].value = json_object_iter_value(it);
	}
	buf_put_u8(out, '{');
	for (i = 0; i < n; i++) {
		if (i > 0)
			buf_put_u8(out, ',');
		dump_string(row[i].key, strlen(row[i].key), out);
		buf_put_u8(out, ':');
		if (!dump_value(row[i].value, out, depth))
			return (false);
	}
	buf_put_u8(out, '}');
	return (true);
}

static bool
dump_value(const json_t *v, struct buf *out, unsigned depth)
{

	if (depth++ > FIELDS_DEPTH_MAX)
		return (false);
	switch (json_typeof(v)) {
	case JSON_OBJECT:
		return (dump_object(v, out, depth));
	case JSON_ARRAY:
		return (dump_array(v, out, depth));
	case JSON_STRING:
		dump_string(json_string_value(v), json_string_length(v), out);
		return (true);
	case JSON_INTEGER:
		buf_printf(out, "%" JSON_INTEGER_FORMAT,
		    json_integer_value(v));
		return (true);
	case JSON_TRUE:
		buf_put_str(out, "true");
		return (true);
	case JSON_FALSE:
		buf_put_str(out, "false");
		return (true);
	case JSON_NULL:
		buf_put_str(out, "null");
		return (true);
	default:
		return (false);         /* a document here has no fractions */
	}
}

enum error_code
writer_dump(const json_t *o, struct buf *out)
{

	if (!dump_value(o, out, 0))
		return (ERR_INTERNAL);
	return (buf_ok(out) ? ERR_NONE : ERR_SIZE);
}
