/*
 * How broker and signer get at their key files at start: the passphrase from
 * --secret-file, --secret-fd, a credential, a command, or the terminal.
 */
#ifndef WAYLEAVE_BROKER_UNLOCKING_H
#define WAYLEAVE_BROKER_UNLOCKING_H

#include "base/cli.h"
#include "keys/unlock.h"

/*
 * An option on the command line goes before the mode of the configuration
 * (enum unlock_mode).
 */
MUST_USE enum error_code unlocking_open(const struct cli *cli, int mode,
    const char *command, const char *credential, struct unlock **out,
    struct why *why);

#endif
