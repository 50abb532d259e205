/*
 * A text in windows has the words and lines that it has as a whole, and every
 * word can be folded.  Input: seed of the cuts, largest window, then the text.
 */
#include "fuzz.h"

#include "base/buf.h"
#include "index_format/fold.h"
#include "index_format/tokenizer.h"

enum { TEXT_MAX = 16384 };

/* Words and lines, one record each, in text offsets. */
struct found {
	struct buf words;
	struct buf lines;
	uint64_t nwords;
};

static struct token_batch batch;

static void take_batch(struct found *f, const uint8_t *window, uint64_t base)
{
	uint32_t i;

	for (i = 0; i < batch.nlines; i++) {
		buf_put_le64(&f->lines, base + batch.line_end[i]);
		buf_put_le64(&f->lines, f->nwords + batch.line_tokens[i]);
	}
	for (i = 0; i < batch.ntokens; i++) {
		const struct token *t = &batch.tokens[i];
		struct kept_word kept;

		SCOUT_ASSERT(t->len);
		buf_put_le64(&f->words, base + t->start);
		buf_put_le32(&f->words, t->len);
		buf_put_u8(&f->words, t->is_ascii);
		SCOUT_ASSERT(!fold_kept(span_of(window + t->start, t->len),
					&kept));
	}
	f->nwords += batch.ntokens;
}

static size_t next_window(size_t most, uint32_t *seed)
{
	if (!most)
		return SIZE_MAX;
	*seed = *seed * 1664525 + 1013904223;
	return 1 + (*seed >> 8) % most;
}

/* What is not consumed of a window is put in front of the next. */
static void feed(struct found *f, struct span text, size_t most, uint32_t seed)
{
	struct tokenizer t;
	size_t at = 0, kept = 0, n;
	bool is_last = false;
	uint8_t *window;

	while (!is_last) {
		n = next_window(most, &seed);
		is_last = n >= text.len - at - kept;
		n = is_last ? text.len - at : kept + n;
		window = scout_malloc(MEM_OTHER, n + TOKEN_PADDING);
		SCOUT_ASSERT(window);
		if (n)
			memcpy(window, text.ptr + at, n);
		memset(window + n, seed & 1 ? 0x80 : 'x', TOKEN_PADDING);
		tokenizer_start(&t, span_of(window, n), is_last, !at && !kept);
		while (tokenizer_next(&t, &batch))
			take_batch(f, window, at);
		SCOUT_ASSERT(t.pos <= n && (!is_last || t.pos == n));
		scout_free(window);
		at += t.pos;
		kept = n - t.pos;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct found whole = { BUF_INIT(MEM_OTHER), BUF_INIT(MEM_OTHER), 0 };
	struct found parts = whole;
	struct span text = span_of(data, size);
	uint32_t seed = (uint32_t)fuzz_number(&text, 1);
	size_t most = 1 + (size_t)fuzz_number(&text, 1);

	if (text.len > TEXT_MAX)
		text.len = TEXT_MAX;
	feed(&whole, text, 0, 0);
	feed(&parts, text, most, seed);
	SCOUT_ASSERT(span_eq(buf_span(&whole.words), buf_span(&parts.words)));
	SCOUT_ASSERT(span_eq(buf_span(&whole.lines), buf_span(&parts.lines)));
	buf_release(&whole.words);
	buf_release(&whole.lines);
	buf_release(&parts.words);
	buf_release(&parts.lines);
	return 0;
}
