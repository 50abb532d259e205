#include "index_format/doc_set.h"

#include "index_format/doc_run.h"
#include "index_format/inline_list.h"
#include "index_format/postings.h"

#define INLINE DOC_RUN_INLINE

doc_id set_count(const uint64_t *set, doc_id n)
{
	size_t i;
	doc_id count = 0;

	for (i = 0; i < set_words(n); i++)
		count += (doc_id)__builtin_popcountll(set[i]);
	return count;
}

doc_id set_next(const uint64_t *set, doc_id n, doc_id from)
{
	size_t w = from / 64, nwords = set_words(n);
	uint64_t bits;

	if (from >= n)
		return DOC_NONE;
	bits = set[w] & (UINT64_MAX << (from & 63));
	while (!bits) {
		if (++w == nwords)
			return DOC_NONE;
		bits = set[w];
	}
	return (doc_id)(w * 64 + (unsigned)__builtin_ctzll(bits));
}

bool set_has_all(const uint64_t *set, doc_id from, doc_id to)
{
	uint64_t bits = UINT64_MAX << (from & 63);
	size_t w = from / 64;

	for (; w < to / 64; w++, bits = UINT64_MAX)
		if (~set[w] & bits)
			return false;
	return !(~set[w] & bits & (UINT64_MAX >> (63 - (to & 63))));
}

/* --- One list ------------------------------------------------------------ */

/*
 * Lists are visited to add their documents to a set, or until there is one that
 * it lacks: one code, compiled for each, that writes to the set only if it adds.
 */
struct visit {
	struct segment_reader *seg;
	uint64_t *set;
	bool lacks;	/* found one */
};

/* Notes a document: whether that is all there is to know. */
INLINE bool visit_doc(struct visit *v, doc_id doc, bool adds)
{
	if (adds)
		set_add(v->set, doc);
	else if (!set_has(v->set, doc))
		v->lacks = true;
	return v->lacks;
}

/* A word of the set is written once for all documents in it: those of a dense
 * list would wait for each other. */
static void add_docs(uint64_t *set, const uint32_t *docs, uint32_t n)
{
	size_t w = docs[0] / 64;
	uint64_t bits = 0;
	uint32_t i;

	for (i = 0; i < n; i++) {
		if (docs[i] / 64 != w) {
			set[w] |= bits;
			w = docs[i] / 64;
			bits = 0;
		}
		bits |= (uint64_t)1 << (docs[i] & 63);
	}
	set[w] |= bits;
}

/* A decoded list. */
INLINE int visit_docs(struct visit *v, const uint32_t *docs, uint32_t n,
		      bool adds)
{
	uint32_t i;

	if (docs[n - 1] >= v->seg->ndocs)
		return SCOUT_E_CORRUPT;
	if (adds) {
		add_docs(v->set, docs, n);
		return SCOUT_OK;
	}
	for (i = 0; i < n; i++)
		if (visit_doc(v, docs[i], adds))
			break;
	return SCOUT_OK;
}

/* A list in a dictionary block. */
INLINE int visit_inline(struct visit *v, const struct term_info *info,
			bool adds)
{
	uint32_t docs[SHORT_MAX_DOCS], freqs[SHORT_MAX_DOCS];

	if (info->df > SHORT_MAX_DOCS ||
	    !inline_run_get(info->inline_bytes, info->base_doc, info->df, docs,
			    freqs))
		return SCOUT_E_CORRUPT;
	return visit_docs(v, docs, info->df, adds);
}

INLINE int visit_short(struct visit *v, const struct term_info *info, bool adds)
{
	uint32_t docs[SHORT_MAX_DOCS], freqs[SHORT_MAX_DOCS];
	struct segment_reader *seg = v->seg;
	const uint8_t *p, *end;
	enum run_result result;
	struct span bytes;
	uint64_t head;
	int rc;

	rc = stream_at(&seg->streams[STREAM_SHORT], info->addr, &bytes);
	if (rc < 0)
		return rc;
	if (bytes.len < info->short_bytes || info->df > SHORT_MAX_DOCS)
		return SCOUT_E_CORRUPT;
	seg->snapshot->bytes_touched += info->short_bytes;
	p = bytes.ptr;
	end = p + info->short_bytes;
	if (bytes.len - info->short_bytes < DOC_RUN_BEYOND) /* at the end */
		return doc_run_get(p, end, DOC_NONE, info->df, docs, freqs) ?
			       visit_docs(v, docs, info->df, adds) :
			       SCOUT_E_CORRUPT;
	if (p == end || !(p = run_number(p, end, &head)))
		return SCOUT_E_CORRUPT;
	result = run_visit(p, end, head >> 1, head & 1, info->df, seg->ndocs,
			   v->set, adds);
	v->lacks |= result == RUN_LACKING;
	return result == RUN_DAMAGED ? SCOUT_E_CORRUPT : SCOUT_OK;
}

/* Whether a set has all documents of a block.  That of a rare term is not looked
 * through: it is decoded faster. */
INLINE bool has_block(const uint64_t *set, uint64_t first, doc_id last)
{
	enum { LOOK_THROUGH = 1 << 13 };

	return first <= last && last - first < LOOK_THROUGH &&
	       set_has_all(set, (doc_id)first, last);
}

/* The documents of one block, decoded; 0 if it is damaged. */
static unsigned decode_block(struct visit *v, const struct term_info *info,
			     uint32_t block, const struct skip_entry *e,
			     doc_id before, uint32_t docs[DOCS_BLOCK + 8])
{
	uint32_t freqs[DOCS_BLOCK], n = info->df - block * DOCS_BLOCK;
	const uint8_t *p, *end;
	struct span bytes;

	if (stream_at(&v->seg->streams[STREAM_DOCS], e->addr, &bytes) < 0)
		return 0;
	end = bytes.ptr + bytes.len;
	if (n < DOCS_BLOCK) {
		p = doc_run_get(bytes.ptr, end, before, n, docs, freqs);
	} else {
		n = DOCS_BLOCK;
		p = doc_block_get(bytes.ptr, end, before, e->last_doc, docs);
	}
	if (!p || docs[n - 1] != e->last_doc)
		return 0;
	v->seg->snapshot->bytes_touched += (size_t)(p - bytes.ptr);
	return n;
}

static int visit_blocks(struct visit *v, const struct term_info *info,
			bool adds)
{
	uint32_t nblocks = (info->df + DOCS_BLOCK - 1) / DOCS_BLOCK, b;
	uint32_t docs[DOCS_BLOCK + 8];
	doc_id before = DOC_NONE;
	struct skip_entry e;
	struct span slot;
	unsigned n;
	int rc = SCOUT_OK;

	for (b = 0; b < nblocks && !rc && !v->lacks; b++, before = e.last_doc) {
		rc = stream_slot(&v->seg->streams[STREAM_SKIP],
				 info->skip_slot + b, &slot);
		if (rc < 0)
			return rc;
		skip_entry_get(slot.ptr, &e);
		if (e.last_doc >= v->seg->ndocs)
			return SCOUT_E_CORRUPT;
		if (has_block(v->set, (doc_id)(before + 1), e.last_doc))
			continue;
		n = decode_block(v, info, b, &e, before, docs);
		rc = n ? visit_docs(v, docs, n, adds) : SCOUT_E_CORRUPT;
	}
	return rc;
}

INLINE int visit_postings(struct visit *v, const struct term_info *info,
			  bool adds)
{
	if (info->cf > v->seg->nwords || info->df > v->seg->ndocs)
		return SCOUT_E_CORRUPT;
	switch (info->kind) {
	case POSTING_BLOCKS:
		return visit_blocks(v, info, adds);
	case POSTING_SHORT:
		return visit_short(v, info, adds);
	default:
		return visit_inline(v, info, adds);
	}
}

int set_add_postings(uint64_t *set, struct segment_reader *seg,
		     const struct term_info *info)
{
	struct visit v = { .seg = seg, .set = set };

	return visit_postings(&v, info, true);
}

int set_lacks_postings(const uint64_t *set, struct segment_reader *seg,
		       const struct term_info *info, bool *out)
{
	/* it is not written to */
	struct visit v = { .seg = seg, .set = (uint64_t *)(uintptr_t)set };
	int rc = visit_postings(&v, info, false);

	*out = v.lacks;
	return rc;
}
