#include "tests/support/history.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "agent/client.h"

const char *
outcome_name(enum outcome o)
{
	static const char *const name[] = { "unknown", "ok", "failed" };

	return name[o];
}

uint64_t
history_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}

bool
history_open(struct history *h, const char *dir, const char *client)
{
	char path[1200];

	h->n = 0;
	snprintf(path, sizeof path, "%s/%s.jsonl", dir, client);
	h->file = fopen(path, "ae");
	return h->file != NULL;
}

void
history_close(struct history *h)
{
	if (h->file != NULL)
		fclose(h->file);
	h->file = NULL;
}

/* One line, in one write. */
static void
put(struct history *h, json_t *line)
{
	json_object_set_new(line, "at", json_integer((json_int_t)
	    history_now()));
	json_object_set_new(line, "n", json_integer((json_int_t)h->n));
	if (h->file != NULL) {
		json_dumpf(line, h->file, JSON_COMPACT);
		fputc('\n', h->file);
		fflush(h->file);
	}
	json_decref(line);
}

/* What the checker needs of a question, without the secrets in it. */
static json_t *
shown(const json_t *in)
{
	static const char *const secret[] = { "passphrase", "phrase" };
	json_t *copy = in != NULL ? json_copy((json_t *)(uintptr_t)in) :
	    json_object();

	for (unsigned i = 0; i < sizeof secret / sizeof secret[0]; i++)
		json_object_del(copy, secret[i]);
	return copy;
}

/* Of what was opened the message, the record's id and its words. */
static json_t *
items_shown(const json_t *result)
{
	json_t *list = json_array(), *item;
	size_t i;

	json_array_foreach(json_object_get(result, "items"), i, item) {
		json_t *o = json_object();
		json_t *content = json_object_get(item, "content");

		json_object_set(o, "message", json_object_get(item,
		    "message"));
		json_object_set(o, "id", json_object_get(content, "id"));
		json_object_set(o, "text", json_object_get(content, "text"));
		json_array_append_new(list, o);
	}
	return json_pack("{s:o, s:O*}", "items", list, "closed",
	    json_object_get(result, "closed"));
}

void
history_note(struct history *h, const char *op, const char *agent, json_t *in)
{
	h->n++;
	put(h, json_pack("{s:s, s:s, s:o}", "op", op, "agent", agent, "in",
	    in));
}

enum outcome
history_ask(struct history *h, const char *agent, const char *socket,
    enum api_verb verb, json_t *in, int timeout_ms, json_t **result)
{
	struct client_answer answer = { .code = -1 };
	struct why why = { "" };
	enum outcome o = OUTCOME_OK;
	enum error_code err;
	json_t *end;

	history_note(h, api_verb_name(verb), agent, shown(in));
	err = client_ask(socket, verb, in, timeout_ms, &answer, &why);
	if (err == ERR_OFFLINE)
		o = OUTCOME_FAILED;     /* nobody heard it */
	else if (err != ERR_NONE || answer.code == CLI_NOT_NOW)
		o = OUTCOME_UNKNOWN;
	else if (answer.code != CLI_DONE)
		o = OUTCOME_FAILED;
	end = json_pack("{s:s, s:i, s:s}", "outcome", outcome_name(o), "code",
	    err == ERR_NONE ? answer.code : -1, "words", err == ERR_NONE ?
	    answer.words : why.text);
	if (err == ERR_NONE && answer.result != NULL) {
		json_t *seen = verb == VERB_OPEN ?
		    items_shown(answer.result) : shown(answer.result);

		json_object_del(seen, "stop");
		json_object_del(seen, "forced");
		json_object_set_new(end, "result", seen);
	}
	put(h, end);
	h->code = err == ERR_NONE ? answer.code : -1;
	snprintf(h->words, sizeof h->words, "%s", err == ERR_NONE ?
	    answer.words : why.text);
	if (result != NULL) {
		*result = NULL;
		if (err == ERR_NONE) {
			*result = answer.result;
			answer.result = NULL;
		}
	}
	if (err == ERR_NONE)
		client_answer_free(&answer);
	return o;
}
