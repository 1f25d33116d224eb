/* wayleave-mail(8): one mail to one address, as agent.conf says. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "agent/mail/deliver.h"
#include "base/cli.h"
#include "base/sandbox.h"
#include "keys/secret.h"

enum { INPUT_MAX = 4096 };

static const struct cli_option no_options[] = { { NULL, NULL, NULL } };

/* Reads all of standard input; false when it is too long or has a NUL. */
static bool
take_input(char out[static INPUT_MAX + 1])
{
	size_t n = 0;
	ssize_t got;

	while (n <= INPUT_MAX && (got = read(STDIN_FILENO, out + n,
	    INPUT_MAX + 1 - n)) > 0)
		n += (size_t)got;
	if (n > INPUT_MAX || got < 0)
		return false;
	out[n] = '\0';
	return strlen(out) == n;
}

/* Sends to `to`; `text` NULL: the text of every notice. */
static int
send_to(struct cli *cli, const char *to, const char *text)
{
	struct agent_config c;
	struct why why = { "" };
	enum error_code err = sandbox_harden(&why);

	if (err == ERR_NONE)
		err = keys_init(&why);
	if (err == ERR_NONE)
		err = agent_config_load(cli->config, &c, &why);
	if (err != ERR_NONE)
		return cli_fail_error(cli, err, "configuration", &why);
	err = sandbox_enter(SANDBOX_DAEMON, &why);
	if (err == ERR_NONE)
		err = deliver(&c, to, text != NULL ? text : c.notify_text,
		    &why);
	agent_config_destroy(&c);
	return err == ERR_NONE ? CLI_DONE :
	    cli_fail_error(cli, err, "mail", &why);
}

static int
send(struct cli *cli)
{
	char input[INPUT_MAX + 1];
	const char *to, *text;

	if (!take_input(input) || !deliver_split(input, &to, &text))
		return cli_fail(cli, CLI_INPUT, 0, "input", "one line with an "
		    "address, then lines of text", "it is not that");
	return send_to(cli, to, text);
}

static int
test(struct cli *cli)
{
	const int code = send_to(cli, cli->argv[0], NULL);

	if (code == CLI_DONE && !cli->quiet)
		puts("handed to the mail server; look whether it arrives");
	return code;
}

static const struct cli_command commands[] = {
	{ "send", "", "send standard input: an address, then the text", send,
	    no_options, 0, 0 },
	{ "test", "ADDRESS", "send the text of every notice there", test,
	    no_options, 1, 1 },
};

int
main(int argc, char **argv)
{
	static const struct cli_program program = {
		.name = "wayleave-mail",
		.summary = "Hands one mail to the mail server of agent.conf.",
		.config = "/etc/wayleave/agent.conf",
		.commands = commands,
		.n = sizeof commands / sizeof commands[0],
		.more = "See wayleave-mail(8) and wayleave-agent.conf(5).",
	};

	return cli_main(&program, argc, argv);
}
