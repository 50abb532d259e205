/*
 * Part of a check: the postings of every term of a segment, decoded whole, and
 * what they add up to.
 */
#ifndef SCOUT_INDEX_FORMAT_CHECK_POSTINGS_H
#define SCOUT_INDEX_FORMAT_CHECK_POSTINGS_H

#include "index_format/checker.h"
#include "index_format/dictionary.h"

/* Decoding the terms of one segment, in their order. */
struct posting_check {
	struct checker *checker;
	struct checked_segment *seg;
	/* the term at hand: its documents, and how often it is in each */
	uint32_t *docs, *freqs;
	/* of each document, words that terms had so far */
	uint64_t *words_seen;
	/* bit per word of the segment, set if a term is there; or NULL */
	uint64_t *used;
	doc_id at_doc;		/* being decoded; DOC_NONE: none yet */
};

/* Begins a segment whose documents are checked.  Release it in any case. */
int posting_check_init(struct posting_check *pc, struct checker *c,
		       struct checked_segment *seg);
void posting_check_release(struct posting_check *pc);

/* Checks the postings of the next term; false after reporting a problem. */
bool posting_check_term(struct posting_check *pc, struct span term,
			const struct term_info *info);
/* After the last term: every word of every document was some term's, and every
 * byte of the streams some posting's. */
void posting_check_end(struct posting_check *pc);

#endif
