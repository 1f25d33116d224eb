/*
 * audit.conf (wayleave-audit.conf(5)).  Two lines have to be written,
 * partnership and member; everything else has a default.
 */
#ifndef WAYLEAVE_AUDIT_CONFIG_H
#define WAYLEAVE_AUDIT_CONFIG_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/config.h"
#include "member/setup.h"

enum { AUDIT_PATH = 1024 };

struct audit_config {
	const char *partnership;        /* .wlp file */
	const char *member;             /* member id of this auditor */
	const char *record;             /* .wlrec file, "": beside the above */
	const char *state_dir, *mirror_dir;
	int unlock;                     /* enum unlock_mode */
	const char *unlock_command, *unlock_credential;
	const char *broker;             /* instead of the partnership's */
	int64_t timeout_seconds;

	/* derived */
	char mirror[AUDIT_PATH];        /* where the mirror is */
	struct config *file;
};

MUST_USE enum error_code audit_config_load(const char *path,
    struct audit_config *out, struct why *why);
void audit_config_print(const struct audit_config *c, FILE *to, bool all);
void audit_config_destroy(struct audit_config *c);

/* For member/setup.h: what is ours, and where it is. */
extern const struct setup audit_setup;
struct setup_place audit_config_place(const struct audit_config *c);

#endif
