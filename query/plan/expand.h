/*
 * Expanding a word of a query: all documents of all terms of a segment that it
 * stands for (term_match.h), as one list.
 *
 * With positions while they are few enough to hold; beyond that the documents
 * alone.  Everything is in the caller's arena.
 */
#ifndef SCOUT_QUERY_PLAN_EXPAND_H
#define SCOUT_QUERY_PLAN_EXPAND_H

#include "index_format/segment_reader.h"
#include "query/plan/term_match.h"

enum { EXPAND_MAX_POSITIONS = 4 << 20 };

struct expansion {
	doc_id ndocs;		/* documents that have any of the terms */
	uint64_t *set;		/* a bit for each document of the segment */
	uint64_t *unsure;	/* those of which the text decides; NULL: none */
	/* with positions: ascending documents, and theirs from start[i] to
	 * start[i + 1], ascending */
	bool has_positions;
	doc_id *docs;
	uint32_t *start;
	term_pos *positions;
	uint32_t nblocks;	/* of the dictionary, decoded */
	uint32_t nterms;
	uint64_t noccurrences;
};

/*
 * All terms of a segment that match, as one list in arena.
 * SCOUT_E_CORRUPT, SCOUT_E_NOMEM.
 */
int expand_terms(struct segment_reader *seg, const struct term_match *match,
		 bool want_positions, struct arena *arena,
		 struct expansion *out, struct scout_err *err);

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

/* Sets the bits of all documents that c has from its first posting on. */
int set_add_postings(uint64_t *set, struct posting_cursor *c);

#endif
