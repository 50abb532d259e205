/*
 * The forms of a word agree with each other.  Input: fold flags, a number of
 * repetitions, then the word, of which only valid UTF-8 is taken.
 */
#include "fuzz.h"

#include "index_format/fold.h"

enum { WORD_MAX = 8192 };

static void put_valid(struct span s, struct buf *out)
{
	const uint8_t *p = s.ptr, *end = s.ptr + s.len;
	int32_t cp;
	unsigned n;

	while (p < end && out->len < WORD_MAX) {
		n = utf8_decode(p, end, &cp);
		buf_put(out, p, n);
		p += n ? n : 1;
	}
}

/* The kept form is the front of the whole one, unless it says otherwise. */
static void check_kept(struct span word)
{
	struct buf whole = BUF_INIT(MEM_OTHER);
	struct kept_word kept;
	struct span front;

	SCOUT_ASSERT(!fold_kept(word, &kept));
	SCOUT_ASSERT(!fold_whole(word, FOLD_CASE, &whole));
	SCOUT_ASSERT(!kept.is_wild || kept.is_cut);
	front = span_of(whole.ptr, fold_kept_len(buf_span(&whole)));
	SCOUT_ASSERT(front.len <= TERM_MAX_BYTES);
	if (!kept.is_wild)
		SCOUT_ASSERT(span_eq(span_of(kept.bytes, kept.len), front));
	if (!kept.is_cut)
		SCOUT_ASSERT(kept.len == whole.len);
	buf_release(&whole);
}

/* Composing and folding again gives the same. */
static void check_compose(struct span word, unsigned flags)
{
	struct buf folded = BUF_INIT(MEM_OTHER), composed = folded;
	struct buf again = folded;

	SCOUT_ASSERT(!fold_whole(word, flags, &folded));
	SCOUT_ASSERT(fold_stable_prefix(buf_span(&folded)) <= folded.len);
	SCOUT_ASSERT(!fold_compose(buf_span(&folded), &composed));
	SCOUT_ASSERT(!fold_whole(buf_span(&composed), 0, &again));
	SCOUT_ASSERT(span_eq(buf_span(&folded), buf_span(&again)));
	buf_release(&folded);
	buf_release(&composed);
	buf_release(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = span_of(data, size);
	unsigned flags = (unsigned)fuzz_number(&in, 1) &
			 (FOLD_CASE | FOLD_NO_MARKS);
	unsigned times = 1 + (unsigned)fuzz_number(&in, 1);
	struct buf word = BUF_INIT(MEM_OTHER);

	while (times-- && word.len < WORD_MAX)
		put_valid(in, &word);
	check_kept(buf_span(&word));
	check_compose(buf_span(&word), flags);
	buf_release(&word);
	return 0;
}
