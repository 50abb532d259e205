#include "index_format/fold.h"

#include <utf8proc.h>

#include "index_format/script_table.h"

enum {
	PENDING_INLINE = 64,	/* marks in a row before the heap is asked */
	DECOMPOSE_MAX = 32,	/* code points that one may fold to (18) */
	FIRST_MARK = 0x300,
	NEXT_JOINING_STEPS = 512,	/* looked at for the next one */
};

/* Marks that wait for the next starter, to be put in canonical order. */
struct pending {
	int32_t *cps;
	uint8_t *classes;
	size_t n, cap;
	int32_t cps_inline[PENDING_INLINE];
	uint8_t classes_inline[PENDING_INLINE];
	bool is_heap;
	bool unsorted;
};

/* Where folded text goes; stable_len is what later text cannot change. */
struct fold_sink {
	struct buf *out;	/* or NULL: the fixed bytes below */
	uint8_t *fixed;
	size_t fixed_cap;
	size_t len;
	size_t stable_len;
	bool full;		/* fixed bytes: no more room */
	bool reordered;
	struct pending marks;
};

static bool is_single_script(int32_t cp)
{
	size_t lo = 0, hi = sizeof(script_ranges) / sizeof(script_ranges[0]);

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (cp > script_ranges[mid].last)
			lo = mid + 1;
		else if (cp < script_ranges[mid].first)
			hi = mid;
		else
			return true;
	}
	return false;
}

enum char_class char_class_of(int32_t cp)
{
	const utf8proc_property_t *p = utf8proc_get_property(cp);

	if (p->ignorable)
		return CHAR_IGNORABLE;
	switch (p->category) {
	case UTF8PROC_CATEGORY_LU:
	case UTF8PROC_CATEGORY_LL:
	case UTF8PROC_CATEGORY_LT:
	case UTF8PROC_CATEGORY_LM:
	case UTF8PROC_CATEGORY_LO:
	case UTF8PROC_CATEGORY_ND:
	case UTF8PROC_CATEGORY_NL:
	case UTF8PROC_CATEGORY_NO:
	case UTF8PROC_CATEGORY_PC:
		return cp >= 0x0e00 && is_single_script(cp) ? CHAR_SINGLE :
							       CHAR_WORD;
	case UTF8PROC_CATEGORY_MN:
	case UTF8PROC_CATEGORY_MC:
	case UTF8PROC_CATEGORY_ME:
		return cp >= 0x0e00 && is_single_script(cp) ?
			       CHAR_SINGLE_MARK :
			       CHAR_MARK;
	default:
		return CHAR_OTHER;
	}
}

static enum char_kind ascii_kind(int32_t cp)
{
	return cp >= 'a' && cp <= 'z' ? CHAR_KIND_LOWER :
	       cp >= 'A' && cp <= 'Z' ? CHAR_KIND_UPPER :
	       cp >= '0' && cp <= '9' ? CHAR_KIND_NUMBER :
	       cp == '_'	      ? CHAR_KIND_CONNECTOR :
					CHAR_KIND_LETTER;
}

enum char_kind char_kind_of(int32_t cp)
{
	const utf8proc_property_t *p;

	if (cp >= 0 && cp < 128)
		return ascii_kind(cp);
	p = utf8proc_get_property(cp);
	if (p->ignorable)
		return CHAR_KIND_MARK;
	switch (p->category) {
	case UTF8PROC_CATEGORY_LU:
	case UTF8PROC_CATEGORY_LT:
		return CHAR_KIND_UPPER;
	case UTF8PROC_CATEGORY_LL:
		return CHAR_KIND_LOWER;
	case UTF8PROC_CATEGORY_ND:
	case UTF8PROC_CATEGORY_NL:
	case UTF8PROC_CATEGORY_NO:
		return CHAR_KIND_NUMBER;
	case UTF8PROC_CATEGORY_PC:
		return CHAR_KIND_CONNECTOR;
	case UTF8PROC_CATEGORY_MN:
	case UTF8PROC_CATEGORY_MC:
	case UTF8PROC_CATEGORY_ME:
		return CHAR_KIND_MARK;
	default:
		return CHAR_KIND_LETTER;
	}
}

bool char_is_upper(int32_t cp)
{
	return utf8proc_get_property(cp)->category == UTF8PROC_CATEGORY_LU;
}

static bool is_continuation(uint8_t b)
{
	return (b & 0xc0) == 0x80;
}

unsigned utf8_decode(const uint8_t *p, const uint8_t *end, int32_t *out)
{
	size_t left = (size_t)(end - p);
	int32_t cp;

	*out = -1;
	if (!left)
		return 0;
	if (p[0] < 0x80) {
		*out = p[0];
		return 1;
	}
	if (p[0] < 0xc2 || p[0] > 0xf4 || left < 2 || !is_continuation(p[1]))
		return 0;
	if (p[0] < 0xe0) {
		*out = (p[0] & 0x1f) << 6 | (p[1] & 0x3f);
		return 2;
	}
	if (left < 3 || !is_continuation(p[2]))
		return 0;
	if (p[0] < 0xf0) {
		cp = (p[0] & 0x0f) << 12 | (p[1] & 0x3f) << 6 | (p[2] & 0x3f);
		if (cp < 0x800 || (cp >= 0xd800 && cp <= 0xdfff))
			return 0;
		*out = cp;
		return 3;
	}
	if (left < 4 || !is_continuation(p[3]))
		return 0;
	cp = (p[0] & 0x07) << 18 | (p[1] & 0x3f) << 12 | (p[2] & 0x3f) << 6 |
	     (p[3] & 0x3f);
	if (cp < 0x10000 || cp > 0x10ffff)
		return 0;
	*out = cp;
	return 4;
}

unsigned utf8_encode(int32_t cp, uint8_t out[4])
{
	static const uint8_t leads[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
	unsigned n = utf8_length(cp), i;

	for (i = n - 1; i; i--, cp >>= 6)
		out[i] = (uint8_t)(0x80 | (cp & 0x3f));
	out[0] = (uint8_t)(leads[n] | cp);
	return n;
}

static void sink_init(struct fold_sink *s)
{
	s->len = s->stable_len = 0;
	s->full = s->reordered = false;
	s->marks.cps = s->marks.cps_inline;
	s->marks.classes = s->marks.classes_inline;
	s->marks.n = 0;
	s->marks.cap = PENDING_INLINE;
	s->marks.is_heap = s->marks.unsorted = false;
}

static void sink_release(struct fold_sink *s)
{
	if (s->marks.is_heap) {
		scout_free(s->marks.cps);
		scout_free(s->marks.classes);
	}
}

static void sink_emit(struct fold_sink *s, int32_t cp)
{
	uint8_t bytes[4];
	size_t n = utf8_encode(cp, bytes);

	if (s->out) {
		buf_put(s->out, bytes, n);
	} else if (s->full || s->len + n > s->fixed_cap) {
		s->full = true;
		return;
	} else {
		memcpy(s->fixed + s->len, bytes, n);
	}
	s->len += n;
}

/*
 * Puts the waiting marks out in canonical order: a stable counting sort by
 * class, so that a million of them cost a million steps.
 */
static int sink_flush_marks(struct fold_sink *s)
{
	struct pending *m = &s->marks;
	size_t start[257] = { 0 };
	int32_t *sorted;
	size_t i;

	if (!m->unsorted) {
		for (i = 0; i < m->n; i++)
			sink_emit(s, m->cps[i]);
		m->n = 0;
		return SCOUT_OK;
	}
	sorted = scout_malloc(MEM_TOKENIZE, m->n * sizeof(*sorted));
	if (!sorted)
		return SCOUT_E_NOMEM;
	for (i = 0; i < m->n; i++)
		start[m->classes[i] + 1]++;
	for (i = 1; i < 257; i++)
		start[i] += start[i - 1];
	for (i = 0; i < m->n; i++)
		sorted[start[m->classes[i]]++] = m->cps[i];
	for (i = 0; i < m->n; i++)
		sink_emit(s, sorted[i]);
	scout_free(sorted);
	s->reordered = true;
	m->n = 0;
	m->unsorted = false;
	return SCOUT_OK;
}

static int pending_grow(struct pending *m)
{
	size_t cap = m->cap * 2;
	int32_t *cps = scout_malloc(MEM_TOKENIZE, cap * sizeof(*cps));
	uint8_t *classes = scout_malloc(MEM_TOKENIZE, cap);

	if (!cps || !classes) {
		scout_free(cps);
		scout_free(classes);
		return SCOUT_E_NOMEM;
	}
	memcpy(cps, m->cps, m->n * sizeof(*cps));
	memcpy(classes, m->classes, m->n);
	if (m->is_heap) {
		scout_free(m->cps);
		scout_free(m->classes);
	}
	m->cps = cps;
	m->classes = classes;
	m->cap = cap;
	m->is_heap = true;
	return SCOUT_OK;
}

static int sink_put(struct fold_sink *s, int32_t cp)
{
	struct pending *m = &s->marks;
	uint8_t class = (uint8_t)utf8proc_get_property(cp)->combining_class;
	int rc;

	if (!class) {
		rc = sink_flush_marks(s);
		if (rc < 0)
			return rc;
		/* a starter fixes all before it */
		s->stable_len = s->len;
		sink_emit(s, cp);
		return SCOUT_OK;
	}
	if (m->n == m->cap) {
		rc = pending_grow(m);
		if (rc < 0)
			return rc;
	}
	if (m->n && m->classes[m->n - 1] > class)
		m->unsorted = true;
	m->cps[m->n] = cp;
	m->classes[m->n] = class;
	m->n++;
	return SCOUT_OK;
}

bool char_is_mark(int32_t cp)
{
	utf8proc_category_t c = utf8proc_category(cp);

	return c == UTF8PROC_CATEGORY_MN || c == UTF8PROC_CATEGORY_MC ||
	       c == UTF8PROC_CATEGORY_ME;
}

static int fold_code_points(struct fold_sink *s, struct span word,
			    unsigned flags)
{
	utf8proc_option_t options = UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT |
				    UTF8PROC_IGNORE | UTF8PROC_STABLE;
	const uint8_t *p = word.ptr, *end = word.ptr + word.len;
	int32_t cps[DECOMPOSE_MAX], cp;
	int boundclass = UTF8PROC_BOUNDCLASS_START, rc;
	utf8proc_ssize_t i, n;
	unsigned step;

	if (flags & FOLD_CASE)
		options |= UTF8PROC_CASEFOLD;
	while (p < end && !s->full) {
		step = utf8_decode(p, end, &cp);
		if (!step)
			break;	/* cut short by the 1024-byte limit */
		p += step;
		n = utf8proc_decompose_char(cp, cps, DECOMPOSE_MAX, options,
					    &boundclass);
		SCOUT_ASSERT(n >= 0 && n <= DECOMPOSE_MAX);
		for (i = 0; i < n; i++) {
			if ((flags & FOLD_NO_MARKS) && char_is_mark(cps[i]))
				continue;
			rc = sink_put(s, cps[i]);
			if (rc < 0)
				return rc;
		}
	}
	return sink_flush_marks(s);
}

static uint8_t ascii_lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c;
}

static void fold_kept_ascii(struct span word, struct kept_word *out)
{
	size_t i, n = word.len;

	if (n > TERM_MAX_BYTES)
		n = TERM_MAX_BYTES;
	for (i = 0; i < n; i++)
		out->bytes[i] = ascii_lower(word.ptr[i]);
	out->len = (uint8_t)n;
	out->is_cut = word.len > TERM_MAX_BYTES;
}

int fold_kept(struct span word, struct kept_word *out)
{
	/* room for the whole folded form of most words, so that what is
	 * stable can be told from what the last marks may still change */
	uint8_t bytes[TERM_MAX_BYTES + WORD_FOLD_MAX_BYTES];
	struct fold_sink s = { .fixed = bytes, .fixed_cap = sizeof(bytes) };
	struct span head = word;
	int rc;

	out->is_cut = out->is_wild = out->reordered = false;
	if (head.len > WORD_FOLD_MAX_BYTES)
		head.len = WORD_FOLD_MAX_BYTES;
	if (span_is_ascii(head)) {
		fold_kept_ascii(head, out);
		out->is_cut |= word.len > WORD_FOLD_MAX_BYTES;
		return SCOUT_OK;
	}
	sink_init(&s);
	rc = fold_code_points(&s, head, FOLD_CASE);
	if (rc < 0)
		goto out;
	out->len = (uint8_t)fold_kept_len(span_of(bytes, s.len));
	memcpy(out->bytes, bytes, out->len);
	out->is_cut = s.len > TERM_MAX_BYTES || word.len > head.len;
	out->is_wild = word.len > head.len && s.stable_len <= TERM_MAX_BYTES;
	out->reordered = s.reordered;
out:
	sink_release(&s);
	return rc;
}

int fold_whole(struct span word, unsigned flags, struct buf *out)
{
	struct fold_sink s = { .out = out };
	size_t i;
	int rc;

	if (span_is_ascii(word)) {
		if (!buf_reserve(out, word.len))
			return SCOUT_E_NOMEM;
		for (i = 0; i < word.len; i++)
			out->ptr[out->len + i] =
				flags & FOLD_CASE ? ascii_lower(word.ptr[i]) :
						    word.ptr[i];
		out->len += word.len;
		return SCOUT_OK;
	}
	sink_init(&s);
	rc = fold_code_points(&s, word, flags);
	sink_release(&s);
	return rc < 0 ? rc : buf_status(out);
}

size_t fold_kept_len(struct span folded)
{
	size_t n = TERM_MAX_BYTES;

	if (folded.len <= n)
		return folded.len;
	while (n && is_continuation(folded.ptr[n]))
		n--;
	return n;
}

int fold_compose(struct span folded, struct buf *out)
{
	utf8proc_option_t options = UTF8PROC_COMPOSE | UTF8PROC_STABLE;
	int32_t few[256], *cps = few;
	utf8proc_ssize_t n;
	int rc = SCOUT_OK;

	if (span_is_ascii(folded)) {
		buf_put_span(out, folded);
		return buf_status(out);
	}
	if (folded.len >= 255) {
		cps = scout_malloc(MEM_TOKENIZE,
				   (folded.len + 2) * sizeof(*cps));
		if (!cps)
			return SCOUT_E_NOMEM;
	}
	n = utf8proc_decompose(folded.ptr, (utf8proc_ssize_t)folded.len, cps,
			       (utf8proc_ssize_t)(folded.len + 1), options);
	if (n < 0 || (size_t)n > folded.len + 1) {
		rc = SCOUT_E_CORRUPT;
	} else {
		n = utf8proc_reencode(cps, n, options);
		SCOUT_ASSERT(n >= 0);
		buf_put(out, cps, (size_t)n);
		rc = buf_status(out);
	}
	if (cps != few)
		scout_free(cps);
	return rc;
}

size_t fold_stable_prefix(struct span folded)
{
	size_t at = 0, stable = 0;
	int32_t cp;
	unsigned n;

	while (at < folded.len) {
		n = utf8_decode(folded.ptr + at, folded.ptr + folded.len, &cp);
		if (!n)
			break;
		at += n;
		if (!utf8proc_get_property(cp)->combining_class)
			stable = at;
	}
	return stable;
}

struct span fold_stable_core(struct span folded)
{
	size_t end = fold_stable_prefix(folded), start = 0;
	int32_t cp;
	unsigned n;

	while (start < end) {
		n = utf8_decode(folded.ptr + start, folded.ptr + end, &cp);
		if (!utf8proc_get_property(cp)->combining_class)
			break;
		start += n;
	}
	return span_of(folded.ptr + start, end - start);
}

int fold_strip_marks(struct span folded, struct buf *out)
{
	const uint8_t *p = folded.ptr, *end = folded.ptr + folded.len;
	int32_t cp;
	unsigned n;

	for (; p < end; p += n) {
		n = utf8_decode(p, end, &cp);
		if (!n)
			return SCOUT_E_CORRUPT;
		if (cp < 128 || !char_is_mark(cp))
			buf_put(out, p, n);
	}
	return buf_status(out);
}

static bool is_joining(int32_t cp)
{
	return char_is_mark(cp) || (cp >= 0x1160 && cp <= 0x11ff);
}

bool fold_has_joining(struct span folded)
{
	const uint8_t *p = folded.ptr, *end = folded.ptr + folded.len;
	int32_t cp;
	unsigned n;

	while (p < end) {
		n = utf8_decode(p, end, &cp);
		if (cp >= FIRST_MARK && is_joining(cp))
			return true;
		p += n ? n : 1;
	}
	return false;
}

int32_t fold_next_joining(int32_t cp)
{
	int32_t stop = cp + NEXT_JOINING_STEPS;

	if (cp + 1 < FIRST_MARK)
		return FIRST_MARK;
	for (cp++; cp < stop && cp <= 0x10ffff && !is_joining(cp); cp++)
		;
	return cp;
}

const char *fold_unicode_version(void)
{
	return utf8proc_unicode_version();
}
