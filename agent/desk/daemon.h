/* The desk's process: hardened, listening, until it is told to end. */
#ifndef WAYLEAVE_AGENT_DESK_DAEMON_H
#define WAYLEAVE_AGENT_DESK_DAEMON_H

#include "agent/desk/config.h"

/* Runs until SIGTERM or SIGINT; returns the exit code. */
int desk_run(const struct desk_config *config);

#endif
