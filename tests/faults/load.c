/*
 * Load for the fault campaign: clients of a few agents that send, read,
 * withdraw, grant again and stop, whatever becomes of the daemons, and write
 * down what they saw (tests/support/history.h).
 *
 *   load DIR run ID=SOCKET..        until SIGTERM; histories in DIR
 *   load DIR settle ID=SOCKET..     waits until nothing is under way, then
 *                                   writes down what every agency has
 *
 * The first agency keeps the cases.  `run` prints "ready" when the first case
 * stands; every CASE_S seconds a new one is opened and the old one stopped,
 * by phrase or by withdrawing all, while the daemons are being killed.
 */
#include <pthread.h>
#include <signal.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/smallcase.h"

enum {
	ASK_MS = 20 * 1000,
	CASE_S = 24,
	START_S = 120,
	SEND_US = 250 * 1000,
	READ_US = 400 * 1000,
	GOVERN_US = 900 * 1000,
	SETTLE_S = 90,
	CASES_KEPT = 64,
};

static struct small world;
static const char *dir;
static volatile sig_atomic_t over;

/* The case in use, and the one before; the threads copy it. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct small_case now, before;
static unsigned cases;

static void
end(int sig)
{
	(void)sig;
	over = 1;
}

static struct small_case
current(bool old)
{
	struct small_case k;

	pthread_mutex_lock(&lock);
	k = old ? before : now;
	pthread_mutex_unlock(&lock);
	return k;
}

static void
nap(unsigned us)
{
	usleep(us / 2 + randombytes_uniform(us));
}

/* ---- senders ------------------------------------------------------------------ */

static void
make_key(char key[static 33])
{
	uint8_t b[16];

	randombytes_buf(b, sizeof b);
	sodium_bin2hex(key, 33, b, sizeof b);
}

/* One observation to all; unanswered it is sent again under its key. */
static void
send_one(struct history *h, unsigned at, uint64_t n)
{
	const struct small_case k = current(false);
	char key[33], text[120];
	enum outcome o = OUTCOME_UNKNOWN;

	make_key(key);
	snprintf(text, sizeof text, "note %s of %u", key, at);
	for (int i = 0; i < 20 && o == OUTCOME_UNKNOWN && !over; i++) {
		o = small_send(&world, h, &k, at, UINT64_MAX, key, text,
		    NULL);
		if (o == OUTCOME_UNKNOWN)
			nap(SEND_US);
	}
	(void)n;
}

static void *
sender(void *arg)
{
	const unsigned at = (unsigned)(uintptr_t)arg;
	struct history h;
	char name[32];

	snprintf(name, sizeof name, "send-%u", at);
	if (!history_open(&h, dir, name))
		return NULL;
	for (uint64_t n = 0; !over; n++) {
		send_one(&h, at, n);
		nap(SEND_US);
	}
	history_close(&h);
	return NULL;
}

/* ---- readers -------------------------------------------------------------------- */

static void
look(struct history *h, unsigned at, const struct small_case *k)
{
	const struct small_agency *a = &world.agency[at];

	if (k->number[at] == 0)
		return;
	(void)history_ask(h, a->id, a->socket, VERB_STATUS, NULL, ASK_MS,
	    NULL);
	(void)history_ask(h, a->id, a->socket, VERB_OPEN, json_pack("{s:I}",
	    "case", (json_int_t)k->number[at]), ASK_MS, NULL);
}

static void *
reader(void *arg)
{
	const unsigned at = (unsigned)(uintptr_t)arg;
	struct history h;
	char name[32];

	snprintf(name, sizeof name, "read-%u", at);
	if (!history_open(&h, dir, name))
		return NULL;
	for (unsigned n = 0; !over; n++) {
		const struct small_case k = current(n % 4 == 3);

		look(&h, at, &k);
		nap(READ_US);
	}
	history_close(&h);
	return NULL;
}

/* ---- the custodian ---------------------------------------------------------------- */

static void
end_case(struct history *h, struct small_case *k)
{
	const unsigned how = cases % 3;

	if (how == 0)
		(void)small_stop(&world, h, randombytes_uniform(world.n),
		    randombytes_uniform(2) ? k->stop : k->forced);
	else if (how == 1)
		(void)history_ask(h, world.agency[0].id,
		    world.agency[0].socket, VERB_WITHDRAW, json_pack(
		    "{s:s, s:b, s:s}", "case", k->reference, "all", 1,
		    "heard", "in-person"), ASK_MS, NULL);
	else
		(void)history_ask(h, world.agency[0].id,
		    world.agency[0].socket, VERB_CASE_CLOSE, json_pack(
		    "{s:s}", "case", k->reference), ASK_MS, NULL);
}

static bool
next_case(struct history *h, uint64_t seconds)
{
	struct small_case k, old = current(false);
	char name[32];

	snprintf(name, sizeof name, "F-%u", cases + 1);
	if (!small_open(&world, h, name, &k, history_now() +
	    seconds * 1000000))
		return false;
	pthread_mutex_lock(&lock);
	before = now;
	now = k;
	cases++;
	pthread_mutex_unlock(&lock);
	if (old.n > 0)
		end_case(h, &old);
	sodium_memzero(&k, sizeof k);
	sodium_memzero(&old, sizeof old);
	return true;
}

/* Ends one permission, and signs it again after a while. */
static void
govern_one(struct history *h)
{
	struct small_case k = current(false);
	const unsigned g = randombytes_uniform(k.n);

	if (k.grant[g].id[0] == '\0') {
		(void)small_grant_again(&world, h, &k, g);
	} else {
		(void)small_withdraw(&world, h, &k, g);
		nap(GOVERN_US);
		if (!over)
			(void)small_grant_again(&world, h, &k, g);
	}
	pthread_mutex_lock(&lock);
	now.grant[g] = k.grant[g];
	pthread_mutex_unlock(&lock);
	sodium_memzero(&k, sizeof k);
}

static void *
governor(void *arg)
{
	struct history *h = arg;
	uint64_t due = history_now() + (uint64_t)CASE_S * 1000000;

	while (!over) {
		if (history_now() > due) {
			(void)next_case(h, START_S);
			due = history_now() + (uint64_t)CASE_S * 1000000;
		}
		govern_one(h);
		nap(GOVERN_US);
	}
	return NULL;
}

static int
run(void)
{
	pthread_t thread[2 * SMALL_AGENCIES + 1];
	const struct sigaction act = { .sa_handler = end };
	struct history h;
	unsigned n = 0;

	if (!history_open(&h, dir, "govern"))
		return 1;
	if (!small_workers(&world, &h, history_now() +
	    (uint64_t)START_S * 1000000) || !next_case(&h, START_S)) {
		fprintf(stderr, "load: the first case does not stand after "
		    "%d s; see %s/govern.jsonl\n", START_S, dir);
		return 1;
	}
	sigaction(SIGTERM, &act, NULL);
	sigaction(SIGINT, &act, NULL);
	printf("ready\n");
	fflush(stdout);
	pthread_create(&thread[n++], NULL, governor, &h);
	for (uintptr_t i = 0; i < world.n; i++) {
		pthread_create(&thread[n++], NULL, sender, (void *)i);
		pthread_create(&thread[n++], NULL, reader, (void *)i);
	}
	for (unsigned i = 0; i < n; i++)
		pthread_join(thread[i], NULL);
	history_close(&h);
	return 0;
}

/* ---- when all is over ---------------------------------------------------------------- */

/* Connected, nothing waiting, and as far as the furthest? */
static bool
quiet(struct history *h, unsigned at, json_int_t *size)
{
	const struct small_agency *a = &world.agency[at];
	json_t *out = NULL, *outbox;
	const char *bucket;
	bool is;

	(void)history_ask(h, a->id, a->socket, VERB_STATUS, NULL, ASK_MS,
	    &out);
	*size = json_integer_value(json_object_get(out, "ledger_size"));
	outbox = json_object_get(out, "outbox");
	bucket = json_string_value(json_object_get(outbox, "bucket"));
	is = json_is_true(json_object_get(out, "connected")) &&
	    bucket != NULL && strcmp(bucket, "none") == 0;
	json_decref(out);
	return is;
}

static bool
settle(struct history *h)
{
	const uint64_t until = history_now() + (uint64_t)SETTLE_S * 1000000;
	json_int_t last = -1;
	unsigned still = 0;

	while (still < 3) {
		json_int_t low = -1, high = -1, size;
		bool all = true;

		for (unsigned i = 0; i < world.n; i++) {
			all &= quiet(h, i, &size);
			low = low < 0 || size < low ? size : low;
			high = size > high ? size : high;
		}
		still = all && high == last ? still + 1 : 0;
		last = high;
		if (history_now() > until) {
			fprintf(stderr, "load: not quiet after %d s (all "
			    "idle: %d, sizes %lld to %lld)\n", SETTLE_S, all,
			    (long long)low, (long long)high);
			return false;
		}
		usleep(1000 * 1000);
	}
	return true;
}

static void
what_it_has(struct history *h, unsigned at)
{
	const struct small_agency *a = &world.agency[at];
	json_t *out = NULL, *k;
	size_t i;

	(void)history_ask(h, a->id, a->socket, VERB_INBOX, NULL, ASK_MS,
	    NULL);
	(void)history_ask(h, a->id, a->socket, VERB_QUARANTINE, NULL, ASK_MS,
	    NULL);
	(void)history_ask(h, a->id, a->socket, VERB_CASES, NULL, ASK_MS,
	    &out);
	json_array_foreach(json_object_get(out, "cases"), i, k) {
		json_t *no = json_object_get(k, "case");

		(void)history_ask(h, a->id, a->socket, VERB_SEEN,
		    json_pack("{s:O}", "case", no), ASK_MS, NULL);
		(void)history_ask(h, a->id, a->socket, VERB_STATUS, NULL,
		    ASK_MS, NULL);
		(void)history_ask(h, a->id, a->socket, VERB_OPEN,
		    json_pack("{s:O}", "case", no), ASK_MS, NULL);
	}
	json_decref(out);
}

static int
finish(void)
{
	struct history h;
	bool ok;

	if (!history_open(&h, dir, "settle"))
		return 1;
	ok = settle(&h);
	history_note(&h, "settled", "", json_object());
	for (unsigned i = 0; i < world.n; i++)
		what_it_has(&h, i);
	history_close(&h);
	return ok ? 0 : 1;
}

int
main(int argc, char **argv)
{
	if (argc < 5 || !small_agencies(&world, argc - 3, argv + 3)) {
		fprintf(stderr, "usage: load DIR run|settle ID=SOCKET..\n");
		return 2;
	}
	if (sodium_init() < 0)
		return 1;
	signal(SIGPIPE, SIG_IGN);
	dir = argv[1];
	return strcmp(argv[2], "run") == 0 ? run() : finish();
}
