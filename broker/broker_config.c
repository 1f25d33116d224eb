#include "broker/broker_config.h"

#include <stddef.h>
#include <string.h>

#include "keys/unlock.h"

#define AT(field) offsetof(struct broker_config, field)

static const struct config_key broker_table[] = {
	{ "broker", "partnership", CONFIG_PATH, AT(partnership), NULL, 1, 0,
	    NULL, "the partnership file (.wlp)" },
	{ "broker", "member", CONFIG_TEXT, AT(member), NULL, 2, 48, NULL,
	    "the broker's member id" },
	{ "broker", "state_dir", CONFIG_PATH, AT(state_dir),
	    "/var/lib/wayleave-broker", 1, 0, NULL,
	    "where keys and ledger live; this account alone may read it" },
	{ "broker", "operator_socket", CONFIG_PATH, AT(operator_socket),
	    "/run/wayleave-broker/operator.sock", 1, 0, NULL,
	    "local socket for admit and status; root and this account" },
	{ "broker", "unlock", CONFIG_CHOICE, AT(unlock), "prompt", 0, 0,
	    UNLOCK_MODES, "how the keys are unlocked at start" },
	{ "broker", "unlock_command", CONFIG_TEXT, AT(unlock_command), "", 0,
	    0, NULL, "program that prints the passphrase (unlock = command)" },
	{ "broker", "unlock_credential", CONFIG_TEXT, AT(unlock_credential),
	    "passphrase", 1, 64, NULL,
	    "name of the systemd credential (unlock = credential)" },
	{ "broker", "verifiers", CONFIG_NUMBER, AT(verifiers), "0", 0, 64,
	    NULL, "threads that check signatures; 0: one per processor" },
	{ "link", "listen", CONFIG_TEXT, AT(listen), "0.0.0.0:7640", 3, 128,
	    NULL, "address and port for agents" },
	{ "link", "listen_also", CONFIG_TEXT, AT(listen_also), "", 0, 128,
	    NULL, "a second one, for networks that let out only 443" },
	{ "link", "max_sessions", CONFIG_NUMBER, AT(max_sessions), "12000", 1,
	    60000, NULL, "connections at once; needs as many open files" },
	{ "link", "handshake_seconds", CONFIG_NUMBER, AT(handshake_seconds),
	    "3", 1, 30, NULL, "a connection must be authenticated in this" },
	{ "link", "max_message_kib", CONFIG_NUMBER, AT(max_message_kib), "96",
	    80, 96, NULL, "longer frames end the connection" },
	{ "store", "reserve_mib", CONFIG_NUMBER, AT(reserve_mib), "512", 0,
	    65536, NULL, "disk kept back for withdrawals and stops" },
	{ "store", "max_mib", CONFIG_NUMBER, AT(max_mib), "0", 0, 1 << 24,
	    NULL, "above this size only they are admitted; 0: no limit" },
	{ "ledger", "signer", CONFIG_PATH, AT(signer),
	    "/run/wayleave-signer/sign.sock", 1, 0, NULL,
	    "the signer's local socket" },
	{ "limits", "stops_per_minute", CONFIG_NUMBER, AT(stops_per_minute),
	    "10", 1, 600, NULL, "of one member; more wait in line" },
	{ "limits", "refusals_per_minute", CONFIG_NUMBER,
	    AT(refusals_per_minute), "60", 1, 6000, NULL,
	    "of one member entered in the ledger; more are answered busy" },
	{ "limits", "queue_mib_per_member", CONFIG_NUMBER, AT(room_mib),
	    "256", 1, 65536, NULL,
	    "ciphertext one member may hand in; flows back over 14 days" },
};
#undef AT
#define AT(field) offsetof(struct signer_config, field)

static const struct config_key signer_table[] = {
	{ "signer", "origin", CONFIG_TEXT, AT(origin), NULL, 1, 255, NULL,
	    "the ledger's origin, as in the partnership file" },
	{ "signer", "state_dir", CONFIG_PATH, AT(state_dir),
	    "/var/lib/wayleave-signer", 1, 0, NULL,
	    "where the log key and the state live; in no backup" },
	{ "signer", "socket", CONFIG_PATH, AT(socket),
	    "/run/wayleave-signer/sign.sock", 1, 0, NULL,
	    "local socket for the broker" },
	{ "signer", "broker_user", CONFIG_TEXT, AT(broker_user), "", 0, 32,
	    NULL, "the broker's account; empty: the signer's own" },
	{ "signer", "unlock", CONFIG_CHOICE, AT(unlock), "prompt", 0, 0,
	    UNLOCK_MODES, "how the log key is unlocked at start" },
	{ "signer", "unlock_command", CONFIG_TEXT, AT(unlock_command), "", 0,
	    0, NULL, "program that prints the passphrase (unlock = command)" },
	{ "signer", "unlock_credential", CONFIG_TEXT, AT(unlock_credential),
	    "passphrase", 1, 64, NULL,
	    "name of the systemd credential (unlock = credential)" },
};

enum error_code
broker_config_address(const char *listen, char *out, size_t cap)
{
	int n = snprintf(out, cap, "%s%s",
	    strncmp(listen, "tcp://", 6) == 0 ? "" : "tcp://", listen);

	if (n < 0 || (size_t)n >= cap)
		return ERR_SIZE;
	return strrchr(out + 6, ':') != NULL ? ERR_NONE : ERR_CONFIG;
}

static enum error_code
check_unlock(struct config *file, const char *section, int mode,
    const char *command, struct why *why)
{
	if (mode == UNLOCK_COMMAND && command[0] == '\0')
		return config_error(file, section, "unlock_command",
		    "must be given when unlock = command", why);
	return ERR_NONE;
}

enum error_code
broker_config_load(const char *path, struct broker_config *out,
    struct why *why)
{
	char address[160];
	enum error_code e;

	memset(out, 0, sizeof *out);
	e = config_load(path, broker_table,
	    sizeof broker_table / sizeof broker_table[0], out, &out->file,
	    why);
	if (e != ERR_NONE)
		return e;
	e = check_unlock(out->file, "broker", out->unlock,
	    out->unlock_command, why);
	if (e == ERR_NONE && broker_config_address(out->listen, address,
	    sizeof address) != ERR_NONE)
		e = config_error(out->file, "link", "listen",
		    "is not host:port", why);
	if (e == ERR_NONE && out->listen_also[0] != '\0' &&
	    broker_config_address(out->listen_also, address,
	    sizeof address) != ERR_NONE)
		e = config_error(out->file, "link", "listen_also",
		    "is not host:port", why);
	if (e != ERR_NONE)
		broker_config_destroy(out);
	return e;
}

void
broker_config_destroy(struct broker_config *c)
{
	config_destroy(&c->file);
}

enum error_code
signer_config_load(const char *path, struct signer_config *out,
    struct why *why)
{
	enum error_code e;

	memset(out, 0, sizeof *out);
	e = config_load(path, signer_table,
	    sizeof signer_table / sizeof signer_table[0], out, &out->file,
	    why);
	if (e != ERR_NONE)
		return e;
	e = check_unlock(out->file, "signer", out->unlock,
	    out->unlock_command, why);
	if (e != ERR_NONE)
		signer_config_destroy(out);
	return e;
}

void
signer_config_destroy(struct signer_config *c)
{
	config_destroy(&c->file);
}
