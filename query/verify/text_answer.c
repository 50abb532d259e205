/* What was found in a text (text_eval.h): the verdict, and its hit lines. */
#include "query/verify/text_eval.h"

#include "query/match/span_list.h"

static int evaluation_failed(int rc, struct scout_err *err)
{
	if (rc == SCOUT_E_LIMIT)
		return scout_err_set(err, rc,
				     "a NEAR inside another is true in more "
				     "than %d ways here; a smaller distance "
				     "makes them fewer", SPAN_LIST_MAX);
	return scout_err_set(err, rc, "evaluating a query");
}

/* Starts with the lines of the text, each by itself: how many there are. */
static uint64_t begin_lines(struct text_eval *t)
{
	match_lines_begin(&t->run);
	/* what follows the last '\n' is a line, nothing is not */
	return t->line_words.n + (t->line_start < t->window_offset);
}

static struct line_words line_at(const struct text_eval *t, uint64_t number)
{
	const struct position_list *l = &t->line_words;

	return (struct line_words){
		.number = number, .first = number ? l->at[number - 1] : 0,
		.end = number < l->n ? l->at[number] : (term_pos)t->nwords };
}

/* The verdict on the best of the lines. */
static int eval_lines(struct text_eval *t, enum verdict *out)
{
	uint64_t i, n = begin_lines(t);
	enum verdict v;
	int rc = SCOUT_OK;

	*out = VERDICT_NO;
	for (i = 0; i < n && !rc && *out != VERDICT_YES; i++) {
		const struct line_words line = line_at(t, i);

		rc = match_line_eval(&t->run, &line, &v);
		if (!rc && v > *out)
			*out = v;
	}
	return rc;
}

int text_eval_verdict(struct text_eval *t, enum verdict *out,
		      struct scout_err *err)
{
	int rc = t->by_line ? eval_lines(t, out) : match_eval(&t->run, out);

	return rc < 0 ? evaluation_failed(rc, err) : rc;
}

const struct text_pattern *text_eval_given_up(const struct text_eval *t,
					      uint64_t *out_line)
{
	const struct text_patterns *p = t->matcher.patterns;
	unsigned i;

	for (i = 0; i < p->n; i++)
		if (t->matcher.of[i].is_cut) {
			*out_line = t->matcher.of[i].cut_line;
			return &p->items[i];
		}
	return NULL;
}

void text_eval_tally(const struct text_eval *t, struct rank_tally *tally)
{
	uint32_t i;

	tally->ndocs++;
	tally->nwords += t->nwords;
	for (i = 0; i < t->words->nelements; i++)
		tally->element_docs[i] += t->elements[i].n > 0;
}

/* The place of the word at pos, from place i on. */
static size_t find_place(const struct text_eval *t, size_t i, term_pos pos)
{
	size_t lo = i, hi, step = 1;

	while (lo + step < t->nplaces && t->places[lo + step].pos <= pos) {
		lo += step;
		step *= 2;
	}
	hi = lo + step < t->nplaces ? lo + step : t->nplaces;
	while (hi - lo > 1) {
		size_t mid = lo + (hi - lo) / 2;

		if (t->places[mid].pos <= pos)
			lo = mid;
		else
			hi = mid;
	}
	SCOUT_ASSERT(t->places[lo].pos == pos);
	return lo;
}

/* The words of a hit, a match for each line that they touch. */
static int put_hit(const struct text_eval *t, const struct hit *hit,
		   size_t place, struct hit_lines *out)
{
	const struct word_place *p = &t->places[place];
	size_t i, j, n = (size_t)hit->last - hit->first + 1;
	int rc;

	for (i = 0; i < n; i = j) {
		struct line_match m = {
			.line = p[i].line, .line_start = p[i].line_start,
			.start = (uint32_t)(p[i].offset - p[i].line_start),
			.occurrence_len = p[n - 1].offset + p[n - 1].len -
					  p->offset,
			.operand = hit->leaf, .is_continued = i > 0 };

		for (j = i + 1; j < n && p[j].line == p[i].line; j++)
			;
		m.end = (uint32_t)(p[j - 1].offset + p[j - 1].len -
				   p[i].line_start);
		rc = hit_lines_put(out, &m);
		if (rc < 0)
			return rc;
	}
	return SCOUT_OK;
}

/* A hit of a regex or lit: in a NEAR. */
static int put_match_hit(const struct text_eval *t,
			 const struct text_pattern *pattern,
			 const struct hit *hit, struct hit_lines *out)
{
	unsigned i = (unsigned)(pattern - t->matcher.patterns->items);

	return pattern_spans_put(&t->spans[i], &t->matcher, i, hit, out);
}

/* The hits, from *place on. */
static int put_hits(const struct text_eval *t, size_t from, size_t *place,
		    struct hit_lines *out)
{
	size_t i;
	int rc = SCOUT_OK;

	for (i = from; i < t->run.hits.n && !rc; i++) {
		const struct hit *h = &t->run.hits.hits[i];
		const struct text_pattern *p =
			text_pattern_of(t->matcher.patterns, h->leaf);

		if (p) {
			rc = put_match_hit(t, p, h, out);
			continue;
		}
		*place = find_place(t, *place, h->first);
		rc = put_hit(t, h, *place, out);
	}
	return rc;
}

/* A line that is true without anything on it that could be marked. */
static int put_bare_line(uint64_t number, struct hit_lines *out)
{
	const struct line_match m = { .line = number, .line_start = UINT64_MAX,
				      /* no occurrence begins here */
				      .is_continued = true };

	return hit_lines_put(out, &m);
}

/* The lines that are true by themselves. */
static int put_true_lines(struct text_eval *t, struct hit_lines *out)
{
	const struct text_patterns *patterns = t->matcher.patterns;
	uint64_t i, n = begin_lines(t);
	size_t place = 0, before, nhits;
	enum verdict v;
	bool exact;
	unsigned p;
	int rc = SCOUT_OK;

	for (i = 0; i < n && !rc; i++) {
		const struct line_words line = line_at(t, i);

		rc = match_line_eval(&t->run, &line, &v);
		if (rc < 0 || v != VERDICT_YES)
			continue;
		before = out->n;
		nhits = t->run.hits.n;
		rc = match_line_collect(&t->run, &exact);
		if (!rc)
			rc = put_hits(t, nhits, &place, out);
		for (p = 0; p < patterns->n && !rc; p++)
			if (t->run.leaf_takes_part[patterns->items[p].leaf])
				rc = text_matcher_put_line(
					&t->matcher, p, t->pattern_hint[p],
					out);
		if (!rc && out->n == before)
			rc = put_bare_line(i, out);
	}
	return rc;
}

/* The hit lines of a text as a whole. */
static int put_lines(struct text_eval *t, struct hit_lines *out)
{
	size_t i, place = 0;
	bool exact;
	int rc = match_collect(&t->run, &exact);

	if (!rc)
		rc = put_hits(t, 0, &place, out);
	for (i = 0; i < t->matcher.patterns->n && !rc; i++)
		if (t->run.leaf_takes_part[t->matcher.patterns->items[i].leaf])
			rc = text_matcher_put(&t->matcher, (unsigned)i, out);
	return rc;
}

int text_eval_lines(struct text_eval *t, struct hit_lines *out,
		    struct scout_err *err)
{
	int rc;

	SCOUT_ASSERT(t->wants_places);
	hit_lines_clear(out);
	rc = t->by_line ? put_true_lines(t, out) : put_lines(t, out);
	return rc < 0 ? evaluation_failed(rc, err) : rc;
}
