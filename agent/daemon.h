/*
 * The agent's loop: one thread, poll(2) over the link, the local socket, the
 * signing process, the runner of commands and signals.
 */
#ifndef WAYLEAVE_AGENT_DAEMON_H
#define WAYLEAVE_AGENT_DAEMON_H

#include "agent/agent.h"

/*
 * Runs until SIGTERM or SIGINT; returns the program's exit code.  `config` is
 * checked.  Unlocks by itself when the configuration says how, else waits
 * locked for `wayleave-agent unlock`.
 */
int daemon_run(const struct agent_config *config);

/* Reads the key file with this passphrase and starts the rest. */
MUST_USE enum error_code daemon_unlock(struct agent *a,
    struct bytes passphrase, struct why *why);

#endif
