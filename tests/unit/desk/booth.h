/*
 * The whole desk but for its two ends: a browser that is a function call, and
 * an agent that answers what the test has said.  client.c and http.c are then
 * not linked.
 *
 *   booth_open();                              a fixture; booth_close()
 *   booth_agent(VERB_INBOX, CLI_DONE, "{\"items\":[]}", NULL);
 *   booth_in("worker,lead");                   somebody is signed in
 *   page = booth_get("/");                     NUL-terminated, until the next
 *   page = booth_post("/lock", "a=b");         with the form's token
 */
#ifndef WAYLEAVE_TESTS_UNIT_DESK_BOOTH_H
#define WAYLEAVE_TESTS_UNIT_DESK_BOOTH_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "agent/desk/config.h"
#include "agent/desk/desk.h"
#include "agent/desk/guard.h"
#include "tests/support/test.h"

#define BOOTH __attribute__((unused)) static
#define BOOTH_SESSION                                                     \
	"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

struct booth_verb {
	bool set;
	int code;
	char *json, *words;            /* what is answered */
	char *asked;                   /* the last request, JSON */
	char session[GUARD_TOKEN];     /* that it named */
	unsigned times;
	bool peeked;
};

static struct booth {
	struct desk_config config;
	struct desk *desk;
	struct booth_verb verb[VERB_END];
	char session[GUARD_TOKEN];     /* that the last question named */
	/* the browser */
	char cookie[GUARD_TOKEN], token[GUARD_TOKEN];
	const char *host, *origin, *type, *site;
	/* the reply */
	int status;
	char location[256], set_cookie[256], kind[64];
	char *page;
	struct http_stream stream;
} booth;

/* ---- the agent ---------------------------------------------------------- */

BOOTH char *
booth_copy(const char *s)
{
	return s != NULL ? strdup(s) : NULL;
}

BOOTH void
booth_agent(enum api_verb v, int code, const char *json, const char *words)
{
	struct booth_verb *b = &booth.verb[v];

	free(b->json);
	free(b->words);
	b->json = booth_copy(json);
	b->words = booth_copy(words);
	b->code = code;
	b->set = true;
}

static enum error_code
booth_answer(const char *session, enum api_verb verb, json_t *in, bool peek,
    struct client_answer *out)
{
	struct booth_verb *b = &booth.verb[verb];

	memset(out, 0, sizeof *out);
	snprintf(booth.session, sizeof booth.session, "%s", session);
	snprintf(b->session, sizeof b->session, "%s", session);
	free(b->asked);
	b->asked = in != NULL ? json_dumps(in, JSON_COMPACT | JSON_SORT_KEYS) :
	    strdup("{}");
	b->times++;
	b->peeked = peek;
	json_decref(in);
	if (!b->set)
		return ERR_OFFLINE;
	out->code = b->code;
	out->words = strdup(b->words != NULL ? b->words : "");
	out->result = b->json != NULL ? json_loads(b->json, 0, NULL) :
	    json_null();
	ck_assert_ptr_nonnull(out->result);
	return ERR_NONE;
}

enum error_code
client_ask_as(const char *socket, const char *session, enum api_verb verb,
    json_t *in, int timeout_ms, struct client_answer *out, struct why *why)
{
	(void)timeout_ms;
	(void)why;
	ck_assert_str_eq(socket, booth.config.agent);
	return booth_answer(session, verb, in, false, out);
}

enum error_code
client_peek_as(const char *socket, const char *session, enum api_verb verb,
    json_t *in, int timeout_ms, struct client_answer *out, struct why *why)
{
	(void)timeout_ms;
	(void)why;
	ck_assert_str_eq(socket, booth.config.agent);
	return booth_answer(session, verb, in, true, out);
}

/* tests/support asks so; the desk never does. */
enum error_code
client_ask(const char *socket, enum api_verb verb, json_t *in,
    int timeout_ms, struct client_answer *out, struct why *why)
{
	(void)socket;
	(void)timeout_ms;
	(void)why;
	return booth_answer("", verb, in, false, out);
}

void
client_answer_free(struct client_answer *a)
{
	json_decref(a->result);
	free(a->words);
	memset(a, 0, sizeof *a);
}

/* ---- the browser ---------------------------------------------------------- */

const char *
http_header(const struct http_request *r, const char *name)
{
	static char cookie[GUARD_TOKEN + 16];

	(void)r;
	if (strcasecmp(name, "Host") == 0)
		return booth.host;
	if (strcasecmp(name, "Origin") == 0)
		return booth.origin;
	if (strcasecmp(name, "Content-Type") == 0)
		return booth.type;
	if (strcasecmp(name, "Sec-Fetch-Site") == 0)
		return booth.site;
	if (strcasecmp(name, "Cookie") != 0 || booth.cookie[0] == '\0')
		return NULL;
	snprintf(cookie, sizeof cookie, "wayleave=%s", booth.cookie);
	return cookie;
}

void
http_add(struct http_reply *out, const char *name, const char *value)
{
	(void)out;
	if (strcmp(name, "Location") == 0)
		snprintf(booth.location, sizeof booth.location, "%s", value);
	if (strcmp(name, "Set-Cookie") == 0)
		snprintf(booth.set_cookie, sizeof booth.set_cookie, "%s",
		    value);
}

BOOTH void
booth_cookie(const char *cookie)
{
	snprintf(booth.cookie, sizeof booth.cookie, "%s", cookie);
	guard_token(booth.cookie, booth.token);
}

/* One request; the cookie that comes back is the browser's next one. */
BOOTH const char *
booth_ask(bool post, const char *target, const char *form)
{
	char path[1024];
	char *query;
	struct http_request r = { .post = post, .path = path, .query = "" };
	struct http_reply out = { .status = 500 };

	snprintf(path, sizeof path, "%s", target);
	query = strchr(path, '?');
	if (query != NULL) {
		*query = '\0';
		r.query = query + 1;
	}
	if (form != NULL)
		r.body = bytes_str(form);
	booth.location[0] = booth.set_cookie[0] = '\0';
	buf_init(&out.body, 0);
	desk_handle(booth.desk, &r, &out);
	free(booth.page);
	booth.page = calloc(1, out.body.n + 1);
	ck_assert_ptr_nonnull(booth.page);
	if (out.body.n > 0)
		memcpy(booth.page, out.body.data, out.body.n);
	buf_free(&out.body);
	booth.status = out.status;
	booth.stream = out.stream;
	snprintf(booth.kind, sizeof booth.kind, "%s", out.type != NULL ?
	    out.type : "");
	if (strncmp(booth.set_cookie, "wayleave=", 9) == 0) {
		char cookie[GUARD_TOKEN];

		snprintf(cookie, sizeof cookie, "%.64s",
		    booth.set_cookie + 9);
		booth_cookie(cookie);
	}
	return booth.page;
}

BOOTH const char *
booth_get(const char *target)
{
	booth.origin = NULL;
	return booth_ask(false, target, NULL);
}

/* A form of our own page; each has a number of its own. */
BOOTH const char *
booth_post(const char *target, const char *fields)
{
	static unsigned number;
	char *form = NULL;

	booth.origin = "http://127.0.0.1:7645";
	ck_assert_int_gt(asprintf(&form, "desk.token=%s&desk.number=%u%s%s",
	    booth.token, number++, fields[0] != '\0' ? "&" : "", fields), 0);
	booth_ask(true, target, form);
	free(form);
	return booth.page;
}

/* Somebody with these rights ("worker,lead") is signed in. */
BOOTH void
booth_in(const char *rights)
{
	json_t *who = json_pack("{s:s, s:s, s:s, s:s, s:[], s:i}", "account",
	    "s.example", "name", "Sam Example", "role", "social-worker",
	    "team", "north", "rights", "lock_seconds", 600);
	char *text;

	while (*rights != '\0') {
		const size_t n = strcspn(rights, ",");

		json_array_append_new(json_object_get(who, "rights"),
		    json_stringn(rights, n));
		rights += n + (rights[n] == ',');
	}
	text = json_dumps(who, 0);
	booth_agent(VERB_SESSION, CLI_DONE, text, NULL);
	free(text);
	json_decref(who);
	booth_cookie(BOOTH_SESSION);
}

/* The session has ended; the browser does not know. */
BOOTH void
booth_out(void)
{
	booth_agent(VERB_SESSION, CLI_LOCKED, NULL, "You are not signed in "
	    "any more.");
}

/* ---- life -------------------------------------------------------------------- */

BOOTH void
booth_open(void)
{
	char dir[TEST_PATH], path[TEST_PATH];
	struct why why;

	memset(&booth, 0, sizeof booth);
	test_dir(dir);
	test_path(path, dir, "desk.conf");
	test_file(path, "[desk]\nhide_url = https://weather.example/\n");
	ck_ok(desk_config_load(path, &booth.config, &why));
	ck_ok(desk_create(&booth.config, &booth.desk, &why));
	booth.host = "127.0.0.1:7645";
	booth.type = "application/x-www-form-urlencoded";
	booth_out();
	booth_agent(VERB_SIGN_OUT, CLI_DONE, NULL, NULL);
	booth_agent(VERB_STATUS, CLI_DONE, "{\"connected\":true,"
	    "\"unlocked\":true}", NULL);
}

BOOTH void
booth_close(void)
{
	for (int v = 0; v < VERB_END; v++) {
		free(booth.verb[v].json);
		free(booth.verb[v].words);
		free(booth.verb[v].asked);
	}
	free(booth.page);
	desk_destroy(&booth.desk);
	desk_config_destroy(&booth.config);
}

#define ck_has(page, text)                                                \
	ck_assert_msg(strstr((page), (text)) != NULL, "no %s in:\n%s",    \
	    (text), (page))
#define ck_lacks(page, text)                                              \
	ck_assert_msg(strstr((page), (text)) == NULL, "%s in:\n%s",       \
	    (text), (page))

#endif
