#include "agent/practice/consent_set.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "agent/practice/fields.h"

#define DAY_MS ((uint64_t)24 * 60 * 60 * 1000)

/*
 * The JSON of one line's terms: the conversation, overlaid with the line,
 * with the two ends and the window in the places where terms have them.
 */
static json_t *
merge(struct reader *r, const json_t *conversation, const json_t *line,
    const char *to, uint64_t from)
{
	static const char *const own[] = { "name", "from", "to", "days",
		NULL };
	json_int_t days = TERMS_DAYS_DEFAULT;
	const json_t *v = json_object_get(line, "days");
	json_t *o = json_copy((json_t *)(uintptr_t)conversation);
	size_t i;

	if (v != NULL) {
		days = json_integer_value(v);
		if (!json_is_integer(v) || days < 1 || days > 3650) {
			reader_fail(r, "V0", "days", NULL,
			    "must be a number of days");
			json_decref(o);
			return (NULL);
		}
	}
	if (o == NULL || json_object_update(o, (json_t *)(uintptr_t)line)) {
		json_decref(o);
		r->e = ERR_NOMEM;
		return (NULL);
	}
	for (i = 0; own[i] != NULL; i++)
		(void)json_object_del(o, own[i]);
	v = json_object_get(line, "from");
	if (json_object_set_new(o, "sender",
	    v == NULL ? json_null() : json_deep_copy(v)) != 0 ||
	    json_object_set_new(o, "schema",
	    json_string("wayleave/terms/1")) != 0 ||
	    json_object_set_new(o, "recipient", json_string(to)) != 0 ||
	    json_object_set_new(o, "from",
	    json_integer((json_int_t)from)) != 0 ||
	    json_object_set_new(o, "until", json_integer((json_int_t)
	    (from + (uint64_t)days * DAY_MS))) != 0) {
		json_decref(o);
		r->e = ERR_NOMEM;
		return (NULL);
	}
	return (o);
}

/* One line of the grid: a permission for each receiver it names. */
static void
read_line(struct reader *r, const json_t *conversation, const json_t *line,
    uint64_t from, struct consent_set *s)
{
	struct consent_line *l;
	json_t *to, *one, *o;
	size_t i;

	if (!json_is_object(line)) {
		reader_fail(r, "V0", "", NULL, "must be an object");
		return;
	}
	to = reader_list(r, line, "to", OBSERVATION_SEND_MAX);
	if (json_array_size(to) == 0)
		reader_fail(r, "V0", "to", NULL,
		    "name the receivers: a list of agencies");
	json_array_foreach(to, i, one) {
		if (r->e != ERR_NONE)
			return;
		if (!json_is_string(one) || s->n == CONSENT_SET_MAX) {
			reader_fail(r, "V0", "to", NULL, s->n ==
			    CONSENT_SET_MAX ? "too many permissions in one "
			    "set" : "must be ids of agencies");
			return;
		}
		l = &s->v[s->n];
		o = merge(r, conversation, line, json_string_value(one),
		    from);
		reader_text(r, line, "name", l->name, sizeof(l->name), 15);
		if (o != NULL)
			terms_from_json(r, o, &l->terms);
		json_decref(o);
		s->n++;
	}
}

static void
read_set(struct reader *r, const json_t *doc, uint64_t from,
    struct consent_set *s)
{
	static const char *const names[] = { "schema", "case",
		"conversation", "grants", NULL };
	const json_t *conversation;
	json_t *grants, *line;
	char schema[48];
	size_t i;

	reader_only(r, doc, names);
	reader_text(r, doc, "schema", schema, sizeof(schema), 47);
	if (strcmp(schema, "wayleave/consent-set/1") != 0)
		reader_fail(r, "V0", "schema", schema,
		    "must be wayleave/consent-set/1");
	reader_case(r, doc, s->case_local);
	conversation = reader_enter(r, doc, "conversation");
	if (conversation == NULL)
		reader_fail(r, "V0", "conversation", NULL, "is needed");
	reader_leave(r, "$");
	grants = reader_list(r, doc, "grants", CONSENT_SET_MAX);
	if (json_array_size(grants) == 0)
		reader_fail(r, "V0", "grants", NULL,
		    "at least one permission is needed");
	json_array_foreach(grants, i, line) {
		if (r->e != ERR_NONE)
			return;
		(void)snprintf(r->path, sizeof(r->path), "$.grants[%zu]", i);
		read_line(r, conversation, line, from, s);
		reader_leave(r, "$");
	}
}

enum error_code
consent_set_read(struct consent_set **out, const char *json, size_t n,
    uint64_t from, struct why *why)
{
	struct consent_set *s;
	struct reader r;
	json_t *doc = NULL;

	*out = NULL;
	reader_init(&r, FORM_INPUT, why);
	s = calloc(1, sizeof(*s));
	if (s != NULL)
		s->v = calloc(CONSENT_SET_MAX, sizeof(*s->v));
	if (s == NULL || s->v == NULL)
		r.e = ERR_NOMEM;
	else
		doc = reader_parse(&r, json, n);
	if (doc != NULL)
		read_set(&r, doc, from, s);
	json_decref(doc);
	if (r.e == ERR_NONE)
		*out = s;
	else
		consent_set_destroy(&s);
	return (r.e);
}

void
consent_set_destroy(struct consent_set **s)
{

	if (*s == NULL)
		return;
	if ((*s)->v != NULL)
		sodium_memzero((*s)->v, CONSENT_SET_MAX * sizeof(*(*s)->v));
	free((*s)->v);
	free(*s);
	*s = NULL;
}
