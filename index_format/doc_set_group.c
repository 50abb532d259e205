/*
 * A group of terms at a time (doc_set.h).  Of five million terms four are in one
 * document or two, so that what each of them costs is what counts here: most of
 * a question about a piece of a word that is everywhere is spent in this file.
 */
#include "index_format/doc_set.h"

#include "index_format/dict_info.h"
#include "index_format/doc_run.h"
#include "index_format/postings.h"

/* The inline list at hand, which repeats repeat. */
struct inline_list {
	const uint8_t *p, *end;	/* what follows its first document */
	doc_id first;
	bool is_once;		/* the word is there once */
	uint32_t df;
	uint64_t cf;		/* 0: there is no list */
};

/* Counts of a list that is in several documents, or there more than once. */
DOC_RUN_INLINE const uint8_t *read_counts(const uint8_t *p, const uint8_t *end,
					  struct inline_list *l)
{
	uint64_t bits, extra;

	p = run_number(p, end, &bits);
	if (!p || bits >> INFO_DF_SHIFT >= SHORT_MAX_DOCS)
		return NULL;
	l->df = (uint32_t)(bits >> INFO_DF_SHIFT) + 1;
	l->cf = l->df;
	if (!(bits >> INFO_MORE_SHIFT & 1))
		return p;
	if (p >= end || !(p = run_number(p, end, &extra)))
		return NULL;
	l->cf += extra + 1;
	return p;
}

/* Reads the info of an inline list at p < end: one past it, or NULL. */
DOC_RUN_INLINE const uint8_t *read_inline(const uint8_t *p, const uint8_t *end,
					  struct inline_list *l)
{
	uint64_t v;

	if (*p >> INFO_MORE_SHIFT) {
		p = read_counts(p, end, l);
		if (!p)
			return NULL;
	} else {
		l->df = 1;
		l->cf = 1;
		p++;
	}
	/* its length, and at least one byte */
	if (end - p < 2 || *p > end - p - 1)
		return NULL;
	l->end = p + 1 + *p;
	l->p = run_number(p + 1, l->end, &v);
	if (!l->p || l->p > l->end)
		return NULL;
	/* a difference of either sign; what is too large is no document */
	l->first += (doc_id)(v >> 2) ^ -(doc_id)(v >> 1 & 1);
	l->is_once = v & 1;
	return l->end;
}

/* Passes over a repeat at p < end: one past it, or NULL. */
DOC_RUN_INLINE const uint8_t *skip_repeat(const uint8_t *p, const uint8_t *end,
					  const struct inline_list *l)
{
	struct inline_head head = { .df = l->df, .cf = l->cf };

	if (*p++ >> INFO_MORE_SHIFT)
		return NULL;
	return dict_info_skip_repeat(p, end, &head);
}

static unsigned kind_of(uint8_t head)
{
	return head & ((1 << INFO_KIND_BITS) - 1);
}

int set_lacks_group(const uint64_t *set, struct segment_reader *seg,
		    const struct dict_block *b, unsigned group, uint32_t *out)
{
	/* it is not written to */
	uint64_t *docs = (uint64_t *)(uintptr_t)set;
	const uint8_t *p = dict_group_infos(b, group);
	const uint8_t *end = b->bytes.ptr + b->bytes.len;
	struct inline_list list = { .df = 0 };
	struct term_info far = { .df = 0 };
	enum run_result list_is = RUN_DAMAGED;
	struct inline_head unused;
	unsigned i, n = dict_group_terms(b, group);
	uint32_t lacking = 0;
	bool lacks;
	int rc;

	for (i = 0; i < n; i++) {
		if (!p || p >= end)
			return SCOUT_E_CORRUPT;
		switch (kind_of(*p)) {
		case POSTING_REPEAT:
			p = skip_repeat(p, end, &list);
			break;
		case POSTING_INLINE:
			p = read_inline(p, end, &list);
			list_is = p ? run_visit(list.p, list.end, list.first,
						list.is_once, list.df,
						seg->ndocs, docs, false) :
				      RUN_DAMAGED;
			if (list_is == RUN_DAMAGED)
				return SCOUT_E_CORRUPT;
			break;
		default:
			p = dict_info_get(p, end, &far, &unused);
			rc = p ? set_lacks_postings(set, seg, &far, &lacks) :
				 SCOUT_E_CORRUPT;
			if (rc < 0)
				return rc;
			lacking |= (uint32_t)lacks << i;
			continue;
		}
		lacking |= (uint32_t)(list_is == RUN_LACKING) << i;
	}
	*out = lacking;
	return p ? SCOUT_OK : SCOUT_E_CORRUPT;
}

int set_add_group(uint64_t *set, struct segment_reader *seg,
		  const struct dict_block *b, unsigned group, uint32_t wanted)
{
	const uint8_t *p = dict_group_infos(b, group);
	const uint8_t *end = b->bytes.ptr + b->bytes.len;
	struct inline_list list = { .df = 0 };
	struct term_info far = { .df = 0 };
	struct inline_head unused;
	bool is_added = false;
	int rc = SCOUT_OK;

	for (; wanted && !rc; wanted >>= 1) {
		if (!p || p >= end)
			return SCOUT_E_CORRUPT;
		switch (kind_of(*p)) {
		case POSTING_REPEAT:
			p = skip_repeat(p, end, &list);
			break;
		case POSTING_INLINE:
			p = read_inline(p, end, &list);
			is_added = false;
			break;
		default:
			p = dict_info_get(p, end, &far, &unused);
			if (p && wanted & 1)
				rc = set_add_postings(set, seg, &far);
			continue;
		}
		if (!p || !(wanted & 1) || is_added)
			continue;
		is_added = true;
		if (run_visit(list.p, list.end, list.first, list.is_once,
			      list.df, seg->ndocs, set, true) == RUN_DAMAGED)
			return SCOUT_E_CORRUPT;
	}
	return rc < 0 ? rc : p ? SCOUT_OK : SCOUT_E_CORRUPT;
}
