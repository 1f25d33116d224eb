/*
 * The broker as a process: link in the main thread, verifiers and sequencer
 * in threads of their own, and how they start and stop (INTERNALS 1).
 */
#ifndef WAYLEAVE_BROKER_SERVE_H
#define WAYLEAVE_BROKER_SERVE_H

#include "base/cli.h"
#include "broker/broker_config.h"

/* Runs until SIGTERM or SIGINT; the exit code. */
int serve_run(struct cli *cli, const struct broker_config *c);

#endif
