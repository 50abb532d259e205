/* Occurrences, phrases, NEAR and BEFORE: random small lists against a check
 * that tries every choice. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "query/match/near.h"

enum { MAX_LEAVES = 6, MAX_N = 8, SPACE = 24, LINE = 5 };

/* One random NEAR with its lists. */
struct trial {
	term_pos first[MAX_LEAVES][SPACE];
	struct leaf_spans spans[MAX_LEAVES];
	struct near_operand operands[MAX_LEAVES];
	unsigned leaves[MAX_LEAVES];
	struct near_spec spec;
	/* one entry for each occurrence that a match needs: its operand */
	unsigned slots[MAX_LEAVES * 2];
	unsigned nslots;
};

static uint64_t seed = 1;

static unsigned rnd(unsigned n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(seed >> 33) % n;
}

/* Ascending positions at which a span of len fits. */
static size_t random_list(term_pos *out, unsigned len, unsigned density)
{
	size_t n = 0;
	term_pos p;

	for (p = 0; p + len <= SPACE && n < MAX_N; p++)
		if (rnd(100) < density)
			out[n++] = p;
	return n;
}

static void random_trial(struct trial *t)
{
	unsigned o, l, density = 5 + rnd(25);

	memset(t, 0, sizeof(*t));
	t->spec.operands = t->operands;
	t->spec.leaves = t->leaves;
	t->spec.noperands = 2 + rnd(3);
	t->spec.ordered = !rnd(3);
	t->spec.in_lines = !rnd(3);
	t->spec.distance = t->spec.in_lines ? rnd(3) : 1 + rnd(9);
	if (!rnd(20))
		t->spec.distance = UINT32_MAX;
	for (o = 0; o < t->spec.noperands; o++) {
		struct near_operand *op = &t->operands[o];

		op->first_leaf = t->spec.nleaves;
		op->nleaves = t->spec.noperands < 4 && !rnd(4) ? 2 : 1;
		op->needed = t->spec.ordered || rnd(4) ? 1 : 2;
		t->spec.nleaves += op->nleaves;
		for (l = 0; l < op->needed; l++)
			t->slots[t->nslots++] = o;
	}
	for (l = 0; l < t->spec.nleaves; l++) {
		struct leaf_spans *s = &t->spans[l];

		t->leaves[l] = l;
		s->len = rnd(3) ? 1 : 1 + rnd(3);
		s->n = random_list(t->first[l], s->len, density);
		s->first = t->first[l];
	}
}

static uint64_t limit_of(const struct near_spec *spec, uint64_t last)
{
	if (spec->distance == UINT32_MAX)
		return UINT64_MAX;
	if (spec->in_lines)
		return (last / LINE + spec->distance + 1) * LINE - 1;
	return last + spec->distance;
}

static int last_below(void *ctx, term_pos pos, uint32_t nlines, term_pos *out)
{
	(void)ctx;
	*out = (term_pos)((pos / LINE + nlines + 1) * LINE - 1);
	return SCOUT_OK;
}

/* A choice of one occurrence for each slot. */
struct choice {
	unsigned leaf[MAX_LEAVES * 2];
	size_t index[MAX_LEAVES * 2];
};

static struct hit span_at(const struct trial *t, unsigned leaf, size_t i)
{
	struct hit h = { t->spans[leaf].first[i],
			 t->spans[leaf].first[i] + t->spans[leaf].len - 1,
			 leaf };
	return h;
}

static bool is_match(const struct trial *t, const struct choice *c)
{
	struct hit a, b, first = span_at(t, c->leaf[0], c->index[0]);
	struct hit last = first;
	unsigned i, j;

	for (i = 0; i < t->nslots; i++) {
		a = span_at(t, c->leaf[i], c->index[i]);
		if (a.first < first.first)
			first = a;
		if (a.first > last.first)
			last = a;
		for (j = i + 1; j < t->nslots; j++) {
			b = span_at(t, c->leaf[j], c->index[j]);
			if (a.first <= b.last && b.first <= a.last)
				return false;
			if (t->spec.ordered && b.first < a.first)
				return false;
		}
	}
	return last.first <= limit_of(&t->spec, first.last);
}

/* Tries all choices from slot on; marks what takes part. */
static bool try_all(const struct trial *t, struct choice *c, unsigned slot,
		    bool marks[MAX_LEAVES][SPACE])
{
	const struct near_operand *op;
	bool found = false;
	unsigned l, i;

	if (slot == t->nslots) {
		if (!is_match(t, c))
			return false;
		for (i = 0; i < t->nslots; i++)
			marks[c->leaf[i]][c->index[i]] = true;
		return true;
	}
	op = &t->operands[t->slots[slot]];
	for (l = op->first_leaf; l < op->first_leaf + op->nleaves; l++) {
		c->leaf[slot] = l;
		for (i = 0; i < t->spans[l].n; i++) {
			c->index[slot] = i;
			found |= try_all(t, c, slot + 1, marks);
		}
	}
	return found;
}

static void print_trial(const struct trial *t)
{
	unsigned l;
	size_t i;

	print_message("%s/%u%s\n", t->spec.ordered ? "BEFORE" : "NEAR",
		      t->spec.distance, t->spec.in_lines ? "l" : "");
	for (l = 0; l < t->spec.nleaves; l++) {
		print_message("leaf %u, length %u:", l, t->spans[l].len);
		for (i = 0; i < t->spans[l].n; i++)
			print_message(" %u", t->spans[l].first[i]);
		print_message("\n");
	}
	for (l = 0; l < t->spec.noperands; l++)
		print_message("operand %u: leaves from %u, %u, needed %u\n", l,
			      t->operands[l].first_leaf, t->operands[l].nleaves,
			      t->operands[l].needed);
}

/* True if the hits are exactly the marked ones. */
static bool same_marks(const struct trial *t, const struct hit_list *hits,
		       bool marks[MAX_LEAVES][SPACE])
{
	unsigned l;
	size_t i, n = 0, h;

	for (l = 0; l < t->spec.nleaves; l++) {
		for (i = 0; i < t->spans[l].n; i++) {
			if (!marks[l][i])
				continue;
			n++;
			for (h = 0; h < hits->n; h++)
				if (hits->hits[h].leaf == l &&
				    hits->hits[h].first ==
					    t->spans[l].first[i])
					break;
			if (h == hits->n)
				return false;
		}
	}
	return n == hits->n;
}

static void test_near(void **state)
{
	const struct line_limits limits = { NULL, last_below };
	struct hit_list hits = { .hits = NULL };
	struct arena arena;
	unsigned round, nfound = 0;

	(void)state;
	arena_init(&arena, MEM_QUERY);
	for (round = 0; round < 30000; round++) {
		bool marks[MAX_LEAVES][SPACE] = { { false } };
		bool expected, found = false;
		struct choice c = { .leaf = { 0 } };
		struct trial t;

		random_trial(&t);
		if (t.nslots > 5)
			continue;
		expected = try_all(&t, &c, 0, marks);
		nfound += expected;
		arena_clear(&arena);
		hit_list_clear(&hits);
		assert_int_equal(near_match(&t.spec, t.spans, &limits, &arena,
					    &found), SCOUT_OK);
		assert_int_equal(near_collect(&t.spec, t.spans, &limits,
					      &arena, &hits), SCOUT_OK);
		if (found != expected || !same_marks(&t, &hits, marks)) {
			print_message("round %u\n", round);
			print_trial(&t);
			fail();
		}
	}
	assert_true(nfound > 1000);
	hit_list_release(&hits);
	arena_release(&arena);
}

static void test_positions_after(void **state)
{
	term_pos a[SPACE];
	unsigned round;

	(void)state;
	for (round = 0; round < 20000; round++) {
		size_t n = random_list(a, 1, 5 + rnd(90)), expected = 0;
		unsigned value = rnd(SPACE + 2);

		while (expected < n && a[expected] <= value)
			expected++;
		assert_int_equal(positions_after(a, n, value,
						 rnd((unsigned)n + 2)),
				 expected);
	}
}

static void test_phrase(void **state)
{
	term_pos at[3][SPACE], out[SPACE];
	struct piece_spans pieces[3];
	unsigned round, p, i;

	(void)state;
	for (round = 0; round < 20000; round++) {
		bool has[3][SPACE + 3] = { { false } };
		size_t npieces = 1 + rnd(3), n, expected = 0;

		for (p = 0; p < npieces; p++) {
			pieces[p].at = at[p];
			pieces[p].n = random_list(at[p], 1, 10 + rnd(80));
			for (i = 0; i < pieces[p].n; i++)
				has[p][at[p][i]] = true;
		}
		n = phrase_join(pieces, npieces, SIZE_MAX, out);
		for (i = 0; i < SPACE; i++) {
			bool all = true;

			for (p = 0; p < npieces; p++)
				all &= has[p][i + p];
			if (!all)
				continue;
			assert_true(expected < n);
			assert_int_equal(out[expected++], i);
		}
		assert_int_equal(n, expected);
		assert_int_equal(phrase_join(pieces, npieces, 1, out), n > 0);
	}
}

static void test_hit_list(void **state)
{
	struct hit_list list = { .hits = NULL };
	struct arena arena;
	unsigned round, run;
	size_t i;

	(void)state;
	arena_init(&arena, MEM_QUERY);
	for (round = 0; round < 2000; round++) {
		hit_list_clear(&list);
		for (run = rnd(6); run > 0; run--) {
			struct hit h = { 0, 0, rnd(3) };

			assert_int_equal(hit_list_begin_run(&list), SCOUT_OK);
			for (i = rnd(9); i > 0; i--) {
				h.first += 1 + rnd(3);
				h.last = h.first + rnd(2);
				assert_int_equal(hit_list_put(&list, &h),
						 SCOUT_OK);
			}
		}
		assert_int_equal(hit_list_sort(&list, true, &arena), SCOUT_OK);
		for (i = 1; i < list.n; i++) {
			const struct hit *a = &list.hits[i - 1];
			const struct hit *b = &list.hits[i];

			assert_true(a->first < b->first ||
				    (a->first == b->first &&
				     a->last < b->last));
		}
		arena_clear(&arena);
	}
	hit_list_release(&list);
	arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_positions_after),
		cmocka_unit_test(test_phrase),
		cmocka_unit_test(test_hit_list),
		cmocka_unit_test(test_near),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
