/* NEAR, BEFORE and NOT NEAR over spans of any length: random small lists against
 * a check that tries every choice. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "query/match/near_any.h"
#include "tests/unit/support.h"

enum { MAX_OPERANDS = 4, MAX_N = 7, SPACE = 20, LINE = 4, MAX_SLOTS = 5 };

/* One random operator with its lists. */
struct trial {
	struct arena arena;
	struct any_near near;
	struct any_operand operands[MAX_OPERANDS];
	struct span_list lists[MAX_OPERANDS];
	bool flags[MAX_OPERANDS][MAX_N];	/* takes_part */
	bool expected[MAX_OPERANDS][MAX_N];
	/* one for each occurrence that a choice needs: its operand */
	unsigned slots[MAX_SLOTS];
	unsigned nslots;
	struct line_limits limits;
};

static int last_below(void *ctx, term_pos pos, uint32_t nlines, term_pos *out)
{
	(void)ctx;
	*out = (term_pos)((pos / LINE + nlines + 1) * LINE - 1);
	return SCOUT_OK;
}

static void random_list(struct trial *t, struct rng *r, struct span_list *out)
{
	unsigned n = 1 + rng_below(r, MAX_N), longest = 1 + rng_below(r, 6);
	term_pos first;

	*out = (struct span_list){ .n = 0 };
	while (n--) {
		first = rng_below(r, SPACE);
		assert_int_equal(span_list_put(out, first, first +
					       rng_below(r, longest),
					       &t->arena), SCOUT_OK);
	}
	assert_int_equal(span_list_finish(out, &t->arena), SCOUT_OK);
}

static void random_trial(struct trial *t, struct rng *r)
{
	unsigned o, i, k = 1 + rng_below(r, MAX_OPERANDS - 1);

	arena_clear(&t->arena);
	memset(t->flags, 0, sizeof(t->flags));
	memset(t->expected, 0, sizeof(t->expected));
	t->nslots = 0;
	t->limits.last_below = last_below;
	t->near = (struct any_near){ .operands = t->operands, .noperands = k,
				     .limits = &t->limits };
	t->near.in_lines = !rng_below(r, 3);
	t->near.distance = rng_below(r, t->near.in_lines ? 3 : 9);
	if (!rng_below(r, 20))
		t->near.distance = UINT32_MAX;
	t->near.ordered = k > 1 && !rng_below(r, 3);
	for (o = 0; o < k; o++) {
		random_list(t, r, &t->lists[o]);
		t->operands[o] = (struct any_operand){ &t->lists[o], 1,
						       t->flags[o] };
		if (k == 1 || (!t->near.ordered && !rng_below(r, 4)))
			t->operands[o].needed = 2;
		for (i = 0; i < t->operands[o].needed; i++)
			if (t->nslots < MAX_SLOTS)
				t->slots[t->nslots++] = o;
			else
				t->operands[o].needed = i;
	}
}

static uint64_t limit_of(const struct trial *t, uint64_t end)
{
	if (t->near.distance == UINT32_MAX)
		return UINT64_MAX;
	if (t->near.in_lines)
		return (end / LINE + t->near.distance + 1) * LINE - 1;
	return end + t->near.distance;
}

/* A choice: an index in its operand's list for each slot. */
struct choice {
	size_t index[MAX_SLOTS];
};

static term_pos first_of(const struct trial *t, const struct choice *c,
			 unsigned slot)
{
	return t->lists[t->slots[slot]].first[c->index[slot]];
}

static term_pos last_of(const struct trial *t, const struct choice *c,
			unsigned slot)
{
	return t->lists[t->slots[slot]].last[c->index[slot]];
}

/* Whether the choice makes the operator true; its outer slots. */
static bool is_match(const struct trial *t, const struct choice *c,
		     unsigned *out_first, unsigned *out_last)
{
	unsigned i, j, first = 0, last = 0;

	for (i = 0; i < t->nslots; i++) {
		if (first_of(t, c, i) < first_of(t, c, first))
			first = i;
		if (first_of(t, c, i) > first_of(t, c, last))
			last = i;
		for (j = i + 1; j < t->nslots; j++) {
			if (first_of(t, c, i) <= last_of(t, c, j) &&
			    first_of(t, c, j) <= last_of(t, c, i))
				return false;
			if (t->near.ordered &&
			    first_of(t, c, j) < first_of(t, c, i))
				return false;
		}
	}
	*out_first = first;
	*out_last = last;
	return first_of(t, c, last) <= limit_of(t, last_of(t, c, first));
}

/* What the choices add up to. */
struct expected {
	bool spans[SPACE][SPACE * 2];
	bool (*wanted)[SPACE * 2];	/* or NULL: all */
	bool any;
};

static void try_all(struct trial *t, struct choice *c, unsigned slot,
		    struct expected *e)
{
	unsigned i, first, last;

	if (slot < t->nslots) {
		for (c->index[slot] = 0;
		     c->index[slot] < t->lists[t->slots[slot]].n;
		     c->index[slot]++)
			try_all(t, c, slot + 1, e);
		return;
	}
	if (!is_match(t, c, &first, &last))
		return;
	e->any = true;
	e->spans[first_of(t, c, first)][last_of(t, c, last)] = true;
	if (e->wanted &&
	    !e->wanted[first_of(t, c, first)][last_of(t, c, last)])
		return;
	for (i = 0; i < t->nslots; i++)
		t->expected[t->slots[i]][c->index[i]] = true;
}

static void print_trial(const struct trial *t)
{
	unsigned o;
	size_t i;

	print_message("%s/%u%s\n", t->near.ordered ? "BEFORE" : "NEAR",
		      t->near.distance, t->near.in_lines ? "l" : "");
	for (o = 0; o < t->near.noperands; o++) {
		print_message("operand %u, needed %u:", o,
			      t->operands[o].needed);
		for (i = 0; i < t->lists[o].n; i++)
			print_message(" %u-%u%s%s", t->lists[o].first[i],
				      t->lists[o].last[i],
				      t->flags[o][i] ? " taken" : "",
				      t->expected[o][i] ? " expected" : "");
		print_message("\n");
	}
}

static void check_flags(const struct trial *t)
{
	if (!memcmp(t->flags, t->expected, sizeof(t->flags)))
		return;
	print_trial(t);
	fail();
}

/* Some of the spans as the wanted ones: what takes part in those. */
static void check_wanted(struct trial *t, struct rng *r,
			 const struct span_list *spans)
{
	bool wanted[SPACE][SPACE * 2] = { { false } };
	bool *is_wanted = arena_calloc(&t->arena, spans->n, sizeof(bool));
	struct expected e = { .wanted = wanted };
	struct choice c = { { 0 } };
	size_t i;

	for (i = 0; i < spans->n; i++)
		wanted[spans->first[i]][spans->last[i]] = is_wanted[i] =
			!rng_below(r, 3);
	memset(t->flags, 0, sizeof(t->flags));
	memset(t->expected, 0, sizeof(t->expected));
	try_all(t, &c, 0, &e);
	assert_int_equal(near_any_mark(&t->near, spans, is_wanted, &t->arena),
			 SCOUT_OK);
	check_flags(t);
}

static void check_near(struct trial *t, struct rng *r)
{
	struct expected e = { .any = false };
	struct choice c = { { 0 } };
	struct span_list spans;
	bool found = false;
	size_t i = 0;
	term_pos first, last;

	try_all(t, &c, 0, &e);
	assert_int_equal(near_any_match(&t->near, &t->arena, &found), SCOUT_OK);
	if (found != e.any)
		print_trial(t);
	assert_int_equal(found, e.any);
	assert_int_equal(near_any_mark(&t->near, NULL, NULL, &t->arena),
			 SCOUT_OK);
	check_flags(t);
	assert_int_equal(near_any_spans(&t->near, &t->arena, &spans), SCOUT_OK);
	for (first = 0; first < SPACE; first++) {
		for (last = 0; last < 2 * SPACE; last++) {
			if (!e.spans[first][last])
				continue;
			assert_true(i < spans.n);
			assert_int_equal(spans.first[i], first);
			assert_int_equal(spans.last[i], last);
			i++;
		}
	}
	assert_int_equal(spans.n, i);
	if (i)
		check_wanted(t, r, &spans);
}

static void test_choices(void **state)
{
	struct trial *t = calloc(1, sizeof(*t));
	struct rng r = { 7 };
	unsigned round;

	(void)state;
	arena_init(&t->arena, MEM_QUERY);
	for (round = 0; round < 12000; round++) {
		random_trial(t, &r);
		if (t->nslots > 1)
			check_near(t, &r);
	}
	arena_release(&t->arena);
	free(t);
}

static bool is_near(const struct trial *t, size_t i, size_t j)
{
	const struct span_list *x = &t->lists[0], *y = &t->lists[1];

	if (x->first[i] == y->first[j] && x->last[i] == y->last[j])
		return false;
	if (x->first[i] > y->last[j])
		return x->first[i] <= limit_of(t, y->last[j]);
	if (y->first[j] > x->last[i])
		return y->first[j] <= limit_of(t, x->last[i]);
	return true;
}

static void check_without(struct trial *t)
{
	const struct span_list *x = &t->lists[0], *y = &t->lists[1];
	struct span_list out;
	size_t i, j, n = 0;

	assert_int_equal(near_any_without(&t->near, &t->arena, &out), SCOUT_OK);
	for (i = 0; i < x->n; i++) {
		for (j = 0; j < y->n && !is_near(t, i, j); j++)
			;
		if (j < y->n)
			continue;
		assert_true(n < out.n);
		assert_int_equal(out.first[n], x->first[i]);
		assert_int_equal(out.last[n], x->last[i]);
		n++;
	}
	assert_int_equal(out.n, n);
}

static void test_without(void **state)
{
	struct trial *t = calloc(1, sizeof(*t));
	struct rng r = { 8 };
	unsigned round;

	(void)state;
	arena_init(&t->arena, MEM_QUERY);
	for (round = 0; round < 20000; round++) {
		random_trial(t, &r);
		if (t->near.noperands >= 2)
			check_without(t);
	}
	arena_release(&t->arena);
	free(t);
}

/* Spans without end: a limit, and what was put twice does not count. */
static void test_limit(void **state)
{
	struct span_list list = { .n = 0 };
	struct arena arena;
	int rc = SCOUT_OK;
	uint32_t i;

	(void)state;
	arena_init(&arena, MEM_QUERY);
	for (i = 0; i < 3u * SPAN_LIST_MAX && !rc; i++)
		rc = span_list_put(&list, i % 1000, i % 1000, &arena);
	assert_int_equal(rc, SCOUT_OK);
	for (i = 0; i < 2u * SPAN_LIST_MAX && !rc; i++)
		rc = span_list_put(&list, i, i, &arena);
	assert_int_equal(rc, SCOUT_E_LIMIT);
	assert_true(i >= SPAN_LIST_MAX);
	arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_choices),
		cmocka_unit_test(test_without),
		cmocka_unit_test(test_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
