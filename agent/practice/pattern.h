/*
 * What the records of one case, as held here, say together: pattern notices
 * PT1..PT8 and gaps GP01..GP15 (DOMAIN 2, 3).  Computed at the agency over
 * what it holds and opened; nothing is inferred from what is withheld.
 * Pure: an array in, findings out.
 */
#ifndef WAYLEAVE_AGENT_PRACTICE_PATTERN_H
#define WAYLEAVE_AGENT_PRACTICE_PATTERN_H

#include "agent/practice/content.h"

enum {
	PATTERN_RECORDS_MAX = 1024,
	PATTERN_BEHIND_MAX = 32,
	PATTERN_NOTICES_MAX = 64,
	PATTERN_GAPS_MAX = 256
};

/* One observation held here, own or received and open now. */
struct held {
	struct record_id id;
	const struct observation *o;   /* borrowed */
	const char *member;            /* who wrote it, member id */
	const char *kind;              /* "AG02" */
	const char *name;              /* display name; NULL: the id */
	bool own;
	uint64_t message;              /* number of a received one, else 0 */
	uint64_t at;                   /* ms: written or received */
	/* Records held here that this one links to: resolved slots. */
	size_t links[OBSERVATION_LINKS_MAX];  /* indices into the array */
	size_t n_links;
	size_t n_unresolved;           /* never shown; for own records only */
	bool replaced;                 /* recalled, or a correction is held */
};

/* Who is who in this case, from the introduction or the local book. */
struct case_people {
	struct person_list causing_harm;  /* usually P1 */
	struct person_list survivors;     /* usually P2 */
	struct date_text separated;       /* "" = not known */
	struct code_list answered;        /* GPs that an answer has settled */
};

struct notice {
	const struct vocabulary_code *pt;
	struct person_id about;
	char text[240];
	size_t behind[PATTERN_BEHIND_MAX];  /* indices of held records */
	size_t n_behind;
};

struct gap {
	const struct vocabulary_code *gp;
	struct person_id about;        /* "" = the case */
	size_t record;                 /* index, or SIZE_MAX */
	char text[240];
	bool survivor_first;           /* "ask survivor first" */
};

struct pattern {
	struct notice notices[PATTERN_NOTICES_MAX];
	size_t n_notices;
	struct gap gaps[PATTERN_GAPS_MAX];
	size_t n_gaps;
	bool cut;                      /* more than fitted */
};

/* Replaced records count for nothing.  n <= PATTERN_RECORDS_MAX. */
MUST_USE enum error_code pattern_compute(const struct held *h, size_t n,
    const struct case_people *people, struct pattern *out);

/* Is a notice PTn among them?  The first, or NULL. */
const struct notice *pattern_notice(const struct pattern *p, const char *pt);
/* The first open gap of this code, or NULL. */
const struct gap *pattern_gap(const struct pattern *p, const char *gp);
/*
 * Fills links of every record from o->links, by id among the held (own
 * records and resolved slots alike); n_unresolved counts the rest.  Returns
 * how many were found.
 */
size_t pattern_resolve(struct held *all, size_t n);

/*
 * The day of the separation: people->separated, or the earliest date of a
 * record with DM06, PE09 or CC39; "" when nothing tells.
 */
void pattern_separation(const struct held *h, size_t n,
    const struct case_people *people, struct date_text *out);
/* Does this record belong after that day?  CC39 always does. */
bool pattern_after_separation(const struct held *h,
    const struct date_text *separated);

#endif
