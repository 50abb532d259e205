#include "query/plan/expand.h"

#include "base/pool.h"
#include "index_format/term_blocks.h"
#include "index_format/term_search.h"
#include "index_format/term_walk.h"

#include <stdatomic.h>

/* An expansion under way, or what a thread does of it. */
struct expander {
	struct segment_reader *seg;
	const struct term_match *match;
	struct term_scratch scratch;
	struct memsearch needle;
	struct dict_group group;	/* at hand */
	uint64_t *sure;		/* documents that have the word */
	uint64_t *unsure;	/* those that may; NULL: none yet */
	uint32_t nterms;
	uint64_t noccurrences;
	bool counts;		/* all terms that match */
	doc_id most_docs;	/* more are as good as all; 0: they are not */
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

static uint64_t *new_set(doc_id ndocs)
{
	return scout_calloc(MEM_QUERY, set_words(ndocs) + 1, sizeof(uint64_t));
}

/* A set of their documents: those of the terms with this verdict. */
static int set_for(struct expander *x, enum term_verdict verdict,
		   uint64_t **out)
{
	if (verdict == TERM_PERHAPS && !x->unsure)
		x->unsure = new_set(x->seg->ndocs);
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
	uint64_t *set;
	int rc;

	x->nterms++;
	x->noccurrences += info->cf;
	if (x->keeps_positions && x->noccurrences > EXPAND_MAX_POSITIONS)
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
	bool any = false;
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

/* Whether there is nothing left to find out. */
static bool knows_all(const struct expander *x)
{
	doc_id n = x->seg->ndocs;

	return !x->counts && !x->keeps_positions &&
	       (!n || set_has_all(x->sure, 0, n - 1) ||
		(x->most_docs && set_count(x->sure, n) > x->most_docs));
}

/* Blocks that several expanders take stretches of. */
struct shared_blocks {
	const struct term_blocks *blocks;
	size_t n;
	atomic_size_t next;
	struct expander *first;		/* worker 0 */
	struct expander_copy *others;
	unsigned nothers;
};

/* The work of another thread. */
struct expander_copy {
	struct segment_copy segment;
	struct expander x;
};

static int work(struct expander *x, struct shared_blocks *s)
{
	size_t from;
	int rc = SCOUT_OK;

	while (!rc && !knows_all(x)) {
		from = atomic_fetch_add_explicit(&s->next, STRETCH_BLOCKS,
						 memory_order_relaxed);
		if (from >= s->n)
			break;
		rc = look_at_stretch(x, s->blocks, from,
				     s->n - from < STRETCH_BLOCKS ?
					     s->n : from + STRETCH_BLOCKS);
	}
	return rc;
}

static int run_worker(void *ctx, unsigned worker, struct scout_err *err)
{
	struct shared_blocks *s = ctx;
	struct expander *x = worker ? &s->others[worker - 1].x : s->first;
	int rc = work(x, s);

	return rc < 0 ? scout_err_set(err, rc, "expanding a word") : SCOUT_OK;
}

/* Takes over what another thread has found. */
static int join_copy(struct expander *x, struct expander_copy *copy)
{
	size_t i, n = set_words(x->seg->ndocs);
	uint64_t *set;
	int rc = SCOUT_OK;

	for (i = 0; i < n; i++)
		x->sure[i] |= copy->x.sure[i];
	if (copy->x.unsure)
		rc = set_for(x, TERM_PERHAPS, &set);
	for (i = 0; copy->x.unsure && i < n && !rc; i++)
		set[i] |= copy->x.unsure[i];
	x->nterms += copy->x.nterms;
	x->noccurrences += copy->x.noccurrences;
	x->seg->snapshot->bytes_touched += copy->segment.snapshot.bytes_touched;
	return rc;
}

static int init_copy(struct expander_copy *copy, const struct expander *x)
{
	segment_copy_init(&copy->segment, x->seg);
	copy->x = (struct expander){ .seg = &copy->segment.reader,
				     .match = x->match, .needle = x->needle,
				     .counts = x->counts,
				     .most_docs = x->most_docs };
	term_scratch_init(&copy->x.scratch);
	copy->x.sure = new_set(x->seg->ndocs);
	return copy->x.sure ? SCOUT_OK : SCOUT_E_NOMEM;
}

static void release(struct expander *x)
{
	term_hits_release(&x->hits);
	term_scratch_release(&x->scratch);
	scout_free(x->sure);
	scout_free(x->unsure);
}

static int work_together(struct expander *x, struct shared_blocks *s,
			 struct scout_err *err)
{
	unsigned i, n = s->nothers;
	int rc = SCOUT_OK;

	s->others = scout_calloc(MEM_QUERY, n, sizeof(*s->others));
	if (!s->others)
		return SCOUT_E_NOMEM;
	for (i = 0; i < n && !rc; i++)
		rc = init_copy(&s->others[i], x);
	if (!rc)
		rc = scout_parallel(n + 1, run_worker, s, err);
	for (i = 0; i < n && !rc; i++)
		rc = join_copy(x, &s->others[i]);
	for (i = 0; i < n; i++)
		release(&s->others[i].x);
	scout_free(s->others);
	return rc;
}

/*
 * Looks at all blocks.  While positions are kept this is the work of one thread;
 * more of them are not worth their start if there is little to do.
 */
static int look_at_blocks(struct expander *x, const struct term_blocks *blocks,
			  const struct expand_options *options,
			  struct scout_err *err)
{
	struct shared_blocks s = { .blocks = blocks, .first = x,
				   .n = term_blocks_count(blocks) };
	size_t from, most;
	int rc = SCOUT_OK;

	for (from = 0; from < s.n && x->keeps_positions && !rc;
	     from += STRETCH_BLOCKS)
		rc = look_at_stretch(x, blocks, from,
				     s.n - from < STRETCH_BLOCKS ?
					     s.n : from + STRETCH_BLOCKS);
	if (rc < 0 || from >= s.n)
		return rc;
	atomic_init(&s.next, from);
	most = (s.n - from) / (options->blocks_per_thread ?
				       options->blocks_per_thread :
				       EXPAND_BLOCKS_PER_THREAD);
	s.nothers = (unsigned)(options->nthreads < most ? options->nthreads :
							  most);
	if (s.nothers < 2 || segment_share(x->seg) < 0)
		return work(x, &s);
	s.nothers--;
	return work_together(x, &s, err);
}

static int add_by_blocks(struct expander *x,
			 const struct expand_options *options,
			 uint32_t *out_nblocks, struct scout_err *err)
{
	struct term_blocks blocks;
	int rc;

	if (x->match->filter.needle.len)
		memsearch_init(&x->needle, x->match->filter.needle, false);
	term_blocks_init(&blocks);
	rc = find_blocks(x, &blocks, err);
	*out_nblocks = (uint32_t)term_blocks_count(&blocks);
	if (!rc)
		rc = look_at_blocks(x, &blocks, options, err);
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
static int add_by_leaps(struct expander *x, uint32_t *out_nblocks,
			struct scout_err *err)
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
	*out_nblocks = w.nblocks;
	term_walk_close(&w);
	return rc < 0 ? rc : SCOUT_OK;
}

/* --- All of it ----------------------------------------------------------- */

static int keep_set(struct arena *arena, const uint64_t *set, doc_id ndocs,
		    uint64_t **out)
{
	size_t bytes = set_words(ndocs) * sizeof(*set);

	*out = arena_alloc(arena, bytes);
	if (!*out)
		return SCOUT_E_NOMEM;
	memcpy(*out, set, bytes);
	return SCOUT_OK;
}

/* Makes one set of both; where the documents alone are told, what is sure of them
 * is not unsure as well. */
static int join_sets(struct expander *x, struct arena *arena,
		     struct expansion *out)
{
	size_t i, n = set_words(x->seg->ndocs);
	uint64_t left = 0;
	int rc = keep_set(arena, x->sure, x->seg->ndocs, &out->set);

	if (rc < 0)
		return rc;
	for (i = 0; x->unsure && i < n; i++) {
		out->set[i] |= x->unsure[i];
		if (!x->keeps_positions)
			x->unsure[i] &= ~x->sure[i];
		left |= x->unsure[i];
	}
	if (left)
		rc = keep_set(arena, x->unsure, x->seg->ndocs, &out->unsure);
	out->ndocs = set_count(out->set, x->seg->ndocs);
	out->nterms = x->nterms;
	out->noccurrences = x->noccurrences;
	return rc;
}

static int make_lists(struct expander *x, struct arena *arena,
		      struct expansion *out)
{
	/* frequencies may not sum up to more than the dictionary promised */
	if (x->hits.npositions > x->noccurrences)
		return SCOUT_E_CORRUPT;
	out->has_positions = true;
	return term_hits_finish(&x->hits, arena, &out->lists);
}

int expand_terms(struct segment_reader *seg, const struct term_match *match,
		 const struct expand_options *options, struct arena *arena,
		 struct expansion *out, struct scout_err *err)
{
	struct expander x = { .seg = seg, .match = match,
			      .counts = options->counts,
			      .most_docs = options->most_docs,
			      .keeps_positions = options->positions };
	int rc;

	memset(out, 0, sizeof(*out));
	term_scratch_init(&x.scratch);
	term_hits_init(&x.hits, seg);
	x.sure = new_set(seg->ndocs);
	rc = !x.sure	  ? SCOUT_E_NOMEM :
	     match->leaps ? add_by_leaps(&x, &out->nblocks, err) :
			    add_by_blocks(&x, options, &out->nblocks, err);
	if (!rc)
		rc = join_sets(&x, arena, out);
	if (!rc && x.keeps_positions)
		rc = make_lists(&x, arena, out);
	release(&x);
	return rc < 0 ? scout_err_set(err, rc, "expanding a word") : rc;
}
