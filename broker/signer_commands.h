/* The commands of wayleave-signer(8). */
#ifndef WAYLEAVE_BROKER_SIGNER_COMMANDS_H
#define WAYLEAVE_BROKER_SIGNER_COMMANDS_H

#include "base/cli.h"

extern const struct cli_option signer_commands_init_options[];
extern const struct cli_option signer_commands_check_options[];
extern const struct cli_option signer_commands_run_options[];

int signer_commands_init(struct cli *cli);
int signer_commands_check(struct cli *cli);
int signer_commands_run(struct cli *cli);
int signer_commands_status(struct cli *cli);

#endif
