#include "indexer/run_docs.h"

enum { DOCS_BUFFER_BYTES = 1 << 17 };

void run_docs_release(struct run_docs *docs)
{
	run_file_close(&docs->file);
	buf_release(&docs->pending);
}

int run_docs_finish(struct run_docs *docs, const char *dir,
		    struct scout_err *err)
{
	int rc = buf_status(&docs->pending);

	if (rc < 0)
		return scout_err_set(err, rc, "writing documents");
	if (!docs->pending.len)
		return SCOUT_OK;
	rc = run_file_open(&docs->file, dir, err);
	if (!rc)
		rc = run_file_append(&docs->file, buf_span(&docs->pending),
				     err);
	/* a fresh one: this may have grown for the lines of a large file */
	buf_release(&docs->pending);
	return rc;
}

int run_docs_add(struct run_docs *docs, const char *dir, uint32_t file,
		 const struct doc_info *doc, struct span line_records,
		 struct scout_err *err)
{
	uint8_t record[DOC_RECORD_BYTES];

	doc_record_put(doc, record);
	buf_put_le32(&docs->pending, file);
	buf_put(&docs->pending, record, sizeof(record));
	buf_put_le32(&docs->pending, (uint32_t)line_records.len);
	buf_put_span(&docs->pending, line_records);
	if (docs->pending.len >= DOCS_BUFFER_BYTES)
		return run_docs_finish(docs, dir, err);
	return buf_status(&docs->pending) < 0 ?
		       scout_err_set(err, SCOUT_E_NOMEM, "writing documents") :
		       SCOUT_OK;
}

void run_doc_reader_init(struct run_doc_reader *r, const struct run_docs *docs)
{
	memset(r, 0, sizeof(*r));
	r->docs = docs;
	buf_init(&r->bytes, MEM_MERGE);
}

void run_doc_reader_release(struct run_doc_reader *r)
{
	buf_release(&r->bytes);
}

/* Makes want bytes readable at pos; SCOUT_END at the end of the file. */
static int fill(struct run_doc_reader *r, size_t want, struct scout_err *err)
{
	uint64_t left = r->docs->file.bytes - r->offset;
	size_t have = r->bytes.len - r->pos, more;
	int rc;

	if (have >= want)
		return SCOUT_OK;
	if (have + left < want)
		return have + left ? scout_err_set(err, SCOUT_E_CORRUPT,
						   "reading documents") :
				     SCOUT_END;
	if (r->pos)
		memmove(r->bytes.ptr, r->bytes.ptr + r->pos, have);
	r->bytes.len = have;
	r->pos = 0;
	more = want - have > DOCS_BUFFER_BYTES ? want - have :
						 DOCS_BUFFER_BYTES;
	if (more > left)
		more = (size_t)left;
	if (!buf_reserve(&r->bytes, more))
		return scout_err_set(err, SCOUT_E_NOMEM, "reading documents");
	rc = run_file_read(r->docs->file.fd, r->bytes.ptr + have, more,
			   r->offset, err);
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

	rc = fill(r, HEAD, err);
	if (rc)
		return rc;
	lines = get_le32(r->bytes.ptr + r->pos + 4 + DOC_RECORD_BYTES);
	rc = fill(r, HEAD + (size_t)lines, err);
	if (rc)
		return rc < 0 ? rc : SCOUT_E_CORRUPT;
	p = r->bytes.ptr + r->pos;
	r->file = get_le32(p);
	rc = doc_record_get(p + 4, &r->doc);
	r->line_records = span_of(p + HEAD, lines);
	r->pos += HEAD + (size_t)lines;
	return rc;
}
