/* A damaged dictionary block.  Input: a line with the term to seek, then the
 * block. */
#include "fuzz.h"

#include "index_format/dictionary.h"

static void check_term(const struct dict_block *b, struct span bytes)
{
	const struct term_info *info = &b->info;

	SCOUT_ASSERT(b->term_len <= TERM_MAX_BYTES);
	SCOUT_ASSERT(info->df && info->df <= info->cf);
	if (info->kind != POSTING_INLINE)
		return;
	SCOUT_ASSERT(info->inline_bytes.ptr >= bytes.ptr);
	SCOUT_ASSERT(info->inline_bytes.ptr + info->inline_bytes.len <=
		     bytes.ptr + bytes.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span bytes = span_of(data, size), wanted = fuzz_line(&bytes);
	struct dict_block b;

	if (dict_block_open(&b, bytes))
		return 0;
	while (!dict_block_next(&b))
		check_term(&b, bytes);
	SCOUT_ASSERT(!dict_block_open(&b, bytes));
	if (dict_block_seek(&b, wanted))
		return 0;
	SCOUT_ASSERT(span_cmp(span_of(b.term, b.term_len), wanted) >= 0);
	do
		check_term(&b, bytes);
	while (!dict_block_next(&b));
	return 0;
}
