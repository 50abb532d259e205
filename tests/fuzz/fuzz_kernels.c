/*
 * What has variants gives the same with each: words and lines of a text, ends
 * of lines passed, unpacked integers, sums of gaps.  Input: lines to pass (2
 * bytes), width, start (4 bytes); then a text, whose front is also packed
 * integers.
 */
#include "fuzz.h"

#include "base/buf.h"
#include "base/cpu.h"
#include "index_format/bitpack.h"
#include "index_format/prefix_sum.h"
#include "index_format/tokenizer.h"
#include "query/verify/line_scan.h"

enum { TEXT_MAX = 16384 };

static struct token_batch batch;

/* Everything that the tokenizer says of the text. */
static void put_words(struct buf *out, struct span text)
{
	uint8_t *padded = scout_malloc(MEM_OTHER, text.len + TOKEN_PADDING);
	struct tokenizer t;
	uint32_t i;

	SCOUT_ASSERT(padded);
	if (text.len)
		memcpy(padded, text.ptr, text.len);
	memset(padded + text.len, 'x', TOKEN_PADDING);
	tokenizer_start(&t, span_of(padded, text.len), true, true);
	while (tokenizer_next(&t, &batch)) {
		for (i = 0; i < batch.ntokens; i++) {
			buf_put_le32(out, batch.tokens[i].start);
			buf_put_le32(out, batch.tokens[i].len);
			buf_put_u8(out, batch.tokens[i].is_ascii);
		}
		for (i = 0; i < batch.nlines; i++) {
			buf_put_le32(out, batch.line_end[i]);
			buf_put_le32(out, batch.line_tokens[i]);
		}
	}
	scout_free(padded);
}

static void put_lines(struct buf *out, struct span text, uint64_t n)
{
	const uint8_t *end = text.ptr + text.len;

	buf_put_le64(out, (uint64_t)(end - lines_skip(text.ptr, end, &n)));
	buf_put_le64(out, n);
}

static void put_integers(struct buf *out, struct span packed, unsigned width,
			 uint32_t start)
{
	uint32_t values[PACK_VALUES];
	unsigned i;

	if (packed.len < pack_bytes(width))
		return;
	unpack_values(packed.ptr, width, values);
	for (i = 0; i < PACK_VALUES; i++)
		buf_put_le32(out, values[i]);
	buf_put_le64(out, prefix_sum(values, width, start));
	for (i = 0; i < PACK_VALUES; i++)
		buf_put_le32(out, values[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf plain = BUF_INIT(MEM_OTHER), other = BUF_INIT(MEM_OTHER);
	struct span in = span_of(data, size);
	uint64_t nlines = fuzz_number(&in, 2);
	unsigned width = (unsigned)fuzz_number(&in, 1) % 33;
	uint32_t start = (uint32_t)fuzz_number(&in, 4);
	int level;

	if (in.len > TEXT_MAX)
		return 0;
	for (level = CPU_PLAIN; level <= CPU_NEON; level++) {
		struct buf *out = level == CPU_PLAIN ? &plain : &other;

		if (cpu_pretend((enum cpu_level)level))
			continue;
		buf_clear(&other);
		put_words(out, in);
		put_lines(out, in, nlines);
		put_integers(out, in, width, start);
		SCOUT_ASSERT(!buf_status(out));
		SCOUT_ASSERT(level == CPU_PLAIN ||
			     span_eq(buf_span(&plain), buf_span(&other)));
	}
	buf_release(&plain);
	buf_release(&other);
	return 0;
}
