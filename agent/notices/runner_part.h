/*
 * What the two ends of the runner share.  Internal to agent/runner*.c.
 */
#ifndef WAYLEAVE_AGENT_RUNNER_PART_H
#define WAYLEAVE_AGENT_RUNNER_PART_H

#include "agent/notices/runner.h"

enum { RUNNER_JOBS = RUNNER_SLOTS * RUNNER_EACH };

/* One packet to the runner: the first `n` bytes of input count. */
struct runner_ask {
	uint32_t id, slot, n;
	uint8_t input[RUNNER_INPUT_MAX];
};

/* One packet back, for every ask. */
struct runner_answer {
	uint32_t id;
	int32_t error, status;      /* enum error_code, exit status */
};

/* ---- runner_child.c ---- */
/* The runner's life, until the other end of `control` is gone. */
_Noreturn void runner_main(int control,
    const struct runner_command command[static RUNNER_SLOTS]);

#endif
