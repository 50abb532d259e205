#include "query/verify/line_scan.h"

#include <errno.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "base/cpu.h"
#include "base/os.h"
#include "base/tree/read.h"

enum { WINDOW_BYTES = 128 << 10 };

/* --- Counting lines ------------------------------------------------------ */

static const uint8_t *skip_plain(const uint8_t *p, const uint8_t *end,
				 uint64_t *n)
{
	while (*n) {
		p = p < end ? memchr(p, '\n', (size_t)(end - p)) : NULL;
		if (!p)
			return end;
		p++;
		--*n;
	}
	return p;
}

#if defined(__x86_64__)
/* Ends of lines in the 128 bytes from p on. */
__attribute__((target("sse4.2,popcnt"))) static inline unsigned
count_sse42(const uint8_t *p)
{
	const __m128i newline = _mm_set1_epi8('\n');
	unsigned i, count = 0;

	for (i = 0; i < 128; i += 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)(p + i));

		v = _mm_cmpeq_epi8(v, newline);
		count += (unsigned)__builtin_popcount(
			(unsigned)_mm_movemask_epi8(v));
	}
	return count;
}

__attribute__((target("avx2,popcnt"))) static inline unsigned
count_avx2(const uint8_t *p)
{
	const __m256i newline = _mm256_set1_epi8('\n');
	unsigned i, count = 0;

	for (i = 0; i < 128; i += 32) {
		__m256i v = _mm256_loadu_si256((const __m256i *)(p + i));

		v = _mm256_cmpeq_epi8(v, newline);
		count += (unsigned)__builtin_popcount(
			(unsigned)_mm256_movemask_epi8(v));
	}
	return count;
}

typedef unsigned (*count_fn)(const uint8_t *p);

/* A block of 128 bytes is passed as long as it cannot hold the last '\n'. */
static inline __attribute__((always_inline)) const uint8_t *
skip_blocks(const uint8_t *p, const uint8_t *end, uint64_t *n, count_fn count_in)
{
	while (end - p >= 128) {
		unsigned count = count_in(p);

		if (count >= *n)
			break;
		*n -= count;
		p += 128;
	}
	return skip_plain(p, end, n);
}

__attribute__((target("sse4.2,popcnt"))) static const uint8_t *
skip_sse42(const uint8_t *p, const uint8_t *end, uint64_t *n)
{
	return skip_blocks(p, end, n, count_sse42);
}

__attribute__((target("avx2,popcnt"))) static const uint8_t *
skip_avx2(const uint8_t *p, const uint8_t *end, uint64_t *n)
{
	return skip_blocks(p, end, n, count_avx2);
}
#endif

const uint8_t *lines_skip(const uint8_t *p, const uint8_t *end, uint64_t *n)
{
#if defined(__x86_64__)
	if (*n > 1 && cpu_level() == CPU_AVX2)
		return skip_avx2(p, end, n);
	if (*n > 1 && cpu_level() == CPU_SSE42)
		return skip_sse42(p, end, n);
#endif
	return skip_plain(p, end, n);
}

/* --- The scan ------------------------------------------------------------ */

void line_scan_init(struct line_scan *s)
{
	memset(s, 0, sizeof(*s));
	s->fd = -1;
	buf_init(&s->window, MEM_READ);
}

void line_scan_release(struct line_scan *s)
{
	buf_release(&s->window);
}

static void start(struct line_scan *s)
{
	s->text_offset = 0;
	s->line = 0;
	s->pos = 0;
	s->hints = NULL;
	s->nhints = s->next_hint = 0;
}

void line_scan_text(struct line_scan *s, struct span text)
{
	start(s);
	s->text = text;
	s->fd = -1;
	s->packed = NULL;
	s->at_end = true;
}

void line_scan_file(struct line_scan *s, int fd, uint64_t shift)
{
	start(s);
	buf_clear(&s->window);
	s->text = buf_span(&s->window);
	s->text.len = 0;
	s->fd = fd;
	s->packed = NULL;
	s->file_shift = shift;
	s->at_end = false;
}

void line_scan_packed(struct line_scan *s, struct decompressor *packed,
		      uint64_t shift)
{
	line_scan_file(s, -1, shift);
	s->packed = packed;
}

void line_scan_set_hints(struct line_scan *s, const struct line_hint *hints,
			 size_t nhints)
{
	s->hints = hints;
	s->nhints = nhints;
	s->next_hint = 0;
}

static int read_at(struct line_scan *s, void *ptr, uint64_t offset,
		   size_t *out_got)
{
	int rc;

	if (!s->packed)
		return os_pread_full(s->fd, ptr, WINDOW_BYTES, offset, out_got);
	rc = decompress_seek(s->packed, offset);
	return rc < 0 ? rc : decompress_read(s->packed, ptr, WINDOW_BYTES,
					     out_got);
}

/* Reads on: keeps the window from pos, which becomes 0. */
static int read_more(struct line_scan *s)
{
	struct buf *w = &s->window;
	size_t keep = s->text.len - s->pos, got;
	int rc;

	if (keep)
		memmove(w->ptr, w->ptr + s->pos, keep);
	w->len = keep;
	s->text_offset += s->pos;
	s->pos = 0;
	if (s->most_bytes && keep > s->most_bytes)
		return SCOUT_E_LIMIT;
	if (!buf_reserve(w, WINDOW_BYTES + READ_PADDING))
		return SCOUT_E_NOMEM;
	rc = read_at(s, w->ptr + keep, s->text_offset + keep + s->file_shift,
		     &got);
	if (rc < 0)
		return rc == -ENOMEM ? SCOUT_E_NOMEM : SCOUT_E_IO;
	s->bytes_read += got;
	w->len += got;
	memset(w->ptr + w->len, 0, READ_PADDING);
	s->text = buf_span(w);
	s->at_end = got < WINDOW_BYTES;
	return SCOUT_OK;
}

/* Jumps to a line whose offset is known, ahead of the current one. */
static void jump(struct line_scan *s, uint64_t line, uint64_t offset)
{
	s->line = line;
	if (offset >= s->text_offset &&
	    offset - s->text_offset <= s->text.len) {
		s->pos = (size_t)(offset - s->text_offset);
		return;
	}
	if (s->fd < 0 && !s->packed) {
		s->pos = s->text.len;	/* not of this text */
		return;
	}
	s->text.len = 0;
	s->window.len = 0;
	s->pos = 0;
	s->text_offset = offset;
	s->at_end = false;
}

static void use_hint(struct line_scan *s, uint64_t line)
{
	size_t h = s->next_hint;

	while (h < s->nhints && s->hints[h].line <= line)
		h++;
	s->next_hint = h;
	if (h && s->hints[h - 1].line > s->line)
		jump(s, s->hints[h - 1].line, s->hints[h - 1].offset);
}

int line_scan_to(struct line_scan *s, uint64_t line)
{
	uint64_t left;
	int rc;

	SCOUT_ASSERT(line >= s->line);
	use_hint(s, line);
	left = line - s->line;
	for (;;) {
		const uint8_t *end = s->text.ptr + s->text.len, *p;

		p = lines_skip(s->text.ptr + s->pos, end, &left);
		s->pos = (size_t)(p - s->text.ptr);
		s->line = line - left;
		if ((!left && p < end) || s->at_end)
			break;
		rc = read_more(s);
		if (rc < 0)
			return rc;
	}
	return left || s->pos == s->text.len ? SCOUT_END : SCOUT_OK;
}

int line_scan_to_offset(struct line_scan *s, uint64_t line, uint64_t offset)
{
	if (line > s->line)
		jump(s, line, offset);
	return line_scan_to(s, line);
}

int line_scan_get(struct line_scan *s, struct span *out)
{
	const uint8_t *p, *end;
	size_t seen = 0;
	int rc;

	for (;;) {
		p = s->text.ptr + s->pos;
		end = memchr(p + seen, '\n', s->text.len - s->pos - seen);
		if (end) {
			*out = span_of(p, (size_t)(end - p) + 1);
			return SCOUT_OK;
		}
		if (s->at_end) {
			*out = span_of(p, s->text.len - s->pos);
			return SCOUT_OK;
		}
		seen = s->text.len - s->pos;
		rc = read_more(s);
		if (rc < 0)
			return rc;
	}
}
