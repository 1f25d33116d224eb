/*
 * The files of the folder for systems: read, moved and written so that
 * nothing is ever overwritten or deleted, whatever happens in between.
 *
 * Folders are open descriptors and names have no slash in them, so no link
 * leads anywhere else.  A file is moved by one rename that refuses to
 * replace; what is laid beside it ("x.answer" of "x.json") is on the disk
 * before the move, as "x.answer.tmp", and gets its name after it.
 */
#ifndef WAYLEAVE_AGENT_DESK_FOLDER_PLACE_H
#define WAYLEAVE_AGENT_DESK_FOLDER_PLACE_H

#include <dirent.h>
#include <stdbool.h>
#include <sys/types.h>

#include "base/bytes.h"

enum { PLACE_NAME = 256, PLACE_PLAIN_MAX = 200 };

/* Which file was read: the name may stand for another by now. */
struct place_file {
	dev_t dev;
	ino_t ino;
};

/* Letters, digits, dot, hyphen, underscore; ends in .json; at most 200. */
bool place_is_plain(const char *name);
/* Not one that is still being written: hidden, or ending in .tmp. */
bool place_is_ready(const char *name);

/* The folder's names; NULL with errno.  Of a descriptor that stays open. */
DIR *place_list(int dir);
/*
 * Reads a file that belongs to `owner` or to this process.  ERR_NOTFOUND: it
 * is gone; ERR_FORMAT: no plain file, of somebody else, or unreadable, with a
 * sentence in `why`; ERR_SIZE: more than `out` takes; ERR_IO, ERR_NOMEM.
 */
MUST_USE enum error_code place_read(int dir, const char *name, uid_t owner,
    struct buf *out, struct place_file *file, struct why *why);

/*
 * Moves `name` from one folder to another and lays `note` beside it: x.json
 * with x.answer for the tail ".answer", or, where either name is taken,
 * x-2.json with x-2.answer, and so on.  All of it is on the disk then.  Is
 * the name no longer that of `file` (may be NULL), it stays: ERR_BUSY.
 * ERR_EXISTS: all names are taken.  ERR_FULL, ERR_DENIED, ERR_IO; ERR_NOTFOUND.
 */
MUST_USE enum error_code place_move(int from, const char *name,
    const struct place_file *file, int to, const char *tail,
    struct bytes note, struct why *why);
/* After a crash: notes whose file was moved get their names. */
MUST_USE enum error_code place_finish(int dir, const char *tail,
    struct why *why);

/* Writes `stem`.json.tmp, on the disk but for its name. */
MUST_USE enum error_code place_write(int dir, const char *stem,
    struct bytes text, struct why *why);
/* That becomes stem.json, or stem-2.json.. where that is taken. */
MUST_USE enum error_code place_show(int dir, const char *stem,
    struct why *why);
/* The names in the folder are on the disk. */
MUST_USE enum error_code place_sync(int dir, struct why *why);

#endif
