/* wayleave-signer(8): the table of its commands. */
#include "broker/signer_commands.h"

static const struct cli_command commands[] = {
	{ "init", "", "make the log key, its state and a request",
	    signer_commands_init, signer_commands_init_options, 0, 0 },
	{ "check-config", "", "check the configuration file",
	    signer_commands_check, signer_commands_check_options, 0, 0 },
	{ "run", "", "sign for the broker", signer_commands_run,
	    signer_commands_run_options, 0, 0 },
	{ "status", "", "how far it has signed", signer_commands_status, NULL,
	    0, 0 },
};

int
main(int argc, char **argv)
{
	static const struct cli_program program = {
		.name = "wayleave-signer",
		.summary = "Holds the ledger's key and signs only what extends "
		    "what it signed before.",
		.config = "/etc/wayleave/signer.conf",
		.commands = commands,
		.n = sizeof commands / sizeof commands[0],
		.more = "Not in this version: recover, key export.\n"
		    "See wayleave-signer(8) and wayleave-signer.conf(5).",
	};

	return cli_main(&program, argc, argv);
}
