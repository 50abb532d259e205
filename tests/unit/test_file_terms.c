/* The table of one file's words, against a list of all of them. */
#include "random_text.h"

#include "index_format/fold.h"
#include "indexer/file_terms.h"
#include "plain_words.h"

/* Every word of a text in its kept form, found and folded the plain way. */
struct folded_words {
	struct plain_text plain;
	struct buf kept;	/* struct kept_word each */
};

static void fold_words(struct folded_words *w, struct span text)
{
	const struct plain_word *p;
	struct kept_word k;
	size_t i;

	plain_text_find(&w->plain, text);
	buf_clear(&w->kept);
	for (i = 0; i < plain_text_nwords(&w->plain); i++) {
		p = plain_text_word(&w->plain, i);
		assert_int_equal(fold_kept(span_of(text.ptr + p->start,
						   (size_t)p->len), &k),
				 SCOUT_OK);
		buf_put(&w->kept, &k, sizeof(k));
	}
}

static struct span kept_of(const struct folded_words *w, size_t i)
{
	const struct kept_word *k = (const struct kept_word *)w->kept.ptr + i;

	return span_of(k->bytes, k->len);
}

/* Tokenizes a text into the table, batch by batch. */
static void add_text(struct file_terms *f, struct span text)
{
	struct token_batch *batch = scout_malloc(MEM_OTHER, sizeof(*batch));
	uint8_t *padded = scout_calloc(MEM_OTHER, 1, text.len + TOKEN_PADDING);
	struct tokenizer t = { 0 };

	assert_true(batch && padded);
	memcpy(padded, text.ptr, text.len);
	tokenizer_start(&t, span_of(padded, text.len), true, true);
	while (tokenizer_next(&t, batch))
		assert_int_equal(file_terms_add(f, padded, batch), SCOUT_OK);
	scout_free(batch);
	scout_free(padded);
}

static void check_flags(const struct file_terms *f,
			const struct folded_words *w)
{
	const struct kept_word *k = (const struct kept_word *)w->kept.ptr;
	bool cut = false, wild = false, reordered = false;
	size_t i;

	for (i = 0; i < plain_text_nwords(&w->plain); i++) {
		cut |= k[i].is_cut;
		wild |= k[i].is_wild;
		reordered |= k[i].reordered;
	}
	assert_int_equal(f->has_overlong, cut);
	assert_int_equal(f->has_wild, wild);
	assert_int_equal(f->has_reordered, reordered);
}

static void check_terms(const struct file_terms *f,
			const struct folded_words *w, term_pos base)
{
	size_t nwords = plain_text_nwords(&w->plain), i, at;
	uint32_t k, seen = 0;
	bool *counted = scout_calloc(MEM_OTHER, f->nterms + 1, sizeof(bool));

	assert_int_equal(f->nwords, nwords);
	for (i = 0; i < nwords; i++) {
		const struct file_term *t = &f->terms[f->ids[i]];

		if (!span_eq(file_term_text(f, t), kept_of(w, i)))
			fail_msg("word %zu", i);
		/* terms stand in the order of their first word */
		assert_true(counted[f->ids[i]] || f->ids[i] == seen);
		seen += !counted[f->ids[i]];
		counted[f->ids[i]] = true;
	}
	assert_int_equal(seen, f->nterms);
	for (k = 0; k < f->nterms; k++) {
		const struct file_term *t = &f->terms[k];

		for (i = 0; i < t->count; i++) {
			at = f->positions[t->first + i] - base;
			assert_true(at < nwords && f->ids[at] == k);
			assert_true(!i || f->positions[t->first + i] >
						  f->positions[t->first + i - 1]);
		}
	}
	scout_free(counted);
}

/* No two terms have the same text: with check_terms, the partition is right. */
static void check_distinct(const struct file_terms *f)
{
	uint32_t i, k;

	for (i = 0; i < f->nterms; i++)
		for (k = 0; k < i; k++)
			if (f->terms[i].len == f->terms[k].len &&
			    span_eq(file_term_text(f, &f->terms[i]),
				    file_term_text(f, &f->terms[k])))
				fail_msg("terms %u and %u", k, i);
}

static void test_random(void **state)
{
	static const uint32_t vocabularies[] = { 3, 30, 300, 3000 };
	struct buf text = BUF_INIT(MEM_OTHER);
	struct folded_words w;
	struct file_terms f;
	struct rng r;
	int i;

	(void)state;
	rng_init(&r, 100);
	file_terms_init(&f);
	plain_text_init(&w.plain);
	buf_init(&w.kept, MEM_OTHER);
	for (i = 0; i < 150; i++) {
		term_pos base = i % 3 ? 0 : rng_skewed(&r) >> 1;

		buf_clear(&text);
		random_words_put(&r, vocabularies[i % 4],
				 rng_below(&r, i % 10 ? 500 : 20000), &text);
		file_terms_begin(&f, base);
		add_text(&f, buf_span(&text));
		assert_int_equal(file_terms_finish(&f), SCOUT_OK);
		fold_words(&w, buf_span(&text));
		check_terms(&f, &w, base);
		check_distinct(&f);
		check_flags(&f, &w);
	}
	plain_text_release(&w.plain);
	buf_release(&w.kept);
	buf_release(&text);
	file_terms_release(&f);
	file_terms_release(&f);
	assert_int_equal(scout_mem_current(MEM_TOKENIZE), 0);
}

static void test_by_hand(void **state)
{
	static const term_pos wanted[] = { 10, 12, 14, 11, 13 };
	struct file_terms f;

	(void)state;
	file_terms_init(&f);
	file_terms_begin(&f, 10);
	add_text(&f, span_str("Foo bar foo"));
	add_text(&f, span_str("BAR fOO"));
	assert_int_equal(file_terms_finish(&f), SCOUT_OK);
	assert_int_equal(f.nterms, 2);
	assert_int_equal(f.nwords, 5);
	assert_true(span_eq(file_term_text(&f, &f.terms[0]), span_str("foo")));
	assert_true(span_eq(file_term_text(&f, &f.terms[1]), span_str("bar")));
	assert_int_equal(f.terms[0].count, 3);
	assert_int_equal(f.terms[1].first, 3);
	assert_memory_equal(f.positions, wanted, sizeof(wanted));
	file_terms_begin(&f, 0);
	assert_int_equal(file_terms_finish(&f), SCOUT_OK);
	assert_int_equal(f.nterms, 0);
	file_terms_release(&f);
}

static void test_surface(void **state)
{
	static const struct {
		const char *text;
		unsigned surface;
	} cases[] = {
		{ "foo", SURFACE_LOWER },
		{ "1_2", SURFACE_LOWER },
		{ "f", SURFACE_LOWER },
		{ "F", SURFACE_CAPITAL },
		{ "Foo_1", SURFACE_CAPITAL },
		{ "F1", SURFACE_CAPITAL },
		{ "FO", SURFACE_UPPER },
		{ "1F", SURFACE_UPPER },
		{ "_Foo", SURFACE_OTHER },
		{ "fO", SURFACE_OTHER },
		{ "FoO", SURFACE_OTHER },
		{ "foo Foo FOO", SURFACE_LOWER | SURFACE_CAPITAL |
					 SURFACE_UPPER },
		{ "f\xc3\xa9", SURFACE_OTHER },
		{ "\xe2\x84\xaa K", SURFACE_OTHER | SURFACE_CAPITAL },
		/* longer than one 16-byte piece */
		{ "abcdefghijklmnopqrstu", SURFACE_LOWER },
		{ "Abcdefghijklmnopqrstu", SURFACE_CAPITAL },
		{ "ABCDEFGHIJKLMNOPQRSTU", SURFACE_UPPER },
		{ "abcdefghijklmnopQrstu", SURFACE_OTHER },
		{ "AbcdefghijklmnopqrstU", SURFACE_OTHER },
		{ "1234567890123456Q1234", SURFACE_UPPER },
		{ "Q234567890123456Q1234", SURFACE_UPPER },
		{ "1234567890123456q1234", SURFACE_LOWER },
	};
	struct file_terms f;
	size_t i;

	(void)state;
	file_terms_init(&f);
	for (i = 0; i < ARRAY_LEN(cases); i++) {
		file_terms_begin(&f, 0);
		add_text(&f, span_str(cases[i].text));
		if (f.nterms != 1 || f.terms[0].surface != cases[i].surface)
			fail_msg("%s: %u terms, surface %u", cases[i].text,
				 f.nterms, f.terms[0].surface);
	}
	file_terms_release(&f);
}

/* More distinct words than any first size of the tables. */
static void test_many(void **state)
{
	enum { WORDS = 100000 };
	struct buf text = BUF_INIT(MEM_OTHER);
	struct file_terms f;
	char word[16];
	int i, round;

	(void)state;
	for (i = 0; i < WORDS; i++)
		buf_printf(&text, "w%x ", (unsigned)i);
	file_terms_init(&f);
	for (round = 0; round < 2; round++) {
		file_terms_begin(&f, 0);
		add_text(&f, buf_span(&text));
		assert_int_equal(file_terms_finish(&f), SCOUT_OK);
		assert_int_equal(f.nterms, WORDS);
		for (i = 0; i < WORDS; i += 997) {
			snprintf(word, sizeof(word), "w%x", (unsigned)i);
			assert_true(span_eq(file_term_text(&f, &f.terms[i]),
					    span_str(word)));
			assert_int_equal(f.terms[i].count, 1);
			assert_int_equal(f.positions[f.terms[i].first], i);
		}
	}
	file_terms_release(&f);
	buf_release(&text);
}

static void test_short_memory(void **state)
{
	static struct token_batch batch;
	static uint8_t text[64 + TOKEN_PADDING] =
		"one two three \xc3\xa9t\xc3\xa9 four";
	struct tokenizer t = { 0 };
	struct file_terms f;
	uint64_t n;
	int rc;

	(void)state;
	tokenizer_start(&t, span_str((char *)text), true, true);
	assert_true(tokenizer_next(&t, &batch));
	for (n = 1;; n++) {
		file_terms_init(&f);
		file_terms_begin(&f, 0);
		scout_mem_fail_at(n);
		rc = file_terms_add(&f, text, &batch);
		scout_mem_fail_at(0);
		if (rc) {
			assert_int_equal(rc, SCOUT_E_NOMEM);
			/* it can be used again */
			file_terms_begin(&f, 0);
			assert_int_equal(file_terms_add(&f, text, &batch),
					 SCOUT_OK);
		}
		assert_int_equal(f.nterms, 5);
		file_terms_release(&f);
		if (!rc)
			break;
	}
	assert_true(n > 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_by_hand),
		cmocka_unit_test(test_surface),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_short_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
