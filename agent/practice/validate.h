/*
 * The rules on content, V1 to V10 (DOMAIN 2, USERS 5), and which scopes a
 * content needs (PROTOCOL 2 "Arrows and labels").  Pure.
 */
#ifndef WAYLEAVE_AGENT_PRACTICE_VALIDATE_H
#define WAYLEAVE_AGENT_PRACTICE_VALIDATE_H

#include "agent/practice/content.h"

/* A refusal of this machine: which rule, which field, and in words. */
struct refusal {
	char rule[8];                  /* "V5" */
	char field[32];                /* "asked"; JSON path from the top */
	char text[240];                /* what is wrong and what to do */
};

/* What the content itself cannot say. */
struct validate_facts {
	/* This very record, or its words, came from another agency (V4). */
	bool received;
};

/*
 * The rules, in order: V0 form (also: a goal is a behaviour with a measure),
 * V1 an act needs an actor, V2 a factor an owner and a relation, V3 "has
 * stopped" the record it ends, V4 received is not authored, V5 what she did
 * to keep safe needs her yes, V6 places and plans do not travel, V8 codes in
 * use, V9 at most eight links.  V7 is no refusal (it raises GP06), V10 is
 * validate_shield.
 *
 * May this content be sent at all?  The first rule that fails, in the order
 * of the table, fills `r`; ERR_REFUSED then.  `facts` may be NULL.
 */
MUST_USE enum error_code validate_content(const struct content *c,
    const struct validate_facts *facts, struct refusal *r);

/*
 * Scopes and segments a content needs, at least one.  The receiver computes
 * the same from what it decrypted and compares with the labels.
 */
scope_set validate_needs(const struct content *c);
/* The same for an observation alone. */
scope_set validate_observation_needs(const struct observation *o);

/*
 * V10: must a copy to an agency of this kind ("AG07") be shown with
 * "never put to the actor or attribute"?
 */
bool validate_shield(const struct observation *o, const char *kind);

/* Does it carry one of DM01..DM04, which nothing may delay? */
bool validate_danger(const struct observation *o);

#endif
