/*
 * What every command of wayleave(1) is made of: reading what the worker
 * hands in, asking the agent, printing one fact a line.
 */
#ifndef WAYLEAVE_AGENT_CLI_ASK_H
#define WAYLEAVE_AGENT_CLI_ASK_H

#include <jansson.h>

#include "agent/client.h"

/* Each command has it. */
#define ASK_SOCKET { "socket", "PATH", "the agent's local socket" }

extern const struct cli_option ask_socket_only[];

/*
 * Asks the agent (`in` is stolen, may be NULL) and returns the exit code.
 * Words that come with a "no" go to stderr, others to stdout; with --json
 * the result is printed.  *result (may be NULL) is the caller's, NULL when
 * there is none.
 */
int ask_agent(struct cli *cli, enum api_verb verb, json_t *in,
    json_t **result);
/* The same, printing nothing but errors: for a command that asks twice. */
int ask_quietly(struct cli *cli, enum api_verb verb, json_t *in,
    json_t **result);

/* A case as typed: its number, or its reference at this agency. */
json_t *ask_case(const char *word);
/* "m171002" or "171002"; false when it is neither. */
bool ask_message(const char *word, json_int_t *out);
/* Sets a field from an option's value; nothing when it is NULL. */
void ask_set(json_t *o, const char *key, const char *value);
/* The same from "a,b,c", as a list. */
void ask_set_list(json_t *o, const char *key, const char *commas);

/*
 * Reads a file (standard input for "-") of at most 64 KiB: as JSON, an
 * object; or as text without the newline at its end.  CLI_DONE, or the exit
 * code after saying what is wrong and where.
 */
int ask_document(struct cli *cli, const char *path, json_t **out);
int ask_text(struct cli *cli, const char *path, char **out);
/* A line typed after a prompt; false at the end of input. */
bool ask_line(const char *prompt, char *out, size_t cap);
/* yes or no, typed; anything else asks again; end of input is no. */
bool ask_yes(const char *prompt);

/* Fields of a result; "" and 0 when absent. */
const char *ask_str(const json_t *o, const char *key);
json_int_t ask_int(const json_t *o, const char *key);

/* Every field of a content, codes with their labels, indented. */
void ask_print_content(const json_t *content);
/* Hits of the language check. */
void ask_print_lint(const json_t *hits);
/* What became of a document handed in, and the exit code it stands for. */
void ask_print_sent(const json_t *result);

#endif
