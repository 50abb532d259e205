/*
 * For each occurrence f as the first of a choice, the others are chains of
 * disjoint occurrences to the right of it.
 *
 * A state says how many occurrences of each operand a chain holds, as a number
 * in a mixed radix; in BEFORE, where they have an order, how many there are.
 * Chains that end early leave most room to their right, so the least end of each
 * state is all that has to be known; from the last occurrence to the left, the
 * greatest start.  For these, only minimal spans count, those that hold no other
 * of their operand: they ascend in both ends, and can be searched.
 *
 * An occurrence between a chain on its left and one on its right takes part.
 * Both bounds of that gap are noted where the first of its operand's spans
 * starts that is right of the left one (struct side, reach), and one pass at
 * the end finds all that fit in some gap.
 */
#include "query/match/near_any.h"

/* An operand, prepared. */
struct side {
	const struct span_list *spans;
	term_pos *min_first;	/* of the minimal spans */
	term_pos *min_last;
	size_t nmin;
	size_t hint, min_hint;	/* where the last search ended */
	/* for marking, by index in spans: */
	uint64_t *reach;	/* from here on, what ends before this fits */
	int32_t *ranges;	/* ranges of last ones begun minus ended here */
};

struct any_run {
	const struct any_near *near;
	struct arena *scratch;
	struct side *sides;
	unsigned *radix;	/* weight of each operand's digit; not BEFORE */
	uint64_t *end;		/* by state: least end of a chain right of f */
	uint64_t *start;	/* by state: greatest start of one left of the
				 * last; in BEFORE by operand */
	/* what is asked */
	bool only_match;
	struct span_list *out;		/* spans of choices, or NULL */
	bool marks;
	const struct span_list *spans;	/* ... of choices with these */
	const bool *is_wanted;
	bool found;
};

/* --- Making -------------------------------------------------------------- */

/* Finds the minimal spans, from the right. */
static int find_minimal(struct side *s, struct arena *scratch)
{
	const struct span_list *l = s->spans;
	size_t i, at = l->n;

	s->min_first = arena_alloc(scratch, l->n * sizeof(*s->min_first));
	s->min_last = arena_alloc(scratch, l->n * sizeof(*s->min_last));
	if (!s->min_first || !s->min_last)
		return SCOUT_E_NOMEM;
	for (i = l->n; i-- > 0;) {
		if (at < l->n && s->min_last[at] <= l->last[i])
			continue;
		if (at == l->n || s->min_first[at] != l->first[i])
			at--;
		s->min_first[at] = l->first[i];
		s->min_last[at] = l->last[i];
	}
	s->min_first += at;
	s->min_last += at;
	s->nmin = l->n - at;
	return SCOUT_OK;
}

static int make_side(struct any_run *r, struct side *s)
{
	size_t n = s->spans->n + 1;

	if (r->marks) {
		s->reach = arena_calloc(r->scratch, n, sizeof(*s->reach));
		s->ranges = arena_calloc(r->scratch, n, sizeof(*s->ranges));
		if (!s->reach || !s->ranges)
			return SCOUT_E_NOMEM;
	}
	return find_minimal(s, r->scratch);
}

static int make_run(struct any_run *r)
{
	unsigned o, k = r->near->noperands, nstates = 1;
	int rc = SCOUT_OK;

	r->sides = arena_calloc(r->scratch, k, sizeof(*r->sides));
	r->radix = arena_alloc(r->scratch, k * sizeof(*r->radix));
	if (!r->sides || !r->radix)
		return SCOUT_E_NOMEM;
	for (o = 0; o < k; o++) {
		r->radix[o] = nstates;
		if (!r->near->ordered)
			nstates *= r->near->operands[o].needed + 1;
		/* the planner has refused what would be more */
		SCOUT_ASSERT(nstates <= NEAR_MAX_STATES);
	}
	if (r->near->ordered)
		nstates = k;
	r->end = arena_alloc(r->scratch, nstates * sizeof(*r->end));
	r->start = arena_alloc(r->scratch, nstates * sizeof(*r->start));
	if (!r->end || !r->start)
		return SCOUT_E_NOMEM;
	for (o = 0; o < k && !rc; o++) {
		r->sides[o].spans = r->near->operands[o].spans;
		rc = make_side(r, &r->sides[o]);
	}
	return rc;
}

/* --- Chains -------------------------------------------------------------- */

static unsigned digit(const struct any_run *r, unsigned state, unsigned o)
{
	return state / r->radix[o] % (r->near->operands[o].needed + 1);
}

/* Whether an occurrence of operand o may be the last of a chain of that state;
 * *out_before is the state without it. */
static bool may_end(const struct any_run *r, unsigned state, unsigned o,
		    unsigned *out_before)
{
	if (r->near->ordered) {
		*out_before = state - 1;
		return o == state;
	}
	*out_before = state - r->radix[o];
	return digit(r, state, o) > 0;
}

/* Index of the first span of operand o that starts after `after`. */
static size_t starts_after(struct any_run *r, unsigned o, uint64_t after)
{
	struct side *s = &r->sides[o];

	s->hint = positions_after(s->spans->first, s->spans->n, after, s->hint);
	return s->hint;
}

/* Least end of a span of operand o that starts in (after, limit]; UINT64_MAX if
 * there is none. */
static uint64_t next_end(struct any_run *r, unsigned o, uint64_t after,
			 uint64_t limit)
{
	struct side *s = &r->sides[o];
	size_t i;

	s->min_hint = positions_after(s->min_first, s->nmin, after,
				      s->min_hint);
	if (s->min_hint == s->nmin)
		return UINT64_MAX;
	if (s->min_first[s->min_hint] <= limit)
		return s->min_last[s->min_hint];
	/* one that holds a minimal span beyond the limit ends there too */
	i = starts_after(r, o, after);
	return s->spans->first[i] <= limit ? limit + 1 : UINT64_MAX;
}

/* Greatest start, after `after`, of a span of operand o that ends before
 * `before`; 0 if there is none (no start after something is 0). */
static uint64_t previous_start(const struct any_run *r, unsigned o,
			       uint64_t before, uint64_t after)
{
	const struct side *s = &r->sides[o];
	size_t i;

	if (!before)
		return 0;
	i = positions_after(s->min_last, s->nmin, before - 1, s->min_hint);
	return i && s->min_first[i - 1] > after ? s->min_first[i - 1] : 0;
}

/* Chains that begin after `after`: the least end of each state up to target. */
static void fill_ends(struct any_run *r, uint64_t after, uint64_t limit,
		      unsigned target)
{
	unsigned state, before, o;
	uint64_t v;

	r->end[0] = after;
	for (state = 1; state <= target; state++) {
		r->end[state] = UINT64_MAX;
		for (o = 0; o < r->near->noperands; o++) {
			if (!may_end(r, state, o, &before))
				continue;
			v = r->end[before];
			if (v != UINT64_MAX)
				v = next_end(r, o, v, limit);
			if (v < r->end[state])
				r->end[state] = v;
		}
	}
}

/* --- What takes part ----------------------------------------------------- */

/* Spans of operand o that start after `after` and end before `before` do. */
static void mark_between(struct any_run *r, unsigned o, uint64_t after,
			 uint64_t before)
{
	struct side *s = &r->sides[o];
	size_t i;

	if (after == UINT64_MAX || !before)
		return;
	i = starts_after(r, o, after);
	if (before > s->reach[i])
		s->reach[i] = before;
}

/* Whether every digit of a state is at most that of another. */
static bool is_within(const struct any_run *r, unsigned state, unsigned other)
{
	unsigned o;

	for (o = 0; o < r->near->noperands; o++)
		if (digit(r, state, o) > digit(r, other, o))
			return false;
	return true;
}

/* NEAR: what stands between f and the last one, which starts at `last`; inner is
 * the state of all that does. */
static void mark_inner(struct any_run *r, uint64_t after, uint64_t last,
		       unsigned inner)
{
	unsigned state, o, rest, k = r->near->noperands;
	uint64_t v;

	r->start[0] = last;
	for (state = 1; state <= inner; state++) {
		r->start[state] = 0;
		for (o = 0; o < k; o++) {
			if (!digit(r, state, o))
				continue;
			v = previous_start(r, o, r->start[state - r->radix[o]],
					   after);
			if (v > r->start[state])
				r->start[state] = v;
		}
	}
	for (o = 0; o < k; o++) {
		if (!digit(r, inner, o))
			continue;
		rest = inner - r->radix[o];
		for (state = 0; state <= rest; state++)
			if (is_within(r, state, rest))
				mark_between(r, o, r->end[state],
					     r->start[rest - state]);
	}
}

/* The same for BEFORE. */
static void mark_inner_ordered(struct any_run *r, uint64_t after, uint64_t last)
{
	unsigned o, k = r->near->noperands;

	r->start[k - 1] = last;
	for (o = k - 2; o > 0; o--) {
		mark_between(r, o, r->end[o - 1], r->start[o + 1]);
		r->start[o] = previous_start(r, o, r->start[o + 1], after);
	}
}

/* The spans [from, to) of operand o are last ones of choices that begin at
 * first: marks those that are wanted.  *out_last is the greatest start. */
static bool mark_last(struct any_run *r, unsigned o, term_pos first,
		      size_t from, size_t to, term_pos *out_last)
{
	struct side *s = &r->sides[o];
	bool any = false;
	size_t i, at;

	if (!r->spans) {
		s->ranges[from]++;
		s->ranges[to]--;
		*out_last = s->spans->first[to - 1];
		return true;
	}
	for (i = from; i < to; i++) {
		at = span_list_find(r->spans, first, s->spans->last[i]);
		if (at == r->spans->n || !r->is_wanted[at])
			continue;
		r->near->operands[o].takes_part[i] = true;
		*out_last = s->spans->first[i];
		any = true;
	}
	return any;
}

/* Sets takes_part from what was noted. */
static void set_marked(struct any_run *r)
{
	unsigned o;
	size_t i;

	for (o = 0; o < r->near->noperands; o++) {
		const struct side *s = &r->sides[o];
		uint64_t reach = 0;
		int32_t depth = 0;

		for (i = 0; i < s->spans->n; i++) {
			depth += s->ranges[i];
			if (s->reach[i] > reach)
				reach = s->reach[i];
			if (depth || s->spans->last[i] < reach)
				r->near->operands[o].takes_part[i] = true;
		}
	}
}

/* --- The loop ------------------------------------------------------------ */

static int reach_of(const struct any_near *near, uint64_t end, uint64_t *out)
{
	return near_reach(near->distance, near->limits, near->in_lines, end,
			  out);
}

/* Whether there are enough of every operand to the right of f at all. */
static bool has_enough(struct any_run *r, unsigned target, uint64_t after,
		       uint64_t limit)
{
	unsigned o;
	size_t from, wanted;

	if (r->near->ordered)
		return true;
	for (o = 0; o < r->near->noperands; o++) {
		wanted = digit(r, target, o);
		if (!wanted)
			continue;
		from = starts_after(r, o, after);
		if (r->sides[o].spans->n - from < wanted ||
		    r->sides[o].spans->first[from + wanted - 1] > limit)
			return false;
	}
	return true;
}

/* Choices that begin with span i of operand f and end with one of operand o. */
static int take_choices(struct any_run *r, unsigned f, size_t i, unsigned o,
			uint64_t limit, unsigned inner)
{
	const struct span_list *first = r->sides[f].spans;
	const struct span_list *last = r->sides[o].spans;
	size_t from, to, g;
	term_pos start = 0;
	int rc = SCOUT_OK;

	if (r->end[inner] >= limit)	/* or there is no such chain */
		return SCOUT_OK;
	from = starts_after(r, o, r->end[inner]);
	to = positions_after(last->first, last->n, limit, from);
	if (from >= to)
		return SCOUT_OK;
	r->found = true;
	for (g = from; r->out && g < to && !rc; g++)
		rc = span_list_put(r->out, first->first[i], last->last[g],
				   r->scratch);
	if (!r->marks ||
	    !mark_last(r, o, first->first[i], from, to, &start))
		return rc;
	r->near->operands[f].takes_part[i] = true;
	if (r->near->ordered)
		mark_inner_ordered(r, first->last[i], start);
	else
		mark_inner(r, first->last[i], start, inner);
	return rc;
}

/* Span i of operand f as the first. */
static int try_first(struct any_run *r, unsigned f, size_t i)
{
	uint64_t after = r->sides[f].spans->last[i], limit;
	unsigned o, target, inner, k = r->near->noperands;
	int rc = reach_of(r->near, after, &limit);

	if (rc < 0)
		return rc;
	target = k - 1;
	if (!r->near->ordered)
		target = r->radix[k - 1] *
			 (r->near->operands[k - 1].needed + 1) - 1 -
			 r->radix[f];
	if (!has_enough(r, target, after, limit))
		return SCOUT_OK;
	fill_ends(r, after, limit, target);
	for (o = 0; o < k && !rc; o++) {
		if (may_end(r, target, o, &inner))
			rc = take_choices(r, f, i, o, limit, inner);
		if (r->found && r->only_match)
			break;
	}
	return rc;
}

static int run_near(struct any_run *r)
{
	unsigned f, k = r->near->noperands;
	size_t i;
	int rc;

	for (f = 0; f < k; f++)
		if (r->near->operands[f].spans->n <
		    r->near->operands[f].needed)
			return SCOUT_OK;
	rc = make_run(r);
	for (f = 0; f < (r->near->ordered ? 1 : k) && !rc; f++) {
		for (i = 0; i < r->sides[f].spans->n && !rc; i++) {
			rc = try_first(r, f, i);
			if (r->found && r->only_match)
				return rc;
		}
	}
	return rc;
}

/* --- Answers ------------------------------------------------------------- */

int near_any_match(const struct any_near *near, struct arena *scratch,
		   bool *out)
{
	struct any_run r = { .near = near, .scratch = scratch,
			     .only_match = true };
	int rc = run_near(&r);

	if (rc == SCOUT_OK)
		*out = r.found;
	return rc;
}

int near_any_spans(const struct any_near *near, struct arena *scratch,
		   struct span_list *out)
{
	struct any_run r = { .near = near, .scratch = scratch, .out = out };
	int rc;

	*out = (struct span_list){ .n = 0 };
	rc = run_near(&r);
	return rc < 0 ? rc : span_list_finish(out, scratch);
}

int near_any_mark(const struct any_near *near, const struct span_list *spans,
		  const bool *is_wanted, struct arena *scratch)
{
	struct any_run r = { .near = near, .scratch = scratch, .marks = true,
			     .spans = spans, .is_wanted = is_wanted };
	int rc = run_near(&r);

	if (rc < 0 || !r.found)
		return rc;
	set_marked(&r);
	return SCOUT_OK;
}

/* --- NOT NEAR ------------------------------------------------------------ */

/* Of the first i + 1 spans of a list: the one that ends last, and where the last
 * of the others ends. */
struct furthest {
	size_t best;
	int64_t second;		/* -1: there is no other */
};

static struct furthest *find_furthest(const struct span_list *l,
				      struct arena *scratch)
{
	struct furthest *f = arena_alloc(scratch, l->n * sizeof(*f));
	size_t i;

	for (i = 0; f && i < l->n; i++) {
		f[i] = i ? f[i - 1] : (struct furthest){ 0, -1 };
		if (!i)
			continue;
		if (l->last[i] > l->last[f[i].best])
			f[i] = (struct furthest){ i, l->last[f[i].best] };
		else if ((int64_t)l->last[i] > f[i].second)
			f[i].second = l->last[i];
	}
	return f;
}

/* Whether span i of x has one of y within the distance: of those that start
 * early enough, the one that ends last, but for i itself. */
static int has_near(const struct any_near *near, size_t i,
		    const struct furthest *furthest, size_t *hint, bool *out)
{
	const struct span_list *x = near->operands[0].spans;
	const struct span_list *y = near->operands[1].spans;
	uint64_t limit;
	int64_t last;
	size_t best;
	int rc = reach_of(near, x->last[i], &limit);

	if (rc < 0)
		return rc;
	*out = false;
	*hint = positions_after(y->first, y->n, limit, *hint);
	if (!*hint)
		return SCOUT_OK;
	best = furthest[*hint - 1].best;
	last = y->last[best];
	if (y->first[best] == x->first[i] && y->last[best] == x->last[i])
		last = furthest[*hint - 1].second;
	if (last < 0)
		return SCOUT_OK;
	rc = reach_of(near, (uint64_t)last, &limit);
	*out = limit >= x->first[i];
	return rc;
}

int near_any_without(const struct any_near *near, struct arena *scratch,
		     struct span_list *out)
{
	const struct span_list *x = near->operands[0].spans;
	struct furthest *furthest;
	bool is_near;
	size_t i, hint = 0;
	int rc = SCOUT_OK;

	*out = (struct span_list){ .n = 0 };
	furthest = find_furthest(near->operands[1].spans, scratch);
	if (!furthest)
		return SCOUT_E_NOMEM;
	for (i = 0; i < x->n && !rc; i++) {
		rc = has_near(near, i, furthest, &hint, &is_near);
		if (!rc && !is_near)
			rc = span_list_put(out, x->first[i], x->last[i],
					   scratch);
	}
	return rc < 0 ? rc : span_list_finish(out, scratch);
}
