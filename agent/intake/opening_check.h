/*
 * What the recipient asks of a content once it can read it: the same rules
 * and terms that its sender should have asked (PROTOCOL 3; DOMAIN R2: any
 * "no" wins).  The broker, which reads nothing, cannot.
 */
#ifndef WAYLEAVE_AGENT_OPENING_CHECK_H
#define WAYLEAVE_AGENT_OPENING_CHECK_H

#include "agent/intake/mailbox.h"
#include "agent/practice/content.h"

/* May this content be shown?  False: a rule on content or the terms of
 * every permission of its arrow say no, or no terms are known. */
bool opening_check(struct agent *a, const struct mail *m,
    const struct content *c);

#endif
