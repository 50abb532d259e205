#include "query/plan/segment_run.h"

/* --- Counting ------------------------------------------------------------ */

/* Sets are better than going through where all lists are long. */
static uint64_t sum_of_costs(const struct doc_iter *it)
{
	uint64_t sum = 0;
	size_t i;

	if (it->kind == ITER_WORD)
		return it->cost;
	for (i = 0; i < it->nchild; i++)
		sum += sum_of_costs(it->child[i]);
	return sum;
}

static int count_by_set(struct segment_run *r, uint64_t *out)
{
	const struct segment_reader *seg = r->seg;
	size_t i, n = set_words(seg->ndocs);
	uint64_t *set = arena_calloc(r->arena, n, sizeof(*set)), count = 0;
	int rc;

	if (!set)
		return SCOUT_E_NOMEM;
	rc = doc_iter_fill(r->iter, set, seg->ndocs, r->arena);
	for (i = 0; i < seg->ndocs && seg->deleted; i++)
		if (segment_is_deleted(seg, (doc_id)i))
			set[i / 64] &= ~((uint64_t)1 << (i & 63));
	for (i = 0; i < n; i++)
		count += (uint64_t)__builtin_popcountll(set[i]);
	*out = count;
	return rc;
}

static int count_by_iteration(struct segment_run *r, uint64_t *out,
			      struct scout_err *err)
{
	enum verdict v = VERDICT_YES;
	uint64_t count = 0;
	int rc;

	while ((rc = segment_run_next(r, false, err)) == SCOUT_OK) {
		if (!r->plan->is_boolean)
			rc = segment_run_verdict(r, &v, err);
		if (rc < 0)
			break;
		count += v != VERDICT_NO;
	}
	*out = count;
	return rc < 0 ? rc : SCOUT_OK;
}

int segment_run_count(struct segment_run *r, uint64_t *out,
		      struct scout_err *err)
{
	enum { SEEK_COST = 12 }; /* one seek, in documents filled in */
	const struct doc_iter *it = r->iter;
	int rc;

	SCOUT_ASSERT(r->trusts_flags && !r->dropped);
	if (r->plan->is_boolean && it->kind == ITER_WORD && !r->seg->deleted) {
		*out = it->cost;
		return SCOUT_OK;
	}
	if (r->plan->is_boolean &&
	    (it->kind == ITER_OR ||
	     (uint64_t)it->cost * it->nchild * SEEK_COST > sum_of_costs(it))) {
		rc = count_by_set(r, out);
		return rc < 0 ? scout_err_set(err, rc, "counting") : rc;
	}
	return count_by_iteration(r, out, err);
}
