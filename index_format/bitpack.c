#include "index_format/bitpack.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

enum { LANES = 4, ROWS = PACK_VALUES / LANES };

static unsigned bits_of(uint32_t v)
{
	return v ? 32 - (unsigned)__builtin_clz(v) : 0;
}

unsigned pack_width(const uint32_t *values, size_t n)
{
	uint32_t all = 0;
	size_t i;

	for (i = 0; i < n; i++)
		all |= values[i];
	return bits_of(all);
}

static void store_row(uint8_t *p, const uint32_t row[LANES])
{
	for (unsigned l = 0; l < LANES; l++)
		put_le32(p + 4 * l, row[l]);
}

void pack_values(const uint32_t *values, unsigned width, uint8_t *out)
{
	uint32_t row[LANES] = { 0 };
	unsigned r, l, used = 0;

	if (!width)
		return;
	for (r = 0; r < ROWS; r++) {
		const uint32_t *in = values + r * LANES;

		for (l = 0; l < LANES; l++)
			row[l] |= in[l] << used;
		used += width;
		if (used < 32)
			continue;
		store_row(out, row);
		out += 16;
		used -= 32;
		for (l = 0; l < LANES; l++)
			row[l] = used ? in[l] >> (width - used) : 0;
	}
}

#if defined(__SSE2__)
/* Row by row, the four lanes at once. */
static void unpack_rows(const uint8_t *in, unsigned width, uint32_t *values)
{
	__m128i row = _mm_loadu_si128((const __m128i *)in), next, v;
	__m128i mask = _mm_set1_epi32(width == 32 ? -1 :
					       (int)(((uint32_t)1 << width) - 1));
	unsigned r, used = 0;

	for (r = 0; r < ROWS; r++) {
		v = _mm_srl_epi32(row, _mm_cvtsi32_si128((int)used));
		used += width;
		if (used >= 32 && r + 1 < ROWS) {
			used -= 32;
			in += 16;
			next = _mm_loadu_si128((const __m128i *)in);
			/* a shift by 32 gives zeros, as wanted */
			v = _mm_or_si128(v, _mm_sll_epi32(
				next, _mm_cvtsi32_si128(
					used ? (int)(width - used) : 32)));
			row = next;
		}
		_mm_storeu_si128((__m128i *)(values + r * LANES),
				 _mm_and_si128(v, mask));
	}
}
#else
static void load_row(const uint8_t *p, uint32_t row[LANES])
{
	memcpy(row, p, sizeof(uint32_t) * LANES);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	for (unsigned l = 0; l < LANES; l++)
		row[l] = __builtin_bswap32(row[l]);
#endif
}

static void unpack_rows(const uint8_t *in, unsigned width, uint32_t *values)
{
	uint32_t row[LANES], next[LANES], mask;
	unsigned r, l, used = 0;

	mask = width == 32 ? UINT32_MAX : ((uint32_t)1 << width) - 1;
	load_row(in, row);
	for (r = 0; r < ROWS; r++) {
		uint32_t *out = values + r * LANES;

		for (l = 0; l < LANES; l++)
			out[l] = row[l] >> used & mask;
		used += width;
		if (used < 32)
			continue;
		used -= 32;
		if (r == ROWS - 1)
			break;
		in += 16;
		load_row(in, next);
		if (used)
			for (l = 0; l < LANES; l++)
				out[l] |= next[l] << (width - used) & mask;
		memcpy(row, next, sizeof(row));
	}
}
#endif

void unpack_values(const uint8_t *in, unsigned width, uint32_t *values)
{
	if (width)
		unpack_rows(in, width, values);
	else
		memset(values, 0, PACK_VALUES * sizeof(*values));
}

/* The width that makes the block smallest, exceptions included. */
static unsigned pfor_width(const uint32_t *values)
{
	uint16_t histogram[33] = { 0 };
	unsigned w, b, max, best = 0;
	size_t i, cost, best_cost = SIZE_MAX;

	for (i = 0; i < PACK_VALUES; i++)
		histogram[bits_of(values[i])]++;
	for (max = 32; max && !histogram[max]; max--)
		;
	for (w = max + 1; w-- > 0;) {
		cost = pack_bytes(w);
		for (b = w + 1; b <= max; b++)
			cost += histogram[b] * (1 + (b - w + 6) / 7);
		if (cost < best_cost) {
			best_cost = cost;
			best = w;
		}
	}
	return best;
}

void pfor_put(struct buf *out, const uint32_t *values)
{
	unsigned width = pfor_width(values), nexceptions = 0, i;
	uint32_t low[PACK_VALUES], mask;
	uint8_t where[PACK_VALUES];

	mask = width == 32 ? UINT32_MAX : ((uint32_t)1 << width) - 1;
	for (i = 0; i < PACK_VALUES; i++) {
		low[i] = values[i] & mask;
		if (low[i] != values[i])
			where[nexceptions++] = (uint8_t)i;
	}
	buf_put_u8(out, (uint8_t)width);
	buf_put_u8(out, (uint8_t)nexceptions);
	if (!buf_reserve(out, pack_bytes(width)))
		return;
	pack_values(low, width, out->ptr + out->len);
	out->len += pack_bytes(width);
	buf_put(out, where, nexceptions);
	for (i = 0; i < nexceptions; i++)
		buf_put_varint(out, values[where[i]] >> width);
}

const uint8_t *pfor_get(const uint8_t *p, const uint8_t *end, uint32_t *values)
{
	unsigned width, nexceptions, i;
	const uint8_t *where;
	uint32_t high;

	if (end - p < 2)
		return NULL;
	width = p[0];
	nexceptions = p[1];
	p += 2;
	if (width > 32 || nexceptions > PACK_VALUES ||
	    (size_t)(end - p) < pack_bytes(width) + nexceptions ||
	    (nexceptions && width == 32))
		return NULL;
	unpack_values(p, width, values);
	where = p + pack_bytes(width);
	p = where + nexceptions;
	for (i = 0; i < nexceptions; i++) {
		p = get_varint32(p, end, &high);
		if (!p || where[i] >= PACK_VALUES)
			return NULL;
		values[where[i]] |= high << width;
	}
	return p;
}
