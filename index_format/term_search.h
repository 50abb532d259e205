/*
 * The terms of a dictionary group that hold a string of bytes.
 *
 * The terms of a group are written out and searched as one text.
 */
#ifndef SCOUT_INDEX_FORMAT_TERM_SEARCH_H
#define SCOUT_INDEX_FORMAT_TERM_SEARCH_H

#include "base/memsearch.h"
#include "index_format/dictionary.h"

/* A bit for each term. */

/* Those that hold the needle (prepared for a string without a NUL, in its own
 * case). */
uint32_t term_search_find(const struct memsearch *needle,
			  const struct dict_group *g);
/* Those that may have been cut. */
uint32_t term_search_cut(const struct dict_group *g);
/* Those that are not ASCII. */
uint32_t term_search_not_ascii(const struct dict_group *g);

#endif
