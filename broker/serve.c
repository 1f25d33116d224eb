#include "broker/serve.h"

#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/notify.h"
#include "base/sandbox.h"
#include "broker/link.h"
#include "broker/sequencer.h"
#include "broker/sign_client.h"
#include "broker/unlocking.h"
#include "broker/verify.h"
#include "keys/keyfile.h"
#include "keys/secret.h"
#include "ledger/partnership.h"
#include "store/db.h"

enum {
	LANE_SLOTS = 1024, LANE_RESERVED = 128,
	LANE_BYTES = 32 * 1024 * 1024, LANE_RESERVED_BYTES = 2 * 1024 * 1024,
	OUTQ_BYTES = 16 * 1024 * 1024,
	VERIFIERS_MAX = 64, PATH_LEN = 1024,
	LINGER_MS = 1000, WATCHDOG_MS = 5000, STUCK_MS = 30 * 1000,
};

struct broker {
	const struct broker_config *config;
	struct arena *arena;            /* of the partnership file */
	struct partnership partnership;
	struct identity *identity;
	int lock;
	struct db *db;
	struct store *store;
	struct members *members;
	struct cites *cites;
	struct job_pool *pool;
	struct lane *lane;
	struct outq *outq;
	struct operator *operator;
	struct broker_link *link;
	struct sign_client *signer;
	struct sequencer *sequencer;
	struct verifier *verifier[VERIFIERS_MAX];
	pthread_t verifier_thread[VERIFIERS_MAX], sequencer_thread;
	unsigned n_verifiers, n_threads;
	bool sequencing;
	_Atomic bool sequenced;         /* the sequencer's thread has ended */
	char ballast[PATH_LEN], db_path[PATH_LEN];
	char listen[BROKER_LINK_LISTEN][160];
	uint64_t watchdog;
	uint64_t started;
};

/* ---- the operator's questions ------------------------------------------ */

static bool
operator_admit(void *ctx, int local, struct bytes file)
{
	struct broker *b = ctx;
	struct job *j = job_create(b->pool, JOB_LOCAL, "", 0, file);

	if (j == NULL)
		return false;
	j->local = local;
	if (lane_put(b->lane, &j->lane, file.n + JOB_OVERHEAD, LANE_NARROWING))
		return true;
	job_destroy(b->pool, &j);
	return false;
}

static const char *
bucket(uint64_t n)
{
	return n == 0 ? "0" : n < 10 ? "1-9" : n < 100 ? "10-99" : "100+";
}

static void
status_member(struct broker *b, const char *member, struct buf *text)
{
	uint64_t heard = broker_link_heard(b->link, member);
	uint64_t now = clock_ms();
	struct member_view m;

	if (!members_get(b->members, member, &m)) {
		buf_printf(text, "member\tunknown\nresult\tCRITICAL\n");
		return;
	}
	buf_printf(text, "member\t%s\n", member);
	buf_printf(text, "standing\t%s\n", m.barred ?
	    "suspended or revoked" : now >= m.valid_until ? "expired" :
	    "good");
	buf_printf(text, "certificate\t%" PRIu64 " days left\n",
	    now >= m.valid_until ? 0 : (uint64_t)((m.valid_until - now) /
	    CLOCK_DAY_MS));
	if (heard == 0)
		buf_printf(text, "heard\tnot since the broker started\n");
	else
		buf_printf(text, "heard\t%" PRIu64 " s ago\n",
		    (clock_boot_ms() - heard) / 1000);
	buf_printf(text, "result\t%s\n", m.barred || now >= m.valid_until ?
	    "CRITICAL" : m.valid_until - now < 60 * CLOCK_DAY_MS ?
	    "WARNING" : "OK");
}

static void
operator_status(void *ctx, const char *member, struct buf *text)
{
	struct broker *b = ctx;
	const struct sequencer_status *s = sequencer_status(b->sequencer);
	bool stuck = clock_boot_ms() - s->last_batch_boot > STUCK_MS;

	if (member[0] != '\0') {
		status_member(b, member, text);
		return;
	}
	buf_printf(text, "broker\t%s, version %s, running %" PRIu64 " s\n",
	    b->config->member, WAYLEAVE_VERSION,
	    (clock_boot_ms() - b->started) / 1000);
	buf_printf(text, "ledger\t%" PRIu64 " entries signed\n", s->size);
	buf_printf(text, "agents\t%s connected\n", bucket(s->online));
	buf_printf(text, "disk\t%s\n", s->full ?
	    "nearly full: only withdrawals and stops" : "writable");
	buf_printf(text, "clock\t%s\n", s->clock_doubtful ?
	    "doubtful: only withdrawals and stops" : "trusted");
	buf_printf(text, "result\t%s\n", stuck ? "CRITICAL" :
	    s->full || s->clock_doubtful ? "CRITICAL" : "OK");
}

/* ---- what the sequencer hands out -------------------------------------- */

static void
outlet_send(void *ctx, const char *member, uint64_t session,
    struct buf *frame)
{
	struct broker *b = ctx;

	outq_put(b->outq, member, session, frame);
}

static void
outlet_local(void *ctx, int local, enum error_code worst, struct bytes text)
{
	struct broker *b = ctx;

	if (local >= 0)
		outq_put_local(b->outq, local, worst, text);
	else if (worst != ERR_NONE)
		log_error(44, "partnership", "wayleave-broker admit FILE",
		    "the partnership file was not admitted: %.*s",
		    (int)text.n, (const char *)text.data);
}

/* ---- start ------------------------------------------------------------- */

static enum error_code
load_partnership(struct broker *b, struct why *why)
{
	enum error_code e;

	b->arena = arena_create(8 * 1024 * 1024);
	if (b->arena == NULL)
		return ERR_NOMEM;
	e = partnership_load(b->arena, b->config->partnership, NULL,
	    &b->partnership, why);
	if (e != ERR_NONE)
		return e;
	if (strcmp(b->partnership.now.broker, b->config->member) == 0)
		return ERR_NONE;
	why_set(why, "%s: its broker is %s and this is %s",
	    b->config->partnership, b->partnership.now.broker,
	    b->config->member);
	return ERR_CONFIG;
}

static enum error_code
load_identity(struct broker *b, const struct cli *cli, struct why *why)
{
	const struct wire_partnership *p = &b->partnership.now;
	struct unlock *unlock = NULL;
	char path[PATH_LEN];
	enum error_code e;

	e = file_join(path, sizeof path, b->config->state_dir, "broker.keys");
	if (e == ERR_NONE)
		e = unlocking_open(cli, b->config->unlock,
		    b->config->unlock_command, b->config->unlock_credential,
		    &unlock, why);
	if (e == ERR_NONE)
		e = keyfile_read_identity(path, unlock, &b->identity, why);
	unlock_destroy(&unlock);
	if (e != ERR_NONE)
		return e;
	if (memcmp(b->identity->sign.public, p->broker_sign_key, WIRE_KEY) ==
	    0 && memcmp(b->identity->link.public, p->broker_link_key,
	    WIRE_KEY) == 0)
		return ERR_NONE;
	why_set(why, "%s: these are not the broker keys that the partnership "
	    "file names", path);
	return ERR_CONFIG;
}

static enum error_code
open_store(struct broker *b, struct why *why)
{
	enum error_code e;

	e = file_lock(b->config->state_dir, &b->lock, why);
	if (e == ERR_NONE)
		e = file_join(b->db_path, sizeof b->db_path,
		    b->config->state_dir, "ledger.db");
	if (e == ERR_NONE)
		e = file_join(b->ballast, sizeof b->ballast,
		    b->config->state_dir, "reserve");
	if (e == ERR_NONE)
		e = db_open(b->db_path, NULL, &b->db, why);
	if (e == ERR_NONE)
		e = store_open_sqlite(b->db, &b->store, why);
	return e;
}

/* Members from the ledger; the roots from the file until it has them. */
static enum error_code
open_members(struct broker *b)
{
	struct members_roots roots = { .has_duty = true };
	enum error_code e;

	e = members_create(&b->members);
	if (e != ERR_NONE)
		return e;
	roots.n = partnership_roots(&b->partnership.now, roots.root);
	memcpy(roots.duty, b->partnership.now.duty_key, WIRE_KEY);
	members_put_roots(b->members, &roots);
	return members_load(b->members, b->store);
}

static enum error_code
open_queues(struct broker *b, struct why *why)
{
	const struct operator_calls calls = {
		.admit = operator_admit, .status = operator_status, .ctx = b,
	};
	enum error_code e;

	b->pool = job_pool_create();
	b->lane = lane_create(LANE_SLOTS, LANE_RESERVED, LANE_BYTES,
	    LANE_RESERVED_BYTES);
	if (b->pool == NULL || b->lane == NULL)
		return ERR_NOMEM;
	e = outq_create(OUTQ_BYTES, &b->outq);
	if (e == ERR_NONE)
		e = cites_create(b->partnership.now.origin,
		    b->partnership.now.log_key, &b->cites);
	if (e == ERR_NONE)
		e = operator_create(b->config->operator_socket, &calls,
		    &b->operator, why);
	return e;
}

static enum error_code
open_link(struct broker *b, struct why *why)
{
	const struct broker_config *c = b->config;
	struct broker_link_config l = {
		.n_listen = 1, .key = &b->identity->link,
		.members = b->members, .lane = b->lane, .pool = b->pool,
		.outq = b->outq, .operator = b->operator,
		.clock = &clock_system,
		.max_sessions = (unsigned)c->max_sessions,
		.handshake_ms = (unsigned)c->handshake_seconds * 1000,
		.max_frame = (size_t)c->max_message_kib * 1024,
	};
	enum error_code e;

	e = broker_config_address(c->listen, b->listen[0],
	    sizeof b->listen[0]);
	l.listen[0] = b->listen[0];
	if (e == ERR_NONE && c->listen_also[0] != '\0') {
		e = broker_config_address(c->listen_also, b->listen[1],
		    sizeof b->listen[1]);
		l.listen[l.n_listen++] = b->listen[1];
	}
	if (e == ERR_NONE)
		e = broker_link_create(&l, &b->link, why);
	return e == ERR_NONE ? broker_link_selftest(b->link, why) : e;
}

static enum error_code
open_sequencer(struct broker *b, bool clock_is_right, struct why *why)
{
	const struct broker_config *c = b->config;
	struct sequencer_config s = {
		.partnership = b->partnership.id,
		.origin = b->partnership.now.origin, .member = c->member,
		.key = &b->identity->sign, .store = b->store, .db = b->db,
		.clock = &clock_system, .members = b->members,
		.cites = b->cites, .pool = b->pool, .lane = b->lane,
		.signing = { .sign = sign_client_sign },
		.outlet = { .send = outlet_send, .local = outlet_local,
		    .ctx = b },
		.refusals_per_minute = (unsigned)c->refusals_per_minute,
		.stops_per_minute = (unsigned)c->stops_per_minute,
		.room_mib = (unsigned)c->room_mib,
		.max_pages = (uint64_t)c->max_mib * 1024 * 1024 / DB_PAGE,
		.ballast = c->reserve_mib > 0 ? b->ballast : NULL,
		.ballast_bytes = (uint64_t)c->reserve_mib * 1024 * 1024,
		.clock_confirmed = clock_is_right,
	};
	enum error_code e;

	e = sign_client_create(c->signer, s.origin,
	    b->partnership.now.log_key, &b->signer, why);
	s.signing.ctx = b->signer;
	return e == ERR_NONE ? sequencer_create(&s, &b->sequencer, why) : e;
}

/* What the partnership file says and the ledger does not know yet. */
static enum error_code
enter_partnership(struct broker *b, struct why *why)
{
	const struct wire_partnership *p = NULL;
	struct record_file file;
	struct member_view m;
	enum error_code e;
	struct buf out;

	e = store_partnership(b->store, &p);
	if (e != ERR_NONE && e != ERR_NOTFOUND)
		return e;
	if (e == ERR_NONE && p != NULL &&
	    p->serial >= b->partnership.now.serial &&
	    members_get(b->members, b->config->member, &m))
		return ERR_NONE;
	e = record_file_load(b->arena, b->config->partnership, &file, why);
	if (e != ERR_NONE)
		return e;
	buf_init(&out, RECORD_FILE_MAX);
	e = wire_record_file_encode(&file, &out);
	if (e == ERR_NONE && !operator_admit(b, -1, buf_view(&out)))
		e = ERR_NOMEM;
	buf_free(&out);
	return e;
}

/* ---- threads ----------------------------------------------------------- */

static void *
verify_thread(void *arg)
{
	verifier_run(arg);
	return NULL;
}

/*
 * Nothing of a batch that failed was answered; what is on the disk decides
 * what stands, so the process ends at once and starts again from there.
 */
static void *
sequence_thread(void *arg)
{
	struct broker *b = arg;

	if (sequencer_run(b->sequencer) != ERR_NONE)
		_exit(CLI_FAULT);
	b->sequenced = true;
	return NULL;
}

static enum error_code
start_threads(struct broker *b)
{
	struct verify_shared shared = {
		.partnership = b->partnership.id, .members = b->members,
		.cites = b->cites, .lane = b->lane,
	};
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	enum error_code e;

	b->n_verifiers = b->config->verifiers > 0 ?
	    (unsigned)b->config->verifiers : cores > 0 ? (unsigned)cores : 1;
	if (b->n_verifiers > VERIFIERS_MAX)
		b->n_verifiers = VERIFIERS_MAX;
	for (unsigned i = 0; i < b->n_verifiers; i++) {
		e = verifier_create(&shared, &b->verifier[i]);
		if (e != ERR_NONE)
			return e;
		if (pthread_create(&b->verifier_thread[i], NULL,
		    verify_thread, b->verifier[i]) != 0)
			return ERR_NOMEM;
		b->n_threads++;
	}
	if (pthread_create(&b->sequencer_thread, NULL, sequence_thread, b) !=
	    0)
		return ERR_NOMEM;
	b->sequencing = true;
	return ERR_NONE;
}

/* Answers what was taken in, then ends. */
static void
stop_threads(struct broker *b)
{
	struct timespec nap = { .tv_nsec = 2 * 1000 * 1000 };

	lane_close(b->lane);
	while (b->sequencing && !b->sequenced) {
		broker_link_flush(b->link);
		(void)nanosleep(&nap, NULL);
	}
	if (b->sequencing)
		(void)pthread_join(b->sequencer_thread, NULL);
	for (unsigned i = 0; i < b->n_threads; i++)
		(void)pthread_join(b->verifier_thread[i], NULL);
	broker_link_flush(b->link);
	broker_link_linger(b->link, LINGER_MS);
}

/* ---- life -------------------------------------------------------------- */

static void
close_all(struct broker *b)
{
	broker_link_destroy(&b->link);
	operator_destroy(&b->operator);
	sequencer_destroy(&b->sequencer);
	sign_client_destroy(&b->signer);
	for (unsigned i = 0; i < VERIFIERS_MAX; i++)
		verifier_destroy(&b->verifier[i]);
	outq_destroy(&b->outq);
	lane_destroy(&b->lane);
	job_pool_destroy(&b->pool);
	cites_destroy(&b->cites);
	members_destroy(&b->members);
	store_close(&b->store);
	db_close(&b->db);
	file_unlock(&b->lock);
	identity_destroy(&b->identity);
	arena_destroy(&b->arena);
}

static enum error_code
open_all(struct broker *b, const struct cli *cli, struct why *why)
{
	enum error_code e;

	e = load_partnership(b, why);
	if (e == ERR_NONE)
		e = load_identity(b, cli, why);
	if (e == ERR_NONE)
		e = open_store(b, why);
	if (e == ERR_NONE)
		e = open_members(b);
	if (e == ERR_NONE)
		e = open_queues(b, why);
	if (e == ERR_NONE)
		e = open_sequencer(b, cli_flag(cli, "clock-is-right"), why);
	if (e == ERR_NONE)
		e = open_link(b, why);
	if (e == ERR_NONE)
		e = enter_partnership(b, why);
	if (e == ERR_NONE)
		e = sandbox_enter(SANDBOX_DAEMON, why);
	return e == ERR_NONE ? start_threads(b) : e;
}

/* The service manager hears from us as long as batches are made. */
static void
watchdog(struct broker *b)
{
	uint64_t boot = clock_boot_ms();

	if (boot - b->watchdog < WATCHDOG_MS || boot -
	    sequencer_status(b->sequencer)->last_batch_boot > STUCK_MS)
		return;
	b->watchdog = boot;
	notify("WATCHDOG=1");
}

static int
signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
		return -1;
	(void)signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static enum error_code
loop(struct broker *b, int stop_fd)
{
	enum error_code e = ERR_NONE;
	bool stop = false;

	notify("READY=1");
	while (e == ERR_NONE && !stop) {
		e = broker_link_turn(b->link, stop_fd, 1000, &stop);
		watchdog(b);
	}
	notify("STOPPING=1");
	return e;
}

int
serve_run(struct cli *cli, const struct broker_config *c)
{
	struct broker *b = calloc(1, sizeof *b);
	struct why why = { "" };
	enum error_code e = ERR_NOMEM;
	int stop_fd = -1;

	if (b == NULL)
		return cli_fail_error(cli, e, "start", NULL);
	b->config = c;
	b->lock = -1;
	b->started = clock_boot_ms();
	log_open("wayleave-broker");
	e = sandbox_harden(&why);
	if (e == ERR_NONE)
		e = keys_init(&why);
	if (e == ERR_NONE && (stop_fd = signals()) == -1)
		e = ERR_IO;
	if (e == ERR_NONE)
		e = open_all(b, cli, &why);
	if (e == ERR_NONE)
		e = loop(b, stop_fd);
	if (b->lane != NULL && b->link != NULL)
		stop_threads(b);
	close_all(b);
	if (stop_fd != -1)
		(void)close(stop_fd);
	free(b);
	return e == ERR_NONE ? CLI_DONE :
	    cli_fail_error(cli, e, "run", &why);
}
