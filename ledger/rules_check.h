/*
 * The predicates of ledger/rules.def, for ledger/rules.c alone: one for each
 * row, rules_check_<predicate>.  True when the rule is kept, and for a kind
 * of record that the rule does not concern.
 */
#ifndef WAYLEAVE_LEDGER_RULES_CHECK_H
#define WAYLEAVE_LEDGER_RULES_CHECK_H

#include "ledger/rules.h"

#define RULE(id, number, shown, asks, predicate, meaning) \
	bool rules_check_##predicate(const struct facts *f);
#define LEAVE(id, number, shown, asks, predicate, meaning) \
	bool rules_check_##predicate(const struct facts *f,   \
	    const struct grant *g);
#include "ledger/rules.def"
#undef RULE

/* Is this the record's kind? */
static inline bool
rules_kind_is(const struct facts *f, enum wire_kind k)
{
	return f->body != NULL && f->body->kind == k;
}

/* a + b, not past the end of time. */
static inline uint64_t
rules_later(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

#endif
