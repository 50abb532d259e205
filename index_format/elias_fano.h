/*
 * Ascending numbers as bits, after Elias ("Efficient storage and retrieval by
 * content and address of static files", 1974) and Fano (1971); the skipping as
 * in Vigna, "Quasi-succinct indices", WSDM 2013 (format, "Elias-Fano
 * sequences").
 *
 * A sequence has n numbers, ascending or equal.  The last one and n are known
 * to the reader from elsewhere and are not in the bytes.
 */
#ifndef SCOUT_INDEX_FORMAT_ELIAS_FANO_H
#define SCOUT_INDEX_FORMAT_ELIAS_FANO_H

#include "base/buf.h"
#include "base/span.h"

#define ELIAS_FANO_MAX ((uint64_t)1 << 56)	/* the largest last number */
enum { ELIAS_FANO_MAX_VALUES = 1 << 16 };	/* the largest n */

/* Appends the n >= 1 numbers at values, within the two limits above. */
void elias_fano_put(struct buf *out, const uint64_t *values, uint32_t n);

/* A reader, which goes forward. */
struct elias_fano {
	uint32_t passed;	/* numbers that it has gone past */
	uint64_t value;		/* the last of them; 0 if there is none */
	struct span bytes;
	/* private */
	uint32_t n;
	uint64_t last;
	unsigned low_width;
	uint32_t high_bits;
	uint32_t at;		/* place of the word in the high bits */
	uint64_t word;		/* its bits that were not passed */
};

/* Places e before the first of n numbers.  e->bytes are the first ones of
 * bytes, as many as the sequence has.  SCOUT_E_CORRUPT if there are too few, or
 * padding bits are set. */
int elias_fano_open(struct elias_fano *e, struct span bytes, uint32_t n,
		    uint64_t last);
/* Places e before the first number again. */
void elias_fano_rewind(struct elias_fano *e);
/*
 * Passes the next number; there must be one.  SCOUT_E_CORRUPT if it is less
 * than the one before or more than the last.  On passing the last number the
 * rest of the bits is checked as well.
 */
int elias_fano_next(struct elias_fano *e);
/* Passes numbers less than value, many at a time; the nearest of them are left
 * for elias_fano_next.  The order of the numbers skipped is not checked. */
int elias_fano_skip_to(struct elias_fano *e, uint64_t value);
/* Passes count numbers, fewer than are left, in the same way. */
int elias_fano_skip(struct elias_fano *e, uint32_t count);

#endif
