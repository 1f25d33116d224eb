/*
 * Fetching from a broker that answers, and from brokers that lie: a thread
 * with the server's end of a CURVE link that says what a test wants.
 */
#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#include "audit/evidence.h"
#include "audit/fetch.h"
#include "base/file.h"
#include "tests/support/test.h"

enum lie {
	NO_LIE, ROOT_OTHER, HEAD_UNSIGNED, BODY_OTHER, INDEX_OTHER, NO_ROWS,
	NOT_AUDITOR, TURNED_AWAY, SILENT, NO_FRAME, FEW_ROWS, BUSY_FIRST,
};

enum { ENTRIES = 3000 };

/* A ledger of meaningless entries and the broker that has it. */
static struct broker {
	struct sign_pair log;
	struct box_pair link;
	struct hash leaf[ENTRIES];
	uint8_t body[ENTRIES][24], salt[2][ENTRY_SALT];
	_Atomic uint64_t size, fork;
	_Atomic int lie;
	_Atomic bool stop;
	_Atomic unsigned asked;
	void *context, *socket;
	char address[128];
	pthread_t thread;
} b;

static const char origin[] = "ledger.example/fetch";

static const uint8_t *
salt_of(uint64_t i)
{
	return b.salt[i >= atomic_load(&b.fork)];
}

static void
entry_of(uint64_t i, uint8_t commitment[static HASH_BYTES])
{
	memset(b.body[i], (int)(i % 200), sizeof b.body[i]);
	put_be64(b.body[i], i);
	entry_commitment(bytes_of(b.body[i], sizeof b.body[i]), salt_of(i),
	    commitment);
	entry_leaf(commitment, &b.leaf[i]);
}

/* A ledger that is another one from entry `from` on. */
static void
fork_at(uint64_t from)
{
	uint8_t commitment[HASH_BYTES];

	atomic_store(&b.fork, from);
	for (uint64_t i = 0; i < ENTRIES; i++)
		entry_of(i, commitment);
}

static void
sign_head(uint64_t size, struct checkpoint *c)
{
	c->size = size;
	tree_root_of(b.leaf, size, &c->root);
	if (atomic_load(&b.lie) == ROOT_OTHER)
		c->root.b[1] ^= 1;
	ck_ok(checkpoint_sign(origin, c, b.log.secret));
	if (atomic_load(&b.lie) == HEAD_UNSIGNED)
		c->signature[3] ^= 1;
}

/* ---- answering --------------------------------------------------------- */

static void
put_rows(const struct wire_question *q, uint64_t size,
    struct wire_row *row, struct wire_reply *r)
{
	const int lie = atomic_load(&b.lie);
	uint8_t commitment[HASH_BYTES];
	uint64_t n = q->n < WIRE_ROWS_MAX ? q->n : WIRE_ROWS_MAX;

	if (lie == FEW_ROWS && n > 7)
		n = 7;
	for (uint64_t i = q->from; i < size && r->n_row < n; i++) {
		struct wire_row *w = &row[r->n_row++];

		entry_of(i, commitment);
		memset(w, 0, sizeof *w);
		w->index = i + (lie == INDEX_OTHER && i % 100 == 99);
		memcpy(w->commitment, commitment, HASH_BYTES);
		w->has_body = true;
		memcpy(w->salt, salt_of(i), ENTRY_SALT);
		if (lie == BODY_OTHER && i % 100 == 99)
			b.body[i][20] ^= 1;
		w->body = bytes_of(b.body[i], sizeof b.body[i]);
		r->size = i + 1;
	}
	if (lie == NO_ROWS)
		r->n_row = 0;
	if (lie == NOT_AUDITOR)
		*r = (struct wire_reply){ .id = r->id, .code = REPLY_DENIED };
}

static void
answer(const struct up *up, struct buf *out)
{
	static struct wire_row row[WIRE_ROWS_MAX];
	const uint64_t size = atomic_load(&b.size);
	struct wire_answer busy = { .id = up->id, .status = STATUS_BUSY,
	    .after_ms = 10 };
	struct parcel p;
	struct checkpoint head;

	memset(&p, 0, sizeof p);
	sign_head(size, &head);
	p.has_head = true;
	p.head.size = head.size;
	memcpy(p.head.root, head.root.b, HASH_BYTES);
	memcpy(p.head.signature, head.signature, sizeof head.signature);
	if (up->has_hello) {
		p.has_welcome = true;
		p.welcome.version = WIRE_VERSION |
		    (atomic_load(&b.lie) == TURNED_AWAY ? 0x1000 : 0);
	}
	if (up->has_ask && atomic_load(&b.lie) == BUSY_FIRST) {
		atomic_store(&b.lie, NO_LIE);
		p.answer = &busy;
		p.n_answer = 1;
	} else if (up->has_ask) {
		atomic_fetch_add(&b.asked, 1);
		p.has_reply = true;
		p.reply.id = up->id;
		p.reply.row = row;
		put_rows(&up->ask, size, row, &p.reply);
	}
	ck_ok(wire_parcel_encode(&p, out));
}

static void
serve(const uint8_t *id, size_t n_id, struct bytes frame)
{
	struct arena *a = arena_create(4 << 20);
	struct buf out;
	struct up up;

	buf_init(&out, WIRE_DOWN_MAX);
	if (wire_up_decode(a, frame, &up, NULL) == ERR_NONE &&
	    atomic_load(&b.lie) != SILENT) {
		if (atomic_load(&b.lie) == NO_FRAME)
			buf_put_str(&out, "this is no parcel");
		else
			answer(&up, &out);
		(void)zmq_send(b.socket, id, n_id, ZMQ_SNDMORE);
		(void)zmq_send(b.socket, out.data, out.n, 0);
	}
	buf_free(&out);
	arena_destroy(&a);
}

static void *
listen_loop(void *ctx)
{
	static uint8_t id[256], frame[WIRE_UP_MAX];
	int n, m;

	(void)ctx;
	while (!atomic_load(&b.stop)) {
		n = zmq_recv(b.socket, id, sizeof id, 0);
		if (n < 0)
			continue; /* every 20 ms */
		m = zmq_recv(b.socket, frame, sizeof frame, 0);
		if (m >= 0)
			serve(id, (size_t)n, bytes_of(frame, (size_t)m));
	}
	return NULL;
}

/* ---- the test's side --------------------------------------------------- */

static struct partnership p;
static struct identity *me;
static char dir[TEST_PATH];

static void
start(uint64_t size)
{
	const int yes = 1, wait = 20;
	size_t n = sizeof b.address;
	struct why why;

	ck_assert_int_ge(sodium_init(), 0);
	/* valgrind runs all tests in one process */
	memset(&b, 0, sizeof b);
	test_dir(dir);
	identity_sign_pair(&b.log);
	identity_box_pair(&b.link);
	ck_ok(identity_create(true, &me, &why));
	b.salt[1][0] = 1;
	fork_at(UINT64_MAX);
	atomic_store(&b.size, size);
	b.context = zmq_ctx_new();
	b.socket = zmq_socket(b.context, ZMQ_ROUTER);
	ck_assert_int_eq(zmq_setsockopt(b.socket, ZMQ_CURVE_SERVER, &yes,
	    sizeof yes), 0);
	ck_assert_int_eq(zmq_setsockopt(b.socket, ZMQ_CURVE_SECRETKEY,
	    b.link.secret, 32), 0);
	(void)zmq_setsockopt(b.socket, ZMQ_RCVTIMEO, &wait, sizeof wait);
	ck_assert_int_eq(zmq_bind(b.socket, "tcp://127.0.0.1:*"), 0);
	ck_assert_int_eq(zmq_getsockopt(b.socket, ZMQ_LAST_ENDPOINT,
	    b.address, &n), 0);
	strcpy(p.now.origin, origin);
	memcpy(p.now.log_key, b.log.public, WIRE_KEY);
	memcpy(p.now.broker_link_key, b.link.public, WIRE_KEY);
	strcpy(p.now.address[0], b.address);
	p.now.n_address = 1;
	ck_assert_int_eq(pthread_create(&b.thread, NULL, listen_loop, NULL),
	    0);
}

static void
stop(void)
{
	atomic_store(&b.stop, true);
	(void)pthread_join(b.thread, NULL);
	zmq_close(b.socket);
	zmq_ctx_term(b.context);
	identity_destroy(&me);
}

static enum error_code
fetch(struct fetched *out, struct why *why)
{
	const struct fetch_config c = {
		.partnership = &p, .broker = "", .identity = me,
		.timeout_ms = 1500,
	};
	struct mirror *m;
	enum error_code err;

	why->text[0] = '\0';
	ck_ok(mirror_open(dir, origin, b.log.public, true, &m, why));
	err = fetch_run(&c, m, out, why);
	ck_assert_uint_eq(out->after, mirror_size(m));
	mirror_close(&m);
	return err;
}

static uint64_t
mirrored(void)
{
	struct mirror *m;
	struct why why;
	uint64_t n;

	ck_ok(mirror_open(dir, origin, b.log.public, true, &m, &why));
	n = mirror_size(m);
	mirror_close(&m);
	return n;
}

START_TEST(test_fetches)
{
	struct fetched out;
	struct why why;

	start(1000);
	ck_ok(fetch(&out, &why));
	ck_assert_uint_eq(out.before, 0);
	ck_assert_uint_eq(out.after, 1000);
	ck_ok(fetch(&out, &why));
	ck_assert_uint_eq(out.before, 1000);
	ck_assert_uint_eq(out.after, 1000);
	atomic_store(&b.size, 1001);
	ck_ok(fetch(&out, &why));
	ck_assert_uint_eq(out.after, 1001);
	/* short pages, and one that is put off */
	atomic_store(&b.size, 1600);
	atomic_store(&b.lie, FEW_ROWS);
	ck_ok(fetch(&out, &why));
	ck_assert_uint_eq(out.after, 1600);
	atomic_store(&b.size, 1700);
	atomic_store(&b.lie, BUSY_FIRST);
	ck_ok(fetch(&out, &why));
	ck_assert_uint_eq(out.after, 1700);
	stop();
}
END_TEST

static const struct {
	enum lie lie;
	enum error_code err;
	const char *says;
	bool disagrees;
} lies[] = {
	{ ROOT_OTHER, ERR_PROOF, "do not make the ledger", true },
	{ HEAD_UNSIGNED, ERR_CRYPTO, "the log key did not sign", false },
	{ BODY_OTHER, ERR_PROOF, "not the one committed to", false },
	{ INDEX_OTHER, ERR_FORMAT, "the broker sent entry", false },
	{ NO_ROWS, ERR_FORMAT, "none of the entries", false },
	{ NOT_AUDITOR, ERR_DENIED, "role of an auditor", false },
	{ TURNED_AWAY, ERR_OFFLINE, "turned this member away", false },
	{ SILENT, ERR_OFFLINE, "does not answer", false },
	{ NO_FRAME, ERR_FORMAT, "", false },
};

START_TEST(test_lies)
{
	struct fetched out;
	struct why why;
	enum error_code err;

	start(400);
	ck_ok(fetch(&out, &why));
	atomic_store(&b.size, 900);
	atomic_store(&b.lie, lies[_i].lie);
	err = fetch(&out, &why);
	ck_assert_msg(err == lies[_i].err, "%s: %s", error_text(err),
	    why.text);
	ck_assert_msg(strstr(why.text, lies[_i].says) != NULL, "%s",
	    why.text);
	ck_assert_int_eq(out.disagrees, lies[_i].disagrees);
	if (out.disagrees)
		ck_assert_uint_eq(out.shown.size, 900);
	/* nothing of it is kept, and truth goes on from there */
	ck_assert_uint_eq(mirrored(), 400);
	atomic_store(&b.lie, NO_LIE);
	ck_ok(fetch(&out, &why));
	ck_assert_uint_eq(mirrored(), 900);
	stop();
}
END_TEST

/* What was mirrored is not the beginning of what is shown. */
START_TEST(test_two_ledgers)
{
	static const uint64_t later[] = { 700, 500, 300 };
	struct fetched out;
	struct why why;

	start(500);
	ck_ok(fetch(&out, &why));
	fork_at(100);
	atomic_store(&b.size, later[_i]);
	ck_err(fetch(&out, &why), ERR_PROOF);
	ck_assert(out.disagrees);
	ck_assert_uint_eq(out.shown.size, later[_i]);
	ck_assert_uint_eq(mirrored(), 500);
	stop();
}
END_TEST

/* A broker restored from an older copy. */
START_TEST(test_taken_back)
{
	struct fetched out;
	struct why why;

	start(500);
	ck_ok(fetch(&out, &why));
	atomic_store(&b.size, 450);
	ck_err(fetch(&out, &why), ERR_PROOF);
	ck_assert(out.disagrees);
	ck_assert_ptr_nonnull(strstr(why.text, "older state"));
	stop();
}
END_TEST

START_TEST(test_interrupted)
{
	struct fetched out;
	struct why why;
	unsigned asked;

	start(2500);
	/* the 2,100th entry never comes: what came before is kept */
	atomic_store(&b.lie, INDEX_OTHER);
	ck_err(fetch(&out, &why), ERR_FORMAT);
	atomic_store(&b.lie, NO_LIE);
	atomic_store(&b.asked, 0);
	ck_ok(fetch(&out, &why));
	ck_assert_uint_eq(out.after, 2500);
	/* again from the beginning, all bundles being there but no head */
	{
		char path[TEST_PATH];

		test_path(path, dir, "checkpoint");
		ck_assert_int_eq(remove(path), 0);
	}
	atomic_store(&b.asked, 0);
	ck_ok(fetch(&out, &why));
	asked = atomic_load(&b.asked);
	ck_assert_uint_eq(out.resumed, 2304);
	ck_assert_uint_eq(out.before, 0);
	ck_assert_uint_eq(out.after, 2500);
	ck_assert_uint_le(asked, 3);
	stop();
}
END_TEST

/* Bundles of another ledger in the way: they are fetched again. */
START_TEST(test_left_over)
{
	char path[TEST_PATH];
	struct fetched out;
	struct why why;

	start(1000);
	fork_at(300);
	ck_ok(fetch(&out, &why));
	test_path(path, dir, "checkpoint");
	ck_assert_int_eq(remove(path), 0);
	fork_at(UINT64_MAX);
	ck_ok(fetch(&out, &why));
	ck_assert_uint_gt(out.resumed, 0);
	ck_assert_uint_eq(out.after, 1000);
	ck_ok(fetch(&out, &why));
	stop();
}
END_TEST

START_TEST(test_nobody)
{
	struct fetched out;
	struct why why;

	start(10);
	strcpy(p.now.address[0], "127.0.0.1:1");
	ck_err(fetch(&out, &why), ERR_OFFLINE);
	/* somebody, but with another key */
	strcpy(p.now.address[0], b.address);
	p.now.broker_link_key[3] ^= 1;
	ck_err(fetch(&out, &why), ERR_OFFLINE);
	stop();
}
END_TEST

/* ---- evidence ---------------------------------------------------------- */

START_TEST(test_evidence)
{
	struct note_key log;
	struct checkpoint held, shown, again;
	struct evidence e = { .member = "watch", .time = 1900000000000,
	    .log = &log, .held = &held, .shown = &shown, .what = "why" };
	const char *at, *end;
	char path[EVIDENCE_PATH], *text;
	uint8_t signature[KEY_SIGNATURE];
	struct why why = { "" };
	size_t n = 0;

	start(10);
	e.identity = me;
	ck_ok(note_key_init(&log, origin, NOTE_ED25519, b.log.public));
	sign_head(5, &held);
	sign_head(9, &shown);
	ck_ok(evidence_write(dir, &e, path, &why));
	ck_err(evidence_write(dir, &e, path, &why), ERR_EXISTS);
	text = test_slurp(path);
	/* both notes can be read back, and so can the signature */
	at = strstr(text, "--- shown ---\n");
	end = strstr(text, "--- signature of all above ---\n");
	ck_assert_ptr_nonnull(at);
	ck_assert_ptr_nonnull(end);
	at += strlen("--- shown ---\n");
	ck_ok(checkpoint_read(bytes_of(at, (size_t)(end - at)), &log, &again,
	    &why));
	ck_assert_uint_eq(again.size, 9);
	ck_assert(hash_equal(&again.root, &shown.root));
	at = end + strlen("--- signature of all above ---\n");
	ck_ok(note_base64_take(bytes_of(at, strcspn(at, "\n")), signature,
	    sizeof signature, &n));
	ck_assert_uint_eq(n, sizeof signature);
	ck_ok(identity_verify(me->sign.public, bytes_of(text,
	    (size_t)(end - text)), signature));
	free(text);
	stop();
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_test(tc, test_fetches);
	tcase_add_loop_test(tc, test_lies, 0,
	    (int)(sizeof lies / sizeof lies[0]));
	tcase_add_loop_test(tc, test_two_ledgers, 0, 3);
	tcase_add_test(tc, test_taken_back);
	tcase_add_test(tc, test_interrupted);
	tcase_add_test(tc, test_left_over);
	tcase_add_test(tc, test_nobody);
	tcase_add_test(tc, test_evidence);
}

int
main(void)
{
	return test_main("fetch", fill, 120);
}
