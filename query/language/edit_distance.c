#include "query/language/edit_distance.h"

#include "base/err.h"
#include "index_format/fold.h"

enum { ROW_CELLS = 2 * EDITS_MAX + 1, FAR = 100 };

/*
 * A row of the table: cell k is the distance of the word's first i characters to
 * the pattern's first i + k - max_edits.  A cell at each end is never within.
 */
struct row {
	uint8_t cell[ROW_CELLS + 2];
};

int edit_pattern_make(struct span text, unsigned max_edits,
		      struct arena *arena, struct edit_pattern *out)
{
	const uint8_t *p = text.ptr, *end = text.ptr + text.len;

	SCOUT_ASSERT(max_edits <= EDITS_MAX);
	out->chars = arena_alloc(arena, (text.len + 1) * sizeof(*out->chars));
	if (!out->chars)
		return SCOUT_E_NOMEM;
	out->max_edits = out->plain_edits = max_edits;
	for (out->nchars = 0; p < end; out->nchars++) {
		unsigned n = utf8_decode(p, end, &out->chars[out->nchars]);

		SCOUT_ASSERT(n > 0);
		p += n;
	}
	return SCOUT_OK;
}

int edit_pattern_make_folded(struct span text, unsigned edits,
			     struct arena *arena, struct edit_pattern *out)
{
	int rc = edit_pattern_make(text, 2 * edits, arena, out);

	out->plain_edits = edits;
	return rc;
}

/* How many edits a word may have so far: one more for each pair of s. */
struct edit_limit {
	unsigned edits;
	bool is_odd;	/* an s that is not of a pair was last */
};

static void limit_char(const struct edit_pattern *p, int32_t c,
		       struct edit_limit *l)
{
	l->edits += c == 's' && l->is_odd && l->edits < p->max_edits;
	l->is_odd = c == 's' && !l->is_odd;
}

static void first_row(const struct edit_pattern *p, struct row *out)
{
	unsigned k, max = p->max_edits;

	memset(out->cell, FAR, sizeof(out->cell));
	for (k = max; k <= 2 * max && k - max <= p->nchars; k++)
		out->cell[k + 1] = (uint8_t)(k - max);
}

static uint8_t least(uint8_t a, uint8_t b)
{
	return a < b ? a : b;
}

/*
 * The row of i characters, the last of which is c and the one before it before
 * (or -1).  rows: that of i - 1 and that of i - 2.  The least of its cells.
 */
static uint8_t next_row(const struct edit_pattern *p, size_t i, int32_t before,
			int32_t c, const struct row *last,
			const struct row *last_but_one, struct row *out)
{
	unsigned k, max = p->max_edits;
	uint8_t v, best = FAR;

	memset(out->cell, FAR, sizeof(out->cell));
	for (k = i < max ? max - (unsigned)i : 0; k <= 2 * max; k++) {
		size_t j = i + k - max;	/* of the pattern */

		if (j > p->nchars)
			break;
		/* one too many in the word; one left out of it */
		v = least(last->cell[k + 2], out->cell[k]) + 1;
		if (j)
			v = least(v, last->cell[k + 1] +
					     (p->chars[j - 1] != c));
		if (j > 1 && i > 1 && p->chars[j - 1] == before &&
		    p->chars[j - 2] == c)
			v = least(v, last_but_one->cell[k + 1] + 1);
		out->cell[k + 1] = least(v, FAR);
		best = least(best, v);
	}
	return best;
}

bool edit_within_or_dead(const struct edit_pattern *p, struct span word,
			 size_t *out_dead)
{
	const uint8_t *at = word.ptr, *end = word.ptr + word.len;
	struct edit_limit limit = { .edits = p->plain_edits };
	struct row rows[3];
	size_t i = 0, k;
	int32_t c, before = -1;

	first_row(p, &rows[0]);
	while (at < end) {
		unsigned n = utf8_decode(at, end, &c);

		at += n ? n : 1;
		i++;
		limit_char(p, c, &limit);
		if (next_row(p, i, before, c, &rows[(i + 2) % 3],
			     &rows[(i + 1) % 3],
			     &rows[i % 3]) > limit.edits) {
			*out_dead = (size_t)(at - word.ptr);
			return false;
		}
		before = c;
	}
	*out_dead = word.len + 1;
	if (p->nchars + p->max_edits < i || p->nchars > i + p->max_edits)
		return false;
	k = p->nchars + p->max_edits - i;
	return rows[i % 3].cell[k + 1] <= limit.edits;
}

bool edit_within(const struct edit_pattern *p, struct span word)
{
	size_t dead;

	return edit_within_or_dead(p, word, &dead);
}
