/*
 * Shared by the verbs of workers (api_read.c, api_write.c).
 */
#ifndef WAYLEAVE_AGENT_API_WORK_H
#define WAYLEAVE_AGENT_API_WORK_H

#include "agent/api.h"
#include "agent/held.h"

/* The case a request names: its small number or its local reference, in
 * field "case"; a call that names none or an unknown one is ended with one
 * and the same sentence (also for an excluded worker), and false returned. */
bool work_case(struct api_call *c, uint8_t case_id[static WIRE_CASE]);
bool work_case_named(struct api_call *c, const json_t *named,
    uint8_t case_id[static WIRE_CASE]);

/*
 * Opens what is not open yet of the case (one ledger record per 256), then
 * calls `then`; or ends the call, saying why.  When nothing can be opened
 * now (offline) `then` still runs, over what is open.
 */
typedef void work_then(struct api_call *c,
    const uint8_t case_id[static WIRE_CASE]);
void work_opened(struct api_call *c, const uint8_t case_id[static WIRE_CASE],
    work_then *then);

/* A content as JSON for people and programs; NULL if no memory. */
json_t *work_content(const struct content *c);
json_t *work_id(const struct record_id *id);
/* 32 hex digits, or the first 8 and more of one of our own records. */
bool work_own_id(struct api_call *c, const char *text, struct record_id *out);
json_t *work_time(uint64_t ms);
const char *work_kind(struct agent *a, const char *member, char out[static 8]);

#endif
