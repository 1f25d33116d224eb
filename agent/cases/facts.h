/*
 * What only this agency can know of a case, for the rules that look at more
 * than the terms (practice/terms.h):
 *
 *   R11  children old enough to decide, by the births in the book
 *   R13  agencies where somebody is close to the person causing harm: told
 *        by her, kept by the custodian, never sent to anybody
 *   R16  one person harmed in one case and causing harm in another, by the
 *        names in our books; until a lead has reviewed it
 *   R17  a person of the case asks for their file, and the review is open
 *
 * One sealed row a case.  The broker compares nobody.
 */
#ifndef WAYLEAVE_AGENT_CASES_FACTS_H
#define WAYLEAVE_AGENT_CASES_FACTS_H

#include "agent/agent.h"
#include "agent/practice/content.h"
#include "agent/practice/terms.h"

enum { FACTS_CLOSE_MAX = 16, FACTS_ROLES_MAX = 16 };

struct case_facts {
	char close[FACTS_CLOSE_MAX][WIRE_ID_MAX + 1];
	size_t n_close;
	struct {
		uint8_t other[WIRE_CASE];
		bool reviewed;
	} roles[FACTS_ROLES_MAX];
	size_t n_roles;
	bool file;                     /* asked for, review open */
};

/* All zero when nothing is known. */
MUST_USE enum error_code case_facts_get(struct agent *a,
    const uint8_t case_id[static WIRE_CASE], struct case_facts *out);
MUST_USE enum error_code case_facts_put(struct agent *a,
    const uint8_t case_id[static WIRE_CASE], const struct case_facts *f);

bool case_facts_is_close(const struct case_facts *f, const char *member);
/* ERR_SIZE when there are FACTS_CLOSE_MAX; twice is once. */
MUST_USE enum error_code case_facts_add_close(struct case_facts *f,
    const char *member);
/* Is a review of two roles still open? */
bool case_facts_two_roles(const struct case_facts *f);

/*
 * Is P2 of this introduction P1 in another book of ours, or the other way
 * round?  Two facts have to fit: the whole name, and the birth where both
 * books have one; a first name alone fits nobody.  What a lead has reviewed
 * does not count any more.
 */
MUST_USE enum error_code case_facts_meet(struct agent *a,
    const uint8_t case_id[static WIRE_CASE], const struct introduction *in,
    bool *met);
/* The same when the book is put: remembered in both cases until reviewed,
 * with a task for the lead. */
MUST_USE enum error_code case_facts_compare(struct agent *a,
    const uint8_t case_id[static WIRE_CASE], const struct introduction *in);
/* The lead has looked: these are two people, or it was settled. */
MUST_USE enum error_code case_facts_reviewed(struct agent *a,
    const uint8_t case_id[static WIRE_CASE]);

/* Adds the children (K..) of the introduction who have their own line now
 * (agent.conf, own_line_age); a birth known by its year alone counts early. */
void case_facts_own_line(const struct agent *a, const struct introduction *in,
    struct person_list *out);

/*
 * Fills in what the terms are judged by when this agency signs or sends:
 * own_line, role_conflict, perpetrator_request; conflict_hit for this
 * recipient.
 */
MUST_USE enum error_code case_facts_judge(struct agent *a,
    const uint8_t case_id[static WIRE_CASE], const char *recipient,
    struct terms_facts *f);

#endif
