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

/* What the case is called here; ERR_NOTFOUND when it has no name. */
enum { CASES_REFERENCE_MAX = 63 };
MUST_USE enum error_code cases_reference(struct agent *a,
    const uint8_t case_id[static WIRE_CASE],
    char out[static CASES_REFERENCE_MAX + 1]);
/* Every case known here, by number. */
typedef enum error_code cases_visit(void *ctx, uint64_t no,
    const uint8_t case_id[static WIRE_CASE]);
MUST_USE enum error_code cases_list(struct agent *a, cases_visit *visit,
    void *ctx);
/* Are we its custodian? */
bool cases_ours(struct agent *a, const uint8_t case_id[static WIRE_CASE]);

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
/*
 * Must this local account see an unknown case here (PROTOCOL 2)?  Those that
 * a conflict officer confirmed, and those whose name is that of an exclusion
 * in the book, from the moment the book has it.
 */
bool cases_excluded(struct agent *a, const uint8_t case_id[static WIRE_CASE],
    const char *account);
MUST_USE enum error_code cases_exclude(struct agent *a,
    const uint8_t case_id[static WIRE_CASE], const char *account);
/* How alike are two people's names: 2 the same, or one holds all words (two
 * or more) of the other; 1 they share a word; 0. */
unsigned cases_name_likeness(const char *x, const char *y);
/* A new account: compares its name with every book; as cases_exclude. */
MUST_USE enum error_code cases_compare_account(struct agent *a,
    const char *account);
/* Has a conflict officer here compared the exclusions?  True for the
 * custodian, who wrote them. */
bool cases_checked(struct agent *a, const uint8_t case_id[static WIRE_CASE]);
/*
 * May somebody with these rights (enum worker_right) know that there is
 * something in this case?  Not who is excluded, not `it` alone, and of an
 * introduction only a conflict officer until the exclusions are compared.
 */
bool cases_shows(struct agent *a, const uint8_t case_id[static WIRE_CASE],
    bool introduction, const char *account, unsigned rights);

/* ---- tasks for people -------------------------------------------------- */
#define CASES_TASKS(X)                                                    \
	X(TASK_STOPPED, 1, "stopped")                                     \
	X(TASK_FORCED, 2, "stopped-forced")                               \
	X(TASK_SPENT, 3, "old-phrase")                                    \
	X(TASK_CHECK_IN, 4, "check-in")                                   \
	X(TASK_DISAGREE, 5, "terms-disagree")                             \
	X(TASK_REFUSED, 6, "refused")                                     \
	X(TASK_CHANGED, 7, "permissions-changed")                         \
	X(TASK_PRESSED, 8, "cannot-sign")                                 \
	X(TASK_ROLES, 9, "two-roles")
enum cases_task {
#define X(id, number, name) id = number,
	CASES_TASKS(X)
#undef X
};
const char *cases_task_name(unsigned kind);
/* Says in the log, and so to IT, that somebody must be called. */
void cases_wake_somebody(void);
/* Makes one, unless the same is there for this case and time. */
MUST_USE enum error_code cases_task(struct agent *a,
    const uint8_t case_id[static WIRE_CASE], uint64_t at,
    enum cases_task kind);
/* The case a task is about; ERR_NOTFOUND. */
MUST_USE enum error_code cases_task_case(struct agent *a, uint64_t seq,
    uint8_t case_id[static WIRE_CASE]);

/* ---- introductions ----------------------------------------------------- */
/*
 * Queues `c` (an introduction) for this recipient: it is sent as soon as a
 * permission of scope ID is in effect, and tried until then.
 */
MUST_USE enum error_code cases_introduce(struct agent *a, const char *account,
    const uint8_t case_id[static WIRE_CASE], const char *recipient,
    const struct content *c);

#endif
