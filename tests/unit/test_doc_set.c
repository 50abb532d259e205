/* Sets of documents, of lists of all kinds: beside the sets that the lists were
 * made from. */
#include "small_index.h"

#include "base/mem.h"
#include "index_format/doc_set.h"
#include "index_format/postings.h"
#include "index_format/term_blocks.h"

enum { TERMS = 1200, DOCS = 3000, SET_WORDS = (DOCS + 63) / 64 };

struct world {
	struct small_index ix;
	uint64_t docs[TERMS][SET_WORDS];	/* of each term */
	struct term_info infos[TERMS];
	struct term_blocks blocks;
};

static struct segment_reader *segment(struct world *w)
{
	return &w->ix.segments[0];
}

/* In the dictionary, short, in blocks, dense; near each other or not; and often
 * the documents of the term before. */
static void make_docs(uint64_t (*docs)[SET_WORDS], unsigned t, struct rng *r)
{
	static const uint32_t counts[] = { 1, 1, 2, 3, 9, 60, 200, 2000 };
	uint32_t n = counts[rng_below(r, rng_below(r, 4) ? 5 : 8)];
	uint32_t near = rng_below(r, 2) && n < 100 ? 200 : DOCS;
	uint32_t from = rng_below(r, DOCS - near + 1);

	if (t && rng_below(r, 5) < 2) {
		memcpy(docs[t], docs[t - 1], sizeof(docs[t]));
		return;
	}
	while (n--)
		set_add(docs[t], from + rng_below(r, near));
}

static void add_term(struct world *w, unsigned t, struct posting_encoder *e,
		     struct rng *r)
{
	bool is_once = rng_below(r, 2);
	uint32_t i, doc, freq;
	char name[16];

	posting_encoder_begin(e, SURFACE_LOWER);
	for (doc = set_next(w->docs[t], DOCS, 0); doc != DOC_NONE;
	     doc = set_next(w->docs[t], DOCS, doc + 1)) {
		posting_encoder_doc(e, doc);
		freq = is_once || rng_below(r, 2) ? 1 : 1 + rng_below(r, 5);
		if (!rng_below(r, 300))
			freq = 400;
		for (i = 0; i < freq; i++)
			posting_encoder_position(e, t * 3 + i);
	}
	snprintf(name, sizeof(name), "t%06u", t);
	small_index_add(&w->ix, span_str(name), e);
}

static int setup(void **state)
{
	struct world *w = scout_calloc(MEM_OTHER, 1, sizeof(*w));
	struct posting_encoder *e = scout_malloc(MEM_OTHER, sizeof(*e));
	struct term_filter all = { 0 };
	struct term_iter it;
	struct rng r;
	unsigned t;

	rng_init(&r, 301);
	small_index_begin(&w->ix);
	posting_encoder_init(e, MEM_OTHER);
	for (t = 0; t < TERMS; t++) {
		make_docs(w->docs, t, &r);
		add_term(w, t, e, &r);
	}
	posting_encoder_release(e);
	scout_free(e);
	small_index_open(&w->ix);
	segment(w)->ndocs = DOCS;
	segment(w)->nwords = UINT64_MAX;
	assert_int_equal(term_iter_open(&it, segment(w), span_str(""), NULL),
			 SCOUT_OK);
	for (t = 0; !term_iter_next(&it, NULL); t++)
		w->infos[t] = it.info;
	assert_int_equal(t, TERMS);
	term_iter_close(&it);
	term_blocks_init(&w->blocks);
	assert_int_equal(term_blocks_find(&w->blocks, segment(w), &all, NULL),
			 SCOUT_OK);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	term_blocks_release(&w->blocks);
	small_index_close(&w->ix);
	scout_free(w);
	return 0;
}

/* Full but for a few, or nearly empty, or full of one stretch. */
static void make_set(struct rng *r, uint64_t set[SET_WORDS])
{
	uint32_t i, from = rng_below(r, DOCS), len = rng_below(r, DOCS);
	uint32_t out_of = 1 + rng_below(r, 400);
	bool inverted = rng_below(r, 2);

	memset(set, 0, SET_WORDS * sizeof(*set));
	for (i = 0; i < DOCS; i++)
		if ((!rng_below(r, out_of) || (i >= from && i - from < len)) !=
		    inverted)
			set_add(set, i);
}

static bool lacks(const uint64_t *set, const uint64_t *docs)
{
	unsigned i;

	for (i = 0; i < SET_WORDS; i++)
		if (docs[i] & ~set[i])
			return true;
	return false;
}

static void test_lists(void **state)
{
	uint64_t set[SET_WORDS], wanted[SET_WORDS];
	unsigned kinds[4] = { 0 }, found = 0, t, i;
	struct world *w = *state;
	bool is_lacking;
	struct rng r;

	rng_init(&r, 302);
	for (t = 0; t < TERMS; t++) {
		kinds[w->infos[t].kind]++;
		make_set(&r, set);
		assert_int_equal(set_lacks_postings(set, segment(w),
						    &w->infos[t], &is_lacking),
				 SCOUT_OK);
		assert_int_equal(is_lacking, lacks(set, w->docs[t]));
		found += is_lacking;
		for (i = 0; i < SET_WORDS; i++)
			wanted[i] = set[i] | w->docs[t][i];
		assert_int_equal(set_add_postings(set, segment(w),
						  &w->infos[t]), SCOUT_OK);
		assert_memory_equal(set, wanted, sizeof(set));
	}
	/* it was about something */
	for (i = 0; i < 4; i++)
		assert_true(kinds[i] > TERMS / 50);
	assert_true(found > TERMS / 10 && found < TERMS * 9 / 10);
}

static void check_group(struct world *w, const struct dict_block *b,
			unsigned group, unsigned first, struct rng *r)
{
	uint64_t set[SET_WORDS], wanted[SET_WORDS];
	unsigned n = dict_group_terms(b, group), i, k;
	uint32_t lacking = 0, found, some = rng_below(r, 1 << n);

	make_set(r, set);
	memcpy(wanted, set, sizeof(set));
	for (i = 0; i < n; i++) {
		lacking |= (uint32_t)lacks(set, w->docs[first + i]) << i;
		for (k = 0; some >> i & 1 && k < SET_WORDS; k++)
			wanted[k] |= w->docs[first + i][k];
	}
	assert_int_equal(set_lacks_group(set, segment(w), b, group, &found),
			 SCOUT_OK);
	assert_int_equal(found, lacking);
	assert_int_equal(set_add_group(set, segment(w), b, group, some),
			 SCOUT_OK);
	assert_memory_equal(set, wanted, sizeof(set));
}

static void test_groups(void **state)
{
	struct world *w = *state;
	unsigned round, first, group;
	struct dict_block b;
	struct rng r;
	size_t i;

	rng_init(&r, 303);
	for (round = 0; round < 20; round++) {
		for (first = 0, i = 0; i < term_blocks_count(&w->blocks); i++) {
			assert_int_equal(dict_block_open(&b,
				term_blocks_get(&w->blocks, i)), SCOUT_OK);
			for (group = 0; group < b.nrestarts; group++) {
				check_group(w, &b, group, first, &r);
				first += dict_group_terms(&b, group);
			}
		}
		assert_int_equal(first, TERMS);
	}
}

/* Blocks with bytes changed, in memory of just their size: any answer, or
 * SCOUT_E_CORRUPT. */
static void test_damage(void **state)
{
	uint64_t set[SET_WORDS] = { 0 };
	struct world *w = *state;
	unsigned round, k, group;
	struct dict_block b;
	struct span bytes;
	uint32_t lacking;
	uint8_t *copy;
	struct rng r;
	int rc[2];

	rng_init(&r, 304);
	for (round = 0; round < 3000; round++) {
		bytes = term_blocks_get(&w->blocks,
			rng_below(&r, (uint32_t)term_blocks_count(&w->blocks)));
		copy = exact_copy(bytes);
		for (k = rng_below(&r, 6); k < 6; k++)
			copy[rng_below(&r, (uint32_t)bytes.len)] =
				(uint8_t)rng_next(&r);
		if (!dict_block_open(&b, span_of(copy, bytes.len)))
			for (group = 0; group < b.nrestarts; group++) {
				rc[0] = set_lacks_group(set, segment(w), &b,
							group, &lacking);
				rc[1] = set_add_group(set, segment(w), &b,
						      group, rng_below(&r, 1 << 16));
				for (k = 0; k < 2; k++)
					assert_true(rc[k] == SCOUT_OK ||
						    rc[k] == SCOUT_E_CORRUPT);
			}
		scout_free(copy);
	}
}

static void test_has_all(void **state)
{
	uint64_t set[SET_WORDS];
	uint32_t from, to, i;
	unsigned round;
	struct rng r;
	bool all;

	(void)state;
	rng_init(&r, 305);
	for (round = 0; round < 3000; round++) {
		make_set(&r, set);
		from = rng_below(&r, DOCS);
		to = from + rng_below(&r, round % 3 ? 70 : DOCS);
		if (to >= DOCS)
			to = DOCS - 1;
		for (all = true, i = from; i <= to; i++)
			all &= set_has(set, i);
		assert_int_equal(set_has_all(set, from, to), all);
	}
}

/* The blocks of a beginning have all terms that begin with it, and few others. */
static void test_starts(void **state)
{
	struct world *w = *state;
	struct term_blocks blocks;
	char start[8];
	unsigned t;

	term_blocks_init(&blocks);
	for (t = 0; t < TERMS / 100; t++) {
		snprintf(start, sizeof(start), "t%04u", t);
		assert_int_equal(term_blocks_find_start(&blocks, segment(w),
							span_str(start), NULL),
				 SCOUT_OK);
		assert_true(term_blocks_count(&blocks) > 0);
		assert_true(term_blocks_count(&blocks) <
			    term_blocks_count(&w->blocks));
	}
	assert_int_equal(term_blocks_find_start(&blocks, segment(w),
						span_str("t"), NULL), SCOUT_OK);
	assert_int_equal(term_blocks_count(&blocks),
			 term_blocks_count(&w->blocks));
	assert_int_equal(term_blocks_find_start(&blocks, segment(w),
						span_str("a"), NULL), SCOUT_OK);
	assert_true(term_blocks_count(&blocks) <= 1);
	term_blocks_release(&blocks);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_has_all),
		cmocka_unit_test(test_starts),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
