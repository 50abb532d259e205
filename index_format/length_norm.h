/*
 * A document's length in one byte, for ranking (format, "Skip entries").
 *
 * Rounded down to a number with four significant bits, as in Lucene's
 * SmallFloat: never more than the length, so the smallest norm of a block bounds
 * what any of its documents can score.
 */
#ifndef SCOUT_INDEX_FORMAT_LENGTH_NORM_H
#define SCOUT_INDEX_FORMAT_LENGTH_NORM_H

#include <stdint.h>

/* The norm of a document of so many words; greater lengths have no smaller
 * norms. */
static inline uint8_t length_norm(uint32_t nwords)
{
	unsigned shift;

	if (nwords < 16)
		return (uint8_t)nwords;
	shift = 28 - (unsigned)__builtin_clz(nwords);
	return (uint8_t)(8 * shift + (nwords >> shift));
}

/* The smallest length with that norm; norms above that of UINT32_MAX are not
 * written. */
static inline uint32_t length_of_norm(uint8_t norm)
{
	return norm < 16 ? norm : (uint32_t)(norm % 8 + 8) << (norm / 8 - 1);
}

#endif
