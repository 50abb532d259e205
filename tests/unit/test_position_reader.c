/* Positions one after the other, and two lists of them together, beside plain
 * loops over the whole lists. */
#include "small_index.h"

#include "base/mem.h"
#include "index_format/position_reader.h"
#include "index_format/postings.h"

enum { LISTS = 40, DOCS = 3, ROUNDS = 60 };

/* A term that is in documents 0 to 2. */
struct list {
	term_pos *positions[DOCS];
	uint32_t n[DOCS];
};

struct world {
	struct small_index ix;
	struct list lists[LISTS];
};

static struct span term_name(unsigned i, char name[16])
{
	snprintf(name, 16, "t%06u", i);
	return span_str(name);
}

/* Short, long, dense ones; clumps and wide gaps.  Lists of even and of odd
 * numbers have no position in common. */
static void list_make(struct list *l, unsigned number, struct rng *r)
{
	static const uint32_t most[] = { 3, 20, 200, 2000, 40000 };
	uint32_t max = most[number % 5], i, d, gap = number % 7 ? 9 : 300;
	uint64_t pos;

	for (d = 0; d < DOCS; d++) {
		l->n[d] = 1 + rng_below(r, max);
		l->positions[d] = scout_calloc(MEM_OTHER, l->n[d],
					       sizeof(term_pos));
		pos = rng_below(r, 50);
		for (i = 0; i < l->n[d]; i++) {
			l->positions[d][i] = (term_pos)(2 * pos + number % 2);
			pos += 1 + rng_below(r, rng_below(r, 99) ? gap :
								    5000);
		}
	}
}

static int setup(void **state)
{
	struct world *w = scout_calloc(MEM_OTHER, 1, sizeof(*w));
	struct posting_encoder *e = scout_malloc(MEM_OTHER, sizeof(*e));
	char name[16];
	struct rng r;
	unsigned i;
	uint32_t d;

	rng_init(&r, 61);
	small_index_begin(&w->ix);
	posting_encoder_init(e, MEM_OTHER);
	for (i = 0; i < LISTS; i++) {
		list_make(&w->lists[i], i, &r);
		posting_encoder_begin(e, SURFACE_LOWER);
		for (d = 0; d < DOCS; d++) {
			posting_encoder_doc(e, d);
			posting_encoder_positions(e, w->lists[i].positions[d],
						  w->lists[i].n[d]);
		}
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
	unsigned i, d;

	for (i = 0; i < LISTS; i++)
		for (d = 0; d < DOCS; d++)
			scout_free(w->lists[i].positions[d]);
	small_index_close(&w->ix);
	scout_free(w);
	return 0;
}

static void open_list(struct world *w, unsigned i, uint32_t doc,
		      struct posting_cursor *c, struct position_reader *r)
{
	struct term_info info;
	char name[16];

	assert_int_equal(segment_find_term(&w->ix.segments[0],
					   term_name(i, name), &info, NULL),
			 SCOUT_OK);
	assert_int_equal(posting_cursor_init(c, &w->ix.segments[0], &info),
			 SCOUT_OK);
	assert_int_equal(posting_seek(c, doc), SCOUT_OK);
	assert_int_equal(position_reader_open(r, c), SCOUT_OK);
	assert_int_equal(position_count(r), w->lists[i].n[doc]);
}

/* Next and seek, mixed; steps: how far a seek may go. */
static void check_moves(struct world *w, unsigned i, uint32_t doc,
			uint32_t steps, struct rng *rng)
{
	const term_pos *at = w->lists[i].positions[doc];
	uint32_t n = w->lists[i].n[doc], k = 0;
	struct position_reader r;
	struct posting_cursor c;
	uint64_t target;
	int rc = SCOUT_OK;

	open_list(w, i, doc, &c, &r);
	while (!rc) {
		assert_true(r.pos == at[k]);
		if (rng_below(rng, 3)) {
			rc = position_next(&r);
			k++;
		} else {
			target = r.pos + rng_below(rng, steps);
			rc = position_seek(&r, target);
			while (k < n && at[k] < target)
				k++;
		}
		assert_int_equal(rc, k < n ? SCOUT_OK : SCOUT_END);
	}
	posting_cursor_release(&c);
}

static void test_moves(void **state)
{
	static const uint32_t steps[] = { 2, 30, 3000, 200000 };
	struct world *w = *state;
	struct rng r;
	unsigned i, k;
	uint32_t doc;

	rng_init(&r, 62);
	for (i = 0; i < LISTS; i++)
		for (doc = 0; doc < DOCS; doc++)
			for (k = 0; k < ARRAY_LEN(steps); k++)
				check_moves(w, i, doc, steps[k], &r);
}

static bool contains(const term_pos *at, uint32_t n, uint64_t pos)
{
	uint32_t lo = 0, hi = n, mid;

	while (lo < hi) {
		mid = (lo + hi) / 2;
		if (at[mid] < pos)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < n && at[lo] == pos;
}

/* All meetings of two lists, one after the other. */
static void check_meet(struct world *w, unsigned i, unsigned k, uint32_t doc,
		       uint32_t offset)
{
	const struct list *l = &w->lists[i], *m = &w->lists[k];
	struct position_reader a, b;
	struct posting_cursor c, d;
	uint32_t at = 0;
	int rc;

	open_list(w, i, doc, &c, &a);
	open_list(w, k, doc, &d, &b);
	for (rc = position_meet(&a, &b, offset); !rc;
	     rc = rc ? rc : position_meet(&a, &b, offset)) {
		while (!contains(m->positions[doc], m->n[doc],
				 (uint64_t)l->positions[doc][at] + offset))
			assert_true(++at < l->n[doc]);
		assert_true(a.pos == l->positions[doc][at++]);
		assert_true(b.pos == a.pos + offset);
		rc = position_next(&a);
	}
	assert_int_equal(rc, SCOUT_END);
	for (; at < l->n[doc]; at++)
		assert_false(contains(m->positions[doc], m->n[doc],
				      (uint64_t)l->positions[doc][at] +
					      offset));
	posting_cursor_release(&c);
	posting_cursor_release(&d);
}

static void test_meet(void **state)
{
	struct world *w = *state;
	struct rng r;
	unsigned i;

	rng_init(&r, 63);
	for (i = 0; i < ROUNDS * 10; i++)
		check_meet(w, rng_below(&r, LISTS), rng_below(&r, LISTS),
			   rng_below(&r, DOCS), rng_below(&r, 6));
}

/* The first pair of neighbours, if there is one. */
static bool any_near(const struct list *l, const struct list *m, uint32_t doc,
		     uint32_t after, uint32_t before)
{
	uint32_t i, k = 0;
	uint64_t a, b;

	for (i = 0; i < l->n[doc]; i++) {
		a = l->positions[doc][i];
		while (k < m->n[doc] && m->positions[doc][k] + before < a)
			k++;
		for (uint32_t j = k; j < m->n[doc]; j++) {
			b = m->positions[doc][j];
			if (b > a + after)
				break;
			if (b != a && (b > a ? after : before))
				return true;
		}
	}
	return false;
}

static void check_near(struct world *w, unsigned i, unsigned k, uint32_t doc,
		       uint32_t after, uint32_t before)
{
	struct position_reader a, b;
	struct posting_cursor c, d;
	int rc;

	open_list(w, i, doc, &c, &a);
	open_list(w, k, doc, &d, &b);
	rc = position_near(&a, &b, after, before);
	if (any_near(&w->lists[i], &w->lists[k], doc, after, before)) {
		assert_int_equal(rc, SCOUT_OK);
		assert_true(a.pos < b.pos ? b.pos - a.pos <= after :
			    a.pos > b.pos && a.pos - b.pos <= before);
	} else {
		assert_int_equal(rc, SCOUT_END);
	}
	posting_cursor_release(&c);
	posting_cursor_release(&d);
}

static void test_near(void **state)
{
	struct world *w = *state;
	struct rng r;
	uint32_t n;
	unsigned i;

	rng_init(&r, 64);
	for (i = 0; i < ROUNDS * 20; i++) {
		n = rng_below(&r, rng_below(&r, 2) ? 3 : 40);
		check_near(w, rng_below(&r, LISTS / 2) * 2,
			   rng_below(&r, LISTS / 2) * 2 + 1,
			   rng_below(&r, DOCS), n, rng_below(&r, 2) ? n : 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_moves),
		cmocka_unit_test(test_meet),
		cmocka_unit_test(test_near),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
