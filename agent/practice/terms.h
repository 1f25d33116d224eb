/*
 * The terms of a permission: everything that was agreed in the room, in
 * codes (DOMAIN 4b; PROTOCOL 2 "Grant").  They travel encrypted to the two
 * ends of the arrow; the broker sees their hash and sixteen labels.
 *
 * terms_check asks what only somebody who can read the terms can ask (R8,
 * R11 to R13, R16 to R18; R3, R4 at home).  Its no stops this agent and
 * never contradicts a replay.  Pure.
 */
#ifndef WAYLEAVE_AGENT_PRACTICE_TERMS_H
#define WAYLEAVE_AGENT_PRACTICE_TERMS_H

#include "agent/practice/observation.h"
#include "agent/practice/validate.h"

enum {
	TERMS_RANDOM_LEN = 32,
	TERMS_MAX = 8192,              /* bytes, encoded */
	TERMS_DAYS_MAX = 90,           /* R4 */
	TERMS_DAYS_DEFAULT = 30
};

#define TERMS_CAPACITIES(X)                                               \
	X(CAPACITY_SELF, "self")                                          \
	X(CAPACITY_PARENT, "non-abusing-parent")                          \
	X(CAPACITY_CHILD, "child")                                        \
	X(CAPACITY_PATIENT, "patient")                                    \
	X(CAPACITY_COURT, "court")

#define TERMS_METHODS(X)                                                  \
	X(METHOD_IN_PERSON, "in-person")                                  \
	X(METHOD_PHONE, "phone")                                          \
	X(METHOD_VIDEO, "video")

#define TERMS_DUTIES(X)                                                   \
	X(DUTY_NONE, "none")                                              \
	X(DUTY_PARENTS, "parents")                                        \
	X(DUTY_RELEVANT_PERSONS, "relevant-persons")                      \
	X(DUTY_PARTIES, "parties")

#define X(id, name) id,
enum terms_capacity { CAPACITY_UNSET, TERMS_CAPACITIES(X) CAPACITY_END };
enum terms_method { METHOD_UNSET, TERMS_METHODS(X) METHOD_END };
enum terms_duty { DUTY_UNSET, TERMS_DUTIES(X) DUTY_END };
#undef X

enum terms_answer { ANSWER_UNSET, ANSWER_YES, ANSWER_NO };

/* Somebody else's agreement that this permission rests on (R11, R12). */
struct terms_agreement {
	struct person_id person;       /* whose own line it is */
	enum vocabulary_scope segment; /* SG1..SG3, or SCOPE_NONE: R11 */
	enum terms_capacity capacity;
	struct date_text on;
};

struct terms {
	uint8_t random[TERMS_RANDOM_LEN]; /* first in the encoding */
	uint8_t case_id[16];
	char sender[MEMBER_ID_MAX + 1], recipient[MEMBER_ID_MAX + 1];
	char intermediary[MEMBER_ID_MAX + 1];  /* the broker, by name */
	struct person_id principal;       /* whose consent: P2, K1 */
	struct person_list subjects;      /* whom the data is about */
	struct person_id grantor;         /* who signs */
	enum terms_capacity capacity;
	char witness_role[48];            /* "" = none */
	struct person_id witness;         /* only if one of the family */
	scope_set scopes;                 /* C1..Q and SG1..SG3 */
	const struct vocabulary_code *purpose;  /* exactly one PU */
	uint64_t from, until;             /* ms since 1970, as the grant */
	enum terms_method method;
	char notice[48];                  /* id and version of the notice */
	char language[12];                /* "pl", "en-GB" */
	char interpreter_role[48];        /* "" = none needed */
	struct person_id interpreter;     /* only if one of the family */
	char interpreter_reference[48];   /* booking number */
	enum terms_answer asked_alone, safe_now, pressed;  /* R8 */
	bool not_condition_of_service;    /* said and understood */
	bool told_how_to_stop;
	char jurisdiction[12], law_profile[12];
	struct code_list lawful_bases;
	enum terms_duty duty_shown;       /* onward duty shown to her (R18) */
	bool duty_confirmed;              /* the second, red confirmation */
	struct person_list withhold_from;
	char withhold_reason[84];
	struct date_text conflict_checked;  /* "" = not done (R13) */
	char conflict_checked_by[48];       /* role */
	enum terms_answer conflict_found;
	bool closed_desk;                 /* a sealed desk stands instead */
	struct terms_agreement agreements[4];
	size_t n_agreements;
	unsigned keep_read_days;          /* 0..30 */
};

/*
 * 32 random bytes, then canonical JSON: the same struct gives the same
 * bytes, and terms_decode takes no others.
 */
MUST_USE enum error_code terms_encode(const struct terms *t, struct buf *out);
MUST_USE enum error_code terms_decode(struct terms *t, struct bytes in,
    struct why *why);

/* Facts about the world that the terms do not hold. */
struct terms_facts {
	/* The clear part of the grant, as signed. */
	const char *case_id_hex;          /* NULL: do not compare */
	const char *sender, *recipient;   /* NULL: do not compare */
	uint64_t from, until;             /* of the grant; 0: do not compare */
	unsigned keep_read_days;
	bool introduction;                /* the grant's mark */

	/* The directory. */
	const char *custodian_kind;       /* "AG06"; NULL: do not ask R16 */
	enum terms_duty recipient_duty;   /* from the member record */

	/* The book of this agency; absent ones are "" or zero. */
	struct person_list causing_harm;  /* P1, and P2 where both are */
	struct person_list own_line;      /* children old enough (R11) */
	bool conflict_hit;                /* R13, compared locally */
	bool role_conflict;               /* R16: survivor here, actor there */
	bool perpetrator_request;         /* R17: review still open */

	/* Only when a message is about to go: NULL at signing. */
	const struct observation *message;
	const char *recipient_kind;
};

/*
 * ERR_NONE, or ERR_REFUSED with the first rule of the table that fails: R2
 * (terms and clear part disagree), R3, R4, R8, R10 to R13, R16 to R18, R1.
 * `facts` is never NULL.
 */
MUST_USE enum error_code terms_check(const struct terms *t,
    const struct terms_facts *facts, struct refusal *r);

#endif
