/* Folding, character classes, strict UTF-8; utf8proc itself is the reference. */
#include "support.h"

#include <utf8proc.h>

#include "base/os.h"
#include "index_format/fold.h"

enum { WHOLE_OPTIONS = UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT |
		       UTF8PROC_IGNORE | UTF8PROC_STABLE };

struct fold_row {
	const char *word, *folded;
};

static const struct fold_row fold_rows[] = {
	{ "plain_42", "plain_42" },
	{ "MixedCASE", "mixedcase" },
	{ "Stra\xc3\x9f" "e", "strasse" },			/* ß */
	{ "\xe1\xba\x9e", "ss" },				/* ẞ */
	{ "\xce\xa3\xce\xaf\xcf\x82", "\xcf\x83\xce\xb9\xcc\x81\xcf\x83" },
	{ "\xef\xac\x81", "fi" },				/* ﬁ */
	{ "\xc2\xbd", "1\xe2\x81\x84" "2" },			/* ½ */
	{ "x\xc2\xb2", "x2" },					/* ² */
	{ "\xe2\x91\xa0", "1" },				/* ① */
	{ "caf\xc3\xa9", "cafe\xcc\x81" },			/* NFC */
	{ "cafe\xcc\x81", "cafe\xcc\x81" },			/* NFD */
	{ "CAF\xc3\x89", "cafe\xcc\x81" },
	{ "\xef\xbc\xa1\xef\xbd\x82\xef\xbc\x93", "ab3" },	/* Ａｂ３ */
	{ "\xef\xbd\xb6", "\xe3\x82\xab" },			/* half-width ka */
	{ "\xed\x95\x9c", "\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab" },	/* 한 */
	{ "\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab",
	  "\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab" },
	{ "co\xc2\xad" "op", "coop" },				/* soft hyphen */
	{ "a\xe2\x80\x8d" "b\xe2\x80\x8c" "c", "abc" },		/* joiners */
	{ "x\xef\xb8\x8f", "x" },		/* variation selector */
	{ "\xef\xb8\x8f", "" },
	{ "\xe2\x84\xab", "a\xcc\x8a" },			/* Angstrom */
	{ "\xc4\xb0", "i\xcc\x87" },				/* dotted I */
	{ "\xf0\x9d\x90\x80", "a" },		/* mathematical bold A */
	{ "\xc7\x84", "dz\xcc\x8c" },				/* Ǆ */
	/* dot below (220) goes before acute (230) */
	{ "e\xcc\x81\xcc\xa3", "e\xcc\xa3\xcc\x81" },
	{ "\xc3\xa9\xcc\xa3", "e\xcc\xa3\xcc\x81" },
	/* two of the same class keep their order */
	{ "e\xcc\x88\xcc\x81", "e\xcc\x88\xcc\x81" },
	{ "", "" },
};

static struct span fold(struct span word, unsigned flags, struct buf *out)
{
	buf_clear(out);
	assert_int_equal(fold_whole(word, flags, out), SCOUT_OK);
	return buf_span(out);
}

static void test_rows(void **state)
{
	struct buf out = BUF_INIT(MEM_OTHER);
	struct kept_word kept;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(fold_rows); i++) {
		struct span word = span_str(fold_rows[i].word);
		struct span wanted = span_str(fold_rows[i].folded);

		if (!span_eq(fold(word, FOLD_CASE, &out), wanted))
			fail_msg("row %zu: %s", i, buf_cstr(&out));
		assert_int_equal(fold_kept(word, &kept), SCOUT_OK);
		if (!span_eq(span_of(kept.bytes, kept.len), wanted))
			fail_msg("kept, row %zu", i);
		assert_false(kept.is_cut || kept.is_wild);
	}
	buf_release(&out);
}

static void test_flags(void **state)
{
	struct buf out = BUF_INIT(MEM_OTHER);

	(void)state;
	assert_true(span_eq(fold(span_str("Ab"), 0, &out), span_str("Ab")));
	assert_true(span_eq(fold(span_str("\xc3\x89"), 0, &out),
			    span_str("E\xcc\x81")));
	assert_true(span_eq(fold(span_str("\xef\xac\x81"), 0, &out),
			    span_str("fi")));
	assert_true(span_eq(fold(span_str("\xc3\x9f"), 0, &out),
			    span_str("\xc3\x9f")));
	assert_true(span_eq(fold(span_str("CAF\xc3\x89"),
				 FOLD_CASE | FOLD_NO_MARKS, &out),
			    span_str("cafe")));
	assert_true(span_eq(fold(span_str("CAF\xc3\x89"), FOLD_NO_MARKS, &out),
			    span_str("CAFE")));
	/* it appends */
	buf_clear(&out);
	buf_put_str(&out, "x");
	assert_int_equal(fold_whole(span_str("Y"), FOLD_CASE, &out), SCOUT_OK);
	assert_int_equal(fold_whole(span_str("\xc3\x89"), FOLD_CASE, &out),
			 SCOUT_OK);
	assert_true(span_eq(buf_span(&out), span_str("xye\xcc\x81")));
	buf_release(&out);
}

/* --- against utf8proc */

/* U+0345, the seventh, folds to a letter */
static const int32_t marks[] = {
	0x301, 0x308, 0x323, 0x327, 0x334, 0x338, 0x345, 0x35c, 0x360, 0x5b0,
	0x64b, 0x93c, 0x94d, 0x302a, 0x3099, 0x20d0, 0xfe0f, 0x34f, 0x1d165,
};

static int32_t random_code_point(struct rng *r)
{
	int32_t cp;

	switch (rng_below(r, 8)) {
	case 0:
		return (int32_t)('!' + rng_below(r, 94));
	case 1:
		return (int32_t)(0xa0 + rng_below(r, 0x500));
	case 2:
		return (int32_t)(0xac00 + rng_below(r, 11172));
	case 3:
		return (int32_t)(0xf900 + rng_below(r, 0x700));
	case 4:
	case 5:
		return marks[rng_below(r, ARRAY_LEN(marks))];
	default:
		do
			cp = (int32_t)(1 + rng_below(r, 0x10ffff));
		while (cp >= 0xd800 && cp < 0xe000);
		return cp;
	}
}

static void put_code_point(struct buf *out, int32_t cp)
{
	uint8_t bytes[4];

	buf_put(out, bytes, (size_t)utf8proc_encode_char(cp, bytes));
}

static void random_word(struct rng *r, size_t n, struct buf *out)
{
	buf_clear(out);
	while (n--)
		put_code_point(out, random_code_point(r));
}

static void check_whole(struct span word, unsigned flags, unsigned options,
			struct buf *out)
{
	utf8proc_uint8_t *wanted = NULL;
	utf8proc_ssize_t n;

	n = utf8proc_map(word.ptr, (utf8proc_ssize_t)word.len, &wanted,
			 (utf8proc_option_t)(WHOLE_OPTIONS | options));
	assert_true(n >= 0);
	if (!span_eq(fold(word, flags, out), span_of(wanted, (size_t)n)))
		fail_msg("a word of %zu bytes", word.len);
	free(wanted);
}

static void test_whole(void **state)
{
	struct buf word = BUF_INIT(MEM_OTHER), out = BUF_INIT(MEM_OTHER);
	struct rng r;
	int i;

	(void)state;
	rng_init(&r, 30);
	for (i = 0; i < 20000; i++) {
		random_word(&r, 1 + rng_below(&r, i % 50 ? 12 : 300), &word);
		check_whole(buf_span(&word), FOLD_CASE, UTF8PROC_CASEFOLD,
			    &out);
		check_whole(buf_span(&word), 0, 0, &out);
	}
	buf_release(&word);
	buf_release(&out);
}

/* What the tokenizer calls a word folds to something, without a line end and
 * without a zero; what it ignores folds to nothing. */
static void test_all_code_points(void **state)
{
	struct buf word = BUF_INIT(MEM_OTHER), out = BUF_INIT(MEM_OTHER);
	enum char_class class;
	int32_t cp, read;
	struct span s;

	(void)state;
	for (cp = 0; cp < 0x110000; cp++) {
		if (cp >= 0xd800 && cp < 0xe000)
			continue;
		buf_clear(&word);
		put_code_point(&word, cp);
		if (utf8_decode(word.ptr, word.ptr + word.len, &read) !=
			    word.len || read != cp)
			fail_msg("decoding %x", (unsigned)cp);
		class = char_class_of(cp);
		if (class == CHAR_OTHER)
			continue;
		s = fold(buf_span(&word), FOLD_CASE, &out);
		if ((class == CHAR_IGNORABLE) != !s.len ||
		    (s.len && (memchr(s.ptr, 0, s.len) ||
			       memchr(s.ptr, '\n', s.len))))
			fail_msg("code point %x", (unsigned)cp);
	}
	buf_release(&word);
	buf_release(&out);
}

/* --- the kept form */

static void test_kept_limits(void **state)
{
	static uint8_t word[2000];
	struct kept_word k;

	(void)state;
	memset(word, 'A', sizeof(word));
	assert_int_equal(fold_kept(span_of(word, 255), &k), SCOUT_OK);
	assert_int_equal(k.len, 255);
	assert_int_equal(k.bytes[254], 'a');
	assert_false(k.is_cut || k.is_wild);
	fold_kept(span_of(word, 256), &k);
	assert_int_equal(k.len, 255);
	assert_true(k.is_cut);
	assert_false(k.is_wild);
	fold_kept(span_of(word, 2000), &k);
	assert_true(k.is_cut);
	assert_false(k.is_wild);
	/* 254 bytes and one character of two: cut before it */
	memcpy(word + 254, "\xcf\x83", 2);
	fold_kept(span_of(word, 256), &k);
	assert_int_equal(k.len, 254);
	assert_true(k.is_cut);
	/* the 1024 bytes end inside a character */
	memset(word, 'a', 254);
	memcpy(word + 1023, "\xcf\x83", 2);
	fold_kept(span_of(word, 1025), &k);
	assert_true(k.is_cut);
	assert_false(k.is_wild);
}

/* A base and more marks than the 1024 bytes hold: those that follow would be
 * sorted in among the kept ones. */
static void test_kept_wild(void **state)
{
	struct buf word = BUF_INIT(MEM_OTHER);
	struct kept_word k;
	int i;

	(void)state;
	buf_put_u8(&word, 'e');
	for (i = 0; i < 600; i++)
		buf_put_str(&word, "\xcc\x81");
	assert_int_equal(fold_kept(buf_span(&word), &k), SCOUT_OK);
	assert_true(k.is_cut);
	assert_true(k.is_wild);
	assert_false(k.reordered);
	/* soft hyphens fill the 1024 bytes: what follows them is lost */
	buf_clear(&word);
	buf_put_str(&word, "a");
	for (i = 0; i < 600; i++)
		buf_put_str(&word, "\xc2\xad");
	buf_put_str(&word, "b");
	fold_kept(buf_span(&word), &k);
	assert_true(k.is_cut);
	assert_true(k.is_wild);
	buf_clear(&word);
	buf_put_str(&word, "e\xcc\x81\xcc\xa3");
	fold_kept(buf_span(&word), &k);
	assert_true(k.reordered);
	assert_false(k.is_cut);
	buf_release(&word);
}

/* Unless the kept form is wild, it is what begins the whole one. */
static void test_kept_prefix(void **state)
{
	struct buf word = BUF_INIT(MEM_OTHER), out = BUF_INIT(MEM_OTHER);
	unsigned i, nwild = 0, ncut = 0;
	struct kept_word k;
	struct span whole;
	struct rng r;

	(void)state;
	rng_init(&r, 31);
	for (i = 0; i < 4000; i++) {
		random_word(&r, 1 + rng_below(&r, i % 2 ? 20 : 600), &word);
		while (i % 5 == 1 && word.len < 1100)
			put_code_point(&word, marks[rng_below(&r, 9) ? 0 : 2]);
		whole = fold(buf_span(&word), FOLD_CASE, &out);
		assert_int_equal(fold_kept(buf_span(&word), &k), SCOUT_OK);
		assert_true(k.len <= TERM_MAX_BYTES);
		assert_int_equal(k.is_cut, whole.len > TERM_MAX_BYTES ||
				 word.len > WORD_FOLD_MAX_BYTES);
		if (k.is_wild) {
			assert_true(word.len > WORD_FOLD_MAX_BYTES);
			nwild++;
		} else if (k.len != fold_kept_len(whole) ||
			   memcmp(k.bytes, whole.ptr, k.len)) {
			fail_msg("round %u", i);
		}
		ncut += k.is_cut;
	}
	assert_true(nwild > 100 && ncut > nwild + 100);
	buf_release(&word);
	buf_release(&out);
}

static void test_kept_len(void **state)
{
	uint8_t text[300];

	(void)state;
	memset(text, 'x', sizeof(text));
	assert_int_equal(fold_kept_len(span_of(text, 0)), 0);
	assert_int_equal(fold_kept_len(span_of(text, 255)), 255);
	assert_int_equal(fold_kept_len(span_of(text, 256)), 255);
	memcpy(text + 252, "\xf0\x9d\x90\x80", 4);
	assert_int_equal(fold_kept_len(span_of(text, 256)), 252);
	memcpy(text + 251, "\xf0\x9d\x90\x80x", 5);
	assert_int_equal(fold_kept_len(span_of(text, 256)), 255);
}

/* --- compose, stable prefix */

static void test_compose(void **state)
{
	struct buf word = BUF_INIT(MEM_OTHER), folded = BUF_INIT(MEM_OTHER);
	struct buf out = BUF_INIT(MEM_OTHER);
	utf8proc_uint8_t *wanted;
	struct span s;
	struct rng r;
	int i;

	(void)state;
	/* what a damaged index may have for folded text: no UTF-8, and
	 * letters that would come apart into more than they have bytes */
	assert_int_equal(fold_compose(span_str("a\xc3"), &out),
			 SCOUT_E_CORRUPT);
	assert_int_equal(fold_compose(span_str("\xe1\xbe\xa7\xe1\xbe\xa7"
					       "\xe1\xbe\xa7"), &out),
			 SCOUT_E_CORRUPT);
	assert_int_equal(fold_compose(span_str("cafe\xcc\x81"), &out),
			 SCOUT_OK);
	assert_true(span_eq(buf_span(&out), span_str("caf\xc3\xa9")));
	rng_init(&r, 32);
	for (i = 0; i < 3000; i++) {
		random_word(&r, 1 + rng_below(&r, i % 20 ? 12 : 400), &word);
		s = fold(buf_span(&word), FOLD_CASE, &folded);
		buf_clear(&out);
		assert_int_equal(fold_compose(s, &out), SCOUT_OK);
		assert_non_null(buf_cstr(&folded));
		wanted = utf8proc_NFC(folded.ptr);
		if (!span_eq(buf_span(&out), span_str((char *)wanted)))
			fail_msg("round %d", i);
		free(wanted);
	}
	buf_release(&word);
	buf_release(&folded);
	buf_release(&out);
}

/* The NFC form of the stable prefix begins any longer text's NFC, decomposed:
 * marks put after the text leave the prefix as it is. */
static void test_stable_prefix(void **state)
{
	struct buf word = BUF_INIT(MEM_OTHER), folded = BUF_INIT(MEM_OTHER);
	struct buf longer = BUF_INIT(MEM_OTHER);
	struct span s, t;
	size_t stable;
	struct rng r;
	int i;

	(void)state;
	assert_int_equal(fold_stable_prefix(span_str("")), 0);
	assert_int_equal(fold_stable_prefix(span_str("abc")), 3);
	assert_int_equal(fold_stable_prefix(span_str("abe\xcc\x81")), 3);
	assert_int_equal(fold_stable_prefix(span_str("\xcc\x81")), 0);
	rng_init(&r, 33);
	for (i = 0; i < 3000; i++) {
		random_word(&r, 1 + rng_below(&r, 8), &word);
		s = fold(buf_span(&word), FOLD_CASE, &folded);
		stable = fold_stable_prefix(s);
		put_code_point(&word, marks[rng_below(&r, ARRAY_LEN(marks))]);
		t = fold(buf_span(&word), FOLD_CASE, &longer);
		if (!span_has_prefix(t, span_of(s.ptr, stable)))
			fail_msg("round %d", i);
	}
	buf_release(&word);
	buf_release(&folded);
	buf_release(&longer);
}

/* --- code points */

static void test_utf8(void **state)
{
	static const struct {
		const char *bytes;
		unsigned n;
		int32_t cp;
	} rows[] = {
		{ "a", 1, 'a' },
		{ "\xc2\x80", 2, 0x80 },
		{ "\xdf\xbf", 2, 0x7ff },
		{ "\xe0\xa0\x80", 3, 0x800 },
		{ "\xed\x9f\xbf", 3, 0xd7ff },
		{ "\xee\x80\x80", 3, 0xe000 },
		{ "\xf0\x90\x80\x80", 4, 0x10000 },
		{ "\xf4\x8f\xbf\xbf", 4, 0x10ffff },
		{ "\x80", 0, -1 },
		{ "\xc0\x80", 0, -1 },		/* overlong */
		{ "\xc1\xbf", 0, -1 },
		{ "\xe0\x9f\xbf", 0, -1 },
		{ "\xf0\x8f\xbf\xbf", 0, -1 },
		{ "\xed\xa0\x80", 0, -1 },	/* surrogate */
		{ "\xf4\x90\x80\x80", 0, -1 },	/* past the last */
		{ "\xf5\x80\x80\x80", 0, -1 },
		{ "\xff", 0, -1 },
		{ "\xc3" "a", 0, -1 },
		{ "\xe2\x82" "a", 0, -1 },
	};
	uint8_t *bytes;
	int32_t cp;
	size_t i, n;

	(void)state;
	for (i = 0; i < ARRAY_LEN(rows); i++) {
		n = strlen(rows[i].bytes);
		bytes = exact_copy(span_of(rows[i].bytes, n));
		if (utf8_decode(bytes, bytes + n, &cp) != rows[i].n ||
		    cp != rows[i].cp)
			fail_msg("row %zu", i);
		scout_free(bytes);
		/* cut short: nothing */
		for (n = 0; n < rows[i].n; n++) {
			bytes = exact_copy(span_of(rows[i].bytes, n));
			assert_int_equal(utf8_decode(bytes, bytes + n, &cp), 0);
			assert_int_equal(cp, -1);
			scout_free(bytes);
		}
	}
}

static void test_classes(void **state)
{
	static const struct {
		int32_t cp;
		enum char_class class;
	} rows[] = {
		{ 'a', CHAR_WORD }, { 'Z', CHAR_WORD }, { '0', CHAR_WORD },
		{ '_', CHAR_WORD }, { '-', CHAR_OTHER }, { ' ', CHAR_OTHER },
		{ '\n', CHAR_OTHER }, { 0, CHAR_OTHER }, { 0x7f, CHAR_OTHER },
		{ 0xe9, CHAR_WORD }, { 0xb2, CHAR_WORD }, { 0xbd, CHAR_WORD },
		{ 0x203f, CHAR_WORD },	/* Pc: undertie */
		{ 0x2160, CHAR_WORD },	/* Nl: Roman one */
		{ 0x2d, CHAR_OTHER }, { 0xa0, CHAR_OTHER },
		{ 0x20ac, CHAR_OTHER }, { 0x1f600, CHAR_OTHER },
		{ 0x301, CHAR_MARK }, { 0x903, CHAR_MARK },
		{ 0x20dd, CHAR_MARK },
		{ 0xad, CHAR_IGNORABLE }, { 0x200b, CHAR_IGNORABLE },
		{ 0x200d, CHAR_IGNORABLE }, { 0x2060, CHAR_IGNORABLE },
		{ 0xfe0f, CHAR_IGNORABLE }, { 0xfeff, CHAR_IGNORABLE },
		{ 0x34f, CHAR_IGNORABLE }, { 0x3164, CHAR_IGNORABLE },
		{ 0x4e2d, CHAR_SINGLE }, { 0x3042, CHAR_SINGLE },
		{ 0x30ab, CHAR_SINGLE }, { 0xe01, CHAR_SINGLE },
		{ 0xe50, CHAR_SINGLE },		/* Thai digit */
		{ 0x3007, CHAR_SINGLE }, { 0x30fc, CHAR_SINGLE },
		{ 0x20000, CHAR_SINGLE },
		{ 0xe31, CHAR_SINGLE_MARK }, { 0x3099, CHAR_SINGLE_MARK },
		{ 0x3001, CHAR_OTHER },		/* ideographic comma */
		{ 0xac00, CHAR_WORD },		/* Hangul has spaces */
		{ 0xffff, CHAR_OTHER }, { 0x10ffff, CHAR_OTHER },
	};
	int32_t cp;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(rows); i++)
		if (char_class_of(rows[i].cp) != rows[i].class)
			fail_msg("code point %x", (unsigned)rows[i].cp);
	assert_true(char_is_upper('A'));
	assert_false(char_is_upper('a'));
	assert_true(char_is_upper(0xc9));
	assert_false(char_is_upper(0x1c5));	/* Lt */
	/* the classes are those of the categories */
	for (cp = 0; cp < 0x110000; cp++) {
		const char *category = utf8proc_category_string(cp);
		enum char_class class = char_class_of(cp);
		bool is_word = strchr("LN", category[0]) ||
			       !strcmp(category, "Pc");

		if (class == CHAR_IGNORABLE)
			continue;
		if (is_word != (class == CHAR_WORD || class == CHAR_SINGLE) ||
		    (category[0] == 'M') !=
			    (class == CHAR_MARK || class == CHAR_SINGLE_MARK))
			fail_msg("code point %x is %s", (unsigned)cp, category);
	}
}

/* --- hostile input */

/* Alternating classes are the worst case of sorting by neighbours. */
static void test_hostile(void **state)
{
	struct buf word = BUF_INIT(MEM_OTHER), out = BUF_INIT(MEM_OTHER);
	int64_t start = os_cpu_ns();
	struct kept_word k;
	struct span s;
	size_t i;

	(void)state;
	buf_put_u8(&word, 'e');
	for (i = 0; i < 500000; i++)
		buf_put_str(&word, "\xcc\x81\xcc\xa3");
	s = fold(buf_span(&word), FOLD_CASE, &out);
	assert_int_equal(s.len, word.len);
	assert_memory_equal(s.ptr, "e\xcc\xa3\xcc\xa3", 5);
	for (i = 0; i < 500000; i++)
		assert_true(s.ptr[2 + 2 * i] == 0xa3);
	for (i = 500000; i < 1000000; i++)
		assert_true(s.ptr[2 + 2 * i] == 0x81);
	assert_int_equal(fold_kept(buf_span(&word), &k), SCOUT_OK);
	assert_true(k.is_cut && k.is_wild && k.reordered);
	assert_int_equal(fold_stable_prefix(s), 1);
	buf_clear(&word);
	assert_int_equal(fold_compose(s, &word), SCOUT_OK);
	assert_memory_equal(word.ptr, "\xe1\xba\xb9\xcc\xa3", 5);
	assert_true(os_cpu_ns() - start < 5000000000);
	buf_release(&word);
	buf_release(&out);
}

static void test_short_memory(void **state)
{
	struct buf word = BUF_INIT(MEM_OTHER), out = BUF_INIT(MEM_OTHER);
	struct kept_word k;
	uint64_t n;
	int i, rc;

	(void)state;
	for (i = 0; i < 200; i++)
		buf_put_str(&word, "\xcc\x81\xcc\xa3");
	for (n = 1;; n++) {
		buf_release(&out);
		scout_mem_fail_at(n);
		rc = fold_whole(buf_span(&word), FOLD_CASE, &out);
		if (!rc)
			rc = fold_kept(buf_span(&word), &k);
		if (!rc)
			rc = fold_compose(buf_span(&word), &out);
		scout_mem_fail_at(0);
		if (!rc)
			break;
		assert_int_equal(rc, SCOUT_E_NOMEM);
	}
	assert_true(n > 8);
	buf_release(&word);
	buf_release(&out);
	assert_int_equal(scout_mem_current(MEM_TOKENIZE), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_flags),
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_all_code_points),
		cmocka_unit_test(test_kept_limits),
		cmocka_unit_test(test_kept_wild),
		cmocka_unit_test(test_kept_prefix),
		cmocka_unit_test(test_kept_len),
		cmocka_unit_test(test_compose),
		cmocka_unit_test(test_stable_prefix),
		cmocka_unit_test(test_utf8),
		cmocka_unit_test(test_classes),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_short_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
