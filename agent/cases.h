/*
 * Cases and consent: what a custodian does (open, consent set, renew,
 * withdraw, resume, close, statement), what anyone may do (stop, withdraw
 * its own arrow), and what news of a case sets off.  PROTOCOL 2.
 */
#ifndef WAYLEAVE_AGENT_CASES_H
#define WAYLEAVE_AGENT_CASES_H

#include "agent/agent.h"
#include "agent/practice/content.h"
#include "agent/practice/terms.h"

/*
 * One entry of news, inside intake's transaction, after the slice has it:
 * terms of a grant are opened and compared with its labels, arrow keys taken
 * in, arrow keys sent after the first grant of an arrow, the entry kept for
 * the statement (custodian), tasks made for people.
 */
MUST_USE enum error_code cases_news(struct agent *a, const struct entry *e,
    struct why *why);
/* An end of one of our cases asks for its arrow key again. */
void cases_key_asked(struct agent *a, const uint8_t case_id[static WIRE_CASE],
    const char *by);
/* Once a turn: arrow keys still owed because a sealing key was missing. */
void cases_turn(struct agent *a);

/* The small number a worker knows a case by; made on first use. */
MUST_USE enum error_code cases_number(struct agent *a,
    const uint8_t case_id[static WIRE_CASE], uint64_t *no);
MUST_USE enum error_code cases_by_number(struct agent *a, uint64_t no,
    uint8_t case_id[static WIRE_CASE]);
/* A case's local reference ("CF-2026-0417"), sealed in the books. */
MUST_USE enum error_code cases_by_reference(struct agent *a,
    const char *reference, uint8_t case_id[static WIRE_CASE]);
MUST_USE enum error_code cases_set_reference(struct agent *a,
    const uint8_t case_id[static WIRE_CASE], const char *reference);

/* The terms that a grant in our slice was given under; ERR_NOTFOUND until
 * its arrow key came; ERR_REFUSED when they disagree with its labels (then
 * the grant is not in force for us). */
MUST_USE enum error_code cases_terms(struct agent *a,
    const uint8_t grant_id[static WIRE_HASH], struct terms *out);

/* The book of names: the introduction as held here. Wipe with content_wipe. */
MUST_USE enum error_code cases_book_get(struct agent *a,
    const uint8_t case_id[static WIRE_CASE], struct content *out);
MUST_USE enum error_code cases_book_put(struct agent *a,
    const uint8_t case_id[static WIRE_CASE], const struct content *c);
/* Must this local account see an unknown case here?  (PROTOCOL 2) */
bool cases_excluded(struct agent *a, const uint8_t case_id[static WIRE_CASE],
    const char *account);
/* Has a conflict officer here compared the exclusions? */
bool cases_checked(struct agent *a, const uint8_t case_id[static WIRE_CASE]);

#endif
