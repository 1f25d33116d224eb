/*
 * What is done before the first mirror: keys, request file, enrolment.
 */
#ifndef WAYLEAVE_AUDIT_SETUP_H
#define WAYLEAVE_AUDIT_SETUP_H

#include "audit/config.h"
#include "base/cli.h"
#include "keys/identity.h"

int setup_init(struct cli *cli);
int setup_enrol(struct cli *cli);

extern const struct cli_option setup_init_options[];
extern const struct cli_option setup_enrol_options[];

/* This auditor's keys, unlocked as configured or by --secret-*. */
MUST_USE enum error_code setup_identity(const struct cli *cli,
    const struct audit_config *c, struct identity **out, struct why *why);

#endif
