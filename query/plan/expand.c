#include "query/plan/expand.h"

#include "index_format/term_blocks.h"
#include "index_format/term_search.h"
#include "index_format/term_walk.h"

/* An expansion under way. */
struct expander {
	struct segment_reader *seg;
	const struct term_match *match;
	struct arena *arena;
	struct expansion *out;
	struct term_scratch scratch;
	struct memsearch needle;
	struct dict_group group;	/* at hand */
	uint64_t *sure;		/* documents that have the word */
	uint64_t *unsure;	/* those that may; NULL: none */
	bool counts;		/* all terms that match */
	bool keeps_positions;	/* they are few yet */
	struct term_hits hits;	/* with keeps_positions */
	/* documents alone: what is looked at first */
	bool lists_first;
};

/* --- Terms that are known to match --------------------------------------- */

/* Too many positions: from here on documents only. */
static void forget_positions(struct expander *x)
{
	term_hits_release(&x->hits);
	x->keeps_positions = false;
}

/* A set of their documents: those of the terms with this verdict. */
static int set_for(struct expander *x, enum term_verdict verdict,
		   uint64_t **out)
{
	if (verdict == TERM_PERHAPS && !x->unsure)
		x->unsure = arena_calloc(x->arena, set_words(x->seg->ndocs),
					 sizeof(*x->unsure));
	*out = verdict == TERM_PERHAPS ? x->unsure : x->sure;
	return *out ? SCOUT_OK : SCOUT_E_NOMEM;
}

/* Of a term that was cut, and would match with some rest, the documents that have
 * overlong words; what matches there is in the text. */
static int add_where_cut(struct expander *x, const struct term_info *info)
{
	struct posting_cursor c;
	bool is_overlong;
	int rc = posting_cursor_init(&c, x->seg, info);

	while (!rc && !(rc = posting_next(&c))) {
		rc = doc_has_overlong(x->seg, c.doc, &is_overlong);
		if (!rc && is_overlong)
			set_add(x->sure, c.doc);
	}
	posting_cursor_release(&c);
	return rc < 0 ? rc : SCOUT_OK;
}

/* Adds a term by its info. */
static int add_term(struct expander *x, const struct term_place *place,
		    const struct term_info *info, enum term_verdict verdict)
{
	struct expansion *out = x->out;
	uint64_t *set;
	int rc;

	out->nterms++;
	out->noccurrences += info->cf;
	if (x->keeps_positions && out->noccurrences > EXPAND_MAX_POSITIONS)
		forget_positions(x);
	if (x->keeps_positions) {
		rc = term_hits_add(&x->hits, place, info,
				   verdict == TERM_NO);
		if (rc < 0)
			return rc;
	}
	if (verdict == TERM_NO)
		return add_where_cut(x, info);
	rc = set_for(x, verdict, &set);
	return rc < 0 ? rc : set_add_postings(set, x->seg, info);
}

/* Terms of a group, by the bits of their numbers in it. */
struct verdicts {
	uint32_t yes, perhaps, cut;
};

/* Adds terms of a group one by one. */
static int add_each(struct expander *x, struct dict_block *b, unsigned group,
		    const struct verdicts *v)
{
	uint32_t bits = v->yes | v->perhaps | v->cut;
	struct term_place place;
	enum term_verdict verdict;
	unsigned i;
	int rc = SCOUT_OK;

	for (; bits && !rc; bits &= bits - 1) {
		i = (unsigned)__builtin_ctz(bits);
		verdict = v->yes >> i & 1     ? TERM_YES :
			  v->perhaps >> i & 1 ? TERM_PERHAPS :
						TERM_NO;
		place.block = dict_block_value(b);
		place.number = group * DICT_RESTART + i;
		rc = dict_block_read_info(b, place.number);
		if (!rc)
			rc = add_term(x, &place, &b->info, verdict);
	}
	return rc;
}

/* Adds their documents alone. */
static int add_group(struct expander *x, struct dict_block *b, unsigned group,
		     struct verdicts v)
{
	uint64_t *set;
	int rc = SCOUT_OK;

	if (x->counts || x->keeps_positions)
		return add_each(x, b, group, &v);
	if (v.yes)
		rc = set_add_group(x->sure, x->seg, b, group, v.yes);
	if (v.perhaps && !rc)
		rc = set_for(x, TERM_PERHAPS, &set);
	if (v.perhaps && !rc)
		rc = set_add_group(set, x->seg, b, group, v.perhaps);
	v.yes = v.perhaps = 0;
	return rc || !v.cut ? rc : add_each(x, b, group, &v);
}

/* --- Asking terms -------------------------------------------------------- */

/* One that was cut might match with its rest. */
static bool is_wanted(enum term_verdict verdict, struct span term)
{
	return verdict != TERM_NO || term.len >= TERM_CUT_MIN_BYTES;
}

/* The verdict on term i of the group at hand; its spelling is looked up only if
 * it counts. */
static int ask_term(struct expander *x, struct dict_block *b, unsigned group,
		    unsigned i, enum term_verdict *out)
{
	const struct term_match *m = x->match;
	struct span term = dict_group_term(&x->group, i);
	int rc = m->test(m, &x->scratch, term, 0, out);

	if (rc < 0 || *out != TERM_PERHAPS)
		return rc;
	rc = dict_block_read_info(b, group * DICT_RESTART + i);
	return rc < 0 ? rc : m->test(m, &x->scratch, term, b->info.surface,
				     out);
}

static int ask_terms(struct expander *x, struct dict_block *b, unsigned group,
		     uint32_t bits, struct verdicts *out)
{
	enum term_verdict verdict;
	unsigned i;
	int rc;

	for (; bits; bits &= bits - 1) {
		i = (unsigned)__builtin_ctz(bits);
		rc = ask_term(x, b, group, i, &verdict);
		if (rc < 0)
			return rc;
		out->yes |= (uint32_t)(verdict == TERM_YES) << i;
		out->perhaps |= (uint32_t)(verdict == TERM_PERHAPS) << i;
		if (verdict == TERM_NO &&
		    is_wanted(verdict, dict_group_term(&x->group, i)))
			out->cut |= (uint32_t)1 << i;
	}
	return SCOUT_OK;
}

/* The terms of the group at hand that have to be asked. */
static uint32_t find_candidates(const struct expander *x)
{
	const struct term_match *m = x->match;
	const struct dict_group *g = &x->group;
	uint32_t bits = 0;
	unsigned i;

	if (m->start.len) {
		for (i = 0; i < g->n; i++)
			if (span_has_prefix(dict_group_term(g, i), m->start))
				bits |= (uint32_t)1 << i;
		return bits;
	}
	if (!m->filter.needle.len)
		return ((uint32_t)1 << g->n) - 1;
	bits = term_search_find(&x->needle, g) | term_search_cut(g);
	return m->filter.of_ascii ? bits | term_search_not_ascii(g) : bits;
}

/* What was seen of groups, to choose what to look at first. */
struct group_costs {
	unsigned ngroups;
	unsigned matching;	/* have terms that match */
	unsigned lacking;	/* have documents that are not known */
};

/* Looks at the terms of a group whose bits are in among. */
static int look_at_terms(struct expander *x, struct dict_block *b,
			 unsigned group, uint32_t among, bool *out_any)
{
	struct verdicts v = { 0 };
	uint32_t bits;
	int rc = dict_block_unpack(b, group, &x->group);

	if (rc < 0)
		return rc;
	bits = find_candidates(x) & among;
	*out_any = bits != 0;
	if (!bits)
		return SCOUT_OK;
	if (x->match->needle_decides &&
	    span_is_ascii(span_of(x->group.text, x->group.start[x->group.n])) &&
	    !term_search_cut(&x->group))
		v.yes = bits;
	else
		rc = ask_terms(x, b, group, bits, &v);
	return rc || !(v.yes | v.perhaps | v.cut) ? rc :
						    add_group(x, b, group, v);
}

static int look_at_group(struct expander *x, struct dict_block *b,
			 unsigned group, struct group_costs *costs)
{
	uint32_t among = UINT32_MAX;
	bool any;
	int rc;

	if (x->lists_first || costs) {
		rc = set_lacks_group(x->sure, x->seg, b, group, &among);
		if (rc < 0)
			return rc;
		if (costs)
			costs->lacking += among != 0;
		else if (!among)
			return SCOUT_OK;
	}
	rc = look_at_terms(x, b, group, costs ? UINT32_MAX : among, &any);
	if (costs) {
		costs->ngroups++;
		costs->matching += !rc && any;
	}
	return rc;
}

/* Asks for a whole block at once: all of it will be read, and the processor
 * sees a sequence only after its first few lines. */
static void fetch_early(struct span block)
{
	enum { CACHE_LINE = 64 };
	size_t i;

	for (i = 0; i < block.len; i += CACHE_LINE)
		__builtin_prefetch(block.ptr + i);
}

static int look_at_block(struct expander *x, struct span bytes,
			 struct group_costs *costs)
{
	struct dict_block b;
	unsigned group;
	int rc;

	fetch_early(bytes);
	rc = dict_block_open(&b, bytes);
	for (group = 0; !rc && group < b.nrestarts; group++)
		rc = look_at_group(x, &b, group, costs);
	return rc;
}

/* --- Blocks -------------------------------------------------------------- */

enum { STRETCH_BLOCKS = 32 };

/* The blocks from `from` to before to.  The first of them shows whether it is
 * better to look at lists first, or at terms. */
static int look_at_stretch(struct expander *x, const struct term_blocks *blocks,
			   size_t from, size_t to)
{
	struct group_costs costs = { 0 };
	bool chooses = !x->counts && !x->keeps_positions &&
		       to - from == STRETCH_BLOCKS;
	size_t i;
	int rc = SCOUT_OK;

	x->lists_first = false;
	for (i = from; i < to && !rc; i++) {
		rc = look_at_block(x, term_blocks_get(blocks, i),
				   chooses && i == from ? &costs : NULL);
		if (chooses && i == from)
			x->lists_first = costs.lacking < costs.matching;
	}
	return rc;
}

static int find_blocks(struct expander *x, struct term_blocks *blocks,
		       struct scout_err *err)
{
	const struct term_match *m = x->match;

	return m->start.len ?
		       term_blocks_find_start(blocks, x->seg, m->start, err) :
		       term_blocks_find(blocks, x->seg, &m->filter, err);
}

static int add_by_blocks(struct expander *x, struct scout_err *err)
{
	struct term_blocks blocks;
	size_t i, n;
	int rc;

	if (x->match->filter.needle.len)
		memsearch_init(&x->needle, x->match->filter.needle, false);
	term_blocks_init(&blocks);
	rc = find_blocks(x, &blocks, err);
	n = term_blocks_count(&blocks);
	for (i = 0; i < n && !rc; i += STRETCH_BLOCKS)
		rc = look_at_stretch(x, &blocks, i,
				     n - i < STRETCH_BLOCKS ?
					     n : i + STRETCH_BLOCKS);
	x->out->nblocks = (uint32_t)n;
	term_blocks_release(&blocks);
	return rc;
}

/* --- Leaps --------------------------------------------------------------- */

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
	struct term_place place;
	struct term_info info;
	struct term_walk w;
	int rc = term_walk_open(&w, x->seg, err);

	while (!rc && !(rc = term_walk_next(&w, err))) {
		buf_clear(next);
		rc = test_walked(x, &w, &info, &verdict, err);
		if (!rc && is_wanted(verdict, w.term)) {
			place.block = dict_block_value(&w.block);
			place.number = term_walk_number(&w);
			rc = add_term(x, &place, &info, verdict);
		} else if (!rc && next->len) {
			rc = term_walk_leap(&w, buf_span(next), err);
		}
	}
	x->out->nblocks = w.nblocks;
	term_walk_close(&w);
	return rc < 0 ? rc : SCOUT_OK;
}

/* --- All of it ----------------------------------------------------------- */

/* Makes one set of both; where the documents alone are told, what is sure of them
 * is not unsure as well. */
static void join_sets(struct expander *x)
{
	size_t i, n = set_words(x->seg->ndocs);
	uint64_t sure, left = 0;

	for (i = 0; x->unsure && i < n; i++) {
		sure = x->sure[i];
		x->sure[i] |= x->unsure[i];
		if (!x->keeps_positions)
			x->unsure[i] &= ~sure;
		left |= x->unsure[i];
	}
	x->out->set = x->sure;
	x->out->unsure = left ? x->unsure : NULL;
	x->out->ndocs = set_count(x->sure, x->seg->ndocs);
}

static int make_lists(struct expander *x)
{
	struct expansion *out = x->out;

	/* frequencies may not sum up to more than the dictionary promised */
	if (x->hits.npositions > out->noccurrences)
		return SCOUT_E_CORRUPT;
	out->has_positions = true;
	return term_hits_finish(&x->hits, x->arena, &out->lists);
}

int expand_terms(struct segment_reader *seg, const struct term_match *match,
		 const struct expand_options *options, struct arena *arena,
		 struct expansion *out, struct scout_err *err)
{
	struct expander x = { .seg = seg, .match = match, .arena = arena,
			      .out = out, .counts = options->counts,
			      .keeps_positions = options->positions };
	int rc;

	memset(out, 0, sizeof(*out));
	term_scratch_init(&x.scratch);
	term_hits_init(&x.hits, seg);
	x.sure = arena_calloc(arena, set_words(seg->ndocs), sizeof(*x.sure));
	rc = !x.sure	  ? SCOUT_E_NOMEM :
	     match->leaps ? add_by_leaps(&x, err) :
			    add_by_blocks(&x, err);
	if (!rc) {
		join_sets(&x);
		if (x.keeps_positions)
			rc = make_lists(&x);
	}
	term_hits_release(&x.hits);
	term_scratch_release(&x.scratch);
	return rc < 0 ? scout_err_set(err, rc, "expanding a word") : rc;
}
