#include "agent/cli/ask.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/config.h"
#include "base/file.h"
#include "proto/vocabulary.h"

enum {
	ASK_MS = 180 * 1000,      /* signing a consent set asks for time */
	FILE_MAX = 64 * 1024,
	SOCKET_MAX = 256,
};

const struct cli_option ask_socket_only[] = {
	ASK_SOCKET,
	{ NULL, NULL, NULL },
};

/* --socket, the environment, the configuration if it can be read. */
static const char *
socket_of(const struct cli *cli, char room[static SOCKET_MAX])
{
	struct agent_config c;
	struct why why;

	if (cli_value(cli, "socket") != NULL ||
	    getenv("WAYLEAVE_SOCKET") != NULL ||
	    agent_config_load(cli->config, &c, &why) != ERR_NONE)
		return client_socket(cli);
	snprintf(room, SOCKET_MAX, "%s", c.socket);
	agent_config_destroy(&c);
	return room;
}

int
ask_quietly(struct cli *cli, enum api_verb verb, json_t *in, json_t **result)
{
	struct client_answer answer;
	struct why why = { "" };
	char room[SOCKET_MAX];
	enum error_code err = client_ask(socket_of(cli, room), verb, in,
	    ASK_MS, &answer, &why);
	int code;

	*result = NULL;
	if (err != ERR_NONE)
		return cli_fail_error(cli, err, cli->command->name, &why);
	code = answer.code;
	if (code != CLI_DONE && answer.words[0] != '\0')
		fprintf(stderr, "wayleave: %s\n", answer.words);
	else if (answer.words[0] != '\0' && !cli->quiet && !cli->json)
		printf("%s\n", answer.words);
	if (!json_is_null(answer.result)) {
		*result = answer.result;
		answer.result = NULL;
	}
	client_answer_free(&answer);
	return code;
}

int
ask_agent(struct cli *cli, enum api_verb verb, json_t *in, json_t **result)
{
	json_t *got = NULL;
	int code = ask_quietly(cli, verb, in, &got);

	if (cli->json && got != NULL) {
		json_dumpf(got, stdout, JSON_INDENT(1));
		putchar('\n');
	}
	if (result != NULL)
		*result = got;
	else
		json_decref(got);
	return code;
}

/* ---- what is handed in ----------------------------------------------------- */

json_t *
ask_case(const char *word)
{
	char *end;
	unsigned long long no = strtoull(word, &end, 10);

	if (word[0] >= '0' && word[0] <= '9' && *end == '\0' &&
	    no <= INT64_MAX)
		return json_integer((json_int_t)no);
	return json_string(word);
}

bool
ask_message(const char *word, json_int_t *out)
{
	char *end;
	unsigned long long no;

	if (word[0] == 'm')
		word++;
	if (word[0] < '0' || word[0] > '9')
		return false;
	no = strtoull(word, &end, 10);
	*out = (json_int_t)no;
	return *end == '\0' && no > 0 && no <= INT64_MAX;
}

void
ask_set(json_t *o, const char *key, const char *value)
{
	if (value != NULL)
		json_object_set_new(o, key, json_string(value));
}

void
ask_set_list(json_t *o, const char *key, const char *commas)
{
	json_t *list;

	if (commas == NULL)
		return;
	list = json_array();
	while (*commas != '\0') {
		const size_t n = strcspn(commas, ",");

		if (n > 0)
			json_array_append_new(list, json_stringn(commas, n));
		commas += n + (commas[n] == ',');
	}
	json_object_set_new(o, key, list);
}

static enum error_code
read_stdin(struct buf *out)
{
	uint8_t some[4096];
	size_t n;

	while ((n = fread(some, 1, sizeof some, stdin)) > 0)
		buf_put(out, some, n);
	sodium_memzero(some, sizeof some);
	return buf_ok(out) ? ERR_NONE : ERR_SIZE;
}

static int
read_all(struct cli *cli, const char *path, struct buf *out)
{
	struct why why = { "" };
	enum error_code err;

	err = strcmp(path, "-") == 0 ? read_stdin(out) : file_read(path, 0,
	    out, &why);
	if (err == ERR_NOTFOUND)
		return cli_fail(cli, CLI_INPUT, 0, path, NULL,
		    "there is no such file");
	if (err == ERR_SIZE)
		return cli_fail(cli, CLI_INPUT, 0, path, "write less",
		    "it is larger than 64 KiB");
	return err == ERR_NONE ? CLI_DONE : cli_fail_error(cli, err, path,
	    &why);
}

int
ask_document(struct cli *cli, const char *path, json_t **out)
{
	struct buf b;
	json_error_t at;
	int code;

	*out = NULL;
	buf_init(&b, FILE_MAX);
	code = read_all(cli, path, &b);
	if (code == CLI_DONE) {
		*out = json_loadb((const char *)b.data, b.n,
		    JSON_REJECT_DUPLICATES, &at);
		if (*out == NULL)
			code = cli_fail(cli, CLI_INPUT, 0, path, NULL,
			    "line %d: %s", at.line, at.text);
	}
	if (code == CLI_DONE && !json_is_object(*out)) {
		json_decref(*out);
		*out = NULL;
		code = cli_fail(cli, CLI_INPUT, 0, path, NULL,
		    "it must hold one JSON object");
	}
	buf_free(&b);
	return code;
}

int
ask_text(struct cli *cli, const char *path, char **out)
{
	struct buf b;
	int code;

	*out = NULL;
	buf_init(&b, FILE_MAX);
	if (strcmp(path, "-") == 0 && isatty(STDIN_FILENO))
		fprintf(stderr, "Text, ended with Ctrl-D on a line of its "
		    "own:\n");
	code = read_all(cli, path, &b);
	while (b.n > 0 && (b.data[b.n - 1] == '\n' || b.data[b.n - 1] == ' '))
		b.n--;
	if (code == CLI_DONE && b.n == 0)
		code = cli_fail(cli, CLI_INPUT, 0, path, NULL,
		    "there is no text in it");
	if (code == CLI_DONE) {
		*out = strndup((const char *)b.data, b.n);
		if (*out == NULL)
			code = cli_fail_error(cli, ERR_NOMEM, path, NULL);
	}
	buf_free(&b);
	return code;
}

bool
ask_line(const char *prompt, char *out, size_t cap)
{
	char *end;
	int c;

	fputs(prompt, stderr);
	if (fgets(out, (int)cap, stdin) == NULL) {
		out[0] = '\0';
		return false;
	}
	end = strchr(out, '\n');
	if (end != NULL)
		*end = '\0';
	else
		while ((c = getchar()) != '\n' && c != EOF)
			continue;
	return true;
}

bool
ask_yes(const char *prompt)
{
	char answer[16];

	while (ask_line(prompt, answer, sizeof answer)) {
		if (strcmp(answer, "yes") == 0 || strcmp(answer, "y") == 0)
			return true;
		if (strcmp(answer, "no") == 0 || strcmp(answer, "n") == 0)
			return false;
	}
	return false;
}

/* ---- what comes back ---------------------------------------------------------- */

const char *
ask_str(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s != NULL ? s : "";
}

json_int_t
ask_int(const json_t *o, const char *key)
{
	return json_integer_value(json_object_get(o, key));
}

static void
print_string(const char *s)
{
	const struct vocabulary_code *code = vocabulary_find(s);

	printf("%s%s%s\n", s, code != NULL ? "  " : "",
	    code != NULL ? code->label : "");
}

static void print_field(const char *key, const json_t *v);

/* An object on one line: persons, exclusions, a date. */
static void
print_object(const json_t *o)
{
	const char *key, *between = "";
	const json_t *v;

	json_object_foreach((json_t *)o, key, v) {
		if (json_is_string(v))
			printf("%s%s %s", between, key, json_string_value(v));
		between = ", ";
	}
	putchar('\n');
}

static void
print_value(const json_t *v)
{
	const json_t *one;
	size_t i;

	if (json_is_string(v))
		print_string(json_string_value(v));
	else if (json_is_boolean(v))
		puts(json_is_true(v) ? "yes" : "no");
	else if (json_is_object(v))
		print_object(v);
	else if (json_is_array(v))
		json_array_foreach(v, i, one) {
			if (i > 0)
				printf("  %-16s", "");
			print_value(one);
		}
	else
		putchar('\n');
}

static void
print_field(const char *key, const json_t *v)
{
	if (json_is_array(v) && json_array_size(v) == 0)
		return;
	printf("  %-16s", key);
	print_value(v);
}

void
ask_print_content(const json_t *content)
{
	const char *key;
	const json_t *v;

	/* a correction holds a whole observation */
	if (json_is_object(json_object_get(content, "now"))) {
		ask_print_content(json_object_get(content, "now"));
		return;
	}
	json_object_foreach((json_t *)content, key, v)
		if (strcmp(key, "schema") != 0 && strcmp(key, "id") != 0)
			print_field(key, v);
}

void
ask_print_lint(const json_t *hits)
{
	const json_t *hit;
	size_t i;

	json_array_foreach(hits, i, hit)
		printf("wording   \"%s\": better, %s\n", ask_str(hit, "found"),
		    ask_str(hit, "offer"));
}

/* All members in one state on one line, as nobody's text differs there. */
static void
print_state(const json_t *copies, const char *state, const char *word,
    const char *id)
{
	const char *between = "";
	const json_t *copy;
	size_t i;

	json_array_foreach(copies, i, copy) {
		if (strcmp(ask_str(copy, "state"), state) != 0)
			continue;
		if (between[0] == '\0')
			printf("%-10s%.8s  to ", word, id);
		printf("%s%s", between, ask_str(copy, "member"));
		between = ", ";
	}
	if (between[0] != '\0')
		putchar('\n');
}

void
ask_print_sent(const json_t *result)
{
	const json_t *copies = json_object_get(result, "copies"), *copy;
	const char *id = ask_str(result, "id"), *state = ask_str(result,
	    "state");
	const bool preview = strcmp(state, "preview") == 0;
	size_t i;

	ask_print_lint(json_object_get(result, "lint"));
	if (strcmp(state, "kept") == 0)
		printf("kept      %.8s  sent to nobody\n", id);
	if (strcmp(state, "repeated") == 0)
		printf("repeated  %.8s  handed in before; nothing was sent "
		    "now\n", id);
	print_state(copies, "queued", preview ? "would go" : "accepted",
	    preview ? "" : id);
	print_state(copies, "waiting", "waiting", id);
	print_state(copies, "not-sent", "not sent", id);
	json_array_foreach(copies, i, copy)
		if (strcmp(ask_str(copy, "state"), "refused") == 0)
			printf("refused   %s  %s  %s\n", ask_str(copy,
			    "member"), ask_str(copy, "rule"), ask_str(copy,
			    "text"));
}
