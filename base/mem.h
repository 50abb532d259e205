/*
 * The only malloc and free of the project.
 *
 * Every block belongs to an owner, so that the memory a stage takes can be
 * reported and kept within a budget; and the n-th allocation can be made to
 * fail, so that tests reach every error path.
 *
 * Thread rule: all functions may be called from any thread.
 */
#ifndef SCOUT_BASE_MEM_H
#define SCOUT_BASE_MEM_H

#include <stddef.h>
#include <stdint.h>

enum scout_mem_owner {
	MEM_OTHER,
	MEM_WALK,	/* file list, ignore rules */
	MEM_READ,	/* file contents being read */
	MEM_TOKENIZE,	/* token batches, per-file tables */
	MEM_ACCUMULATE,	/* in-memory postings */
	MEM_RUNS,	/* buffers of sorted runs */
	MEM_MERGE,	/* merging and encoding */
	MEM_STORE,	/* LMDB batch under construction */
	MEM_QUERY,	/* plan, iterators, hits */
	MEM_OWNERS
};

/* Short lower-case name of an owner, for reports; static. */
const char *scout_mem_owner_name(enum scout_mem_owner owner);

/*
 * As malloc, calloc and realloc; NULL when memory is short (or when a test
 * asked for it).  A size of 0 gives a valid pointer.  On failure of
 * scout_realloc the old block stays.
 */
void *scout_malloc(enum scout_mem_owner owner, size_t size);
void *scout_calloc(enum scout_mem_owner owner, size_t n, size_t size);
void *scout_realloc(enum scout_mem_owner owner, void *ptr, size_t size);
/* Accepts NULL. */
void scout_free(void *ptr);

/* Copies of bytes or of a C string (NUL-terminated); NULL on failure. */
void *scout_memdup(enum scout_mem_owner owner, const void *ptr, size_t size);
char *scout_strdup(enum scout_mem_owner owner, const char *s);

/*
 * Whole pages straight from the kernel, zeroed, and given back to it at once
 * by scout_unmap (malloc would keep them).  For arenas and other big blocks.
 */
void *scout_map(enum scout_mem_owner owner, size_t size);
void scout_unmap(enum scout_mem_owner owner, void *ptr, size_t size);

/*
 * Address space whose pages are taken only when they are first touched; not
 * counted: the caller notes what it uses with scout_mem_note.
 */
void *scout_reserve(size_t size);
/* Gives the pages back but keeps the (zeroed) address space. */
void scout_reserve_reset(void *ptr, size_t size);
void scout_unreserve(void *ptr, size_t size);

/* Counts memory that a library holds on our behalf (bytes may be negative). */
void scout_mem_note(enum scout_mem_owner owner, int64_t bytes);

/* Bytes held now, and the most that were held at once. */
size_t scout_mem_current(enum scout_mem_owner owner);
size_t scout_mem_peak(enum scout_mem_owner owner);
/* The same over all owners together. */
size_t scout_mem_total(void);
size_t scout_mem_total_peak(void);

/* Tests: the n-th allocation from now on fails (1 = the next one); 0: none. */
void scout_mem_fail_at(uint64_t n);
/* Tests: allocations made so far in this process. */
uint64_t scout_mem_calls(void);

#endif
