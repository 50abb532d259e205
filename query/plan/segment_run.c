#include "query/plan/segment_run.h"

/* --- Leaves of the document at hand, as a source ------------------------- */

/* Moves the leaf's words to the document; whether it has all of them. */
static int check_leaf(struct segment_run *r, struct leaf_run *l)
{
	size_t i;
	int rc;

	if (l->checked_doc == r->doc)
		return SCOUT_OK;
	l->checked_doc = r->doc;
	l->occurs = false;
	for (i = 0; i < l->plan->npieces; i++) {
		struct word_cursor *w = &l->words[i];

		if (w->doc != r->doc) {
			rc = word_cursor_seek(w, r->doc);
			if (rc < 0)
				return rc;
		}
		if (w->doc != r->doc)
			return SCOUT_OK;
	}
	l->occurs = true;
	return SCOUT_OK;
}

static int join_phrase(struct leaf_run *l, size_t at_most)
{
	size_t i, least = SIZE_MAX;
	term_pos *grown;
	int rc;

	for (i = 0; i < l->plan->npieces; i++) {
		rc = word_cursor_positions(&l->words[i], &l->pieces[i]);
		if (rc < 0)
			return rc;
		if (l->pieces[i].n < least)
			least = l->pieces[i].n;
	}
	if (least > l->joined_cap) {
		grown = scout_realloc(MEM_QUERY, l->joined,
				      2 * least * sizeof(*grown));
		if (!grown)
			return SCOUT_E_NOMEM;
		l->joined = grown;
		l->joined_cap = 2 * least;
	}
	l->first = l->joined;
	l->nfirst = least ? phrase_join(l->pieces, l->plan->npieces, at_most,
					l->joined) : 0;
	return SCOUT_OK;
}

static int open_readers(struct leaf_run *l)
{
	size_t i, n = l->plan->npieces;
	int rc = SCOUT_OK;

	for (i = 0; i < n && !rc; i++) {
		struct position_reader *p = &l->readers[i];

		rc = position_reader_open(p, l->words[i].postings);
		if (!rc && p->pos < i)	/* no room for the pieces before it */
			rc = position_seek(p, i);
	}
	return rc;
}

/* The two rarest pieces of a phrase in the document, in their order. */
static void rarest_two(const struct leaf_run *l, size_t out[2])
{
	size_t i, n = l->plan->npieces, swap;
	uint64_t count, least = UINT64_MAX, second = UINT64_MAX;

	for (i = 0; i < n; i++) {
		count = position_count(&l->readers[i]);
		if (count < least) {
			out[1] = out[0];
			second = least;
			out[0] = i;
			least = count;
		} else if (count < second) {
			out[1] = i;
			second = count;
		}
	}
	if (out[1] < out[0]) {
		swap = out[0];
		out[0] = out[1];
		out[1] = swap;
	}
}

/*
 * Looks for one occurrence of a phrase: the two rarest words lead, the others
 * follow to where they would have to be, or push on.
 */
static int find_phrase(struct leaf_run *l, uint64_t *out)
{
	struct position_reader *r = l->readers, *lead;
	size_t pair[2] = { 0, 1 }, i, n = l->plan->npieces;
	uint64_t start;
	int rc = open_readers(l);

	if (!rc && n == 2) {
		rc = position_meet(&r[0], &r[1], 1);
		*out = r[0].pos;
		return rc;
	}
	if (!rc)
		rarest_two(l, pair);
	lead = &r[pair[0]];
	while (!rc) {
		rc = position_meet(lead, &r[pair[1]],
				   (uint32_t)(pair[1] - pair[0]));
		start = lead->pos - pair[0];
		for (i = 0; i < n && !rc; i++) {
			if (r[i].pos < start + i)
				rc = position_seek(&r[i], start + i);
			if (!rc && r[i].pos != start + i)
				break;
		}
		if (!rc && i == n) {
			*out = start;
			break;
		}
		if (!rc)
			rc = position_seek(lead, r[i].pos - i + pair[0]);
	}
	return rc;
}

/* Whether a phrase of terms occurs, and the first place where it does. */
static int join_first(struct leaf_run *l)
{
	uint64_t start = 0;
	int rc = find_phrase(l, &start);

	l->first = &l->found;
	l->nfirst = rc == SCOUT_OK;
	l->found = (term_pos)start;
	return rc == SCOUT_END ? SCOUT_OK : rc;
}

/* Finds where the leaf occurs in the document, which has all its words. */
static int join_leaf(struct segment_run *r, struct leaf_run *l, bool whole)
{
	struct piece_spans one;
	int rc;

	if (l->joined_doc == r->doc && (l->is_joined_whole || !whole))
		return SCOUT_OK;
	if (l->plan->npieces > 1 && !whole && l->has_readers) {
		rc = join_first(l);
	} else if (l->plan->npieces > 1) {
		rc = join_phrase(l, whole ? SIZE_MAX : 1);
	} else {
		whole = true;
		rc = word_cursor_positions(&l->words[0], &one);
		if (!rc) {
			l->first = one.at;
			l->nfirst = one.n;
		}
	}
	if (rc < 0)
		return rc;
	l->joined_doc = r->doc;
	l->is_joined_whole = whole;
	return SCOUT_OK;
}

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
	rc = check_leaf(r, l);
	if (rc < 0)
		return rc;
	out->n = l->occurs;
	if (!l->occurs || (!is_phrase && !want_positions))
		return SCOUT_OK;
	if (!l->has_positions) {
		out->is_exact &= !is_phrase;
		return SCOUT_OK;
	}
	rc = join_leaf(r, l, want_positions || r->wants_lines);
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
	rc = r->trusts_flags ? segment_doc(r->seg, r->doc, NULL, &r->info,
					   NULL) : SCOUT_OK;
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

static int open_expansion(struct segment_run *r, struct leaf_run *l, size_t i,
			  struct scout_err *err)
{
	struct expansion *x = &l->expansions[i];
	int rc = expand_terms(r->seg, &l->plan->pieces[i].match,
			      l->plan->needs_positions, r->arena, x, err);

	if (rc < 0)
		return rc;
	l->has_positions &= x->has_positions;
	l->has_unsure |= x->unsure != NULL;
	if (x->ndocs)
		word_cursor_open_expansion(&l->words[i], r->seg, x);
	else
		word_cursor_open_none(&l->words[i]);
	return SCOUT_OK;
}

/* Asks a term that was found whether its words match. */
static int test_term(struct leaf_run *l, size_t i,
		     const struct term_info *info, bool *out_is_wanted)
{
	const struct piece_plan *p = &l->plan->pieces[i];
	enum term_verdict verdict = TERM_YES;
	struct term_scratch s;
	int rc = SCOUT_OK;

	if (p->match.test) {
		term_scratch_init(&s);
		rc = p->match.test(&p->match, &s, p->term, info->surface,
				   &verdict);
		term_scratch_release(&s);
	}
	l->is_approximate |= verdict != TERM_YES;
	/* one that was cut might match with its rest */
	*out_is_wanted = verdict != TERM_NO ||
			 p->term.len >= TERM_CUT_MIN_BYTES;
	return rc;
}

static int open_term(struct segment_run *r, struct leaf_run *l, size_t i,
		     struct scout_err *err)
{
	struct word_cursor *w = &l->words[i];
	struct term_info info;
	bool is_wanted;
	int rc;

	rc = segment_find_term(r->seg, l->plan->pieces[i].term, &info, err);
	if (rc == SCOUT_E_NOTFOUND) {
		word_cursor_open_none(w);
		return SCOUT_OK;
	}
	if (!rc)
		rc = test_term(l, i, &info, &is_wanted);
	if (!rc && is_wanted)
		rc = word_cursor_open_term(w, r->seg, &info, r->arena);
	else if (!rc)
		word_cursor_open_none(w);
	return rc < 0 ? scout_err_set(err, rc, "opening a term") : rc;
}

static int open_leaf(struct segment_run *r, unsigned leaf,
		     struct scout_err *err)
{
	struct leaf_run *l = &r->leaves[leaf];
	size_t n, i;
	int rc = SCOUT_OK;

	l->plan = &r->plan->leaves[leaf];
	l->is_approximate = l->plan->is_approximate || l->plan->is_anywhere;
	l->has_positions = true;
	l->checked_doc = l->joined_doc = DOC_NONE;
	if (l->plan->is_anywhere)
		return SCOUT_OK;
	n = l->plan->npieces;
	l->words = arena_calloc(r->arena, n, sizeof(*l->words));
	l->expansions = arena_calloc(r->arena, n, sizeof(*l->expansions));
	l->pieces = arena_calloc(r->arena, n, sizeof(*l->pieces));
	l->readers = arena_calloc(r->arena, n, sizeof(*l->readers));
	if (!l->words || !l->expansions || !l->pieces || !l->readers)
		return scout_err_set(err, SCOUT_E_NOMEM, "opening a query");
	l->has_readers = true;
	for (i = 0; i < n && !rc; i++) {
		rc = l->plan->pieces[i].is_expanded ?
			     open_expansion(r, l, i, err) :
			     open_term(r, l, i, err);
		l->has_readers &= l->words[i].kind == CURSOR_POSTINGS;
	}
	return rc;
}

static struct doc_iter *leaf_iter(struct segment_run *r, unsigned leaf);

/* The documents that may have what a regex or lit: needs. */
static struct doc_iter *need_iter(struct segment_run *r,
				  const struct leaf_need *need)
{
	struct doc_iter **child;
	size_t i, n = need->nchild;

	if (need->kind == NEED_PHRASE)
		return leaf_iter(r, need->leaf);
	child = arena_alloc(r->arena, n * sizeof(*child));
	for (i = 0; child && i < n; i++) {
		child[i] = need_iter(r, need->child[i]);
		if (!child[i])
			return NULL;
	}
	if (!child)
		return NULL;
	return need->kind == NEED_ALL ? doc_iter_and(child, n, r->arena) :
					doc_iter_or(child, n, r->arena);
}

/* The documents that have all words of a leaf. */
static struct doc_iter *leaf_iter(struct segment_run *r, unsigned leaf)
{
	struct leaf_run *l = &r->leaves[leaf];
	struct doc_iter **child;
	size_t i, n = l->plan->npieces;

	if (l->plan->is_anywhere || l->is_common)
		return doc_iter_all(r->seg, r->arena);
	if (l->plan->need)
		return need_iter(r, l->plan->need);
	child = arena_alloc(r->arena, n * sizeof(*child));
	for (i = 0; child && i < n; i++) {
		child[i] = doc_iter_word(&l->words[i], r->arena);
		if (!child[i])
			return NULL;
	}
	return child ? doc_iter_and(child, n, r->arena) : NULL;
}

/* A node about the file alone, as a test of documents. */
struct node_test {
	struct doc_filter *filter;
	const struct match_node *node;
	bool negated;
};

static int passes_node(void *ctx, doc_id doc, bool *out)
{
	const struct node_test *t = ctx;
	int rc = doc_filter_test_node(t->filter, t->node, doc, out);

	*out ^= t->negated;
	return rc;
}

static int filter_iter(struct segment_run *r, const struct match_node *node,
		       bool negated, struct doc_iter **out)
{
	struct node_test *ctx = arena_alloc(r->arena, sizeof(*ctx));
	struct doc_test test = { .passes = passes_node, .ctx = ctx,
				 .to = r->seg->ndocs };
	int rc = SCOUT_OK;

	if (!ctx)
		return SCOUT_E_NOMEM;
	*ctx = (struct node_test){ &r->filter, node, negated };
	if (!negated)
		rc = doc_filter_range(&r->filter, node, &test.from, &test.to);
	*out = doc_iter_test(&test, r->arena);
	return rc;
}

static int make_iter(struct segment_run *r, const struct match_node *node,
		     bool negated, struct doc_iter **out);

static int children_iter(struct segment_run *r, const struct match_node *node,
			 bool negated, struct doc_iter **out)
{
	struct doc_iter **child;
	size_t i;
	int rc = SCOUT_OK;

	child = arena_alloc(r->arena, node->nchild * sizeof(*child));
	if (!child)
		return SCOUT_E_NOMEM;
	for (i = 0; i < node->nchild && !rc; i++)
		rc = make_iter(r, node->child[i], negated, &child[i]);
	if (rc < 0)
		return rc;
	*out = (node->kind == AST_OR) != negated ?
		       doc_iter_or(child, node->nchild, r->arena) :
		       doc_iter_and(child, node->nchild, r->arena);
	return SCOUT_OK;
}

/*
 * The documents that may match a node, or its opposite: NOT goes down to the
 * operands, so that what it says of files narrows and what it says of words,
 * which may be in the file or not, is left to the verdict.
 */
static int make_iter(struct segment_run *r, const struct match_node *node,
		     bool negated, struct doc_iter **out)
{
	int rc = SCOUT_OK;

	if (node->kind == AST_NOT)
		rc = make_iter(r, node->child[0], !negated, out);
	else if (match_node_is_filter(node))
		rc = filter_iter(r, node, negated, out);
	else if (node->kind == AST_AND || node->kind == AST_OR)
		rc = children_iter(r, node, negated, out);
	else if (negated)
		*out = doc_iter_all(r->seg, r->arena);
	else if (node->kind == AST_NOT_NEAR)
		rc = make_iter(r, node->child[0], false, out);
	else if (match_node_is_near(node))
		rc = children_iter(r, node, false, out);
	else
		*out = leaf_iter(r, node->leaf);
	return rc < 0 ? rc : *out ? SCOUT_OK : SCOUT_E_NOMEM;
}

/* In how many documents a leaf is, at most. */
static doc_id leaf_ndocs(const struct leaf_run *l)
{
	doc_id least = DOC_NONE;
	size_t i;

	for (i = 0; !l->plan->is_anywhere && i < l->plan->npieces; i++)
		if (l->words[i].ndocs < least)
			least = l->words[i].ndocs;
	return least;
}

/* Whether what is needed is in so many documents that it tells too little. */
static bool is_common(const struct segment_run *r, const struct leaf_run *l)
{
	enum { PERCENT = 30 };

	return (uint64_t)leaf_ndocs(l) * 100 > (uint64_t)r->seg->ndocs * PERCENT;
}

static int open_by_line(struct segment_run *r)
{
	unsigned l, n = r->plan->tree->nleaves;
	doc_id *ndocs = arena_alloc(r->arena, n * sizeof(*ndocs));
	int rc;

	if (!ndocs)
		return SCOUT_E_NOMEM;
	for (l = 0; l < n; l++)
		ndocs[l] = leaf_ndocs(&r->leaves[l]);
	rc = line_lead_make(r->plan->tree, ndocs, r->arena, &r->lead);
	return rc < 0 ? rc : match_run_by_line(&r->match);
}

int segment_run_open(struct segment_run *r, struct segment_reader *seg,
		     const struct query_plan *plan,
		     const struct segment_run_options *options,
		     struct arena *arena, struct scout_err *err)
{
	struct match_source source = { .ctx = r, .leaf = index_leaf,
				       .near = index_near,
				       .filter = index_filter };
	unsigned l, nleaves = plan->nleaves;
	int rc = SCOUT_OK;

	memset(r, 0, sizeof(*r));
	r->seg = seg;
	r->plan = plan;
	r->arena = arena;
	r->wants_lines = options->wants_lines;
	r->trusts_flags = options->trusts_flags;
	r->dropped = options->dropped;
	r->doc = DOC_NONE;
	source.lines = (struct line_limits){ r, index_last_below };
	match_run_init(&r->match, plan->tree, &source);
	r->leaves = arena_calloc(arena, nleaves, sizeof(*r->leaves));
	if (!r->leaves)
		return scout_err_set(err, SCOUT_E_NOMEM, "opening a query");
	for (l = 0; l < nleaves && !rc; l++)
		rc = open_leaf(r, l, err);
	if (rc < 0)
		return rc;
	for (l = plan->tree->nleaves; l < nleaves; l++)
		r->leaves[l].is_common = is_common(r, &r->leaves[l]);
	rc = doc_filter_open(&r->filter, seg, plan->filters, plan->narrow,
			     arena);
	if (!rc && plan->by_line)
		rc = open_by_line(r);
	if (!rc)
		rc = make_iter(r, plan->tree->root, false, &r->iter);
	return rc < 0 ? scout_err_set(err, rc, "opening a query") : rc;
}

void segment_run_close(struct segment_run *r)
{
	unsigned l;
	size_t i;

	if (!r->seg)
		return;
	for (l = 0; r->leaves && l < r->plan->nleaves; l++) {
		struct leaf_run *leaf = &r->leaves[l];

		for (i = 0; leaf->words && i < leaf->plan->npieces; i++)
			word_cursor_close(&leaf->words[i]);
		scout_free(leaf->joined);
	}
	match_run_release(&r->match);
	line_lead_release(&r->lead);
	doc_filter_close(&r->filter);
	r->seg = NULL;
}

/* --- Going through ------------------------------------------------------- */

/* The least of the iterator's and the unreliable documents from `from` on. */
static int next_proposed(struct segment_run *r, doc_id from, doc_id *out)
{
	int rc = r->doc == DOC_NONE ? doc_iter_start(r->iter) :
				      doc_iter_seek(r->iter, from);

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
			(term_pos)(r->lines.first_word + r->lines.nwords) };
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
	if (rc == SCOUT_E_LIMIT) {	/* whoever reads the text says so */
		*out = VERDICT_MAYBE;
		return SCOUT_OK;
	}
	return rc < 0 ? scout_err_set(err, rc, "reading document %u", r->doc) :
			rc;
}

int segment_run_hits(struct segment_run *r, bool *out_exact,
		     struct scout_err *err)
{
	int rc = r->plan->by_line ? collect_lines(r, out_exact) :
				    match_collect(&r->match, out_exact);

	if (rc == SCOUT_E_LIMIT) {
		*out_exact = false;
		return SCOUT_OK;
	}
	return rc < 0 ? scout_err_set(err, rc, "reading document %u", r->doc) :
			rc;
}

struct line_cursor *segment_run_lines(struct segment_run *r)
{
	return open_lines(r) < 0 ? NULL : &r->lines;
}

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
	enum { SEEK_COST = 12 };	/* one seek, in documents filled in */
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
