#include "base/hash.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/mem.h"

struct hash_stream {
	XXH3_state_t *state;
};

uint64_t scout_hash64(const void *ptr, size_t len)
{
	return XXH3_64bits(ptr, len);
}

uint64_t scout_hash64_seeded(const void *ptr, size_t len, uint64_t seed)
{
	return XXH3_64bits_withSeed(ptr, len, seed);
}

struct hash128 scout_hash128(const void *ptr, size_t len)
{
	XXH128_hash_t h = XXH3_128bits(ptr, len);

	return (struct hash128){ h.low64, h.high64 };
}

struct hash_stream *hash_stream_new(void)
{
	struct hash_stream *h = scout_calloc(MEM_OTHER, 1, sizeof(*h));

	if (!h)
		return NULL;
	h->state = XXH3_createState();
	if (!h->state) {
		scout_free(h);
		return NULL;
	}
	hash_stream_reset(h);
	return h;
}

void hash_stream_reset(struct hash_stream *h)
{
	XXH3_128bits_reset(h->state);
}

void hash_stream_update(struct hash_stream *h, const void *ptr, size_t len)
{
	XXH3_128bits_update(h->state, ptr, len);
}

struct hash128 hash_stream_digest(const struct hash_stream *h)
{
	XXH128_hash_t d = XXH3_128bits_digest(h->state);

	return (struct hash128){ d.low64, d.high64 };
}

void hash_stream_free(struct hash_stream *h)
{
	if (!h)
		return;
	XXH3_freeState(h->state);
	scout_free(h);
}
