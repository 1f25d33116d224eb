/*
 * wayleave write: who acted, what was done, to whom, when, how it is known.
 * Everything else has a sensible default.  Then the words are looked at, who
 * would get it is shown, and nothing goes without a yes.
 */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/cli/ask.h"
#include "agent/cli/cli.h"
#include "agent/practice/observation.h"

enum { LINE_MAX_ = 1200, FOUND_MAX = 9 };

struct guide {
	json_t *doc;
	enum vocabulary_scope component;
	char line[LINE_MAX_];
};

/* Persons, comma between; asks again until they are well formed. */
static bool
ask_persons(struct guide *g, const char *prompt, json_t *out, size_t max)
{
	for (;;) {
		bool good = true;
		const json_t *v;
		json_t *o = json_object();
		size_t i;

		if (!ask_line(prompt, g->line, sizeof g->line)) {
			json_decref(o);
			return false;
		}
		ask_set_list(o, "p", g->line);
		json_array_foreach(json_object_get(o, "p"), i, v)
			good = good && person_id_ok(json_string_value(v));
		if (good && json_array_size(json_object_get(o, "p")) <= max) {
			json_array_extend(out, json_object_get(o, "p"));
			json_decref(o);
			return true;
		}
		json_decref(o);
		fprintf(stderr, "  persons are written P1, P2, K1 or "
		    "K-7f3a\n");
	}
}

static bool
ask_actor(struct guide *g)
{
	json_t *list = json_array();
	bool ok = ask_persons(g, "1 who acted? (P1; empty if this is not "
	    "about an act) ", list, 1);

	if (ok && json_array_size(list) > 0)
		json_object_set(g->doc, "actor", json_array_get(list, 0));
	json_decref(list);
	return ok;
}

/* What the words find among the codes that a record can say. */
static size_t
search(const char *words, const struct vocabulary_code **out)
{
	size_t n = vocabulary_search(words, out, FOUND_MAX), kept = 0;

	for (size_t i = 0; i < n; i++)
		if (out[i]->scope != SCOPE_NONE)
			out[kept++] = out[i];
	return kept;
}

/* Codes as typed, or chosen from what the words find.  Adds to `codes`. */
static void
add_codes(struct guide *g, json_t *codes)
{
	const struct vocabulary_code *found[FOUND_MAX];
	char answer[64];
	size_t n;

	found[0] = vocabulary_find(g->line);
	if (found[0] != NULL && found[0]->scope != SCOPE_NONE) {
		json_array_append_new(codes, json_string(g->line));
		return;
	}
	n = search(g->line, found);
	for (size_t i = 0; i < n; i++)
		fprintf(stderr, "  %zu %s %s\n", i + 1, found[i]->id,
		    found[i]->label);
	if (n == 0) {
		fprintf(stderr, "  nothing found; try other words\n");
		return;
	}
	if (!ask_line("  which? (numbers, comma between; empty: none) ",
	    answer, sizeof answer))
		return;
	for (char *s = strtok(answer, ", "); s != NULL;
	    s = strtok(NULL, ", ")) {
		const long k = strtol(s, NULL, 10);

		if (k >= 1 && (size_t)k <= n)
			json_array_append_new(codes,
			    json_string(found[k - 1]->id));
	}
}

/* What a code suggests: danger markers, a question to ask. */
static void
prompt_of(struct guide *g, const struct vocabulary_code *code)
{
	json_t *danger = json_object_get(g->doc, "danger");
	char all[64], question[96];

	if (code->prompt == NULL)
		return;
	fprintf(stderr, "  %s: %s\n", code->id, code->prompt);
	snprintf(all, sizeof all, "%s", code->ask);
	for (char *s = strtok(all, ", "); s != NULL; s = strtok(NULL, ", ")) {
		const struct vocabulary_code *dm = vocabulary_find_in(GROUP_DM,
		    s);

		if (dm == NULL)
			continue;
		snprintf(question, sizeof question, "  mark %s %.60s? "
		    "(yes/no) ", dm->id, dm->label);
		if (!ask_yes(question))
			continue;
		if (danger == NULL) {
			danger = json_array();
			json_object_set_new(g->doc, "danger", danger);
		}
		json_array_append_new(danger, json_string(dm->id));
	}
}

static bool
ask_codes(struct guide *g)
{
	json_t *codes = json_array();
	const json_t *v;
	size_t i;

	json_object_set_new(g->doc, "codes", codes);
	while (ask_line(json_array_size(codes) == 0 ?
	    "2 what was done or seen? (words or a code) " :
	    "  anything more? (empty: no) ", g->line, sizeof g->line)) {
		if (g->line[0] == '\0' && json_array_size(codes) > 0)
			break;
		if (g->line[0] != '\0')
			add_codes(g, codes);
	}
	json_array_foreach(codes, i, v) {
		const struct vocabulary_code *c =
		    vocabulary_find(json_string_value(v));

		if (g->component == SCOPE_NONE)
			g->component = (enum vocabulary_scope)c->scope;
		prompt_of(g, c);
	}
	if (g->component == SCOPE_NONE)
		return false;
	ask_set(g->doc, "component", vocabulary_scope_name(g->component));
	return true;
}

static bool
ask_targets(struct guide *g)
{
	json_t *list = json_array();

	json_object_set_new(g->doc, "targets", list);
	return ask_persons(g, "3 to whom, or whom does it affect? (P2,K1; "
	    "empty: nobody) ", list, OBSERVATION_PERSONS_MAX);
}

static bool
ask_when(struct guide *g)
{
	for (;;) {
		json_t *when;

		if (!ask_line("4 when? (2026, 2026-11, 2026-11-20, or RC0 "
		    "last week .. RC4 over a year ago; empty: not known) ",
		    g->line, sizeof g->line))
			return false;
		if (g->line[0] == '\0')
			return true;
		when = json_object();
		if (vocabulary_find_in(GROUP_RC, g->line) != NULL) {
			ask_set(when, "recency", g->line);
		} else if (date_text_ok(g->line)) {
			ask_set(when, "from", g->line);
			ask_set(when, "to", g->line);
		} else {
			json_decref(when);
			continue;
		}
		json_object_set_new(g->doc, "when", when);
		return true;
	}
}

/* One code of a group, by its id or by the digits at its end. */
static bool
ask_code(struct guide *g, enum vocabulary_group group, const char *prompt,
    const char *key, const char *skip)
{
	const struct vocabulary_code *c = NULL;
	char id[16];

	while ((c = vocabulary_next(group, c)) != NULL)
		if (strcmp(c->id, skip) != 0)
			fprintf(stderr, "  %s %s\n", c->id +
			    strlen(vocabulary_group_name(group)), c->label);
	for (;;) {
		if (!ask_line(prompt, g->line, sizeof g->line))
			return false;
		snprintf(id, sizeof id, "%s%.8s",
		    g->line[0] >= '0' && g->line[0] <= '9' ?
		    vocabulary_group_name(group) : "", g->line);
		if (vocabulary_find_in(group, id) != NULL &&
		    strcmp(id, skip) != 0) {
			ask_set(g->doc, key, id);
			return true;
		}
	}
}

/* C5 needs whose it is and how it hangs together; C3 needs her yes. */
static bool
ask_special(struct guide *g)
{
	json_t *list;
	bool ok;

	if (g->component == SCOPE_C3) {
		if (!ask_yes("she was asked, and said this may be shared? "
		    "(yes/no) ")) {
			fprintf(stderr, "Ask her first: may this be shared? "
			    "Nothing was kept.\n");
			return false;
		}
		json_object_set_new(g->doc, "asked", json_pack("{s:s}",
		    "answer", "yes"));
		return true;
	}
	if (g->component != SCOPE_C5)
		return true;
	list = json_array();
	ok = ask_persons(g, "  whose is it? (P2) ", list, 1) &&
	    json_array_size(list) == 1;
	if (ok)
		json_object_set(g->doc, "owner", json_array_get(list, 0));
	json_decref(list);
	return ok && ask_code(g, GROUP_RL, "  how is it linked to the "
	    "pattern? (1-8) ", "relation", "");
}

static bool
ask_rest(struct guide *g)
{
	if (!ask_when(g) || !ask_code(g, GROUP_SRC,
	    "5 how is it known? (1-7) ", "source", "SRC8") || !ask_special(g))
		return false;
	if (!ask_line("in words, if codes say too little (280 characters at "
	    "most; empty: none) ", g->line, sizeof g->line))
		return false;
	if (g->line[0] != '\0')
		ask_set(g->doc, "text", g->line);
	return true;
}

/* Shows what would happen, then asks to whom it goes. */
static int
look_and_send(struct cli *cli, struct guide *g)
{
	json_t *in = json_pack("{s:o, s:O, s:s}", "case",
	    ask_case(cli->argv[0]), "content", g->doc, "to", "allowed");
	json_t *out = NULL;
	int code = ask_quietly(cli, VERB_PREVIEW, json_copy(in), &out);

	if (out != NULL)
		ask_print_sent(out);
	if (out == NULL || json_object_get(out, "copies") == NULL) {
		json_decref(out);
		json_decref(in);
		return code;
	}
	json_decref(out);
	out = NULL;
	if (!ask_line("send to these? (yes, no, or agencies with commas "
	    "between) ", g->line, sizeof g->line) || g->line[0] == '\0' ||
	    strcmp(g->line, "no") == 0) {
		fprintf(stderr, "nothing was sent or kept\n");
		json_decref(in);
		return CLI_NO;
	}
	if (strcmp(g->line, "yes") != 0)
		ask_set_list(in, "to", g->line);
	code = ask_agent(cli, VERB_SEND, in, &out);
	if (out != NULL && !cli->json)
		ask_print_sent(out);
	json_decref(out);
	return code;
}

int
cli_write(struct cli *cli)
{
	struct guide g = { json_pack("{s:s}", "schema",
	    "wayleave/observation/1"), SCOPE_NONE, "" };
	int code;

	if (ask_actor(&g) && ask_codes(&g) && ask_targets(&g) && ask_rest(&g))
		code = look_and_send(cli, &g);
	else
		code = cli_fail(cli, CLI_NO, 0, "write", NULL,
		    "not finished, so nothing was kept or sent");
	json_decref(g.doc);
	sodium_memzero(g.line, sizeof g.line);
	return code;
}
