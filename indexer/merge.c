#include "indexer/merge.h"

#include <stdatomic.h>

#include "base/os.h"
#include "base/pool.h"
#include "index_format/length_norm.h"
#include "index_format/meta_value.h"

enum { MERGE_SLOTS_PER_THREAD = 2 };

struct merge {
	/* immutable while threads run */
	const struct merge_options *options;
	struct span *bounds;	/* nranges + 1; the first and last are empty */
	size_t nranges;
	doc_id *doc_of_file;	/* DOC_NONE: not indexed */
	uint8_t *norms;		/* length norm by document */
	/* internally locked */
	struct ring ring;
	_Atomic int64_t merge_ns;
	/* calling thread only */
	struct segment_writer *writer;
	struct merge_result *result;
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
	size_t n = m->options->nruns, i, best;
	struct run_doc_reader *readers;
	struct buf deleted = BUF_INIT(MEM_MERGE);
	doc_id doc = 0;
	int rc = SCOUT_OK;

	readers = scout_calloc(MEM_MERGE, n, sizeof(*readers));
	if (!readers)
		return scout_err_set(err, SCOUT_E_NOMEM, "merging documents");
	for (i = 0; i < n && rc >= 0; i++) {
		run_doc_reader_init(&readers[i], &m->options->runs[i]);
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

static int cmp_spans(const void *a, const void *b)
{
	return span_cmp(*(const struct span *)a, *(const struct span *)b);
}

/* Cuts the terms at every n-th index point of all runs together. */
static int make_bounds(struct merge *m)
{
	const struct merge_options *o = m->options;
	size_t npoints = 0, step, i, k, n = 0;
	struct span *all;

	for (i = 0; i < o->nruns; i++) {
		npoints += o->runs[i].npoints;
		m->total_bytes += o->runs[i].terms_bytes;
	}
	all = scout_calloc(MEM_MERGE, npoints + 2, sizeof(*all));
	if (!all)
		return SCOUT_E_NOMEM;
	for (i = 0; i < o->nruns; i++)
		for (k = 0; k < o->runs[i].npoints; k++) {
			const struct run_point *p = &o->runs[i].points[k];

			all[n++] = span_of(o->runs[i].point_text.ptr + p->text,
					   p->len);
		}
	qsort(all, n, sizeof(*all), cmp_spans);
	step = o->range_bytes / RUN_POINT_BYTES;
	if (!step)
		step = 1;
	m->bounds = all;
	m->nranges = 0;
	for (i = step; i < n; i += step)
		if (!m->nranges || !span_eq(all[i], all[m->nranges]))
			all[++m->nranges] = all[i];
	m->nranges++;
	all[0] = all[m->nranges] = span_of(NULL, 0);
	return SCOUT_OK;
}

/* The postings of one term in one run. */
struct run_postings {
	const uint8_t *p, *end;
	uint64_t file;		/* current, plus 1; UINT64_MAX at the end */
	uint32_t freq;
};

static void next_posting(struct run_postings *r)
{
	uint64_t v;

	if (r->p >= r->end) {
		r->file = UINT64_MAX;
		return;
	}
	r->p = get_varint64(r->p, r->end, &v);
	SCOUT_ASSERT(r->p);
	r->file += v >> 1;
	r->freq = 1;
	if (!(v & 1)) {
		r->p = get_varint32(r->p, r->end, &r->freq);
		SCOUT_ASSERT(r->p);
	}
}

/* A term can be in every run; the same document in two of them (a large file)
 * goes on where it was cut.  A file that failed while it was read has no
 * document, and its postings are dropped here. */
static void encode_postings(const struct merge *m, struct run_postings *lists,
			    size_t n, struct posting_encoder *enc)
{
	uint64_t file = UINT64_MAX;
	size_t i, best;
	term_pos pos;
	doc_id doc;
	uint32_t k, gap;

	for (;;) {
		for (best = 0, i = 1; i < n; i++)
			if (lists[i].file < lists[best].file)
				best = i;
		if (lists[best].file == UINT64_MAX)
			return;
		doc = m->doc_of_file[lists[best].file - 1];
		if (lists[best].file != file && doc != DOC_NONE)
			posting_encoder_doc(enc, doc);
		file = lists[best].file;
		for (pos = 0, k = 0; k < lists[best].freq; k++) {
			lists[best].p = get_varint32(lists[best].p,
						     lists[best].end, &gap);
			SCOUT_ASSERT(lists[best].p);
			pos += gap;
			if (doc != DOC_NONE)
				posting_encoder_position(enc, pos);
		}
		next_posting(&lists[best]);
	}
}

/* What a worker keeps from range to range. */
struct merge_worker {
	struct run_term_reader *readers;
	struct run_postings *lists;
	bool *at_end;
	struct posting_encoder encoder;
};

/* Encodes the smallest term that the readers stand on; SCOUT_END if none. */
static int merge_term(const struct merge *m, struct merge_worker *w,
		      struct buf *out)
{
	size_t n = m->options->nruns, i, nlists = 0;
	struct span term = { NULL, 0 };
	uint8_t copy[TERM_MAX_BYTES], surface = 0;

	for (i = 0; i < n; i++) {
		struct span t = span_of(w->readers[i].term,
					w->readers[i].term_len);

		if (!w->at_end[i] && (!term.ptr || span_cmp(t, term) < 0))
			term = t;
	}
	if (!term.ptr)
		return SCOUT_END;
	memcpy(copy, term.ptr, term.len);
	term.ptr = copy;
	for (i = 0; i < n; i++) {
		struct run_term_reader *r = &w->readers[i];

		if (w->at_end[i] ||
		    !span_eq(span_of(r->term, r->term_len), term))
			continue;
		w->lists[nlists].p = r->postings.ptr;
		w->lists[nlists].end = r->postings.ptr + r->postings.len;
		w->lists[nlists].file = 0;
		next_posting(&w->lists[nlists++]);
		surface |= r->surface;
		w->at_end[i] = run_term_next(r) == SCOUT_END;
	}
	posting_encoder_begin(&w->encoder, surface);
	encode_postings(m, w->lists, nlists, &w->encoder);
	return w->encoder.df ? posting_encoder_finish(&w->encoder, term, out) :
			       SCOUT_OK;
}

static int merge_range(struct merge *m, struct merge_worker *w, size_t range,
		       struct buf *out, struct scout_err *err)
{
	size_t n = m->options->nruns, i, opened = 0;
	int64_t start = os_mono_ns();
	int rc = SCOUT_OK;

	for (i = 0; i < n && !rc; i++, opened++) {
		rc = run_term_reader_open(&w->readers[i], &m->options->runs[i],
					  m->bounds[range],
					  m->bounds[range + 1], err);
		if (!rc)
			w->at_end[i] = run_term_next(&w->readers[i]) ==
				       SCOUT_END;
	}
	while (!rc)
		rc = merge_term(m, w, out);
	for (i = 0; i < opened; i++)
		run_term_reader_release(&w->readers[i]);
	atomic_fetch_add(&m->merge_ns, os_mono_ns() - start);
	return rc < 0 ? scout_err_set(err, rc, "merging") : SCOUT_OK;
}

static struct buf *range_new(void)
{
	struct buf *b = scout_malloc(MEM_MERGE, sizeof(*b));

	if (b)
		buf_init(b, MEM_MERGE);
	return b;
}

static void range_free(struct buf *b)
{
	if (!b)
		return;
	buf_release(b);
	scout_free(b);
}

static int encode_range(struct merge *m, struct merge_worker *w, size_t range,
			struct scout_err *err)
{
	struct buf *out = range_new();
	int rc;

	if (!out)
		return scout_err_set(err, SCOUT_E_NOMEM, "merging");
	rc = merge_range(m, w, range, out, err);
	if (rc < 0) {
		range_free(out);
		return rc;
	}
	ring_finish(&m->ring, range, out);
	return SCOUT_OK;
}

/* Calling thread: lays a finished range out. */
static int store_range(struct merge *m, struct buf *range, size_t number,
		       struct scout_err *err)
{
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
	if (!rc && m->options->progress)
		rc = m->options->progress(m->options->progress_ctx,
					  m->total_bytes * (number + 1) /
						  m->nranges,
					  m->total_bytes);
	return rc;
}

static int worker_init(struct merge_worker *w, const struct merge *m)
{
	size_t nruns = m->options->nruns;

	w->readers = scout_calloc(MEM_MERGE, nruns, sizeof(*w->readers));
	w->lists = scout_calloc(MEM_MERGE, nruns, sizeof(*w->lists));
	w->at_end = scout_calloc(MEM_MERGE, nruns, sizeof(*w->at_end));
	posting_encoder_init(&w->encoder, MEM_MERGE);
	posting_encoder_set_norms(&w->encoder, m->norms);
	return w->readers && w->lists && w->at_end ? SCOUT_OK : SCOUT_E_NOMEM;
}

static void worker_release(struct merge_worker *w)
{
	scout_free(w->readers);
	scout_free(w->lists);
	scout_free(w->at_end);
	posting_encoder_release(&w->encoder);
}

/* Worker 0 stores what is ready, and else encodes like the others. */
static int run_committer(struct merge *m, struct merge_worker *w,
			 struct scout_err *err)
{
	size_t stored = 0, range;
	void *item;
	int rc;

	while (stored < m->nranges) {
		rc = ring_try_take(&m->ring, &item);
		if (rc == SCOUT_E_NOTFOUND) {
			rc = ring_try_begin(&m->ring, &range);
			if (!rc) {
				rc = encode_range(m, w, range, err);
				if (rc < 0)
					return rc;
				continue;
			}
			rc = ring_take(&m->ring, &item);
		}
		if (rc == SCOUT_END)
			return SCOUT_OK;	/* stopped: another has failed */
		rc = store_range(m, item, stored++, err);
		if (rc < 0)
			return rc;
	}
	return SCOUT_OK;
}

static int merge_thread(void *ctx, unsigned worker, struct scout_err *err)
{
	struct merge *m = ctx;
	struct merge_worker *w = scout_calloc(MEM_MERGE, 1, sizeof(*w));
	size_t range;
	int rc = SCOUT_E_NOMEM;

	if (w)
		rc = worker_init(w, m);
	if (rc < 0)
		scout_err_set(err, rc, "merging");
	else if (!worker)
		rc = run_committer(m, w, err);
	else
		while (!rc && !(rc = ring_begin(&m->ring, &range)))
			rc = encode_range(m, w, range, err);
	if (rc < 0)
		ring_stop(&m->ring);
	if (w)
		worker_release(w);
	scout_free(w);
	return rc < 0 ? rc : SCOUT_OK;
}

static int merge_terms(struct merge *m, struct scout_err *err)
{
	unsigned nthreads = m->options->nthreads;
	size_t i;
	int rc;

	rc = make_bounds(m);
	if (!rc)
		rc = ring_init(&m->ring, MERGE_SLOTS_PER_THREAD * nthreads + 1,
			       m->nranges);
	if (rc < 0)
		return scout_err_set(err, rc, "merging");
	rc = scout_parallel(nthreads, merge_thread, m, err);
	for (i = 0; i < m->ring.nslots; i++)
		range_free(m->ring.slots[i]);
	ring_release(&m->ring);
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
	scout_free(m.doc_of_file);
	scout_free(m.norms);
	return rc;
}
