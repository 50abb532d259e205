#include "index_format/bitpack.h"

#include "base/cpu.h"

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

static void load_row(const uint8_t *p, uint32_t row[LANES])
{
	memcpy(row, p, sizeof(uint32_t) * LANES);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	for (unsigned l = 0; l < LANES; l++)
		row[l] = __builtin_bswap32(row[l]);
#endif
}

/* Any width, row by row. */
static void unpack_plain(const uint8_t *in, unsigned width, uint32_t *values)
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
/* Four lanes side by side: SSE2, NEON, or what else the compiler finds. */
typedef uint32_t lanes __attribute__((vector_size(16)));

static inline lanes load_lanes(const uint8_t *p)
{
	lanes v;

	memcpy(&v, p, sizeof(v));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	for (unsigned l = 0; l < LANES; l++)
		v[l] = __builtin_bswap32(v[l]);
#endif
	return v;
}

/* With width and row known to the compiler, a load or two, and shifts. */
static inline __attribute__((always_inline)) void
unpack_row(const uint8_t *in, unsigned width, unsigned row, uint32_t *values)
{
	const uint32_t mask = UINT32_MAX >> (32 - width);
	unsigned word = row * width / 32, used = row * width % 32;
	lanes v = load_lanes(in + 16 * word) >> used;

	if (used + width > 32)
		v |= load_lanes(in + 16 * word + 16) << (32 - used);
	v &= mask;
	memcpy(values + row * LANES, &v, sizeof(v));
}

/* One function per width: two to three times as fast as the loop over rows with
 * the width in a variable. */
#define UNPACK_4(width, row) \
	unpack_row(in, width, row, values); \
	unpack_row(in, width, row + 1, values); \
	unpack_row(in, width, row + 2, values); \
	unpack_row(in, width, row + 3, values);
#define UNPACK(width) \
	static void unpack_##width(const uint8_t *in, uint32_t *values) \
	{ \
		UNPACK_4(width, 0) UNPACK_4(width, 4) \
		UNPACK_4(width, 8) UNPACK_4(width, 12) \
		UNPACK_4(width, 16) UNPACK_4(width, 20) \
		UNPACK_4(width, 24) UNPACK_4(width, 28) \
	}
#define EACH_WIDTH(X) \
	X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) \
	X(14) X(15) X(16) X(17) X(18) X(19) X(20) X(21) X(22) X(23) X(24) \
	X(25) X(26) X(27) X(28) X(29) X(30) X(31) X(32)

EACH_WIDTH(UNPACK)

typedef void (*unpack_fn)(const uint8_t *in, uint32_t *values);
#define NAME(width) unpack_##width,
static const unpack_fn unpack_width[32] = { EACH_WIDTH(NAME) };

void unpack_values(const uint8_t *in, unsigned width, uint32_t *values)
{
	if (!width)
		memset(values, 0, PACK_VALUES * sizeof(*values));
	else if (cpu_level() == CPU_PLAIN)
		unpack_plain(in, width, values);
	else
		unpack_width[width - 1](in, values);
}

/* The width that makes the block smallest, exceptions included. */
static unsigned pfor_width(const uint32_t *values)
{
	uint16_t histogram[33] = { 0 };
	unsigned w, b, max, best = 0, nexceptions = 0;
	size_t i, cost, best_cost = SIZE_MAX;

	for (i = 0; i < PACK_VALUES; i++)
		histogram[bits_of(values[i])]++;
	for (max = 32; max && !histogram[max]; max--)
		;
	for (w = max + 1; w-- > 0;) {
		cost = pack_bytes(w);
		nexceptions += w < max ? histogram[w + 1] : 0;
		if (cost + 2 * (size_t)nexceptions >= best_cost)
			continue;	/* they take two bytes each, or more */
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
