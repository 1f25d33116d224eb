/* wayleave-agent(8): the table of its commands, and those of set-up. */
#include <stdio.h>

#include "agent/cli/it.h"
#include "agent/config.h"
#include "agent/daemon.h"
#include "base/clock.h"
#include "base/log.h"
#include "member/setup.h"

static const struct cli_option no_options[] = { { NULL, NULL, NULL } };
static const struct cli_option check_options[] = {
	{ "all", NULL, "print every key with its value" },
	{ NULL, NULL, NULL },
};
static const struct cli_option status_options[] = {
	{ "check", NULL, "one line and 0, 1, 2 or 3, for monitoring" },
	{ NULL, NULL, NULL },
};
static const struct cli_option quarantine_options[] = {
	{ "empty", NULL, "forget what is in it; look first" },
	{ NULL, NULL, NULL },
};
static const struct cli_option trust_options[] = {
	{ "again", NULL, "go on with it; the auditor has explained it" },
	{ NULL, NULL, NULL },
};
static const struct cli_option sessions_options[] = {
	{ "end", "ACCOUNT", "sign this account out, everywhere" },
	{ NULL, NULL, NULL },
};
static const struct cli_option worker_options[] = {
	{ "name", "NAME", "the person's name; auditors alone can read it" },
	{ "staff-number", "N", "the person's staff number, likewise" },
	{ "role", "ROLE", "what others are told: social-worker, officer, .." },
	{ "team", "TEAM", "team or desk" },
	{ "may", "LIST", "worker,lead,advocate,officer,it; default worker" },
	{ "desk", NULL, "signs in at the desk alone; no account of this "
	    "machine" },
	{ NULL, NULL, NULL },
};

static const struct cli_option notice_options[] = {
	{ "mail", "ADDRESS", "where \"You have an item to review.\" goes" },
	{ "quiet", "HOURS", "when not: 20:00-07:00, or none" },
	{ "phone", "NUMBER", "what the duty command is given" },
	{ "duty", "N", "place on the call list, from 1, or none" },
	{ "off", NULL, "nothing reaches this account any more" },
	{ NULL, NULL, NULL },
};

static int
run(struct cli *cli)
{
	struct agent_config c;
	struct why why = { "" };
	enum error_code err = agent_config_load(cli->config, &c, &why);
	int code;

	if (err != ERR_NONE)
		return cli_fail_error(cli, err, "configuration", &why);
	log_open("wayleave-agent");
	code = daemon_run(&c);
	agent_config_destroy(&c);
	return code;
}

static int
init(struct cli *cli)
{
	return setup_init(cli, &agent_setup);
}

/* A step of set-up over the configuration there is. */
static int
set_up(struct cli *cli, int (*step)(struct cli *, const struct setup *,
    const struct setup_place *))
{
	struct agent_config c;
	struct setup_place place;
	struct why why = { "" };
	enum error_code err = agent_config_load(cli->config, &c, &why);
	int code;

	if (err != ERR_NONE)
		return cli_fail_error(cli, err, "configuration", &why);
	place = agent_config_place(&c);
	code = step(cli, &agent_setup, &place);
	agent_config_destroy(&c);
	return code;
}

static int
enrol(struct cli *cli)
{
	return set_up(cli, setup_enrol);
}

static int
renew(struct cli *cli)
{
	return set_up(cli, setup_renew);
}

static int
passwd(struct cli *cli)
{
	return set_up(cli, setup_passwd);
}

static int
check_config(struct cli *cli)
{
	struct agent_config c;
	struct setup_place place;
	struct why why = { "" };
	enum error_code err = agent_config_load(cli->config, &c, &why);
	char iso[CLOCK_ISO_BYTES];
	uint64_t until;

	if (err != ERR_NONE)
		return cli_fail_error(cli, err, "configuration", &why);
	if (cli_flag(cli, "all"))
		agent_config_print(&c, stdout, true);
	place = agent_config_place(&c);
	err = setup_check(&agent_setup, &place, &until, &why);
	agent_config_destroy(&c);
	if (err != ERR_NONE)
		return cli_fail_error(cli, err, "enrolment", &why);
	clock_iso(iso, until);
	if (!cli_flag(cli, "all") && !cli->quiet)
		printf("%s is good; enrolled until %.10s\n", cli->config,
		    iso);
	return CLI_DONE;
}

static const struct cli_command commands[] = {
	{ "init", "", "make keys, a configuration and a request to join",
	    init, setup_init_options, 0, 0 },
	{ "check-config", "", "check the configuration file", check_config,
	    check_options, 0, 0 },
	{ "enrol", "FILE..", "install partnership.wlp and MEMBER.wlrec",
	    enrol, setup_enrol_options, 1, 2 },
	{ "renew", "", "write a request to renew the certificate",
	    renew, setup_secret_options, 0, 0 },
	{ "passwd", "", "change the passphrase of the keys", passwd,
	    no_options, 0, 0 },
	{ "run", "", "run the agent", run, no_options, 0, 0 },
	{ "status", "", "how the running agent is", it_status, status_options,
	    0, 0 },
	{ "unlock", "", "unlock the running agent's keys", it_unlock,
	    setup_secret_options, 0, 0 },
	{ "lock", "", "wipe the running agent's keys", it_lock, no_options, 0,
	    0 },
	{ "test", "", "ask the exchange for an echo", it_test, no_options, 0, 0 },
	{ "worker add", "ACCOUNT", "let a local account in", it_worker_add,
	    worker_options, 1, 1 },
	{ "worker end", "ACCOUNT", "put a local account out, at once",
	    it_worker_end, no_options, 1, 1 },
	{ "worker notice", "ACCOUNT", "where its notices go, and when not",
	    it_worker_notice, notice_options, 1, 1 },
	{ "worker list", "", "who is in", it_worker_list, no_options, 0, 0 },
	{ "worker password", "ACCOUNT", "a first password for the desk",
	    it_worker_password, no_options, 1, 1 },
	{ "worker totp-reset", "ACCOUNT", "forget a telephone that is lost",
	    it_totp_reset, no_options, 1, 1 },
	{ "service add", "NAME", "a token for a system that writes",
	    it_service_add, no_options, 1, 1 },
	{ "service end", "NAME", "that token opens nothing any more",
	    it_service_end, no_options, 1, 1 },
	{ "service list", "", "systems that write", it_service_list,
	    no_options, 0, 0 },
	{ "sessions", "", "who is signed in at the desk", it_sessions,
	    sessions_options, 0, 0 },
	{ "outbox", "", "what waits for the exchange; 1 when something does",
	    it_outbox, no_options, 0, 0 },
	{ "quarantine", "", "deliveries rejected; 1 when there are any",
	    it_quarantine, quarantine_options, 0, 0 },
	{ "trust", "", "what is held against the exchange; 6 when there is "
	    "anything", it_trust, trust_options, 0, 0 },
};

int
main(int argc, char **argv)
{
	static const struct cli_program program = {
		.name = "wayleave-agent",
		.summary = "An agency's side of Wayleave: encrypts, sends, "
		    "receives, and opens nothing without the ledger.",
		.config = "/etc/wayleave/agent.conf",
		.commands = commands,
		.n = sizeof commands / sizeof commands[0],
		.more = "See wayleave-agent(8) and wayleave-agent.conf(5).",
	};

	return cli_main(&program, argc, argv);
}
