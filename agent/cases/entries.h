/*
 * What happened in a case of ours: every entry of it, as the broker shows
 * its custodian (PROTOCOL 5 "Who sees a body").  Kept in the books, brought
 * up to date when somebody asks.  That none is missing is for the auditor's
 * mirror to certify.
 */
#ifndef WAYLEAVE_AGENT_CASES_ENTRIES_H
#define WAYLEAVE_AGENT_CASES_ENTRIES_H

#include "agent/agent.h"

/*
 * Asks for what is new; `done` is called once, `complete` false when it did
 * not all come.  ERR_OFFLINE, ERR_BUSY, ERR_NOMEM: it is not called.
 */
typedef void cases_entries_done(struct agent *a, bool complete, void *ctx);
MUST_USE enum error_code cases_entries_ask(struct agent *a,
    const uint8_t case_id[static WIRE_CASE], cases_entries_done *done,
    void *ctx);

/* Every entry kept of the case, decoded, in ledger order.  The entry is the
 * visitor's only until it returns. */
typedef enum error_code cases_entries_visit(void *ctx, const struct entry *e);
MUST_USE enum error_code cases_entries(struct agent *a,
    const uint8_t case_id[static WIRE_CASE], cases_entries_visit *visit,
    void *ctx);

#endif
