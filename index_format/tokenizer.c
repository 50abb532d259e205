#include "index_format/tokenizer.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "base/err.h"
#include "index_format/fold.h"

/* A bit for each of 64 bytes. */
struct masks {
	uint64_t word;		/* [0-9A-Za-z_] */
	uint64_t newline;
	uint64_t high;		/* not ASCII */
};

enum { BLOCK = 64, GIANT_MIN_BYTES = 65536 };

static const uint8_t word_table[128] = {
	['0'] = 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
	['A'] = 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
	['N'] = 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
	['_'] = 1,
	['a'] = 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
	['n'] = 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
};

static bool is_ascii_word(uint8_t c)
{
	return c < 128 && word_table[c];
}

static inline struct masks classify_plain(const uint8_t *p)
{
	struct masks m = { 0, 0, 0 };
	unsigned i;

	for (i = 0; i < BLOCK; i++) {
		uint64_t bit = (uint64_t)1 << i;

		if (p[i] >= 128)
			m.high |= bit;
		else if (word_table[p[i]])
			m.word |= bit;
		else if (p[i] == '\n')
			m.newline |= bit;
	}
	return m;
}

#if defined(__x86_64__)
#define TARGET_AVX2 __attribute__((target("avx2,bmi,bmi2,popcnt,lzcnt")))

/*
 * Two table look-ups by nibble, joined by AND (the classification of Langdale
 * and Lemire, "Parsing Gigabytes of JSON per Second", VLDB J. 28, 2019):
 * bit 0 digits (3x), bit 1 letters 4x 6x, bit 2 letters 5x 7x, bit 3 '_'.
 */
TARGET_AVX2
static inline __m256i word_bytes_avx2(__m256i v)
{
	const __m256i by_low = _mm256_setr_epi8(
		5, 7, 7, 7, 7, 7, 7, 7, 7, 7, 6, 2, 2, 2, 2, 10,
		5, 7, 7, 7, 7, 7, 7, 7, 7, 7, 6, 2, 2, 2, 2, 10);
	const __m256i by_high = _mm256_setr_epi8(
		0, 0, 0, 1, 2, 12, 2, 4, 0, 0, 0, 0, 0, 0, 0, 0,
		0, 0, 0, 1, 2, 12, 2, 4, 0, 0, 0, 0, 0, 0, 0, 0);
	const __m256i nibble = _mm256_set1_epi8(15);
	__m256i low = _mm256_and_si256(v, nibble);
	__m256i high = _mm256_and_si256(_mm256_srli_epi16(v, 4), nibble);

	return _mm256_and_si256(_mm256_shuffle_epi8(by_low, low),
				_mm256_shuffle_epi8(by_high, high));
}

TARGET_AVX2
static inline struct masks classify_avx2(const uint8_t *p)
{
	__m256i a = _mm256_loadu_si256((const __m256i *)p);
	__m256i b = _mm256_loadu_si256((const __m256i *)(p + 32));
	const __m256i zero = _mm256_setzero_si256();
	const __m256i newline = _mm256_set1_epi8('\n');
	uint32_t not_a, not_b;
	struct masks m;

	not_a = (uint32_t)_mm256_movemask_epi8(
		_mm256_cmpeq_epi8(word_bytes_avx2(a), zero));
	not_b = (uint32_t)_mm256_movemask_epi8(
		_mm256_cmpeq_epi8(word_bytes_avx2(b), zero));
	m.word = ~((uint64_t)not_b << 32 | not_a);
	m.newline = (uint64_t)(uint32_t)_mm256_movemask_epi8(
			    _mm256_cmpeq_epi8(b, newline)) << 32 |
		    (uint32_t)_mm256_movemask_epi8(
			    _mm256_cmpeq_epi8(a, newline));
	m.high = (uint64_t)(uint32_t)_mm256_movemask_epi8(b) << 32 |
		 (uint32_t)_mm256_movemask_epi8(a);
	return m;
}
#endif

void tokenizer_start(struct tokenizer *t, struct span window, bool is_last,
		     bool first)
{
	SCOUT_ASSERT(window.len < (size_t)1 << 31);
	t->text = window.ptr;
	t->len = window.len;
	t->pos = 0;
	t->is_last = is_last;
	if (first)
		t->skipping = false;
}

/* The word being looked at, code point by code point. */
struct open_word {
	bool is_open;
	bool is_single;		/* of a script without spaces */
	size_t start;
	size_t end;		/* after its last character that counts */
};

static void emit_word(struct tokenizer *t, struct open_word *w,
		      struct token_batch *out)
{
	struct token *tok;
	uint8_t bits = 0;
	size_t i;

	if (!w->is_open)
		return;
	w->is_open = false;
	if (t->skipping) {
		t->skipping = false;
		return;
	}
	for (i = w->start; i < w->end; i++)
		bits |= t->text[i];
	tok = &out->tokens[out->ntokens++];
	tok->start = (uint32_t)w->start;
	tok->len = (uint32_t)(w->end - w->start) & 0x7fffffff;
	tok->is_ascii = bits < 128;
}

/* Takes the character [pos, pos + n) into account. */
static void take_char(struct tokenizer *t, struct open_word *w,
		      struct token_batch *out, enum char_class class,
		      size_t pos, unsigned n)
{
	bool joins, is_single = class == CHAR_SINGLE ||
				class == CHAR_SINGLE_MARK;

	switch (class) {
	case CHAR_IGNORABLE:
		return;
	case CHAR_OTHER:
		emit_word(t, w, out);
		return;
	case CHAR_WORD:
		joins = w->is_open && !w->is_single;
		break;
	case CHAR_MARK:
		joins = w->is_open;
		break;
	case CHAR_SINGLE_MARK:
		joins = w->is_open && w->is_single;
		break;
	default:
		joins = false;
	}
	if (!joins) {
		emit_word(t, w, out);
		w->is_open = true;
		w->is_single = is_single;
		w->start = pos;
	}
	w->end = pos + n;
}

/*
 * Whether a sequence that does not decode may become valid when the next
 * window brings the rest of it.
 */
static bool may_be_cut_short(const uint8_t *p, size_t left)
{
	size_t i, want = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;

	if (p[0] < 0xc2 || p[0] > 0xf4 || left >= want)
		return false;
	for (i = 1; i < left; i++)
		if ((p[i] & 0xc0) != 0x80)
			return false;
	return true;
}

/* The end of a window in which a word is (or may be) open. */
static void stop_at_end(struct tokenizer *t, struct open_word *w, size_t pos,
			struct token_batch *out)
{
	bool was_skipping = t->skipping;

	if (t->is_last) {
		emit_word(t, w, out);
		t->pos = t->len;
	} else if (!w->is_open) {
		t->pos = pos;
	} else if (was_skipping) {
		t->pos = pos;
	} else if (!w->start && t->len >= GIANT_MIN_BYTES) {
		/* longer than the window: give it now, skip the rest */
		emit_word(t, w, out);
		t->skipping = true;
		t->skipping_single = w->is_single;
		t->pos = pos;
	} else {
		t->pos = w->start;
	}
}

/*
 * Reads on from pos code point by code point, until an ASCII character that is
 * no word character: its offset is returned.  Returns SIZE_MAX when the batch
 * is full or the window ends (t->pos is then set).
 */
static size_t read_slowly(struct tokenizer *t, struct open_word w, size_t pos,
			  struct token_batch *out)
{
	const uint8_t *text = t->text, *end = t->text + t->len;
	int32_t cp;
	unsigned n;

	while (pos < t->len) {
		if (out->ntokens >= TOKEN_BATCH - 1) {
			t->pos = w.is_open ? w.start : pos;
			return SIZE_MAX;
		}
		if (text[pos] < 128) {
			if (!is_ascii_word(text[pos])) {
				emit_word(t, &w, out);
				return pos;
			}
			take_char(t, &w, out, CHAR_WORD, pos, 1);
			pos++;
			continue;
		}
		n = utf8_decode(text + pos, end, &cp);
		if (!n) {
			if (!t->is_last &&
			    may_be_cut_short(text + pos, t->len - pos))
				break;
			emit_word(t, &w, out);
			pos++;
			continue;
		}
		take_char(t, &w, out, char_class_of(cp), pos, n);
		pos += n;
	}
	stop_at_end(t, &w, pos, out);
	return SIZE_MAX;
}

typedef struct masks (*classify_fn)(const uint8_t *);

/*
 * The fast loop: 64 bytes a step, words and lines from bit masks.  Inlined into
 * one function per instruction set.
 */
static inline __attribute__((always_inline)) bool
next_batch(struct tokenizer *t, struct token_batch *out, classify_fn classify)
{
	size_t p = t->pos;
	uint32_t nstart = 0, nend = 0, nlines = 0;

	out->ntokens = out->nlines = 0;
	if (t->skipping) {
		struct open_word w = { .is_open = true,
				       .is_single = t->skipping_single,
				       .start = p, .end = p };

		p = read_slowly(t, w, p, out);
		if (p == SIZE_MAX)
			return out->ntokens;
		nstart = nend = out->ntokens;
	}
	while (p < t->len) {
		struct masks m = classify(t->text + p);
		size_t left = t->len - p;
		unsigned size = left < BLOCK ? (unsigned)left : BLOCK;
		uint64_t valid, starts, ends, bits, open = nstart > nend;

		if (nend >= TOKEN_BATCH - BLOCK || nlines >= TOKEN_BATCH - BLOCK)
			break;
		valid = size < BLOCK ? ((uint64_t)1 << size) - 1 : UINT64_MAX;
		if (m.high & valid) {
			size = (unsigned)__builtin_ctzll(m.high);
			valid = size ? valid & (((uint64_t)1 << size) - 1) : 0;
		}
		m.word &= valid;
		m.newline &= valid;
		starts = m.word & ~(m.word << 1 | open);
		ends = ~m.word & (m.word << 1 | open) & valid;
		for (bits = m.newline; bits; bits &= bits - 1) {
			unsigned i = (unsigned)__builtin_ctzll(bits);
			uint64_t before = ((uint64_t)1 << i) - 1;

			out->line_end[nlines] = (uint32_t)(p + i + 1);
			out->line_tokens[nlines++] =
				nstart + (uint32_t)__builtin_popcountll(
						 starts & before);
		}
		for (bits = starts; bits; bits &= bits - 1)
			out->tokens[nstart++].start =
				(uint32_t)(p + (unsigned)__builtin_ctzll(bits));
		for (bits = ends; bits; bits &= bits - 1) {
			struct token *tok = &out->tokens[nend++];
			uint32_t end = (uint32_t)(
				p + (unsigned)__builtin_ctzll(bits));

			tok->len = (end - tok->start) & 0x7fffffff;
			tok->is_ascii = 1;
		}
		p += size;
		if (size < BLOCK && p < t->len) {
			/* text[p] is not ASCII */
			struct open_word w = { .is_open = nstart > nend,
					       .end = p };

			if (w.is_open)
				w.start = out->tokens[nend].start;
			out->ntokens = nend;
			p = read_slowly(t, w, p, out);
			nstart = nend = out->ntokens;
			if (p == SIZE_MAX) {
				out->nlines = nlines;
				return nend || nlines;
			}
		}
	}
	if (p >= t->len) {
		struct open_word w = { .is_open = nstart > nend, .end = t->len };

		if (w.is_open)
			w.start = out->tokens[nend].start;
		out->ntokens = nend;
		stop_at_end(t, &w, t->len, out);
		nend = out->ntokens;
	} else {
		t->pos = nstart > nend ? out->tokens[nend].start : p;
	}
	out->ntokens = nend;
	out->nlines = nlines;
	return nend || nlines;
}

static bool next_plain(struct tokenizer *t, struct token_batch *out)
{
	return next_batch(t, out, classify_plain);
}

#if defined(__x86_64__)
TARGET_AVX2
static bool next_avx2(struct tokenizer *t, struct token_batch *out)
{
	return next_batch(t, out, classify_avx2);
}
#endif

bool tokenizer_next(struct tokenizer *t, struct token_batch *out)
{
#if defined(__x86_64__)
	if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2"))
		return next_avx2(t, out);
#endif
	return next_plain(t, out);
}
