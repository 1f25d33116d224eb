/*
 * demo: the simulator for those who write a client of the systems' door.  It
 * is a script of its own (deploy/simulator), since all that it does is start
 * the programs as IT would; here is only what to ask of it.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "agent/cli/cli.h"
#include "agent/notices/runner.h"

enum { AGENCIES_MIN = 2, AGENCIES_MAX = 10, AGENCIES = 3 };

/* Built, it lies below the programs; installed, beside their folder. */
static enum error_code
find_script(char *path, size_t cap, struct why *why)
{
	static const char *const where[] = {
		"share/wayleave/simulator/run",
		"../share/wayleave/simulator/run",
	};
	enum error_code err = ERR_NOTFOUND;

	for (size_t i = 0; i < sizeof where / sizeof where[0]; i++) {
		err = runner_beside(where[i], path, cap, why);
		if (err != ERR_NONE || access(path, R_OK) == 0)
			return err;
	}
	why_set(why, "share/wayleave/simulator is not installed");
	return ERR_NOTFOUND;
}

/* Is this a fault that can be had, among so many agencies? */
static int
look_at(struct cli *cli, const char *inject, long long agencies)
{
	static const char *const faults[] = { "none", "delay", "deny",
		"withdraw", "ndr" };
	bool known = false;

	if (strcmp(inject, "fork") == 0)
		return cli_fail(cli, CLI_USAGE, 0, "--inject fork", NULL,
		    "not in this version, since no real broker can be told to "
		    "keep two ledgers");
	for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++)
		known = known || strcmp(inject, faults[i]) == 0;
	if (!known)
		return cli_fail(cli, CLI_USAGE, 0, "--inject",
		    "delay, deny, withdraw or ndr", "unknown fault");
	if (strcmp(inject, "ndr") == 0 && agencies == AGENCIES_MIN)
		return cli_fail(cli, CLI_USAGE, 0, "--inject ndr",
		    "use 3 agencies or more", "the other agency keeps the "
		    "case, and without it everything waits");
	return CLI_DONE;
}

int
cli_demo(struct cli *cli)
{
	const char *inject = cli_value(cli, "inject");
	char script[PATH_MAX], programs[PATH_MAX], count[8];
	struct why why = { "" };
	enum error_code err;
	long long agencies;
	int code;

	if (inject == NULL)
		inject = "none";
	if (cli_number(cli, "agencies", AGENCIES_MIN, AGENCIES_MAX, AGENCIES,
	    &agencies) != ERR_NONE)
		return CLI_USAGE;
	code = look_at(cli, inject, agencies);
	if (code != CLI_DONE)
		return code;
	err = runner_beside("", programs, sizeof programs, &why);
	if (err == ERR_NONE)
		err = find_script(script, sizeof script, &why);
	if (err != ERR_NONE)
		return cli_fail_error(cli, err, "the simulator", &why);
	snprintf(count, sizeof count, "%lld", agencies);
	execl("/bin/sh", "sh", script, programs, "--agencies", count,
	    "--inject", inject, cli_flag(cli, "check") ? "--check" : NULL,
	    (char *)NULL);
	return cli_fail(cli, CLI_FAULT, 0, "/bin/sh", NULL, "%s",
	    strerror(errno));
}
