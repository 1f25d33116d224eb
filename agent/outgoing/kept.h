/*
 * What was unsealed from the books and is needed again and again: arrow keys
 * and the terms of grants.  In guarded memory, bounded, wiped when the agent
 * is locked; the books stay the truth, and whoever changes a row there makes
 * this forget it.
 */
#ifndef WAYLEAVE_AGENT_KEPT_H
#define WAYLEAVE_AGENT_KEPT_H

#include "agent/practice/terms.h"
#include "base/bytes.h"
#include "keys/arrow.h"
#include "proto/wire.h"

enum { KEPT_ARROWS = 256, KEPT_TERMS = 64 };

struct kept;

MUST_USE enum error_code kept_create(struct kept **out);
void kept_destroy(struct kept **k);

/* All of these take NULL for nothing kept. */
bool kept_arrow(const struct kept *k, const uint8_t case_id[static WIRE_CASE],
    const char *sender, const char *recipient, uint8_t key[static ARROW_KEY]);
void kept_arrow_put(struct kept *k, const uint8_t case_id[static WIRE_CASE],
    const char *sender, const char *recipient,
    const uint8_t key[static ARROW_KEY]);
void kept_arrow_forget(struct kept *k);

/* Of terms that agree with their grant, by the grant's record id. */
bool kept_terms(const struct kept *k, const uint8_t id[static WIRE_HASH],
    struct terms *out);
void kept_terms_put(struct kept *k, const uint8_t id[static WIRE_HASH],
    const struct terms *t);
void kept_terms_forget(struct kept *k);

#endif
