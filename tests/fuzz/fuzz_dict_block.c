/* A damaged dictionary block.  Input: a line with the term to seek, then the
 * block. */
#include "fuzz.h"

#include "index_format/dictionary.h"
#include "index_format/doc_set.h"
#include "index_format/inline_list.h"
#include "index_format/term_search.h"

static void check_inside(struct span part, struct span whole)
{
	SCOUT_ASSERT(part.ptr >= whole.ptr);
	SCOUT_ASSERT(part.ptr + part.len <= whole.ptr + whole.len);
}

/* The postings of an inline list or a repeat, as a cursor reads them. */
static void read_list(const struct term_info *info)
{
	uint32_t docs[DOCS_BLOCK], freqs[DOCS_BLOCK], gaps[POSITIONS_BLOCK];
	const uint8_t *end = info->inline_bytes.ptr + info->inline_bytes.len;
	const uint8_t *p;

	if (info->df >= DOCS_BLOCK)
		return;
	p = inline_run_get(info->inline_bytes, info->base_doc, info->df, docs,
			   freqs);
	if (!p || info->kind != POSTING_REPEAT)
		return;
	p = repeat_positions_get(info->repeat_bytes,
				 span_of(p, (size_t)(end - p)), freqs, info->df,
				 (uint32_t)info->cf, gaps);
	SCOUT_ASSERT(!p || p <= info->repeat_bytes.ptr +
					info->repeat_bytes.len);
}

static void check_term(const struct dict_block *b, struct span bytes)
{
	const struct term_info *info = &b->info;

	SCOUT_ASSERT(b->term_len <= TERM_MAX_BYTES);
	SCOUT_ASSERT(info->df && info->df <= info->cf && info->surface);
	if (info->kind != POSTING_INLINE && info->kind != POSTING_REPEAT)
		return;
	check_inside(info->inline_bytes, bytes);
	if (info->kind == POSTING_REPEAT)
		check_inside(info->repeat_bytes, bytes);
	read_list(info);
}

/* The terms that hold a string, by their infos alone. */
static void search(struct span bytes, struct span needle)
{
	static struct dict_group g;
	struct memsearch search;
	struct dict_block b;
	unsigned group, i;
	struct span term;
	uint32_t bits;

	if (!needle.len || memchr(needle.ptr, 0, needle.len))
		return;
	SCOUT_ASSERT(!dict_block_open(&b, bytes));
	memsearch_init(&search, needle, false);
	for (group = 0; group < b.nrestarts; group++) {
		if (dict_block_unpack(&b, group, &g))
			return;
		bits = term_search_find(&search, &g);
		for (; bits; bits &= bits - 1) {
			i = (unsigned)__builtin_ctz(bits);
			term = dict_group_term(&g, i);
			SCOUT_ASSERT(memmem(term.ptr, term.len, needle.ptr,
					    needle.len));
			if (dict_block_read_info(&b, group * DICT_RESTART + i))
				return;
			check_term(&b, bytes);
		}
	}
}

/* The documents of all groups, as sets. */
static void collect(struct span bytes)
{
	enum { DOCS = 1000 };
	static struct index_snapshot snapshot;
	static struct segment_reader seg = { .snapshot = &snapshot,
					     .ndocs = DOCS };
	uint64_t set[DOCS / 64 + 1] = { 0 };
	struct dict_block b;
	uint32_t lacking;
	unsigned group;
	size_t i;

	seg.nwords = UINT64_MAX;
	/* all empty */
	for (i = 0; i < sizeof(seg.streams) / sizeof(seg.streams[0]); i++)
		seg.streams[i].id = (enum stream_id)i;
	SCOUT_ASSERT(!dict_block_open(&b, bytes));
	for (group = 0; group < b.nrestarts; group++) {
		if (set_lacks_group(set, &seg, &b, group, &lacking))
			continue;
		if (!set_add_group(set, &seg, &b, group, UINT16_MAX))
			SCOUT_ASSERT(!set_lacks_group(set, &seg, &b, group,
						      &lacking) && !lacking);
	}
}

/* To the group where a term would have to be, as walks go. */
static void leap(struct span bytes, struct span wanted)
{
	static struct dict_group g;
	struct dict_block b;
	unsigned group;

	(void)dict_block_is_ascii(bytes);
	SCOUT_ASSERT(!dict_block_open(&b, bytes));
	if (dict_block_find_group(&b, wanted, &group))
		return;
	SCOUT_ASSERT(group < b.nrestarts);
	if (!dict_block_unpack(&b, group, &g) &&
	    !dict_block_read_info(&b, group * DICT_RESTART + g.n - 1))
		check_term(&b, bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span bytes = span_of(data, size), wanted = fuzz_line(&bytes);
	struct dict_block b;

	if (dict_block_open(&b, bytes))
		return 0;
	while (!dict_block_next(&b))
		check_term(&b, bytes);
	search(bytes, wanted);
	leap(bytes, wanted);
	collect(bytes);
	SCOUT_ASSERT(!dict_block_open(&b, bytes));
	if (dict_block_seek(&b, wanted))
		return 0;
	SCOUT_ASSERT(span_cmp(span_of(b.term, b.term_len), wanted) >= 0);
	do
		check_term(&b, bytes);
	while (!dict_block_next(&b));
	return 0;
}
