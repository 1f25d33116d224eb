/*
 * The pattern map as JSON, for programs that draw it (agent/desk).  The same
 * choices as the text of map.h; codes travel without their labels, which are
 * the vocabulary's.
 *
 * records    every record held: id, own, message (number of a received one),
 *            member, name, kind ("AG02"), observation (wayleave/observation/1
 *            as it travels), links [record], lanes [acts|police|court|
 *            separation|child]; true or absent: replaced, shield, after (the
 *            separation), self_report
 * shown      [record] that pass the filters, oldest first, undated last
 * worker_safety  record, absent without one
 * separated  day, "" unknown;  split: acts are told before and after it
 * actors     [person] with acts, in the order of their first ones
 * acts       [entry]: record, codes (those this list is about)
 * danger     [code, record]: facts, never counted
 * pathways   [code, records]
 * effects    [entry, behind [entry], untied];  factors [entry, acts [entry]]
 * protective, wishes, harmful, helpful   [entry]
 * focus      day, survivor {before, since}, actor {before, since}: [record];
 *            absent while nothing tells
 * change     naming, claiming, change, attendance: [entry]; evidence
 * goals      [id, own, message, member, person, behaviour, text, measure, by,
 *            checked_by]
 * tasks      [id, own, message, member, owner, text, due, gap, and of this
 *            agency alone: taken_by, taken_due, done]
 * notices    [code, section 1..4, about, text, records]
 * gaps       [code, about, text, survivor_first, record, owner, due]
 * cut        more notices or gaps were found than are told
 *
 * A record is named by its place in `records`.
 */
#ifndef WAYLEAVE_AGENT_PRACTICE_MAP_JSON_H
#define WAYLEAVE_AGENT_PRACTICE_MAP_JSON_H

#include <jansson.h>

#include "agent/practice/map.h"

/* *out is the caller's.  Errors as map_render(); ERR_NOMEM. */
MUST_USE enum error_code map_json(const struct held *h, size_t n,
    const struct case_people *people, const struct pattern *p,
    const struct map_options *options, json_t **out);

#endif
