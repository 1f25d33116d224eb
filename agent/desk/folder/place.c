#include "agent/desk/folder/place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fault.h"

enum {
	STEM = PLACE_NAME - 32,        /* room for a number and two endings */
	NUMBER_MAX = 99999,
	READ_STEP = 16 * 1024,
	MODE = 0640                    /* the folder's group may read */
};

static enum error_code
fail(const char *what, struct why *why)
{
	const int e = errno;

	why_set(why, "%s: %s", what, strerror(e));
	switch (e) {
	case ENOENT:
		return ERR_NOTFOUND;
	case ENOSPC:
	case EDQUOT:
		return ERR_FULL;
	case EACCES:
	case EPERM:
	case EROFS:
		return ERR_DENIED;
	case EEXIST:
		return ERR_EXISTS;
	default:
		return ERR_IO;
	}
}

/* ---- names --------------------------------------------------------------- */

static bool
ends_in(const char *name, const char *tail)
{
	const size_t n = strlen(name), m = strlen(tail);

	return n >= m && strcmp(name + n - m, tail) == 0;
}

bool
place_is_plain(const char *name)
{
	const size_t n = strlen(name);

	return n > strlen(".json") && n <= PLACE_PLAIN_MAX &&
	    ends_in(name, ".json") && name[0] != '-' && name[0] != '.' &&
	    strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	    "0123456789._-") == n;
}

bool
place_is_ready(const char *name)
{
	return name[0] != '.' && !ends_in(name, ".tmp");
}

/* "x" and ".json" of "x.json"; all and "" of a name of another kind. */
struct split {
	const char *name;
	char stem[PLACE_NAME];
	const char *end;
};

static void
split(const char *name, struct split *s)
{
	size_t n = strlen(name);

	s->name = name;
	s->end = n > strlen(".json") && ends_in(name, ".json") ? ".json" : "";
	n -= strlen(s->end);
	if (n > STEM)
		n = STEM;
	memcpy(s->stem, name, n);
	s->stem[n] = '\0';
}

/* The name with its number (1 is not written) and an ending. */
static void
number(char out[static PLACE_NAME], const char *stem, unsigned n,
    const char *end)
{
	if (n == 1)
		snprintf(out, PLACE_NAME, "%.*s%s", STEM, stem, end);
	else
		snprintf(out, PLACE_NAME, "%.*s-%u%s", STEM, stem, n, end);
}

static void
number_file(char out[static PLACE_NAME], const struct split *s, unsigned n)
{
	if (n == 1)
		snprintf(out, PLACE_NAME, "%s", s->name);
	else
		number(out, s->stem, n, s->end);
}

static bool
is_there(int dir, const char *name)
{
	struct stat st;

	return fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 ||
	    errno != ENOENT;
}

/* The first number under which neither file nor note is there; 0: none. */
static unsigned
free_number(int dir, const struct split *s, const char *tail)
{
	char name[PLACE_NAME];

	for (unsigned n = 1; n <= NUMBER_MAX; n++) {
		number_file(name, s, n);
		if (is_there(dir, name))
			continue;
		number(name, s->stem, n, tail);
		if (!is_there(dir, name))
			return n;
	}
	return 0;
}

static int
rename_new(int from, const char *name, int to, const char *other)
{
	return renameat2(from, name, to, other, RENAME_NOREPLACE);
}

DIR *
place_list(int dir)
{
	const int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd >= 0 ? fdopendir(fd) : NULL;

	if (d == NULL && fd >= 0)
		close(fd);
	return d;
}

enum error_code
place_sync(int dir, struct why *why)
{
	return fsync(dir) == 0 ? ERR_NONE : fail("folder", why);
}

/* ---- reading --------------------------------------------------------------- */

static enum error_code
check_kind(const struct stat *st, uid_t owner, struct why *why)
{
	if (S_ISREG(st->st_mode) && (st->st_uid == owner ||
	    st->st_uid == geteuid()))
		return ERR_NONE;
	why_set(why, "%s", S_ISLNK(st->st_mode) ?
	    "This is a link and not a file. Write the document itself." :
	    S_ISDIR(st->st_mode) ?
	    "This is a folder and not a file. Write the document itself." :
	    !S_ISREG(st->st_mode) ?
	    "This is no plain file. Write the document itself." :
	    "The file belongs to another account than the folder that it "
	    "lies in. Write it as the account that out/ belongs to.");
	return ERR_FORMAT;
}

static enum error_code
read_all(int fd, struct buf *out, struct why *why)
{
	uint8_t room[READ_STEP];
	ssize_t n;

	while ((n = read(fd, room, sizeof room)) > 0) {
		if (out->n + (size_t)n > out->max) {
			why_set(why, "At most %zu KiB are taken.", out->max /
			    1024);
			return ERR_SIZE;
		}
		buf_put(out, room, (size_t)n);
	}
	if (n < 0)
		return fail("file", why);
	return buf_ok(out) ? ERR_NONE : ERR_NOMEM;
}

enum error_code
place_read(int dir, const char *name, uid_t owner, struct buf *out,
    struct place_file *file, struct why *why)
{
	enum error_code err;
	struct stat st;
	int fd;

	/* looked at before it is opened: to open a pipe may do something */
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return errno == ENOENT ? ERR_NOTFOUND : fail("file", why);
	*file = (struct place_file){ st.st_dev, st.st_ino };
	err = check_kind(&st, owner, why);
	if (err != ERR_NONE)
		return err;
	fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY |
	    O_CLOEXEC);
	if (fd < 0 && (errno == EACCES || errno == EPERM)) {
		why_set(why, "The file may not be read by the account that "
		    "the folder's program runs as. Let its group read it.");
		return ERR_FORMAT;
	}
	if (fd < 0)
		return errno == ENOENT ? ERR_NOTFOUND : fail("file", why);
	if (fstat(fd, &st) != 0 || st.st_dev != file->dev ||
	    st.st_ino != file->ino)
		err = ERR_NOTFOUND;     /* another one now: the next turn's */
	else
		err = read_all(fd, out, why);
	close(fd);
	return err;
}

/* ---- writing --------------------------------------------------------------- */

/* What was left half written under this name was ours. */
static enum error_code
write_new(int dir, const char *name, struct bytes text, struct why *why)
{
	const int fd = openat(dir, name, O_WRONLY | O_CREAT | O_TRUNC |
	    O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, MODE);
	size_t at = 0;
	enum error_code err = ERR_NONE;

	if (fd < 0)
		return fail("folder", why);
	while (at < text.n) {
		const ssize_t n = write(fd, text.data + at, text.n - at);

		if (n <= 0)
			break;
		at += (size_t)n;
	}
	if (at < text.n || fchmod(fd, MODE) != 0 || fsync(fd) != 0)
		err = fail("folder", why);
	close(fd);
	return err;
}

/* Did the move take the file that was read?  Else it goes back. */
static enum error_code
check_moved(int from, const char *name, int to, const char *other,
    const struct place_file *file, struct why *why)
{
	struct stat st;

	if (file == NULL)
		return ERR_NONE;
	if (fstatat(to, other, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    st.st_dev == file->dev && st.st_ino == file->ino)
		return ERR_NONE;
	why_set(why, "a file was replaced while it was handed in");
	if (rename_new(to, other, from, name) != 0)
		return fail("a file that was replaced meanwhile", why);
	return ERR_BUSY;
}

enum error_code
place_move(int from, const char *name, const struct place_file *file, int to,
    const char *tail, struct bytes note, struct why *why)
{
	char other[PLACE_NAME], beside[PLACE_NAME], tmp[PLACE_NAME + 4];
	struct split s;
	enum error_code err;
	unsigned n;

	split(name, &s);
	n = free_number(to, &s, tail);
	if (n == 0) {
		why_set(why, "%d files of one name", NUMBER_MAX);
		return ERR_EXISTS;
	}
	number_file(other, &s, n);
	number(beside, s.stem, n, tail);
	snprintf(tmp, sizeof tmp, "%s.tmp", beside);
	err = write_new(to, tmp, note, why);
	if (err == ERR_NONE)
		err = place_sync(to, why);
	if (err == ERR_NONE && fault_point("folder-before-move") != ERR_NONE)
		err = ERR_IO;
	if (err == ERR_NONE && rename_new(from, name, to, other) != 0)
		err = fail("folder", why);
	if (err == ERR_NONE)
		err = check_moved(from, name, to, other, file, why);
	if (err == ERR_NONE && fault_point("folder-after-move") != ERR_NONE)
		err = ERR_IO;
	if (err == ERR_NONE && rename_new(to, tmp, to, beside) != 0)
		err = fail("folder", why);
	if (err == ERR_NONE)
		err = place_sync(to, why);
	return err == ERR_NONE ? place_sync(from, why) : err;
}

/* "x.answer.tmp": is x.json (or x) there, and no x.answer? */
static void
finish_one(int dir, const char *tmp, const char *tail)
{
	char beside[PLACE_NAME], stem[PLACE_NAME], file[PLACE_NAME + 5];
	const size_t n = strlen(tmp) - strlen(".tmp");

	memcpy(beside, tmp, n);
	beside[n] = '\0';
	memcpy(stem, tmp, n - strlen(tail));
	stem[n - strlen(tail)] = '\0';
	snprintf(file, sizeof file, "%s.json", stem);
	if (is_there(dir, file) || is_there(dir, stem))
		(void)rename_new(dir, tmp, dir, beside);
}

enum error_code
place_finish(int dir, const char *tail, struct why *why)
{
	char end[32];
	const struct dirent *e;
	DIR *d = place_list(dir);

	if (d == NULL)
		return fail("folder", why);
	snprintf(end, sizeof end, "%s.tmp", tail);
	while ((e = readdir(d)) != NULL)
		if (strlen(e->d_name) > strlen(end) && ends_in(e->d_name, end))
			finish_one(dir, e->d_name, tail);
	closedir(d);
	return place_sync(dir, why);
}

enum error_code
place_write(int dir, const char *stem, struct bytes text, struct why *why)
{
	char tmp[PLACE_NAME];

	number(tmp, stem, 1, ".json.tmp");
	return write_new(dir, tmp, text, why);
}

enum error_code
place_show(int dir, const char *stem, struct why *why)
{
	char tmp[PLACE_NAME], name[PLACE_NAME];

	number(tmp, stem, 1, ".json.tmp");
	for (unsigned n = 1; n <= NUMBER_MAX; n++) {
		number(name, stem, n, ".json");
		if (rename_new(dir, tmp, dir, name) == 0)
			return ERR_NONE;
		if (errno != EEXIST)
			break;
	}
	return fail("folder", why);
}
