#include "indexer/segment_merge.h"

#include <stdatomic.h>

#include "base/os.h"
#include "base/pool.h"
#include "index_format/keys.h"
#include "index_format/length_norm.h"
#include "index_format/segment_reader.h"
#include "index_format/segment_writer.h"

enum {
	SLOTS_PER_THREAD = 2,
	/* of a range, for each dictionary block in it: block and postings */
	BLOCK_COST_BYTES = 40 << 10,
};

struct segment_merge {
	/* immutable while threads run */
	const struct segment_merge_options *options;
	struct arena arena;  /* holds bounds and numbers */
	struct span *bounds; /* nranges + 1; the first and last are empty */
	size_t nranges;
	doc_id **new_docs; /* by segment and document; DOC_NONE: deleted */
	uint8_t *norms;	   /* length norm by new document */
	/* internally locked */
	struct ring ring;
	_Atomic int64_t merge_ns;
	/* calling thread only */
	struct segment_writer *writer;
	struct segment_merge_result *result;
};

/* --- Reading -------------------------------------------------------------- */

/* The segments to be merged, in one thread's snapshot. */
struct sources {
	struct index_snapshot *snapshot;
	struct segment_reader **segments;
	size_t n;
};

static void sources_close(struct sources *s)
{
	scout_free(s->segments);
	snapshot_close(s->snapshot);
}

static int sources_open(const struct segment_merge *m, struct sources *out,
			struct scout_err *err)
{
	const struct segment_merge_options *o = m->options;
	struct sources s = { .n = o->nsegments };
	size_t i, k;
	int rc;

	rc = snapshot_open_checked(o->index_dir, &s.snapshot, err);
	if (rc < 0)
		return rc;
	s.segments =
		scout_calloc(MEM_MERGE, s.n, sizeof(struct segment_reader *));
	if (!s.segments) {
		sources_close(&s);
		return scout_err_set(err, SCOUT_E_NOMEM, "merging segments");
	}
	for (i = k = 0; k < s.n; k++) {
		while (i < s.snapshot->nsegments &&
		       s.snapshot->segments[i].number != o->numbers[k])
			i++;
		SCOUT_ASSERT(i < s.snapshot->nsegments);
		s.segments[k] = &s.snapshot->segments[i];
	}
	*out = s;
	return SCOUT_OK;
}

/* --- Documents ------------------------------------------------------------ */

/* A segment and its next document that is not deleted. */
struct doc_head {
	struct segment_reader *seg;
	size_t number; /* of the segment, in sources */
	doc_id doc;
	struct doc_info info; /* of doc */
	struct path_cache paths;
};

/* To the next document from h->doc on; SCOUT_END if there is none. */
static int find_doc(struct doc_head *h, struct scout_err *err)
{
	while (h->doc < h->seg->ndocs && segment_is_deleted(h->seg, h->doc))
		h->doc++;
	if (h->doc == h->seg->ndocs)
		return SCOUT_END;
	return segment_doc(h->seg, h->doc, &h->paths, &h->info, err);
}

static int copy_doc(struct segment_merge *m, struct doc_head *h, doc_id doc,
		    struct buf *lines, struct scout_err *err)
{
	struct line_cursor c;
	int rc;

	buf_clear(lines);
	rc = segment_lines(h->seg, &h->info, &c, err);
	if (!rc)
		rc = line_cursor_copy(&c, lines);
	if (rc < 0)
		return scout_err_set(err, rc,
				     "merging document %u of segment "
				     "%u",
				     h->doc, h->seg->number);
	m->new_docs[h->number][h->doc] = doc;
	m->norms[doc] = length_norm(h->info.nwords);
	m->result->nlines += h->info.nlines;
	m->result->text_bytes += h->info.size_bytes;
	return segment_writer_add_doc(m->writer, &h->info, buf_span(lines),
				      err);
}

/* Heads are kept in path order; the first one has moved: puts it in its place.
 * Mostly it stays where it is. */
static void sort_first(struct doc_head **heads, size_t n)
{
	struct doc_head *first = heads[0];
	size_t i;

	for (i = 1;
	     i < n && path_cmp(heads[i]->info.path, first->info.path) < 0; i++)
		heads[i - 1] = heads[i];
	heads[i - 1] = first;
}

static int merge_heads(struct segment_merge *m, struct doc_head **heads,
		       size_t n, struct scout_err *err)
{
	struct buf lines = BUF_INIT(MEM_MERGE);
	doc_id doc = 0;
	int rc = SCOUT_OK;

	while (n && rc >= 0) {
		rc = copy_doc(m, heads[0], doc++, &lines, err);
		if (rc < 0)
			break;
		heads[0]->doc++;
		rc = find_doc(heads[0], err);
		if (rc == SCOUT_END)
			heads[0] = heads[--n];
		/* the one moved to the front may stand anywhere */
		if (rc >= 0 && n)
			sort_first(heads, n);
	}
	buf_release(&lines);
	return rc < 0 ? rc : SCOUT_OK;
}

static int alloc_numbers(struct segment_merge *m, const struct sources *s)
{
	size_t i, ndocs = 0;
	doc_id doc;

	m->new_docs = arena_calloc(&m->arena, s->n, sizeof(doc_id *));
	if (!m->new_docs)
		return SCOUT_E_NOMEM;
	for (i = 0; i < s->n; i++) {
		struct segment_reader *seg = s->segments[i];

		m->new_docs[i] =
			arena_calloc(&m->arena, seg->ndocs, sizeof(doc_id));
		if (!m->new_docs[i])
			return SCOUT_E_NOMEM;
		for (doc = 0; doc < seg->ndocs; doc++)
			m->new_docs[i][doc] = DOC_NONE;
		ndocs += seg->ndocs;
	}
	m->norms = arena_calloc(&m->arena, ndocs, 1);
	return m->norms ? SCOUT_OK : SCOUT_E_NOMEM;
}

static int merge_docs(struct segment_merge *m, struct sources *s,
		      struct scout_err *err)
{
	struct doc_head *all, **heads;
	size_t i, n = 0;
	int rc = alloc_numbers(m, s);

	all = scout_calloc(MEM_MERGE, s->n, sizeof(*all));
	heads = scout_calloc(MEM_MERGE, s->n, sizeof(struct doc_head *));
	if (rc < 0 || !all || !heads)
		rc = scout_err_set(err, SCOUT_E_NOMEM, "merging documents");
	for (i = 0; i < s->n && rc >= 0; i++) {
		all[i] =
			(struct doc_head){ .seg = s->segments[i], .number = i };
		rc = find_doc(&all[i], err);
		if (rc)
			continue;
		/* insert at the front and let it find its place */
		memmove(heads + 1, heads, n * sizeof(struct doc_head *));
		heads[0] = &all[i];
		sort_first(heads, ++n);
	}
	if (rc >= 0)
		rc = merge_heads(m, heads, n, err);
	for (i = 0; all && i < s->n; i++)
		path_cache_release(&all[i].paths);
	scout_free(all);
	scout_free(heads);
	return rc < 0 ? rc : SCOUT_OK;
}

/* --- Terms ---------------------------------------------------------------- */

/* What a thread keeps from range to range. */
struct merge_reader {
	struct segment_merge *merge;
	struct sources sources;
	struct term_iter *terms; /* of each segment */
	bool *at_end;
	struct posting_cursor *lists; /* of the term at hand */
	size_t *list_segments;
	struct posting_encoder encoder;
};

static int next_term(struct merge_reader *w, size_t i, struct span stop,
		     struct scout_err *err)
{
	int rc = term_iter_next(&w->terms[i], err);

	if (rc == SCOUT_END ||
	    (!rc && stop.len && span_cmp(w->terms[i].term, stop) >= 0)) {
		w->at_end[i] = true;
		return SCOUT_OK;
	}
	return rc;
}

/* The new number of the document that the list stands on. */
static doc_id new_doc(const struct segment_merge *m,
		      const struct merge_reader *w, size_t list)
{
	return m->new_docs[w->list_segments[list]][w->lists[list].doc];
}

/* To the next posting whose document is still there; SCOUT_END. */
static int next_live(const struct segment_merge *m, struct merge_reader *w,
		     size_t list)
{
	int rc;

	do
		rc = posting_next(&w->lists[list]);
	while (!rc && new_doc(m, w, list) == DOC_NONE);
	return rc;
}

static int encode_doc(const struct segment_merge *m, struct merge_reader *w,
		      size_t list)
{
	const term_pos *positions;
	uint32_t n;
	int rc = posting_positions(&w->lists[list], &positions, &n);

	if (rc < 0)
		return rc;
	posting_encoder_doc(&w->encoder, new_doc(m, w, list));
	posting_encoder_positions(&w->encoder, positions, n);
	return SCOUT_OK;
}

/* Encodes the postings of n lists, each before its first posting. */
static int encode_lists(const struct segment_merge *m, struct merge_reader *w,
			size_t n)
{
	size_t i, best;
	int rc = SCOUT_OK;

	for (i = 0; i < n && rc >= 0; i++) {
		rc = next_live(m, w, i);
		if (rc < 0)
			return rc;
	}
	for (;;) {
		for (best = n, i = 0; i < n; i++)
			if (w->lists[i].doc != DOC_NONE &&
			    (best == n ||
			     new_doc(m, w, i) < new_doc(m, w, best)))
				best = i;
		if (best == n)
			return SCOUT_OK;
		rc = encode_doc(m, w, best);
		if (!rc)
			rc = next_live(m, w, best);
		if (rc < 0)
			return rc;
	}
}

/* The smallest term that a segment stands on; empty if none does. */
static struct span first_term(const struct merge_reader *w,
			      uint8_t copy[TERM_MAX_BYTES])
{
	struct span best = { NULL, 0 };
	size_t i;

	for (i = 0; i < w->sources.n; i++)
		if (!w->at_end[i] &&
		    (!best.ptr || span_cmp(w->terms[i].term, best) < 0))
			best = w->terms[i].term;
	if (best.len)
		memcpy(copy, best.ptr, best.len);
	return span_of(copy, best.len);
}

/* Encodes the next term; SCOUT_END if there is none. */
static int merge_term(const struct segment_merge *m, struct merge_reader *w,
		      struct span stop, struct buf *out, struct scout_err *err)
{
	uint8_t copy[TERM_MAX_BYTES], surface = 0;
	struct span term = first_term(w, copy);
	size_t i, n = 0;
	int rc = SCOUT_OK;

	if (!term.len)
		return SCOUT_END;
	for (i = 0; i < w->sources.n && !rc; i++) {
		if (w->at_end[i] || !span_eq(w->terms[i].term, term))
			continue;
		surface |= w->terms[i].info.surface;
		w->list_segments[n] = i;
		rc = posting_cursor_init(&w->lists[n++], w->sources.segments[i],
					 &w->terms[i].info);
	}
	posting_encoder_begin(&w->encoder, surface);
	if (!rc)
		rc = encode_lists(m, w, n);
	/* a list that is inline borrows the block: only now go on */
	for (i = 0; i < n; i++) {
		posting_cursor_release(&w->lists[i]);
		if (!rc)
			rc = next_term(w, w->list_segments[i], stop, err);
	}
	if (!rc && w->encoder.df)
		rc = posting_encoder_finish(&w->encoder, term, out);
	return rc;
}

static int merge_range(struct segment_merge *m, struct merge_reader *w,
		       size_t range, struct buf *out, struct scout_err *err)
{
	struct span start = m->bounds[range], stop = m->bounds[range + 1];
	size_t i, opened = 0;
	int rc = SCOUT_OK;

	for (i = 0; i < w->sources.n && !rc; i++, opened++) {
		rc = term_iter_open(&w->terms[i], w->sources.segments[i], start,
				    err);
		w->at_end[i] = false;
		if (!rc)
			rc = next_term(w, i, stop, err);
	}
	while (!rc)
		rc = merge_term(m, w, stop, out, err);
	for (i = 0; i < opened; i++)
		term_iter_close(&w->terms[i]);
	return rc < 0 ? scout_err_set(err, rc, "merging terms") : SCOUT_OK;
}

/* --- Ranges --------------------------------------------------------------- */

static int cmp_spans(const void *a, const void *b)
{
	return span_cmp(*(const struct span *)a, *(const struct span *)b);
}

/* The first terms of all blocks of one segment, every step-th. */
static int add_block_terms(struct segment_merge *m, struct segment_reader *seg,
			   size_t step, struct buf *out)
{
	struct store_cursor *c = NULL;
	struct span key, value, term;
	uint8_t first[4];
	size_t n = 0;
	int rc;

	put_be32(first, seg->number);
	rc = store_cursor_open(seg->snapshot->txn, STORE_DICT, &c);
	if (!rc)
		rc = store_seek_ge(c, span_of(first, 4), &key, &value);
	while (!rc && key.len > 4 && get_be32(key.ptr) == seg->number) {
		if (n++ % step == 0 && n > 1) {
			term = span_of(key.ptr + 4, key.len - 4);
			term.ptr = (uint8_t *)arena_dup(&m->arena, term.ptr,
							term.len);
			if (!term.ptr) {
				rc = SCOUT_E_NOMEM;
				break;
			}
			buf_put(out, &term, sizeof(term));
		}
		rc = store_next(c, &key, &value);
	}
	store_cursor_close(c);
	return rc < 0 ? rc : buf_status(out);
}

/* Cuts the terms where blocks begin, so that ranges have about range_bytes. */
static int make_bounds(struct segment_merge *m, const struct sources *s)
{
	size_t step = m->options->range_bytes / BLOCK_COST_BYTES / s->n, i, n;
	struct buf terms = BUF_INIT(MEM_MERGE);
	struct span *all;
	int rc = SCOUT_OK;

	for (i = 0; i < s->n && !rc; i++)
		rc = add_block_terms(m, s->segments[i], step ? step : 1,
				     &terms);
	n = terms.len / sizeof(*all);
	all = arena_calloc(&m->arena, n + 2, sizeof(*all));
	if (!rc && !all)
		rc = SCOUT_E_NOMEM;
	if (!rc) {
		if (n)
			memcpy(all + 1, terms.ptr, n * sizeof(*all));
		qsort(all + 1, n, sizeof(*all), cmp_spans);
		m->bounds = all;
		for (i = 1; i <= n; i++)
			if (!m->nranges || !span_eq(all[i], all[m->nranges]))
				all[++m->nranges] = all[i];
		all[++m->nranges] = span_of(NULL, 0);
	}
	buf_release(&terms);
	return rc;
}

static void range_free(struct buf *b)
{
	if (!b)
		return;
	buf_release(b);
	scout_free(b);
}

static int encode_range(void *ctx, size_t number, void **out_range,
			struct scout_err *err)
{
	struct merge_reader *w = ctx;
	struct buf *out = scout_malloc(MEM_MERGE, sizeof(*out));
	int64_t start = os_mono_ns();
	int rc;

	if (!out)
		return scout_err_set(err, SCOUT_E_NOMEM, "merging terms");
	buf_init(out, MEM_MERGE);
	rc = merge_range(w->merge, w, number, out, err);
	atomic_fetch_add(&w->merge->merge_ns, os_mono_ns() - start);
	if (rc < 0)
		range_free(out);
	else
		*out_range = out;
	return rc;
}

/* Calling thread: lays a finished range out. */
static int store_range(void *ctx, void *item, size_t number,
		       struct scout_err *err)
{
	struct segment_merge *m = ((struct merge_reader *)ctx)->merge;
	struct buf *range = item;
	const struct segment_merge_options *o = m->options;
	struct span bytes = buf_span(range);
	int64_t start = os_mono_ns();
	struct encoded_term term;
	int rc = SCOUT_OK;

	while (bytes.len && !rc) {
		encoded_term_next(&bytes, &term);
		rc = segment_writer_add_term(m->writer, &term, err);
	}
	range_free(range);
	m->result->store_ns += os_mono_ns() - start;
	if (!rc && o->progress)
		rc = o->progress(o->progress_ctx, number + 1, m->nranges);
	return rc;
}

static int reader_open(struct merge_reader *w, struct segment_merge *m,
		       struct scout_err *err)
{
	size_t n = m->options->nsegments;
	int rc = sources_open(m, &w->sources, err);

	w->merge = m;
	if (rc < 0)
		return rc;
	w->terms = scout_calloc(MEM_MERGE, n, sizeof(*w->terms));
	w->at_end = scout_calloc(MEM_MERGE, n, sizeof(*w->at_end));
	w->lists = scout_calloc(MEM_MERGE, n, sizeof(*w->lists));
	w->list_segments =
		scout_calloc(MEM_MERGE, n, sizeof(*w->list_segments));
	posting_encoder_init(&w->encoder, MEM_MERGE);
	posting_encoder_set_norms(&w->encoder, m->norms);
	if (w->terms && w->at_end && w->lists && w->list_segments)
		return SCOUT_OK;
	return scout_err_set(err, SCOUT_E_NOMEM, "merging terms");
}

static void reader_close(struct merge_reader *w)
{
	scout_free(w->terms);
	scout_free(w->at_end);
	scout_free(w->lists);
	scout_free(w->list_segments);
	posting_encoder_release(&w->encoder);
	sources_close(&w->sources);
}

static int merge_thread(void *ctx, unsigned worker, struct scout_err *err)
{
	static const struct ring_work work = { encode_range, store_range };
	struct segment_merge *m = ctx;
	struct merge_reader *w = scout_calloc(MEM_MERGE, 1, sizeof(*w));
	int rc = w ? reader_open(w, m, err) :
		     scout_err_set(err, SCOUT_E_NOMEM, "merging terms");

	if (rc < 0)
		ring_stop(&m->ring);
	else
		rc = ring_work(&m->ring, worker, &work, w, err);
	if (w)
		reader_close(w);
	scout_free(w);
	return rc;
}

static int merge_terms(struct segment_merge *m, struct scout_err *err)
{
	unsigned nthreads = m->options->nthreads;
	size_t i;
	int rc;

	if (nthreads > m->nranges)
		nthreads = (unsigned)m->nranges;
	rc = ring_init(&m->ring, SLOTS_PER_THREAD * nthreads + 1, m->nranges);
	if (rc < 0)
		return scout_err_set(err, rc, "merging terms");
	rc = scout_parallel(nthreads, merge_thread, m, err);
	for (i = 0; i < m->ring.nslots; i++)
		range_free(m->ring.slots[i]);
	ring_release(&m->ring);
	return rc;
}

/* --- The whole ------------------------------------------------------------ */

static int64_t oldest_run(const struct sources *s)
{
	int64_t oldest = INT64_MAX;
	size_t i;

	for (i = 0; i < s->n; i++)
		if (s->segments[i]->run_started_ns < oldest)
			oldest = s->segments[i]->run_started_ns;
	return oldest;
}

/* What the calling thread does alone, before the terms. */
static int begin(struct segment_merge *m, int64_t *out_started_ns,
		 struct scout_err *err)
{
	struct sources s = { .snapshot = NULL };
	int rc = sources_open(m, &s, err);

	if (rc < 0)
		return rc;
	*out_started_ns = oldest_run(&s);
	rc = merge_docs(m, &s, err);
	if (!rc)
		rc = make_bounds(m, &s);
	sources_close(&s);
	return rc < 0 ? scout_err_set(err, rc, "merging segments") : rc;
}

int segment_merge(const struct segment_merge_options *options,
		  struct segment_merge_result *out, struct scout_err *err)
{
	struct segment_merge m = { .options = options, .result = out };
	int64_t started_ns = 0;
	int rc;

	SCOUT_ASSERT(options->nsegments);
	memset(out, 0, sizeof(*out));
	arena_init(&m.arena, MEM_MERGE);
	rc = segment_writer_new(options->store, options->new_number, &m.writer,
				err);
	if (!rc)
		rc = begin(&m, &started_ns, err);
	if (!rc)
		rc = merge_terms(&m, err);
	if (!rc)
		rc = segment_writer_finish(m.writer, &out->meta, err);
	out->meta.run_started_ns = started_ns;
	out->merge_ns = atomic_load(&m.merge_ns);
	segment_writer_free(m.writer);
	arena_release(&m.arena);
	return rc;
}
