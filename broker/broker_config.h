/*
 * broker.conf and signer.conf (wayleave-broker.conf(5),
 * wayleave-signer.conf(5)).
 */
#ifndef WAYLEAVE_BROKER_BROKER_CONFIG_H
#define WAYLEAVE_BROKER_BROKER_CONFIG_H

#include <stdint.h>
#include <stdio.h>

#include "base/config.h"

struct broker_config {
	const char *partnership, *member, *state_dir, *operator_socket;
	int unlock;                     /* enum unlock_mode */
	const char *unlock_command, *unlock_credential;
	const char *listen, *listen_also;
	int64_t max_sessions, handshake_seconds, max_message_kib;
	int64_t reserve_mib, max_mib;
	const char *signer;
	int64_t stops_per_minute, refusals_per_minute, room_mib;
	int64_t verifiers;              /* 0: one for each processor */
	struct config *file;
};

struct signer_config {
	const char *origin, *state_dir, *socket, *broker_user;
	int unlock;
	const char *unlock_command, *unlock_credential;
	struct config *file;
};

MUST_USE enum error_code broker_config_load(const char *path,
    struct broker_config *out, struct why *why);
void broker_config_destroy(struct broker_config *c);

MUST_USE enum error_code signer_config_load(const char *path,
    struct signer_config *out, struct why *why);
void signer_config_destroy(struct signer_config *c);

/* "host:port" as libzmq wants it: "tcp://host:port". */
MUST_USE enum error_code broker_config_address(const char *listen,
    char *out, size_t cap);

#endif
