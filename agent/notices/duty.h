/*
 * Somebody wakes up (USERS M4): mail marked urgent that nobody has opened,
 * and the forced stop phrase of a case of ours, call those on the call list
 * by [alert] duty_command, one after the other, until somebody opens it or
 * says that he looks after it.
 *
 * The command reads three lines: the step (1, 2, ..), the telephone of the
 * person next on the list (empty when nobody is on it: the command has a list
 * of its own), and the text of every notice.  Only who may see the case is
 * called, and in the place of somebody who is away who covers; two things that wait call a person once.  Steps are on disk: after
 * a restart it goes on where it was.
 */
#ifndef WAYLEAVE_AGENT_DUTY_H
#define WAYLEAVE_AGENT_DUTY_H

#include "agent/agent.h"

struct duty;

enum duty_kind {
	DUTY_MAIL = 1,              /* by mail's idx */
	DUTY_TASK = 2,              /* by task's seq */
};

MUST_USE enum error_code duty_create(struct agent *a);
void duty_destroy(struct duty **d);

/* Once a turn of an unlocked agent. */
void duty_turn(struct agent *a);

/* Nobody else is called for it.  ERR_NOTFOUND: nobody is being called. */
MUST_USE enum error_code duty_acknowledge(struct agent *a,
    enum duty_kind kind, uint64_t ref, const char *account);
/* Who said so; ERR_NOTFOUND. */
MUST_USE enum error_code duty_acknowledged(struct agent *a,
    enum duty_kind kind, uint64_t ref, char account[static 64]);

#endif
