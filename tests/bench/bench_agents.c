/*
 * The whole life of a message: composed, signed, sealed, judged, logged,
 * delivered, receipted, opened; by real agents around the real broker, all
 * on this machine.
 *
 *	bench_agents open FOLDER PAIRS
 *	bench_agents inside FOLDER PAIRS MESSAGES WINDOW [GAP_US]
 *	bench_agents sockets FOLDER PAIRS MESSAGES SESSIONS
 *
 * FOLDER is that of tests/system/lib.sh: agents s1, r1, s2, r2.. in it, of
 * which si keeps a case and tells ri.  `open` makes these cases through the
 * running agents.  `sockets` has clients of the running agents send and read
 * documents.  `inside` needs the agents stopped: it runs them itself, one
 * process each, from their own state folders, with the daemon's turns but
 * without the local socket; each sender keeps WINDOW messages on their way,
 * handed over 16 or more at a time, or composes one every GAP_US.
 */
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <sodium.h>

#include "agent/cases/cases.h"
#include "agent/life.h"
#include "agent/outgoing/compose.h"
#include "agent/config.h"
#include "agent/intake/mailbox.h"
#include "agent/intake/opening.h"
#include "agent/outgoing/outgoing.h"
#include "base/link.h"
#include "base/log.h"
#include "keys/keyfile.h"
#include "keys/secret.h"
#include "tests/bench/bench.h"
#include "tests/support/smallcase.h"

enum { PAIRS = 16, SET_UP_S = 300, STALL_S = 20, START_S = 60, TURN = 64, TOGETHER = 16 };

/* What the processes of one run share. */
struct shared {
	_Atomic unsigned ready, go, stop;
	_Atomic uint64_t composed[PAIRS], delivered[PAIRS], opened[PAIRS];
	_Atomic uint64_t n_life, n_mail;
	uint64_t each;                  /* messages of one pair */
	uint64_t window, together, gap_ns;
	uint64_t latency[];             /* life, then mail: each * pairs */
};

static const char *folder;
static unsigned pairs;
static struct shared *shared;

static void
must_why(enum error_code e, const char *what, const struct why *why)
{
	if (e == ERR_NONE)
		return;
	(void)fprintf(stderr, "bench_agents: %s: %s %s\n", what,
	    error_text(e), why->text);
	_exit(1);
}

static pid_t
pid_of(const char *name)
{
	char path[TEST_PATH], *text;
	pid_t pid;

	(void)snprintf(path, sizeof path, "%s/pid/%s", folder, name);
	text = test_slurp(path);
	pid = (pid_t)strtol(text, NULL, 10);
	free(text);
	return pid;
}

/* ---- open ------------------------------------------------------------------------ */

static void
pair_of(unsigned i, struct small *s)
{
	memset(s, 0, sizeof *s);
	strcpy(s->broker, "northbank-broker");
	s->names = "Example";
	s->n = 2;
	for (unsigned k = 0; k < 2; k++) {
		(void)snprintf(s->agency[k].id, sizeof s->agency[k].id,
		    "%c%u", k == 0 ? 's' : 'r', i + 1);
		(void)snprintf(s->agency[k].socket, sizeof s->agency[k].socket,
		    "%.150s/%s/agent.sock", folder, s->agency[k].id);
	}
}

static void
open_cases(void)
{
	uint64_t until = history_now() + SET_UP_S * 1000000ull;
	struct history h = { .file = NULL };
	struct small_case k;
	struct small s;

	for (unsigned i = 0; i < pairs; i++) {
		pair_of(i, &s);
		must_be(small_workers(&s, &h, until));
		must_be(small_open(&s, &h, "bench", &k, until));
	}
}

/* ---- the document ------------------------------------------------------------------ */

/* An observation that says when it was composed. */
static void
document(struct content *c)
{
	static char *before, *after;
	uint8_t id[RECORD_ID_LEN];
	struct why why = { "" };
	char json[2048], *mark;
	const char *rule;
	json_t *o;
	int n;

	if (before == NULL) {
		o = small_observation("k", "MARK");
		json_object_del(o, "idempotency_key");
		before = json_dumps(o, JSON_COMPACT);
		json_decref(o);
		must_be(before != NULL && (mark = strstr(before, "MARK")) !=
		    NULL);
		*mark = '\0';
		after = mark + 4;
	}
	n = snprintf(json, sizeof json, "%s%020llu composed then%s", before,
	    (unsigned long long)measure_ns(), after);
	must_be(n > 0 && (size_t)n < sizeof json);
	must_why(content_read(c, json, (size_t)n, &rule, &why),
	    "content_read", &why);
	randombytes_buf(id, sizeof id);
	content_set_id(c, id);
}

static void
note(bool life, const struct content *c)
{
	const struct observation *o = content_observation(c);
	uint64_t total = shared->each * pairs, i;

	must_be(o != NULL);
	i = atomic_fetch_add(life ? &shared->n_life : &shared->n_mail, 1);
	if (i < total)
		shared->latency[(life ? 0 : total) + i] = measure_ns() -
		    strtoull(o->text, NULL, 10);
}

/* ---- an agent of our own ------------------------------------------------------------- */

struct own {
	struct agent *a;
	struct agent_config config;
	struct worker w;
	unsigned pair;
	bool sends;
	uint8_t kase[WIRE_CASE];
	char to[WIRE_ID_MAX + 1];
	uint64_t next;                  /* when to compose again, ns */
	struct db_stmt *list;           /* mail after an index */
	uint64_t seen;
	uint64_t asked[LEASES_MAX];     /* in order, to be read when open */
	unsigned first, n;
};

static void
unlock_agent(struct own *o, const char *id)
{
	char path[TEST_PATH], secret[TEST_PATH];
	struct identity *identity = NULL;
	struct unlock *unlock = NULL;
	struct why why = { "" };

	(void)snprintf(path, sizeof path, "%s/%s/agent.conf", folder, id);
	must_why(agent_config_load(path, &o->config, &why), path, &why);
	must_why(agent_open(&o->config, &o->a, &why), "agent_open", &why);
	(void)snprintf(path, sizeof path, "%s/keys/agent.key",
	    o->config.state_dir);
	(void)snprintf(secret, sizeof secret, "%s/secret/passphrase", folder);
	must_why(unlock_of_file(secret, &unlock, &why), secret, &why);
	must_why(keyfile_read_identity(path, unlock, &identity, &why), path,
	    &why);
	must_why(agent_unlocked(o->a, &identity, &why), "agent_unlocked",
	    &why);
	unlock_destroy(&unlock);
}

/* Messages under the case's grant to the other of the pair, in one go. */
static void
compose_some(struct own *o)
{
	uint64_t composed = atomic_load(&shared->composed[o->pair]);
	uint64_t open = composed - atomic_load(&shared->opened[o->pair]);
	uint64_t want = shared->window > open ? shared->window - open : 0;
	uint64_t now = measure_ns();
	struct refusal refusal;
	struct content c;
	struct copy copy;
	struct why why = { "" };
	unsigned n = 0;

	if (shared->gap_ns != 0)
		want = o->next == 0 ? 1 : now < o->next ? 0 :
		    (now - o->next) / shared->gap_ns + 1;
	else if (want < shared->together && composed + want < shared->each)
		want = 0;
	if (want > TURN)
		want = TURN;
	if (want > shared->each - composed)
		want = shared->each - composed;
	if (want == 0)
		return;
	must(agent_begin(o->a));
	for (; n < want; n++) {
		memset(&copy, 0, sizeof copy);
		strcpy(copy.member, o->to);
		document(&c);
		must_why(compose_send(o->a, &o->w, o->kase, &c, &copy, 1,
		    &refusal, &why), "compose_send", &why);
		if (copy.state != COPY_QUEUED) {
			(void)fprintf(stderr, "bench_agents: not sent: %s\n",
			    copy.text);
			_exit(1);
		}
		content_wipe(&c);
	}
	must(outgoing_seal(o->a));
	must(agent_end(o->a, ERR_NONE));
	o->next = (o->next == 0 ? now : o->next) + n * shared->gap_ns;
	atomic_fetch_add(&shared->composed[o->pair], n);
}

/* Asks for what came, all of one turn in one opening. */
static void
ask_new(struct own *o)
{
	uint64_t idx[WIRE_OPENING_MAX];
	uint8_t stamp[WIRE_STAMP];
	struct why why = { "" };
	unsigned n = 0;
	bool row;

	db_bind_u64(o->list, 1, o->seen);
	while (n < WIRE_OPENING_MAX && o->n + n < LEASES_MAX &&
	    db_step(o->list, &row) == ERR_NONE && row)
		idx[n++] = db_col_u64(o->list, 0);
	db_done(o->list);
	if (n == 0)
		return;
	must_why(opening_ask(o->a, &o->w, o->kase, idx, n, stamp, &why),
	    "opening_ask", &why);
	for (unsigned i = 0; i < n; i++)
		o->asked[(o->first + o->n++) % LEASES_MAX] = idx[i];
	o->seen = idx[n - 1];
	atomic_fetch_add(&shared->delivered[o->pair], n);
}

/* Reads what is open by now, and closes it again. */
static void
read_open(struct own *o)
{
	struct why why = { "" };
	struct content c;
	enum error_code e;
	unsigned n = 0;

	for (; o->n > 0; o->n--, n++) {
		uint64_t idx = o->asked[o->first];

		e = opening_plain(o->a, &o->w, idx, &c, &why);
		if (e == ERR_LOCKED)
			break;
		must_why(e, "opening_plain", &why);
		note(true, &c);
		content_wipe(&c);
		leases_wipe_message(o->a->leases, idx);
		o->first = (o->first + 1) % LEASES_MAX;
	}
	atomic_fetch_add(&shared->opened[o->pair], n);
}

static void
round_once(struct own *o)
{
	struct timespec t = { .tv_nsec = 20 * 1000 * 1000 };
	struct pollfd p = { .fd = link_fd(o->a->link), .events = POLLIN };
	uint64_t now = measure_ns();

	if (o->sends && shared->gap_ns != 0 && o->next > now)
		t.tv_nsec = (long)(o->next - now < 20000000 ? o->next - now :
		    20000000);
	if (link_pending(o->a->link))
		t.tv_nsec = 0;
	(void)ppoll(&p, 1, &t, NULL);
	if (atomic_load(&shared->go) && o->sends)
		compose_some(o);
	agent_turn(o->a);
	if (!o->sends && agent_trouble(o->a) == TROUBLE_NONE) {
		read_open(o);
		ask_new(o);
		if (outgoing_seal(o->a) == ERR_NONE)
			outgoing_push(o->a);
	}
}

static void
run_agent(unsigned pair, bool sends)
{
	struct own *o = calloc(1, sizeof *o);
	char id[16];
	bool said = false;

	must_be(o != NULL);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)prctl(PR_SET_TIMERSLACK, 1000);
	o->pair = pair;
	o->sends = sends;
	(void)snprintf(id, sizeof id, "%c%u", sends ? 's' : 'r', pair + 1);
	(void)snprintf(o->to, sizeof o->to, "r%u", pair + 1);
	unlock_agent(o, id);
	must(workers_by_account(o->a, "first", &o->w));
	must(cases_by_number(o->a, 1, o->kase));
	must(db_prepare(o->a->db, "SELECT idx FROM mail WHERE idx > $1 "
	    "AND introduction = 0 AND opened_at IS NULL ORDER BY idx",
	    &o->list));
	while (!atomic_load(&shared->stop)) {
		round_once(o);
		if (!said && agent_trouble(o->a) == TROUBLE_NONE) {
			said = true;
			atomic_fetch_add(&shared->ready, 1);
		}
	}
	agent_close(&o->a);
	_exit(0);
}

/* ---- inside ------------------------------------------------------------------------------ */

static void
share(uint64_t messages, uint64_t window, uint64_t gap_us)
{
	size_t n = sizeof *shared + 2 * messages * sizeof shared->latency[0];

	shared = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_SHARED |
	    MAP_ANONYMOUS, -1, 0);
	must_be(shared != MAP_FAILED);
	shared->each = messages / pairs;
	shared->window = window;
	shared->together = window < TOGETHER ? window : TOGETHER;
	/* each of the pairs composes in its turn */
	shared->gap_ns = gap_us * 1000 * pairs;
}

static uint64_t
total_opened(void)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < pairs; i++)
		n += atomic_load(&shared->opened[i]);
	return n;
}

static void
nap_ms(long ms)
{
	struct timespec t = { .tv_nsec = ms * 1000000 };

	(void)nanosleep(&t, NULL);
}

/* Until all is read; false when nothing moves any more. */
static bool
wait_end(void)
{
	uint64_t was = 0, now, at = measure_ns();

	while ((now = total_opened()) < shared->each * pairs) {
		if (now != was)
			at = measure_ns();
		else if (measure_ns() - at > STALL_S * 1000000000ull)
			return false;
		was = now;
		nap_ms(1);
	}
	return true;
}

static void
say_latency(const char *what, uint64_t from, uint64_t n)
{
	struct samples s = { 0 };

	for (uint64_t i = 0; i < n; i++)
		samples_add(&s, shared->latency[from + i]);
	measure_say((double)samples_at(&s, 50) / 1e6, "ms", "%s, p50", what);
	measure_say((double)samples_at(&s, 99) / 1e6, "ms", "%s, p99", what);
	samples_free(&s);
}

static void
inside(void)
{
	struct usage before[2], after[2], agent;
	pid_t daemon[2] = { pid_of("broker"), pid_of("signer") };
	pid_t pid[2 * PAIRS];
	double cpu = 0, n, ns;
	uint64_t start;

	for (unsigned i = 0; i < 2 * pairs; i++) {
		pid[i] = fork();
		if (pid[i] == 0)
			run_agent(i / 2, i % 2 == 0);
	}
	start = measure_ns();
	while (atomic_load(&shared->ready) < 2 * pairs) {
		nap_ms(10);
		must_be(measure_ns() - start < START_S * 1000000000ull);
	}
	for (unsigned i = 0; i < 2; i++)
		must_be(usage_of(daemon[i], &before[i]));
	for (unsigned i = 0; i < 2 * pairs; i++) {
		must_be(usage_of(pid[i], &agent));
		cpu -= agent.cpu;
	}
	start = measure_ns();
	atomic_store(&shared->go, 1);
	if (!wait_end()) {
		for (unsigned i = 0; i < pairs; i++)
			(void)fprintf(stderr, "bench_agents: pair %u stands: "
			    "%lu composed, %lu arrived, %lu opened\n", i + 1,
			    (unsigned long)shared->composed[i],
			    (unsigned long)shared->delivered[i],
			    (unsigned long)shared->opened[i]);
		_exit(1);
	}
	ns = (double)(measure_ns() - start);
	for (unsigned i = 0; i < 2; i++)
		must_be(usage_of(daemon[i], &after[i]));
	for (unsigned i = 0; i < 2 * pairs; i++) {
		must_be(usage_of(pid[i], &agent));
		cpu += agent.cpu;
	}
	atomic_store(&shared->stop, 1);
	for (unsigned i = 0; i < 2 * pairs; i++)
		(void)waitpid(pid[i], NULL, 0);
	n = (double)(shared->each * pairs);
	measure_say(n * 1e9 / ns, "/s", "whole lives");
	measure_say((after[0].cpu - before[0].cpu) / n * 1e6, "us",
	    "CPU of the broker, per message");
	measure_say((after[1].cpu - before[1].cpu) / n * 1e6, "us",
	    "CPU of the signer, per message");
	measure_say(cpu / n * 1e6, "us", "CPU of all agents, per message");
	say_latency("composed to opened", 0, shared->each * pairs);
}

static void
bench(int argc, char **argv)
{
	must_be(argc >= 4 && sodium_init() >= 0);
	folder = argv[2];
	pairs = (unsigned)strtoul(argv[3], NULL, 10);
	must_be(pairs >= 1 && pairs <= PAIRS);
	if (strcmp(argv[1], "open") == 0) {
		open_cases();
		return;
	}
	must_be(argc >= 6);
	share(strtoull(argv[4], NULL, 10), strtoull(argv[5], NULL, 10),
	    argc > 6 ? strtoull(argv[6], NULL, 10) : 0);
	must_be(strcmp(argv[1], "inside") == 0);
	inside();
}

BENCH_MAIN(bench)
