/*
 * The timeline: an SVG made of the map's JSON (agent/practice/map_json.h),
 * and the same as a table for those who do not see it.  Pure: JSON in,
 * markup out.
 *
 * Lanes, always these: acts by each person, contacts with the police, steps
 * at court, separation, effects on children.  A mark stands at a record's
 * date and is as wide as that is exact; what has no date stands apart.
 * Agencies are told apart by shape and by colour, never by colour alone.
 * No inline style: classes and presentation attributes (assets/read.css).
 */
#ifndef WAYLEAVE_AGENT_DESK_PLOT_H
#define WAYLEAVE_AGENT_DESK_PLOT_H

#include <jansson.h>
#include <stdbool.h>

#include "base/bytes.h"

/* Nothing is written when nothing is shown.  `paper`: no links, no table. */
void plot(struct buf *b, const json_t *map, bool paper);

/* ---- the axis: days since 1970-01-01 of the proleptic calendar ----------- */

enum { PLOT_NO_DAY = -2147483647, PLOT_NAME = 24 };

/*
 * First (or last) day of a year, a month or a day: "2026" is 2026-01-01 (or
 * 2026-12-31).  PLOT_NO_DAY from what is no such date.
 */
int plot_day(const char *date, bool last);
/* Whole months from one day to another, rounded up; at least 1. */
int plot_months(int from, int to);
/* Months between two ticks so that there are at most eight; 1, 2, 3, 6 or
 * whole years. */
int plot_step(int months);
/* The n-th tick from `day` on: the first day of a month whose number is a
 * multiple of `step`; and its name, "2026-03" or "2026". */
int plot_tick(int day, int step, int n, char name[static PLOT_NAME]);

#endif
