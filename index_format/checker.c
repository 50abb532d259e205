#include "index_format/checker.h"

#include <stdarg.h>
#include <stdio.h>

#include "index_format/escape.h"

enum {
	CHECK_WHERE_BYTES = TERM_MAX_BYTES * 4 + 64,
	CHECK_WHAT_BYTES = 512,
	STORE_KEY_MAX = 511,	/* LMDB's limit */
};

static void report(struct checker *c, const char *where, const char *fmt,
		   va_list ap)
{
	char line[CHECK_WHERE_BYTES + CHECK_WHAT_BYTES];
	int n;

	/* what comes after a lack of memory may be its doing */
	if (c->failed || c->counts->problems++ >= c->options.max_problems)
		return;
	n = snprintf(line, CHECK_WHERE_BYTES, "%s", where);
	vsnprintf(line + n, CHECK_WHAT_BYTES, fmt, ap);
	c->report(c->report_ctx, line);
}

void checker_problem(struct checker *c, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	report(c, "", fmt, ap);
	va_end(ap);
}

void checker_segment_problem(struct checker *c,
			     const struct checked_segment *seg,
			     const char *fmt, ...)
{
	char where[64];
	va_list ap;

	snprintf(where, sizeof(where), "segment %u: ", seg->meta->number);
	va_start(ap, fmt);
	report(c, where, fmt, ap);
	va_end(ap);
}

void checker_doc_problem(struct checker *c, const struct checked_segment *seg,
			 doc_id doc, const char *fmt, ...)
{
	char where[64];
	va_list ap;

	snprintf(where, sizeof(where), "segment %u, document %u: ",
		 seg->meta->number, doc);
	va_start(ap, fmt);
	report(c, where, fmt, ap);
	va_end(ap);
}

void checker_term_problem(struct checker *c, const struct checked_segment *seg,
			  struct span term, const char *fmt, ...)
{
	struct buf where = BUF_INIT(MEM_OTHER);
	const char *text;
	va_list ap;

	buf_printf(&where, "segment %u, term '", seg->meta->number);
	escape_put(&where, term);
	buf_put_str(&where, "': ");
	text = buf_cstr(&where);
	va_start(ap, fmt);
	report(c, text ? text : "", fmt, ap);
	va_end(ap);
	buf_release(&where);
}

/* Keys ascend by segment, so it mostly is the one of the last call. */
struct checked_segment *checker_segment(struct checker *c, uint32_t number)
{
	uint32_t n = c->manifest.nsegments, i, k;

	for (i = 0; i < n; i++) {
		k = c->last_segment + i;
		if (k >= n)
			k -= n;
		if (c->segments[k].meta->number == number) {
			c->last_segment = k;
			return &c->segments[k];
		}
	}
	return NULL;
}

int checker_each_value(struct checker *c, enum store_db db, const char *what,
		       int (*fn)(struct checker *c, struct span key,
				 struct span value))
{
	static const uint8_t first[1] = { 0 };
	struct store_cursor *cursor = NULL;
	uint8_t last[STORE_KEY_MAX];
	size_t last_len = 0;
	struct span key, value;
	int rc, fatal = SCOUT_OK;

	rc = store_cursor_open(c->txn, db, &cursor);
	if (rc == SCOUT_E_NOMEM)
		return rc;
	if (!rc)
		rc = store_seek_ge(cursor, span_of(first, 1), &key, &value);
	while (!rc && !fatal) {
		if (key.len > sizeof(last) ||
		    (last_len &&
		     span_cmp(key, span_of(last, last_len)) <= 0)) {
			checker_problem(c, "%s: the keys do not ascend", what);
			break;
		}
		memcpy(last, key.ptr, key.len);
		last_len = key.len;
		fatal = fn(c, key, value);
		rc = store_next(cursor, &key, &value);
	}
	if (rc < 0)
		checker_problem(c, "%s: the store cannot be read on", what);
	store_cursor_close(cursor);
	return fatal;
}

void check_layout_advance(struct checked_segment *seg, enum stream_id id,
			  uint64_t addr, size_t len)
{
	struct span rest;
	uint64_t next = addr + len;

	/* past the last byte of its chunk it goes on in the next one */
	if (stream_at(&seg->streams[id], addr, &rest) < 0 || rest.len <= len)
		next = ((addr >> CHUNK_SHIFT) + 1) << CHUNK_SHIFT;
	seg->layout[id].next = next;
	seg->layout[id].is_lost = false;
}

void check_layout_end(struct checker *c, const struct checked_segment *seg,
		      enum stream_id id)
{
	unsigned slot = stream_slot_bytes(id);
	uint64_t end = slot ? seg->bytes_found[id] / slot :
			      (uint64_t)seg->meta->nchunks[id] << CHUNK_SHIFT;

	if (!check_layout_fits(&seg->layout[id], end))
		checker_segment_problem(c, seg, "%s: nothing refers to what is "
					"from address %llu on", stream_name(id),
					(unsigned long long)
						seg->layout[id].next);
}
