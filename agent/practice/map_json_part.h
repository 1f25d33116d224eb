/*
 * What the files of the map as JSON share.  Internal to
 * agent/practice/map_json*.c.
 */
#ifndef WAYLEAVE_AGENT_PRACTICE_MAP_JSON_PART_H
#define WAYLEAVE_AGENT_PRACTICE_MAP_JSON_PART_H

#include "agent/practice/map_json.h"
#include "agent/practice/map_pick.h"

/* Each takes what it is given; false or NULL, no memory. */
bool map_json_put(json_t *o, const char *key, json_t *v);
bool map_json_add(json_t *list, json_t *v);
bool map_json_add_record(json_t *list, size_t record);
json_t *map_json_records_of(const size_t *v, size_t n);
json_t *map_json_id(const struct record_id *id);
/* What is shown and has a code of this kind. */
json_t *map_json_shown(const struct map_pick *k, pick_want *want);

/* Section 4. */
bool map_json_put_practice(json_t *o, const struct map_pick *k);
/* Notices and gaps. */
bool map_json_put_findings(json_t *o, const struct map_pick *k);

#endif
