/*
 * Which records a received message links to, found once.  A message carries
 * eight slots, and whether one stands for a record is a hash of both
 * (outgoing/compose.h): a case of 500 records would cost 250,000 of them each
 * time it is looked at.
 *
 * What is found here is content: it lives in guarded memory, and is wiped
 * when news narrow, when nothing is open any more, and when the agent locks.
 */
#ifndef WAYLEAVE_AGENT_LINKS_H
#define WAYLEAVE_AGENT_LINKS_H

#include "agent/practice/pattern.h"
#include "proto/wire.h"

enum { LINKS_CASES = 8 };

struct links;
/* One case's; valid until the next call for another. */
struct links_case;

MUST_USE enum error_code links_create(struct links **out);
void links_destroy(struct links **l);
/* All of these take NULL for nothing kept. */
void links_wipe(struct links *l);

/* The case's, in place of the one used longest ago; NULL without `l`. */
struct links_case *links_of(struct links *l,
    const uint8_t case_id[static WIRE_CASE]);
/* The number of a record that is held: made on first use, the same from then
 * on; LINKS_FULL when PATTERN_RECORDS_MAX others were held before. */
enum { LINKS_FULL = PATTERN_RECORDS_MAX };
unsigned links_number(struct links_case *c, const struct record_id *id);
/* Forgets all numbers and what was found. */
void links_restart(struct links_case *c);
/*
 * Numbers of the records that this message links to, at most
 * OBSERVATION_LINKS_MAX; `own` is that of its own record.  Only what it was
 * not compared with before is compared now.
 */
unsigned links_find(struct links_case *c, unsigned own, uint64_t message,
    const uint8_t stamp[static WIRE_STAMP], const uint8_t slots[8][16],
    unsigned *out);

#endif
