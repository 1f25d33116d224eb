#include "audit/fetch.h"

#include <poll.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/link.h"

enum {
	ARENA = 8 * 1024 * 1024,
	PAGE = WIRE_ROWS_MAX,
	ROUNDS = 8,                 /* how often a growing ledger is followed */
	TRIES = 3,                  /* connections */
	TURN_MS = 100,
	PROGRESS_MS = 5000,
	HELLO_ID = 1,
	BUSY_MS = 5000,             /* the longest that is waited for a busy one */
};

/* What a welcome says when there will be no connection for us. */
enum { WELCOME_NOT = WELCOME_HELLO | WELCOME_FORK | WELCOME_LOST };

struct fetching {
	const struct fetch_config *c;
	struct mirror *m;
	struct fetched *out;
	struct why *why;
	struct link *link;
	struct arena *arena;
	struct checkpoint head;     /* the newest shown, verified */
	uint64_t ask;               /* id of the question asked last */
	unsigned replies;           /* on this connection */
	bool at_commit;             /* what failed is the whole, not a part */
	uint64_t progress_boot;
	struct parcel p;            /* the reply, in the arena */
};

/* ---- the link ------------------------------------------------------------ */

static enum error_code
dial(struct fetching *f)
{
	const struct wire_partnership *p = &f->c->partnership->now;
	const char *address[WIRE_ADDRESSES_MAX];
	struct link_keys keys;
	enum error_code err;
	unsigned n = 0;

	if (f->c->broker[0] != '\0')
		address[n++] = f->c->broker;
	else
		for (; n < p->n_address; n++)
			address[n] = p->address[n];
	memcpy(keys.server, p->broker_link_key, LINK_KEY);
	memcpy(keys.public, f->c->identity->link.public, LINK_KEY);
	memcpy(keys.secret, f->c->identity->link.secret, LINK_KEY);
	err = link_create(address, n, &keys, WIRE_DOWN_MAX, &f->link, f->why);
	sodium_memzero(&keys, sizeof keys);
	return err;
}

/* Sends as soon as there is a connection that takes it. */
static enum error_code
send_up(struct fetching *f, const struct up *up, uint64_t until)
{
	const struct timespec nap = { .tv_nsec = 20 * 1000000 };
	struct buf frame;
	enum error_code err;

	buf_init(&frame, WIRE_UP_MAX);
	err = wire_up_encode(up, &frame);
	if (err == ERR_NONE)
		err = link_send(f->link, buf_view(&frame));
	while (err == ERR_BUSY && clock_boot_ms() < until) {
		nanosleep(&nap, NULL);
		err = link_send(f->link, buf_view(&frame));
	}
	buf_free(&frame);
	if (err == ERR_BUSY) {
		why_set(f->why, "the broker does not answer at its address");
		return ERR_OFFLINE;
	}
	return err;
}

static enum error_code
take_head(struct fetching *f)
{
	const struct wire_partnership *p = &f->c->partnership->now;
	struct checkpoint head = { .size = f->p.head.size };
	enum error_code err;

	memcpy(head.root.b, f->p.head.root, HASH_BYTES);
	memcpy(head.signature, f->p.head.signature, sizeof head.signature);
	if (f->head.size == head.size &&
	    hash_equal(&f->head.root, &head.root))
		return ERR_NONE;
	err = checkpoint_verify(p->origin, &head, p->log_key);
	if (err != ERR_NONE) {
		why_set(f->why, "the broker shows a checkpoint that the log "
		    "key did not sign");
		return err;
	}
	f->head = head;
	return ERR_NONE;
}

/* The next frame, decoded, its head verified; ERR_OFFLINE after `until`. */
static enum error_code
next_frame(struct fetching *f, uint64_t until)
{
	struct pollfd fd = { .fd = link_fd(f->link), .events = POLLIN };
	struct bytes frame;
	bool up, down;
	enum error_code err;

	while ((err = link_recv(f->link, &frame)) == ERR_NOTFOUND) {
		link_events(f->link, &up, &down);
		if (down || clock_boot_ms() >= until)
			return ERR_OFFLINE;
		(void)poll(&fd, 1, TURN_MS);
	}
	if (err != ERR_NONE)
		return err;
	arena_reset(f->arena);
	memset(&f->p, 0, sizeof f->p);
	err = wire_parcel_decode(f->arena, frame, &f->p, f->why);
	return err == ERR_NONE && f->p.has_head ? take_head(f) : err;
}

static uint64_t
deadline(const struct fetching *f)
{
	return clock_boot_ms() + f->c->timeout_ms;
}

/* No mail: this member reads the ledger and nothing else. */
static enum error_code
hello(struct fetching *f)
{
	struct up up = { .id = HELLO_ID, .has_hello = true };
	const uint64_t until = deadline(f);
	enum error_code err;

	up.hello.version = WIRE_VERSION;
	up.hello.time = clock_ms();
	err = send_up(f, &up, until);
	do {
		if (err == ERR_NONE)
			err = next_frame(f, until);
	} while (err == ERR_NONE && !f->p.has_welcome);
	if (err == ERR_OFFLINE)
		why_set(f->why, "the broker does not answer");
	if (err == ERR_NONE && (f->p.welcome.version & WELCOME_NOT) != 0) {
		why_set(f->why, "the broker turned this member away");
		err = ERR_OFFLINE;
	}
	return err;
}

/* The broker's link was full when the question came. */
static bool
busy(const struct fetching *f, uint32_t *ms)
{
	for (unsigned i = 0; i < f->p.n_answer; i++) {
		if (f->p.answer[i].id != f->ask ||
		    f->p.answer[i].status != STATUS_BUSY)
			continue;
		*ms = f->p.answer[i].after_ms;
		return true;
	}
	return false;
}

static enum error_code
wait_reply(struct fetching *f, const struct up *up, uint64_t until)
{
	struct timespec nap = { 0 };
	enum error_code err = ERR_NONE;
	uint32_t ms = 0;

	while (err == ERR_NONE &&
	    !(f->p.has_reply && f->p.reply.id == f->ask)) {
		err = next_frame(f, until);
		if (err != ERR_NONE)
			break;
		if (f->p.has_welcome &&
		    (f->p.welcome.version & WELCOME_REPLACED) != 0)
			return ERR_OFFLINE;
		if (!busy(f, &ms))
			continue;
		ms = ms > BUSY_MS ? BUSY_MS : ms;
		nap.tv_sec = ms / 1000;
		nap.tv_nsec = (long)(ms % 1000) * 1000000;
		nanosleep(&nap, NULL);
		err = send_up(f, up, until);
	}
	return err;
}

/* Asks for n entries from `from`; the reply is then in f->p.reply. */
static enum error_code
ask(struct fetching *f, uint64_t from, uint32_t n)
{
	struct up up = { .id = ++f->ask, .has_ask = true };
	const uint64_t until = deadline(f);
	enum error_code err;

	up.ask.what = ASK_ENTRIES;
	up.ask.from = from;
	up.ask.n = n;
	f->p.has_reply = false;
	err = send_up(f, &up, until);
	if (err == ERR_NONE)
		err = wait_reply(f, &up, until);
	if (err == ERR_OFFLINE)
		why_set(f->why, "the broker does not answer any more");
	if (err != ERR_NONE)
		return err;
	f->replies++;
	if (f->p.reply.code == REPLY_DENIED) {
		why_set(f->why, "the broker says that this member has not the "
		    "role of an auditor");
		return ERR_DENIED;
	}
	if (f->head.size > 0)
		return ERR_NONE;
	why_set(f->why, "the broker shows no checkpoint");
	return ERR_FORMAT;
}

/* ---- pages --------------------------------------------------------------- */

static void
progress(struct fetching *f, uint64_t have, uint64_t all)
{
	const uint64_t now = clock_boot_ms();

	if (f->c->progress == NULL || now - f->progress_boot < PROGRESS_MS)
		return;
	f->progress_boot = now;
	f->c->progress(f->c->ctx, have, all);
}

static enum error_code
add_rows(struct fetching *f, uint64_t at, uint64_t upto, uint64_t *next)
{
	const struct wire_reply *r = &f->p.reply;
	enum error_code err = ERR_NONE;

	for (unsigned i = 0; i < r->n_row && at < upto; i++) {
		const struct wire_row *w = &r->row[i];

		if (w->index != at) {
			why_set(f->why, "the broker sent entry %llu for %llu",
			    (unsigned long long)w->index,
			    (unsigned long long)at);
			return ERR_FORMAT;
		}
		err = mirror_add(f->m, w->commitment, w->has_body ? w->salt :
		    NULL, w->body, f->why);
		if (err != ERR_NONE)
			return err;
		at++;
	}
	*next = at;
	if (r->n_row == 0) {
		why_set(f->why, "the broker sent none of the entries it has");
		err = ERR_FORMAT;
	}
	return err;
}

static enum error_code
disagrees(struct fetching *f, const char *how)
{
	f->out->disagrees = true;
	f->out->shown = f->head;
	why_set(f->why, "%s", how);
	return ERR_PROOF;
}

/* Is what the broker shows at, or before, what is held? */
static enum error_code
not_longer(struct fetching *f)
{
	struct hash root;
	enum error_code err = mirror_root_at(f->m, f->head.size, &root);

	if (err != ERR_NONE)
		return err;
	if (!hash_equal(&root, &f->head.root))
		return disagrees(f, "the broker shows another ledger than the "
		    "one that is mirrored: there are two");
	return f->head.size == mirror_size(f->m) ? ERR_NONE :
	    disagrees(f, "the broker shows an older state of the ledger than "
	    "was mirrored: entries were taken back");
}

/* Everything up to the checkpoint `to`. */
static enum error_code
fetch_to(struct fetching *f, const struct checkpoint *to, bool resume)
{
	uint64_t at = mirror_size(f->m) + mirror_added(f->m), had = at;
	enum error_code err = ERR_NONE;

	if (resume) {
		err = mirror_resume(f->m, to->size, f->why);
		at = mirror_size(f->m) + mirror_added(f->m);
		f->out->resumed += at - had;
	}
	while (err == ERR_NONE && at < to->size) {
		err = ask(f, at, to->size - at < PAGE ?
		    (uint32_t)(to->size - at) : PAGE);
		if (err == ERR_NONE)
			err = add_rows(f, at, to->size, &at);
		progress(f, at, to->size);
	}
	f->at_commit = err == ERR_NONE;
	return err == ERR_NONE ? mirror_commit(f->m, to, f->why) : err;
}

/* One step: from what is held to what is shown now. */
static enum error_code
step(struct fetching *f)
{
	const struct checkpoint to = f->head;
	const uint64_t resumed = f->out->resumed;
	enum error_code err;

	if (to.size <= mirror_size(f->m))
		return not_longer(f);
	err = fetch_to(f, &to, true);
	/* what an earlier run left may be what does not hold */
	if (err == ERR_PROOF && f->at_commit && f->out->resumed > resumed)
		err = fetch_to(f, &to, false);
	if (err == ERR_PROOF && f->at_commit) {
		f->head = to;
		return disagrees(f, "what the broker sent and what is "
		    "mirrored do not make the ledger whose checkpoint it "
		    "shows");
	}
	return err;
}

static enum error_code
follow(struct fetching *f)
{
	enum error_code err;

	f->replies = 0;
	err = hello(f);
	if (err == ERR_NONE)
		err = ask(f, mirror_size(f->m), 1); /* brings a head */
	for (unsigned i = 0; i < ROUNDS && err == ERR_NONE; i++) {
		err = step(f);
		if (f->head.size <= mirror_size(f->m))
			break;
	}
	return err;
}

enum error_code
fetch_run(const struct fetch_config *config, struct mirror *m,
    struct fetched *out, struct why *why)
{
	struct fetching f = { .c = config, .m = m, .out = out, .why = why,
	    .ask = HELLO_ID };
	enum error_code err = ERR_OFFLINE;

	memset(out, 0, sizeof *out);
	out->before = out->after = mirror_size(m);
	f.arena = arena_create(ARENA);
	if (f.arena == NULL)
		return ERR_NOMEM;
	f.progress_boot = clock_boot_ms();
	for (unsigned i = 0; i < TRIES && err == ERR_OFFLINE; i++) {
		link_destroy(&f.link);
		err = dial(&f);
		if (err == ERR_NONE)
			err = follow(&f);
		if (f.replies == 0)
			break;      /* it is not there at all */
	}
	link_destroy(&f.link);
	arena_destroy(&f.arena);
	out->after = mirror_size(m);
	return err;
}
