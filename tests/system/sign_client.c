/*
 * The desk's side of the agent's socket, for system tests.
 *
 *   sign_client ask SOCKET TOKEN VERB [JSON]
 *       asks in the name of the session TOKEN ("" nobody's); prints the
 *       answer's code, words and JSON, one a line; exit 0 when answered
 *   sign_client code SECRET [STEPS]
 *       what a telephone with this base32 secret shows, STEPS of 30 s from
 *       now
 */
#include <jansson.h>
#include <liboath/oath.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "agent/client.h"

enum { ASK_MS = 30 * 1000, SECONDS = 30, DIGITS = 6 };

static int
ask(const char *socket, const char *token, const char *verb, const char *text)
{
	struct client_answer answer;
	struct why why = { "" };
	json_t *in = json_loads(text, 0, NULL);
	char *json;

	if (in == NULL || client_ask_as(socket, token, api_verb_of(verb), in,
	    ASK_MS, &answer, &why) != ERR_NONE) {
		fprintf(stderr, "sign_client: %s\n", why.text);
		return 1;
	}
	json = json_dumps(answer.result, JSON_COMPACT | JSON_ENCODE_ANY);
	printf("%d\n%s\n%s\n", answer.code, answer.words,
	    json != NULL ? json : "null");
	free(json);
	client_answer_free(&answer);
	return 0;
}

static int
code(const char *base32, int steps)
{
	char out[DIGITS + 1], *secret = NULL;
	size_t n;

	if (oath_base32_decode(base32, strlen(base32), &secret, &n) !=
	    OATH_OK || oath_totp_generate(secret, n, time(NULL) +
	    steps * SECONDS, SECONDS, 0, DIGITS, out) != OATH_OK)
		return 1;
	puts(out);
	free(secret);
	return 0;
}

int
main(int argc, char **argv)
{
	if (argc >= 5 && argc <= 6 && strcmp(argv[1], "ask") == 0)
		return ask(argv[2], argv[3], argv[4], argc == 6 ? argv[5] :
		    "{}");
	if (argc >= 3 && argc <= 4 && strcmp(argv[1], "code") == 0)
		return code(argv[2], argc == 4 ? atoi(argv[3]) : 0);
	fprintf(stderr, "usage: sign_client ask|code ..\n");
	return 2;
}
