/* What terms are asked, and where: beside all words asked one by one as a text's
 * words are, of a vocabulary in which folding does all that it can. */
#include "small_index.h"

#include "base/mem.h"
#include "index_format/fold.h"
#include "index_format/postings.h"
#include "index_format/term_walk.h"
#include "query/language/parser.h"
#include "query/language/word_pattern.h"
#include "query/plan/expand.h"

enum { WORDS = 1500, OPERANDS = 600, WORD_MAX = 40 };

struct word {
	uint8_t bytes[WORD_MAX];
	uint8_t len;
	struct kept_word term;
};

struct world {
	struct small_index ix;
	struct word words[WORDS];	/* by term */
	size_t first[WORDS + 1];	/* of each term: its first word */
	uint8_t surface[WORDS];
	size_t nterms;
};

static const char *const syllables[] = {
	"foo", "bar", "Foo", "BAR", "http", "HTTP", "Lock", "s", "ss", "S",
	"a", "b", "aB", "E", "x", "i", "_", "__", "1", "20",
	"\xc3\x9f",		/* sharp s */
	"\xe1\xba\x9e",		/* and its capital */
	"\xc3\xa9", "e\xcc\x81", "\xcc\x81", "\xcc\xa3", "\xc3\x89",
	"\xc4\xb0",		/* I with dot */
	"\xce\xb1", "\xce\xb9", "\xcd\x85",	/* alpha, iota, iota below */
	"\xe1\xbe\xb3", "\xce\x91",
	"\xe2\x84\xaa",		/* the Kelvin sign is a K */
	"\xc7\xb0", "J\xcc\x8c", "H\xcc\xb1",	/* composed when small alone */
	"\xef\xac\x81",		/* ligature fi */
	"\xc2\xb2", "\xc2\xbd",	/* superscript two, one half */
	"\xd0\x96", "\xd0\xb6",	/* Zhe */
	"\xea\xb0\x80", "\xe1\x84\x80", "\xe1\x85\xa1",	/* Hangul */
	"\xe2\x80\xbf",		/* a connector */
	"\xc2\xad",		/* soft hyphen */
};

static const char *syllable(struct rng *r)
{
	/* mostly ASCII, or there would be few words that are */
	return syllables[rng_below(r, rng_below(r, 3) ? 20 :
						       ARRAY_LEN(syllables))];
}

static uint8_t make_bytes(struct rng *r, uint8_t bytes[WORD_MAX])
{
	size_t n = 0, i, parts = 1 + rng_below(r, 5);

	for (i = 0; i < parts; i++) {
		const char *s = syllable(r);

		memcpy(bytes + n, s, strlen(s));
		n += strlen(s);
	}
	return (uint8_t)n;
}

static int compare_words(const void *a, const void *b)
{
	const struct word *x = a, *y = b;

	return span_cmp(span_of(x->term.bytes, x->term.len),
			span_of(y->term.bytes, y->term.len));
}

/* By the description, not by the builder's code. */
static uint8_t surface_of(const struct word *w)
{
	bool lower = false, upper = false, upper_later = false;
	size_t i;

	for (i = 0; i < w->len; i++) {
		if (w->bytes[i] >= 128)
			return SURFACE_OTHER;
		lower |= w->bytes[i] >= 'a' && w->bytes[i] <= 'z';
		if (w->bytes[i] >= 'A' && w->bytes[i] <= 'Z') {
			upper = true;
			upper_later |= i > 0;
		}
	}
	return !upper	    ? SURFACE_LOWER :
	       !upper_later ? SURFACE_CAPITAL :
	       !lower	    ? SURFACE_UPPER :
			      SURFACE_OTHER;
}

static void make_words(struct world *w, struct rng *r)
{
	size_t i, n = 0;

	for (i = 0; i < WORDS; i++) {
		struct word *x = &w->words[i];

		do {
			x->len = make_bytes(r, x->bytes);
			assert_int_equal(fold_kept(span_of(x->bytes, x->len),
						   &x->term), SCOUT_OK);
		} while (!x->term.len);
	}
	qsort(w->words, WORDS, sizeof(w->words[0]), compare_words);
	for (i = 0; i < WORDS; i++) {
		if (!i || compare_words(&w->words[i - 1], &w->words[i]))
			w->first[n++] = i;
		w->surface[n - 1] |= surface_of(&w->words[i]);
	}
	w->first[n] = WORDS;
	w->nterms = n;
}

static struct span term_of(const struct world *w, size_t t)
{
	const struct kept_word *k = &w->words[w->first[t]].term;

	return span_of(k->bytes, k->len);
}

/* Term t is in document t. */
static int setup(void **state)
{
	struct world *w = scout_calloc(MEM_OTHER, 1, sizeof(*w));
	struct posting_encoder *e = scout_malloc(MEM_OTHER, sizeof(*e));
	struct rng r;
	size_t t;

	assert_non_null(w);
	assert_non_null(e);
	rng_init(&r, 17);
	make_words(w, &r);
	small_index_begin(&w->ix);
	posting_encoder_init(e, MEM_OTHER);
	for (t = 0; t < w->nterms; t++) {
		posting_encoder_begin(e, w->surface[t]);
		posting_encoder_doc(e, (doc_id)t);
		posting_encoder_position(e, 0);
		small_index_add(&w->ix, term_of(w, t), e);
	}
	posting_encoder_release(e);
	scout_free(e);
	small_index_open(&w->ix);
	w->ix.segments[0].ndocs = (doc_id)w->nterms;
	w->ix.segments[0].nwords = w->nterms;
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

/* --- Operands ------------------------------------------------------------ */

/* Leaves out, puts in or makes a wildcard of a few bytes; what is no UTF-8 any
 * more is parsed as something else, or not at all. */
static void put_changed(struct rng *r, struct span word, const char *with,
			struct buf *out)
{
	size_t at = rng_below(r, (uint32_t)word.len + 1), i;
	size_t gone = rng_below(r, 3);

	for (i = 0; i < word.len; i++) {
		if (i == at)
			buf_put_str(out, with);
		if (i < at || i >= at + gone)
			buf_put_u8(out, word.ptr[i]);
	}
	if (at >= word.len)
		buf_put_str(out, with);
}

static void make_operand(const struct world *w, struct rng *r,
			 struct buf *out)
{
	static const char *const put[] = { "", "", "x", "s", "\xc3\xa9" };
	static const char *const wild[] = { "*", "*", "?", "?*" };
	const struct word *x = &w->words[rng_below(r, WORDS)];
	struct span word = span_of(x->bytes, x->len);

	buf_clear(out);
	if (rng_below(r, 3) == 0)
		buf_put_str(out, "accents:no ");
	switch (rng_below(r, 5)) {
	case 0:
		put_changed(r, word, put[rng_below(r, ARRAY_LEN(put))], out);
		buf_printf(out, "~%u", 1 + rng_below(r, 3));
		break;
	case 1:
		buf_printf(out, "part:%s", syllable(r));
		break;
	case 2:
		put_changed(r, word, wild[rng_below(r, ARRAY_LEN(wild))], out);
		break;
	case 3:
		buf_printf(out, "*%s*", syllable(r));
		break;
	default:
		buf_put_span(out, word);
		if (rng_below(r, 2))
			buf_put_u8(out, '*');
	}
}

/* Parses an operand: false if it is none of one word. */
static bool parse(struct span query, enum case_mode mode, struct arena *arena,
		  const struct ast **out)
{
	struct parse_options options = { .case_mode = mode };
	struct scout_err err = SCOUT_ERR_INIT;
	struct parsed_query parsed;
	struct buf folded = BUF_INIT(MEM_OTHER);
	const struct ast *node;
	bool is_lost;

	if (query_parse(query, &options, arena, &parsed, &err) < 0)
		return false;
	node = parsed.root;
	*out = node;
	if (!node->npieces)
		return false;
	assert_int_equal(fold_whole(node->pieces[0].raw, 0, &folded), SCOUT_OK);
	is_lost = node->sensitive &&
		  memmem(folded.ptr, folded.len, "\xcd\x85", 2);
	buf_release(&folded);
	return (node->kind == AST_WORDS || node->kind == AST_FUZZY ||
		node->kind == AST_PART) && node->npieces == 1 &&
	       /* what the planner looks up in no other way */
	       !is_lost;
}

/* --- Comparing ----------------------------------------------------------- */

static bool word_matches(const struct word_pattern *p, const struct word *x,
			 struct buf *scratch)
{
	struct buf folded = BUF_INIT(MEM_OTHER), composed = folded;
	struct span raw = span_of(x->bytes, x->len);
	bool out;

	assert_int_equal(fold_whole(raw, p->flags, &folded), SCOUT_OK);
	assert_int_equal(fold_compose(buf_span(&folded), &composed), SCOUT_OK);
	assert_int_equal(word_pattern_matches(p, raw, buf_span(&folded),
					      buf_span(&composed), scratch,
					      &out), SCOUT_OK);
	buf_release(&folded);
	buf_release(&composed);
	return out;
}

struct counts {
	unsigned operands, yes, no, perhaps, in_vain;
};

/* One term: what it says must be true of all its words. */
static void check_term(const struct world *w, const struct ast *leaf,
		       const struct word_pattern *p, size_t t,
		       enum term_verdict verdict, struct span query,
		       struct buf *scratch, struct counts *n)
{
	size_t i, matching = 0, words = w->first[t + 1] - w->first[t];

	for (i = w->first[t]; i < w->first[t + 1]; i++)
		matching += word_matches(p, &w->words[i], scratch);
	if ((verdict == TERM_NO && matching) ||
	    (verdict == TERM_YES && matching < words) ||
	    (verdict == TERM_PERHAPS && !leaf->sensitive &&
	     leaf->kind != AST_PART))
		fail_msg("'%.*s'%s: of the term '%.*s' %zu of %zu words match, "
			 "and the verdict is %d", (int)query.len, query.ptr,
			 leaf->sensitive ? " with case" : "",
			 (int)term_of(w, t).len, term_of(w, t).ptr, matching,
			 words, verdict);
	n->yes += verdict == TERM_YES;
	n->no += verdict == TERM_NO;
	n->perhaps += verdict == TERM_PERHAPS;
	n->in_vain += verdict == TERM_PERHAPS && !matching;
}

/* All terms, and whether the expansion has found those that it should. */
static void check_operand(struct world *w, const struct ast *leaf,
			  struct span query, struct arena *arena,
			  struct counts *n)
{
	struct buf scratch = BUF_INIT(MEM_OTHER);
	struct scout_err err = SCOUT_ERR_INIT;
	enum term_verdict verdict, unknown;
	struct word_pattern p;
	struct term_scratch s;
	struct term_match m;
	struct expand_options options = { .positions = n->operands % 2,
					  .counts = n->operands % 3 == 0 };
	struct expansion x;
	size_t t;

	assert_int_equal(word_pattern_make(leaf, &leaf->pieces[0], arena, &p),
			 SCOUT_OK);
	assert_int_equal(term_match_make(leaf, &leaf->pieces[0], arena, &m),
			 SCOUT_OK);
	assert_int_equal(expand_terms(&w->ix.segments[0], &m, &options, arena,
				      &x, &err), SCOUT_OK);
	term_scratch_init(&s);
	for (t = 0; t < w->nterms; t++) {
		struct span term = term_of(w, t);
		bool is_found = set_has(x.set, (doc_id)t);

		verdict = TERM_NO;
		if (span_has_prefix(term, m.start) &&
		    (m.filter.of_ascii || !m.filter.needle.len ||
		     memmem(term.ptr, term.len, m.filter.needle.ptr,
			    m.filter.needle.len))) {
			buf_clear(&s.next);
			assert_int_equal(m.test(&m, &s, term, w->surface[t],
						&verdict), SCOUT_OK);
			assert_int_equal(m.test(&m, &s, term, 0, &unknown),
					 SCOUT_OK);
			assert_true(unknown == verdict ||
				    unknown == TERM_PERHAPS);
		}
		/* where to look may say more than what to ask */
		if (verdict == TERM_PERHAPS && !is_found)
			verdict = TERM_NO;
		check_term(w, leaf, &p, t, verdict, query, &scratch, n);
		if (is_found != (verdict != TERM_NO) ||
		    (x.unsure && set_has(x.unsure, (doc_id)t)) !=
			    (verdict == TERM_PERHAPS))
			fail_msg("'%.*s'%s: the term '%.*s' is %sfound, with "
				 "the verdict %d", (int)query.len, query.ptr,
				 leaf->sensitive ? " with case" : "",
				 (int)term.len, term.ptr,
				 is_found ? "" : "not ", verdict);
	}
	term_scratch_release(&s);
	buf_release(&scratch);
	n->operands++;
}

static void test_operands(void **state)
{
	struct buf query = BUF_INIT(MEM_OTHER);
	struct counts n = { 0 };
	struct world *w = *state;
	const struct ast *leaf;
	struct arena arena;
	struct rng r;
	unsigned i;

	rng_init(&r, 18);
	arena_init(&arena, MEM_QUERY);
	for (i = 0; i < OPERANDS; i++) {
		make_operand(w, &r, &query);
		if (parse(buf_span(&query),
			  rng_below(&r, 2) ? CASE_SENSITIVE : CASE_DEFAULT,
			  &arena, &leaf))
			check_operand(w, leaf, buf_span(&query), &arena, &n);
		arena_clear(&arena);
	}
	/* it was about something */
	assert_true(n.operands > OPERANDS / 2);
	assert_true(n.yes > n.operands && n.perhaps > n.operands / 2);
	/* and terms can decide most of it */
	assert_true(n.in_vain < n.no / 8);
	arena_release(&arena);
	buf_release(&query);
}

/* --- Walks --------------------------------------------------------------- */

/* Leaps land on the first term that is not less, wherever they start. */
static void test_leaps(void **state)
{
	struct world *w = *state;
	uint8_t target[WORD_MAX];
	struct term_info info;
	struct term_walk walk;
	struct rng r;
	unsigned round;
	size_t t;

	rng_init(&r, 19);
	for (round = 0; round < 300; round++) {
		assert_int_equal(term_walk_open(&walk, &w->ix.segments[0],
						NULL), SCOUT_OK);
		t = 0;
		while (!term_walk_next(&walk, NULL)) {
			struct span to = span_of(target, 0);

			while (t < w->nterms &&
			       span_cmp(term_of(w, t), walk.term) < 0)
				t++;
			assert_true(t < w->nterms);
			assert_true(span_eq(term_of(w, t), walk.term));
			assert_int_equal(term_walk_info(&walk, &info, NULL),
					 SCOUT_OK);
			assert_int_equal(info.surface, w->surface[t]);
			if (rng_below(&r, 2)) {
				to.len = make_bytes(&r, target);
				if (span_cmp(to, walk.term) <= 0)
					to = term_of(w, t + rng_below(&r, 99) <
								w->nterms ?
							t : w->nterms - 1);
			}
			if (span_cmp(to, walk.term) <= 0) {
				t++;
				continue;
			}
			assert_int_equal(term_walk_leap(&walk, to, NULL),
					 SCOUT_OK);
			while (t < w->nterms && span_cmp(term_of(w, t), to) < 0)
				t++;
			assert_int_equal(term_walk_next(&walk, NULL),
					 t < w->nterms ? SCOUT_OK : SCOUT_END);
			if (t == w->nterms)
				break;
			assert_true(span_eq(term_of(w, t), walk.term));
			t++;
		}
		term_walk_close(&walk);
	}
}

/* Of what is folded to ASCII without marks, only sharp s is not a letter for a
 * letter: what simple terms rest on. */
static void test_simple(void **state)
{
	struct buf with = BUF_INIT(MEM_OTHER), without = with;
	uint8_t bytes[4];
	int32_t cp;

	(void)state;
	for (cp = 1; cp <= 0x10ffff; cp++) {
		struct span s = span_of(bytes, utf8_encode(cp, bytes));

		if (cp >= 0xd800 && cp <= 0xdfff)
			continue;
		buf_clear(&with);
		buf_clear(&without);
		assert_int_equal(fold_whole(s, FOLD_NO_MARKS | FOLD_CASE,
					    &without), SCOUT_OK);
		assert_int_equal(fold_whole(s, FOLD_NO_MARKS, &with),
				 SCOUT_OK);
		if (!without.len || !span_is_ascii(buf_span(&without)) ||
		    memmem(without.ptr, without.len, "ss", 2))
			continue;
		if (with.len != without.len)
			fail_msg("U+%04X", (unsigned)cp);
	}
	buf_release(&with);
	buf_release(&without);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_operands),
		cmocka_unit_test(test_leaps),
		cmocka_unit_test(test_simple),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
