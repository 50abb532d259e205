/* Addresses and slots. */
#include "reader.h"

#include <stdio.h>

/* Streams whose blocks have an order are read from start to end, so that no
 * byte of them belongs to nothing. */
struct bytes at_address(struct segment *seg, int stream, uint64_t address)
{
	uint64_t chunk = address >> 20, offset = address & 0xfffff;
	uint64_t next = seg->next[stream];
	struct bytes rest;

	need(chunk < seg->nchunks[stream], "an address beyond the last chunk");
	rest = seg->chunks[stream][chunk];
	need(offset < left(rest), "an address beyond its chunk");
	if (address != next) {
		need(chunk == (next >> 20) + 1 && offset == 0,
		     "an address that is not where the block before ended");
		need((next & 0xfffff) == left(seg->chunks[stream][next >> 20]),
		     "bytes at the end of a chunk that nothing leads to");
	}
	rest.at += offset;
	return rest;
}

void done(struct segment *seg, int stream, uint64_t address, uint64_t length)
{
	uint64_t next = seg->next[stream];

	if (address != next) {
		need((next & 0xfffff) + length > CHUNK_MAX,
		     "a block begins a chunk but fits in the one before");
		counts.chunk_turns++;
	}
	seg->next[stream] = address + length;
}

void must_end(struct segment *seg, int stream)
{
	uint64_t next = seg->next[stream];
	uint32_t n = seg->nchunks[stream];

	if (n == 0)
		return;
	need(next >> 20 == n - 1 &&
		     (next & 0xfffff) == left(seg->chunks[stream][n - 1]),
	     "bytes at the end of a stream that nothing leads to");
}

const uint8_t *at_slot(const struct segment *seg, int stream, unsigned size,
		       uint64_t slot)
{
	uint64_t per_chunk = CHUNK_MAX / size, chunk = slot / per_chunk;
	uint64_t offset = slot % per_chunk * size;

	need(chunk < seg->nchunks[stream] &&
		     offset + size <= left(seg->chunks[stream][chunk]),
	     "a slot beyond its stream");
	return seg->chunks[stream][chunk].at + offset;
}

void check_slots(const struct segment *seg, int stream, unsigned size,
		 uint64_t n)
{
	uint64_t per_chunk = CHUNK_MAX / size, i;

	need(seg->nchunks[stream] == (n + per_chunk - 1) / per_chunk,
	     "a stream of slots has the wrong number of chunks");
	for (i = 0; i < seg->nchunks[stream]; i++) {
		uint64_t here = n - i * per_chunk;

		if (here > per_chunk)
			here = per_chunk;
		need(left(seg->chunks[stream][i]) == here * size,
		     "a chunk of slots has the wrong length");
	}
}
