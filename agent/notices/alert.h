/*
 * Alerts to IT: a number and a fixed sentence (agent/notices/alerts.def), never
 * content.
 *
 * Whatever is logged with a number is an alert, and some states are logged
 * so once they have lasted: locked, offline, unconfirmed, clock.  The ways
 * are [alert] command and mail_to.  A number goes out by each way at most
 * once an hour; what fails is tried again, later and later.
 */
#ifndef WAYLEAVE_AGENT_ALERT_H
#define WAYLEAVE_AGENT_ALERT_H

#include "agent/agent.h"

enum { ALERT_NUMBERS = 128 };

/* Listens to the log from now on; one at a time. */
MUST_USE enum error_code alerts_create(struct alerts **out);
void alerts_destroy(struct alerts **al);

/* Once a turn, also while locked: notices what lasts, sends what is owed. */
void alerts_turn(struct agent *a);

/*
 * What is told for a number, in two lines:
 *
 *   Wayleave WL-047, can wait until 08:00: no
 *   The disk is nearly full.
 */
void alert_text(unsigned number, struct buf *out);

#endif
