#include "query/plan/expand.h"

#include "index_format/term_walk.h"

/* An expansion under way. */
struct expander {
	struct segment_reader *seg;
	const struct term_match *match;
	struct arena *arena;
	struct expansion *out;
	struct term_scratch scratch;
	/* what was found, while it is few: document << 32 | position */
	bool keeps_pairs;
	const uint8_t *last_list;	/* documents added last */
	uint64_t *pairs;
	size_t npairs, pairs_cap;
};

/* --- Sets of documents --------------------------------------------------- */

doc_id set_next(const uint64_t *set, doc_id n, doc_id from)
{
	size_t w = from / 64, nwords = set_words(n);
	uint64_t bits;

	if (from >= n)
		return DOC_NONE;
	bits = set[w] & (UINT64_MAX << (from & 63));
	while (!bits) {
		if (++w == nwords)
			return DOC_NONE;
		bits = set[w];
	}
	return (doc_id)(w * 64 + (unsigned)__builtin_ctzll(bits));
}

/* A whole decoded block at a time: the cursor's next step is then that to the
 * next block. */
int set_add_postings(uint64_t *set, struct posting_cursor *c)
{
	uint32_t i;
	int rc;

	while ((rc = posting_next(c)) == SCOUT_OK) {
		size_t w = c->docs[c->index] / 64;
		uint64_t bits = 0;

		for (i = c->index; i < c->in_block; i++) {
			doc_id doc = c->docs[i];

			if (doc / 64 != w) {
				set[w] |= bits;
				w = doc / 64;
				bits = 0;
			}
			bits |= (uint64_t)1 << (doc & 63);
		}
		set[w] |= bits;
		c->index = c->in_block - 1;
	}
	return rc < 0 ? rc : SCOUT_OK;
}

/* --- What they hold ------------------------------------------------------ */

static int put_pairs(struct expander *x, doc_id doc, const term_pos *pos,
		     uint32_t n)
{
	uint64_t *grown;
	size_t cap = x->pairs_cap ? x->pairs_cap : 1024;
	uint32_t i;

	while (cap - x->npairs < n)
		cap *= 2;
	if (cap != x->pairs_cap) {
		grown = scout_realloc(MEM_QUERY, x->pairs,
				      cap * sizeof(*grown));
		if (!grown)
			return SCOUT_E_NOMEM;
		x->pairs = grown;
		x->pairs_cap = cap;
	}
	for (i = 0; i < n; i++)
		x->pairs[x->npairs++] = (uint64_t)doc << 32 | pos[i];
	return SCOUT_OK;
}

/* Too many positions: from here on documents only. */
static void forget_positions(struct expander *x)
{
	scout_free(x->pairs);
	x->pairs = NULL;
	x->npairs = x->pairs_cap = 0;
	x->keeps_pairs = false;
}

static int add_posting(struct expander *x, struct posting_cursor *c)
{
	const term_pos *pos;
	uint32_t n;
	int rc;

	x->out->set[c->doc / 64] |= (uint64_t)1 << (c->doc & 63);
	if (!x->keeps_pairs)
		return SCOUT_OK;
	rc = posting_positions(c, &pos, &n);
	return rc < 0 ? rc : put_pairs(x, c->doc, pos, n);
}

static int add_positions(struct expander *x, struct posting_cursor *c)
{
	int rc;

	while ((rc = posting_next(c)) == SCOUT_OK) {
		rc = add_posting(x, c);
		if (rc < 0)
			return rc;
	}
	return rc < 0 ? rc : SCOUT_OK;
}

/* The same where a document has overlong words, of which this term may be the
 * beginning of one; what matches there is in the text. */
static int add_where_cut(struct expander *x, struct posting_cursor *c)
{
	struct doc_info doc;
	int rc;

	while ((rc = posting_next(c)) == SCOUT_OK) {
		rc = segment_doc(x->seg, c->doc, NULL, &doc, NULL);
		if (!rc && doc.flags & DOC_OVERLONG)
			rc = add_posting(x, c);
		if (rc < 0)
			return rc;
	}
	return rc < 0 ? rc : SCOUT_OK;
}

/* Notes that the text decides about the documents of a term. */
static int add_unsure(struct expander *x, const struct term_info *info)
{
	struct expansion *out = x->out;
	struct posting_cursor c;
	int rc;

	if (!out->unsure)
		out->unsure = arena_calloc(x->arena, set_words(x->seg->ndocs),
					   sizeof(*out->unsure));
	if (!out->unsure)
		return SCOUT_E_NOMEM;
	rc = posting_cursor_init(&c, x->seg, info);
	if (!rc)
		rc = set_add_postings(out->unsure, &c);
	posting_cursor_release(&c);
	return rc;
}

static int add_postings(struct expander *x, struct posting_cursor *c,
			enum term_verdict verdict)
{
	if (verdict == TERM_NO)
		return add_where_cut(x, c);
	return x->keeps_pairs ? add_positions(x, c) :
				set_add_postings(x->out->set, c);
}

/* Whether the documents of a list in the dictionary are those that were added
 * last: neighbours in it are often in the same files. */
static bool is_known(struct expander *x, const struct term_info *info,
		     enum term_verdict verdict)
{
	const uint8_t *list = info->inline_bytes.ptr;

	if (verdict != TERM_YES || x->keeps_pairs ||
	    (info->kind != POSTING_INLINE && info->kind != POSTING_REPEAT))
		return false;
	if (list == x->last_list)
		return true;
	x->last_list = list;
	return false;
}

static int add_term(struct expander *x, const struct term_info *info,
		    enum term_verdict verdict)
{
	struct posting_cursor c;
	int rc;

	x->out->nterms++;
	x->out->noccurrences += info->cf;
	if (x->keeps_pairs && x->out->noccurrences > EXPAND_MAX_POSITIONS)
		forget_positions(x);
	if (is_known(x, info, verdict))
		return SCOUT_OK;
	rc = posting_cursor_init(&c, x->seg, info);
	if (!rc)
		rc = add_postings(x, &c, verdict);
	posting_cursor_release(&c);
	if (!rc && verdict == TERM_PERHAPS)
		rc = add_unsure(x, info);
	return rc;
}

/* One that was cut might match with its rest. */
static bool is_wanted(enum term_verdict verdict, struct span term)
{
	return verdict != TERM_NO || term.len >= TERM_CUT_MIN_BYTES;
}

/* The verdict on the current term of a walk, and its info if it is wanted. */
static int test_walked(struct expander *x, struct term_walk *w,
		       struct term_info *out_info, enum term_verdict *out,
		       struct scout_err *err)
{
	const struct term_match *m = x->match;
	int rc = m->test(m, &x->scratch, w->term, 0, out);

	if (!rc && is_wanted(*out, w->term))
		rc = term_walk_info(w, out_info, err);
	if (!rc && *out == TERM_PERHAPS)
		rc = m->test(m, &x->scratch, w->term, out_info->surface, out);
	return rc;
}

/* Goes from term to term where test leads. */
static int add_by_leaps(struct expander *x, struct scout_err *err)
{
	struct buf *next = &x->scratch.next;
	enum term_verdict verdict;
	struct term_info info;
	struct term_walk w;
	int rc = term_walk_open(&w, x->seg, err);

	while (!rc && !(rc = term_walk_next(&w, err))) {
		buf_clear(next);
		rc = test_walked(x, &w, &info, &verdict, err);
		if (!rc && is_wanted(verdict, w.term))
			rc = add_term(x, &info, verdict);
		else if (!rc && next->len)
			rc = term_walk_leap(&w, buf_span(next), err);
	}
	x->out->nblocks = w.nblocks;
	term_walk_close(&w);
	return rc < 0 ? rc : SCOUT_OK;
}

static int open_terms(struct expander *x, struct term_iter *it,
		      struct scout_err *err)
{
	const struct term_match *m = x->match;

	if ((m->filter.nbits || m->filter.needle.len) && !m->start.len)
		return term_iter_open_filtered(it, x->seg, &m->filter, err);
	return term_iter_open(it, x->seg, m->start, err);
}

static int add_terms(struct expander *x, struct scout_err *err)
{
	const struct term_match *m = x->match;
	enum term_verdict verdict;
	struct term_iter it;
	int rc = open_terms(x, &it, err);

	while (!rc) {
		rc = term_iter_next(&it, err);
		if (rc || !span_has_prefix(it.term, m->start))
			break;
		rc = m->test(m, &x->scratch, it.term, it.info.surface,
			     &verdict);
		if (!rc && is_wanted(verdict, it.term))
			rc = add_term(x, &it.info, verdict);
	}
	x->out->nblocks = it.nblocks;
	term_iter_close(&it);
	return rc < 0 ? rc : SCOUT_OK;
}

/* --- Lists --------------------------------------------------------------- */

static int compare_positions(const void *a, const void *b)
{
	term_pos x = *(const term_pos *)a, y = *(const term_pos *)b;

	return (x > y) - (x < y);
}

/* Few are sorted by insertion: mostly they are in order already. */
static void sort_positions(term_pos *p, size_t n)
{
	size_t i, j;

	if (n > 64) {
		qsort(p, n, sizeof(*p), compare_positions);
		return;
	}
	for (i = 1; i < n; i++) {
		term_pos v = p[i];

		for (j = i; j && p[j - 1] > v; j--)
			p[j] = p[j - 1];
		p[j] = v;
	}
}

/* Index of each document in docs, for the counting sort. */
static uint32_t *rank_docs(struct expander *x)
{
	uint32_t *rank = scout_malloc(MEM_QUERY,
				      ((size_t)x->seg->ndocs + 1) *
					      sizeof(*rank));
	doc_id doc = set_next(x->out->set, x->seg->ndocs, 0);
	uint32_t i = 0;

	for (; rank && doc != DOC_NONE;
	     doc = set_next(x->out->set, x->seg->ndocs, doc + 1)) {
		x->out->docs[i] = doc;
		rank[doc] = i++;
	}
	return rank;
}

/* A counting sort by document; each one's positions are then sorted. */
static int make_lists(struct expander *x)
{
	struct expansion *out = x->out;
	size_t n = out->ndocs, i;
	uint32_t *rank;

	out->docs = arena_alloc(x->arena, n * sizeof(*out->docs));
	out->start = arena_calloc(x->arena, n + 2, sizeof(*out->start));
	out->positions = arena_alloc(x->arena,
				     x->npairs * sizeof(*out->positions));
	if (!out->docs || !out->start || !out->positions)
		return SCOUT_E_NOMEM;
	rank = rank_docs(x);
	if (!rank)
		return SCOUT_E_NOMEM;
	/* start[r + 2] counts, then start[r + 1] is where r's next one goes */
	for (i = 0; i < x->npairs; i++)
		out->start[rank[x->pairs[i] >> 32] + 2]++;
	for (i = 2; i <= n; i++)
		out->start[i] += out->start[i - 1];
	for (i = 0; i < x->npairs; i++)
		out->positions[out->start[rank[x->pairs[i] >> 32] + 1]++] =
			(term_pos)x->pairs[i];
	for (i = 0; i < n; i++)
		sort_positions(out->positions + out->start[i],
			       out->start[i + 1] - out->start[i]);
	scout_free(rank);
	out->has_positions = true;
	return SCOUT_OK;
}

doc_id set_count(const uint64_t *set, doc_id n)
{
	size_t i;
	doc_id count = 0;

	for (i = 0; i < set_words(n); i++)
		count += (doc_id)__builtin_popcountll(set[i]);
	return count;
}

int expand_terms(struct segment_reader *seg, const struct term_match *match,
		 bool want_positions, struct arena *arena,
		 struct expansion *out, struct scout_err *err)
{
	struct expander x = { .seg = seg, .match = match, .arena = arena,
			      .out = out, .keeps_pairs = want_positions };
	int rc;

	memset(out, 0, sizeof(*out));
	term_scratch_init(&x.scratch);
	out->set = arena_calloc(arena, set_words(seg->ndocs),
				sizeof(*out->set));
	rc = !out->set	  ? SCOUT_E_NOMEM :
	     match->leaps ? add_by_leaps(&x, err) :
			    add_terms(&x, err);
	if (!rc) {
		out->ndocs = set_count(out->set, seg->ndocs);
		if (x.keeps_pairs)
			rc = make_lists(&x);
	}
	scout_free(x.pairs);
	term_scratch_release(&x.scratch);
	return rc < 0 ? scout_err_set(err, rc, "expanding a word") : rc;
}
