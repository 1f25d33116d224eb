/*
 * Files: read whole and bounded, written whole or not at all.
 */
#ifndef WAYLEAVE_BASE_FILE_H
#define WAYLEAVE_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/bytes.h"
#include "base/error.h"

enum file_flag {
	FILE_NOFOLLOW = 1, /* refuse a symbolic link */
	FILE_SECRET = 2,   /* refuse what group or others can touch */
	FILE_NEW = 4       /* writing: refuse to replace */
};

/*
 * Appends the file to `out`, which bounds it: a longer file is ERR_SIZE and
 * leaves `out` as it was.  Regular files only (ERR_FORMAT), except that with
 * flags 0 a pipe is read too.  ERR_NOTFOUND, ERR_DENIED (also FILE_SECRET
 * and FILE_NOFOLLOW refusals), ERR_IO, ERR_NOMEM.
 */
MUST_USE enum error_code file_read(const char *path, unsigned flags,
    struct buf *out, struct why *why);

/*
 * Replaces `path` by these bytes so that after a crash it is the old file or
 * the new one: temporary file beside it, fsync, rename, fsync of the folder.
 * ERR_EXISTS with FILE_NEW, ERR_FULL, ERR_DENIED, ERR_NOTFOUND, ERR_IO.
 */
MUST_USE enum error_code file_write(const char *path, const void *data,
    size_t n, mode_t mode, unsigned flags, struct why *why);

/* Makes `path` and its parents; each that is made gets `mode`. */
MUST_USE enum error_code file_mkdirs(const char *path, mode_t mode,
    struct why *why);

/* Makes the names in the folder `path` durable. */
MUST_USE enum error_code file_sync_dir(const char *path, struct why *why);

/* dir + "/" + name; ERR_SIZE if it does not fit. */
MUST_USE enum error_code file_join(char *out, size_t cap, const char *dir,
    const char *name);

bool file_exists(const char *path);

/*
 * Takes `dir`/lock so that one daemon runs per state folder; held until
 * file_unlock or the process ends, not inherited over exec.  ERR_BUSY if
 * another process has it.
 */
MUST_USE enum error_code file_lock(const char *dir, int *fd, struct why *why);
/* Lets go and sets *fd to -1; accepts -1. */
void file_unlock(int *fd);

#endif
