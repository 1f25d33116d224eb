/*
 * What this agency wrote itself: contents kept sealed, whatever becomes of
 * their copies (PROTOCOL 6: what the agency wrote itself is kept sealed).
 */
#ifndef WAYLEAVE_AGENT_OWN_H
#define WAYLEAVE_AGENT_OWN_H

#include "agent/agent.h"
#include "agent/practice/content.h"

struct own {
	struct record_id id;
	uint8_t case_id[WIRE_CASE];
	uint64_t at;                  /* ms */
	enum content_kind kind;
	bool recalled;
};

MUST_USE enum error_code own_put(struct agent *a,
    const uint8_t case_id[static WIRE_CASE], const struct content *c);
/* `content` may be NULL; else wipe it with content_wipe. ERR_NOTFOUND. */
MUST_USE enum error_code own_get(struct agent *a, const struct record_id *id,
    struct own *out, struct content *content);
typedef enum error_code own_visit(void *ctx, const struct own *o,
    const struct content *c);
MUST_USE enum error_code own_list(struct agent *a,
    const uint8_t case_id[static WIRE_CASE], own_visit *visit, void *ctx);
MUST_USE enum error_code own_recalled(struct agent *a,
    const struct record_id *id);

#endif
