#include "indexer/sorted_run.h"

#include <errno.h>
#include <unistd.h>

#include "base/os.h"

enum {
	RUN_WRITE_BYTES = 1 << 18,
	AHEAD_TERMS = 4,	/* fetched while one is written */
};

/* --- files */

int run_file_open(struct run_file *file, const char *dir, struct scout_err *err)
{
	int fd;

	file->dir = dir;
	if (file->fd >= 0)
		return SCOUT_OK;
	fd = os_tmpfile(dir);
	if (fd < 0)
		return scout_err_sys(err, -fd,
				     "making a temporary file in '%s'", dir);
	file->fd = fd;
	return SCOUT_OK;
}

int run_file_append(struct run_file *file, struct span bytes,
		    struct scout_err *err)
{
	int rc = os_write_full(file->fd, bytes.ptr, bytes.len);

	if (rc < 0)
		return scout_err_sys(err, -rc, "writing a temporary run in "
				     "'%s'", file->dir);
	file->bytes += bytes.len;
	return SCOUT_OK;
}

int run_file_clear(struct run_file *file, struct scout_err *err)
{
	int rc = os_empty_file(file->fd);

	if (rc < 0)
		return scout_err_sys(err, -rc, "emptying a temporary run in "
				     "'%s'", file->dir);
	file->bytes = 0;
	return SCOUT_OK;
}

void run_file_close(struct run_file *file)
{
	if (file->fd >= 0)
		close(file->fd);
	file->fd = -1;
}

int run_file_read(int fd, void *ptr, size_t len, uint64_t offset,
		  struct scout_err *err)
{
	size_t got = 0;
	int rc = os_pread_full(fd, ptr, len, offset, &got);

	if (!rc && got < len)
		rc = -EIO;
	return rc < 0 ? scout_err_sys(err, -rc,
				      "reading a temporary run of the index") :
			SCOUT_OK;
}

/* --- writing */

void sorted_run_release(struct sorted_run *run)
{
	scout_free(run->points);
	run->points = NULL;
	run->npoints = run->points_cap = 0;
	buf_release(&run->point_text);
}

static int add_point(struct sorted_run *run, uint64_t offset, struct span term)
{
	struct run_point *points;
	size_t cap;

	if (run->npoints == run->points_cap) {
		cap = run->points_cap + run->points_cap / 2 + 64;
		points = scout_realloc(MEM_RUNS, run->points,
				       cap * sizeof(*points));
		if (!points)
			return SCOUT_E_NOMEM;
		run->points = points;
		run->points_cap = cap;
	}
	run->points[run->npoints++] = (struct run_point){
		offset, (uint32_t)run->point_text.len, (uint32_t)term.len
	};
	buf_put_span(&run->point_text, term);
	return buf_status(&run->point_text);
}

int run_writer_begin(struct run_writer *w, struct run_file *file,
		     unsigned source, uint32_t point_bytes,
		     struct sorted_run *out, struct scout_err *err)
{
	w->file = file;
	w->run = out;
	w->term_len = 0;
	w->next_point = file->bytes;
	buf_init(&w->out, MEM_RUNS);
	memset(out, 0, sizeof(*out));
	buf_init(&out->point_text, MEM_RUNS);
	out->fd = file->fd;
	out->source = source;
	out->offset = file->bytes;
	out->point_bytes = point_bytes;
	if (!buf_reserve(&w->out, RUN_WRITE_BYTES))
		return scout_err_set(err, SCOUT_E_NOMEM, "writing a run");
	return SCOUT_OK;
}

void run_writer_release(struct run_writer *w)
{
	buf_release(&w->out);
}

static int flush(struct run_writer *w, struct scout_err *err)
{
	int rc = buf_status(&w->out);

	if (rc < 0)
		return scout_err_set(err, rc, "writing a run");
	if (!w->out.len)
		return SCOUT_OK;
	rc = run_file_append(w->file, buf_span(&w->out), err);
	buf_clear(&w->out);
	return rc;
}

int run_writer_term(struct run_writer *w, struct span term, uint8_t surface,
		    struct scout_err *err)
{
	uint64_t at = w->file->bytes + w->out.len;
	size_t shared = 0;
	int rc;

	SCOUT_ASSERT(term.len <= TERM_MAX_BYTES);
	if (at >= w->next_point) {
		rc = add_point(w->run, at, term);
		if (rc < 0)
			return scout_err_set(err, rc, "writing a run");
		w->term_len = 0;
		w->next_point = at + w->run->point_bytes;
	}
	while (shared < w->term_len && shared < term.len &&
	       w->term[shared] == term.ptr[shared])
		shared++;
	buf_put_u8(&w->out, (uint8_t)shared);
	buf_put_u8(&w->out, (uint8_t)(term.len - shared));
	buf_put(&w->out, term.ptr + shared, term.len - shared);
	buf_put_u8(&w->out, surface);
	memcpy(w->term + shared, term.ptr + shared, term.len - shared);
	w->term_len = term.len;
	return SCOUT_OK;
}

void run_writer_chunk(struct run_writer *w, uint64_t len, bool is_last)
{
	buf_put_varint(&w->out, len << 1 | !is_last);
}

int run_writer_bytes(struct run_writer *w, struct span bytes,
		     struct scout_err *err)
{
	buf_put_span(&w->out, bytes);
	return w->out.len >= RUN_WRITE_BYTES ? flush(w, err) : SCOUT_OK;
}

int run_writer_finish(struct run_writer *w, struct scout_err *err)
{
	int rc = flush(w, err);

	w->run->bytes = w->file->bytes - w->run->offset;
	return rc;
}

static int write_terms(struct run_writer *w, const struct accumulator *acc,
		       const struct sorted_term *terms, uint32_t nterms,
		       struct scout_err *err)
{
	struct postings_slice s;
	uint32_t i;
	int rc = SCOUT_OK;

	for (i = 0; i < nterms && !rc; i++) {
		if (i + AHEAD_TERMS < nterms)
			__builtin_prefetch(acc->base +
					   terms[i + AHEAD_TERMS].term);
		rc = run_writer_term(w, accumulator_term(acc, terms[i].term),
				     accumulator_surface(acc, terms[i].term),
				     err);
		if (rc < 0)
			return rc;
		run_writer_chunk(w, postings_slice_first(acc, terms[i].term,
							 &s), true);
		do
			rc = run_writer_bytes(w, s.bytes, err);
		while (!rc && postings_slice_next(acc, &s));
	}
	return rc;
}

int sorted_run_write(struct run_file *file, unsigned source,
		     struct accumulator *acc, struct sorted_run *out,
		     struct scout_err *err)
{
	struct sorted_term *terms = NULL;
	uint32_t nterms = acc->nterms;
	struct run_writer w;
	int rc;

	rc = run_writer_begin(&w, file, source, RUN_POINT_BYTES, out, err);
	if (!rc) {
		rc = accumulator_sort(acc, &terms);
		if (rc < 0)
			scout_err_set(err, rc, "sorting a run");
	}
	if (!rc)
		rc = write_terms(&w, acc, terms, nterms, err);
	if (!rc)
		rc = run_writer_finish(&w, err);
	run_writer_release(&w);
	scout_free(terms);
	accumulator_clear(acc);
	return rc;
}
