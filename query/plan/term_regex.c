#include "query/plan/term_regex.h"

#include "index_format/fold.h"

/* --- What terms are asked ------------------------------------------------ */

static bool ends_with(struct span s, struct span end)
{
	return s.len >= end.len &&
	       !memcmp(s.ptr + s.len - end.len, end.ptr, end.len);
}

static bool has_piece(const struct need_word *w, struct span term)
{
	if (!w->is_open_before && !w->is_open_after)
		return span_eq(term, w->folded);
	if (!w->is_open_before)
		return span_has_prefix(term, w->folded);
	if (!w->is_open_after)
		return ends_with(term, w->folded);
	return memmem(term.ptr, term.len, w->folded.ptr, w->folded.len);
}

static int test_piece(const struct term_match *m, struct term_scratch *s,
		      struct span term, unsigned surface,
		      enum term_verdict *out)
{
	(void)s;
	(void)surface;
	*out = has_piece(m->ctx, term) ? TERM_YES : TERM_NO;
	return SCOUT_OK;
}

/* YES is not more than "may": what needs it is decided by the text. */
static int test_regex(const struct term_match *m, struct term_scratch *s,
		      struct span term, unsigned surface,
		      enum term_verdict *out)
{
	const struct need_word *w = m->ctx;

	*out = !word_regex_matches(w->regex, &s->run, term, surface) ?
		       TERM_NO :
	       surface || !w->regex->has_raw ? TERM_YES : TERM_PERHAPS;
	return SCOUT_OK;
}

/* A word of a script without spaces has a character of one. */
static int test_single(const struct term_match *m, struct term_scratch *s,
		       struct span term, unsigned surface,
		       enum term_verdict *out)
{
	const uint8_t *p = term.ptr, *end = p + term.len;
	int32_t cp;
	unsigned n;

	(void)m;
	(void)surface;
	*out = TERM_NO;
	for (; p < end; p += n) {
		n = utf8_decode(p, end, &cp);
		if (!n)
			return SCOUT_E_CORRUPT;
		if (char_class_of(cp) == CHAR_SINGLE ||
		    char_class_of(cp) == CHAR_SINGLE_MARK) {
			*out = TERM_YES;
			return SCOUT_OK;
		}
	}
	/* the numbers in parentheses among them are folded to three */
	if (*term.ptr < '(')
		buf_put_str(&s->next, "(");
	else if (*term.ptr > '(' && *term.ptr < 0xe0)
		buf_put_str(&s->next, "\xe0");
	return buf_status(&s->next);
}

/* --- Where to look ------------------------------------------------------- */

/* The bits of what terms have of the literals of a word; they are folded, so
 * their bytes are those of terms. */
static int make_filter(const struct need_word *w, struct arena *arena,
		       struct term_filter *out)
{
	size_t most = w->folded.len, i, j;
	uint16_t *bits;

	for (i = 0; i < w->nliterals; i++)
		most += w->literals[i].len;
	bits = arena_alloc(arena, (most + 1) * sizeof(*bits));
	if (!bits)
		return SCOUT_E_NOMEM;
	for (i = 0; i < w->nliterals; i++) {
		const uint8_t *p = w->literals[i].ptr;

		for (j = 0; j + 3 <= w->literals[i].len; j++)
			bits[out->nbits++] = (uint16_t)filter_bit(
				p[j], p[j + 1], p[j + 2]);
	}
	if (w->ends_with_literal && w->literals[i - 1].len >= 2) {
		struct span last = w->literals[i - 1];

		bits[out->nbits++] = (uint16_t)filter_bit(
			last.ptr[last.len - 2], last.ptr[last.len - 1], 0);
	}
	out->bits = bits;
	out->needle = w->folded;
	return SCOUT_OK;
}

static const char *name_of(const struct need_word *w)
{
	return w->is_single	 ? "of a script without spaces" :
	       !w->is_open_after ?
			(w->is_open_before ? "end" : "word") :
			(w->is_open_before ? "inside" : "beginning");
}

int term_regex_make(const struct need_word *w, struct arena *arena,
		    struct term_match *out)
{
	enum { MIN_NEEDLE = 2, MIN_TRIGRAM = 3 };
	struct span start = w->starts_with_literal ? w->literals[0] :
						     span_of(NULL, 0);
	int rc;

	*out = (struct term_match){ .name = name_of(w), .ctx = w };
	out->test = w->is_single ? test_single :
		    w->regex	 ? test_regex : test_piece;
	/* terms with one beginning stand together; blocks are told by longer
	 * pieces */
	if (start.len >= MIN_TRIGRAM ||
	    (start.len && w->folded.len < MIN_TRIGRAM)) {
		out->start = span_of(start.ptr, fold_kept_len(start));
		return SCOUT_OK;
	}
	out->leaps = w->is_single;
	if (out->leaps)
		return SCOUT_OK;
	rc = make_filter(w, arena, &out->filter);
	out->needle_decides = !w->regex && w->is_open_before &&
			      w->is_open_after;
	if (out->filter.needle.len < MIN_NEEDLE)
		out->filter.needle = span_of(NULL, 0);	/* in most groups */
	return rc;
}
