/*
 * Decoding here is apart from the posting cursor on purpose: the cursor skips
 * and trusts the skip entries, this reads straight on and compares them.  Each
 * step returns what is wrong, or NULL.
 */
#include "index_format/check_postings.h"

#include "index_format/length_norm.h"
#include "index_format/postings.h"

int posting_check_init(struct posting_check *pc, struct checker *c,
		       struct checked_segment *seg)
{
	size_t n = seg->meta->ndocs;
	uint64_t bitmap_bytes = (seg->total_words / 64 + 1) * 8;

	memset(pc, 0, sizeof(*pc));
	pc->checker = c;
	pc->seg = seg;
	/* lists are decoded by whole blocks */
	pc->docs = scout_calloc(MEM_OTHER, n + DOCS_BLOCK, sizeof(*pc->docs));
	pc->freqs = scout_calloc(MEM_OTHER, n + DOCS_BLOCK, sizeof(*pc->freqs));
	pc->words_seen = scout_calloc(MEM_OTHER, n, sizeof(*pc->words_seen));
	if (!pc->docs || !pc->freqs || !pc->words_seen)
		return SCOUT_E_NOMEM;
	if (bitmap_bytes > c->options.max_bitmap_bytes)
		return SCOUT_OK;
	pc->used = scout_calloc(MEM_OTHER, 1, (size_t)bitmap_bytes);
	return pc->used ? SCOUT_OK : SCOUT_E_NOMEM;
}

void posting_check_release(struct posting_check *pc)
{
	scout_free(pc->docs);
	scout_free(pc->freqs);
	scout_free(pc->words_seen);
	scout_free(pc->used);
}

/* Where the decoding of a term's positions stands. */
struct word_marker {
	struct posting_check *pc;
	uint32_t next;		/* index of the next document */
	uint32_t left;		/* positions the current one still has */
	uint32_t min_gap;	/* 0 before its first position, then 1 */
	uint64_t pos;
	uint64_t nwords, first_word;
};

static void next_doc(struct word_marker *m)
{
	struct posting_check *pc = m->pc;
	doc_id doc = pc->docs[m->next];

	pc->at_doc = doc;
	m->left = pc->freqs[m->next++];
	m->min_gap = 0;
	m->pos = 0;
	m->nwords = pc->seg->nwords[doc];
	m->first_word = pc->seg->first_word[doc];
	pc->words_seen[doc] += m->left;
}

/* Takes n gaps, all of the current document. */
static const char *mark_in_doc(struct word_marker *m, const uint32_t *gaps,
			       uint32_t n)
{
	uint64_t *used = m->pc->used, pos = m->pos, word, bit;
	uint32_t i;

	for (i = 0; i < n; i++) {
		if (gaps[i] < m->min_gap)
			return "positions do not ascend";
		m->min_gap = 1;
		pos += gaps[i];
		if (pos >= m->nwords)
			return "a position past the last word";
		if (!used)
			continue;
		word = m->first_word + pos;
		bit = (uint64_t)1 << word % 64;
		if (used[word / 64] & bit)
			return "a position that another term has too";
		used[word / 64] |= bit;
	}
	m->pos = pos;
	m->left -= n;
	return NULL;
}

static const char *mark_words(struct word_marker *m, const uint32_t *gaps,
			      unsigned n)
{
	const char *problem;
	uint32_t take;

	for (; n; n -= take, gaps += take) {
		if (!m->left)
			next_doc(m);
		take = n < m->left ? n : m->left;
		problem = mark_in_doc(m, gaps, take);
		if (problem)
			return problem;
	}
	return NULL;
}

static unsigned block_size(uint64_t left)
{
	return left < POSITIONS_BLOCK ? (unsigned)left : POSITIONS_BLOCK;
}

static uint64_t sum_freqs(const uint32_t *freqs, size_t n)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < n; i++)
		sum += freqs[i];
	return sum;
}

/* The positions of a repeat, relative to those at p. */
static const char *check_repeat(struct posting_check *pc,
				const struct term_info *info, struct span head)
{
	struct span bytes = info->repeat_bytes;
	struct word_marker m = { .pc = pc };
	uint32_t gaps[POSITIONS_BLOCK];
	const uint8_t *p;

	p = repeat_positions_get(bytes, head, pc->freqs, info->df,
				 (uint32_t)info->cf, gaps);
	if (p != bytes.ptr + bytes.len)
		return "its positions are damaged";
	return mark_words(&m, gaps, (unsigned)info->cf);
}

/* A byte-coded list: documents with frequencies, then positions. */
static const char *check_run(struct posting_check *pc,
			     const struct term_info *info, struct span bytes)
{
	const uint8_t *p = bytes.ptr, *end = p + bytes.len;
	struct word_marker m = { .pc = pc };
	uint32_t gaps[POSITIONS_BLOCK];
	const char *problem;
	uint64_t left;
	unsigned n;

	if (info->df > SHORT_MAX_DOCS)
		return "too many documents for a short list";
	if (info->kind == POSTING_SHORT)
		p = doc_run_get(p, end, DOC_NONE, info->df, pc->docs,
				pc->freqs);
	else
		p = inline_run_get(bytes, info->base_doc, info->df, pc->docs,
				   pc->freqs);
	if (!p || pc->docs[info->df - 1] >= pc->seg->meta->ndocs)
		return "its documents are damaged";
	if (sum_freqs(pc->freqs, info->df) != info->cf)
		return "frequencies do not add up";
	if (info->kind == POSTING_REPEAT)
		return check_repeat(pc, info, span_of(p, (size_t)(end - p)));
	for (left = info->cf; left; left -= n) {
		n = block_size(left);
		p = position_block_get(p, end, n, gaps);
		if (!p)
			return "its positions are damaged";
		problem = mark_words(&m, gaps, n);
		if (problem)
			return problem;
	}
	return p == end ? NULL : "bytes after its last position";
}

static const char *check_short(struct posting_check *pc,
			       const struct term_info *info)
{
	struct checked_segment *seg = pc->seg;
	struct span bytes;

	if (stream_at(&seg->streams[STREAM_SHORT], info->addr, &bytes) < 0 ||
	    bytes.len < info->short_bytes)
		return "its short list is not in the stream";
	if (!check_layout_fits(&seg->layout[STREAM_SHORT], info->addr))
		return "its short list is not where it should be";
	check_layout_advance(seg, STREAM_SHORT, info->addr, info->short_bytes);
	return check_run(pc, info, span_of(bytes.ptr, info->short_bytes));
}

/* The next slot of the skip stream. */
static const uint8_t *next_slot(struct posting_check *pc, uint64_t *slot)
{
	struct span bytes;

	if (stream_slot(&pc->seg->streams[STREAM_SKIP], *slot, &bytes) < 0)
		return NULL;
	(*slot)++;
	return bytes.ptr;
}

/* Documents and frequencies of a block; returns one past them or NULL. */
static const uint8_t *get_block(struct posting_check *pc, struct span bytes,
				const struct skip_entry *skip, uint32_t first,
				uint32_t n)
{
	const uint8_t *p = bytes.ptr, *end = p + bytes.len;
	doc_id base = first ? pc->docs[first - 1] : DOC_NONE;
	uint32_t *docs = pc->docs + first, *freqs = pc->freqs + first, i;

	if (n < DOCS_BLOCK)
		return doc_run_get(p, end, base, n, docs, freqs);
	p = doc_block_get(p, end, base, skip->last_doc, docs);
	p = p ? pfor_get(p, end, freqs) : NULL;
	for (i = 0; i < n && p; i++)
		if (!++freqs[i])
			p = NULL;
	return p;
}

static bool max_freq_fits(const uint32_t *freqs, uint32_t n, uint8_t stored)
{
	uint32_t max = 0, i;

	for (i = 0; i < n; i++)
		if (freqs[i] > max)
			max = freqs[i];
	return stored == (max > 255 ? 255 : max);
}

/* The smallest length norm of the documents of a block. */
static uint8_t min_norm(const struct posting_check *pc, const doc_id *docs,
			uint32_t n)
{
	uint8_t min = UINT8_MAX, norm;
	uint32_t i;

	for (i = 0; i < n; i++) {
		norm = length_norm(pc->seg->nwords[docs[i]]);
		min = norm < min ? norm : min;
	}
	return min;
}

/* A block of documents and its skip entry. */
static const char *check_block(struct posting_check *pc, const uint8_t *slot,
			       uint32_t first, uint32_t n, uint64_t ordinal)
{
	struct checked_segment *seg = pc->seg;
	struct skip_entry skip;
	struct span bytes;
	const uint8_t *p;

	skip_entry_get(slot, &skip);
	if (stream_at(&seg->streams[STREAM_DOCS], skip.addr, &bytes) < 0)
		return "a block of documents is not in the stream";
	if (!check_layout_fits(&seg->layout[STREAM_DOCS], skip.addr))
		return "a block of documents is not where it should be";
	p = get_block(pc, bytes, &skip, first, n);
	if (!p)
		return "a block of documents is damaged";
	check_layout_advance(seg, STREAM_DOCS, skip.addr,
			     (size_t)(p - bytes.ptr));
	if (pc->docs[first + n - 1] != skip.last_doc)
		return "a skip entry has another last document than its block";
	if (skip.last_doc >= seg->meta->ndocs)
		return "a document past the last one";
	if (skip.ordinal != ordinal)
		return "a skip entry has a wrong position ordinal";
	if (!max_freq_fits(pc->freqs + first, n, skip.max_freq))
		return "a skip entry has a wrong largest frequency";
	if (skip.min_norm != min_norm(pc, pc->docs + first, n))
		return "a skip entry has a wrong smallest length";
	return NULL;
}

static const char *check_doc_blocks(struct posting_check *pc,
				    const struct term_info *info,
				    uint64_t *slot)
{
	uint32_t first, n;
	uint64_t ordinal = 0;
	const char *problem;
	const uint8_t *entry;
	struct skip_entry skip;

	for (first = 0; first < info->df; first += n) {
		n = info->df - first < DOCS_BLOCK ? info->df - first :
						    DOCS_BLOCK;
		entry = next_slot(pc, slot);
		if (!entry)
			return "a skip entry is not in the stream";
		skip_entry_get(entry, &skip);
		if (!first && skip.addr != info->docs_addr)
			return "the dictionary has another address of its "
			       "documents than its first skip entry";
		problem = check_block(pc, entry, first, n, ordinal);
		if (problem)
			return problem;
		ordinal += sum_freqs(pc->freqs + first, n);
	}
	return ordinal == info->cf ? NULL : "frequencies do not add up";
}

/* Whether the position kept before a block is the one that decoding has come
 * to: 0 where a document begins. */
static bool start_fits(const struct word_marker *m, const uint8_t *stored)
{
	return get_le32(stored) == (m->left ? m->pos : 0);
}

/* A group of position blocks: their lengths, for a dense term the positions
 * before them, then the blocks. */
static const char *check_group(struct word_marker *m, uint64_t addr,
			       const struct term_info *info, uint64_t left)
{
	struct checked_segment *seg = m->pc->seg;
	bool is_dense = positions_are_dense(info->df, info->cf);
	unsigned nblocks, b, n;
	size_t head;
	uint32_t gaps[POSITIONS_BLOCK];
	const uint8_t *p, *next, *end;
	const char *problem;
	struct span bytes;

	if (left > GROUP_POSITIONS)
		left = GROUP_POSITIONS;
	nblocks = (unsigned)((left + POSITIONS_BLOCK - 1) / POSITIONS_BLOCK);
	head = group_head_bytes(nblocks, info->df, info->cf);
	if (stream_at(&seg->streams[STREAM_POSITIONS], addr, &bytes) < 0 ||
	    bytes.len < head)
		return "a group of positions is not in the stream";
	if (!check_layout_fits(&seg->layout[STREAM_POSITIONS], addr))
		return "a group of positions is not where it should be";
	p = bytes.ptr + head;
	end = bytes.ptr + bytes.len;
	for (b = 0; b < nblocks; b++, left -= n, p = next) {
		n = block_size(left);
		next = position_block_get(p, end, n, gaps);
		if (!next || next - p != get_le16(bytes.ptr + 2 * b))
			return "a block of positions is damaged";
		if (is_dense &&
		    !start_fits(m, bytes.ptr + 2 * nblocks + 4 * b))
			return "a wrong position before a block of positions";
		problem = mark_words(m, gaps, n);
		if (problem)
			return problem;
	}
	check_layout_advance(seg, STREAM_POSITIONS, addr,
			     (size_t)(p - bytes.ptr));
	return NULL;
}

/* The groups; two entries share a slot, and half of the last may be empty. */
static const char *check_groups(struct posting_check *pc,
				const struct term_info *info, uint64_t *slot)
{
	struct word_marker m = { .pc = pc };
	uint64_t done = 0, addr;
	const uint8_t *entry = NULL;
	const char *problem;
	unsigned half = 0;

	for (; done < info->cf; done += GROUP_POSITIONS, half ^= 1) {
		if (!half)
			entry = next_slot(pc, slot);
		if (!entry)
			return "a position entry is not in the stream";
		addr = get_le64(entry + half * GROUP_ENTRY_BYTES);
		problem = check_group(&m, addr, info, info->cf - done);
		if (problem)
			return problem;
	}
	if (half && get_le64(entry + GROUP_ENTRY_BYTES))
		return "the unused half of a position entry is not 0";
	return NULL;
}

static const char *check_blocks(struct posting_check *pc,
				const struct term_info *info)
{
	struct check_layout *skips = &pc->seg->layout[STREAM_SKIP];
	uint64_t slot = info->skip_slot;
	const char *problem;

	if (!check_layout_fits(skips, slot))
		return "its skip entries are not where they should be";
	problem = check_doc_blocks(pc, info, &slot);
	if (!problem)
		problem = check_groups(pc, info, &slot);
	skips->next = slot;
	skips->is_lost = problem != NULL;
	return problem;
}

/* After a problem nobody knows where the next list has to begin. */
static void lose_layout(struct checked_segment *seg, enum posting_kind kind)
{
	if (kind == POSTING_SHORT)
		seg->layout[STREAM_SHORT].is_lost = true;
	if (kind != POSTING_BLOCKS)
		return;
	seg->layout[STREAM_DOCS].is_lost = true;
	seg->layout[STREAM_SKIP].is_lost = true;
	seg->layout[STREAM_POSITIONS].is_lost = true;
}

bool posting_check_term(struct posting_check *pc, struct span term,
			const struct term_info *info)
{
	const char *problem = NULL;

	pc->at_doc = DOC_NONE;
	if (info->df > pc->seg->meta->ndocs)
		problem = "more documents than there are";
	else if (info->kind == POSTING_INLINE ||
		 info->kind == POSTING_REPEAT)
		problem = check_run(pc, info, info->inline_bytes);
	else if (info->kind == POSTING_SHORT)
		problem = check_short(pc, info);
	else
		problem = check_blocks(pc, info);
	if (!problem)
		return true;
	lose_layout(pc->seg, info->kind);
	if (pc->at_doc == DOC_NONE)
		checker_term_problem(pc->checker, pc->seg, term, "%s", problem);
	else
		checker_term_problem(pc->checker, pc->seg, term,
				     "%s (document %u)", problem, pc->at_doc);
	return false;
}

void posting_check_end(struct posting_check *pc)
{
	static const enum stream_id streams[] = {
		STREAM_SHORT, STREAM_DOCS, STREAM_SKIP, STREAM_POSITIONS,
	};
	struct checked_segment *seg = pc->seg;
	doc_id doc;
	size_t i;

	for (i = 0; i < sizeof(streams) / sizeof(streams[0]); i++)
		check_layout_end(pc->checker, seg, streams[i]);
	/* after damage it would only say so again, for every document */
	if (seg->terms_damaged || seg->docs_damaged)
		return;
	for (doc = 0; doc < seg->meta->ndocs; doc++)
		if (pc->words_seen[doc] != seg->nwords[doc])
			checker_doc_problem(
				pc->checker, seg, doc,
				"%u words, but terms at %llu positions",
				seg->nwords[doc],
				(unsigned long long)pc->words_seen[doc]);
}
