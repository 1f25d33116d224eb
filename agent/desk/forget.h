/*
 * Nothing that a page showed stays in the desk's memory: whatever its process
 * frees is wiped first, also what libraries free.  glibc's M_PERTURB does it
 * for all but the small blocks that each thread keeps for itself; for those
 * the program has a free() of its own (agent/desk_main.c).
 */
#ifndef WAYLEAVE_AGENT_DESK_FORGET_H
#define WAYLEAVE_AGENT_DESK_FORGET_H

/* Before anything else. */
void forget_begin(void);
/* Wipes a block of the heap, as large as it is; accepts NULL. */
void forget_block(void *p);
/* Overwrites the stack below the caller, as deep as pages go. */
void forget_stack(void);

#endif
