/* wayleave-broker(8): the table of its commands. */
#include "broker/commands.h"
#include "member/setup.h"

static const struct cli_command commands[] = {
	{ "init", "", "make keys, a configuration and a request", commands_init,
	    setup_init_options, 0, 0 },
	{ "check-config", "", "check the configuration file", commands_check,
	    commands_check_options, 0, 0 },
	{ "run", "", "run the broker", commands_run, commands_run_options, 0,
	    0 },
	{ "admit", "FILE", "enter root- or duty-signed records", commands_admit,
	    NULL, 1, 1 },
	{ "status", "[MEMBER]", "how the running broker, or a member, is",
	    commands_status, commands_status_options, 0, 1 },
};

int
main(int argc, char **argv)
{
	static const struct cli_program program = {
		.name = "wayleave-broker",
		.summary = "Routes sealed messages where the ledger permits, "
		    "and writes the ledger.",
		.config = "/etc/wayleave/broker.conf",
		.commands = commands,
		.n = sizeof commands / sizeof commands[0],
		.more = "Not in this version: maintenance, backup, restore, "
		    "recover, store migrate.\nSee wayleave-broker(8) and "
		    "wayleave-broker.conf(5).",
	};

	return cli_main(&program, argc, argv);
}
