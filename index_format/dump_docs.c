#include "index_format/dump_docs.h"

static void put_flags(struct dumper *d, unsigned flags)
{
	static const char *const names[] = {
		"overlong", "wild", "reordered", "utf16", "bom", "packed",
	};
	const char *between = "\tflags=";
	unsigned i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!(flags >> i & 1))
			continue;
		dumper_put_str(d, between);
		dumper_put_str(d, names[i]);
		between = ",";
	}
}

/* "name TAB segment:document" */
static void begin_doc_line(struct dumper *d, const char *name,
			   const struct segment_reader *seg, doc_id doc)
{
	dumper_put_str(d, name);
	dumper_put_str(d, "\t");
	dumper_put_u64(d, seg->number);
	dumper_put_str(d, ":");
	dumper_put_u64(d, doc);
}

static void put_stat(struct dumper *d, const struct doc_info *info)
{
	dumper_put_field(d, "mtime_ns", (uint64_t)info->mtime_ns);
	dumper_put_field(d, "ctime_ns", (uint64_t)info->ctime_ns);
	dumper_put_field(d, "inode", info->ino);
}

/* Calls fn for every document until it fails. */
static int each_doc(struct dumper *d,
		    int (*fn)(struct dumper *d, struct segment_reader *seg,
			      doc_id doc, const struct doc_info *info,
			      void *ctx, struct scout_err *err),
		    void *ctx, struct scout_err *err)
{
	struct path_cache paths = { 0 };
	struct segment_reader *seg;
	struct doc_info info;
	int rc = SCOUT_OK;
	doc_id doc;
	size_t s;

	for (s = 0; s < d->snap->nsegments; s++) {
		seg = &d->snap->segments[s];
		for (doc = 0; doc < seg->ndocs && !rc; doc++) {
			rc = segment_doc(seg, doc, &paths, &info, err);
			if (!rc)
				rc = fn(d, seg, doc, &info, ctx, err);
		}
	}
	path_cache_release(&paths);
	return rc;
}

static void put_doc(struct dumper *d, struct segment_reader *seg, doc_id doc,
		    const struct doc_info *info, bool with_stat)
{
	begin_doc_line(d, "document", seg, doc);
	dumper_put_field(d, "bytes", info->size_bytes);
	dumper_put_field(d, "lines", info->nlines);
	dumper_put_field(d, "words", info->nwords);
	dumper_put_field(d, "lines_at", info->lines_addr);
	dumper_put_str(d, "\thash=");
	dumper_put_hash(d, info->content_hash.hi);
	dumper_put_hash(d, info->content_hash.lo);
	if (with_stat)
		put_stat(d, info);
	put_flags(d, info->flags);
	if (segment_is_deleted(seg, doc))
		dumper_put_str(d, "\tdeleted");
	dumper_put_str(d, "\t");
	dumper_put_bytes(d, info->path);
	dumper_end_line(d);
}

static int dump_doc(struct dumper *d, struct segment_reader *seg, doc_id doc,
		    const struct doc_info *info, void *ctx,
		    struct scout_err *err)
{
	(void)err;
	put_doc(d, seg, doc, info, *(const bool *)ctx);
	return dumper_status(d);
}

int dump_docs(struct dumper *d, bool with_stat, struct scout_err *err)
{
	return each_doc(d, dump_doc, &with_stat, err);
}

/* One line: words of each line; "@" and a byte offset where one is stored. */
static int dump_line_map(struct dumper *d, struct segment_reader *seg,
			 doc_id doc, const struct doc_info *info, void *ctx,
			 struct scout_err *err)
{
	struct line_cursor c;
	uint64_t line;
	int rc = segment_lines(seg, info, &c, err);

	(void)ctx;
	if (rc < 0)
		return rc;
	begin_doc_line(d, "lines", seg, doc);
	dumper_put_str(d, "\t");
	for (line = 0; line < info->nlines && !rc; line++) {
		rc = line_cursor_seek_line(&c, line);
		if (!rc && c.known_line == line) {
			dumper_put_str(d, "@");
			dumper_put_u64(d, c.known_offset);
			dumper_put_str(d, " ");
		}
		dumper_put_u64(d, c.nwords);
		dumper_put_str(d, " ");
	}
	dumper_end_line(d);
	return rc < 0 ? scout_err_set(err, rc, "reading the lines of document "
				      "%u", doc) : dumper_status(d);
}

int dump_line_maps(struct dumper *d, struct scout_err *err)
{
	return each_doc(d, dump_line_map, NULL, err);
}

static int put_lines(struct dumper *d, struct segment_reader *seg,
		     const struct doc_info *info, struct scout_err *err)
{
	struct line_cursor c;
	uint64_t line;
	int rc;

	rc = segment_lines(seg, info, &c, err);
	for (line = 0; line < info->nlines && !rc; line++) {
		rc = line_cursor_seek_line(&c, line);
		if (rc < 0)
			break;
		dumper_put_str(d, "line\t");
		dumper_put_u64(d, line + 1);
		dumper_put_field(d, "words", c.nwords);
		dumper_put_field(d, "first_word", c.first_word);
		if (c.known_line == line)
			dumper_put_field(d, "byte", c.known_offset);
		dumper_end_line(d);
		rc = dumper_status(d);
	}
	return rc < 0 ? scout_err_set(err, rc, "reading lines") : SCOUT_OK;
}

/* The lines of which path are wanted, and whether it was there. */
struct wanted_path {
	struct span path;
	bool found;
};

static int dump_if_wanted(struct dumper *d, struct segment_reader *seg,
			  doc_id doc, const struct doc_info *info, void *ctx,
			  struct scout_err *err)
{
	struct wanted_path *wanted = ctx;

	if (!span_eq(info->path, wanted->path))
		return SCOUT_OK;
	wanted->found = true;
	put_doc(d, seg, doc, info, true);
	return put_lines(d, seg, info, err);
}

int dump_lines_of(struct dumper *d, struct span path, struct scout_err *err)
{
	struct wanted_path wanted = { .path = path };
	int rc = each_doc(d, dump_if_wanted, &wanted, err);

	if (!rc && !wanted.found)
		return scout_err_set(err, SCOUT_E_NOTFOUND,
				     "no document has the path '%.*s'",
				     (int)path.len, (const char *)path.ptr);
	return rc;
}
