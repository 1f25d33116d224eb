/*
 * Shared by the verbs of workers (inbox.c, read.c, map.c, ...).
 */
#ifndef WAYLEAVE_AGENT_API_WORK_H
#define WAYLEAVE_AGENT_API_WORK_H

#include "agent/api/api.h"
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

/*
 * Ends the call with what is open of the case, as JSON of the verbs open and
 * map, if `may` says so of each item.  The map is told whole or not at all.
 */
typedef bool work_may_show(void *ctx, const struct held_item *it);
void work_tell_items(struct api_call *c,
    const uint8_t case_id[static WIRE_CASE], work_may_show *may, void *ctx);
void work_tell_map(struct api_call *c, const uint8_t case_id[static WIRE_CASE],
    work_may_show *may, void *ctx);

/* Adds what a lead may know of a case: roles, file (as verb review), and the
 * accounts here that are kept out of it. */
MUST_USE enum error_code work_lead_facts(struct agent *a,
    const uint8_t case_id[static WIRE_CASE], json_t *out);

/* Copies of one of our own records, as the verb track tells them. */
json_t *work_copies(struct agent *a, const struct record_id *id);

/* A content as JSON for people and programs; NULL if no memory. */
json_t *work_content(const struct content *c);
json_t *work_id(const struct record_id *id);
/* 32 hex digits, or the first 8 and more of one of our own records. */
bool work_own_id(struct api_call *c, const char *text, struct record_id *out);
json_t *work_time(uint64_t ms);
/* "2026-11-21 10:12 UTC": a time within a sentence.  Returns out. */
enum { WORK_WHEN = 24 };
const char *work_when(uint64_t ms, char out[static WORK_WHEN]);
/* Rights as a list of their words. */
json_t *work_rights(unsigned rights);
const char *work_kind(struct agent *a, const char *member, char out[static 8]);
/* What a member is called; its id when it is not known.  Borrowed. */
const char *work_name(struct agent *a, const char *member);

#endif
