#include "indexer/merge.h"

#include <stdatomic.h>

#include "base/os.h"
#include "base/pool.h"
#include "index_format/length_norm.h"
#include "index_format/meta_value.h"
#include "indexer/run_merge.h"

enum {
	MERGE_SLOTS_PER_THREAD = 2,
	READER_MAX_BYTES = 1 << 16,
};

struct merge {
	/* immutable while threads run */
	const struct merge_options *options;
	struct span *bounds;	/* nranges + 1; the first and last are empty */
	size_t nranges;
	doc_id *doc_of_file;	/* DOC_NONE: not indexed */
	uint8_t *norms;		/* length norm by document */
	size_t reader_bytes;	/* buffer of one run in one thread */
	struct run_file *spills;	/* of each thread */
	/* internally locked */
	struct ring ring;
	_Atomic int64_t merge_ns;
	/* calling thread only */
	struct segment_writer *writer;
	struct merge_result *result;
	struct buf piece;	/* of a long list */
	uint64_t total_bytes;
};

/* --- documents */

/* Whether path is in the list of a test. */
static bool is_listed(struct span list, struct span path)
{
	const uint8_t *p = list.ptr, *end = list.ptr + list.len, *nul;

	while (p < end) {
		nul = memchr(p, 0, (size_t)(end - p));
		if (!nul)
			nul = end;
		if (span_eq(span_of(p, (size_t)(nul - p)), path))
			return true;
		p = nul + 1;
	}
	return false;
}

static int put_deletions(struct merge *m, struct buf *bits,
			 struct scout_err *err)
{
	uint8_t key[META_KEY_MAX];
	size_t len;

	if (!m->result->meta.ndeleted)
		return SCOUT_OK;
	len = meta_key_put(key, DELETED_KEY, m->options->segment_number);
	return meta_value_put(m->options->store, span_of(key, len), bits, err);
}

static int add_doc(struct merge *m, struct run_doc_reader *r, doc_id doc,
		   struct buf *deleted, struct scout_err *err)
{
	const struct file_entry *f = &m->options->files[r->file];

	m->doc_of_file[r->file] = doc;
	m->norms[doc] = length_norm(r->doc.nwords);
	r->doc.path = span_of(f->path, f->path_len);
	if (doc % 8 == 0)
		buf_put_u8(deleted, 0);
	if (m->options->delete_docs.len && !buf_status(deleted) &&
	    is_listed(m->options->delete_docs, r->doc.path)) {
		deleted->ptr[doc / 8] |= (uint8_t)(1 << doc % 8);
		m->result->meta.ndeleted++;
	} else {
		m->result->nlines += r->doc.nlines;
		m->result->text_bytes += r->doc.size_bytes;
	}
	return segment_writer_add_doc(m->writer, &r->doc, r->line_records, err);
}

/* Merges the document sections by the place in the walk. */
static int merge_docs(struct merge *m, struct scout_err *err)
{
	size_t n = m->options->nsources, i, best;
	struct run_doc_reader *readers;
	struct buf deleted = BUF_INIT(MEM_MERGE);
	doc_id doc = 0;
	int rc = SCOUT_OK;

	readers = scout_calloc(MEM_MERGE, n, sizeof(*readers));
	if (!readers)
		return scout_err_set(err, SCOUT_E_NOMEM, "merging documents");
	for (i = 0; i < n && rc >= 0; i++) {
		run_doc_reader_init(&readers[i], &m->options->docs[i]);
		rc = run_doc_next(&readers[i], err);
		if (rc == SCOUT_END)
			readers[i].file = UINT32_MAX;
	}
	while (rc >= 0) {
		for (best = i = 0; i < n; i++)
			if (readers[i].file < readers[best].file)
				best = i;
		if (!n || readers[best].file == UINT32_MAX)
			break;
		rc = add_doc(m, &readers[best], doc++, &deleted, err);
		if (rc >= 0)
			rc = run_doc_next(&readers[best], err);
		if (rc == SCOUT_END)
			readers[best].file = UINT32_MAX;
	}
	if (rc >= 0)
		rc = put_deletions(m, &deleted, err);
	for (i = 0; i < n; i++)
		run_doc_reader_release(&readers[i]);
	scout_free(readers);
	buf_release(&deleted);
	return rc < 0 ? rc : SCOUT_OK;
}

/* --- ranges of terms */

/* A term where a range can begin, and the bytes of its run that follow it up to
 * the next one. */
struct cut {
	struct span term;
	uint64_t bytes;
};

static int cmp_cuts(const void *a, const void *b)
{
	return span_cmp(((const struct cut *)a)->term,
			((const struct cut *)b)->term);
}

/* The index points of all runs, in order. */
static size_t list_cuts(struct merge *m, struct cut *out)
{
	const struct merge_options *o = m->options;
	size_t i, k, n = 0;

	for (i = 0; i < o->nruns; i++)
		for (k = 0; k < o->runs[i].npoints; k++) {
			const struct run_point *p = &o->runs[i].points[k];

			out[n].term = span_of(o->runs[i].point_text.ptr +
						      p->text, p->len);
			out[n++].bytes = o->runs[i].point_bytes;
		}
	qsort(out, n, sizeof(*out), cmp_cuts);
	return n;
}

/* Cuts the terms into ranges of about as many bytes of all runs together. */
static int make_bounds(struct merge *m)
{
	const struct merge_options *o = m->options;
	size_t npoints = 0, i, n;
	uint64_t bytes = 0;
	struct cut *cuts;

	for (i = 0; i < o->nruns; i++) {
		npoints += o->runs[i].npoints;
		m->total_bytes += o->runs[i].bytes;
	}
	cuts = scout_calloc(MEM_MERGE, npoints, sizeof(*cuts));
	m->bounds = scout_calloc(MEM_MERGE, npoints + 2, sizeof(*m->bounds));
	if (!cuts || !m->bounds) {
		scout_free(cuts);
		return SCOUT_E_NOMEM;
	}
	n = list_cuts(m, cuts);
	for (i = 0; i < n; i++) {
		if (bytes >= o->range_bytes &&
		    !span_eq(cuts[i].term, m->bounds[m->nranges])) {
			m->bounds[++m->nranges] = cuts[i].term;
			bytes = 0;
		}
		bytes += cuts[i].bytes;
	}
	m->nranges++;
	m->bounds[0] = m->bounds[m->nranges] = span_of(NULL, 0);
	scout_free(cuts);
	return SCOUT_OK;
}

/* --- terms */

/* The postings of the current term in the runs of one source. */
struct source_list {
	struct run_reader *r;		/* that is being read */
	const uint32_t *next, *end;	/* readers to come */
	uint64_t file;		/* current, plus 1; UINT64_MAX at the end */
	uint32_t freq;
};

/* A piece of a long list in a worker's file. */
struct spilled {
	int fd;			/* borrowed */
	uint64_t offset;
	size_t doc_bytes, group_bytes;	/* one after the other */
	uint32_t nskips, ngroups;
};

/* A finished range. */
struct range {
	struct buf terms;	/* as posting_encoder_finish left them */
	struct buf pieces;	/* struct spilled each, in order */
};

/* What a worker keeps from range to range. */
struct merge_worker {
	struct merge *merge;
	struct run_file *spill;	/* outlives the worker */
	struct range *range;	/* being encoded */
	struct run_merge runs;
	struct source_list *lists;
	size_t nlists;
	struct posting_encoder encoder;
};

/* To the next chunk, of this or the next reader; false if there is none. */
static bool next_chunk(struct merge_worker *w, struct source_list *l)
{
	l->file = 0;
	while (run_reader_chunk_ended(l->r)) {
		if (run_reader_next_chunk(l->r))
			continue;
		if (l->r->sys || l->next == l->end)
			return false;
		l->r = &w->runs.readers[*l->next++];
	}
	return true;
}

static inline void next_posting(struct merge_worker *w, struct source_list *l)
{
	uint64_t v;

	if (run_reader_chunk_ended(l->r) && !next_chunk(w, l)) {
		l->file = UINT64_MAX;
		return;
	}
	v = run_reader_varint(l->r);
	l->file += v >> 1;
	l->freq = v & 1 ? 1 : (uint32_t)run_reader_varint(l->r);
	if (l->r->sys)
		l->file = UINT64_MAX;
}

/* A list for each source that has the term. */
static void begin_lists(struct merge_worker *w)
{
	const uint32_t *p = w->runs.current, *end = p + w->runs.ncurrent;

	for (w->nlists = 0; p < end; w->nlists++) {
		struct source_list *l = &w->lists[w->nlists];

		l->r = &w->runs.readers[*p++];
		l->next = p;
		while (p < end && w->runs.readers[*p].source == l->r->source)
			p++;
		l->end = p;
		l->file = 0;
		next_posting(w, l);
	}
}

/* The list with the first document, and the first document of the others. */
static struct source_list *first_list(struct merge_worker *w,
				      uint64_t *out_others)
{
	struct source_list *best = &w->lists[0];
	size_t i;

	*out_others = UINT64_MAX;
	for (i = 1; i < w->nlists; i++) {
		struct source_list *l = &w->lists[i];

		if (l->file < best->file) {
			*out_others = best->file;
			best = l;
		} else if (l->file < *out_others) {
			*out_others = l->file;
		}
	}
	return best;
}

/* Puts what there is of a long list away until it is laid out. */
static int spill(const struct merge *m, struct merge_worker *w,
		 struct scout_err *err)
{
	struct list_piece list;
	struct spilled piece;
	int rc = posting_encoder_piece(&w->encoder, &list);

	if (rc < 0)
		return scout_err_set(err, rc, "merging");
	rc = run_file_open(w->spill, m->options->run_dir, err);
	piece = (struct spilled){ w->spill->fd, w->spill->bytes,
				  list.doc_bytes.len, list.group_bytes.len,
				  list.nskips, list.ngroups };
	if (!rc)
		rc = run_file_append(w->spill, list.doc_bytes, err);
	if (!rc)
		rc = run_file_append(w->spill, list.group_bytes, err);
	if (rc < 0)
		return rc;
	posting_encoder_drop(&w->encoder);
	buf_put(&w->range->pieces, &piece, sizeof(piece));
	return buf_status(&w->range->pieces) < 0 ?
		       scout_err_set(err, SCOUT_E_NOMEM, "merging") : SCOUT_OK;
}

static void pass_positions(struct source_list *l)
{
	uint32_t k;

	for (k = 0; k < l->freq; k++)
		(void)run_reader_varint(l->r);
}

/* The positions of the list's current document.  The first counts from 0 even
 * if the document began in an earlier run. */
static int encode_positions(const struct merge *m, struct merge_worker *w,
			    struct source_list *l, struct scout_err *err)
{
	struct posting_encoder *enc = &w->encoder;
	uint32_t left = l->freq, n, *gaps;
	term_pos before = enc->last_pos, pos = 0;
	int rc = SCOUT_OK;

	for (; left && !rc; left -= n) {
		gaps = posting_encoder_room(enc, &n);
		if (n > left)
			n = left;
		pos += run_reader_varints(l->r, gaps, n);
		gaps[0] -= before;
		before = 0;
		posting_encoder_gaps_put(enc, n, pos);
		if (posting_encoder_bytes(enc) >= m->options->range_bytes)
			rc = spill(m, w, err);
	}
	return rc;
}

/*
 * A file is read by one worker, a stretch of files after the other: so lists
 * take turns, and in each turn are read without looking at the others.  A large
 * file that goes on in the next run goes on here where it was cut.  A file that
 * failed while it was read has no document, and its postings are dropped.
 */
static int encode_postings(const struct merge *m, struct merge_worker *w,
			   struct scout_err *err)
{
	uint64_t last = 0, others;
	struct source_list *l;
	doc_id doc;
	int rc = SCOUT_OK;

	while (!rc) {
		l = first_list(w, &others);
		if (l->file == UINT64_MAX)
			break;
		do {
			doc = m->doc_of_file[l->file - 1];
			if (l->file != last && doc != DOC_NONE)
				posting_encoder_doc(&w->encoder, doc);
			last = l->file;
			if (doc == DOC_NONE)
				pass_positions(l);
			else
				rc = encode_positions(m, w, l, err);
			next_posting(w, l);
		} while (!rc && l->file < others);
	}
	return rc;
}

static int merge_range(struct merge *m, struct merge_worker *w, size_t range,
		       struct range *out, struct scout_err *err)
{
	struct run_merge *runs = &w->runs;
	int64_t start = os_mono_ns();
	int rc;

	rc = run_merge_open(runs, m->options->runs, m->options->nruns,
			    m->bounds[range], m->bounds[range + 1], err);
	while (!rc && !(rc = run_merge_next(runs, err))) {
		posting_encoder_begin(&w->encoder, runs->surface);
		begin_lists(w);
		w->range = out;
		rc = encode_postings(m, w, err);
		if (rc < 0 || !w->encoder.df)
			continue;
		rc = posting_encoder_finish(&w->encoder,
					    span_of(runs->term, runs->term_len),
					    &out->terms);
		if (rc < 0)
			scout_err_set(err, rc, "merging");
	}
	atomic_fetch_add(&m->merge_ns, os_mono_ns() - start);
	return rc < 0 ? rc : SCOUT_OK;
}

static struct range *range_new(void)
{
	struct range *r = scout_malloc(MEM_MERGE, sizeof(*r));

	if (r) {
		buf_init(&r->terms, MEM_MERGE);
		buf_init(&r->pieces, MEM_MERGE);
	}
	return r;
}

static void range_free(struct range *r)
{
	if (!r)
		return;
	buf_release(&r->terms);
	buf_release(&r->pieces);
	scout_free(r);
}

static int encode_range(void *ctx, size_t number, void **out_range,
			struct scout_err *err)
{
	struct merge_worker *w = ctx;
	struct range *out = range_new();
	int rc;

	if (!out)
		return scout_err_set(err, SCOUT_E_NOMEM, "merging");
	rc = merge_range(w->merge, w, number, out, err);
	if (rc < 0)
		range_free(out);
	else
		*out_range = out;
	return rc;
}

static int read_piece(struct buf *out, const struct spilled *s,
		      struct scout_err *err)
{
	size_t n = s->doc_bytes + s->group_bytes;

	buf_clear(out);
	if (!buf_reserve(out, n))
		return scout_err_set(err, SCOUT_E_NOMEM, "merging");
	out->len = n;
	return run_file_read(s->fd, out->ptr, n, s->offset, err);
}

/* The last piece of a list is with its term. */
static void split_last(const struct encoded_term *t,
		       const struct spilled *pieces, struct list_piece *out)
{
	uint32_t i;

	*out = (struct list_piece){ t->nskips, t->ngroups, t->doc_bytes,
				    t->group_bytes };
	for (i = 0; i < t->npieces; i++) {
		out->nskips -= pieces[i].nskips;
		out->ngroups -= pieces[i].ngroups;
	}
}

/* All blocks of documents come before the first group of positions. */
static int store_pieces(struct merge *m, const struct encoded_term *t,
			const struct spilled *pieces, struct scout_err *err)
{
	struct segment_writer *w = m->writer;
	const uint8_t *skips = t->skips, *lens = t->group_lens;
	struct list_piece last;
	const struct spilled *s;
	int rc = SCOUT_OK;

	split_last(t, pieces, &last);
	segment_writer_begin_long(w);
	for (s = pieces; s < pieces + t->npieces && !rc; s++) {
		rc = read_piece(&m->piece, s, err);
		if (!rc)
			rc = segment_writer_add_doc_blocks(
				w, skips, s->nskips,
				span_of(m->piece.ptr, s->doc_bytes), err);
		skips += s->nskips * sizeof(struct skip_entry);
	}
	if (!rc)
		rc = segment_writer_add_doc_blocks(w, skips, last.nskips,
						   last.doc_bytes, err);
	for (s = pieces; s < pieces + t->npieces && !rc; s++) {
		rc = read_piece(&m->piece, s, err);
		if (!rc)
			rc = segment_writer_add_groups(
				w, t, lens, s->ngroups,
				span_of(m->piece.ptr + s->doc_bytes,
					s->group_bytes), err);
		lens += s->ngroups * sizeof(uint32_t);
	}
	if (!rc)
		rc = segment_writer_add_groups(w, t, lens, last.ngroups,
					       last.group_bytes, err);
	return rc < 0 ? rc : segment_writer_end_long(w, t, err);
}

/* Calling thread: lays a finished range out. */
static int store_range(void *ctx, void *item, size_t number,
		       struct scout_err *err)
{
	struct merge *m = ((struct merge_worker *)ctx)->merge;
	struct range *range = item;
	const struct spilled *pieces =
		(const struct spilled *)(const void *)range->pieces.ptr;
	struct span bytes = buf_span(&range->terms);
	int64_t start = os_mono_ns();
	struct encoded_term term;
	int rc = SCOUT_OK;

	while (bytes.len && !rc) {
		encoded_term_next(&bytes, &term);
		if (term.npieces)
			rc = store_pieces(m, &term, pieces, err);
		else
			rc = segment_writer_add_term(m->writer, &term, err);
		if (term.npieces)	/* there may be none at all */
			pieces += term.npieces;
	}
	range_free(range);
	m->result->store_ns += os_mono_ns() - start;
	if (!rc && m->options->progress)
		rc = m->options->progress(m->options->progress_ctx,
					  m->total_bytes * (number + 1) /
						  m->nranges,
					  m->total_bytes);
	return rc;
}

static int worker_init(struct merge_worker *w, struct merge *m)
{
	const struct merge_options *o = m->options;

	w->merge = m;
	posting_encoder_init(&w->encoder, MEM_MERGE);
	posting_encoder_set_norms(&w->encoder, m->norms);
	w->lists = scout_calloc(MEM_MERGE, o->nsources, sizeof(*w->lists));
	return w->lists ? run_merge_init(&w->runs, o->nruns, m->reader_bytes,
					 MEM_MERGE) : SCOUT_E_NOMEM;
}

static void worker_release(struct merge_worker *w)
{
	run_merge_release(&w->runs);
	scout_free(w->lists);
	posting_encoder_release(&w->encoder);
}

static int merge_thread(void *ctx, unsigned worker, struct scout_err *err)
{
	static const struct ring_work work = { encode_range, store_range };
	struct merge *m = ctx;
	struct merge_worker *w = scout_calloc(MEM_MERGE, 1, sizeof(*w));
	int rc = SCOUT_E_NOMEM;

	if (w) {
		w->spill = &m->spills[worker];
		rc = worker_init(w, m);
	}
	if (rc < 0) {
		scout_err_set(err, rc, "merging");
		ring_stop(&m->ring);
	} else {
		rc = ring_work(&m->ring, worker, &work, w, err);
	}
	if (w)
		worker_release(w);
	scout_free(w);
	return rc;
}

/* Threads and buffers within the budget; many runs leave room for few. */
static unsigned plan_threads(struct merge *m)
{
	const struct merge_options *o = m->options;
	size_t nruns = o->nruns ? o->nruns : 1, nthreads;

	nthreads = o->readers_bytes / (nruns * RUN_READER_MIN_BYTES);
	if (nthreads > o->nthreads)
		nthreads = o->nthreads;
	if (!nthreads)
		nthreads = 1;
	m->reader_bytes = o->readers_bytes / (nruns * nthreads);
	if (m->reader_bytes > READER_MAX_BYTES)
		m->reader_bytes = READER_MAX_BYTES;
	return (unsigned)nthreads;
}

static int make_spills(struct merge *m, unsigned n)
{
	unsigned i;

	m->spills = scout_calloc(MEM_MERGE, n, sizeof(*m->spills));
	for (i = 0; m->spills && i < n; i++)
		m->spills[i].fd = -1;
	return m->spills ? SCOUT_OK : SCOUT_E_NOMEM;
}

static int merge_terms(struct merge *m, struct scout_err *err)
{
	unsigned nthreads = plan_threads(m), k;
	size_t i;
	int rc;

	rc = make_bounds(m);
	if (!rc)
		rc = make_spills(m, nthreads);
	if (!rc)
		rc = ring_init(&m->ring, MERGE_SLOTS_PER_THREAD * nthreads + 1,
			       m->nranges);
	if (rc < 0)
		return scout_err_set(err, rc, "merging");
	rc = scout_parallel(nthreads, merge_thread, m, err);
	for (i = 0; i < m->ring.nslots; i++)
		range_free(m->ring.slots[i]);
	ring_release(&m->ring);
	for (k = 0; k < nthreads; k++)
		run_file_close(&m->spills[k]);
	buf_release(&m->piece);
	return rc;
}

int merge_runs(const struct merge_options *options, struct merge_result *out,
	       struct scout_err *err)
{
	struct merge m = { .options = options, .result = out };
	struct segment_meta meta;
	size_t i;
	int rc;

	memset(out, 0, sizeof(*out));
	buf_init(&m.piece, MEM_MERGE);
	m.doc_of_file = scout_malloc(MEM_MERGE, (options->nfiles + 1) *
						       sizeof(doc_id));
	m.norms = scout_malloc(MEM_MERGE, options->nfiles + 1);
	if (!m.doc_of_file || !m.norms) {
		scout_free(m.doc_of_file);
		scout_free(m.norms);
		return scout_err_set(err, SCOUT_E_NOMEM, "merging");
	}
	for (i = 0; i < options->nfiles; i++)
		m.doc_of_file[i] = DOC_NONE;
	rc = segment_writer_new(options->store, options->segment_number,
				&m.writer, err);
	if (!rc)
		rc = merge_docs(&m, err);
	if (!rc)
		rc = merge_terms(&m, err);
	if (!rc)
		rc = segment_writer_finish(m.writer, &meta, err);
	if (!rc) {
		meta.ndeleted = out->meta.ndeleted;
		out->meta = meta;
		out->merge_ns = atomic_load(&m.merge_ns);
	}
	segment_writer_free(m.writer);
	scout_free(m.bounds);
	scout_free(m.spills);
	scout_free(m.doc_of_file);
	scout_free(m.norms);
	return rc;
}
