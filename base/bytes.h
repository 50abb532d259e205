/*
 * Integers as bytes: little-endian get and put, and LEB128 varints.
 *
 * On-disk integers go through these functions only; no struct is ever written
 * or cast.  Readers of varints take the end of the readable bytes and return
 * NULL instead of passing it.
 */
#ifndef SCOUT_BASE_BYTES_H
#define SCOUT_BASE_BYTES_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline void put_le16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
}

static inline void put_le32(uint8_t *p, uint32_t v)
{
	put_le16(p, (uint16_t)v);
	put_le16(p + 2, (uint16_t)(v >> 16));
}

static inline void put_le64(uint8_t *p, uint64_t v)
{
	put_le32(p, (uint32_t)v);
	put_le32(p + 4, (uint32_t)(v >> 32));
}

static inline uint16_t get_le16(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t get_le32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	       (uint32_t)p[3] << 24;
}

static inline uint64_t get_le64(const uint8_t *p)
{
	return (uint64_t)get_le32(p) | (uint64_t)get_le32(p + 4) << 32;
}

/* Big-endian, where bytewise order must be numeric order (keys). */
static inline void put_be32(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 24);
	p[1] = (uint8_t)(v >> 16);
	p[2] = (uint8_t)(v >> 8);
	p[3] = (uint8_t)v;
}

static inline uint32_t get_be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | (uint32_t)p[3];
}

enum { VARINT_MAX32 = 5, VARINT_MAX64 = 10 };

/* Writes v at p, at most VARINT_MAX64 bytes; returns one past the last. */
static inline uint8_t *put_varint(uint8_t *p, uint64_t v)
{
	while (v >= 0x80) {
		*p++ = (uint8_t)(v | 0x80);
		v >>= 7;
	}
	*p++ = (uint8_t)v;
	return p;
}

static inline size_t varint_len(uint64_t v)
{
	size_t n = 1;

	while (v >= 0x80) {
		v >>= 7;
		n++;
	}
	return n;
}

/* Reads at p, never at or past end; NULL if cut short or over 64 bits. */
static inline const uint8_t *get_varint64(const uint8_t *p, const uint8_t *end,
					  uint64_t *out)
{
	uint64_t v = 0;
	unsigned shift;

	for (shift = 0; p < end && shift < 64; shift += 7) {
		uint8_t b = *p++;

		v |= (uint64_t)(b & 0x7f) << shift;
		if (!(b & 0x80)) {
			if (shift == 63 && b > 1)
				return NULL;
			*out = v;
			return p;
		}
	}
	return NULL;
}

/* The same for values that must fit 32 bits. */
static inline const uint8_t *get_varint32(const uint8_t *p, const uint8_t *end,
					  uint32_t *out)
{
	uint64_t v;

	if (p < end && *p < 0x80) {
		*out = *p;
		return p + 1;
	}
	p = get_varint64(p, end, &v);
	if (!p || v > UINT32_MAX)
		return NULL;
	*out = (uint32_t)v;
	return p;
}

#endif
