/*
 * The pen of the map: wrapped lines, entries, tags of records.  Private to
 * agent/practice.
 */
#ifndef WAYLEAVE_AGENT_PRACTICE_MAP_TEXT_H
#define WAYLEAVE_AGENT_PRACTICE_MAP_TEXT_H

#include "agent/practice/map_pick.h"

enum { MAP_LINE_MAX = 4096 };

struct pen {
	struct buf *out;
	unsigned width;
	struct map_pick k;
};

/* A line, wrapped at the width; later lines `hang` columns further in. */
void pen_line(struct pen *p, unsigned indent, unsigned hang,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* The same into another buffer and width. */
void pen_wrap(struct buf *out, unsigned width, unsigned indent,
    unsigned hang, const char *text);
void pen_heading(struct pen *p, const char *text);
void pen_title(struct pen *p, const char *text);

/* Parts of lines, each into a buffer and never over its end. */
/* "CC12 Locks in ...; CH06 ..." of the groups for which want() is true. */
void pen_codes(const struct observation *o, pick_want *want, char *out,
    size_t n);
/* "2026-03 to 2026-08", "before this relationship", "date not known". */
void pen_when(const struct observation *o, char *out, size_t n);
/* "K1, K2" */
void pen_persons(const struct person_list *l, char *out, size_t n);
/* "Northbank Police (AG02), own agency records [9f31c2aa]" */
void pen_source(const struct pen *p, size_t record, char *out, size_t n);
/* "[9f31c2aa]" */
void pen_tag(const struct held *h, char out[static 12]);

/* A behaviour in full: when, codes, to whom, how often, words, source. */
void pen_entry(struct pen *p, size_t record, pick_want *want);
/* The same as flowing text, for a narrow column. */
void pen_entry_text(const struct pen *p, size_t record, pick_want *want,
    char *out, size_t n);
/* The notices of a section with the records behind each. */
void pen_notices(struct pen *p, unsigned section);

/* The four sections. */
void map_section_pattern(struct pen *p);
void map_section_family(struct pen *p);
void map_section_factors(struct pen *p);
void map_section_practice(struct pen *p);
void map_gaps(struct pen *p);
/* Section 1 for two persons in two columns. */
void map_side_by_side(struct pen *p);

#endif
