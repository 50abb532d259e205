/* Content hashes and checksums: XXH3, behind one file. */
#ifndef SCOUT_BASE_HASH_H
#define SCOUT_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

struct hash128 {
	uint64_t lo, hi;
};

/* XXH3 64-bit of the bytes. */
uint64_t scout_hash64(const void *ptr, size_t len);
/* The same with a seed; 0 is as without. */
uint64_t scout_hash64_seeded(const void *ptr, size_t len, uint64_t seed);
/* XXH3 128-bit of the bytes. */
struct hash128 scout_hash128(const void *ptr, size_t len);

/* The 128-bit hash of a file read in pieces; new, update..., digest, free. */
struct hash_stream;
struct hash_stream *hash_stream_new(void);
void hash_stream_reset(struct hash_stream *h);
void hash_stream_update(struct hash_stream *h, const void *ptr, size_t len);
struct hash128 hash_stream_digest(const struct hash_stream *h);
void hash_stream_free(struct hash_stream *h);

#endif
