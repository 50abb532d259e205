#include "base/arena.h"

struct arena_block {
	struct arena_block *next;
	size_t size;	/* usable bytes after this header */
};

enum { ARENA_FIRST_BYTES = 4096, ARENA_MAX_BYTES = 1 << 20, ARENA_ALIGN = 16 };

void arena_init(struct arena *a, enum scout_mem_owner owner)
{
	*a = (struct arena){ .owner = owner };
}

void arena_release(struct arena *a)
{
	struct arena_block *b, *next;

	for (b = a->blocks; b; b = next) {
		next = b->next;
		scout_free(b);
	}
	arena_init(a, a->owner);
}

void arena_clear(struct arena *a)
{
	struct arena_block *b, *next, *largest = NULL;

	for (b = a->blocks; b; b = b->next)
		if (!largest || b->size > largest->size)
			largest = b;
	for (b = a->blocks; b; b = next) {
		next = b->next;
		if (b != largest)
			scout_free(b);
	}
	a->blocks = largest;
	a->next = a->end = NULL;
	a->total_bytes = 0;
	if (largest) {
		largest->next = NULL;
		a->next = (uint8_t *)(largest + 1);
		a->end = a->next + largest->size;
		a->total_bytes = largest->size;
	}
}

void *arena_alloc(struct arena *a, size_t size)
{
	struct arena_block *b;
	size_t want;
	void *ptr;

	if (size > SIZE_MAX / 2)
		return NULL;
	size = (size + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1);
	if (!a->blocks || size > (size_t)(a->end - a->next)) {
		want = a->blocks ? a->blocks->size * 2 : ARENA_FIRST_BYTES;
		if (want > ARENA_MAX_BYTES)
			want = ARENA_MAX_BYTES;
		if (want < size)
			want = size;
		b = scout_malloc(a->owner, sizeof(*b) + want);
		if (!b)
			return NULL;
		b->next = a->blocks;
		b->size = want;
		a->blocks = b;
		a->next = (uint8_t *)(b + 1);
		a->end = a->next + want;
		a->total_bytes += want;
	}
	ptr = a->next;
	a->next += size;
	return ptr;
}

void *arena_calloc(struct arena *a, size_t n, size_t size)
{
	void *ptr;

	if (size && n > SIZE_MAX / 2 / size)
		return NULL;
	ptr = arena_alloc(a, n * size);
	if (ptr)
		memset(ptr, 0, n * size);
	return ptr;
}

char *arena_dup(struct arena *a, const void *ptr, size_t len)
{
	char *copy = arena_alloc(a, len + 1);

	if (!copy)
		return NULL;
	if (len)
		memcpy(copy, ptr, len);
	copy[len] = 0;
	return copy;
}
