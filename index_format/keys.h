/* Keys of the store (format, "Keys"): numbers big-endian, so that the order of
 * the bytes is the order of the numbers. */
#ifndef SCOUT_INDEX_FORMAT_KEYS_H
#define SCOUT_INDEX_FORMAT_KEYS_H

#include "base/bytes.h"
#include "index_format/limits.h"

enum {
	STREAM_KEY_BYTES = 9,
	DICT_KEY_MAX = 4 + TERM_MAX_BYTES,
};

static inline void stream_key_put(uint8_t key[STREAM_KEY_BYTES],
				  uint32_t segment, unsigned stream,
				  uint32_t chunk)
{
	put_be32(key, segment);
	key[4] = (uint8_t)stream;
	put_be32(key + 5, chunk);
}

/* Returns the key's length. */
static inline size_t dict_key_put(uint8_t key[DICT_KEY_MAX], uint32_t segment,
				  const uint8_t *term, size_t term_len)
{
	put_be32(key, segment);
	if (term_len)
		memcpy(key + 4, term, term_len);
	return 4 + term_len;
}

#endif
