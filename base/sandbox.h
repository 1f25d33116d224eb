/*
 * Giving up what a process does not need: a bug in it then buys less.
 * Sanitizers and valgrind need system calls of their own, so under them
 * sandbox_enter() says in the log that it did nothing and succeeds.
 */
#ifndef WAYLEAVE_BASE_SANDBOX_H
#define WAYLEAVE_BASE_SANDBOX_H

#include <stdbool.h>

#include "base/error.h"

enum sandbox_role {
	/* agent, broker: everything but running programs, tracing, mounting,
	 * kernel interfaces and changing who it is */
	SANDBOX_DAEMON,
	/* desk: a daemon that besides writes, makes and removes no file and
	 * makes no connection but to sockets of this machine */
	SANDBOX_DESK,
	/* folder: a desk that besides writes files and renames them, but
	 * never over another, and removes none */
	SANDBOX_FOLDER,
	/* signer: open files, an existing listening socket, no connecting,
	 * no new sockets, no programs */
	SANDBOX_SIGNER,
	/* the short-lived signing process: what is open already, memory,
	 * time and randomness; no sockets, no opening of anything */
	SANDBOX_SIGNING
};

/*
 * First thing in main: no core files, not dumpable, no new privileges,
 * umask 077.  Needs no rights.
 */
MUST_USE enum error_code sandbox_harden(struct why *why);

/*
 * Installs the role's system call filter on every thread of the process;
 * there is no way back.  A forbidden call fails with EPERM in SANDBOX_DAEMON,
 * SANDBOX_DESK and SANDBOX_FOLDER, and kills the process in the other two.
 */
MUST_USE enum error_code sandbox_enter(enum sandbox_role role,
    struct why *why);

/* Whether this build and kernel can do sandbox_enter at all. */
bool sandbox_available(void);

/*
 * Whether the filter holds: tries a call that the role forbids and that
 * would do no harm.  Only for the roles whose refusals do not kill.
 */
MUST_USE enum error_code sandbox_test(struct why *why);

#endif
