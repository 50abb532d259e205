#include "indexer/run_reader.h"

#include <errno.h>

#include "base/os.h"
#include "indexer/word_key.h"

/* --- the buffer */

static void fail(struct run_reader *r, int sys)
{
	r->sys = sys;
	r->p = r->end = r->chunk_end = r->buf;
	r->at = r->to;
	r->chunk_rest = 0;
	r->has_more_chunks = false;
}

/* Reads on behind what is there; the buffer is then full, or holds the rest. */
static void read_more(struct run_reader *r)
{
	size_t have = (size_t)(r->end - r->p), more = r->buf_bytes - have;
	size_t got = 0;
	int rc;

	if (more > r->to - r->at)
		more = (size_t)(r->to - r->at);
	memmove(r->buf, r->p, have);
	rc = os_pread_full(r->fd, r->buf + have, more, r->at, &got);
	if (!rc && got < more)
		rc = -EIO;
	if (rc < 0) {
		fail(r, -rc);
		return;
	}
	r->p = r->buf;
	r->end = r->buf + have + more;
	r->at += more;
}

/* Makes want bytes readable at p; fewer only where the range ends. */
static void want(struct run_reader *r, size_t n)
{
	if ((size_t)(r->end - r->p) < n && r->at < r->to)
		read_more(r);
}

static void begin_chunk_at(struct run_reader *r, uint64_t len)
{
	size_t have = (size_t)(r->end - r->p);
	size_t here = len < have ? (size_t)len : have;

	r->chunk_end = r->p + here;
	r->chunk_rest = len - here;
}

static void take_chunk_head(struct run_reader *r)
{
	uint64_t head;

	want(r, VARINT_MAX64);
	r->p = get_varint64(r->p, r->end, &head);
	if (!r->p) {
		SCOUT_ASSERT(r->sys);
		r->p = r->end;
		return;
	}
	r->has_more_chunks = head & 1;
	begin_chunk_at(r, head >> 1);
}

/* What lies in the file only is not even read. */
static void pass_chunk(struct run_reader *r)
{
	r->p = r->chunk_end;
	if (!r->chunk_rest)
		return;
	SCOUT_ASSERT(r->chunk_rest <= r->to - r->at);
	r->at += r->chunk_rest;
	r->p = r->end = r->chunk_end = r->buf;
	r->chunk_rest = 0;
}

bool run_reader_next_chunk(struct run_reader *r)
{
	if (!r->has_more_chunks)
		return false;
	pass_chunk(r);
	take_chunk_head(r);
	return !r->sys;
}

void run_reader_refill(struct run_reader *r)
{
	uint64_t len = (uint64_t)(r->chunk_end - r->p) + r->chunk_rest;

	read_more(r);
	if (!r->sys)
		begin_chunk_at(r, len);
}

struct span run_reader_piece(struct run_reader *r)
{
	struct span piece;

	if (r->p == r->chunk_end && r->chunk_rest)
		run_reader_refill(r);
	piece = span_of(r->p, (size_t)(r->chunk_end - r->p));
	r->p = r->chunk_end;
	return piece;
}

/* Without a look at the end, of bytes that this process wrote. */
static inline const uint8_t *trusted_varint(const uint8_t *p, uint32_t *out)
{
	uint32_t v = *p++, shift;

	if (v >= 0x80) {
		v &= 0x7f;
		for (shift = 7; *p >= 0x80 && shift < 28; shift += 7)
			v |= (uint32_t)(*p++ & 0x7f) << shift;
		v |= (uint32_t)*p++ << shift;
	}
	*out = v;
	return p;
}

uint32_t run_reader_varints(struct run_reader *r, uint32_t *out, uint32_t n)
{
	const uint8_t *p = r->p;
	uint32_t sum = 0, i;

	if ((size_t)(r->chunk_end - p) < (size_t)n * VARINT_MAX32) {
		for (i = 0; i < n; i++)
			sum += out[i] = (uint32_t)run_reader_varint(r);
		return sum;
	}
	for (i = 0; i < n; i++) {
		p = trusted_varint(p, &out[i]);
		sum += out[i];
	}
	r->p = p;
	return sum;
}

/* --- terms */

bool run_reader_before(const struct run_reader *a, const struct run_reader *b)
{
	if (a->key != b->key)
		return a->key < b->key;
	return span_cmp(run_reader_term(a), run_reader_term(b)) < 0;
}

static int next_term(struct run_reader *r)
{
	enum { HEAD_MAX = 3 + TERM_MAX_BYTES };
	unsigned shared, rest;

	do
		pass_chunk(r);
	while (run_reader_next_chunk(r));
	want(r, HEAD_MAX);
	if (r->p == r->end)
		return SCOUT_END;
	shared = r->p[0];
	rest = r->p[1];
	SCOUT_ASSERT(shared + rest <= TERM_MAX_BYTES &&
		     (size_t)(r->end - r->p) > 2 + rest);
	memcpy(r->term + shared, r->p + 2, rest);
	r->term_len = shared + rest;
	r->key = word_order_key(r->term, r->term_len);
	r->surface = r->p[2 + rest];
	r->p += 3 + rest;
	take_chunk_head(r);
	if (r->sys)
		return SCOUT_END;
	if (r->stop.len && span_cmp(run_reader_term(r), r->stop) >= 0) {
		r->at = r->to;
		r->p = r->end = r->chunk_end = r->buf;
		r->chunk_rest = 0;
		r->has_more_chunks = false;
		return SCOUT_END;
	}
	return SCOUT_OK;
}

int run_reader_next(struct run_reader *r)
{
	int rc;

	do
		rc = next_term(r);
	while (!rc && r->start.len &&
	       span_cmp(run_reader_term(r), r->start) < 0);
	r->start.len = 0;
	return rc;
}

int run_reader_status(const struct run_reader *r, struct scout_err *err)
{
	return r->sys ? scout_err_sys(err, r->sys, "reading a temporary run of "
				      "the index") : SCOUT_OK;
}

/* Number of points whose term is < wanted, or also those that are equal. */
static size_t points_until(const struct sorted_run *run, struct span wanted,
			   bool or_equal)
{
	size_t lo = 0, hi = run->npoints, mid;
	int c;

	while (lo < hi) {
		mid = (lo + hi) / 2;
		c = span_cmp(span_of(run->point_text.ptr +
					     run->points[mid].text,
				     run->points[mid].len), wanted);
		if (c < 0 || (or_equal && !c))
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

void run_reader_open(struct run_reader *r, const struct sorted_run *run,
		     struct span start, struct span stop, uint8_t *buf,
		     size_t buf_bytes)
{
	size_t first = points_until(run, start, true), last;

	SCOUT_ASSERT(buf_bytes >= RUN_READER_MIN_BYTES);
	memset(r, 0, sizeof(*r));
	r->fd = run->fd;
	r->source = run->source;
	r->at = first ? run->points[first - 1].offset : run->offset;
	r->to = run->offset + run->bytes;
	if (stop.len) {
		last = points_until(run, stop, false);
		if (last < run->npoints)
			r->to = run->points[last].offset;
	}
	r->buf = buf;
	r->buf_bytes = buf_bytes;
	r->p = r->end = r->chunk_end = buf;
	r->stop = stop;
	r->start = start;
}
