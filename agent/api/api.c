#include "agent/api/api.h"

#include <errno.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/api/who.h"
#include "agent/intake/intake.h"
#include "agent/outgoing/outgoing.h"
#include "agent/signin/service.h"
#include "agent/signin/signin.h"
#include "base/local.h"
#include "base/log.h"

enum {
	SESSIONS = 64,
	SESSIONS_OF_ONE = 16,       /* uid that is neither IT nor the desk */
	CHUNK = 40 * 1024,          /* of an answer's JSON, in one packet */
	TEXT_MAX = 2048,
	ASK_BODY_MAX = 60 * 1024,
};

/* One connection; it asks one thing at a time. */
struct api_session {
	int fd;                     /* -1: free */
	struct local_peer peer;
	struct api_call *call;      /* being answered, or NULL */
	char *out;                  /* JSON still to be sent, owned */
	size_t n_out, at;
	uint32_t code;
	char *text;
	bool telling;
};

struct api {
	struct agent *agent;
	int listener;
	uint32_t desk_uid;
	struct api_session session[SESSIONS];
	uint8_t packet[LOCAL_MAX];
	struct arena *arena;
	const struct api_session *asking; /* while its handler starts */
};

static const struct {
	const char *name;
	enum api_who who;
	api_handler *handler;
} verbs[] = {
	[VERB_NONE] = { "", API_IT, NULL },
#define X(id, name, who, handler) [id] = { name, who, handler },
	API_VERBS(X)
#undef X
};

const char *
api_verb_name(enum api_verb v)
{
	return v > VERB_NONE && v < VERB_END ? verbs[v].name : "";
}

enum api_verb
api_verb_of(const char *name)
{
	for (int v = VERB_NONE + 1; v < VERB_END; v++)
		if (strcmp(verbs[v].name, name) == 0)
			return (enum api_verb)v;
	return VERB_NONE;
}

/* ---- telling ---------------------------------------------------------------- */

static void
wipe_text(char **s)
{
	if (*s != NULL)
		sodium_memzero(*s, strlen(*s));
	free(*s);
	*s = NULL;
}

static void
hang_up(struct api_session *s)
{
	if (s->call != NULL)
		s->call->session = NULL;
	s->call = NULL;
	wipe_text(&s->out);
	wipe_text(&s->text);
	local_close(&s->fd);
	s->telling = false;
}

/* Sends what the socket takes; the rest goes when it is writable again. */
static void
pour(struct api *api, struct api_session *s)
{
	struct buf packet;

	while (s->telling) {
		size_t left = s->n_out - s->at;
		size_t n = left > CHUNK ? CHUNK : left;
		struct local_tell tell = { .code = s->code,
		    .text = s->at == 0 && s->text != NULL ?
		    bytes_str(s->text) : bytes_of(NULL, 0),
		    .body = bytes_of(s->out + s->at, n),
		    .cursor = left - n };
		enum error_code err;

		buf_init(&packet, LOCAL_MAX);
		err = wire_local_tell_encode(&tell, &packet);
		if (err == ERR_NONE)
			err = local_send(s->fd, packet.data, packet.n, -1, 0);
		buf_free(&packet);
		if (err == ERR_BUSY)
			return;
		if (err != ERR_NONE) {
			hang_up(s);
			return;
		}
		s->at += n;
		if (s->at >= s->n_out) {
			s->telling = false;
			wipe_text(&s->out);
			wipe_text(&s->text);
		}
	}
	(void)api;
}

static void
free_call(struct api_call *c)
{
	if (c->state != NULL && c->state_free != NULL)
		c->state_free(c->state);
	json_decref(c->in);
	arena_destroy(&c->arena);
	sodium_memzero(c, sizeof *c);
	free(c);
}

/* Asked every few seconds, and nothing came of it. */
static bool
tells_nothing(const struct api_call *c, enum cli_exit code,
    const json_t *result)
{
	return code == CLI_DONE && (c->verb == VERB_CHANGED ||
	    (c->verb == VERB_EVENTS && json_array_size(json_object_get(result,
	    "events")) == 0 && json_object_get(result, "events") != NULL));
}

static void
audit(const struct api_call *c, enum cli_exit code)
{
	const struct log_event event = {
		.ref = "", .event = api_verb_name(c->verb),
		.user_kind = c->worker.account[0] != '\0' ? "worker" :
		    c->by == BY_UID ? "it" : "system",
		.auth = c->by == BY_SESSION ? "session" :
		    c->by == BY_SERVICE ? "token" :
		    c->by == BY_UID ? "peer-uid" : "none",
		.outcome = code == CLI_DONE ? "ok" :
		    code == CLI_NO || code == CLI_LOCKED ? "refused" : "failed",
		.reason = "",
	};

	if (log_audit(&event) != ERR_NONE)
		log_warning(41, "audit file", "check the disk",
		    "a line could not be written");
}

void
api_tell(struct api_call *c, enum cli_exit code, json_t *result,
    const char *words)
{
	struct api_session *s = c->session;

	if (!tells_nothing(c, code, result))
		audit(c, code);
	if (s != NULL) {
		s->call = NULL;
		s->code = (uint32_t)code;
		s->out = json_dumps(result != NULL ? result : json_null(),
		    JSON_COMPACT | JSON_ENCODE_ANY);
		s->n_out = s->out != NULL ? strlen(s->out) : 0;
		s->text = words != NULL && words[0] != '\0' ?
		    strndup(words, TEXT_MAX) : NULL;
		if (s->text != NULL)
			text_whole(s->text);
		s->at = 0;
		s->telling = true;
		pour(c->agent->api, s);
	}
	json_decref(result);
	free_call(c);
}

void
api_no(struct api_call *c, enum cli_exit code, const char *fmt, ...)
{
	char words[TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(words, sizeof words, fmt, ap);
	va_end(ap);
	api_tell(c, code, NULL, words);
	sodium_memzero(words, sizeof words);
}

void
api_error(struct api_call *c, enum error_code e, const struct why *why)
{
	api_no(c, cli_exit_of(e), "%s", why != NULL && why->text[0] != '\0' ?
	    why->text : error_text(e));
}

const char *
api_text(const struct api_call *c, const char *key)
{
	return json_string_value(json_object_get(c->in, key));
}

bool
api_number(const struct api_call *c, const char *key, uint64_t *out)
{
	const json_t *v = json_object_get(c->in, key);

	if (!json_is_integer(v) || json_integer_value(v) < 0)
		return false;
	*out = (uint64_t)json_integer_value(v);
	return true;
}

bool
api_true(const struct api_call *c, const char *key)
{
	return json_is_true(json_object_get(c->in, key));
}

/* ---- asking ------------------------------------------------------------------- */

static void
start(struct api_call *c)
{
	const bool locked = c->agent->identity == NULL;

	if (c->verb <= VERB_NONE || c->verb >= VERB_END) {
		api_no(c, CLI_USAGE, "This agent does not know that request; "
		    "are program and agent of the same version?");
		return;
	}
	if (locked && c->verb != VERB_STATUS && c->verb != VERB_UNLOCK) {
		api_no(c, CLI_LOCKED, "%s",
		    agent_trouble_text(TROUBLE_LOCKED));
		return;
	}
	if (c->by == BY_SERVICE && !service_may(c->verb)) {
		api_no(c, CLI_LOCKED, "A service's token writes and never "
		    "reads: for this a worker signs in.");
		return;
	}
	if (!api_may(c, verbs[c->verb].who)) {
		api_no(c, CLI_LOCKED, "Your account may not do this here. "
		    "IT can see who may: wayleave-agent worker list");
		return;
	}
	verbs[c->verb].handler(c);
}

static enum error_code
take_ask(struct api *api, struct api_session *s, struct bytes packet)
{
	struct api_call *c = calloc(1, sizeof *c);
	struct local_ask ask;
	json_error_t at;
	enum error_code err = c != NULL ? ERR_NONE : ERR_NOMEM;

	if (err == ERR_NONE) {
		c->agent = api->agent;
		c->session = s;
		c->arena = arena_create(4 * 1024 * 1024);
		err = c->arena != NULL ? ERR_NONE : ERR_NOMEM;
	}
	if (err == ERR_NONE)
		err = wire_local_ask_decode(c->arena, packet, &ask, NULL);
	if (err == ERR_NONE && ask.body.n > ASK_BODY_MAX)
		err = ERR_SIZE;
	if (err == ERR_NONE) {
		c->verb = (enum api_verb)ask.verb;
		c->in = json_loadb((const char *)ask.body.data, ask.body.n,
		    JSON_REJECT_DUPLICATES, &at);
		/* it may hold a password; the arena would only forget it */
		sodium_memzero((uint8_t *)ask.body.data, ask.body.n);
		if (!json_is_object(c->in))
			err = ERR_FORMAT;
	}
	if (err != ERR_NONE) {
		if (c != NULL)
			free_call(c);
		return err;
	}
	s->call = c;
	api->asking = s;
	if (api_who_is(c, &s->peer, api->desk_uid, &ask))
		start(c);
	sodium_memzero(ask.text, sizeof ask.text);
	api->asking = NULL;
	return ERR_NONE;
}

static void
read_session(struct api *api, struct api_session *s)
{
	size_t n = 0;
	enum error_code err;

	if (s->telling || s->call != NULL)
		return;                 /* one thing at a time */
	err = local_recv(s->fd, api->packet, sizeof api->packet, &n, NULL, 0);
	if (err == ERR_BUSY)
		return;
	if (err == ERR_NONE)
		err = take_ask(api, s, bytes_of(api->packet, n));
	sodium_memzero(api->packet, n);
	if (err != ERR_NONE)
		hang_up(s);
}

/* ---- life ------------------------------------------------------------------------ */

enum error_code
api_create(struct agent *a, const char *socket, unsigned mode,
    struct api **out, struct why *why)
{
	struct api *api = calloc(1, sizeof *api);
	enum error_code err;

	*out = NULL;
	if (api == NULL)
		return ERR_NOMEM;
	api->agent = a;
	api->listener = -1;
	api->desk_uid = api_desk_uid(a->config);
	for (unsigned i = 0; i < SESSIONS; i++)
		api->session[i].fd = -1;
	err = local_listen(socket, (mode_t)mode, &api->listener, why);
	if (err != ERR_NONE)
		api_destroy(&api);
	*out = api;
	return err;
}

void
api_destroy(struct api **api)
{
	if (api == NULL || *api == NULL)
		return;
	for (unsigned i = 0; i < SESSIONS; i++) {
		struct api_session *s = &(*api)->session[i];
		struct api_call *c = s->call;

		if (s->fd >= 0)
			hang_up(s);
		if (c != NULL) {
			outgoing_forget((*api)->agent, c);
			intake_forget((*api)->agent, c);
			signin_forget((*api)->agent, c);
			free_call(c);
		}
	}
	local_close(&(*api)->listener);
	free(*api);
	*api = NULL;
}

unsigned
api_poll(const struct api *api, struct pollfd *fds, unsigned max)
{
	unsigned n = 0;

	if (max == 0)
		return 0;
	fds[n++] = (struct pollfd){ .fd = api->listener, .events = POLLIN };
	for (unsigned i = 0; i < SESSIONS && n < max; i++) {
		const struct api_session *s = &api->session[i];

		if (s->fd < 0)
			continue;
		/* while a call is answered only its end is of interest */
		fds[n++] = (struct pollfd){ .fd = s->fd, .events =
		    s->telling ? POLLOUT : s->call != NULL ? 0 : POLLIN };
	}
	return n;
}

/* One account of this machine cannot take all places. */
static bool
has_enough(const struct api *api, uint32_t uid)
{
	unsigned n = 0;

	if (uid == 0 || uid == geteuid() || uid == api->desk_uid)
		return false;
	for (unsigned i = 0; i < SESSIONS; i++)
		n += api->session[i].fd >= 0 &&
		    api->session[i].peer.uid == uid;
	return n >= SESSIONS_OF_ONE;
}

static void
accept_all(struct api *api)
{
	struct local_peer peer;
	int fd;

	while (local_accept(api->listener, &fd, &peer) == ERR_NONE) {
		struct api_session *s = NULL;

		for (unsigned i = 0; i < SESSIONS && s == NULL; i++)
			if (api->session[i].fd < 0)
				s = &api->session[i];
		if (s == NULL || has_enough(api, peer.uid)) {
			local_close(&fd);
			continue;
		}
		*s = (struct api_session){ .fd = fd, .peer = peer };
	}
}

void
api_ready(struct api *api, const struct pollfd *fds, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		struct api_session *s = NULL;

		if (fds[i].revents == 0)
			continue;
		if (fds[i].fd == api->listener) {
			accept_all(api);
			continue;
		}
		for (unsigned k = 0; k < SESSIONS && s == NULL; k++)
			if (api->session[k].fd == fds[i].fd)
				s = &api->session[k];
		if (s == NULL)
			continue;
		if ((fds[i].revents & POLLOUT) != 0)
			pour(api, s);
		else if ((fds[i].revents & POLLIN) != 0)
			read_session(api, s);
		else
			hang_up(s);
	}
}

static bool
is_of(const struct api_session *s, const struct worker *w)
{
	if (w->uid != WORKER_NO_UID && s->peer.uid == w->uid)
		return true;
	return w->account[0] != '\0' && s->call != NULL &&
	    strcmp(s->call->worker.account, w->account) == 0;
}

void
api_forget_worker(struct api *api, const struct worker *w)
{
	/* who ends an account of its own uid still gets the answer */
	for (unsigned i = 0; i < SESSIONS; i++)
		if (api->session[i].fd >= 0 && is_of(&api->session[i], w) &&
		    &api->session[i] != api->asking)
			hang_up(&api->session[i]);
}
