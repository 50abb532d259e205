#include "query/plan/need_run.h"

enum {
	/* one document of so many: to look at these is cheaper than to look up
	 * another word */
	FEW = 64,
};

/* Leaves a need unasked. */
static void spare(struct segment_run *r, const struct leaf_need *need)
{
	size_t i;

	if (need->kind == NEED_PHRASE) {
		struct leaf_run *l = &r->leaves[need->leaf];

		l->plan = &r->plan->leaves[need->leaf];
		l->is_common = l->is_spared = true;
	}
	for (i = 0; i < need->nchild; i++)
		spare(r, need->child[i]);
}

/* *out: in how many documents it is, at most; DOC_NONE if it is not asked. */
static int open_phrase(struct segment_run *r, unsigned leaf, doc_id *out,
		       struct scout_err *err)
{
	struct leaf_run *l = &r->leaves[leaf];
	int rc = leaf_run_open(l, &r->plan->leaves[leaf], r->seg, r->nthreads,
			       r->arena, err);

	if (rc < 0)
		return rc;
	*out = leaf_run_ndocs(l);
	l->is_common = *out > leaf_run_most_docs(r->seg);
	if (l->is_common)
		*out = DOC_NONE;
	return SCOUT_OK;
}

static int open_need(struct segment_run *r, const struct leaf_need *need,
		     doc_id *out, struct scout_err *err)
{
	bool is_all = need->kind == NEED_ALL;
	doc_id sum = is_all ? DOC_NONE : 0, n = 0;
	size_t i;
	int rc = SCOUT_OK;

	if (need->kind == NEED_PHRASE)
		return open_phrase(r, need->leaf, out, err);
	for (i = 0; i < need->nchild && !rc; i++) {
		bool is_enough = is_all ? sum <= r->seg->ndocs / FEW :
					  sum == DOC_NONE;

		if (is_enough) {
			spare(r, need->child[i]);
			continue;
		}
		rc = open_need(r, need->child[i], &n, err);
		if (is_all)
			sum = n < sum ? n : sum;
		else
			sum = n < DOC_NONE - sum ? sum + n : DOC_NONE;
	}
	*out = sum;
	return rc;
}

int need_run_open(struct segment_run *r, const struct leaf_need *need,
		  struct scout_err *err)
{
	doc_id n;

	return open_need(r, need, &n, err);
}
