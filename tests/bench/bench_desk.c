/*
 * Fills agents for measuring the desk (tests/bench/desk): observations of
 * many kinds, through the local socket as everybody's, and pages asked for
 * again and again.
 *
 *	bench_desk fill FOLDER FROM TO CASE N PART,PART..
 *
 * FOLDER is that of tests/system/lib.sh.  Agency FROM writes N observations
 * of these parts (C1 C2 C3 C4 C5 SR BC) in CASE, its number or reference
 * there, and tells TO; every third links to two written before.
 */
#include <string.h>
#include <time.h>

#include <jansson.h>

#include "agent/client.h"
#include "tests/bench/bench.h"

enum { ASK_MS = 30000, TRIES = 600, ID = 33 };

static const struct kind {
	const char *part, *codes[4];
} kinds[] = {
	{ "C1", { "CC01", "CC08", "CC12", "CC29" } },
	{ "C2", { "CH04", "CH02", "CH07", "CH09" } },
	{ "C3", { "PE01", "PE02", "PE05", "PE16" } },
	{ "C4", { "AI04", "AI06", "AI08", "AI02" } },
	{ "C5", { "IF02", "IF06", "IF11", "IF12" } },
	{ "SR", { "SR01", "SR21", "SR24", "SR11" } },
	{ "BC", { "BC02", "BC05", "BC13", "BC19" } },
};

static const struct kind *
kind_of(const char *part, size_t n)
{
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (strlen(kinds[i].part) == n &&
		    memcmp(kinds[i].part, part, n) == 0)
			return &kinds[i];
	must_be(false);
	return NULL;
}

/* The i-th of the parts that stand between commas, again and again. */
static const struct kind *
turn(const char *parts, unsigned i)
{
	const struct kind *k[8];
	unsigned n = 0;

	while (*parts != '\0' && n < 8) {
		size_t len = strcspn(parts, ",");

		k[n++] = kind_of(parts, len);
		parts += len + (parts[len] == ',');
	}
	return k[i % n];
}

static json_t *
document(const struct kind *k, unsigned i)
{
	char from[16];
	json_t *o;

	(void)snprintf(from, sizeof from, "20%02u-%02u-%02u", 20 + i % 7,
	    1 + i % 12, 1 + i % 28);
	o = json_pack("{s:s, s:{s:s}, s:s, s:[s, s], s:[s], s:s, s:{s:s, "
	    "s:s, s:s, s:s}, s:s, s:s, s:s, s:[s, s]}", "schema",
	    "wayleave/observation/1", "author", "role", "worker",
	    "component", k->part, "targets", k->part[1] == '2' ||
	    k->part[1] == '4' ? "K1" : "P2", "K2", "codes",
	    k->codes[i / 7 % 4], "text", "what was seen on that day, in a few "
	    "words that somebody wrote down", "when", "from", from, "to",
	    from, "precision", "day", "recency", "RC3", "frequency", "FQ2",
	    "source", "SRC6", "lawful_basis", "LB2", "pathways", "PW1",
	    "PW36");
	must_be(o != NULL);
	if (strcmp(k->part, "C1") == 0 || strcmp(k->part, "C2") == 0 ||
	    strcmp(k->part, "BC") == 0)
		json_object_set_new(o, "actor", json_string("P1"));
	if (strcmp(k->part, "C3") == 0) {
		json_object_set_new(o, "actor", json_string("P2"));
		json_object_set_new(o, "asked", json_pack("{s:s, s:s}",
		    "answer", "yes", "by", "advocate"));
	}
	if (strcmp(k->part, "C5") == 0) {
		json_object_set_new(o, "owner", json_string("P2"));
		json_object_set_new(o, "relation", json_string("RL2"));
	}
	return o;
}

static void
add_links(json_t *o, char (*id)[ID], unsigned i)
{
	if (i % 3 == 2 && id[i / 2][0] != '\0' && id[i - 1][0] != '\0')
		json_object_set_new(o, "links", json_pack("[s, s]",
		    id[i / 2], id[i - 1]));
}

/* An agent that has as much on its way as it keeps is asked again. */
static void
send_one(const char *socket, char **argv, json_t *o, char id[static ID])
{
	const struct timespec nap = { .tv_nsec = 200 * 1000 * 1000 };
	struct client_answer a = { .code = CLI_FAULT };
	struct why why = { "" };

	for (unsigned i = 0; i < TRIES && a.code == CLI_FAULT; i++) {
		if (i > 0) {
			client_answer_free(&a);
			(void)nanosleep(&nap, NULL);
		}
		must(client_ask(socket, VERB_SEND, json_pack("{s:s, s:[s], "
		    "s:O}", "case", argv[5], "to", argv[4], "content", o),
		    ASK_MS, &a, &why));
	}
	if (a.code != CLI_DONE) {
		(void)fprintf(stderr, "bench_desk: %d %s\n", a.code, a.words);
		exit(1);
	}
	(void)snprintf(id, ID, "%s", json_string_value(json_object_get(
	    a.result, "id")));
	client_answer_free(&a);
	json_decref(o);
}

static void
fill(char **argv)
{
	const unsigned n = (unsigned)strtoul(argv[6], NULL, 10);
	char socket[TEST_PATH], (*id)[ID] = calloc(n + 1, sizeof *id);

	must_be(id != NULL);
	(void)snprintf(socket, sizeof socket, "%s/%s/agent.sock", argv[2],
	    argv[3]);
	for (unsigned i = 0; i < n; i++) {
		json_t *o = document(turn(argv[7], i), i);

		add_links(o, id, i);
		send_one(socket, argv, o, id[i]);
	}
	free(id);
}

static void
bench(int argc, char **argv)
{
	must_be(argc == 8 && strcmp(argv[1], "fill") == 0);
	fill(argv);
}

BENCH_MAIN(bench)
