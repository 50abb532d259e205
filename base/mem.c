#include "base/mem.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/err.h"

/* In front of every block; 16 bytes keep malloc's alignment. */
struct mem_head {
	uint64_t size;
	uint64_t owner;
};

static _Atomic int64_t mem_now[MEM_OWNERS];
static _Atomic int64_t mem_max[MEM_OWNERS];
static _Atomic int64_t mem_all_now;
static _Atomic int64_t mem_all_max;
static _Atomic uint64_t mem_ncalls;
static _Atomic uint64_t mem_fail_call;

const char *scout_mem_owner_name(enum scout_mem_owner owner)
{
	static const char *const names[MEM_OWNERS] = {
		"other", "walk", "read", "tokenize", "accumulate",
		"runs", "merge", "store", "query",
	};

	SCOUT_ASSERT(owner < MEM_OWNERS);
	return names[owner];
}

static void raise_max(_Atomic int64_t *max, int64_t value)
{
	int64_t old = atomic_load_explicit(max, memory_order_relaxed);

	while (value > old &&
	       !atomic_compare_exchange_weak_explicit(max, &old, value,
						      memory_order_relaxed,
						      memory_order_relaxed))
		;
}

void scout_mem_note(enum scout_mem_owner owner, int64_t bytes)
{
	int64_t now, all;

	now = atomic_fetch_add_explicit(&mem_now[owner], bytes,
					memory_order_relaxed) + bytes;
	all = atomic_fetch_add_explicit(&mem_all_now, bytes,
					memory_order_relaxed) + bytes;
	if (bytes > 0) {
		raise_max(&mem_max[owner], now);
		raise_max(&mem_all_max, all);
	}
}

static int should_fail(void)
{
	uint64_t n = atomic_fetch_add_explicit(&mem_ncalls, 1,
					       memory_order_relaxed) + 1;
	uint64_t at = atomic_load_explicit(&mem_fail_call,
					   memory_order_relaxed);

	return at && n == at;
}

void *scout_malloc(enum scout_mem_owner owner, size_t size)
{
	struct mem_head *h;

	if (should_fail() || size > SIZE_MAX - sizeof(*h))
		return NULL;
	h = malloc(sizeof(*h) + size);
	if (!h)
		return NULL;
	h->size = size;
	h->owner = owner;
	scout_mem_note(owner, (int64_t)size);
	return h + 1;
}

void *scout_calloc(enum scout_mem_owner owner, size_t n, size_t size)
{
	struct mem_head *h;

	if (should_fail() ||
	    (size && n > (SIZE_MAX - sizeof(*h)) / size))
		return NULL;
	h = calloc(1, sizeof(*h) + n * size);
	if (!h)
		return NULL;
	h->size = n * size;
	h->owner = owner;
	scout_mem_note(owner, (int64_t)(n * size));
	return h + 1;
}

void *scout_realloc(enum scout_mem_owner owner, void *ptr, size_t size)
{
	struct mem_head *h;
	int64_t old;

	if (!ptr)
		return scout_malloc(owner, size);
	if (should_fail() || size > SIZE_MAX - sizeof(*h))
		return NULL;
	h = (struct mem_head *)ptr - 1;
	SCOUT_ASSERT(h->owner == owner);
	old = (int64_t)h->size;
	h = realloc(h, sizeof(*h) + size);
	if (!h)
		return NULL;
	h->size = size;
	scout_mem_note(owner, (int64_t)size - old);
	return h + 1;
}

void scout_free(void *ptr)
{
	struct mem_head *h;

	if (!ptr)
		return;
	h = (struct mem_head *)ptr - 1;
	SCOUT_ASSERT(h->owner < MEM_OWNERS);
	scout_mem_note((enum scout_mem_owner)h->owner, -(int64_t)h->size);
	h->owner = MEM_OWNERS; /* a second free of the block is caught */
	free(h);
}

void *scout_memdup(enum scout_mem_owner owner, const void *ptr, size_t size)
{
	void *copy = scout_malloc(owner, size);

	if (copy && size)
		memcpy(copy, ptr, size);
	return copy;
}

char *scout_strdup(enum scout_mem_owner owner, const char *s)
{
	return scout_memdup(owner, s, strlen(s) + 1);
}

void *scout_map(enum scout_mem_owner owner, size_t size)
{
	void *ptr;

	if (should_fail())
		return NULL;
	ptr = mmap(NULL, size, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (ptr == MAP_FAILED)
		return NULL;
	scout_mem_note(owner, (int64_t)size);
	return ptr;
}

void scout_unmap(enum scout_mem_owner owner, void *ptr, size_t size)
{
	if (!ptr)
		return;
	munmap(ptr, size);
	scout_mem_note(owner, -(int64_t)size);
}

void *scout_reserve(size_t size)
{
	void *ptr;

	if (should_fail())
		return NULL;
	ptr = mmap(NULL, size, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	return ptr == MAP_FAILED ? NULL : ptr;
}

void scout_reserve_reset(void *ptr, size_t size)
{
	madvise(ptr, size, MADV_DONTNEED);
}

void scout_unreserve(void *ptr, size_t size)
{
	if (ptr)
		munmap(ptr, size);
}

size_t scout_mem_current(enum scout_mem_owner owner)
{
	return (size_t)atomic_load(&mem_now[owner]);
}

size_t scout_mem_peak(enum scout_mem_owner owner)
{
	return (size_t)atomic_load(&mem_max[owner]);
}

size_t scout_mem_total(void)
{
	return (size_t)atomic_load(&mem_all_now);
}

size_t scout_mem_total_peak(void)
{
	return (size_t)atomic_load(&mem_all_max);
}

void scout_mem_fail_at(uint64_t n)
{
	atomic_store(&mem_fail_call, n ? atomic_load(&mem_ncalls) + n : 0);
}

uint64_t scout_mem_calls(void)
{
	return atomic_load(&mem_ncalls);
}
