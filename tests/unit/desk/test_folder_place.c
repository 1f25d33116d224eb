/* The folder's files: nothing is overwritten, deleted or read by a detour. */
#include "agent/desk/folder/place.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/test.h"

static char dir[TEST_PATH], path[TEST_PATH];
static int out, sent;

static const char *
at(const char *place, const char *name)
{
	char rest[TEST_PATH];

	snprintf(rest, sizeof rest, "%s/%s", place, name);
	test_path(path, dir, rest);
	return path;
}

static void
setup(void)
{
	test_dir(dir);
	ck_assert_int_eq(mkdir(at("out", ""), 0700), 0);
	ck_assert_int_eq(mkdir(at("sent", ""), 0700), 0);
	out = open(at("out", ""), O_RDONLY | O_DIRECTORY);
	sent = open(at("sent", ""), O_RDONLY | O_DIRECTORY);
	ck_assert(out >= 0 && sent >= 0);
}

static void
has(const char *place, const char *name, const char *text)
{
	char *is = test_slurp(at(place, name));

	ck_assert_str_eq(is, text);
	free(is);
}

static bool
there(const char *place, const char *name)
{
	struct stat st;

	return lstat(at(place, name), &st) == 0;
}

static enum error_code
reads(const char *name, uid_t owner, size_t max, struct place_file *file)
{
	struct place_file some;
	struct why why = { "" };
	struct buf b;
	enum error_code err;

	buf_init(&b, max);
	err = place_read(out, name, owner, &b, file != NULL ? file : &some,
	    &why);
	buf_free(&b);
	if (err == ERR_FORMAT || err == ERR_SIZE)
		ck_assert_uint_gt(strlen(why.text), 20);
	return err;
}

static enum error_code
moves(const char *name, const struct place_file *file, const char *note)
{
	struct why why;

	return place_move(out, name, file, sent, ".answer", bytes_str(note),
	    &why);
}

START_TEST(names)
{
	char longest[PLACE_PLAIN_MAX + 2];

	memset(longest, 'a', sizeof longest);
	strcpy(longest + PLACE_PLAIN_MAX - 5, ".json");
	ck_assert(place_is_plain(longest));
	memset(longest, 'a', sizeof longest);
	strcpy(longest + PLACE_PLAIN_MAX - 4, ".json");
	ck_assert(!place_is_plain(longest));
	ck_assert(place_is_plain("A-1_b.2.json"));
	ck_assert(!place_is_plain(".json"));
	ck_assert(!place_is_plain(".a.json"));
	ck_assert(!place_is_plain("-a.json"));
	ck_assert(!place_is_plain("a b.json"));
	ck_assert(!place_is_plain("a\n.json"));
	ck_assert(!place_is_plain("\xc3\xa9.json"));
	ck_assert(!place_is_plain("a.txt"));
	ck_assert(!place_is_plain("a/b.json"));
	ck_assert(place_is_ready("a.txt"));
	ck_assert(!place_is_ready("a.tmp"));
	ck_assert(!place_is_ready(".a.json"));
}
END_TEST

START_TEST(only_plain_files_are_read)
{
	test_file(at("out", "a.json"), "{}");
	ck_ok(reads("a.json", getuid(), 2, NULL));
	ck_err(reads("a.json", getuid(), 1, NULL), ERR_SIZE);
	ck_err(reads("none.json", getuid(), 9, NULL), ERR_NOTFOUND);
	ck_assert_int_eq(symlink("a.json", at("out", "l.json")), 0);
	ck_err(reads("l.json", getuid(), 9, NULL), ERR_FORMAT);
	ck_assert_int_eq(mkfifo(at("out", "p.json"), 0600), 0);
	ck_err(reads("p.json", getuid(), 9, NULL), ERR_FORMAT);
	ck_assert_int_eq(mkdir(at("out", "d.json"), 0700), 0);
	ck_err(reads("d.json", getuid(), 9, NULL), ERR_FORMAT);
}
END_TEST

/* Whoever is nobody here hands nothing in; the owner of out/ does. */
START_TEST(whose_files_are_read)
{
	if (getuid() != 0)
		return;
	test_file(at("out", "a.json"), "{}");
	ck_assert_int_eq(chown(at("out", "a.json"), 65534, 65534), 0);
	ck_err(reads("a.json", 0, 9, NULL), ERR_FORMAT);
	ck_ok(reads("a.json", 65534, 9, NULL));
}
END_TEST

START_TEST(moved_with_its_note)
{
	struct place_file file;

	test_file(at("out", "a.json"), "first");
	ck_ok(reads("a.json", getuid(), 9, &file));
	ck_ok(moves("a.json", &file, "note"));
	has("sent", "a.json", "first");
	has("sent", "a.answer", "note");
	ck_assert(!there("out", "a.json"));
	ck_assert(!there("sent", "a.answer.tmp"));
}
END_TEST

START_TEST(nothing_is_overwritten)
{
	for (unsigned i = 0; i < 3; i++) {
		test_file(at("out", "a.json"), i == 0 ? "1" : i == 1 ? "2" :
		    "3");
		ck_ok(moves("a.json", NULL, "n"));
	}
	has("sent", "a.json", "1");
	has("sent", "a-2.json", "2");
	has("sent", "a-3.json", "3");
	ck_assert(there("sent", "a-3.answer"));
	/* a note alone takes the number too, and so does a link to nothing */
	test_file(at("sent", "b.answer"), "somebody's");
	ck_assert_int_eq(symlink("/nowhere", at("sent", "b-2.json")), 0);
	test_file(at("out", "b.json"), "b");
	ck_ok(moves("b.json", NULL, "n"));
	has("sent", "b.answer", "somebody's");
	has("sent", "b-3.json", "b");
	has("sent", "b-3.answer", "n");
}
END_TEST

START_TEST(other_kinds_are_kept_whole)
{
	char longest[256];

	memset(longest, 'x', sizeof longest);
	longest[255] = '\0';
	ck_assert_int_eq(symlink("/etc/passwd", at("out", "l.json")), 0);
	ck_ok(moves("l.json", NULL, "n"));
	ck_assert_int_gt(readlink(at("sent", "l.json"), longest, 12), 0);
	ck_assert_int_eq(mkdir(at("out", "a folder"), 0700), 0);
	ck_ok(moves("a folder", NULL, "n"));
	has("sent", "a folder.answer", "n");
	memset(longest, 'x', 150);
	longest[150] = '\0';
	test_file(at("out", longest), "long");
	ck_ok(moves(longest, NULL, "n"));
	has("sent", longest, "long");
}
END_TEST

/* A name of 255 bytes has no room for an ending: the note's is cut. */
START_TEST(the_longest_name)
{
	char name[256], note[256];
	const int fd_is = out;

	memset(name, 'y', sizeof name);
	name[255] = '\0';
	memset(note, 'y', 224);
	strcpy(note + 224, ".answer");
	for (unsigned i = 0; i < 2; i++) {
		const int fd = openat(fd_is, name, O_WRONLY | O_CREAT, 0600);

		ck_assert_int_ge(fd, 0);
		close(fd);
		ck_ok(moves(name, NULL, "n"));
	}
	ck_assert_int_eq(faccessat(sent, name, F_OK, 0), 0);
	ck_assert_int_eq(faccessat(sent, note, F_OK, 0), 0);
	strcpy(note + 224, "-2.answer");
	ck_assert_int_eq(faccessat(sent, note, F_OK, 0), 0);
}
END_TEST

/* What came under the name after it was read is not called sent. */
START_TEST(replaced_meanwhile)
{
	struct place_file file;

	test_file(at("out", "a.json"), "read");
	ck_ok(reads("a.json", getuid(), 9, &file));
	/* beside it, so that the two are not one number */
	test_file(at("out", "b.json"), "newer");
	{
		char from[TEST_PATH];

		strcpy(from, at("out", "b.json"));
		ck_assert_int_eq(rename(from, at("out", "a.json")), 0);
	}
	ck_err(moves("a.json", &file, "n"), ERR_BUSY);
	has("out", "a.json", "newer");
	ck_assert(!there("sent", "a.json"));
	ck_ok(reads("a.json", getuid(), 9, &file));
	ck_ok(moves("a.json", &file, "n"));
	has("sent", "a.json", "newer");
}
END_TEST

START_TEST(finished_after_a_crash)
{
	struct why why;

	test_file(at("sent", "a.json"), "moved");
	test_file(at("sent", "a.answer.tmp"), "its note");
	test_file(at("sent", "b.answer.tmp"), "not moved yet");
	test_file(at("sent", "c.json"), "moved");
	test_file(at("sent", "c.answer"), "its note");
	test_file(at("sent", "c.answer.tmp"), "another");
	test_file(at("sent", "d"), "of another kind");
	test_file(at("sent", "d.answer.tmp"), "its note");
	ck_ok(place_finish(sent, ".answer", &why));
	has("sent", "a.answer", "its note");
	ck_assert(!there("sent", "b.answer"));
	has("sent", "c.answer", "its note");
	has("sent", "d.answer", "its note");
	/* and what was not moved is moved as ever */
	test_file(at("out", "b.json"), "b");
	ck_ok(moves("b.json", NULL, "again"));
	has("sent", "b.answer", "again");
}
END_TEST

START_TEST(events_are_shown_once)
{
	struct why why;

	ck_ok(place_write(sent, "0001", bytes_str("half"), &why));
	ck_ok(place_write(sent, "0001", bytes_str("whole"), &why));
	ck_assert(!there("sent", "0001.json"));
	ck_ok(place_show(sent, "0001", &why));
	has("sent", "0001.json", "whole");
	ck_err(place_show(sent, "0001", &why), ERR_NOTFOUND);
	ck_ok(place_write(sent, "0001", bytes_str("of another store"), &why));
	ck_ok(place_show(sent, "0001", &why));
	has("sent", "0001.json", "whole");
	has("sent", "0001-2.json", "of another store");
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, names);
	tcase_add_test(tc, only_plain_files_are_read);
	tcase_add_test(tc, whose_files_are_read);
	tcase_add_test(tc, moved_with_its_note);
	tcase_add_test(tc, nothing_is_overwritten);
	tcase_add_test(tc, other_kinds_are_kept_whole);
	tcase_add_test(tc, the_longest_name);
	tcase_add_test(tc, replaced_meanwhile);
	tcase_add_test(tc, finished_after_a_crash);
	tcase_add_test(tc, events_are_shown_once);
}

int
main(void)
{
	return test_main("folder-place", fill, 30);
}
