#include "agent/config.h"

#include <stddef.h>
#include <string.h>

#include "keys/unlock.h"

#define AT(field) offsetof(struct agent_config, field)

static const struct config_key table[] = {
	{ "agent", "partnership", CONFIG_PATH, AT(partnership), NULL, 1, 0,
	    NULL, "the partnership file you were given (.wlp)" },
	{ "agent", "member", CONFIG_TEXT, AT(member), NULL, 2, 48, NULL,
	    "this agency's member id" },
	{ "agent", "record", CONFIG_PATH, AT(record), "", 0, 0, NULL,
	    "this agency's signed record (.wlrec); empty: MEMBER.wlrec beside "
	    "the partnership file" },
	{ "agent", "state_dir", CONFIG_PATH, AT(state_dir),
	    "/var/lib/wayleave-agent", 1, 0, NULL,
	    "where keys and store live; this account alone may read it" },
	{ "agent", "language", CONFIG_TEXT, AT(language), "en", 2, 11, NULL,
	    "language of words" },
	{ "agent", "lawful_basis", CONFIG_TEXT, AT(lawful_basis), "LB2", 3, 4,
	    NULL, "lawful basis written into records that name none" },
	{ "agent", "unlock", CONFIG_CHOICE, AT(unlock), "prompt", 0, 0,
	    UNLOCK_MODES, "how the keys are unlocked at start" },
	{ "agent", "unlock_command", CONFIG_TEXT, AT(unlock_command), "", 0,
	    0, NULL, "program that prints the passphrase (unlock = command)" },
	{ "agent", "unlock_credential", CONFIG_TEXT, AT(unlock_credential),
	    "passphrase", 1, 64, NULL,
	    "name of the systemd credential (unlock = credential)" },
	{ "agent", "socket", CONFIG_PATH, AT(socket),
	    "/run/wayleave-agent/agent.sock", 1, 0, NULL,
	    "local socket for wayleave and the desk" },
	{ "agent", "socket_mode", CONFIG_NUMBER, AT(socket_mode_), "666", 600,
	    777, NULL, "its mode, in octal; who may do what is decided by "
	    "account, not by mode" },
	{ "link", "broker", CONFIG_TEXT, AT(broker), "", 0, 128, NULL,
	    "broker address instead of the partnership's, host:port" },
	{ "link", "clock_skew_seconds", CONFIG_NUMBER, AT(clock_skew_seconds),
	    "300", 1, 300, NULL,
	    "how far the broker's clock may be from ours" },
	{ "seal", "epoch_hours", CONFIG_NUMBER, AT(epoch_hours_), "24", 1, 168,
	    NULL, "a new sealing key this often" },
	{ "seal", "epoch_life_days", CONFIG_NUMBER, AT(epoch_life_days_), "14",
	    1, 90, NULL, "its secret is destroyed after so long; longer costs "
	    "forward secrecy" },
	{ "open", "lease_hours", CONFIG_NUMBER, AT(lease_hours), "8", 1, 24,
	    NULL, "an opening lasts at most so long (never over the "
	    "partnership's)" },
	{ "mail", "expires_days", CONFIG_NUMBER, AT(expires_days), "14", 1, 14,
	    NULL, "what is not delivered by then is dropped and you are told" },
	{ "mail", "urgent_unopened_minutes", CONFIG_NUMBER,
	    AT(urgent_unopened_minutes), "30", 5, 1440, NULL,
	    "tell the sender when an urgent item is not opened in this time" },
	{ "alert", "command", CONFIG_TEXT, AT(alert_command), "", 0, 0, NULL,
	    "program run for alerts to IT; gets a WL number, never content" },
	{ "audit", "file", CONFIG_PATH, AT(audit_file), "", 0, 0, NULL,
	    "audit file of this machine; empty: STATE_DIR/audit.jsonl" },
};

const struct setup agent_setup = {
	.program = "wayleave-agent",
	.section = "agent",
	.who = "agency",
	.state_dir = "/var/lib/wayleave-agent",
	.key_file = "keys/agent.key",
	.next = "systemctl enable --now wayleave-agent",
};

struct setup_place
agent_config_place(const struct agent_config *c)
{
	return (struct setup_place){
		.partnership = c->partnership, .record = c->record,
		.member = c->member, .state_dir = c->state_dir,
		.unlock = c->unlock,
		.unlock_credential = c->unlock_credential,
		.unlock_command = c->unlock_command,
	};
}

/* An octal number written in decimal digits: 660 -> 0660. */
static bool
octal(int64_t digits, unsigned *out)
{
	unsigned v = 0, unit = 1;

	for (; digits > 0; digits /= 10, unit *= 8) {
		if (digits % 10 > 7)
			return false;
		v += (unsigned)(digits % 10) * unit;
	}
	*out = v;
	return true;
}

enum error_code
agent_config_load(const char *path, struct agent_config *out,
    struct why *why)
{
	enum error_code err;

	memset(out, 0, sizeof *out);
	err = config_load(path, table, sizeof table / sizeof table[0], out,
	    &out->file, why);
	if (err != ERR_NONE)
		return err;
	out->epoch_hours = (uint64_t)out->epoch_hours_;
	out->epoch_life_days = (uint64_t)out->epoch_life_days_;
	if (!octal(out->socket_mode_, &out->socket_mode))
		err = config_error(out->file, "agent", "socket_mode",
		    "is not an octal mode such as 660", why);
	else if (out->unlock == UNLOCK_COMMAND && out->unlock_command[0] == 0)
		err = config_error(out->file, "agent", "unlock_command",
		    "must be given when unlock = command", why);
	if (err != ERR_NONE)
		agent_config_destroy(out);
	return err;
}

void
agent_config_print(const struct agent_config *c, FILE *to, bool all)
{
	config_print(c->file, to, all);
}

void
agent_config_destroy(struct agent_config *c)
{
	config_destroy(&c->file);
}
