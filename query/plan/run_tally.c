#include "query/plan/run_tally.h"

static void add_piece(struct piece_tally *t, const struct expansion *x,
		      doc_id ndocs)
{
	t->nblocks += x->nblocks;
	t->nterms += x->nterms;
	t->ndocs += x->ndocs;
	t->noccurrences += x->noccurrences;
	t->is_too_many |= x->noccurrences > EXPAND_MAX_POSITIONS;
	if (x->unsure)
		t->nunsure += set_count(x->unsure, ndocs);
	else if (x->is_unsure)
		t->nunsure += x->ndocs;
}

static uint64_t most_docs(const struct segment_run *r, unsigned leaf);

/* In how many documents what a regex or lit: needs can be. */
static uint64_t most_docs_needed(const struct segment_run *r,
				 const struct leaf_need *need)
{
	uint64_t n, most = need->kind == NEED_ONE ? 0 : r->seg->ndocs;
	size_t i;

	if (need->kind == NEED_PHRASE)
		return most_docs(r, need->leaf);
	for (i = 0; i < need->nchild; i++) {
		n = most_docs_needed(r, need->child[i]);
		if (need->kind == NEED_ONE)
			most += n;
		else if (n < most)
			most = n;
	}
	return most < r->seg->ndocs ? most : r->seg->ndocs;
}

/* In how many documents a leaf can be, before any is looked at. */
static uint64_t most_docs(const struct segment_run *r, unsigned leaf)
{
	const struct leaf_run *l = &r->leaves[leaf];
	doc_id n = leaf_run_ndocs(l);

	if (l->plan->is_anywhere || l->is_common)
		return r->seg->ndocs;
	if (l->plan->need)
		return most_docs_needed(r, l->plan->need);
	return n < r->seg->ndocs ? n : r->seg->ndocs;
}

int run_tally_opened(struct segment_run *r)
{
	struct plan_tally *t = r->plan->tally;
	struct match_node node = { .kind = AST_FILTER };
	doc_id from, to;
	unsigned l, f;
	size_t i;
	int rc = SCOUT_OK;

	t->nsegments++;
	t->ndocs += r->seg->ndocs;
	t->most_docs += r->iter->cost < r->seg->ndocs ? r->iter->cost :
							r->seg->ndocs;
	for (l = 0; l < r->plan->nleaves; l++) {
		t->leaves[l].most_docs += most_docs(r, l);
		t->leaves[l].nspared += r->leaves[l].is_spared;
		t->leaves[l].ncommon += r->leaves[l].is_common &&
					!r->leaves[l].is_spared;
		for (i = 0; r->leaves[l].expansions &&
			    i < r->plan->leaves[l].npieces; i++)
			add_piece(&t->leaves[l].pieces[i],
				  &r->leaves[l].expansions[i], r->seg->ndocs);
	}
	for (f = 0; f < r->plan->tree->nfilters && !rc; f++) {
		node.leaf = f;
		rc = doc_filter_range(&r->filter, &node, &from, &to);
		if (!rc)
			t->filters[f].most_docs += to - from;
	}
	return rc;
}

void run_tally_asked(struct segment_run *r, unsigned leaf, bool found)
{
	struct leaf_tally *t = &r->plan->tally->leaves[leaf];

	if (r->leaves[leaf].counted_doc == r->doc)
		return;
	r->leaves[leaf].counted_doc = r->doc;
	t->nasked++;
	t->nfound += found;
}

void run_tally_closed(struct segment_run *r)
{
	unsigned f;

	for (f = 0; r->filter.memo && f < r->plan->tree->nfilters; f++) {
		struct filter_tally *t = &r->plan->tally->filters[f];

		t->ntested += r->filter.memo[f].ntested;
		t->npassed += r->filter.memo[f].npassed;
	}
}
