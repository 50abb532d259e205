/* Borrowed bytes: never freed by the holder, valid while their owner is. */
#ifndef SCOUT_BASE_SPAN_H
#define SCOUT_BASE_SPAN_H

#include <stddef.h>
#include <stdint.h>
#include <stdbool.h>
#include <string.h>

struct span {
	const uint8_t *ptr;
	size_t len;
};

/* The bytes of a C string, without its NUL. */
static inline struct span span_str(const char *s)
{
	return (struct span){ (const uint8_t *)s, strlen(s) };
}

static inline struct span span_of(const void *ptr, size_t len)
{
	return (struct span){ (const uint8_t *)ptr, len };
}

/* Bytewise order, a prefix before what it starts: <0, 0 or >0. */
static inline int span_cmp(struct span a, struct span b)
{
	size_t n = a.len < b.len ? a.len : b.len;
	int c = n ? memcmp(a.ptr, b.ptr, n) : 0;

	if (c)
		return c;
	return (a.len > b.len) - (a.len < b.len);
}

/* Whether no byte is above 127; nothing is ASCII, too. */
static inline bool span_is_ascii(struct span s)
{
	uint64_t bits = 0, word;
	size_t i;

	for (i = 0; i + 8 <= s.len; i += 8) {
		memcpy(&word, s.ptr + i, sizeof(word));
		bits |= word & 0x8080808080808080;
	}
	for (; i < s.len; i++)
		bits |= s.ptr[i] & 0x80;
	return !bits;
}

static inline bool span_eq(struct span a, struct span b)
{
	return a.len == b.len && (!a.len || !memcmp(a.ptr, b.ptr, a.len));
}

static inline bool span_has_prefix(struct span a, struct span prefix)
{
	return a.len >= prefix.len &&
	       (!prefix.len || !memcmp(a.ptr, prefix.ptr, prefix.len));
}

#endif
