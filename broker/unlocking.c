#include "broker/unlocking.h"

#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "keys/kdf.h"

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

enum error_code
unlocking_new(const struct cli *cli, struct unlock **out, struct why *why)
{
	struct unlock *again = NULL;
	enum error_code e;

	e = prompt(cli, "New passphrase: ", out, why);
	if (e != ERR_NONE || secret_given(cli))
		return e;
	e = prompt(cli, "The same again: ", &again, why);
	if (e == ERR_NONE && (again->n_passphrase != (*out)->n_passphrase ||
	    sodium_memcmp(again->passphrase, (*out)->passphrase,
	    again->n_passphrase) != 0)) {
		why_set(why, "the two are not the same");
		e = ERR_USAGE;
	}
	unlock_destroy(&again);
	if (e != ERR_NONE)
		unlock_destroy(out);
	return e;
}

enum error_code
unlocking_cost(const struct cli *cli, int *cost, struct why *why)
{
	const char *v = cli_value(cli, "cost");

	if (v == NULL || strcmp(v, "moderate") == 0)
		*cost = KDF_MODERATE;
	else if (strcmp(v, "interactive") == 0)
		*cost = KDF_INTERACTIVE;
	else {
		why_set(why, "--cost: moderate or interactive");
		return ERR_USAGE;
	}
	return ERR_NONE;
}
