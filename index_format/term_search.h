/*
 * The terms of dictionary blocks that hold a string of bytes.
 *
 * Groups of terms are written out and searched as texts; what is known of a term
 * is decoded only if it is given.  Terms that may have been cut are given too,
 * whatever they hold.
 */
#ifndef SCOUT_INDEX_FORMAT_TERM_SEARCH_H
#define SCOUT_INDEX_FORMAT_TERM_SEARCH_H

#include "base/memsearch.h"
#include "index_format/dictionary.h"

struct term_search {
	struct memsearch needle;
	bool of_ascii;		/* terms that are not ASCII are given too */
	unsigned next_group;	/* of the block at hand */
	uint32_t hits;		/* terms of the group yet to be given: bits */
	struct dict_group group;
};

/* needle: at least one byte, without a NUL; borrowed.  With of_ascii, all terms
 * that are not ASCII are given too. */
void term_search_init(struct term_search *s, struct span needle, bool of_ascii);

/* Begins a block that was just opened. */
void term_search_begin(struct term_search *s);

/* The next such term of the block, borrowed until the next call, and b->info:
 * SCOUT_OK, SCOUT_END, SCOUT_E_CORRUPT. */
int term_search_next(struct term_search *s, struct dict_block *b,
		     struct span *out);

#endif
