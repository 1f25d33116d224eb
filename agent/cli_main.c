/* wayleave(1): what workers and advocates type; see agent/cli/cli.h. */
#include "agent/cli/ask.h"
#include "agent/cli/cli.h"

#define END { NULL, NULL, NULL }
#define TO { "to", "MEMBER,..", "agencies; or: allowed, none" }

static const struct cli_option map_options[] = {
	ASK_SOCKET,
	{ "actor", "PERSON", "only what this person did" },
	{ "child", "PERSON", "only what concerns this child" },
	{ "pathway", "PWn", "only what harms along this pathway" },
	{ "side-by-side", "P1,P2", "two persons' patterns beside each other" },
	END };
static const struct cli_option gaps_options[] = {
	ASK_SOCKET,
	{ "assign", "GPnn|TASK", "give this gap or task to somebody" },
	{ "to", "WHO", "a colleague or an agency" },
	{ "due", "DAY", "until when, 2026-11-25" },
	{ "done", "TASK", "this task is done here" },
	END };
static const struct cli_option send_options[] = {
	ASK_SOCKET, TO,
	{ "case", "CASE", "its case, unless FILE says it" },
	{ "dry-run", NULL, "only say who would get it" },
	END };
static const struct cli_option correct_options[] = {
	ASK_SOCKET, TO,
	{ "dry-run", NULL, "only say who would get it" },
	END };
static const struct cli_option recall_options[] = {
	ASK_SOCKET,
	{ "reason", "WHY", "wrong-person, wrong-family, wrong-fact, "
	    "sent-in-error" },
	END };
static const struct cli_option ask_options[] = {
	ASK_SOCKET,
	{ "to", "MEMBER", "the agency asked" },
	{ "gap", "GPnn", "the gap it would close" },
	{ "about", "OBS", "the record it is about" },
	{ "by", "DAY", "an answer is needed by then" },
	{ "file", "FILE", "the question's text, else standard input" },
	END };
static const struct cli_option answer_options[] = {
	ASK_SOCKET,
	{ "about", "OBS,..", "records that answer it" },
	END };
static const struct cli_option export_options[] = {
	ASK_SOCKET,
	{ "messages", "mN,..", "which, in growing order" },
	{ "to", "WHO", "a member, or a kind such as court" },
	{ "why", "CODE", "conference, court-order, own-file, supervision, "
	    "other" },
	{ "out", "FILE", "where to; never replaced" },
	END };
static const struct cli_option secret_options[] = {
	ASK_SOCKET, CLI_SECRET_OPTIONS, END };
static const struct cli_option mandated_options[] = {
	ASK_SOCKET,
	{ "to", "WHO", "a member, or a kind such as police" },
	{ "ground", "LBn", "LB3 duty, LB4 vital interests, LB6 court order" },
	{ "told", "yes|no", "was she told?" },
	{ "why", "CODE", "threat-to-life, child-at-risk, court-order, "
	    "legal-duty, adult-at-risk, other" },
	END };
static const struct cli_option checked_options[] = {
	ASK_SOCKET,
	{ "confirm", NULL, "they were compared with the staff here" },
	{ "exclude", "ACCOUNT,..", "who must not see the case" },
	END };
static const struct cli_option cases_options[] = {
	ASK_SOCKET,
	{ "done", "N", "this task is done" },
	END };
static const struct cli_option handover_options[] = {
	ASK_SOCKET,
	{ "to", "ACCOUNT", "the colleague who takes it; without: a list" },
	{ "case", "CASE", "this case" },
	{ "all", NULL, "all of your work" },
	{ "until", "DAY", "only until then, as for leave" },
	{ "note", "TEXT", "what is next; kept sealed" },
	{ "from", "ACCOUNT", "another's work (leads)" },
	{ "done", "N", "this handover is over" },
	END };
static const struct cli_option open_options[] = {
	ASK_SOCKET,
	{ "reference", "REF", "what the case is called at this agency" },
	{ "language", "LANG", "of the words she is to remember (en, pl)" },
	END };
static const struct cli_option consent_options[] = {
	ASK_SOCKET,
	{ "case", "CASE", "its case, unless FILE says it" },
	{ "introduction", "FILE", "who the family is, for those introduced" },
	{ "dry-run", NULL, "only read it back" },
	{ "waiver", "ACCOUNT", "a second worker agrees not to wait 24 h" },
	{ "causing-harm", "P1,..", "who causes harm, for the checks" },
	{ "own-line", "K1,..", "children old enough to decide" },
	{ "language", "LANG", "of new stop phrases" },
	CLI_SECRET_OPTIONS, END };
static const struct cli_option renew_options[] = {
	ASK_SOCKET,
	{ "renew", "GRANT,..", "these, or: all; without it they are listed" },
	{ "asked-alone", "yes|no", "was she asked alone?" },
	{ "safe-now", "yes|no", "is she safe now?" },
	{ "pressed", "yes|no", "does anyone press her?" },
	{ "days", "N", "for how long (30; 90 at most)" },
	{ "method", "HOW", "in-person, phone, video" },
	{ "waiver", "ACCOUNT", "a second worker agrees not to wait 24 h" },
	CLI_SECRET_OPTIONS, END };
static const struct cli_option withdraw_options[] = {
	ASK_SOCKET,
	{ "grant", "GRANT", "this permission" },
	{ "member", "MEMBER", "all to and from this agency" },
	{ "all", NULL, "all of the case" },
	{ "heard-by-phone", NULL, "she said so by telephone" },
	{ "heard-in-person", NULL, "she said so here" },
	{ "passphrase", NULL, "she types her passphrase" },
	CLI_SECRET_OPTIONS, END };
static const struct cli_option phrases_options[] = {
	ASK_SOCKET,
	{ "language", "LANG", "of the words (en, pl)" },
	CLI_SECRET_OPTIONS, END };
static const struct cli_option introduce_options[] = {
	ASK_SOCKET,
	{ "to", "MEMBER,..", "only these" },
	END };
static const struct cli_option close_options[] = {
	ASK_SOCKET,
	{ "reason", "CODE", "why" },
	END };
static const struct cli_option demo_options[] = {
	{ "agencies", "N", "how many, 2 to 10 (3)" },
	{ "inject", "FAULT", "delay: an agency is away; deny: no permission; "
	    "withdraw: while a copy waits; ndr: it cannot be delivered" },
	{ "check", NULL, "play the conformance cases (without --inject: all) "
	    "and end" },
	END };

static const struct cli_command commands[] = {
	{ "inbox", "", "what came, urgent first", cli_inbox, ask_socket_only,
	    0, 0 },
	{ "open", "CASE|MSG", "read what is held of a case, or one message",
	    cli_open, ask_socket_only, 1, 1 },
	{ "map", "CASE", "the pattern: four sections, what they tell",
	    cli_map, map_options, 1, 1 },
	{ "gaps", "CASE", "what is not known, and who finds out", cli_gaps,
	    gaps_options, 1, 1 },
	{ "write", "CASE", "write an observation: five answers", cli_write,
	    ask_socket_only, 1, 1 },
	{ "send", "FILE", "send an observation written as JSON", cli_send,
	    send_options, 1, 1 },
	{ "correct", "OBS FILE", "say what is right instead", cli_correct,
	    correct_options, 2, 2 },
	{ "recall", "OBS", "take a record back as wrong", cli_recall,
	    recall_options, 1, 1 },
	{ "ask", "CASE", "ask an agency", cli_ask, ask_options, 1, 1 },
	{ "answer", "MSG [FILE]", "answer a question", cli_answer,
	    answer_options, 1, 2 },
	{ "track", "OBS", "where a record of yours is", cli_track,
	    ask_socket_only, 1, 1 },
	{ "seen", "CASE", "who has seen what your agency wrote", cli_seen,
	    ask_socket_only, 1, 1 },
	{ "lint", "FILE", "look at the wording; 1 when something is found",
	    cli_lint, ask_socket_only, 1, 1 },
	{ "stop", "", "pass on a stop phrase", cli_stop, secret_options, 0,
	    0 },
	{ "mandated", "CASE", "record what was shared outside under a duty",
	    cli_mandated, mandated_options, 1, 1 },
	{ "export", "CASE", "copy messages out; the ledger says so",
	    cli_export, export_options, 1, 1 },
	{ "cases", "", "cases here, and tasks", cli_cases, cases_options, 0,
	    0 },
	{ "acknowledge", "MSG|TASK|OBS", "you look after it: nobody else is "
	    "called", cli_acknowledge, ask_socket_only, 1, 1 },
	{ "calls", "", "duty telephones of every agency", cli_calls,
	    ask_socket_only, 0, 0 },
	{ "handover", "", "give work to a colleague, or have it covered",
	    cli_handover, handover_options, 0, 0 },
	{ "conflict-checked", "CASE", "compare staff with who must not see "
	    "it", cli_checked, checked_options, 1, 1 },
	{ "demo", "", "a partnership to try a system against, with a fault",
	    cli_demo, demo_options, 0, 0 },
	{ "case open", "", "open a case", cli_case_open, open_options, 0, 0 },
	{ "case consent", "FILE", "sign a consent set", cli_case_consent,
	    consent_options, 1, 1 },
	{ "case status", "CASE", "its permissions and their state",
	    cli_case_status, ask_socket_only, 1, 1 },
	{ "case renew", "CASE", "renew permissions", cli_case_renew,
	    renew_options, 1, 1 },
	{ "case withdraw", "CASE", "end permissions, at once",
	    cli_case_withdraw, withdraw_options, 1, 1 },
	{ "case resume", "CASE", "end a freeze, with new stop phrases",
	    cli_case_resume, phrases_options, 1, 1 },
	{ "case phrases", "CASE|rehearse", "draw new stop phrases; or try one, "
	    "which writes nothing", cli_case_phrases, phrases_options, 1, 1 },
	{ "case statement", "CASE", "what was shared, to read to her",
	    cli_case_statement, ask_socket_only, 1, 1 },
	{ "case exclude", "CASE [FILE]", "who must not see it: lines NAME; "
	    "RELATION", cli_case_exclude, ask_socket_only, 1, 2 },
	{ "case introduce", "CASE [FILE]", "send the introduction again",
	    cli_case_introduce, introduce_options, 1, 2 },
	{ "case close", "CASE", "close it, for good", cli_case_close,
	    close_options, 1, 1 },
};

int
main(int argc, char **argv)
{
	static const struct cli_program program = {
		.name = "wayleave",
		.summary = "Shares what agencies observe about a pattern of "
		    "abuse, where the survivor has agreed.",
		.config = "/etc/wayleave/agent.conf",
		.commands = commands,
		.n = sizeof commands / sizeof commands[0],
		.more = "A CASE is the number in your inbox or your own "
		    "reference; a MSG is m and its number.\n"
		    "See wayleave(1).",
	};

	return cli_main(&program, argc, argv);
}
