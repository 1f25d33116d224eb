#include "audit/config.h"

#include <stddef.h>
#include <string.h>

#include "base/file.h"
#include "keys/unlock.h"

#define AT(field) offsetof(struct audit_config, field)

static const struct config_key table[] = {
	{ "audit", "partnership", CONFIG_PATH, AT(partnership), NULL, 1, 0,
	    NULL, "the partnership file you were given (.wlp)" },
	{ "audit", "member", CONFIG_TEXT, AT(member), NULL, 2, 48, NULL,
	    "this auditor's member id" },
	{ "audit", "record", CONFIG_PATH, AT(record), "", 0, 0, NULL,
	    "this auditor's signed record (.wlrec); empty: MEMBER.wlrec "
	    "beside the partnership file" },
	{ "audit", "state_dir", CONFIG_PATH, AT(state_dir),
	    "/var/lib/wayleave-audit", 1, 0, NULL,
	    "where keys, mirror and evidence live" },
	{ "audit", "mirror_dir", CONFIG_PATH, AT(mirror_dir), "", 0, 0, NULL,
	    "where the mirror lives; empty: STATE_DIR/mirror" },
	{ "audit", "unlock", CONFIG_CHOICE, AT(unlock), "prompt", 0, 0,
	    UNLOCK_MODES, "how the keys are unlocked for `mirror`" },
	{ "audit", "unlock_command", CONFIG_TEXT, AT(unlock_command), "", 0,
	    0, NULL, "program that prints the passphrase (unlock = command)" },
	{ "audit", "unlock_credential", CONFIG_TEXT, AT(unlock_credential),
	    "passphrase", 1, 64, NULL,
	    "name of the systemd credential (unlock = credential)" },
	{ "link", "broker", CONFIG_TEXT, AT(broker), "", 0, 128, NULL,
	    "broker address instead of the partnership's, host:port" },
	{ "link", "timeout_seconds", CONFIG_NUMBER, AT(timeout_seconds), "30",
	    1, 600, NULL, "how long to wait for an answer of the broker" },
};

const struct setup audit_setup = {
	.program = "wayleave-audit",
	.section = "audit",
	.who = "auditor",
	.state_dir = "/var/lib/wayleave-audit",
	.key_file = "keys/audit.key",
	.next = "wayleave-audit mirror",
	.terms = true,
	.role = ROLE_AUDITOR,
};

struct setup_place
audit_config_place(const struct audit_config *c)
{
	return (struct setup_place){
		.partnership = c->partnership, .record = c->record,
		.member = c->member, .state_dir = c->state_dir,
		.unlock = c->unlock,
		.unlock_credential = c->unlock_credential,
		.unlock_command = c->unlock_command,
	};
}

enum error_code
audit_config_load(const char *path, struct audit_config *out,
    struct why *why)
{
	enum error_code err;

	memset(out, 0, sizeof *out);
	err = config_load(path, table, sizeof table / sizeof table[0], out,
	    &out->file, why);
	if (err != ERR_NONE)
		return err;
	if (out->unlock == UNLOCK_COMMAND && out->unlock_command[0] == '\0')
		err = config_error(out->file, "audit", "unlock_command",
		    "must be given when unlock = command", why);
	else if (out->mirror_dir[0] == '\0')
		err = file_join(out->mirror, sizeof out->mirror,
		    out->state_dir, "mirror");
	else if (strlen(out->mirror_dir) < sizeof out->mirror)
		strcpy(out->mirror, out->mirror_dir);
	else
		err = ERR_SIZE;
	if (err != ERR_NONE)
		audit_config_destroy(out);
	return err;
}

void
audit_config_print(const struct audit_config *c, FILE *to, bool all)
{
	config_print(c->file, to, all);
}

void
audit_config_destroy(struct audit_config *c)
{
	config_destroy(&c->file);
}
