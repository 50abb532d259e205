#include "indexer/run_merge.h"

enum { MERGED_POINT_BYTES = 65536 };	/* merged runs are large */

int run_merge_init(struct run_merge *m, size_t max_runs, size_t buf_bytes,
		   enum scout_mem_owner owner)
{
	memset(m, 0, sizeof(*m));
	m->buf_bytes = buf_bytes < RUN_READER_MIN_BYTES ? RUN_READER_MIN_BYTES :
							  buf_bytes;
	m->readers = scout_calloc(owner, max_runs, sizeof(*m->readers));
	m->bufs = scout_malloc(owner, max_runs * m->buf_bytes);
	m->heap = scout_calloc(owner, max_runs, sizeof(*m->heap));
	m->places = scout_calloc(owner, max_runs, sizeof(*m->places));
	m->current = scout_calloc(owner, max_runs, sizeof(*m->current));
	return m->readers && m->bufs && m->heap && m->places && m->current ?
		       SCOUT_OK : SCOUT_E_NOMEM;
}

void run_merge_release(struct run_merge *m)
{
	scout_free(m->readers);
	scout_free(m->bufs);
	scout_free(m->heap);
	scout_free(m->places);
	scout_free(m->current);
	memset(m, 0, sizeof(*m));
}

static bool comes_before(const struct run_merge *m, size_t a, size_t b)
{
	return run_reader_before(&m->readers[m->heap[a]],
				 &m->readers[m->heap[b]]);
}

/* Moves what is at place i down to where it belongs. */
static void sift_down(struct run_merge *m, size_t i)
{
	size_t child;
	uint32_t x;

	while ((child = 2 * i + 1) < m->nheap) {
		if (child + 1 < m->nheap && comes_before(m, child + 1, child))
			child++;
		if (!comes_before(m, child, i))
			break;
		x = m->heap[i];
		m->heap[i] = m->heap[child];
		m->heap[child] = x;
		i = child;
	}
}

int run_merge_open(struct run_merge *m, const struct sorted_run *runs,
		   size_t nruns, struct span start, struct span stop,
		   struct scout_err *err)
{
	size_t i;
	int rc = SCOUT_OK;

	m->nreaders = nruns;
	m->nheap = m->ncurrent = 0;
	for (i = 0; i < nruns && rc >= 0; i++) {
		run_reader_open(&m->readers[i], &runs[i], start, stop,
				m->bufs + i * m->buf_bytes, m->buf_bytes);
		if (!run_reader_next(&m->readers[i]))
			m->heap[m->nheap++] = (uint32_t)i;
		else
			rc = run_reader_status(&m->readers[i], err);
	}
	for (i = m->nheap / 2; i--;)
		sift_down(m, i);
	return rc;
}

/* The readers of the current term go on; they are at the top of the heap, and
 * those further down are put in order first. */
static int leave_term(struct run_merge *m, struct scout_err *err)
{
	size_t i, place;
	int rc = SCOUT_OK;

	for (i = m->ncurrent; i-- && rc >= 0;) {
		struct run_reader *r;

		place = m->places[i];
		r = &m->readers[m->heap[place]];
		if (run_reader_next(r)) {
			rc = run_reader_status(r, err);
			m->heap[place] = m->heap[--m->nheap];
		}
		if (place < m->nheap)
			sift_down(m, place);
	}
	return rc;
}

static void add_current(struct run_merge *m, uint32_t place)
{
	uint32_t run = m->heap[place];
	size_t i;

	m->places[m->ncurrent] = place;
	for (i = m->ncurrent++; i && m->current[i - 1] > run; i--)
		m->current[i] = m->current[i - 1];
	m->current[i] = run;
	m->surface |= m->readers[run].surface;
}

/* All that are on the term of the top: each one's parent is, too. */
static void find_current(struct run_merge *m)
{
	const struct run_reader *top = &m->readers[m->heap[0]];
	size_t i, child;
	unsigned side;

	add_current(m, 0);
	for (i = 0; i < m->ncurrent; i++)
		for (side = 1; side <= 2; side++) {
			child = 2 * (size_t)m->places[i] + side;
			if (child < m->nheap &&
			    !run_reader_before(top,
					       &m->readers[m->heap[child]]))
				add_current(m, (uint32_t)child);
		}
}

int run_merge_next(struct run_merge *m, struct scout_err *err)
{
	const struct run_reader *top;
	int rc = leave_term(m, err);

	m->ncurrent = 0;
	if (rc < 0)
		return rc;
	if (!m->nheap)
		return SCOUT_END;
	top = &m->readers[m->heap[0]];
	memcpy(m->term, top->term, top->term_len);
	m->term_len = top->term_len;
	m->surface = 0;
	find_current(m);
	return SCOUT_OK;
}

/* --- writing */

/* Copies the chunks of a reader; is_last: no other reader has the term. */
static int copy_chunks(struct run_writer *w, struct run_reader *r, bool is_last,
		       struct scout_err *err)
{
	struct span piece;
	int rc = SCOUT_OK;

	do {
		run_writer_chunk(w, (uint64_t)(r->chunk_end - r->p) +
					    r->chunk_rest,
				 is_last && !r->has_more_chunks);
		while (!rc && (piece = run_reader_piece(r)).len)
			rc = run_writer_bytes(w, piece, err);
	} while (!rc && run_reader_next_chunk(r));
	return rc ? rc : run_reader_status(r, err);
}

static int copy_term(struct run_merge *m, struct run_writer *w,
		     struct scout_err *err)
{
	size_t i;
	int rc = run_writer_term(w, span_of(m->term, m->term_len), m->surface,
				 err);

	for (i = 0; i < m->ncurrent && !rc; i++)
		rc = copy_chunks(w, &m->readers[m->current[i]],
				 i + 1 == m->ncurrent, err);
	return rc;
}

int run_merge_write(const struct sorted_run *runs, size_t nruns,
		    size_t buf_bytes, struct run_file *file,
		    struct sorted_run *out, struct scout_err *err)
{
	struct span all = { NULL, 0 };
	struct run_writer w;
	struct run_merge m;
	int rc;

	rc = run_writer_begin(&w, file, runs[0].source, MERGED_POINT_BYTES,
			      out, err);
	if (!rc) {
		rc = run_merge_init(&m, nruns, buf_bytes, MEM_RUNS);
		if (rc < 0)
			scout_err_set(err, rc, "merging runs");
		if (!rc)
			rc = run_merge_open(&m, runs, nruns, all, all, err);
		while (!rc && !(rc = run_merge_next(&m, err)))
			rc = copy_term(&m, &w, err);
		if (rc == SCOUT_END)
			rc = run_writer_finish(&w, err);
		run_merge_release(&m);
	}
	run_writer_release(&w);
	return rc;
}
