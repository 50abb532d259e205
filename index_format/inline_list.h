/*
 * Posting lists inside dictionary blocks (format, "Dictionary").
 *
 * Neighbours in the dictionary often stand in the same files: register names
 * of one header, words of one log.  So a list in a block is stored as
 * the difference to the list before it: the first document as a difference, and
 * a list with the same documents and frequencies ("repeat") as its positions
 * alone, the first of each document as a difference.
 *
 * A plain list is what posting_encoder_finish leaves for an inline term.
 */
#ifndef SCOUT_INDEX_FORMAT_INLINE_LIST_H
#define SCOUT_INDEX_FORMAT_INLINE_LIST_H

#include "base/buf.h"
#include "base/span.h"
#include "index_format/limits.h"

enum {
	POSTING_INLINE_MAX = 64,	/* bytes of a plain list in a block */
	INLINE_STORED_MAX = 68,		/* the same as stored */
	REPEAT_MAX_POSITIONS = POSITIONS_BLOCK - 1,
};

/* Appends a plain list as stored after one whose first document is base. */
void inline_list_put(struct buf *out, struct span plain, doc_id base);

/*
 * Appends the positions of a plain list as a repeat of head, another plain list
 * with df documents.  False, and nothing is appended, if it is none.
 */
bool repeat_list_put(struct buf *out, uint32_t df, struct span head,
		     struct span plain);

/* First document of a plain list of ours. */
doc_id plain_list_first(struct span plain);

/* Reads what a stored list begins with, as a plain one does: its first document
 * shifted left, the low bit "once".  One past it, or NULL if it is damaged. */
static inline const uint8_t *inline_list_start(struct span list, doc_id base,
					       uint64_t *out)
{
	const uint8_t *p;
	uint64_t v;
	int64_t doc;

	p = get_varint64(list.ptr, list.ptr + list.len, &v);
	if (!p || v >> 1 > UINT32_MAX)
		return NULL;
	/* small differences of either sign are small numbers */
	doc = base + ((int64_t)(v >> 2) ^ -(int64_t)(v >> 1 & 1));
	if (doc < 0 || doc >= DOC_NONE)
		return NULL;
	*out = (uint64_t)doc << 1 | (v & 1);
	return p;
}

/* The documents and frequencies of a stored list; returns its positions, or
 * NULL if it is damaged.  docs, freqs: room for n <= DOCS_BLOCK - 1. */
const uint8_t *inline_run_get(struct span list, doc_id base, unsigned n,
			      uint32_t *docs, uint32_t *freqs);

/*
 * The gaps of a repeat, as those of a plain list: cf <= REPEAT_MAX_POSITIONS of
 * them.  head: the positions of the list that it repeats; freqs: of its n
 * documents, with the sum cf.  Returns one past the repeat, or NULL.
 */
const uint8_t *repeat_positions_get(struct span bytes, struct span head,
				    const uint32_t *freqs, unsigned n,
				    uint32_t cf,
				    uint32_t gaps[POSITIONS_BLOCK]);

#endif
