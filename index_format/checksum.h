/*
 * The checksums of what is stored (format, "Checksums").
 *
 * The hash of a value's key is the seed of its checksum, so that bytes that are
 * good but stand in another's place do not fit either.
 */
#ifndef SCOUT_INDEX_FORMAT_CHECKSUM_H
#define SCOUT_INDEX_FORMAT_CHECKSUM_H

#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/span.h"

enum {
	SUM_BYTES = 8,			/* le64 */
	SUM_RANGE_BYTES = 16384,	/* of a chunk, with a sum of its own */
};

static inline uint64_t checksum_seed(struct span key)
{
	return scout_hash64(key.ptr, key.len);
}

static inline uint64_t checksum_of(struct span bytes, uint64_t seed)
{
	return scout_hash64_seeded(bytes.ptr, bytes.len, seed);
}

/* Ranges that a chunk of len bytes has. */
static inline size_t checksum_ranges(size_t len)
{
	return (len + SUM_RANGE_BYTES - 1) / SUM_RANGE_BYTES;
}

/* Range number i of a chunk that has it; the last one may be shorter. */
static inline struct span checksum_range(struct span chunk, size_t i)
{
	size_t from = i * SUM_RANGE_BYTES, len = chunk.len - from;

	return span_of(chunk.ptr + from,
		       len < SUM_RANGE_BYTES ? len : SUM_RANGE_BYTES);
}

/* Appends the checksum of all bytes that value has. */
void checksum_put(struct buf *value, uint64_t seed);

/*
 * Takes the checksum off the end of a value: *out is what is before it.
 * SCOUT_E_CORRUPT if it does not fit.
 */
int checksum_cut(struct span value, uint64_t seed, struct span *out);

#endif
