#include "base/buf.h"

#include <stdarg.h>

void buf_init(struct buf *b, enum scout_mem_owner owner)
{
	*b = (struct buf)BUF_INIT(owner);
}

void buf_release(struct buf *b)
{
	scout_free(b->ptr);
	buf_init(b, b->owner);
}

void buf_clear(struct buf *b)
{
	b->len = 0;
	b->failed = SCOUT_OK;
}

bool buf_reserve_slow(struct buf *b, size_t extra)
{
	size_t cap = b->cap ? b->cap : 64;
	uint8_t *ptr;

	if (b->failed)
		return false;
	if (extra > SIZE_MAX / 2 - b->len) {
		b->failed = SCOUT_E_NOMEM;
		return false;
	}
	while (cap < b->len + extra)
		cap += cap / 2 + 64;
	ptr = scout_realloc(b->owner, b->ptr, cap);
	if (!ptr) {
		b->failed = SCOUT_E_NOMEM;
		return false;
	}
	b->ptr = ptr;
	b->cap = cap;
	return true;
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0 || !buf_reserve(b, (size_t)n + 1))
		return;
	va_start(ap, fmt);
	vsnprintf((char *)b->ptr + b->len, (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->len += (size_t)n;
}

const char *buf_cstr(struct buf *b)
{
	if (!buf_reserve(b, 1))
		return NULL;
	b->ptr[b->len] = 0;
	return (const char *)b->ptr;
}
