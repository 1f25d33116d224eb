/*
 * The commands of wayleave(1): each is a thin client of one or two verbs of
 * the agent (agent/api/api.h), and takes a struct cli (base/cli.h).
 */
#ifndef WAYLEAVE_AGENT_CLI_CLI_H
#define WAYLEAVE_AGENT_CLI_CLI_H

#include "base/cli.h"

/* read.c */
int cli_inbox(struct cli *cli);
int cli_open(struct cli *cli);
int cli_map(struct cli *cli);
int cli_gaps(struct cli *cli);
int cli_track(struct cli *cli);
int cli_seen(struct cli *cli);
int cli_export(struct cli *cli);

/* write.c */
int cli_send(struct cli *cli);
int cli_correct(struct cli *cli);
int cli_recall(struct cli *cli);
int cli_ask(struct cli *cli);
int cli_answer(struct cli *cli);
int cli_lint(struct cli *cli);

/* guide.c: five answers, then a look at who gets it, then sent. */
int cli_write(struct cli *cli);

/* duty.c */
int cli_stop(struct cli *cli);
int cli_mandated(struct cli *cli);
int cli_checked(struct cli *cli);
int cli_cases(struct cli *cli);
int cli_calls(struct cli *cli);
int cli_handover(struct cli *cli);
int cli_acknowledge(struct cli *cli);

/* demo.c: becomes the simulator of deploy/simulator */
int cli_demo(struct cli *cli);

/* room.c: with the survivor */
int cli_case_open(struct cli *cli);
int cli_case_consent(struct cli *cli);
int cli_case_renew(struct cli *cli);
int cli_case_withdraw(struct cli *cli);
int cli_case_resume(struct cli *cli);
int cli_case_phrases(struct cli *cli);

/* custody.c: without her */
int cli_case_statement(struct cli *cli);
int cli_case_status(struct cli *cli);
int cli_case_exclude(struct cli *cli);
int cli_case_introduce(struct cli *cli);
int cli_case_close(struct cli *cli);

#endif
