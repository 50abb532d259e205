#include "query/plan/term_match.h"

#include "index_format/fold.h"
#include "query/language/word_pattern.h"

/*
 * Typing mistakes count for more in the case-folded forms of words that are not
 * ASCII: a letter may be folded to up to three, and another letter before marks
 * may set one of those free that was part of it.
 */
enum { EDITS_PER_EDIT = 4 };

/* A piece of an operand, as terms are asked. */
struct word_terms {
	/* as words are asked; of terms whose spelling is known */
	struct word_pattern pattern;
	/* the same ignoring case: terms are like that */
	struct word_pattern folded;
	/* what must be in the terms of all words that match, in this order */
	const struct span *cores;
	size_t ncores;
	/* without accents: what terms begin with, but for marks between */
	struct span beginning;
	/* FUZZY with case: for ASCII terms, if the pattern is ASCII, and for
	 * others */
	bool has_ascii;
	struct edit_pattern ascii;
	struct edit_pattern wide;
};

struct maker {
	const struct ast *leaf;
	struct arena *arena;
	struct buf fold;
};

void term_scratch_init(struct term_scratch *s)
{
	buf_init(&s->stripped, MEM_QUERY);
	buf_init(&s->composed, MEM_QUERY);
	buf_init(&s->part, MEM_QUERY);
	buf_init(&s->next, MEM_QUERY);
	s->run.dfa = NULL;
}

void term_scratch_release(struct term_scratch *s)
{
	buf_release(&s->stripped);
	buf_release(&s->composed);
	buf_release(&s->part);
	buf_release(&s->next);
}

/* --- What terms are asked ------------------------------------------------ */

static bool is_sensitive(const struct word_terms *w)
{
	return !(w->pattern.flags & FOLD_CASE);
}

static bool contains(struct span s, struct span piece)
{
	return !piece.len ||
	       (s.len && memmem(s.ptr, s.len, piece.ptr, piece.len));
}

/*
 * Whether words with this folded form differ from it in the case of their
 * letters alone, letter for letter.  Of what is folded to ASCII, only sharp s
 * is not.
 */
static bool is_simple(struct span folded)
{
	size_t i;

	for (i = 1; i < folded.len; i++)
		if (folded.ptr[i] == 's' && folded.ptr[i - 1] == 's')
			return false;
	return span_is_ascii(folded);
}

static bool has_cores(const struct word_terms *w, struct span term)
{
	size_t i;

	for (i = 0; i < w->ncores; i++) {
		const uint8_t *at;

		if (!w->cores[i].len)
			continue;
		at = memmem(term.ptr, term.len, w->cores[i].ptr,
			    w->cores[i].len);
		if (!at)
			return false;
		at += w->cores[i].len;
		term = span_of(at, (size_t)(term.ptr + term.len - at));
	}
	return true;
}

/* The forms of a term that patterns are compared with. */
static int make_forms(const struct word_terms *w, struct term_scratch *s,
		      struct span term, struct span *out_folded,
		      struct span *out_composed)
{
	int rc;

	*out_folded = *out_composed = term;
	if (span_is_ascii(term))
		return SCOUT_OK;
	if (w->pattern.flags & FOLD_NO_MARKS) {
		buf_clear(&s->stripped);
		rc = fold_strip_marks(term, &s->stripped);
		if (rc < 0)
			return rc;
		*out_folded = *out_composed = buf_span(&s->stripped);
	}
	if (w->pattern.kind == PATTERN_WORD || w->pattern.kind == PATTERN_PART)
		return SCOUT_OK;
	buf_clear(&s->composed);
	rc = fold_compose(*out_folded, &s->composed);
	*out_composed = buf_span(&s->composed);
	return rc;
}

/* Whether words with these forms may match, however they are spelt. */
static int may_match(const struct word_terms *w, struct term_scratch *s,
		     struct span folded, struct span composed, bool *out)
{
	int rc;

	if (w->pattern.kind == PATTERN_PART) {
		*out = has_cores(w, folded);
		return SCOUT_OK;
	}
	if (w->pattern.kind == PATTERN_FUZZY && span_is_ascii(folded)) {
		*out = edit_within(w->has_ascii ? &w->ascii : &w->wide, folded);
		return SCOUT_OK;
	}
	/* U+0345 is a mark where case counts, and a letter in terms */
	if (contains(folded, span_str("\xce\xb9"))) {
		*out = true;
		return SCOUT_OK;
	}
	rc = word_pattern_matches(&w->folded, folded, folded, composed,
				  &s->part, out);
	if (rc < 0 || *out || w->pattern.kind == PATTERN_WORD)
		return rc;
	if (w->pattern.kind == PATTERN_FUZZY)
		*out = edit_within(&w->wide, composed);
	else
		*out = !is_simple(folded) && has_cores(w, folded);
	return SCOUT_OK;
}

/* The spelling of an ASCII term that a bit of its surface tells. */
static void spell(struct span term, unsigned bit, uint8_t *out)
{
	size_t i, n = bit == SURFACE_LOWER   ? 0 :
		      bit == SURFACE_CAPITAL ? 1 :
					       term.len;

	memcpy(out, term.ptr, term.len);
	for (i = 0; i < n && i < term.len; i++)
		if (out[i] >= 'a' && out[i] <= 'z')
			out[i] &= (uint8_t)~0x20;
}

/* Asks the spellings that are known: whether one matches, and one does not. */
static int test_spellings(const struct word_terms *w, struct term_scratch *s,
			  struct span term, unsigned surface, bool out_is[2])
{
	uint8_t bytes[TERM_MAX_BYTES];
	struct span raw = span_of(bytes, term.len);
	unsigned bit;
	bool matches;
	int rc;

	for (bit = SURFACE_LOWER; bit < SURFACE_OTHER; bit <<= 1) {
		if (!(surface & bit))
			continue;
		spell(term, bit, bytes);
		rc = word_pattern_matches(&w->pattern, raw,
					  is_sensitive(w) ? raw : term,
					  is_sensitive(w) ? raw : term,
					  &s->part, &matches);
		if (rc < 0)
			return rc;
		out_is[matches] = true;
	}
	return SCOUT_OK;
}

/* --- Leaps --------------------------------------------------------------- */

#define IOTA 0x3b9
#define CHAR_NONE 0x110000	/* greater than all */

/* No term matches before those that begin with this and go on with cp. */
static void leap_to(struct term_scratch *s, struct span beginning, int32_t cp)
{
	uint8_t bytes[4];

	buf_put_span(&s->next, beginning);
	if (cp <= 0x10ffff)
		buf_put(&s->next, bytes, utf8_encode(cp, bytes));
	else if (beginning.len && buf_status(&s->next) == SCOUT_OK)
		s->next.ptr[s->next.len - 1]++;	/* UTF-8 has no 255 */
	else
		buf_put_u8(&s->next, UINT8_MAX);
}

static int32_t char_at(struct span s, size_t at)
{
	int32_t cp = 0;

	if (at < s.len)
		(void)utf8_decode(s.ptr + at, s.ptr + s.len, &cp);
	return cp < 0 ? 0 : cp;
}

/*
 * No word begins with the first `dead` bytes of what the term was compared as.
 * These are the term's own bytes, and stay as they are in all terms that go on
 * with a character that does not join.
 */
static void leap_past(struct term_scratch *s, struct span term, size_t dead)
{
	size_t n = dead < term.len ? dead + 1 : term.len;

	if (dead > term.len ||
	    (!span_is_ascii(span_of(term.ptr, n)) && fold_has_joining(term)))
		return;
	leap_to(s, span_of(term.ptr, dead),
		fold_next_joining(char_at(term, dead)));
}

/*
 * To behind all terms with a beginning in ASCII that no word within the distance
 * has.  What follows changes nothing: a mark may make another character of the
 * last letter, but the pattern has none of those, so that it can only be farther;
 * and where an s is half of a sharp s, that is a mistake already.
 */
static void leap_by_ascii(const struct word_terms *w, struct term_scratch *s,
			  struct span term)
{
	size_t n = 0, dead;

	if (!w->has_ascii)
		return;
	while (n < term.len && term.ptr[n] < 128)
		n++;
	if (!edit_within_or_dead(&w->ascii, span_of(term.ptr, n), &dead) &&
	    dead <= n)
		leap_to(s, span_of(term.ptr, dead), CHAR_NONE);
}

/* To where the term goes on as it should, or with a mark. */
static void leap_by_beginning(const struct word_terms *w,
			      struct term_scratch *s, struct span term)
{
	struct span want = w->beginning;
	size_t at = 0, j = 0;
	int32_t c = 0, e, next;

	for (; at < term.len; at += utf8_length(c)) {
		c = char_at(term, at);
		if (j < want.len && c == char_at(want, j))
			j += utf8_length(c);
		else if (!char_is_mark(c) && !(is_sensitive(w) && c == IOTA))
			break;
	}
	if (at >= term.len)
		c = 0;
	if (j == want.len && w->pattern.kind != PATTERN_WORD)
		return;
	next = fold_next_joining(c);
	e = j < want.len ? char_at(want, j) : 0;
	if (e > c && e < next)
		next = e;
	if (is_sensitive(w) && IOTA > c && IOTA < next)
		next = IOTA;
	leap_to(s, span_of(term.ptr, at < term.len ? at : term.len), next);
}

/* --- Where the spelling counts ------------------------------------------- */

static int test_spelt(const struct term_match *m, struct term_scratch *s,
		      struct span term, unsigned surface,
		      enum term_verdict *out)
{
	const struct word_terms *w = m->ctx;
	struct span folded, composed;
	bool is[2] = { false, false }, may = false;
	int rc;

	rc = make_forms(w, s, term, &folded, &composed);
	if (!rc)
		rc = may_match(w, s, folded, composed, &may);
	if (rc < 0)
		return rc;
	if (!may) {
		*out = TERM_NO;
		if (w->beginning.len)
			leap_by_beginning(w, s, term);
		else if (w->pattern.kind == PATTERN_FUZZY)
			leap_by_ascii(w, s, term);
		return SCOUT_OK;
	}
	*out = TERM_PERHAPS;
	if (!surface || surface == SURFACE_OTHER)
		return SCOUT_OK;
	if (!span_is_ascii(term))
		return SCOUT_E_CORRUPT;
	rc = test_spellings(w, s, term, surface, is);
	if (!(surface & SURFACE_OTHER) && is[true] != is[false])
		*out = is[true] ? TERM_YES : TERM_NO;
	return rc;
}

/* --- Where the spelling does not count ----------------------------------- */

static int test_folded(const struct term_match *m, struct term_scratch *s,
		       struct span term, unsigned surface,
		       enum term_verdict *out)
{
	const struct word_terms *w = m->ctx;
	struct span folded, composed;
	bool matches = false;
	size_t dead;
	int rc = make_forms(w, s, term, &folded, &composed);

	(void)surface;
	if (rc < 0)
		return rc;
	if (w->pattern.kind == PATTERN_FUZZY) {
		matches = edit_within_or_dead(w->folded.edits, composed, &dead);
		if (!matches)
			leap_past(s, term, dead);
	} else {
		rc = word_pattern_matches(&w->folded, term, folded, composed,
					  &s->part, &matches);
		if (!rc && !matches && w->beginning.len)
			leap_by_beginning(w, s, term);
	}
	*out = matches ? TERM_YES : TERM_NO;
	return rc;
}

/* A prefix: what follows an ASCII one can only change its last letter if it is
 * a mark. */
static int test_prefix(const struct term_match *m, struct term_scratch *s,
		       struct span term, unsigned surface,
		       enum term_verdict *out)
{
	const struct word_terms *w = m->ctx;
	struct span start = m->start;

	if (span_eq(w->folded.text, start) && start.len &&
	    start.ptr[start.len - 1] < 128 &&
	    (term.len == start.len || term.ptr[start.len] < 128)) {
		*out = TERM_YES;
		return SCOUT_OK;
	}
	return test_folded(m, s, term, surface, out);
}

/* --- The same pattern, ignoring case ------------------------------------- */

static int keep(struct maker *k, struct span *out)
{
	char *copy = arena_dup(k->arena, k->fold.ptr, k->fold.len);

	if (!copy || buf_status(&k->fold) < 0)
		return SCOUT_E_NOMEM;
	*out = span_of(copy, k->fold.len);
	return SCOUT_OK;
}

/* The case-folded form of a glob's literal, and what is certain of it. */
static int fold_item(struct maker *k, const struct glob_item *item,
		     struct glob_item *out, struct span *out_core)
{
	int rc = SCOUT_OK;

	*out = *item;
	if (item->kind != GLOB_LITERAL)
		return SCOUT_OK;
	out->folded = item->lookup;
	buf_clear(&k->fold);
	if (k->leaf->no_marks) {
		rc = fold_strip_marks(item->lookup, &k->fold);
		if (!rc)
			rc = keep(k, &out->folded);
		buf_clear(&k->fold);
	}
	*out_core = fold_stable_core(out->folded);
	if (!rc)
		rc = fold_compose(out->folded, &k->fold);
	return rc < 0 ? rc : keep(k, &out->composed);
}

static int fold_items(struct maker *k, const struct ast_piece *piece,
		      struct ast_piece *out, struct word_terms *w)
{
	struct span *cores;
	size_t i;
	int rc = SCOUT_OK;

	out->items = arena_calloc(k->arena, piece->nitems,
				  sizeof(*out->items));
	cores = arena_calloc(k->arena, piece->nitems, sizeof(*cores));
	if (!out->items || !cores)
		return SCOUT_E_NOMEM;
	for (i = 0; i < piece->nitems && !rc; i++)
		rc = fold_item(k, &piece->items[i], &out->items[i], &cores[i]);
	out->nitems = piece->nitems;
	w->cores = cores;
	w->ncores = piece->nitems;
	return rc;
}

static int fold_word(struct maker *k, const struct ast_piece *piece,
		     struct ast_piece *out, struct word_terms *w)
{
	unsigned flags = word_pattern_flags(k->leaf) | FOLD_CASE;
	struct span *core = arena_alloc(k->arena, sizeof(*core));

	buf_clear(&k->fold);
	if (!core || fold_whole(piece->raw, flags, &k->fold) < 0 ||
	    keep(k, &out->folded) < 0)
		return SCOUT_E_NOMEM;
	/* marks stay with what they follow: a part is a piece of the term */
	*core = out->folded;
	w->cores = core;
	w->ncores = 1;
	return SCOUT_OK;
}

/* What leaps go by.  With case, a letter of terms may be a mark of words: then
 * it is not known which letters have to be there. */
static struct span beginning_of(const struct word_terms *w,
				const struct ast_piece *folded)
{
	struct span s = folded->folded;

	if (folded->nitems)
		s = folded->items[0].kind == GLOB_LITERAL ?
			    folded->items[0].folded : span_of(NULL, 0);
	if (!(w->pattern.flags & FOLD_NO_MARKS) ||
	    w->pattern.kind == PATTERN_FUZZY ||
	    w->pattern.kind == PATTERN_PART ||
	    (is_sensitive(w) && contains(s, span_str("\xce\xb9"))))
		return span_of(NULL, 0);
	return s;
}

static int make_patterns(struct maker *k, const struct ast_piece *piece,
			 struct word_terms *w)
{
	struct ast_piece folded = { .raw = piece->raw };
	struct ast leaf = *k->leaf;
	int rc;

	leaf.sensitive = false;
	rc = word_pattern_make(k->leaf, piece, k->arena, &w->pattern);
	if (!rc)
		rc = piece->nitems ? fold_items(k, piece, &folded, w) :
				     fold_word(k, piece, &folded, w);
	if (!rc)
		rc = word_pattern_make(&leaf, &folded, k->arena, &w->folded);
	if (!rc)
		w->beginning = beginning_of(w, &folded);
	if (!rc && w->pattern.kind == PATTERN_FUZZY)
		rc = edit_pattern_make(w->folded.text,
				       k->leaf->distance * EDITS_PER_EDIT,
				       k->arena, &w->wide);
	w->has_ascii = span_is_ascii(w->pattern.text) &&
		       span_is_ascii(w->folded.text);
	if (!rc && w->has_ascii && w->pattern.kind == PATTERN_FUZZY)
		rc = edit_pattern_make_folded(w->folded.text,
					      k->leaf->distance, k->arena,
					      &w->ascii);
	return rc;
}

/* --- Where to look ------------------------------------------------------- */

/* The filter bits of a literal; those of its end if it ends the word.  ASCII
 * characters next to each other in the NFC form are so in the term. */
static size_t literal_bits(struct span s, bool is_last, uint16_t *bits)
{
	size_t i, n = 0;

	for (i = 0; i + 3 <= s.len; i++)
		if (span_is_ascii(span_of(s.ptr + i, 3)))
			bits[n++] = (uint16_t)filter_bit(
				s.ptr[i], s.ptr[i + 1], s.ptr[i + 2]);
	if (is_last && s.len >= 2 &&
	    span_is_ascii(span_of(s.ptr + s.len - 2, 2)))
		bits[n++] = (uint16_t)filter_bit(s.ptr[s.len - 2],
						 s.ptr[s.len - 1], 0);
	return n;
}

/* The longest run of ASCII in a literal, if it is longer than best: all terms
 * that match have it, for the same reason. */
static struct span longer_run(struct span s, struct span best)
{
	size_t i, start = 0;

	for (i = 0; i <= s.len; i++) {
		if (i < s.len && s.ptr[i] < 128)
			continue;
		if (i - start > best.len)
			best = span_of(s.ptr + start, i - start);
		start = i + 1;
	}
	return best;
}

static void add_literal(struct term_filter *f, struct span s, bool is_last,
			uint16_t *bits)
{
	f->nbits += literal_bits(s, is_last, bits + f->nbits);
	f->needle = longer_run(s, f->needle);
}

/* The filter of the literals of a glob, or of a part. */
static int make_filter(struct maker *k, const struct word_terms *w,
		       struct term_match *out)
{
	const struct word_pattern *p = &w->folded;
	size_t i, most = p->text.len;
	uint16_t *bits;

	for (i = 0; i < p->nitems; i++)
		most += p->items[i].composed.len;
	bits = arena_alloc(k->arena, (most + 1) * sizeof(*bits));
	if (!bits)
		return SCOUT_E_NOMEM;
	out->filter.bits = bits;
	if (p->kind == PATTERN_PART)
		add_literal(&out->filter, p->text, false, bits);
	for (i = 0; i < p->nitems; i++)
		if (p->items[i].kind == GLOB_LITERAL)
			add_literal(&out->filter, p->items[i].composed,
				    i + 1 == p->nitems, bits);
	return SCOUT_OK;
}

static int make_where(struct maker *k, const struct ast_piece *piece,
		      const struct word_terms *w, struct term_match *out)
{
	struct span lookup;

	if (w->beginning.len || w->pattern.kind == PATTERN_FUZZY ||
	    w->pattern.kind == PATTERN_WORD) {
		out->leaps = true;
		return SCOUT_OK;
	}
	if (k->leaf->no_marks) {
		out->filter.of_ascii = true;
		return make_filter(k, w, out);
	}
	if (piece->nitems && piece->items[0].kind == GLOB_LITERAL) {
		lookup = piece->items[0].lookup;
		out->start = span_of(lookup.ptr, fold_stable_prefix(lookup));
		out->start.len = fold_kept_len(out->start);
	}
	return out->start.len ? SCOUT_OK : make_filter(k, w, out);
}

static const char *name_of(enum word_pattern_kind kind)
{
	static const char *const names[] = { "word", "prefix", "glob", "fuzzy",
					     "part" };

	return names[kind];
}

/* Whether the needle is all there is to a glob. */
static bool is_held(const struct word_pattern *p, const struct term_filter *f)
{
	return !f->of_ascii && p->kind == PATTERN_GLOB && p->nitems == 3 &&
	       p->items[0].kind == GLOB_ANY && p->items[2].kind == GLOB_ANY &&
	       f->needle.len && f->needle.len == p->items[1].composed.len;
}

int term_match_make(const struct ast *leaf, const struct ast_piece *piece,
		    struct arena *arena, struct term_match *out)
{
	struct word_terms *w = arena_calloc(arena, 1, sizeof(*w));
	struct maker k = { .leaf = leaf, .arena = arena };
	int rc;

	memset(out, 0, sizeof(*out));
	if (!w)
		return SCOUT_E_NOMEM;
	buf_init(&k.fold, MEM_QUERY);
	rc = make_patterns(&k, piece, w);
	if (!rc)
		rc = make_where(&k, piece, w, out);
	out->name = name_of(w->pattern.kind);
	out->ctx = w;
	out->test = is_sensitive(w) || w->pattern.kind == PATTERN_PART ?
			    test_spelt :
		    w->pattern.kind == PATTERN_PREFIX ? test_prefix :
							test_folded;
	/* the glob *piece*: an ASCII term is its own NFC form */
	out->needle_decides = out->test == test_folded &&
			      is_held(&w->folded, &out->filter);
	buf_release(&k.fold);
	return rc;
}
