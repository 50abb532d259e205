/*
 * A growing byte builder.
 *
 * Errors are sticky: after a failed allocation every put is a no-op, and the
 * caller checks buf_status() once at the end.  Owned by one thread at a time.
 */
#ifndef SCOUT_BASE_BUF_H
#define SCOUT_BASE_BUF_H

#include "base/bytes.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/span.h"

struct buf {
	uint8_t *ptr;
	size_t len;
	size_t cap;
	enum scout_mem_owner owner;
	int failed;	/* SCOUT_OK or SCOUT_E_NOMEM */
};

#define BUF_INIT(o) { NULL, 0, 0, (o), SCOUT_OK }

void buf_init(struct buf *b, enum scout_mem_owner owner);
/* Frees the bytes; the buf is as after buf_init. */
void buf_release(struct buf *b);
/* Empties it, keeps the memory, forgets a failure. */
void buf_clear(struct buf *b);

/* Makes room for extra bytes after len; false (and sticky) on failure. */
bool buf_reserve_slow(struct buf *b, size_t extra);

static inline bool buf_reserve(struct buf *b, size_t extra)
{
	if (b->cap - b->len >= extra && !b->failed)
		return true;
	return buf_reserve_slow(b, extra);
}

/* SCOUT_OK, or SCOUT_E_NOMEM if any put since the last clear failed. */
static inline int buf_status(const struct buf *b)
{
	return b->failed;
}

static inline struct span buf_span(const struct buf *b)
{
	return (struct span){ b->ptr, b->len };
}

static inline void buf_put(struct buf *b, const void *ptr, size_t len)
{
	if (!len || !buf_reserve(b, len))
		return;
	memcpy(b->ptr + b->len, ptr, len);
	b->len += len;
}

static inline void buf_put_span(struct buf *b, struct span s)
{
	buf_put(b, s.ptr, s.len);
}

static inline void buf_put_str(struct buf *b, const char *s)
{
	buf_put(b, s, strlen(s));
}

static inline void buf_put_u8(struct buf *b, uint8_t v)
{
	if (buf_reserve(b, 1))
		b->ptr[b->len++] = v;
}

static inline void buf_put_le16(struct buf *b, uint16_t v)
{
	if (buf_reserve(b, 2)) {
		put_le16(b->ptr + b->len, v);
		b->len += 2;
	}
}

static inline void buf_put_le32(struct buf *b, uint32_t v)
{
	if (buf_reserve(b, 4)) {
		put_le32(b->ptr + b->len, v);
		b->len += 4;
	}
}

static inline void buf_put_le64(struct buf *b, uint64_t v)
{
	if (buf_reserve(b, 8)) {
		put_le64(b->ptr + b->len, v);
		b->len += 8;
	}
}

static inline void buf_put_varint(struct buf *b, uint64_t v)
{
	if (buf_reserve(b, VARINT_MAX64))
		b->len = (size_t)(put_varint(b->ptr + b->len, v) - b->ptr);
}

/* Appends formatted text. */
void buf_printf(struct buf *b, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Puts a NUL after the bytes (not counted in len); NULL after a failure. */
const char *buf_cstr(struct buf *b);

#endif
