#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static enum error_code
error_of(int e)
{
	switch (e) {
	case ENOENT:
	case ENOTDIR:
		return ERR_NOTFOUND;
	case EACCES:
	case EPERM:
	case ELOOP:
	case EROFS:
		return ERR_DENIED;
	case EEXIST:
		return ERR_EXISTS;
	case ENOSPC:
	case EDQUOT:
		return ERR_FULL;
	case ENOMEM:
		return ERR_NOMEM;
	case ENAMETOOLONG:
		return ERR_SIZE;
	default:
		return ERR_IO;
	}
}

static enum error_code
fail(const char *path, struct why *why)
{
	enum error_code error = error_of(errno);

	why_set(why, "%s: %s", path, strerror(errno));
	return error;
}

static enum error_code
check_kind(const char *path, int fd, unsigned flags, struct why *why)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return fail(path, why);
	if (!S_ISREG(st.st_mode) && (flags != 0 || !S_ISFIFO(st.st_mode))) {
		why_set(why, "%s: not a regular file", path);
		return ERR_FORMAT;
	}
	if ((flags & FILE_SECRET) != 0 && (st.st_mode & 077) != 0) {
		why_set(why, "%s: others than its owner can reach it "
		    "(mode %03o): chmod 600 it", path,
		    (unsigned)st.st_mode & 0777);
		return ERR_DENIED;
	}
	return ERR_NONE;
}

/* Reads until the end; one byte past the maximum is enough to say so. */
static enum error_code
read_all(const char *path, int fd, struct buf *out, struct why *why)
{
	uint8_t chunk[4096], *room;
	enum error_code error = ERR_NONE;
	size_t limit = out->max - out->n;
	ssize_t n;

	for (;;) {
		n = read(fd, chunk, sizeof chunk);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		if ((size_t)n > out->max - out->n) {
			why_set(why, "%s: longer than %zu bytes", path,
			    limit);
			error = ERR_SIZE;
			goto out;
		}
		room = buf_room(out, (size_t)n);
		if (room == NULL) {
			error = ERR_NOMEM;
			goto out;
		}
		memcpy(room, chunk, (size_t)n);
	}
	if (n < 0)
		error = fail(path, why);
out:
	sodium_memzero(chunk, sizeof chunk);
	return error;
}

enum error_code
file_read(const char *path, unsigned flags, struct buf *out, struct why *why)
{
	int how = O_RDONLY | O_CLOEXEC | O_NOCTTY;
	size_t before = out->n;
	enum error_code error;
	int fd;

	if ((flags & FILE_NOFOLLOW) != 0)
		how |= O_NOFOLLOW;
	/* A pipe put where a file is expected must not hang a daemon. */
	if (flags != 0)
		how |= O_NONBLOCK;
	fd = open(path, how);
	if (fd < 0)
		return fail(path, why);
	error = check_kind(path, fd, flags, why);
	if (error == ERR_NONE)
		error = read_all(path, fd, out, why);
	if (error != ERR_NONE) {
		if (out->n > before)
			sodium_memzero(out->data + before, out->n - before);
		out->n = before;
	}
	close(fd);
	return error;
}

static enum error_code
write_all(int fd, const uint8_t *p, size_t n)
{
	while (n > 0) {
		ssize_t done = write(fd, p, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return error_of(errno);
		p += done;
		n -= (size_t)done;
	}
	return ERR_NONE;
}

/* The folder that holds `path`, "." if it names none. */
static void
parent_of(char *out, size_t cap, const char *path)
{
	char *slash;

	snprintf(out, cap, "%s", path);
	slash = strrchr(out, '/');
	if (slash == NULL)
		snprintf(out, cap, ".");
	else if (slash == out)
		out[1] = '\0';
	else
		*slash = '\0';
}

enum error_code
file_sync_dir(const char *path, struct why *why)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum error_code error = ERR_NONE;

	if (fd < 0)
		return fail(path, why);
	if (fsync(fd) != 0)
		error = fail(path, why);
	close(fd);
	return error;
}

static enum error_code
put_in_place(const char *tmp, const char *path, unsigned flags,
    struct why *why)
{
	char dir[PATH_MAX];
	unsigned how = (flags & FILE_NEW) != 0 ? RENAME_NOREPLACE : 0;

	if (renameat2(AT_FDCWD, tmp, AT_FDCWD, path, how) != 0)
		return fail(path, why);
	parent_of(dir, sizeof dir, path);
	return file_sync_dir(dir, why);
}

enum error_code
file_write(const char *path, const void *data, size_t n, mode_t mode,
    unsigned flags, struct why *why)
{
	char tmp[PATH_MAX];
	enum error_code error;
	int fd, len;

	if ((flags & FILE_NEW) != 0 && file_exists(path)) {
		why_set(why, "%s: exists already", path);
		return ERR_EXISTS;
	}
	len = snprintf(tmp, sizeof tmp, "%s.XXXXXX", path);
	if (len < 0 || (size_t)len >= sizeof tmp) {
		why_set(why, "path too long");
		return ERR_SIZE;
	}
	fd = mkostemp(tmp, O_CLOEXEC);
	if (fd < 0)
		return fail(path, why);
	error = write_all(fd, data, n);
	if (error != ERR_NONE)
		why_set(why, "%s: %s", path, error_text(error));
	else if (fchmod(fd, mode) != 0 || fsync(fd) != 0)
		error = fail(path, why);
	if (close(fd) != 0 && error == ERR_NONE)
		error = fail(path, why);
	if (error == ERR_NONE)
		error = put_in_place(tmp, path, flags, why);
	if (error != ERR_NONE)
		unlink(tmp);
	return error;
}

enum error_code
file_mkdirs(const char *path, mode_t mode, struct why *why)
{
	char at[PATH_MAX];
	struct stat st;
	size_t n = strlen(path);

	if (n == 0 || n >= sizeof at) {
		why_set(why, "path empty or too long");
		return ERR_SIZE;
	}
	memcpy(at, path, n + 1);
	for (char *p = at + 1;; p++) {
		char was = *p;

		if (was != '/' && was != '\0')
			continue;
		*p = '\0';
		if (mkdir(at, mode) != 0 && errno != EEXIST)
			return fail(at, why);
		*p = was;
		if (was == '\0')
			break;
	}
	if (stat(path, &st) != 0)
		return fail(path, why);
	if (!S_ISDIR(st.st_mode)) {
		why_set(why, "%s: not a folder", path);
		return ERR_EXISTS;
	}
	return ERR_NONE;
}

enum error_code
file_join(char *out, size_t cap, const char *dir, const char *name)
{
	int n = snprintf(out, cap, "%s/%s", dir, name);

	return n < 0 || (size_t)n >= cap ? ERR_SIZE : ERR_NONE;
}

bool
file_exists(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

enum error_code
file_lock(const char *dir, int *out, struct why *why)
{
	char path[PATH_MAX];
	int fd;

	*out = -1;
	if (file_join(path, sizeof path, dir, "lock") != ERR_NONE) {
		why_set(why, "path too long");
		return ERR_SIZE;
	}
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return fail(path, why);
	if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		enum error_code error = errno == EWOULDBLOCK ? ERR_BUSY
							     : ERR_IO;

		why_set(why, "%s: %s", path, error == ERR_BUSY ?
		    "another process is using this folder" :
		    strerror(errno));
		close(fd);
		return error;
	}
	*out = fd;
	return ERR_NONE;
}

void
file_unlock(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}
