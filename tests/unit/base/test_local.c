/* Local sockets: whole messages, who is there, descriptors, limits. */
#include "base/local.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "tests/support/test.h"

static char dir[TEST_PATH], path[TEST_PATH];

static void
pair_of(int fd[2], int *listener)
{
	struct local_peer peer;
	struct why why;

	test_dir(dir);
	test_path(path, dir, "s");
	ck_ok(local_listen(path, 0600, listener, &why));
	ck_ok(local_connect(path, 1000, &fd[0], &why));
	ck_ok(local_accept(*listener, &fd[1], &peer));
	ck_assert_uint_eq(peer.uid, getuid());
	ck_assert_uint_eq(peer.gid, getgid());
	ck_assert_int_eq(peer.pid, getpid());
}

START_TEST(messages_stay_whole)
{
	int fd[2], listener;
	uint8_t buf[64];
	size_t n;

	pair_of(fd, &listener);
	ck_ok(local_send(fd[0], "one", 3, -1, 0));
	ck_ok(local_send(fd[0], "three", 5, -1, 0));
	ck_ok(local_recv(fd[1], buf, sizeof buf, &n, NULL, 1000));
	ck_assert_uint_eq(n, 3);
	ck_assert_mem_eq(buf, "one", 3);
	ck_ok(local_recv(fd[1], buf, sizeof buf, &n, NULL, 0));
	ck_assert_uint_eq(n, 5);
	ck_err(local_recv(fd[1], buf, sizeof buf, &n, NULL, 0), ERR_BUSY);
	local_close(&fd[0]);
	ck_assert_int_eq(fd[0], -1);
	ck_err(local_recv(fd[1], buf, sizeof buf, &n, NULL, 1000),
	    ERR_CLOSED);
	ck_err(local_send(fd[1], "x", 1, -1, 0), ERR_CLOSED);
	local_close(&fd[1]);
	local_close(&listener);
}
END_TEST

START_TEST(limits_of_a_message)
{
	uint8_t *big = calloc(1, LOCAL_MAX + 1), small[10];
	int fd[2];
	size_t n;

	ck_ok(local_pair(fd));
	big[LOCAL_MAX - 1] = 7;
	ck_err(local_send(fd[0], big, 0, -1, 0), ERR_SIZE);
	ck_err(local_send(fd[0], big, LOCAL_MAX + 1, -1, 0), ERR_SIZE);
	ck_ok(local_send(fd[0], big, LOCAL_MAX, -1, 0));
	big[LOCAL_MAX - 1] = 0;
	ck_ok(local_recv(fd[1], big, LOCAL_MAX, &n, NULL, 0));
	ck_assert_uint_eq(n, LOCAL_MAX);
	ck_assert_uint_eq(big[LOCAL_MAX - 1], 7);
	/* Too long for the reader: said, and the next one is whole. */
	ck_ok(local_send(fd[0], "eleven byte", 11, -1, 0));
	ck_ok(local_send(fd[0], "ten bytes.", 10, -1, 0));
	ck_err(local_recv(fd[1], small, sizeof small, &n, NULL, 0),
	    ERR_SIZE);
	ck_ok(local_recv(fd[1], small, sizeof small, &n, NULL, 0));
	ck_assert_mem_eq(small, "ten bytes.", 10);
	local_close(&fd[0]);
	local_close(&fd[1]);
	free(big);
}
END_TEST

START_TEST(timeouts_end)
{
	uint64_t before = clock_boot_ms();
	uint8_t buf[8], *big = calloc(1, LOCAL_MAX);
	enum error_code error = ERR_NONE;
	int fd[2];
	size_t n;

	ck_ok(local_pair(fd));
	ck_err(local_recv(fd[0], buf, sizeof buf, &n, NULL, 30), ERR_BUSY);
	ck_assert_uint_ge(clock_boot_ms() - before, 29);
	for (int i = 0; i < 100 && error == ERR_NONE; i++)
		error = local_send(fd[0], big, LOCAL_MAX, -1, 0);
	ck_err(error, ERR_BUSY);
	ck_err(local_send(fd[0], big, LOCAL_MAX, -1, 20), ERR_BUSY);
	free(big);
	local_close(&fd[0]);
	local_close(&fd[1]);
}
END_TEST

static size_t
open_files(void)
{
	size_t n = 0;

	for (int fd = 0; fd < 200; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

START_TEST(a_descriptor_is_passed)
{
	int fd[2], pipes[2], got;
	char buf[8];
	size_t n;

	ck_ok(local_pair(fd));
	ck_assert_int_eq(pipe(pipes), 0);
	ck_ok(local_send(fd[0], "w", 1, pipes[1], 0));
	ck_ok(local_recv(fd[1], buf, sizeof buf, &n, &got, 0));
	ck_assert_int_ge(got, 0);
	ck_assert_int_ne(fcntl(got, F_GETFD) & FD_CLOEXEC, 0);
	ck_assert_int_eq(write(got, "hello", 5), 5);
	ck_assert_int_eq(read(pipes[0], buf, 5), 5);
	ck_assert_mem_eq(buf, "hello", 5);
	close(got);
	ck_ok(local_send(fd[0], "w", 1, -1, 0));
	ck_ok(local_recv(fd[1], buf, sizeof buf, &n, &got, 0));
	ck_assert_int_eq(got, -1);
	local_close(&fd[0]);
	local_close(&fd[1]);
}
END_TEST

START_TEST(unwanted_descriptors_do_not_stay_open)
{
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(3 * sizeof(int))];
	} control = { .room = { 0 } };
	struct iovec iov = { (void *)(uintptr_t)"xyz", 3 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof control };
	int fd[2], three[3] = { 0, 1, 2 }, got;
	size_t before, n;
	char buf[2], room[8];

	ck_ok(local_pair(fd));
	before = open_files();
	ck_ok(local_send(fd[0], "w", 1, 0, 0));
	ck_ok(local_recv(fd[1], room, sizeof room, &n, NULL, 0));
	ck_assert_uint_eq(open_files(), before);
	control.head.cmsg_level = SOL_SOCKET;
	control.head.cmsg_type = SCM_RIGHTS;
	control.head.cmsg_len = CMSG_LEN(sizeof three);
	memcpy(CMSG_DATA(&control.head), three, sizeof three);
	ck_assert_int_eq(sendmsg(fd[0], &msg, 0), 3);
	ck_ok(local_recv(fd[1], room, sizeof room, &n, &got, 0));
	ck_assert_uint_eq(open_files(), before + 1);
	close(got);
	/* With a message cut short none is kept. */
	ck_assert_int_eq(sendmsg(fd[0], &msg, 0), 3);
	ck_err(local_recv(fd[1], buf, sizeof buf, &n, &got, 0), ERR_SIZE);
	ck_assert_int_eq(got, -1);
	ck_assert_uint_eq(open_files(), before);
	local_close(&fd[0]);
	local_close(&fd[1]);
}
END_TEST

START_TEST(listening)
{
	char longer[200], file[TEST_PATH];
	struct stat st;
	struct why why;
	int fd, again;

	test_dir(dir);
	test_path(path, dir, "s");
	test_path(file, dir, "file");
	test_file(file, "not a socket");
	ck_err(local_listen("relative", 0600, &fd, &why), ERR_SIZE);
	ck_err(local_listen("", 0600, &fd, &why), ERR_SIZE);
	memset(longer, 'x', sizeof longer);
	longer[0] = '/';
	longer[sizeof longer - 1] = '\0';
	ck_err(local_listen(longer, 0600, &fd, &why), ERR_SIZE);
	ck_err(local_listen(file, 0600, &fd, &why), ERR_EXISTS);
	ck_ok(local_listen(path, 0660, &fd, &why));
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0660);
	ck_err(local_listen(path, 0660, &again, &why), ERR_BUSY);
	local_close(&fd);
	/* Left over from a process that is gone. */
	ck_ok(local_listen(path, 0666, &fd, &why));
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0666);
	local_close(&fd);
}
END_TEST

START_TEST(nobody_there)
{
	struct local_peer peer;
	struct why why;
	int fd, listener;

	test_dir(dir);
	test_path(path, dir, "s");
	ck_err(local_connect(path, 100, &fd, &why), ERR_OFFLINE);
	ck_assert_int_eq(fd, -1);
	ck_ok(local_listen(path, 0600, &listener, &why));
	ck_err(local_accept(listener, &fd, &peer), ERR_BUSY);
	local_close(&listener);
	ck_err(local_connect(path, 100, &fd, &why), ERR_OFFLINE);
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_test(tc, messages_stay_whole);
	tcase_add_test(tc, limits_of_a_message);
	tcase_add_test(tc, timeouts_end);
	tcase_add_test(tc, a_descriptor_is_passed);
	tcase_add_test(tc, unwanted_descriptors_do_not_stay_open);
	tcase_add_test(tc, listening);
	tcase_add_test(tc, nobody_there);
}

int
main(void)
{
	return test_main("local", fill, 20);
}
