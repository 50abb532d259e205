/*
 * The documents that two terms both have, one after the other.
 *
 * For lists of like lengths: the decoded blocks of both are compared at once,
 * without branches that depend on what is in them, and what they share is given
 * from there.  Where one list is much longer, posting_seek in it is faster.
 */
#ifndef SCOUT_INDEX_FORMAT_POSTING_PAIR_H
#define SCOUT_INDEX_FORMAT_POSTING_PAIR_H

#include "index_format/segment_reader.h"

/* How many times as long as the other a list may be. */
enum { POSTING_PAIR_SKEW = 16 };

struct posting_pair {
	struct posting_cursor *a, *b;
	doc_id from;		/* all before it have been compared */
	/* places in the decoded blocks: shared, not yet given */
	uint8_t at_a[DOCS_BLOCK], at_b[DOCS_BLOCK];
	uint32_t next, n;
};

/* Prepares it for two fresh cursors, borrowed; whoever else moves them moves
 * them at most to the document that was given last. */
void posting_pair_init(struct posting_pair *p, struct posting_cursor *a,
		       struct posting_cursor *b);

/* Moves both to the first document >= target that they share; target must be
 * past the one given last.  SCOUT_OK, SCOUT_END, SCOUT_E_CORRUPT. */
int posting_pair_seek(struct posting_pair *p, doc_id target);

#endif
