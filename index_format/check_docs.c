#include "index_format/check_docs.h"

#include "index_format/meta_value.h"

static bool is_listed(const struct span *wild, size_t *at, doc_id doc)
{
	if (*at + 4 > wild->len || get_le32(wild->ptr + *at) != doc)
		return false;
	*at += 4;
	return true;
}

/* The list of wild documents; empty if it should not be there and is not. */
static struct span wild_list(struct checker *c, struct checked_segment *seg)
{
	uint8_t key[META_KEY_MAX];
	size_t len = meta_key_put(key, WILD_KEY, seg->meta->number);
	struct span list = { NULL, 0 };
	int rc = meta_value_get(c->txn, span_of(key, len), &list);

	if (rc < 0 && rc != SCOUT_E_NOTFOUND)
		checker_segment_problem(c, seg, "the list of documents with "
					"unreliable words has a wrong "
					"checksum");
	else if (list.len != (size_t)seg->meta->nwild * 4)
		checker_segment_problem(c, seg, "the list of documents with "
					"unreliable words has %zu bytes, not "
					"%zu", list.len,
					(size_t)seg->meta->nwild * 4);
	return list;
}

static void check_flags(struct checker *c, const struct checked_segment *seg,
			doc_id doc, unsigned flags)
{
	if ((flags & DOC_WILD) && !(flags & DOC_OVERLONG))
		checker_doc_problem(c, seg, doc, "unreliable words but none "
				    "overlong");
	if ((flags & DOC_UTF16) && (flags & DOC_BOM))
		checker_doc_problem(c, seg, doc, "both UTF-16 and UTF-8");
}

/* A file of that size has no more text; what the kernel makes up as it is read
 * tells no size. */
static uint64_t text_bytes_max(const struct doc_info *doc)
{
	if (!doc->size_bytes || doc->size_bytes > UINT64_MAX / 4 ||
	    (doc->flags & DOC_PACKED))
		return UINT64_MAX;
	/* two bytes become at most three */
	return doc->flags & DOC_UTF16 ? doc->size_bytes / 2 * 3 + 3 :
					doc->size_bytes;
}

static void check_doc(struct checker *c, struct checked_segment *seg,
		      doc_id doc, struct doc_info *info)
{
	struct span slot;
	int rc;

	memset(info, 0, sizeof(*info));
	rc = stream_slot(&seg->streams[STREAM_DOC_TABLE], doc, &slot);
	if (!rc)
		rc = doc_record_get(slot.ptr, info);
	if (rc < 0) {
		checker_doc_problem(c, seg, doc, "its record is damaged");
		memset(info, 0, sizeof(*info));
		seg->docs_damaged = true;
		seg->layout[STREAM_LINES].is_lost = true;
		return;
	}
	check_flags(c, seg, doc, info->flags);
	check_lines(c, seg, doc, info, text_bytes_max(info));
	c->counts->lines += info->nlines;
}

static int alloc_docs(struct checked_segment *seg)
{
	size_t n = seg->meta->ndocs;

	seg->nwords = scout_calloc(MEM_OTHER, n, sizeof(*seg->nwords));
	seg->first_word = scout_calloc(MEM_OTHER, n, sizeof(*seg->first_word));
	return seg->nwords && seg->first_word ? SCOUT_OK : SCOUT_E_NOMEM;
}

static void check_doc_totals(struct checker *c, struct checked_segment *seg)
{
	const struct segment_meta *m = seg->meta;
	uint64_t records = seg->bytes_found[STREAM_DOC_TABLE] /
			   DOC_RECORD_BYTES;

	if (records != m->ndocs)
		checker_segment_problem(c, seg, "%llu document records, %u by "
					"the manifest",
					(unsigned long long)records, m->ndocs);
	if (seg->total_words != m->nwords)
		checker_segment_problem(c, seg, "the documents have %llu words, "
					"%llu by the manifest",
					(unsigned long long)seg->total_words,
					(unsigned long long)m->nwords);
	check_layout_end(c, seg, STREAM_LINES);
}

int check_docs(struct checker *c, struct checked_segment *seg)
{
	struct span wild = wild_list(c, seg);
	struct doc_info info;
	size_t wild_at = 0;
	doc_id doc;

	if (alloc_docs(seg) < 0)
		return SCOUT_E_NOMEM;
	for (doc = 0; doc < seg->meta->ndocs; doc++) {
		check_doc(c, seg, doc, &info);
		seg->nwords[doc] = info.nwords;
		seg->first_word[doc] = seg->total_words;
		seg->total_words += info.nwords;
		if (is_listed(&wild, &wild_at, doc) !=
		    ((info.flags & DOC_WILD) != 0))
			checker_doc_problem(c, seg, doc, "its flags and the "
					    "list of documents with unreliable "
					    "words differ");
	}
	if (wild_at != wild.len)
		checker_segment_problem(c, seg, "the list of documents with "
					"unreliable words is damaged");
	check_doc_totals(c, seg);
	c->counts->documents += seg->meta->ndocs;
	return SCOUT_OK;
}

void check_docs_release(struct checked_segment *seg)
{
	scout_free(seg->nwords);
	scout_free(seg->first_word);
	seg->nwords = NULL;
	seg->first_word = NULL;
}
