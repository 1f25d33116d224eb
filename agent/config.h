/*
 * agent.conf (wayleave-agent.conf(5)).  Two lines have to be written,
 * partnership and member; everything else has a default.
 */
#ifndef WAYLEAVE_AGENT_CONFIG_H
#define WAYLEAVE_AGENT_CONFIG_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/config.h"
#include "member/setup.h"

enum { AGENT_CONFIG_PATH = 1024 };
enum desk_auth { DESK_AUTH_LOCAL, DESK_AUTH_PAM };
enum desk_totp { DESK_TOTP_REQUIRED, DESK_TOTP_OPTIONAL, DESK_TOTP_OFF };

struct agent_config {
	const char *partnership;        /* .wlp file */
	const char *member;             /* member id */
	const char *record;             /* .wlrec file of this member */
	const char *state_dir, *language, *lawful_basis;
	int unlock;                     /* enum unlock_mode */
	const char *unlock_command, *unlock_credential;
	const char *broker;             /* instead of the partnership's */
	int64_t clock_skew_seconds;
	int64_t epoch_hours_, epoch_life_days_;
	int64_t lease_hours;
	int64_t expires_days, urgent_unopened_minutes;
	int64_t own_line_age;           /* years; 0 never (R11) */
	const char *socket;
	int64_t socket_mode_;           /* octal digits as a decimal number */
	const char *notify_text, *notify_link, *notify_command;
	const char *smtp_url, *smtp_from, *smtp_user, *smtp_credential;
	const char *smtp_password_file, *smtp_ca_file;
	int64_t batch_minutes, jitter_minutes;
	const char *alert_command, *alert_mail_to, *duty_command;
	int64_t duty_escalate_minutes;
	const char *audit_file;
	const char *desk_user;          /* the account the desk runs as */
	int desk_auth, desk_totp;       /* enum desk_auth, desk_totp */
	int64_t lock_minutes;

	/* derived */
	uint64_t epoch_hours, epoch_life_days;
	unsigned socket_mode;
	char path[AGENT_CONFIG_PATH];   /* of the file, absolute */
	uint64_t lock_ms;               /* an idle session ends */
	struct config *file;
};

MUST_USE enum error_code agent_config_load(const char *path,
    struct agent_config *out, struct why *why);
void agent_config_print(const struct agent_config *c, FILE *to, bool all);
void agent_config_destroy(struct agent_config *c);

/*
 * What the runner may run (agent/notices/runner.h), into command[RUNNER_SLOTS].
 * `why` names file, line and key.
 */
struct runner_command;
MUST_USE enum error_code agent_config_commands(const struct agent_config *c,
    struct runner_command *command, struct why *why);

/* For member/setup.h: what is ours, and where it is. */
extern const struct setup agent_setup;
struct setup_place agent_config_place(const struct agent_config *c);

#endif
