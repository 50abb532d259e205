#include "query/verify/text_match.h"

#include "query/verify/line_scan.h"

int text_matcher_init(struct text_matcher *m, struct text_patterns *patterns,
		      bool wants_all)
{
	*m = (struct text_matcher){ .patterns = patterns,
				    .wants_all = wants_all,
				    .wants_matches = true };
	if (!patterns->n)
		return SCOUT_OK;
	m->of = scout_calloc(MEM_QUERY, patterns->n, sizeof(*m->of));
	m->filters = scout_calloc(MEM_QUERY, patterns->n,
				  sizeof(*m->filters));
	if (!m->of || !m->filters)
		return SCOUT_E_NOMEM;
	return regex_matcher_new(&m->regex);
}

void text_matcher_release(struct text_matcher *m)
{
	unsigned i;

	for (i = 0; m->of && i < m->patterns->n; i++)
		scout_free(m->of[i].at);
	for (i = 0; m->filters && i < m->patterns->n; i++)
		line_filter_run_release(&m->filters[i]);
	scout_free(m->of);
	scout_free(m->filters);
	regex_matcher_free(m->regex);
	*m = (struct text_matcher){ .patterns = NULL };
}

void text_matcher_begin(struct text_matcher *m)
{
	unsigned i;

	m->offset = m->line = 0;
	for (i = 0; i < m->patterns->n; i++) {
		m->of[i].n = m->of[i].next_touch = 0;
		m->of[i].is_cut = false;
	}
}

void text_matcher_forget(struct text_matcher *m)
{
	unsigned i;

	for (i = 0; i < m->patterns->n; i++)
		m->of[i].n = m->of[i].next_touch = 0;
}

size_t text_matcher_held_bytes(const struct text_matcher *m)
{
	size_t sum = 0;
	unsigned i;

	for (i = 0; i < m->patterns->n; i++)
		sum += m->of[i].n * sizeof(*m->of[i].at);
	return sum;
}

/* --- Pieces -------------------------------------------------------------- */

static int put_piece(struct match_pieces *list, const struct match_piece *p)
{
	struct match_piece *grown;
	size_t cap;

	if (list->n == list->cap) {
		cap = list->cap ? list->cap * 2 : 64;
		grown = scout_realloc(MEM_QUERY, list->at,
				      cap * sizeof(*grown));
		if (!grown)
			return SCOUT_E_NOMEM;
		list->at = grown;
		list->cap = cap;
	}
	list->at[list->n++] = *p;
	return SCOUT_OK;
}

/* Whether bytes touch a word; *out_is_sure is false if that takes more than a
 * look at them. */
static bool has_word(const uint8_t *p, const uint8_t *end, bool *out_is_sure)
{
	bool is_ascii = true;

	*out_is_sure = true;
	for (; p < end; p++) {
		uint8_t c = *p | 0x20;

		if ((c >= 'a' && c <= 'z') || (*p >= '0' && *p <= '9') ||
		    *p == '_')
			return true;
		is_ascii &= *p < 128;
	}
	*out_is_sure = is_ascii;
	return false;
}

/* A pattern on its way through a window. */
struct walk {
	struct text_matcher *m;
	const struct text_pattern *pattern;
	struct match_pieces *list;
	struct span window;
	/* the line of the match before */
	size_t line_start;	/* in the window */
	uint64_t line;
	size_t next_start;	/* of the line after it, if that is known */
	bool wants_matches;
	bool needs_words;
	bool is_done;		/* one match was enough */
};

/* Moves to the line of pos. */
static void go_to_line(struct walk *w, size_t pos)
{
	const uint8_t *text = w->window.ptr, *last;
	uint64_t many = UINT64_MAX;

	last = memrchr(text + w->line_start, '\n', pos - w->line_start);
	if (!last)
		return;
	lines_skip(text + w->line_start, last + 1, &many);
	w->line += UINT64_MAX - many;
	w->line_start = (size_t)(last + 1 - text);
}

/* Adds the line that begins at start and ends before stop: something matches
 * there. */
static int put_line(struct walk *w, size_t start, size_t stop)
{
	const uint8_t *text = w->window.ptr;
	struct match_piece p = { .offset = w->m->offset + start };
	uint64_t many = UINT64_MAX;

	if (!w->m->wants_all) {
		w->is_done = true;
		return put_piece(w->list, &p);
	}
	if (start && start == w->next_start) {
		w->line++;
	} else {
		lines_skip(text + w->line_start, text + start, &many);
		w->line += UINT64_MAX - many;
	}
	w->line_start = start;
	w->next_start = stop + 1;
	p.line = w->line;
	p.line_start = p.offset;
	return put_piece(w->list, &p);
}

/* Adds the match [start, end), a piece for each of its lines. */
static int put_match(struct walk *w, size_t start, size_t end)
{
	const uint8_t *text = w->window.ptr, *newline;
	struct match_piece p = { .match_len = end - start };
	bool is_sure = true;
	int rc = SCOUT_OK;

	/* no line begins at the end of a text */
	if (start == w->window.len && (!start || text[start - 1] == '\n'))
		return SCOUT_OK;
	if (!w->m->wants_all) {
		w->is_done = true;
		return put_piece(w->list, &p);
	}
	if (w->pattern->node->is_plain)
		p.has_word = end > start;
	else
		p.has_word = has_word(text + start, text + end, &is_sure);
	w->needs_words |= !is_sure;
	go_to_line(w, start);
	do {
		newline = memchr(text + start, '\n', end - start);
		p.offset = w->m->offset + start;
		p.line = w->line;
		p.line_start = w->m->offset + w->line_start;
		p.len = (uint32_t)((newline ? (size_t)(newline - text) : end) -
				   start);
		rc = put_piece(w->list, &p);
		if (!newline)
			break;
		start = w->line_start = (size_t)(newline - text) + 1;
		w->line++;
		p.is_continued = true;
	} while (!rc && start < end);
	return rc;
}

/* --- Going through a window ---------------------------------------------- */

static const uint8_t *next_text(const struct walk *w, struct span rest)
{
	const struct memsearch *s = &w->pattern->filter.string;

	return w->pattern->is_plain ? memmem(rest.ptr, rest.len, s->string.ptr,
					     s->string.len) :
				      memsearch_find(s, rest);
}

/* Exactly one text, which no line break is in. */
static int find_text(struct walk *w)
{
	const struct memsearch *s = &w->pattern->filter.string;
	const uint8_t *text = w->window.ptr, *end = text + w->window.len;
	const uint8_t *p = text;
	int rc = SCOUT_OK;

	while (!rc && !w->is_done) {
		p = next_text(w, span_of(p, (size_t)(end - p)));
		if (!p)
			break;
		rc = put_match(w, (size_t)(p - text),
			       (size_t)(p - text) + s->string.len);
		p += s->string.len;
	}
	return rc;
}

/* The same in a window of ASCII for a sequence of sets that is all the regex
 * asks for. */
static int find_sets(struct walk *w)
{
	const struct setsearch *s = &w->pattern->filter.sets;
	const uint8_t *text = w->window.ptr, *end = text + w->window.len;
	const uint8_t *p = text;
	int rc = SCOUT_OK;

	while (!rc && !w->is_done) {
		p = setsearch_find(s, span_of(p, (size_t)(end - p)));
		if (!p)
			break;
		rc = put_match(w, (size_t)(p - text),
			       (size_t)(p - text) + s->n);
		p += s->n;
	}
	return rc;
}

/* A limit was hit at pos. */
static void cut(struct walk *w, size_t pos)
{
	struct text_pattern *p = &w->m->patterns->items[w->pattern -
							w->m->patterns->items];

	atomic_fetch_add_explicit(&p->limit_hits, 1, memory_order_relaxed);
	if (w->list->is_cut)
		return;
	go_to_line(w, pos);
	w->list->is_cut = true;
	w->list->cut_line = w->line;
}

/* Where to look for the next match: one that is empty uses up a character. */
static size_t after_match(struct span subject, size_t start, size_t end)
{
	if (end > start)
		return end;
	do
		end++;
	while (end < subject.len && (subject.ptr[end] & 0xc0) == 0x80);
	return end;
}

/* All matches in one subject, which begins at `at` of the window. */
static int find_in(struct walk *w, struct span subject, size_t at)
{
	size_t from = 0, start, end;
	int rc;

	while (!w->is_done && from <= subject.len) {
		rc = regex_find(w->pattern->re, w->m->regex, subject, from,
				&start, &end);
		if (rc == SCOUT_E_LIMIT)
			cut(w, at + from);
		if (rc)
			return rc == SCOUT_E_NOMEM ? rc : SCOUT_OK;
		rc = put_match(w, at + start, at + end);
		if (rc < 0)
			return rc;
		from = after_match(subject, start, end);
	}
	return SCOUT_OK;
}

/* Whether anything matches in a line. */
static int look_at_line(struct walk *w, const struct found_line *line)
{
	const uint8_t *text = w->window.ptr;
	size_t start = (size_t)(line->start - text), from, end;
	int rc = SCOUT_OK;

	if (!line->is_sure)
		rc = regex_find(w->pattern->re, w->m->regex,
				span_of(line->start,
					(size_t)(line->stop - line->start)),
				0, &from, &end);
	if (rc == SCOUT_E_LIMIT)
		cut(w, start);
	if (rc)
		return rc == SCOUT_E_NOMEM ? rc : SCOUT_OK;
	return put_line(w, start, (size_t)(line->stop - text));
}

static int find_in_lines(struct walk *w)
{
	size_t number = (size_t)(w->pattern - w->m->patterns->items);
	const uint8_t *text = w->window.ptr, *end = text + w->window.len;
	const uint8_t *p = text;
	struct found_line line;
	int rc = SCOUT_OK;

	while (!rc && p < end && !w->is_done) {
		rc = line_filter_next(&w->pattern->filter,
				      &w->m->filters[number],
				      span_of(p, (size_t)(end - p)),
				      !w->wants_matches, &line);
		if (rc < 0 || !line.start)
			break;
		rc = w->wants_matches ?
			     find_in(w, span_of(line.start,
						(size_t)(line.stop -
							 line.start)),
				     (size_t)(line.start - text)) :
			     look_at_line(w, &line);
		p = line.stop + 1;
	}
	return rc;
}

/* The whole text at once, if it can match at all. */
static int find_across_lines(struct walk *w)
{
	size_t number = (size_t)(w->pattern - w->m->patterns->items);
	const uint8_t *at = w->window.ptr;
	int rc = SCOUT_OK;

	if (w->pattern->filter.kind != FILTER_NONE)
		rc = line_filter_find(&w->pattern->filter,
				      &w->m->filters[number], w->window, &at);
	return rc < 0 || !at ? rc : find_in(w, w->window, 0);
}

static int find_all(struct walk *w)
{
	if (w->pattern->is_impossible)
		return SCOUT_OK;
	if (!w->pattern->re && (w->wants_matches || w->pattern->is_plain ||
				w->pattern->spans_lines))
		return find_text(w);
	if (atomic_load_explicit(&w->pattern->limit_hits,
				 memory_order_relaxed) >=
	    PATTERN_MAX_LIMIT_HITS) {
		w->list->is_cut = true;
		return SCOUT_OK;
	}
	if (w->pattern->spans_lines)
		return find_across_lines(w);
	if (w->wants_matches && w->pattern->filter.kind == FILTER_SETS &&
	    w->pattern->filter.sets_match && span_is_ascii(w->window))
		return find_sets(w);
	return find_in_lines(w);
}

static uint64_t count_lines(struct span window)
{
	uint64_t many = UINT64_MAX;

	lines_skip(window.ptr, window.ptr + window.len, &many);
	return UINT64_MAX - many;
}

int text_matcher_window(struct text_matcher *m, struct span window,
			bool *out_needs_words)
{
	unsigned i;
	int rc = SCOUT_OK;

	*out_needs_words = m->wants_words;
	for (i = 0; i < m->patterns->n && !rc; i++) {
		struct walk w = { .m = m, .pattern = &m->patterns->items[i],
				  .list = &m->of[i], .window = window,
				  .line = m->line };

		w.wants_matches = m->wants_all && m->wants_matches;
		w.list->next_touch = w.list->n;
		if (!m->wants_all && w.list->n)
			continue;
		rc = find_all(&w);
		*out_needs_words |= w.needs_words;
	}
	if (m->wants_all)
		m->line += count_lines(window);
	m->offset += window.len;
	return rc;
}

static void touch(struct match_piece *p, term_pos pos)
{
	if (!p->len)
		return;
	if (!p->is_touched)
		p->first_word = pos;
	p->last_word = pos;
	p->has_word = p->is_touched = true;
}

void text_matcher_touch(struct text_matcher *m, uint64_t start, uint64_t end,
			term_pos pos)
{
	unsigned i;
	size_t k;

	for (i = 0; i < m->patterns->n; i++) {
		struct match_pieces *list = &m->of[i];
		struct match_piece *p = list->at;

		k = list->next_touch;
		while (k < list->n && p[k].offset + p[k].len <= start)
			k++;
		list->next_touch = k;
		for (; k < list->n && p[k].offset < end; k++)
			touch(&p[k], pos);
	}
}

/* A match, by its pieces p[0..n). */
static int put_pieces(const struct match_piece *p, size_t n, unsigned leaf,
		      struct hit_lines *out)
{
	bool touches_word = false;
	size_t i;
	int rc = SCOUT_OK;

	for (i = 0; i < n; i++)
		touches_word |= p[i].has_word;
	for (i = 0; i < n && !rc; i++) {
		uint32_t start = (uint32_t)(p[i].offset - p[i].line_start);
		struct line_match l = {
			.line = p[i].line, .line_start = p[i].line_start,
			.start = start, .end = start + p[i].len,
			.occurrence_len = p[i].match_len, .operand = leaf,
			.is_continued = p[i].is_continued };

		if (!touches_word)
			l.start = l.end = 0;
		rc = hit_lines_put(out, &l);
	}
	return rc;
}

int text_matcher_put_match(const struct text_matcher *m, unsigned pattern,
			   size_t i, struct hit_lines *out)
{
	const struct match_pieces *list = &m->of[pattern];
	size_t end = i + 1;

	while (end < list->n && list->at[end].is_continued)
		end++;
	return put_pieces(list->at + i, end - i,
			  m->patterns->items[pattern].leaf, out);
}

int text_matcher_put(const struct text_matcher *m, unsigned pattern,
		     struct hit_lines *out)
{
	const struct match_pieces *list = &m->of[pattern];
	size_t i;
	int rc = SCOUT_OK;

	for (i = 0; i < list->n && !rc; i++)
		if (!list->at[i].is_continued)
			rc = text_matcher_put_match(m, pattern, i, out);
	return rc;
}

int text_matcher_put_line(const struct text_matcher *m, unsigned pattern,
			  size_t i, struct hit_lines *out)
{
	const struct match_pieces *list = &m->of[pattern];
	uint64_t line = i < list->n ? list->at[i].line : 0;
	int rc = SCOUT_OK;

	for (; i < list->n && list->at[i].line == line && !rc; i++)
		rc = put_pieces(list->at + i, 1,
				m->patterns->items[pattern].leaf, out);
	return rc;
}
