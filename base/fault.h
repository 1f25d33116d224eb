/*
 * Fault points: named places where a test build can be made to die or fail.
 *
 *     WAYLEAVE_FAULT=name[:n][:kill|exit|eio|break][,name...]
 *
 * At the n-th hit of `name` (default 1) the process kills itself (default),
 * exits with 7, or the call returns ERR_IO (then at every later hit too: a
 * disk that failed stays failed; `break` is another word for it).  Only in
 * builds with -DWAYLEAVE_FAULTS (make FAULTS=1); in all others fault_point()
 * is nothing.
 */
#ifndef WAYLEAVE_BASE_FAULT_H
#define WAYLEAVE_BASE_FAULT_H

#include "base/error.h"

/* What fault_point() does in a build with faults; thread-safe. */
enum error_code fault_hit(const char *name);
/* Reads another setting, NULL for none, and forgets the hits; for tests. */
void fault_set(const char *setting);

/*
 * fault_break("p3"): true where WAYLEAVE_FAULT names break-p3:break, a promise
 * broken on purpose so that the tests are seen to notice
 * (tests/system/40-promises*.sh).  The constant false in all other builds.
 */
#ifdef WAYLEAVE_FAULTS
#define fault_point(name) fault_hit(name)
#define fault_break(name) (fault_hit("break-" name) != ERR_NONE)
#else
#define fault_break(name) false
static inline enum error_code
fault_point(const char *name)
{
	(void)name;
	return ERR_NONE;
}
#endif

#endif
