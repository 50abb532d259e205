/*
 * Which blocks of a dictionary a question about terms has to look at: those that
 * may have terms with a beginning, or those whose filters have what it wants, or
 * all.
 */
#ifndef SCOUT_INDEX_FORMAT_TERM_BLOCKS_H
#define SCOUT_INDEX_FORMAT_TERM_BLOCKS_H

#include "index_format/segment_reader.h"
#include "index_format/term_filter.h"

/* What wanted terms hold; but for those that may have been cut, which are always
 * wanted. */
struct term_filter {
	const uint16_t *bits;	/* of a dictionary block (term_filter.h) */
	size_t nbits;
	struct span needle;	/* a string; may be empty */
	bool of_ascii;		/* this is of ASCII terms; all others are wanted */
};

/* In the order of the dictionary; borrowed from the snapshot. */
struct term_blocks {
	struct buf list;	/* struct span */
};

void term_blocks_init(struct term_blocks *b);
void term_blocks_release(struct term_blocks *b);

static inline size_t term_blocks_count(const struct term_blocks *b)
{
	return b->list.len / sizeof(struct span);
}

static inline struct span term_blocks_get(const struct term_blocks *b, size_t i)
{
	return ((const struct span *)(const void *)b->list.ptr)[i];
}

/* Finds those that may have terms that begin with start.  SCOUT_E_CORRUPT,
 * SCOUT_E_NOMEM. */
int term_blocks_find_start(struct term_blocks *b, struct segment_reader *seg,
			   struct span start, struct scout_err *err);
/* Finds those that pass a filter; all of them without bits. */
int term_blocks_find(struct term_blocks *b, struct segment_reader *seg,
		     const struct term_filter *wanted, struct scout_err *err);

#endif
