#include "query/match/near.h"

#include "query/match/near_window.h"

static void mark_range(struct near_run *r, unsigned leaf, size_t from,
		       size_t to)
{
	r->marks[leaf][from]++;
	r->marks[leaf][to]--;
}

/*
 * BEFORE.  For each occurrence of the first operand: the chain of the others
 * that ends earliest (from the left), and the one that starts latest (from the
 * right).  An occurrence of operand j takes part if it has room between the
 * j-1 operands before it in the one and those after it in the other.
 */
struct chain {
	struct near_run *run;
	uint64_t *end;		/* where the earliest chain of j ends */
	uint64_t *start;	/* where the latest chain from j on starts */
	size_t *hint;		/* by leaf: where the last search ended */
	const unsigned *order;	/* order[j]: the operand that is j-th */
};

static const struct near_operand *operand_at(const struct chain *c, unsigned j)
{
	return &c->run->spec->operands[c->order[j]];
}

/* The earliest end of an occurrence of the j-th operand that starts after
 * `after` and at most at limit; UINT64_MAX if there is none. */
static uint64_t earliest_end(struct chain *c, unsigned j, uint64_t after,
			     uint64_t limit)
{
	const struct near_operand *op = operand_at(c, j);
	uint64_t best = UINT64_MAX, end;
	unsigned l;

	for (l = op->first_leaf; l < op->first_leaf + op->nleaves; l++) {
		const struct leaf_spans *s = &c->run->spans[l];

		c->hint[l] = positions_after(s->first, s->n, after, c->hint[l]);
		if (c->hint[l] == s->n || s->first[c->hint[l]] > limit)
			continue;
		end = (uint64_t)s->first[c->hint[l]] + s->len - 1;
		best = end < best ? end : best;
	}
	return best;
}

static bool find_ends(struct chain *c, uint64_t first_end, uint64_t limit)
{
	unsigned j, k = c->run->spec->noperands;

	c->end[0] = first_end;
	for (j = 1; j < k; j++) {
		c->end[j] = earliest_end(c, j, c->end[j - 1], limit);
		if (c->end[j] == UINT64_MAX)
			return false;
	}
	return true;
}

/* Index after the last occurrence of leaf l that may stand as the j-th: those
 * of the last operand start within the limit, others end before the next. */
static size_t range_end(struct chain *c, unsigned j, unsigned l, uint64_t limit)
{
	const struct leaf_spans *s = &c->run->spans[l];
	uint64_t bound = limit;

	if (j + 1 < c->run->spec->noperands) {
		if (c->start[j + 1] < s->len)
			return 0;
		bound = c->start[j + 1] - s->len;
	}
	return positions_after(s->first, s->n, bound, c->hint[l]);
}

/* With the first operand at a given place: marks what takes part of the others.
 * The chain is known to exist. */
static void mark_chain(struct chain *c, uint64_t limit)
{
	unsigned j, l, k = c->run->spec->noperands;

	for (j = k - 1; j > 0; j--) {
		const struct near_operand *op = operand_at(c, j);

		c->start[j] = 0;
		for (l = op->first_leaf; l < op->first_leaf + op->nleaves;
		     l++) {
			const struct leaf_spans *s = &c->run->spans[l];
			size_t from, to;

			from = positions_after(s->first, s->n, c->end[j - 1],
					       c->hint[l]);
			to = range_end(c, j, l, limit);
			if (from >= to)
				continue;
			mark_range(c->run, l, from, to);
			if (s->first[to - 1] > c->start[j])
				c->start[j] = s->first[to - 1];
		}
	}
}

/* One leaf of the first operand. */
static int chain_leaf(struct chain *c, unsigned leaf)
{
	struct near_run *r = c->run;
	const struct leaf_spans *s = &r->spans[leaf];
	uint64_t limit = 0;
	size_t i;
	int rc;

	for (i = 0; i < s->n; i++) {
		uint64_t end = (uint64_t)s->first[i] + s->len - 1;

		rc = near_limit(r, end, &limit);
		if (rc < 0)
			return rc;
		if (!find_ends(c, end, limit))
			continue;
		r->found = true;
		if (r->only_match)
			return SCOUT_OK;
		mark_range(r, leaf, i, i + 1);
		mark_chain(c, limit);
	}
	return SCOUT_OK;
}

static int run_chain(struct near_run *r, const unsigned *order)
{
	unsigned k = r->spec->noperands, l;
	struct chain c = { .run = r, .order = order };
	const struct near_operand *op = &r->spec->operands[order[0]];
	int rc = SCOUT_OK;

	c.end = arena_alloc(r->scratch, k * sizeof(*c.end));
	c.start = arena_alloc(r->scratch, k * sizeof(*c.start));
	c.hint = arena_calloc(r->scratch, r->spec->nleaves, sizeof(*c.hint));
	if (!c.end || !c.start || !c.hint)
		return SCOUT_E_NOMEM;
	for (l = op->first_leaf; l < op->first_leaf + op->nleaves && !rc; l++) {
		rc = chain_leaf(&c, l);
		if (r->found && r->only_match)
			break;
	}
	return rc;
}

int near_reach(uint32_t distance, const struct line_limits *limits,
	       bool in_lines, uint64_t end, uint64_t *out)
{
	term_pos last;
	int rc;

	if (distance == UINT32_MAX) {
		*out = UINT64_MAX - 1;
		return SCOUT_OK;
	}
	if (!in_lines) {
		*out = end + distance;
		return SCOUT_OK;
	}
	rc = limits->last_below(limits->ctx, (term_pos)end, distance, &last);
	if (rc == SCOUT_OK)
		*out = last;
	return rc;
}

int near_limit(struct near_run *r, uint64_t end, uint64_t *out)
{
	return near_reach(r->spec->distance, r->limits, r->spec->in_lines, end,
			  out);
}

/*
 * Two lists and a distance in words, only to tell whether they meet: a look at
 * the neighbours of each occurrence in the shorter list.
 */
static bool any_pair(const struct leaf_spans *x, const struct leaf_spans *y,
		     uint64_t distance, bool after, bool before)
{
	size_t i, hint = 0;

	for (i = 0; i < x->n; i++) {
		uint64_t start = x->first[i], end = start + x->len - 1;

		hint = positions_after(y->first, y->n, end, hint);
		if (after && hint < y->n && y->first[hint] <= end + distance)
			return true;
		if (!before)
			continue;
		/* the last of y that ends before x starts */
		if (x->len > 1 || y->len > 1)
			hint = start < y->len ? 0 :
			       positions_after(y->first, y->n, start - y->len,
					       hint);
		else if (hint && y->first[hint - 1] == start)
			hint--;
		if (hint && start <= (uint64_t)y->first[hint - 1] + y->len -
					     1 + distance)
			return true;
	}
	return false;
}

bool near_is_plain_pair(const struct near_spec *spec)
{
	const struct near_operand *op = spec->operands;

	return spec->noperands == 2 && spec->nleaves == 2 && !spec->in_lines &&
	       spec->distance != UINT32_MAX && op[0].needed == 1 &&
	       op[1].needed == 1;
}

static void match_pair(struct near_run *r)
{
	const struct leaf_spans *x = &r->spans[0], *y = &r->spans[1];
	bool unordered = !r->spec->ordered;

	r->found = x->n < y->n ?
		any_pair(x, y, r->spec->distance, true, unordered) :
		any_pair(y, x, r->spec->distance, unordered, true);
}

/* Two different operands: BEFORE in both orders, which also does right by
 * occurrences that overlap. */
static int run_pair(struct near_run *r)
{
	static const unsigned there[] = { 0, 1 }, back[] = { 1, 0 };
	int rc = run_chain(r, there);

	if (rc < 0 || (r->found && r->only_match))
		return rc;
	return run_chain(r, back);
}

static bool all_occur(const struct near_spec *spec,
		      const struct leaf_spans *spans)
{
	unsigned o, l;
	size_t n;

	for (o = 0; o < spec->noperands; o++) {
		const struct near_operand *op = &spec->operands[o];

		n = 0;
		for (l = 0; l < op->nleaves; l++)
			n += spans[op->first_leaf + l].n;
		if (n < op->needed)
			return false;
	}
	return true;
}

static int run_near(struct near_run *r)
{
	unsigned *order, i, k = r->spec->noperands;

	if (!all_occur(r->spec, r->spans))
		return SCOUT_OK;
	if (r->only_match && near_is_plain_pair(r->spec)) {
		match_pair(r);
		return SCOUT_OK;
	}
	if (r->spec->ordered) {
		order = arena_alloc(r->scratch, k * sizeof(*order));
		if (!order)
			return SCOUT_E_NOMEM;
		for (i = 0; i < k; i++)
			order[i] = i;
		return run_chain(r, order);
	}
	if (k == 2 && r->spec->operands[0].needed == 1 &&
	    r->spec->operands[1].needed == 1)
		return run_pair(r);
	return near_run_window(r);
}

int near_match(const struct near_spec *spec, const struct leaf_spans *spans,
	       const struct line_limits *limits, struct arena *scratch,
	       bool *out)
{
	struct near_run r = { .spec = spec, .spans = spans, .limits = limits,
			      .scratch = scratch, .only_match = true };
	int rc = run_near(&r);

	if (rc == SCOUT_OK)
		*out = r.found;
	return rc;
}

/* Turns marked ranges into hits. */
static int put_marked(const struct near_run *r, struct hit_list *out)
{
	unsigned l;
	size_t i;
	int32_t depth;
	int rc;

	for (l = 0; l < r->spec->nleaves; l++) {
		const struct leaf_spans *s = &r->spans[l];

		rc = hit_list_begin_run(out);
		if (rc < 0)
			return rc;
		for (i = 0, depth = 0; i < s->n; i++) {
			struct hit h = { .first = s->first[i],
					 .last = s->first[i] + s->len - 1,
					 .leaf = r->spec->leaves[l] };

			depth += r->marks[l][i];
			if (!depth)
				continue;
			rc = hit_list_put(out, &h);
			if (rc < 0)
				return rc;
		}
	}
	return SCOUT_OK;
}

int near_collect(const struct near_spec *spec, const struct leaf_spans *spans,
		 const struct line_limits *limits, struct arena *scratch,
		 struct hit_list *out)
{
	struct near_run r = { .spec = spec, .spans = spans, .limits = limits,
			      .scratch = scratch };
	unsigned l;
	int rc;

	r.marks = arena_alloc(scratch, spec->nleaves * sizeof(*r.marks));
	if (!r.marks)
		return SCOUT_E_NOMEM;
	for (l = 0; l < spec->nleaves; l++) {
		r.marks[l] = arena_calloc(scratch, spans[l].n + 1,
					  sizeof(**r.marks));
		if (!r.marks[l])
			return SCOUT_E_NOMEM;
	}
	rc = run_near(&r);
	if (rc < 0 || !r.found)
		return rc;
	return put_marked(&r, out);
}
