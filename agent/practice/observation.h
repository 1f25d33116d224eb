/*
 * What one worker recorded: an observation, as a plain struct of fixed size
 * (DOMAIN 2, USERS 4).  Nothing in it is owned by somebody else: it can be
 * copied, and wiped with sodium_memzero.  Codes point into the vocabulary.
 *
 * Persons are P1, P2, K1 (given by the custodian) or random ones, K-7f3a.
 * A name never appears here.
 */
#ifndef WAYLEAVE_AGENT_PRACTICE_OBSERVATION_H
#define WAYLEAVE_AGENT_PRACTICE_OBSERVATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/error.h"
#include "proto/vocabulary.h"

enum {
	RECORD_ID_LEN = 16,            /* of an observation, question, ... */
	OBSERVATION_CODES_MAX = 16,
	OBSERVATION_PERSONS_MAX = 8,
	OBSERVATION_LINKS_MAX = 8,     /* PROTOCOL 4: eight slots */
	OBSERVATION_SEND_MAX = 32,
	OBSERVATION_SMALL_MAX = 6,     /* triggers, segments, pathways */
	OBSERVATION_TEXT_MAX = 280,    /* characters */
	OBSERVATION_JSON_MAX = 65535,  /* bytes of one JSON document */
	MEMBER_ID_MAX = 48
};

struct record_id {
	uint8_t b[RECORD_ID_LEN];
};

/* "" stands for nobody. */
struct person_id {
	char s[12];
};

/* A year, a month or a day: "2026", "2026-09", "2026-09-14"; "" = none. */
struct date_text {
	char s[12];
};

/* A list of codes of one or several groups; never a NULL among the first n. */
struct code_list {
	const struct vocabulary_code *v[OBSERVATION_CODES_MAX];
	size_t n;
};

struct person_list {
	struct person_id v[OBSERVATION_PERSONS_MAX];
	size_t n;
};

struct id_list {
	struct record_id v[OBSERVATION_LINKS_MAX];
	size_t n;
};

/* A person declared by the record that first speaks of them. */
struct person_added {
	struct person_id id;
	char is[84];                   /* "child of an earlier relationship" */
};

enum asked_answer { ASKED_NONE, ASKED_YES, ASKED_NO, ASKED_NOT_YET };

struct asked {
	enum asked_answer answer;      /* ASKED_NONE: the field is absent */
	char by[48];                   /* role, never a name */
	struct date_text on;
};

enum send_mode { SEND_NONE, SEND_ALLOWED, SEND_LIST };

struct observation {
	/* Stays at this agency: never part of the content of a message. */
	char idempotency_key[33];      /* 32 hex digits or "" */
	char case_local[64];
	char account[64];
	enum send_mode send_mode;
	char send_to[OBSERVATION_SEND_MAX][MEMBER_ID_MAX + 1];
	size_t n_send_to;
	struct id_list links;          /* travel as slots, not in the content */

	/* Travels. */
	struct record_id id;           /* given by the agent that wrote it */
	char author_role[48];
	enum vocabulary_scope component;
	struct person_id actor, owner; /* owner and relation: C5 only */
	const struct vocabulary_code *relation;
	struct person_list targets, subjects, withhold_from;
	struct code_list codes, danger, triggers, segments, pathways;
	char text[4 * OBSERVATION_TEXT_MAX + 1];
	bool quoted;                   /* the text is a person's own words */
	struct date_text from, to;
	const struct vocabulary_code *recency, *frequency, *trend;
	const struct vocabulary_code *source, *corroboration, *exactness;
	const struct vocabulary_code *lawful_basis;
	struct asked asked;
	struct person_added added[OBSERVATION_PERSONS_MAX];
	size_t n_added;
	bool has_supersedes;
	struct record_id supersedes;
	bool urgent;
};

/*
 * A JSON document as a case-management system or a worker writes it
 * (USERS 4).  Absent descriptors get their defaults (FQ9, TR9, RC9, CB0,
 * CT2, LB2; subjects: actor, owner and targets).  Unknown fields, unknown
 * codes, wrong types, over-long or over-deep input are refused: `why` then
 * holds the JSON path, the value, the rule and what to do; *rule (may be
 * NULL) is "V8" for a code that is not in the vocabulary and "V0" for form.
 * Says nothing about whether the record may be sent: see validate.h.
 */
MUST_USE enum error_code observation_read(struct observation *o,
    const char *json, size_t n, const char **rule, struct why *why);
/* The same document back, canonical (sorted keys), with links and routing. */
MUST_USE enum error_code observation_write(const struct observation *o,
    struct buf *out);

/* P1, K2, K-7f3a (4 to 8 hex digits): well formed? */
bool person_id_ok(const char *s);
/* [a-z0-9-]{2,48}, as PROTOCOL 1 has member ids. */
bool member_id_ok(const char *s);
/* A real date, month or year between 1900 and 2199. */
bool date_text_ok(const char *s);

bool record_id_equal(const struct record_id *a, const struct record_id *b);
/* Does the list hold this code ("CC02")? */
bool code_list_has(const struct code_list *l, const char *id);
bool person_list_has(const struct person_list *l, const char *id);

#endif
