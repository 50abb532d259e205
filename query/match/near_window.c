/*
 * NEAR as a window that slides over all occurrences in the order of their
 * starts.
 *
 * For each occurrence f as the first, the window holds those that start after
 * it, within its limit.  If no two in the window overlap, counting is enough:
 * f is the first of a match if the window has enough of every operand, and then
 * all in it take part, but for others of f's own operand when that is needed
 * only once.  If some overlap, an exact search over sets of satisfied operands
 * decides (near_search_*).
 */
#include "query/match/near_window.h"

struct event {
	term_pos first;
	term_pos last;
	uint32_t leaf;		/* index in spec->leaves */
	uint32_t index;		/* in that leaf's list */
};

/* The furthest that matches begun by one operand reach, as an event index. */
struct reach {
	unsigned operand;
	size_t to;
};

struct window {
	struct near_run *run;
	const unsigned *operand_of;	/* leaf -> operand */
	struct event *events;
	size_t nevents;
	size_t *next_overlap;	/* first event at or after this one that starts
				 * before one before it ended */
	/* events in [from, to), counted by operand */
	size_t to;
	unsigned *count;
	unsigned nsatisfied;
	struct reach best, second;	/* of two different operands */
	struct near_search *search;	/* made when first needed */
};

/*
 * The exact search.  A state is how many occurrences of each operand a chain of
 * disjoint occurrences holds, as a number in a mixed radix.
 */
struct near_search {
	unsigned *radix;	/* weight of each operand's digit */
	unsigned nstates;
	uint64_t *end;		/* least end of a chain with that state */
	uint64_t *start;	/* greatest start of one */
};

/* --- Events -------------------------------------------------------------- */

static unsigned *make_operand_of(struct near_run *r)
{
	const struct near_spec *spec = r->spec;
	unsigned *of = arena_alloc(r->scratch, spec->nleaves * sizeof(*of));
	unsigned o, l;

	for (o = 0; of && o < spec->noperands; o++)
		for (l = 0; l < spec->operands[o].nleaves; l++)
			of[spec->operands[o].first_leaf + l] = o;
	return of;
}

static bool event_before(const struct event *a, const struct event *b)
{
	return a->first != b->first ? a->first < b->first : a->last < b->last;
}

/* Merges neighbouring sorted parts of in, each of width leaves, into out. */
static void merge_parts(const struct event *in, const size_t *bound,
			unsigned nleaves, unsigned width, struct event *out)
{
	unsigned i;

	for (i = 0; i < nleaves; i += 2 * width) {
		unsigned m = i + width < nleaves ? i + width : nleaves;
		unsigned e = m + width < nleaves ? m + width : nleaves;
		size_t a = bound[i], b = bound[m], o = bound[i];

		while (a < bound[m] && b < bound[e])
			out[o++] = event_before(&in[b], &in[a]) ? in[b++] :
								  in[a++];
		while (a < bound[m])
			out[o++] = in[a++];
		while (b < bound[e])
			out[o++] = in[b++];
	}
}

/* All occurrences of all leaves, by start. */
static int make_events(struct window *w)
{
	struct near_run *r = w->run;
	unsigned l, width, nleaves = r->spec->nleaves;
	struct event *other, *swap;
	size_t *bound, i;

	bound = arena_alloc(r->scratch, (nleaves + 1) * sizeof(*bound));
	if (!bound)
		return SCOUT_E_NOMEM;
	for (l = 0, bound[0] = 0; l < nleaves; l++)
		bound[l + 1] = bound[l] + r->spans[l].n;
	w->nevents = bound[nleaves];
	w->events = arena_alloc(r->scratch, w->nevents * sizeof(*w->events));
	other = arena_alloc(r->scratch, w->nevents * sizeof(*other));
	if (!w->events || !other)
		return SCOUT_E_NOMEM;
	for (l = 0; l < nleaves; l++) {
		const struct leaf_spans *s = &r->spans[l];

		for (i = 0; i < s->n; i++)
			w->events[bound[l] + i] = (struct event){
				s->first[i], s->first[i] + s->len - 1, l,
				(uint32_t)i };
	}
	for (width = 1; width < nleaves; width *= 2) {
		merge_parts(w->events, bound, nleaves, width, other);
		swap = w->events;
		w->events = other;
		other = swap;
	}
	return SCOUT_OK;
}

static int find_overlaps(struct window *w)
{
	size_t n = w->nevents, i, next;
	uint64_t end = 0;	/* one past the last position so far */

	w->next_overlap = arena_alloc(w->run->scratch,
				      (n + 1) * sizeof(*w->next_overlap));
	if (!w->next_overlap)
		return SCOUT_E_NOMEM;
	for (i = 0; i < n; i++) {
		w->next_overlap[i] = w->events[i].first < end ? i : n;
		if (w->events[i].last >= end)
			end = (uint64_t)w->events[i].last + 1;
	}
	w->next_overlap[n] = n;
	for (i = n, next = n; i-- > 0;) {
		if (w->next_overlap[i] == i)
			next = i;
		w->next_overlap[i] = next;
	}
	return SCOUT_OK;
}

/* --- Counting ------------------------------------------------------------ */

static void count_in(struct window *w, size_t i)
{
	unsigned o = w->operand_of[w->events[i].leaf];

	if (++w->count[o] == w->run->spec->operands[o].needed)
		w->nsatisfied++;
}

static void count_out(struct window *w, size_t i)
{
	unsigned o = w->operand_of[w->events[i].leaf];

	if (w->count[o]-- == w->run->spec->operands[o].needed)
		w->nsatisfied--;
}

/* Moves the window's end to the first event that starts after limit.  Limits
 * go back only where occurrences of different lengths overlap. */
static void slide_to(struct window *w, uint64_t limit)
{
	while (w->to < w->nevents && w->events[w->to].first <= limit)
		count_in(w, w->to++);
	while (w->to > 0 && w->events[w->to - 1].first > limit)
		count_out(w, --w->to);
}

static void mark_event(struct window *w, size_t i)
{
	const struct event *e = &w->events[i];

	w->run->marks[e->leaf][e->index]++;
	w->run->marks[e->leaf][e->index + 1]--;
}

/* Remembers that a match begun by operand o has all up to event `to`. */
static void extend_reach(struct window *w, unsigned o, size_t to)
{
	struct reach swap;

	if (w->best.operand == o) {
		w->best.to = to > w->best.to ? to : w->best.to;
	} else if (w->second.operand == o || to > w->second.to) {
		if (w->second.operand != o || to > w->second.to)
			w->second = (struct reach){ o, to };
	}
	if (w->second.to > w->best.to) {
		swap = w->best;
		w->best = w->second;
		w->second = swap;
	}
}

/* Whether a window begun earlier, by another operand or one that is needed
 * more than once, has event i in it. */
static bool is_reached(const struct window *w, size_t i)
{
	unsigned o = w->operand_of[w->events[i].leaf];

	if (w->best.to > i &&
	    (w->best.operand != o || w->run->spec->operands[o].needed > 1))
		return true;
	return w->second.to > i &&
	       (w->second.operand != o ||
		w->run->spec->operands[o].needed > 1);
}

/* --- The exact search ---------------------------------------------------- */

static int make_search(struct window *w)
{
	const struct near_spec *spec = w->run->spec;
	struct arena *a = w->run->scratch;
	struct near_search *s = arena_calloc(a, 1, sizeof(*s));
	unsigned o, n = 1;

	if (!s)
		return SCOUT_E_NOMEM;
	s->radix = arena_alloc(a, spec->noperands * sizeof(*s->radix));
	if (!s->radix)
		return SCOUT_E_NOMEM;
	for (o = 0; o < spec->noperands; o++) {
		s->radix[o] = n;
		/* the planner has refused what would be more */
		SCOUT_ASSERT(spec->operands[o].needed <
			     NEAR_MAX_STATES / n);
		n *= spec->operands[o].needed + 1;
	}
	s->nstates = n;
	s->end = arena_alloc(a, n * sizeof(*s->end));
	s->start = arena_alloc(a, n * sizeof(*s->start));
	if (!s->end || !s->start)
		return SCOUT_E_NOMEM;
	w->search = s;
	return SCOUT_OK;
}

static unsigned digit(const struct window *w, unsigned state, unsigned o)
{
	return state / w->search->radix[o] %
	       (w->run->spec->operands[o].needed + 1);
}

/* Least end of an occurrence of operand o that starts in (after, limit]. */
static uint64_t next_end(const struct window *w, unsigned o, uint64_t after,
			 uint64_t limit)
{
	const struct near_operand *op = &w->run->spec->operands[o];
	uint64_t best = UINT64_MAX, end;
	unsigned l;
	size_t i;

	for (l = op->first_leaf; l < op->first_leaf + op->nleaves; l++) {
		const struct leaf_spans *s = &w->run->spans[l];

		i = positions_after(s->first, s->n, after, 0);
		if (i == s->n || s->first[i] > limit)
			continue;
		end = (uint64_t)s->first[i] + s->len - 1;
		best = end < best ? end : best;
	}
	return best;
}

/* Number of occurrences in leaf l that start within limit and end before
 * `before` (UINT64_MAX: anywhere). */
static size_t ending_before(const struct window *w, unsigned l,
			    uint64_t before, uint64_t limit)
{
	const struct leaf_spans *s = &w->run->spans[l];
	uint64_t bound = limit;

	if (before != UINT64_MAX) {
		if (before < s->len)
			return 0;
		if (before - s->len < bound)
			bound = before - s->len;
	}
	return positions_after(s->first, s->n, bound, 0);
}

/* Greatest start, after `after`, of an occurrence of operand o that ends before
 * `before`; 0 if there is none (no start after something is 0). */
static uint64_t previous_start(const struct window *w, unsigned o,
			       uint64_t before, uint64_t after, uint64_t limit)
{
	const struct near_operand *op = &w->run->spec->operands[o];
	uint64_t best = 0;
	unsigned l;
	size_t i;

	for (l = op->first_leaf; l < op->first_leaf + op->nleaves; l++) {
		const struct leaf_spans *s = &w->run->spans[l];

		i = ending_before(w, l, before, limit);
		if (i && s->first[i - 1] > after && s->first[i - 1] > best)
			best = s->first[i - 1];
	}
	return best;
}

/* Chains that begin after `after`: the least end of each state up to target. */
static void fill_ends(struct window *w, uint64_t after, uint64_t limit,
		      unsigned target)
{
	struct near_search *s = w->search;
	unsigned state, o;
	uint64_t v;

	s->end[0] = after;
	for (state = 1; state <= target; state++) {
		s->end[state] = UINT64_MAX;
		for (o = 0; o < w->run->spec->noperands; o++) {
			if (!digit(w, state, o))
				continue;
			v = s->end[state - s->radix[o]];
			if (v != UINT64_MAX)
				v = next_end(w, o, v, limit);
			if (v < s->end[state])
				s->end[state] = v;
		}
	}
}

/* Chains whose last starts within limit: the greatest start of each state. */
static void fill_starts(struct window *w, uint64_t after, uint64_t limit,
			unsigned target)
{
	struct near_search *s = w->search;
	unsigned state, o;
	uint64_t v;

	s->start[0] = UINT64_MAX;
	for (state = 1; state <= target; state++) {
		s->start[state] = 0;
		for (o = 0; o < w->run->spec->noperands; o++) {
			if (!digit(w, state, o))
				continue;
			v = s->start[state - s->radix[o]];
			if (v)
				v = previous_start(w, o, v, after, limit);
			if (v > s->start[state])
				s->start[state] = v;
		}
	}
}

/* Marks the occurrences of operand o that fit between a chain of `state` on the
 * left and one of `rest` on the right. */
static void mark_between(struct window *w, unsigned o, unsigned state,
			 unsigned rest, uint64_t limit)
{
	const struct near_operand *op = &w->run->spec->operands[o];
	unsigned l;
	size_t from, to;

	if (w->search->end[state] == UINT64_MAX || !w->search->start[rest])
		return;
	for (l = op->first_leaf; l < op->first_leaf + op->nleaves; l++) {
		const struct leaf_spans *s = &w->run->spans[l];

		from = positions_after(s->first, s->n, w->search->end[state],
				       0);
		to = ending_before(w, l, w->search->start[rest], limit);
		if (from < to) {
			w->run->marks[l][from]++;
			w->run->marks[l][to]--;
		}
	}
}

static bool is_within(const struct window *w, unsigned state, unsigned target)
{
	unsigned o;

	for (o = 0; o < w->run->spec->noperands; o++)
		if (digit(w, state, o) > digit(w, target, o))
			return false;
	return true;
}

/* Event i as the first: is there a chain of all else that is needed, and what
 * can be in one? */
static int search_from(struct window *w, size_t i, uint64_t limit)
{
	const struct event *f = &w->events[i];
	unsigned o, state, rest, target;

	if (!w->search && make_search(w) < 0)
		return SCOUT_E_NOMEM;
	target = w->search->nstates - 1 -
		 w->search->radix[w->operand_of[f->leaf]];
	fill_ends(w, f->last, limit, target);
	if (w->search->end[target] == UINT64_MAX)
		return SCOUT_OK;
	w->run->found = true;
	if (w->run->only_match)
		return SCOUT_OK;
	mark_event(w, i);
	fill_starts(w, f->last, limit, target);
	for (o = 0; o < w->run->spec->noperands; o++) {
		if (!digit(w, target, o))
			continue;
		for (state = 0; state <= target - w->search->radix[o];
		     state++) {
			rest = target - w->search->radix[o];
			if (!is_within(w, state, rest))
				continue;
			mark_between(w, o, state, rest - state, limit);
		}
	}
	return SCOUT_OK;
}

/* --- The loop ------------------------------------------------------------ */

/* Event i as the first of a match. */
static int try_first(struct window *w, size_t i)
{
	const struct event *f = &w->events[i];
	uint64_t limit;
	int rc = near_limit(w->run, f->last, &limit);

	if (rc < 0)
		return rc;
	slide_to(w, limit);
	if (w->nsatisfied < w->run->spec->noperands || w->to <= i)
		return SCOUT_OK;
	if (w->next_overlap[i + 1] < w->to)
		return search_from(w, i, limit);
	w->run->found = true;
	if (w->run->only_match)
		return SCOUT_OK;
	mark_event(w, i);
	extend_reach(w, w->operand_of[f->leaf], w->to);
	return SCOUT_OK;
}

int near_run_window(struct near_run *r)
{
	struct window w = { .run = r };
	size_t i;
	int rc;

	w.best.operand = UINT32_MAX;
	w.second.operand = UINT32_MAX;
	w.operand_of = make_operand_of(r);
	w.count = arena_calloc(r->scratch, r->spec->noperands,
			       sizeof(*w.count));
	if (!w.operand_of || !w.count)
		return SCOUT_E_NOMEM;
	rc = make_events(&w);
	if (!rc)
		rc = find_overlaps(&w);
	for (i = 0; i < w.nevents && !rc; i++) {
		if (!r->only_match && is_reached(&w, i))
			mark_event(&w, i);
		rc = try_first(&w, i);
		if (r->found && r->only_match)
			break;
		if (w.to > i)
			count_out(&w, i);
	}
	return rc;
}
