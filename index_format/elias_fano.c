#include "index_format/elias_fano.h"

enum { WORD_BITS = 64 };

/* What follows from n and the last number. */
struct shape {
	unsigned low_width;	/* bits of a number that are stored as they are */
	uint32_t high_bits;	/* the string in which each number has a bit */
	size_t bits, bytes;	/* of all */
};

static struct shape shape_of(uint32_t n, uint64_t last)
{
	struct shape s = { 0 };

	if (n == 1)
		return s;
	/* floor(log2(last / n)): the width that needs the fewest bits */
	if (last >= n)
		s.low_width = 63 - (unsigned)__builtin_clzll(last / n);
	/* the last number has no bit, but the zeros before it are there */
	s.high_bits = n - 1 + (uint32_t)(last >> s.low_width);
	s.bits = s.high_bits + (size_t)(n - 1) * s.low_width;
	s.bytes = (s.bits + 7) / 8;
	return s;
}

/* Sets the bits of value in the zeros from bit `at` on. */
static void set_bits(uint8_t *bits, size_t at, uint64_t value)
{
	bits += at / 8;
	for (value <<= at % 8; value; value >>= 8)
		*bits++ |= (uint8_t)value;
}

void elias_fano_put(struct buf *out, const uint64_t *values, uint32_t n)
{
	struct shape s = shape_of(n, values[n - 1]);
	uint64_t low_mask = ((uint64_t)1 << s.low_width) - 1;
	size_t low_at = s.high_bits;
	uint8_t *bits;
	uint32_t i;

	SCOUT_ASSERT(n <= ELIAS_FANO_MAX_VALUES &&
		     values[n - 1] <= ELIAS_FANO_MAX);
	if (!s.bytes || !buf_reserve(out, s.bytes))
		return;
	bits = out->ptr + out->len;
	memset(bits, 0, s.bytes);
	for (i = 0; i < n - 1; i++) {
		set_bits(bits, (size_t)(values[i] >> s.low_width) + i, 1);
		set_bits(bits, low_at, values[i] & low_mask);
		low_at += s.low_width;
	}
	out->len += s.bytes;
}

/* The eight bytes from there on, as far as there are any. */
static inline uint64_t load(const struct elias_fano *e, size_t at)
{
	const uint8_t *p = e->bytes.ptr + at;
	size_t left = e->bytes.len - at, i;
	uint64_t v = 0;

	if (left >= 8)
		return get_le64(p);
	for (i = 0; i < left; i++)
		v |= (uint64_t)p[i] << 8 * i;
	return v;
}

/* Goes to the word of the high bits at that place; past their end it is 0. */
static void load_word(struct elias_fano *e, uint32_t at)
{
	uint32_t left = at < e->high_bits ? e->high_bits - at : 0;

	e->at = at;
	e->word = left ? load(e, at / 8) : 0;
	if (left < WORD_BITS)
		e->word &= ((uint64_t)1 << left) - 1;
}

void elias_fano_rewind(struct elias_fano *e)
{
	e->passed = 0;
	e->value = 0;
	load_word(e, 0);
}

int elias_fano_open(struct elias_fano *e, struct span bytes, uint32_t n,
		    uint64_t last)
{
	struct shape s;

	SCOUT_ASSERT(n && n <= ELIAS_FANO_MAX_VALUES);
	if (last > ELIAS_FANO_MAX)
		return SCOUT_E_CORRUPT;
	s = shape_of(n, last);
	if (bytes.len < s.bytes ||
	    (s.bits % 8 && bytes.ptr[s.bytes - 1] >> s.bits % 8))
		return SCOUT_E_CORRUPT;
	e->bytes = (struct span){ bytes.ptr, s.bytes };
	e->n = n;
	e->last = last;
	e->low_width = s.low_width;
	e->high_bits = s.high_bits;
	elias_fano_rewind(e);
	return SCOUT_OK;
}

/* Number i (not the last), whose bit is there. */
static inline uint64_t value_at(const struct elias_fano *e, uint32_t bit,
				uint32_t i)
{
	size_t at = e->high_bits + (size_t)i * e->low_width;
	uint64_t low_mask = ((uint64_t)1 << e->low_width) - 1;

	return (uint64_t)(bit - i) << e->low_width |
	       (load(e, at / 8) >> at % 8 & low_mask);
}

/* Passes the number whose bit is the lowest of the word. */
static inline uint32_t pass_bit(struct elias_fano *e)
{
	uint32_t bit = e->at + (uint32_t)__builtin_ctzll(e->word);

	e->word &= e->word - 1;
	e->passed++;
	return bit;
}

/* Sets the value of the last number passed, of which that is the bit. */
static inline int take_value(struct elias_fano *e, uint32_t bit)
{
	uint64_t value;

	if (e->passed >= e->n)
		return SCOUT_E_CORRUPT;
	value = value_at(e, bit, e->passed - 1);
	if (value < e->value || value > e->last)
		return SCOUT_E_CORRUPT;
	e->value = value;
	return SCOUT_OK;
}

/* Only zeros may follow the bit of the last but one. */
static int pass_last(struct elias_fano *e)
{
	while (!e->word && e->at < e->high_bits)
		load_word(e, e->at + WORD_BITS);
	if (e->word)
		return SCOUT_E_CORRUPT;
	e->passed++;
	e->value = e->last;
	return SCOUT_OK;
}

int elias_fano_next(struct elias_fano *e)
{
	SCOUT_ASSERT(e->passed < e->n);
	if (e->passed == e->n - 1)
		return pass_last(e);
	while (!e->word) {
		if (e->at >= e->high_bits)
			return SCOUT_E_CORRUPT;
		load_word(e, e->at + WORD_BITS);
	}
	return take_value(e, pass_bit(e));
}

/* Passes all of a word; returns the bit of the last number passed, which is
 * the one before if there is none in the word. */
static uint32_t pass_word(struct elias_fano *e, uint32_t bit)
{
	if (e->word)
		bit = e->at + 63 - (uint32_t)__builtin_clzll(e->word);
	e->passed += (uint32_t)__builtin_popcountll(e->word);
	load_word(e, e->at + WORD_BITS);
	return bit;
}

/* A number has as many zeros before its bit as its high bits say. */
static uint32_t pass_below(struct elias_fano *e, uint64_t high, uint32_t bit)
{
	uint64_t word = e->word;
	uint32_t passed = e->passed, next;

	while (word) {
		next = e->at + (uint32_t)__builtin_ctzll(word);
		if (next - passed >= high)
			break;
		bit = next;
		word &= word - 1;
		passed++;
	}
	e->word = word;
	e->passed = passed;
	return bit;
}

int elias_fano_skip_to(struct elias_fano *e, uint64_t value)
{
	uint64_t high = value >> e->low_width;
	uint32_t before = e->passed, bit = 0;

	/* words that have too few zeros up to their end */
	while (e->at < e->high_bits && e->at + WORD_BITS - e->passed < high)
		bit = pass_word(e, bit);
	bit = pass_below(e, high, bit);
	while (!e->word && e->at < e->high_bits) {
		load_word(e, e->at + WORD_BITS);
		bit = pass_below(e, high, bit);
	}
	return e->passed == before ? SCOUT_OK : take_value(e, bit);
}

int elias_fano_skip(struct elias_fano *e, uint32_t count)
{
	uint32_t before = e->passed, bit = 0, left;

	while ((left = count - (e->passed - before)) > 0) {
		if (e->word && left < WORD_BITS) {
			bit = pass_bit(e);
		} else {
			if (e->at >= e->high_bits)
				return SCOUT_E_CORRUPT;
			bit = pass_word(e, bit);
		}
	}
	return e->passed == before ? SCOUT_OK : take_value(e, bit);
}
