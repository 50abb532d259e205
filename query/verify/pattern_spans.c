#include "query/verify/pattern_spans.h"

void pattern_spans_release(struct pattern_spans *s)
{
	scout_free(s->first);
	scout_free(s->last);
	scout_free(s->piece);
	*s = (struct pattern_spans){ .first = NULL };
}

static bool grow(void **array, size_t n, size_t size)
{
	void *grown = scout_realloc(MEM_QUERY, *array, n * size);

	if (grown)
		*array = grown;
	return grown != NULL;
}

static int make_room(struct pattern_spans *s)
{
	size_t cap = s->cap ? s->cap * 2 : 64;
	void *first = s->first, *last = s->last, *piece = s->piece;
	bool ok = grow(&first, cap, sizeof(*s->first));

	s->first = first;
	ok = ok && grow(&last, cap, sizeof(*s->last));
	s->last = last;
	ok = ok && grow(&piece, cap, sizeof(*s->piece));
	s->piece = piece;
	if (!ok)
		return SCOUT_E_NOMEM;
	s->cap = cap;
	return SCOUT_OK;
}

/* The words that the match touches whose pieces begin at i; false if none.
 * *out_next is the piece after them. */
static bool span_of_match(const struct match_pieces *m, size_t i,
			  term_pos *out_first, term_pos *out_last,
			  size_t *out_next)
{
	bool found = false;

	do {
		const struct match_piece *p = &m->at[i++];

		if (!p->is_touched)
			continue;
		if (!found)
			*out_first = p->first_word;
		*out_last = p->last_word;
		found = true;
	} while (i < m->n && m->at[i].is_continued);
	*out_next = i;
	return found;
}

int pattern_spans_make(struct pattern_spans *s,
		       const struct match_pieces *matches)
{
	term_pos first = 0, last = 0;
	size_t i, next;

	s->n = 0;
	for (i = 0; i < matches->n; i = next) {
		if (!span_of_match(matches, i, &first, &last, &next))
			continue;
		if (s->n && s->first[s->n - 1] == first &&
		    s->last[s->n - 1] == last)
			continue;
		if (s->n == s->cap && make_room(s) < 0)
			return SCOUT_E_NOMEM;
		s->first[s->n] = first;
		s->last[s->n] = last;
		s->piece[s->n++] = i;
	}
	s->is_made = true;
	return SCOUT_OK;
}

void pattern_spans_get(const struct pattern_spans *s,
		       const struct match_pieces *matches,
		       struct leaf_spans *out)
{
	*out = (struct leaf_spans){ .first = s->first, .last = s->last,
				    .n = s->n, .is_exact = true };
	/* there may be more than was found */
	if (matches->is_cut)
		*out = (struct leaf_spans){ .n = 1, .only_present = true };
}

int pattern_spans_put(const struct pattern_spans *s,
		      const struct text_matcher *m, unsigned pattern,
		      const struct hit *hit, struct hit_lines *out)
{
	const struct match_pieces *matches = &m->of[pattern];
	size_t i = positions_after(s->first, s->n, hit->first, 0), next;
	term_pos first = 0, last = 0;
	int rc = SCOUT_OK;

	while (i && (s->first[i - 1] != hit->first ||
		     s->last[i - 1] != hit->last))
		i--;
	SCOUT_ASSERT(i);
	for (i = s->piece[i - 1]; i < matches->n && !rc; i = next) {
		if (!span_of_match(matches, i, &first, &last, &next))
			continue;
		if (first != hit->first || last != hit->last)
			break;
		rc = text_matcher_put_match(m, pattern, i, out);
	}
	return rc;
}
