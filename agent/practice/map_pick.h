/*
 * What the map shows, in which order, and what stands behind it: chosen once
 * for the map as text (map.c) and as JSON (map_json.c).  Pure; private to
 * agent/practice.  Records are named by their index among those held.
 */
#ifndef WAYLEAVE_AGENT_PRACTICE_MAP_PICK_H
#define WAYLEAVE_AGENT_PRACTICE_MAP_PICK_H

#include "agent/practice/map.h"

enum { PICK_BEHIND_MAX = 64 };

struct map_pick {
	const struct held *h;
	size_t n;
	const struct case_people *people;
	const struct pattern *p;
	const struct map_options *o;   /* never NULL */
	size_t order[PATTERN_RECORDS_MAX];  /* what is shown, by date */
	size_t n_order;
	struct date_text separated;    /* "" = not known */
	bool split;                    /* acts: before and after separation */
	struct date_text turned;       /* somebody works with the pattern; "" */
};

/*
 * Chooses: current records that the filters let through, oldest first,
 * undated ones last.  `options` may be NULL.  All that is given is borrowed.
 * ERR_FORMAT when a filter names no possible person or pathway, ERR_SIZE
 * for too many records.
 */
MUST_USE enum error_code pick_make(struct map_pick *k, const struct held *h,
    size_t n, const struct case_people *people, const struct pattern *p,
    const struct map_options *options);

/* Kinds of codes, for telling which of a record's codes a list is about. */
typedef bool pick_want(const struct vocabulary_code *c);
pick_want pick_any, pick_act /* CC, CH */, pick_effect /* AI */,
    pick_factor /* IF */, pick_harmful, pick_helpful /* SR */, pick_naming,
    pick_claiming, pick_change /* BC */, pick_attendance /* BA */;
bool pick_has(const struct observation *o, pick_want *want);

/* The first record that tells of danger to workers; SIZE_MAX. */
size_t pick_worker_safety(const struct map_pick *k);
/* Everybody whose acts are shown, in the order of their first ones. */
void pick_actors(const struct map_pick *k, struct person_list *out);
/* Does this act of the split list belong after the separation? */
bool pick_after(const struct map_pick *k, size_t record);
/* May this pathway be shown under the filter? */
bool pick_pathway(const struct map_pick *k, const struct vocabulary_code *pw);

/*
 * Acts behind an effect on a child: those it links to, else those tied to it
 * by another record.  Returns how many of at most `max`.
 */
size_t pick_behind(const struct map_pick *k, size_t record, size_t *out,
    size_t max);
/* Acts that this record itself links to. */
size_t pick_linked(const struct map_pick *k, size_t record, size_t *out,
    size_t max);
/* An effect with no behaviour linked yet (GP06)? `behind`: how many are. */
bool pick_untied(const struct map_pick *k, size_t record, size_t behind);

/* Said by the person causing harm, and by nobody else? */
bool pick_self_report(const struct observation *o);

/* Whom a note is about, and on which side of the turning day. */
enum pick_focus { FOCUS_NONE, FOCUS_SURVIVOR, FOCUS_ACTOR };
enum pick_focus pick_focus(const struct map_pick *k, size_t record,
    bool *since);

/* Who has taken this gap; NULL: nobody. */
const struct gap_owner *pick_owner(const struct map_pick *k,
    const struct gap *g);
/* Codes of the notices of section 1..4, NULL-ended. */
const char *const *pick_notices(unsigned section);

#endif
