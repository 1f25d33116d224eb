/*
 * What is inside an encrypted message: one of eight kinds, as canonical JSON
 * (PROTOCOL 4 "Content kinds").  Links do not travel here: the sealer turns
 * them into the eight slots; content_links says which ids to put in.
 */
#ifndef WAYLEAVE_AGENT_PRACTICE_CONTENT_H
#define WAYLEAVE_AGENT_PRACTICE_CONTENT_H

#include "agent/practice/observation.h"

enum {
	CONTENT_MAX = 65535,           /* PROTOCOL 4: 64 KiB - 1 */
	CONTENT_LONG_TEXT_MAX = 1000,  /* characters, question and answer */
	INTRODUCTION_PERSONS_MAX = 16,
	INTRODUCTION_EXCLUSIONS_MAX = 32
};

#define CONTENT_KINDS(X)                                                  \
	X(CONTENT_INTRODUCTION, "introduction")                           \
	X(CONTENT_OBSERVATION, "observation")                             \
	X(CONTENT_CORRECTION, "correction")                               \
	X(CONTENT_QUESTION, "question")                                   \
	X(CONTENT_ANSWER, "answer")                                       \
	X(CONTENT_TASK, "task")                                           \
	X(CONTENT_GOAL, "goal")                                           \
	X(CONTENT_PERSON_ADDED, "person-added")

enum content_kind {
	CONTENT_NONE,
#define X(id, name) id,
	CONTENT_KINDS(X)
#undef X
	CONTENT_END
};

struct content_person {
	struct person_id id;
	char name[128];
	char also_known_as[128];
	struct date_text born;
	char find_by[200];             /* address, school year, own number */
};

struct content_exclusion {
	char name[128];
	char relation[64];             /* never why */
};

/* Who the family is, for the books of one agency; names live only here. */
struct introduction {
	struct content_person persons[INTRODUCTION_PERSONS_MAX];
	size_t n_persons;
	struct content_exclusion exclusions[INTRODUCTION_EXCLUSIONS_MAX];
	size_t n_exclusions;
	char safe_contact[200];
};

/* An observation that replaces another; and what that other one needed. */
struct correction {
	struct observation now;        /* now.supersedes names the other */
	scope_set corrected;           /* scopes of the record corrected */
};

struct question {
	char idempotency_key[33], case_local[64], account[64]; /* stay here */
	char to[MEMBER_ID_MAX + 1];                            /* stays here */
	const struct vocabulary_code *gap;                     /* or NULL */
	struct id_list about;          /* at most one; travels as a slot */
	char author_role[48];
	char text[4 * CONTENT_LONG_TEXT_MAX + 1];
	struct date_text reply_by;
};

struct answer {
	struct record_id question;     /* both ends hold it, so it travels */
	const struct vocabulary_code *gap;
	char account[64];              /* stays here */
	char author_role[48];
	char text[4 * CONTENT_LONG_TEXT_MAX + 1];
	struct id_list about;          /* records that answer it, as slots */
};

struct task {
	const struct vocabulary_code *gap;
	char owner[MEMBER_ID_MAX + 1]; /* the agency that is to do it */
	char account[64];              /* stays here */
	char author_role[48];
	char text[4 * OBSERVATION_TEXT_MAX + 1];
	struct date_text due;
	struct id_list about;
};

/* A goal is a behaviour, a measure, a day, and who looks (DOMAIN 1). */
struct goal {
	struct person_id person;
	const struct vocabulary_code *behaviour; /* CC, CH or BC; never BA */
	char account[64];              /* stays here */
	char author_role[48];
	char text[4 * OBSERVATION_TEXT_MAX + 1];
	char measure[4 * OBSERVATION_TEXT_MAX + 1];
	struct date_text by;
	char checked_by[MEMBER_ID_MAX + 1];
	struct id_list about;
};

struct content {
	enum content_kind kind;
	struct record_id id;
	union {
		struct introduction introduction;
		struct observation observation;
		struct correction correction;
		struct question question;
		struct answer answer;
		struct task task;
		struct goal goal;
		struct person_added person_added;
	} u;
};

/* "observation"...; NULL for a value out of range. */
const char *content_kind_name(enum content_kind k);
enum content_kind content_kind_find(const char *name);

/*
 * A document as a person or program hands it in; `schema` says which kind
 * ("wayleave/observation/1", ...).  Errors as observation_read.  The id is
 * not theirs to choose: c->id is zero afterwards, and the agent sets it
 * (content_set_id).
 */
MUST_USE enum error_code content_read(struct content *c, const char *json,
    size_t n, const char **rule, struct why *why);
/*
 * What arrived inside a message.  Only the canonical bytes are taken:
 * whatever content_encode would not have written is ERR_FORMAT, so fields
 * that stay local, other orders and spaces are refused.
 */
MUST_USE enum error_code content_decode(struct content *c, struct bytes in,
    struct why *why);
/*
 * The bytes to encrypt: no links, nothing that stays local.  Canonical means:
 * JSON in UTF-8, keys in byte order, no white space; empty text, lists,
 * codes and false flags are left out; only quotation mark, backslash and
 * control characters are escaped; descriptors that have a default are
 * always written.
 */
MUST_USE enum error_code content_encode(const struct content *c,
    struct buf *out);
/* Everything, with id and links, for the agency's own sealed store... */
MUST_USE enum error_code content_store(const struct content *c,
    struct buf *out);
/* ...and back. */
MUST_USE enum error_code content_load(struct content *c, struct bytes in,
    struct why *why);

/* Gives the content (and the observation in it) its id. */
void content_set_id(struct content *c, const uint8_t id[static RECORD_ID_LEN]);
/* The record ids this content links to (at most 8); never NULL. */
const struct id_list *content_links(const struct content *c);
/* The observation inside (observation or correction), or NULL. */
const struct observation *content_observation(const struct content *c);
/* Wipes all of it. */
void content_wipe(struct content *c);

#endif
