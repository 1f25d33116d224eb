/*
 * What an agency's own systems hand in, to the reply (agent/desk/door.h):
 * over HTTP with path, query, token and a body of observations, recalls,
 * questions, exports, sessions and acknowledgements; and a document from the
 * folder.  The agent at the other end is this file: it reads documents as the
 * real one does.
 *
 * One byte (method, what the agent answers, which front), then lines: target,
 * Authorization, Content-Type; then the body.
 * max_len: 16384
 */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "agent/desk/config.h"
#include "agent/desk/door.h"
#include "agent/practice/content.h"
#include "base/log.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static struct {
	const char *authorization, *type;
	int code;                      /* the agent's answer */
	bool signing_in;
} now;

static void
must(bool ok)
{
	if (!ok)
		__builtin_trap();
}

/* ---- the agent: client.c is not linked --------------------------------------- */

static json_t *
read_document(const json_t *in, int *code)
{
	static struct content c;
	char *text = json_dumps(json_object_get(in, "content"), JSON_COMPACT);
	const char *rule = "V0";
	struct why why = { "" };
	json_t *out;

	must(text != NULL);
	if (content_read(&c, text, strlen(text), &rule, &why) == ERR_NONE) {
		out = json_pack("{s:s, s:s, s:[]}", "id", "9f31c2aa", "state",
		    *code == CLI_DONE ? "accepted" : "refused", "copies");
	} else {
		*code = CLI_INPUT;
		out = json_pack("{s:s, s:s}", "rule", rule, "text", why.text);
	}
	free(text);
	/* whatever was written: the words about it are text */
	must(out != NULL);
	return out;
}

static json_t *
answer(enum api_verb verb, const json_t *in, int *code)
{
	const json_t *kase = json_object_get(in, "case");

	switch (verb) {
	case VERB_SEND:
	case VERB_ASK:
		must(json_is_object(json_object_get(in, "content")));
		return read_document(in, code);
	case VERB_EVENTS:
		/* one at least: nobody waits here */
		return json_pack("{s:i, s:[{s:i}]}", "next", 5, "events", "n",
		    4);
	case VERB_OPEN:
	case VERB_MAP:
		must(json_is_integer(json_object_get(in, "message")) ||
		    json_is_string(kase) || (json_is_integer(kase) &&
		    json_integer_value(kase) > 0));
		return NULL;
	case VERB_TRACK:
	case VERB_RECALL:
		must(json_is_string(json_object_get(in, "observation")));
		return *code == CLI_NO ? json_pack("{s:s, s:s}", "rule", "R1",
		    "text", "no") : *code == CLI_DONE ? json_pack("{s:[]}",
		    "copies") : NULL;
	case VERB_SIGN_IN:
		must(json_is_string(json_object_get(in, "account")) &&
		    json_is_string(json_object_get(in, "password")));
		return NULL;
	case VERB_EXPORT:
		return NULL;
	default:
		must(verb == VERB_STATUS);
		return json_pack("{s:b}", "unlocked", *code != CLI_LOCKED);
	}
}

enum error_code
client_ask_as(const char *socket, const char *session, enum api_verb verb,
    json_t *in, int timeout_ms, struct client_answer *out, struct why *why)
{
	char *text = in != NULL ? json_dumps(in, JSON_COMPACT) : strdup("{}");

	(void)timeout_ms;
	must(strcmp(socket, "/agent") == 0 && text != NULL);
	/* nobody reaches the agent without a token, but to get one */
	must((session[0] == '\0') == now.signing_in);
	must(now.signing_in || strcmp(session, now.authorization + 7) == 0);
	free(text);
	memset(out, 0, sizeof *out);
	if (now.code == CLI_NOT_NOW) {
		why_set(why, "no agent listens");
		json_decref(in);
		return ERR_OFFLINE;
	}
	out->code = now.code;
	out->words = strdup("words");
	out->result = answer(verb, in, &out->code);
	if (out->result == NULL)
		out->result = json_null();
	json_decref(in);
	return ERR_NONE;
}

void
client_answer_free(struct client_answer *a)
{
	json_decref(a->result);
	free(a->words);
	memset(a, 0, sizeof *a);
}

/* ---- the line: http.c is not linked -------------------------------------------- */

const char *
http_header(const struct http_request *r, const char *name)
{
	(void)r;
	return strcasecmp(name, "Authorization") == 0 ? now.authorization :
	    strcasecmp(name, "Content-Type") == 0 ? now.type : NULL;
}

void
http_add(struct http_reply *out, const char *name, const char *value)
{
	must(strcmp(name, "Retry-After") == 0 && atoi(value) > 0);
	out->n_fields++;
}

/* ---- a request ------------------------------------------------------------------- */

/* Every refusal has the form that it is told to have. */
static void
check_no(const json_t *o)
{
	must(strncmp(json_string_value(json_object_get(o, "type")),
	    "urn:wayleave:", 13) == 0);
	must(json_is_string(json_object_get(o, "title")) &&
	    json_is_string(json_object_get(o, "ref")));
}

/* Every answer is JSON. */
static void
check(struct http_reply *out)
{
	static const int known[] = { 200, 202, 400, 401, 403, 404, 405, 409,
		415, 422, 503, 507, 0 };
	size_t i = 0;
	json_t *o = json_loadb((const char *)out->body.data, out->body.n, 0,
	    NULL);

	must(json_is_object(o));
	while (known[i] != out->status && known[i] != 0)
		i++;
	must(known[i] != 0);
	if (out->status >= 400 && json_object_get(o, "copies") == NULL) {
		check_no(o);
		must((out->status == 503) == (out->n_fields == 1));
	}
	json_decref(o);
}

/* The next line of *s, NUL-terminated; NULL for an empty one. */
static const char *
line(char **s)
{
	char *at = *s;
	const size_t n = strcspn(at, "\n");

	*s = at + n + (at[n] == '\n');
	at[n] = '\0';
	return n > 0 ? at : NULL;
}

static const struct desk_config config = { .agent = "/agent" };

/* A file of the folder: its token is the folder's own. */
static void
hand_in(struct bytes text)
{
	struct door_call c = { .config = &config, .post = true,
	    .status = 200, .token = "svc" };

	now.authorization = "Bearer svc";
	now.signing_in = false;
	if (door_body(&c, text))
		door_document(&c);
	must(json_is_object(c.reply));
	if (c.status >= 400 && json_object_get(c.reply, "copies") == NULL)
		check_no(c.reply);
	door_end(&c);
}

static void
ask(uint8_t how, char *s, const char *end)
{
	static const int codes[] = { CLI_DONE, CLI_NO, CLI_USAGE, CLI_INPUT,
		CLI_LOCKED, CLI_NOT_NOW, CLI_FAULT };
	const char *target = line(&s);
	char path[HTTP_TARGET_MAX + 1], *query;
	struct http_request r = { .post = how & 1 };
	struct http_reply out = { .status = 500 };

	now.authorization = line(&s);
	now.type = line(&s);
	now.code = codes[(how >> 1 & 0x3f) % (sizeof codes / sizeof codes[0])];
	(void)snprintf(path, sizeof path, "%s", target != NULL ? target : "/");
	query = strchr(path, '?');
	r.query = query != NULL ? query + 1 : "";
	if (query != NULL)
		*query = '\0';
	r.path = path;
	now.signing_in = strcmp(path, "/v1/sessions") == 0;
	r.body = bytes_of(s, (size_t)(end - s));
	if ((how & 0x80) != 0) {
		hand_in(r.body);
		return;
	}
	buf_init(&out.body, 0);
	door_handle((void *)(uintptr_t)&config, &r, &out);
	check(&out);
	buf_free(&out.body);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	char *s;

	if (n < 1 || sodium_init() < 0)
		return 0;
	log_set_level(LOG_LEVEL_ERROR);
	s = malloc(n);
	must(s != NULL);
	memcpy(s, data + 1, n - 1);
	s[n - 1] = '\0';
	ask(data[0], s, s + n - 1);
	free(s);
	return 0;
}
