/* The documents that two terms share, beside a plain loop; and iterators that
 * use them below others. */
#include "small_index.h"

#include "base/mem.h"
#include "index_format/posting_pair.h"
#include "index_format/postings.h"
#include "query/match/iter.h"

enum { LISTS = 24, DOCS = 3000, ROUNDS = 2000 };

struct world {
	struct small_index ix;
	bool has[LISTS][DOCS];
};

static struct span term_name(unsigned i, char name[16])
{
	snprintf(name, 16, "t%06u", i);
	return span_str(name);
}

/* Lists of one document to nearly all: in the dictionary, short, in blocks. */
static void list_make(struct world *w, unsigned i, struct posting_encoder *e,
		      struct rng *r)
{
	static const uint32_t one_in[] = { 1500, 300, 40, 9, 3, 2 };
	uint32_t d, gap = one_in[i % 6];
	bool any = false;
	term_pos pos;

	posting_encoder_begin(e, SURFACE_LOWER);
	for (d = 0; d < DOCS; d++) {
		if (rng_below(r, gap) && !(d == DOCS - 1 && !any))
			continue;
		any = w->has[i][d] = true;
		posting_encoder_doc(e, d);
		for (pos = i; pos < LISTS * (1 + d % 4); pos += LISTS)
			posting_encoder_position(e, pos);
	}
}

static int setup(void **state)
{
	struct world *w = scout_calloc(MEM_OTHER, 1, sizeof(*w));
	struct posting_encoder *e = scout_malloc(MEM_OTHER, sizeof(*e));
	char name[16];
	struct rng r;
	unsigned i;

	rng_init(&r, 87);
	small_index_begin(&w->ix);
	posting_encoder_init(e, MEM_OTHER);
	for (i = 0; i < LISTS; i++) {
		list_make(w, i, e, &r);
		small_index_add(&w->ix, term_name(i, name), e);
	}
	posting_encoder_release(e);
	scout_free(e);
	small_index_open(&w->ix);
	w->ix.segments[0].ndocs = DOCS;
	w->ix.segments[0].nwords = UINT64_MAX;
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	small_index_close(&w->ix);
	scout_free(w);
	return 0;
}

static void find(struct world *w, unsigned i, struct term_info *out)
{
	char name[16];

	assert_int_equal(segment_find_term(&w->ix.segments[0],
					   term_name(i, name), out, NULL),
			 SCOUT_OK);
}

static void open_cursor(struct world *w, unsigned i, struct posting_cursor *c)
{
	struct term_info info;

	find(w, i, &info);
	assert_int_equal(posting_cursor_init(c, &w->ix.segments[0], &info),
			 SCOUT_OK);
}

/* The first position of list i in the cursor's document. */
static void check_position(struct posting_cursor *c, unsigned i)
{
	const term_pos *pos;
	uint32_t n;

	assert_int_equal(posting_positions(c, &pos, &n), SCOUT_OK);
	assert_int_equal(pos[0], i);
	assert_int_equal(n, 1 + c->doc % 4);
}

static void check_pair(struct world *w, unsigned i, unsigned k,
		       uint32_t steps, struct rng *r)
{
	struct posting_cursor a, b;
	struct posting_pair p;
	doc_id target = 0, want;
	int rc;

	open_cursor(w, i, &a);
	open_cursor(w, k, &b);
	posting_pair_init(&p, &a, &b);
	do {
		target += rng_below(r, steps);
		for (want = target; want < DOCS; want++)
			if (w->has[i][want] && w->has[k][want])
				break;
		rc = posting_pair_seek(&p, target);
		assert_int_equal(rc, want < DOCS ? SCOUT_OK : SCOUT_END);
		if (rc)
			break;
		assert_int_equal(a.doc, want);
		assert_int_equal(b.doc, want);
		if (!rng_below(r, 3))
			check_position(&a, i);
		if (!rng_below(r, 3))
			check_position(&b, k);
		target = want + 1;
	} while (target < DOCS);
	posting_cursor_release(&a);
	posting_cursor_release(&b);
}

static void test_pairs(void **state)
{
	static const uint32_t steps[] = { 1, 5, 300, 2000 };
	struct rng r;
	unsigned i;

	rng_init(&r, 88);
	for (i = 0; i < ROUNDS; i++)
		check_pair(*state, rng_below(&r, LISTS), rng_below(&r, LISTS),
			   steps[i % 4], &r);
}

/* (a AND b AND c) OR d: the OR asks its branches again where they stand. */
static void check_below(struct world *w, const unsigned lists[4])
{
	struct segment_reader *seg = &w->ix.segments[0];
	struct word_cursor words[4];
	struct doc_iter *word[4], *branch[2], *it;
	struct term_info info;
	struct arena arena;
	unsigned i;
	doc_id doc;

	arena_init(&arena, MEM_OTHER);
	for (i = 0; i < 4; i++) {
		find(w, lists[i], &info);
		assert_int_equal(word_cursor_open_term(&words[i], seg, &info,
						       &arena), SCOUT_OK);
		word[i] = doc_iter_word(&words[i], &arena);
	}
	branch[0] = doc_iter_and(word, 3, &arena);
	branch[1] = word[3];
	it = doc_iter_or(branch, 2, &arena);
	assert_int_equal(doc_iter_start(it), SCOUT_OK);
	for (doc = 0; doc < DOCS; doc++) {
		bool and = w->has[lists[0]][doc] && w->has[lists[1]][doc] &&
			   w->has[lists[2]][doc];

		if (!and && !w->has[lists[3]][doc])
			continue;
		assert_int_equal(it->doc, doc);
		if (and)
			for (i = 0; i < 3; i++)
				assert_int_equal(words[i].doc, doc);
		assert_int_equal(doc_iter_seek(it, doc + 1), SCOUT_OK);
	}
	assert_true(it->doc == DOC_NONE);
	for (i = 0; i < 4; i++)
		word_cursor_close(&words[i]);
	arena_release(&arena);
}

static void test_below(void **state)
{
	unsigned lists[4], i, k;
	struct rng r;

	rng_init(&r, 89);
	for (i = 0; i < ROUNDS / 10; i++) {
		for (k = 0; k < 4; k++)
			lists[k] = rng_below(&r, LISTS);
		check_below(*state, lists);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pairs),
		cmocka_unit_test(test_below),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
