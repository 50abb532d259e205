#include "query/plan/segment_run.h"

#include "query/plan/need_run.h"
#include "query/plan/run_tally.h"
#include "query/plan/segment_docs.h"

/* --- Leaves of the document at hand, as a source ------------------------- */

static bool is_exact(const struct segment_run *r, const struct leaf_run *l)
{
	size_t i;

	if (l->is_approximate)
		return false;
	for (i = 0; l->has_unsure && i < l->plan->npieces; i++)
		if (l->expansions[i].unsure &&
		    set_has(l->expansions[i].unsure, r->doc))
			return false;
	return r->trusts_flags || !l->plan->minds_overlong ||
	       !(r->info.flags & DOC_OVERLONG);
}

static int index_leaf(void *ctx, unsigned leaf, bool want_positions,
		      struct leaf_spans *out);

/* Whether the document has what a regex or lit: needs. */
static int check_need(struct segment_run *r, const struct leaf_need *need,
		      bool *out)
{
	struct leaf_spans s;
	size_t i;
	int rc = SCOUT_OK;

	if (need->kind == NEED_PHRASE) {
		rc = index_leaf(r, need->leaf, false, &s);
		*out = s.n > 0;
		return rc;
	}
	*out = need->kind == NEED_ALL;
	for (i = 0; i < need->nchild && *out == (need->kind == NEED_ALL) && !rc;
	     i++)
		rc = check_need(r, need->child[i], out);
	return rc;
}

static int index_leaf(void *ctx, unsigned leaf, bool want_positions,
		      struct leaf_spans *out)
{
	struct segment_run *r = ctx;
	struct leaf_run *l = &r->leaves[leaf];
	bool is_phrase = l->plan->npieces > 1, holds;
	int rc;

	*out = (struct leaf_spans){ .len = (uint32_t)l->plan->npieces,
				    .is_exact = is_exact(r, l),
				    .only_present = true };
	if (l->plan->is_anywhere || l->is_common) {
		out->n = 1;
		return SCOUT_OK;
	}
	if (l->plan->need) {
		rc = check_need(r, l->plan->need, &holds);
		out->n = !rc && holds;
		return rc;
	}
	rc = leaf_run_check(l, r->doc);
	if (rc < 0)
		return rc;
	out->n = l->occurs;
	if (!l->occurs || (!is_phrase && !want_positions))
		return SCOUT_OK;
	if (!l->has_positions) {
		out->is_exact &= !is_phrase;
		return SCOUT_OK;
	}
	rc = leaf_run_join(l, r->doc, want_positions || r->wants_lines);
	out->first = l->first;
	out->n = l->nfirst;
	out->only_present = false;
	return rc;
}

/* Two words near each other: a few of their positions are often enough. */
static int index_near(void *ctx, unsigned a, unsigned b, uint32_t after,
		      uint32_t before, bool *out_known, bool *out_found)
{
	struct segment_run *r = ctx;
	struct leaf_run *x = &r->leaves[a], *y = &r->leaves[b];
	struct position_reader px, py;
	int rc;

	*out_known = !r->wants_lines && x->has_readers && y->has_readers &&
		     x->plan->npieces == 1 && y->plan->npieces == 1 &&
		     x->words[0].doc == r->doc && y->words[0].doc == r->doc &&
		     !span_eq(x->plan->pieces[0].term, y->plan->pieces[0].term);
	if (!*out_known)
		return SCOUT_OK;
	rc = position_reader_open(&px, x->words[0].postings);
	if (!rc)
		rc = position_reader_open(&py, y->words[0].postings);
	if (!rc)
		rc = position_near(&px, &py, after, before);
	*out_found = rc == SCOUT_OK;
	return rc == SCOUT_END ? SCOUT_OK : rc;
}

/* The same, counted. */
static int counted_leaf(void *ctx, unsigned leaf, bool want_positions,
			struct leaf_spans *out)
{
	int rc = index_leaf(ctx, leaf, want_positions, out);

	if (!rc)
		run_tally_asked(ctx, leaf, out->n > 0);
	return rc;
}

static int counted_near(void *ctx, unsigned a, unsigned b, uint32_t after,
			uint32_t before, bool *out_known, bool *out_found)
{
	int rc = index_near(ctx, a, b, after, before, out_known, out_found);

	if (!rc && *out_known) { /* then the document has both */
		run_tally_asked(ctx, a, true);
		run_tally_asked(ctx, b, true);
	}
	return rc;
}

static int index_filter(void *ctx, unsigned filter, bool *out)
{
	struct segment_run *r = ctx;

	return doc_filter_test(&r->filter, filter, r->doc, out);
}

static int open_lines(struct segment_run *r)
{
	int rc;

	if (r->lines_are_open)
		return SCOUT_OK;
	rc = r->trusts_flags ? segment_doc(r->seg, r->doc, NULL, &r->info, NULL)
			     : SCOUT_OK;
	if (!rc)
		rc = segment_lines(r->seg, &r->info, &r->lines, NULL);
	if (!rc)
		rc = segment_lines(r->seg, &r->info, &r->below, NULL);
	r->lines_are_open = rc == SCOUT_OK;
	return rc;
}

static int index_last_below(void *ctx, term_pos pos, uint32_t nlines,
			    term_pos *out)
{
	struct segment_run *r = ctx;
	int rc = open_lines(r);

	if (!rc && pos >= r->info.nwords)
		return SCOUT_E_CORRUPT;
	if (!rc)
		rc = line_cursor_seek_word(&r->lines, pos);
	if (rc < 0)
		return rc;
	if (nlines >= r->info.nlines - r->lines.line) {
		*out = r->info.nwords - 1;
		return SCOUT_OK;
	}
	rc = line_cursor_seek_line(&r->below, r->lines.line + nlines);
	if (!rc)
		*out = (term_pos)(r->below.first_word + r->below.nwords - 1);
	return rc;
}

/* --- Opening ------------------------------------------------------------- */
/* Those of the query, then those that these need. */
static int open_leaves(struct segment_run *r, struct scout_err *err)
{
	unsigned l;
	int rc = SCOUT_OK;

	for (l = 0; l < r->plan->tree->nleaves && !rc; l++) {
		const struct leaf_plan *plan = &r->plan->leaves[l];

		rc = leaf_run_open(&r->leaves[l], plan, r->seg, r->nthreads,
				   r->arena, err);
		if (!rc && plan->need)
			rc = need_run_open(r, plan->need, err);
	}
	return rc;
}

static int open_by_line(struct segment_run *r)
{
	unsigned l, n = r->plan->tree->nleaves;
	doc_id *ndocs = arena_alloc(r->arena, n * sizeof(*ndocs));
	int rc;

	if (!ndocs)
		return SCOUT_E_NOMEM;
	for (l = 0; l < n; l++)
		ndocs[l] = leaf_run_ndocs(&r->leaves[l]);
	rc = line_lead_make(r->plan->tree, ndocs, r->arena, &r->lead);
	return rc < 0 ? rc : match_run_by_line(&r->match);
}

int segment_run_open(struct segment_run *r, struct segment_reader *seg,
		     const struct query_plan *plan,
		     const struct segment_run_options *options,
		     struct arena *arena, struct scout_err *err)
{
	struct match_source source = { .ctx = r,
				       .leaf = index_leaf,
				       .near = index_near,
				       .filter = index_filter };
	int rc;

	memset(r, 0, sizeof(*r));
	r->seg = seg;
	r->plan = plan;
	r->arena = arena;
	r->wants_lines = options->wants_lines;
	r->trusts_flags = options->trusts_flags;
	r->dropped = options->dropped;
	r->nthreads = options->nthreads;
	r->doc = DOC_NONE;
	if (plan->tally) {
		source.leaf = counted_leaf;
		source.near = counted_near;
	}
	source.lines = (struct line_limits){ r, index_last_below };
	match_run_init(&r->match, plan->tree, &source);
	r->leaves = arena_calloc(arena, plan->nleaves, sizeof(*r->leaves));
	if (!r->leaves)
		return scout_err_set(err, SCOUT_E_NOMEM, "opening a query");
	rc = open_leaves(r, err);
	if (rc < 0)
		return rc;
	rc = doc_filter_open(&r->filter, seg, plan->filters, plan->narrow,
			     arena);
	if (!rc && plan->by_line)
		rc = open_by_line(r);
	if (!rc)
		rc = segment_docs_make(r, &r->iter);
	if (!rc && plan->tally)
		rc = run_tally_opened(r);
	return rc < 0 ? scout_err_set(err, rc, "opening a query") : rc;
}

void segment_run_close(struct segment_run *r)
{
	unsigned l;

	if (!r->seg)
		return;
	if (r->plan->tally)
		run_tally_closed(r);
	for (l = 0; r->leaves && l < r->plan->nleaves; l++)
		leaf_run_close(&r->leaves[l]);
	match_run_release(&r->match);
	line_lead_release(&r->lead);
	doc_filter_close(&r->filter);
	r->seg = NULL;
}

/* --- Going through ------------------------------------------------------- */

/* The least of the iterator's and the unreliable documents from `from` on. */
static int next_proposed(struct segment_run *r, doc_id from, doc_id *out)
{
	int rc = r->doc == DOC_NONE ? doc_iter_start(r->iter)
				    : doc_iter_seek(r->iter, from);

	if (rc < 0)
		return rc;
	*out = r->iter->doc;
	if (r->trusts_flags)
		return SCOUT_OK;
	while (r->next_wild < r->seg->nwild_docs &&
	       r->seg->wild_docs[r->next_wild] < from)
		r->next_wild++;
	if (r->next_wild < r->seg->nwild_docs &&
	    r->seg->wild_docs[r->next_wild] < *out)
		*out = r->seg->wild_docs[r->next_wild];
	return SCOUT_OK;
}

/* Whether the document counts at all. */
static int is_in(struct segment_run *r, doc_id doc, bool *out)
{
	*out = !segment_is_deleted(r->seg, doc) &&
	       !(r->dropped && (r->dropped[doc >> 3] >> (doc & 7) & 1));
	return *out ? doc_filter_test_narrow(&r->filter, doc, out) : SCOUT_OK;
}

int segment_run_next(struct segment_run *r, bool all, struct scout_err *err)
{
	doc_id from = r->doc == DOC_NONE ? 0 : r->doc + 1, doc;
	bool found = false;
	int rc = SCOUT_OK;

	if (from < r->skip_to)
		from = r->skip_to;
	while (!found) {
		if (all)
			doc = from < r->seg->ndocs ? from : DOC_NONE;
		else
			rc = next_proposed(r, from, &doc);
		if (rc < 0)
			return scout_err_set(err, rc, "looking for documents");
		r->doc = doc;
		if (doc == DOC_NONE)
			return SCOUT_END;
		rc = is_in(r, doc, &found);
		if (rc < 0)
			return scout_err_set(err, rc, "reading document %u",
					     doc);
		from = doc + 1;
	}
	r->lines_are_open = false;
	if (r->plan->tally)
		r->plan->tally->nlooked++;
	if (r->trusts_flags)
		return SCOUT_OK;
	return segment_doc(r->seg, doc, NULL, &r->info, err);
}

void segment_run_skip(struct segment_run *r, doc_id doc)
{
	if (!r->seg->nwild_docs)
		r->skip_to = doc;
}

/* The line of a word. */
static int line_of(void *ctx, term_pos pos, struct line_words *out)
{
	struct segment_run *r = ctx;
	int rc = open_lines(r);

	if (!rc && pos >= r->lines.total_words)
		return SCOUT_E_CORRUPT;
	if (!rc)
		rc = line_cursor_seek_word(&r->lines, pos);
	if (!rc)
		*out = (struct line_words){
			r->lines.line, (term_pos)r->lines.first_word,
			(term_pos)(r->lines.first_word + r->lines.nwords)
		};
	return rc;
}

/* Starts with the lines of the document that may be true. */
static int find_lead_lines(struct segment_run *r, size_t *out_n)
{
	int rc;

	match_lines_begin(&r->match);
	rc = line_lead_find(&r->lead, &r->match, line_of, r);
	*out_n = r->lead.lines.len / sizeof(struct line_words);
	return rc;
}

/* --scope=line: the verdict on the best line. */
static int eval_lines(struct segment_run *r, enum verdict *out)
{
	enum verdict v;
	size_t i, n;
	int rc = match_eval_filters(&r->match, out);

	if (rc < 0 || *out == VERDICT_NO)
		return rc;
	rc = find_lead_lines(r, &n);
	*out = r->lead.is_known ? VERDICT_NO : VERDICT_MAYBE;
	for (i = 0; i < n && !rc && r->lead.is_known && *out != VERDICT_YES;
	     i++) {
		rc = match_line_eval(&r->match,
				     (struct line_words *)r->lead.lines.ptr + i,
				     &v);
		if (!rc && v > *out)
			*out = v;
	}
	return rc;
}

/* What takes part on all lines that are true. */
static int collect_lines(struct segment_run *r, bool *out_exact)
{
	bool exact;
	enum verdict v;
	size_t i, n;
	int rc = find_lead_lines(r, &n);

	*out_exact = r->lead.is_known;
	for (i = 0; i < n && !rc && *out_exact; i++) {
		rc = match_line_eval(&r->match,
				     (struct line_words *)r->lead.lines.ptr + i,
				     &v);
		if (rc < 0 || v == VERDICT_NO)
			continue;
		rc = match_line_collect(&r->match, &exact);
		*out_exact = exact && v == VERDICT_YES;
	}
	return rc;
}

int segment_run_verdict(struct segment_run *r, enum verdict *out,
			struct scout_err *err)
{
	int rc;

	if (!r->trusts_flags && (r->info.flags & DOC_WILD)) {
		rc = match_eval_filters(&r->match, out);
		if (!rc && *out == VERDICT_YES)
			*out = VERDICT_MAYBE;
		return rc;
	}
	rc = r->plan->by_line ? eval_lines(r, out) : match_eval(&r->match, out);
	if (rc == SCOUT_E_LIMIT) { /* whoever reads the text says so */
		*out = VERDICT_MAYBE;
		return SCOUT_OK;
	}
	return rc < 0 ? scout_err_set(err, rc, "reading document %u", r->doc)
		      : rc;
}

int segment_run_hits(struct segment_run *r, bool *out_exact,
		     struct scout_err *err)
{
	int rc = r->plan->by_line ? collect_lines(r, out_exact)
				  : match_collect(&r->match, out_exact);

	if (rc == SCOUT_E_LIMIT) {
		*out_exact = false;
		return SCOUT_OK;
	}
	return rc < 0 ? scout_err_set(err, rc, "reading document %u", r->doc)
		      : rc;
}

struct line_cursor *segment_run_lines(struct segment_run *r)
{
	return open_lines(r) < 0 ? NULL : &r->lines;
}
