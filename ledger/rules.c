/*
 * The walk over the table of ledger/rules.def, and what follows from grants.
 */
#include "ledger/rules.h"

#include <string.h>

#include "base/fault.h"
#include "ledger/rules_check.h"

#define LOCKED_MS (30 * (uint64_t)DAY_MS)   /* PROTOCOL 4: k2 is kept so long */

/* ---- the table ---------------------------------------------------------------- */

static const struct row {
	enum rule rule;
	const char *name, *shown;
	unsigned asks;
	bool (*facts)(const struct facts *);
	bool (*leave)(const struct facts *, const struct grant *);
	const char *meaning;
} table[] = {
#define RULE(id, number, shown, asks, predicate, meaning) \
	{ RULE_##id, #id, shown, asks, rules_check_##predicate, \
	    NULL, meaning },
#define LEAVE(id, number, shown, asks, predicate, meaning) \
	{ RULE_##id, #id, shown, asks, NULL, \
	    rules_check_##predicate, meaning },
#include "ledger/rules.def"
#undef RULE
};

enum { ROWS = sizeof table / sizeof table[0] };

static const struct row *
row_of(enum rule r)
{
	size_t i;

	for (i = 0; i < ROWS; i++)
		if (table[i].rule == r)
			return &table[i];
	return NULL;
}

bool
rule_known(uint32_t number)
{
	return number == RULE_ADMIT ||
	    (number < RULE_END && row_of((enum rule)number) != NULL);
}

const char *
rule_name(enum rule r)
{
	const struct row *row = row_of(r);

	if (r == RULE_ADMIT)
		return "ADMIT";
	return row != NULL ? row->name : "";
}

const char *
rule_shown(enum rule r)
{
	const struct row *row = row_of(r);

	if (row == NULL || row->shown[0] == '\0')
		return rule_name(r);
	return row->shown;
}

enum rule
rule_shown_as(enum rule r)
{
	return strcmp(rule_shown(r), "R1") == 0 && !fault_break("p8") ?
	    RULE_NO_GRANT : r;
}

const char *
rule_meaning(enum rule r)
{
	const struct row *row = row_of(r);

	if (r == RULE_ADMIT)
		return "admitted";
	return row != NULL ? row->meaning : "";
}

bool
rule_waits(enum rule r)
{
	return r == RULE_HELD || r == RULE_CUSTODIAN_GONE;
}

/* ---- deciding ------------------------------------------------------------------- */

bool
rules_labels_cover(const uint8_t (*have)[WIRE_LABEL], unsigned n_have,
    const uint8_t (*need)[WIRE_LABEL], unsigned n_need)
{
	unsigned h = 0, n;
	int c;

	for (n = 0; n < n_need; n++) {
		c = 1;
		while (h < n_have &&
		    (c = memcmp(have[h], need[n], WIRE_LABEL)) < 0)
			h++;
		if (h == n_have || c != 0)
			return false;
	}
	return n_need > 0;
}

/* The first leave row that this grant fails, ROWS when it covers. */
static size_t
grant_reaches(const struct facts *f, const struct grant *g)
{
	size_t i;

	for (i = 0; i < ROWS; i++)
		if (table[i].leave != NULL &&
		    (table[i].asks & (unsigned)f->ask) != 0 &&
		    !table[i].leave(f, g))
			break;
	return i;
}

struct verdict
rules_grants(const struct facts *f)
{
	struct verdict v = { RULE_NO_GRANT, 0, 0, false };
	size_t reach, far = 0;
	unsigned i;

	for (i = 0; i < f->n_grant; i++) {
		const struct grant *g = &f->grant[i];

		reach = grant_reaches(f, g);
		/* Of those that cover, the one ending last; the lowest index
		 * of equals, which comes first. */
		if (reach == ROWS && (far != ROWS || g->until > v.until)) {
			v.grant = g->idx;
			v.until = g->until;
		}
		if (reach > far)
			far = reach;
	}
	if (f->n_grant > 0)
		v.rule = far == ROWS ? RULE_ADMIT : table[far].rule;
	return v;
}

/*
 * The exception for plain expiry alone: opened once under a grant, it may be
 * read again for the keep_read_days of the last one that covered it, counted
 * from its end; not when any that covered it was withdrawn.
 */
static bool
may_reopen(const struct facts *f, struct verdict *v)
{
	const struct grant *last = NULL;
	uint64_t end;
	unsigned i;

	for (i = 0; i < f->n_grant; i++) {
		const struct grant *g = &f->grant[i];

		if (!rules_check_leave_labels(f, g))
			continue;
		if (g->ended_by != ENDED_NOT)
			return false;
		if (g->effective < g->until && g->until <= f->now &&
		    (last == NULL || g->until > last->until))
			last = g;
	}
	if (last == NULL)
		return false;
	end = rules_later(last->until, last->keep_read_days * (uint64_t)DAY_MS);
	if (f->now >= end)
		return false;
	*v = (struct verdict){ RULE_ADMIT, last->idx, end, true };
	return true;
}

struct verdict
rules_decide(const struct facts *f)
{
	struct verdict v = { RULE_ADMIT, 0, 0, false };
	size_t i;

	if (fault_break("p1") && f->n_grant > 0)
		return (struct verdict){ RULE_ADMIT, f->grant[0].idx,
		    rules_later(f->now, DAY_MS), false };
	for (i = 0; i < ROWS; i++)
		if (table[i].facts != NULL &&
		    (table[i].asks & (unsigned)f->ask) != 0 &&
		    !table[i].facts(f)) {
			v.rule = table[i].rule;
			return v;
		}
	if ((f->ask & (ASK_SEND | ASK_SUBMIT | ASK_DELIVER | ASK_OPEN |
	    ASK_REOPEN)) == 0)
		return v;
	v = rules_grants(f);
	if (v.rule != RULE_ADMIT && f->ask == ASK_REOPEN)
		(void)may_reopen(f, &v);
	return v;
}

/* ---- derived times ---------------------------------------------------------------- */

uint64_t
rules_effective(const struct wire_grant *g, uint64_t entered, bool new_pair)
{
	uint64_t delayed;

	if (!new_pair || g->has_waiver)
		return g->from;
	delayed = rules_later(entered, DAY_MS);
	return delayed > g->from ? delayed : g->from;
}

/* Until when this grant, by itself, keeps the shares of what it covers. */
static uint64_t
keeps_until(const struct grant *g)
{
	uint64_t end = rules_later(g->until, g->keep_read_days * (uint64_t)DAY_MS);
	uint64_t cut;

	if (g->ended_by == ENDED_NOT || g->locked_at >= end)
		return end;
	/* Locked by one of its ends: 30 days, unless she ends it earlier. */
	cut = rules_later(g->locked_at, LOCKED_MS);
	if (g->ended_by > ENDED_BY_END && g->ended_at < cut)
		cut = g->ended_at;
	return cut;
}

uint64_t
rules_message_closes(const struct grant *grant, unsigned n_grant,
    const uint8_t (*need)[WIRE_LABEL], unsigned n_need, uint64_t message_idx)
{
	uint64_t end, reach = 0;
	unsigned i;

	for (i = 0; i < n_grant; i++) {
		const struct grant *g = &grant[i];

		if (!rules_labels_cover(g->label, WIRE_GRANT_LABELS, need,
		    n_need))
			continue;
		/* Grants come by index: one that came too late revives
		 * nothing, and neither does any after it. */
		if (reach != 0 && g->idx > message_idx && g->entered >= reach)
			break;
		end = keeps_until(g);
		if (end > reach)
			reach = end;
	}
	return reach;
}

bool
rules_ended_owed(const struct grant *g, uint64_t stop_idx)
{
	if (g->ended_by == ENDED_NOT)
		return g->told_idx < stop_idx;
	/* Ended after the stop: once for that, once for the stop. */
	return g->locked_idx > stop_idx && g->told_before < stop_idx;
}
