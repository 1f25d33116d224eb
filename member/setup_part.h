/* What the files of member/setup share. */
#ifndef WAYLEAVE_MEMBER_SETUP_PART_H
#define WAYLEAVE_MEMBER_SETUP_PART_H

#include "keys/partnership.h"
#include "member/setup.h"

/* A passphrase from --secret-file or --secret-fd, else typed after `prompt`. */
MUST_USE enum error_code setup_typed(const struct cli *cli,
    const char *prompt, struct unlock **out, struct why *why);

MUST_USE enum error_code setup_write_request(const struct identity *identity,
    const char *id, const char *name, const char *path,
    char words[static PARTNERSHIP_FINGERPRINT_MAX], struct why *why);
void setup_say_request(const struct cli *cli, const char *path,
    const char *words);

#endif
