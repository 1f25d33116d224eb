/*
 * The door's other front: a folder of files, for systems that know no HTTP
 * (docs/INTEGRATION.md).
 *
 *   out/     the system writes x.tmp here and renames it to x.json
 *   sent/    where x.json goes when it was taken, x.answer beside it
 *   failed/  where it goes when it was refused, x.error beside it
 *   in/      what happened, one file an event, never content
 *
 * A process of its own, because the desk's may write no file.  It has a
 * service's token and, like the desk, no keys.
 */
#ifndef WAYLEAVE_AGENT_DESK_FOLDER_FOLDER_H
#define WAYLEAVE_AGENT_DESK_FOLDER_FOLDER_H

#include "agent/desk/config.h"

/* Runs until SIGTERM or SIGINT; returns the exit code. */
int folder_run(const struct desk_config *config);

#endif
