/*
 * Reading and writing the JSON of this folder field by field.  A reader keeps
 * the first error and does nothing after it, so that a parser reads like the
 * schema it implements and checks once.  Private to agent/practice.
 */
#ifndef WAYLEAVE_AGENT_PRACTICE_FIELDS_H
#define WAYLEAVE_AGENT_PRACTICE_FIELDS_H

#include <jansson.h>

#include "agent/practice/observation.h"

/* Where a document comes from, and so which fields it may have. */
enum form {
	FORM_INPUT,                    /* a colleague or their system */
	FORM_WIRE,                     /* inside a message */
	FORM_STORE                     /* our own sealed store */
};

enum { FIELDS_DEPTH_MAX = 6, FIELDS_LIST_MAX = 64 };

struct reader {
	enum form form;
	enum error_code e;
	const char *rule;              /* "V0" or "V8" */
	struct why *why;               /* or NULL */
	char path[80];                 /* of the object now read */
};

void reader_init(struct reader *r, enum form form, struct why *why);
/*
 * Parses a bounded document: at most n <= OBSERVATION_JSON_MAX bytes, depth
 * FIELDS_DEPTH_MAX, no duplicate keys, an object at the top.  NULL on error.
 */
json_t *reader_parse(struct reader *r, const char *json, size_t n);
/* Records an error at field `name` of the current object. */
void reader_fail(struct reader *r, const char *rule, const char *name,
    const char *value, const char *text);
/* Every key of `o` is one of the NULL-ended list. */
void reader_only(struct reader *r, const json_t *o, const char *const *names);
/* Present and not null? */
bool reader_has(const json_t *o, const char *name);
/* The object under `name`, or NULL when absent or null; path moves in. */
json_t *reader_enter(struct reader *r, const json_t *o, const char *name);
/* Back to `path`, as it was copied before reader_enter. */
void reader_leave(struct reader *r, const char *path);
/* The list under `name`, NULL when absent; longer than max is an error. */
json_t *reader_list(struct reader *r, const json_t *o, const char *name,
    size_t max);

/* The string under `name`, or NULL when absent or wrong. */
const char *reader_string(struct reader *r, const json_t *o,
    const char *name);
/*
 * Text of at most `chars` characters into out (`size` bytes with NUL), ""
 * when absent; no control or direction-changing characters.
 */
void reader_text(struct reader *r, const json_t *o, const char *name,
    char *out, size_t size, size_t chars);
/* The same, but it must be there and not be empty. */
void reader_text_must(struct reader *r, const json_t *o, const char *name,
    char *out, size_t size, size_t chars);
/* A code of the group; absent gives `absent` ("FQ9") or NULL. */
void reader_code(struct reader *r, const json_t *o, const char *name,
    enum vocabulary_group g, const char *absent,
    const struct vocabulary_code **out);
/* A list of codes of the group, no code twice. */
void reader_codes(struct reader *r, const json_t *o, const char *name,
    enum vocabulary_group g, size_t max, struct code_list *out);
/* A list of codes that have a scope: what a record can say. */
void reader_acts(struct reader *r, const json_t *o, const char *name,
    struct code_list *out);
void reader_person(struct reader *r, const json_t *o, const char *name,
    struct person_id *out);
void reader_persons(struct reader *r, const json_t *o, const char *name,
    struct person_list *out);
void reader_id(struct reader *r, const json_t *o, const char *name,
    struct record_id *out);
void reader_ids(struct reader *r, const json_t *o, const char *name,
    size_t max, struct id_list *out);
void reader_date(struct reader *r, const json_t *o, const char *name,
    struct date_text *out);
void reader_flag(struct reader *r, const json_t *o, const char *name,
    bool *out);
void reader_member(struct reader *r, const json_t *o, const char *name,
    char out[static MEMBER_ID_MAX + 1]);
/* 32 hex digits or absent. */
void reader_key(struct reader *r, const json_t *o, const char *name,
    char out[static 33]);
/* {"account":..,"role":..}; the account only where it may be. */
void reader_author(struct reader *r, const json_t *o, char account[static 64],
    char role[static 48]);
/* {"local":..} under "case", in the forms that have it. */
void reader_case(struct reader *r, const json_t *o, char local[static 64]);
/* A list of scope names. */
void reader_scopes(struct reader *r, const json_t *o, const char *name,
    scope_set *out);

/*
 * Writing: each adds a field to `o`; empty text, lists, codes and ids are
 * left out.  Returns false, once, when memory is out: callers chain with &&.
 */
bool writer_text(json_t *o, const char *name, const char *s);
bool writer_code(json_t *o, const char *name, const struct vocabulary_code *c);
bool writer_codes(json_t *o, const char *name, const struct code_list *l);
bool writer_persons(json_t *o, const char *name, const struct person_list *l);
bool writer_id(json_t *o, const char *name, const struct record_id *id);
bool writer_ids(json_t *o, const char *name, const struct id_list *l);
bool writer_flag(json_t *o, const char *name, bool v);
bool writer_author(json_t *o, enum form form, const char *account,
    const char *role);
bool writer_case(json_t *o, enum form form, const char *local);
bool writer_scopes(json_t *o, const char *name, scope_set set);
/* The canonical text: sorted keys, no spaces. */
enum error_code writer_dump(const json_t *o, struct buf *out);

/* The observation itself; `id`, `schema` and the like included. */
void observation_from_json(struct reader *r, const json_t *o,
    struct observation *out);
json_t *observation_to_json(const struct observation *o, enum form form,
    const char *schema);

/* The terms, but their random bytes; `t` is all zero before. */
struct terms;
void terms_from_json(struct reader *r, const json_t *o, struct terms *t);

#endif
