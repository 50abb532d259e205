#include "indexer/sorted_run.h"

#include <errno.h>
#include <unistd.h>

#include "base/os.h"

enum {
	RUN_WRITE_BYTES = 1 << 20,
	RUN_READ_BYTES = 1 << 18,
};

void run_doc_put(struct buf *docs, uint32_t file, const struct doc_info *doc,
		 struct span line_records)
{
	uint8_t record[DOC_RECORD_BYTES];

	doc_record_put(doc, record);
	buf_put_le32(docs, file);
	buf_put(docs, record, sizeof(record));
	buf_put_le32(docs, (uint32_t)line_records.len);
	buf_put_span(docs, line_records);
}

static int add_point(struct sorted_run *run, uint64_t offset, struct span term)
{
	struct run_point *points;
	size_t cap;

	if (run->npoints == run->points_cap) {
		cap = run->points_cap ? run->points_cap * 2 : 256;
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

static int append(struct run_file *file, struct buf *out, struct scout_err *err)
{
	int rc = buf_status(out);

	if (rc < 0)
		return scout_err_set(err, rc, "writing a run");
	rc = os_write_full(file->fd, out->ptr, out->len);
	if (rc < 0)
		return scout_err_sys(err, -rc, "writing a temporary run in "
				     "'%s'", file->dir);
	file->bytes += out->len;
	buf_clear(out);
	return SCOUT_OK;
}

static void put_front_coded(struct buf *out, struct span last, struct span term)
{
	size_t shared = 0;

	while (shared < last.len && shared < term.len &&
	       last.ptr[shared] == term.ptr[shared])
		shared++;
	buf_put_u8(out, (uint8_t)shared);
	buf_put_u8(out, (uint8_t)(term.len - shared));
	buf_put(out, term.ptr + shared, term.len - shared);
}

static int write_terms(struct run_file *file, struct accumulator *acc,
		       const struct sorted_term *terms, uint32_t nterms,
		       struct sorted_run *run, struct scout_err *err)
{
	struct buf out = BUF_INIT(MEM_RUNS), postings = BUF_INIT(MEM_RUNS);
	struct span term, last = { NULL, 0 };
	uint64_t next_point = file->bytes, at;
	uint32_t i;
	int rc = SCOUT_OK;

	for (i = 0; i < nterms && !rc; i++) {
		if (i + 4 < nterms)
			__builtin_prefetch(acc->base + terms[i + 4].term);
		term = accumulator_term(acc, terms[i].term);
		at = file->bytes + out.len;
		if (at >= next_point) {
			rc = add_point(run, at, term);
			if (rc < 0)
				break;
			last.len = 0;
			next_point = at + RUN_POINT_BYTES;
		}
		put_front_coded(&out, last, term);
		buf_put_u8(&out, accumulator_surface(acc, terms[i].term));
		buf_clear(&postings);
		accumulator_postings(acc, terms[i].term, &postings);
		if (buf_status(&postings) < 0) {
			rc = buf_status(&postings);
			break;
		}
		buf_put_varint(&out, postings.len);
		buf_put_span(&out, buf_span(&postings));
		last = term;
		if (out.len >= RUN_WRITE_BYTES || i + 1 == nterms)
			rc = append(file, &out, err);
	}
	buf_release(&out);
	buf_release(&postings);
	return rc < 0 ? scout_err_set(err, rc, "writing a run") : rc;
}

int sorted_run_write(struct run_file *file, const char *dir,
		     struct accumulator *acc, struct span docs,
		     struct sorted_run *out, struct scout_err *err)
{
	struct sorted_term *terms = NULL;
	uint32_t nterms = acc->nterms;
	int rc;

	memset(out, 0, sizeof(*out));
	buf_init(&out->point_text, MEM_RUNS);
	if (file->fd < 0) {
		file->fd = os_tmpfile(dir);
		if (file->fd < 0) {
			rc = file->fd;
			file->fd = -1;
			return scout_err_sys(err, -rc,
					     "making a temporary file in '%s'",
					     dir);
		}
	}
	file->dir = dir;
	out->fd = file->fd;
	out->docs_offset = file->bytes;
	out->docs_bytes = docs.len;
	rc = os_write_full(file->fd, docs.ptr, docs.len);
	if (rc < 0)
		return scout_err_sys(err, -rc, "writing a temporary run in "
				     "'%s'", file->dir);
	file->bytes += docs.len;
	out->terms_offset = file->bytes;
	rc = accumulator_sort(acc, &terms);
	if (rc < 0)
		return scout_err_set(err, rc, "sorting a run");
	rc = write_terms(file, acc, terms, nterms, out, err);
	out->terms_bytes = file->bytes - out->terms_offset;
	scout_free(terms);
	accumulator_clear(acc);
	return rc;
}

void sorted_run_release(struct sorted_run *run)
{
	scout_free(run->points);
	run->points = NULL;
	buf_release(&run->point_text);
}

void run_file_close(struct run_file *file)
{
	if (file->fd >= 0)
		close(file->fd);
	file->fd = -1;
}

static int read_at(int fd, void *ptr, size_t len, uint64_t offset,
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

void run_doc_reader_init(struct run_doc_reader *r, const struct sorted_run *run)
{
	memset(r, 0, sizeof(*r));
	r->run = run;
	r->offset = run->docs_offset;
	buf_init(&r->bytes, MEM_MERGE);
}

void run_doc_reader_release(struct run_doc_reader *r)
{
	buf_release(&r->bytes);
}

/* Makes want bytes readable at pos; SCOUT_END at the end of the section. */
static int fill_docs(struct run_doc_reader *r, size_t want,
		     struct scout_err *err)
{
	uint64_t left = r->run->docs_offset + r->run->docs_bytes - r->offset;
	size_t have = r->bytes.len - r->pos, more;
	int rc;

	if (have >= want)
		return SCOUT_OK;
	if (have + left < want)
		return have + left ? SCOUT_E_CORRUPT : SCOUT_END;
	if (r->pos)
		memmove(r->bytes.ptr, r->bytes.ptr + r->pos, have);
	r->bytes.len = have;
	r->pos = 0;
	more = want - have > RUN_READ_BYTES ? want - have : RUN_READ_BYTES;
	if (more > left)
		more = (size_t)left;
	if (!buf_reserve(&r->bytes, more))
		return scout_err_set(err, SCOUT_E_NOMEM, "reading a run");
	rc = read_at(r->run->fd, r->bytes.ptr + have, more, r->offset, err);
	if (rc < 0)
		return rc;
	r->bytes.len += more;
	r->offset += more;
	return SCOUT_OK;
}

int run_doc_next(struct run_doc_reader *r, struct scout_err *err)
{
	enum { HEAD = 4 + DOC_RECORD_BYTES + 4 };
	const uint8_t *p;
	uint32_t lines;
	int rc;

	rc = fill_docs(r, HEAD, err);
	if (rc)
		return rc;
	lines = get_le32(r->bytes.ptr + r->pos + 4 + DOC_RECORD_BYTES);
	rc = fill_docs(r, HEAD + (size_t)lines, err);
	if (rc)
		return rc;
	p = r->bytes.ptr + r->pos;
	r->file = get_le32(p);
	rc = doc_record_get(p + 4, &r->doc);
	r->line_records = span_of(p + HEAD, lines);
	r->pos += HEAD + (size_t)lines;
	return rc;
}

static struct span point_term(const struct sorted_run *run, size_t i)
{
	return span_of(run->point_text.ptr + run->points[i].text,
		       run->points[i].len);
}

/* Number of points whose term is <= wanted. */
static size_t points_until(const struct sorted_run *run, struct span wanted,
			   bool or_equal)
{
	size_t lo = 0, hi = run->npoints, mid;
	int c;

	while (lo < hi) {
		mid = (lo + hi) / 2;
		c = span_cmp(point_term(run, mid), wanted);
		if (c < 0 || (or_equal && !c))
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

int run_term_reader_open(struct run_term_reader *r,
			 const struct sorted_run *run, struct span start,
			 struct span stop, struct scout_err *err)
{
	uint64_t from = run->terms_offset;
	uint64_t to = run->terms_offset + run->terms_bytes;
	size_t first = points_until(run, start, true), last;
	int rc;

	memset(r, 0, sizeof(*r));
	buf_init(&r->bytes, MEM_MERGE);
	r->stop = stop;
	if (first)
		from = run->points[first - 1].offset;
	if (stop.len) {
		last = points_until(run, stop, false);
		if (last < run->npoints)
			to = run->points[last].offset;
	}
	if (!buf_reserve(&r->bytes, (size_t)(to - from) + 1))
		return scout_err_set(err, SCOUT_E_NOMEM, "merging runs");
	rc = read_at(run->fd, r->bytes.ptr, (size_t)(to - from), from, err);
	if (rc < 0)
		return rc;
	r->bytes.len = (size_t)(to - from);
	r->p = r->bytes.ptr;
	r->end = r->p + r->bytes.len;
	/* stand before the first term >= start */
	while (r->p < r->end) {
		const uint8_t *here = r->p;
		unsigned here_len = r->term_len;
		uint8_t before[TERM_MAX_BYTES];

		memcpy(before, r->term, here_len);
		rc = run_term_next(r);
		if (rc)
			break;
		if (span_cmp(span_of(r->term, r->term_len), start) >= 0) {
			r->p = here;
			memcpy(r->term, before, here_len);
			r->term_len = here_len;
			break;
		}
	}
	return rc < 0 ? rc : SCOUT_OK;
}

void run_term_reader_release(struct run_term_reader *r)
{
	buf_release(&r->bytes);
}

int run_term_next(struct run_term_reader *r)
{
	unsigned shared, rest;
	uint64_t len;

	if (r->p >= r->end)
		return SCOUT_END;
	shared = r->p[0];
	rest = r->p[1];
	memcpy(r->term + shared, r->p + 2, rest);
	r->term_len = shared + rest;
	r->surface = r->p[2 + rest];
	r->p = get_varint64(r->p + 3 + rest, r->end, &len);
	SCOUT_ASSERT(r->p && len <= (size_t)(r->end - r->p));
	r->postings = span_of(r->p, (size_t)len);
	r->p += len;
	if (r->stop.len &&
	    span_cmp(span_of(r->term, r->term_len), r->stop) >= 0) {
		r->p = r->end;
		return SCOUT_END;
	}
	return SCOUT_OK;
}
