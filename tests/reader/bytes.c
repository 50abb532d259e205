/* Numbers, packed integers, Elias-Fano sequences, and what is printed. */
#include "reader.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

char where[400];

void fail(const char *format, ...)
{
	va_list args;

	put_flush();
	fprintf(stderr, "reader: %s: ", where);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, "\n");
	exit(1);
}

void need(int good, const char *what)
{
	if (!good)
		fail("%s", what);
}

size_t left(struct bytes in)
{
	return (size_t)(in.end - in.at);
}

uint64_t le_at(const uint8_t *at, int n)
{
	uint64_t v = 0;

	while (n-- > 0)
		v = v << 8 | at[n];
	return v;
}

uint64_t get_le(struct bytes *in, int n)
{
	return le_at(get_bytes(in, (uint64_t)n).at, n);
}

uint64_t get_varint(struct bytes *in)
{
	uint64_t v = 0;
	uint8_t byte;
	int i = 0;

	do {
		if (in->at == in->end)
			fail("a varint is cut off");
		byte = *in->at++;
		if (i == 9 && byte > 1)
			fail("a varint of more than 64 bits");
		v |= (uint64_t)(byte & 127) << (7 * i++);
	} while (byte & 128);
	if (i > 1 && byte == 0)
		fail("a varint that is not in its shortest form");
	return v;
}

uint32_t get_varint32(struct bytes *in)
{
	uint64_t v = get_varint(in);

	if (v > UINT32_MAX)
		fail("a 32-bit number is %llu", (unsigned long long)v);
	return (uint32_t)v;
}

struct bytes get_bytes(struct bytes *in, uint64_t n)
{
	struct bytes out = { in->at, in->at };

	if (n > left(*in))
		fail("%llu bytes wanted, %zu are there", (unsigned long long)n,
		     left(*in));
	in->at += n;
	out.end = in->at;
	return out;
}

struct bytes get_string(struct bytes *in)
{
	uint64_t n = get_varint(in);

	return get_bytes(in, n);
}

int varint_size(uint64_t v)
{
	int n = 1;

	while (v >>= 7)
		n++;
	return n;
}

int64_t unzigzag(uint64_t v)
{
	return v & 1 ? -(int64_t)(v >> 1) - 1 : (int64_t)(v >> 1);
}

uint64_t hash(struct bytes in, uint64_t seed)
{
	return XXH3_64bits_withSeed(in.at, left(in), seed);
}

void *take_memory(uint64_t n, size_t size)
{
	void *p = calloc(n ? n : 1, size);

	if (!p)
		fail("out of memory");
	return p;
}

/* Value i is the bits w * (i / 4) and on of lane i mod 4. */
void get_packed(struct bytes *in, unsigned w, uint32_t values[128])
{
	struct bytes rows = get_bytes(in, 16 * (uint64_t)w);
	uint64_t mask = ((uint64_t)1 << w) - 1;
	unsigned i;

	for (i = 0; i < 128; i++) {
		unsigned from = w * (i / 4), row = from / 32, bit = from % 32;
		const uint8_t *at = rows.at + 16 * row + 4 * (i % 4);
		uint64_t v = w ? le_at(at, 4) >> bit : 0;

		if (bit + w > 32)
			v |= le_at(at + 16, 4) << (32 - bit);
		values[i] = (uint32_t)(v & mask);
	}
}

static unsigned bits_of(uint32_t v)
{
	unsigned n = 0;

	while (v) {
		v >>= 1;
		n++;
	}
	return n;
}

/* scout takes the width with the smallest block, the largest such width. */
static void check_width(const uint32_t values[128], unsigned w)
{
	unsigned with_bits[33] = { 0 }, best = 0, size = UINT32_MAX, i, k;

	for (i = 0; i < 128; i++)
		with_bits[bits_of(values[i])]++;
	for (i = 0; i <= 32; i++) {
		unsigned here = 16 * i;

		for (k = i + 1; k <= 32; k++)
			here += with_bits[k] * (1 + (k - i + 6) / 7);
		if (here <= size) {
			size = here;
			best = i;
		}
	}
	if (w != best)
		fail("a patched block with %u bits, the best are %u", w, best);
}

void get_patched(struct bytes *in, uint32_t values[128])
{
	unsigned w = (unsigned)get_le(in, 1), n = (unsigned)get_le(in, 1), i;
	struct bytes numbers;

	need(w <= 32, "a patched block of more than 32 bits");
	need(n <= 128 && (w < 32 || n == 0), "too many exceptions");
	get_packed(in, w, values);
	numbers = get_bytes(in, n);
	for (i = 0; i < n; i++) {
		unsigned at = numbers.at[i];
		uint64_t high = get_varint32(in);

		need(at < 128, "an exception beyond 128");
		need(i == 0 || at > numbers.at[i - 1],
		     "exceptions that do not ascend");
		high <<= w;
		need(high <= UINT32_MAX, "an exception of more than 32 bits");
		values[at] |= (uint32_t)high;
	}
	check_width(values, w);
	counts.exceptions += n;
}

static unsigned bit_at(const uint8_t *at, uint64_t i)
{
	return at[i / 8] >> (i % 8) & 1;
}

void get_elias_fano(struct bytes *in, uint64_t n, uint64_t last, uint64_t *out)
{
	uint64_t nhigh, bits, i, k, ones = 0;
	unsigned w = 0, b;
	struct bytes data;

	need(last <= (uint64_t)1 << 56, "a last number above 2^56");
	out[n - 1] = last;
	if (n == 1)
		return;
	if (last >= n)
		while ((last / n) >> (w + 1))
			w++;
	nhigh = n - 1 + (last >> w);
	need(nhigh / 8 <= left(*in), "a sequence longer than its record");
	bits = nhigh + (n - 1) * w;
	data = get_bytes(in, (bits + 7) / 8);
	for (i = 0; i < nhigh; i++) {
		if (!bit_at(data.at, i))
			continue;
		need(ones < n - 1, "too many bits in the high part");
		out[ones] = (i - ones) << w;
		for (b = 0; b < w; b++)
			out[ones] |=
				(uint64_t)bit_at(data.at, nhigh + ones * w + b)
				<< b;
		ones++;
	}
	need(ones == n - 1, "too few bits in the high part");
	for (i = bits; i < (bits + 7) / 8 * 8; i++)
		need(!bit_at(data.at, i), "a padding bit is set");
	for (k = 1; k < n; k++)
		need(out[k - 1] <= out[k], "a sequence that falls");
}

/* Bytewise, but a slash comes before every other byte. */
int compare_paths(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	if (*a == *b)
		return 0;
	if (!*a || !*b)
		return *a ? 1 : -1;
	if (*a == '/' || *b == '/')
		return *a == '/' ? -1 : 1;
	return (uint8_t)*a < (uint8_t)*b ? -1 : 1;
}

static char out[1 << 16];
static size_t out_used;

void put_flush(void)
{
	if (printing && fwrite(out, 1, out_used, stdout) != out_used)
		exit(1);
	out_used = 0;
	fflush(stdout);
}

static void put_byte(char c)
{
	if (out_used == sizeof(out)) {
		if (printing && fwrite(out, 1, out_used, stdout) != out_used)
			exit(1);
		out_used = 0;
	}
	out[out_used++] = c;
}

void put_text(const char *text)
{
	while (*text)
		put_byte(*text++);
}

void put_number(uint64_t v)
{
	char digits[20];
	int n = 0;

	do {
		digits[n++] = (char)('0' + v % 10);
	} while (v /= 10);
	while (n > 0)
		put_byte(digits[--n]);
}

void put_hex(uint64_t v)
{
	int i;

	for (i = 60; i >= 0; i -= 4)
		put_byte("0123456789abcdef"[v >> i & 15]);
}

/* scout prints letters as they are.  What a letter is needs Unicode's tables,
 * so here all bytes that are not ASCII are escaped; the driver does the same to
 * scout's output. */
void put_escaped(struct bytes in)
{
	for (; in.at < in.end; in.at++) {
		uint8_t c = *in.at;

		if (c == '\\') {
			put_text("\\\\");
		} else if (c < ' ' || c > '~') {
			put_text("\\x");
			put_byte("0123456789abcdef"[c >> 4]);
			put_byte("0123456789abcdef"[c & 15]);
		} else {
			put_byte((char)c);
		}
	}
}
