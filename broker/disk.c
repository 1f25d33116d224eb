/*
 * Room: sends stop first, withdrawals and stops go on.  Two marks: a soft
 * limit on the store's pages, and a reserve file (the ballast) that is given
 * back to the file system only for narrowing records.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/log.h"
#include "broker/state.h"
#include "store/db.h"

enum { DISK_LOOK_MS = 2000 };

static enum error_code
make_ballast(struct sequencer *q)
{
	enum error_code e = ERR_NONE;
	int fd, err;

	fd = open(q->c.ballast, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
	    0600);
	if (fd == -1)
		return ERR_IO;
	err = posix_fallocate(fd, 0, (off_t)q->c.ballast_bytes);
	if (err != 0) {
		e = err == ENOSPC ? ERR_FULL : ERR_IO;
		/* half a reserve would be none: the rest needs the room */
		(void)unlink(q->c.ballast);
	}
	(void)close(fd);
	return e;
}

enum error_code
disk_start(struct sequencer *q, struct why *why)
{
	enum error_code e;

	if (q->c.ballast == NULL)
		return ERR_NONE;
	e = make_ballast(q);
	if (e == ERR_FULL) {
		q->ballast_out = true;
		q->full = true;
		log_warning(27, "disk", "make room", "no room for the reserve: "
		    "only withdrawals, stops and their like are admitted");
		return ERR_NONE;
	}
	if (e != ERR_NONE)
		why_set(why, "%s: cannot make the reserve: %s", q->c.ballast,
		    strerror(errno));
	return e;
}

/* Is there, beside the reserve, room for some batches? */
static bool
room_on_disk(const struct sequencer *q)
{
	struct statvfs v;
	char dir[512];
	const char *slash;

	if (q->c.ballast == NULL)
		return true;
	slash = strrchr(q->c.ballast, '/');
	if (slash == NULL || (size_t)(slash - q->c.ballast) >= sizeof dir)
		return true;
	memcpy(dir, q->c.ballast, (size_t)(slash - q->c.ballast));
	dir[slash - q->c.ballast] = '\0';
	if (statvfs(dir, &v) == -1)
		return true;
	return (uint64_t)v.f_bavail * v.f_frsize > 32u * 1024 * 1024;
}

static bool
under_limit(const struct sequencer *q)
{
	uint64_t used;

	if (q->c.db == NULL || q->c.max_pages == 0)
		return true;
	return db_pages(q->c.db, &used) == ERR_NONE &&
	    used < q->c.max_pages;
}

static void
serve_again(void *ctx, struct session *x)
{
	struct sequencer *q = ctx;

	sessions_ready_put(q->sessions, x);
}

void
disk_look(struct sequencer *q)
{
	uint64_t boot = clock_boot(q->c.clock);
	bool full;

	if (q->disk_boot != 0 && boot - q->disk_boot < DISK_LOOK_MS)
		return;
	q->disk_boot = boot == 0 ? 1 : boot;
	full = !under_limit(q) || !room_on_disk(q);
	if (!full && q->ballast_out) {
		full = make_ballast(q) != ERR_NONE;
		q->ballast_out = full;
	}
	if (full && !q->full)
		log_warning(27, "disk", "make room", "nearly full: only "
		    "withdrawals, stops and their like are admitted");
	if (!full && q->full)
		sessions_each(q->sessions, serve_again, q);
	q->full = full;
}

bool
disk_release(struct sequencer *q)
{
	if (q->c.ballast == NULL || q->ballast_out)
		return false;
	if (truncate(q->c.ballast, 0) == -1)
		return false;
	log_warning(27, "disk", "make room", "full: the reserve is in use");
	q->ballast_out = true;
	return true;
}
