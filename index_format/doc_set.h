/*
 * Sets of the documents of a segment: a bit for each.
 *
 * For those who want to know in which documents any of many terms is, and not
 * where.  Documents of a term that are in a set already need not be decoded, so
 * that the fuller a set is, the less it costs to add to it.
 */
#ifndef SCOUT_INDEX_FORMAT_DOC_SET_H
#define SCOUT_INDEX_FORMAT_DOC_SET_H

#include "index_format/segment_reader.h"

/* Words of a set of n bits. */
static inline size_t set_words(doc_id n)
{
	return ((size_t)n + 63) / 64;
}

/* How many there are in a set of n bits. */
doc_id set_count(const uint64_t *set, doc_id n);

/* The first document >= from in a set of n bits, or DOC_NONE. */
doc_id set_next(const uint64_t *set, doc_id n, doc_id from);

static inline bool set_has(const uint64_t *set, doc_id doc)
{
	return set[doc / 64] >> (doc & 63) & 1;
}

static inline void set_add(uint64_t *set, doc_id doc)
{
	set[doc / 64] |= (uint64_t)1 << (doc & 63);
}

/* Whether all documents from..to, which are in it, are in a set. */
bool set_has_all(const uint64_t *set, doc_id from, doc_id to);

/* Adds the documents of a term of the segment (deleted ones, too).
 * SCOUT_E_CORRUPT. */
int set_add_postings(uint64_t *set, struct segment_reader *seg,
		     const struct term_info *info);
/* Whether the term has documents that the set lacks.  SCOUT_E_CORRUPT, which it
 * may miss where it need not look. */
int set_lacks_postings(const uint64_t *set, struct segment_reader *seg,
		       const struct term_info *info, bool *out);

/*
 * The same for a group of a block's terms at once.  Adds the documents of those
 * whose bits are in wanted; or tells which of all have some that the set lacks.
 */
int set_add_group(uint64_t *set, struct segment_reader *seg,
		  const struct dict_block *b, unsigned group, uint32_t wanted);
int set_lacks_group(const uint64_t *set, struct segment_reader *seg,
		    const struct dict_block *b, unsigned group, uint32_t *out);

#endif
