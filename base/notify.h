/*
 * Telling the service manager how we are (sd_notify(3)); nothing happens
 * where there is none.
 */
#ifndef WAYLEAVE_BASE_NOTIFY_H
#define WAYLEAVE_BASE_NOTIFY_H

/* "READY=1", "WATCHDOG=1", "STOPPING=1", "STATUS=words without content". */
void notify(const char *state);

#endif
