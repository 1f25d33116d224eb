#include "agent/config.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "agent/mail/letter.h"
#include "agent/notices/runner.h"
#include "base/clock.h"
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
	{ "agent", "own_line_age", CONFIG_NUMBER, AT(own_line_age), "12", 0, 18,
	    NULL, "from this age a child decides about own words and records; "
	    "0: never" },
	{ "open", "lease_hours", CONFIG_NUMBER, AT(lease_hours), "8", 1, 24,
	    NULL, "an opening lasts at most so long (never over the "
	    "partnership's)" },
	{ "mail", "expires_days", CONFIG_NUMBER, AT(expires_days), "14", 1, 14,
	    NULL, "what is not delivered by then is dropped and you are told" },
	{ "mail", "urgent_unopened_minutes", CONFIG_NUMBER,
	    AT(urgent_unopened_minutes), "30", 5, 1440, NULL,
	    "tell the sender when an urgent item is not opened in this time" },
	{ "notify", "text", CONFIG_TEXT, AT(notify_text),
	    "You have an item to review.", 1, 120, NULL,
	    "what every notice says, whatever it is about" },
	{ "notify", "link", CONFIG_TEXT, AT(notify_link), "", 0, 200, NULL,
	    "address of the sign-in page, https:// and nothing after the "
	    "path" },
	{ "notify", "command", CONFIG_TEXT, AT(notify_command), "", 0, 0,
	    NULL, "program that delivers a notice; reads address and text" },
	{ "notify", "smtp_url", CONFIG_TEXT, AT(smtp_url), "", 0, 256, NULL,
	    "mail server instead: smtp://host:587 or smtps://host:465" },
	{ "notify", "smtp_from", CONFIG_TEXT, AT(smtp_from), "", 0, 254, NULL,
	    "sender of mail" },
	{ "notify", "smtp_user", CONFIG_TEXT, AT(smtp_user), "", 0, 254, NULL,
	    "account at the mail server; empty: none is needed" },
	{ "notify", "smtp_credential", CONFIG_TEXT, AT(smtp_credential),
	    "notify", 1, 64, NULL,
	    "name of the systemd credential with its password" },
	{ "notify", "smtp_password_file", CONFIG_PATH, AT(smtp_password_file),
	    "", 0, 0, NULL, "file with its password instead" },
	{ "notify", "smtp_ca_file", CONFIG_PATH, AT(smtp_ca_file), "", 0, 0,
	    NULL, "certificates the mail server is checked against; empty: "
	    "the system's" },
	{ "notify", "batch_minutes", CONFIG_NUMBER, AT(batch_minutes), "15",
	    1, 240, NULL, "notices go at most this often" },
	{ "notify", "jitter_minutes", CONFIG_NUMBER, AT(jitter_minutes), "10",
	    0, 120, NULL, "and up to so much later, by chance" },
	{ "alert", "command", CONFIG_TEXT, AT(alert_command), "", 0, 0, NULL,
	    "program run for alerts to IT; reads a WL number, never content" },
	{ "alert", "mail_to", CONFIG_TEXT, AT(alert_mail_to), "", 0, 254,
	    NULL, "address for alerts to IT, sent as notices are" },
	{ "alert", "duty_command", CONFIG_TEXT, AT(duty_command), "", 0, 0,
	    NULL, "program that wakes who is on duty; reads number and text" },
	{ "alert", "duty_escalate_minutes", CONFIG_NUMBER,
	    AT(duty_escalate_minutes), "15", 1, 120, NULL,
	    "then the next person on the list" },
	{ "desk", "user", CONFIG_TEXT, AT(desk_user), "wayleave-desk", 0, 32,
	    NULL, "the account that wayleave-desk runs as; it alone may ask "
	    "for those who signed in" },
	{ "desk", "auth", CONFIG_CHOICE, AT(desk_auth), "local", 0, 0,
	    "local|pam", "who checks passwords: this agent, or PAM (service "
	    "wayleave)" },
	{ "desk", "totp", CONFIG_CHOICE, AT(desk_totp), "required", 0, 0,
	    "required|optional|off", "a code from a telephone besides the "
	    "password" },
	{ "desk", "lock_minutes", CONFIG_NUMBER, AT(lock_minutes), "10", 1,
	    60, NULL, "who does nothing for so long is signed out" },
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

static enum error_code
absolute(const char *path, char out[static AGENT_CONFIG_PATH],
    struct why *why)
{
	char *whole = realpath(path, NULL);
	const bool fits = whole != NULL && strlen(whole) < AGENT_CONFIG_PATH;

	if (fits)
		strcpy(out, whole);
	else
		why_set(why, "%s: its path cannot be made absolute", path);
	free(whole);
	return fits ? ERR_NONE : ERR_CONFIG;
}

/* One line that a mail, a telephone and a log can hold. */
static bool
plain(const char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s < ' ' || *s == 0x7f)
			return false;
	return true;
}

/* What a notice says and where it leads must be the same for everybody. */
static enum error_code
check_notice(const struct agent_config *c, struct why *why)
{
	const char *link = c->notify_link;

	if (!plain(c->notify_text))
		return config_error(c->file, "notify", "text",
		    "must be one line of plain text", why);
	if (link[0] != '\0' && (strncmp(link, "https://", 8) != 0 ||
	    strpbrk(link, "?#@ \t") != NULL || !plain(link)))
		return config_error(c->file, "notify", "link",
		    "must begin with https:// and carry no parameter", why);
	return ERR_NONE;
}

static enum error_code
check_smtp(const struct agent_config *c, struct why *why)
{
	const char *url = c->smtp_url;

	if (url[0] == '\0')
		return ERR_NONE;
	if (c->notify_command[0] != '\0')
		return config_error(c->file, "notify", "smtp_url",
		    "and command cannot both be given", why);
	if (strncmp(url, "smtp://", 7) != 0 &&
	    strncmp(url, "smtps://", 8) != 0)
		return config_error(c->file, "notify", "smtp_url",
		    "must begin with smtp:// or smtps://", why);
	if (strchr(url, '@') != NULL)
		return config_error(c->file, "notify", "smtp_url",
		    "names no account: smtp_user does, and the password is "
		    "a credential", why);
	if (!letter_address_ok(c->smtp_from))
		return config_error(c->file, "notify", "smtp_from",
		    "must be an address when smtp_url is given", why);
	return ERR_NONE;
}

static enum error_code
check_alert(const struct agent_config *c, struct why *why)
{
	if (c->alert_mail_to[0] == '\0')
		return ERR_NONE;
	if (!letter_address_ok(c->alert_mail_to))
		return config_error(c->file, "alert", "mail_to",
		    "must be one address", why);
	if (c->smtp_url[0] == '\0' && c->notify_command[0] == '\0')
		return config_error(c->file, "alert", "mail_to",
		    "needs notify.smtp_url or notify.command", why);
	return ERR_NONE;
}

/* host:port, as it is dialled. */
static enum error_code
check_broker(const struct agent_config *c, struct why *why)
{
	const char *colon = strrchr(c->broker, ':');
	char *end = NULL;
	long port;

	if (c->broker[0] == '\0')
		return ERR_NONE;
	port = colon != NULL ? strtol(colon + 1, &end, 10) : 0;
	if (colon == NULL || colon == c->broker || colon[1] == '-' ||
	    port < 1 || port > 65535 || *end != '\0' ||
	    strpbrk(c->broker, " \t") != NULL)
		return config_error(c->file, "link", "broker", "must be "
		    "host:port, such as broker.example.org:7640", why);
	return ERR_NONE;
}

enum error_code
agent_config_load(const char *path, struct agent_config *out,
    struct why *why)
{
	struct runner_command command[RUNNER_SLOTS];
	enum error_code err;

	memset(out, 0, sizeof *out);
	err = config_load(path, table, sizeof table / sizeof table[0], out,
	    &out->file, why);
	if (err != ERR_NONE)
		return err;
	err = absolute(path, out->path, why);
	if (err == ERR_NONE)
		err = check_broker(out, why);
	if (err == ERR_NONE)
		err = check_notice(out, why);
	if (err == ERR_NONE)
		err = check_smtp(out, why);
	if (err == ERR_NONE)
		err = check_alert(out, why);
	if (err == ERR_NONE)
		err = agent_config_commands(out, command, why);
	if (err != ERR_NONE) {
		agent_config_destroy(out);
		return err;
	}
	out->epoch_hours = (uint64_t)out->epoch_hours_;
	out->epoch_life_days = (uint64_t)out->epoch_life_days_;
	out->lock_ms = (uint64_t)out->lock_minutes * CLOCK_MINUTE_MS;
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
