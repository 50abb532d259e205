#include "query/index_search.h"

/* A segment and the candidate that it comes up with next. */
struct head {
	struct segment_run run;
	struct path_cache paths;
	struct doc_info info;	/* of run.doc, with its path */
	enum verdict verdict;
	bool at_end;
	uint32_t *facts;	/* room for those of run.doc, for ranking */
	bool knows_facts;
};

struct index_search {
	struct index_snapshot *snapshot;
	const struct query_options *options;
	const struct fresh_tree *fresh;	/* or NULL */
	struct index_ranking *ranking;	/* or NULL */
	struct rank_model model;
	struct rank_top top;	/* if cap is not 0 */
	size_t next_fresh;		/* of its candidates */
	const struct path_narrow *narrow;
	struct arena arena;
	struct head *heads;
	size_t nheads;
	bool wants_lines;	/* to be counted or printed */
	bool wants_pieces;	/* to be printed or confirmed */
	size_t list_bytes;	/* what the next list may take, at most */
	/* hits of one document, by line */
	struct buf pieces;	/* struct hit_piece */
	struct buf hints;	/* struct line_hint */
};

/* --- Going through the segments ------------------------------------------ */

/* Whether the document at hand may be one of the best, before its positions are
 * looked at. */
static int may_be_best(struct index_search *s, struct head *h, bool *out)
{
	doc_id next;
	int rc;

	*out = true;
	if (!s->top.cap || (h->run.info.flags & DOC_WILD))
		return SCOUT_OK;
	rc = rank_top_may_have(&s->top, &h->run, out, &next);
	if (!rc && !*out)
		segment_run_skip(&h->run, next);
	if (!rc && *out)
		rc = rank_top_may_have_freqs(&s->top, &h->run, out);
	return rc;
}

/* Collects the facts of a document that matches; whether it is to be kept. */
static int take_facts(struct index_search *s, struct head *h, bool *out,
		      struct scout_err *err)
{
	int rc;

	h->knows_facts = false;
	*out = true;
	if (!s->ranking || h->verdict != VERDICT_YES)
		return SCOUT_OK;
	rc = rank_index_facts(&h->run, s->ranking->shape, h->facts,
			      &h->knows_facts, err);
	if (rc < 0 || !s->top.cap || !h->knows_facts)
		return rc;
	rc = segment_doc(h->run.seg, h->run.doc, &h->paths, &h->info, err);
	return rc < 0 ? rc : rank_top_put(&s->top, h->facts, h->info.path, out,
					  err);
}

/* The document at hand: whether it is a candidate. */
static int look_at(struct index_search *s, struct head *h, bool *out,
		   struct scout_err *err)
{
	int rc = may_be_best(s, h, out);

	if (rc < 0)
		return scout_err_set(err, rc, "ranking document %u",
				     h->run.doc);
	if (!*out)
		return SCOUT_OK;
	rc = segment_run_verdict(&h->run, &h->verdict, err);
	*out = h->verdict != VERDICT_NO || s->options->files_without_match;
	return rc < 0 || !*out ? rc : take_facts(s, h, out, err);
}

/* The next document of a segment that matches, or may. */
static int advance(struct index_search *s, struct head *h,
		   struct scout_err *err)
{
	bool found = false;
	int rc = SCOUT_OK;

	while (!rc && !found) {
		rc = segment_run_next(&h->run, s->options->files_without_match,
				      err);
		if (rc == SCOUT_END) {
			h->at_end = true;
			return SCOUT_OK;
		}
		if (!rc)
			rc = look_at(s, h, &found, err);
	}
	if (rc < 0)
		return rc;
	return segment_doc(h->run.seg, h->run.doc, &h->paths, &h->info, err);
}

/* What all segments have is known: weighs the query's words. */
static int begin_ranking(struct index_search *s, struct scout_err *err)
{
	struct index_ranking *r = s->ranking;
	size_t i, n = rank_facts_len(r->shape);
	int rc = rank_model_make(r->shape, r->words, r->tally, &s->arena,
				 &s->model);

	for (i = 0; i < s->nheads && !rc; i++) {
		s->heads[i].facts = arena_calloc(&s->arena, n,
						 sizeof(uint32_t));
		rc = s->heads[i].facts ? SCOUT_OK : SCOUT_E_NOMEM;
	}
	/* room for as many as there can be */
	if (!rc && r->top && s->model.is_complete)
		rc = rank_top_init(&s->top, &s->model, r->namer,
				   r->top < r->tally->ndocs ? r->top :
							      r->tally->ndocs,
				   &s->arena);
	return rc < 0 ? scout_err_set(err, rc, "ranking") : SCOUT_OK;
}

int index_search_open(struct index_snapshot *snapshot,
		      const struct query_plan *plan,
		      const struct query_options *options,
		      unsigned nthreads, const struct fresh_tree *fresh,
		      struct index_ranking *ranking,
		      struct index_search **out, struct scout_err *err)
{
	struct index_search *s = scout_calloc(MEM_QUERY, 1, sizeof(*s));
	struct segment_run_options run = { .nthreads = nthreads };
	size_t i;
	int rc = SCOUT_OK;

	if (!s)
		return scout_err_set(err, SCOUT_E_NOMEM, "opening a query");
	s->snapshot = snapshot;
	s->options = options;
	s->fresh = fresh;
	s->narrow = plan->narrow;
	s->ranking = ranking;
	s->wants_lines = options->detail != DETAIL_FILES;
	s->list_bytes = CANDIDATES_FIRST_BYTES;
	s->wants_pieces = options->detail == DETAIL_TEXT ||
			  (s->wants_lines && options->verify == VERIFY_ALWAYS);
	arena_init(&s->arena, MEM_QUERY);
	buf_init(&s->pieces, MEM_QUERY);
	buf_init(&s->hints, MEM_QUERY);
	run.wants_lines = s->wants_lines;
	s->nheads = snapshot->nsegments;
	s->heads = arena_calloc(&s->arena, s->nheads, sizeof(*s->heads));
	if (!s->heads)
		rc = scout_err_set(err, SCOUT_E_NOMEM, "opening a query");
	for (i = 0; i < s->nheads && !rc; i++) {
		run.dropped = fresh ? fresh->dropped[i] : NULL;
		rc = segment_run_open(&s->heads[i].run, &snapshot->segments[i],
				      plan, &run, &s->arena, err);
		if (!rc && ranking)
			rc = rank_tally_segment(ranking->tally, ranking->shape,
						ranking->words,
						&s->heads[i].run, err);
	}
	if (!rc && ranking)
		rc = begin_ranking(s, err);
	for (i = 0; i < s->nheads && !rc; i++)
		rc = advance(s, &s->heads[i], err);
	if (rc < 0)
		index_search_close(s);
	else
		*out = s;
	return rc;
}

void index_search_close(struct index_search *s)
{
	size_t i;

	if (!s)
		return;
	if (s->ranking) {
		s->ranking->left_out = s->top.left_out;
		s->ranking->threshold = rank_top_threshold(&s->top);
	}
	for (i = 0; s->heads && i < s->nheads; i++) {
		segment_run_close(&s->heads[i].run);
		path_cache_release(&s->heads[i].paths);
	}
	buf_release(&s->pieces);
	buf_release(&s->hints);
	arena_release(&s->arena);
	scout_free(s);
}

/* The segment whose candidate comes first in path order, or NULL. */
static struct head *first_head(struct index_search *s)
{
	struct head *best = NULL;
	size_t i;

	for (i = 0; i < s->nheads; i++) {
		struct head *h = &s->heads[i];

		if (h->at_end)
			continue;
		if (!best || path_cmp(h->info.path, best->info.path) < 0)
			best = h;
	}
	return best;
}

/* --- Lines of one document ----------------------------------------------- */

static int compare_pieces(const void *va, const void *vb)
{
	const struct hit_piece *a = va, *b = vb;

	if (a->line != b->line)
		return a->line < b->line ? -1 : 1;
	if (a->ordinal != b->ordinal)
		return a->ordinal < b->ordinal ? -1 : 1;
	return (a->count > b->count) - (a->count < b->count);
}

/* The words of a hit, a piece for each line that they touch. */
static int put_hit(struct index_search *s, const struct hit *hit,
		   struct line_cursor *lines)
{
	uint64_t pos = hit->first, left = (uint64_t)hit->last - pos + 1, here;
	int rc;

	while (left) {
		struct hit_piece p = { .leaf = hit->leaf };

		if (pos >= lines->total_words)
			return SCOUT_E_CORRUPT;
		if (pos < lines->first_word ||
		    pos >= lines->first_word + lines->nwords) {
			rc = line_cursor_seek_word(lines, pos);
			if (rc < 0)
				return rc;
		}
		here = lines->first_word + lines->nwords - pos;
		if (here > left)
			here = left;
		p.line = (uint32_t)lines->line;
		p.ordinal = (uint32_t)(pos - lines->first_word);
		p.piece = (uint16_t)(pos - hit->first);
		p.count = (uint16_t)here;
		buf_put(&s->pieces, &p, sizeof(p));
		pos += here;
		left -= here;
	}
	return SCOUT_OK;
}

static bool are_sorted(const struct hit_piece *p, size_t n)
{
	size_t i;

	for (i = 1; i < n; i++)
		if (compare_pieces(&p[i - 1], &p[i]) > 0)
			return false;
	return true;
}

/* Counts lines and occurrences; cuts what is beyond the most lines wanted. */
static void count_lines(struct index_search *s, struct candidate *c)
{
	struct hit_piece *p = (struct hit_piece *)s->pieces.ptr;
	size_t i, n = s->pieces.len / sizeof(*p);

	if (!are_sorted(p, n))
		qsort(p, n, sizeof(*p), compare_pieces);
	for (i = 0; i < n; i++) {
		if (!i || p[i].line != p[i - 1].line) {
			if (s->options->max_count &&
			    c->nlines == s->options->max_count)
				break;
			c->nlines++;
		}
		c->noccurrences += p[i].piece == 0;
	}
	s->pieces.len = i * sizeof(*p);
}

static int put_hint(struct index_search *s, struct line_cursor *lines,
		    uint64_t line)
{
	const struct line_hint *hints = (const struct line_hint *)s->hints.ptr;
	size_t n = s->hints.len / sizeof(*hints);
	struct line_hint hint;
	int rc = line_cursor_seek_line(lines, line);

	if (rc < 0)
		return rc;
	hint = (struct line_hint){ lines->known_line, lines->known_offset };
	if (!n || hint.line > hints[n - 1].line)
		buf_put(&s->hints, &hint, sizeof(hint));
	return SCOUT_OK;
}

/* In a large file: where the lines are that will be read, about. */
static int find_hints(struct index_search *s, struct line_cursor *lines)
{
	const struct hit_piece *p = (const struct hit_piece *)s->pieces.ptr;
	size_t i, n = s->pieces.len / sizeof(*p);
	uint32_t before = s->options->before;
	int rc = SCOUT_OK;

	buf_clear(&s->hints);
	for (i = 0; i < n && !rc; i++) {
		if (i && p[i].line == p[i - 1].line)
			continue;
		if (before)
			rc = put_hint(s, lines, p[i].line > before ?
						p[i].line - before : 0);
		if (!rc)
			rc = put_hint(s, lines, p[i].line);
	}
	return rc < 0 ? rc : buf_status(&s->hints);
}

/* Copies what was found about lines into the candidate. */
static int keep_pieces(struct index_search *s, struct candidate *c,
		       struct arena *arena)
{
	c->npieces = s->pieces.len / sizeof(*c->pieces);
	c->nhints = s->hints.len / sizeof(*c->hints);
	c->pieces = (struct hit_piece *)arena_dup(arena, s->pieces.ptr,
						  s->pieces.len);
	c->hints = (struct line_hint *)arena_dup(arena, s->hints.ptr,
						 s->hints.len);
	return c->pieces && c->hints ? SCOUT_OK : SCOUT_E_NOMEM;
}

/* The hit lines of a document that surely matches. */
static int find_lines(struct index_search *s, struct head *h,
		      struct candidate *c, struct arena *arena)
{
	const struct hit_list *hits = &h->run.match.hits;
	struct line_cursor *lines;
	size_t i;
	int rc = segment_run_hits(&h->run, &c->knows_lines, NULL);

	if (rc < 0 || !c->knows_lines)
		return rc;
	buf_clear(&s->pieces);
	buf_clear(&s->hints);
	lines = segment_run_lines(&h->run);
	if (!lines)
		return SCOUT_E_CORRUPT;
	for (i = 0; i < hits->n && !rc; i++)
		rc = put_hit(s, &hits->hits[i], lines);
	if (!rc)
		rc = buf_status(&s->pieces);
	if (rc < 0)
		return rc;
	count_lines(s, c);
	if (!s->wants_pieces)
		return SCOUT_OK;
	if (c->size_bytes > CANDIDATE_WHOLE_BYTES)
		rc = find_hints(s, lines);
	return rc < 0 ? rc : keep_pieces(s, c, arena);
}

/* --- Candidates ---------------------------------------------------------- */

void candidate_list_init(struct candidate_list *list)
{
	arena_init(&list->arena, MEM_QUERY);
	buf_init(&list->candidates, MEM_QUERY);
}

void candidate_list_release(struct candidate_list *list)
{
	arena_release(&list->arena);
	buf_release(&list->candidates);
}

static bool is_racy_doc(const struct doc_info *d,
			const struct segment_reader *seg)
{
	return time_is_racy(d->mtime_ns, seg->run_started_ns) ||
	       time_is_racy(d->ctime_ns, seg->run_started_ns);
}

static int put_candidate(struct index_search *s, struct head *h,
			 struct candidate_list *list, struct scout_err *err)
{
	const struct doc_info *d = &h->info;
	struct candidate c = {
		.path_len = d->path.len, .size_bytes = d->size_bytes,
		.is_indexed = true, .is_current = s->fresh != NULL, .mtime_ns = d->mtime_ns,
		.ctime_ns = d->ctime_ns, .ino = d->ino, .flags = d->flags,
		.is_racy = is_racy_doc(d, h->run.seg),
		.verdict = h->verdict };
	int rc = SCOUT_OK;

	c.path = arena_dup(&list->arena, d->path.ptr, d->path.len);
	if (!c.path)
		return scout_err_set(err, SCOUT_E_NOMEM, "collecting files");
	if (s->wants_lines && c.verdict == VERDICT_YES)
		rc = find_lines(s, h, &c, &list->arena);
	if (s->ranking && h->knows_facts && !rc) {
		c.facts = (const uint32_t *)arena_dup(
			&list->arena, h->facts,
			rank_facts_len(s->ranking->shape) * sizeof(*c.facts));
		rc = c.facts ? SCOUT_OK : SCOUT_E_NOMEM;
	}
	buf_put(&list->candidates, &c, sizeof(c));
	if (!rc)
		rc = buf_status(&list->candidates);
	if (rc < 0)
		return scout_err_set(err, rc, "collecting the lines of '%s'",
				     c.path);
	return SCOUT_OK;
}

static int put_known(struct candidate_list *list, const struct candidate *c,
		     struct scout_err *err)
{
	buf_put(&list->candidates, c, sizeof(*c));
	return buf_status(&list->candidates) < 0 ?
		       scout_err_set(err, SCOUT_E_NOMEM, "collecting files") :
		       SCOUT_OK;
}

/* The file to be read that comes before h, which may be NULL; or NULL. */
static const struct candidate *next_fresh(struct index_search *s,
					  const struct head *h)
{
	const struct candidate *c = NULL;

	for (; s->fresh && s->next_fresh < s->fresh->ncandidates;
	     s->next_fresh++, c = NULL) {
		c = &s->fresh->candidates[s->next_fresh];
		if (path_narrow_has(s->narrow, span_of(c->path, c->path_len)))
			break;
	}
	if (!c)
		return NULL;
	if (h && path_cmp(h->info.path, span_of(c->path, c->path_len)) < 0)
		return NULL;
	s->next_fresh++;
	return c;
}

int index_search_next(struct index_search *s, struct candidate_list *list,
		      struct scout_err *err)
{
	const struct candidate *c;
	struct head *h;
	size_t most;
	int rc = SCOUT_OK;

	arena_clear(&list->arena);
	buf_clear(&list->candidates);
	most = list->arena.total_bytes + s->list_bytes;
	if (s->list_bytes < CANDIDATES_MAX_BYTES)
		s->list_bytes *= 4;
	while (!rc) {
		h = first_head(s);
		c = next_fresh(s, h);
		if (!h && !c)
			return SCOUT_END;
		if (c)
			rc = put_known(list, c, err);
		else
			rc = put_candidate(s, h, list, err);
		if (!rc && !c)
			rc = advance(s, h, err);
		if (list->arena.total_bytes + list->candidates.len > most)
			break;
	}
	return rc;
}
