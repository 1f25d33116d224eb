/*
 * Nonsense for a local socket, at a running daemon.
 *
 *   socket_client agent SOCKET ROUNDS [SEED]
 *       every verb with objects whose fields have the wrong types, sizes and
 *       depths; then packets that are no requests
 *   socket_client packets SOCKET ROUNDS [SEED]
 *       packets alone: for the sockets of broker and signer
 *
 * Exit 0 when the daemon answered or hung up on each and still listens; what
 * it did to the daemon is for the caller to look at.
 */
#include <jansson.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/client.h"
#include "base/local.h"

enum { ASK_MS = 20 * 1000, DEPTH = 2000, LONG = 20000 };

static uint64_t seed;

static unsigned
draw(unsigned below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)(seed >> 33) % below;
}

/* ---- requests with the wrong fields -------------------------------------------- */

static const char *const keys[] = { "account", "name", "staff_number", "role",
	"team", "rights", "may", "uid", "phrase", "done", "case", "confirm",
	"excluded", "reference", "language", "set", "passphrase",
	"introduction", "waiver", "causing_harm", "own_line", "dry_run",
	"renew", "asked_alone", "safe_now", "pressed", "days", "method",
	"grant", "member", "all", "heard", "exclusions", "to", "reason",
	"ground", "told", "why", "content", "observation", "message", "text",
	"about", "by", "gap", "due", "actor", "child", "pathway", "left",
	"right", "messages", "password", "new_password", "code", "old", "new",
	"end" };

static json_t *
value(unsigned depth)
{
	static const char *const words[] = { "", "1", "P2", "C1", "CC01",
		"all", "a2", "2026-13-45", "\xc3\xa9\xc3\xa9", "../../etc",
		"%s%n", "yes", "00000000", "wayleave/observation/1" };
	json_t *v;
	char *s;

	switch (draw(depth > 3 ? 6 : 9)) {
	case 0:
		return json_null();
	case 1:
		return json_boolean((int)draw(2));
	case 2:
		return json_integer((json_int_t)draw(5) - 2);
	case 3:
		return json_integer(draw(2) ? INT64_MAX : INT64_MIN);
	case 4:
		return json_real(1e308);
	case 5:
		return json_string(words[draw(sizeof words /
		    sizeof words[0])]);
	case 6:
		s = malloc(LONG + 1);
		memset(s, 'a' + (int)draw(26), LONG);
		s[draw(LONG)] = '\0';
		s[LONG] = '\0';
		v = json_string(s);
		free(s);
		return v;
	case 7:
		v = json_array();
		for (unsigned i = draw(6); i > 0; i--)
			json_array_append_new(v, value(depth + 1));
		return v;
	default:
		v = json_object();
		for (unsigned i = draw(6); i > 0; i--)
			json_object_set_new(v, keys[draw(sizeof keys /
			    sizeof keys[0])], value(depth + 1));
		return v;
	}
}

static json_t *
request(void)
{
	json_t *o = json_object();

	for (unsigned i = draw(10); i > 0; i--)
		json_object_set_new(o, keys[draw(sizeof keys /
		    sizeof keys[0])], value(0));
	return o;
}

/* False: nobody listens any more. */
static bool
wrong_fields(const char *socket, unsigned rounds)
{
	struct client_answer answer;
	struct why why;

	for (unsigned i = 0; i < rounds; i++)
		for (int verb = VERB_NONE + 1; verb < VERB_END; verb++) {
			enum error_code err;

			if (verb == VERB_LOCK || verb == VERB_UNLOCK)
				continue;
			err = verb == VERB_SIGN_IN ? client_ask_as(socket, "",
			    VERB_SIGN_IN, request(), ASK_MS, &answer, &why) :
			    client_ask(socket, (enum api_verb)verb,
			    request(), ASK_MS, &answer, &why);
			if (err == ERR_NONE)
				client_answer_free(&answer);
			/* hung up on: too large; the next one is heard */
			if (err == ERR_OFFLINE) {
				fprintf(stderr, "socket_client: %s: %s\n",
				    api_verb_name((enum api_verb)verb),
				    why.text);
				return false;
			}
		}
	return true;
}

/* ---- packets that are none ----------------------------------------------------------- */

static size_t
make_packet(uint8_t *p)
{
	struct local_ask ask = { .verb = 1 + draw(60), .flags = draw(9) };
	struct buf b;
	size_t n;

	switch (draw(4)) {
	case 0:
		n = 1 + draw(LOCAL_MAX - 1);
		for (size_t i = 0; i < n; i++)
			p[i] = (uint8_t)draw(256);
		return n;
	case 1:                         /* deep */
		n = DEPTH + draw(DEPTH);
		memset(p, draw(2) ? '[' : '{', n);
		break;
	case 2:
		n = (size_t)snprintf((char *)p, 64, "{\"case\":1,\"case\":2}");
		break;
	default:
		n = draw(60000);
		memset(p, ' ', n);
	}
	ask.body = bytes_of(p, n);
	memset(ask.text, 'a', draw(3) * (sizeof ask.text - 1) / 2);
	buf_init(&b, LOCAL_MAX);
	if (wire_local_ask_encode(&ask, &b) == ERR_NONE && b.n <= LOCAL_MAX) {
		n = b.n;
		memcpy(p, b.data, n);
		if (draw(2))
			n = 1 + draw((unsigned)n);    /* cut off */
	}
	buf_free(&b);
	return n > 0 ? n : 1;
}

static bool
packets(const char *socket, unsigned rounds)
{
	static uint8_t out[LOCAL_MAX], in[LOCAL_MAX];
	struct why why;
	int fd = -1;

	for (unsigned i = 0; i < rounds; i++) {
		size_t n = make_packet(out), got;

		if (fd < 0 && local_connect(socket, 5000, &fd, &why) !=
		    ERR_NONE) {
			fprintf(stderr, "socket_client: %s\n", why.text);
			return false;
		}
		if (local_send(fd, out, n, -1, 2000) != ERR_NONE ||
		    local_recv(fd, in, sizeof in, &got, NULL, draw(3) ? 50 :
		    0) == ERR_CLOSED)
			local_close(&fd);
		if (draw(4) == 0)
			local_close(&fd);
	}
	local_close(&fd);
	return local_connect(socket, 5000, &fd, &why) == ERR_NONE;
}

int
main(int argc, char **argv)
{
	unsigned rounds;

	if (argc < 4 || sodium_init() < 0) {
		fprintf(stderr, "usage: socket_client agent|packets SOCKET "
		    "ROUNDS [SEED]\n");
		return 2;
	}
	rounds = (unsigned)strtoul(argv[3], NULL, 10);
	seed = argc > 4 ? strtoull(argv[4], NULL, 10) : randombytes_random();
	printf("seed %llu\n", (unsigned long long)seed);
	seed = seed * 0x9e3779b97f4a7c15u + 1;
	if (strcmp(argv[1], "agent") == 0 && !wrong_fields(argv[2], rounds))
		return 1;
	return packets(argv[2], 20 * rounds) ? 0 : 1;
}
