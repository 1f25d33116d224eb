/* The sandbox: what each role may still do, and what it may not. */
#include "base/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/local.h"
#include "tests/support/test.h"

static char dir[TEST_PATH], path[TEST_PATH];
static int ends[2]; /* open before the sandbox is entered */

/* Runs `what` in a child within the role; its wait status. */
static int
within(enum sandbox_role role, int (*what)(void))
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		struct why why;

		if (sodium_init() < 0 || sandbox_harden(&why) != ERR_NONE ||
		    sandbox_enter(role, &why) != ERR_NONE)
			_exit(100);
		_exit(what());
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	return status;
}

static bool
done(int status)
{
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool
killed(int status)
{
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS;
}

static int
open_socket(void)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);

	return fd >= 0 ? 0 : errno == EPERM ? 2 : 3;
}

static int
open_packet_socket(void)
{
	return socket(AF_PACKET, SOCK_RAW, 0) < 0 && errno == EPERM ? 0 : 1;
}

static int
run_program(void)
{
	char *const argv[] = { (char *)(uintptr_t)"/bin/true", NULL };

	execv(argv[0], argv);
	return errno == EPERM ? 2 : 3;
}

static int
write_file(void)
{
	return file_write(path, "x", 1, 0600, 0, NULL) == ERR_NONE ? 0 : 1;
}

static int
read_anything(void)
{
	return open("/dev/null", O_RDONLY) >= 0 ? 0 : 1;
}

/* Every way to leave something behind; 0 when none of them works. */
static int
leave_something(void)
{
	struct why why;
	int fd;

	if (open(path, O_WRONLY | O_CREAT, 0600) >= 0 || errno != EPERM)
		return 1;
	if (open(dir, O_RDONLY) < 0)
		return 2;
	if (open("/dev/null", O_RDWR) >= 0 || creat(path, 0600) >= 0)
		return 3;
	if (mkdir(path, 0700) == 0 || symlink("/", path) == 0 ||
	    rename(dir, path) == 0 || unlink(path) == 0 || errno != EPERM)
		return 4;
	if (file_write(path, "x", 1, 0600, 0, &why) == ERR_NONE)
		return 5;
	fd = socket(AF_INET, SOCK_STREAM, 0);
	return fd < 0 && errno == EPERM ? 0 : 6;
}

/* Files are written and renamed, but nothing goes away by it. */
static int
keep_everything(void)
{
	char other[TEST_PATH];
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0640);

	test_path(other, dir, "other");
	if (fd < 0 || write(fd, "x", 1) != 1 || fchmod(fd, 0640) != 0 ||
	    fsync(fd) != 0)
		return 1;
	if (rename(path, other) == 0 || errno != EPERM ||
	    renameat2(AT_FDCWD, path, AT_FDCWD, other, 0) == 0 ||
	    renameat2(AT_FDCWD, path, AT_FDCWD, other, RENAME_EXCHANGE) == 0)
		return 2;
	if (renameat2(AT_FDCWD, path, AT_FDCWD, other, RENAME_NOREPLACE) != 0)
		return 3;
	if (unlink(other) == 0 || errno != EPERM || rmdir(dir) == 0 ||
	    link(other, path) == 0 || symlink("/", path) == 0 ||
	    truncate(other, 0) == 0 || ftruncate(fd, 0) == 0)
		return 4;
	fd = socket(AF_INET, SOCK_STREAM, 0);
	return fd < 0 && errno == EPERM ? 0 : 5;
}

static void *
nothing(void *arg)
{
	return arg;
}

static int
make_thread(void)
{
	pthread_t t;

	return pthread_create(&t, NULL, nothing, NULL) == 0 &&
	    pthread_join(t, NULL) == 0 ? 0 : 1;
}

static int
self_test(void)
{
	return sandbox_test(NULL) == ERR_NONE ? 0 : 1;
}

/* What signing needs: memory, locked memory, randomness, time, an answer. */
static int
sign_something(void)
{
	uint8_t pk[crypto_sign_PUBLICKEYBYTES], sig[crypto_sign_BYTES];
	uint8_t *sk = sodium_malloc(crypto_sign_SECRETKEYBYTES);
	uint8_t key[32], salt[crypto_pwhash_SALTBYTES] = { 1 };
	char back[4];
	size_t n;

	if (sk == NULL || crypto_sign_keypair(pk, sk) != 0 ||
	    crypto_sign_detached(sig, NULL, (const uint8_t *)"m", 1, sk) != 0)
		return 1;
	if (crypto_pwhash(key, sizeof key, "pass", 4, salt,
	    crypto_pwhash_OPSLIMIT_MIN, 16u << 20,
	    crypto_pwhash_ALG_ARGON2ID13) != 0)
		return 2;
	sodium_free(sk);
	if (time(NULL) == 0)
		return 3;
	if (local_send(ends[0], "sig", 3, -1, 100) != ERR_NONE ||
	    local_recv(ends[1], back, sizeof back, &n, NULL, 100) != ERR_NONE)
		return 4;
	return 0;
}

START_TEST(hardened)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		struct rlimit r;

		if (sandbox_harden(NULL) != ERR_NONE)
			_exit(1);
		if (getrlimit(RLIMIT_CORE, &r) != 0 || r.rlim_max != 0)
			_exit(2);
		if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
			_exit(3);
		if (sandbox_available() &&
		    prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0)
			_exit(4);
		if (umask(0) != 077)
			_exit(5);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
}
END_TEST

START_TEST(daemon_role)
{
	int status;

	ck_assert(done(within(SANDBOX_DAEMON, self_test)));
	ck_assert(done(within(SANDBOX_DAEMON, open_socket)));
	ck_assert(done(within(SANDBOX_DAEMON, write_file)));
	ck_assert(done(within(SANDBOX_DAEMON, make_thread)));
	if (!sandbox_available())
		return;
	status = within(SANDBOX_DAEMON, run_program);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 2);
	ck_assert(done(within(SANDBOX_DAEMON, open_packet_socket)));
}
END_TEST

START_TEST(desk_role)
{
	int status;

	ck_assert(done(within(SANDBOX_DESK, self_test)));
	ck_assert(done(within(SANDBOX_DESK, open_socket)));
	ck_assert(done(within(SANDBOX_DESK, read_anything)));
	ck_assert(done(within(SANDBOX_DESK, make_thread)));
	if (!sandbox_available())
		return;
	ck_assert(done(within(SANDBOX_DESK, leave_something)));
	status = within(SANDBOX_DESK, run_program);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 2);
}
END_TEST

START_TEST(folder_role)
{
	int status;

	ck_assert(done(within(SANDBOX_FOLDER, self_test)));
	ck_assert(done(within(SANDBOX_FOLDER, open_socket)));
	ck_assert(done(within(SANDBOX_FOLDER, read_anything)));
	if (!sandbox_available())
		return;
	ck_assert_int_eq(within(SANDBOX_FOLDER, keep_everything), 0);
	status = within(SANDBOX_FOLDER, run_program);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 2);
}
END_TEST

START_TEST(signer_role)
{
	ck_assert(done(within(SANDBOX_SIGNER, write_file)));
	if (!sandbox_available())
		return;
	ck_assert(killed(within(SANDBOX_SIGNER, open_socket)));
	ck_assert(killed(within(SANDBOX_SIGNER, run_program)));
	ck_assert(killed(within(SANDBOX_SIGNER, make_thread)));
}
END_TEST

START_TEST(signing_role)
{
	ck_ok(local_pair(ends));
	ck_assert(done(within(SANDBOX_SIGNING, sign_something)));
	if (!sandbox_available())
		return;
	ck_assert(killed(within(SANDBOX_SIGNING, open_socket)));
	ck_assert(killed(within(SANDBOX_SIGNING, write_file)));
	ck_assert(killed(within(SANDBOX_SIGNING, read_anything)));
	ck_assert(killed(within(SANDBOX_SIGNING, run_program)));
}
END_TEST

START_TEST(no_filter_is_noticed)
{
	struct why why;

	if (sandbox_available())
		ck_err(sandbox_test(&why), ERR_INTERNAL);
}
END_TEST

static void
setup(void)
{
	test_dir(dir);
	test_path(path, dir, "file");
}

static void
fill(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, hardened);
	tcase_add_test(tc, daemon_role);
	tcase_add_test(tc, desk_role);
	tcase_add_test(tc, folder_role);
	tcase_add_test(tc, signer_role);
	tcase_add_test(tc, signing_role);
	tcase_add_test(tc, no_filter_is_noticed);
}

int
main(void)
{
	return test_main("sandbox", fill, 60);
}
