#include "index_format/term_search.h"

uint32_t term_search_find(const struct memsearch *needle,
			  const struct dict_group *g)
{
	/* with the zeros, so that there is a vector at every place */
	const uint8_t *end = g->text + g->start[g->n] + DICT_GROUP_ZEROS;
	const uint8_t *p = g->text;
	uint32_t bits = 0;
	unsigned i = 0;

	while ((p = memsearch_find(needle, span_of(p, (size_t)(end - p))))) {
		while (g->start[i + 1] <= p - g->text)
			i++;
		bits |= (uint32_t)1 << i;
		p = g->text + g->start[i + 1];
	}
	return bits;
}

uint32_t term_search_cut(const struct dict_group *g)
{
	uint32_t bits = 0;
	unsigned i;

	if (g->start[g->n] <= TERM_CUT_MIN_BYTES)
		return 0;
	for (i = 0; i < g->n; i++)
		if (g->start[i + 1] - g->start[i] > TERM_CUT_MIN_BYTES)
			bits |= (uint32_t)1 << i;
	return bits;
}

uint32_t term_search_not_ascii(const struct dict_group *g)
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
