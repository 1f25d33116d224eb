#include "broker/unlocking.h"

#include <string.h>
#include <unistd.h>

#include <sodium.h>

static bool
secret_given(const struct cli *cli)
{
	return cli_value(cli, "secret-file") != NULL ||
	    cli_value(cli, "secret-fd") != NULL;
}

static enum error_code
prompt(const struct cli *cli, const char *text, struct unlock **out,
    struct why *why)
{
	char secret[UNLOCK_PASSPHRASE_MAX + 1];
	enum error_code e;

	e = cli_secret(cli, text, secret, sizeof secret, why);
	if (e == ERR_NONE)
		e = unlock_of(bytes_str(secret), out, why);
	sodium_memzero(secret, sizeof secret);
	return e;
}

enum error_code
unlocking_open(const struct cli *cli, int mode, const char *command,
    const char *credential, struct unlock **out, struct why *why)
{
	*out = NULL;
	if (secret_given(cli))
		return prompt(cli, "", out, why);
	switch ((enum unlock_mode)mode) {
	case UNLOCK_CREDENTIAL:
		return unlock_of_credential(credential, out, why);
	case UNLOCK_COMMAND:
		return unlock_of_command(command, out, why);
	case UNLOCK_PROMPT:
		break;
	}
	return prompt(cli, "Passphrase: ", out, why);
}
