/* Documents of a block from the gaps between them (format, "Postings"). */
#ifndef SCOUT_INDEX_FORMAT_PREFIX_SUM_H
#define SCOUT_INDEX_FORMAT_PREFIX_SUM_H

#include <stdint.h>

/*
 * Turns 128 gaps, each less than 2^width, into documents: the first is start
 * plus its gap, each of the others one plus its gap after the one before.
 * Returns one past the last; if that is above 2^32 the documents have wrapped
 * round.  start <= 2^32.
 */
uint64_t prefix_sum(uint32_t *values, unsigned width, uint64_t start);

#endif
