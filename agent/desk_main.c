/* wayleave-desk(8): the table of its commands. */
#include <stdio.h>
#include <stdlib.h>

#include "agent/desk/config.h"
#include "agent/desk/daemon.h"
#include "agent/desk/folder/folder.h"
#include "agent/desk/forget.h"
#include "agent/desk/http_listen.h"
#include "agent/tongue/tongues.h"
#include "base/cli.h"
#include "base/log.h"

#ifndef WAYLEAVE_FAULTS
/*
 * What this program and its libraries free is wiped (agent/desk/forget.h).
 * It is here and not in a library, because it would become every program's.
 * Instrumented builds have a free() of theirs.
 */
extern void __libc_free(void *p);  /* glibc keeps this name for it */

void
free(void *p)
{
	forget_block(p);
	__libc_free(p);
}
#endif

static const struct cli_option no_options[] = { { NULL, NULL, NULL } };
static const struct cli_option check_options[] = {
	{ "all", NULL, "print every key with its value" },
	{ NULL, NULL, NULL },
};

/* One of the two daemons of this program. */
static int
serve(struct cli *cli, int (*daemon)(const struct desk_config *))
{
	struct desk_config c;
	struct why why = { "" };
	enum error_code err = desk_config_load(cli->config, &c, &why);
	int code;

	if (err != ERR_NONE)
		return cli_fail_error(cli, err, "configuration", &why);
	log_open("wayleave-desk");
	code = daemon(&c);
	desk_config_destroy(&c);
	return code;
}

static int
run(struct cli *cli)
{
	return serve(cli, desk_run);
}

static int
folder(struct cli *cli)
{
	return serve(cli, folder_run);
}

static int
check_config(struct cli *cli)
{
	struct desk_config c;
	struct tongues languages;
	struct why why = { "" };
	enum error_code err = desk_config_load(cli->config, &c, &why);

	if (err == ERR_NONE) {
		err = tongues_load(&languages, c.languages, &why);
		tongues_free(&languages);
		if (err == ERR_NONE)
			err = http_listen_check(c.listen, &why);
		if (err != ERR_NONE)
			desk_config_destroy(&c);
	}
	if (err != ERR_NONE)
		return cli_fail_error(cli, err, "configuration", &why);
	if (cli_flag(cli, "all"))
		desk_config_print(&c, stdout, true);
	else if (!cli->quiet)
		printf("%s is good\n", cli->config);
	desk_config_destroy(&c);
	return CLI_DONE;
}

static const struct cli_command commands[] = {
	{ "check-config", "", "check the configuration file", check_config,
	    check_options, 0, 0 },
	{ "folder", "", "hand in what other systems write into a folder",
	    folder, no_options, 0, 0 },
	{ "run", "", "run the desk", run, no_options, 0, 0 },
};

int
main(int argc, char **argv)
{
	static const struct cli_program program = {
		.name = "wayleave-desk",
		.summary = "Wayleave in a browser, for an agency's "
		    "caseworkers: has no keys and keeps nothing.",
		.config = "/etc/wayleave/desk.conf",
		.commands = commands,
		.n = sizeof commands / sizeof commands[0],
		.more = "See wayleave-desk(8) and wayleave-desk.conf(5).",
	};

	return cli_main(&program, argc, argv);
}
