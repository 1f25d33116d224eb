#include "agent/consent/room.h"

#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "agent/config.h"
#include "agent/intake/intake.h"
#include "base/file.h"
#include "base/log.h"

enum { LOOK_MS = 2000, PATH_LEN = 1024 };

/* 0 bytes gives it back.  What cannot be made now is tried again. */
static void
set_reserve(const char *path, off_t bytes)
{
	const int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
	    0600);

	if (fd < 0)
		return;
	if (bytes == 0 || posix_fallocate(fd, 0, bytes) != 0)
		(void)!ftruncate(fd, 0);
	close(fd);
}

void
room_turn(struct agent *a)
{
	const uint64_t boot = clock_boot(&a->clock);
	const char *dir = a->config->state_dir;
	char path[PATH_LEN];
	struct statvfs v;
	uint64_t left;
	bool full;

	if (boot < a->room_next || statvfs(dir, &v) != 0 ||
	    file_join(path, sizeof path, dir, "reserve") != ERR_NONE)
		return;
	a->room_next = boot + LOOK_MS;
	left = (uint64_t)v.f_bavail * v.f_frsize;
	full = left < ROOM_LOW;
	if (left < ROOM_LAST)
		set_reserve(path, 0);
	else if (!full)
		set_reserve(path, ROOM_RESERVE);
	if (full && a->trouble == TROUBLE_NONE) {
		a->trouble = TROUBLE_DISK;
		log_error(47, "disk", "make room", "nearly full: nothing is "
		    "sent or opened, withdrawals and stops go on");
		intake_credit(a);
	} else if (!full && a->trouble == TROUBLE_DISK) {
		a->trouble = TROUBLE_NONE;
		log_notice("disk", "there is room again");
		intake_credit(a);
	}
}
