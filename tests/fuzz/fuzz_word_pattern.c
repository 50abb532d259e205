/*
 * Edit distances against the whole table of them, and the parts of a word.
 * Input: a byte (how many edits), a line with the pattern, then the word; of both
 * only valid UTF-8 is taken.
 */
#include "fuzz.h"

#include "base/buf.h"
#include "index_format/fold.h"
#include "query/language/edit_distance.h"
#include "query/language/word_parts.h"

enum { TEXT_MAX = 96 };

struct chars {
	int32_t cp[TEXT_MAX];
	size_t n;
};

static void take_valid(struct span s, struct buf *out, struct chars *chars)
{
	const uint8_t *p = s.ptr, *end = s.ptr + s.len;
	unsigned n;

	chars->n = 0;
	while (p < end && chars->n < TEXT_MAX) {
		n = utf8_decode(p, end, &chars->cp[chars->n]);
		chars->n += n > 0;
		buf_put(out, p, n);
		p += n ? n : 1;
	}
}

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

static unsigned distance(const struct chars *a, const struct chars *b)
{
	static unsigned d[TEXT_MAX + 1][TEXT_MAX + 1];
	size_t i, j;

	for (i = 0; i <= a->n; i++) {
		for (j = 0; j <= b->n; j++) {
			d[i][j] = (unsigned)(i + j);
			if (!i || !j)
				continue;
			d[i][j] = least(d[i - 1][j], d[i][j - 1]) + 1;
			d[i][j] = least(d[i][j], d[i - 1][j - 1] +
					(a->cp[i - 1] != b->cp[j - 1]));
			if (i > 1 && j > 1 && a->cp[i - 1] == b->cp[j - 2] &&
			    a->cp[i - 2] == b->cp[j - 1])
				d[i][j] = least(d[i][j], d[i - 2][j - 2] + 1);
		}
	}
	return d[a->n][b->n];
}

/* Parts come in order, are not empty, and leave out connectors alone. */
static void check_parts(struct span word)
{
	const uint8_t *at = word.ptr, *end = word.ptr + word.len;
	struct part_walk walk;
	struct span part;
	bool more;
	int32_t cp;

	part_walk_start(&walk, word);
	do {
		more = part_walk_next(&walk, &part);
		if (!more)
			part = span_of(end, 0);
		SCOUT_ASSERT(part.ptr >= at && part.ptr + part.len <= end);
		SCOUT_ASSERT(!more || part.len);
		while (at < part.ptr) {
			at += utf8_decode(at, end, &cp);
			SCOUT_ASSERT(char_kind_of(cp) == CHAR_KIND_CONNECTOR ||
				     char_kind_of(cp) == CHAR_KIND_MARK);
		}
		at = part.ptr + part.len;
	} while (more);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = span_of(data, size);
	unsigned edits = (unsigned)fuzz_number(&in, 1) % (EDITS_MAX + 1);
	struct buf pattern = BUF_INIT(MEM_OTHER), word = pattern;
	struct edit_pattern p;
	struct chars a, b;
	struct arena arena;
	size_t dead;
	bool is;

	arena_init(&arena, MEM_OTHER);
	take_valid(fuzz_line(&in), &pattern, &a);
	take_valid(in, &word, &b);
	SCOUT_ASSERT(!edit_pattern_make(buf_span(&pattern), edits, &arena, &p));
	is = edit_within_or_dead(&p, buf_span(&word), &dead);
	SCOUT_ASSERT(is == (distance(&a, &b) <= edits));
	SCOUT_ASSERT(is || (dead && dead <= word.len + 1));
	if (word.len)
		check_parts(buf_span(&word));
	arena_release(&arena);
	buf_release(&pattern);
	buf_release(&word);
	return 0;
}
