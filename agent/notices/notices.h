/*
 * Safe notices: "You have an item to review.", and nothing else (DOMAIN 6).
 *
 * The same bytes for every event and urgency: no name, count, case, agency
 * or parameter.  What came (mail, tasks, handed-over work, urgent copies
 * of ours that stay closed, something read here that its sender took back) is
 * looked at in fixed batches, and each person who may see any of it, and for
 * whom nobody covers, gets one notice a batch, some chance minutes later, not
 * within the person's quiet hours.  Whoever reads the mail, or only sees that
 * there was one, learns that something came within the last batch.
 *
 * What cannot be delivered is tried again, later and later; IT is alerted.
 */
#ifndef WAYLEAVE_AGENT_NOTICES_H
#define WAYLEAVE_AGENT_NOTICES_H

#include "agent/agent.h"

struct notices;

MUST_USE enum error_code notices_create(struct agent *a);
void notices_destroy(struct notices **n);

/* Once a turn of an unlocked agent. */
void notices_turn(struct agent *a);

/*
 * What the notify command reads to reach `mail`:
 *
 *   somebody@agency.example
 *   You have an item to review.
 *   https://desk.agency.example/     (unless the configuration has no link)
 */
void notice_text(const struct agent_config *c, const char *mail,
    struct buf *out);

#endif
