#include "index_format/term_search.h"

void term_search_init(struct term_search *s, struct span needle, bool of_ascii)
{
	s->of_ascii = of_ascii;
	SCOUT_ASSERT(needle.len && !memchr(needle.ptr, 0, needle.len));
	memsearch_init(&s->needle, needle, false);
	term_search_begin(s);
}

void term_search_begin(struct term_search *s)
{
	s->next_group = 0;
	s->hits = 0;
}

/* A bit for each term of the group that holds the needle. */
static uint32_t find_needle(const struct term_search *s)
{
	const struct dict_group *g = &s->group;
	/* with the zeros, so that there is a vector at every place */
	const uint8_t *end = g->text + g->start[g->n] + DICT_GROUP_ZEROS;
	const uint8_t *p = g->text;
	uint32_t bits = 0;
	unsigned i = 0;

	while ((p = memsearch_find(&s->needle, span_of(p, (size_t)(end - p))))) {
		while (g->start[i + 1] <= p - g->text)
			i++;
		bits |= (uint32_t)1 << i;
		p = g->text + g->start[i + 1];
	}
	return bits;
}

static uint32_t find_cut(const struct dict_group *g)
{
	uint32_t bits = 0;
	unsigned i;

	for (i = 0; i < g->n; i++)
		if (g->start[i + 1] - g->start[i] > TERM_CUT_MIN_BYTES)
			bits |= (uint32_t)1 << i;
	return bits;
}

static uint32_t find_not_ascii(const struct dict_group *g)
{
	uint32_t bits = 0;
	unsigned i;

	if (span_is_ascii(span_of(g->text, g->start[g->n])))
		return 0;
	for (i = 0; i < g->n; i++)
		if (!span_is_ascii(dict_group_term(g, i)))
			bits |= (uint32_t)1 << i;
	return bits;
}

int term_search_next(struct term_search *s, struct dict_block *b,
		     struct span *out)
{
	const struct dict_group *g = &s->group;
	unsigned i;
	int rc;

	while (!s->hits) {
		if (s->next_group == b->nrestarts)
			return SCOUT_END;
		rc = dict_block_unpack(b, s->next_group, &s->group);
		if (rc < 0)
			return rc;
		s->next_group++;
		s->hits = find_needle(s);
		if (s->of_ascii)
			s->hits |= find_not_ascii(g);
		if (g->start[g->n] > TERM_CUT_MIN_BYTES)
			s->hits |= find_cut(g);
	}
	i = (unsigned)__builtin_ctz(s->hits);
	s->hits &= s->hits - 1;
	*out = dict_group_term(g, i);
	return dict_block_read_info(b, (s->next_group - 1) * DICT_RESTART + i);
}
