/*
 * The worked case, loaded from tests/cases/caledonian: for the tests of this
 * folder, each a program of its own (hence all static).
 */
#ifndef WAYLEAVE_TESTS_UNIT_PRACTICE_CALEDONIAN_H
#define WAYLEAVE_TESTS_UNIT_PRACTICE_CALEDONIAN_H

#include <check.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/practice/consent_set.h"
#include "agent/practice/content.h"
#include "agent/practice/validate.h"

#define CASE "tests/cases/caledonian/"
enum { CASE_RECORDS = 29, CASE_AGENCIES = 12 };

struct case_agency {
	char member[MEMBER_ID_MAX + 1], kind[8], name[64], duty[24];
	bool takes_part;
};

struct case_record {
	char name[8];
	struct content c;
	const struct case_agency *by;
};

static struct {
	struct case_agency agencies[CASE_AGENCIES];
	struct case_record records[CASE_RECORDS];
	struct consent_set *set;
	json_t *expected;
} world;

static __attribute__((unused)) json_t *
case_json(const char *file)
{
	char path[160];
	json_error_t err;
	json_t *j;

	(void)snprintf(path, sizeof(path), CASE "%s", file);
	j = json_load_file(path, JSON_REJECT_DUPLICATES, &err);
	ck_assert_msg(j != NULL, "%s:%d: %s", path, err.line, err.text);
	return (j);
}

/* A file as text; freed by the caller. */
static __attribute__((unused)) char *
case_text(const char *file, size_t *n)
{
	char path[160], *text = malloc(OBSERVATION_JSON_MAX);
	FILE *f;

	(void)snprintf(path, sizeof(path), CASE "%s", file);
	f = fopen(path, "r");
	ck_assert_msg(f != NULL && text != NULL, "%s", path);
	*n = fread(text, 1, OBSERVATION_JSON_MAX, f);
	(void)fclose(f);
	return (text);
}

static __attribute__((unused)) const char *
case_string(const json_t *o, const char *name)
{
	const char *s = json_string_value(json_object_get(o, name));

	ck_assert_msg(s != NULL, "%s", name);
	return (s);
}

static __attribute__((unused)) struct case_agency *
case_agency(const char *member)
{
	size_t i;

	for (i = 0; i < CASE_AGENCIES; i++)
		if (strcmp(world.agencies[i].member, member) == 0)
			return (&world.agencies[i]);
	ck_abort_msg("no agency %s", member);
	return (NULL);
}

static __attribute__((unused)) struct case_record *
case_record(const char *name)
{
	size_t i;

	for (i = 0; i < CASE_RECORDS; i++)
		if (strcmp(world.records[i].name, name) == 0)
			return (&world.records[i]);
	ck_abort_msg("no record %s", name);
	return (NULL);
}

static __attribute__((unused)) void
case_load_agencies(void)
{
	json_t *j = case_json("agencies.json"), *v;
	struct case_agency *a;
	size_t i;

	ck_assert_uint_eq(json_array_size(json_object_get(j, "agencies")),
	    CASE_AGENCIES);
	json_array_foreach(json_object_get(j, "agencies"), i, v) {
		a = &world.agencies[i];
		(void)snprintf(a->member, sizeof(a->member), "%s",
		    case_string(v, "member"));
		(void)snprintf(a->kind, sizeof(a->kind), "%s",
		    case_string(v, "kind"));
		(void)snprintf(a->name, sizeof(a->name), "%s",
		    case_string(v, "name"));
		(void)snprintf(a->duty, sizeof(a->duty), "%s",
		    case_string(v, "onward_duty"));
		a->takes_part = json_is_true(json_object_get(v,
		    "takes_part"));
		ck_assert(member_id_ok(a->member));
		ck_assert_uint_ne(vocabulary_agency_number(a->kind), 0);
	}
	json_decref(j);
}

static __attribute__((unused)) void
case_load_records(void)
{
	struct why why = { "" };
	struct case_record *r;
	uint8_t id[RECORD_ID_LEN];
	char *text;
	json_t *v;
	size_t i, n;

	json_array_foreach(json_object_get(world.expected, "observations"), i,
	    v) {
		r = &world.records[i];
		(void)snprintf(r->name, sizeof(r->name), "%s",
		    case_string(v, "name"));
		r->by = case_agency(case_string(v, "member"));
		text = case_text(case_string(v, "file"), &n);
		ck_assert_msg(content_read(&r->c, text, n, NULL, &why) ==
		    ERR_NONE, "%s: %s", r->name, why.text);
		free(text);
		ck_assert(hex_decode(id, sizeof(id), case_string(v, "id")));
		ck_assert_str_eq(r->c.u.observation.idempotency_key,
		    case_string(v, "id"));
		content_set_id(&r->c, id);
	}
	ck_assert_uint_eq(i, CASE_RECORDS);
}

/* Day 0 of the permissions: any; the rules on time are not asked here. */
#define CASE_FROM ((uint64_t)1795000000000)

static __attribute__((unused)) void
case_load(void)
{
	struct why why = { "" };
	char *text;
	size_t n;

	case_load_agencies();
	world.expected = case_json("expected.json");
	case_load_records();
	text = case_text("grants.json", &n);
	ck_assert_msg(consent_set_read(&world.set, text, n, CASE_FROM, &why)
	    == ERR_NONE, "%s", why.text);
	free(text);
}

static __attribute__((unused)) void
case_unload(void)
{

	json_decref(world.expected);
	consent_set_destroy(&world.set);
}

/*
 * May this content go?  One permission must hold every part it needs;
 * `without` names one that has been withdrawn, NULL for none.
 */
static __attribute__((unused)) bool
case_may(const struct content *c, const char *from, const char *to,
    const char *without)
{
	scope_set need = validate_needs(c);
	const struct consent_line *l;
	size_t i;

	for (i = 0; i < world.set->n; i++) {
		l = &world.set->v[i];
		if (strcmp(l->terms.sender, from) != 0 ||
		    strcmp(l->terms.recipient, to) != 0 ||
		    (need & ~l->terms.scopes) != 0 ||
		    (without != NULL && strcmp(without, l->name) == 0))
			continue;
		return (true);
	}
	return (false);
}

#endif
