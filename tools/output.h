/*
 * Output in big writes: bytes are appended to one buffer and go to a file
 * descriptor when it is full.
 *
 * Errors are sticky: after a failed write every put is dropped, and the caller
 * looks at output.failed (EPIPE means that nobody reads any more).  One thread
 * at a time.
 */
#ifndef SCOUT_TOOLS_OUTPUT_H
#define SCOUT_TOOLS_OUTPUT_H

#include "base/err.h"
#include "base/span.h"

enum {
	OUTPUT_BUFFER_BYTES = 256 << 10,
	OUTPUT_MAX_ROOM = 4096,		/* most to ask of output_room */
	OUTPUT_MAX_DIGITS = 20,		/* of a 64-bit number */
};

struct output {
	uint8_t *ptr;
	size_t len;
	size_t cap;
	int fd;
	int failed;		/* 0, or the errno of the first failed write */
	bool by_line;		/* flush after every line: a terminal */
	uint64_t flushed;	/* bytes handed to the descriptor so far */
};

/* Makes the buffer; by_line if fd is a terminal.  SCOUT_E_NOMEM. */
int output_init(struct output *out, int fd, struct scout_err *err);
/* Frees the buffer without flushing it.  Accepts a zeroed struct. */
void output_release(struct output *out);

/* Hands everything to the descriptor; false if that has ever failed. */
bool output_flush(struct output *out);

/* Appends bytes that do not fit in the buffer as it is. */
void output_put_slow(struct output *out, const void *ptr, size_t len);

/* Writes v in decimal at p (OUTPUT_MAX_DIGITS free bytes); one past the last. */
uint8_t *output_format_u64(uint8_t *p, uint64_t v);

/* Room for n more bytes (at most OUTPUT_MAX_ROOM); the caller adds to len. */
static inline uint8_t *output_room(struct output *out, size_t n)
{
	if (out->cap - out->len < n)
		output_flush(out);
	return out->ptr + out->len;
}

static inline void output_put(struct output *out, const void *ptr, size_t len)
{
	if (out->cap - out->len < len) {
		output_put_slow(out, ptr, len);
		return;
	}
	if (len)
		memcpy(out->ptr + out->len, ptr, len);
	out->len += len;
}

static inline void output_put_span(struct output *out, struct span s)
{
	output_put(out, s.ptr, s.len);
}

static inline void output_put_str(struct output *out, const char *s)
{
	output_put(out, s, strlen(s));
}

static inline void output_put_byte(struct output *out, uint8_t c)
{
	*output_room(out, 1) = c;
	out->len++;
}

/* Appends v in decimal. */
static inline void output_put_u64(struct output *out, uint64_t v)
{
	uint8_t *p = output_room(out, OUTPUT_MAX_DIGITS);

	out->len += (size_t)(output_format_u64(p, v) - p);
}

/* Ends a line: a newline, and on a terminal a flush. */
static inline void output_end_line(struct output *out)
{
	output_put_byte(out, '\n');
	if (out->by_line)
		output_flush(out);
}

/* Appends formatted text; for the few lines of a report, not for hits. */
void output_printf(struct output *out, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Bytes put so far, flushed or not. */
static inline uint64_t output_total(const struct output *out)
{
	return out->flushed + out->len;
}

#endif
