#include "broker/signer.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sodium.h>

#include "base/fault.h"
#include "base/file.h"
#include "base/local.h"
#include "base/log.h"

/*
 * A slot: magic (16), turn u64, SHA-256 of origin and log key (32), edge
 * length u32, edge, zeros, SHA-256 of all that (last 32 bytes).  The turn
 * only grows: the whole slot with the higher one is the state.
 */
enum {
	SLOT_MAGIC = 16,
	SLOT_LEDGER = 32,
	SLOT_SUM = 32,
	SLOT_HEAD = SLOT_MAGIC + 8 + SLOT_LEDGER + 4,
};
static const uint8_t slot_magic[SLOT_MAGIC + 1] = "wayleave signer1";

_Static_assert(SLOT_HEAD + EDGE_BYTES_MAX + SLOT_SUM <= SIGNER_SLOT,
    "the largest edge fits a slot");

struct signer {
	int fd;
	uint64_t turn;
	bool dead;                      /* the disk failed: no more answers */
	const uint8_t *secret;
	uint8_t ledger[SLOT_LEDGER];
	char origin[NOTE_NAME_MAX + 1];
	struct edge edge;
};

/* Which ledger a state belongs to: origin and key, so that files cannot be
 * mixed up between two partnerships on one machine. */
static void
ledger_id(const char *origin, const uint8_t public[static NOTE_PUBLIC_BYTES],
    uint8_t out[static SLOT_LEDGER])
{
	crypto_hash_sha256_state st;

	crypto_hash_sha256_init(&st);
	crypto_hash_sha256_update(&st, public, NOTE_PUBLIC_BYTES);
	crypto_hash_sha256_update(&st, (const uint8_t *)origin,
	    strlen(origin));
	crypto_hash_sha256_final(&st, out);
}

static void
slot_encode(uint64_t turn, const uint8_t ledger[static SLOT_LEDGER],
    const struct edge *e, uint8_t out[static SIGNER_SLOT])
{
	uint8_t *p = out;

	memset(out, 0, SIGNER_SLOT);
	memcpy(p, slot_magic, SLOT_MAGIC);
	p += SLOT_MAGIC;
	put_be64(p, turn);
	p += 8;
	memcpy(p, ledger, SLOT_LEDGER);
	p += SLOT_LEDGER;
	put_be32(p, (uint32_t)edge_bytes(e));
	p += 4;
	edge_encode(e, p);
	crypto_hash_sha256(out + SIGNER_SLOT - SLOT_SUM, out,
	    SIGNER_SLOT - SLOT_SUM);
}

/* False: torn, never written, or not ours. */
static bool
slot_decode(const uint8_t in[static SIGNER_SLOT], uint64_t *turn,
    uint8_t ledger[static SLOT_LEDGER], struct edge *e)
{
	uint8_t sum[SLOT_SUM];
	uint32_t n;

	crypto_hash_sha256(sum, in, SIGNER_SLOT - SLOT_SUM);
	if (memcmp(sum, in + SIGNER_SLOT - SLOT_SUM, SLOT_SUM) != 0)
		return false;
	if (memcmp(in, slot_magic, SLOT_MAGIC) != 0)
		return false;
	*turn = get_be64(in + SLOT_MAGIC);
	memcpy(ledger, in + SLOT_MAGIC + 8, SLOT_LEDGER);
	n = get_be32(in + SLOT_MAGIC + 8 + SLOT_LEDGER);
	if (n > EDGE_BYTES_MAX)
		return false;
	return edge_decode(bytes_of(in + SLOT_HEAD, n), e) == ERR_NONE;
}

enum error_code
signer_init(const char *path, const char *origin,
    const uint8_t public[static NOTE_PUBLIC_BYTES], const struct edge *start,
    struct why *why)
{
	uint8_t file[SIGNER_FILE] = { 0 }, ledger[SLOT_LEDGER];
	struct edge empty;

	edge_init(&empty);
	ledger_id(origin, public, ledger);
	slot_encode(1, ledger, start != NULL ? start : &empty, file);
	return file_write(path, file, sizeof file, 0600, FILE_NEW, why);
}

static enum error_code
read_file(int fd, uint8_t file[static SIGNER_FILE], struct why *why)
{
	struct stat st;
	size_t got = 0;
	ssize_t n;

	if (fstat(fd, &st) == -1 || st.st_size != SIGNER_FILE) {
		why_set(why, "the signer's state file is not %d bytes long",
		    SIGNER_FILE);
		return ERR_FORMAT;
	}
	while (got < SIGNER_FILE) {
		n = pread(fd, file + got, SIGNER_FILE - got, (off_t)got);
		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0) {
			why_set(why, "reading the signer's state: %s",
			    n == 0 ? "too short" : strerror(errno));
			return ERR_IO;
		}
		got += (size_t)n;
	}
	return ERR_NONE;
}

/* Takes the whole slot with the highest turn. */
static enum error_code
pick_slot(struct signer *s, const uint8_t file[static SIGNER_FILE],
    struct why *why)
{
	uint8_t ledger[SLOT_LEDGER];
	struct edge e;
	uint64_t turn;

	for (int i = 0; i < 2; i++) {
		if (!slot_decode(file + i * SIGNER_SLOT, &turn, ledger, &e))
			continue;
		if (memcmp(ledger, s->ledger, SLOT_LEDGER) != 0) {
			why_set(why, "the state file belongs to another "
			    "ledger or another log key");
			return ERR_FORMAT;
		}
		if (turn > s->turn) {
			s->turn = turn;
			s->edge = e;
		}
	}
	if (s->turn == 0) {
		why_set(why, "neither slot of the state file is whole");
		return ERR_FORMAT;
	}
	return ERR_NONE;
}

enum error_code
signer_open(const char *path, const char *origin,
    const uint8_t secret[static NOTE_SECRET_BYTES], struct signer **out,
    struct why *why)
{
	enum error_code e = ERR_NONE;
	struct signer *s = NULL;
	uint8_t file[SIGNER_FILE];

	*out = NULL;
	s = calloc(1, sizeof *s);
	if (s == NULL)
		return ERR_NOMEM;
	s->fd = -1;
	if (strlen(origin) > NOTE_NAME_MAX) {
		e = ERR_SIZE;
		goto out;
	}
	strcpy(s->origin, origin);
	s->secret = secret;
	/* libsodium's secret key ends with the public one */
	ledger_id(origin, secret + NOTE_SECRET_BYTES - NOTE_PUBLIC_BYTES,
	    s->ledger);
	s->fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (s->fd == -1) {
		why_set(why, "%s: %s", path, strerror(errno));
		e = errno == ENOENT ? ERR_NOTFOUND :
		    errno == EACCES ? ERR_DENIED : ERR_IO;
		goto out;
	}
	e = read_file(s->fd, file, why);
	if (e == ERR_NONE)
		e = pick_slot(s, file, why);
	if (e == ERR_NONE) {
		*out = s;
		s = NULL;
	}
out:
	signer_close(&s);
	return e;
}

void
signer_close(struct signer **s)
{
	if (*s == NULL)
		return;
	if ((*s)->fd != -1)
		(void)close((*s)->fd);
	free(*s);
	*s = NULL;
}

enum error_code
signer_look(const char *path, const char *origin,
    const uint8_t public[static NOTE_PUBLIC_BYTES], uint64_t *size,
    struct why *why)
{
	struct signer s = { .fd = -1 };
	enum error_code e;
	struct buf file;

	ledger_id(origin, public, s.ledger);
	buf_init(&file, SIGNER_FILE);
	e = file_read(path, FILE_NOFOLLOW, &file, why);
	if (e == ERR_NONE && file.n != SIGNER_FILE)
		e = ERR_FORMAT;
	if (e == ERR_NONE)
		e = pick_slot(&s, file.data, why);
	buf_free(&file);
	*size = s.edge.size;
	return e;
}

uint64_t
signer_size(const struct signer *s)
{
	return s->edge.size;
}

/* Overwrites the older slot and makes it durable. */
static enum error_code
keep(struct signer *s, const struct edge *e)
{
	uint8_t slot[SIGNER_SLOT];
	off_t at = (off_t)((s->turn + 1) % 2 == 1 ? 0 : SIGNER_SLOT);
	ssize_t n;

	slot_encode(s->turn + 1, s->ledger, e, slot);
	if (fault_point("signer-before-write") != ERR_NONE)
		return ERR_IO;
	do {
		n = pwrite(s->fd, slot, sizeof slot, at);
	} while (n == -1 && errno == EINTR);
	if (n != (ssize_t)sizeof slot)
		return ERR_IO;
	if (fault_point("signer-before-sync") != ERR_NONE)
		return ERR_IO;
	if (fdatasync(s->fd) == -1)
		return ERR_IO;
	if (fault_point("signer-after-sync") != ERR_NONE)
		return ERR_IO;
	s->turn++;
	return ERR_NONE;
}

static enum error_code
append_leaves(struct edge *e, struct bytes leaves)
{
	struct hash h;
	size_t i;

	for (i = 0; i < leaves.n / HASH_BYTES; i++) {
		memcpy(h.b, leaves.data + i * HASH_BYTES, HASH_BYTES);
		if (edge_append(e, &h) != ERR_NONE)
			return ERR_SIZE;
	}
	return ERR_NONE;
}

enum error_code
signer_answer(struct signer *s, const struct sign_request *q,
    struct sign_answer *a)
{
	enum error_code e;
	struct checkpoint c;
	struct edge next = s->edge;
	struct hash root;

	memset(a, 0, sizeof *a);
	edge_root(&s->edge, &root);
	a->size = s->edge.size;
	memcpy(a->root, root.b, HASH_BYTES);
	if (s->dead) {
		a->code = SIGNER_FAILED;
		return ERR_IO;
	}
	if (q->leaves.n % HASH_BYTES != 0) {
		a->code = SIGNER_BAD;
		return ERR_NONE;
	}
	if (q->leaves.n > 0 && q->from != s->edge.size) {
		a->code = SIGNER_NOT_NEXT;
		return ERR_NONE;
	}
	if (append_leaves(&next, q->leaves) != ERR_NONE) {
		a->code = SIGNER_BAD;
		return ERR_NONE;
	}
	if (q->leaves.n > 0) {
		e = keep(s, &next);
		if (e != ERR_NONE) {
			s->dead = true;
			a->code = SIGNER_FAILED;
			return e;
		}
		s->edge = next;
	}
	edge_root(&s->edge, &c.root);
	c.size = s->edge.size;
	e = checkpoint_sign(s->origin, &c, s->secret);
	if (e != ERR_NONE) {
		a->code = SIGNER_FAILED;
		return e;
	}
	a->size = c.size;
	memcpy(a->root, c.root.b, HASH_BYTES);
	memcpy(a->signature, c.signature, sizeof a->signature);
	return ERR_NONE;
}

enum error_code
signer_message(struct signer *s, struct bytes in, struct buf *out)
{
	enum error_code e, coded;
	struct sign_request q = { 0 };
	struct sign_answer a = { 0 };
	struct arena *arena;

	arena = arena_create((size_t)4 * LOCAL_MAX);
	if (arena == NULL)
		return ERR_NOMEM;
	e = ERR_NONE;
	if (wire_sign_request_decode(arena, in, &q, NULL) != ERR_NONE)
		a.code = SIGNER_BAD;
	else
		e = signer_answer(s, &q, &a);
	coded = wire_sign_answer_encode(&a, out);
	arena_destroy(&arena);
	return e != ERR_NONE ? e : coded;
}

/* ---- serving ----------------------------------------------------------- */

/* One connection until it ends or `stop`; ERR_CLOSED when it merely ends. */
static enum error_code
serve_one(struct signer *s, int fd, int stop)
{
	enum error_code e = ERR_NONE;
	struct pollfd p[2] = {
		{ .fd = fd, .events = POLLIN },
		{ .fd = stop, .events = POLLIN },
	};
	uint8_t *in;
	struct buf out;
	size_t n;

	buf_init(&out, LOCAL_MAX);
	in = malloc(LOCAL_MAX);
	if (in == NULL)
		return ERR_NOMEM;
	while (e == ERR_NONE) {
		if (poll(p, 2, -1) == -1 && errno != EINTR) {
			e = ERR_IO;
			break;
		}
		if (p[1].revents != 0)
			break;
		if (p[0].revents == 0)
			continue;
		e = local_recv(fd, in, LOCAL_MAX, &n, NULL, 0);
		if (e == ERR_BUSY) {
			e = ERR_NONE;
			continue;
		}
		if (e != ERR_NONE) {
			/* gone or talking nonsense: wait for the next */
			e = ERR_CLOSED;
			break;
		}
		buf_clear(&out);
		e = signer_message(s, bytes_of(in, n), &out);
		if (e == ERR_NONE && fault_point("signer-before-answer") !=
		    ERR_NONE)
			e = ERR_IO;
		if (e == ERR_NONE && local_send(fd, out.data, out.n, -1,
		    5000) != ERR_NONE)
			e = ERR_CLOSED;
	}
	free(in);
	buf_free(&out);
	return e;
}

static bool
peer_heard(const struct local_peer *peer, unsigned uid)
{
	return peer->uid == uid || peer->uid == 0 || peer->uid == getuid();
}

enum error_code
signer_serve(struct signer *s, int listener, int stop, unsigned uid)
{
	enum error_code e = ERR_NONE;
	struct pollfd p[2] = {
		{ .fd = listener, .events = POLLIN },
		{ .fd = stop, .events = POLLIN },
	};
	struct local_peer peer;
	int fd;

	for (;;) {
		if (poll(p, 2, -1) == -1 && errno != EINTR)
			return ERR_IO;
		if (p[1].revents != 0)
			return ERR_NONE;
		if (p[0].revents == 0)
			continue;
		if (local_accept(listener, &fd, &peer) != ERR_NONE)
			continue;
		if (peer_heard(&peer, uid))
			e = serve_one(s, fd, stop);
		else
			log_warning(40, "sign", "run the broker as the user "
			    "named in signer.conf", "a stranger connected");
		local_close(&fd);
		if (e != ERR_NONE && e != ERR_CLOSED)
			return e;
	}
}
