/*
 * desk.conf (wayleave-desk.conf(5)).  Every key has a default.
 */
#ifndef WAYLEAVE_AGENT_DESK_CONFIG_H
#define WAYLEAVE_AGENT_DESK_CONFIG_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/config.h"

enum { DESK_HOSTS_MAX = 8, DESK_HOST_LEN = 128 };

struct desk_config {
	const char *listen;            /* "127.0.0.1:7645" or "/run/.." */
	const char *agent;             /* the agent's local socket */
	const char *hosts_;            /* as written */
	const char *hide_url;
	const char *languages;         /* folder of more languages, or "" */
	const char *jurisdiction, *law_profile; /* into terms, or "" */
	const char *emergency;         /* telephone number */
	bool secure;                   /* browsers reach us over TLS */
	int64_t socket_mode_;          /* octal digits as a decimal number */
	int64_t connections;
	const char *api_socket;        /* "": the door is closed */
	int64_t api_mode_;
	const char *folder;            /* "": none */
	const char *token_credential;  /* the folder's: by its name, */
	const char *token_file;        /* or by its path, or "" */

	/* derived */
	char host[DESK_HOSTS_MAX][DESK_HOST_LEN]; /* lower case */
	size_t n_hosts;
	unsigned socket_mode, api_mode;
	struct config *file;
};

/* ERR_CONFIG with file, line and key in `why`; see base/config.h. */
MUST_USE enum error_code desk_config_load(const char *path,
    struct desk_config *out, struct why *why);
void desk_config_print(const struct desk_config *c, FILE *to, bool all);
void desk_config_destroy(struct desk_config *c);

#endif
