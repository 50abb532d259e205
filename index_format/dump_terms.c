#include "index_format/dump_terms.h"

#include "index_format/fold.h"

/* The kept form of a word; bytes that are no text stay as they are. */
static int fold_word(struct span word, struct kept_word *out)
{
	const uint8_t *p = word.ptr, *end = p + word.len;
	int32_t cp;
	unsigned n;

	for (; p < end; p += n) {
		n = utf8_decode(p, end, &cp);
		if (n)
			continue;
		out->len = (uint8_t)(word.len < TERM_MAX_BYTES ?
					     word.len : TERM_MAX_BYTES);
		memcpy(out->bytes, word.ptr, out->len);
		return SCOUT_OK;
	}
	return fold_kept(word, out);
}

static void put_term(struct dumper *d, const struct segment_reader *seg,
		     struct span term, const struct term_info *info)
{
	static const char *const kinds[] = {
		[POSTING_INLINE] = "\tinline\t",
		[POSTING_SHORT] = "\tshort\t",
		[POSTING_BLOCKS] = "\tblocks\t",
		[POSTING_REPEAT] = "\trepeat\t",
	};

	dumper_put_str(d, "term\t");
	dumper_put_u64(d, seg->number);
	dumper_put_field(d, "df", info->df);
	dumper_put_field(d, "cf", info->cf);
	dumper_put_field(d, "surface", info->surface);
	dumper_put_str(d, kinds[info->kind]);
	dumper_put_bytes(d, term);
	dumper_end_line(d);
}

static int put_posting(struct dumper *d, struct posting_cursor *c)
{
	const term_pos *positions;
	uint32_t n, i;
	int rc;

	rc = posting_positions(c, &positions, &n);
	if (rc < 0)
		return rc;
	dumper_put_str(d, "\t");
	dumper_put_u64(d, c->doc);
	dumper_put_str(d, ":");
	for (i = 0; i < n; i++) {
		dumper_put_str(d, " ");
		dumper_put_u64(d, positions[i]);
	}
	return SCOUT_OK;
}

/* paths: NULL to leave them out. */
static int put_postings(struct dumper *d, struct segment_reader *seg,
			const struct term_info *info, struct path_cache *paths,
			struct scout_err *err)
{
	struct posting_cursor c;
	struct doc_info doc;
	int rc;

	rc = posting_cursor_init(&c, seg, info);
	while (!rc && !(rc = posting_next(&c))) {
		rc = put_posting(d, &c);
		if (!rc && paths) {
			rc = segment_doc(seg, c.doc, paths, &doc, err);
			dumper_put_str(d, "\t");
			if (!rc)
				dumper_put_bytes(d, doc.path);
		}
		dumper_end_line(d);
		if (!rc)
			rc = dumper_status(d);
	}
	posting_cursor_release(&c);
	return rc < 0 ? scout_err_set(err, rc, "reading postings") : SCOUT_OK;
}

static int dump_segment_terms(struct dumper *d, struct segment_reader *seg,
			      struct span prefix, bool with_postings,
			      struct scout_err *err)
{
	struct term_iter it;
	int rc;

	rc = term_iter_open(&it, seg, prefix, err);
	while (!rc && !(rc = term_iter_next(&it, err))) {
		if (!span_has_prefix(it.term, prefix))
			break;
		put_term(d, seg, it.term, &it.info);
		if (with_postings)
			rc = put_postings(d, seg, &it.info, NULL, err);
		if (!rc)
			rc = dumper_status(d);
	}
	term_iter_close(&it);
	return rc < 0 ? rc : SCOUT_OK;
}

int dump_terms(struct dumper *d, struct span prefix, bool with_postings,
	       struct scout_err *err)
{
	struct kept_word kept = { .len = 0 };
	int rc = SCOUT_OK;
	size_t s;

	if (prefix.len)
		rc = fold_word(prefix, &kept);
	for (s = 0; s < d->snap->nsegments && !rc; s++)
		rc = dump_segment_terms(d, &d->snap->segments[s],
					span_of(kept.bytes, kept.len),
					with_postings, err);
	return rc;
}

int dump_postings_of(struct dumper *d, struct span word, struct scout_err *err)
{
	struct path_cache paths = { 0 };
	struct kept_word kept;
	struct segment_reader *seg;
	struct term_info info;
	struct span term;
	bool found = false;
	size_t s;
	int rc;

	rc = fold_word(word, &kept);
	term = span_of(kept.bytes, kept.len);
	for (s = 0; s < d->snap->nsegments && !rc; s++) {
		seg = &d->snap->segments[s];
		rc = segment_find_term(seg, term, &info, err);
		if (rc == SCOUT_E_NOTFOUND) {
			rc = SCOUT_OK;
			continue;
		}
		found = true;
		if (rc < 0)
			break;
		put_term(d, seg, term, &info);
		rc = put_postings(d, seg, &info, &paths, err);
	}
	path_cache_release(&paths);
	if (!rc && !found)
		return scout_err_set(err, SCOUT_E_NOTFOUND,
				     "no document has the word '%.*s'",
				     (int)word.len, (const char *)word.ptr);
	return rc;
}
