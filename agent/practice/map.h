/*
 * The pattern map and the list of gaps as plain text (DOMAIN 1, 6b, 6c):
 * four fixed sections, never reordered, empty ones shown as gaps.
 */
#ifndef WAYLEAVE_AGENT_PRACTICE_MAP_H
#define WAYLEAVE_AGENT_PRACTICE_MAP_H

#include "agent/practice/pattern.h"

/* Who has taken a gap, by when; kept by the agent without content. */
struct gap_owner {
	const char *gp;                /* "GP01" */
	struct person_id about;        /* "" = any */
	const char *owner;             /* worker or agency */
	const char *due;               /* "2026-11-25"; NULL = none */
};

/* A goal or task held here, for section 4. */
struct map_item {
	const struct content *c;       /* CONTENT_GOAL or CONTENT_TASK */
	const char *member;
	uint64_t message;              /* its number when received; else 0 */
	bool own;
	/* of a task, here: who looks after it, until when; is it done? */
	const char *taken_by, *taken_due; /* "" nobody, no day */
	bool done;
};

struct map_options {
	const char *actor, *child, *pathway;  /* filters; NULL = all */
	const char *left, *right;      /* side by side: two persons, or NULL */
	const char *kind;              /* of this agency, for the shield (V10) */
	const struct gap_owner *owners;
	size_t n_owners;
	const struct map_item *items;
	size_t n_items;
	unsigned width;                /* columns; 0 = 80 */
};

enum { MAP_TEXT_MAX = 1024 * 1024 };

/*
 * The map into out (made with a maximum of MAP_TEXT_MAX or less).  `options`
 * may be NULL.  ERR_FORMAT when a filter names no possible person or
 * pathway, ERR_SIZE when out is too small.
 */
MUST_USE enum error_code map_render(const struct held *h, size_t n,
    const struct case_people *people, const struct pattern *p,
    const struct map_options *options, struct buf *out);
/* The gaps alone, one a line with owner and due day. */
MUST_USE enum error_code map_render_gaps(const struct held *h, size_t n,
    const struct pattern *p, const struct map_options *options,
    struct buf *out);

#endif
