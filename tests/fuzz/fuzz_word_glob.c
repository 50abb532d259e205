/*
 * Word globs against a matcher that tries every place.  Input: a line with the
 * pattern, then the word; of both only valid UTF-8 is taken.
 */
#include "fuzz.h"

#include "base/buf.h"
#include "index_format/fold.h"
#include "query/language/word_pattern.h"

enum { PATTERN_MAX = 64, WORD_MAX = 256 };

static void put_valid(struct span s, size_t most, struct buf *out)
{
	const uint8_t *p = s.ptr, *end = s.ptr + s.len;
	int32_t cp;
	unsigned n;

	while (p < end && out->len + 4 <= most) {
		n = utf8_decode(p, end, &cp);
		buf_put(out, p, n);
		p += n ? n : 1;
	}
}

static size_t make_items(struct span pattern, struct glob_item *items)
{
	size_t i = 0, start, n = 0;

	while (i < pattern.len) {
		uint8_t c = pattern.ptr[i];

		items[n] = (struct glob_item){ .kind = GLOB_LITERAL };
		if (c == '*' || c == '?') {
			items[n++].kind = c == '*' ? GLOB_ANY : GLOB_ONE;
			i++;
			continue;
		}
		for (start = i; i < pattern.len && pattern.ptr[i] != '*' &&
				pattern.ptr[i] != '?'; i++)
			;
		items[n++].composed = span_of(pattern.ptr + start, i - start);
	}
	return n;
}

/* Where the character at i ends; past the word if i is its end. */
static size_t char_end(struct span word, size_t i)
{
	int32_t cp;

	if (i >= word.len)
		return word.len + 1;
	return i + utf8_decode(word.ptr + i, word.ptr + word.len, &cp);
}

/* reached[i]: the items so far match the first i bytes of the word. */
static void step(const struct glob_item *item, struct span word, bool *reached)
{
	bool next[WORD_MAX + 1] = { false };
	struct span s = item->composed;
	size_t i;

	for (i = 0; i <= word.len; i++) {
		if (!reached[i])
			continue;
		if (item->kind == GLOB_ANY) {
			next[i] = true;
			if (char_end(word, i) <= word.len)
				reached[char_end(word, i)] = true;
		} else if (item->kind == GLOB_ONE) {
			if (char_end(word, i) <= word.len)
				next[char_end(word, i)] = true;
		} else if (word.len - i >= s.len &&
			   !memcmp(word.ptr + i, s.ptr, s.len)) {
			next[i + s.len] = true;
		}
	}
	memcpy(reached, next, sizeof(next));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = span_of(data, size);
	struct buf pattern = BUF_INIT(MEM_OTHER), word = pattern;
	struct glob_item items[PATTERN_MAX];
	bool reached[WORD_MAX + 1] = { true };
	size_t n, i;

	put_valid(fuzz_line(&in), PATTERN_MAX, &pattern);
	put_valid(in, WORD_MAX, &word);
	if (!word.len)
		buf_put_u8(&word, 'a');
	n = make_items(buf_span(&pattern), items);
	for (i = 0; i < n; i++)
		step(&items[i], buf_span(&word), reached);
	SCOUT_ASSERT(word_glob_match(items, n, buf_span(&word)) ==
		     reached[word.len]);
	buf_release(&pattern);
	buf_release(&word);
	return 0;
}
