/* The signer refuses to go back, and survives a kill at every step. */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sodium.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/local.h"
#include "broker/sign_client.h"
#include "broker/signer.h"
#include "keys/identity.h"
#include "tests/support/test.h"

static const char origin[] = "ledger.example/signer";
static struct sign_pair key;
static char dir[TEST_PATH], path[TEST_PATH];

static struct signer *
fresh(void)
{
	struct signer *s;

	ck_assert_int_ge(sodium_init(), 0);
	identity_sign_pair(&key);
	test_dir(dir);
	test_path(path, dir, "state");
	ck_ok(signer_init(path, origin, key.public, NULL, NULL));
	ck_ok(signer_open(path, origin, key.secret, &s, NULL));
	return s;
}

static void
leaves(unsigned from, unsigned n, struct hash *out)
{
	for (unsigned i = 0; i < n; i++) {
		memset(&out[i], 0, sizeof out[i]);
		put_be32(out[i].b, from + i + 1);
	}
}

static struct sign_answer
ask(struct signer *s, uint64_t from, unsigned n)
{
	struct hash leaf[300];
	struct sign_request q = { .from = from };
	struct sign_answer a;

	leaves((unsigned)from, n, leaf);
	q.leaves = bytes_of(leaf, n * HASH_BYTES);
	ck_ok(signer_answer(s, &q, &a));
	return a;
}

static void
check_signed(const struct sign_answer *a, uint64_t size)
{
	struct checkpoint c = { .size = a->size };
	struct edge e;
	struct hash leaf[300], root;

	ck_assert_uint_eq(a->code, SIGNER_OK);
	ck_assert_uint_eq(a->size, size);
	edge_init(&e);
	leaves(0, (unsigned)size, leaf);
	for (unsigned i = 0; i < size; i++)
		ck_ok(edge_append(&e, &leaf[i]));
	edge_root(&e, &root);
	ck_assert_mem_eq(a->root, root.b, HASH_BYTES);
	c.root = root;
	memcpy(c.signature, a->signature, sizeof c.signature);
	ck_ok(checkpoint_verify(origin, &c, key.public));
}

START_TEST(test_signs_extensions)
{
	struct signer *s = fresh();
	struct sign_answer a;
	uint64_t size = 0;

	for (unsigned n = 1; size + n < 300; n += 7) {
		a = ask(s, size, n);
		size += n;
		check_signed(&a, size);
	}
	a = ask(s, 12345, 0);
	check_signed(&a, size);
	signer_close(&s);
	ck_ok(signer_open(path, origin, key.secret, &s, NULL));
	ck_assert_uint_eq(signer_size(s), size);
	a = ask(s, 0, 0);
	check_signed(&a, size);
	signer_close(&s);
	ck_ok(signer_look(path, origin, key.public, &size, NULL));
	ck_assert_uint_eq(size, a.size);
}
END_TEST

START_TEST(test_refuses_to_go_back)
{
	struct signer *s = fresh();
	struct sign_answer a = ask(s, 0, 10);
	static const uint8_t zero[WIRE_SIG];

	check_signed(&a, 10);
	for (uint64_t from = 0; from < 20; from++) {
		if (from == 10)
			continue;
		a = ask(s, from, 3);
		ck_assert_uint_eq(a.code, SIGNER_NOT_NEXT);
		ck_assert_uint_eq(a.size, 10);
		ck_assert_mem_eq(a.signature, zero, WIRE_SIG);
	}
	ck_assert_uint_eq(signer_size(s), 10);
	signer_close(&s);
}
END_TEST

START_TEST(test_bad_requests)
{
	struct signer *s = fresh();
	struct sign_request q = { .from = 0 };
	static const uint8_t junk[] = { 0xff, 1, 2, 3 };
	struct sign_answer a;
	struct buf out;

	q.leaves = bytes_of(junk, 4);
	ck_ok(signer_answer(s, &q, &a));
	ck_assert_uint_eq(a.code, SIGNER_BAD);
	buf_init(&out, LOCAL_MAX);
	ck_ok(signer_message(s, bytes_of(junk, sizeof junk), &out));
	ck_assert_uint_gt(out.n, 0);
	buf_free(&out);
	ck_assert_uint_eq(signer_size(s), 0);
	signer_close(&s);
}
END_TEST

/* ---- the file ---------------------------------------------------------- */

START_TEST(test_never_forgets)
{
	struct signer *s = fresh();
	struct sign_pair other;
	struct why why = { "" };

	signer_close(&s);
	ck_err(signer_init(path, origin, key.public, NULL, NULL), ERR_EXISTS);
	/* another ledger's, another key's */
	ck_err(signer_open(path, "elsewhere", key.secret, &s, &why),
	    ERR_FORMAT);
	identity_sign_pair(&other);
	ck_err(signer_open(path, origin, other.secret, &s, NULL), ERR_FORMAT);
	ck_assert_int_eq(unlink(path), 0);
	ck_err(signer_open(path, origin, key.secret, &s, NULL), ERR_NOTFOUND);
}
END_TEST

static void
flip(off_t at)
{
	uint8_t b;
	int fd = open(path, O_RDWR);

	ck_assert_int_ne(fd, -1);
	ck_assert_int_eq(pread(fd, &b, 1, at), 1);
	b ^= 0x10;
	ck_assert_int_eq(pwrite(fd, &b, 1, at), 1);
	close(fd);
}

/* A torn slot: the other one stands, and never a state that was not. */
START_TEST(test_torn_slot)
{
	struct signer *s = fresh();
	struct sign_answer a;

	a = ask(s, 0, 4);          /* turn 2, second slot */
	a = ask(s, 4, 3);          /* turn 3, first slot */
	signer_close(&s);
	flip(100 + _i * 397);
	ck_ok(signer_open(path, origin, key.secret, &s, NULL));
	ck_assert_uint_eq(signer_size(s), 4);
	a = ask(s, 4, 3);
	check_signed(&a, 7);
	signer_close(&s);
	flip(100);
	flip(SIGNER_SLOT + 100);
	ck_err(signer_open(path, origin, key.secret, &s, NULL), ERR_FORMAT);
}
END_TEST

#ifdef WAYLEAVE_FAULTS
static const char *const points[] = {
	"signer-before-write", "signer-before-sync", "signer-after-sync",
};

START_TEST(test_killed)
{
	struct signer *s = fresh();
	struct sign_answer a = ask(s, 0, 5);
	pid_t pid;
	int status;

	signer_close(&s);
	pid = fork();
	if (pid == 0) {
		fault_set(points[_i]);
		ck_ok(signer_open(path, origin, key.secret, &s, NULL));
		a = ask(s, 5, 2);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFSIGNALED(status));
	ck_ok(signer_open(path, origin, key.secret, &s, NULL));
	a = ask(s, 0, 0);
	check_signed(&a, signer_size(s));
	if (signer_size(s) == 5)
		a = ask(s, 5, 2);
	check_signed(&a, 7);
	signer_close(&s);
}
END_TEST

START_TEST(test_disk_fails)
{
	struct signer *s = fresh();
	struct hash leaf[2];
	struct sign_request q = { .from = 0 };
	struct sign_answer a;

	leaves(0, 2, leaf);
	q.leaves = bytes_of(leaf, sizeof leaf);
	fault_set("signer-before-sync:1:eio");
	ck_err(signer_answer(s, &q, &a), ERR_IO);
	fault_set(NULL);
	/* never retried: the state on disk is unknown */
	ck_err(signer_answer(s, &q, &a), ERR_IO);
	ck_assert_uint_eq(a.code, SIGNER_FAILED);
	signer_close(&s);
}
END_TEST
#endif

/* ---- over the socket --------------------------------------------------- */

struct serving { struct signer *s; int listener, stop; };

static void *
serve(void *arg)
{
	struct serving *v = arg;

	ck_ok(signer_serve(v->s, v->listener, v->stop, getuid()));
	return NULL;
}

START_TEST(test_client)
{
	struct serving v = { .s = fresh(), .stop = eventfd(0, 0) };
	struct sign_client *c;
	struct checkpoint head;
	struct hash leaf[4];
	char sock[TEST_PATH];
	pthread_t thread;
	uint64_t one = 1;

	test_path(sock, dir, "sign.sock");
	ck_ok(local_listen(sock, 0600, &v.listener, NULL));
	ck_assert_int_eq(pthread_create(&thread, NULL, serve, &v), 0);
	ck_ok(sign_client_create(sock, origin, key.public, &c, NULL));
	ck_ok(sign_client_sign(c, 0, NULL, 0, &head));
	ck_assert_uint_eq(head.size, 0);
	leaves(0, 4, leaf);
	ck_ok(sign_client_sign(c, 0, leaf, 4, &head));
	ck_assert_uint_eq(head.size, 4);
	ck_err(sign_client_sign(c, 0, leaf, 4, &head), ERR_PROOF);
	/* the signer restarts between two batches */
	ck_assert_int_eq(write(v.stop, &one, 8), 8);
	(void)pthread_join(thread, NULL);
	signer_close(&v.s);
	ck_assert_int_eq(read(v.stop, &one, 8), 8);
	ck_ok(signer_open(path, origin, key.secret, &v.s, NULL));
	ck_assert_int_eq(pthread_create(&thread, NULL, serve, &v), 0);
	leaves(4, 2, leaf);
	ck_ok(sign_client_sign(c, 4, leaf, 2, &head));
	ck_assert_uint_eq(head.size, 6);
	sign_client_destroy(&c);
	one = 1;
	ck_assert_int_eq(write(v.stop, &one, 8), 8);
	(void)pthread_join(thread, NULL);
	signer_close(&v.s);
	local_close(&v.listener);
	close(v.stop);
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_test(tc, test_signs_extensions);
	tcase_add_test(tc, test_refuses_to_go_back);
	tcase_add_test(tc, test_bad_requests);
	tcase_add_test(tc, test_never_forgets);
	tcase_add_loop_test(tc, test_torn_slot, 0, 10);
#ifdef WAYLEAVE_FAULTS
	tcase_add_loop_test(tc, test_killed, 0, 3);
	tcase_add_test(tc, test_disk_fails);
#endif
	tcase_add_test(tc, test_client);
}

int
main(void)
{
	return test_main("signer", fill, 60);
}
