/* Key files, and where their passphrases come from. */
#include "keys/keyfile.h"

#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "keys/secret.h"
#include "tests/support/test.h"

static char dir[TEST_PATH], path[TEST_PATH];

static struct unlock *
pass(const char *text)
{
	struct unlock *u;

	ck_ok(unlock_of(bytes_str(text), &u, NULL));
	return u;
}

static void
start(void)
{
	ck_ok(keys_init(NULL));
	test_dir(dir);
	test_path(path, dir, "x.keys");
}

START_TEST(an_identity_comes_back)
{
	struct identity *a, *b;
	struct keyfile_info info;
	struct unlock *u;
	struct stat st;
	struct why why;

	start();
	u = pass("seven little words");
	for (int terms = 0; terms < 2; terms++) {
		ck_ok(identity_create(terms == 1, &a, NULL));
		ck_ok(keyfile_write_identity(path, a, u, KDF_INTERACTIVE,
		    &why));
		ck_assert_int_eq(stat(path, &st), 0);
		ck_assert_uint_eq(st.st_mode & 0777, 0400);
		ck_ok(keyfile_read_identity(path, u, &b, &why));
		ck_assert_mem_eq(a, b, sizeof *a);
		ck_ok(keyfile_peek(path, &info, &why));
		ck_assert_int_eq(info.kind, KEYFILE_IDENTITY);
		ck_assert_int_eq(info.cost, KDF_INTERACTIVE);
		ck_assert(!info.bound);
		ck_assert_mem_eq(info.public, a->sign.public, KEY_PUBLIC);
		/* It is never written over. */
		ck_err(keyfile_write_identity(path, a, u, KDF_INTERACTIVE,
		    &why), ERR_EXISTS);
		identity_destroy(&a);
		identity_destroy(&b);
		ck_assert_int_eq(unlink(path), 0);
	}
	unlock_destroy(&u);
	ck_assert_ptr_null(u);
}
END_TEST

START_TEST(wrong_passphrase_wrong_kind_wrong_mode)
{
	struct sign_pair *a, *b;
	struct identity *it;
	struct unlock *u, *other;
	struct why why;

	start();
	u = pass("right");
	other = pass("Right");
	ck_ok(identity_sign_create(&a, NULL));
	ck_ok(keyfile_write_sign(path, KEYFILE_DUTY, a, u, KDF_INTERACTIVE,
	    &why));
	ck_err(keyfile_read_sign(path, KEYFILE_DUTY, other, &b, &why),
	    ERR_DENIED);
	ck_assert_ptr_null(b);
	ck_assert_ptr_nonnull(strstr(why.text, "wrong passphrase"));
	ck_assert_ptr_nonnull(strstr(why.text, "x.keys"));
	ck_err(keyfile_read_sign(path, KEYFILE_ROOT, u, &b, &why),
	    ERR_FORMAT);
	ck_assert_ptr_nonnull(strstr(why.text, "\"duty\""));
	ck_err(keyfile_read_identity(path, u, &it, &why), ERR_FORMAT);
	ck_assert_ptr_null(it);
	ck_assert_int_eq(chmod(path, 0440), 0);
	ck_err(keyfile_read_sign(path, KEYFILE_DUTY, u, &b, &why),
	    ERR_DENIED);
	ck_assert_int_eq(chmod(path, 0400), 0);
	ck_ok(keyfile_read_sign(path, KEYFILE_DUTY, u, &b, &why));
	ck_assert_mem_eq(a, b, sizeof *a);
	identity_sign_destroy(&b);
	test_path(path, dir, "none.keys");
	ck_err(keyfile_read_sign(path, KEYFILE_DUTY, u, &b, &why),
	    ERR_NOTFOUND);
	identity_sign_destroy(&a);
	unlock_destroy(&u);
	unlock_destroy(&other);
}
END_TEST

/* As someone would who can mend the hash that closes the file. */
static void
mend(uint8_t *file, size_t n)
{

	crypto_hash_sha256(file + n - 32, file, n - 32);
}

START_TEST(no_bit_can_be_changed)
{
	struct keyfile_info info = { .kind = KEYFILE_ROOT,
	    .cost = KDF_INTERACTIVE };
	uint8_t secret[32], got[64];
	struct unlock *u;
	struct buf file;
	struct why why;
	size_t n;

	start();
	u = pass("a passphrase");
	secret_random(secret, sizeof secret);
	buf_init(&file, KEYFILE_MAX);
	ck_ok(keyfile_encode(&info, bytes_of(secret, sizeof secret), u,
	    &file));
	ck_assert_uint_eq(file.n, KEYFILE_HEAD + 32 + 40 + 32);
	for (size_t i = 0; i < 8 * file.n; i++) {
		file.data[i / 8] ^= (uint8_t)(1u << i % 8);
		ck_err(keyfile_decode(buf_view(&file), u, &info, got,
		    sizeof got, &n, &why), ERR_FORMAT);
		file.data[i / 8] ^= (uint8_t)(1u << i % 8);
	}
	for (n = 0; n < file.n; n++)
		ck_err(keyfile_decode(bytes_of(file.data, n), u, &info, got,
		    sizeof got, &(size_t){ 0 }, &why), ERR_FORMAT);
	buf_free(&file);
	unlock_destroy(&u);
}
END_TEST

START_TEST(a_mended_hash_does_not_help)
{
	struct keyfile_info info = { .kind = KEYFILE_ROOT,
	    .cost = KDF_INTERACTIVE };
	uint8_t secret[32] = { 1 }, got[64] = { 0 };
	enum error_code error;
	struct unlock *u;
	struct buf file;
	size_t n;

	start();
	u = pass("a passphrase");
	buf_init(&file, KEYFILE_MAX);
	ck_ok(keyfile_encode(&info, bytes_of(secret, sizeof secret), u,
	    &file));
	/* One bit of each byte: a guess costs 64 MiB. */
	for (size_t i = 0; i < file.n - 32; i += i < 20 ? 3 : 17) {
		file.data[i] ^= 1;
		mend(file.data, file.n);
		error = keyfile_decode(buf_view(&file), u, &info, got,
		    sizeof got, &n, NULL);
		ck_assert_msg(error == ERR_FORMAT || error == ERR_DENIED,
		    "byte %zu: %s", i, error_text(error));
		ck_assert_int_eq(got[0], 0);
		file.data[i] ^= 1;
		memset(got, 0, sizeof got);
	}
	mend(file.data, file.n);
	ck_ok(keyfile_decode(buf_view(&file), u, &info, got, sizeof got, &n,
	    NULL));
	ck_err(keyfile_decode(buf_view(&file), u, &info, got, 31, &n, NULL),
	    ERR_FORMAT);
	buf_free(&file);
	unlock_destroy(&u);
}
END_TEST

START_TEST(changing_the_passphrase)
{
	struct unlock *old, *new;
	struct sign_pair *a, *b;
	struct stat st;

	start();
	old = pass("old one");
	new = pass("new one");
	ck_ok(identity_sign_create(&a, NULL));
	ck_ok(keyfile_write_sign(path, KEYFILE_LOG, a, old, KDF_INTERACTIVE,
	    NULL));
	ck_err(keyfile_change(path, new, old, KDF_INTERACTIVE, NULL),
	    ERR_DENIED);
	ck_ok(keyfile_change(path, old, new, KDF_INTERACTIVE, NULL));
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0400);
	ck_err(keyfile_read_sign(path, KEYFILE_LOG, old, &b, NULL),
	    ERR_DENIED);
	ck_ok(keyfile_read_sign(path, KEYFILE_LOG, new, &b, NULL));
	ck_assert_mem_eq(a, b, sizeof *a);
	identity_sign_destroy(&a);
	identity_sign_destroy(&b);
	unlock_destroy(&old);
	unlock_destroy(&new);
}
END_TEST

/* ---- unlocking ------------------------------------------------------- */

static void
is_pass(struct unlock **u, const char *text)
{
	ck_assert_uint_eq((*u)->n_passphrase, strlen(text));
	ck_assert_mem_eq((*u)->passphrase, text, strlen(text));
	unlock_destroy(u);
}

START_TEST(passphrases_of_many_sources)
{
	char big[UNLOCK_PASSPHRASE_MAX + 2];
	struct unlock *u;
	struct why why;
	int fd[2];

	start();
	ck_ok(unlock_of(bytes_str("one newline goes\n"), &u, &why));
	is_pass(&u, "one newline goes");
	ck_ok(unlock_of(bytes_str("not two\n\n"), &u, &why));
	is_pass(&u, "not two\n");
	ck_err(unlock_of(bytes_str(""), &u, &why), ERR_SIZE);
	ck_err(unlock_of(bytes_str("\n"), &u, &why), ERR_SIZE);
	ck_assert_ptr_null(u);
	memset(big, 'x', sizeof big);
	ck_ok(unlock_of(bytes_of(big, UNLOCK_PASSPHRASE_MAX), &u, &why));
	unlock_destroy(&u);
	ck_err(unlock_of(bytes_of(big, UNLOCK_PASSPHRASE_MAX + 1), &u, &why),
	    ERR_SIZE);

	test_path(path, dir, "secret");
	test_file(path, "from a file\n");
	ck_ok(unlock_of_file(path, &u, &why));
	is_pass(&u, "from a file");
	ck_assert_int_eq(chmod(path, 0604), 0);
	ck_err(unlock_of_file(path, &u, &why), ERR_DENIED);
	test_path(path, dir, "none");
	ck_err(unlock_of_file(path, &u, &why), ERR_NOTFOUND);

	ck_assert_int_eq(pipe(fd), 0);
	ck_assert_int_eq(write(fd[1], "by pipe\n", 8), 8);
	close(fd[1]);
	ck_ok(unlock_of_fd(fd[0], &u, &why));
	is_pass(&u, "by pipe");
	close(fd[0]);
	ck_assert_int_eq(pipe(fd), 0);
	ck_assert_int_eq(write(fd[1], big, sizeof big), (int)sizeof big);
	close(fd[1]);
	ck_err(unlock_of_fd(fd[0], &u, &why), ERR_SIZE);
	close(fd[0]);
	ck_err(unlock_of_fd(-1, &u, &why), ERR_IO);
}
END_TEST

START_TEST(passphrases_of_commands)
{
	struct unlock *u;
	struct why why;

	start();
	ck_ok(unlock_of_command("echo from a command", &u, &why));
	is_pass(&u, "from a command");
	ck_err(unlock_of_command("echo half; exit 3", &u, &why), ERR_DENIED);
	ck_err(unlock_of_command("kill -9 $$", &u, &why), ERR_DENIED);
	ck_err(unlock_of_command("true", &u, &why), ERR_SIZE);
	ck_err(unlock_of_command("head -c 9999 /dev/zero", &u, &why),
	    ERR_SIZE);
	/* It reads nothing of ours. */
	ck_err(unlock_of_command("cat", &u, &why), ERR_SIZE);
	ck_assert_ptr_null(u);
}
END_TEST

START_TEST(passphrases_of_credentials)
{
	struct unlock *u, *plain;
	struct sign_pair *a, *b;
	struct why why;

	start();
	unsetenv("CREDENTIALS_DIRECTORY");
	ck_err(unlock_of_credential("agent", &u, &why), ERR_NOTFOUND);
	ck_assert_ptr_nonnull(strstr(why.text, "LoadCredential"));
	setenv("CREDENTIALS_DIRECTORY", dir, 1);
	ck_err(unlock_of_credential("agent", &u, &why), ERR_NOTFOUND);
	ck_err(unlock_of_credential("../x", &u, &why), ERR_FORMAT);
	ck_err(unlock_of_credential("", &u, &why), ERR_FORMAT);
	test_path(path, dir, "agent");
	test_file(path, "by systemd\n");
	ck_ok(unlock_of_credential("agent", &u, &why));

	/* Bound to a second credential as well. */
	test_path(path, dir, "short");
	test_file(path, "too short");
	ck_err(unlock_bind(u, "short", &why), ERR_SIZE);
	ck_err(unlock_bind(u, "absent", &why), ERR_NOTFOUND);
	test_path(path, dir, "key");
	test_file(path, "0123456789abcdef");
	ck_ok(unlock_bind(u, "key", &why));
	ck_ok(identity_sign_create(&a, NULL));
	test_path(path, dir, "x.keys");
	ck_ok(keyfile_write_sign(path, KEYFILE_LOG, a, u, KDF_INTERACTIVE,
	    &why));
	plain = pass("by systemd");
	ck_err(keyfile_read_sign(path, KEYFILE_LOG, plain, &b, &why),
	    ERR_DENIED);
	ck_assert_ptr_nonnull(strstr(why.text, "bound"));
	memcpy(plain->binding, "0123456789abcdeg", 16);
	plain->n_binding = 16;
	ck_err(keyfile_read_sign(path, KEYFILE_LOG, plain, &b, &why),
	    ERR_DENIED);
	ck_ok(keyfile_read_sign(path, KEYFILE_LOG, u, &b, &why));
	identity_sign_destroy(&a);
	identity_sign_destroy(&b);
	unlock_destroy(&u);
	unlock_destroy(&plain);
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_test(tc, an_identity_comes_back);
	tcase_add_test(tc, wrong_passphrase_wrong_kind_wrong_mode);
	tcase_add_test(tc, no_bit_can_be_changed);
	tcase_add_test(tc, a_mended_hash_does_not_help);
	tcase_add_test(tc, changing_the_passphrase);
	tcase_add_test(tc, passphrases_of_many_sources);
	tcase_add_test(tc, passphrases_of_commands);
	tcase_add_test(tc, passphrases_of_credentials);
}

int
main(void)
{
	return test_main("key files", fill, 60);
}
