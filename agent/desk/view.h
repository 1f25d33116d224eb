/*
 * Parts of pages that show records: one entry, what it rests on, notices,
 * and the four sections of the pattern map.  They draw what the agent chose
 * (agent/practice/map_json.h) and decide nothing.
 */
#ifndef WAYLEAVE_AGENT_DESK_VIEW_H
#define WAYLEAVE_AGENT_DESK_VIEW_H

#include "agent/desk/page.h"

/* The map of one case on its way to a page. */
struct view {
	struct desk_call *c;
	long long no;                  /* the case */
	json_t *result;                /* owned; what follows is part of it */
	const json_t *map, *records;
	json_t *people;                /* owned; NULL: no names are shown */
	bool paper;                    /* no links: ids stand for themselves */
};

/* The case number that is this part of the path; 0 when it is none. */
long long view_case(const struct desk_call *c, unsigned part);
/* The same for a message that came. */
long long view_message(const struct desk_call *c, unsigned part);
/*
 * Asks for the map and for the names; false: the reply is made.  `filters`
 * (stolen, may be NULL) go along: actor, child, pathway, left, right.
 */
bool view_load(struct view *v, struct desk_call *c, long long no,
    json_t *filters);
void view_free(struct view *v);

/* The i-th text of a list; "" when there is none. */
const char *view_at(const json_t *list, size_t i);

/* ---- one observation, as the agent tells it ----------------------------- */

/* "2026-03 to 2026-08", "before this relationship", "date not known". */
void view_when(struct buf *b, const json_t *observation);
/* A list of codes with their labels. */
void view_codes(struct desk_call *c, const json_t *codes);
/* "to P2; two to five times; when ...; DM02; said: ..."; nothing: false. */
bool view_detail(struct buf *b, const json_t *observation);
/* How it is known: "own agency records, documented". */
void view_known(struct buf *b, const json_t *observation);
/* A label of the vocabulary that stands within a sentence. */
void view_label(struct buf *b, const char *code);

/* ---- records of a map ---------------------------------------------------- */

const json_t *view_record(const struct view *v, const json_t *index);
/* Where a record is shown; empty when nowhere. */
enum { VIEW_PATH = 48 };
void view_path(const json_t *record, char out[static VIEW_PATH]);
/* "9f31c2aa", leading to the record, goal or task. */
void view_id(const struct view *v, const json_t *record);
/* "Northbank Police [9f31c2aa]", the id leading to the record. */
void view_link(const struct view *v, const json_t *record);
/* <li>: when, codes, words, source, and shield first. */
void view_entry(const struct view *v, const json_t *entry);
/* The notices of a section 1..4, each with the records behind it. */
void view_notices(const struct view *v, int section);
/* What stands where a section has nothing. */
void view_gap(const struct view *v, const char *words);
/* "P1, Name" or "P1". */
void view_person(const struct view *v, const char *id);

/* ---- tasks -------------------------------------------------------------------- */

/* "s.nowak looks after it until 2026-11-25", "done here ..", or nothing; a
 * mark when its day (or the one kept here) has gone by and it is not done. */
void view_taken(struct buf *b, const json_t *task);
/* Buttons: look after it, done, open again.  `back` as page_task_act has it. */
void view_task_acts(struct desk_call *c, long long no, const json_t *task,
    const char *back);

/* Who got a copy of one of our records, and what became of it. */
void view_copies(struct desk_call *c, const json_t *copies);

/* What is urgent now, from the answer of `inbox`; nothing when nothing is. */
void view_urgent(struct desk_call *c, const json_t *inbox);

/* ---- the map ------------------------------------------------------------- */

/* Danger to workers, what cannot be opened, who is who: above all else. */
void view_first(const struct view *v);
/* Sections 1 to 4 in their order; `left` and `right`: two persons side by
 * side in section 1, or NULL. */
void view_sections(const struct view *v, const char *left,
    const char *right);
/* The three questions about change, goals and attendance; section 4 and a
 * page of its own. `level` of their headings: 2 or 3. */
void view_change(const struct view *v, int level);
void view_goals(const struct view *v, int level);

#endif
