/*
 * Becoming a member, and staying one: what an agency's, an auditor's and a
 * broker's program do alike before they run (USERS 1.1): keys, the request
 * with its six words, enrolment after the six words of the root were
 * compared, renewal, another passphrase, unlocking.
 *
 * These talk to a person: they print, ask at the terminal, and return the
 * program's exit code.
 */
#ifndef WAYLEAVE_MEMBER_SETUP_H
#define WAYLEAVE_MEMBER_SETUP_H

#include "base/cli.h"
#include "keys/identity.h"
#include "keys/unlock.h"
#include "proto/wire.h"

/* Whose set-up: constants of a program. */
struct setup {
	const char *program;     /* "wayleave-agent" */
	const char *section;     /* of its two lines in the file: "agent" */
	const char *who;         /* "agency", in what people read */
	const char *state_dir;   /* the preset */
	const char *key_file;    /* under the state directory */
	const char *next;        /* said after enrolment */
	const char *answer;      /* what to do with the answer, where it is no
	                          * enrolment; else NULL */
	bool terms;              /* also makes the key that reads terms */
	uint32_t role;           /* that the record must give, 0: any */
};

/* Where one installation has its things: from its configuration. */
struct setup_place {
	const char *partnership, *record, *member, *state_dir;
	int unlock;              /* enum unlock_mode */
	const char *unlock_credential, *unlock_command;
};

enum { SETUP_PATH = 1024 };

extern const struct cli_option setup_init_options[];
extern const struct cli_option setup_enrol_options[];
extern const struct cli_option setup_secret_options[];

/*
 * Keys, configuration (unless there is one) and request file.  What was said
 * is looked at before keys are made, and paths are written absolute.
 */
int setup_init(struct cli *cli, const struct setup *s);
/* Verifies and installs the files named, .wlp and .wlrec in any order. */
int setup_enrol(struct cli *cli, const struct setup *s,
    const struct setup_place *p);
/* A new request under the same keys. */
int setup_renew(struct cli *cli, const struct setup *s,
    const struct setup_place *p);
/*
 * Is what a configuration names there and good: keys, partnership, record?
 * `until` gets the day the record ends, ms; 0 where an auditor, who needs none
 * here, has none.  ERR_CONFIG and the verifiers'.
 */
MUST_USE enum error_code setup_check(const struct setup *s,
    const struct setup_place *p, uint64_t *until, struct why *why);
int setup_passwd(struct cli *cli, const struct setup *s,
    const struct setup_place *p);

/* The record file: as configured, else MEMBER.wlrec beside the partnership
 * file.  ERR_SIZE. */
MUST_USE enum error_code setup_record_path(const struct setup_place *p,
    char out[static SETUP_PATH]);
/* state_dir/key_file. */
MUST_USE enum error_code setup_key_path(const struct setup *s,
    const struct setup_place *p, char out[static SETUP_PATH]);

/*
 * What opens the keys: --secret-file or --secret-fd, else as configured, else
 * typed.  `cli` NULL: unattended, ERR_NOTFOUND when a person is needed.
 */
MUST_USE enum error_code setup_unlock(const struct cli *cli,
    const struct setup *s, const struct setup_place *p, struct unlock **out,
    struct why *why);
/* For keys being made: asked for twice at a terminal. */
MUST_USE enum error_code setup_new_passphrase(const struct cli *cli,
    const char *prompt, struct unlock **out, struct why *why);
/* --cost moderate|interactive, enum kdf_cost; ERR_USAGE. */
MUST_USE enum error_code setup_cost(const struct cli *cli, int *cost,
    struct why *why);
/* `path` seen from where we are.  ERR_SIZE, ERR_IO. */
MUST_USE enum error_code setup_absolute(const char *path,
    char out[static SETUP_PATH], struct why *why);
/* The keys, in guarded memory. */
MUST_USE enum error_code setup_identity(const struct cli *cli,
    const struct setup *s, const struct setup_place *p,
    struct identity **out, struct why *why);

#endif
