/*
 * The commands of wayleave-broker(8), but for `run`'s inside (serve.h).
 */
#ifndef WAYLEAVE_BROKER_COMMANDS_H
#define WAYLEAVE_BROKER_COMMANDS_H

#include "base/cli.h"

extern const struct cli_option commands_check_options[];
extern const struct cli_option commands_run_options[];
extern const struct cli_option commands_status_options[];

int commands_init(struct cli *cli);
int commands_check(struct cli *cli);
int commands_run(struct cli *cli);
int commands_admit(struct cli *cli);
int commands_status(struct cli *cli);

#endif
