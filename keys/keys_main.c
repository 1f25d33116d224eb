/* wayleave-keys: the table of its commands. */
#include "keys/tool.h"

#define PARTNERSHIP                                                       \
	{ "partnership", "FILE", "the partnership (partnership.wlp)" }
#define KEY(preset)                                                       \
	{ "key", "FILE", "the key file that signs (" preset ")" }
#define OUT(preset) { "out", "FILE", "write to FILE (" preset ")" }
#define COST                                                              \
	{ "cost", "COST", "of a guess at the passphrase: moderate, or "   \
	    "interactive for a trial" }
#define TERMS                                                             \
	{ "name", "TEXT", "name of the partnership" },                    \
	{ "origin", "NAME", "the ledger's origin" },                      \
	{ "broker", "FILE", "the broker's request (.wlreq)" },            \
	{ "signer", "FILE", "the signer's request, or a file with its "   \
	    "verifier key" },                                             \
	{ "address", "HOST:PORT..", "of the broker; up to four" },          \
	{ "policy", "FILE", "witness policy (tlog-policy)" },             \
	{ "freshness-seconds", "N", "60 to 3600 (900)" },                 \
	{ "lease-hours", "N", "1 to 24 (8)" },                            \
	{ "retention-days", "N", "after a case is closed (2192)" },       \
	{ "keep-read-days", "N", "0 to 30 (7)" },                         \
	{ "broker-days", "N", "how long the broker's record is valid "    \
	    "(1096)" }

static const struct cli_option create_options[] = {
	TERMS,
	{ "root1", "FILE", "first root's key file (root1.keys)" },
	{ "root2", "FILE", "second root's key file (root2.keys)" },
	{ "duty", "FILE", "duty key file (duty.keys)" },
	OUT("partnership.wlp"), COST, CLI_SECRET_OPTIONS,
	{ NULL, NULL, NULL },
};
static const struct cli_option update_options[] = {
	TERMS, PARTNERSHIP, KEY("root1.keys"), OUT("the same file"),
	CLI_SECRET_OPTIONS,
	{ NULL, NULL, NULL },
};
static const struct cli_option spare_options[] = {
	PARTNERSHIP,
	{ "key", "FILE", "the key file of the root that stays" },
	OUT("the same file"), CLI_SECRET_OPTIONS,
	{ NULL, NULL, NULL },
};
static const struct cli_option duty_options[] = {
	{ "duty", "FILE", "write the new duty key to FILE (duty.keys)" },
	PARTNERSHIP, KEY("root1.keys"), OUT("the same file"), COST,
	CLI_SECRET_OPTIONS,
	{ NULL, NULL, NULL },
};
static const struct cli_option request_options[] = {
	{ "name", "TEXT", "as people know it" },
	{ "terms", NULL, "with a terms key, for an auditor" },
	{ "log", NULL, "a log key and nothing else, for a signer" },
	{ "key", "FILE", "write the key file to FILE (<member>.keys)" },
	OUT("<member>.wlreq"), COST, CLI_SECRET_OPTIONS,
	{ NULL, NULL, NULL },
};
static const struct cli_option sign_options[] = {
	{ "kind", "AGnn", "kind of agency" },
	{ "roles", "LIST", "of agency, broker, auditor, terms, witness "
	    "(agency)" },
	{ "days", "N", "how long it is valid" },
	{ "may-open-cases", NULL, "it may be custodian of cases" },
	{ "onward-duty", "WHO", "whom it may have to tell: none, persons, "
	    "parents" },
	{ "languages", "LIST", "that it speaks: en,pl" },
	{ "duty-phone", "NUMBER", "answered day and night" },
	{ "name", "TEXT", "instead of the name in the request" },
	{ "words", "'SIX WORDS'", "that were read out: refuse any other "
	    "file" },
	{ "serial", "N", "higher than before (the time)" },
	PARTNERSHIP, KEY("root1.keys"), OUT("<member>.wlrec"),
	CLI_SECRET_OPTIONS,
	{ NULL, NULL, NULL },
};
static const struct cli_option standing_options[] = {
	{ "reason", "CODE", "left, key-lost, key-stolen, breached, misuse, "
	    "other" },
	PARTNERSHIP, KEY("root1.keys; to suspend, duty.keys"),
	OUT("<member>-revoked.wlrec, -suspended.wlrec"), CLI_SECRET_OPTIONS,
	{ NULL, NULL, NULL },
};
static const struct cli_option show_options[] = {
	PARTNERSHIP,
	{ NULL, NULL, NULL },
};
static const struct cli_option passwd_options[] = {
	COST, CLI_SECRET_OPTIONS,
	{ NULL, NULL, NULL },
};

static const struct cli_command commands[] = {
	{ "partnership-create", "", "Make two roots, a duty key and the "
	    "partnership file.", tool_create, create_options, 0, 0 },
	{ "partnership-update", "", "Sign changed terms, with a higher "
	    "serial.", tool_update, update_options, 0, 0 },
	{ "request", "MEMBER", "Make a member's keys and its request, where "
	    "no agent does.", tool_request, request_options, 1, 1 },
	{ "sign", "REQUEST", "Admit or renew a member.", tool_member,
	    sign_options, 1, 1 },
	{ "revoke", "MEMBER", "End a membership and all its grants, for "
	    "good.", tool_revoke, standing_options, 1, 1 },
	{ "suspend", "MEMBER", "Suspend a member until its next record.",
	    tool_suspend, standing_options, 1, 1 },
	{ "spare", "", "Retire the other root.", tool_spare, spare_options,
	    0, 0 },
	{ "duty-key", "", "Make a new duty key; the old one ends.",
	    tool_duty, duty_options, 0, 0 },
	{ "passwd", "KEYFILE", "Change the passphrase of a key file.",
	    tool_passwd, passwd_options, 1, 1 },
	{ "show", "FILE", "Say what a request, record or key file holds.",
	    tool_show, show_options, 1, 1 },
	{ "fingerprint", "FILE", "Six words for a file, to be read out.",
	    tool_fingerprint, NULL, 1, 1 },
};

int
main(int argc, char **argv)
{
	static const struct cli_program program = {
		.name = "wayleave-keys",
		.summary = "the partnership's keys: who is a member",
		.commands = commands,
		.n = sizeof commands / sizeof *commands,
		.more = "\nPassphrases are asked at the terminal, or read "
		    "from --secret-file or --secret-fd:\none line for all "
		    "key files of a command, or a line for each, in its "
		    "order.\nSee wayleave-keys(1).",
	};

	return cli_main(&program, argc, argv);
}
