/*
 * What IT does before the daemon runs: keys, request file, enrolment.
 */
#ifndef WAYLEAVE_AGENT_SETUP_H
#define WAYLEAVE_AGENT_SETUP_H

#include "base/cli.h"

int setup_init(struct cli *cli);
int setup_enrol(struct cli *cli);
int setup_renew(struct cli *cli);
int setup_passwd(struct cli *cli);

extern const struct cli_option setup_init_options[];
extern const struct cli_option setup_enrol_options[];
extern const struct cli_option setup_secret_options[];

#endif
