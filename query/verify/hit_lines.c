#include "query/verify/hit_lines.h"

void hit_lines_release(struct hit_lines *h)
{
	scout_free(h->matches);
	*h = (struct hit_lines){ .matches = NULL };
}

void hit_lines_clear(struct hit_lines *h)
{
	h->n = 0;
	h->is_sorted = true;
	h->nlines = h->noccurrences = 0;
}

static int compare(const void *va, const void *vb)
{
	const struct line_match *a = va, *b = vb;

	if (a->line != b->line)
		return a->line < b->line ? -1 : 1;
	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	if (a->end != b->end)
		return a->end < b->end ? -1 : 1;
	if (a->occurrence_len != b->occurrence_len)
		return a->occurrence_len < b->occurrence_len ? -1 : 1;
	return (a->operand > b->operand) - (a->operand < b->operand);
}

int hit_lines_put(struct hit_lines *h, const struct line_match *m)
{
	struct line_match *grown;
	size_t cap;

	if (h->n == h->cap) {
		cap = h->cap ? h->cap * 2 : 64;
		grown = scout_realloc(MEM_QUERY, h->matches,
				      cap * sizeof(*grown));
		if (!grown)
			return SCOUT_E_NOMEM;
		h->matches = grown;
		h->cap = cap;
	}
	if (h->n && compare(&h->matches[h->n - 1], m) > 0)
		h->is_sorted = false;
	h->matches[h->n++] = *m;
	return SCOUT_OK;
}

static bool same_span(const struct line_match *a, const struct line_match *b)
{
	return a->line == b->line && a->start == b->start && a->end == b->end;
}

/* Whether b, which comes right after a, is not to be shown. */
static bool is_repeated(const struct hit_lines *h, const struct line_match *a,
			const struct line_match *b)
{
	return same_span(a, b) &&
	       (!h->keeps_operands || a->operand == b->operand);
}

/* Whether m begins an occurrence that is not the one begun before. */
static bool is_new(const struct line_match *m, const struct line_match *begun)
{
	if (m->is_continued || m->start == m->end)
		return false;
	return !same_span(m, begun) ||
	       m->occurrence_len != begun->occurrence_len;
}

void hit_lines_drop_before(struct hit_lines *h, uint64_t line)
{
	size_t i, kept = 0;

	for (i = 0; i < h->n; i++)
		if (h->matches[i].line >= line)
			h->matches[kept++] = h->matches[i];
	h->n = kept;
}

void hit_lines_finish(struct hit_lines *h, uint64_t max_lines)
{
	struct line_match begun = { .line = UINT64_MAX };
	size_t i, n = 0;

	if (!h->is_sorted)
		qsort(h->matches, h->n, sizeof(*h->matches), compare);
	h->is_sorted = true;
	h->nlines = h->noccurrences = 0;
	for (i = 0; i < h->n; i++) {
		const struct line_match *m = &h->matches[i];

		if (!n || h->matches[n - 1].line != m->line) {
			if (max_lines && h->nlines == max_lines)
				break;
			h->nlines++;
		}
		if (is_new(m, &begun)) {
			h->noccurrences++;
			begun = *m;
		}
		if (n && is_repeated(h, &h->matches[n - 1], m))
			continue;
		h->matches[n++] = *m;
	}
	h->n = n;
}
