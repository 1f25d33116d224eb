/*
 * Members that are connected and do nothing: how many come in a second, what
 * each costs the broker in memory, and what all of them cost it in time.
 *
 *	bench_connections BUILD [members...]	default 10 1000 5000
 */
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <sodium.h>
#include <zmq.h>

#include "base/clock.h"
#include "tests/bench/bench.h"
#include "tests/support/caller.h"

enum { MOST = 10000, ABREAST = 64, IDLE_S = 10, PATIENCE_S = 60 };

static struct {
	struct world w;
	struct field f;
	void *context;
	struct box_pair link[MOST];
	void *socket[MOST];
	unsigned enrolled, online;
} b;

/* One slot of the world is lent to each of them in turn. */
static struct record *
enrol_one(unsigned i)
{
	struct world_member *m = &b.w.m[WORLD_OTHERS];

	(void)snprintf(m->id, sizeof m->id, "idle-%u", i);
	m->serial = 0;
	identity_sign_pair(&m->sign);
	identity_box_pair(&m->link);
	b.link[i] = m->link;
	return world_member(&b.w, WORLD_OTHERS);
}

static void
enrol(unsigned to)
{
	struct record **r = calloc(to, sizeof *r);
	unsigned n = 0;

	must_be(r != NULL);
	for (unsigned i = b.enrolled; i < to; i++)
		r[n++] = enrol_one(i);
	field_admit(&b.f, r, n);
	b.enrolled = to;
	free(r);
}

static void
hello(void *socket)
{
	struct up up = { .id = 1, .has_hello = true };
	struct buf out;

	up.hello.version = WIRE_VERSION;
	up.hello.time = clock_ms();
	up.hello.credit = 16;
	buf_init(&out, WIRE_UP_MAX);
	must(wire_up_encode(&up, &out));
	must_be(zmq_send(socket, out.data, out.n, ZMQ_DONTWAIT) >= 0);
	buf_free(&out);
}

static bool
answered(void *socket)
{
	zmq_msg_t m;
	bool any = false;

	zmq_msg_init(&m);
	while (zmq_msg_recv(&m, socket, ZMQ_DONTWAIT) >= 0)
		any = true;
	zmq_msg_close(&m);
	return any;
}

/* Connects up to `to` members; returns the ns until all were answered. */
static uint64_t
connect_to(unsigned to)
{
	uint64_t start = measure_ns();
	unsigned waiting[ABREAST], n = 0, next = b.online;
	struct timespec nap = { .tv_nsec = 200000 };

	while (next < to || n > 0) {
		bool any = false;

		for (; n < ABREAST && next < to; next++) {
			b.socket[next] = caller_dial(b.context, &b.f,
			    &b.link[next]);
			hello(b.socket[next]);
			waiting[n++] = next;
		}
		for (unsigned i = 0; i < n;) {
			if (answered(b.socket[waiting[i]])) {
				waiting[i] = waiting[--n];
				any = true;
			} else {
				i++;
			}
		}
		must_be(measure_ns() - start < PATIENCE_S * 1000000000ull);
		if (!any)
			(void)nanosleep(&nap, NULL);
	}
	b.online = to;
	return measure_ns() - start;
}

static void
at(unsigned members)
{
	struct usage before, after;
	unsigned from = b.online;
	struct timespec idle = { .tv_sec = IDLE_S };
	uint64_t ns, enrolled;

	enrol(members);
	must_be(usage_of(b.f.broker, &before));
	enrolled = before.rss;
	ns = connect_to(members);
	must_be(usage_of(b.f.broker, &after));
	measure_say((double)(members - from) * 1e9 / (double)ns, "/s",
	    "connections, up to %u", members);
	measure_say((after.cpu - before.cpu) / (members - from) * 1e6, "us",
	    "CPU of the broker per connection, up to %u", members);
	(void)nanosleep(&idle, NULL);
	before = after;
	must_be(usage_of(b.f.broker, &after));
	measure_say((double)after.rss / 1048576, "MiB",
	    "broker with %u connected", members);
	measure_say((double)(after.rss - enrolled) / 1024 / (members - from),
	    "KiB", "each connection, idle, up to %u", members);
	measure_say((after.cpu - before.cpu) / IDLE_S * 100, "%",
	    "of a core, %u idle", members);
}

static void
bench(int argc, char **argv)
{
	static const unsigned preset[] = { 10, 1000, 5000 };
	struct rlimit r;
	struct usage alone;

	must_be(argc > 1 && sodium_init() >= 0);
	must_be(getrlimit(RLIMIT_NOFILE, &r) == 0);
	r.rlim_cur = r.rlim_max;
	must_be(setrlimit(RLIMIT_NOFILE, &r) == 0);
	world_make(&b.w, WORLD_OTHERS + 1, clock_ms());
	field_make(&b.f, &b.w, argv[1]);
	(void)field_start(&b.f);
	b.context = zmq_ctx_new();
	must_be(b.context != NULL && zmq_ctx_set(b.context, ZMQ_MAX_SOCKETS,
	    MOST + 16) == 0);
	must_be(usage_of(b.f.broker, &alone));
	measure_say((double)alone.rss / 1048576, "MiB", "broker alone");
	for (int i = 2; i < argc; i++)
		at((unsigned)strtoul(argv[i], NULL, 10));
	for (unsigned i = 0; argc == 2 && i < 3; i++)
		at(preset[i]);
	field_stop(&b.f);
}

BENCH_MAIN(bench)
