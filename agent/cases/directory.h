/*
 * The directory: the member records of everybody, brought up to date from
 * the broker when somebody has to be found (auditors to seal to, agencies of
 * a consent set).  Members come as news only when they replace an older
 * record (PROTOCOL 6).
 */
#ifndef WAYLEAVE_AGENT_CASES_DIRECTORY_H
#define WAYLEAVE_AGENT_CASES_DIRECTORY_H

#include "agent/agent.h"

/* Was it complete within the last hour? */
bool cases_directory_fresh(struct agent *a);

/* Has it been complete at all?  Until then whoever is known is known from a
 * case, and a list of them would tell who is in it. */
bool cases_directory_complete(struct agent *a);

/*
 * Whom to call about a case: name and telephone of the agency that keeps the
 * consent; a few words that say so while it is not known.  Returns out.
 */
enum { CASES_KEEPER = WIRE_NAME_MAX + WIRE_PHONE_MAX + 4 };
const char *cases_keeper(struct agent *a,
    const uint8_t case_id[static WIRE_CASE], char out[static CASES_KEEPER]);

/*
 * Asks for what is new since the last time; `done` is called once, with
 * `fresh` false when the connection went.  ERR_OFFLINE, ERR_BUSY, ERR_NOMEM:
 * it is not called.
 */
typedef void cases_directory_done(struct agent *a, bool fresh, void *ctx);
MUST_USE enum error_code cases_directory_ask(struct agent *a,
    cases_directory_done *done, void *ctx);

#endif
