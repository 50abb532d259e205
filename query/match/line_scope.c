#include "query/match/eval.h"

/* The leaf's occurrences in the whole document, asked for once. */
static int get_whole(struct match_run *run, unsigned leaf,
		     struct leaf_spans *out)
{
	struct line_scope *s = &run->lines;
	int rc = SCOUT_OK;

	if (!s->is_known[leaf]) {
		rc = s->base.leaf(s->base.ctx, leaf, true, &s->whole[leaf]);
		s->is_known[leaf] = rc == SCOUT_OK;
		s->hint[leaf] = 0;
	}
	*out = s->whole[leaf];
	return rc;
}

/* Of occurrences that begin on the line, those that end there. */
static int drop_longer(struct match_run *run, struct leaf_spans *s)
{
	term_pos *first, *last;
	size_t i, n = 0;

	first = arena_alloc(&run->scratch, s->n * sizeof(*first));
	last = arena_alloc(&run->scratch, s->n * sizeof(*last));
	if (!first || !last)
		return SCOUT_E_NOMEM;
	for (i = 0; i < s->n; i++) {
		if (s->last[i] >= run->lines.at.end)
			continue;
		first[n] = s->first[i];
		last[n++] = s->last[i];
	}
	s->first = first;
	s->last = last;
	s->n = n;
	return SCOUT_OK;
}

/* Cuts a list down to the line at hand. */
static int cut_to_line(struct match_run *run, unsigned leaf,
		       struct leaf_spans *s)
{
	const struct line_words *at = &run->lines.at;
	uint64_t len = s->last ? 1 : s->len;
	size_t from = 0, to = 0;

	if (at->first)
		from = positions_after(s->first, s->n, at->first - 1,
				       run->lines.hint[leaf]);
	run->lines.hint[leaf] = from;
	if (at->end >= at->first + len)
		to = positions_after(s->first, s->n, at->end - len, from);
	s->n = to > from ? to - from : 0;
	s->first += from;
	if (!s->last)
		return SCOUT_OK;
	s->last += from;
	return drop_longer(run, s);
}

static int line_leaf(void *ctx, unsigned leaf, bool want_positions,
		     struct leaf_spans *out)
{
	struct match_run *run = ctx;
	int rc = get_whole(run, leaf, out);

	(void)want_positions;
	if (rc < 0 || out->in_text)	/* the source looks at the line itself */
		return rc < 0 ? rc : run->lines.base.leaf(run->lines.base.ctx,
							  leaf, true, out);
	if (!out->n)
		return SCOUT_OK;
	if (out->only_present) {	/* but where? */
		out->is_exact = false;
		return SCOUT_OK;
	}
	return cut_to_line(run, leaf, out);
}

static int line_filter(void *ctx, unsigned filter, bool *out)
{
	struct match_run *run = ctx;

	return run->lines.base.filter(run->lines.base.ctx, filter, out);
}

/* A line by itself has none below it. */
static int line_last_below(void *ctx, term_pos pos, uint32_t nlines,
			   term_pos *out)
{
	struct match_run *run = ctx;

	(void)pos;
	(void)nlines;
	*out = run->lines.at.end - 1;
	return SCOUT_OK;
}

int match_run_by_line(struct match_run *run)
{
	struct line_scope *s = &run->lines;
	size_t n = run->tree->nleaves;

	s->base = run->source;
	run->source = (struct match_source){ .ctx = run, .leaf = line_leaf,
					     .filter = line_filter,
					     .lines = { run,
							line_last_below } };
	s->whole = scout_calloc(MEM_QUERY, n, sizeof(*s->whole));
	s->is_known = scout_calloc(MEM_QUERY, n, sizeof(*s->is_known));
	s->hint = scout_calloc(MEM_QUERY, n, sizeof(*s->hint));
	return s->whole && s->is_known && s->hint ? SCOUT_OK : SCOUT_E_NOMEM;
}

void line_scope_release(struct line_scope *s)
{
	scout_free(s->whole);
	scout_free(s->is_known);
	scout_free(s->hint);
	*s = (struct line_scope){ .whole = NULL };
}

void match_lines_begin(struct match_run *run)
{
	memset(run->lines.is_known, 0,
	       run->tree->nleaves * sizeof(*run->lines.is_known));
	hit_list_clear(&run->hits);
}

int match_line_eval(struct match_run *run, const struct line_words *line,
		    enum verdict *out)
{
	run->lines.at = *line;
	return match_eval(run, out);
}

int match_line_spans(struct match_run *run, unsigned leaf,
		     struct leaf_spans *out)
{
	return get_whole(run, leaf, out);
}
