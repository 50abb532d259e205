/*
 * Memory that is given back all at once.
 *
 * Allocation is a pointer bump; blocks are never freed one by one.  One thread
 * at a time.  Pointers stay valid until arena_clear or arena_release.
 */
#ifndef SCOUT_BASE_ARENA_H
#define SCOUT_BASE_ARENA_H

#include "base/mem.h"
#include "base/span.h"

struct arena_block;

struct arena {
	struct arena_block *blocks;	/* newest first */
	uint8_t *next;
	uint8_t *end;
	size_t total_bytes;		/* in all blocks */
	enum scout_mem_owner owner;
};

void arena_init(struct arena *a, enum scout_mem_owner owner);
/* Frees everything; the arena can be used again. */
void arena_release(struct arena *a);
/* Forgets all allocations but keeps the largest block for reuse. */
void arena_clear(struct arena *a);

/* size bytes aligned to 16, uninitialised; NULL when memory is short. */
void *arena_alloc(struct arena *a, size_t size);
/* The same, zeroed; n * size is checked for overflow. */
void *arena_calloc(struct arena *a, size_t n, size_t size);
/* A copy of the bytes, with a NUL after them. */
char *arena_dup(struct arena *a, const void *ptr, size_t len);

#endif
