#include "base/notify.h"

#include <systemd/sd-daemon.h>

void
notify(const char *state)
{
	/* the manager's trouble is not ours */
	(void)sd_notify(0, state);
}
