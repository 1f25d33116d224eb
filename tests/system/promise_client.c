/*
 * A client of a few agents, for the tests of the promises.
 *
 *   promise_client world DIR NAMES ID=SOCKET..
 *       accounts and a case among them (tests/support/smallcase.h), in which
 *       everybody may tell everybody; NAMES goes into the family's names.
 *       DIR/case.json says what there is.
 *   promise_client ask DIR CLIENT ID VERB [JSON]
 *       asks that agency's agent and prints {"code","outcome","words",
 *       "result"}; what was seen is appended to DIR/CLIENT.jsonl.
 *   promise_client send DIR CLIENT ID TEXT TO..
 *       an observation with this text
 *   promise_client settle DIR
 *       writes down what every agency has: DIR/settle.jsonl
 *
 * Exit 0 when there was an answer, whatever it says.
 */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/smallcase.h"

enum { ASK_MS = 25 * 1000, WORLD_S = 60 };

static json_t *
case_file(const char *dir, const json_t *put)
{
	char path[1200];

	snprintf(path, sizeof path, "%s/case.json", dir);
	if (put != NULL) {
		json_dump_file(put, path, JSON_INDENT(1));
		return NULL;
	}
	return json_load_file(path, 0, NULL);
}

static int
make_world(int argc, char **argv)
{
	const char *dir = argv[0];
	struct history h;
	struct small s;
	struct small_case k;
	json_t *o, *sockets = json_object(), *numbers = json_object();
	json_t *grants = json_array();
	const uint64_t until = history_now() + (uint64_t)WORLD_S * 1000000;

	if (!small_agencies(&s, argc - 2, argv + 2) ||
	    !history_open(&h, dir, "world"))
		return 2;
	s.names = argv[1];
	if (!small_workers(&s, &h, until) ||
	    !small_open(&s, &h, "F-1", &k, until)) {
		fprintf(stderr, "promise_client: no case, see %s/world.jsonl: "
		    "%s\n", dir, h.words);
		return 1;
	}
	for (unsigned i = 0; i < s.n; i++) {
		json_object_set_new(sockets, s.agency[i].id,
		    json_string(s.agency[i].socket));
		json_object_set_new(numbers, s.agency[i].id,
		    json_integer((json_int_t)k.number[i]));
	}
	for (unsigned i = 0; i < k.n; i++)
		json_array_append_new(grants, json_pack("{s:s, s:s, s:s}",
		    "from", s.agency[k.grant[i].from].id, "to",
		    s.agency[k.grant[i].to].id, "grant", k.grant[i].id));
	o = json_pack("{s:o, s:o, s:o, s:s, s:s, s:s, s:s}", "socket",
	    sockets, "case", numbers, "grants", grants, "reference",
	    k.reference, "passphrase", k.passphrase, "stop", k.stop,
	    "forced", k.forced);
	(void)case_file(dir, o);
	json_decref(o);
	history_close(&h);
	return 0;
}

static const char *
socket_of(const json_t *world, const char *id)
{
	const char *s = json_string_value(json_object_get(json_object_get(
	    world, "socket"), id));

	if (s == NULL)
		fprintf(stderr, "promise_client: no agency %s\n", id);
	return s;
}

static int
ask_and_print(const char *dir, const char *client, const char *id,
    const char *socket, enum api_verb verb, json_t *in)
{
	struct history h;
	json_t *result = NULL, *o;
	enum outcome is;

	if (!history_open(&h, dir, client))
		return 2;
	is = history_ask(&h, id, socket, verb, in, ASK_MS, &result);
	o = json_pack("{s:i, s:s, s:s, s:o*}", "code", h.code, "outcome",
	    outcome_name(is), "words", h.words, "result", result);
	json_dumpf(o, stdout, JSON_INDENT(1));
	putchar('\n');
	json_decref(o);
	history_close(&h);
	return h.code >= 0 ? 0 : 1;
}

static int
ask(int argc, char **argv)
{
	json_t *world = case_file(argv[0], NULL), *in;
	const char *socket = socket_of(world, argv[2]);
	const enum api_verb verb = api_verb_of(argv[3]);
	json_error_t at;
	int code = 2;

	in = argc > 4 ? json_loads(argv[4], 0, &at) : json_object();
	if (socket != NULL && verb != VERB_NONE && in != NULL)
		code = ask_and_print(argv[0], argv[1], argv[2], socket, verb,
		    in);
	json_decref(world);
	return code;
}

static int
send_one(int argc, char **argv)
{
	json_t *world = case_file(argv[0], NULL), *to = json_array();
	const char *socket = socket_of(world, argv[2]);
	char key[33];
	uint8_t b[16];
	int code;

	if (socket == NULL)
		return 2;
	randombytes_buf(b, sizeof b);
	sodium_bin2hex(key, sizeof key, b, sizeof b);
	for (int i = 4; i < argc; i++)
		json_array_append_new(to, json_string(argv[i]));
	code = ask_and_print(argv[0], argv[1], argv[2], socket, VERB_SEND,
	    json_pack("{s:O, s:o, s:o}", "case", json_object_get(
	    json_object_get(world, "case"), argv[2]), "to", to, "content",
	    small_observation(key, argv[3])));
	json_decref(world);
	return code;
}

static int
settle(const char *dir)
{
	static const enum api_verb verbs[] = { VERB_INBOX, VERB_SEEN,
		VERB_STATUS, VERB_OPEN };
	json_t *world = case_file(dir, NULL), *socket;
	struct history h;
	const char *id;

	if (!history_open(&h, dir, "settle"))
		return 2;
	json_object_foreach(json_object_get(world, "socket"), id, socket)
		for (unsigned i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
			(void)history_ask(&h, id, json_string_value(socket),
			    verbs[i], json_pack("{s:O}", "case",
			    json_object_get(json_object_get(world, "case"),
			    id)), ASK_MS, NULL);
	history_close(&h);
	json_decref(world);
	return 0;
}

int
main(int argc, char **argv)
{
	if (sodium_init() < 0)
		return 2;
	if (argc >= 6 && strcmp(argv[1], "world") == 0)
		return make_world(argc - 2, argv + 2);
	if (argc >= 6 && strcmp(argv[1], "ask") == 0)
		return ask(argc - 2, argv + 2);
	if (argc >= 7 && strcmp(argv[1], "send") == 0)
		return send_one(argc - 2, argv + 2);
	if (argc == 3 && strcmp(argv[1], "settle") == 0)
		return settle(argv[2]);
	fprintf(stderr, "usage: promise_client world|ask|send|settle DIR ..\n");
	return 2;
}
