#include "agent/consent/signing.h"

#include <signal.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/local.h"
#include "base/log.h"
#include "base/sandbox.h"
#include "keys/secret.h"
#include "ledger/record.h"

enum {
	QUEUE = 16,
	PASSWORDS = QUEUE / 2,      /* of them at most */
	SEND_MS = 5000,             /* the child reads at once */
	FIRST_FD = 3,
	CHEAP_BYTES = 64 * 1024,
};

/* What goes to the child: this, then n packets of record bytes. */
struct ask {
	struct signing_request q;
	enum kdf_cost cost;
	bool cheap;
};

struct job {
	struct signing_request q;
	struct buf records;         /* u32 length ‖ bytes, n times */
	signing_done *done;         /* NULL: forgotten */
	void *ctx;
};

struct signing {
	int control;                /* to the parent of the children */
	int fd;                     /* to the child at work, -1 none */
	enum kdf_cost cost;
	bool cheap;                 /* tokens, in tests */
	struct job job[QUEUE];      /* job[0] is at work when fd >= 0 */
	unsigned n;
};

/* ---- the work ---------------------------------------------------------- */

/* "wayleave/1 bundle\n" ‖ 1 ‖ root; a tree of one leaf is that leaf. */
static void
sign_one(const struct sign_pair *pair, struct bytes record,
    uint8_t signature[static KEY_SIGNATURE])
{
	static const char head[] = "wayleave/1 bundle\n";
	uint8_t text[sizeof head - 1 + 4 + HASH_BYTES];
	struct hash leaf;

	tree_leaf(record, &leaf);
	memcpy(text, head, sizeof head - 1);
	put_be32(text + sizeof head - 1, 1);
	memcpy(text + sizeof head - 1 + 4, leaf.b, HASH_BYTES);
	identity_sign(pair, bytes_of(text, sizeof text), signature);
}

static enum error_code
work_sign(const struct signing_request *q, const struct bytes *record,
    struct signing_result *out)
{
	struct sign_pair *pair = NULL;
	enum error_code err;

	err = consent_open(bytes_of(q->sealed, sizeof q->sealed), &q->pass,
	    q->store, &pair, NULL);
	if (err != ERR_NONE)
		return err;
	memcpy(out->public, pair->public, KEY_PUBLIC);
	for (unsigned i = 0; i < q->n; i++)
		sign_one(pair, record[i], out->signature[i]);
	out->n = q->n;
	identity_sign_destroy(&pair);
	return ERR_NONE;
}

static enum error_code
work_token(const struct signing_request *q, bool cheap,
    struct signing_result *out)
{
	enum error_code err = ERR_NONE;

	for (unsigned i = 0; i < q->n && err == ERR_NONE; i++)
		err = cheap ? phrase_token_at(&q->phrase[i], q->first_root, 1,
		    CHEAP_BYTES, out->token[i]) :
		    phrase_token(&q->phrase[i], q->first_root,
		    out->token[i]);
	out->n = q->n;
	return err;
}

static enum error_code
work_password(const struct signing_request *q, bool cheap,
    struct signing_result *out)
{
	return cheap ? kdf_argon2id(q->password, q->n, q->salt, 1,
	    CHEAP_BYTES, out->key) : kdf_derive((enum kdf_cost)q->cost,
	    q->password, q->n, q->salt, out->key);
}

void
signing_work(const struct signing_request *q, enum kdf_cost cost,
    bool cheap, const struct bytes *record, struct signing_result *out)
{
	memset(out, 0, sizeof *out);
	switch (q->what) {
	case SIGNING_CREATE:
		out->error = consent_create(&q->pass, q->store, cost,
		    out->public, out->sealed, NULL);
		break;
	case SIGNING_SIGN:
		out->error = work_sign(q, record, out);
		break;
	case SIGNING_TOKEN:
		out->error = work_token(q, cheap, out);
		break;
	case SIGNING_PASSWORD:
		out->error = work_password(q, cheap, out);
		break;
	default:
		out->error = ERR_FORMAT;
	}
}

/* ---- the child --------------------------------------------------------- */

static bool
sizes_fit(const struct signing_request *q)
{
	switch (q->what) {
	case SIGNING_CREATE:
		return q->n == 0;
	case SIGNING_SIGN:
		return q->n >= 1 && q->n <= SIGNING_RECORDS;
	case SIGNING_TOKEN:
		return q->n >= 1 && q->n <= SIGNING_PHRASES;
	case SIGNING_PASSWORD:
		return q->n >= 1 && q->n <= SIGNING_PASSWORD_MAX;
	}
	return false;
}

/* All records, each into memory of its own. */
static enum error_code
child_records(int fd, unsigned n, struct bytes *record)
{
	for (unsigned i = 0; i < n; i++) {
		uint8_t *room = malloc(RECORD_BYTES_MAX);
		enum error_code err;

		if (room == NULL)
			return ERR_NOMEM;
		record[i].data = room;
		err = local_recv(fd, room, RECORD_BYTES_MAX, &record[i].n,
		    NULL, SEND_MS);
		if (err != ERR_NONE)
			return err;
	}
	return ERR_NONE;
}

/*
 * Reads, works, answers.  Whatever it holds is gone with it, so it frees
 * nothing; ending is its wiping.
 */
static enum error_code
child(int fd)
{
	static struct ask ask;
	static struct signing_result result;
	struct bytes record[SIGNING_RECORDS];
	size_t n;
	enum error_code err;

	err = local_recv(fd, &ask, sizeof ask, &n, NULL, SEND_MS);
	if (err == ERR_NONE && (n != sizeof ask || !sizes_fit(&ask.q)))
		err = ERR_FORMAT;
	if (err == ERR_NONE && ask.q.what == SIGNING_SIGN)
		err = child_records(fd, ask.q.n, record);
	if (err != ERR_NONE)
		return err;
	signing_work(&ask.q, ask.cost, ask.cheap, record, &result);
	err = local_send(fd, &result, sizeof result, -1, SEND_MS);
	sodium_memzero(&ask, sizeof ask);
	sodium_memzero(&result, sizeof result);
	return err;
}

static _Noreturn void
child_main(int control, int fd)
{
	struct why why = { "" };
	enum error_code err;

	close(control);
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	(void)alarm(SIGNING_SECONDS);
	err = keys_init(&why);
	if (err == ERR_NONE)
		err = sandbox_enter(SANDBOX_SIGNING, &why);
	if (err == ERR_NONE)
		err = child(fd);
	_exit(err == ERR_NONE ? 0 : 1);
}

/* ---- its parent -------------------------------------------------------- */

/* Waits for sockets and forks; knows no secret and opens nothing. */
static _Noreturn void
parent_main(int control)
{
	uint8_t byte;
	size_t n;
	int fd;

	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGCHLD, SIG_IGN);   /* nobody waits for the children */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	while (local_recv(control, &byte, 1, &n, &fd, -1) == ERR_NONE) {
		if (fd < 0)
			continue;
		if (fork() == 0)
			child_main(control, fd);
		close(fd);
	}
	_exit(0);
}

enum error_code
signing_create(struct signing **out, struct why *why)
{
	struct signing *s = calloc(1, sizeof *s);
	int pair[2] = { -1, -1 };
	pid_t pid;

	*out = NULL;
	if (s == NULL)
		return ERR_NOMEM;
	s->fd = s->control = -1;
	s->cost = KDF_MODERATE;
	if (local_pair(pair) != ERR_NONE || (pid = fork()) < 0) {
		why_set(why, "the signing process cannot be started");
		local_close(&pair[0]);
		local_close(&pair[1]);
		free(s);
		return ERR_IO;
	}
	if (pid == 0) {
		int control = pair[1] == FIRST_FD ? FIRST_FD :
		    dup2(pair[1], FIRST_FD);

		if (control == FIRST_FD)
			(void)close_range(FIRST_FD + 1, ~0u, 0);
		parent_main(control);
	}
	local_close(&pair[1]);
	s->control = pair[0];
	*out = s;
	return ERR_NONE;
}

void
signing_set_cost(struct signing *s, enum kdf_cost cost)
{
	s->cost = cost;
}

void
signing_set_cheap(struct signing *s)
{
	s->cost = KDF_INTERACTIVE;
	s->cheap = true;
}

/* ---- requests ---------------------------------------------------------- */

static void
free_job(struct job *j)
{
	buf_free(&j->records);
	sodium_memzero(j, sizeof *j);
}

void
signing_destroy(struct signing **s)
{
	if (s == NULL || *s == NULL)
		return;
	for (unsigned i = 0; i < (*s)->n; i++)
		free_job(&(*s)->job[i]);
	local_close(&(*s)->fd);
	local_close(&(*s)->control);
	sodium_memzero(*s, sizeof **s);
	free(*s);
	*s = NULL;
}

static enum error_code
send_job(int fd, const struct signing *s, struct job *j)
{
	struct ask ask;
	struct bytes all = buf_view(&j->records);
	enum error_code err;
	uint32_t n;
	const uint8_t *at;

	/* padding too: nothing undefined goes through the socket */
	memset(&ask, 0, sizeof ask);
	ask.q = j->q;
	ask.cost = s->cost;
	ask.cheap = s->cheap;
	err = local_send(fd, &ask, sizeof ask, -1, SEND_MS);
	sodium_memzero(&ask, sizeof ask);
	while (err == ERR_NONE && bytes_take_u32(&all, &n) &&
	    bytes_take(&all, n, &at))
		err = local_send(fd, at, n, -1, SEND_MS);
	return err;
}

/* A new child for job[0]; on error there is none. */
static enum error_code
start_first(struct signing *s)
{
	static const uint8_t byte = 1;
	int pair[2];
	enum error_code err = local_pair(pair);

	if (err != ERR_NONE)
		return err;
	err = local_send(s->control, &byte, 1, pair[1], SEND_MS);
	local_close(&pair[1]);
	if (err == ERR_NONE)
		err = send_job(pair[0], s, &s->job[0]);
	if (err != ERR_NONE)
		local_close(&pair[0]);
	s->fd = pair[0];
	return err;
}

/* Takes job[0] off the queue and tells its result. */
static void
finish_first(struct signing *s, struct signing_result *r)
{
	struct job j = s->job[0];

	local_close(&s->fd);
	s->n--;
	memmove(s->job, s->job + 1, s->n * sizeof s->job[0]);
	memset(&s->job[s->n], 0, sizeof s->job[0]);
	if (j.done != NULL)
		j.done(j.ctx, r);
	free_job(&j);
	sodium_memzero(r, sizeof *r);
}

static void
start_next(struct signing *s)
{
	struct signing_result lost = { .error = ERR_CLOSED };

	while (s->n > 0 && s->fd < 0 && start_first(s) != ERR_NONE) {
		log_error(60, "signing", "start the agent again",
		    "the signing process does not answer");
		lost.error = ERR_CLOSED;
		finish_first(s, &lost);
	}
}

static enum error_code
pack_records(struct job *j, const struct bytes *record)
{
	buf_init(&j->records, SIGNING_RECORDS * (RECORD_BYTES_MAX + 4));
	for (unsigned i = 0; j->q.what == SIGNING_SIGN && i < j->q.n; i++) {
		if (record[i].n == 0 || record[i].n > RECORD_BYTES_MAX)
			return ERR_SIZE;
		buf_put_u32(&j->records, (uint32_t)record[i].n);
		buf_put(&j->records, record[i].data, record[i].n);
	}
	return buf_ok(&j->records) ? ERR_NONE : ERR_NOMEM;
}

/* What stops comes before what permits, and both before who signs in. */
static unsigned
rank(enum signing_what what)
{
	return what == SIGNING_TOKEN ? 0 : what == SIGNING_PASSWORD ? 2 : 1;
}

/* Where it goes in: behind its like, but never before the job at work. */
static unsigned
place_of(const struct signing *s, enum signing_what what)
{
	unsigned at = s->fd >= 0 ? 1 : 0;

	while (at < s->n && rank(s->job[at].q.what) <= rank(what))
		at++;
	return at;
}

static unsigned
count(const struct signing *s, enum signing_what what)
{
	unsigned n = 0;

	for (unsigned i = 0; i < s->n; i++)
		n += s->job[i].q.what == what;
	return n;
}

enum error_code
signing_start(struct signing *s, const struct signing_request *q,
    const struct bytes *record, signing_done *done, void *ctx)
{
	struct job j = { .q = *q, .done = done, .ctx = ctx };
	unsigned at;
	enum error_code err;

	if (!sizes_fit(q))
		return ERR_SIZE;
	if (s->n == QUEUE || (q->what == SIGNING_PASSWORD &&
	    count(s, SIGNING_PASSWORD) >= PASSWORDS))
		return ERR_BUSY;
	err = pack_records(&j, record);
	if (err != ERR_NONE) {
		free_job(&j);
		return err;
	}
	at = place_of(s, q->what);
	memmove(s->job + at + 1, s->job + at, (s->n - at) * sizeof j);
	s->job[at] = j;
	s->n++;
	sodium_memzero(&j, sizeof j);
	/* a start that fails is told from signing_ready, never from here */
	if (s->fd < 0 && start_first(s) != ERR_NONE) {
		struct job *mine = &s->job[at];

		free_job(mine);
		s->n--;
		memmove(mine, mine + 1, (s->n - at) * sizeof *mine);
		return ERR_CLOSED;
	}
	return ERR_NONE;
}

void
signing_forget(struct signing *s, void *ctx)
{
	for (unsigned i = 0; s != NULL && i < s->n; i++)
		if (s->job[i].ctx == ctx)
			s->job[i].done = NULL;
}

int
signing_fd(const struct signing *s)
{
	return s != NULL ? s->fd : -1;
}

void
signing_ready(struct signing *s)
{
	struct signing_result r;
	size_t n;
	enum error_code err;

	if (s == NULL || s->fd < 0)
		return;
	err = local_recv(s->fd, &r, sizeof r, &n, NULL, 0);
	if (err == ERR_BUSY)
		return;
	if (err != ERR_NONE || n != sizeof r) {
		memset(&r, 0, sizeof r);
		r.error = ERR_CLOSED;
	}
	finish_first(s, &r);
	start_next(s);
}
