#include "index_format/tokenizer.h"

#include "base/cpu.h"
#include "base/err.h"
#include "index_format/byte_masks.h"
#include "index_format/fold.h"

enum { GIANT_MIN_BYTES = 65536 };

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
			if (!byte_is_word(text[pos])) {
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

typedef struct byte_masks (*masks_fn)(const uint8_t *);

/*
 * The fast loop: 64 bytes a step, words and lines from bit masks.  Inlined into
 * one function per instruction set.
 */
static inline __attribute__((always_inline)) bool
next_batch(struct tokenizer *t, struct token_batch *out, masks_fn masks_at)
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
		struct byte_masks m = masks_at(t->text + p);
		size_t left = t->len - p;
		unsigned size = left < MASK_BYTES ? (unsigned)left : MASK_BYTES;
		uint64_t valid, starts, ends, bits, open = nstart > nend;

		if (nend >= TOKEN_BATCH - MASK_BYTES || nlines >= TOKEN_BATCH - MASK_BYTES)
			break;
		valid = size < MASK_BYTES ? ((uint64_t)1 << size) - 1 : UINT64_MAX;
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
		if (size < MASK_BYTES && p < t->len) {
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
	return next_batch(t, out, byte_masks_plain);
}

#if defined(__x86_64__)
MASKS_SSE42
static bool next_sse42(struct tokenizer *t, struct token_batch *out)
{
	return next_batch(t, out, byte_masks_sse42);
}

MASKS_AVX2
static bool next_avx2(struct tokenizer *t, struct token_batch *out)
{
	return next_batch(t, out, byte_masks_avx2);
}
#elif defined(__AARCH64EL__)
static bool next_neon(struct tokenizer *t, struct token_batch *out)
{
	return next_batch(t, out, byte_masks_neon);
}
#endif

bool tokenizer_next(struct tokenizer *t, struct token_batch *out)
{
	switch (cpu_level()) {
#if defined(__x86_64__)
	case CPU_AVX2:
		return next_avx2(t, out);
	case CPU_SSE42:
		return next_sse42(t, out);
#elif defined(__AARCH64EL__)
	case CPU_NEON:
		return next_neon(t, out);
#endif
	default:
		return next_plain(t, out);
	}
}
