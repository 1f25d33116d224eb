#include <string.h>

#include "agent/practice/fields.h"

bool
writer_text(json_t *o, const char *name, const char *s)
{

	return (s[0] == '\0' ||
	    json_object_set_new(o, name, json_string(s)) == 0);
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
	return (json_object_set_new(o, name, list) == 0);
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

static int
put_chunk(const char *data, size_t n, void *arg)
{
	struct buf *out = arg;

	buf_put(out, data, n);
	return (buf_ok(out) ? 0 : -1);
}

enum error_code
writer_dump(const json_t *o, struct buf *out)
{

	if (json_dump_callback(o, put_chunk, out,
	    JSON_COMPACT | JSON_SORT_KEYS) != 0)
		return (buf_ok(out) ? ERR_NOMEM : ERR_SIZE);
	return (ERR_NONE);
}
