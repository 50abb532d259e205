#include "query/match/spans.h"

void hit_list_release(struct hit_list *list)
{
	scout_free(list->hits);
	scout_free(list->runs);
	*list = (struct hit_list){ .hits = NULL };
}

void hit_list_clear(struct hit_list *list)
{
	list->n = 0;
	list->nruns = 0;
}

static int grow(void **array, size_t *cap, size_t size)
{
	size_t wanted = *cap ? *cap * 2 : 64;
	void *grown = scout_realloc(MEM_QUERY, *array, wanted * size);

	if (!grown)
		return SCOUT_E_NOMEM;
	*array = grown;
	*cap = wanted;
	return SCOUT_OK;
}

int hit_list_begin_run(struct hit_list *list)
{
	void *runs = list->runs;

	if (list->nruns == list->runs_cap) {
		if (grow(&runs, &list->runs_cap, sizeof(*list->runs)) < 0)
			return SCOUT_E_NOMEM;
		list->runs = runs;
	}
	list->runs[list->nruns++] = list->n;
	return SCOUT_OK;
}

int hit_list_put(struct hit_list *list, const struct hit *hit)
{
	void *hits = list->hits;

	if (list->n == list->cap) {
		if (grow(&hits, &list->cap, sizeof(*list->hits)) < 0)
			return SCOUT_E_NOMEM;
		list->hits = hits;
	}
	list->hits[list->n++] = *hit;
	return SCOUT_OK;
}

static bool hit_before(const struct hit *a, const struct hit *b)
{
	if (a->first != b->first)
		return a->first < b->first;
	if (a->last != b->last)
		return a->last < b->last;
	return a->leaf < b->leaf;
}

/* Merges the sorted runs [from, mid) and [mid, to) of in into out. */
static void merge_two(const struct hit *in, size_t from, size_t mid, size_t to,
		      struct hit *out)
{
	size_t a = from, b = mid, o = from;

	while (a < mid && b < to)
		out[o++] = hit_before(&in[b], &in[a]) ? in[b++] : in[a++];
	while (a < mid)
		out[o++] = in[a++];
	while (b < to)
		out[o++] = in[b++];
}

/* One round: merges each pair of neighbouring runs into out. */
static void merge_round(struct hit_list *list, struct hit *out)
{
	size_t i, nruns = 0, mid, to;

	for (i = 0; i < list->nruns; i += 2) {
		mid = i + 1 < list->nruns ? list->runs[i + 1] : list->n;
		to = i + 2 < list->nruns ? list->runs[i + 2] : list->n;
		merge_two(list->hits, list->runs[i], mid, to, out);
		list->runs[nruns++] = list->runs[i];
	}
	list->nruns = nruns;
}

static void drop_same_spans(struct hit_list *list)
{
	size_t i, n = 0;

	for (i = 0; i < list->n; i++) {
		if (n && list->hits[n - 1].first == list->hits[i].first &&
		    list->hits[n - 1].last == list->hits[i].last)
			continue;
		list->hits[n++] = list->hits[i];
	}
	list->n = n;
}

int hit_list_sort(struct hit_list *list, bool unique, struct arena *scratch)
{
	struct hit *other;

	while (list->nruns > 1) {
		other = arena_alloc(scratch, list->n * sizeof(*other));
		if (!other)
			return SCOUT_E_NOMEM;
		merge_round(list, other);
		memcpy(list->hits, other, list->n * sizeof(*other));
	}
	if (unique)
		drop_same_spans(list);
	return SCOUT_OK;
}

int hit_list_sort_from(struct hit_list *list, size_t from, bool unique,
		       struct arena *scratch)
{
	struct hit_list tail = *list;
	size_t i;
	int rc;

	if (list->n == from)
		return SCOUT_OK;
	tail.hits += from;
	tail.n -= from;
	for (i = 0; i < tail.nruns; i++)
		tail.runs[i] -= from;
	rc = hit_list_sort(&tail, unique, scratch);
	list->n = from + tail.n;
	list->nruns = 1;
	list->runs[0] = 0;
	return rc;
}

size_t positions_after(const term_pos *a, size_t n, uint64_t value, size_t hint)
{
	size_t lo = 0, hi = n, step = 1;

	if (hint < n && a[hint] <= value) {
		/* up: everything before lo is <= value */
		lo = hint + 1;
		while (lo + step < n && a[lo + step] <= value) {
			lo += step + 1;
			step *= 2;
		}
		if (lo + step < n)
			hi = lo + step;
	} else if (hint <= n && n) {
		/* down: hi and all after it is > value */
		hi = hint;
		while (hi >= step && a[hi - step] > value) {
			hi -= step;
			step *= 2;
		}
		if (hi >= step)
			lo = hi - step + 1;
	}
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (a[mid] <= value)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* Index of the first element >= value, from `from` on: a short walk, then
 * positions_after. */
static size_t advance(const struct piece_spans *p, size_t from, uint64_t value)
{
	unsigned i;

	for (i = 0; i < 4 && from < p->n; i++, from++)
		if (p->at[from] >= value)
			return from;
	if (from >= p->n || p->at[from] >= value)
		return from;
	return positions_after(p->at, p->n, value - 1, from);
}

static size_t rarest(const struct piece_spans *pieces, size_t npieces)
{
	size_t i, best = 0;

	for (i = 1; i < npieces; i++)
		if (pieces[i].n < pieces[best].n)
			best = i;
	return best;
}

/* Whether every piece but the rarest stands at its place. */
static bool stands_at(struct piece_spans *pieces, size_t npieces, size_t skip,
		      uint64_t start)
{
	size_t i;

	for (i = 0; i < npieces; i++) {
		struct piece_spans *p = &pieces[i];

		if (i == skip)
			continue;
		p->hint = positions_after(p->at, p->n, start + i, p->hint);
		if (!p->hint || p->at[p->hint - 1] != start + i)
			return false;
	}
	return true;
}

/* Two lists of about the same length: step by step, without branches that
 * depend on what is in them. */
static size_t merge_two_pieces(const struct piece_spans *p, size_t at_most,
			       term_pos *out)
{
	const term_pos *a = p[0].at, *a_end = a + p[0].n;
	const term_pos *b = p[1].at, *b_end = b + p[1].n;
	size_t n = 0;

	while (a < a_end && b < b_end) {
		uint64_t want = (uint64_t)*a + 1, have = *b;

		if (want == have) {
			out[n++] = *a;
			if (n == at_most)
				break;
		}
		a += want <= have;
		b += have <= want;
	}
	return n;
}

/* Two of which one is much shorter: gallops in the other. */
static size_t gallop_two_pieces(const struct piece_spans *p, size_t at_most,
				term_pos *out)
{
	size_t i = 0, j = 0, n = 0;

	while (i < p[0].n && n < at_most) {
		uint64_t want = (uint64_t)p[0].at[i] + 1;

		j = advance(&p[1], j, want);
		if (j == p[1].n)
			break;
		if (p[1].at[j] == want)
			out[n++] = p[0].at[i++];
		else
			i = advance(&p[0], i, p[1].at[j] - 1);
	}
	return n;
}

static size_t join_two(const struct piece_spans *p, size_t at_most,
		       term_pos *out)
{
	enum { MUCH = 8 };

	if (p[0].n > MUCH * p[1].n || p[1].n > MUCH * p[0].n)
		return gallop_two_pieces(p, at_most, out);
	return merge_two_pieces(p, at_most, out);
}

size_t phrase_join(struct piece_spans *pieces, size_t npieces, size_t at_most,
		   term_pos *out)
{
	size_t driver, i, n = 0;

	if (npieces == 2)
		return join_two(pieces, at_most, out);
	driver = rarest(pieces, npieces);
	for (i = 0; i < npieces; i++)
		pieces[i].hint = 0;
	for (i = 0; i < pieces[driver].n && n < at_most; i++) {
		term_pos at = pieces[driver].at[i];

		if (at >= driver &&
		    stands_at(pieces, npieces, driver, at - driver))
			out[n++] = at - (term_pos)driver;
	}
	return n;
}
