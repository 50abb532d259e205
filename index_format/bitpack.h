/*
 * Blocks of 128 integers as bits (format, "Packed blocks").
 *
 * Layout: 32 rows of 4 lanes, value i in lane i % 4, so that four lanes are
 * packed and unpacked side by side (Lemire and Boytsov, "Decoding billions of
 * integers per second through vectorization", 2015).  Exceptions as in PFOR:
 * a width that fits most values, the high bits of the others apart.
 */
#ifndef SCOUT_INDEX_FORMAT_BITPACK_H
#define SCOUT_INDEX_FORMAT_BITPACK_H

#include "base/buf.h"
#include "base/err.h"

enum { PACK_VALUES = 128 };

/* Bytes of 128 values of that width (0 to 32). */
static inline size_t pack_bytes(unsigned width)
{
	return (size_t)16 * width;
}

/* Bits needed by the largest of n values. */
unsigned pack_width(const uint32_t *values, size_t n);

/* Packs 128 values, each under 2^width, into pack_bytes(width) bytes. */
void pack_values(const uint32_t *values, unsigned width, uint8_t *out);
/* The reverse. */
void unpack_values(const uint8_t *in, unsigned width, uint32_t *values);

/* Appends 128 values as a patched block. */
void pfor_put(struct buf *out, const uint32_t *values);
/* Reads a patched block at p; returns one past it, or NULL if it is damaged or
 * passes end. */
const uint8_t *pfor_get(const uint8_t *p, const uint8_t *end, uint32_t *values);

#endif
