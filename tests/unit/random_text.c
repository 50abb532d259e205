#include "random_text.h"

/* Letters from a number, so that equal numbers give equal words. */
static void put_letters(struct buf *out, uint64_t number, uint32_t len)
{
	uint64_t x = number * 0x9e3779b97f4a7c15u;

	for (; len; len--) {
		buf_put_u8(out, (uint8_t)('a' + x % 26));
		x = x / 26 ? x / 26 : number + 7;
	}
}

static void put_odd_word(struct buf *out, uint32_t number)
{
	static const char *const odd[] = {
		"caf\xc3\xa9", "cafe\xcc\x81", "CAF\xc3\x89", "stra\xc3\x9f" "e",
		"STRASSE", "\xe6\x9d\xb1", "\xe4\xba\xac", "x\xc2\xb2", "X2",
		"\xc2\xbd", "co\xc2\xad" "op", "coop", "\xce\xa3\xce\xbf\xcf\x82",
		"e\xcc\x81\xcc\xa3", "\xef\xac\x81n", "\xed\x95\x9c\xea\xb5\xad",
	};

	buf_put_str(out, odd[number % ARRAY_LEN(odd)]);
}

void random_word_put(struct rng *r, uint32_t vocabulary, struct buf *out)
{
	/* lengths about the 16 bytes of a short key and the 255 of a term */
	static const uint16_t lengths[] = { 1, 2, 3, 7, 8, 9, 15, 16, 17, 31,
					    32, 33, 48, 254, 255, 256, 300 };
	uint32_t number = rng_below(r, 1 + rng_below(r, vocabulary)), len;
	size_t start = out->len, i;

	if (number % 13 == 5) {
		put_odd_word(out, number / 13);
		return;
	}
	len = number % 5 ? 3 + number % 9 :
			   lengths[number / 5 % ARRAY_LEN(lengths)];
	put_letters(out, number, len);
	/* a long word differs from its neighbours in its last bytes only */
	if (len > 12)
		for (i = 0; i < len - 4; i++)
			out->ptr[start + i] = (uint8_t)('a' + i % 26);
	for (i = start; !rng_below(r, 4) && i < out->len; i++)
		if (!rng_below(r, 3))
			out->ptr[i] = (uint8_t)(out->ptr[i] & ~0x20);
}

void random_words_put(struct rng *r, uint32_t vocabulary, uint32_t nwords,
		      struct buf *out)
{
	static const char *const separators[] = { " ", " ", "\n", "(", "->",
						  ", ", "\n\n", ";\n\t",
						  "\xc2\xa0" };

	for (; nwords; nwords--) {
		random_word_put(r, vocabulary, out);
		buf_put_str(out, separators[rng_below(r,
						ARRAY_LEN(separators))]);
	}
	assert_int_equal(buf_status(out), SCOUT_OK);
}
