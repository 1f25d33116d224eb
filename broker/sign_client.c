#include "broker/sign_client.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/local.h"
#include "base/log.h"
#include "broker/signer.h"

/* `from` without leaves says nothing; a message must not be empty. */
enum { WHERE = 1 };

struct sign_client {
	char path[256];
	char origin[NOTE_NAME_MAX + 1];
	uint8_t key[NOTE_PUBLIC_BYTES];
	int fd;
	bool known;             /* it has the log key: seen on this connection */
	struct arena *arena;
	struct buf out;
	uint8_t in[1024];
};

static void
nap(void)
{
	struct timespec t = { .tv_nsec = 50 * 1000 * 1000 };

	(void)nanosleep(&t, NULL);
}

static enum error_code
dial(struct sign_client *c, struct why *why)
{
	uint64_t until = clock_boot_ms() + SIGN_CLIENT_PATIENCE_MS;
	enum error_code e;

	local_close(&c->fd);
	c->known = false;
	do {
		e = local_connect(c->path, 1000, &c->fd, why);
		if (e == ERR_NONE || e == ERR_DENIED)
			return e;
		nap();
	} while (clock_boot_ms() < until);
	return e;
}

enum error_code
sign_client_create(const char *path, const char *origin,
    const uint8_t log_key[static NOTE_PUBLIC_BYTES], struct sign_client **out,
    struct why *why)
{
	struct sign_client *c = calloc(1, sizeof *c);
	enum error_code e = ERR_NOMEM;

	*out = NULL;
	if (c == NULL)
		return ERR_NOMEM;
	c->fd = -1;
	buf_init(&c->out, LOCAL_MAX);
	if (strlen(path) >= sizeof c->path ||
	    strlen(origin) >= sizeof c->origin) {
		e = ERR_SIZE;
		goto out;
	}
	strcpy(c->path, path);
	strcpy(c->origin, origin);
	memcpy(c->key, log_key, sizeof c->key);
	c->arena = arena_create(64 * 1024);
	if (c->arena != NULL)
		e = dial(c, why);
out:
	if (e != ERR_NONE)
		sign_client_destroy(&c);
	*out = c;
	return e;
}

void
sign_client_destroy(struct sign_client **c)
{
	if (*c == NULL)
		return;
	local_close(&(*c)->fd);
	buf_free(&(*c)->out);
	arena_destroy(&(*c)->arena);
	free(*c);
	*c = NULL;
}

/* One question, one answer, on the connection there is. */
static enum error_code
ask(struct sign_client *c, const struct sign_request *q,
    struct sign_answer *a)
{
	enum error_code e;
	size_t n;

	buf_clear(&c->out);
	e = wire_sign_request_encode(q, &c->out);
	if (e == ERR_NONE)
		e = local_send(c->fd, c->out.data, c->out.n, -1, 5000);
	if (e == ERR_NONE)
		e = local_recv(c->fd, c->in, sizeof c->in, &n, NULL,
		    SIGN_CLIENT_PATIENCE_MS);
	arena_reset(c->arena);
	if (e == ERR_NONE)
		e = wire_sign_answer_decode(c->arena, bytes_of(c->in, n), a,
		    NULL);
	return e;
}

static enum error_code
take(struct sign_client *c, const struct sign_answer *a,
    struct checkpoint *out)
{
	enum error_code e;

	if (a->code != SIGNER_OK)
		return a->code == SIGNER_NOT_NEXT ? ERR_PROOF : ERR_IO;
	out->size = a->size;
	memcpy(out->root.b, a->root, HASH_BYTES);
	memcpy(out->signature, a->signature, sizeof out->signature);
	/* every agent checks every one, and who is there does not change */
	if (c->known)
		return ERR_NONE;
	e = checkpoint_verify(c->origin, out, c->key);
	c->known = e == ERR_NONE;
	return e;
}

/*
 * After a lost connection: it stands before the leaves, then they are sent
 * again, or after them, then it has signed and signs the same again.
 */
static enum error_code
again(struct sign_client *c, const struct sign_request *q, size_t n,
    struct sign_answer *a)
{
	struct sign_request where = { .from = WHERE };
	enum error_code e;
	struct why why;

	log_warning(43, "signer", NULL, "the connection was lost, "
	    "connecting again");
	e = dial(c, &why);
	if (e == ERR_NONE)
		e = ask(c, &where, a);
	if (e != ERR_NONE || n == 0 || a->code != SIGNER_OK)
		return e;
	if (a->size == q->from + n)
		return ERR_NONE;
	return a->size == q->from ? ask(c, q, a) : ERR_PROOF;
}

enum error_code
sign_client_sign(void *ctx, uint64_t from, const struct hash *leaf, size_t n,
    struct checkpoint *out)
{
	struct sign_client *c = ctx;
	struct sign_request q = {
		.from = from, .leaves = bytes_of(leaf, n * HASH_BYTES),
	};
	struct sign_answer a = { 0 };
	enum error_code e;

	if (n == 0) {
		q.leaves = bytes_of(NULL, 0);
		q.from = WHERE;
	}
	e = ask(c, &q, &a);
	if (e == ERR_CLOSED || e == ERR_OFFLINE || e == ERR_BUSY)
		e = again(c, &q, n, &a);
	return e == ERR_NONE ? take(c, &a, out) : e;
}
