/*
 * One agent with its real local socket, asked over it.  The link is one that
 * takes everything and brings nothing; the clock is the machine's unless a
 * test holds it.
 */
#ifndef WAYLEAVE_TESTS_UNIT_AGENT_ALONE_H
#define WAYLEAVE_TESTS_UNIT_AGENT_ALONE_H

#include <poll.h>
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/api/api.h"
#include "agent/client.h"
#include "agent/config.h"
#include "agent/life.h"
#include "base/link.h"
#include "base/local.h"
#include "keys/secret.h"
#include "tests/support/test.h"
#include "tests/support/world.h"

#define ALONE __attribute__((unused)) static

struct link { int none; };

static struct world w;
static struct agent_config config;
static struct agent *a;
static char dir[TEST_PATH], files[3][TEST_PATH], path[TEST_PATH];

/* What the last answer was. */
static struct {
	int code;
	char text[2048];
	json_t *json;               /* of an answer in one packet, else NULL */
} told;

/* ---- a link that brings nothing ------------------------------------------------ */

enum error_code
link_create(const char *const *address, unsigned n,
    const struct link_keys *keys, size_t max_frame, struct link **out,
    struct why *why)
{
	(void)address, (void)n, (void)keys, (void)max_frame, (void)why;
	*out = calloc(1, sizeof **out);
	return *out != NULL ? ERR_NONE : ERR_NOMEM;
}

void
link_destroy(struct link **l)
{
	free(*l);
	*l = NULL;
}

int
link_fd(const struct link *l)
{
	(void)l;
	return -1;
}

bool
link_pending(const struct link *l)
{
	(void)l;
	return false;
}

enum error_code
link_recv(struct link *l, struct bytes *out)
{
	(void)l, (void)out;
	return ERR_NOTFOUND;
}

enum error_code
link_send(struct link *l, struct bytes frame)
{
	(void)l, (void)frame;
	return ERR_NONE;
}

void
link_events(struct link *l, bool *up, bool *down)
{
	(void)l;
	*up = *down = false;
}

void
link_again(struct link *l, uint64_t boot_ms)
{
	(void)l, (void)boot_ms;
}

void
link_drain(struct link *l, int ms)
{
	(void)l, (void)ms;
}

/* ---- an agent with its socket ------------------------------------------------------ */

static void
save(const char *to, const struct record *rec)
{
	struct record_file f = { .record = (struct record *)rec, .n = 1 };

	memcpy(f.root, w.root[0].public, WIRE_KEY);
	ck_ok(record_file_save(to, &f, NULL));
}

ALONE void
unlock(void)
{
	struct identity *id = NULL;
	struct why why = { "" };

	ck_ok(identity_create(false, &id, &why));
	id->sign = w.m[WORLD_SCHOOL].sign;
	id->link = w.m[WORLD_SCHOOL].link;
	ck_ok(agent_unlocked(a, &id, &why));
}

ALONE void
setup(void)
{
	struct why why = { "" };
	enum error_code e;

	ck_ok(keys_init(NULL));
	world_make(&w, 5, clock_ms());
	test_dir(dir);
	ck_assert_int_eq(chmod(dir, 0755), 0);
	test_path(files[0], dir, "partnership.wlp");
	test_path(files[1], dir, "school.wlrec");
	test_path(files[2], dir, "state");
	test_path(path, dir, "s");
	save(files[0], world_partnership(&w));
	save(files[1], world_member(&w, WORLD_SCHOOL));
	config = (struct agent_config){ .partnership = files[0],
	    .member = "school", .record = files[1], .state_dir = files[2],
	    .language = "en", .lawful_basis = "LB2", .unlock_command = "",
	    .unlock_credential = "", .broker = "", .clock_skew_seconds = 300,
	    .lease_hours = 8, .expires_days = 14,
	    .urgent_unopened_minutes = 30, .socket = path,
	    .alert_command = "", .audit_file = "", .epoch_hours = 24,
	    .epoch_life_days = 14, .desk_user = "",
	    .lock_ms = 10 * CLOCK_MINUTE_MS };
	e = agent_open(&config, &a, &why);
	ck_assert_msg(e == ERR_NONE, "%s: %s", error_text(e), why.text);
	ck_ok(api_create(a, path, 0666, &a->api, &why));
}

ALONE void
teardown(void)
{
	api_destroy(&a->api);
	agent_close(&a);
	world_free(&w);
	json_decref(told.json);
	told.json = NULL;
}

/* The daemon's loop, until it rests. */
ALONE void
pump(void)
{
	struct pollfd fds[80];

	for (int i = 0; i < 20; i++) {
		unsigned n = api_poll(a->api, fds, 80);

		if (poll(fds, n, 0) > 0)
			api_ready(a->api, fds, n);
		agent_turn(a);
	}
}

ALONE int
dial(void)
{
	struct why why = { "" };
	int fd = -1;

	ck_ok(local_connect(path, 1000, &fd, &why));
	pump();
	return fd;
}

ALONE void
ask_as(int fd, const char *session, uint32_t flags, uint32_t verb,
    const char *json)
{
	struct local_ask q = { .verb = verb, .flags = flags,
	    .body = bytes_str(json) };
	struct buf out;

	snprintf(q.text, sizeof q.text, "%s", session);
	buf_init(&out, LOCAL_MAX);
	ck_ok(wire_local_ask_encode(&q, &out));
	ck_ok(local_send(fd, out.data, out.n, -1, 0));
	buf_free(&out);
	pump();
}

ALONE void
ask(int fd, uint32_t verb, const char *json)
{
	ask_as(fd, "", 0, verb, json);
}

ALONE enum error_code
answer(int fd)
{
	static uint8_t packet[LOCAL_MAX];
	struct arena *arena = arena_create(256 * 1024);
	struct local_tell t;
	enum error_code e;
	size_t n;

	e = local_recv(fd, packet, sizeof packet, &n, NULL, 0);
	if (e == ERR_NONE) {
		ck_ok(wire_local_tell_decode(arena, bytes_of(packet, n), &t,
		    NULL));
		told.code = (int)t.code;
		memcpy(told.text, t.text.data, t.text.n);
		told.text[t.text.n] = '\0';
		json_decref(told.json);
		told.json = json_loadb((const char *)t.body.data, t.body.n,
		    JSON_DECODE_ANY, NULL);
	}
	arena_destroy(&arena);
	return e;
}

#endif
