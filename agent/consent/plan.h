/*
 * A plan: the permissions that one conversation is to give, checked line by
 * line before anything is signed (USERS M21).
 */
#ifndef WAYLEAVE_AGENT_CONSENT_PLAN_H
#define WAYLEAVE_AGENT_CONSENT_PLAN_H

#include "agent/cases/facts.h"
#include "agent/consent/consent.h"
#include "agent/practice/consent_set.h"

struct plan {
	struct consent_line *line;      /* owned */
	size_t n;
	struct person_list causing_harm, own_line;
	uint8_t worker[WIRE_PSEUDONYM];
	char account[64];
	bool has_waiver;
	uint8_t waiver[WIRE_PSEUDONYM];
	struct case_facts known;       /* agencies close to P1, by the request */
	bool no_case;                  /* not opened yet: a preview */
	bool two_roles;                /* R16: found by plan_check */
	bool introduces;
	struct content introduction;
	bool dry_run;
};

/* Takes a set's lines (the set is destroyed). */
MUST_USE enum error_code plan_of_set(struct consent_set **set,
    struct plan **out);
/* n empty lines. */
MUST_USE enum error_code plan_new(size_t n, struct plan **out);
/* Wipes and frees; accepts NULL.  `p` is a struct plan *. */
void plan_destroy(void *p);

/*
 * Who takes the consent, the second worker's waiver (an account, or NULL),
 * persons, agencies where somebody is close to the person causing harm
 * ("close", R13): from the request.  ERR_REFUSED, ERR_FORMAT with words in `why`.
 */
MUST_USE enum error_code plan_people(struct plan *p, struct api_call *c,
    struct why *why);

/*
 * Completes each line (case, exchange) and asks terms_check, with what only
 * this agency knows (agent/cases/facts.h).  A preview before the case is opened
 * (no_case) only tells of R16: a lead reviews cases.  ERR_REFUSED:
 * `no` says which rule, `line` which one.  Members must be in the slice
 * (agent/cases/directory.h): an unknown one is refused here.
 */
MUST_USE enum error_code plan_check(struct agent *a,
    const uint8_t case_id[static WIRE_CASE], struct plan *p,
    struct refusal *no, size_t *line);
/* The refusal in an advocate's words, with the line named. */
void plan_words(struct agent *a, const struct plan *p,
    const struct refusal *no, size_t line, char *out, size_t n);

/* The lines as JSON with a plain sentence each; NULL if no memory. */
json_t *plan_json(struct agent *a, const struct plan *p);
/* Scope names, as JSON. */
json_t *plan_scopes(scope_set scopes);
/* "Northbank Police may tell ..: ..., for ..., until ...". */
void plan_sentence(struct agent *a, const struct terms *t, char *out,
    size_t n);

/*
 * Brings the directory up to date, checks, and previews (dry_run) or signs;
 * takes the plan and ends the call.
 */
void plan_start(struct api_call *c, const uint8_t case_id[static WIRE_CASE],
    struct plan *p);

/* One grant item a line: labels, terms sealed.  For act_compose. */
MUST_USE enum error_code plan_compose(struct act *t, struct plan *p,
    struct why *why);
/* Book and introductions, in the act's transaction. */
MUST_USE enum error_code plan_keep(struct act *t, struct plan *p);
/* Grants and introductions as told in the end. */
json_t *plan_outcome(struct act *t, const struct plan *p);

#endif
