/* inbox, open, map, gaps, track, seen, export. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/cli/ask.h"
#include "agent/cli/cli.h"
#include "base/file.h"

static void
print_inbox(const json_t *items)
{
	const json_t *it;
	size_t i;

	json_array_foreach(items, i, it) {
		printf("m%" JSON_INTEGER_FORMAT "  case %" JSON_INTEGER_FORMAT,
		    ask_int(it, "message"), ask_int(it, "case"));
		if (ask_str(it, "reference")[0] != '\0')
			printf(" (%s)", ask_str(it, "reference"));
		printf("  from %s (%s)  %s%s%s  ", ask_str(it, "from_name"),
		    ask_str(it, "kind"), ask_str(it, "at"),
		    json_is_true(json_object_get(it, "urgent")) ?
		    "  URGENT" : "",
		    json_is_true(json_object_get(it, "introduction")) ?
		    "  introduction" : "");
		if (strcmp(ask_str(it, "state"), "stored") != 0)
			printf("%s\n", ask_str(it, "state"));
		else if (ask_str(it, "opened_by")[0] != '\0')
			printf("opened by %s %s\n", ask_str(it, "opened_by"),
			    ask_str(it, "opened_at"));
		else
			printf("not opened\n");
	}
	if (json_array_size(items) == 0)
		puts("nothing");
}

/* Urgent ones of ours that nobody has opened there. */
static void
print_calls(const json_t *calls)
{
	const json_t *call;
	size_t i;

	json_array_foreach(calls, i, call)
		printf("%.8s  case %" JSON_INTEGER_FORMAT "  %s\n",
		    ask_str(call, "observation"), ask_int(call, "case"),
		    ask_str(call, "text"));
}

int
cli_inbox(struct cli *cli)
{
	json_t *out = NULL;
	int code = ask_agent(cli, VERB_INBOX, NULL, &out);

	if (!cli->json && code == CLI_DONE) {
		print_calls(json_object_get(out, "calls"));
		print_inbox(json_object_get(out, "items"));
	}
	json_decref(out);
	return code;
}

static void
print_item(const json_t *it)
{
	const json_t *from = json_object_get(it, "from");
	const json_t *shield = json_object_get(it, "shield"), *v;
	size_t i;

	printf("m%" JSON_INTEGER_FORMAT "  %s", ask_int(it, "message"),
	    ask_str(it, "kind"));
	if (from != NULL)
		printf("  from %s (%s, %s)", ask_str(from, "name"),
		    ask_str(from, "member"), ask_str(from, "kind"));
	putchar('\n');
	json_array_foreach(shield, i, v)
		printf("  %-16s%s\n", "SHIELD", json_string_value(v));
	if (ask_str(it, "id")[0] != '\0')
		printf("  %-16s%s\n", "id", ask_str(it, "id"));
	ask_print_content(json_object_get(it, "content"));
	json_array_foreach(json_object_get(it, "links"), i, v)
		printf("  %-16s%s\n", "link", json_string_value(v));
	v = json_object_get(it, "proof");
	if (v != NULL)
		printf("  %-16ssent %" JSON_INTEGER_FORMAT ", delivered %"
		    JSON_INTEGER_FORMAT "\n", "ledger", ask_int(v, "sent"),
		    ask_int(v, "delivered"));
}

static void
print_items(const json_t *out)
{
	const json_t *it;
	size_t i;

	json_array_foreach(json_object_get(out, "items"), i, it)
		print_item(it);
	if (ask_int(out, "closed") > 0)
		printf("closed at the moment: %" JSON_INTEGER_FORMAT "\n",
		    ask_int(out, "closed"));
}

int
cli_open(struct cli *cli)
{
	json_t *in = json_object(), *out = NULL;
	json_int_t message;
	int code;

	if (cli->argv[0][0] == 'm' && ask_message(cli->argv[0], &message))
		json_object_set_new(in, "message", json_integer(message));
	else
		json_object_set_new(in, "case", ask_case(cli->argv[0]));
	code = ask_agent(cli, VERB_OPEN, in, &out);
	if (!cli->json && code == CLI_DONE)
		print_items(out);
	json_decref(out);
	return code;
}

/* ---- the pattern --------------------------------------------------------------- */

static void
print_view(const struct cli *cli, const json_t *out)
{
	if (cli->json)
		return;
	fputs(ask_str(out, "text"), stdout);
	if (ask_int(out, "closed") > 0)
		printf("closed at the moment, so not counted here: %"
		    JSON_INTEGER_FORMAT "\n", ask_int(out, "closed"));
}

int
cli_map(struct cli *cli)
{
	const char *sides = cli_value(cli, "side-by-side");
	json_t *in = json_pack("{s:o}", "case", ask_case(cli->argv[0]));
	json_t *out = NULL;
	int code;

	ask_set(in, "actor", cli_value(cli, "actor"));
	ask_set(in, "child", cli_value(cli, "child"));
	ask_set(in, "pathway", cli_value(cli, "pathway"));
	if (sides != NULL) {
		const size_t n = strcspn(sides, ",");

		if (sides[n] != ',') {
			json_decref(in);
			return cli_fail(cli, CLI_USAGE, 0, "map",
			    "write --side-by-side P1,P2",
			    "two persons are compared");
		}
		json_object_set_new(in, "left", json_stringn(sides, n));
		json_object_set_new(in, "right", json_string(sides + n + 1));
	}
	code = ask_agent(cli, VERB_MAP, in, &out);
	if (code == CLI_DONE)
		print_view(cli, out);
	json_decref(out);
	return code;
}

int
cli_gaps(struct cli *cli)
{
	const char *assign = cli_value(cli, "assign");
	const char *done = cli_value(cli, "done");
	json_t *in = json_pack("{s:o}", "case", ask_case(cli->argv[0]));
	json_t *out = NULL;
	int code;

	if (done != NULL) {
		ask_set(in, "task", done);
		json_object_set_new(in, "done", json_true());
		return ask_agent(cli, VERB_GAP_ASSIGN, in, NULL);
	}
	if (assign != NULL) {
		ask_set(in, strncmp(assign, "GP", 2) == 0 ? "gap" : "task",
		    assign);
		ask_set(in, "to", cli_value(cli, "to"));
		ask_set(in, "due", cli_value(cli, "due"));
		return ask_agent(cli, VERB_GAP_ASSIGN, in, NULL);
	}
	code = ask_agent(cli, VERB_GAPS, in, &out);
	if (code == CLI_DONE)
		print_view(cli, out);
	json_decref(out);
	return code;
}

/* ---- our own records --------------------------------------------------------------- */

static void
print_copies(const json_t *copies, const char *indent)
{
	const json_t *copy;
	size_t i;

	json_array_foreach(copies, i, copy) {
		printf("%s%-28s %s", indent, ask_str(copy, "member"),
		    ask_str(copy, "state"));
		if (ask_str(copy, "role")[0] != '\0')
			printf(" by %s", ask_str(copy, "role"));
		if (ask_str(copy, "told_at")[0] != '\0')
			printf("  %s", ask_str(copy, "told_at"));
		if (ask_str(copy, "rule")[0] != '\0')
			printf("  %s", ask_str(copy, "rule"));
		putchar('\n');
		if (ask_str(copy, "call")[0] != '\0')
			printf("%s  %s\n", indent, ask_str(copy, "call"));
	}
}

int
cli_track(struct cli *cli)
{
	json_t *out = NULL;
	int code = ask_agent(cli, VERB_TRACK, json_pack("{s:s}",
	    "observation", cli->argv[0]), &out);

	if (!cli->json && code == CLI_DONE) {
		printf("%.8s  written %s%s\n", ask_str(out, "id"),
		    ask_str(out, "at"),
		    json_is_true(json_object_get(out, "recalled")) ?
		    "  taken back" : "");
		print_copies(json_object_get(out, "copies"), "");
	}
	json_decref(out);
	return code;
}

int
cli_seen(struct cli *cli)
{
	json_t *out = NULL;
	const json_t *r;
	size_t i;
	int code = ask_agent(cli, VERB_SEEN, json_pack("{s:o}", "case",
	    ask_case(cli->argv[0])), &out);

	if (!cli->json && code == CLI_DONE)
		json_array_foreach(json_object_get(out, "records"), i, r) {
			printf("%.8s  %s  %s%s\n", ask_str(r, "id"),
			    ask_str(r, "kind"), ask_str(r, "at"),
			    json_is_true(json_object_get(r, "recalled")) ?
			    "  taken back" : "");
			print_copies(json_object_get(r, "copies"), "  ");
		}
	json_decref(out);
	return code;
}

/* ---- export ------------------------------------------------------------------------------ */

static int
write_out(struct cli *cli, const json_t *out)
{
	const char *path = cli_value(cli, "out");
	char *text = json_dumps(out, JSON_INDENT(1));
	struct why why = { "" };
	enum error_code err = text != NULL ? file_write(path, text,
	    strlen(text), 0600, FILE_NEW, &why) : ERR_NOMEM;

	free(text);
	if (err != ERR_NONE)
		return cli_fail_error(cli, err, path, &why);
	if (!cli->quiet && !cli->json)
		printf("copied    %zu messages to %s; the ledger says so, and "
		    "she will be told\n", json_array_size(json_object_get(out,
		    "items")), path);
	return CLI_DONE;
}

int
cli_export(struct cli *cli)
{
	json_t *in = json_pack("{s:o}", "case", ask_case(cli->argv[0]));
	const char *list = cli_value(cli, "messages"), *out_path;
	json_t *numbers = json_array(), *out = NULL;
	int code;

	out_path = cli_value(cli, "out");
	while (list != NULL && *list != '\0') {
		const size_t n = strcspn(list, ",");
		char word[24];
		json_int_t no;

		snprintf(word, sizeof word, "%.*s", (int)(n < 23 ? n : 23),
		    list);
		if (ask_message(word, &no))
			json_array_append_new(numbers, json_integer(no));
		list += n + (list[n] == ',');
	}
	json_object_set_new(in, "messages", numbers);
	ask_set(in, "to", cli_value(cli, "to"));
	ask_set(in, "why", cli_value(cli, "why"));
	if (out_path == NULL || cli_value(cli, "messages") == NULL) {
		json_decref(in);
		return cli_fail(cli, CLI_USAGE, 0, "export", "write export "
		    "CASE --messages m12,m15 --to court --why court-order "
		    "--out FILE", "messages or file were not said");
	}
	code = ask_quietly(cli, VERB_EXPORT, in, &out);
	if (code == CLI_DONE)
		code = write_out(cli, out);
	json_decref(out);
	return code;
}
