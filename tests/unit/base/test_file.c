/* Files: whole or not at all, bounded, secret, one daemon per folder. */
#include "base/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/test.h"

static char dir[TEST_PATH], path[TEST_PATH], other[TEST_PATH];
static struct why why;

static void
setup(void)
{
	test_dir(dir);
	test_path(path, dir, "file");
	test_path(other, dir, "other");
}

START_TEST(reading_is_bounded)
{
	struct buf b;

	setup();
	test_file(path, "0123456789");
	buf_init(&b, 10);
	ck_ok(file_read(path, 0, &b, &why));
	ck_assert(bytes_equal(buf_view(&b), bytes_str("0123456789")));
	buf_free(&b);
	buf_init(&b, 9);
	ck_err(file_read(path, 0, &b, &why), ERR_SIZE);
	ck_assert_ptr_nonnull(strstr(why.text, path));
	ck_assert_uint_eq(b.n, 0);
	buf_free(&b);
	buf_init(&b, 12);
	buf_put_str(&b, "ab");
	ck_ok(file_read(path, 0, &b, &why));
	ck_assert(bytes_equal(buf_view(&b), bytes_str("ab0123456789")));
	ck_err(file_read(path, 0, &b, NULL), ERR_SIZE);
	ck_assert_uint_eq(b.n, 12);
	buf_free(&b);
}
END_TEST

START_TEST(reading_more_than_a_chunk)
{
	uint8_t *big = malloc(100000);
	uint64_t seed = 5;
	struct buf b;

	setup();
	test_random_bytes(&seed, big, 100000);
	ck_ok(file_write(path, big, 100000, 0600, 0, &why));
	buf_init(&b, 200000);
	ck_ok(file_read(path, FILE_SECRET | FILE_NOFOLLOW, &b, &why));
	ck_assert_uint_eq(b.n, 100000);
	ck_assert_mem_eq(b.data, big, 100000);
	buf_free(&b);
	free(big);
}
END_TEST

START_TEST(reading_refuses)
{
	struct buf b;

	setup();
	buf_init(&b, 100);
	ck_err(file_read(path, 0, &b, &why), ERR_NOTFOUND);
	ck_err(file_read(dir, 0, &b, &why), ERR_FORMAT);
	test_file(path, "x");
	ck_assert_int_eq(symlink(path, other), 0);
	ck_ok(file_read(other, 0, &b, &why));
	ck_err(file_read(other, FILE_NOFOLLOW, &b, &why), ERR_DENIED);
	ck_assert_int_eq(chmod(path, 0640), 0);
	ck_err(file_read(path, FILE_SECRET, &b, &why), ERR_DENIED);
	ck_assert_ptr_nonnull(strstr(why.text, "640"));
	ck_assert_int_eq(chmod(path, 0604), 0);
	ck_err(file_read(path, FILE_SECRET, &b, &why), ERR_DENIED);
	ck_assert_int_eq(chmod(path, 0400), 0);
	ck_ok(file_read(path, FILE_SECRET, &b, &why));
	ck_assert_int_eq(unlink(other), 0);
	ck_assert_int_eq(mkfifo(other, 0600), 0);
	ck_err(file_read(other, FILE_SECRET, &b, &why), ERR_FORMAT);
	buf_free(&b);
}
END_TEST

START_TEST(writing_replaces)
{
	struct stat st;
	char *text;

	setup();
	test_file(path, "old");
	ck_ok(file_write(path, "new", 3, 0440, 0, &why));
	text = test_slurp(path);
	ck_assert_str_eq(text, "new");
	free(text);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0440);
	ck_err(file_write(path, "no", 2, 0600, FILE_NEW, &why), ERR_EXISTS);
	ck_ok(file_write(other, "", 0, 0600, FILE_NEW, &why));
	ck_assert(file_exists(other));
	test_path(other, dir, "no/such");
	ck_err(file_write(other, "x", 1, 0600, 0, &why), ERR_NOTFOUND);
	ck_assert(!file_exists(other));
}
END_TEST

/* Counts the names in the folder. */
static int
names(void)
{
	struct dirent *e;
	DIR *d = opendir(dir);
	int n = 0;

	ck_assert_ptr_nonnull(d);
	while ((e = readdir(d)) != NULL)
		n += strcmp(e->d_name, ".") != 0 &&
		    strcmp(e->d_name, "..") != 0;
	closedir(d);
	return n;
}

START_TEST(a_failed_write_leaves_nothing)
{
	setup();
	/* A folder cannot be replaced by a file. */
	ck_assert_int_eq(mkdir(path, 0700), 0);
	ck_assert_int_ne(file_write(path, "x", 1, 0600, 0, &why), ERR_NONE);
	ck_assert_int_eq(names(), 1);
}
END_TEST

START_TEST(folders)
{
	struct stat st;

	setup();
	test_path(other, dir, "a/b/c");
	ck_ok(file_mkdirs(other, 0700, &why));
	ck_ok(file_mkdirs(other, 0700, &why));
	ck_assert_int_eq(stat(other, &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0700);
	ck_ok(file_sync_dir(other, &why));
	test_file(path, "x");
	ck_err(file_mkdirs(path, 0700, &why), ERR_EXISTS);
	test_path(other, dir, "file/below");
	ck_err(file_mkdirs(other, 0700, &why), ERR_NOTFOUND);
	ck_err(file_mkdirs("", 0700, &why), ERR_SIZE);
}
END_TEST

START_TEST(joining)
{
	char out[8];

	ck_ok(file_join(out, sizeof out, "abc", "def"));
	ck_assert_str_eq(out, "abc/def");
	ck_err(file_join(out, sizeof out, "abc", "defg"), ERR_SIZE);
}
END_TEST

START_TEST(one_lock_per_folder)
{
	int fd, again, status;
	pid_t child;

	setup();
	ck_ok(file_lock(dir, &fd, &why));
	ck_err(file_lock(dir, &again, &why), ERR_BUSY);
	ck_assert_int_eq(again, -1);
	child = fork();
	if (child == 0) {
		int mine;

		close(fd);
		_exit(file_lock(dir, &mine, NULL) == ERR_BUSY ? 0 : 1);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
	file_unlock(&fd);
	ck_assert_int_eq(fd, -1);
	file_unlock(&fd);
	ck_ok(file_lock(dir, &fd, &why));
	file_unlock(&fd);
	test_path(other, dir, "absent");
	ck_err(file_lock(other, &fd, &why), ERR_NOTFOUND);
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_test(tc, reading_is_bounded);
	tcase_add_test(tc, reading_more_than_a_chunk);
	tcase_add_test(tc, reading_refuses);
	tcase_add_test(tc, writing_replaces);
	tcase_add_test(tc, a_failed_write_leaves_nothing);
	tcase_add_test(tc, folders);
	tcase_add_test(tc, joining);
	tcase_add_test(tc, one_lock_per_folder);
}

int
main(void)
{
	return test_main("file", fill, 20);
}
