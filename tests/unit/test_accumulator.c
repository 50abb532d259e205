/* Postings in memory, against a list of what was added. */
#include "random_text.h"

#include <stdlib.h>

#include "base/arena.h"
#include "indexer/accumulator.h"

/* What was added: a term's positions in one file. */
struct added {
	struct span term;
	uint32_t order;		/* of the call that added it */
	uint32_t doc;
	const term_pos *positions;
	uint32_t n;
};

struct model {
	struct arena arena;
	struct buf added;	/* struct added each */
	uint32_t order;
};

static void model_init(struct model *m)
{
	arena_init(&m->arena, MEM_OTHER);
	buf_init(&m->added, MEM_OTHER);
	m->order = 0;
}

static void model_release(struct model *m)
{
	arena_release(&m->arena);
	buf_release(&m->added);
}

static void model_add(struct model *m, const struct file_terms *f, uint32_t doc)
{
	uint32_t i;

	for (i = 0; i < f->nterms; i++) {
		const struct file_term *t = &f->terms[i];
		struct span text = file_term_text(f, t);
		struct added a = { .order = m->order, .doc = doc,
				   .n = t->count };

		a.term = span_of(arena_dup(&m->arena, text.ptr, text.len),
				 text.len);
		a.positions = (const term_pos *)(void *)arena_dup(
			&m->arena, f->positions + t->first,
			t->count * sizeof(term_pos));
		buf_put(&m->added, &a, sizeof(a));
	}
	m->order++;
	assert_int_equal(buf_status(&m->added), SCOUT_OK);
}

static int cmp_added(const void *x, const void *y)
{
	const struct added *a = x, *b = y;
	int c = span_cmp(a->term, b->term);

	return c ? c : a->order < b->order ? -1 : a->order > b->order;
}

/* The postings of the term of a, in bytes; returns one past its last entry. */
static const struct added *model_postings(const struct added *a,
					  const struct added *end,
					  struct buf *out)
{
	struct span term = a->term;
	uint64_t before = 0;
	uint32_t i;

	buf_clear(out);
	for (; a < end && span_eq(a->term, term); a++) {
		buf_put_varint(out, (a->doc + (uint64_t)1 - before) << 1 |
					    (a->n == 1));
		before = a->doc + (uint64_t)1;
		if (a->n != 1)
			buf_put_varint(out, a->n);
		for (i = 0; i < a->n; i++)
			buf_put_varint(out, a->positions[i] -
						    (i ? a->positions[i - 1] :
							 0));
	}
	return a;
}

static void check(struct accumulator *acc, struct model *m)
{
	struct buf wanted = BUF_INIT(MEM_OTHER), got = BUF_INIT(MEM_OTHER);
	size_t nadded = m->added.len / sizeof(struct added);
	struct added *a = (struct added *)(void *)m->added.ptr;
	const struct added *next = a, *end = nadded ? a + nadded : a;
	uint32_t nterms = acc->nterms, i, len;
	struct postings_slice slice;
	struct sorted_term *sorted;

	assert_int_equal(acc->npostings, nadded);
	if (nadded)
		qsort(a, nadded, sizeof(*a), cmp_added);
	assert_int_equal(accumulator_sort(acc, &sorted), SCOUT_OK);
	for (i = 0; i < nterms; i++) {
		struct span term = accumulator_term(acc, sorted[i].term);

		if (next == end || !span_eq(term, next->term))
			fail_msg("term %u of %u", i, nterms);
		next = model_postings(next, end, &wanted);
		buf_clear(&got);
		len = postings_slice_first(acc, sorted[i].term, &slice);
		do
			buf_put_span(&got, slice.bytes);
		while (postings_slice_next(acc, &slice));
		assert_int_equal(got.len, len);
		if (!span_eq(buf_span(&got), buf_span(&wanted)))
			fail_msg("postings of term %u", i);
	}
	assert_true(next == end);
	scout_free(sorted);
	buf_release(&wanted);
	buf_release(&got);
}

static void make_file(struct file_terms *f, struct rng *r, uint32_t vocabulary,
		      uint32_t nwords, term_pos base)
{
	struct token_batch *batch = scout_malloc(MEM_OTHER, sizeof(*batch));
	struct buf text = BUF_INIT(MEM_OTHER);
	struct tokenizer t = { 0 };

	random_words_put(r, vocabulary, nwords, &text);
	assert_true(buf_reserve(&text, TOKEN_PADDING));
	memset(text.ptr + text.len, 0, TOKEN_PADDING);
	file_terms_begin(f, base);
	tokenizer_start(&t, buf_span(&text), true, true);
	while (tokenizer_next(&t, batch))
		assert_int_equal(file_terms_add(f, text.ptr, batch), SCOUT_OK);
	assert_int_equal(file_terms_finish(f), SCOUT_OK);
	buf_release(&text);
	scout_free(batch);
}

static void test_random(void **state)
{
	static const uint32_t vocabularies[] = { 20, 500, 50000 };
	struct accumulator acc;
	struct file_terms f;
	struct model m;
	struct rng r;
	int i, k;

	(void)state;
	rng_init(&r, 110);
	file_terms_init(&f);
	assert_int_equal(accumulator_init(&acc, 64 << 20), SCOUT_OK);
	for (i = 0; i < 30; i++) {
		uint32_t doc = rng_below(&r, 1000);
		term_pos base = 0;

		model_init(&m);
		for (k = (int)rng_below(&r, 60); k; k--) {
			make_file(&f, &r, vocabularies[i % 3],
				  rng_below(&r, 400), base);
			assert_true(accumulator_need(&f) > f.nterms);
			assert_int_equal(accumulator_add(&acc, &f, doc),
					 SCOUT_OK);
			model_add(&m, &f, doc);
			base += f.nwords;
			/* now and then the same document goes on */
			if (rng_below(&r, 4)) {
				doc += 1 + rng_skewed(&r) / 64;
				base = 0;
			}
		}
		check(&acc, &m);
		accumulator_clear(&acc);
		assert_int_equal(acc.nterms, 0);
		assert_int_equal(scout_mem_current(MEM_ACCUMULATE), 0);
		model_release(&m);
	}
	file_terms_release(&f);
	accumulator_release(&acc);
	accumulator_release(&acc);
}

/* Slices of every size: one term with very many positions, and documents. */
static void test_long_lists(void **state)
{
	struct accumulator acc;
	struct file_terms f;
	struct model m;
	struct rng r;
	uint32_t doc;

	(void)state;
	rng_init(&r, 111);
	file_terms_init(&f);
	model_init(&m);
	assert_int_equal(accumulator_init(&acc, 64 << 20), SCOUT_OK);
	for (doc = 0; doc < 5000; doc++) {
		make_file(&f, &r, 3, doc % 1000 ? 3 : 30000, 0);
		assert_int_equal(accumulator_add(&acc, &f, doc * 3), SCOUT_OK);
		model_add(&m, &f, doc * 3);
	}
	check(&acc, &m);
	model_release(&m);
	file_terms_release(&f);
	accumulator_release(&acc);
}

/* Terms that share their first 8, 16, 24... bytes, and prefixes of others. */
static void test_order(void **state)
{
	static const char text[] =
		"aaaaaaaa aaaaaaa aaaaaaaab aaaaaaaaa aaaaaaaaaaaaaaaa "
		"aaaaaaaaaaaaaaab aaaaaaaaaaaaaaaaa a b ab \xc3\xa9 z "
		"aaaaaaaaaaaaaaaaaaaaaaaaz aaaaaaaaaaaaaaaaaaaaaaaay "
		"zaaaaaaa zaaaaaab _ 0 \xe6\x9d\xb1 aaaaaaa\xc3\xa9";
	struct token_batch *batch = scout_malloc(MEM_OTHER, sizeof(*batch));
	uint8_t padded[sizeof(text) + TOKEN_PADDING] = { 0 };
	struct tokenizer t = { 0 };
	struct accumulator acc;
	struct file_terms f;
	struct model m;

	(void)state;
	memcpy(padded, text, sizeof(text));
	file_terms_init(&f);
	model_init(&m);
	file_terms_begin(&f, 0);
	tokenizer_start(&t, span_of(padded, sizeof(text) - 1), true, true);
	while (tokenizer_next(&t, batch))
		assert_int_equal(file_terms_add(&f, padded, batch), SCOUT_OK);
	assert_int_equal(file_terms_finish(&f), SCOUT_OK);
	assert_int_equal(accumulator_init(&acc, 4 << 20), SCOUT_OK);
	assert_int_equal(accumulator_add(&acc, &f, 7), SCOUT_OK);
	model_add(&m, &f, 7);
	assert_int_equal(acc.nterms, 20);
	check(&acc, &m);
	model_release(&m);
	file_terms_release(&f);
	accumulator_release(&acc);
	scout_free(batch);
}

static void test_empty(void **state)
{
	struct accumulator acc;
	struct sorted_term *sorted;

	(void)state;
	assert_int_equal(accumulator_init(&acc, 1 << 20), SCOUT_OK);
	assert_int_equal(accumulator_sort(&acc, &sorted), SCOUT_OK);
	scout_free(sorted);
	accumulator_release(&acc);
}

/*
 * The same words in every file: the slices of all terms are full at the same
 * time, and all take new ones with the same file.  The region is never
 * overrun: SCOUT_E_LIMIT comes before.
 */
static void check_limit(uint32_t vocabulary, size_t max_bytes)
{
	struct accumulator acc;
	struct file_terms f;
	uint32_t doc = 0;
	struct rng r;
	int rc;

	file_terms_init(&f);
	rng_init(&r, 112);
	make_file(&f, &r, vocabulary, vocabulary, 0);
	assert_int_equal(accumulator_init(&acc, max_bytes), SCOUT_OK);
	while (!(rc = accumulator_add(&acc, &f, doc))) {
		if (acc.used > max_bytes)
			fail_msg("%zu of %zu bytes after %u files of %u terms",
				 acc.used, max_bytes, doc + 1, f.nterms);
		doc++;
	}
	assert_int_equal(rc, SCOUT_E_LIMIT);
	assert_true(doc > 0);
	accumulator_clear(&acc);
	assert_int_equal(accumulator_add(&acc, &f, doc), SCOUT_OK);
	accumulator_release(&acc);
	file_terms_release(&f);
}

static void test_limit(void **state)
{
	(void)state;
	check_limit(100, 256 << 10);
	check_limit(1000, 1 << 20);
	check_limit(1000, 4 << 20);
	check_limit(3000, 9 << 20);
	check_limit(5000, 4 << 20);
}

static void test_short_memory(void **state)
{
	struct accumulator acc;
	struct file_terms f;
	struct sorted_term *sorted;
	struct rng r;

	(void)state;
	rng_init(&r, 113);
	file_terms_init(&f);
	make_file(&f, &r, 100, 100, 0);
	scout_mem_fail_at(1);
	assert_int_equal(accumulator_init(&acc, 1 << 20), SCOUT_E_NOMEM);
	accumulator_release(&acc);
	assert_int_equal(accumulator_init(&acc, 1 << 20), SCOUT_OK);
	scout_mem_fail_at(1);
	assert_int_equal(accumulator_add(&acc, &f, 1), SCOUT_E_NOMEM);
	assert_int_equal(accumulator_add(&acc, &f, 1), SCOUT_OK);
	scout_mem_fail_at(1);
	assert_int_equal(accumulator_sort(&acc, &sorted), SCOUT_E_NOMEM);
	scout_mem_fail_at(0);
	accumulator_release(&acc);
	file_terms_release(&f);
	assert_int_equal(scout_mem_current(MEM_ACCUMULATE), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_long_lists),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_short_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
