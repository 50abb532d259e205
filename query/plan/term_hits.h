/*
 * Terms that were found, and where they occur: the positions of all of them as
 * one list.
 *
 * First all terms are added, which counts how often each document has them; then
 * the list is made, in memory of just its size, by reading the positions of the
 * terms once more.  A document may be of no term, and then has no positions.
 */
#ifndef SCOUT_QUERY_PLAN_TERM_HITS_H
#define SCOUT_QUERY_PLAN_TERM_HITS_H

#include "base/arena.h"
#include "index_format/segment_reader.h"

/* A place in the dictionary. */
struct term_place {
	struct span block;	/* its bytes */
	unsigned number;	/* of the term in it */
};

struct term_hits {
	struct segment_reader *seg;
	uint32_t *freq;		/* of each document of the segment */
	uint64_t npositions;
	struct buf groups;	/* struct found_group */
};

void term_hits_init(struct term_hits *h, struct segment_reader *seg);
void term_hits_release(struct term_hits *h);

/* Whether a document has overlong words, which terms may be the beginnings of. */
int doc_has_overlong(struct segment_reader *seg, doc_id doc, bool *out);

/* Adds a term, or only what it has in documents with overlong words.
 * SCOUT_E_CORRUPT, SCOUT_E_NOMEM. */
int term_hits_add(struct term_hits *h, const struct term_place *place,
		  const struct term_info *info, bool in_overlong);

/* The documents that have any of the terms, ascending, and the positions in
 * each, ascending. */
struct position_lists {
	doc_id ndocs;
	doc_id *docs;
	uint32_t *start;	/* those of docs[i]: start[i] to start[i + 1] */
	term_pos *positions;
};

/* Makes the list in arena, at most once.  SCOUT_E_CORRUPT, SCOUT_E_NOMEM. */
int term_hits_finish(struct term_hits *h, struct arena *arena,
		     struct position_lists *out);

#endif
