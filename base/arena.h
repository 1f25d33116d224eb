/*
 * An arena: one request's memory, bounded, freed in one line.  Everything a
 * peer's frame makes us allocate lives here, so a frame can never cost more
 * than its arena's maximum.
 */
#ifndef WAYLEAVE_BASE_ARENA_H
#define WAYLEAVE_BASE_ARENA_H

#include <stddef.h>

struct arena;

/* An arena that hands out at most `max` bytes in all; NULL if no memory. */
struct arena *arena_create(size_t max);
/* 16-byte aligned, uninitialised; NULL when memory or the maximum is out. */
void *arena_alloc(struct arena *a, size_t n);
/* The same, zeroed. */
void *arena_zalloc(struct arena *a, size_t n);
/* A copy of n bytes. */
void *arena_dup(struct arena *a, const void *data, size_t n);
/* Forgets all allocations, keeps one block for the next request. */
void arena_reset(struct arena *a);
/* Frees and sets the caller's handle NULL; accepts NULL. */
void arena_destroy(struct arena **a);

#endif
