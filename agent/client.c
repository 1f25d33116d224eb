#include "agent/client.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/local.h"

enum { CONNECT_MS = 3000, ANSWER_MAX = 16 * 1024 * 1024 };

void
client_answer_free(struct client_answer *a)
{
	json_decref(a->result);
	if (a->words != NULL)
		sodium_memzero(a->words, strlen(a->words));
	free(a->words);
	memset(a, 0, sizeof *a);
}

static enum error_code
send_ask(int fd, const char *session, unsigned flags, enum api_verb verb,
    json_t *in, int timeout_ms, struct why *why)
{
	char *text = json_dumps(in, JSON_COMPACT);
	struct local_ask ask = { .verb = verb, .flags = flags };
	struct buf packet;
	enum error_code err = text != NULL ? ERR_NONE : ERR_NOMEM;

	buf_init(&packet, LOCAL_MAX);
	snprintf(ask.text, sizeof ask.text, "%s", session != NULL ? session :
	    "");
	if (err == ERR_NONE) {
		ask.body = bytes_str(text);
		err = wire_local_ask_encode(&ask, &packet);
		if (err == ERR_SIZE)
			why_set(why, "the request is too large (60 KiB at "
			    "most)");
		sodium_memzero(text, strlen(text));
		free(text);
	}
	if (err == ERR_NONE)
		err = local_send(fd, packet.data, packet.n, -1, timeout_ms);
	buf_free(&packet);
	sodium_memzero(&ask, sizeof ask);
	return err;
}

/* All packets of one answer: words from the first, JSON from all of them. */
static enum error_code
read_answer(int fd, int timeout_ms, struct buf *json,
    struct client_answer *out)
{
	struct arena *arena = arena_create(256 * 1024);
	uint8_t *packet = malloc(LOCAL_MAX);
	enum error_code err = arena != NULL && packet != NULL ? ERR_NONE :
	    ERR_NOMEM;
	struct local_tell tell = { .cursor = 1 };

	while (err == ERR_NONE && tell.cursor > 0) {
		size_t n = 0;

		arena_reset(arena);
		err = local_recv(fd, packet, LOCAL_MAX, &n, NULL, timeout_ms);
		if (err == ERR_NONE)
			err = wire_local_tell_decode(arena,
			    bytes_of(packet, n), &tell, NULL);
		if (err != ERR_NONE)
			break;
		buf_put(json, tell.body.data, tell.body.n);
		if (tell.text.n > 0 && out->words == NULL)
			out->words = strndup((const char *)tell.text.data,
			    tell.text.n);
		out->code = (int)tell.code;
		sodium_memzero(packet, n);
	}
	if (err == ERR_NONE && out->words == NULL)
		out->words = strdup("");
	if (err == ERR_NONE && (out->words == NULL || !buf_ok(json)))
		err = ERR_NOMEM;
	free(packet);
	arena_destroy(&arena);
	return err;
}

static enum error_code
ask_agent(const char *socket, const char *session, unsigned flags,
    enum api_verb verb, json_t *in, int timeout_ms,
    struct client_answer *out, struct why *why)
{
	json_t *ask = in != NULL ? in : json_object();
	struct buf json;
	json_error_t at;
	enum error_code err;
	int fd = -1;

	memset(out, 0, sizeof *out);
	buf_init(&json, ANSWER_MAX);
	err = local_connect(socket, CONNECT_MS, &fd, why);
	if (err == ERR_OFFLINE)
		why_set(why, "no agent listens at %s; is it running? "
		    "(systemctl status wayleave-agent)", socket);
	if (err == ERR_NONE)
		err = send_ask(fd, session, flags, verb, ask, CONNECT_MS,
		    why);
	if (err == ERR_NONE) {
		err = read_answer(fd, timeout_ms, &json, out);
		if (err == ERR_BUSY)
			why_set(why, "the agent has not answered yet; what "
			    "was accepted is kept, look again later");
		if (err == ERR_CLOSED)
			why_set(why, "the agent hung up; see its log");
	}
	if (err == ERR_NONE && json.n > 0) {
		out->result = json_loadb((const char *)json.data, json.n,
		    JSON_DECODE_ANY, &at);
		if (out->result == NULL)
			err = ERR_FORMAT;
	}
	json_decref(ask);
	buf_free(&json);
	local_close(&fd);
	if (err != ERR_NONE)
		client_answer_free(out);
	return err;
}

enum error_code
client_ask(const char *socket, enum api_verb verb, json_t *in,
    int timeout_ms, struct client_answer *out, struct why *why)
{
	return ask_agent(socket, NULL, 0, verb, in, timeout_ms, out, why);
}

enum error_code
client_ask_as(const char *socket, const char *session, enum api_verb verb,
    json_t *in, int timeout_ms, struct client_answer *out, struct why *why)
{
	return ask_agent(socket, session, ASK_DESK, verb, in, timeout_ms, out,
	    why);
}

enum error_code
client_peek_as(const char *socket, const char *session, enum api_verb verb,
    json_t *in, int timeout_ms, struct client_answer *out, struct why *why)
{
	return ask_agent(socket, session, ASK_DESK | ASK_PEEK, verb, in,
	    timeout_ms, out, why);
}

const char *
client_socket(const struct cli *cli)
{
	const char *s = cli_value(cli, "socket");

	if (s == NULL)
		s = getenv("WAYLEAVE_SOCKET");
	return s != NULL && s[0] != '\0' ? s :
	    "/run/wayleave-agent/agent.sock";
}
