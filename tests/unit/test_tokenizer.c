/* Words and lines, against hand-made rows and the plain way to find them. */
#include "support.h"

#include <utf8proc.h>

#include "index_format/tokenizer.h"
#include "plain_words.h"

/* The words and line ends that the tokenizer gave for a text. */
struct found {
	struct buf words;	/* struct plain_word each, line unused */
	struct buf lines;	/* struct plain_line each, len unused */
	struct token_batch batch;
};

static struct found *found_new(void)
{
	struct found *f = scout_calloc(MEM_OTHER, 1, sizeof(*f));

	assert_non_null(f);
	buf_init(&f->words, MEM_OTHER);
	buf_init(&f->lines, MEM_OTHER);
	return f;
}

static void found_free(struct found *f)
{
	buf_release(&f->words);
	buf_release(&f->lines);
	scout_free(f);
}

static bool all_ascii(const uint8_t *p, size_t n)
{
	while (n && *p < 128) {
		p++;
		n--;
	}
	return !n;
}

/* Collects a batch; its offsets are those of a window that begins at base. */
static void take_batch(struct found *f, const uint8_t *window, uint64_t base)
{
	const struct token_batch *b = &f->batch;
	uint64_t before = f->words.len / sizeof(struct plain_word);
	uint32_t i;

	assert_true(b->ntokens <= TOKEN_BATCH && b->nlines <= TOKEN_BATCH);
	for (i = 0; i < b->ntokens; i++) {
		struct token t = b->tokens[i];
		struct plain_word w = { base + t.start, t.len, 0 };

		buf_put(&f->words, &w, sizeof(w));
		if (t.is_ascii != all_ascii(window + t.start, t.len))
			fail_msg("is_ascii of the word at %u", t.start);
	}
	for (i = 0; i < b->nlines; i++) {
		struct plain_line l = { base + b->line_end[i], 0,
					before + b->line_tokens[i] };

		buf_put(&f->lines, &l, sizeof(l));
	}
}

/*
 * Feeds the text in windows as the indexer does: what was not consumed is put
 * in front of the next one.  The bytes after every window are hostile: word
 * characters, in a block of exactly that size.
 */
static void feed(struct found *f, struct span text, size_t window_bytes,
		 struct rng *r)
{
	struct tokenizer t = { 0 };
	size_t at = 0, kept = 0, n;
	bool is_last = false;
	uint8_t *window;

	buf_clear(&f->words);
	buf_clear(&f->lines);
	while (!is_last) {
		n = window_bytes;
		if (r)
			n = 1 + rng_below(r, (uint32_t)window_bytes);
		if (n >= text.len - at - kept) {
			n = text.len - at - kept;
			is_last = true;
		}
		window = scout_malloc(MEM_OTHER, kept + n + TOKEN_PADDING);
		assert_non_null(window);
		memcpy(window, text.ptr + at, kept + n);
		memset(window + kept + n, r && rng_below(r, 2) ? 0x80 : 'x',
		       TOKEN_PADDING);
		tokenizer_start(&t, span_of(window, kept + n), is_last, !at);
		while (tokenizer_next(&t, &f->batch))
			take_batch(f, window, at);
		scout_free(window);
		assert_true(t.pos <= kept + n);
		assert_true(!is_last || t.pos == t.len);
		at += t.pos;
		kept = kept + n - t.pos;
	}
}

static const char *check(const struct found *f, const struct plain_text *plain,
			 struct span text)
{
	size_t nwords = f->words.len / sizeof(struct plain_word), i;
	size_t nlines = f->lines.len / sizeof(struct plain_line);
	size_t ends = plain_text_nlines(plain);

	if (nwords != plain_text_nwords(plain))
		return "number of words";
	for (i = 0; i < nwords; i++) {
		const struct plain_word *w =
			(const struct plain_word *)f->words.ptr + i;

		if (w->start != plain_text_word(plain, i)->start ||
		    w->len != plain_text_word(plain, i)->len)
			return "a word";
	}
	if (text.len && text.ptr[text.len - 1] != '\n')
		ends--;	/* the last line has no end */
	if (nlines != ends)
		return "number of lines";
	for (i = 0; i < nlines; i++) {
		const struct plain_line *l =
			(const struct plain_line *)f->lines.ptr + i;
		const struct plain_line *p = plain_text_line(plain, i);

		if (l->start != p->start + p->len)
			return "a line's end";
		if (i + 1 < plain_text_nlines(plain) &&
		    l->first_word != plain_text_line(plain, i + 1)->first_word)
			return "words before a line's end";
	}
	return NULL;
}

/* --- by hand */

struct word_row {
	const char *text;
	const char *words;	/* each followed by '|' */
};

static const struct word_row word_rows[] = {
	{ "", "" },
	{ "a", "a|" },
	{ " ", "" },
	{ "int main(void)\n", "int|main|void|" },
	{ "snake_case kebab-case", "snake_case|kebab|case|" },
	{ "x=1.5e3;", "x|1|5e3|" },
	{ "__init__", "__init__|" },
	{ "a\0b", "a|" },	/* (the row ends at the NUL) */
	{ "\x7f" "del", "del|" },
	/* letters, numbers, connectors beyond ASCII */
	{ "caf\xc3\xa9 na\xc3\xafve", "caf\xc3\xa9|na\xc3\xafve|" },
	{ "x\xc2\xb2+\xc2\xbd", "x\xc2\xb2|\xc2\xbd|" },
	{ "a\xe2\x80\xbf" "b", "a\xe2\x80\xbf" "b|" },
	{ "5\xe2\x82\xac", "5|" },
	{ "a\xc2\xa0" "b", "a|b|" },
	{ "a\xe2\x80\x93" "b", "a|b|" },
	/* a mark belongs to what is before it, or begins a word */
	{ "cafe\xcc\x81s", "cafe\xcc\x81s|" },
	{ " \xcc\x81" "a", "\xcc\x81" "a|" },
	/* default ignorables neither start, end nor split */
	{ "co\xc2\xad" "op", "co\xc2\xad" "op|" },
	{ "\xc2\xad" "a\xc2\xad", "a|" },
	{ "a\xc2\xad b", "a|b|" },
	{ "\xef\xb8\x8f", "" },
	{ "a\xe2\x80\x8d-", "a|" },
	/* invalid bytes separate */
	{ "a\xff" "b", "a|b|" },
	{ "a\xc3 b", "a|b|" },
	{ "a\xed\xa0\x80" "b", "a|b|" },
	{ "a\xc0\x80" "b", "a|b|" },
	{ "caf\xc3", "caf|" },
	/* scripts without spaces: one word a character */
	{ "\xe6\x9d\xb1\xe4\xba\xac", "\xe6\x9d\xb1|\xe4\xba\xac|" },
	{ "a\xe6\x9d\xb1" "b", "a|\xe6\x9d\xb1|b|" },
	{ "\xe6\x9d\xb1\xc2\xad\xe4\xba\xac", "\xe6\x9d\xb1|\xe4\xba\xac|" },
	{ "\xe3\x81\x8b\xe3\x82\x99\xe3\x81\x8b",
	  "\xe3\x81\x8b\xe3\x82\x99|\xe3\x81\x8b|" },
	{ "\xe6\x9d\xb1\xcc\x81", "\xe6\x9d\xb1\xcc\x81|" },
	{ "\xe0\xb8\x81\xe0\xb8\xb1\xe0\xb8\x99",
	  "\xe0\xb8\x81\xe0\xb8\xb1|\xe0\xb8\x99|" },
	/* such a mark after another script's letter stands alone */
	{ "a\xe3\x82\x99" "b", "a|\xe3\x82\x99|b|" },
	/* Hangul is written with spaces */
	{ "\xed\x95\x9c\xea\xb5\xad \xea", "\xed\x95\x9c\xea\xb5\xad|" },
};

static void test_rows(void **state)
{
	struct buf got = BUF_INIT(MEM_OTHER);
	struct found *f = found_new();
	size_t i, k, window;

	(void)state;
	for (i = 0; i < ARRAY_LEN(word_rows); i++) {
		struct span text = span_str(word_rows[i].text);

		for (window = 1; window <= text.len + 1; window++) {
			const struct plain_word *w;

			feed(f, text, window, NULL);
			buf_clear(&got);
			w = (const struct plain_word *)f->words.ptr;
			for (k = 0; k < f->words.len / sizeof(*w); k++) {
				buf_put(&got, text.ptr + w[k].start, w[k].len);
				buf_put_u8(&got, '|');
			}
			if (!span_eq(buf_span(&got),
				     span_str(word_rows[i].words)))
				fail_msg("row %zu, window %zu: %s", i, window,
					 buf_cstr(&got));
		}
	}
	buf_release(&got);
	found_free(f);
}

static void test_lines(void **state)
{
	static const uint32_t ends[] = { 4, 5, 10 };
	static const uint32_t tokens[] = { 2, 2, 3 };
	struct found *f = found_new();
	struct tokenizer t = { 0 };
	uint8_t text[64 + 64] = "a b\n\n  c\r\nd";

	(void)state;
	tokenizer_start(&t, span_of(text, 11), true, true);
	assert_true(tokenizer_next(&t, &f->batch));
	assert_int_equal(f->batch.nlines, 3);
	assert_memory_equal(f->batch.line_end, ends, sizeof(ends));
	assert_memory_equal(f->batch.line_tokens, tokens, sizeof(tokens));
	assert_int_equal(f->batch.ntokens, 4);
	assert_false(tokenizer_next(&t, &f->batch));
	assert_int_equal(t.pos, 11);
	found_free(f);
}

/* Every ASCII character between two letters, among ASCII and beside others. */
static void test_ascii(void **state)
{
	static const char *const around[][2] = {
		{ "a", "b" }, { "\xc3\xa9", "b" }, { "a", "\xc3\xa9" },
	};
	struct buf text = BUF_INIT(MEM_OTHER);
	struct found *f = found_new();
	size_t i;
	int c;

	(void)state;
	for (i = 0; i < ARRAY_LEN(around); i++)
		for (c = 0; c < 128; c++) {
			bool is_word = (c >= '0' && c <= '9') || c == '_' ||
				       (c >= 'A' && c <= 'Z') ||
				       (c >= 'a' && c <= 'z');

			buf_clear(&text);
			buf_put_str(&text, around[i][0]);
			buf_put_u8(&text, (uint8_t)c);
			buf_put_str(&text, around[i][1]);
			feed(f, buf_span(&text), 100, NULL);
			if (f->words.len / sizeof(struct plain_word) !=
			    (is_word ? 1 : 2))
				fail_msg("character %d, %s", c, around[i][0]);
		}
	buf_release(&text);
	found_free(f);
}

/* --- random text against the plain way */

static void put_code_point(struct buf *out, uint32_t cp)
{
	uint8_t bytes[4];

	if (cp >= 0xd800 && cp < 0xe000)
		cp = 0xe9;
	buf_put(out, bytes, (size_t)utf8proc_encode_char((int32_t)cp, bytes));
}

static void put_word(struct rng *r, struct buf *out)
{
	static const char chars[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
	uint32_t n = 1 + rng_below(r, rng_below(r, 20) ? 12 : 200);

	while (n--)
		buf_put_u8(out, (uint8_t)chars[rng_below(r, 63)]);
}

static void put_something(struct rng *r, unsigned mix, struct buf *out)
{
	static const char separators[] = "          \n\n\t.,;(){}-+=<>";
	static const uint16_t special[] = {
		0xad, 0x200d, 0xfe0f, 0x301, 0x323, 0x4e2d, 0x3042, 0x3099,
		0xe01, 0xe31, 0x2013, 0xa0, 0xac00, 0xbd, 0x203f, 0x3164,
	};

	switch (rng_below(r, mix)) {
	case 6:
		put_code_point(out, special[rng_below(r, ARRAY_LEN(special))]);
		break;
	case 7:
		put_code_point(out, rng_below(r, 0x110000));
		break;
	case 8:
		put_code_point(out, 0x80 + rng_below(r, 0x780));
		break;
	case 9:
		buf_put_u8(out, (uint8_t)rng_next(r));
		break;
	case 3:
	case 4:
	case 5:
		buf_put_u8(out, (uint8_t)separators[rng_below(
					r, sizeof(separators) - 1)]);
		break;
	default:
		put_word(r, out);
	}
}

/* mix: 3 words only, 6 ASCII, 10 everything. */
static void random_text(struct rng *r, size_t bytes, unsigned mix,
			struct buf *out)
{
	buf_clear(out);
	while (out->len < bytes)
		put_something(r, mix, out);
	assert_int_equal(buf_status(out), SCOUT_OK);
}

static void check_text(struct found *f, struct plain_text *plain,
		       struct span text, size_t window, struct rng *r)
{
	const char *wrong;

	feed(f, text, window, r);
	wrong = check(f, plain, text);
	if (wrong)
		fail_msg("%s: text of %zu bytes, windows of %zu", wrong,
			 text.len, window);
}

static void test_random(void **state)
{
	static const unsigned mixes[] = { 6, 7, 8, 10, 10, 10 };
	struct buf text = BUF_INIT(MEM_OTHER);
	struct found *f = found_new();
	struct plain_text plain;
	struct rng r;
	int i;

	(void)state;
	plain_text_init(&plain);
	rng_init(&r, 40);
	for (i = 0; i < 1500; i++) {
		struct span s;

		random_text(&r, rng_below(&r, i % 10 ? 400 : 8000),
			    mixes[i % 6], &text);
		s = buf_span(&text);
		plain_text_find(&plain, s);
		check_text(f, &plain, s, s.len + 1, NULL);
		check_text(f, &plain, s, 1 + rng_below(&r, 300), &r);
		if (i % 10)
			check_text(f, &plain, s, 1 + rng_below(&r, 5), NULL);
	}
	plain_text_release(&plain);
	buf_release(&text);
	found_free(f);
}

/* A word from every offset in a block of 64 over every length to 130, with
 * what may stand on either side of it. */
static void test_block_borders(void **state)
{
	static const char *const sides[] = { " ", "\n", "\xc3\x97", "\xff",
					     "\xc2\xad", "\xe6\x9d\xb1" };
	struct buf text = BUF_INIT(MEM_OTHER);
	struct found *f = found_new();
	struct plain_text plain;
	size_t start, len, i;

	(void)state;
	plain_text_init(&plain);
	for (start = 0; start < 66; start++)
		for (len = 1; len < 131; len += start % 8 ? 7 : 1) {
			buf_clear(&text);
			for (i = 0; i < start; i++)
				buf_put_u8(&text, i % 3 ? ' ' : 'x');
			buf_put_str(&text, sides[(start + len) % 6]);
			for (i = 0; i < len; i++)
				buf_put_u8(&text, (uint8_t)('a' + i % 26));
			if (len % 2)
				buf_put_str(&text, sides[len / 2 % 6]);
			plain_text_find(&plain, buf_span(&text));
			check_text(f, &plain, buf_span(&text), 1000, NULL);
		}
	plain_text_release(&plain);
	buf_release(&text);
	found_free(f);
}

/* Texts that fill batches: words, lines, words beyond ASCII. */
static void test_batches(void **state)
{
	static const char *const units[] = {
		"a ", "\n", "a\n", "\xc3\xa9 ", "\xe6\x9d\xb1", "\xe6\x9d\xb1\n",
		"a\xc2\xa0", "ab\xcc\x81.", "word\n\n\n",
		"\xe3\x81\x8b\xe3\x82\x99", "abcdefg",
	};
	struct buf text = BUF_INIT(MEM_OTHER);
	struct found *f = found_new();
	struct plain_text plain;
	size_t i, k, n;

	(void)state;
	plain_text_init(&plain);
	for (i = 0; i < ARRAY_LEN(units); i++)
		for (n = TOKEN_BATCH - 66; n < TOKEN_BATCH + 3;
		     n += n < TOKEN_BATCH - 3 ? 21 : 1) {
			buf_clear(&text);
			for (k = 0; k < n; k++)
				buf_put_str(&text, units[i]);
			buf_put_str(&text, "end");
			plain_text_find(&plain, buf_span(&text));
			check_text(f, &plain, buf_span(&text), text.len, NULL);
			assert_true(buf_reserve(&text, text.len));
			buf_put_span(&text, buf_span(&text));
			plain_text_find(&plain, buf_span(&text));
			check_text(f, &plain, buf_span(&text), text.len, NULL);
			check_text(f, &plain, buf_span(&text), 3000, NULL);
		}
	plain_text_release(&plain);
	buf_release(&text);
	found_free(f);
}

/* --- words longer than a window */

enum { GIANT_WINDOW = 65536 };

/* A word that fills a window: given once, its rest skipped, and what comes
 * after it is not lost. */
static void check_giant(const char *unit, size_t bytes, const char *after,
			size_t nafter)
{
	struct buf text = BUF_INIT(MEM_OTHER);
	struct found *f = found_new();
	const struct plain_word *w;
	struct plain_text plain;
	size_t start = bytes % 5, i, n;

	plain_text_init(&plain);
	/* the word is moved to the front of its window when it is cut */
	for (i = 0; i < start; i++)
		buf_put_str(&text, ".");
	while (text.len < bytes + start)
		buf_put_str(&text, unit);
	buf_put_str(&text, after);
	plain_text_find(&plain, buf_span(&text));
	feed(f, buf_span(&text), GIANT_WINDOW, NULL);
	n = f->words.len / sizeof(*w);
	w = (const struct plain_word *)f->words.ptr;
	if (n != nafter + 1 || plain_text_nwords(&plain) != n)
		fail_msg("%zu bytes and '%s': %zu words", bytes, after, n);
	assert_int_equal(w[0].start, start);
	assert_true(w[0].len >= GIANT_WINDOW - 4 &&
		    w[0].len <= plain_text_word(&plain, 0)->len);
	for (i = 1; i < n; i++)
		if (w[i].start != plain_text_word(&plain, i)->start ||
		    w[i].len != plain_text_word(&plain, i)->len)
			fail_msg("%zu bytes and '%s': word %zu", bytes, after,
				 i);
	plain_text_release(&plain);
	buf_release(&text);
	found_free(f);
}

static void test_giant(void **state)
{
	static const struct {
		const char *text;
		size_t nwords;
	} after[] = {
		{ "", 0 },
		{ " ", 0 },
		{ " next word\n", 2 },
		{ "\nnext", 1 },
		/* what ends it is not ASCII, nor what follows */
		{ "\xc2\xa0" "next", 1 },
		{ "\xc2\xa0next\xc2\xa0word", 2 },
		{ "\xff\xff", 0 },
		{ "\xe6\x9d\xb1\xe4\xba\xac", 2 },
		{ "\xe6\x9d\xb1\xe4\xba\xac more\n", 3 },
		{ "\xc2\xad", 0 },
	};
	size_t i, over;

	(void)state;
	for (i = 0; i < ARRAY_LEN(after); i++)
		for (over = 0; over < 4; over++) {
			check_giant("x", 2 * GIANT_WINDOW + 100 * over + over,
				    after[i].text, after[i].nwords);
			check_giant("\xc3\xa9", 3 * GIANT_WINDOW + over,
				    after[i].text, after[i].nwords);
		}
	/* a character of a script without spaces, with endless marks */
	for (i = 0; i < 4; i++)
		check_giant("\xe3\x82\x99", 2 * GIANT_WINDOW + i * 50,
			    after[i].text, after[i].nwords);
	check_giant("\xe3\x82\x99", 2 * GIANT_WINDOW, "\xe6\x9d\xb1", 1);
	check_giant("\xe3\x82\x99", 2 * GIANT_WINDOW, "abc", 1);
}

/* More words than a batch holds right after a giant one, without any ASCII
 * separator in between. */
static void test_giant_then_many(void **state)
{
	struct buf text = BUF_INIT(MEM_OTHER);
	struct found *f = found_new();
	size_t i;

	(void)state;
	for (i = 0; i < GIANT_WINDOW + 1000; i++)
		buf_put_u8(&text, 'x');
	for (i = 0; i < 10000; i++)
		buf_put_str(&text, "\xe6\x9d\xb1");
	feed(f, buf_span(&text), GIANT_WINDOW, NULL);
	assert_int_equal(f->words.len / sizeof(struct plain_word), 10001);
	buf_release(&text);
	found_free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_ascii),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_block_borders),
		cmocka_unit_test(test_batches),
		cmocka_unit_test(test_giant),
		cmocka_unit_test(test_giant_then_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
