/* Expansions, in all the ways that they go: beside all terms asked one by one
 * and their postings read one by one. */
#include "small_index.h"

#include "base/mem.h"
#include "index_format/fold.h"
#include "index_format/postings.h"
#include "query/language/parser.h"
#include "query/plan/expand.h"

enum {
	TERMS = 16000,	/* several stretches of blocks */
	DOCS = 600,
	SET_WORDS = (DOCS + 63) / 64,
	OPERANDS = 60,
	TERM_LEN = 24,
};

struct world {
	struct small_index ix;
	char terms[TERMS][TERM_LEN];
	size_t nterms;
	struct term_info infos[TERMS];	/* with the lists of the store */
};

static struct segment_reader *segment(struct world *w)
{
	return &w->ix.segments[0];
}

static const char *const syllables[] = {
	"a", "b", "e", "ab", "ba", "er", "lock", "foo", "x", "i", "s", "_",
	"__", "0", "1", "20", "xx", "qu", "\xc3\xa9", "e\xcc\x81", "\xce\xb1",
};

static void make_term(char out[TERM_LEN], struct rng *r)
{
	struct buf folded = BUF_INIT(MEM_OTHER);
	size_t i, n = 1 + rng_below(r, 6), len = 0;
	char raw[64];

	for (i = 0; i < n; i++)
		len += (size_t)snprintf(raw + len, sizeof(raw) - len, "%s",
			syllables[rng_below(r, rng_below(r, 4) ?
						       18 : ARRAY_LEN(syllables))]);
	assert_int_equal(fold_whole(span_of(raw, len), FOLD_CASE, &folded),
			 SCOUT_OK);
	len = folded.len < TERM_LEN - 1 ? folded.len : TERM_LEN - 1;
	while (len && len < folded.len && (folded.ptr[len] & 0xc0) == 0x80)
		len--;
	memset(out, 0, TERM_LEN);
	memcpy(out, folded.ptr, len);
	buf_release(&folded);
}

static int compare_terms(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void make_terms(struct world *w, struct rng *r)
{
	size_t i, n = 0;

	for (i = 0; i < TERMS; i++)
		make_term(w->terms[i], r);
	qsort(w->terms, TERMS, TERM_LEN, compare_terms);
	for (i = 0; i < TERMS; i++)
		if (w->terms[i][0] && (!n || strcmp(w->terms[n - 1], w->terms[i])))
			memmove(w->terms[n++], w->terms[i], TERM_LEN);
	w->nterms = n;
}

/* Few have many documents.  The last ones have hardly a word. */
static void add_term(struct world *w, size_t t, struct posting_encoder *e,
		     struct rng *r)
{
	uint32_t nearly_all = DOCS - rng_below(r, 40), doc;
	uint32_t gap = rng_below(r, 40) ? 500 : 2, i;
	bool is_ascii = span_is_ascii(span_str(w->terms[t]));

	posting_encoder_begin(e, is_ascii ? (uint8_t)(1 + rng_below(r, 15)) :
					    SURFACE_OTHER);
	for (doc = rng_below(r, gap) % nearly_all; doc < nearly_all;
	     doc += 1 + rng_below(r, gap)) {
		posting_encoder_doc(e, doc);
		for (i = rng_below(r, 3); i < 3; i++)
			posting_encoder_position(e, (term_pos)(t + i * 20000));
	}
	small_index_add(&w->ix, span_str(w->terms[t]), e);
}

static int setup(void **state)
{
	struct world *w = scout_calloc(MEM_OTHER, 1, sizeof(*w));
	struct posting_encoder *e = scout_malloc(MEM_OTHER, sizeof(*e));
	struct term_iter it;
	struct rng r;
	size_t t;

	rng_init(&r, 311);
	make_terms(w, &r);
	small_index_begin(&w->ix);
	posting_encoder_init(e, MEM_OTHER);
	for (t = 0; t < w->nterms; t++)
		add_term(w, t, e, &r);
	posting_encoder_release(e);
	scout_free(e);
	small_index_open(&w->ix);
	segment(w)->ndocs = DOCS;
	segment(w)->nwords = UINT64_MAX;
	assert_int_equal(term_iter_open(&it, segment(w), span_str(""), NULL),
			 SCOUT_OK);
	for (t = 0; !term_iter_next(&it, NULL); t++)
		w->infos[t] = it.info;
	assert_int_equal(t, w->nterms);
	term_iter_close(&it);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	small_index_close(&w->ix);
	scout_free(w);
	return 0;
}

/* --- The plain way ------------------------------------------------------- */

struct plain {
	uint64_t sure[SET_WORDS], perhaps[SET_WORDS];
	struct buf pairs;	/* uint64_t: document, position */
	uint32_t nterms;
	uint64_t noccurrences;
};

static int compare_pairs(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void add_plain(struct world *w, const struct term_info *info,
		      enum term_verdict verdict, struct plain *out)
{
	struct posting_cursor c;
	const term_pos *pos;
	uint64_t pair;
	uint32_t n, i;

	out->nterms++;
	out->noccurrences += info->cf;
	assert_int_equal(posting_cursor_init(&c, segment(w), info), SCOUT_OK);
	while (!posting_next(&c)) {
		set_add(verdict == TERM_YES ? out->sure : out->perhaps, c.doc);
		assert_int_equal(posting_positions(&c, &pos, &n), SCOUT_OK);
		for (i = 0; i < n; i++) {
			pair = (uint64_t)c.doc << 32 | pos[i];
			buf_put(&out->pairs, &pair, sizeof(pair));
		}
	}
	posting_cursor_release(&c);
}

static void expand_plainly(struct world *w, const struct term_match *m,
			   struct plain *out)
{
	enum term_verdict verdict;
	struct term_scratch s;
	struct span term;
	size_t t;

	memset(out, 0, sizeof(*out));
	buf_init(&out->pairs, MEM_OTHER);
	term_scratch_init(&s);
	for (t = 0; t < w->nterms; t++) {
		term = span_str(w->terms[t]);
		if (!span_has_prefix(term, m->start) ||
		    (!(m->filter.of_ascii && !span_is_ascii(term)) &&
		     m->filter.needle.len &&
		     !memmem(term.ptr, term.len, m->filter.needle.ptr,
			     m->filter.needle.len)))
			continue;
		buf_clear(&s.next);
		assert_int_equal(m->test(m, &s, term, w->infos[t].surface,
					 &verdict), SCOUT_OK);
		if (verdict != TERM_NO)
			add_plain(w, &w->infos[t], verdict, out);
	}
	term_scratch_release(&s);
	qsort(out->pairs.ptr, out->pairs.len / 8, 8, compare_pairs);
}

/* --- Beside it ----------------------------------------------------------- */

static void check_positions(const struct expansion *x, const struct plain *p)
{
	const uint64_t *pair = (const uint64_t *)(const void *)p->pairs.ptr;
	const struct position_lists *l = &x->lists;
	size_t n = 0;
	uint32_t i;
	doc_id d;

	assert_int_equal(l->ndocs, x->ndocs);
	for (d = 0; d < l->ndocs; d++)
		for (i = l->start[d]; i < l->start[d + 1]; i++)
			assert_true(pair[n++] ==
				    ((uint64_t)l->docs[d] << 32 |
				     l->positions[i]));
	assert_int_equal(n, p->pairs.len / 8);
}

/* If there are more documents than were wanted, that is known, and some. */
static bool are_enough(const struct expansion *x, const struct plain *p,
		       const struct expand_options *options)
{
	doc_id n = 0;
	unsigned i;

	for (i = 0; i < SET_WORDS; i++)
		n += (doc_id)__builtin_popcountll(p->sure[i] | p->perhaps[i]);
	if (!options->most_docs || n <= options->most_docs)
		return false;
	for (i = 0; i < SET_WORDS; i++)
		assert_true(!(x->set[i] & ~(p->sure[i] | p->perhaps[i])));
	assert_true(x->ndocs > options->most_docs);
	return true;
}

static void check_expansion(const struct expansion *x, const struct plain *p,
			    const struct expand_options *options,
			    const char *query)
{
	uint64_t unsure;
	unsigned i;

	if (are_enough(x, p, options))
		return;
	for (i = 0; i < SET_WORDS; i++) {
		if (x->set[i] != (p->sure[i] | p->perhaps[i]))
			fail_msg("'%s': documents from %u", query, i * 64);
		unsure = options->positions ? p->perhaps[i] :
					      p->perhaps[i] & ~p->sure[i];
		assert_true((x->unsure ? x->unsure[i] : 0) == unsure);
	}
	assert_int_equal(x->ndocs, set_count(x->set, DOCS));
	assert_int_equal(x->has_positions, options->positions);
	if (options->positions)
		check_positions(x, p);
	if (options->positions || options->counts) {
		assert_int_equal(x->nterms, p->nterms);
		assert_true(x->noccurrences == p->noccurrences);
	}
}

static bool parse(const char *query, enum case_mode mode, struct arena *arena,
		  const struct ast **out)
{
	struct parse_options options = { .case_mode = mode };
	struct scout_err err = SCOUT_ERR_INIT;
	struct parsed_query parsed;

	if (query_parse(span_str(query), &options, arena, &parsed, &err) < 0)
		return false;
	*out = parsed.root;
	return parsed.root->npieces == 1 &&
	       (parsed.root->kind == AST_WORDS || parsed.root->kind == AST_FUZZY ||
		parsed.root->kind == AST_PART);
}

/* Leaps know the beginning of words better than the test of a term does, if case
 * counts: then there may be less than in the plain way (test_term_match). */
static void check_operand(struct world *w, const char *query,
			  enum case_mode mode)
{
	static const struct expand_options all[] = {
		{ 0 }, { .counts = true }, { .positions = true },
		{ .nthreads = 3, .blocks_per_thread = 1 },
		{ .counts = true, .nthreads = 2, .blocks_per_thread = 1 },
		{ .most_docs = DOCS - 3 }, { .most_docs = DOCS - 8 },
		{ .most_docs = DOCS - 3, .nthreads = 3, .blocks_per_thread = 1 },
	};
	struct scout_err err = SCOUT_ERR_INIT;
	struct expansion x;
	struct term_match m;
	const struct ast *leaf;
	struct arena arena;
	struct plain p;
	size_t i;

	arena_init(&arena, MEM_OTHER);
	if (parse(query, mode, &arena, &leaf)) {
		assert_int_equal(term_match_make(leaf, &leaf->pieces[0], &arena,
						 &m), SCOUT_OK);
		expand_plainly(w, &m, &p);
		for (i = 0; i < ARRAY_LEN(all) && !(m.leaps && leaf->sensitive);
		     i++) {
			assert_int_equal(expand_terms(segment(w), &m, &all[i],
						      &arena, &x, &err),
					 SCOUT_OK);
			check_expansion(&x, &p, &all[i], query);
		}
		buf_release(&p.pairs);
	}
	arena_release(&arena);
}

static void test_operands(void **state)
{
	static const char *const fixed[] = {
		"*a*", "*e*", "*_*", "*x", "*er*", "*lock*", "a*", "e*", "*a?b*",
		"*a*a*", "?*", "part:e", "part:lock", "foo~", "lock~2", "ab~3",
		"accents:no e*", "accents:no *e*", "*\xc3\xa9*", "*q?*0*",
	};
	static const char *const frames[] = {
		"*%s*", "%s*", "*%s", "*%s?*", "part:%s", "%slock~", "a*%s",
		"accents:no *%s*", "accents:no part:%s",
	};
	struct world *w = *state;
	char query[64];
	struct rng r;
	size_t i;

	rng_init(&r, 312);
	for (i = 0; i < ARRAY_LEN(fixed); i++) {
		check_operand(w, fixed[i], CASE_DEFAULT);
		check_operand(w, fixed[i], CASE_SENSITIVE);
	}
	for (i = 0; i < OPERANDS; i++) {
		snprintf(query, sizeof(query),
			 frames[rng_below(&r, ARRAY_LEN(frames))],
			 syllables[rng_below(&r, ARRAY_LEN(syllables))]);
		check_operand(w, query, rng_below(&r, 3) ? CASE_DEFAULT :
							   CASE_SENSITIVE);
	}
}

/* --- The limit ----------------------------------------------------------- */

/* A term that is there n times, in all documents about as often. */
static void add_many(struct small_index *ix, const char *term, uint32_t n,
		     struct posting_encoder *e)
{
	uint32_t i, doc = DOC_NONE;

	posting_encoder_begin(e, SURFACE_LOWER);
	for (i = 0; i < n; i++) {
		if (i / (EXPAND_MAX_POSITIONS / DOCS + 1) != doc)
			posting_encoder_doc(e, ++doc);
		posting_encoder_position(e, i);
	}
	small_index_add(ix, span_str(term), e);
}

static void expand_word(struct segment_reader *seg, const char *query,
			struct arena *arena, struct expansion *out)
{
	struct expand_options options = { .positions = true };
	const struct ast *leaf;
	struct term_match m;

	assert_true(parse(query, CASE_DEFAULT, arena, &leaf));
	assert_int_equal(term_match_make(leaf, &leaf->pieces[0], arena, &m),
			 SCOUT_OK);
	assert_int_equal(expand_terms(seg, &m, &options, arena, out, NULL),
			 SCOUT_OK);
}

/* Just so many positions are kept, and no more memory is taken for them than
 * they need; with one more there are documents alone. */
static void test_limit(void **state)
{
	struct posting_encoder *e = scout_malloc(MEM_OTHER, sizeof(*e));
	struct small_index ix;
	struct arena arena;
	struct expansion x;
	size_t peak;

	(void)state;
	small_index_begin(&ix);
	posting_encoder_init(e, MEM_OTHER);
	add_many(&ix, "fill", EXPAND_MAX_POSITIONS - 1, e);
	add_many(&ix, "full", 1, e);
	add_many(&ix, "fully", 1, e);
	posting_encoder_release(e);
	scout_free(e);
	small_index_open(&ix);
	ix.segments[0].ndocs = DOCS;
	ix.segments[0].nwords = UINT64_MAX;
	arena_init(&arena, MEM_QUERY);

	peak = scout_mem_peak(MEM_QUERY);
	assert_true(peak < EXPAND_MAX_POSITIONS * sizeof(term_pos));
	expand_word(&ix.segments[0], "f?ll", &arena, &x);
	assert_true(x.has_positions);
	assert_int_equal(x.lists.start[DOCS], EXPAND_MAX_POSITIONS);
	peak = scout_mem_peak(MEM_QUERY);
	assert_true(peak < EXPAND_MAX_POSITIONS * (sizeof(term_pos) + 1));

	expand_word(&ix.segments[0], "f*", &arena, &x);
	assert_false(x.has_positions);
	assert_int_equal(x.ndocs, DOCS);
	arena_release(&arena);
	small_index_close(&ix);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_operands),
		cmocka_unit_test(test_limit),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
