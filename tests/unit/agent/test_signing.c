/*
 * The signing process: what it signs, whom it refuses, and that it is alone.
 */
#include <poll.h>
#include <signal.h>
#include <sodium.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/consent/signing.h"
#include "base/local.h"
#include "base/sandbox.h"
#include "keys/secret.h"
#include "ledger/record.h"
#include "tests/support/test.h"

static struct signing *s;
static uint8_t store[KEY_SECRET];
static struct phrase pass;

struct seen {
	unsigned n;
	struct signing_result last;
	char order[8];
	char name;
	struct seen *log;
};

static void
setup(void)
{
	ck_ok(signing_create(&s, NULL));
	ck_ok(keys_init(NULL));
	signing_set_cost(s, KDF_INTERACTIVE);
	randombytes_buf(store, sizeof store);
	phrase_draw_pass(&pass);
}

static void
teardown(void)
{
	signing_destroy(&s);
}

static void
done(void *ctx, const struct signing_result *r)
{
	struct seen *seen = ctx;

	seen->n++;
	seen->last = *r;
	if (seen->log != NULL)
		seen->log->order[strlen(seen->log->order)] = seen->name;
}

static void
turn(void)
{
	struct pollfd p = { .fd = signing_fd(s), .events = POLLIN };

	ck_assert_int_ge(p.fd, 0);
	ck_assert_int_eq(poll(&p, 1, 30000), 1);
	signing_ready(s);
}

static void
create(uint8_t public[static KEY_PUBLIC],
    uint8_t sealed[static CONSENT_SEALED])
{
	struct signing_request q = { .what = SIGNING_CREATE, .pass = pass };
	struct seen seen = { 0 };

	memcpy(q.store, store, sizeof store);
	ck_ok(signing_start(s, &q, NULL, done, &seen));
	turn();
	ck_assert_uint_eq(seen.n, 1);
	ck_ok(seen.last.error);
	memcpy(public, seen.last.public, KEY_PUBLIC);
	memcpy(sealed, seen.last.sealed, CONSENT_SEALED);
}

static void
request(struct signing_request *q, const uint8_t *sealed, unsigned n)
{
	memset(q, 0, sizeof *q);
	q->what = SIGNING_SIGN;
	q->pass = pass;
	q->n = n;
	memcpy(q->store, store, sizeof store);
	memcpy(q->sealed, sealed, CONSENT_SEALED);
}

/* What the daemon gets verifies as a record signed alone. */
START_TEST(signs_records)
{
	static char P[PARTNERSHIP_HEX + 1];
	uint8_t public[KEY_PUBLIC], sealed[CONSENT_SEALED], other[32] = { 1 };
	struct record r[3];
	struct buf raw[3];
	struct bytes record[3];
	struct signing_request q;
	struct seen seen = { 0 };

	create(public, sealed);
	record_partnership(public, P);
	request(&q, sealed, 3);
	for (unsigned i = 0; i < 3; i++) {
		memset(&r[i], 0, sizeof r[i]);
		r[i].kind = KIND_GRANT;
		strcpy(r[i].signer, "case:00112233445566778899aabbccddeeff");
		strcpy(r[i].cosigner, "womens-aid");
		r[i].body = bytes_str(i == 0 ? "one" : i == 1 ? "two" : "");
		r[i].n = 1;
		r[i].has_key = true;
		memcpy(r[i].key, public, KEY_PUBLIC);
		buf_init(&raw[i], RECORD_BYTES_MAX);
		record_bytes(P, &r[i], &raw[i]);
		record[i] = buf_view(&raw[i]);
	}
	ck_ok(signing_start(s, &q, record, done, &seen));
	turn();
	ck_ok(seen.last.error);
	ck_assert_uint_eq(seen.last.n, 3);
	ck_assert_mem_eq(seen.last.public, public, KEY_PUBLIC);
	for (unsigned i = 0; i < 3; i++) {
		struct sign_pair us;

		identity_sign_pair(&us);
		memcpy(r[i].signature, seen.last.signature[i], WIRE_SIG);
		ck_ok(record_cosign(us.secret, P, &r[i]));
		ck_ok(record_verify(P, &r[i], public, us.public, NULL, NULL,
		    NULL));
		ck_err(record_verify(P, &r[i], other, us.public, NULL, NULL,
		    NULL), ERR_CRYPTO);
		r[i].body = bytes_str("another");
		ck_assert_int_ne(record_verify(P, &r[i], public, us.public,
		    NULL, NULL, NULL), ERR_NONE);
		buf_free(&raw[i]);
	}
	ck_assert_int_eq(signing_fd(s), -1);
}
END_TEST

/* Another passphrase, store key or sealed key signs nothing. */
START_TEST(refuses_wrong_secrets)
{
	uint8_t public[KEY_PUBLIC], sealed[CONSENT_SEALED];
	struct bytes record = bytes_str("record");
	struct signing_request q;

	create(public, sealed);
	for (unsigned i = 0; i < 3; i++) {
		struct seen seen = { 0 };

		request(&q, sealed, 1);
		if (i == 0)
			phrase_draw_pass(&q.pass);
		else if (i == 1)
			q.store[7] ^= 1;
		else
			q.sealed[CONSENT_SEALED - 1] ^= 1;
		ck_ok(signing_start(s, &q, &record, done, &seen));
		turn();
		ck_err(seen.last.error, ERR_DENIED);
		ck_assert(sodium_is_zero(seen.last.signature[0],
		    KEY_SIGNATURE));
	}
}
END_TEST

START_TEST(refuses_wrong_sizes)
{
	uint8_t big[RECORD_BYTES_MAX + 1] = { 0 };
	struct bytes record = bytes_of(big, sizeof big);
	uint8_t sealed[CONSENT_SEALED] = { 0 };
	struct signing_request q;

	request(&q, sealed, 0);
	ck_err(signing_start(s, &q, &record, done, NULL), ERR_SIZE);
	request(&q, sealed, SIGNING_RECORDS + 1);
	ck_err(signing_start(s, &q, &record, done, NULL), ERR_SIZE);
	request(&q, sealed, 1);
	ck_err(signing_start(s, &q, &record, done, NULL), ERR_SIZE);
	record.n = 0;
	ck_err(signing_start(s, &q, &record, done, NULL), ERR_SIZE);
	q.what = SIGNING_TOKEN;
	q.n = SIGNING_PHRASES + 1;
	ck_err(signing_start(s, &q, NULL, done, NULL), ERR_SIZE);
	q.what = (enum signing_what)9;
	ck_err(signing_start(s, &q, NULL, done, NULL), ERR_SIZE);
	ck_assert_int_eq(signing_fd(s), -1);
}
END_TEST

/* As many records as an act may have, each as large as a record can be. */
START_TEST(takes_the_largest_act)
{
	static uint8_t big[SIGNING_RECORDS][RECORD_BYTES_MAX];
	struct bytes record[SIGNING_RECORDS];
	uint8_t public[KEY_PUBLIC], sealed[CONSENT_SEALED];
	struct signing_request q;
	struct seen seen = { 0 };

	create(public, sealed);
	for (unsigned i = 0; i < SIGNING_RECORDS; i++) {
		memset(big[i], (int)i + 1, RECORD_BYTES_MAX);
		record[i] = bytes_of(big[i], RECORD_BYTES_MAX);
	}
	request(&q, sealed, SIGNING_RECORDS);
	ck_ok(signing_start(s, &q, record, done, &seen));
	turn();
	ck_ok(seen.last.error);
	ck_assert_uint_eq(seen.last.n, SIGNING_RECORDS);
	ck_assert_int_ne(memcmp(seen.last.signature[0],
	    seen.last.signature[63], KEY_SIGNATURE), 0);
}
END_TEST

START_TEST(tokens_are_the_phrases)
{
	struct signing_request q = { .what = SIGNING_TOKEN, .n = 2 };
	uint8_t want[PHRASE_TOKEN];
	struct seen seen = { 0 };

	phrase_draw(&q.phrase[0], &q.phrase[1]);
	memset(q.first_root, 7, sizeof q.first_root);
	ck_ok(signing_start(s, &q, NULL, done, &seen));
	turn();
	ck_ok(seen.last.error);
	for (unsigned i = 0; i < 2; i++) {
		ck_ok(phrase_token(&q.phrase[i], q.first_root, want));
		ck_assert_mem_eq(seen.last.token[i], want, sizeof want);
	}
}
END_TEST

/* Stops do not wait behind consent that has not begun. */
START_TEST(tokens_come_first)
{
	struct signing_request c = { .what = SIGNING_CREATE, .pass = pass };
	struct signing_request t = { .what = SIGNING_TOKEN, .n = 1 };
	struct seen log = { 0 };
	struct seen seen[3] = { { .name = 'a', .log = &log },
	    { .name = 'b', .log = &log }, { .name = 't', .log = &log } };

	phrase_draw(&t.phrase[0], &t.phrase[1]);
	ck_ok(signing_start(s, &c, NULL, done, &seen[0]));
	ck_ok(signing_start(s, &c, NULL, done, &seen[1]));
	ck_ok(signing_start(s, &t, NULL, done, &seen[2]));
	for (unsigned i = 0; i < 3; i++)
		turn();
	ck_assert_str_eq(log.order, "atb");
}
END_TEST

static struct signing_request
password(const char *text)
{
	struct signing_request q = { .what = SIGNING_PASSWORD,
	    .cost = KDF_INTERACTIVE, .n = (unsigned)strlen(text) };

	memcpy(q.password, text, q.n);
	memset(q.salt, 9, sizeof q.salt);
	return q;
}

START_TEST(the_key_of_a_password)
{
	struct signing_request q = password("tea at half past four");
	struct seen seen = { 0 };
	uint8_t want[KDF_KEY];

	ck_ok(kdf_derive(KDF_INTERACTIVE, q.password, q.n, q.salt, want));
	ck_ok(signing_start(s, &q, NULL, done, &seen));
	turn();
	ck_ok(seen.last.error);
	ck_assert_mem_eq(seen.last.key, want, sizeof want);
	q.cost = 7;
	ck_ok(signing_start(s, &q, NULL, done, &seen));
	turn();
	ck_err(seen.last.error, ERR_FORMAT);
	q.n = 0;
	ck_err(signing_start(s, &q, NULL, done, &seen), ERR_SIZE);
	q.n = SIGNING_PASSWORD_MAX + 1;
	ck_err(signing_start(s, &q, NULL, done, &seen), ERR_SIZE);
}
END_TEST

/* Nor does consent wait behind people who sign in, or who only try. */
START_TEST(passwords_come_last)
{
	struct signing_request c = { .what = SIGNING_CREATE, .pass = pass };
	struct signing_request p = password("x");
	struct seen log = { 0 };
	struct seen seen[4] = { { .name = 'p', .log = &log },
	    { .name = 'q', .log = &log }, { .name = 'r', .log = &log },
	    { .name = 'c', .log = &log } };

	for (unsigned i = 0; i < 3; i++)
		ck_ok(signing_start(s, &p, NULL, done, &seen[i]));
	ck_ok(signing_start(s, &c, NULL, done, &seen[3]));
	for (unsigned i = 0; i < 4; i++)
		turn();
	ck_assert_str_eq(log.order, "pcqr");
}
END_TEST

START_TEST(passwords_leave_room)
{
	struct signing_request c = { .what = SIGNING_CREATE, .pass = pass };
	struct signing_request p = password("x");
	struct seen seen = { 0 };
	unsigned n = 0;

	while (n < 100 &&
	    signing_start(s, &p, NULL, done, &seen) == ERR_NONE)
		n++;
	ck_assert_uint_lt(n, 100);
	ck_ok(signing_start(s, &c, NULL, done, &seen));
}
END_TEST

START_TEST(forgotten_is_not_told)
{
	struct signing_request c = { .what = SIGNING_CREATE, .pass = pass };
	struct seen seen = { 0 };

	ck_ok(signing_start(s, &c, NULL, done, &seen));
	signing_forget(s, &seen);
	turn();
	ck_assert_uint_eq(seen.n, 0);
}
END_TEST

START_TEST(queue_is_bounded)
{
	struct signing_request c = { .what = SIGNING_CREATE, .pass = pass };
	struct seen seen = { 0 };
	unsigned n = 0;

	while (n < 100 &&
	    signing_start(s, &c, NULL, done, &seen) == ERR_NONE)
		n++;
	ck_assert_uint_lt(n, 100);
	ck_err(signing_start(s, &c, NULL, done, &seen), ERR_BUSY);
}
END_TEST

/* In the role of a child nothing can be opened or reached: it is killed. */
START_TEST(child_has_no_network)
{
	int status;
	pid_t pid;

	if (!sandbox_available())
		return;
	pid = fork();
	if (pid == 0) {
		if (sandbox_enter(SANDBOX_SIGNING, NULL) != ERR_NONE)
			_exit(3);
		(void)socket(AF_INET, SOCK_STREAM, 0);
		_exit(4);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFSIGNALED(status));
	ck_assert_int_eq(WTERMSIG(status), SIGSYS);
}
END_TEST

/* All the work, inside that sandbox: it needs nothing more. */
START_TEST(work_fits_the_sandbox)
{
	static struct signing_result r;
	struct signing_request q = { .what = SIGNING_CREATE, .pass = pass };
	struct bytes record = bytes_str("record");
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		if (sandbox_enter(SANDBOX_SIGNING, NULL) != ERR_NONE)
			_exit(3);
		signing_work(&q, KDF_INTERACTIVE, false, NULL, &r);
		if (r.error != ERR_NONE)
			_exit(4);
		request(&q, r.sealed, 1);
		memset(q.store, 0, sizeof q.store);
		signing_work(&q, KDF_INTERACTIVE, false, &record, &r);
		_exit(r.error == ERR_NONE ? 0 : 5);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	ck_assert_int_eq(WEXITSTATUS(status), 0);
}
END_TEST

/* The daemon's descriptors do not live on in the signing process. */
START_TEST(inherits_no_descriptor)
{
	struct signing *other = NULL;
	uint8_t byte;
	size_t n;
	int pair[2];

	ck_ok(local_pair(pair));
	ck_ok(signing_create(&other, NULL));
	local_close(&pair[0]);
	ck_err(local_recv(pair[1], &byte, 1, &n, NULL, 5000), ERR_CLOSED);
	local_close(&pair[1]);
	signing_destroy(&other);
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, signs_records);
	tcase_add_test(tc, refuses_wrong_secrets);
	tcase_add_test(tc, refuses_wrong_sizes);
	tcase_add_test(tc, takes_the_largest_act);
	tcase_add_test(tc, tokens_are_the_phrases);
	tcase_add_test(tc, tokens_come_first);
	tcase_add_test(tc, the_key_of_a_password);
	tcase_add_test(tc, passwords_come_last);
	tcase_add_test(tc, passwords_leave_room);
	tcase_add_test(tc, forgotten_is_not_told);
	tcase_add_test(tc, queue_is_bounded);
	tcase_add_test(tc, child_has_no_network);
	tcase_add_test(tc, work_fits_the_sandbox);
	tcase_add_test(tc, inherits_no_descriptor);
}

int
main(void)
{
	return test_main("signing", fill, 60);
}
